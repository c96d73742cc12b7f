"""Tokens of the login host, POST /oauth/token as the SDKs use it: getting, using, and losing them."""

import json
import unittest
import uuid

from chancery import (
    ApiException, ChanceryTest, TokenEndpointTest, ask_for_token, basic, bootstrap, changed, connect, home_division, raw, role_division,
    role_id, sdk, unconnected, with_token,
)

CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


class TokenRequests(ChanceryTest):
    def test_the_sdk_gets_a_token_that_works(self):
        client, api = self.connect_new()
        self.assertRegex(api.access_token, r"\A[A-Za-z0-9_-]+\Z")
        self.assertEqual(client.id, sdk.OAuthApi(api).get_oauth_client(client.id).id)

    def test_the_answer_says_bearer_and_for_how_long(self):
        client = self.create(access_token_validity_seconds=1234)
        answer = ask_for_token(client)
        self.assertEqual(200, answer.status, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        body = answer.body
        self.assertRegex(body["access_token"], r"\A[A-Za-z0-9_-]+\Z")
        self.assertEqual("bearer", body["token_type"])
        self.assertIs(int, type(body["expires_in"]), "a JSON number, without a fraction")
        self.assertEqual(1234, body["expires_in"])
        self.assertFalse({"refresh_token", "error"} & set(body))

    def test_credentials_in_the_form_work_as_well(self):
        client = self.create()
        form = {**CLIENT_CREDENTIALS, "client_id": client.id, "client_secret": client.secret}
        answer = raw("POST", "/oauth/token", form=form)
        self.assertEqual(200, answer.status, answer.text)
        self.check_alive(with_token(answer.body["access_token"]))

    def test_members_that_mean_nothing_here_are_ignored(self):
        answer = ask_for_token(self.create(), **CLIENT_CREDENTIALS, orgName="somebody", scope="", foo="bar")
        self.assertEqual(200, answer.status, answer.text)

    def test_an_update_of_the_validity_counts_for_the_next_token(self):
        client = self.create(access_token_validity_seconds=600)
        self.put(client, access_token_validity_seconds=900)
        self.assertEqual(900, ask_for_token(client).body["expires_in"])

    def test_the_scheme_word_may_be_in_any_case(self):
        client, api = self.connect_new()
        for scheme in ("bearer", "Bearer", "BEARER"):
            headers = {"Authorization": f"{scheme} {api.access_token}"}
            self.assertEqual(200, raw("GET", "/api/v2/tokens/me", headers=headers).status)
        headers = {"Authorization": basic(client.id, client.secret)["Authorization"].replace("Basic", "basic")}
        self.assertEqual(200, raw("POST", "/oauth/token", headers=headers, form=CLIENT_CREDENTIALS).status)


class RefusedTokenRequests(TokenEndpointTest):
    def test_an_unknown_client_is_not_found(self):
        for client_id in (str(uuid.uuid4()), "no-uuid-at-all"):
            with self.subTest(client_id):
                self.check_sdk_error(lambda: connect(client_id, "s" * 43), "invalid_client", "client not found")
                form = {**CLIENT_CREDENTIALS, "client_id": client_id, "client_secret": "s" * 43}
                self.check_error(raw("POST", "/oauth/token", form=form), "invalid_client", "client not found")

    def test_a_wrong_secret_fails_authentication(self):
        client = self.create()
        for wrong in ("s" * 43, client.secret[:-1], ""):
            with self.subTest(len(wrong)):
                self.check_sdk_error(lambda: connect(client.id, wrong), "invalid_client", "authentication failed")
        form = {**CLIENT_CREDENTIALS, "client_id": client.id, "client_secret": "s" * 43}
        self.check_error(raw("POST", "/oauth/token", form=form), "invalid_client", "authentication failed")

    def test_a_deleted_client_is_not_found(self):
        client = self.create()
        self.oauth.delete_oauth_client(client.id)
        self.check_sdk_error(lambda: connect(client.id, client.secret), "invalid_client", "client not found")

    def test_an_inactive_or_disabled_client_gets_nothing(self):
        for state in ("inactive", "disabled"):
            with self.subTest(state):
                client = self.create()
                self.put(client, state=state)
                self.check_sdk_error(lambda: connect(client.id, client.secret), "invalid_client")

    def test_a_request_without_a_grant_type_is_invalid(self):
        client = self.create()
        self.check_error(ask_for_token(client, scope=""), "invalid_request")
        answer = raw("POST", "/oauth/token", form={"client_id": client.id, "client_secret": client.secret})
        self.check_error(answer, "invalid_request")

    def test_an_unknown_grant_type_is_unsupported(self):
        client = self.create()
        for grant_type in ("no-such-grant", "CLIENT-CREDENTIALS", "urn:example:nothing"):
            with self.subTest(grant_type):
                self.check_error(ask_for_token(client, grant_type=grant_type), "unsupported_grant_type")

    def test_a_client_may_use_its_own_grant_type_only(self):
        for grant_type in ("CODE", "TOKEN", "SAML2-BEARER", "PASSWORD"):
            with self.subTest(grant_type):
                client = self.create(grant_type)
                self.check_sdk_error(lambda: connect(client.id, client.secret), "unauthorized_client")

    # This grant has an issue of its own: the test gives way to it.

    def test_the_saml_grant_is_not_supported_yet(self):
        client, api = self.create("SAML2-BEARER"), unconnected()
        self.check_sdk_error(
            lambda: api.get_saml2bearer_token(client.id, client.secret, "an-organization", "YXNzZXJ0aW9u"),
            "unsupported_grant_type")


class TokensMe(ChanceryTest):
    def test_a_token_tells_whose_it_is(self):
        client, api = self.connect_new()
        organization = bootstrap()["organization"]
        token = sdk.TokensApi(api).get_tokens_me()
        self.assertEqual((organization["id"], organization["name"]), (token.organization.id, token.organization.name))
        self.assertEqual(organization["id"], token.home_organization.id)
        self.assertEqual((client.id, client.name), (token.o_auth_client.id, token.o_auth_client.name))
        self.assertEqual(organization["id"], token.o_auth_client.organization.id)
        self.assertEqual("CLIENT-CREDENTIALS", token.o_auth_client.authorized_grant_type)
        self.assertEqual("active", token.o_auth_client.state)

    def test_the_client_is_told_under_a_name_with_capitals(self):
        _, api = self.connect_new()
        body = raw("GET", "/api/v2/tokens/me?preserveIdleTTL=true", token=api.access_token).body
        self.assertIn("OAuthClient", body)
        self.assertNotIn("secret", body["OAuthClient"])

    def test_a_token_can_be_checked_without_a_body(self):
        _, api = self.connect_new()
        self.assertIsNone(sdk.TokensApi(api).head_tokens_me())
        self.assertIn(api.last_response.status, (200, 204))
        self.assertEqual("", raw("HEAD", "/api/v2/tokens/me", token=api.access_token).text)
        with self.assertRaises(ApiException) as caught:
            sdk.TokensApi(with_token("garbage")).head_tokens_me()
        self.assertEqual(401, caught.exception.status)

    def test_deleting_a_token_kills_that_token_alone(self):
        client, doomed = self.connect_new()
        spared = connect(client.id, client.secret)
        sdk.TokensApi(doomed).delete_tokens_me()
        self.assertEqual(200, doomed.last_response.status)
        self.check_dead(doomed)
        self.check_alive(spared)
        self.check_alive(connect(client.id, client.secret))
        with self.refused(401, "bad.credentials"):
            sdk.TokensApi(doomed).delete_tokens_me()


class LivesOfTokens(ChanceryTest):
    def test_a_token_outlives_the_next_one_and_a_new_secret(self):
        client, first = self.connect_new()
        second = connect(client.id, client.secret)
        self.assertNotEqual(first.access_token, second.access_token)
        reset = self.oauth.post_oauth_client_secret(client.id)
        third = connect(client.id, reset.secret)
        for api in (first, second, third):
            self.check_alive(api)

    def test_a_token_outlives_an_update_of_its_client(self):
        client, api = self.connect_new()
        self.put(client, description="changed", access_token_validity_seconds=300,
                 role_divisions=[role_division(role_id("oauth viewer"), home_division())])
        self.check_alive(api)

    def test_the_tokens_of_an_inactive_client_live_on(self):
        client, api = self.connect_new()
        updated = self.put(client, state="inactive")
        self.assertEqual("inactive", updated.state)
        self.check_alive(api)
        with self.assertRaises(ApiException):
            connect(client.id, client.secret)
        self.check_alive(api)

    def test_an_inactive_client_can_be_made_active_again(self):
        client, api = self.connect_new()
        inactive = self.put(client, state="inactive")
        self.assertEqual("active", self.put(inactive, state="active").state)
        self.check_alive(connect(client.id, client.secret))
        self.check_alive(api)

    def test_disabling_a_client_kills_its_tokens_and_enabling_it_revives_none(self):
        client, api = self.connect_new()
        self.check_alive(api)
        disabled = self.put(client, state="disabled")
        self.assertEqual("disabled", disabled.state)
        self.check_dead(api)
        with self.assertRaises(ApiException) as caught:
            connect(client.id, client.secret)
        self.assertEqual("invalid_client", json.loads(caught.exception.body)["error"])

        self.assertEqual("active", self.put(disabled, state="active").state)
        self.check_dead(api)
        self.check_alive(connect(client.id, client.secret))

    def test_deleting_a_client_kills_its_tokens(self):
        client, first = self.connect_new()
        second = connect(client.id, client.secret)
        self.oauth.delete_oauth_client(client.id)
        for api in (first, second):
            self.check_dead(api)

    def test_a_client_can_delete_itself_and_is_gone_at_once(self):
        client, api = self.connect_new(role_divisions=[role_division(role_id("admin"), "*")])
        sdk.OAuthApi(api).delete_oauth_client(client.id)
        self.check_dead(api)

    def test_one_clients_end_is_not_anothers(self):
        bystander, api = self.connect_new()
        victim = self.create()
        self.oauth.put_oauth_client(victim.id, changed(victim, state="disabled"))
        self.oauth.delete_oauth_client(victim.id)
        self.check_alive(api)
        self.check_alive(connect(bystander.id, bystander.secret))


if __name__ == "__main__":
    unittest.main()

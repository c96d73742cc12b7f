"""The grants of a person as the SDK and the vendor's command line use them: codes, verifiers, refreshing."""

import unittest
import uuid

from chancery import TokenEndpointTest, ask_for_token, basic, bootstrap, raw, sdk, unconnected, with_token
from person import Person, code_for, pkce

REDIRECT = "https://app.example.com/callback"


class GrantTest(TokenEndpointTest):
    def check_person(self, api):
        """The connection acts for the person who logged in."""
        me = sdk.UsersApi(api).get_users_me()
        self.assertEqual((bootstrap()["admin"]["userId"], bootstrap()["admin"]["email"]), (me.id, me.email))

    def logged_in(self, **members):
        """A new client, a connection on behalf of a person, and what the SDK was answered."""
        client = self.create("CODE", **members)
        api, answer = unconnected().get_code_authorization_token(client.id, client.secret, code_for(client), REDIRECT)
        return client, api, answer


class Codes(GrantTest):
    def test_a_code_becomes_a_token_that_acts_for_the_person(self):
        client, api, answer = self.logged_in(access_token_validity_seconds=1234)
        self.assertRegex(api.access_token, r"\A[A-Za-z0-9_-]+\Z")
        self.assertRegex(api.refresh_token, r"\A[A-Za-z0-9_-]+\Z")
        self.assertEqual("bearer", answer["token_type"])
        self.assertIs(int, type(answer["expires_in"]))
        self.assertEqual(1234, answer["expires_in"])
        self.assertNotIn("error", answer)
        self.check_person(api)
        token = sdk.TokensApi(api).get_tokens_me()
        self.assertEqual(client.id, token.o_auth_client.id)
        self.assertEqual("CODE", token.o_auth_client.authorized_grant_type)

    def test_the_state_comes_back_with_the_code(self):
        client = self.create("CODE")
        told = Person().authorize(client.id, REDIRECT, state="a state & more=1 ä")
        self.assertEqual({"code", "state"}, set(told))
        self.assertEqual("a state & more=1 ä", told["state"])
        self.assertRegex(told["code"], r"\A[A-Za-z0-9_-]+\Z")

    def test_a_code_is_good_once(self):
        client, code = (client := self.create("CODE")), code_for(client)
        call = lambda: unconnected().get_code_authorization_token(client.id, client.secret, code, REDIRECT)
        api, _ = call()
        self.check_sdk_error(call, "invalid_grant")
        self.check_alive(api)

    def test_a_code_is_good_for_its_own_client_redirect_uri_and_secret(self):
        other_uri = "https://app.example.com/other"
        client = self.create("CODE", registered_redirect_uri=[REDIRECT, other_uri])
        other, code = self.create("CODE"), code_for(client)
        call = lambda *arguments: (lambda: unconnected().get_code_authorization_token(*arguments))
        self.check_sdk_error(call(other.id, other.secret, code, REDIRECT), "invalid_grant")
        self.check_sdk_error(call(client.id, client.secret, code, other_uri), "invalid_grant")
        self.check_sdk_error(call(client.id, client.secret, code, ""), "invalid_grant")
        self.check_sdk_error(call(client.id, client.secret, "a-code", REDIRECT), "invalid_grant")
        self.check_sdk_error(call(client.id, "s" * 43, code, REDIRECT), "invalid_client", "authentication failed")
        self.check_sdk_error(call(client.id, "", code, REDIRECT), "invalid_client", "authentication failed")
        self.check_sdk_error(call(str(uuid.uuid4()), "s" * 43, code, REDIRECT), "invalid_client", "client not found")
        api, _ = call(client.id, client.secret, code, REDIRECT)()
        self.check_alive(api)

    def test_what_is_missing_makes_the_request_invalid(self):
        client = self.create("CODE")
        self.check_error(ask_for_token(client, grant_type="authorization_code", redirect_uri=REDIRECT),
                         "invalid_request")
        self.check_error(ask_for_token(client, grant_type="refresh_token"), "invalid_request")
        form = {"grant_type": "authorization_code", "code": code_for(client), "redirect_uri": REDIRECT}
        self.check_error(raw("POST", "/oauth/token", form=form), "invalid_client")

    def test_a_code_client_gets_nothing_for_itself(self):
        client = self.create("CODE")
        self.check_error(ask_for_token(client), "unauthorized_client")

    def test_a_client_without_people_redeems_no_code(self):
        client = self.create()
        self.check_error(ask_for_token(client, grant_type="authorization_code", code="a-code", redirect_uri=REDIRECT),
                         "unauthorized_client")
        self.check_error(ask_for_token(client, grant_type="refresh_token", refresh_token="a-token"),
                         "unauthorized_client")


class Refreshing(GrantTest):
    def test_a_refresh_token_becomes_another_token_and_the_next_refresh_token(self):
        client, api, answer = self.logged_in()
        token, refresh = api.access_token, api.refresh_token
        _, answer = api.refresh_code_authorization_token(client.id, client.secret, refresh)
        self.assertNotIn(answer["access_token"], (token, refresh))
        self.assertNotEqual(refresh, answer["refresh_token"])
        self.assertEqual((answer["access_token"], answer["refresh_token"]), (api.access_token, api.refresh_token))
        self.check_person(api)
        self.check_alive(with_token(token))

    def test_the_sdk_refreshes_by_itself_when_its_token_is_gone(self):
        _, api, _ = self.logged_in()
        for _ in range(3):
            token, refresh = api.access_token, api.refresh_token
            self.assertEqual(200, raw("DELETE", "/api/v2/tokens/me", token=token).status)
            self.check_person(api)
            self.assertNotEqual(token, api.access_token)
            self.assertNotEqual(refresh, api.refresh_token)

    def test_the_sdk_is_told_when_refreshing_is_over(self):
        client, api, _ = self.logged_in()
        self.oauth.delete_oauth_client(client.id)
        self.check_sdk_error(lambda: sdk.UsersApi(api).get_users_me(), "invalid_client", "client not found")

    def test_a_refresh_token_is_good_for_its_own_client_with_its_secret(self):
        client, api, _ = self.logged_in()
        refresh, other = api.refresh_token, self.create("CODE")
        call = lambda *arguments: (lambda: unconnected().refresh_code_authorization_token(*arguments))
        self.check_sdk_error(call(other.id, other.secret, refresh), "invalid_grant")
        self.check_sdk_error(call(client.id, client.secret, "a-refresh-token"), "invalid_grant")
        self.check_sdk_error(call(client.id, client.secret, api.access_token), "invalid_grant")
        self.check_sdk_error(call(client.id, "s" * 43, refresh), "invalid_client", "authentication failed")
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client.id}
        self.check_error(raw("POST", "/oauth/token", form=form), "invalid_client")
        _, answer = call(client.id, client.secret, refresh)()
        self.check_alive(with_token(answer["access_token"]))

    def test_a_scope_can_be_narrowed_and_not_widened(self):
        client, api, _ = self.logged_in(scope=["users:readonly", "oauth"])
        refresh = {"grant_type": "refresh_token", "refresh_token": api.refresh_token}
        self.check_error(ask_for_token(client, **refresh, scope="no-such-scope"), "invalid_scope")
        self.check_error(ask_for_token(client, **refresh, scope="routing"), "invalid_scope")
        narrowed = ask_for_token(client, **refresh, scope="users:readonly")
        self.assertEqual(200, narrowed.status, narrowed.text)
        self.assertEqual("users:readonly", narrowed.body["scope"])


class Verifiers(GrantTest):
    def test_the_sdk_makes_a_verifier_and_gets_a_token_for_it(self):
        client, api = self.create("CODE"), unconnected()
        for length in (43, 128):
            verifier = api.generate_pkce_code_verifier(length)
            challenge = api.compute_pkce_code_challenge(verifier)
            code = code_for(client, code_challenge=challenge, code_challenge_method="S256")
            api, answer = unconnected().get_pkce_token(client.id, verifier, code, REDIRECT)
            self.check_person(api)
            self.assertNotIn("error", answer)

    def test_the_command_line_sends_basic_with_an_empty_secret_as_well(self):
        client = self.create("CODE")
        verifier, parameters = pkce()
        form = {"grant_type": "authorization_code", "client_id": client.id, "code_verifier": verifier,
                "code": code_for(client, **parameters), "redirect_uri": REDIRECT}
        answer = raw("POST", "/oauth/token", headers=basic(client.id, ""), form=form)
        self.assertEqual(200, answer.status, answer.text)
        self.assertTrue({"access_token", "token_type", "expires_in"} <= set(answer.body))
        self.assertIs(int, type(answer.body["expires_in"]))
        self.check_person(with_token(answer.body["access_token"]))

    def test_a_secret_is_checked_where_one_is_sent(self):
        client = self.create("CODE")
        verifier, parameters = pkce()
        form = {"grant_type": "authorization_code", "client_id": client.id, "code_verifier": verifier,
                "code": code_for(client, **parameters), "redirect_uri": REDIRECT}
        answer = raw("POST", "/oauth/token", headers=basic(client.id, "s" * 43), form=form)
        self.check_error(answer, "invalid_client", "authentication failed")
        answer = raw("POST", "/oauth/token", headers=basic(client.id, client.secret), form=form)
        self.assertEqual(200, answer.status, answer.text)

    def test_a_wrong_verifier_is_refused_and_spends_nothing(self):
        client = self.create("CODE")
        verifier, parameters = pkce()
        code = code_for(client, **parameters)
        for wrong in (pkce()[0], "null", verifier[:-1], verifier + "A", parameters["code_challenge"], " " * 43):
            with self.subTest(wrong):
                call = lambda: unconnected().get_pkce_token(client.id, wrong, code, REDIRECT)
                self.check_sdk_error(call, "invalid_grant")
        self.check_error(ask_for_token(client, grant_type="authorization_code", code=code, redirect_uri=REDIRECT),
                         "invalid_grant")
        api, _ = unconnected().get_pkce_token(client.id, verifier, code, REDIRECT)
        self.check_alive(api)

    def test_without_a_challenge_a_verifier_takes_the_place_of_no_secret(self):
        client = self.create("CODE")
        verifier, code = pkce()[0], code_for(client)
        self.check_sdk_error(lambda: unconnected().get_pkce_token(client.id, verifier, code, REDIRECT),
                             "invalid_client")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        self.check_error(ask_for_token(client, **form), "invalid_grant")

    def test_what_came_without_a_secret_is_refreshed_without_one(self):
        client = self.create("CODE")
        verifier, parameters = pkce()
        _, answer = unconnected().get_pkce_token(client.id, verifier, code_for(client, **parameters), REDIRECT)
        form = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"], "client_id": client.id}
        refreshed = raw("POST", "/oauth/token", form=form)
        self.assertEqual(200, refreshed.status, refreshed.text)
        self.check_person(with_token(refreshed.body["access_token"]))


if __name__ == "__main__":
    unittest.main()

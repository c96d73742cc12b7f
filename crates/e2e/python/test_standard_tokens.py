"""The standard dialect, POST /oauth2/token: JWT access tokens and RFC 6749 errors. No SDK speaks it, so all is raw."""

import base64
import json
import time
import unittest
import uuid

from chancery import ChanceryTest, ask_for_token, basic, bootstrap, connect, raw, with_token

PATH = "/oauth2/token"
CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


def parts(token):
    """Header and claims of a JWT, unverified."""
    header, claims, signature = token.split(".")
    assert signature
    return [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims)]


def issuer():
    return bootstrap()["issuer"]


class StandardTokens(ChanceryTest):
    def token(self, client, **form):
        answer = ask_for_token(client, PATH, **CLIENT_CREDENTIALS, **form)
        self.assertEqual(200, answer.status, answer.text)
        return answer.body["access_token"]

    def test_the_answer_is_one_of_the_standard(self):
        answer = ask_for_token(self.create(), PATH)
        self.assertEqual(200, answer.status, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual("Bearer", answer.body["token_type"])
        self.assertIs(int, type(answer.body["expires_in"]))
        self.assertNotIn("refresh_token", answer.body)

    def test_the_token_is_a_jwt_signed_with_a_published_key(self):
        client = self.create()
        header, claims = parts(self.token(client))
        self.assertEqual("at+jwt", header["typ"])
        keys = {key["kid"]: key for key in raw("GET", "/.well-known/jwks.json").body["keys"]}
        self.assertIn(header["kid"], keys)
        self.assertEqual(header["alg"], keys[header["kid"]].get("alg", header["alg"]))
        self.assertEqual(issuer(), claims["iss"])
        self.assertEqual(client.id, claims["client_id"])
        self.assertEqual(client.id, claims["sub"])
        self.assertIn(issuer(), claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]])
        self.assertTrue(claims["jti"])
        self.assertLess(claims["iat"] - 1, time.time())
        self.assertGreater(claims["exp"], time.time())

    def test_no_private_key_is_published(self):
        self.token(self.create())
        for key in raw("GET", "/.well-known/jwks.json").body["keys"]:
            self.assertFalse({"d", "p", "q", "dp", "dq", "qi", "k"} & set(key), key["kid"])

    def test_credentials_in_the_form_work_as_well(self):
        client = self.create()
        form = {**CLIENT_CREDENTIALS, "client_id": client.id, "client_secret": client.secret}
        answer = raw("POST", PATH, form=form)
        self.assertEqual(200, answer.status, answer.text)

    def test_a_token_for_nobody_in_particular_is_refused_by_the_api(self):
        token = self.token(self.create())
        self.check_refusal(raw("GET", "/api/v2/tokens/me", token=token), 401, "bad.credentials")
        self.check_refusal(raw("GET", "/api/v2/oauth/clients", token=token), 401, "bad.credentials")

    def test_a_token_for_the_api_is_accepted_by_it(self):
        client = self.create()
        api = with_token(self.token(client, resource=f"{issuer()}/api/v2"))
        self.check_alive(api)
        answer = raw("GET", f"/api/v2/oauth/clients/{client.id}", token=api.access_token)
        self.assertEqual(200, answer.status, answer.text)

    def test_the_state_of_the_client_counts_here_too(self):
        client = self.create()
        api = with_token(self.token(client, resource=f"{issuer()}/api/v2"))
        self.put(client, state="disabled")
        self.check_dead(api)
        answer = ask_for_token(client, PATH)
        self.assertEqual("invalid_client", answer.body["error"], answer.text)

    def test_a_client_of_one_dialect_is_a_client_of_the_other(self):
        client = self.create()
        self.token(client)
        self.check_alive(connect(client.id, client.secret))


class RefusedStandardTokens(ChanceryTest):
    def check_error(self, answer, status, error):
        self.assertEqual(status, answer.status, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertEqual(error, answer.body["error"])
        self.assertNotIn("description", answer.body, "that member is of the other dialect")
        self.assertNotIn("access_token", answer.body)

    def test_a_wrong_secret_is_answered_with_a_challenge(self):
        client = self.create()
        for client_id in (client.id, str(uuid.uuid4())):
            answer = raw("POST", PATH, headers=basic(client_id, "s" * 43), form=CLIENT_CREDENTIALS)
            self.check_error(answer, 401, "invalid_client")
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic"))

    def test_an_unknown_resource_is_an_invalid_target(self):
        client = self.create()
        for resource in ("https://elsewhere.example.com/", f"{issuer()}/api/v3"):
            with self.subTest(resource):
                answer = ask_for_token(client, PATH, **CLIENT_CREDENTIALS, resource=resource)
                self.check_error(answer, 400, "invalid_target")

    def test_a_missing_or_unknown_grant_type_is_refused(self):
        client = self.create()
        self.check_error(ask_for_token(client, PATH, scope=""), 400, "invalid_request")
        self.check_error(ask_for_token(client, PATH, grant_type="nothing"), 400, "unsupported_grant_type")

    def test_a_client_may_use_its_own_grant_type_only(self):
        self.check_error(ask_for_token(self.create("CODE"), PATH), 400, "unauthorized_client")


if __name__ == "__main__":
    unittest.main()

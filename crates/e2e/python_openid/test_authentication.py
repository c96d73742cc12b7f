"""How a client proves who it is: by its secret, in a header or the form, by a key of its own, or not at all."""

import unittest

from authlib.common.security import generate_token
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, OKPKey, RSAKey
from world import ALGORITHMS, OpenIDTest, issuer, metadata

KEYS = {
    "RS256": lambda: RSAKey.generate_key(2048),
    "PS256": lambda: RSAKey.generate_key(2048),
    "ES256": lambda: ECKey.generate_key("P-256"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}


class Secrets(OpenIDTest):
    def check_works(self, method: str):
        """With the one method that the client registered, everything can be had."""
        login = self.log_in(self.register(token_endpoint_auth_method=method), scope="openid offline_access")
        self.assertTrue(self.identity(login)["sub"])
        told = login.session.introspect_token(metadata()["introspection_endpoint"], login.tokens["access_token"])
        self.assertIs(True, told.json()["active"])
        self.assertTrue(login.session.refresh_token()["access_token"])
        answer = login.session.revoke_token(metadata()["revocation_endpoint"])
        self.assertEqual(200, answer.status_code, answer.text)

    def test_the_secret_may_be_in_the_header(self):
        self.check_works("client_secret_basic")

    def test_the_secret_may_be_in_the_form(self):
        self.check_works("client_secret_post")

    def test_a_wrong_secret_is_answered_with_a_challenge(self):
        login = self.log_in()
        login.session.client_secret = "wrong"
        answers = []
        login.session.register_compliance_hook("access_token_response", lambda answer: answers.append(answer) or answer)
        self.refused("invalid_client", login.session.fetch_token, grant_type="authorization_code", code="nonsense")
        self.assertEqual(401, answers[0].status_code)
        self.assertTrue(answers[0].headers["WWW-Authenticate"].startswith("Basic"), answers[0].headers)

    def test_a_client_that_has_a_secret_must_show_it(self):
        session = self.session(self.register())
        request = self.ask(session)
        called = self.person().answer(request.address)
        registered, session.token_endpoint_auth_method = session.token_endpoint_auth_method, "none"
        self.refused("invalid_client", self.exchange, session, request, called)
        session.token_endpoint_auth_method = registered
        self.assertIn("id_token", self.exchange(session, request, called))

    def test_a_public_client_has_no_secret_but_its_verifier(self):
        client = self.register(token_endpoint_auth_method="none")
        self.assertNotIn("client_secret", client)
        person = self.person()
        login = self.log_in(client, person=person)
        self.assertTrue(self.identity(login)["sub"])
        bare = self.ask(login.session, code_verifier=None)
        self.sent_back(person.follow(bare.address).onward, "invalid_request", bare)


class Keys(OpenIDTest):
    def keyed(self, alg: str, **members):
        """A client with a key of its own, and that key."""
        key = KEYS[alg]()
        public = {**key.as_dict(private=False), "alg": alg, "use": "sig", "kid": generate_token(8)}
        members = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public]}, **members}
        client = self.register(**members)
        self.assertNotIn("client_secret", client)
        return client, key

    def signing(self, client: dict, key, auth: PrivateKeyJWT):
        session = self.session(client, client_secret=key)
        session.register_client_auth_method(auth)
        return session

    def check_refused(self, client, key, auth):
        """No tokens for such an assertion; answers what was asked for and the URL at which the client was called."""
        session = self.signing(client, key, auth)
        request = self.ask(session)
        called = self.person().answer(request.address)
        self.refused("invalid_client", self.exchange, session, request, called)
        return request, called

    def test_a_key_of_each_kind_proves_who_a_client_is(self):
        person = self.person()
        for alg in ALGORITHMS:
            with self.subTest(alg):
                client, key = self.keyed(alg, token_endpoint_auth_signing_alg=alg)
                kid = client["jwks"]["keys"][0]["kid"]
                auth = PrivateKeyJWT(metadata()["token_endpoint"], headers={"kid": kid}, alg=alg)
                session = self.signing(client, key, auth)
                login = self.log_in(client, person, session, scope="openid offline_access")
                self.assertTrue(self.identity(login)["sub"])
                self.assertTrue(session.refresh_token()["access_token"])

    def test_an_assertion_is_for_the_issuer_or_its_token_endpoint(self):
        client, key = self.keyed("ES256")
        person = self.person()
        for audience in (issuer(), metadata()["token_endpoint"]):
            with self.subTest(audience):
                session = self.signing(client, key, PrivateKeyJWT(audience, alg="ES256"))
                self.assertTrue(self.identity(self.log_in(client, person, session))["sub"])
                told = session.introspect_token(metadata()["introspection_endpoint"], session.token["access_token"])
                self.assertIs(True, told.json()["active"], told.text)
                gone = session.revoke_token(metadata()["revocation_endpoint"], session.token["access_token"])
                self.assertEqual(200, gone.status_code, gone.text)

    def test_an_assertion_for_another_server_is_refused(self):
        client, key = self.keyed("ES256")
        self.check_refused(client, key, PrivateKeyJWT("https://elsewhere.example/token", alg="ES256"))

    def test_a_foreign_key_proves_nothing_and_costs_nothing(self):
        client, key = self.keyed("ES256")
        request, called = self.check_refused(client, KEYS["ES256"](), PrivateKeyJWT(issuer(), alg="ES256"))
        session = self.signing(client, key, PrivateKeyJWT(issuer(), alg="ES256"))
        self.assertIn("id_token", self.exchange(session, request, called), "whoever has the key can still go on")

    def test_an_assertion_that_has_expired_is_refused(self):
        client, key = self.keyed("ES256")
        long_ago = {"iat": 1_000_000_000, "exp": 1_000_000_300}
        self.check_refused(client, key, PrivateKeyJWT(issuer(), claims=long_ago, alg="ES256"))

    def test_an_assertion_is_good_for_one_use(self):
        client, key = self.keyed("ES256")
        # Authlib keeps the claims that it is given, so each assertion of this session has the same jti.
        session = self.signing(client, key, PrivateKeyJWT(issuer(), claims={"jti": generate_token()}, alg="ES256"))
        self.assertTrue(self.identity(self.log_in(client, session=session))["sub"])
        told = session.introspect_token(metadata()["introspection_endpoint"], session.token["access_token"])
        self.assertEqual((401, "invalid_client"), (told.status_code, told.json().get("error")), told.text)

    def test_an_assertion_is_signed_with_the_registered_algorithm(self):
        key = KEYS["RS256"]()
        client = self.register(
            token_endpoint_auth_method="private_key_jwt", token_endpoint_auth_signing_alg="PS256",
            jwks={"keys": [key.as_dict(private=False)]},
        )
        request, called = self.check_refused(client, key, PrivateKeyJWT(issuer(), alg="RS256"))
        session = self.signing(client, key, PrivateKeyJWT(issuer(), alg="PS256"))
        self.assertIn("id_token", self.exchange(session, request, called))


if __name__ == "__main__":
    unittest.main()

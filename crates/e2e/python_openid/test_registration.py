"""Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration) and manage it (RFC 7592)."""

import unittest

from authlib.oauth2 import rfc7591
from authlib.oidc import registration, rpinitiated
from joserfc.jwk import ECKey
from world import CALLBACK, GONE, OpenIDTest, environment, metadata, query

class Registration(OpenIDTest):
    def post(self, body, token=None):
        session = self.bearer(token or environment("CHANCERY_REGISTRATION_TOKEN"))
        return session.post(metadata()["registration_endpoint"], json=body)

    def check_metadata(self, client: dict):
        """Authlib finds nothing wrong in what is registered, given what the server says that it can do."""
        for claims_cls in (rfc7591.ClientMetadataClaims, registration.ClientMetadataClaims):
            claims_cls(client, {}, claims_cls.get_claims_options(metadata())).validate()
        rpinitiated.ClientMetadataClaims(client, {}).validate()

    def test_a_client_learns_what_it_is(self):
        told = {
            "redirect_uris": [CALLBACK], "post_logout_redirect_uris": [GONE], "application_type": "web",
            "client_name": "Newcomer", "contacts": ["ops@app.example"], "logo_uri": "https://app.example/logo.png",
            "client_uri": "https://app.example/", "policy_uri": "https://app.example/p",
            "tos_uri": "https://app.example/t", "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "scope": "openid email",
            "token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256",
            "userinfo_signed_response_alg": "EdDSA", "subject_type": "public", "default_max_age": 3600,
            "require_auth_time": True, "software_id": "the-suite", "software_version": "1",
        }
        client = self.register(**told)
        self.check_metadata(client)
        self.assertEqual(told, {name: client.get(name) for name in told})

    def test_what_a_client_leaves_out_has_the_defaults_of_the_specifications(self):
        answer = self.post({"redirect_uris": [CALLBACK]})
        self.assertEqual(201, answer.status_code, answer.text)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        client = answer.json()
        self.addCleanup(self.bearer(client["registration_access_token"]).delete, client["registration_client_uri"])
        self.check_metadata(client)
        self.assertEqual("client_secret_basic", client["token_endpoint_auth_method"])
        self.assertEqual(["authorization_code"], client["grant_types"])
        self.assertEqual(["code"], client["response_types"])
        self.assertEqual("RS256", client.get("id_token_signed_response_alg", "RS256"))
        self.assertEqual("web", client.get("application_type", "web"))
        self.assertTrue(client["client_secret"])
        self.assertEqual(0, client["client_secret_expires_at"])

    def test_a_client_is_given_no_scope_that_it_did_not_register(self):
        client = self.register(scope="openid")
        self.assertEqual("openid", client["scope"])
        session, person = self.session(client), self.person()
        request = self.ask(session, scope="openid email")
        called = person.answer(request.address)
        if "error" in query(called):
            return self.sent_back(called, "invalid_scope", request)
        self.assertEqual("openid", self.exchange(session, request, called)["scope"])
        self.assertEqual({"sub"}, set(session.get(metadata()["userinfo_endpoint"]).json()))

    def test_members_that_the_server_does_not_know_are_ignored(self):
        client = self.register(favourite_colour="mauve")
        self.assertNotIn("favourite_colour", client)

    def test_a_client_reads_changes_and_deletes_what_it_registered(self):
        client = self.register(client_name="Before", contacts=["ops@app.example"])
        session, address = self.bearer(client["registration_access_token"]), client["registration_client_uri"]
        read = session.get(address)
        self.assertEqual((200, "Before"), (read.status_code, read.json()["client_name"]))
        self.assertEqual(client["client_id"], read.json()["client_id"])
        after = {"client_id": client["client_id"], "redirect_uris": [CALLBACK], "client_name": "After"}
        changed = session.put(address, json=after)
        self.assertEqual(200, changed.status_code, changed.text)
        self.check_metadata(changed.json())
        self.assertEqual("After", changed.json()["client_name"])
        self.assertNotIn("contacts", changed.json(), "what is left out is gone")
        # RFC 7592 section 2.1: the answer may bring another token, which is the one to use from now on.
        session.token = {"access_token": changed.json().get("registration_access_token", session.token["access_token"])}
        self.assertEqual(204, session.delete(address).status_code)
        self.assertEqual(401, session.get(address).status_code)

    def test_a_registration_is_its_own_clients_business(self):
        one, other = self.register(), self.register()
        for token in (other["registration_access_token"], environment("CHANCERY_REGISTRATION_TOKEN")):
            answer = self.bearer(token).get(one["registration_client_uri"])
            self.assertIn(answer.status_code, (401, 403), answer.text)

    def test_nobody_registers_without_a_token(self):
        answer = self.post({"redirect_uris": [CALLBACK]}, token="nonsense")
        self.assertEqual(401, answer.status_code)
        self.assertIn('error="invalid_token"', answer.headers["WWW-Authenticate"])
        without = self.bearer("nonsense").post(
            metadata()["registration_endpoint"], json={"redirect_uris": [CALLBACK]}, withhold_token=True
        )
        self.assertEqual(401, without.status_code)
        self.assertTrue(without.headers["WWW-Authenticate"].startswith("Bearer"))

    def test_what_cannot_be_had_is_refused_with_a_reason(self):
        jwks = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
        private = {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}
        for error, members in (
            ("invalid_redirect_uri", {"redirect_uris": ["https://app.example/#fragment"]}),
            ("invalid_redirect_uri", {"redirect_uris": []}),
            ("invalid_client_metadata", {"jwks": jwks, "jwks_uri": "https://app.example/keys"}),
            ("invalid_client_metadata", {"jwks": private}),
            ("invalid_client_metadata", {"id_token_signed_response_alg": "HS256"}),
            ("invalid_client_metadata", {"response_types": ["token"]}),
            ("invalid_client_metadata", {"token_endpoint_auth_method": "private_key_jwt"}),
        ):
            with self.subTest(error, **members):
                answer = self.post({"redirect_uris": [CALLBACK], **members})
                self.assertEqual((400, error), (answer.status_code, answer.json().get("error")), answer.text)


if __name__ == "__main__":
    unittest.main()

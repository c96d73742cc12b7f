"""What the issuer says about itself, by the rules of OpenID Connect Discovery and RFC 8414 as Authlib knows them."""

import unittest

from authlib.oauth2 import rfc8414, rfc9101, rfc9207
from authlib.oidc import discovery, rpinitiated
from joserfc.jwk import KeySet
from world import ALGORITHMS, OpenIDTest, fetch, issuer

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class Discovery(OpenIDTest):
    def document(self, address: str) -> dict:
        answer = fetch(address)
        self.assertEqual(200, answer.status_code, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"), answer.headers)
        return answer.json()

    def openid(self) -> dict:
        return self.document(discovery.get_well_known_url(issuer(), external=True))

    def oauth(self) -> dict:
        return self.document(rfc8414.get_well_known_url(issuer(), external=True))

    def test_the_metadata_of_an_openid_provider_are_valid(self):
        found = discovery.OpenIDProviderMetadata(self.openid())
        extensions = [rpinitiated.OpenIDProviderMetadata, rfc9207.AuthorizationServerMetadata]
        found.validate(metadata_classes=[*extensions, rfc9101.AuthorizationServerMetadata])
        self.assertEqual(issuer(), found.issuer)

    def test_the_metadata_of_an_authorization_server_are_valid(self):
        found = rfc8414.AuthorizationServerMetadata(self.oauth())
        found.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata, rfc9101.AuthorizationServerMetadata])
        self.assertEqual(issuer(), found.issuer)

    def test_both_documents_name_every_endpoint_and_the_same(self):
        openid, oauth = self.openid(), self.oauth()
        names = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint"]
        for name in [*names, "introspection_endpoint", "revocation_endpoint", "end_session_endpoint"]:
            with self.subTest(name):
                self.assertTrue(openid[name].startswith(f"{issuer()}/"), openid[name])
                self.assertEqual(openid[name], oauth[name])

    def test_what_the_suite_needs_is_announced(self):
        found = self.openid()
        self.assertEqual(["S256"], found["code_challenge_methods_supported"])
        self.assertEqual(set(ALGORITHMS), set(found["id_token_signing_alg_values_supported"]))
        self.assertEqual(set(ALGORITHMS), set(found["userinfo_signing_alg_values_supported"]))
        methods = {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}
        self.assertEqual(methods, set(found["token_endpoint_auth_methods_supported"]))
        self.assertLessEqual({"openid", "profile", "email", "offline_access"}, set(found["scopes_supported"]))
        self.assertLessEqual({"authorization_code", "refresh_token"}, set(found["grant_types_supported"]))
        self.assertIs(True, found["authorization_response_iss_parameter_supported"])

    def test_there_is_a_public_key_for_every_algorithm(self):
        keys = self.document(self.openid()["jwks_uri"])
        self.assertEqual(set(ALGORITHMS), {key["alg"] for key in keys["keys"]})
        self.assertEqual(len(keys["keys"]), len({key["kid"] for key in keys["keys"]}))
        for key in KeySet.import_key_set(keys):
            with self.subTest(key.kid):
                self.assertFalse(PRIVATE & set(key.dict_value))
                self.assertFalse(key.is_private)
                self.assertEqual("sig", key.get("use"))


if __name__ == "__main__":
    unittest.main()

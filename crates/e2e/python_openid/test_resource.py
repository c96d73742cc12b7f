"""A resource server that Authlib protects: JWT access tokens by RFC 9068, or whatever the issuer says of a token."""

import http.server
import json
import threading
import unittest

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import OAuth2Error, ResourceProtector
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from world import OpenIDTest, administrator, bootstrap, issuer, metadata, published, verified

ELSEWHERE = "https://elsewhere.example/"


class Reader(JWTBearerTokenValidator):
    """Verifies tokens with the keys that the issuer publishes."""

    def get_jwks(self):
        return KeySet.import_key_set(published())


class Asker(IntrospectTokenValidator):
    """Asks the issuer, as the client that `session` is."""

    def __init__(self, session):
        super().__init__()
        self.session = session

    def introspect_token(self, token_string):
        return self.session.introspect_token(metadata()["introspection_endpoint"], token_string).json()


class Resource(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            token = self.server.protector.validate_request(["email"], self)
            status, body, headers = 200, dict(token), []
        except OAuth2Error as error:
            status, body, headers = error()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


class Resources(OpenIDTest):
    def protected(self, validator) -> str:
        """The address of a resource that `validator` guards."""
        server = http.server.HTTPServer(("127.0.0.1", 0), Resource)
        server.protector = ResourceProtector()
        server.protector.register_token_validator(validator)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        for cleanup in (server.server_close, thread.join, server.shutdown):
            self.addCleanup(cleanup)
        return f"http://127.0.0.1:{server.server_port}/"

    def own(self) -> str:
        """A resource that is meant where a client asks for none in particular."""
        return self.protected(Reader(issuer=issuer(), resource_server=issuer()))

    def check_turned_away(self, status, error, answer):
        self.assertEqual((status, error), (answer.status_code, answer.json()["error"]), answer.text)

    def test_a_token_for_a_person_opens_the_resource(self):
        login = self.log_in()
        answer = login.session.get(self.own())
        self.assertEqual(200, answer.status_code, answer.text)
        claims = answer.json()
        self.assertEqual(administrator()["userId"], claims["sub"])
        self.assertEqual(login.client["client_id"], claims["client_id"])
        self.assertEqual({"openid", "email"}, set(claims["scope"].split()))

    def test_a_token_says_that_it_is_an_access_token(self):
        login = self.log_in()
        header = jws.extract_compact(login.tokens["access_token"].encode()).headers()
        self.assertEqual("at+jwt", header["typ"])
        key = next(key for key in published()["keys"] if key["kid"] == header["kid"])
        self.assertEqual(key["alg"], header["alg"])
        # RFC 9068 section 2.2, and nothing that only an ID token has.
        names = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"}
        claims = verified(login.tokens["access_token"], header["alg"], **dict.fromkeys(names))
        self.assertFalse({"nonce", "at_hash", "email"} & set(claims), claims)
        other = verified(self.log_in(login.client).tokens["access_token"], header["alg"])
        self.assertNotEqual(claims["jti"], other["jti"])

    def test_neither_token_passes_for_the_other(self):
        login = self.log_in()
        self.check_turned_away(401, "invalid_token", self.bearer(login.tokens["id_token"]).get(self.own()))
        alg = jws.extract_compact(login.tokens["access_token"].encode()).headers()["alg"]
        with self.assertRaises(JoseError):
            verified(login.tokens["access_token"], alg, CodeIDToken, iss=issuer(), aud=login.client["client_id"])

    def test_a_token_that_was_tampered_with_opens_nothing(self):
        header, claims, signature = self.log_in().tokens["access_token"].split(".")
        signature = ("B" if signature[0] == "A" else "A") + signature[1:]
        self.check_turned_away(401, "invalid_token", self.bearer(".".join([header, claims, signature])).get(self.own()))

    def test_a_program_gets_a_token_for_itself(self):
        client = bootstrap()["client"]
        session = self.kept(OAuth2Session(client["clientId"], client["clientSecret"]))
        token = session.fetch_token(metadata()["token_endpoint"], grant_type="client_credentials")
        self.assertNotIn("refresh_token", token)
        self.assertNotIn("id_token", token)
        claims = Reader(issuer=issuer(), resource_server=issuer()).authenticate_token(token["access_token"])
        claims.validate()
        self.assertEqual((client["clientId"], client["clientId"]), (claims["sub"], claims["client_id"]))
        management = f"{issuer()}/api/v2"
        session.fetch_token(metadata()["token_endpoint"], grant_type="client_credentials", resource=management)
        self.check_turned_away(401, "invalid_token", session.get(self.own()))

    def test_a_resource_that_asks_learns_of_a_revocation(self):
        login = self.log_in()
        asking = self.protected(Asker(self.session(login.client)))
        answer = login.session.get(asking)
        self.assertEqual((200, administrator()["userId"]), (answer.status_code, answer.json().get("sub")), answer.text)
        login.session.revoke_token(metadata()["revocation_endpoint"], login.tokens["access_token"])
        self.check_turned_away(401, "invalid_token", login.session.get(asking))

    def test_a_token_without_the_scope_is_not_enough(self):
        login = self.log_in(scope="openid")
        self.check_turned_away(403, "insufficient_scope", login.session.get(self.own()))

    def test_a_token_for_this_place_is_none_for_another(self):
        elsewhere = self.protected(Reader(issuer=issuer(), resource_server=ELSEWHERE))
        self.check_turned_away(401, "invalid_token", self.log_in().session.get(elsewhere))
        stranger = self.protected(Reader(issuer=ELSEWHERE, resource_server=issuer()))
        self.check_turned_away(401, "invalid_token", self.log_in().session.get(stranger))


if __name__ == "__main__":
    unittest.main()

"""What a client is told about a person at the userinfo endpoint: JSON, or signed if it registered that."""

import unittest

from authlib.oidc.core import UserInfo
from world import ALGORITHMS, OpenIDTest, administrator, issuer, metadata, verified


class Facts(OpenIDTest):
    def ask_who(self, login, method="GET", **options):
        answer = login.session.request(method, metadata()["userinfo_endpoint"], **options)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer

    def test_a_client_is_told_what_its_scope_says_and_no_more(self):
        person = self.person()
        for scope in ("openid", "openid email", "openid profile", "openid profile email address phone"):
            with self.subTest(scope):
                login = self.log_in(person=person, scope=scope)
                answer = self.ask_who(login)
                self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
                told = UserInfo(answer.json())
                told.validate_locale()
                self.assertEqual(told.filter(scope), told)
                self.assertEqual(self.identity(login)["sub"], told.sub)
                self.assertEqual(administrator()["email"] if "email" in scope else None, told.email)
                self.assertEqual("profile" in scope, told.name is not None)
                self.assertNotIn(None, told.values(), "what is not known is left out")

    def test_who_asks_by_post_is_told_the_same(self):
        login = self.log_in()
        self.assertEqual(self.ask_who(login).json(), self.ask_who(login, "POST").json())

    def test_an_answer_is_signed_as_the_client_registered(self):
        person = self.person()
        for alg in ALGORITHMS:
            with self.subTest(alg):
                client = self.register(userinfo_signed_response_alg=alg)
                login = self.log_in(client, person)
                answer = self.ask_who(login)
                self.assertEqual("application/jwt", answer.headers["Content-Type"].split(";")[0])
                expected = {"iss": issuer(), "aud": client["client_id"], "sub": self.identity(login)["sub"]}
                claims = verified(answer.text, alg, **expected, email=administrator()["email"])
                self.assertEqual(alg, claims.header["alg"])

    def test_nobody_is_told_anything_without_a_good_token(self):
        login = self.log_in()
        for token in ("nonsense", login.tokens["id_token"]):
            answer = self.bearer(token).get(metadata()["userinfo_endpoint"])
            self.assertEqual(401, answer.status_code, answer.text)
            self.assertIn('error="invalid_token"', answer.headers["WWW-Authenticate"])
        answer = login.session.get(metadata()["userinfo_endpoint"], withhold_token=True)
        self.assertEqual(401, answer.status_code)
        self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertNotIn("error=", answer.headers["WWW-Authenticate"], "RFC 6750 section 3.1")

    def test_a_token_that_is_not_for_openid_says_nothing(self):
        login = self.log_in(scope="email")
        self.assertNotIn("id_token", login.tokens)
        answer = login.session.get(metadata()["userinfo_endpoint"])
        self.assertEqual(403, answer.status_code, answer.text)
        self.assertIn('error="insufficient_scope"', answer.headers["WWW-Authenticate"])


if __name__ == "__main__":
    unittest.main()

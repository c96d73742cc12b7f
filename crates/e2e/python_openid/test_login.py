"""The code flow with PKCE and a nonce: a person logs in, and the ID token says who it was."""

import time
import unittest

from world import ALGORITHMS, CALLBACK, BadSignatureError, OpenIDTest, administrator, issuer, metadata, query, verified


class Logins(OpenIDTest):
    def test_a_person_logs_in_and_the_client_learns_who_it_is(self):
        begun = int(time.time())
        login = self.log_in()
        claims = self.identity(login)
        self.assertEqual(administrator()["userId"], claims["sub"])
        self.assertLessEqual(begun, claims["iat"])
        self.assertEqual("bearer", login.tokens["token_type"].lower())
        self.assertGreater(login.tokens["expires_in"], 0)
        self.assertEqual({"openid", "email"}, set(login.tokens.get("scope", "openid email").split()))

    def test_the_client_is_called_with_its_state_by_an_issuer_that_it_can_tell(self):
        login = self.log_in()
        self.assertEqual(CALLBACK, login.called.split("?")[0])
        self.assertEqual({"code", "state", "iss"}, set(query(login.called)))
        self.assertEqual(login.request.state, query(login.called)["state"])
        self.assertEqual(issuer(), query(login.called)["iss"])

    def test_an_id_token_is_signed_as_the_client_registered(self):
        person = self.person()
        for alg in ALGORITHMS:
            with self.subTest(alg):
                client = self.register(id_token_signed_response_alg=alg)
                self.assertEqual(alg, client["id_token_signed_response_alg"])
                claims = self.identity(self.log_in(client, person), alg)
                self.assertEqual(alg, claims.header["alg"])
                self.assertEqual(administrator()["userId"], claims["sub"])

    def test_a_client_that_names_no_algorithm_gets_the_one_that_all_know(self):
        claims = self.identity(self.log_in(self.register()), "RS256")
        self.assertEqual("RS256", claims.header["alg"])

    def test_an_id_token_is_good_for_its_own_login_only(self):
        client, person = self.register(), self.person()
        one, other = self.log_in(client, person), self.log_in(client, person)
        self.assertNotEqual(one.tokens["access_token"], other.tokens["access_token"])
        for name in ("nonce", "at_hash"):
            self.assertNotEqual(self.identity(one)[name], self.identity(other)[name])
        header, claims, signature = one.tokens["id_token"].split(".")
        with self.assertRaises(BadSignatureError):
            verified(".".join([header, other.tokens["id_token"].split(".")[1], signature]), "RS256")

    def test_a_client_that_asks_how_old_the_login_is_is_told(self):
        person = self.person()
        before = int(time.time())
        first = self.identity(self.log_in(person=person, max_age=3600), auth_time=None)
        self.assertLessEqual(before, first["auth_time"])
        self.assertLessEqual(first["auth_time"], first["iat"])
        again = self.identity(self.log_in(person=person, max_age=3600), auth_time=first["auth_time"])
        self.assertEqual(first["sub"], again["sub"])

    def test_a_person_who_is_logged_in_and_agreed_is_not_asked_again(self):
        person = self.person()
        login = self.log_in(person=person)
        request = self.ask(login.session, prompt="none", id_token_hint=login.tokens["id_token"])
        page = person.follow(request.address)
        self.assertIn("code", query(page.onward or ""), page)
        self.assertIn("id_token", self.exchange(login.session, request, page.onward))

    def test_a_request_may_come_as_a_form(self):
        session, person = self.session(self.register()), self.person()
        request = self.ask(session)
        endpoint, form = request.address.split("?")[0], query(request.address)
        self.assertEqual(metadata()["authorization_endpoint"], endpoint)
        page = person.follow(endpoint, form)
        self.assertEqual((200, None), (page.status, page.onward))
        self.assertIn("id_token", self.exchange(session, request, person.answer(page.address)))

    def test_a_scope_that_the_server_does_not_know_is_ignored_and_the_client_is_told(self):
        login = self.log_in(scope="openid nothing-known")
        self.assertEqual("openid", login.tokens["scope"])

    def test_claims_are_asked_for_one_by_one(self):
        wanted = '{"id_token": {"email": {"essential": true}}, "userinfo": {"name": null}}'
        login = self.log_in(scope="openid", claims=wanted)
        self.assertEqual(administrator()["email"], self.identity(login)["email"])
        told = login.session.get(metadata()["userinfo_endpoint"]).json()
        self.assertEqual({"sub", "name"}, set(told))


if __name__ == "__main__":
    unittest.main()

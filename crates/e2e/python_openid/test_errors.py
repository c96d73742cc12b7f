"""What goes wrong in the code flow, and how a client is told."""

import unittest

from authlib.common.security import generate_token
from world import CALLBACK, OpenIDTest, administrator, query


class Exchanges(OpenIDTest):
    def asked(self, **parameters):
        """A session, what it asked for, and the URL at which it was called."""
        session = self.session(self.register())
        request = self.ask(session, **parameters)
        return session, request, self.person().answer(request.address)

    def test_a_wrong_verifier_gets_no_tokens(self):
        session, request, called = self.asked()
        self.refused("invalid_grant", self.exchange, session, request, called, code_verifier=generate_token(48))

    def test_no_verifier_gets_no_tokens(self):
        session, _, called = self.asked()
        self.refused("invalid_grant", session.fetch_token, authorization_response=called)

    def test_a_verifier_that_nobody_announced_gets_no_tokens(self):
        session, request, called = self.asked(code_verifier=None)
        self.assertNotIn("code_challenge", query(request.address))
        self.refused("invalid_grant", self.exchange, session, request, called, code_verifier=generate_token(48))

    def test_a_code_is_good_once(self):
        login = self.log_in()
        self.refused("invalid_grant", self.exchange, login.session, login.request, login.called)

    def test_a_code_is_for_the_client_that_asked_and_the_address_it_named(self):
        session, request, called = self.asked()
        self.refused("invalid_grant", self.exchange, self.session(self.register()), request, called)
        session, request, called = self.asked()
        self.refused("invalid_grant", self.exchange, session, request, called, redirect_uri="https://app.example/other")

    def test_what_the_token_endpoint_does_not_know_is_refused(self):
        session = self.session(self.register())
        self.refused("unsupported_grant_type", session.fetch_token, grant_type="urn:example:nothing")
        self.refused("invalid_grant", session.fetch_token, grant_type="authorization_code", code="nonsense")
        self.refused("invalid_grant", session.refresh_token, refresh_token="nonsense")
        self.refused("invalid_request", session.fetch_token, grant_type="refresh_token")
        self.refused("unauthorized_client", session.fetch_token, grant_type="client_credentials")

    def test_an_error_is_json_that_nobody_keeps(self):
        answers = []
        session = self.session(self.register())
        session.register_compliance_hook("access_token_response", lambda answer: answers.append(answer) or answer)
        self.refused("invalid_grant", session.fetch_token, grant_type="authorization_code", code="nonsense")
        self.assertEqual(400, answers[0].status_code)
        self.assertTrue(answers[0].headers["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", answers[0].headers["Cache-Control"])


class Requests(OpenIDTest):
    def called(self, client=None, person=None, **parameters):
        request = self.ask(self.session(client or self.register()), **parameters)
        return (person or self.person()).follow(request.address).onward, request

    def test_a_person_who_says_no_is_believed(self):
        request = self.ask(self.session(self.register()))
        called = self.person().answer(request.address, decision="deny")
        self.sent_back(called, "access_denied", request)

    def test_nobody_is_asked_who_may_not_be(self):
        called, request = self.called(prompt="none")
        self.sent_back(called, "login_required", request)
        person = self.person()
        self.log_in(person=person)
        called, request = self.called(person=person, prompt="none")
        self.sent_back(called, "consent_required", request)

    def test_a_request_that_cannot_be_met_is_sent_back(self):
        client, bare, person = self.register(), {"code_verifier": None}, self.person()
        self.log_in(client, person=person)
        for error, parameters in (
            ("unsupported_response_type", {"response_type": "nothing"}),
            ("invalid_request", {"prompt": "none login"}),
            ("invalid_request", {"code_challenge": generate_token(43), "code_challenge_method": "plain", **bare}),
            ("invalid_request", {"code_challenge": "short", "code_challenge_method": "S256", **bare}),
            ("invalid_target", {"resource": "https://elsewhere.example/"}),
            ("request_not_supported", {"request": "e30.e30."}),
            ("request_uri_not_supported", {"request_uri": "https://app.example/request"}),
        ):
            with self.subTest(error, **parameters):
                called, request = self.called(client, person=person, **parameters)
                self.sent_back(called, error, request)
                # Whoever registered itself could else send anybody anywhere.
                self.assertIsNone(self.called(client, **parameters)[0])

    def test_nobody_is_sent_to_an_address_that_is_not_registered(self):
        session = self.session(self.register())
        for redirect_uri in ("https://elsewhere.example/", f"{CALLBACK}/more", f"{CALLBACK}?more"):
            page = self.person().follow(self.ask(session, redirect_uri=redirect_uri).address)
            self.assertEqual((400, None), (page.status, page.onward), page.address)
            self.assertNotIn(administrator()["email"], page.text)


if __name__ == "__main__":
    unittest.main()

"""The password grant: no SDK has it, and a server has it only if its operator wants it.

CHANCERY_PASSWORD_URL and CHANCERY_PASSWORD_BOOTSTRAP name a server that has it on; the suite's own has it off.
"""

import functools
import json
import unittest
import urllib.error
import urllib.parse
import urllib.request

from chancery import Answer, ChanceryTest, ask_for_token, basic, bootstrap, environment, registration, unconnected


@functools.cache
def other() -> dict:
    with open(environment("CHANCERY_PASSWORD_BOOTSTRAP"), encoding="utf-8") as file:
        return json.load(file)


def ask(method, path, headers, form=None, json_body=None) -> Answer:
    """One request to the server that has the grant."""
    data = urllib.parse.urlencode(form) if form is not None else json.dumps(json_body) if json_body else None
    kind = "application/json" if form is None else "application/x-www-form-urlencoded"
    url = environment("CHANCERY_PASSWORD_URL") + path
    request = urllib.request.Request(url, data and data.encode(), {"Content-Type": kind, **headers}, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.headers, refusal.read().decode())


class WithoutIt(ChanceryTest):
    def test_a_server_that_has_it_off_does_not_know_it(self):
        client, admin = self.create("PASSWORD"), bootstrap()["admin"]
        form = {"grant_type": "password", "username": admin["email"], "password": admin["password"]}
        answer = ask_for_token(client, **form)
        self.assertEqual(400, answer.status, answer.text)
        self.assertEqual("unsupported_grant_type", answer.body["error"])


class WithIt(ChanceryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        client = other()["client"]
        own = basic(client["clientId"], client["clientSecret"])
        granted = ask("POST", "/oauth/token", own, form={"grant_type": "client_credentials"})
        cls.bearer = {"Authorization": f"Bearer {granted.body['access_token']}"}
        cls.clients = {kind: cls.register(kind) for kind in ("PASSWORD", "CODE")}

    @classmethod
    def register(cls, kind):
        body = unconnected().sanitize_for_serialization(registration(kind))
        return ask("POST", "/api/v2/oauth/clients", cls.bearer, json_body=body).body

    def ask_for_token(self, kind="PASSWORD", **form):
        client, admin = self.clients[kind], other()["admin"]
        form = {"grant_type": "password", "username": admin["email"], "password": admin["password"], **form}
        form = {name: value for name, value in form.items() if value is not None}
        return ask("POST", "/oauth/token", basic(client["id"], client["secret"]), form=form)

    def check_error(self, answer, error):
        self.assertEqual(400, answer.status, answer.text)
        body = answer.body
        self.assertEqual({"error", "description", "error_description"}, set(body))
        self.assertEqual(error, body["error"])
        self.assertEqual(body["description"], body["error_description"])
        return body["description"]

    def test_address_and_password_become_a_token_that_acts_for_the_person(self):
        for more in ({}, {"orgName": other()["organization"]["name"].lower()}, {"scope": ""}):
            with self.subTest(more):
                answer = self.ask_for_token(**more)
                self.assertEqual(200, answer.status, answer.text)
                self.assertEqual("bearer", answer.body["token_type"])
                self.assertNotIn("refresh_token", answer.body)
                bearer = {"Authorization": f"Bearer {answer.body['access_token']}"}
                me = ask("GET", "/api/v2/users/me", bearer)
                self.assertEqual(other()["admin"]["userId"], me.body["id"])

    def test_nobody_is_told_what_was_wrong(self):
        wrong = [{"password": "not the password"}, {"username": "nobody@example.com"}, {"orgName": "another"}]
        said = {self.check_error(self.ask_for_token(**it), "invalid_grant") for it in wrong}
        self.assertEqual(1, len(said), said)

    def test_what_is_missing_makes_the_request_invalid(self):
        for name in ("username", "password"):
            self.check_error(self.ask_for_token(**{name: None}), "invalid_request")

    def test_only_a_client_for_it_may_use_it_and_only_here(self):
        self.check_error(self.ask_for_token("CODE"), "unauthorized_client")
        client, admin = self.clients["PASSWORD"], other()["admin"]
        form = {"grant_type": "password", "username": admin["email"], "password": admin["password"]}
        answer = ask("POST", "/oauth2/token", basic(client["id"], client["secret"]), form=form)
        self.assertIn(answer.body["error"], ("unsupported_grant_type", "unauthorized_client"))

    def test_a_wrong_secret_is_told_before_a_wrong_password(self):
        client = self.clients["PASSWORD"]
        form = {"grant_type": "password", "username": other()["admin"]["email"], "password": "not the password"}
        self.check_error(ask("POST", "/oauth/token", basic(client["id"], "s" * 43), form=form), "invalid_client")

    def test_guesses_are_braked_in_the_words_of_the_endpoint(self):
        said = [self.ask_for_token(username="victim@example.com", password=f"guess {n}") for n in range(12)]
        errors = [answer.body["error"] for answer in said]
        self.assertEqual("invalid_grant", errors[0])
        self.assertEqual("invalid_request", errors[-1])
        self.assertTrue(said[-1].body["description"].startswith("rate limit exceeded;"), said[-1].text)
        self.assertEqual(400, said[-1].status)
        self.assertEqual(200, self.ask_for_token().status, "somebody else is not hurt")


if __name__ == "__main__":
    unittest.main()

"""What Authlib gives to web frameworks, without one: it is told an address to discover the rest from, no more."""

import html
import re
import unittest
import urllib.parse

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import InvalidClaimError
from world import ALGORITHMS, CALLBACK, GONE, TIMEOUT, OpenIDTest, administrator, issuer, metadata, query


class Application(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session


class ApplicationTest(OpenIDTest):
    def application(self, client: dict) -> Application:
        kept = {"trust_env": False, "default_timeout": TIMEOUT, "code_challenge_method": "S256"}
        return Application(
            framework=None,
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            client_kwargs={"scope": "openid profile email", **kept},
            server_metadata_url=get_well_known_url(issuer(), external=True),
        )

    def log_in_at(self, application: Application, person):
        """The tokens, and the nonce that was asked with."""
        asked = application.create_authorization_url(CALLBACK)
        told = query(person.answer(asked["url"]))
        self.assertEqual((asked["state"], issuer()), (told["state"], told["iss"]))
        token = application.fetch_access_token(CALLBACK, code=told["code"], code_verifier=asked["code_verifier"])
        return token, asked["nonce"]

class Logins(ApplicationTest):
    def test_an_application_logs_a_person_in_whatever_signs_the_id_token(self):
        person = self.person()
        for alg in ALGORITHMS:
            with self.subTest(alg):
                application = self.application(self.register(id_token_signed_response_alg=alg))
                token, nonce = self.log_in_at(application, person)
                claims = application.parse_id_token(token, nonce, leeway=0)
                self.assertEqual(administrator()["userId"], claims.sub)
                with self.assertRaises(InvalidClaimError):
                    application.parse_id_token(token, "another nonce")
                told = application.userinfo(token=token)
                self.assertEqual((claims.sub, administrator()["email"]), (told.sub, told.email))


class Logouts(ApplicationTest):
    def setUp(self):
        self.browser = self.person()
        self.client = self.register(post_logout_redirect_uris=[GONE])
        self.party = self.application(self.client)
        self.tokens, _ = self.log_in_at(self.party, self.browser)

    def leave(self, **parameters):
        """Where the browser ends that the client sends away, and the state that the client remembers."""
        made = self.party.create_logout_url(**parameters)
        return self.browser.follow(made["url"]), made["state"]

    def check_session(self, expected: bool):
        """Whether the browser has a session shows when nobody may be asked."""
        page = self.browser.follow(self.ask(self.session(self.client), prompt="none").address)
        self.assertEqual(CALLBACK, page.onward.split("?")[0])
        self.assertEqual(expected, query(page.onward).get("error") != "login_required", page.onward)

    def check_gone(self, page, **told):
        """The browser is back at the client, which is told this, and nobody is logged in."""
        self.assertEqual(GONE, (page.onward or "").split("?")[0], page.text)
        self.assertEqual(told, query(page.onward))
        self.check_session(False)

    def test_a_client_that_knows_whom_it_logs_out_gets_the_browser_back(self):
        self.check_session(True)
        page, state = self.leave(post_logout_redirect_uri=GONE, id_token_hint=self.tokens["id_token"])
        self.check_gone(page, state=state)

    def test_a_logout_may_come_as_a_form(self):
        made = self.party.create_logout_url(post_logout_redirect_uri=GONE, id_token_hint=self.tokens["id_token"])
        endpoint = made["url"].split("?")[0]
        self.assertEqual(metadata()["end_session_endpoint"], endpoint)
        self.check_gone(self.browser.follow(endpoint, query(made["url"])), state=made["state"])

    def test_a_person_is_asked_where_nothing_says_that_they_are_meant(self):
        asking = {"post_logout_redirect_uri": GONE, "client_id": self.client["client_id"]}
        for decision in ("stay", "leave"):
            page, state = self.leave(**asking)
            self.assertEqual((200, None), (page.status, page.onward))
            self.check_session(True)
            csrf, action = (re.search(it, page.text)[1] for it in (r'name="csrf" value="([^"]+)"', r'action="([^"]+)"'))
            address = urllib.parse.urljoin(page.address, html.unescape(action))
            decided = self.browser.follow(address, {"csrf": csrf, "decision": decision})
            if decision == "stay":
                self.check_session(True)
        self.check_gone(decided, state=state)

    def test_a_browser_is_sent_to_no_place_that_the_client_did_not_register(self):
        for place in ("https://elsewhere.example/", CALLBACK, f"{GONE}?more"):
            page, _ = self.leave(post_logout_redirect_uri=place, id_token_hint=self.tokens["id_token"])
            self.assertIsNone(page.onward, place)


if __name__ == "__main__":
    unittest.main()

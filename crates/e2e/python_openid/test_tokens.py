"""What becomes of tokens: refreshed, introspected, revoked."""

import time
import unittest

from authlib.oidc.core import CodeIDToken
from world import OpenIDTest, administrator, issuer, metadata, verified

OFFLINE = "openid email offline_access"


class TokenTest(OpenIDTest):
    def introspect(self, session, token, **hint):
        answer = session.introspect_token(metadata()["introspection_endpoint"], token, **hint)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json()

    def revoke(self, session, token, **hint):
        answer = session.revoke_token(metadata()["revocation_endpoint"], token, **hint)
        self.assertEqual(200, answer.status_code, answer.text)


class Refreshing(TokenTest):
    def refreshed(self, login, fresh) -> CodeIDToken:
        """The claims of the ID token that came with a refresh."""
        params = {"client_id": login.client["client_id"], "access_token": fresh["access_token"]}
        expected = {"iss": issuer(), "aud": login.client["client_id"], "sub": self.identity(login)["sub"]}
        return verified(fresh["id_token"], "RS256", CodeIDToken, params, **expected)

    def test_a_refresh_token_comes_with_offline_access_only(self):
        self.assertNotIn("refresh_token", self.log_in(scope="openid email").tokens)
        self.assertIn("refresh_token", self.log_in(scope=OFFLINE).tokens)

    def test_a_client_goes_on_without_the_person(self):
        login = self.log_in(scope=OFFLINE, max_age=3600)
        before = self.identity(login, auth_time=None)
        fresh = dict(login.session.refresh_token())
        self.assertNotEqual(login.tokens["access_token"], fresh["access_token"])
        self.assertEqual(before["sub"], login.session.get(metadata()["userinfo_endpoint"]).json()["sub"])
        # OpenID Connect Core section 12.2: who it is and when they logged in stay; the nonce need not be there.
        again = self.refreshed(login, fresh)
        self.assertEqual(before["auth_time"], again["auth_time"])
        self.assertGreaterEqual(again["iat"], before["iat"])
        self.assertEqual(before["nonce"], again.get("nonce", before["nonce"]))

    def test_a_session_refreshes_by_itself_when_its_token_is_about_to_end(self):
        login = self.log_in(scope=OFFLINE)
        kept = []
        login.session.update_token = lambda token, refresh_token: kept.append((token, refresh_token))
        login.session.token = {**login.tokens, "expires_at": int(time.time()) - 1}
        answer = login.session.get(metadata()["userinfo_endpoint"])
        self.assertEqual(200, answer.status_code, answer.text)
        [(token, used)] = kept
        self.assertEqual(login.tokens["refresh_token"], used)
        self.assertNotEqual(login.tokens["access_token"], token["access_token"])

    def test_a_client_may_go_on_with_less_than_it_was_given_and_never_with_more(self):
        login = self.log_in(scope=OFFLINE)
        less = login.session.refresh_token(scope="openid")
        self.assertEqual({"openid"}, set(less["scope"].split()))
        self.assertNotIn("email", login.session.get(metadata()["userinfo_endpoint"]).json())
        more = login.session.refresh_token(scope=f"{OFFLINE} profile")
        self.assertEqual(set(OFFLINE.split()), set(more["scope"].split()))
        told = login.session.get(metadata()["userinfo_endpoint"]).json()
        self.assertEqual((administrator()["email"], None), (told["email"], told.get("name")))

    def test_a_refresh_token_is_its_own_clients(self):
        login, other = self.log_in(scope=OFFLINE), self.session(self.register())
        self.refused("invalid_grant", other.refresh_token, refresh_token=login.tokens["refresh_token"])
        self.assertIn("access_token", login.session.refresh_token())


class Introspection(TokenTest):
    def test_a_client_learns_what_its_own_tokens_are_worth(self):
        login = self.log_in(scope=OFFLINE)
        told = self.introspect(login.session, login.tokens["access_token"], token_type_hint="access_token")
        self.assertIs(True, told["active"])
        self.assertEqual(login.client["client_id"], told["client_id"])
        self.assertEqual(administrator()["userId"], told["sub"])
        self.assertEqual(issuer(), told["iss"])
        self.assertEqual(set(OFFLINE.split()), set(told["scope"].split()))
        self.assertGreater(told["exp"], time.time())
        refresh = self.introspect(login.session, login.tokens["refresh_token"], token_type_hint="refresh_token")
        self.assertIs(True, refresh["active"])

    def test_a_hint_that_is_wrong_changes_nothing(self):
        login = self.log_in(scope=OFFLINE)
        for name, hint in (("access_token", "refresh_token"), ("refresh_token", "access_token")):
            told = self.introspect(login.session, login.tokens[name], token_type_hint=hint)
            self.assertIs(True, told["active"], name)

    def test_of_nonsense_and_of_what_is_others_nothing_is_told(self):
        login, other = self.log_in(scope=OFFLINE), self.session(self.register())
        self.assertEqual({"active": False}, self.introspect(login.session, "nonsense"))
        for name in ("access_token", "refresh_token"):
            self.assertEqual({"active": False}, self.introspect(other, login.tokens[name]))

    def test_whoever_proves_nothing_is_told_nothing(self):
        login = self.log_in()
        login.session.client_secret = "wrong"
        answer = login.session.introspect_token(metadata()["introspection_endpoint"], login.tokens["access_token"])
        self.assertEqual((401, "invalid_client"), (answer.status_code, answer.json()["error"]), answer.text)


class Revocation(TokenTest):
    def test_an_access_token_that_is_given_back_is_good_for_nothing(self):
        login = self.log_in(scope=OFFLINE)
        self.revoke(login.session, login.tokens["access_token"], token_type_hint="access_token")
        self.assertEqual(401, login.session.get(metadata()["userinfo_endpoint"]).status_code)
        self.assertEqual({"active": False}, self.introspect(login.session, login.tokens["access_token"]))
        self.assertIn("access_token", login.session.refresh_token(), "the client may still go on")

    def test_with_a_refresh_token_goes_all_that_came_of_it(self):
        login = self.log_in(scope=OFFLINE)
        self.revoke(login.session, login.tokens["refresh_token"], token_type_hint="refresh_token")
        self.assertEqual({"active": False}, self.introspect(login.session, login.tokens["access_token"]))
        self.assertEqual(401, login.session.get(metadata()["userinfo_endpoint"]).status_code)
        self.refused("invalid_grant", login.session.refresh_token)

    def test_nobody_gives_back_what_is_anothers_and_nobody_is_told(self):
        login, other = self.log_in(scope=OFFLINE), self.session(self.register())
        for token in (login.tokens["access_token"], login.tokens["refresh_token"]):
            other.revoke_token(metadata()["revocation_endpoint"], token)
        self.assertIs(True, self.introspect(login.session, login.tokens["access_token"])["active"])
        self.assertIs(True, self.introspect(login.session, login.tokens["refresh_token"])["active"])

    def test_what_is_no_token_can_be_given_back_as_well(self):
        self.revoke(self.session(self.register()), "nonsense")


if __name__ == "__main__":
    unittest.main()

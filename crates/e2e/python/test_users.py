"""The people of an organization: made, changed, given roles and passwords, and shut out, by whoever administers them
and by themselves. What a person does needs a token of that person, so each logs in at the pages first."""

import http.cookiejar
import re
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

from chancery import (
    AuthorizationTest, ask_for_token, bootstrap, home_division, model, raw, remove, role_division, role_id, sdk,
    unique, url, with_token,
)

CALLBACK = "https://app.example.com/callback"
# With all that other tests may have asked of passwords.
PASSWORD, ANOTHER = "Plum-tractor-vivid-oath-17", "Quartz-lantern-meadow-42"
SCOPE = ["users", "oauth", "organization", "authorization", "user-basic-info"]


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """What a person logs in with."""

    def __init__(self):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, _StayHere)

    def visit(self, address, form=None):
        """Goes on until there is a page, or the way leads to the client: the address, and the page if it is one."""
        while True:
            data = None if form is None else urllib.parse.urlencode(form).encode()
            try:
                with self.opener.open(urllib.request.Request(address, data=data), timeout=30) as answer:
                    return address, answer.read().decode()
            except urllib.error.HTTPError as answer:
                with answer:
                    location = answer.headers.get("Location")
                    if location is None:
                        return address, answer.read().decode()
            address, form = urllib.parse.urljoin(address, location), None
            if not address.startswith(url()):
                return address, None

    def code(self, client, email, password):
        """A code for the client; None if the person is not let in."""
        query = {"client_id": client.id, "redirect_uri": CALLBACK, "response_type": "code"}
        address, page = self.visit(f"{url()}/oauth/authorize?{urllib.parse.urlencode(query)}")
        if page is not None:
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            address, page = self.visit(address, {"csrf": csrf, "email": email, "password": password})
        if page is not None:
            return None
        return urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["code"][0]


class own:
    """Chancery's own operations, which the SDK does not have."""

    @staticmethod
    def get_chancery_user_sessions(api, user):
        return raw("GET", f"/api/v2/chancery/users/{user}/sessions", token=api.access_token)

    @staticmethod
    def delete_chancery_user_session(api, user, session):
        return raw("DELETE", f"/api/v2/chancery/users/{user}/sessions/{session}", token=api.access_token)

    @staticmethod
    def delete_chancery_user_sessions(api, user):
        return raw("DELETE", f"/api/v2/chancery/users/{user}/sessions", token=api.access_token)

    @staticmethod
    def delete_oauth_authorization(api, client):
        return raw("DELETE", f"/api/v2/oauth/authorizations/{client}", token=api.access_token)

    @staticmethod
    def get_chancery_audit(api, **query):
        return raw("GET", f"/api/v2/chancery/audit?{urllib.parse.urlencode(query)}", token=api.access_token)


def new_password(new):
    return model("ChangePasswordRequest", new_password=new)


def another_password(old, new):
    return model("ChangeMyPasswordRequest", old_password=old, new_password=new)


class UsersTest(AuthorizationTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = sdk.UsersApi(cls.admin)

    def new_user(self, by=None, **members) -> sdk.User:
        defaults = {"name": unique("user"), "email": f"{uuid.uuid4()}@example.com", "division_id": home_division()}
        user = (by or self.users).post_users(model("CreateUser", **{**defaults, **members}))
        self.addCleanup(remove, f"/api/v2/users/{user.id}")
        return user

    def patch(self, user, by=None, **members) -> sdk.User:
        version = self.users.get_user(user.id, state="any").version
        return (by or self.users).patch_user(user.id, model("UpdateUser", **{"version": version, **members}))

    def person(self, *roles, password=PASSWORD, **members):
        """A user who has logged in, and the connection."""
        user = self.new_user(password=password, **members)
        if roles:
            self.users.put_user_roles(user.id, list(roles))
        client = self.create("CODE", scope=SCOPE, registered_redirect_uri=[CALLBACK])
        return user, client, self.log_in(client, user, password)

    def log_in(self, client, user, password=PASSWORD) -> sdk.ApiClient:
        code = Browser().code(client, user.email, password)
        self.assertIsNotNone(code, "was not let in")
        answer = ask_for_token(client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        self.assertEqual(200, answer.status, answer.text)
        return with_token(answer.body["access_token"])

    def check_opens(self, user, password, opens=True):
        client = self.create("CODE", registered_redirect_uri=[CALLBACK])
        self.assertEqual(opens, Browser().code(client, user.email, password) is not None)


class Directory(UsersTest):
    def test_a_user_is_made_read_changed_and_deleted(self):
        phone = model("Contact", address="+13175550123", media_type="PHONE", type="WORK")
        made = self.new_user(title="Engineer", department="Engines", addresses=[phone])
        read = self.users.get_user(made.id)
        for it in (made, read):
            self.assertEqual((made.id, "active", 1), (it.id, it.state, it.version))
            self.assertEqual(("Engineer", "Engines"), (it.title, it.department))
            self.assertEqual((made.email, made.email), (it.email, it.username))
            self.assertEqual((home_division(), "Home"), (it.division.id, it.division.name))
            self.assertEqual("+13175550123", it.addresses[0].address)
        changed = self.patch(made, name="Ada", title="", preferred_name="A.", acd_auto_answer=True)
        self.assertEqual(("Ada", None, "A."), (changed.name, changed.title, changed.preferred_name))
        self.assertEqual((True, 2), (changed.acd_auto_answer, changed.version))
        self.users.delete_user(made.id)
        with self.refused(404, "not.found", "general.resource.not.found"):
            self.users.get_user(made.id)
        self.assertEqual("deleted", self.users.get_user(made.id, state="deleted").state)

    def test_users_are_listed_page_by_page(self):
        made = sorted((self.new_user() for _ in range(3)), key=lambda it: it.name)
        ids = [it.id for it in made]
        page = self.users.get_users(id=ids, page_size=2)
        self.assertEqual((ids[:2], 3, 2), ([it.id for it in page.entities], page.total, page.page_count))
        page = self.users.get_users(id=ids, page_size=2, page_number=2, sort_order="ASC")
        self.assertEqual(ids[2:], [it.id for it in page.entities])
        page = self.users.get_users(id=ids, sort_order="DESC")
        self.assertEqual(ids[::-1], [it.id for it in page.entities])
        self.patch(made[0], state="inactive")
        self.users.delete_user(ids[1])
        for state, expected in {"active": ids[2:], "inactive": ids[:1], "deleted": ids[1:2], "any": ids}.items():
            self.assertEqual(expected, [it.id for it in self.users.get_users(id=ids, state=state).entities], state)

    def test_what_cannot_be_made_is_refused(self):
        user = self.new_user()
        with self.refused(409, "general.conflict"):
            self.new_user(email=user.email.upper())
        for members in ({"name": " "}, {"email": "nobody"}, {"division_id": str(uuid.uuid4())}):
            with self.subTest(members), self.refused(400, "constraint.validation"):
                self.new_user(**members)
        with self.refused(400, "password.too.short"):
            self.new_user(password="short")
        with self.refused(400, "max.user.ids"):
            self.users.get_users(id=[str(uuid.uuid4()) for _ in range(101)])

    def test_a_change_names_the_version_that_it_is_based_on(self):
        user = self.new_user()
        self.patch(user, name="first")
        with self.refused(409, "general.conflict"):
            self.patch(user, name="second", version=user.version)
        with self.refused(404, "not.found", "general.resource.not.found"):
            self.users.patch_user(str(uuid.uuid4()), model("UpdateUser", version=1))

    def test_an_email_is_free_once_its_user_is_deleted(self):
        user = self.new_user()
        self.users.delete_user(user.id)
        self.assertNotEqual(user.id, self.new_user(email=user.email).id)

    def test_every_operation_asks_for_its_permission(self):
        user = self.new_user()
        _, nobody = self.holder("oauth:client:view")
        nobody = sdk.UsersApi(nobody.api_client)
        self.assertEqual(user.id, nobody.get_user(user.id).id, "everybody sees everybody")
        self.check_lacks({
            "post": lambda: self.new_user(by=nobody),
            "patch": lambda: self.patch(user, by=nobody, name="mine"),
            "delete": lambda: nobody.delete_user(user.id),
            "password": lambda: nobody.post_user_password(user.id, new_password(PASSWORD)),
            "tokens": lambda: sdk.TokensApi(nobody.api_client).delete_token(user.id),
        })
        _, elsewhere = self.holder("directory:user:*", division=self.new_division().id)
        elsewhere = sdk.UsersApi(elsewhere.api_client)
        calls = {"delete": lambda: elsewhere.delete_user(user.id), "post": lambda: self.new_user(by=elsewhere)}
        self.check_lacks(calls, "missing.division.permission")

    def test_nobody_becomes_more_by_anothers_account(self):
        boss = self.new_user()
        self.users.put_user_roles(boss.id, [role_id("admin")])
        _, clerk = self.holder("directory:user:edit", "directory:user:setPassword")
        clerk = sdk.UsersApi(clerk.api_client)
        with self.refused(403, "missing.division.permission.implied"):
            self.patch(boss, by=clerk, email=f"{uuid.uuid4()}@evil.example")
        with self.refused(403, "missing.division.permission.implied"):
            clerk.post_user_password(boss.id, new_password(PASSWORD))
        self.assertEqual("harmless", self.patch(boss, by=clerk, title="harmless").title)

    def test_roles_are_set_and_shown(self):
        user = self.new_user()
        role = self.new_role("oauth:client:view")
        held = self.users.put_user_roles(user.id, [role.id])
        self.assertEqual([role.id], [it.id for it in held.roles])
        self.assertEqual(["oauth:client:view"], self.users.get_user_roles(user.id).permissions)
        shown = self.users.get_user(user.id, expand=["authorization"]).authorization
        self.assertEqual([role.id], [it.id for it in shown.roles])


class Themselves(UsersTest):
    def test_a_person_sees_themselves(self):
        user, client, api = self.person()
        me = sdk.UsersApi(api).get_users_me(expand=["organization", "token", "lasttokenissued", "dateLastLogin"])
        self.assertEqual((user.id, user.email), (me.id, me.email))
        self.assertEqual(bootstrap()["organization"]["id"], me.organization.id)
        self.assertEqual(client.id, me.token.o_auth_client.id)
        self.assertIsNotNone(me.date_last_login)
        self.assertEqual(bootstrap()["organization"]["id"], sdk.OrganizationApi(api).get_organizations_me().id)

    def test_a_client_is_nobody(self):
        with self.refused(400, "not.a.user"):
            self.users.get_users_me()
        with self.refused(400, "not.a.user"):
            self.users.post_users_me_password(another_password(PASSWORD, ANOTHER))

    def test_a_password_is_changed_with_the_old_one(self):
        user, _, api = self.person()
        change = lambda old, new: sdk.UsersApi(api).post_users_me_password(another_password(old, new))
        with self.refused(400, "invalid.old.password"):
            change("wrong", ANOTHER)
        wrong = {"password.too.short": "short", "password.compromised": user.email, "password.reused": PASSWORD}
        for code, new in wrong.items():
            with self.subTest(code), self.refused(400, code):
                change(PASSWORD, new)
        self.check_alive(api)
        change(PASSWORD, ANOTHER)
        self.check_dead(api)
        self.check_opens(user, ANOTHER)
        self.check_opens(user, PASSWORD, opens=False)

    def test_a_password_is_set_by_who_may(self):
        user, _, api = self.person()
        self.users.post_user_password(user.id, new_password(ANOTHER))
        self.check_dead(api)
        self.check_opens(user, ANOTHER)

    def test_who_becomes_inactive_or_is_deleted_is_shut_out(self):
        for shut_out in (lambda it: self.patch(it, state="inactive"), lambda it: self.users.delete_user(it.id)):
            user, client, api = self.person()
            self.check_alive(api)
            shut_out(user)
            self.check_dead(api)
            self.assertIsNone(Browser().code(client, user.email, PASSWORD))

    def test_all_tokens_of_a_user_are_revoked(self):
        user, client, api = self.person()
        other, _, others = self.person()
        second = self.log_in(client, user)
        sdk.TokensApi(self.admin).delete_token(user.id)
        for dead in (api, second):
            self.check_dead(dead)
        self.check_alive(others)
        self.check_alive(self.log_in(client, user))
        with self.refused(404, "not.found", "general.resource.not.found"):
            sdk.TokensApi(self.admin).delete_token(str(uuid.uuid4()))

    def test_what_a_person_allowed_is_listed_and_taken_back(self):
        role = self.new_role("oauth:client:authorize")
        user, client, api = self.person(role.id)
        oauth = sdk.OAuthApi(api)
        listed = oauth.get_oauth_authorizations()
        self.assertEqual([client.id], [it.client.id for it in listed.entities])
        one = oauth.get_oauth_authorization(client.id)
        self.assertEqual((user.id, "Authorized", False), (one.resource_owner.id, one.state, one.pending))
        self.assertEqual(sorted(SCOPE), sorted(one.scope))
        self.assertEqual([], self.oauth.get_oauth_authorizations().entities, "a client has allowed nothing")
        with self.refused(404, "not.found", "client.not.found"):
            oauth.get_oauth_authorization(str(uuid.uuid4()))
        self.assertEqual(204, own.delete_oauth_authorization(api, client.id).status)
        self.check_dead(api)

    def test_sessions_are_listed_and_ended(self):
        user, client, api = self.person()
        browser = Browser()
        self.assertIsNotNone(browser.code(client, user.email, PASSWORD))
        listed = own.get_chancery_user_sessions(api, user.id)
        self.assertEqual((200, 2), (listed.status, listed.body["total"]), listed.text)
        newest = listed.body["entities"][0]["id"]
        self.assertEqual(204, own.delete_chancery_user_session(api, user.id, newest).status)
        self.check_refusal(own.delete_chancery_user_session(api, user.id, newest), 404, "not.found")
        self.assertIsNone(browser.code(client, user.email, "wrong"), "the browser is asked again")
        self.assertEqual(204, own.delete_chancery_user_sessions(self.admin, user.id).status)
        self.assertEqual(0, own.get_chancery_user_sessions(self.admin, user.id).body["total"])
        self.check_alive(api)


class IdleTimeout(UsersTest):
    def test_the_timeout_is_shown_changed_and_kept_in_its_range(self):
        tokens = sdk.TokensApi(self.admin)
        before = tokens.get_tokens_timeout()
        self.assertFalse(before.enable_idle_token_timeout)
        restore = model("IdleTokenTimeout", idle_token_timeout_seconds=before.idle_token_timeout_seconds,
                        enable_idle_token_timeout=False)
        self.addCleanup(lambda: tokens.put_tokens_timeout(body=restore))
        for seconds in (299, 28801):
            with self.subTest(seconds):  # the SDK itself does not let such a value through
                answer = raw("PUT", "/api/v2/tokens/timeout", token=self.admin.access_token,
                             json_body={"idleTokenTimeoutSeconds": seconds})
                self.check_refusal(answer, 400, "token.timeout.exceeded")
        body = model("IdleTokenTimeout", idle_token_timeout_seconds=3600, enable_idle_token_timeout=True)
        for it in (tokens.put_tokens_timeout(body=body), tokens.get_tokens_timeout()):
            self.assertEqual((3600, True), (it.idle_token_timeout_seconds, it.enable_idle_token_timeout))
        _, _, api = self.person()
        me = sdk.TokensApi(api).get_tokens_me(preserve_idle_ttl=True)
        self.assertIsNotNone(me.date_token_idles)
        self.assertIsNone(tokens.get_tokens_me().date_token_idles, "a client that acts for itself never idles")
        _, nobody = self.holder("oauth:client:view")
        self.check_lacks({"put": lambda: sdk.TokensApi(nobody.api_client).put_tokens_timeout(body=restore)})


class Audit(UsersTest):
    def test_what_was_done_is_found_by_who_may_view_it(self):
        user = self.new_user()
        client, api = self.connect_new(role_divisions=[role_division(self.new_role("audits:audit:view").id, "*")])
        found = own.get_chancery_audit(api, kind="user.created", actor=self.admin_id, pageSize=50)
        self.assertEqual(200, found.status, found.text)
        entry = next(it for it in found.body["entities"] if it["entity"]["id"] == user.id)
        self.assertEqual((self.admin_id, "user", 1), (entry["client"]["id"], entry["entity"]["type"], entry["count"]))
        first = own.get_chancery_audit(api, pageSize=1).body
        self.assertEqual(200, raw("GET", first["nextUri"], token=api.access_token).status)
        _, nobody = self.holder("oauth:client:view")
        self.check_refusal(own.get_chancery_audit(nobody.api_client), 403, "missing.any.permissions")


if __name__ == "__main__":
    unittest.main()

"""What a client may do is what its roles say; and the order in which a request is judged: 401, 403, 404, 400.

The client at work here holds the built-in role `oauth viewer` and nothing else: `oauth:client:view`.
"""

import unittest
import uuid

from chancery import ChanceryTest, changed, connect, raw, registration, role_division, role_id, sdk, wire

CLIENTS = "/api/v2/oauth/clients"


class Viewer(ChanceryTest):
    def setUp(self):
        self.me, self.api = self.connect_new(role_divisions=[role_division(role_id("oauth viewer"), "*")])
        self.viewer = sdk.OAuthApi(self.api)
        self.other = self.create("CODE")

    def check_lacks(self, permission, call):
        with self.refused(403, "missing.any.permissions") as refusal:
            call()
        self.assertIn(f"[{permission}]", refusal.body["message"])

    def test_a_viewer_may_list_and_read_clients(self):
        self.assertIn(self.other.id, [client.id for client in self.viewer.get_oauth_clients().entities])
        self.assertEqual(self.other.name, self.viewer.get_oauth_client(self.other.id).name)

    def test_a_viewer_cannot_create(self):
        before = self.oauth.get_oauth_clients().total
        self.check_lacks("oauth:client:add", lambda: self.viewer.post_oauth_clients(registration("CODE")))
        self.assertEqual(before, self.oauth.get_oauth_clients().total)

    def test_a_viewer_cannot_update(self):
        request = changed(self.other, description="changed by the viewer")
        self.check_lacks("oauth:client:edit", lambda: self.viewer.put_oauth_client(self.other.id, request))
        self.assertEqual(self.other.date_modified, self.oauth.get_oauth_client(self.other.id).date_modified)

    def test_a_viewer_cannot_delete(self):
        self.check_lacks("oauth:client:delete", lambda: self.viewer.delete_oauth_client(self.other.id))
        self.assertEqual(self.other.id, self.oauth.get_oauth_client(self.other.id).id)

    def test_a_viewer_cannot_reset_a_secret_not_even_its_own(self):
        for client in (self.other, self.me):
            self.check_lacks("oauth:client:edit", lambda: self.viewer.post_oauth_client_secret(client.id))
        self.check_alive(connect(self.me.id, self.me.secret))

    def test_a_viewer_cannot_make_an_administrator_of_anybody(self):
        admin = [role_division(role_id("admin"), "*")]
        self.check_lacks("oauth:client:add",
                         lambda: self.viewer.post_oauth_clients(registration(role_divisions=admin)))
        self.check_lacks("oauth:client:edit",
                         lambda: self.viewer.put_oauth_client(self.me.id, changed(self.me, role_divisions=admin)))

    def test_a_viewer_cannot_read_roles_or_the_grants_of_others(self):
        authorization = sdk.AuthorizationApi(self.api)
        self.check_lacks("authorization:role:view", lambda: authorization.get_authorization_roles())
        self.check_lacks("authorization:role:view",
                         lambda: authorization.get_authorization_role(role_id("admin")))
        self.check_lacks("authorization:grant:view",
                         lambda: authorization.get_authorization_subject(self.admin_id))

    def test_what_needs_no_permission_is_open_to_a_viewer(self):
        authorization = sdk.AuthorizationApi(self.api)
        self.assertTrue(authorization.get_authorization_divisions_home().home_division)
        self.assertTrue(authorization.get_authorization_divisions().entities)
        self.assertTrue(authorization.get_authorization_permissions().entities)
        self.assertEqual(self.me.id, authorization.get_authorization_subjects_me().id)
        self.assertTrue(self.viewer.get_oauth_scopes().entities)
        self.assertTrue(sdk.OrganizationApi(self.api).get_organizations_me().id)
        self.assertTrue(sdk.TokensApi(self.api).get_tokens_me().organization.id)


class OrderOfChecks(ChanceryTest):
    """Every request here has something wrong with it in more than one way. Raw, as some of the bodies are no JSON."""

    def setUp(self):
        _, viewer = self.connect_new(role_divisions=[role_division(role_id("oauth viewer"), "*")])
        self.viewer_token, self.admin_token = viewer.access_token, self.admin.access_token
        self.unknown = f"{CLIENTS}/{uuid.uuid4()}"

    def check(self, status, code, method, path, **request):
        self.check_refusal(raw(method, path, **request), status, code)

    def test_who_asks_is_judged_first(self):
        broken = {"data": "{", "headers": {"Content-Type": "application/json"}}
        for token, code in ((None, "authentication.required"), ("garbage", "bad.credentials")):
            for method, path in (("POST", CLIENTS), ("PUT", self.unknown)):
                with self.subTest(code, method=method):
                    self.check(401, code, method, path, token=token, **broken)
            with self.subTest(code, method="DELETE"):
                self.check(401, code, "DELETE", self.unknown, token=token)
        self.check(401, "authentication.required", "POST", CLIENTS, data="x", headers={"Content-Type": "text/plain"})

    def test_the_permission_is_judged_before_the_client_and_the_body(self):
        code = "missing.any.permissions"
        for method, path in (("POST", CLIENTS), ("PUT", self.unknown)):
            for body in ({"data": "{", "headers": {"Content-Type": "application/json"}}, {"json_body": {}}):
                with self.subTest(method, body=body):
                    self.check(403, code, method, path, token=self.viewer_token, **body)
        self.check(403, code, "DELETE", self.unknown, token=self.viewer_token)
        self.check(403, code, "POST", f"{self.unknown}/secret", token=self.viewer_token)

    def test_the_client_is_judged_before_the_body(self):
        for body in ({}, wire(registration(), authorizedGrantType="nonsense")):
            with self.subTest(body):
                self.check(404, "client.not.found", "PUT", self.unknown, token=self.admin_token, json_body=body)


if __name__ == "__main__":
    unittest.main()

"""Every 400, 401, 404 and 415 of the client registry, as the SDK's ApiException where the SDK can say the request."""

import unittest
import uuid

from chancery import (
    ChanceryTest, GRANT_TYPES, changed, home_division, pairs, raw, registration, role_division, role_id, sdk,
    unconnected, wire, with_token,
)

CLIENTS = "/api/v2/oauth/clients"


class BadRegistrations(ChanceryTest):
    """Each case is refused on create, and again on an update of a client that was fine before."""

    def check_refused(self, code, grant_type="CLIENT-CREDENTIALS", field=None, **members):
        """`members` are put over the JSON of a good registration: a dict reaches the server as it is."""
        body = wire(registration(grant_type), **members)
        self.check_body_refused(code, {member: value for member, value in body.items() if value is not None}, field)

    def check_body_refused(self, code, body, field=None):
        existing = self.create("CODE")
        calls = {
            "create": lambda: self.oauth.post_oauth_clients(body),
            "update": lambda: self.oauth.put_oauth_client(existing.id, body),
        }
        for operation, call in calls.items():
            with self.subTest(operation, code=code):
                with self.refused(400, code) as refusal:
                    call()
                if field is not None:
                    self.assertIn(field, [detail.get("fieldName") for detail in refusal.body["details"]])
        self.assertEqual(existing.name, self.oauth.get_oauth_client(existing.id).name, "a refusal changes nothing")

    def test_a_grant_type_is_required(self):
        self.check_refused("grant.type.required", authorizedGrantType=None)

    def test_an_unknown_grant_type_is_refused(self):
        for grant_type in ("CODE_PKCE", "REFRESH", "outdated_sdk_version"):
            with self.subTest(grant_type):
                self.check_refused("bad.grant.type", authorizedGrantType=grant_type)

    def test_what_the_sdk_makes_of_an_unknown_grant_type_is_refused(self):
        request = registration()
        request.authorized_grant_type = "CLIENT_CREDENTIALS"  # the setter turns this into outdated_sdk_version
        with self.refused(400, "bad.grant.type"):
            self.oauth.post_oauth_clients(request)

    def test_client_credentials_need_roles(self):
        self.check_refused("missing.client.roles", roleDivisions=None)
        self.check_refused("missing.client.roles", roleDivisions=[], roleIds=[])

    def test_every_other_grant_type_needs_a_scope(self):
        for grant_type in GRANT_TYPES:
            if grant_type != "CLIENT-CREDENTIALS":
                with self.subTest(grant_type):
                    self.check_refused("missing.client.scope", grant_type, scope=None)
                    self.check_refused("missing.client.scope", grant_type, scope=[])

    def test_an_unknown_scope_is_refused(self):
        self.check_refused("auth.invalid.scope", "CODE", scope=["users:readonly", "no-such-scope"])
        self.check_refused("auth.invalid.scope", "CODE", scope=["openid:readonly"])

    def test_an_unknown_role_is_refused(self):
        for role in (str(uuid.uuid4()), "no-such-role"):
            with self.subTest(role):
                self.check_refused("bad.client.role", roleDivisions=[{"roleId": role, "divisionId": "*"}])
                self.check_refused("bad.client.role", roleDivisions=None, roleIds=[role])

    def test_an_unknown_division_is_refused(self):
        pair = {"roleId": role_id("oauth viewer"), "divisionId": str(uuid.uuid4())}
        self.check_refused("bad.client.role", roleDivisions=[pair])

    def test_a_validity_out_of_range_is_refused_by_the_name_of_its_field(self):
        for seconds in (299, 172801, 0, -1):
            with self.subTest(seconds):
                self.check_refused("constraint.validation", field="accessTokenValiditySeconds",
                                   accessTokenValiditySeconds=seconds)

    def test_a_missing_or_blank_name_is_refused_by_the_name_of_its_field(self):
        for name in (None, "", "   "):
            with self.subTest(name):
                self.check_refused("constraint.validation", field="name", name=name)


class BadStates(ChanceryTest):
    def test_a_client_is_created_active_or_not_at_all(self):
        for state in ("inactive", "disabled"):
            with self.subTest(state), self.refused(400, "bad.client.state"):
                self.create(state=state)


class RolesThatTheCallerDoesNotHold(ChanceryTest):
    """An administrator of the home division alone may not hand out, or touch, that role in all divisions."""

    def setUp(self):
        _, api = self.connect_new(role_divisions=[role_division(role_id("admin"), home_division())])
        self.local = sdk.OAuthApi(api)
        self.everywhere = [role_division(role_id("admin"), "*")]

    def test_it_may_give_what_it_holds(self):
        client = self.create(by=self.local, role_ids=[role_id("admin")])
        self.assertEqual([(role_id("admin"), home_division())], pairs(client))

    def test_it_cannot_create_a_client_with_more(self):
        with self.refused(400, "bad.client.role"):
            self.create(by=self.local, role_divisions=self.everywhere)

    def test_it_cannot_give_a_client_more(self):
        client = self.create(by=self.local, role_ids=[role_id("admin")])
        with self.refused(400, "bad.client.role"):
            self.local.put_oauth_client(client.id, changed(client, role_divisions=self.everywhere))
        self.assertEqual(pairs(client), pairs(self.oauth.get_oauth_client(client.id)))

    def test_it_cannot_edit_a_client_that_holds_more(self):
        client = self.create(role_divisions=self.everywhere)
        with self.refused(400, "bad.client.role"):
            self.local.put_oauth_client(client.id, changed(client, description="mine"))
        less = [role_division(role_id("oauth viewer"), home_division())]  # taking away is editing too
        with self.refused(400, "bad.client.role"):
            self.local.put_oauth_client(client.id, changed(client, role_ids=None, role_divisions=less))

    def test_it_cannot_reset_the_secret_of_a_client_that_holds_more(self):
        client = self.create(role_divisions=self.everywhere)
        with self.refused(400, "bad.client.role"):
            self.local.post_oauth_client_secret(client.id)


class BadBodies(ChanceryTest):
    """The SDK always sends well-formed JSON as application/json, so these go raw."""

    def send(self, method, path, **request):
        return raw(method, path, token=self.admin.access_token, **request)

    def test_what_is_no_json_object_is_refused(self):
        client = self.create()
        for data in ('{"name": ', "[]", "", '"name"', "null"):
            for method, path in (("POST", CLIENTS), ("PUT", f"{CLIENTS}/{client.id}")):
                with self.subTest(data, method=method):
                    answer = self.send(method, path, data=data, headers={"Content-Type": "application/json"})
                    self.check_refusal(answer, 400, "bad.request")

    def test_a_body_of_another_media_type_is_refused(self):
        client = self.create()
        for method, path in (("POST", CLIENTS), ("PUT", f"{CLIENTS}/{client.id}")):
            with self.subTest(method):
                answer = self.send(method, path, json_body=wire(registration()),
                                   headers={"Content-Type": "text/plain"})
                self.check_refusal(answer, 415, "unsupported.media.type")

    def test_a_charset_does_no_harm(self):
        answer = self.send("POST", CLIENTS, json_body=wire(registration()),
                           headers={"Content-Type": "application/json; charset=UTF-8"})
        self.assertEqual(200, answer.status, answer.text)
        self.oauth.delete_oauth_client(answer.body["id"])


class NotFound(ChanceryTest):
    def test_a_client_that_does_not_exist_is_not_found(self):
        request = registration()
        for client_id in (str(uuid.uuid4()), "no-uuid-at-all"):
            for name, call in {
                "get": lambda: self.oauth.get_oauth_client(client_id),
                "put": lambda: self.oauth.put_oauth_client(client_id, request),
                "secret": lambda: self.oauth.post_oauth_client_secret(client_id),
                "delete": lambda: self.oauth.delete_oauth_client(client_id),
            }.items():
                with self.subTest(name, id=client_id), self.refused(404, "client.not.found"):
                    call()

    def test_a_path_that_does_not_exist_is_not_found(self):
        answer = raw("GET", "/api/v2/no/such/path", token=self.admin.access_token)
        self.check_refusal(answer, 404, "not.found")


class NoCredentials(ChanceryTest):
    def operations(self, api):
        oauth, request, client_id = sdk.OAuthApi(api), registration(), str(uuid.uuid4())
        return {
            "list": lambda: oauth.get_oauth_clients(),
            "create": lambda: oauth.post_oauth_clients(request),
            "get": lambda: oauth.get_oauth_client(client_id),
            "update": lambda: oauth.put_oauth_client(client_id, request),
            "secret": lambda: oauth.post_oauth_client_secret(client_id),
            "delete": lambda: oauth.delete_oauth_client(client_id),
        }

    def test_without_a_token_authentication_is_required(self):
        # An SDK that has no token sends `Authorization: Bearer ` with nothing behind it; the raw call sends no header.
        for name, call in self.operations(unconnected()).items():
            with self.subTest(name), self.refused(401, "authentication.required"):
                call()
        for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer"}):
            with self.subTest(headers=headers):
                self.check_refusal(raw("GET", CLIENTS, headers=headers), 401, "authentication.required")

    def test_with_a_token_that_was_never_issued_the_credentials_are_bad(self):
        for name, call in self.operations(with_token("never-issued_by-anybody")).items():
            with self.subTest(name), self.refused(401, "bad.credentials"):
                call()

    def test_a_token_that_was_tampered_with_is_bad(self):
        token = self.admin.access_token
        for changed_token in (token[:-1], token + "A", token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
                              "A", "." * 3, "a.b.c"):
            with self.subTest(changed_token[:24]):
                self.check_refusal(raw("GET", CLIENTS, token=changed_token), 401, "bad.credentials")


class Headers(ChanceryTest):
    def test_every_answer_names_its_request(self):
        seen = set()
        for path, token in ((CLIENTS, self.admin.access_token), (CLIENTS, None), (f"{CLIENTS}/x", "garbage")):
            answer = raw("GET", path, token=token)
            correlation = answer.headers["ININ-Correlation-Id"]
            self.assertTrue(correlation)
            self.assertEqual(correlation, answer.headers["Genesys-Correlation-Id"])
            seen.add(correlation)
        self.assertEqual(3, len(seen))

    def test_the_sdk_shows_the_correlation_id_of_a_refusal(self):
        with self.refused(404, "client.not.found") as refusal:
            self.oauth.get_oauth_client(str(uuid.uuid4()))
        self.assertEqual(refusal.body["contextId"], refusal.headers["ININ-Correlation-Id"])

    def test_no_answer_is_cached(self):
        for token in (self.admin.access_token, None):
            headers = raw("GET", CLIENTS, token=token).headers
            self.assertEqual("no-cache, no-store, must-revalidate", headers["Cache-Control"])
            self.assertEqual("no-cache", headers["Pragma"])
            self.assertEqual("0", headers["Expires"])


if __name__ == "__main__":
    unittest.main()

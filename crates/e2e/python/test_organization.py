"""The settings of the organization, and those of how its people log in: changed, read back, and put back."""

import unittest

from chancery import AuthorizationTest, home_division, model, raw, role_division, role_id, sdk, unique

ME = "/api/v2/organizations/me"
SETTINGS = "/api/v2/organizations/authentication/settings"


class Organization(AuthorizationTest):
    def setUp(self):
        self.api = sdk.OrganizationApi(self.admin)
        self.before = self.api.get_organizations_me()
        self.addCleanup(lambda: self.put(name=self.before.name, default_language=self.before.default_language))

    def put(self, **members) -> sdk.Organization:
        """The organization as it is, but for `members`."""
        organization = self.api.get_organizations_me()
        for member, value in members.items():
            setattr(organization, member, value)
        return self.api.put_organizations_me(body=organization)

    def test_what_is_put_is_what_get_answers(self):
        name = unique("organization")
        for it in (self.put(name=name, default_language="de"), self.api.get_organizations_me()):
            self.assertEqual((self.before.id, name, "de"), (it.id, it.name, it.default_language))
            self.assertGreater(it.version, self.before.version)
        self.assertEqual(name, sdk.TokensApi(self.admin).get_tokens_me().organization.name)

    def test_what_only_the_server_sets_stays_as_it_is(self):
        self.put(third_party_org_name="taken", product_platform="Other", features={"everything": True})
        after = self.api.get_organizations_me()
        for member in ("id", "third_party_org_name", "product_platform", "features", "state", "self_uri"):
            with self.subTest(member):
                self.assertEqual(getattr(self.before, member), getattr(after, member))

    def test_a_blank_name_is_refused(self):
        with self.refused(400, "constraint.validation", "general.bad.request", "bad.request"):
            self.put(name="   ")
        self.assertEqual(self.before.name, self.api.get_organizations_me().name)

    def test_a_body_that_is_no_object_is_refused(self):
        for data in ("[]", '{"name": ', '"name"'):
            with self.subTest(data):
                answer = raw("PUT", ME, token=self.admin.access_token, data=data,
                             headers={"Content-Type": "application/json"})
                self.check_refusal(answer, 400, "bad.request")

    def test_writing_asks_for_a_permission_that_counts_in_any_division(self):
        _, viewer = self.holder("oauth:client:view")
        other = sdk.OrganizationApi(viewer.api_client)
        self.check_lacks({"put": lambda: other.put_organizations_me(body=other.get_organizations_me())},
                         "missing.any.permissions")
        _, editor = self.holder("directory:organization:admin", division=home_division())
        other = sdk.OrganizationApi(editor.api_client)
        self.assertEqual(self.before.id, other.put_organizations_me(body=other.get_organizations_me()).id)


class AuthenticationSettings(AuthorizationTest):
    def setUp(self):
        self.api = sdk.OrganizationApi(self.admin)
        before = raw("GET", SETTINGS, token=self.admin.access_token)
        self.assertEqual(200, before.status, before.text)
        self.before = before.body
        self.addCleanup(self.patch, self.before)

    def patch(self, body):
        return raw("PATCH", SETTINGS, token=self.admin.access_token, json_body=body)

    def test_the_settings_can_be_read(self):
        settings = self.api.get_organizations_authentication_settings()
        for member in ("multifactor_authentication_required", "domain_allowlist_enabled"):
            self.assertIsInstance(getattr(settings, member), bool, member)
        for member in ("domain_allowlist", "ip_address_allowlist"):
            self.assertIsInstance(getattr(settings, member), list, member)

    def test_a_patch_changes_what_it_names_and_nothing_else(self):
        for changes in ({"domainAllowlist": ["one.example", "two.example"]}, {"domainAllowlistEnabled": True},
                        {"multifactorAuthenticationRequired": True}, {"ipAddressAllowlist": ["127.0.0.1/32"]}):
            with self.subTest(changes):
                before = raw("GET", SETTINGS, token=self.admin.access_token).body
                answer = self.patch(changes)
                self.assertEqual(200, answer.status, answer.text)
                self.assertEqual({**before, **changes}, answer.body)
                self.assertEqual(answer.body, raw("GET", SETTINGS, token=self.admin.access_token).body)

    def test_what_passwords_must_have_is_kept(self):
        wanted = model("PasswordRequirements", minimum_length=14, minimum_digits=1, minimum_specials=2)
        for settings in (self.api.patch_organizations_authentication_settings(
                             model("OrgAuthSettings", password_requirements=wanted)),
                         self.api.get_organizations_authentication_settings()):
            kept = settings.password_requirements
            self.assertEqual((14, 1, 2), (kept.minimum_length, kept.minimum_digits, kept.minimum_specials))

    def test_nobody_shuts_themselves_out(self):
        answer = self.patch({"ipAddressAllowlist": ["192.0.2.1/32"]})
        self.assertIn(answer.status, (400, 409), answer.text)
        self.assertEqual(self.before, raw("GET", SETTINGS, token=self.admin.access_token).body)

    def test_a_member_of_the_wrong_type_is_refused(self):
        for body in ({"domainAllowlist": "one.example"}, {"multifactorAuthenticationRequired": "yes"},
                     {"passwordRequirements": {"minimumLength": "long"}}, {"ipAddressAllowlist": ["nowhere"]}):
            with self.subTest(body):
                answer = self.patch(body)
                self.assertEqual(400, answer.status, answer.text)
        self.assertEqual(self.before, raw("GET", SETTINGS, token=self.admin.access_token).body)

    def test_both_operations_ask_for_their_permission(self):
        _, api = self.connect_new(role_divisions=[role_division(role_id("oauth viewer"), "*")])
        other = sdk.OrganizationApi(api)
        self.check_lacks({
            "get": lambda: other.get_organizations_authentication_settings(),
            "patch": lambda: other.patch_organizations_authentication_settings(model("OrgAuthSettings")),
        }, "missing.any.permissions")


if __name__ == "__main__":
    unittest.main()

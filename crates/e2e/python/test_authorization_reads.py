"""What the registry stands on, for reading: who am I, organization, roles, divisions, permissions, grants, scopes."""

import unittest
import uuid

from chancery import ChanceryTest, bootstrap, home_division, raw, role_id, sdk

OIDC_SCOPES = {"openid", "profile", "email", "address", "phone", "offline_access"}


class Reads(ChanceryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authorization = sdk.AuthorizationApi(cls.admin)

    def check_page(self, listing, path):
        """The members of a page that holds everything there is."""
        self.assertEqual((1, 1, len(listing.entities)), (listing.page_number, listing.page_count, listing.total))
        for uri in (listing.first_uri, listing.last_uri, listing.self_uri):
            self.assertTrue(uri.startswith(path), uri)
        self.assertIsNone(listing.next_uri)
        self.assertIsNone(listing.previous_uri)


class WhoAmI(Reads):
    def test_a_client_is_not_a_user(self):
        with self.refused(400, "not.a.user"):
            sdk.UsersApi(self.admin).get_users_me()
        with self.refused(400, "not.a.user"):
            sdk.UsersApi(self.admin).get_users_me(expand=["authorization", "token"])

    def test_the_organization_is_that_of_the_bootstrap(self):
        organization = sdk.OrganizationApi(self.admin).get_organizations_me()
        expected = bootstrap()["organization"]
        self.assertEqual((expected["id"], expected["name"]), (organization.id, organization.name))
        self.assertEqual("active", organization.state)
        self.assertIsInstance(organization.version, int)

    def test_reads_need_a_token_all_the_same(self):
        for path in ("users/me", "organizations/me", "authorization/roles", "authorization/divisions",
                     "authorization/divisions/home", "authorization/permissions", "authorization/subjects/me",
                     "oauth/scopes", "tokens/me"):
            with self.subTest(path):
                self.check_refusal(raw("GET", f"/api/v2/{path}"), 401, "authentication.required")


class Roles(Reads):
    def test_the_built_in_roles_are_listed(self):
        listing = self.authorization.get_authorization_roles(page_size=100)
        self.check_page(listing, "/api/v2/authorization/roles")
        roles = {role.name: role for role in listing.entities}
        for name in ("admin", "oauth viewer"):
            self.assertTrue(roles[name].default)
            self.assertEqual(f"/api/v2/authorization/roles/{roles[name].id}", roles[name].self_uri)

    def test_a_role_can_be_read_with_what_it_allows(self):
        role = self.authorization.get_authorization_role(role_id("oauth viewer"))
        self.assertEqual("oauth viewer", role.name)
        policies = [(policy.domain, policy.entity_name, policy.action_set) for policy in role.permission_policies]
        self.assertEqual([("oauth", "client", ["view"])], policies)
        admin = self.authorization.get_authorization_role(role_id("admin"))
        self.assertEqual((role_id("admin"), "admin"), (admin.id, admin.name))

    def test_the_listing_can_be_paged(self):
        first = self.authorization.get_authorization_roles(page_size=1)
        self.assertEqual((1, 1, 1), (len(first.entities), first.page_size, first.page_number))
        self.assertEqual(first.total, first.page_count)
        self.assertTrue(first.next_uri.startswith("/api/v2/authorization/roles"))
        second = self.authorization.get_authorization_roles(page_size=1, page_number=2)
        self.assertNotEqual(first.entities[0].id, second.entities[0].id)
        self.assertTrue(second.previous_uri.startswith("/api/v2/authorization/roles"))

    def test_an_unknown_role_is_not_found(self):
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_role(str(uuid.uuid4()))


class Divisions(Reads):
    def test_there_is_one_home_division(self):
        home = self.authorization.get_authorization_divisions_home()
        self.assertIs(True, home.home_division)
        self.assertTrue(home.name)
        listing = self.authorization.get_authorization_divisions()
        self.check_page(listing, "/api/v2/authorization/divisions")
        self.assertEqual(25, listing.page_size)
        self.assertEqual([home.id], [division.id for division in listing.entities if division.home_division])

    def test_a_division_can_be_read(self):
        division = self.authorization.get_authorization_division(home_division())
        self.assertEqual(home_division(), division.id)
        self.assertEqual(f"/api/v2/authorization/divisions/{division.id}", division.self_uri)

    def test_several_ids_come_joined_by_commas_or_repeated(self):
        other = str(uuid.uuid4())
        joined = self.authorization.get_authorization_divisions(id=[other, home_division()])  # the SDK joins them
        self.assertEqual([home_division()], [division.id for division in joined.entities])
        repeated = raw("GET", f"/api/v2/authorization/divisions?id={other}&id={home_division()}",
                       token=self.admin.access_token)
        self.assertEqual([home_division()], [division["id"] for division in repeated.body["entities"]])

    def test_an_unknown_division_is_not_found(self):
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_division(str(uuid.uuid4()))


class Permissions(Reads):
    def oauth_client_actions(self, listing):
        domains = {collection.domain: collection for collection in listing.entities}
        return {permission.action for permission in domains["oauth"].permission_map["client"]}

    def test_the_permissions_of_the_registry_are_listed(self):
        listing = self.authorization.get_authorization_permissions(page_size=100)
        self.assertEqual(len(listing.entities), listing.total)
        self.assertLessEqual({"view", "add", "edit", "delete"}, self.oauth_client_actions(listing))

    def test_a_permission_says_what_it_is(self):
        listing = self.authorization.get_authorization_permissions(page_size=100)
        for collection in listing.entities:
            for entity, permissions in collection.permission_map.items():
                for permission in permissions:
                    self.assertEqual((collection.domain, entity), (permission.domain, permission.entity_type))
                    self.assertTrue(permission.action)

    def test_the_listing_can_be_cut_to_a_domain(self):
        listing = self.authorization.get_authorization_permissions(query_type="domain", query="oauth")
        self.assertEqual(["oauth"], [collection.domain for collection in listing.entities])
        self.assertIn("view", self.oauth_client_actions(listing))


class Subjects(Reads):
    def test_a_clients_roles_are_its_grants(self):
        client, api = self.connect_new(role_ids=[role_id("oauth viewer")])
        for subject in (sdk.AuthorizationApi(api).get_authorization_subjects_me(),
                        self.authorization.get_authorization_subject(client.id)):
            self.assertEqual((client.id, client.name), (subject.id, subject.name))
            self.assertEqual([("oauth viewer", home_division())],
                             [(grant.role.name, grant.division.id) for grant in subject.grants])
            self.assertEqual(role_id("oauth viewer"), subject.grants[0].role.id)
            self.assertEqual(client.id, subject.grants[0].subject_id)

    def test_the_administrator_holds_its_role_in_all_divisions(self):
        me = self.authorization.get_authorization_subjects_me()
        self.assertEqual(self.admin_id, me.id)
        self.assertIn(("admin", "*"), [(grant.role.name, grant.division.id) for grant in me.grants])

    def test_the_administrating_user_is_a_subject_too(self):
        user = bootstrap()["admin"]["userId"]
        subject = self.authorization.get_authorization_subject(user)
        self.assertEqual(user, subject.id)
        self.assertIn("admin", [grant.role.name for grant in subject.grants])

    def test_an_unknown_subject_is_not_found(self):
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_subject(str(uuid.uuid4()))


class Scopes(Reads):
    def test_all_scopes_are_listed(self):
        listing = self.oauth.get_oauth_scopes()
        names = [scope.id for scope in listing.entities]
        self.assertEqual(len(names), listing.total)
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual("/api/v2/oauth/scopes", listing.self_uri)
        self.assertLessEqual({"all", "users", "users:readonly", "oauth", "oauth:readonly"} | OIDC_SCOPES, set(names))
        self.assertGreaterEqual(len(names), 135 + len(OIDC_SCOPES))
        self.assertIn("audits:readonly", names)
        self.assertFalse({"audits", "search", "upload:readonly"} & set(names), "not every scope comes in both forms")

    def test_a_scope_can_be_read_by_its_name_with_its_colon(self):
        scope = self.oauth.get_oauth_scope("users:readonly")  # the SDK asks for users%3Areadonly
        self.assertEqual("users:readonly", scope.id)
        self.assertTrue(scope.description)
        for path in ("users:readonly", "users%3Areadonly", "users%3areadonly"):
            answer = raw("GET", f"/api/v2/oauth/scopes/{path}", token=self.admin.access_token)
            self.assertEqual(200, answer.status, answer.text)
            self.assertEqual("users:readonly", answer.body["id"])

    def test_an_unknown_scope_is_not_found(self):
        with self.refused(404, "not.found"):
            self.oauth.get_oauth_scope("no-such-scope")


if __name__ == "__main__":
    unittest.main()

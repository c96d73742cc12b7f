"""Roles written and read: what is PUT is what GET answers, nobody writes more than they hold, and it counts at once."""

import unittest
import uuid

from chancery import (
    ApiException, AuthorizationTest, LACKING, NOT_THERE, changed, model, policy, raw, role_division, role_id, sdk,
    unique,
)

ROLES = "/api/v2/authorization/roles"

# How a caller is told that a role carries more than they hold.
LACKS_THE_ROLE = LACKING + NOT_THERE + ("not.authorized",)

# Every member of a policy, on the wire.
POLICIES = [
    {"domain": "oauth", "entityName": "client", "actionSet": ["view", "edit"], "policyName": "clients",
     "policyDescription": "Views and edits clients", "allowConditions": False},
    {"domain": "routing", "entityName": "queue", "actionSet": ["view"], "allowConditions": True,
     "resourceConditionNode": {"conjunction": "AND", "terms": [
         {"variableName": "queue.name", "operator": "EQ", "operands": [{"type": "SCALAR", "value": "sales"}]},
         {"variableName": "queue.size", "operator": "LE", "operands": [{"type": "SCALAR", "value": "7"}]},
     ]}},
    {"domain": "telephony", "entityName": "plugin", "actionSet": ["all"], "namedResources": ["a", "b"]},
]


def update(role, **members) -> sdk.DomainOrganizationRoleUpdate:
    """The update that leaves `role` as it is, but for `members`."""
    kept = ("name", "description", "permissions", "permission_policies")
    return model("DomainOrganizationRoleUpdate", **{**{member: getattr(role, member) for member in kept}, **members})


def by_domain(policies) -> list:
    ordered = [{**it, "actionSet": sorted(it["actionSet"])} for it in policies]
    return sorted(ordered, key=lambda it: (it["domain"], it["entityName"]))


class Life(AuthorizationTest):
    def test_a_role_is_made_read_listed_and_deleted(self):
        made = self.new_role("oauth:client:view", description="of a test")
        self.assertEqual(f"{ROLES}/{made.id}", made.self_uri)
        self.assertEqual("of a test", made.description)
        self.assertFalse(made.default)
        read = self.authorization.get_authorization_role(made.id)
        self.assertEqual((made.name, made.description), (read.name, read.description))
        [carried] = read.permission_policies
        self.assertEqual(("oauth", "client", ["view"]), (carried.domain, carried.entity_name, carried.action_set))
        self.assertIn(made.id, self.listed())
        self.authorization.delete_authorization_role(made.id)
        self.assertIn(self.admin.last_response.status, (200, 204))
        self.assertNotIn(made.id, self.listed())
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_role(made.id)

    def test_an_update_replaces_what_it_names(self):
        made = self.new_role("oauth:client:view", description="before", permissions=["admin"])
        name = unique("renamed")
        sent = update(made, name=name, description="after", permissions=[],
                      permission_policies=[policy("oauth:client:add")])
        for role in (self.authorization.put_authorization_role(made.id, sent),
                     self.authorization.get_authorization_role(made.id)):
            self.assertEqual((made.id, name, "after"), (role.id, role.name, role.description))
            self.assertEqual([["add"]], [it.action_set for it in role.permission_policies])
            self.assertFalse(role.permissions)

    def test_a_patch_marks_the_role_and_changes_nothing_else(self):
        made = self.new_role("oauth:client:view", description="of a test")
        patch = model("DomainOrganizationRole", name="not to be taken", role_needs_update=True)
        self.assertTrue(self.authorization.patch_authorization_role(made.id, patch).role_needs_update)
        read = self.authorization.get_authorization_role(made.id)
        self.assertTrue(read.role_needs_update)
        self.assertEqual((made.name, made.description), (read.name, read.description))
        self.assertEqual(1, len(read.permission_policies))

    def test_the_listing_finds_roles_by_id_name_and_permission(self):
        made = self.new_role("oauth:client:view")
        self.assertEqual([made.id], self.listed(id=[made.id]))
        self.assertEqual([made.id], self.listed(name=made.name))
        carrying = self.listed(permission=["oauth:client:view"], page_size=100)
        self.assertIn(made.id, carrying)
        self.assertIn(role_id("oauth viewer"), carrying)

    def listed(self, **query) -> list:
        return [role.id for role in self.authorization.get_authorization_roles(**{"page_size": 100, **query}).entities]


class Policies(AuthorizationTest):
    """On the wire, where no model can lose a member on the way."""

    def send(self, method, path, body=None):
        answer = raw(method, path, token=self.admin.access_token, json_body=body)
        self.assertEqual(200, answer.status, answer.text)
        return answer.body["permissionPolicies"]

    def test_what_is_put_is_what_get_answers(self):
        role = self.new_role("oauth:client:view")
        path = f"{ROLES}/{role.id}"
        put = self.send("PUT", path, {"name": role.name, "permissionPolicies": POLICIES})
        got = self.send("GET", path)
        self.assertEqual(put, got)
        for sent, kept in zip(by_domain(POLICIES), by_domain(got), strict=True):
            self.assertEqual(sent, {member: kept.get(member) for member in sent})

    def test_a_put_of_what_get_answered_changes_nothing(self):
        role = self.new_role("oauth:client:view")
        path = f"{ROLES}/{role.id}"
        first = self.send("PUT", path, {"name": role.name, "permissionPolicies": POLICIES})
        self.assertEqual(first, self.send("PUT", path, {"name": role.name, "permissionPolicies": first}))
        self.assertEqual(first, self.send("GET", path))

    def test_wildcards_answer_alike_every_time(self):
        wild = [{"domain": "oauth", "entityName": "*", "actionSet": ["*"]},
                {"domain": "authorization", "entityName": "role", "actionSet": ["*"]}]
        role = self.new_role("oauth:client:view")
        put = self.send("PUT", f"{ROLES}/{role.id}", {"name": role.name, "permissionPolicies": wild})
        self.assertEqual(put, self.send("GET", f"{ROLES}/{role.id}"))
        self.assertEqual({"oauth", "authorization"}, {it["domain"] for it in put})

    def test_wildcards_carry_every_entity_and_every_action(self):
        for held in ("oauth:client:*", "oauth:*:*", "oauth:*:view"):
            with self.subTest(held):
                _, authorization = self.holder(held)
                self.assertTrue(sdk.OAuthApi(authorization.api_client).get_oauth_clients().entities)
                self.check_lacks({"roles": lambda: authorization.get_authorization_roles()})


class Errors(AuthorizationTest):
    def test_a_role_needs_a_name(self):
        role = self.new_role("oauth:client:view")
        for name in (None, "", "   "):
            for method, path in (("POST", ROLES), ("PUT", f"{ROLES}/{role.id}")):
                with self.subTest(method, name=name):
                    body = {"description": "without a name"} if name is None else {"name": name}
                    answer = raw(method, path, token=self.admin.access_token, json_body=body)
                    self.assertEqual(400, answer.status, answer.text)
                    self.check_error_body(400, ("general.bad.request", "constraint.validation"), answer.text,
                                          answer.headers)

    def test_two_roles_cannot_have_one_name(self):
        first, second = self.new_role(), self.new_role()
        for name, call in {
            "create": lambda: self.new_role(name=first.name),
            "update": lambda: self.authorization.put_authorization_role(second.id, update(second, name=first.name)),
        }.items():
            with self.subTest(name), self.assertRaises(ApiException) as caught:
                call()
            self.assertIn(caught.exception.status, (400, 409))
        self.assertEqual(second.name, self.authorization.get_authorization_role(second.id).name)

    def test_a_body_that_is_no_object_is_refused(self):
        role = self.new_role()
        for method, path in (("POST", ROLES), ("PUT", f"{ROLES}/{role.id}"), ("PATCH", f"{ROLES}/{role.id}")):
            for data in ("[]", '{"name": ', '"name"'):
                with self.subTest(method, data=data):
                    answer = raw(method, path, token=self.admin.access_token, data=data,
                                 headers={"Content-Type": "application/json"})
                    self.check_refusal(answer, 400, "bad.request")

    def test_a_role_that_does_not_exist_is_not_found(self):
        unknown, body = str(uuid.uuid4()), update(self.new_role())
        for name, call in {
            "get": lambda: self.authorization.get_authorization_role(unknown),
            "put": lambda: self.authorization.put_authorization_role(unknown, body),
            "patch": lambda: self.authorization.patch_authorization_role(unknown, model("DomainOrganizationRole")),
            "delete": lambda: self.authorization.delete_authorization_role(unknown),
            "users": lambda: self.authorization.get_authorization_role_users(unknown),
            "subjectgrants": lambda: self.authorization.get_authorization_role_subjectgrants(unknown),
            "users/add": lambda: self.authorization.put_authorization_role_users_add(unknown, [self.user_id]),
            "users/remove": lambda: self.authorization.put_authorization_role_users_remove(unknown, [self.user_id]),
        }.items():
            with self.subTest(name), self.refused(404, "not.found"):
                call()

    def test_no_more_than_a_hundred_ids_can_be_asked_for(self):
        with self.refused(400, "max.role.ids"):
            self.authorization.get_authorization_roles(id=[str(uuid.uuid4()) for _ in range(101)])


class Holders(AuthorizationTest):
    def test_users_are_added_to_a_role_and_removed(self):
        role = self.new_role("oauth:client:view")
        self.assertEqual([self.user_id],
                         self.authorization.put_authorization_role_users_add(role.id, [self.user_id]))
        users = self.authorization.get_authorization_role_users(role.id)
        self.assertEqual([self.user_id], [user.id for user in users.entities])
        self.assertEqual(1, self.authorization.get_authorization_role(role.id, user_count=True).user_count)
        self.assertEqual([self.user_id],
                         self.authorization.put_authorization_role_users_remove(role.id, [self.user_id]))
        self.assertEqual([], self.authorization.get_authorization_role_users(role.id).entities)
        self.assertNotIn(role.id, {held for held, _ in self.granted(self.user_id)})

    def test_the_subjects_of_a_role_are_listed_with_their_divisions(self):
        role, division = self.new_role("oauth:client:view"), self.new_division()
        client = self.create(role_divisions=[role_division(role.id, division.id)])
        [entry] = self.authorization.get_authorization_role_subjectgrants(role.id).entities
        self.assertEqual((client.id, client.name, "PC_OAUTH_CLIENT"), (entry.id, entry.name, entry.type))
        self.assertEqual([division.id], [it.id for it in entry.divisions])

    def test_a_role_is_given_to_many_subjects_in_many_divisions(self):
        role, divisions = self.new_role("oauth:client:view"), [self.new_division().id for _ in range(2)]
        clients = [self.create().id for _ in range(2)]
        self.authorization.post_authorization_role(
            role.id, model("SubjectDivisions", subject_ids=clients, division_ids=divisions),
            subject_type="PC_OAUTH_CLIENT")
        self.assertEqual(204, self.admin.last_response.status)
        for client in clients:
            self.assertLessEqual({(role.id, division) for division in divisions}, self.granted(client))

    def test_an_unknown_type_of_subject_is_refused(self):
        role, body = self.new_role(), model("SubjectDivisions", subject_ids=[self.user_id], division_ids=["*"])
        with self.refused(400, "invalid.subject.type"):
            self.authorization.post_authorization_role(role.id, body, subject_type="PC_NOBODY")


class BuiltIn(AuthorizationTest):
    def setUp(self):
        self.addCleanup(self.authorization.post_authorization_roles_default, force=True)
        self.viewer = self.authorization.get_authorization_role(role_id("oauth viewer"))

    def test_a_forced_restore_undoes_what_was_done_to_built_in_roles(self):
        self.authorization.put_authorization_role(self.viewer.id, update(self.viewer, permission_policies=[]))
        listing = self.authorization.post_authorization_roles_default(force=True)
        self.assertLessEqual({self.viewer.id, role_id("admin")}, {role.id for role in listing.entities})
        restored = self.authorization.get_authorization_role(self.viewer.id)
        self.assertEqual([["view"]], [it.action_set for it in restored.permission_policies])
        self.assertTrue(restored.default)

    def test_the_built_in_roles_can_be_restored_one_by_one(self):
        self.authorization.put_authorization_role(self.viewer.id, update(self.viewer, permission_policies=[]))
        listing = self.authorization.put_authorization_roles_default([self.viewer])
        self.assertIn(self.viewer.id, [role.id for role in listing.entities])
        restored = self.authorization.get_authorization_role(self.viewer.id)
        self.assertEqual([["view"]], [it.action_set for it in restored.permission_policies])


class Guard(AuthorizationTest):
    """The caller may write roles, but holds little else."""

    def setUp(self):
        self.me, self.little = self.holder("authorization:role:view,add,edit,delete", "oauth:client:view")
        self.mine = self.little.get_authorization_subjects_me().grants[0].role.id

    def test_a_role_of_what_the_caller_holds_can_be_made(self):
        made = self.new_role("oauth:client:view", by=self.little)
        self.assertEqual(made.id, self.little.get_authorization_role(made.id).id)

    def test_a_role_of_more_cannot_be_made(self):
        for more in ("oauth:client:add", "oauth:client:view,add", "oauth:client:*", "oauth:*:view", "*:*:*"):
            with self.subTest(more), self.refused(403, *LACKS_THE_ROLE):
                self.new_role(more, by=self.little)
        with self.refused(403, *LACKS_THE_ROLE):
            self.new_role(permissions=["admin"], by=self.little)

    def test_no_role_can_be_made_more_than_the_caller_holds(self):
        other = self.new_role("oauth:client:view")
        for role in (other.id, self.mine):
            body = update(self.authorization.get_authorization_role(role),
                          permission_policies=[policy("authorization:grant:add")])
            with self.subTest(role), self.refused(403, *LACKS_THE_ROLE):
                self.little.put_authorization_role(role, body)
        [kept] = self.authorization.get_authorization_role(other.id).permission_policies
        self.assertEqual("oauth", kept.domain)

    def test_every_operation_asks_for_its_permission(self):
        role = self.new_role("oauth:client:view")
        _, viewer = self.holder("oauth:client:view")
        self.check_lacks({
            "list": lambda: viewer.get_authorization_roles(),
            "get": lambda: viewer.get_authorization_role(role.id),
            "create": lambda: self.new_role(by=viewer),
            "put": lambda: viewer.put_authorization_role(role.id, update(role)),
            "patch": lambda: viewer.patch_authorization_role(role.id, model("DomainOrganizationRole")),
            "delete": lambda: viewer.delete_authorization_role(role.id),
            "subjectgrants": lambda: viewer.get_authorization_role_subjectgrants(role.id),
            "default": lambda: viewer.post_authorization_roles_default(),
            "default put": lambda: viewer.put_authorization_roles_default([]),
        }, "missing.any.permissions")
        self.check_lacks({
            "users/add": lambda: viewer.put_authorization_role_users_add(role.id, [self.user_id]),
            "users/remove": lambda: viewer.put_authorization_role_users_remove(role.id, [self.user_id]),
            "grant": lambda: viewer.post_authorization_role(
                role.id, model("SubjectDivisions", subject_ids=[self.user_id], division_ids=["*"])),
        })
        self.assertEqual([], viewer.get_authorization_role_users(role.id).entities, "this one is open to all")


class AtOnce(AuthorizationTest):
    """A change of a role counts for the very next call of those who hold it."""

    def test_what_a_role_gains_and_loses_counts_at_once(self):
        role = self.new_role("oauth:client:view")
        client, api = self.connect_new(role_divisions=[role_division(role.id, "*")])
        roles, clients = sdk.AuthorizationApi(api), sdk.OAuthApi(api)
        for round_ in range(3):
            with self.subTest(round_):
                self.check_lacks({"before": lambda: roles.get_authorization_roles()})
                self.authorization.put_authorization_role(
                    role.id, update(role, permission_policies=[policy("authorization:role:view")]))
                self.assertTrue(roles.get_authorization_roles().entities)
                self.check_lacks({"what was lost": lambda: clients.get_oauth_client(client.id)})
                self.authorization.put_authorization_role(role.id, update(role))
                self.assertEqual(client.id, clients.get_oauth_client(client.id).id)

    def test_a_deleted_role_gives_nothing_any_more(self):
        role = self.new_role("authorization:role:view")
        keep = role_division(role_id("oauth viewer"), "*")
        client, api = self.connect_new(role_divisions=[role_division(role.id, "*"), keep])
        roles = sdk.AuthorizationApi(api)
        self.assertTrue(roles.get_authorization_roles().entities)
        self.authorization.delete_authorization_role(role.id)
        self.check_lacks({"list": lambda: roles.get_authorization_roles()})
        self.assertEqual({(keep.role_id, "*")}, self.granted(client.id))
        with self.refused(400, "bad.client.role"):
            self.oauth.put_oauth_client(client.id, changed(client))


if __name__ == "__main__":
    unittest.main()

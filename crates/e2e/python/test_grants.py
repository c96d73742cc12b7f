"""Grants of roles to subjects: singly and in bulk, by those who hold them only, in force at the very next call."""

import unittest
import uuid

from chancery import (
    ApiException, AuthorizationTest, LACKING, NOT_THERE, changed, home_division, model, raw, role_division,
    role_grants, role_id, sdk, unique,
)

SUBJECTS = "/api/v2/authorization/subjects"
CLIENT = "PC_OAUTH_CLIENT"
FORBIDDEN = LACKING + NOT_THERE


class GrantTest(AuthorizationTest):
    """A client that holds `self.kept` in all divisions, and a role that it does not hold."""

    def setUp(self):
        self.kept = (role_id("oauth viewer"), "*")
        self.client, self.api = self.connect_new()
        self.role = self.new_role("authorization:role:view")
        self.division = self.new_division()
        self.held = sdk.AuthorizationApi(self.api)

    def check_granted(self, *expected):
        """By both views of a client's grants."""
        self.assertEqual({self.kept, *expected}, self.granted(self.client.id))
        client = self.oauth.get_oauth_client(self.client.id)
        self.assertEqual({self.kept, *expected}, {(it.role_id, it.division_id) for it in client.role_divisions})


class Single(GrantTest):
    def test_a_grant_is_made_and_taken(self):
        for division in (self.division.id, "*", home_division()):
            with self.subTest(division):
                where = (self.client.id, division, self.role.id)
                self.authorization.post_authorization_subject_division_role(*where, subject_type=CLIENT)
                self.check_granted((self.role.id, division))
                self.authorization.delete_authorization_subject_division_role(*where)
                self.check_granted()

    def test_all_divisions_can_be_named_with_and_without_percent(self):
        for star in ("*", "%2A", "%2a"):
            path = f"{SUBJECTS}/{self.client.id}/divisions/{star}/roles/{self.role.id}"
            for method, expected in (("POST", [(self.role.id, "*")]), ("DELETE", [])):
                with self.subTest(star, method=method):
                    answer = raw(method, f"{path}?subjectType={CLIENT}", token=self.admin.access_token)
                    self.assertIn(answer.status, (200, 204), answer.text)
                    self.check_granted(*expected)

    def test_a_grant_made_twice_is_held_once(self):
        for _ in range(2):
            self.authorization.post_authorization_subject_division_role(
                self.client.id, self.division.id, self.role.id, subject_type=CLIENT)
        self.assertEqual(2, len(self.authorization.get_authorization_subject(self.client.id).grants))

    def test_what_does_not_exist_cannot_be_granted(self):
        unknown = str(uuid.uuid4())
        for name, where in {
            "subject": (unknown, self.division.id, self.role.id),
            "division": (self.client.id, unknown, self.role.id),
            "role": (self.client.id, self.division.id, unknown),
        }.items():
            with self.subTest(name), self.assertRaises(ApiException) as caught:
                self.authorization.post_authorization_subject_division_role(*where, subject_type=CLIENT)
            self.assertIn(caught.exception.status, (400, 404), caught.exception.body)
        self.check_granted()


class Bulk(GrantTest):
    def test_grants_are_added_taken_and_replaced_in_bulk(self):
        here, there = (self.role.id, self.division.id), (self.role.id, home_division())
        add, take, put = (self.authorization.post_authorization_subject_bulkadd,
                          self.authorization.post_authorization_subject_bulkremove,
                          self.authorization.post_authorization_subject_bulkreplace)
        for expected, call in (
            ([here, there], lambda: add(self.client.id, role_grants(here, there), subject_type=CLIENT)),
            ([there], lambda: take(self.client.id, role_grants(here))),
            ([here], lambda: put(self.client.id, role_grants(self.kept, here), subject_type=CLIENT)),
            ([], lambda: put(self.client.id, role_grants(self.kept), subject_type=CLIENT)),
        ):
            call()
            self.assertEqual(204, self.admin.last_response.status)
            self.check_granted(*expected)

    def test_an_unknown_role_or_division_adds_nothing_at_all(self):
        good, unknown = (self.role.id, self.division.id), str(uuid.uuid4())
        for bad in ((unknown, self.division.id), (self.role.id, unknown)):
            with self.subTest(bad), self.refused(400, "bad.role.divisions"):
                self.authorization.post_authorization_subject_bulkadd(
                    self.client.id, role_grants(good, bad), subject_type=CLIENT)
        self.check_granted()

    def test_an_unknown_subject_is_not_found(self):
        unknown, body = str(uuid.uuid4()), role_grants((self.role.id, "*"))
        for name, call in {
            "bulkadd": self.authorization.post_authorization_subject_bulkadd,
            "bulkremove": self.authorization.post_authorization_subject_bulkremove,
            "bulkreplace": self.authorization.post_authorization_subject_bulkreplace,
        }.items():
            with self.subTest(name), self.refused(404, "not.found", "general.resource.not.found"):
                call(unknown, body)

    def test_a_body_without_grants_is_refused(self):
        for operation in ("bulkadd", "bulkremove", "bulkreplace"):
            for data in ("{}", "[]", '{"grants": {}}', '{"grants": [{"roleId": 7, "divisionId": "*"}]}', '{"grants"'):
                with self.subTest(operation, data=data):
                    answer = raw("POST", f"{SUBJECTS}/{self.client.id}/{operation}?subjectType={CLIENT}", data=data,
                                 token=self.admin.access_token, headers={"Content-Type": "application/json"})
                    self.assertEqual(400, answer.status, answer.text)
        self.check_granted()

    def test_an_unknown_type_of_subject_is_refused(self):
        with self.assertRaises(ApiException) as caught:
            self.authorization.post_authorization_subject_bulkadd(
                self.client.id, role_grants((self.role.id, "*")), subject_type="PC_NOBODY")
        self.assertEqual(400, caught.exception.status)
        self.check_granted()


class Reading(GrantTest):
    def test_the_roles_of_subjects_are_counted(self):
        counts = self.authorization.get_authorization_subjects_rolecounts(id=[self.client.id, self.user_id])
        self.assertIn(self.client.id, str(counts))
        answer = raw("GET", f"{SUBJECTS}/rolecounts?id={self.client.id}", token=self.admin.access_token)
        self.assertIsInstance(answer.body, dict)
        with self.refused(400, "max.subject.ids"):
            self.authorization.get_authorization_subjects_rolecounts(id=[str(uuid.uuid4()) for _ in range(101)])

    def test_the_own_grants_are_open_to_everybody(self):
        me = self.held.get_authorization_subjects_me(include_duplicates=True)
        self.assertEqual((self.client.id, {self.kept}), (me.id, {(it.role.id, it.division.id) for it in me.grants}))

    def test_products_are_listed(self):
        products = self.held.get_authorization_products().entities
        self.assertTrue(products)
        self.assertTrue(all(product.id for product in products))


class UserRoles(AuthorizationTest):
    """`users/{id}/roles`, of the only user that a new server has: an administrator, which it stays throughout."""

    def setUp(self):
        self.before = self.granted(self.user_id)
        restore = self.authorization.post_authorization_subject_bulkreplace
        self.addCleanup(restore, self.user_id, role_grants(*self.before), subject_type="PC_USER")
        self.role = self.new_role("oauth:client:view")

    def test_the_roles_of_a_user_are_what_was_put(self):
        wanted = {role_id("admin"), self.role.id}
        for answer in (self.authorization.put_user_roles(self.user_id, list(wanted)),
                       self.authorization.get_user_roles(self.user_id),
                       sdk.UsersApi(self.admin).get_user_roles(self.user_id)):
            self.assertEqual(wanted, {role.id for role in answer.roles})
            self.assertTrue(answer.permission_policies)
        self.assertEqual(wanted, {role for role, _ in self.granted(self.user_id)})
        left = self.authorization.put_user_roles(self.user_id, [role_id("admin")])
        self.assertEqual([role_id("admin")], [role.id for role in left.roles])

    def test_what_cannot_be_put_is_refused(self):
        unknown = str(uuid.uuid4())
        with self.refused(404, "not.found", "general.resource.not.found"):
            self.authorization.put_user_roles(unknown, [self.role.id])
        with self.refused(404, "not.found", "general.resource.not.found"):
            self.authorization.get_user_roles(unknown)
        with self.refused(400, "general.bad.request", "bad.role.divisions"):
            self.authorization.put_user_roles(self.user_id, [role_id("admin"), unknown])
        self.assertEqual(self.before, self.granted(self.user_id))

    def test_both_operations_ask_for_their_permission(self):
        _, viewer = self.holder("oauth:client:view")
        self.check_lacks({"get": lambda: viewer.get_user_roles(self.user_id),
                          "put": lambda: viewer.put_user_roles(self.user_id, [self.role.id])})


class AtOnce(GrantTest):
    def test_a_grant_counts_for_the_next_call_and_so_does_its_end(self):
        where = (self.client.id, "*", self.role.id)
        for round_ in range(3):
            with self.subTest(round_):
                self.check_lacks({"before": lambda: self.held.get_authorization_roles()})
                self.authorization.post_authorization_subject_division_role(*where, subject_type=CLIENT)
                self.assertTrue(self.held.get_authorization_roles().entities)
                self.authorization.delete_authorization_subject_division_role(*where)
        self.check_lacks({"after": lambda: self.held.get_authorization_roles()})

    def test_a_grant_in_one_division_counts_there_alone(self):
        editor, other = self.new_role("authorization:division:edit"), self.new_division()
        rename = lambda it: self.held.put_authorization_division(
            it.id, model("AuthzDivision", name=unique("renamed"), description=""))
        for division, lacking in ((self.division, other), (other, None)):
            self.authorization.post_authorization_subject_division_role(
                self.client.id, division.id, editor.id, subject_type=CLIENT)
            self.assertEqual(division.id, rename(division).id)
            if lacking is not None:
                self.check_lacks({"elsewhere": lambda: rename(lacking)}, *NOT_THERE)


class Guard(GrantTest):
    """The caller may grant and take anything in one division, and views clients there; that is all it holds."""

    def setUp(self):
        super().setUp()
        self.me, self.little = self.holder(
            "authorization:grant:view,add,delete", "oauth:client:view", division=self.division.id)
        self.viewer = self.new_role("oauth:client:view")

    def ways(self, role: str, division: str, subject: str) -> dict:
        """Every way to hand `role` in `division` to the client `subject`."""
        body, everybody = role_grants((role, division)), model(
            "SubjectDivisions", subject_ids=[subject], division_ids=[division])
        return {
            "single": lambda: self.little.post_authorization_subject_division_role(
                subject, division, role, subject_type=CLIENT),
            "bulkadd": lambda: self.little.post_authorization_subject_bulkadd(subject, body, subject_type=CLIENT),
            "bulkreplace": lambda: self.little.post_authorization_subject_bulkreplace(
                subject, body, subject_type=CLIENT),
            "role": lambda: self.little.post_authorization_role(role, everybody, subject_type=CLIENT),
        }

    def test_what_the_caller_holds_it_can_hand_out(self):
        like_it, here = self.new_role("oauth:client:view"), self.division.id
        for name in self.ways("", "", ""):
            with self.subTest(name):
                subject = self.create(role_divisions=[role_division(like_it.id, here)]).id
                self.ways(self.viewer.id, here, subject)[name]()
                self.assertIn((self.viewer.id, here), self.granted(subject))

    def test_nothing_more_can_be_handed_out_to_others_or_to_itself(self):
        for role in (role_id("admin"), self.role.id):
            for subject in (self.client.id, self.me.id):
                before = self.granted(subject)
                self.check_lacks(self.ways(role, self.division.id, subject), *FORBIDDEN)
                self.assertEqual(before, self.granted(subject))

    def test_nothing_can_be_handed_out_in_another_division(self):
        for division in (home_division(), "*", self.new_division().id):
            self.check_lacks(self.ways(self.viewer.id, division, self.client.id), *FORBIDDEN)
        self.check_granted()

    def test_no_user_can_be_given_more(self):
        before = self.granted(self.user_id)
        for name, call in {
            "users/add": lambda: self.little.put_authorization_role_users_add(self.role.id, [self.user_id]),
            "users/roles": lambda: self.little.put_user_roles(self.user_id, [role_id("admin"), self.role.id]),
        }.items():
            self.check_lacks({name: call}, *FORBIDDEN)
        self.assertEqual(before, self.granted(self.user_id))

    def test_no_client_can_be_given_more(self):
        _, editor = self.holder("oauth:client:add,edit")
        clients = sdk.OAuthApi(editor.api_client)
        with self.refused(400, "bad.client.role"):
            self.create(by=clients, role_divisions=[role_division(self.role.id, "*")])
        with self.refused(400, "bad.client.role"):
            clients.put_oauth_client(self.client.id, changed(self.client, role_divisions=[
                role_division(self.role.id, "*")]))
        self.check_granted()

    def test_every_operation_asks_for_its_permission(self):
        _, adder = self.holder("authorization:grant:add", "oauth:client:view", "authorization:role:view")
        _, taker = self.holder("authorization:grant:delete", "oauth:client:view", "authorization:role:view")
        where, body = (self.client.id, "*", self.viewer.id), role_grants((self.viewer.id, "*"))
        self.check_lacks({
            "view": lambda: adder.get_authorization_subject(self.client.id),
            "counts": lambda: adder.get_authorization_subjects_rolecounts(id=[self.client.id]),
            "add": lambda: taker.post_authorization_subject_division_role(*where, subject_type=CLIENT),
            "bulkadd": lambda: taker.post_authorization_subject_bulkadd(where[0], body, subject_type=CLIENT),
            "delete": lambda: adder.delete_authorization_subject_division_role(*where),
            "bulkremove": lambda: adder.post_authorization_subject_bulkremove(where[0], body),
            "replace with half": lambda: adder.post_authorization_subject_bulkreplace(where[0], body),
            "replace with the other half": lambda: taker.post_authorization_subject_bulkreplace(where[0], body),
        })
        self.check_granted()


class TheLastAdministrator(AuthorizationTest):
    """A new server has two: its user and its client. The user goes, so that the client is the last."""

    def setUp(self):
        held = role_grants(*self.granted(self.user_id))
        restore = self.authorization.post_authorization_subject_bulkreplace
        self.addCleanup(restore, self.user_id, held, subject_type="PC_USER")
        self.authorization.post_authorization_subject_bulkremove(self.user_id, held)
        self.assertEqual(set(), self.granted(self.user_id))

    def test_the_last_administrator_cannot_be_removed(self):
        admin, me = role_id("admin"), self.oauth.get_oauth_client(self.admin_id)
        viewer = role_grants((role_id("oauth viewer"), "*"))
        less = model("DomainOrganizationRoleUpdate", name="admin", permissions=[], permission_policies=[])
        for name, call in {
            "an empty role": lambda: self.authorization.put_authorization_role(admin, less),
            "no role": lambda: self.authorization.delete_authorization_role(admin),
            "no grant": lambda: self.authorization.delete_authorization_subject_division_role(me.id, "*", admin),
            "bulkremove": lambda: self.authorization.post_authorization_subject_bulkremove(
                me.id, role_grants((admin, "*"))),
            "bulkreplace": lambda: self.authorization.post_authorization_subject_bulkreplace(
                me.id, viewer, subject_type=CLIENT),
            "another role": lambda: self.oauth.put_oauth_client(me.id, changed(me, role_ids=None, role_divisions=[
                role_division(role_id("oauth viewer"), "*")])),
            "an inactive client": lambda: self.oauth.put_oauth_client(me.id, changed(me, state="inactive")),
            "no client": lambda: self.oauth.delete_oauth_client(me.id),
        }.items():
            with self.assertRaises(ApiException, msg=name) as caught:
                call()
            self.assertIn(caught.exception.status, (400, 403, 409), f"{name}: {caught.exception.body}")
            self.assertIn((admin, "*"), self.granted(me.id), name)


if __name__ == "__main__":
    unittest.main()

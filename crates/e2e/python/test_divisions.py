"""Divisions: made, changed, deleted with and without force, brought back, paged; and what may be done in which."""

import unittest
import urllib.parse
import uuid

from chancery import (
    ApiException, AuthorizationTest, NOT_THERE, home_division, model, raw, role_division, sdk, unique,
)

DIVISIONS = "/api/v2/authorization/divisions"


def division(name: str, description: str = "") -> sdk.AuthzDivision:
    return model("AuthzDivision", name=name, description=description)


def names_of(listing) -> list:
    return [it.name for it in listing.entities]


def ids_of(listing) -> list:
    return [it.id for it in listing.entities]


class Life(AuthorizationTest):
    def test_a_division_is_made_and_read(self):
        made = self.new_division(description="of a test")
        self.assertEqual(f"{DIVISIONS}/{made.id}", made.self_uri)
        self.assertFalse(made.home_division)
        read = self.authorization.get_authorization_division(made.id)
        self.assertEqual((made.id, made.name, "of a test"), (read.id, read.name, read.description))
        self.assertEqual([made.id], ids_of(self.authorization.get_authorization_divisions(id=[made.id])))
        self.assertEqual([made.id], ids_of(self.authorization.get_authorization_divisions(name=made.name)))

    def test_a_division_is_renamed(self):
        made, name = self.new_division(), unique("renamed")
        for it in (self.authorization.put_authorization_division(made.id, division(name, "after")),
                   self.authorization.get_authorization_division(made.id)):
            self.assertEqual((made.id, name, "after"), (it.id, it.name, it.description))

    def test_an_empty_division_is_deleted(self):
        made = self.new_division()
        self.authorization.delete_authorization_division(made.id)
        self.assertEqual(204, self.admin.last_response.status)
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_division(made.id)
        self.assertEqual([], ids_of(self.authorization.get_authorization_divisions(id=[made.id])))

    def test_the_listing_can_be_paged(self):
        self.new_division()
        seen, number = [], 1
        while len(page := self.authorization.get_authorization_divisions(page_size=1, page_number=number).entities):
            seen += [it.id for it in page]
            number += 1
        self.assertCountEqual(ids_of(self.authorization.get_authorization_divisions(page_size=100)), seen)

    def test_objects_are_counted_for_those_who_ask(self):
        counts = self.authorization.get_authorization_division(home_division(), object_count=True).object_counts
        self.assertTrue(all(isinstance(count, int) for count in counts.values()), counts)

    def test_the_limit_is_a_bare_number(self):
        limit = raw("GET", f"{DIVISIONS}/limit", token=self.admin.access_token)
        self.assertEqual(200, limit.status, limit.text)
        self.assertIsInstance(limit.body, int)
        self.assertGreater(limit.body, 1)
        self.assertEqual(limit.body, self.authorization.get_authorization_divisions_limit())


class Deleting(AuthorizationTest):
    def setUp(self):
        self.made = self.new_division()
        self.role = self.new_role("oauth:client:view")

    def test_a_division_in_use_goes_by_force_only(self):
        client = self.create(role_divisions=[role_division(self.role.id, self.made.id),
                                             role_division(self.role.id, home_division())])
        with self.refused(400, "precondition.failure"):
            self.authorization.delete_authorization_division(self.made.id)
        self.assertEqual(self.made.id, self.authorization.get_authorization_division(self.made.id).id)
        self.assertIn((self.role.id, self.made.id), self.granted(client.id))
        self.authorization.delete_authorization_division(self.made.id, force=True)
        with self.refused(404, "not.found"):
            self.authorization.get_authorization_division(self.made.id)
        self.assertEqual({(self.role.id, home_division())}, self.granted(client.id))

    def test_the_home_division_cannot_be_deleted(self):
        for query in ({}, {"force": True}):
            with self.subTest(query), self.assertRaises(ApiException) as caught:
                self.authorization.delete_authorization_division(home_division(), **query)
            self.assertIn(caught.exception.status, (400, 403, 409))
        self.assertTrue(self.authorization.get_authorization_divisions_home().home_division)

    def test_a_deleted_division_can_be_brought_back(self):
        self.authorization.delete_authorization_division(self.made.id)
        deleted = self.authorization.get_authorization_divisions_deleted(page_size=100)
        self.assertIn(self.made.id, ids_of(deleted))
        restored = self.authorization.post_authorization_division_restore(self.made.id, division(self.made.name))
        self.assertEqual((self.made.id, self.made.name), (restored.id, restored.name))
        self.assertEqual(self.made.name, self.authorization.get_authorization_division(self.made.id).name)
        deleted = self.authorization.get_authorization_divisions_deleted(page_size=100)
        self.assertNotIn(self.made.id, ids_of(deleted))

    def test_what_held_in_a_deleted_division_does_not_come_back(self):
        client = self.create(role_divisions=[role_division(self.role.id, self.made.id),
                                             role_division(self.role.id, home_division())])
        self.authorization.delete_authorization_division(self.made.id, force=True)
        self.authorization.post_authorization_division_restore(self.made.id, division(self.made.name))
        self.assertNotIn((self.role.id, self.made.id), self.granted(client.id))


class Errors(AuthorizationTest):
    def refused_both_ways(self, status, code, name):
        existing = self.new_division()
        for operation, call in {
            "create": lambda: self.new_division(name=name),
            "update": lambda: self.authorization.put_authorization_division(existing.id, division(name)),
        }.items():
            with self.subTest(operation, name=name[:20]), self.refused(status, code):
                call()
        self.assertEqual(existing.name, self.authorization.get_authorization_division(existing.id).name)

    def test_a_blank_name_is_refused(self):
        for name in ("", "   "):
            self.refused_both_ways(400, "division.name.invalid", name)

    def test_a_name_that_is_too_long_is_refused(self):
        self.refused_both_ways(400, "max.length.exceeded", "x" * 10_000)

    def test_a_name_that_is_taken_is_refused(self):
        self.refused_both_ways(409, "resource.already.exists", self.new_division().name)

    def test_a_name_is_free_again_when_its_division_is_gone(self):
        gone = self.new_division()
        self.authorization.delete_authorization_division(gone.id)
        self.assertNotEqual(gone.id, self.new_division(name=gone.name).id)
        with self.assertRaises(ApiException) as caught:
            self.authorization.post_authorization_division_restore(gone.id, division(gone.name))
        self.assertIn(caught.exception.status, (400, 409), "two of one name")

    def test_a_division_that_does_not_exist_is_not_found(self):
        unknown = str(uuid.uuid4())
        for name, call in {
            "get": lambda: self.authorization.get_authorization_division(unknown),
            "put": lambda: self.authorization.put_authorization_division(unknown, division(unique("division"))),
            "delete": lambda: self.authorization.delete_authorization_division(unknown),
            "grants": lambda: self.authorization.get_authorization_division_grants(unknown),
            "restore": lambda: self.authorization.post_authorization_division_restore(unknown, division("x")),
        }.items():
            with self.subTest(name), self.refused(404, "not.found"):
                call()

    def test_a_body_that_is_no_object_is_refused(self):
        for method, path in (("POST", DIVISIONS), ("PUT", f"{DIVISIONS}/{self.new_division().id}")):
            for data in ("[]", '{"name": ', '"name"'):
                with self.subTest(method, data=data):
                    answer = raw(method, path, token=self.admin.access_token, data=data,
                                 headers={"Content-Type": "application/json"})
                    self.check_refusal(answer, 400, "bad.request")


class Cursors(AuthorizationTest):
    """`divisions/query`, forwards by `after` and backwards by `before`, as its URIs say."""

    def setUp(self):
        self.made = [self.new_division().id for _ in range(3)]

    def ask(self, **query) -> sdk.AuthzDivisionCursorListing:
        return self.authorization.get_authorization_divisions_query(**query)

    def cursor(self, uri: str, name: str) -> str:
        self.assertTrue(uri.startswith(f"{DIVISIONS}/query?"), uri)
        return urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)[name][0]

    def test_all_pages_together_are_all_divisions_forwards_and_backwards(self):
        everything = ids_of(self.authorization.get_authorization_divisions(page_size=100))
        pages = [self.ask(page_size="2")]
        while pages[-1].next_uri:
            pages.append(self.ask(page_size="2", after=self.cursor(pages[-1].next_uri, "after")))
            self.assertLessEqual(len(pages), len(everything), "a cursor comes round again")
        self.assertIsNone(pages[0].previous_uri)
        self.assertCountEqual(everything, [it for page in pages for it in ids_of(page)])
        page = pages[-1]
        for expected in reversed(pages[:-1]):
            page = self.ask(page_size="2", before=self.cursor(page.previous_uri, "before"))
            self.assertEqual(ids_of(expected), ids_of(page))

    def test_the_query_can_be_cut_to_ids_and_names(self):
        self.assertCountEqual(self.made[:2], ids_of(self.ask(id=self.made[:2])))
        name = self.authorization.get_authorization_division(self.made[0]).name
        self.assertEqual([name], names_of(self.ask(name=name)))

    def test_only_one_direction_can_be_asked_for(self):
        after = self.cursor(self.ask(page_size="1").next_uri, "after")
        with self.refused(400, "both.after.and.before.provided"):
            self.ask(before=after, after=after)

    def test_a_cursor_that_is_none_and_a_size_that_is_none_are_refused(self):
        for query in ({"after": "no cursor"}, {"before": "no cursor"}, {"page_size": "many"}):
            with self.subTest(query), self.assertRaises(ApiException) as caught:
                self.ask(**query)
            self.assertEqual(400, caught.exception.status, caught.exception.body)


class Grants(AuthorizationTest):
    def test_the_grants_of_a_division_are_listed(self):
        role, made = self.new_role("oauth:client:view"), self.new_division()
        client = self.create(role_divisions=[role_division(role.id, made.id)])
        grants = self.authorization.get_authorization_division_grants(made.id).entities
        self.assertIn((client.id, role.id, made.id), [(it.subject_id, it.role.id, it.division.id) for it in grants])
        _, viewer = self.holder("oauth:client:view")
        self.check_lacks({"grants": lambda: viewer.get_authorization_division_grants(made.id)})


class Permitted(AuthorizationTest):
    """`divisionspermitted`: where the caller holds a permission."""

    def test_the_administrator_is_permitted_everywhere(self):
        listing = self.authorization.get_authorization_divisionspermitted_paged_me("authorization:division:edit")
        self.assertTrue(listing.all_divs_permitted)

    def test_another_is_permitted_where_the_grants_say(self):
        made = self.new_division()
        _, here = self.holder("authorization:division:edit", division=made.id)
        listing = here.get_authorization_divisionspermitted_paged_me("authorization:division:edit")
        self.assertEqual([made.id], ids_of(listing))
        self.assertFalse(listing.all_divs_permitted)
        listing = here.get_authorization_divisionspermitted_paged_me("authorization:division:delete")
        self.assertEqual(([], False), (ids_of(listing), listing.all_divs_permitted))

    def test_the_permission_must_be_named(self):
        answer = raw("GET", "/api/v2/authorization/divisionspermitted/paged/me", token=self.admin.access_token)
        self.check_refusal(answer, 400, "missing.permission.param")


class Allowed(AuthorizationTest):
    def test_making_one_takes_both_permissions(self):
        for permissions in (["authorization:division:add"], ["authorization:grant:add"]):
            _, half = self.holder(*permissions)
            self.check_lacks({permissions[0]: lambda: self.new_division(by=half)}, "missing.permissions")
        _, both = self.holder("authorization:division:add", "authorization:grant:add")
        self.assertTrue(self.new_division(by=both).id)

    def test_a_division_is_edited_and_deleted_by_those_who_may_in_that_division(self):
        mine, theirs = self.new_division(), self.new_division()
        _, here = self.holder("authorization:division:edit,delete", division=mine.id)
        self.check_lacks({
            "put": lambda: here.put_authorization_division(theirs.id, division(unique("stolen"))),
            "delete": lambda: here.delete_authorization_division(theirs.id),
        }, *NOT_THERE)
        self.assertEqual(theirs.name, self.authorization.get_authorization_division(theirs.id).name)
        name = unique("mine")
        self.assertEqual(name, here.put_authorization_division(mine.id, division(name)).name)
        here.delete_authorization_division(mine.id, force=True)
        with self.refused(404, "not.found"):
            here.get_authorization_division(mine.id)

    def test_every_operation_asks_for_its_permission(self):
        made = self.new_division()
        _, viewer = self.holder("oauth:client:view")
        self.check_lacks({
            "create": lambda: self.new_division(by=viewer),
            "put": lambda: viewer.put_authorization_division(made.id, division(unique("stolen"))),
            "delete": lambda: viewer.delete_authorization_division(made.id),
            "deleted": lambda: viewer.get_authorization_divisions_deleted(),
            "restore": lambda: viewer.post_authorization_division_restore(made.id, division(made.name)),
        })
        self.assertEqual(made.id, viewer.get_authorization_division(made.id).id, "reading is open to all")
        self.assertTrue(viewer.get_authorization_divisions_query().entities)


if __name__ == "__main__":
    unittest.main()

"""The six operations of the client registry, as the vendor's SDK calls them, on clients of every grant type."""

import datetime
import unittest
import uuid

from chancery import (
    ChanceryTest, GRANT_TYPES, changed, connect, home_division, pairs, raw, registration, role_division, role_id, sdk,
    unique, wire,
)


class ClientLife(ChanceryTest):
    def each_grant_type(self):
        for grant_type in GRANT_TYPES:
            with self.subTest(grant_type):
                yield grant_type

    def wire_client(self, client_id):
        return raw("GET", f"/api/v2/oauth/clients/{client_id}", token=self.admin.access_token).body

    def test_a_created_client_can_be_read_listed_updated_and_deleted(self):
        for grant_type in self.each_grant_type():
            created = self.create(grant_type, description="first")
            self.assertEqual(grant_type, created.authorized_grant_type)

            read = self.oauth.get_oauth_client(created.id)
            self.assertEqual(created.name, read.name)
            self.assertEqual("first", read.description)
            self.assertEqual(grant_type, read.authorized_grant_type)

            listed = {client.id: client for client in self.oauth.get_oauth_clients().entities}
            self.assertEqual(read, listed[created.id], "the listing shows what a single read shows")

            name = unique("renamed")
            updated = self.put(read, name=name, description="second", access_token_validity_seconds=300)
            self.assertEqual(created.id, updated.id)
            self.assertEqual(updated, self.oauth.get_oauth_client(created.id))
            self.assertEqual((name, "second", 300),
                             (updated.name, updated.description, updated.access_token_validity_seconds))

            self.oauth.delete_oauth_client(created.id)
            self.assertEqual(204, self.admin.last_response.status)
            with self.refused(404, "client.not.found"):
                self.oauth.get_oauth_client(created.id)
            self.assertNotIn(created.id, [client.id for client in self.oauth.get_oauth_clients().entities])

    def test_every_operation_on_a_deleted_client_is_not_found(self):
        client = self.create()
        request = changed(client)
        self.oauth.delete_oauth_client(client.id)
        for call in (
            lambda: self.oauth.get_oauth_client(client.id),
            lambda: self.oauth.put_oauth_client(client.id, request),
            lambda: self.oauth.post_oauth_client_secret(client.id),
            lambda: self.oauth.delete_oauth_client(client.id),
        ):
            with self.refused(404, "client.not.found"):
                call()

    def test_a_new_client_has_the_defaults_of_the_contract(self):
        for grant_type in self.each_grant_type():
            created = self.create(grant_type)
            self.assertEqual(str(uuid.UUID(created.id)), created.id)
            self.assertEqual(86400, created.access_token_validity_seconds)
            self.assertEqual("active", created.state)
            self.assertEqual(f"/api/v2/oauth/clients/{created.id}", created.self_uri)
            self.assertIsNone(created.date_to_delete)

    def test_both_ends_of_the_allowed_validity_are_accepted(self):
        for seconds in (300, 172800):
            created = self.create(access_token_validity_seconds=seconds)
            self.assertEqual(seconds, self.oauth.get_oauth_client(created.id).access_token_validity_seconds)

    def test_the_secret_is_told_by_create_and_reset_and_by_nothing_else(self):
        for grant_type in self.each_grant_type():
            created = self.create(grant_type)
            self.assertRegex(created.secret, r"\A[A-Za-z0-9_-]{32,}\Z")
            reset = self.oauth.post_oauth_client_secret(created.id)
            self.assertRegex(reset.secret, r"\A[A-Za-z0-9_-]{32,}\Z")
            self.assertNotEqual(created.secret, reset.secret)
            self.assertEqual((created.id, created.name), (reset.id, reset.name))

            self.assertNotIn("secret", self.wire_client(created.id))
            self.assertIsNone(self.oauth.get_oauth_client(created.id).secret)
            self.assertIsNone(self.put(created, description="changed").secret)
            for listed in self.oauth.get_oauth_clients().entities:
                self.assertIsNone(listed.secret)

    def test_after_a_reset_the_new_secret_works_and_the_old_one_does_not(self):
        client = self.create()
        reset = self.oauth.post_oauth_client_secret(client.id)
        self.check_alive(connect(client.id, reset.secret))
        with self.assertRaises(sdk.rest.ApiException) as caught:
            connect(client.id, client.secret)
        self.assertEqual(400, caught.exception.status)

    def test_a_reset_is_accepted_with_whatever_body_an_sdk_sends(self):
        client = self.create()
        for body, headers in (("null", {"Content-Type": "application/json"}),
                              ("", {"Content-Type": "application/json"}), (None, {})):
            answer = raw("POST", f"/api/v2/oauth/clients/{client.id}/secret", token=self.admin.access_token,
                         data=body, headers=headers)
            self.assertEqual(200, answer.status, answer.text)
            self.assertTrue(answer.body["secret"])

    def test_an_update_that_carries_a_secret_does_not_set_it(self):
        client = self.create()
        # Older programs send the whole answer back: read-only members and all.
        updated = self.oauth.put_oauth_client(client.id, client)
        self.assertEqual(client.date_created, updated.date_created)
        self.oauth.put_oauth_client(client.id, wire(changed(client), secret="x" * 43, id=str(uuid.uuid4())))
        self.check_alive(connect(client.id, client.secret))

    def test_members_that_nobody_knows_are_ignored(self):
        client = self.create_from(wire(registration(), somethingFromTheFuture={"a": [1]}))
        self.assertNotIn("somethingFromTheFuture", self.wire_client(client.id))

    def test_who_made_and_who_last_changed_a_client_is_told(self):
        client = self.create()
        self.assertEqual(self.admin_id, client.created_by.id)
        self.assertEqual(self.admin_id, client.modified_by.id)
        other, other_api = self.connect_new(role_divisions=[role_division(role_id("admin"), "*")])
        updated = sdk.OAuthApi(other_api).put_oauth_client(client.id, changed(client, description="by another"))
        self.assertEqual(self.admin_id, updated.created_by.id)
        self.assertEqual(other.id, updated.modified_by.id)

    def test_dates_are_told_in_utc_with_milliseconds(self):
        client = self.create()
        for moment in (client.date_created, client.date_modified):
            self.assertIsInstance(moment, datetime.datetime)
            self.assertEqual(datetime.timedelta(0), moment.utcoffset())
        updated = self.put(client, description="later")
        self.assertEqual(client.date_created, updated.date_created)
        self.assertGreaterEqual(updated.date_modified, client.date_modified)
        told = self.wire_client(client.id)
        for member in ("dateCreated", "dateModified"):
            self.assertRegex(told[member], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_members_without_a_value_are_left_out_of_the_answer(self):
        for grant_type in self.each_grant_type():
            self.assertNotIn(None, self.wire_client(self.create(grant_type).id).values())

    def test_what_infrastructure_tools_send_is_accepted(self):
        created = self.create("CODE", description="", state="active", role_divisions=[], role_ids=[])
        self.assertIn(created.description, ("", None))
        self.assertEqual("active", created.state)
        self.create(description="", state="active", scope=[], registered_redirect_uri=[])

    def test_redirect_uris_keep_their_order_and_lose_their_duplicates(self):
        first, second, third = (f"https://{host}.example.com/callback?x=1" for host in ("zeta", "alpha", "mid"))
        created = self.create("CODE", registered_redirect_uri=[first, second, first, third, second])
        self.assertEqual([first, second, third], created.registered_redirect_uri)
        updated = self.put(created, registered_redirect_uri=[third, first, third])
        self.assertEqual([third, first], updated.registered_redirect_uri)
        self.assertEqual([third, first], self.oauth.get_oauth_client(created.id).registered_redirect_uri)

    def test_scopes_are_kept(self):
        scopes = ["users:readonly", "oauth", "openid", "all"]
        created = self.create("CODE", scope=scopes)
        self.assertCountEqual(scopes, self.oauth.get_oauth_client(created.id).scope)
        self.assertEqual(["profile"], self.put(created, scope=["profile"]).scope)

    def test_an_update_replaces_what_it_leaves_out(self):
        created = self.create("CODE", description="goes away", access_token_validity_seconds=600)
        updated = self.put(created, description=None, access_token_validity_seconds=None,
                           registered_redirect_uri=None)
        self.assertIn(updated.description, (None, ""))
        self.assertEqual(86400, updated.access_token_validity_seconds)
        self.assertFalse(updated.registered_redirect_uri)

    def test_the_grant_type_can_be_changed(self):
        created = self.create("CODE")
        pair = role_division(role_id("oauth viewer"), home_division())
        updated = self.put(created, authorized_grant_type="CLIENT-CREDENTIALS", role_divisions=[pair])
        self.assertEqual("CLIENT-CREDENTIALS", updated.authorized_grant_type)
        self.check_alive(connect(created.id, created.secret))

    def test_every_spelling_of_a_grant_type_is_accepted_and_answered_with_hyphens(self):
        # The SDK's setter knows the hyphenated form only, so these bodies are plain dicts: it sends those unchanged.
        spellings = {
            "CLIENT-CREDENTIALS": ("CLIENT_CREDENTIALS", "client-credentials", "client_credentials"),
            "SAML2-BEARER": ("SAML2BEARER", "SAML2_BEARER", "saml2-bearer", "saml2bearer", "Saml2_Bearer"),
            "CODE": ("code", "Code"),
            "TOKEN": ("token",),
            "PASSWORD": ("password",),
        }
        for canonical, others in spellings.items():
            for spelling in others:
                with self.subTest(spelling):
                    body = wire(registration(canonical), authorizedGrantType=spelling)
                    client = self.create_from(body)
                    self.assertEqual(canonical, client.authorized_grant_type)
                    self.assertEqual(canonical, self.wire_client(client.id)["authorizedGrantType"])
                    self.assertEqual(canonical, self.oauth.put_oauth_client(client.id, body).authorized_grant_type)


class ClientRoles(ChanceryTest):
    def test_role_ids_alone_mean_the_home_division(self):
        viewer, admin = role_id("oauth viewer"), role_id("admin")
        client = self.create(role_ids=[viewer, admin])
        self.assertCountEqual([(viewer, home_division()), (admin, home_division())], pairs(client))
        self.assertCountEqual([viewer, admin], client.role_ids)

    def test_role_divisions_are_kept_and_fill_the_role_ids(self):
        viewer = role_id("oauth viewer")
        for division in ("*", home_division()):
            client = self.oauth.get_oauth_client(self.create(role_divisions=[role_division(viewer, division)]).id)
            self.assertEqual([(viewer, division)], pairs(client))
            self.assertEqual([viewer], client.role_ids)

    def test_role_divisions_win_over_role_ids(self):
        viewer, admin = role_id("oauth viewer"), role_id("admin")
        client = self.create(role_ids=[admin], role_divisions=[role_division(viewer, "*")])
        self.assertEqual([(viewer, "*")], pairs(client))
        self.assertEqual([viewer], client.role_ids)

    def test_an_update_replaces_the_roles_and_they_count_at_once(self):
        client, api = self.connect_new(role_divisions=[role_division(role_id("admin"), "*")])
        victim = self.create("CODE")
        sdk.OAuthApi(api).put_oauth_client(victim.id, changed(victim, description="allowed"))
        self.put(client, role_divisions=[role_division(role_id("oauth viewer"), "*")])
        with self.refused(403, "missing.any.permissions"):
            sdk.OAuthApi(api).put_oauth_client(victim.id, changed(victim, description="no longer"))


class ClientListing(ChanceryTest):
    def test_all_clients_come_in_one_page_with_all_its_members(self):
        self.create()
        listing = self.oauth.get_oauth_clients()
        self.assertEqual(1, listing.page_number)
        self.assertEqual(1, listing.page_count)
        self.assertEqual(len(listing.entities), listing.total)
        self.assertEqual(len(listing.entities), listing.page_size)
        for uri in (listing.first_uri, listing.last_uri, listing.self_uri):
            self.assertTrue(uri.startswith("/api/v2/oauth/clients"), uri)
        self.assertIsNone(listing.next_uri)
        self.assertIsNone(listing.previous_uri)
        body = raw("GET", "/api/v2/oauth/clients", token=self.admin.access_token).body
        self.assertFalse({"nextUri", "previousUri"} & set(body))

    def test_paging_parameters_change_nothing(self):
        client = self.create()
        answer = raw("GET", "/api/v2/oauth/clients?pageNumber=2&pageSize=1&foo=bar", token=self.admin.access_token)
        self.assertEqual(200, answer.status, answer.text)
        self.assertEqual(1, answer.body["pageNumber"])
        self.assertIn(client.id, [entity["id"] for entity in answer.body["entities"]])

    def test_clients_are_listed_by_name(self):
        word = uuid.uuid4().hex[:12]
        later = self.create(name=f"e2e {word} b")
        earlier = self.create(name=f"e2e {word} a")
        ids = [client.id for client in self.oauth.get_oauth_clients().entities]
        self.assertLess(ids.index(earlier.id), ids.index(later.id))

    def test_the_administrator_and_disabled_clients_are_listed_too(self):
        client = self.create()
        self.put(client, state="disabled")
        listed = {entity.id: entity for entity in self.oauth.get_oauth_clients().entities}
        self.assertIn(self.admin_id, listed)
        self.assertEqual("disabled", listed[client.id].state)


if __name__ == "__main__":
    unittest.main()

"""Usage: what a client calls is counted by operation, method, status and day, and told to those who may see it."""

import datetime
import time
import unittest
import uuid

from chancery import AuthorizationTest, connect, model, raw, role_division, role_id, sdk

CLIENTS = "/api/v2/oauth/clients"
# Counts may be gathered for a while before they are told; never for so long.
PATIENCE = 30
COUNTS = ("requests", "status200", "status300", "status400", "status500", "status429")


def days(first: int, last: int) -> str:
    """The interval from `first` to `last`, days from today in UTC."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return "/".join((today + datetime.timedelta(days=it)).isoformat() for it in (first, last))


class UsageTest(AuthorizationTest):
    """A client that made four good requests (two of them of one client by its id) and three bad ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.everywhere = [role_division(role_id("oauth viewer"), "*")]

    def setUp(self):
        self.client = self.create(role_divisions=self.everywhere)
        self.api = connect(self.client.id, self.client.secret)
        token = self.api.access_token
        for method, path, expected in (
            ("GET", "/api/v2/tokens/me", 200),
            ("HEAD", "/api/v2/tokens/me", 200),
            ("GET", f"{CLIENTS}/{self.client.id}", 200),
            ("GET", f"{CLIENTS}/{self.client.id}", 200),
            ("GET", f"{CLIENTS}/{uuid.uuid4()}", 404),
            ("GET", "/api/v2/users/me", 400),
            ("POST", CLIENTS, 403),
        ):
            json_body = {} if method == "POST" else None
            self.assertEqual(expected, raw(method, path, token=token, json_body=json_body).status)

    def ask(self, by=None, **members) -> list:
        """The rows of a query, once it is complete."""
        oauth = by or self.oauth
        query = model("ApiUsageClientQuery", **{"interval": days(0, 1), **members})
        return self.rows(oauth, oauth.post_oauth_client_usage_query(self.client.id, query))

    def rows(self, oauth, execution) -> list:
        self.assertEqual(f"{CLIENTS}/{self.client.id}/usage/query/results/{execution.execution_id}",
                         execution.results_uri)
        result = self.until(lambda: oauth.get_oauth_client_usage_query_result(
            execution.execution_id, self.client.id), lambda result: result.query_status != "Running")
        self.assertEqual("Complete", result.query_status)
        return result.results

    def until(self, look, there):
        end = time.monotonic() + PATIENCE
        while not there(seen := look()) and time.monotonic() < end:
            time.sleep(0.05)  # between two looks
        return seen

    def counted(self, ask, requests=7) -> list:
        """The same rows once they count so many requests."""
        return self.until(ask, lambda rows: sum(row.requests for row in rows) >= requests)


class Counts(UsageTest):
    def test_a_client_is_one_row_by_default(self):
        [row] = self.counted(self.ask)
        self.assertEqual((self.client.id, self.client.name), (row.client_id, row.client_name))
        self.assertEqual([7, 4, 0, 3, 0, 0], [getattr(row, count) for count in COUNTS])
        self.assertFalse(row.template_uri or row.http_method, "members that nobody asked for are empty")

    def test_rows_tell_operations_and_methods_apart(self):
        rows = self.counted(lambda: self.ask(group_by=["TemplateUri", "HttpMethod"]))
        found = {(row.template_uri.strip("/"), row.http_method.upper()): (row.status200, row.status400) for row in rows}
        self.assertEqual(len(rows), len(found), "no operation has two rows")
        [one_client] = [template for template, _ in found if "{" in template]
        self.assertRegex(one_client, r"^api/v2/oauth/clients/\{\w+\}$")
        self.assertEqual({
            ("api/v2/tokens/me", "GET"): (1, 0),
            ("api/v2/tokens/me", "HEAD"): (1, 0),
            (one_client, "GET"): (2, 1),
            ("api/v2/users/me", "GET"): (0, 1),
            ("api/v2/oauth/clients", "POST"): (0, 1),
        }, found)

    def test_every_grouping_adds_up_to_the_same(self):
        self.counted(self.ask)
        for group_by in (["OAuthClientId"], ["OrganizationId"], ["TemplateUri"], ["HttpMethod"],
                         ["OAuthClientId", "OrganizationId", "TemplateUri", "HttpMethod"]):
            with self.subTest(group_by):
                rows = self.ask(group_by=group_by)
                totals = [sum(getattr(row, count) for row in rows) for count in COUNTS]
                self.assertEqual([7, 4, 0, 3, 0, 0], totals)

    def test_a_day_a_week_and_a_month_begin_where_they_do(self):
        self.counted(self.ask)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for granularity, first in (("Day", today), ("Week", None), ("Month", today.replace(day=1))):
            with self.subTest(granularity):
                [row] = self.ask(granularity=granularity)
                self.assertEqual(7, row.requests)
                if first is not None:
                    self.assertEqual(first, row.date.date())
                self.assertLessEqual(row.date.date(), today)

    def test_only_what_was_asked_for_need_be_there(self):
        self.counted(self.ask)
        [row] = self.ask(metrics=["Status400", "Requests"])
        self.assertEqual((3, 7), (row.status400, row.requests))

    def test_no_other_day_has_any(self):
        self.counted(self.ask)
        self.assertEqual(0, sum(row.requests for row in self.ask(interval=days(-7, -1))))

    def test_an_interval_can_have_times(self):
        self.counted(self.ask)
        start, end = (f"{day}T00:00:00.000Z" for day in days(0, 1).split("/"))
        self.assertEqual(7, sum(row.requests for row in self.ask(interval=f"{start}/{end}")))

    def test_a_summary_is_of_the_last_days(self):
        for query in ({}, {"days": "1"}, {"days": "30"}):
            with self.subTest(query):
                summary = lambda: self.rows(self.oauth, self.oauth.get_oauth_client_usage_summary(
                    self.client.id, **query))
                self.assertEqual(7, sum(row.requests for row in self.counted(summary)))

    def test_a_client_that_called_nothing_has_no_requests(self):
        silent = self.create()
        query = model("ApiUsageClientQuery", interval=days(0, 1))
        execution = self.oauth.post_oauth_client_usage_query(silent.id, query)
        result = self.until(lambda: self.oauth.get_oauth_client_usage_query_result(execution.execution_id, silent.id),
                            lambda result: result.query_status != "Running")
        self.assertEqual("Complete", result.query_status)
        self.assertEqual(0, sum(row.requests for row in result.results))


class Errors(UsageTest):
    def test_a_query_that_says_nonsense_is_refused(self):
        good = {"interval": days(0, 1)}
        for name, body in {
            "no interval": {},
            "an empty interval": {"interval": ""},
            "half an interval": {"interval": days(0, 1).split("/")[0]},
            "an interval backwards": {"interval": days(1, -1)},
            "no dates": {"interval": "yesterday/today"},
            "a number": {"interval": 7},
            "granularity": {**good, "granularity": "Fortnight"},
            "metrics": {**good, "metrics": ["Status418"]},
            "groupBy": {**good, "groupBy": ["Weather"]},
        }.items():
            with self.subTest(name):
                answer = raw("POST", f"{CLIENTS}/{self.client.id}/usage/query", token=self.admin.access_token,
                             json_body=body)
                self.assertEqual(400, answer.status, answer.text)
        answer = raw("GET", f"{CLIENTS}/{self.client.id}/usage/summary?days=many", token=self.admin.access_token)
        self.assertEqual(400, answer.status, answer.text)

    def test_what_does_not_exist_is_not_found(self):
        unknown, query = str(uuid.uuid4()), model("ApiUsageClientQuery", interval=days(0, 1))
        execution = self.oauth.post_oauth_client_usage_query(self.client.id, query).execution_id
        for name, call in {
            "query": lambda: self.oauth.post_oauth_client_usage_query(unknown, query),
            "summary": lambda: self.oauth.get_oauth_client_usage_summary(unknown),
            "results": lambda: self.oauth.get_oauth_client_usage_query_result(execution, unknown),
            "results of no query": lambda: self.oauth.get_oauth_client_usage_query_result(unknown, self.client.id),
            "results of another": lambda: self.oauth.get_oauth_client_usage_query_result(execution, self.admin_id),
        }.items():
            with self.subTest(name), self.refused(404, "client.not.found", "not.found"):
                call()

    def test_either_permission_will_do_and_one_is_needed(self):
        _, viewer = self.holder("usage:client:view")
        self.assertTrue(self.counted(lambda: self.ask(by=sdk.OAuthApi(viewer.api_client))))
        self.assertTrue(self.ask(by=sdk.OAuthApi(self.api)), "oauth:client:view is enough, too")
        _, other = self.holder("authorization:role:view")
        oauth, query = sdk.OAuthApi(other.api_client), model("ApiUsageClientQuery", interval=days(0, 1))
        self.check_lacks({
            "query": lambda: oauth.post_oauth_client_usage_query(self.client.id, query),
            "summary": lambda: oauth.get_oauth_client_usage_summary(self.client.id),
            "results": lambda: oauth.get_oauth_client_usage_query_result(str(uuid.uuid4()), self.client.id),
        }, "missing.any.permissions")


if __name__ == "__main__":
    unittest.main()

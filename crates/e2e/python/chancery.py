"""The world of the acceptance suite: a running server, its administrator, and the vendor's SDK as it comes.

CHANCERY_URL says where the server listens, CHANCERY_BOOTSTRAP names the file with the credentials it made when it
first started. Nothing here touches the network before a test asks for it, so the suite can be collected without a
server.
"""

import atexit
import base64
import contextlib
import functools
import json
import os
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any

# The SDK reads ~/.genesyscloudpython/config on import, and watches it for changes: on a developer's machine that
# file may point at the real service. An empty home keeps the suite on the server under test.
_EMPTY_HOME = tempfile.TemporaryDirectory(prefix="chancery-e2e-home-")
atexit.register(_EMPTY_HOME.cleanup)
_HOME = os.environ.get("HOME")
os.environ["HOME"] = _EMPTY_HOME.name
try:
    import PureCloudPlatformClientV2 as sdk
finally:
    if _HOME is None:
        del os.environ["HOME"]
    else:
        os.environ["HOME"] = _HOME

ApiException = sdk.rest.ApiException

# For every grant type of the registry, the smallest registration besides its name that the contract accepts.
# CLIENT-CREDENTIALS needs roles as well; `registration` adds them, because their ids differ on every server.
GRANT_TYPES = {
    "CODE": {"scope": ["users:readonly", "oauth"], "registered_redirect_uri": ["https://app.example.com/callback"]},
    "TOKEN": {"scope": ["users:readonly"], "registered_redirect_uri": ["https://spa.example.com/callback"]},
    "SAML2-BEARER": {"scope": ["users", "organization:readonly"]},
    "PASSWORD": {"scope": ["user-basic-info"]},
    "CLIENT-CREDENTIALS": {},
}


def environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"set {name}: the suite drives a server that is already running")
    return value


@functools.cache
def url() -> str:
    return environment("CHANCERY_URL").rstrip("/")


@functools.cache
def bootstrap() -> dict:
    with open(environment("CHANCERY_BOOTSTRAP"), encoding="utf-8") as file:
        return json.load(file)


# Connections


def unconnected() -> sdk.ApiClient:
    sdk.configuration.host = url()  # one configuration for the whole process, read when an ApiClient is made
    return sdk.ApiClient()


def connect(client_id: str, secret: str) -> sdk.ApiClient:
    return unconnected().get_client_credentials_token(client_id, secret)


def with_token(token: str) -> sdk.ApiClient:
    api = unconnected()
    api.access_token = token
    return api


@functools.cache
def administrator() -> sdk.ApiClient:
    client = bootstrap()["client"]
    return connect(client["clientId"], client["clientSecret"])


# Raw HTTP


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any  # case-insensitive, as http.client has them
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def raw(method: str, path: str, *, token=None, headers=None, json_body=None, form=None, data=None) -> Answer:
    """One request just as written: at most one of `json_body`, `form` and `data` becomes its body."""
    headers = dict(headers or {})
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if json_body is not None:
        data = json.dumps(json_body)
        headers.setdefault("Content-Type", "application/json")
    elif form is not None:
        data = urllib.parse.urlencode(form)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    data = data.encode() if isinstance(data, str) else data
    request = urllib.request.Request(url() + path, data=data, headers=headers, method=method)
    try:
        with _opener.open(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.headers, refusal.read().decode())


def basic(client_id: str, secret: str) -> dict:
    credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def ask_for_token(client, path="/oauth/token", **form) -> Answer:
    """A token request of `client`, authenticated through Basic; by default for client credentials."""
    return raw("POST", path, headers=basic(client.id, client.secret), form=form or {"grant_type": "client_credentials"})


# Roles and divisions


@functools.cache
def role_id(name: str) -> str:
    roles = sdk.AuthorizationApi(administrator()).get_authorization_roles(page_size=100).entities
    return next(role.id for role in roles if role.name == name)


@functools.cache
def home_division() -> str:
    return sdk.AuthorizationApi(administrator()).get_authorization_divisions_home().id


def role_division(role: str, division: str) -> sdk.RoleDivision:
    pair = sdk.RoleDivision()
    pair.role_id, pair.division_id = role, division
    return pair


def pairs(client) -> list:
    return [(pair.role_id, pair.division_id) for pair in client.role_divisions]


# Registrations


def unique(word: str) -> str:
    return f"e2e {word} {uuid.uuid4().hex[:12]}"


def registration(grant_type: str = "CLIENT-CREDENTIALS", **members) -> sdk.OAuthClientRequest:
    """A registration that the server accepts, changed by `members`; a member given as None is left out."""
    defaults = {"name": unique(grant_type), "authorized_grant_type": grant_type, **GRANT_TYPES[grant_type]}
    if grant_type == "CLIENT-CREDENTIALS" and "role_ids" not in members:
        defaults["role_divisions"] = [role_division(role_id("oauth viewer"), "*")]
    return _filled({**defaults, **members})


def changed(client: sdk.OAuthClient, **members) -> sdk.OAuthClientRequest:
    """The update that leaves `client` as it is, but for `members`."""
    writable = sdk.OAuthClientRequest().swagger_types
    return _filled({**{member: getattr(client, member) for member in writable}, **members})


def _filled(members: dict) -> sdk.OAuthClientRequest:
    request = sdk.OAuthClientRequest()
    for member, value in members.items():
        if value is not None:  # the SDK's setters for enums fail on None
            setattr(request, member, value)
    return request


def wire(request, **members) -> dict:
    """The JSON of `request` with `members` put over it: says what the setters of the SDK's models would rewrite."""
    return {**unconnected().sanitize_for_serialization(request), **members}


# The test case that all modules build on


class Refusal:
    """Filled in when the block of `refused` has ended."""

    body: dict
    headers: Any


class ChanceryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = administrator()
        cls.admin_id = bootstrap()["client"]["clientId"]
        cls.oauth = sdk.OAuthApi(cls.admin)

    def create(self, grant_type="CLIENT-CREDENTIALS", by=None, **members) -> sdk.OAuthClient:
        return self.create_from(registration(grant_type, **members), by)

    def create_from(self, request, by=None) -> sdk.OAuthClient:
        client = (by or self.oauth).post_oauth_clients(request)
        self.addCleanup(discard, client.id)
        return client

    def connect_new(self, **members):
        """A new client-credentials client and a connection with its first token."""
        client = self.create(**members)
        return client, connect(client.id, client.secret)

    def put(self, client, **members) -> sdk.OAuthClient:
        return self.oauth.put_oauth_client(client.id, changed(client, **members))

    @contextlib.contextmanager
    def refused(self, status: int, *codes: str):
        """The block must end in an ApiException with a well-formed ErrorBody of this status and one of these codes."""
        refusal = Refusal()
        with self.assertRaises(ApiException) as caught:
            yield refusal
        refusal.headers = caught.exception.headers
        self.assertEqual(status, caught.exception.status, caught.exception.body)
        refusal.body = self.check_error_body(status, codes, caught.exception.body, refusal.headers)

    def check_refusal(self, answer: Answer, status: int, code: str) -> dict:
        """The same for an answer to `raw`."""
        self.assertEqual(status, answer.status, answer.text)
        return self.check_error_body(status, [code], answer.text, answer.headers)

    def check_error_body(self, status, codes, text, headers) -> dict:
        self.assertTrue(headers.get("Content-Type", "").startswith("application/json"), headers.get("Content-Type"))
        body = json.loads(text)
        self.assertIn(body["code"], codes, body)
        self.assertEqual(status, body["status"])
        self.assertIsInstance(body["message"], str)
        self.assertTrue(body["message"])
        self.assertTrue(body["contextId"])
        self.assertEqual(headers.get("ININ-Correlation-Id"), body["contextId"])
        self.assertIsInstance(body["details"], list)
        self.assertTrue(all(isinstance(detail, dict) for detail in body["details"]))
        self.assertIsInstance(body["errors"], list)
        self.assertNotIn(None, body.values(), "members without a value are left out")
        return body

    def check_alive(self, api: sdk.ApiClient):
        sdk.TokensApi(api).head_tokens_me()

    def check_dead(self, api: sdk.ApiClient):
        with self.refused(401, "bad.credentials"):
            sdk.TokensApi(api).get_tokens_me()


class TokenEndpointTest(ChanceryTest):
    """Knows how a refusal at /oauth/token looks: always 400 with `error` and the same text twice; never 401, which sends
    one of the SDKs into a loop."""

    def check_error(self, answer, error, description=None):
        self.assertEqual(400, answer.status, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertIsNone(answer.headers["WWW-Authenticate"])
        self.check_error_members(answer.body, error, description)

    def check_error_members(self, body, error, description=None):
        self.assertEqual({"error", "description", "error_description"}, set(body))
        self.assertEqual(error, body["error"])
        self.assertEqual(body["description"], body["error_description"])
        self.assertTrue(body["description"])
        if description is not None:
            self.assertEqual(description, body["description"])

    def check_sdk_error(self, call, error, description=None):
        """The SDK raises ApiException and hands over the body as text, not parsed, and the headers."""
        with self.assertRaises(ApiException) as caught:
            call()
        self.assertEqual(400, caught.exception.status)
        self.assertIsNone(caught.exception.headers.get("WWW-Authenticate"))
        self.check_error_members(json.loads(caught.exception.body), error, description)


# The test case of roles, divisions and grants

# A caller has a permission nowhere at all, or not in the division at hand.
LACKING = ("missing.permissions", "missing.any.permissions")
NOT_THERE = ("missing.division.permission", "missing.division.permissions", "missing.any.division.permissions",
             "missing.division.permission.implied")


def model(kind: str, **members):
    """A model of the SDK with these members."""
    filled = getattr(sdk, kind)()
    for member, value in members.items():
        setattr(filled, member, value)
    return filled


def policy(permission: str, **members) -> sdk.DomainPermissionPolicy:
    """The policy that carries `domain:entity:action`; several actions are joined by commas."""
    domain, entity, actions = permission.split(":")
    return model("DomainPermissionPolicy", domain=domain, entity_name=entity, action_set=actions.split(","), **members)


def role_grants(*granted) -> sdk.RoleDivisionGrants:
    """The body that names pairs of role and division."""
    one = lambda role, division: model("RoleDivisionPair", role_id=role, division_id=division)
    return model("RoleDivisionGrants", grants=[one(role, division) for role, division in granted])


class AuthorizationTest(ChanceryTest):
    """Makes roles and divisions of its own, which are gone after the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authorization = sdk.AuthorizationApi(cls.admin)
        cls.user_id = bootstrap()["admin"]["userId"]

    def new_role(self, *permissions, by=None, **members) -> sdk.DomainOrganizationRole:
        policies = [policy(it) if isinstance(it, str) else it for it in permissions]
        members = {"name": unique("role"), "permission_policies": policies, **members}
        role = (by or self.authorization).post_authorization_roles(model("DomainOrganizationRoleCreate", **members))
        self.addCleanup(remove, f"/api/v2/authorization/roles/{role.id}")
        return role

    def new_division(self, by=None, **members) -> sdk.AuthzDivision:
        members = {"name": unique("division"), "description": "of a test", **members}
        division = (by or self.authorization).post_authorization_divisions(model("AuthzDivision", **members))
        self.addCleanup(remove, f"/api/v2/authorization/divisions/{division.id}?force=true")
        return division

    def holder(self, *permissions, division="*"):
        """A new client that holds just these permissions in `division`, and its connection to the API."""
        role = self.new_role(*permissions)
        client, api = self.connect_new(role_divisions=[role_division(role.id, division)])
        return client, sdk.AuthorizationApi(api)

    def granted(self, subject: str) -> set:
        """The pairs of role and division that `subject` holds."""
        grants = self.authorization.get_authorization_subject(subject).grants
        return {(grant.role.id, grant.division.id) for grant in grants}

    def check_lacks(self, calls: dict, *codes: str):
        """Every call is refused because of what the caller lacks; one of `codes`, or any that says so."""
        for name, call in calls.items():
            with self.subTest(name), self.refused(403, *(codes or LACKING + NOT_THERE)):
                call()


def discard(client_id: str):
    remove(f"/api/v2/oauth/clients/{client_id}")


def remove(path: str):
    answer = raw("DELETE", path, token=administrator().access_token)
    if answer.status not in (200, 204, 404):
        raise AssertionError(f"{path} could not be cleaned up: {answer.status} {answer.text}")

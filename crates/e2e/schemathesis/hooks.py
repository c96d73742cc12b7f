"""Who asks, what is left alone, and what a refusal must say: loaded by schemathesis.

CHANCERY_URL says where the server listens, CHANCERY_BOOTSTRAP names the file with the credentials it made when it
first started.
"""

import base64
import json
import os
import urllib.parse
import urllib.request
import uuid

import schemathesis

URL = os.environ["CHANCERY_URL"].rstrip("/")
with open(os.environ["CHANCERY_BOOTSTRAP"], encoding="utf-8") as file:
    BOOTSTRAP = json.load(file)

# Codes that say that a request broke the schema, so none for a request that follows it.
UNREADABLE = {"bad.request", "invalid.value", "invalid.query.param.value", "unsupported.media.type"}


def ask(path: str, headers: dict, form=None):
    data = None if form is None else urllib.parse.urlencode(form).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(URL + path, data=data, headers=headers), timeout=30) as answer:
        return json.load(answer)


def token() -> str:
    client = BOOTSTRAP["client"]
    basic = base64.b64encode(f"{client['clientId']}:{client['clientSecret']}".encode()).decode()
    answer = ask("/oauth/token", {"Authorization": f"Basic {basic}"}, {"grant_type": "client_credentials"})
    return answer["access_token"]


def role_of_the_administrator() -> str:
    roles = ask("/api/v2/authorization/roles?pageSize=100", {"Authorization": f"Bearer {token()}"})["entities"]
    return next(role["id"] for role in roles if role["name"] == "admin")


# What the run stands on: who changes them locks it out. The vendor's SDKs try exactly that, and are refused.
SPARED = {BOOTSTRAP["client"]["clientId"], BOOTSTRAP["admin"]["userId"], role_of_the_administrator()}


class Administrator:
    """The administrator client's token, in the header of every request that is to be authenticated."""

    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


# A token that revokes itself is of no use to others: each of those requests has one of its own.
REVOKING = {"method": "DELETE", "path": "/api/v2/tokens/me"}
schemathesis.auth(refresh_interval=None).apply_to(**REVOKING)(Administrator)
schemathesis.auth(refresh_interval=300).apply_to(path_regex="^/api/v2/").skip_for(**REVOKING)(Administrator)


@schemathesis.hook
def map_body(context, body):
    """JSON Schema takes 7.0 for an integer; this API, as most do, wants 7."""
    if isinstance(body, dict):
        return {name: map_body(context, value) for name, value in body.items()}
    if isinstance(body, list):
        return [map_body(context, value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


@schemathesis.hook
def before_call(context, case, kwargs):
    """A change of what the run stands on becomes the same change of something that does not exist."""
    for name, value in (case.path_parameters or {}).items():
        # Such a segment goes on its way, and the request is one for another path.
        if value in ("", ".", ".."):
            case.path_parameters[name] = str(uuid.uuid4())
    if case.method.upper() in ("GET", "HEAD", "OPTIONS") or not case.path_parameters:
        return
    for name, value in case.path_parameters.items():
        if value in SPARED:
            case.path_parameters[name] = str(uuid.uuid4())


@schemathesis.check
def a_refusal_says_why(ctx, response, case):
    """At the management API it is an ErrorBody, whose code the document names for this operation."""
    if response.status_code < 400 or not case.path.startswith("/api/v2") or case.method.upper() == "HEAD":
        return
    body = response.json()
    assert body["status"] == response.status_code, body
    assert body["contextId"] == response.headers["inin-correlation-id"][0], body
    documented = case.operation.definition.raw.get("responses", {}).get(str(response.status_code), {})
    codes = [row["code"] for row in documented.get("x-error-codes", [])]
    assert not codes or body["code"] in codes, f"{body['code']} is none of the documented {codes}"
    if case.meta is not None and case.meta.generation.mode.is_positive:
        assert body["code"] not in UNREADABLE, f"a request that follows the schema is refused as {body['code']}"


@schemathesis.check
class MostOperationsAreReached:
    """A run that is locked out, or draws nothing that fits, would find nothing either."""

    def __init__(self):
        self.asked, self.reached = set(), set()

    def after_response(self, ctx, response, case):
        self.asked.add(case.operation.label)
        if response.status_code < 300:
            self.reached.add(case.operation.label)

    def after_run(self, ctx):
        missed = sorted(self.asked - self.reached)
        print("never succeeded:", ", ".join(missed) or "none")
        assert len(missed) * 2 < len(self.asked), f"{len(missed)} of {len(self.asked)} operations never succeeded"

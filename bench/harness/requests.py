"""The requests that contenders have in common."""

import base64
import urllib.parse

from .wrk import Request

ID, SECRET = "0b0f6c5e-5a0e-4d53-9d3c-3f1f3c1f7a10", "a-secret-that-only-this-measurement-has"
# The other clients are numbered, and have one secret.
NUMBERED, NUMBERED_SECRET = "00000000-0000-4000-8000-%012x", "a-secret-that-all-of-them-have-in-common"
BACK = "https://app.example/back"
FORM = "application/x-www-form-urlencoded"


def form(path: str, fields: dict[str, str], user: str = ID, secret: str = SECRET) -> Request:
    """A form, from a client that authenticates itself."""
    known = base64.b64encode(f"{user}:{secret}".encode()).decode()
    body = urllib.parse.urlencode(fields).encode()
    return Request("POST", path, {"Authorization": f"Basic {known}", "Content-Type": FORM}, body)


def credentials(path: str, clients: int = 1, **more: str) -> list[Request]:
    """Requests for a token by client credentials, of the first client or of so many numbered ones."""
    fields = {"grant_type": "client_credentials", **more}
    if clients == 1:
        return [form(path, fields)]
    return [form(path, fields, NUMBERED % number, NUMBERED_SECRET) for number in range(clients)]


def exchange(path: str, code: str, *client: str) -> Request:
    """A code for tokens."""
    return form(path, {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code}, *client)


def refresh(path: str, token: str, *client: str) -> Request:
    """A refresh token for the next."""
    return form(path, {"grant_type": "refresh_token", "refresh_token": token}, *client)

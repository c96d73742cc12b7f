"""A relying party that knows nothing but the issuer: PyPI's Authlib as it comes, and a person who logs in.

CHANCERY_URL says where the server listens, CHANCERY_BOOTSTRAP names the file with the credentials it made when it
first started, and CHANCERY_REGISTRATION_TOKEN is an initial access token with which clients register themselves.
Nothing here touches the network before a test asks for it, so the suite can be collected without a server.

Authlib wants https everywhere but on the loopback interface, where the suite is at home; its switch
AUTHLIB_INSECURE_TRANSPORT would turn those checks off, so it is left alone.
"""

import functools
import json
import os
import re
import unittest
import urllib.parse
import warnings
from dataclasses import dataclass
from typing import Optional

import requests
from authlib.common.security import generate_token
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.claims import JWTClaims
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url

warnings.filterwarnings("ignore", category=AuthlibDeprecationWarning)  # its own JOSE, which it has until version 2
from authlib.jose import JsonWebKey, JsonWebToken  # noqa: E402
from authlib.jose.errors import BadSignatureError  # noqa: E402, F401

CALLBACK = "https://app.example/callback"
GONE = "https://app.example/gone"
ALGORITHMS = ("RS256", "ES256", "EdDSA", "PS256")
TIMEOUT = 30


def environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"set {name}: the suite drives a server that is already running")
    return value


@functools.cache
def issuer() -> str:
    return environment("CHANCERY_URL").rstrip("/")


@functools.cache
def bootstrap() -> dict:
    with open(environment("CHANCERY_BOOTSTRAP"), encoding="utf-8") as file:
        return json.load(file)


def administrator() -> dict:
    """Who logs in: id, address and password."""
    return bootstrap()["admin"]


# What the issuer publishes


def fetch(address: str, **options) -> requests.Response:
    """One GET without anything that the environment says, such as a proxy."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address, timeout=TIMEOUT, allow_redirects=False, **options)


@functools.cache
def metadata() -> dict:
    return fetch(get_well_known_url(issuer(), external=True)).json()


@functools.cache
def published() -> dict:
    return fetch(metadata()["jwks_uri"]).json()


def verified(token: str, alg: str, claims_cls=JWTClaims, params=None, **expected) -> JWTClaims:
    """The claims of a token that is signed by the issuer with `alg` and nothing else. Each of `expected` must be there,
    with the value given, if any."""
    options = {}
    for name, value in expected.items():
        options[name] = {"essential": True} if value is None else {"essential": True, "value": value}
    keys = JsonWebKey.import_key_set(published())
    claims = JsonWebToken([alg]).decode(token, keys, claims_cls, claims_options=options, claims_params=params)
    claims.validate()
    return claims


def query(address: str) -> dict:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))


# A person at the login pages


@dataclass(frozen=True)
class Page:
    status: int
    address: str
    onward: Optional[str]  # where it leads, away from the server
    text: str


class Person:
    """A browser without a window: keeps cookies, follows what leads on, fills forms in."""

    def __init__(self):
        self.browser = requests.Session()
        self.browser.trust_env = False

    def visit(self, address: str, form: dict = None) -> Page:
        method = "GET" if form is None else "POST"
        answer = self.browser.request(method, address, data=form, timeout=TIMEOUT, allow_redirects=False)
        onward = answer.headers.get("Location")
        return Page(answer.status_code, address, onward and urllib.parse.urljoin(address, onward), answer.text)

    def follow(self, address: str, form: dict = None) -> Page:
        """Goes on until there is a page, or the way leads away from the server."""
        page = self.visit(address, form)
        while page.onward and page.onward.startswith(f"{issuer()}/"):
            page = self.visit(page.onward)
        return page

    def answer(self, address: str, decision: str = "allow") -> str:
        """Logs in and decides where that is asked for: the URL at which the client is called in the end."""
        page = self.follow(address)
        for _ in range(4):
            if page.onward:
                return page.onward
            csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
            if csrf is None:
                break
            if urllib.parse.urlsplit(page.address).path.endswith("/consent"):
                form = {"decision": decision}
            else:
                form = {"email": administrator()["email"], "password": administrator()["password"]}
            page = self.follow(page.address, {"csrf": csrf[1], **form})
        raise AssertionError(f"{page.status} {page.address} {page.text}")


# The test case that all modules build on


@dataclass(frozen=True)
class Request:
    """What a client asked for, and remembers until it is called."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Login:
    client: dict
    session: OAuth2Session
    request: Request
    called: str
    tokens: dict


class OpenIDTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # RFC 9864 has newer names for EdDSA, and Authlib's library says so whenever it meets the old one.
        warnings.filterwarnings("ignore", "EdDSA is deprecated")

    def person(self) -> Person:
        person = Person()
        self.addCleanup(person.browser.close)
        return person

    def bearer(self, token: str, **options) -> OAuth2Session:
        """A session that shows this token and no other."""
        return self.kept(OAuth2Session(token={"access_token": token, "token_type": "Bearer"}, **options))

    def kept(self, session: OAuth2Session) -> OAuth2Session:
        session.trust_env = False
        session.default_timeout = TIMEOUT
        self.addCleanup(session.close)
        return session

    def register(self, **members) -> dict:
        """A client that registers itself; it is gone when the test is over."""
        session = self.bearer(environment("CHANCERY_REGISTRATION_TOKEN"))
        body = {"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"], **members}
        answer = session.post(metadata()["registration_endpoint"], json=body)
        self.assertEqual(201, answer.status_code, answer.text)
        client = answer.json()
        manage = self.bearer(client["registration_access_token"])
        self.addCleanup(manage.delete, client["registration_client_uri"])
        return client

    def session(self, client: dict, **options) -> OAuth2Session:
        """Authlib's client, as `client` was told to be one."""
        method = client["token_endpoint_auth_method"]
        members = {
            "client_secret": client.get("client_secret"),
            "token_endpoint_auth_method": method,
            "revocation_endpoint_auth_method": method,
            "redirect_uri": client["redirect_uris"][0],
            "code_challenge_method": "S256",
            "scope": "openid email",
            **metadata(),
            **options,
        }
        return self.kept(OAuth2Session(client["client_id"], **members))

    def ask(self, session: OAuth2Session, **parameters) -> Request:
        verifier, nonce = generate_token(48), generate_token()
        parameters = {"nonce": nonce, "code_verifier": verifier, **parameters}
        address, state = session.create_authorization_url(metadata()["authorization_endpoint"], **parameters)
        return Request(address, state, nonce, verifier)

    def exchange(self, session: OAuth2Session, request: Request, called: str, **parameters) -> dict:
        """The tokens for the code in the URL at which the client was called."""
        parameters = {"state": request.state, "code_verifier": request.verifier, **parameters}
        return session.fetch_token(authorization_response=called, **parameters)

    def log_in(self, client=None, person=None, session=None, **parameters) -> Login:
        """A whole login, of a new client and a new person where none is given."""
        client = client or self.register()
        session = session or self.session(client)
        request = self.ask(session, **parameters)
        called = (person or self.person()).answer(request.address)
        return Login(client, session, request, called, dict(self.exchange(session, request, called)))

    def identity(self, login: Login, alg: str = "RS256", **expected) -> CodeIDToken:
        """The claims of the ID token, after all the checks that Authlib knows."""
        client_id, nonce = login.client["client_id"], login.request.nonce
        params = {"client_id": client_id, "nonce": nonce, "access_token": login.tokens["access_token"]}
        expected = {"iss": issuer(), "aud": client_id, "nonce": nonce, "sub": None, "at_hash": None, **expected}
        return verified(login.tokens["id_token"], alg, CodeIDToken, params, **expected)

    def refused(self, error: str, call, *arguments, **options) -> OAuthError:
        with self.assertRaises(OAuthError) as caught:
            call(*arguments, **options)
        self.assertEqual(error, caught.exception.error, caught.exception)
        return caught.exception

    def sent_back(self, called: Optional[str], error: str, request: Request):
        """The client is called with this error, and can tell by whom and on what account."""
        self.assertEqual(CALLBACK, (called or "").split("?")[0])
        told = query(called)
        self.assertEqual((error, request.state, issuer()), tuple(map(told.get, ("error", "state", "iss"))), called)
        self.assertNotIn("code", told)

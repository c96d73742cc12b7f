"""A person at the login pages, by HTTP: keeps cookies, follows what leads on, fills forms in."""

import base64
import hashlib
import http.cookiejar
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request

from chancery import bootstrap, url


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def pkce(verifier: str = None):
    """A verifier, and the parameters that announce it."""
    verifier = verifier or secrets.token_urlsafe(48)
    return verifier, {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Person:
    """A browser without a window. Another server than the suite's is named by its `base` and `admin`."""

    def __init__(self, base: str = None, admin: dict = None):
        self.base, self.admin = base or url(), admin or bootstrap()["admin"]
        # A policy that minds no port: the cookies of the server are for its host.
        jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(jar)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, _StayHere)

    def visit(self, address: str, form: dict = None):
        """The address, where it leads on to, and the text of the page."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(urllib.request.Request(address, data=data), timeout=30) as answer:
                location, text = None, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                location, text = answer.headers.get("Location"), answer.read().decode()
        return address, location and urllib.parse.urljoin(address, location), text

    def follow(self, address: str, form: dict = None):
        """Goes on until there is a page, or the way leads away from the server."""
        address, location, text = self.visit(address, form)
        while location and location.startswith(f"{self.base}/"):
            address, location, text = self.visit(location)
        return address, location, text

    def authorize(self, client_id: str, redirect_uri: str, **parameters) -> dict:
        """Asks for what the parameters say, logs in if that is asked for, and answers what the client is told."""
        query = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code", **parameters}
        address, location, text = self.follow(f"{self.base}/oauth/authorize?{urllib.parse.urlencode(query)}")
        if location is None:
            csrf = re.search(r'name="csrf" value="([^"]+)"', text)
            if csrf is None:
                raise AssertionError(text)
            form = {"csrf": csrf[1], "email": self.admin["email"], "password": self.admin["password"]}
            address, location, text = self.follow(address, form)
        if location is None or not location.startswith(redirect_uri):
            raise AssertionError(f"{location} {text}")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


def code_for(client, **parameters) -> str:
    """A code for this client, of a person who has just logged in."""
    told = Person().authorize(client.id, client.registered_redirect_uri[0], **parameters)
    return told["code"]

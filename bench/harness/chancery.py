"""Chancery as a contender: its process, and all that its workloads need: clients, tokens, codes."""

import http.client
import json
import re
import ssl
import subprocess
import urllib.parse
from pathlib import Path

from .processes import Server
from .requests import BACK, FORM, ID, SECRET, credentials, exchange, form, refresh
from .wrk import ACCESS, REFRESH, Load, Request

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/dist/chancery"
FILL = ROOT / "target/debug/examples/fill"

EMAIL, PASSWORD = "ada@example.com", "a-password-for-the-measurement"
ENV = {
    "CHANCERY_BOOTSTRAP_CLIENT_ID": ID,
    "CHANCERY_BOOTSTRAP_CLIENT_SECRET": SECRET,
    "CHANCERY_BOOTSTRAP_ADMIN_EMAIL": EMAIL,
    "CHANCERY_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
    # Creates are measured too.
    "CHANCERY_GENESYS_MAX_CLIENTS": "100000000",
}
SEALED, JWT = "/oauth/token", "/oauth2/token"


class Chancery(Server):
    """A node, on SQLite in `folder` or on the database of that URL, with so many clients beside the first."""

    def __init__(self, folder: Path, clients: int = 0, database: str = "", options: list = [], binary: Path = BINARY):
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", folder, *options]
        super().__init__([*command, *(["--database-url", database] if database else [])], ENV)
        if clients:
            rows = [FILL, database or folder, folder / "master.key", "clients", str(clients)]
            subprocess.run(rows, check=True, stdout=subprocess.DEVNULL)
        self.held: dict[str, str] = {}
        self.person: dict[str, str] = {}
        self.application: tuple[str, str] = ("", "")

    def ask(self, request: Request) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request, outside of any measurement."""
        if self.url.startswith("https"):
            connection = http.client.HTTPSConnection(self.host, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection(self.host)
        connection.request(request.method, request.path, request.body or None, request.headers)
        answer = connection.getresponse()
        told = answer.status, answer.headers, answer.read()
        connection.close()
        return told

    def bearer(self) -> dict[str, str]:
        """The header of somebody who may do everything."""
        if not self.held:
            self.held = {"Authorization": "Bearer " + json.loads(self.ask(credentials(SEALED)[0])[2])["access_token"]}
        return self.held

    def credentials(self, path: str, clients: int = 1) -> Load:
        return Load(self, credentials(path, clients))

    def get(self, path: str) -> Load:
        return Load(self, [Request("GET", path, self.bearer() if path.startswith("/api") else {})])

    def introspections(self, path: str, tokens: int, mode: str = "cycle") -> Load:
        """Introspection of so many different tokens."""
        found = self.credentials(path).collect(ACCESS, tokens)
        return Load(self, [form("/oauth2/introspect", {"token": it}) for it in found], mode)

    def create(self) -> Request:
        """Registers a client."""
        client = {"name": "Measured", "authorizedGrantType": "CODE", "registeredRedirectUri": [BACK], "scope": ["users:readonly"]}
        headers = {**self.bearer(), "Content-Type": "application/json"}
        return Request("POST", "/api/v2/oauth/clients", headers, json.dumps(client).encode())

    def creates(self) -> Load:
        return Load(self, [self.create()])

    def codes(self, count: int) -> list[str]:
        """So many authorization codes that nobody has used."""
        if not self.person:
            client = json.loads(self.ask(self.create())[2])
            self.application = client["id"], client["secret"]
            self.log_in()
        load = Load(self, [Request("GET", f"/oauth/authorize?{self.query()}", self.person)])
        return load.collect("[?&]code=([^&]*)", count, header="location")

    def query(self) -> str:
        asked = {"response_type": "code", "client_id": self.application[0], "redirect_uri": BACK}
        return urllib.parse.urlencode(asked)

    def log_in(self) -> None:
        """As a browser does."""
        page = f"/oauth/login?{self.query()}"
        _, headers, body = self.ask(Request("GET", page))
        fields = {"csrf": re.search(rb'name="csrf" value="([^"]*)"', body)[1], "email": EMAIL, "password": PASSWORD}
        sent = {"Content-Type": FORM, "Cookie": headers["set-cookie"].split(";")[0]}
        status, headers, body = self.ask(Request("POST", page, sent, urllib.parse.urlencode(fields).encode()))
        if status != 303:
            raise RuntimeError(f"the login was answered {status}")
        cookies = [cookie.split(";")[0] for cookie in headers.get_all("set-cookie")]
        self.person = {"Cookie": "; ".join([sent["Cookie"], *cookies])}

    def exchanges(self, count: int) -> Load:
        """So many codes, each exchanged once."""
        return Load(self, [exchange(SEALED, code, *self.application) for code in self.codes(count)], "once")

    def refreshes(self, families: int) -> Load:
        """So many refresh tokens, each exchanged for the next, and that for the next."""
        tokens = self.exchanges(families).collect(REFRESH, families)
        requests = [refresh(SEALED, token, *self.application) for token in tokens]
        return Load(self, requests, "rotate", pattern=REFRESH, before="grant_type=refresh_token&refresh_token=")

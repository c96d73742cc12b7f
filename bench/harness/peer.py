"""npm's oidc-provider as a contender, as it is pinned in `bench/oidc-provider`."""

import shutil
import subprocess
import urllib.request

from .chancery import ROOT
from .processes import Server
from .requests import ID, SECRET, NUMBERED_SECRET, credentials, exchange, form, refresh
from .wrk import ACCESS, REFRESH, Load, Request

FOLDER = ROOT / "bench/oidc-provider"


class Peer(Server):
    """So many processes of it, with so many clients beside the first, all in memory."""

    def __init__(self, workers: int, clients: int):
        if not shutil.which("npm"):
            raise RuntimeError("npm is missing")
        if not (FOLDER / "node_modules").exists():
            install = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(install, cwd=FOLDER, check=True, capture_output=True)
        env = {"WORKERS": str(workers), "CLIENTS": str(clients), "CLIENT_ID": ID, "CLIENT_SECRET": SECRET}
        super().__init__([FOLDER / "node_modules/.bin/node", FOLDER / "server.mjs"], {**env, "NUMBERED_SECRET": NUMBERED_SECRET})

    def credentials(self, alg: str = "", clients: int = 1) -> Load:
        """Opaque tokens, or those that are signed so."""
        more = {"resource": f"https://{alg.lower()}.example"} if alg else {}
        return Load(self, credentials("/token", clients, **more))

    def get(self, path: str) -> Load:
        return Load(self, [Request("GET", path)])

    def introspections(self, tokens: int) -> Load:
        found = self.credentials().collect(ACCESS, tokens)
        return Load(self, [form("/token/introspection", {"token": it}) for it in found])

    def prepared(self, kind: str, count: int) -> list[str]:
        request = urllib.request.Request(f"{self.url}/prepare?{kind}={count}", method="POST")
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode().split()

    def exchanges(self, count: int) -> Load:
        return Load(self, [exchange("/token", code) for code in self.prepared("codes", count)], "once")

    def refreshes(self, families: int) -> Load:
        requests = [refresh("/token", token) for token in self.prepared("refresh_tokens", families)]
        return Load(self, requests, "rotate", pattern=REFRESH, before="grant_type=refresh_token&refresh_token=")

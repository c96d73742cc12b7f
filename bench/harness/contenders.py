"""All contenders, up and ready to be asked."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .chancery import ROOT, Chancery
from .limit import Limit
from .peer import Peer
from .postgres import Postgres

# So many clients has each of them beside the first.
CLIENTS = 1000
POSTGRES = "chancery on PostgreSQL"


def build() -> None:
    """Builds Chancery, what fills its store, and the limit servers."""
    fill = ["cargo", "build", "--quiet", "--locked", "--target-dir", "target", "--package", "chancery-server", "--example", "fill"]
    for command in (["scripts/dist"], ["scripts/dist", "limit"], fill):
        if subprocess.run(command, cwd=ROOT).returncode:
            sys.exit(f"{command[0]} failed")


class World:
    """Contenders by name, and why those are absent that are."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.servers: dict[str, Limit | Chancery | Peer] = {}
        self.absent: dict[str, str] = {}

    def __getitem__(self, name: str):
        return self.servers[name]


@contextlib.contextmanager
def world(folder: Path, quick: bool) -> Iterator[World]:
    """Starts them; ends them."""
    world = World(folder)
    with contextlib.ExitStack() as stack:

        def add(name: str, make) -> None:
            try:
                server = make()
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                world.absent[name] = str(error)
            else:
                stack.callback(server.end)
                world.servers[name] = server

        add("limit", lambda: Limit("--data-dir", folder / "limit"))
        add("chancery", lambda: Chancery(folder / "sqlite", CLIENTS))
        add("oidc-provider", lambda: Peer(1, CLIENTS))
        if not quick:
            add("oidc-provider, two processes", lambda: Peer(2, CLIENTS))
            for alg in ("EdDSA", "RS256"):
                add(f"chancery, {alg}", lambda: Chancery(folder / alg, CLIENTS, options=signing(folder, alg)))
            add("postgres", lambda: Postgres(folder / "postgres"))
            if "postgres" in world.servers:
                database = world.servers.pop("postgres").url
                add(POSTGRES, lambda: Chancery(folder / "node", database=database))
            cert, key = certificate(folder)
            add("limit, TLS", lambda: Limit("--tls", cert, key))
            add("chancery, TLS", lambda: Chancery(folder / "tls", options=["--tls-cert", cert, "--tls-key", key]))
        yield world


def signing(folder: Path, alg: str) -> list:
    """Options of a server that signs access tokens so."""
    config = folder / f"{alg}.toml"
    config.write_text(f'[oauth2]\naccess_token_alg = "{alg}"\n')
    return ["--config", config]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 with a P-256 key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key

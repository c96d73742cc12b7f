"""The limit servers as contenders: the same HTTP stack that does what cannot be left out, and nothing else."""

from pathlib import Path

from .chancery import ENV, ROOT
from .processes import Server
from .requests import credentials, form
from .wrk import ACCESS, Load

BINARY = ROOT / "target/dist/limit"


class Limit(Server):
    """With a store for rows in `folder`, or with TLS."""

    def __init__(self, *options, binary: Path = BINARY):
        super().__init__([binary, *options], ENV)

    def ask(self, path: str) -> Load:
        return Load(self, credentials(path))

    def verifications(self, tokens: int) -> Load:
        """So many different tokens, verified."""
        found = self.ask("/jwt/es256").collect(ACCESS, tokens)
        return Load(self, [form("/verify", {"token": it}) for it in found])

"""Loads a server with wrk."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
ACCESS, REFRESH = ('"%s":"([^"]*)"' % name for name in ("access_token", "refresh_token"))


@dataclass
class Request:
    """A request before it is written out."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def head(self, host: str) -> str:
        headers = {"Host": host, **self.headers}
        return f"{self.method} {self.path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())

    def raw(self, host: str) -> bytes:
        length = f"Content-Length: {len(self.body)}\r\n" if self.method == "POST" else ""
        return (self.head(host) + length + "\r\n").encode() + self.body


@dataclass
class Load:
    """What a server is loaded with; see `wrk.lua` for the modes."""

    server: object
    requests: list[Request]
    mode: str = "cycle"
    # In "rotate": what is taken out of an answer follows `before` in the next body.
    pattern: str = ""
    before: str = ""
    header: str = ""

    def run(self, connections: int, seconds: int, collect: Path | None = None) -> dict:
        """Answers how many requests were served, in how many microseconds, and how long they took."""
        host = self.server.host
        with tempfile.NamedTemporaryFile(prefix="requests-") as file:
            for request in self.requests:
                file.write(request.raw(host) + b"\0")
            file.flush()
            env = {"REQUESTS": file.name, "MODE": self.mode, "PATTERN": self.pattern, "HEADER": self.header}
            env |= {"HEAD": self.requests[0].head(host), "BEFORE": self.before, "COLLECT": str(collect or "")}
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", SCRIPT, self.server.url]
            done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)
        told = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        if done.returncode or not told:
            raise RuntimeError(f"wrk failed: {done.stdout[-500:]} {done.stderr[-500:]}")
        return json.loads(told[0].removeprefix("RESULT "))

    def collect(self, pattern: str, least: int, header: str = "") -> list[str]:
        """Runs until it has taken so many texts out of the answers; once, where each request goes only once."""
        found: list[str] = []
        with tempfile.NamedTemporaryFile(prefix="taken-") as file:
            while len(found) < least and (not found or self.mode != "once"):
                replace(self, pattern=pattern, header=header).run(32, 1, collect=Path(file.name))
                found += Path(file.name).read_text().split()
        return found[:least]

"""A PostgreSQL of its own, durable as it comes."""

import os
import random
import shutil
import subprocess
from pathlib import Path


class Postgres:
    """A cluster in `folder`, with a database for one server."""

    def __init__(self, folder: Path):
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: int(it.parent.name))
        if not bins:
            raise RuntimeError("PostgreSQL is missing (Debian: apt-get install postgresql)")
        self.bin, self.folder, port = bins[-1], folder, random.randrange(20_000, 40_000)
        folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self.control("initdb", "-D", folder, "-U", "chancery", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_wal_size=4GB"
        self.control("pg_ctl", "-D", folder, "-w", "-s", "-l", folder / "log", "-o", options, "start")
        self.url = f"postgres://chancery@127.0.0.1:{port}/postgres"

    def control(self, tool: str, *arguments) -> None:
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        command = [str(part) for part in [*as_postgres, self.bin / tool, *arguments]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Stops it."""
        self.control("pg_ctl", "-D", self.folder, "-m", "fast", "-s", "stop")

"""Servers as processes of their own: start, CPU time, memory, end."""

import os
import signal
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A server that says `listening on URL` in its first line once it can be asked."""

    def __init__(self, command: list, env: dict[str, str]):
        # What is set for a server of one's own, its database for example, is nothing to one that is measured.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHANCERY_")}
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [str(part) for part in command],
            env={**inherited, **env},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.start_ms = (time.monotonic() - begun) * 1000
        if not line.startswith("listening on "):
            self.process.kill()
            raise RuntimeError(f"{command[0]} did not start")
        self.url = line.removeprefix("listening on ").strip()
        self.host = self.url.split("//")[1]

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def pids(self) -> list[int]:
        """The process and those that it started."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
        return found

    def cpu(self) -> float:
        """Seconds of CPU time so far, in user and kernel mode."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids()]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICK

    def rss(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        total = 0
        for pid in self.pids():
            status = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        return total * 1024 / 1e6

    def end(self) -> None:
        """Asks it to end, and waits until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

"""Runs workloads in rounds, so that drift hits all contenders alike."""

import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

from .chancery import Chancery
from .contenders import World
from .limit import Limit
from .peer import Peer
from .workloads import Workload, ready

# A server that was not asked for so many seconds is idle.
IDLE = 12
# What is measured in a round, and how it is called in the results.
FIGURES = ("cpu_us_per_request", "rps", "p50_ms", "p99_ms", "rss_mb")


def workload(work: Workload, world: World, rounds: int, seconds: int) -> list[dict]:
    """One row for each contender and number of connections: medians of the rounds, with the least and the most."""
    rows = []
    for connections in work.connections:
        found = defaultdict(list)
        loads = {} if work.is_used_up else ready(work, world, seconds)
        for load in loads.values():
            load.run(connections, 1)
        for number in range(rounds):
            if work.is_used_up:
                loads = ready(work, world, seconds)
            # Whoever came first comes last in the next round.
            turns = list(loads.items())
            for name, load in turns if number % 2 == 0 else reversed(turns):
                found[name].append(once(load, connections, seconds))
        order = [name for name in work.asked if name in found]
        rows += [row(work.name, name, connections, found[name]) for name in order]
    return rows


def once(load, connections: int, seconds: int) -> dict:
    server = load.server
    before = server.cpu()
    told = load.run(connections, seconds)
    used = server.cpu() - before
    if told["refused"] or told["broken"] or told["ran_out"]:
        raise RuntimeError(f"{load.requests[0].path} at {server.url}: {told}")
    return {
        "cpu_us_per_request": used * 1e6 / told["requests"],
        "rps": told["requests"] * 1e6 / told["micros"],
        "p50_ms": told["p50"] / 1000,
        "p99_ms": told["p99"] / 1000,
        "rss_mb": server.rss(),
    }


def row(name: str, contender: str, connections: int, rounds: list[dict]) -> dict:
    found = {"workload": name, "contender": contender, "connections": connections}
    for figure in FIGURES:
        values = [it[figure] for it in rounds]
        found[figure] = round(median(values), 3)
        found[f"{figure}_range"] = [round(min(values), 3), round(max(values), 3)]
    return found


def starts(kind: Callable[[Path], object], times: int) -> dict:
    """How long a first start and others take until the server can be asked, in ms; the memory of one that is idle after each."""
    took, memory = {"first": [], "again": []}, {}
    for number in range(times):
        with tempfile.TemporaryDirectory() as folder:
            for which, found in took.items():
                server = kind(Path(folder) / "data")
                found.append(server.start_ms)
                if number == times - 1:
                    time.sleep(IDLE)
                    memory[which] = round(server.rss(), 1)
                server.end()
    return {
        "first_start_ms": round(median(took["first"]), 1),
        "start_ms": round(median(took["again"]), 1),
        "first_idle_rss_mb": memory["first"],
        "idle_rss_mb": memory["again"],
    }


def starts_of_all(times: int) -> dict[str, dict]:
    """The same of each contender that can be started."""
    found = {}
    for name, kind in (("limit", lambda _: Limit()), ("chancery", Chancery), ("oidc-provider", lambda _: Peer(1, 0))):
        try:
            found[name] = starts(kind, times)
        except (OSError, RuntimeError, subprocess.CalledProcessError):
            continue
    return found

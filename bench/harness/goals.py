"""What we want to reach, and whether a run did."""

import os
from dataclasses import dataclass

from .chancery import BINARY

MB = 1e6


@dataclass
class Verdict:
    """A goal, with what was measured."""

    goal: str
    found: str
    is_held: bool


def judge(results: dict, is_whole: bool) -> list[Verdict]:
    """Every goal for which the run has figures; in a whole run, those too that lack a contender."""
    rows = {(it["workload"], it["contender"], it["connections"]): it for it in results["rows"]}
    verdicts = []

    def ratio(workload: str, other: str, least: float, ours: str = "chancery", than: str = "") -> None:
        """So many times as good as the other contender: by CPU time and by requests per second."""
        mine, theirs = rows.get((workload, ours, 32)), rows.get((than or workload, other, 32))
        goal = f"{workload}: at least {least:g} of {other}" + (f" ({than})" if than else "")
        if is_whole and mine and not theirs:
            verdicts.append(Verdict(goal, f"{other} is absent", False))
        elif mine and theirs:
            cpu = theirs["cpu_us_per_request"] / mine["cpu_us_per_request"]
            rate = mine["rps"] / theirs["rps"]
            verdicts.append(Verdict(goal, f"{cpu:.2f} by CPU, {rate:.2f} by requests/s", min(cpu, rate) >= least))

    def most(what: str, found: float | None, limit: float, unit: str) -> None:
        if found is not None:
            verdicts.append(Verdict(f"{what}: under {limit:g} {unit}", f"{found:.1f} {unit}", found < limit))

    for alg, times in (("ES256", 7), ("EdDSA", 10)):
        ratio(f"client credentials, JWT {alg}", "limit", 0.85)
        ratio(f"client credentials, JWT {alg}", "oidc-provider", times)
    ratio("client credentials, sealed", "limit", 0.75)
    ratio("client credentials, sealed", "oidc-provider", 12)
    ratio("introspection, JWT, warm", "limit", 0.6)
    ratio("introspection, JWT, warm", "oidc-provider", 10)
    ratio("introspection, JWT, cold", "limit", 0.8)
    for read in ("read of a client", "read of the own token"):
        ratio(read, "limit", 0.5)
    for durable in ("refresh rotation, durable", "code exchange, durable"):
        ratio(durable, "limit", 0.5)
    for kind in ("sealed", "JWT ES256", "JWT EdDSA", "JWT RS256"):
        work = f"client credentials, {kind}"
        ratio(f"{work}, 1,000 clients", "chancery", 0.9, than=work)
    for workload in dict.fromkeys(it["workload"] for it in results["rows"]):
        mine, theirs = rows.get((workload, "chancery", 32)), rows.get((workload, "limit", 32))
        if mine and theirs:
            most(f"{workload}: p99 against the limit's", mine["p99_ms"] / theirs["p99_ms"], 3, "times")

    ours = results["starts"].get("chancery", {})
    most("start with a store", ours.get("start_ms"), 30, "ms")
    most("first start", ours.get("first_start_ms"), 150, "ms")
    most("memory when idle, existing store", ours.get("idle_rss_mb"), 25, "MB")
    most("memory when idle, after the first start", ours.get("first_idle_rss_mb"), 25, "MB")
    loaded = (it["rss_mb_range"][1] for it in results["rows"] if it["contender"] == "chancery")
    most("memory after the load", max(loaded, default=None), 64, "MB")
    most("release binary", os.path.getsize(BINARY) / MB, 25, "MB")
    return verdicts

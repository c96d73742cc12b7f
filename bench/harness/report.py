"""What is shown of a run, and what is kept."""

import datetime
import json
import platform
import subprocess
import sys
from pathlib import Path

from . import picture
from .chancery import ROOT
from .goals import Verdict

RESULTS = ROOT / "bench/results"
COLUMNS = (
    ("CPU us/request", "cpu_us_per_request", 1),
    ("requests/s", "rps", 0),
    ("p50 ms", "p50_ms", 2),
    ("p99 ms", "p99_ms", 2),
    ("RSS MB", "rss_mb", 0),
)


def table(rows: list[dict]) -> None:
    """One workload: medians, the range of the first two figures, and how the others' CPU time compares with Chancery's."""
    for connections in dict.fromkeys(row["connections"] for row in rows):
        chosen = [row for row in rows if row["connections"] == connections]
        ours = next((row for row in chosen if row["contender"] == "chancery"), None)
        print(f"\n{chosen[0]['workload']}, {connections} connections")
        for row in chosen:
            cells = []
            for title, figure, digits in COLUMNS:
                text = f"{row[figure]:,.{digits}f}"
                if figure in ("cpu_us_per_request", "rps"):
                    least, most = row[f"{figure}_range"]
                    text += f" ({least:,.{digits}f}-{most:,.{digits}f})"
                cells.append(f"{title} {text}")
            if ours and row is not ours:
                cells.append(f"chancery: {row['cpu_us_per_request'] / ours['cpu_us_per_request']:.2f}x by CPU, {ours['rps'] / row['rps']:.2f}x by requests/s")
            print(f"  {row['contender']:<29}", "  ".join(cells))
    sys.stdout.flush()


def absent(reasons: dict[str, str]) -> None:
    """Those that could not be started."""
    for name, reason in reasons.items():
        print(f"absent: {name} ({reason})")


def goals(verdicts: list[Verdict]) -> None:
    """Each goal with what was measured."""
    print()
    for verdict in verdicts:
        print(f"{'held  ' if verdict.is_held else 'MISSED'} {verdict.goal}: {verdict.found}")


def results(rows: list[dict], starts: dict[str, dict], rounds: int, seconds: int) -> dict:
    """All of a run, in the form that is kept."""
    for row in rows:
        row["start_ms"] = starts.get(row["contender"], {}).get("start_ms")
    return {
        "measured_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rounds": rounds,
        "seconds": seconds,
        "starts": starts,
        "rows": rows,
    }


def machine() -> dict:
    """What can be told of the machine, and what ran on it."""
    told = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    version = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
    peer = json.loads((ROOT / "bench/oidc-provider/package.json").read_text())["dependencies"]["oidc-provider"]
    # The peer brings its own.
    node = ROOT / "bench/oidc-provider/node_modules/.bin/node"
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": len(models),
        "kernel": platform.release().partition("-")[0],
        "rustc": version("rustc", "--version"),
        "node": version(node, "--version") if node.exists() else None,
        "oidc_provider": peer,
        "commit": version("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"),
    }


def keep(found: dict, verdicts: list[Verdict]) -> None:
    """Writes the newest results, their tables, and their picture."""
    RESULTS.mkdir(exist_ok=True)
    rows = ",\n    ".join(json.dumps(row) for row in found["rows"])
    head = json.dumps({**found, "goals": [vars(it) for it in verdicts], "rows": []}, indent=2)
    (RESULTS / "latest.json").write_text(head.replace('"rows": []', f'"rows": [\n    {rows}\n  ]') + "\n")
    (RESULTS / "latest.svg").write_text(picture.draw(found["rows"]))
    (RESULTS / "latest.md").write_text(markdown(found, verdicts))


def markdown(found: dict, verdicts: list[Verdict]) -> str:
    """The results as tables."""
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    lines = [
        "# Results",
        "",
        f"Measured {found['measured_at']}: {machine}. Medians of {found['rounds']} rounds of {found['seconds']} s.",
        "",
        "| workload | connections | contender | CPU µs/request (least, most) | requests/s | p50 ms | p99 ms | RSS MB |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for row in found["rows"]:
        least, most = row["cpu_us_per_request_range"]
        lines.append(
            f"| {row['workload']} | {row['connections']} | {row['contender']} | {row['cpu_us_per_request']:.1f} ({least:.1f}, {most:.1f}) "
            f"| {row['rps']:,.0f} | {row['p50_ms']:.2f} | {row['p99_ms']:.2f} | {row['rss_mb']:.0f} |"
        )
    lines += ["", "| start | first, ms | again, ms | idle after the first, RSS MB | after another |", "|---|---:|---:|---:|---:|"]
    for name, it in found["starts"].items():
        lines.append(f"| {name} | {it['first_start_ms']} | {it['start_ms']} | {it['first_idle_rss_mb']} | {it['idle_rss_mb']} |")
    lines += ["", "| goal | found | held |", "|---|---|---|"]
    lines += [f"| {it.goal} | {it.found} | {'yes' if it.is_held else '**no**'} |" for it in verdicts]
    return "\n".join(lines) + "\n"

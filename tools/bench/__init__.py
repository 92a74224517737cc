"""`python -m tools bench`: what the product costs beside the bare libraries under it, as ratios within one run.

Each line is measured in rounds that take turns between ours and the bare one, in one process, against a server of
canned bytes in another; a ratio is the median over the rounds, so a slow moment of the machine hits both. Prints a
table, writes `out/bench.json`, and fails when a bar is missed. `--big` adds a portal of 1,000,000 records.
`--only NAME` runs one group: adapter, official, burst, call, kept, start, mirror, sandbox.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tools.bench.figures import Figure

__all__ = ["main"]

OUT = Path(__file__).parent.parent.parent / "out" / "bench.json"
DISTRIBUTIONS = ("hubspot-skill", "mcp", "httpx2", "pydantic", "hubspot-api-client", "uvicorn", "starlette")


def main(words: Sequence[str]) -> int:
    """Measure, print, write, and give 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m tools bench", description=__doc__)
    parser.add_argument("--big", action="store_true", help="also a sandbox of 1,000,000 records (minutes, 4 GB)")
    parser.add_argument("--only", choices=sorted(_groups(big=False)), help="one group of figures")
    options = parser.parse_args(words)
    groups = _groups(big=options.big)
    figures: list[Figure] = []
    print(Figure.HEADER, flush=True)
    for name in [options.only] if options.only else groups:
        for figure in groups[name]():
            print(figure.line(), flush=True)
            figures.append(figure)
    _write(figures)
    missed = [figure.name for figure in figures if not figure.holds]
    print(f"\n{len(figures) - len(missed)} of {len(figures)} bars held; {OUT.relative_to(Path.cwd())} has the figures")
    return 1 if missed else 0


def _groups(*, big: bool) -> dict[str, Callable[[], list[Figure]]]:
    from tools.bench import adapter, burst, mirror, sandbox, servers

    return {
        "adapter": adapter.measure,
        "official": adapter.measure_official,
        "burst": burst.measure,
        "call": servers.measure_call,
        "kept": servers.measure_kept,
        "start": servers.measure_start,
        "mirror": mirror.measure,
        "sandbox": lambda: sandbox.measure(big=big),
    }


def _write(figures: Sequence[Figure]) -> None:
    OUT.parent.mkdir(exist_ok=True)
    body = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in DISTRIBUTIONS},
        "figures": [{**asdict(figure), "holds": figure.holds} for figure in figures],
    }
    OUT.write_text(json.dumps(body, indent=2) + "\n", "utf-8")

"""`python -m tools check`: format, lint, types, import contracts and every test, each timed, all run, one verdict.

All checks run even when one fails, so that one run shows everything there is to mend. The tests come last, and their
own summary line closes the output. `--fast` leaves the tests out. Extra words go to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CHECKS", "Check", "Outcome", "main"]

ROOT = Path(__file__).parent.parent
_PYTHON = sys.executable
_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name and the command that runs it."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended, and how long it took in seconds; `last` is the last line that it printed."""

    check: Check
    code: int
    took_s: float
    last: str


CHECKS = (
    Check("format", (f"{_BIN}/ruff", "format", "--check", ".")),
    Check("lint", (f"{_BIN}/ruff", "check", ".")),
    Check("types", (f"{_BIN}/basedpyright",)),
    Check("imports", (f"{_BIN}/lint-imports", "--no-cache", "--no-logo")),
)


def main(words: Sequence[str]) -> int:
    """Run the checks and give 0 when all of them passed."""
    parser = argparse.ArgumentParser(prog="python -m tools check", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave the tests out")
    options, extra = parser.parse_known_args(words)
    checks = CHECKS if options.fast else (*CHECKS, _tests(extra))
    outcomes = [_run(check) for check in checks]
    print("\n== summary", flush=True)
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.code == 0 else 'FAIL'}  {outcome.check.name:<8} {outcome.took_s:6.1f} s", flush=True)
    if not options.fast:
        print(outcomes[-1].last, flush=True)
    return 0 if all(outcome.code == 0 for outcome in outcomes) else 1


def _tests(extra: Sequence[str]) -> Check:
    workers = str(max(2, os.cpu_count() or 2))
    return Check("tests", (_PYTHON, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", *extra))


def _run(check: Check) -> Outcome:
    """Run one check, its output passed on line by line as it comes."""
    print(f"\n== {check.name}: {' '.join(Path(w).name if w.startswith('/') else w for w in check.command)}", flush=True)
    started_s = time.perf_counter()
    last = ""
    with subprocess.Popen(
        check.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.rstrip() or last
    return Outcome(check, process.returncode, time.perf_counter() - started_s, last)

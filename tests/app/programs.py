"""Runs `hubspot-skill` as a person does: the real program, until it has said all it says at its start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue

__all__ = ["ENTRY", "FIVE_S", "START_LIMIT_S", "Running", "environ", "free_ports", "started"]

ENTRY = Path(sys.executable).with_name("hubspot-skill")
LAST_LINE = "Stop with Ctrl-C."
START_LIMIT_S = 30
FIVE_S = 5


@dataclass(frozen=True, slots=True)
class Running:
    """A program that has said all it says at its start."""

    process: subprocess.Popen[str]
    said: str

    def stop(self, number: signal.Signals) -> int:
        """Ask it to stop and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(FIVE_S)


def environ(home: Path) -> dict[str, str]:
    """Give an environment without settings, whose files lie in that home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUBSPOT")}
    return {**kept, "XDG_CONFIG_HOME": str(home / "config"), "HUBSPOT_SKILL_DATA_DIR": str(home / "data")}


@contextmanager
def started(home: Path, *words: str) -> Iterator[Running]:
    """Run the program until the block ends, from when it has said its last line."""
    command = [str(ENTRY), *words]
    with subprocess.Popen(
        command, env=environ(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Running(process, _said(process))
        finally:
            process.kill()


def _said(process: subprocess.Popen[str]) -> str:
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    stdout = process.stdout
    threading.Thread(target=lambda: [lines.put(line) for line in stdout], daemon=True).start()
    said = ""
    while not said.rstrip().endswith(LAST_LINE):
        try:
            said += lines.get(timeout=START_LIMIT_S)
        except Empty:
            raise AssertionError(f"the program did not say {LAST_LINE!r} in time; it said:\n{said}") from None
    return said


def free_ports() -> tuple[str, str]:
    """Give two ports that are free now."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return str(one.getsockname()[1]), str(other.getsockname()[1])

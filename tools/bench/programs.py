"""Programs that a benchmark runs beside itself: the sandbox as a user starts it, and MCP servers over their pipes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

__all__ = ["ENTRY", "McpProcess", "RunningSandbox", "free_port", "mcp_process", "running_sandbox"]

ENTRY = str(Path(sys.executable).with_name("hubspot-skill"))
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox in a process of its own, and how long it took from its start to its first word."""

    base_url: str
    started_in_s: float
    pid: int

    def peak_bytes(self) -> int:
        """Give the most memory that it has held."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def free_port() -> int:
    """Give a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def running_sandbox(*options: str, data_dir: Path | None = None) -> Iterator[RunningSandbox]:
    """Serve a sandbox while the block runs; without `data_dir` its portal is made anew."""
    with TemporaryDirectory() as folder:
        port = free_port()
        environ = _environ({"HUBSPOT_SKILL_DATA_DIR": str(data_dir or folder)})
        started_s = time.perf_counter()
        command = [ENTRY, "sandbox", "--port", str(port), *options]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                if not process.stdout.readline():
                    raise RuntimeError(f"{' '.join(command)} did not start")
                took_s = time.perf_counter() - started_s
                yield RunningSandbox(f"http://127.0.0.1:{port}", took_s, process.pid)
            finally:
                process.terminate()


class McpProcess:
    """An MCP server over its pipes, spoken to in bare JSON so that no client's work is in the figures."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._last_id = 0

    def open(self) -> None:
        """Agree on a version with it, as a client of 2025-11-25 does."""
        client = {"name": "bench", "version": "1"}
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client})
        self._say({"method": "notifications/initialized"})

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask and give the result."""
        self._last_id += 1
        self._say({"id": self._last_id, "method": method, "params": params})
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            message = json.loads(line)
            if message.get("id") == self._last_id:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
        raise RuntimeError(f"the server ended before it answered {method}")

    def cpu_s(self) -> float:
        """Give the processor time that it has used, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def _say(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()


@contextmanager
def mcp_process(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Iterator[McpProcess]:
    """Run an MCP server over its pipes while the block runs."""
    with subprocess.Popen(
        command, env=_environ(environ or {}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield McpProcess(process)
        finally:
            process.kill()


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HUBSPOT")} | dict(more)

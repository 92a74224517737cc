"""The MCP server beside a minimal one on the same SDK: the processor time of a call, and the start."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from tools.bench.figures import Figure
from tools.bench.programs import ENTRY, McpProcess, RunningSandbox, mcp_process, running_sandbox

__all__ = ["measure_call", "measure_kept", "measure_start"]

CALLS = 150
ROUNDS = 8
STARTS = 9
NOBODY = "http://127.0.0.1:9"


def measure_call() -> list[Figure]:
    """Measure what one tool call of one HubSpot request costs the server's process."""
    with running_sandbox("--portal", "demo", "--rates", "private_app_pro") as sandbox, TemporaryDirectory() as folder:
        _lift_limits(sandbox)
        environ = {
            "HUBSPOT_SKILL_API_BASE_URL": sandbox.base_url,
            "HUBSPOT_ACCESS_TOKEN": "pat-na1-demo",
            "HUBSPOT_SKILL_DATA_DIR": folder,
        }
        with mcp_process([ENTRY, "mcp"], environ) as ours, mcp_process(_minimal(sandbox.base_url)) as bare:
            ours.open()
            bare.open()
            found = ours.ask("tools/call", _tool("hubspot_search_contacts", {"limit": 1}))
            contact = found["structuredContent"]["rows"][0][0]
            asked = _requests(sandbox)
            our_call = _caller(ours, "hubspot_get", {"records": [contact], "type": "contacts"})
            bare_call = _caller(bare, "get_contact", {"contact_id": contact})
            our_call(), bare_call()
            before = asked()
            our_call()
            requests = asked() - before
            costs = [(_cost_us(ours, our_call), _cost_us(bare, bare_call)) for _ in range(ROUNDS)]
    ratio = statistics.median(our / bare for our, bare in costs)
    details = {
        "ours_us": round(statistics.median(our for our, _ in costs)),
        "bare_us": round(statistics.median(bare for _, bare in costs)),
        "requests": requests,
    }
    return [Figure("tool call: processor time to a bare server's", ratio, 1.3, details=details)]


def measure_kept() -> list[Figure]:
    """Measure what a tool call costs with everything kept: an account of the vault, shared limits, the audit.

    Beside it the same server with the token in its environment and its limits in memory; the tokens are fresh.
    """
    with running_sandbox("--portal", "demo", "--rates", "private_app_pro") as sandbox, TemporaryDirectory() as folder:
        _lift_limits(sandbox)
        address = {"HUBSPOT_SKILL_API_BASE_URL": sandbox.base_url}
        kept = address | {"HUBSPOT_SKILL_DATA_DIR": f"{folder}/kept", "XDG_CONFIG_HOME": f"{folder}/config"}
        add = [ENTRY, "accounts", "add-token"]
        subprocess.run(add, input="pat-na1-demo\n", env=os.environ | kept, check=True, capture_output=True, text=True)
        token = {"HUBSPOT_ACCESS_TOKEN": "pat-na1-demo"}
        shared = kept | token
        alone = address | token | {"HUBSPOT_SKILL_DATA_DIR": f"{folder}/alone", "XDG_CONFIG_HOME": f"{folder}/other"}
        plain = [sys.executable, str(Path(__file__).with_name("alone_server.py"))]
        with (
            mcp_process([ENTRY, "mcp"], kept) as vault,
            mcp_process([ENTRY, "mcp"], shared) as sharing,
            mcp_process(plain, alone) as bare,
        ):
            sides = [_get_caller(side) for side in (vault, sharing, bare)]
            costs = [
                [_cost_us(side, call) for side, call in zip((vault, sharing, bare), sides, strict=True)]
                for _ in range(ROUNDS)
            ]
    bare_us = round(statistics.median(cost[2] for cost in costs))
    return [
        Figure(
            f"tool call: processor time {name} to limits in memory",
            statistics.median(cost[place] / cost[2] for cost in costs),
            1.15,
            details={"ours_us": round(statistics.median(cost[place] for cost in costs)), "bare_us": bare_us},
        )
        for place, name in ((0, "of a vault's account"), (1, "of a token's account"))
    ]


def _get_caller(process: McpProcess) -> Callable[[], None]:
    """Open a server, find a contact, and give a call that reads it."""
    process.open()
    found = process.ask("tools/call", _tool("hubspot_search_contacts", {"limit": 1}))
    contact = found["structuredContent"]["rows"][0][0]
    call = _caller(process, "hubspot_get", {"records": [contact], "type": "contacts"})
    call()
    return call


def measure_start() -> list[Figure]:
    """Measure the time from the start of the process to the answer of tools/list."""
    with TemporaryDirectory() as folder:
        environ = {"HUBSPOT_SKILL_DATA_DIR": folder}
        _start_s([ENTRY, "mcp"], environ), _start_s(_minimal(NOBODY), {})
        times = [(_start_s([ENTRY, "mcp"], environ), _start_s(_minimal(NOBODY), {})) for _ in range(STARTS)]
    ratio = statistics.median(our / bare for our, bare in times)
    details = {
        "ours_ms": round(statistics.median(our for our, _ in times) * 1000),
        "bare_ms": round(statistics.median(bare for _, bare in times) * 1000),
    }
    return [Figure("start to tools/list, time to a minimal server's", ratio, 1.3, details=details)]


def _minimal(base_url: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("minimal_server.py")), base_url]


def _tool(name: str, arguments: Mapping[str, object]) -> dict[str, object]:
    return {"name": name, "arguments": dict(arguments)}


def _caller(process: McpProcess, name: str, arguments: Mapping[str, object]) -> Callable[[], None]:
    def call() -> None:
        result = process.ask("tools/call", _tool(name, arguments))
        if result.get("isError"):
            raise RuntimeError(f"{name}: {result['content']}")

    return call


def _cost_us(process: McpProcess, call: Callable[[], None]) -> float:
    before_s = process.cpu_s()
    for _ in range(CALLS):
        call()
    return (process.cpu_s() - before_s) / CALLS * 1e6


def _start_s(command: list[str], environ: Mapping[str, str]) -> float:
    started_s = time.perf_counter()
    with mcp_process(command, environ) as process:
        process.open()
        process.ask("tools/list", {})
        return time.perf_counter() - started_s


def _lift_limits(sandbox: RunningSandbox) -> None:
    """Let the sandbox announce limits that nothing here reaches, so that the limiter never waits."""
    ample = {"burst": 10**6, "search": 10**6, "associations": 10**6, "daily": 10**9}
    body = json.dumps({"name": "private_app_pro", "changes": ample}).encode()
    headers = {"content-type": "application/json"}
    with urlopen(Request(f"{sandbox.base_url}/_sandbox/rates", data=body, headers=headers, method="PUT"), timeout=5):
        pass


def _requests(sandbox: RunningSandbox) -> Callable[[], int]:
    def asked() -> int:
        with urlopen(f"{sandbox.base_url}/_sandbox/calls?limit=1", timeout=5) as answer:
            return json.load(answer)["total"]

    return asked

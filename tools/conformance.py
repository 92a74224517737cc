"""`python -m tools conformance`: strangers' programs against our server on the embedded sandbox.

Three parts, all of which must pass:

1. the official conformance suite, both protocol revisions, on our server with the suite's own fixtures added: no scored
   failure is allowed;
2. the same on the plain server, where scenarios without their fixture fail: a baseline file names each of them, and one
   that passes though it is named there is an error too;
3. the npm inspector: its strict check of every schema in both eras and over stdio, and a day's work in CLI mode.

Node and the packages come from `tools.npm`. No bearer token is asked for here: the suite cannot send one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubspot_skill import __version__
from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.listening import listen, serving
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.foundation.traffic import Limits
from hubspot_skill.surfaces.mcp.http import http_app, loopback
from tools.conformance_fixtures import add_fixtures
from tools.npm import FOLDER, ensure_packages, environment, node
from tools.stranger import BAD_INPUTS, day_of_work

__all__ = ["REVISIONS", "main"]

REVISIONS = ("2025-11-25", "2026-07-28")
SUITE = FOLDER / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
INSPECTOR = FOLDER / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
PROGRAM_LIMIT_S = 240
TOOL_ERROR = 5
"""The inspector's exit code for a tool that answered with an error."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended and what it said."""

    code: int
    out: str
    err: str


def main(argv: Sequence[str]) -> int:
    """Run all parts; 1 when one fails."""
    parser = argparse.ArgumentParser(prog="python -m tools conformance", description=__doc__.splitlines()[0])
    parser.parse_args(argv)
    ensure_packages()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_all(Path(folder)))


async def _all(folder: Path) -> int:
    places = Places(config=folder / "config", data=folder / "data")
    problems: list[str] = []
    async with _served(places, with_fixtures=True) as url:
        for revision in REVISIONS:
            problems += await _suite(url, revision, folder, baseline=None)
    async with _served(places, with_fixtures=False) as url:
        for revision in REVISIONS:
            problems += await _suite(url, revision, folder, baseline=FOLDER / f"conformance-{revision}.yml")
        problems += await _inspect(url, places)
    for problem in problems:
        print(f"FAIL  {problem}")
    print("conformance: " + ("all passed" if not problems else f"{len(problems)} failed"))
    return 1 if problems else 0


@asynccontextmanager
async def _served(places: Places, *, with_fixtures: bool) -> AsyncGenerator[str]:
    """Serve the product on the embedded sandbox, without a bearer token, and give the address."""
    settings = read_settings({"HUBSPOT_ENVIRONMENT": "sandbox"})
    account = Accounts(settings, places)
    server = mcp_server(settings, account)
    if with_fixtures:
        add_fixtures(server)
    try:
        with listen("127.0.0.1", 0, option="nothing") as listener:
            port = listener.getsockname()[1]
            app = http_app(server, loopback(port, None, limits=Limits(10**6, 10**6, 1000, 1000)), version=__version__)
            async with serving(app, listener):
                yield f"http://127.0.0.1:{port}/mcp"
    finally:
        await account.aclose()


async def _suite(url: str, revision: str, folder: Path, *, baseline: Path | None) -> list[str]:
    known = ["--expected-failures", str(baseline)] if baseline else []
    ran = await _node(
        SUITE, "server", "--url", url, "--requirements", revision, *known, "-o", str(folder / f"out-{revision}")
    )
    which = f"suite {revision} ({'plain server, baseline' if baseline else 'with fixtures'})"
    total = next((line for line in reversed(ran.out.splitlines()) if line.startswith("Total:")), "no total")
    print(f"{'ok  ' if ran.code == 0 else 'FAIL'}  {which}: {total}", flush=True)
    if ran.code == 0 and total != "no total":
        return []
    print(ran.out[-4_000:], ran.err[-2_000:], sep="\n")
    return [which]


async def _inspect(url: str, places: Places) -> list[str]:
    stdio = [
        "-e",
        "HUBSPOT_ENVIRONMENT=sandbox",
        "-e",
        f"HUBSPOT_SKILL_DATA_DIR={places.data}",
        sys.executable,
        "-m",
        "hubspot_skill",
        "mcp",
    ]
    targets = {
        "modern": [url, "--protocol-era", "modern"],
        "legacy": [url, "--protocol-era", "legacy"],
        "stdio": stdio,
    }
    problems: list[str] = []
    for name, target in targets.items():
        ran = await _inspector(*target, "--method", "tools/list", "--strict")
        tools = _answer(ran).get("tools", [])
        is_clean = ran.code == 0 and len(tools) > 0 and not ran.err.strip()
        print(f"{'ok  ' if is_clean else 'FAIL'}  inspector --strict ({name}): {len(tools)} tools", flush=True)
        if not is_clean:
            print(ran.err[-2_000:])
            problems.append(f"inspector --strict ({name}), exit {ran.code}")
    return problems + await _stranger(url)


async def _stranger(url: str) -> list[str]:
    """Do a day's work and then ten kinds of mistakes by the inspector's command line."""
    problems: list[str] = []
    era = ("--protocol-era", "modern")

    async def call(tool: str, arguments: dict[str, Any]) -> Ran:
        wanted = ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
        return await _inspector(url, *era, "--method", "tools/call", *wanted)

    work = day_of_work()
    step = next(work)
    while True:
        ran = await call(*step)
        content = _answer(ran).get("structuredContent", {})
        if ran.code != 0 or not content:
            problems.append(f"inspector: {step[0]} ended with {ran.code}: {ran.out[-500:]}{ran.err[-500:]}")
            break
        try:
            step = work.send(content)
        except StopIteration:
            break
        except AssertionError as wrong:
            problems.append(f"inspector: {step[0]} answered {wrong}")
            break
    for mistake, (tool, arguments, code) in BAD_INPUTS.items():
        ran = await call(tool, arguments)
        said = "".join(part.get("text", "") for part in _answer(ran).get("content", []))
        if ran.code != TOOL_ERROR or f'"error":"{code}"' not in said:
            problems.append(f"inspector: {mistake} ended with {ran.code}: {said[:300] or ran.err[-300:]}")
    print(f"{'FAIL' if problems else 'ok  '}  inspector: a day's work and {len(BAD_INPUTS)} mistakes", flush=True)
    return problems


async def _inspector(*words: str) -> Ran:
    return await _node(INSPECTOR, "--cli", *words, "--format", "json", "-q")


def _answer(ran: Ran) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(ran.out)
    except ValueError:
        return {}
    return found.get("result", found)


async def _node(script: Path, *words: str) -> Ran:
    process = await asyncio.create_subprocess_exec(
        str(node()),
        str(script),
        *words,
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PROGRAM_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return Ran(-1, "", f"no end after {PROGRAM_LIMIT_S} s")
    return Ran(process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace"))

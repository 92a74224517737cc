"""`python -m tools readme [--write]`: the parts of the README that are made from the program itself.

Between `<!-- NAME -->` and `<!-- /NAME -->` stand: the example answer, as the shell gives it over the generated portal of
a fixed day; the scopes to give an app or a key; the table of tools; the table of settings. Without `--write` they are compared with the program.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hubspot_skill.access.policy import Policy
from hubspot_skill.app import toolbox
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.embedded import start_sandbox
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.service.scopes import scope_plan
from hubspot_skill.surfaces.cli.actions import SandboxChoice
from hubspot_skill.surfaces.mcp.server import TOOLSETS
from hubspot_skill.surfaces.mcp.settings import Toolset

__all__ = ["EXAMPLE", "README", "differences", "main", "written"]

README = Path(__file__).parent.parent / "README.md"
EXAMPLE = ("hubspot_brief", "maya.okafor@tidewater-robotics.example")
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


def written(text: str) -> str:
    """Give the README's text with every made part made anew."""
    parts = {"answer": _answer(), "scopes": _scopes(), "tools": _tools(), "settings": _settings()}
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, part=part: f"{match[1]}{part}\n{match[2]}", text)
        if found != 1:
            raise ValueError(f"README.md has {found} parts named {name}: expected one")
    return text


def differences(text: str) -> list[str]:
    """Give the lines of the README that differ from what the program says now."""
    wanted = written(text)
    return [line for line in wanted.splitlines() if line not in text.splitlines()] if wanted != text else []


def main(words: Sequence[str]) -> int:
    """Compare the README with the program, or write it."""
    parser = argparse.ArgumentParser(prog="python -m tools readme", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the parts instead of comparing them")
    options = parser.parse_args(words)
    text = README.read_text("utf-8")
    if options.write:
        README.write_text(written(text), "utf-8")
        return 0
    stale = differences(text)
    print("README.md is current" if not stale else "\n".join(["README.md is stale: run with --write", *stale]))
    return 1 if stale else 0


def _answer() -> str:
    tool, record = EXAMPLE
    return f"```\n$ hubspot-skill call {tool} record={record}\n{asyncio.run(_asked(tool, record))}\n```"


async def _asked(tool: str, record: str) -> str:
    with TemporaryDirectory() as folder:
        places = Places(config=Path(folder), data=Path(folder))
        sandbox = await start_sandbox(SandboxChoice(port=0, portal="demo", now=NOW), places)
        sandbox.running.sandbox.clock.stop()
        sandbox.running.sandbox.clock.set(NOW)
        settings = read_settings(
            {"HUBSPOT_SKILL_API_BASE_URL": sandbox.base_url, "HUBSPOT_ACCESS_TOKEN": sandbox.token}
        )
        account = Accounts(settings, places)
        try:
            return (await toolbox.call_tool(settings, account, tool, lambda _: {"record": record})).text
        finally:
            await account.aclose()
            await sandbox.aclose()


def _tools() -> str:
    """Give a table of the core's tools, and one of each further toolset under its name."""
    parts: list[str] = []
    for toolset, kinds in TOOLSETS.items():
        rows = [
            f"| `{kind.name}` | {'writes' if kind.effect.writes else 'reads'} | {_first_sentence(kind.description)} |"
            for kind in kinds
        ]
        named = [] if toolset is Toolset.CORE else ["", f"With `{toolset}` in `HUBSPOT_SKILL_TOOLSETS`:", ""]
        parts += [*named, "| Tool | | What it does |", "| --- | --- | --- |", *rows]
    return "\n".join(parts)


def _scopes() -> str:
    plan = scope_plan(Policy())
    kinds = ((plan.required, "required"), (plan.optional, "optional"))
    rows = [f"| `{scope.name}` | {kind} | {scope.allows} |" for scopes, kind in kinds for scope in scopes]
    return "\n".join(["| Scope | In an app | Without it this program cannot |", "| --- | --- | --- |", *rows])


def _settings() -> str:
    rows = [
        f"| `{field.alias}` | {_default(field.default)} | {field.description} |"
        for field in Settings.model_fields.values()
    ]
    return "\n".join(["| Setting | Default | Meaning |", "| --- | --- | --- |", *rows])


def _default(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return f"`{int(value)}`"
        case tuple():
            return f"`{','.join(str(part) for part in value)}`"
        case _:
            return f"`{value}`"


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    end = line.find(". ")
    return line if end < 0 else line[: end + 1]

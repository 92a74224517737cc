"""`python -m tools tokens`: what the tools and their answers cost a model, in o200k tokens.

Counted are, for each tool, name, description and input schema as compact JSON (what a model sees), the whole
`tools/list` result as it goes over the wire, and two answers of the embedded sandbox, text and structured content each
for itself. The vocabulary comes with the npm package `gpt-tokenizer`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tools.npm import run_node

__all__ = ["ANSWERS", "MOST", "Cost", "compact", "costs_of", "count", "listed_tools", "main", "seen_by_model"]

MOST: Mapping[str, tuple[int, int]] = {
    "core": (6_000, 12_000),
    "marketing": (700, 1_600),
    "hygiene": (600, 1_600),
    "admin": (1_000, 2_400),
    "data": (600, 1_800),
}
"""The most that the tools of a toolset may cost: their names, descriptions and input schemas, and their whole entries."""
ANSWERS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("hubspot_brief", {"record": "maya.okafor@tidewater-robotics.example"}, 300),
    (
        "hubspot_search_deals",
        {"limit": 100, "fields": ["dealname", "amount", "dealstage", "pipeline", "closedate", "hubspot_owner_id"]},
        4_500,
    ),
)
"""Answers that are counted, each with the most that its text and its structured content may cost."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one tool costs: what a model sees of it, and its whole entry in the list."""

    name: str
    seen: int
    listed: int


def compact(value: object) -> str:
    """Give a value as the JSON that goes over the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def count(texts: Sequence[str]) -> list[int]:
    """Count the o200k tokens of each text."""
    counts: list[int] = json.loads(run_node("count.mjs", stdin=json.dumps(list(texts))))
    return counts


def listed_tools() -> list[dict[str, Any]]:
    """Give `tools/list` of a server that shows everything, as its client gets it."""
    from mcp import Client

    from hubspot_skill import __version__
    from hubspot_skill.domain.errors import NotConnectedError
    from hubspot_skill.surfaces.mcp.server import build_server
    from hubspot_skill.surfaces.mcp.settings import McpSettings, Toolset

    async def nobody() -> NoReturn:
        raise NotConnectedError("listing tools needs no account")

    async def listed() -> list[dict[str, Any]]:
        settings = McpSettings(version=__version__, toolsets=tuple(Toolset))
        async with Client(build_server(nobody, settings=settings)) as client:
            found = await client.list_tools()
            return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in found.tools]

    return asyncio.run(listed())


def costs_of(tools: Sequence[dict[str, Any]]) -> dict[str, list[Cost]]:
    """Give what each tool costs, by its toolset."""
    from hubspot_skill.surfaces.mcp.server import TOOLSETS

    counts = count([*map(seen_by_model, tools), *map(compact, tools)])
    cost = {t["name"]: Cost(t["name"], counts[i], counts[len(tools) + i]) for i, t in enumerate(tools)}
    return {toolset.value: [cost[kind.name] for kind in kinds] for toolset, kinds in TOOLSETS.items()}


def seen_by_model(tool: dict[str, Any]) -> str:
    """Give what a model sees of a tool before it calls it."""
    return compact({name: tool[name] for name in ("name", "description", "inputSchema")})


def main(argv: Sequence[str]) -> int:
    """Print the tables; 1 when a cap is broken."""
    argparse.ArgumentParser(prog="python -m tools tokens", description=__doc__).parse_args(argv)
    tools = listed_tools()
    costs = costs_of(tools)
    width = max(len(c.name) for found in costs.values() for c in found)
    holds = True
    for toolset, found in costs.items():
        total = Cost(f"all of {toolset}", sum(c.seen for c in found), sum(c.listed for c in found))
        most = Cost("at most", *MOST[toolset])
        print(f"{toolset:{width}}  {'seen':>6}  {'listed':>6}")
        for cost in (*found, total, most):
            print(f"{cost.name:{width}}  {cost.seen:>6}  {cost.listed:>6}")
        print()
        holds = holds and total.seen <= most.seen and total.listed <= most.listed
    print(f"{'answer':{width}}  {'text':>6}  {'json':>6}  {'most':>6}")
    answered = asyncio.run(_answers())
    counts = count([part for answer in answered for part in answer])
    for i, (tool, _, most) in enumerate(ANSWERS):
        text, structured = counts[2 * i : 2 * i + 2]
        print(f"{tool:{width}}  {text:>6}  {structured:>6}  {most:>6}")
        holds = holds and max(text, structured) <= most
    return 0 if holds else 1


async def _answers() -> list[tuple[str, str]]:
    """Give text and structured content of the answers that are counted, from a new embedded sandbox."""
    from mcp import Client

    from hubspot_skill.app.compose import Accounts, mcp_server
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import read_settings

    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"HUBSPOT_ENVIRONMENT": "sandbox"})
        account = Accounts(settings, Places(config=Path(folder) / "config", data=Path(folder) / "data"))
        try:
            async with Client(mcp_server(settings, account)) as client:
                found: list[tuple[str, str]] = []
                for tool, arguments, _ in ANSWERS:
                    result = await client.call_tool(tool, arguments)
                    content = result.content[0]
                    if result.is_error or content.type != "text":
                        raise RuntimeError(f"{tool} failed: {result.content}")
                    found.append((content.text, compact(result.structured_content)))
                return found
        finally:
            await account.aclose()

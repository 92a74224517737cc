"""`python -m tools tokens`: what the tools cost a model before the first call, in o200k tokens.

Counted are, for each tool, name, description and input schema as compact JSON (what a model sees), and the whole
`tools/list` result as it goes over the wire. The vocabulary comes with the npm package `gpt-tokenizer`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from tools.npm import run_node

__all__ = ["MOST_LISTED", "MOST_SEEN", "Cost", "compact", "count", "listed_tools", "main", "seen_by_model"]

MOST_SEEN = 4_500
"""The most that names, descriptions and input schemas of all tools may cost."""
MOST_LISTED = 9_000
"""The most that the whole list may cost."""


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


def seen_by_model(tool: dict[str, Any]) -> str:
    """Give what a model sees of a tool before it calls it."""
    return compact({name: tool[name] for name in ("name", "description", "inputSchema")})


def main(argv: Sequence[str]) -> int:
    """Print the table; 1 when a cap is broken."""
    tools = listed_tools()
    counts = count([*map(seen_by_model, tools), *map(compact, tools), compact({"tools": tools})])
    costs = [Cost(t["name"], counts[i], counts[len(tools) + i]) for i, t in enumerate(tools)]
    seen, listed = sum(c.seen for c in costs), counts[-1]
    width = max(len(c.name) for c in costs)
    print(f"{'tool':{width}}  {'seen':>6}  {'listed':>6}")
    for cost in costs:
        print(f"{cost.name:{width}}  {cost.seen:>6}  {cost.listed:>6}")
    print(f"{'all':{width}}  {seen:>6}  {listed:>6}")
    print(f"{'at most':{width}}  {MOST_SEEN:>6}  {MOST_LISTED:>6}")
    return 0 if seen <= MOST_SEEN and listed <= MOST_LISTED else 1

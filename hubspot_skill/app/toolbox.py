"""The MCP tools for one shell command: the same server, met in memory by the SDK's own client.

So a shell sees the checks of arguments and answers that a chat client sees, and none of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from mcp import Client
from mcp.types import TextContent, Tool

from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.settings import Settings
from hubspot_skill.domain.errors import Candidate, UnknownNameError
from hubspot_skill.domain.text import quote
from hubspot_skill.surfaces.cli.actions import ArgumentsOf, ToolAnswer, ToolView

__all__ = ["call_tool", "list_tools"]


async def list_tools(settings: Settings, accounts: Accounts) -> Sequence[ToolView]:
    """Give the tools that these settings show."""
    return [_view(tool) for tool in await _listed(settings, accounts)]


async def call_tool(settings: Settings, accounts: Accounts, name: str, arguments_of: ArgumentsOf) -> ToolAnswer:
    """Call one tool with the arguments that its schema leads to.

    Raises:
        UnknownNameError: there is no such tool among those shown.
    """
    tools = {tool.name: tool for tool in await _listed(settings, accounts)}
    if name not in tools:
        raise _unknown(name, list(tools))
    arguments = dict(arguments_of(tools[name].input_schema))
    async with Client(mcp_server(settings, accounts)) as client:
        result = await client.call_tool(name, arguments)
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    return ToolAnswer(text, result.structured_content, bool(result.is_error))


async def _listed(settings: Settings, accounts: Accounts) -> Sequence[Tool]:
    """List the tools with a client of its own: an error raised while one is open would arrive wrapped in a group."""
    async with Client(mcp_server(settings, accounts)) as client:
        return (await client.list_tools()).tools


def _view(tool: Tool) -> ToolView:
    hints = tool.annotations
    writes = hints is None or not hints.read_only_hint
    return ToolView(tool.name, tool.title or tool.name, tool.description or "", tool.input_schema, writes)


def _unknown(name: str, known: Sequence[str]) -> UnknownNameError:
    nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return UnknownNameError(
        f"there is no tool {quote(name)}",
        hint="`hubspot-skill call` lists all tools.",
        candidates=[Candidate(id=near, label=near) for near in nearest],
    )

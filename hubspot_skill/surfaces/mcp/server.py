"""The MCP server: which tools, resources, prompts and completions there are, over the account that a provider gives.

One body serves both protocol eras (2025-11-25 and 2026-07-28) and both transports; `http` and `stdio` carry it.
The list of tools depends on settings alone, in a fixed order, so that a host's prompt cache holds.
"""

from __future__ import annotations

import difflib
from typing import Any

from mcp.server import CacheHint, MCPServer
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult

from hubspot_skill.domain.errors import Candidate, ReadOnlyError, UnknownNameError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.surfaces.mcp import completions, exports, failures, prompts, resources
from hubspot_skill.surfaces.mcp.instructions import INSTRUCTIONS
from hubspot_skill.surfaces.mcp.settings import McpSettings, Toolset
from hubspot_skill.surfaces.mcp.strict import ConnectOffer, CrmProvider, ToolKind
from hubspot_skill.surfaces.mcp.tools import (
    admin,
    core_changes,
    core_read,
    core_report,
    core_write,
    data,
    hygiene,
    marketing,
)

__all__ = ["NAME", "TOOLSETS", "build_server", "shown_tools"]

NAME = "hubspot-skill"
LIST_TTL_MS = 300_000
"""How long a client may keep a list of ours: it changes only when the server is started with other settings."""

TOOLSETS: dict[Toolset, tuple[ToolKind[Any], ...]] = {
    Toolset.CORE: (*core_read.TOOLS, *core_report.TOOLS, *core_write.TOOLS, *core_changes.TOOLS),
    Toolset.HYGIENE: hygiene.TOOLS,
    Toolset.MARKETING: marketing.TOOLS,
    Toolset.ADMIN: admin.TOOLS,
    Toolset.DATA: data.TOOLS,
}


def shown_tools(settings: McpSettings) -> tuple[ToolKind[Any], ...]:
    """Give the tools that these settings show, in the order they are listed."""
    chosen = [kind for toolset in Toolset if toolset in settings.toolsets for kind in TOOLSETS.get(toolset, ())]
    return tuple(kind for kind in chosen if not (settings.read_only and kind.effect.writes))


def build_server(crm: CrmProvider, *, settings: McpSettings, offer: ConnectOffer | None = None) -> MCPServer[Any]:
    """Build the server; `offer` gives a link where nothing is connected. It does nothing until a transport carries it."""
    hint = CacheHint(ttl_ms=LIST_TTL_MS, scope="private")
    server = _Server(
        settings,
        NAME,
        title="HubSpot",
        version=settings.version,
        instructions=INSTRUCTIONS,
        tools=[kind.tool(crm, time_s=settings.tool_time_s, offer=offer) for kind in shown_tools(settings)],
        cache_hints={
            "tools/list": hint,
            "prompts/list": hint,
            "resources/templates/list": hint,
            "resources/list": hint,
        },
        log_level="WARNING",
    )
    if Toolset.DATA in settings.toolsets:
        exports.register(server, crm)
    resources.register(server, crm)
    prompts.register(server)
    completions.register(server, crm)
    return server


class _Server(MCPServer[Any]):
    """The SDK's server, which also tells the nearest names when a tool or prompt is unknown."""

    def __init__(self, skill: McpSettings, name: str, **given: Any) -> None:
        super().__init__(name, **given)
        self._skill = skill

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Any = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool, or answer that there is none of that name."""
        result = await self._called(name, arguments, context)
        is_known = self._tool_manager.get_tool(name) is not None
        ended = "asked" if not isinstance(result, CallToolResult) else "error" if result.is_error else "ok"
        count(Counter.TOOL_CALLS, name if is_known else "unknown", ended)
        return result

    async def _called(self, name: str, arguments: dict[str, Any], context: Any) -> CallToolResult | InputRequiredResult:
        if self._tool_manager.get_tool(name) is not None:
            return await super().call_tool(name, arguments, context)
        if any(kind.name == name for kinds in TOOLSETS.values() for kind in kinds):
            return failures.refusal(
                ReadOnlyError(
                    f"{name} writes, and writing is switched off on this server",
                    hint="Whoever runs it can start it without HUBSPOT_SKILL_READ_ONLY.",
                )
            )
        shown = [tool.name for tool in await self.list_tools()]
        nearest = difflib.get_close_matches(name, shown, n=3, cutoff=0.4)
        return failures.refusal(
            UnknownNameError(
                f"there is no tool {quote(name)}",
                hint="tools/list names the tools of this server.",
                candidates=[Candidate(id=near, label=near) for near in nearest],
            )
        )

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Any = None
    ) -> GetPromptResult | InputRequiredResult:
        """Give a prompt, or refuse the request when there is none of that name or an argument is missing."""
        known = {prompt.name: prompt for prompt in await self.list_prompts()}
        if name not in known:
            raise MCPError(INVALID_PARAMS, f"there is no prompt {quote(name)}: expected one of {', '.join(known)}")
        needed = [a.name for a in known[name].arguments or () if a.required and not (arguments or {}).get(a.name)]
        if needed:
            raise MCPError(INVALID_PARAMS, f"the prompt {name} needs the argument {', '.join(needed)}")
        return await super().get_prompt(name, arguments, context)

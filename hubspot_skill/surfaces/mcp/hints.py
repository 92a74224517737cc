"""What a tool does to the world, as MCP's four hints, all explicit, in one table.

Destructive means that a value already there can be replaced. Nothing here reaches beyond the customer's own CRM, so no
tool is open-world (MCP specification 2026-07-28, tool annotations). Hints inform a host; the service enforces.
"""

from __future__ import annotations

from enum import Enum

from mcp.types import ToolAnnotations

__all__ = ["Effect", "hints_of"]


class Effect(Enum):
    """The kinds of tools: (read only, destructive, idempotent)."""

    READ = (True, False, True)
    ADD = (False, False, False)
    CHANGE = (False, True, True)

    @property
    def writes(self) -> bool:
        """True where the tool can change HubSpot."""
        return not self.value[0]


def hints_of(effect: Effect) -> ToolAnnotations:
    """Give the hints of a tool with this effect."""
    read_only, destructive, idempotent = effect.value
    return ToolAnnotations(
        read_only_hint=read_only, destructive_hint=destructive, idempotent_hint=idempotent, open_world_hint=False
    )

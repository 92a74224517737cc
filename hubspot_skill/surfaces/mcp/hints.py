"""What a tool does to the world, as MCP's four hints, all explicit, in one table.

Destructive means that a value already there can be replaced. Nothing here reaches beyond the customer's own CRM, so no
tool is open-world (MCP specification 2026-07-28, tool annotations). Hints inform a host; the service enforces.
"""

from __future__ import annotations

from enum import Enum

from mcp.types import ToolAnnotations

__all__ = ["Effect", "hints_of"]


class Effect(Enum):
    """The kinds of tools: (read only, destructive, idempotent, writes to HubSpot).

    KEEP puts something on this machine and leaves HubSpot alone, so a read-only server has it too. PLAN makes a change
    ready and leaves HubSpot as it is, so a host may let it pass unasked; a read-only server hides it.
    """

    READ = (True, False, True, False)
    KEEP = (False, False, False, False)
    ADD = (False, False, False, True)
    CHANGE = (False, True, True, True)
    PLAN = (True, False, False, True)

    @property
    def writes(self) -> bool:
        """True where the tool can change HubSpot, or makes a change ready."""
        return self.value[3]


def hints_of(effect: Effect) -> ToolAnnotations:
    """Give the hints of a tool with this effect."""
    read_only, destructive, idempotent, _ = effect.value
    return ToolAnnotations(
        read_only_hint=read_only, destructive_hint=destructive, idempotent_hint=idempotent, open_world_hint=False
    )

"""What the MCP surface is told at start: which tools to show, whether writing is on, how long a call may take."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hubspot_skill.domain.errors import Candidate, SettingsError

__all__ = ["McpSettings", "Toolset", "toolsets"]


class Toolset(StrEnum):
    """The groups of tools that a server can be asked to show."""

    CORE = "core"
    HYGIENE = "hygiene"
    ADMIN = "admin"
    MARKETING = "marketing"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class McpSettings:
    """How one MCP server behaves. `tool_time_s` bounds a call as a whole, a second beyond the adapter's own bound."""

    version: str
    read_only: bool = False
    toolsets: tuple[Toolset, ...] = (Toolset.CORE,)
    tool_time_s: float = 31.0


def toolsets(names: Sequence[str]) -> tuple[Toolset, ...]:
    """Give the toolsets of these names, in their fixed order; the core is always among them.

    Raises:
        SettingsError: a name is no toolset; the hint lists them.
    """
    known = {t.value: t for t in Toolset}
    wanted = [name.strip().lower() for name in names if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        nearest = {near for name in unknown for near in difflib.get_close_matches(name, known, n=1)}
        raise SettingsError(
            f"unknown toolset {', '.join(repr(name[:40]) for name in unknown)}: expected {', '.join(known)}",
            hint="Set HUBSPOT_SKILL_TOOLSETS to a comma-separated list of these names, or leave it out.",
            candidates=[Candidate(id=name, label=name) for name in sorted(nearest)],
        )
    return tuple(t for t in Toolset if t is Toolset.CORE or t in wanted)

"""The policy of one server: which actions are allowed.

Reading is always allowed, writing unless the server is read-only. The toolsets say which tools a surface shows; they
are kept here so that every surface and `whoami` tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hubspot_skill.domain.errors import ReadOnlyError, SettingsError

__all__ = ["Action", "Policy", "Toolset", "toolsets"]


class Action(StrEnum):
    """Everything that a use case does, by its verb."""

    WHOAMI = "whoami"
    DESCRIBE = "describe"
    SEARCH = "search"
    GET = "get"
    BRIEF = "brief"
    CAMPAIGNS = "campaigns"
    COMPLETE = "complete"
    FIND_DUPLICATES = "find_duplicates"
    DATA_QUALITY = "data_quality"
    PLAN_CLEANUP = "plan_cleanup"
    PLAN_IMPORT = "plan_import"
    ROW_OUTCOMES = "row_outcomes"
    PLAN_PROPERTY = "plan_property"
    PLAN_PIPELINE = "plan_pipeline"
    PLAN_CAMPAIGN = "plan_campaign"
    PLAN_REFERENCE = "plan_reference"
    EXPORT = "export"
    SYNC = "sync"
    FIND = "find"
    REPORT = "report"
    EMAIL_STATISTICS = "email_statistics"
    LISTS = "lists"
    CREATE = "create"
    UPDATE = "update"
    LOG_ACTIVITY = "log_activity"
    PLAN_CHANGES = "plan_changes"
    APPLY_CHANGES = "apply_changes"
    LIST_CHANGES = "list_changes"
    UNDO_CHANGES = "undo_changes"
    APPROVALS = "approvals"

    @property
    def is_write(self) -> bool:
        """True where HubSpot may be changed, or where a change is made ready."""
        return self in _WRITES


_WRITES = frozenset(
    {
        Action.CREATE,
        Action.UPDATE,
        Action.LOG_ACTIVITY,
        Action.PLAN_CHANGES,
        Action.PLAN_CLEANUP,
        Action.PLAN_IMPORT,
        Action.PLAN_PROPERTY,
        Action.PLAN_PIPELINE,
        Action.PLAN_CAMPAIGN,
        Action.PLAN_REFERENCE,
        Action.APPLY_CHANGES,
        Action.UNDO_CHANGES,
        Action.APPROVALS,
    }
)


class Toolset(StrEnum):
    """A group of tools that is shown or hidden together."""

    CORE = "core"
    HYGIENE = "hygiene"
    ADMIN = "admin"
    MARKETING = "marketing"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Policy:
    """What this server allows; `toolsets` always holds `core`."""

    read_only: bool = False
    toolsets: tuple[Toolset, ...] = (Toolset.CORE,)

    def authorize(self, action: Action) -> None:
        """Let an action pass, or refuse it.

        Raises:
            ReadOnlyError: the action writes and this server is read-only.
        """
        if self.read_only and action.is_write:
            raise ReadOnlyError(
                f"{action} writes to HubSpot, and this server is read-only",
                hint="Whoever runs the server can allow writes by removing HUBSPOT_SKILL_READ_ONLY.",
            )


def toolsets(names: Iterable[str]) -> tuple[Toolset, ...]:
    """Read toolset names from a setting; `core` is always among them.

    Raises:
        SettingsError: a name is no toolset.
    """
    wanted = {Toolset.CORE}
    known = {t.value: t for t in Toolset}
    unknown: list[str] = []
    for name in (n.strip().casefold() for n in names):
        if name in known:
            wanted.add(known[name])
        elif name:
            unknown.append(name)
    if unknown:
        raise SettingsError(
            f"HUBSPOT_SKILL_TOOLSETS names {', '.join(sorted(unknown))}: expected some of {', '.join(known)}"
        )
    return tuple(t for t in Toolset if t in wanted)

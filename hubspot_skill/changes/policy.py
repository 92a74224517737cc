"""Decides how much a plan asks of a person: its class, and who may approve it under the account's policy.

Classes: C1 is one record and nothing protected; C2 is 2 to 50 records, a protected property, one archive or one removed
association; C3 is more, several of those, or a merge. A definition that is made or changed is never below C2, one that is removed
or loses options is C3, and no policy approves any. The policy is the account's own; a person sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hubspot_skill.changes.steps import Step, StepKind
from hubspot_skill.changes.things import dropped_options
from hubspot_skill.domain.errors import InvalidInputError, NotApprovedError, WritesOffError
from hubspot_skill.domain.names import PropertyName

__all__ = ["ChangeClass", "Means", "Mode", "WritePolicy", "check_means", "class_of", "count_records", "is_automatic"]

MOST_OF_C2 = 50
DAILY_CAP = 10_000


class ChangeClass(IntEnum):
    """How grave a plan is."""

    C1 = 1
    C2 = 2
    C3 = 3


class Means(StrEnum):
    """By which means a plan was approved; POLICY is a person's standing word, the others one act of a person each."""

    POLICY = "policy"
    ELICITATION = "elicitation"
    TERMINAL = "terminal"
    CONSOLE = "console"


class Mode(StrEnum):
    """What an account allows without asking a person each time."""

    OFF = "off"
    CONFIRM_ALL = "confirm_all"
    DEFAULT = "default"
    AUTO_UP_TO = "auto_up_to"


@dataclass(frozen=True, slots=True)
class WritePolicy:
    """One account's policy for writes.

    `auto_up_to` counts records and only matters with that mode, for updates alone. A plan that touches a property in
    `protected` is always asked for. `daily_cap` counts records written from midnight to midnight, UTC.
    """

    mode: Mode = Mode.DEFAULT
    auto_up_to: int = 0
    protected: frozenset[PropertyName] = frozenset()
    daily_cap: int = DAILY_CAP

    def __post_init__(self) -> None:
        if self.auto_up_to < 0 or self.daily_cap < 0:
            raise InvalidInputError("a write policy counts records: expected zero or more", field="policy")

    def require_on(self) -> None:
        """Refuse where the policy is `off`.

        Raises:
            WritesOffError: it is.
        """
        if self.mode is Mode.OFF:
            raise WritesOffError(
                "the policy of this account allows no writes",
                hint="A person can change it in the console or at a terminal.",
            )


def class_of(steps: Sequence[Step], policy: WritePolicy) -> ChangeClass:
    """Give the class of a plan."""
    grave = sum(step.kind in (StepKind.ARCHIVE, StepKind.DISSOCIATE) for step in steps)
    is_merging = any(step.kind is StepKind.MERGE for step in steps)
    records = count_records(steps)
    is_losing = any(step.kind is StepKind.REMOVE or dropped_options(step) for step in steps)
    if is_merging or is_losing or grave > 1 or records > MOST_OF_C2:
        return ChangeClass.C3
    is_defining = any(step.thing is not None for step in steps)
    is_wide = grave or records > 1 or _touches_protected(steps, policy)
    return ChangeClass.C2 if is_wide or is_defining else ChangeClass.C1


def is_automatic(steps: Sequence[Step], policy: WritePolicy) -> bool:
    """Tell whether the policy itself approves this plan."""
    if policy.mode in (Mode.OFF, Mode.CONFIRM_ALL):
        return False
    if class_of(steps, policy) is ChangeClass.C1:
        return True
    is_harmless = all(step.kind is StepKind.UPDATE for step in steps) and not _touches_protected(steps, policy)
    return policy.mode is Mode.AUTO_UP_TO and is_harmless and count_records(steps) <= policy.auto_up_to


def check_means(grave: ChangeClass, means: Means, *, records: int, typed_count: int | None) -> None:
    """Refuse an approval by means that do not suffice for the class.

    Raises:
        NotApprovedError: the means, or the typed count, do not suffice.
    """
    if means is Means.POLICY:
        raise NotApprovedError("a policy approves at planning or not at all", hint="Ask a person to approve the plan.")
    if grave is not ChangeClass.C3:
        return
    if means is Means.ELICITATION:
        raise NotApprovedError(
            f"a plan over {records} records or with several removals is approved in the console or at a terminal",
            hint="Open the plan's page in the console, or approve it at a terminal.",
        )
    if typed_count != records:
        raise NotApprovedError(
            f"the typed count is {typed_count if typed_count is not None else 'missing'}: expected {records}",
            hint="Type the number of records that the plan shows.",
        )


def count_records(steps: Sequence[Step]) -> int:
    """Count the records or definitions that a plan changes; a link counts for the record that it leads from."""
    return len({(step.type.name, step.thing, step.parent, step.id or f"new {step.place}") for step in steps})


def _touches_protected(steps: Sequence[Step], policy: WritePolicy) -> bool:
    return bool(policy.protected) and any(not policy.protected.isdisjoint(step.after) for step in steps)

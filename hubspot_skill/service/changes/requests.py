"""What the use cases of changes are asked, in people's words; see `service.requests` for how words are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hubspot_skill.service.requests import Condition, Filters, Given, LinkTo

__all__ = ["MAX_OPERATIONS", "ChangesRequest", "Operation", "OperationKind", "PlanRequest", "Selection"]

MAX_OPERATIONS = 200
"""Explicit operations in one call (SECURITY-DESIGN section 9); more go by selection or by file."""


def _no_values() -> Mapping[str, Given]:
    return {}


class OperationKind(StrEnum):
    """What is done with one record."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    ASSOCIATE = "associate"
    DISSOCIATE = "dissociate"
    ARCHIVE = "archive"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One change of one record.

    `record` names it by id, URL, email, domain or name (none for create and upsert). `values` are by typed or internal name,
    None or "" clears; a date or number may be relative, see `values`. `to` are the records to link or unlink, or a new
    record's links. `key` is an upsert's unique property (contacts: email). `into` is the record that a merge leaves.
    """

    kind: OperationKind
    type: str
    record: str = ""
    values: Mapping[str, Given] = field(default_factory=_no_values)
    to: tuple[LinkTo, ...] = ()
    key: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The same change for every record that a search finds, up to 10,000; at least one filter, condition or text.

    One of `values`, `to` with `unlinks` False or True, or `archives`.
    """

    type: str
    filters: Filters | None = None
    where: tuple[Condition, ...] = ()
    text: str = ""
    values: Mapping[str, Given] = field(default_factory=_no_values)
    to: tuple[LinkTo, ...] = ()
    unlinks: bool = False
    archives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Plan changes: by operations or by a selection, not both. `rows` of the answer, 0 to 100, are examples."""

    operations: tuple[Operation, ...] = ()
    selection: Selection | None = None
    rows: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesRequest:
    """List an account's plans, newest first, or with `plan_id` tell one with its rows; `cursor` continues either.

    `only_open` keeps what was not done of an applied plan.
    """

    plan_id: str = ""
    limit: int = 20
    cursor: str = ""
    only_open: bool = False

"""What an import is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hubspot_skill.service.changes.answers import PlanView
from hubspot_skill.service.importing.csv_file import CsvFile

__all__ = ["ColumnUse", "ImportAnswer", "ImportRequest", "RowEnd", "RowOutcome"]


class RowEnd(StrEnum):
    """What becomes, or became, of a row."""

    TO_CREATE = "to create"
    TO_UPDATE = "to update"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"
    BAD = "bad"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row of the report: its line, how it ended, the id of its record where there is one, and why."""

    line: int
    end: RowEnd
    id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """Import a file as records of a type.

    `mapping` gives a property for a column, "-" to skip it; other columns go by their names. `key` is the property that tells a
    record (none: contacts email, companies domain). A dry run keeps no plan.
    """

    type: str
    file: CsvFile
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    key: str = ""
    is_dry: bool = True


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What a column is taken as: a property's label and name, both empty where it is skipped."""

    header: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """What an import will do: its columns, its plans (each with the lines of its operations, by place), and every row."""

    type: str
    account: str
    key: str
    columns: tuple[ColumnUse, ...]
    plans: tuple[PlanView, ...]
    lines: tuple[tuple[int, ...], ...]
    rows: tuple[RowOutcome, ...]
    requests: int

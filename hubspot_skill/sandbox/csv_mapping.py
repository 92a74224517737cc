"""How the columns of a folder of CSV files become a portal: the mapping language, and which mapping a folder gets.

A mapping is a TOML file. Its parts, all but `[portal]` and `[[records]]` optional:

- `[portal]`: name, company, currency, time_zone, portal_id, `me` (the owner whom the token belongs to; else the first).
- `[files."x.csv".aliases.COLUMN]`: what is written differently in this file: `"GTXPro" = "GTX Pro"`.
- `[owners]`: `file`, `name` (column of full names), `teams` (templates, the first is the primary one), `email` (column).
- `[[pipelines.deals]]`, `[[pipelines.tickets]]`: `id`, `label`, `stages = [{id, label, probability | state}]`.
- `[[properties.TYPE]]`: the folder's own properties: `name`, `label`, `type` (string, number, date, datetime, bool, enumeration),
  `options` (values) or `options_from = {file, column}`, `unique`, `description`.
- `[[records]]`: one per file of records: `type`, `file`, `key` (the column by which other rows name a record), `owner` (column),
  `created` (a date), `[records.properties]`, `[[records.links]]` and `[[records.history]]`.

A property's value is a column's name, or a table: `column`, `template` (`"{a} - {b}"`; a list of templates takes the first
whose columns are all filled), or `constant`; then, in this order, `lookup = {file, key, value}` for what another file says
of it, `values` (a complete table from old to new, `""` for no value), `times` (a factor for numbers), `format` (how dates are
written, ISO by default). An empty cell is no value.

`links`: `column` holds the key of a record of type `to`; `type` is the association type id, by default the primary or else the
unlabelled one. `history`: `property` and `steps`, each with the date `column` on which the value became `value` (or `current`,
the row's own); steps without a date are left out.

Sources: none; the language is our own and as small as the data sets we know need.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

__all__ = [
    "DataError",
    "HistoryPart",
    "LinkPart",
    "LookupPart",
    "Mapping",
    "OwnersPart",
    "PipelinePart",
    "PropertyPart",
    "RecordsPart",
    "ValuePart",
    "built_in_mappings",
    "find_mapping",
    "read_mapping",
]

BUILT_IN = Path(__file__).parent / "mappings"

RecordType = Literal["contacts", "companies", "deals", "tickets", "notes", "calls", "tasks", "meetings", "emails"]


class DataError(ValueError):
    """A folder or a mapping that cannot be read; the message names file, line and column where there are any."""

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        """Say what is wrong and where."""
        self.file, self.line, self.column = file, line, column
        place = ", ".join(
            part
            for part in (file or "", f"line {line}" if line else "", f"column {column!r}" if column else "")
            if part
        )
        super().__init__(f"{place}: {message}" if place else message)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LookupPart(_Part):
    """What another file says: in the row whose `key` column holds the value, take the `value` column."""

    file: str
    key: str
    value: str


class ValuePart(_Part):
    """Where a value comes from and what is done to it."""

    column: str | None = None
    template: str | tuple[str, ...] | None = None
    constant: str | None = None
    lookup: LookupPart | None = None
    values: dict[str, str] | None = None
    times: int | None = None
    format: str | None = None


def _as_value(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


Value = Annotated[ValuePart, BeforeValidator(_as_value)]


class _OptionsFrom(_Part):
    file: str
    column: str


class PropertyPart(_Part):
    """One property that the folder adds to a type."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    type: Literal["string", "number", "date", "datetime", "bool", "enumeration"]
    description: str = ""
    options: tuple[str, ...] = ()
    options_from: _OptionsFrom | None = None
    unique: bool = False


class _StagePart(_Part):
    id: str
    label: str
    probability: str | None = None
    state: Literal["OPEN", "CLOSED"] | None = None


class PipelinePart(_Part):
    """One pipeline; deal stages have a probability (0.0 lost, 1.0 won), ticket stages a state."""

    id: str
    label: str
    stages: tuple[_StagePart, ...]


class OwnersPart(_Part):
    """Where the owners are."""

    file: str
    name: str
    email: str | None = None
    teams: tuple[str, ...] = ()


class LinkPart(_Part):
    """One association of each row."""

    column: str
    to: RecordType
    type: int | None = None


class _StepPart(_Part):
    column: str
    value: str | None = None
    current: bool = False
    format: str | None = None


class HistoryPart(_Part):
    """The history of one property, a step at a time."""

    property: str
    steps: tuple[_StepPart, ...]


class RecordsPart(_Part):
    """One file of records of one type."""

    type: RecordType
    file: str
    key: str | None = None
    owner: str | None = None
    created: Value | None = None
    properties: dict[str, Value]
    links: tuple[LinkPart, ...] = ()
    history: tuple[HistoryPart, ...] = ()


class _PortalPart(_Part):
    name: str | None = None
    company: str = "Imported account"
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    time_zone: str
    portal_id: int = 50_000_001
    me: str | None = None


class _FilePart(_Part):
    aliases: dict[str, dict[str, str]] = {}


class Mapping(_Part):
    """A whole mapping."""

    portal: _PortalPart
    records: tuple[RecordsPart, ...] = Field(min_length=1)
    files: dict[str, _FilePart] = {}
    owners: OwnersPart | None = None
    pipelines: dict[Literal["deals", "tickets"], tuple[PipelinePart, ...]] = {}
    properties: dict[RecordType, tuple[PropertyPart, ...]] = {}

    def columns(self) -> dict[str, set[str]]:
        """Return the columns that the mapping reads, by file."""
        read: dict[str, set[str]] = {}
        for file, part in self.files.items():
            read.setdefault(file, set()).update(part.aliases)
        if self.owners:
            named = {self.owners.name, *([self.owners.email] if self.owners.email else [])}
            read.setdefault(self.owners.file, set()).update(named, *(placeholders(team) for team in self.owners.teams))
        for properties in self.properties.values():
            for each in properties:
                if each.options_from:
                    read.setdefault(each.options_from.file, set()).add(each.options_from.column)
        for records in self.records:
            read.setdefault(records.file, set()).update(_columns_of(records))
            for value in records.properties.values():
                if value.lookup:
                    read.setdefault(value.lookup.file, set()).update((value.lookup.key, value.lookup.value))
        return read


def _columns_of(records: RecordsPart) -> set[str]:
    read = {name for name in (records.key, records.owner) if name}
    for value in (*records.properties.values(), *([records.created] if records.created else [])):
        read.update([value.column] if value.column else [], *(placeholders(each) for each in templates(value)))
    read.update(link.column for link in records.links)
    read.update(step.column for history in records.history for step in history.steps)
    return read


def templates(value: ValuePart) -> tuple[str, ...]:
    """Return the templates of a value, in order of preference."""
    return (value.template,) if isinstance(value.template, str) else value.template or ()


def placeholders(template: str) -> set[str]:
    """Return the columns that a template names in braces."""
    return {part.split("}", 1)[0] for part in template.split("{")[1:]}


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises: DataError for a file that cannot be read, is not TOML, or says something that the language does not know.
    """
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as failure:
        raise DataError(f"the mapping cannot be read: {failure.strerror}", file=str(path)) from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise DataError(f"the mapping is not TOML: {failure}", file=str(path)) from failure
    except ValidationError as failure:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in failure.errors()
        )
        raise DataError(f"the mapping does not make sense: {faults}", file=str(path)) from failure


def built_in_mappings() -> dict[str, Mapping]:
    """Return the mappings that ship with the sandbox, by name."""
    return {path.stem: read_mapping(path) for path in sorted(BUILT_IN.glob("*.toml"))}


def find_mapping(folder: Path, headers: dict[str, list[str]], given: Path | None) -> Mapping:
    """Return the mapping of a folder: its own `mapping.toml`, else the given file, else the built-in one whose columns match.

    Raises: DataError where there are two, or none fits, with the files and columns found against those expected.
    """
    own = folder / "mapping.toml"
    if own.exists() and given is not None and given.resolve() != own.resolve():
        raise DataError(f"the folder has a mapping of its own; remove it or leave out {given}", file=str(own))
    if own.exists() or given is not None:
        path = own if own.exists() else given
        assert path is not None
        mapping = read_mapping(path)
        lacking = _lacking(mapping, headers)
        if lacking:
            raise DataError(
                f"the folder does not have what the mapping reads: {lacking}; found: {_found(headers)}", file=str(path)
            )
        return mapping
    reports: list[str] = []
    for name, mapping in built_in_mappings().items():
        lacking = _lacking(mapping, headers)
        if not lacking:
            return mapping
        reports.append(f"{name!r} lacks {lacking}")
    raise DataError(
        f"no built-in mapping fits {folder}: {'; '.join(reports)}; found: {_found(headers)}; write a {own.name} into the folder or name one with --mapping"
    )


def _lacking(mapping: Mapping, headers: dict[str, list[str]]) -> str:
    lacking: list[str] = []
    for file, columns in sorted(mapping.columns().items()):
        if file not in headers:
            lacking.append(f"file {file}")
        elif missing := sorted(columns - set(headers[file])):
            lacking.append(f"{file} columns {', '.join(missing)}")
    return ", ".join(lacking)


def _found(headers: dict[str, list[str]]) -> str:
    return ", ".join(f"{file} ({', '.join(columns)})" for file, columns in sorted(headers.items())) or "no CSV file"

"""Loads a folder of CSV files as a portal, by a mapping (see `csv_mapping` for its language and for which one is taken).

Every row becomes a record or the load stops with the file, the line and the column: nothing is skipped or guessed. Rules:

- The clock starts at nine in the morning, portal time, of the day after the last date in the data, unless a time is given.
- All records came into being with one import, at the first moment of that day in the portal's zone; that is their
  `hs_createdate` and last change. A `created` column is a deal's `createdate`, as an import of old deals sets it; a deal without
  one is dated by the import. Of other types HubSpot's create date cannot be set, so there a `created` column is the
  record's own creation.
- A date becomes midnight of the portal's zone where the property has a time (how HubSpot reads dates without one [C]).
- Histories are as the data tells them, and may so begin before the import.
- Ids are counted from a start per type in the order of the rows, so the same folder gives the same portal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubspot_skill.sandbox.catalogue import standard_groups, standard_properties
from hubspot_skill.sandbox.catalogue.associations import association_types
from hubspot_skill.sandbox.catalogue.pipelines import default_deal_pipeline, default_ticket_pipeline
from hubspot_skill.sandbox.csv_account import read_facts
from hubspot_skill.sandbox.csv_cells import Row, day_of, fill, number_of, read_folder, refuse, yes_or_no
from hubspot_skill.sandbox.csv_mapping import (
    DataError,
    HistoryPart,
    LinkPart,
    LookupPart,
    RecordsPart,
    ValuePart,
    find_mapping,
    placeholders,
    templates,
)
from hubspot_skill.sandbox.generate.draw import iso, slug
from hubspot_skill.sandbox.seed import PortalSeed, PropertySeed, SeedChange, SeedLink, SeedRecord

if TYPE_CHECKING:
    from pathlib import Path

    from hubspot_skill.sandbox import csv_mapping

__all__ = ["DataError", "load_folder"]

_FIRST_IDS = {
    "contacts": 1_001,
    "companies": 200_001,
    "deals": 3_000_001,
    "tickets": 40_000_001,
    "notes": 510_000_001,
    "calls": 520_000_001,
    "tasks": 530_000_001,
    "meetings": 540_000_001,
    "emails": 550_000_001,
}
_PRIMARY = {("contacts", "companies"): 1, ("deals", "companies"): 5, ("tickets", "companies"): 26}
_STAGE_OF = {"deals": ("pipeline", "dealstage"), "tickets": ("hs_pipeline", "hs_pipeline_stage")}


def load_folder(folder: Path, *, mapping: Path | None = None, now: datetime | None = None) -> PortalSeed:
    """Return the portal that a folder of CSV files describes.

    Raises: DataError, a ValueError that names file, line and column, for a folder, a mapping or a row that cannot be read.
    """
    if now is not None and now.tzinfo is None:
        raise DataError(f"the time {now.isoformat()} has no time zone")
    files = read_folder(folder)
    chosen = find_mapping(folder, {name: header for name, (header, _) in files.items()}, mapping)
    return _Loader(folder, chosen, {name: rows for name, (_, rows) in files.items()}, now).portal()


class _Loader:
    """Turns rows into a portal; every method reads only what the ones before it have settled."""

    def __init__(
        self, folder: Path, mapping: csv_mapping.Mapping, files: Mapping[str, list[Row]], now: datetime | None
    ) -> None:
        self._folder = folder
        self._mapping = mapping
        self._files = {name: [self._with_aliases(row) for row in rows] for name, rows in files.items()}
        self._zone = _zone(mapping.portal.time_zone)
        self._types = {(each.from_type, each.to_type, each.type_id) for each in association_types()}
        self._keys = {order: self._key_ids(records) for order, records in enumerate(mapping.records)}
        self._lookups: dict[LookupPart, dict[str, str]] = {}
        first, last = self._period(now)
        self._import_ms = _ms(datetime.combine(last + timedelta(days=1), time(), self._zone))
        self._now = now or datetime.combine(last + timedelta(days=1), time(9), self._zone).astimezone(UTC)
        self._import_ms = min(self._import_ms, _ms(self._now))
        self._name = mapping.portal.name or slug(folder.resolve().name)
        begun_ms = min(_ms(datetime.combine(first, time(), self._zone)), self._import_ms)
        self._facts = read_facts(mapping, self._files, name=self._name, created_ms=begun_ms)
        self._known = {name: {each.name: each for each in made} for name, made in self._facts.properties.items()}

    def portal(self) -> PortalSeed:
        """Return the portal."""
        records: list[SeedRecord] = []
        changes: list[SeedChange] = []
        links: list[SeedLink] = []
        seen: dict[tuple[str, str, str], Row] = {}
        for order, part in enumerate(self._mapping.records):
            self._check(part)
            for row, record_id in zip(self._files[part.file], self._ids(order), strict=True):
                record = self._record(part, row, record_id, seen)
                records.append(record)
                changes += self._changes(part, row, record)
                links += self._links(part, row, record)
        return PortalSeed(
            name=self._name,
            account=self._facts.account,
            properties=self._facts.properties,
            property_groups=standard_groups(),
            pipelines=self._facts.pipelines,
            owners=self._facts.owners,
            association_types=association_types(),
            custom_schema=None,
            campaigns=[],
            marketing_emails=[],
            lists=[],
            now=self._now,
            records=records,
            changes=changes,
            links=links,
        )

    # ---- what the records refer to

    def _with_aliases(self, row: Row) -> Row:
        part = self._mapping.files.get(row.file)
        if part is None:
            return row
        changed = {column: names.get(row.cells[column], row.cells[column]) for column, names in part.aliases.items()}
        return replace(row, cells={**row.cells, **changed})

    def _key_ids(self, records: RecordsPart) -> dict[str, int]:
        """Return the ids of a file's records by key; the rows of one type are counted on from file to file."""
        ids: dict[str, int] = {}
        lines: dict[str, int] = {}
        if records.key is None:
            return ids
        for row, record_id in zip(
            self._files[records.file], self._ids(self._mapping.records.index(records)), strict=True
        ):
            key = row.cells[records.key]
            if not key:
                raise DataError("the key is empty", file=row.file, line=row.line, column=records.key)
            if key in ids:
                raise DataError(
                    f"{key!r} is also in line {lines[key]}", file=row.file, line=row.line, column=records.key
                )
            ids[key], lines[key] = record_id, row.line
        return ids

    def _ids(self, order: int) -> range:
        part = self._mapping.records[order]
        before = sum(len(self._files[one.file]) for one in self._mapping.records[:order] if one.type == part.type)
        first = _FIRST_IDS[part.type] + before
        return range(first, first + len(self._files[part.file]))

    def _period(self, now: datetime | None) -> tuple[date, date]:
        """Return the first and the last date that the mapping reads as a date, anywhere in the data."""
        days = [found for part in self._mapping.records for found in self._days_of(part)]
        if not days and now is None:
            raise DataError(f"the data in {self._folder} has no date to start the clock after; give a time with --now")
        if now is not None and not days:
            days = [now.astimezone(self._zone).date()]
        return min(days), max(days)

    def _days_of(self, part: RecordsPart) -> Iterator[date]:
        own = {each.name: each.type for each in self._mapping.properties.get(part.type, ())}
        standard = {each.name: each.type for each in _standard(part.type)}
        dated = [value for name, value in part.properties.items() if (own | standard).get(name) in {"date", "datetime"}]
        for value in [*dated, *([part.created] if part.created else [])]:
            if value.column:
                for row in self._files[part.file]:
                    if row.cells[value.column]:
                        yield day_of(row, value.column, value.format, row.cells[value.column])

    # ---- records

    def _check(self, part: RecordsPart) -> None:
        known = self._known[part.type]
        for name in (*part.properties, *(history.property for history in part.history)):
            if name not in known:
                raise DataError(
                    f"the mapping of {part.type} fills {name!r}, which is no property of theirs; add it under [[properties.{part.type}]]"
                )
            if known[name].calculated:
                raise DataError(f"the mapping of {part.type} fills {name!r}, which HubSpot works out itself")
        for link in part.links:
            if (part.type, link.to, self._link_type(part, link)) not in self._types:
                raise DataError(f"the mapping links {part.type} to {link.to} by type {link.type}, which is not defined")
            if not any(one.type == link.to and one.key for one in self._mapping.records):
                raise DataError(f"the mapping links {part.type} to {link.to}, but no file of {link.to} has a key")

    def _record(self, part: RecordsPart, row: Row, record_id: int, seen: dict[tuple[str, str, str], Row]) -> SeedRecord:
        properties: dict[str, str] = {}
        for name, value in part.properties.items():
            told = self._value(part, row, value, self._known[part.type][name])
            if told:
                properties[name] = told
        created_ms = self._import_ms
        if part.created is not None and (begun := self._text(row, part.created)):
            begun_ms = self._midnight(day_of(row, part.created.column, part.created.format, begun))
            if part.type == "deals":
                properties["createdate"] = iso(begun_ms)
            else:
                created_ms = begun_ms
        if part.owner and row.cells[part.owner]:
            owner = self._facts.owner_ids.get(row.cells[part.owner])
            if owner is None:
                refuse(row, part.owner, f"{row.cells[part.owner]!r} is not among the owners")
            properties["hubspot_owner_id"] = str(owner)
        if part.type in _STAGE_OF:
            self._place(part, row, properties)
        self._check_unique(part, row, properties, seen)
        properties |= {"hs_object_source": "IMPORT", "hs_object_source_label": "IMPORT"}
        return SeedRecord(part.type, record_id, properties, created_ms, max(created_ms, self._import_ms))

    def _value(self, part: RecordsPart, row: Row, value: ValuePart, definition: PropertySeed) -> str:
        told = self._text(row, value)
        column = value.column or next(iter(sorted(placeholders(" ".join(templates(value))))), None)
        if not told:
            return ""
        if definition.type == "number":
            return number_of(row, column, told, value.times)
        if definition.type in {"date", "datetime"}:
            found = day_of(row, column, value.format, told)
            return found.isoformat() if definition.type == "date" else iso(self._midnight(found))
        if definition.type == "bool":
            return yes_or_no(row, column, told)
        if definition.type == "enumeration" and not definition.external_options:
            allowed = {option.value for option in definition.options}
            if told not in allowed:
                refuse(
                    row,
                    column,
                    f"{told!r} is no option of {part.type} {definition.name!r}: {', '.join(sorted(allowed)[:12])}",
                )
        return told.lower() if (part.type, definition.name) == ("contacts", "email") else told

    def _text(self, row: Row, value: ValuePart) -> str:
        if value.constant is not None:
            told = value.constant
        elif value.column is not None:
            told = row.cells[value.column]
        else:
            told = next((filled for template in templates(value) if (filled := fill(template, row.cells))), "")
        if told and value.lookup is not None:
            table = self._lookup(value.lookup)
            if told not in table:
                refuse(row, value.column, f"{told!r} is not in column {value.lookup.key!r} of {value.lookup.file}")
            told = table[told]
        if told and value.values is not None:
            if told not in value.values:
                refuse(row, value.column, f"{told!r} is not one of {', '.join(value.values)}")
            told = value.values[told]
        return told

    def _lookup(self, part: LookupPart) -> dict[str, str]:
        if part not in self._lookups:
            table: dict[str, str] = {}
            for row in self._files[part.file]:
                if table.setdefault(row.cells[part.key], row.cells[part.value]) != row.cells[part.value]:
                    refuse(row, part.key, f"{row.cells[part.key]!r} has two values of {part.value!r}")
            self._lookups[part] = table
        return self._lookups[part]

    def _place(self, part: RecordsPart, row: Row, properties: dict[str, str]) -> None:
        """Complete the pipeline of a deal or ticket, whose stage must be in it."""
        pipeline_name, stage_name = _STAGE_OF[part.type]
        pipelines = self._facts.pipelines[part.type]
        pipeline = next(
            (one for one in pipelines if one.id == properties.get(pipeline_name, pipelines[0].id)), pipelines[0]
        )
        properties.setdefault(pipeline_name, pipeline.id)
        stages = [stage.id for stage in pipeline.stages]
        if properties.get(stage_name) not in stages:
            column = part.properties[stage_name].column if stage_name in part.properties else None
            refuse(
                row,
                column,
                f"the stage {properties.get(stage_name, '')!r} is not in pipeline {pipeline.id!r}: {', '.join(stages)}",
            )

    def _check_unique(
        self, part: RecordsPart, row: Row, properties: dict[str, str], seen: dict[tuple[str, str, str], Row]
    ) -> None:
        for name, value in properties.items():
            if self._known[part.type][name].has_unique_value or (part.type, name) == ("contacts", "email"):
                first = seen.setdefault((part.type, name, value.lower()), row)
                if first is not row:
                    place = f"line {first.line}" if first.file == row.file else f"{first.file}, line {first.line}"
                    column = part.properties[name].column
                    refuse(row, column, f"{value!r} is also in {place}, but {name!r} is unique")

    def _changes(self, part: RecordsPart, row: Row, record: SeedRecord) -> Iterator[SeedChange]:
        for history in part.history:
            steps = self._steps(history, row, record)
            if not steps:
                continue
            if steps[-1][1] != record.properties.get(history.property, ""):
                refuse(
                    row,
                    history.steps[-1].column,
                    f"the history of {history.property!r} ends with {steps[-1][1]!r}, but the value is {record.properties.get(history.property, '')!r}",
                )
            for at_ms, value in steps:
                yield SeedChange(record.object_type, record.id, history.property, value, at_ms, "IMPORT", None)

    def _steps(self, history: HistoryPart, row: Row, record: SeedRecord) -> list[tuple[int, str]]:
        steps: list[tuple[int, str]] = []
        for step in history.steps:
            if not row.cells[step.column]:
                continue
            at_ms = self._midnight(day_of(row, step.column, step.format, row.cells[step.column]))
            if steps and at_ms < steps[-1][0]:
                refuse(row, step.column, f"{row.cells[step.column]} is before the step that it follows")
            value = record.properties.get(history.property, "") if step.current else step.value or ""
            steps.append((at_ms + (1 if steps and at_ms == steps[-1][0] else 0), value))
        return steps

    def _links(self, part: RecordsPart, row: Row, record: SeedRecord) -> Iterator[SeedLink]:
        for link in part.links:
            key = row.cells[link.column]
            if not key:
                continue
            target = next(
                (
                    ids[key]
                    for order, ids in self._keys.items()
                    if self._mapping.records[order].type == link.to and key in ids
                ),
                None,
            )
            if target is None:
                refuse(row, link.column, f"there is no record of {link.to} with the key {key!r}")
            yield SeedLink(record.object_type, record.id, link.to, target, self._link_type(part, link))

    def _link_type(self, part: RecordsPart, link: LinkPart) -> int:
        if link.type is not None:
            return link.type
        plain = next(
            (
                one.type_id
                for one in association_types()
                if (one.from_type, one.to_type, one.label) == (part.type, link.to, None)
            ),
            0,
        )
        return _PRIMARY.get((part.type, link.to), plain)

    def _midnight(self, found: date) -> int:
        return _ms(datetime.combine(found, time(), self._zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as failure:
        raise DataError(f"portal.time_zone {name!r} is no time zone; an example is Europe/Berlin") from failure


def _standard(object_type: str) -> list[PropertySeed]:
    pipelines = {"deals": [default_deal_pipeline(0)], "tickets": [default_ticket_pipeline(0)]}
    return standard_properties(pipelines, ())[object_type]


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)

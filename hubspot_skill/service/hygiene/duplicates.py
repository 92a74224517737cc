"""Find records that are one and the same; see `matching` for what counts, and `reading` for what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import Cell, Column, Table
from hubspot_skill.service.cells import column_type
from hubspot_skill.service.columns import record_value
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.hygiene.answers import DuplicatesAnswer
from hubspot_skill.service.hygiene.findings import Coverage, Findings
from hubspot_skill.service.hygiene.matching import COMPARED, EvidenceKind, Group, kinds_for, same_records
from hubspot_skill.service.hygiene.reading import RecordSource
from hubspot_skill.service.hygiene.requests import DuplicatesRequest
from hubspot_skill.service.references import name_of
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["find_duplicates"]

_MAX_GROUPS = 50
_MOST_TOLD = 60
_SHOWN = {
    "contacts": ("email", "company", "phone", "createdate"),
    "companies": ("domain", "phone", "num_associated_deals", "createdate"),
    "deals": ("amount", "closedate", "dealstage", "createdate"),
}


async def find_duplicates(connection: Connection, request: DuplicatesRequest, source: RecordSource) -> DuplicatesAnswer:
    """Answer the groups of one type, or with a cursor more of those that were found.

    Raises:
        InvalidInputError: the type is not compared, or a kind of evidence, the limit or the cursor is wrong.
        NotFoundError: the cursor's findings are no longer kept.
    """
    if not 1 <= request.limit <= _MAX_GROUPS:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {_MAX_GROUPS}", field="limit")
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    kinds = _kinds(type, request.by)
    book = await scene.directory.book(type)
    handle, start = _place(request.cursor)
    if handle:
        found = connection.findings.get(handle)
    else:
        reading = await source.read(type, book.having(COMPARED[type.name]))
        coverage = Coverage(len(reading.records), reading.total, reading.requests, scene.now)
        groups = await asyncio.to_thread(same_records, type, reading.records, kinds)
        found = Findings(type, coverage, groups=groups)
        handle = connection.findings.keep(found)
    if found.type != type or start > len(found.groups):
        raise InvalidInputError("the cursor belongs to another question", hint="Ask without it.", field="cursor")
    shown = found.groups[start : start + request.limit]
    end = start + len(shown)
    if not found.coverage.is_whole:
        scene.note(
            f"Only {found.coverage.read} of {found.coverage.total} {type.name} were read, the oldest first: there may "
            "be duplicates among the others. Raise requests, or sync the local mirror."
        )
    return DuplicatesAnswer(
        type=type.name,
        table=await _table(scene, book, shown, start),
        groups=len(found.groups),
        sure=sum(group.is_sure for group in found.groups),
        records=sum(len(group.records) for group in found.groups),
        returned=len(shown),
        next=f"{handle}.{end}" if end < len(found.groups) else "",
        coverage=found.coverage,
        findings=handle,
        **scene.provenance(),
    )


def _kinds(type: ObjectType, words: Sequence[str]) -> tuple[EvidenceKind, ...]:
    possible = kinds_for(type)
    if not possible:
        raise InvalidInputError(
            f"duplicates of {type.name} are not looked for: expected {', '.join(COMPARED)}", field="type"
        )
    wrong = [word for word in words if word.strip().lower() not in possible]
    if wrong:
        raise InvalidInputError(
            f"{type.name} are not compared by {wrong[0][:40]}: expected {', '.join(possible)}", field="by"
        )
    return tuple(EvidenceKind(word.strip().lower()) for word in words) or possible


def _place(cursor: str) -> tuple[str, int]:
    handle, _, start = cursor.strip().partition(".")
    if cursor and not start.isdigit():
        raise InvalidInputError("the cursor is none of ours", hint="Give next of the page before.", field="cursor")
    return handle, int(start or 0)


async def _table(scene: Scene, book: PropertyBook, groups: Sequence[Group], start: int) -> Table:
    labels = await scene.labels(book.type)
    shown = book.having(_SHOWN[book.type.name])
    columns = (
        Column("group", "Group", "number"),
        Column("keep", "Keep", "bool"),
        Column("id", "Id", "record"),
        Column("name", "Name", "text"),
        *(Column(p.name, p.label, column_type(p)) for p in shown),
        Column("why", "Why", "text"),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, group in enumerate(groups, start + 1):
        for place, record in enumerate(group.records):
            values = [record_value(record, p, labels) for p in shown]
            why = _why(group) if place == 0 else ""
            rows.append((number, place == 0, record.id, _name(record), *values, why))
    return Table(columns, tuple(rows))


def _name(record: Record) -> str:
    return clean(name_of(record), most=_MOST_TOLD)


def _why(group: Group) -> str:
    """Say what makes the records the same, and what speaks for the one to keep."""
    same = ", ".join(f"{e.kind} {clean(e.value, most=_MOST_TOLD)}" for e in group.evidence[:3])
    more = f" and {len(group.evidence) - 3} more" if len(group.evidence) > 3 else ""
    return f"{'same' if group.is_sure else 'likely same'} by {same}{more}; keep: {group.why}"

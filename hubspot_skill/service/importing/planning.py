"""Plans an import: each row a create or an update, in plans of at most 10,000 records; bad rows are named and left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hubspot_skill.changes import operations as room
from hubspot_skill.changes.operations import MAX_RECORDS
from hubspot_skill.changes.planning import Draft, draft_plan
from hubspot_skill.changes.steps import StepKind
from hubspot_skill.domain.errors import CallerError, InvalidInputError
from hubspot_skill.domain.names import COMPANIES, PropertyName, RecordId, record_id
from hubspot_skill.domain.search import Filter, Operator, Search
from hubspot_skill.domain.text import clean
from hubspot_skill.service.changes.answers import PlanView
from hubspot_skill.service.changes.planning import keep, new_reference
from hubspot_skill.service.changes.schemas import schemas_of
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.create import completed
from hubspot_skill.service.drafts import Values, read_values
from hubspot_skill.service.importing.answers import ColumnUse, ImportAnswer, ImportRequest, RowEnd, RowOutcome
from hubspot_skill.service.importing.csv_file import CsvRow
from hubspot_skill.service.importing.mapping import ID, Columns, columns_of
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["plan_import"]

_SEARCHED = 50
_MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Ready:
    """A row whose values are right, with the operation that it stands for."""

    line: int
    operation: room.Operation


async def plan_import(connection: Connection, request: ImportRequest) -> ImportAnswer:
    """Keep the plans of an import, none where it is dry; costs 1 read per 100 rows, for companies 1 search per 50.

    Raises:
        UnknownNameError, InvalidInputError: a column, the mapping or the key does not fit.
        WritesOffError: the account's policy or a person allows no writes.
    """
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    book = await scene.directory.book(type)
    columns = columns_of(book, request.file.header, request.mapping, request.key)
    ready, rows = await _ready(scene, book, columns, request.file.rows)
    plans: list[PlanView] = []
    lines: list[tuple[int, ...]] = []
    requests = 0
    for start in range(0, len(ready), MAX_RECORDS):
        part = ready[start : start + MAX_RECORDS]
        draft = await draft_plan(
            scene.hubspot,
            await schemas_of(scene, [type]),
            [each.operation for each in part],
            new_reference=new_reference,
            leaves_out=True,
        )
        rows += _ends(draft, part)
        requests += draft.cost.applying
        if not request.is_dry and draft.steps:
            plans.append((await keep(scene, await scene.desk(), draft, ends={}, rows=5)).plan)
            lines.append(tuple(each.line for each in part))
    uses = zip(request.file.header, columns.properties, strict=True)
    return ImportAnswer(
        type=type.name,
        account=clean(scene.account.name, most=80) or scene.account.portal_id,
        key=columns.key.name if columns.key is not None else "",
        columns=tuple(ColumnUse(h, p.label if p else "", p.name if p else "") for h, p in uses),
        plans=tuple(plans),
        lines=tuple(lines),
        rows=tuple(sorted(rows, key=lambda row: row.line)),
        requests=requests,
    )


async def _ready(
    scene: Scene, book: PropertyBook, columns: Columns, rows: Sequence[CsvRow]
) -> tuple[list[_Ready], list[RowOutcome]]:
    """Give the rows that can be planned, and those that are bad."""
    bad: list[RowOutcome] = []
    read: list[tuple[CsvRow, str, Values]] = []
    first_of: dict[str, int] = {}
    for row in rows:
        try:
            key, values = await _read(scene, book, columns, row)
        except CallerError as error:
            bad.append(RowOutcome(row.line, RowEnd.BAD, reason=clean(error.message, most=_MOST_REASON)))
            continue
        if key and key.casefold() in first_of:
            reason = f"line {first_of[key.casefold()]} has the same {columns.key.name if columns.key else 'key'}"
            bad.append(RowOutcome(row.line, RowEnd.BAD, reason=reason))
            continue
        first_of.setdefault(key.casefold(), row.line)
        read.append((row, key, values))
    holders = await _holders(scene, book, columns, [key for _, key, _ in read if key])
    ready: list[_Ready] = []
    for row, key, values in read:
        try:
            ready.append(_Ready(row.line, await _operation(scene, book, columns, key, values, holders)))
        except CallerError as error:
            bad.append(RowOutcome(row.line, RowEnd.BAD, reason=clean(error.message, most=_MOST_REASON)))
    return ready, bad


async def _read(scene: Scene, book: PropertyBook, columns: Columns, row: CsvRow) -> tuple[str, Values]:
    if row.problem:
        raise InvalidInputError(row.problem)
    given = columns.values(row.cells)
    key = given.get(columns.key.name, "") if columns.key is not None else ""
    if columns.key is not None and not key and columns.key.name == ID:
        raise InvalidInputError("it has no record id")
    plain = {str(name): value for name, value in given.items() if name != ID}
    if not plain:
        raise InvalidInputError("it has no value to write")
    values = await read_values(scene, book, {}, plain)
    if columns.key is not None and columns.key.name != ID and key:
        key = values.by_name[columns.key.name]
    return key, values


async def _holders(
    scene: Scene, book: PropertyBook, columns: Columns, keys: Sequence[str]
) -> dict[str, list[RecordId]]:
    """Find the companies of domains, which HubSpot does not keep unique; nothing for any other key."""
    key = columns.key
    if key is None or book.type.name != COMPANIES.name or key.is_unique or key.name == ID:
        return {}
    found: dict[str, list[RecordId]] = {}
    for start in range(0, len(keys), _SEARCHED):
        values = tuple(key_value.lower() for key_value in keys[start : start + _SEARCHED])
        search = Search(book.type, ((Filter(key.name, Operator.IN, values),),))
        async for record in scene.hubspot.objects.search_all(search, properties=[key]):
            found.setdefault(str(record.properties.get(key.name) or "").casefold(), []).append(record.id)
    return found


async def _operation(
    scene: Scene,
    book: PropertyBook,
    columns: Columns,
    key: str,
    values: Values,
    holders: dict[str, list[RecordId]],
) -> room.Operation:
    type, told_by = book.type, columns.key
    if told_by is not None and told_by.name == ID:
        return room.Update(type, record_id(key), values.by_name)
    found = holders.get(key.casefold(), []) if key else []
    if len(found) > 1:
        raise InvalidInputError(f"{len(found)} {type.name} have this {told_by.name if told_by else 'key'} already")
    if found:
        return room.Update(type, found[0], values.by_name)
    new = (await completed(scene, book, values)).by_name
    is_told = told_by is not None and key and (told_by.is_unique or told_by.name == "email")
    if told_by is None or not is_told:
        return room.Create(type, new)
    return room.Upsert(type, told_by.name, key, _without(values, told_by.name))


def _without(values: Values, name: PropertyName) -> dict[PropertyName, str]:
    return {other: value for other, value in values.by_name.items() if other != name}


def _ends(draft: Draft, part: Sequence[_Ready]) -> Iterator[RowOutcome]:
    """Say for each planned row what it would do."""
    steps = {step.place: step for step in draft.steps}
    left_out = {left.place: left for left in draft.left_out}
    for place, each in enumerate(part):
        step, left = steps.get(place), left_out.get(place)
        if step is not None:
            end = RowEnd.TO_CREATE if step.kind is StepKind.CREATE else RowEnd.TO_UPDATE
            yield RowOutcome(each.line, end, step.id)
        elif left is not None:
            yield RowOutcome(each.line, RowEnd.LEFT_OUT, left.id, clean(left.reason, most=_MOST_REASON))
        else:
            yield RowOutcome(each.line, RowEnd.UNCHANGED, "", "it is so already")

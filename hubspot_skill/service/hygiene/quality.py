"""Judge the values of a type's records; see `judging` for what is doubtful, and `reading` for what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.schema import Property
from hubspot_skill.service.answers import Cell, Column, Table
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.hygiene.answers import QualityAnswer
from hubspot_skill.service.hygiene.findings import Coverage, Findings
from hubspot_skill.service.hygiene.judging import LOOKED_AT, Doubt, DoubtKind, Judge, needed
from hubspot_skill.service.hygiene.reading import Reading, RecordSource
from hubspot_skill.service.hygiene.requests import QualityRequest
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["data_quality"]

_DAYS = range(1, 3651)
_MOST_PROPERTIES = 30
_EXAMPLES = 3
_COLUMNS = (
    Column("doubt", "Doubt", "text"),
    Column("label", "Property", "text"),
    Column("records", "Records", "number"),
    Column("percent", "Percent", "number"),
    Column("examples", "Examples", "text"),
)
_ABOUT = {DoubtKind.OWNERLESS: "no owner, or one who left", DoubtKind.STALE: "no activity"}


async def data_quality(connection: Connection, request: QualityRequest, source: RecordSource) -> QualityAnswer:
    """Answer how many records of a type are missing a value, hold an invalid one, are stale or ownerless.

    Raises:
        InvalidInputError: the days or the number of properties.
        UnknownNameError: the type or a property is not known.
    """
    if request.stale_days not in _DAYS:
        raise InvalidInputError(f"stale_days is {request.stale_days}: expected 1 to {_DAYS[-1]}", field="stale_days")
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    book = await scene.directory.book(type)
    looked_at = _looked_at(book, request.properties)
    read = book.having(needed(type, [p.name for p in looked_at]))
    judge = Judge(
        type,
        looked_at,
        has={p.name for p in read},
        owners=await scene.directory.readable_owners(),
        stale_days=request.stale_days,
        now=scene.now,
    )
    reading = await source.read(type, read)
    doubts, clean = await asyncio.to_thread(_judged, judge, reading)
    coverage = Coverage(len(reading.records), reading.total, reading.requests, scene.now)
    _note(scene, type, coverage, request.stale_days, doubts)
    findings = Findings(type, coverage, doubts={doubt.key: tuple(ids) for doubt, ids in doubts.items()})
    return QualityAnswer(
        type=type.name,
        table=Table(_COLUMNS, tuple(_row(book, d, ids, coverage.read) for d, ids in doubts.items())),
        clean=clean,
        coverage=coverage,
        findings=connection.findings.keep(findings),
        **scene.provenance(),
    )


def _looked_at(book: PropertyBook, words: Sequence[str]) -> tuple[Property, ...]:
    if len(words) > _MOST_PROPERTIES:
        raise InvalidInputError(f"{len(words)} properties: expected at most {_MOST_PROPERTIES}", field="properties")
    if words:
        return tuple(dict.fromkeys(book.named(word) for word in words))
    return book.having(LOOKED_AT.get(book.type.name, book.type.title))


def _judged(judge: Judge, reading: Reading) -> tuple[dict[Doubt, list[RecordId]], int]:
    """Give the records of each doubt, the commonest first, and how many have none."""
    found: dict[Doubt, list[RecordId]] = {}
    clean = 0
    for record in reading.records:
        doubts = list(judge.doubts(record))
        clean += not doubts
        for doubt in doubts:
            found.setdefault(doubt, []).append(record.id)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0].key))), clean


def _note(
    scene: Scene, type: ObjectType, coverage: Coverage, stale_days: int, doubts: dict[Doubt, list[RecordId]]
) -> None:
    if any(doubt.kind is DoubtKind.STALE for doubt in doubts):
        scene.note(f"Stale: created, and last active, more than {stale_days} days ago.")
    if not coverage.is_whole:
        scene.note(
            f"Only {coverage.read} of {coverage.total} {type.name} were read, the oldest first: counts are of those. "
            "Raise requests, or sync the local mirror."
        )


def _row(book: PropertyBook, doubt: Doubt, ids: Sequence[RecordId], read: int) -> tuple[Cell, ...]:
    prop = book.get(doubt.name) if doubt.name else None
    label = prop.label if prop is not None else _ABOUT.get(doubt.kind, "")
    percent = round(100 * len(ids) / read, 1) if read else 0.0
    return (doubt.key, label, len(ids), percent, ", ".join(ids[:_EXAMPLES]))

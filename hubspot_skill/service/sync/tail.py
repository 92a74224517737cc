"""Follows changes by search, since HubSpot has no feed of them: a poll now, and a second pass an hour behind.

The poll asks for what was changed since shortly before the last one, in ascending order of change. Each page continues
from the last moment of the page before rather than by offset: records that change meanwhile move to the end and would
shift an offset, and no window can hit the 10,000 of a search. Where a whole page shares one millisecond, that
millisecond is drained by id. The search index is late and may be out of order, so a second pass reads each hour again
once the index has surely settled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.search import Filter, Operator, Search, Sort
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.databases import now_ms_of
from hubspot_skill.mirror.cursors import Cursor, set_cursor
from hubspot_skill.mirror.forms import as_ms
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.records import Upserted, upsert
from hubspot_skill.service.sync.listing import TRAIL_MS
from hubspot_skill.service.sync.source import OBJECTS, Source

__all__ = ["Changed", "poll", "trail"]

PAGE = 200
OVERLAP_MS = 30_000
_ID = PropertyName("hs_object_id")


@dataclass(slots=True)
class Changed:
    """Ids by object that turned out to be new or changed, and the losers of merges."""

    ids: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def add(self, object: str, found: Upserted) -> None:
        """Count a batch in."""
        if found.fresh:
            self.ids.setdefault(object, []).extend(found.fresh)


async def poll(source: Source, lease: Lease, clock: Clock, cursors: Sequence[Cursor], changed: Changed) -> None:
    """Read what was changed since the last poll; 1 request per object where nothing was. The objects are then as of now."""
    began = now_ms_of(clock)
    reached = await asyncio.gather(
        *(_follow(source, lease, cursor, cursor.modified_ms - OVERLAP_MS, None, changed) for cursor in cursors)
    )

    async def work(connection: AsyncConnection) -> None:
        for cursor, latest in zip(cursors, reached, strict=True):
            modified = max(cursor.modified_ms, min(latest, began))
            await set_cursor(connection, cursor.object, modified_ms=modified, as_of=began)

    await lease.write(work)


async def trail(source: Source, lease: Lease, clock: Clock, cursors: Sequence[Cursor], changed: Changed) -> None:
    """Read once more what was changed up to an hour ago; 1 request per object where nothing was."""
    until = now_ms_of(clock) - TRAIL_MS
    behind = [cursor for cursor in cursors if cursor.trailed_ms < until]
    await asyncio.gather(*(_follow(source, lease, cursor, cursor.trailed_ms, until, changed) for cursor in behind))

    async def work(connection: AsyncConnection) -> None:
        for cursor in behind:
            await set_cursor(connection, cursor.object, trailed_ms=until)

    if behind:
        await lease.write(work)


async def _follow(source: Source, lease: Lease, cursor: Cursor, start: int, until: int | None, changed: Changed) -> int:
    """Read changes from `start` on, both ends included; gives the latest moment of change that was met."""
    type = OBJECTS[cursor.object]
    latest = start
    operator = Operator.GTE
    while True:
        filters = [Filter(type.modified, operator, (str(start),))]
        if until is not None:
            filters.append(Filter(type.modified, Operator.LTE, (str(until),)))
        search = Search(type, (tuple(filters),), sort=Sort(type.modified), limit=PAGE)
        page = await source.hubspot.objects.search(search, properties=source.lean[cursor.object])
        changed.add(cursor.object, await _write(source, lease, cursor, page.records))
        moments = [as_ms(record.updated_at) for record in page.records if record.updated_at is not None]
        latest = max([latest, *moments])
        if page.next_after is None or not moments:
            return latest
        last = moments[-1]
        if last > start or operator is Operator.GT:
            start, operator = max(last, start), Operator.GTE
            if max(moments) == min(moments):
                await _drain(source, lease, cursor, start, changed)
                operator = Operator.GT
            continue
        await _drain(source, lease, cursor, start, changed)
        operator = Operator.GT


async def _drain(source: Source, lease: Lease, cursor: Cursor, moment: int, changed: Changed) -> None:
    """Read everything that was changed in one millisecond, by id."""
    type = OBJECTS[cursor.object]
    last = "0"
    while True:
        filters = (Filter(type.modified, Operator.EQ, (str(moment),)), Filter(_ID, Operator.GT, (last,)))
        search = Search(type, (filters,), sort=Sort(_ID), limit=PAGE)
        page = await source.hubspot.objects.search(search, properties=source.lean[cursor.object])
        changed.add(cursor.object, await _write(source, lease, cursor, page.records))
        if page.next_after is None or not page.records:
            return
        last = page.records[-1].id


async def _write(source: Source, lease: Lease, cursor: Cursor, records: Sequence[Record]) -> Upserted:
    if not records:
        return Upserted()
    return await lease.write(
        lambda connection: upsert(
            connection,
            lease.mirror,
            source.makers[cursor.object],
            records,
            generation=cursor.generation,
            is_certain=False,
        )
    )

"""Reads every record of every object: list and search side by side, each at its own limit, resumable at any moment.

HubSpot counts lists in the burst limit and searches in another, so both are used at once (facts on rate limits, 3).
List workers take ranges of ids from the low end, search workers from the high end (`spans`). A list begins in the
middle only where a probe showed that the account honours a cursor made from an id; else one list reads from the
beginning while searches work towards it. Searches are not used for a later listing that checks what is held, because
the index may still show what is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import HubSpotSkillError, MissingScopesError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.search import Filter, Operator, Search, Sort
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.databases import now_ms_of
from hubspot_skill.mirror.cursors import CHECKING, FILLED, FILLING, Cursor, read_cursors, set_cursor
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.service.sync.source import OBJECTS, Source
from hubspot_skill.service.sync.spans import OPEN_END, Span, Spans, cut
from hubspot_skill.service.sync.writer import Page, Writer

__all__ = ["TRAIL_MS", "Listing", "PauseGate", "PausedError"]

LIST_WORKERS = 8
SEARCH_WORKERS = 3
SPLIT_FROM = 1_000
"""Smaller objects are read by one list: a probe would cost more than it saves."""
OVERLAP_MS = 600_000
"""How far before the first listing the first poll begins: lag of the index, and a clock that is not HubSpot's."""
TRAIL_MS = 3_600_000
_ID = PropertyName("hs_object_id")
_PAGE = 100
_SEARCH_PAGE = 200


@dataclass(slots=True)
class PauseGate:
    """Lets workers pass, or ends their run where a person has paused sync."""

    is_paused: bool = False

    def check(self) -> None:
        """Raise where paused."""
        if self.is_paused:
            raise PausedError


class PausedError(Exception):
    """A person has paused sync; what was written stays."""


@dataclass(slots=True)
class _State:
    """One object's listing under way."""

    spans: Spans
    generation: int
    is_check: bool
    began_ms: int
    total: int | None
    done: int
    may_search: bool
    pending: int = field(default=0)


@final
class Listing:
    """One run over all objects; make a new one for each."""

    def __init__(self, source: Source, lease: Lease, clock: Clock, gate: PauseGate) -> None:
        self._source = source
        self._lease = lease
        self._clock = clock
        self._gate = gate
        self._states: dict[str, _State] = {}
        self._ended: set[str] = set()
        self._writer = Writer(
            lease,
            source.makers,
            generation=lambda object: self._states[object].generation,
            save=lambda object: self._saved(object),
        )

    async def run(self, objects: Sequence[str]) -> None:
        """List these objects to their end; one that the token may not read is left as it is.

        Raises:
            HubSpotSkillError: HubSpot did not answer; a new run goes on where this one was.
            LeaseLostError: another process leads.
            PausedError: sync was paused.
        """
        cursors = await read_cursors(self._lease.mirror)
        for object in objects:
            try:
                self._states[object] = await self._begin(cursors[object])
            except MissingScopesError:
                continue
        await self._finish_done()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(LIST_WORKERS):
                    group.create_task(self._work(is_search=False))
                for _ in range(SEARCH_WORKERS):
                    group.create_task(self._work(is_search=True))
        except* HubSpotSkillError as found:
            await self._writer.flush()
            raise found.exceptions[0] from None
        except* PausedError:
            await self._writer.flush()
            raise PausedError from None
        await self._writer.flush()
        await self._finish_done()

    async def _begin(self, cursor: Cursor) -> _State:
        """Take up a listing that was going on, or cut a new one; 3 requests at most."""
        is_check = cursor.is_filled
        if cursor.phase in (FILLING, CHECKING) and cursor.spans:
            is_check = cursor.phase == CHECKING
            spans = Spans.from_text(cursor.spans)
            return _State(
                spans, cursor.generation, is_check, cursor.modified_ms, cursor.total, cursor.done, not is_check
            )
        began = now_ms_of(self._clock)
        spans, total = await self._cut(cursor.object)
        state = _State(spans, cursor.generation + 1, is_check, began, total, 0, not is_check)
        phase = CHECKING if is_check else FILLING
        values: dict[str, object] = {"phase": phase, "generation": state.generation, "total": total, "done": 0}
        if not is_check:
            values |= {"modified_ms": began - OVERLAP_MS, "trailed_ms": began - TRAIL_MS}

        async def work(connection: AsyncConnection) -> None:
            await set_cursor(connection, cursor.object, spans=spans.to_text(), **values)

        await self._lease.write(work)
        return state

    async def _cut(self, object: str) -> tuple[Spans, int | None]:
        type, objects = OBJECTS[object], self._source.hubspot.objects
        newest = await objects.search(Search(type, sort=Sort(_ID, descending=True), limit=1), properties=())
        highest = int(newest.records[0].id) if newest.records else 0
        if newest.total <= SPLIT_FROM:
            return cut(0, highest, newest.total, can_split=False), newest.total
        oldest = await objects.list(type, properties=(), limit=1)
        lowest = int(oldest.records[0].id) if oldest.records else 0
        middle = (lowest + highest) // 2
        probe = await objects.list(type, properties=(), limit=1, after=str(middle))
        is_honoured = bool(probe.records) and int(probe.records[0].id) >= middle
        return cut(lowest, highest, newest.total, can_split=True, lists_anywhere=is_honoured), newest.total

    async def _work(self, *, is_search: bool) -> None:
        while (found := self._next(is_search=is_search)) is not None:
            object, span = found
            if is_search:
                await self._search(object, span)
            else:
                await self._list(object, span)

    def _next(self, *, is_search: bool) -> tuple[str, Span] | None:
        for object, state in self._states.items():
            if is_search and not (state.may_search and self._source.is_searchable(object)):
                continue
            if is_search and (state.total or 0) <= SPLIT_FROM:
                continue
            if (span := state.spans.take(for_search=is_search)) is not None:
                return object, span
        return None

    async def _list(self, object: str, span: Span) -> None:
        type, properties = OBJECTS[object], self._source.properties[object]
        after: str | None = str(span.first) if span.first else None
        while span.first < span.end:
            self._gate.check()
            page = await self._source.hubspot.objects.list(type, properties=properties, after=after, limit=_PAGE)
            after = page.next_after
            await self._take(object, span, page.records, is_last=after is None, is_certain=True)

    async def _search(self, object: str, span: Span) -> None:
        type, properties = OBJECTS[object], self._source.lean[object]
        while span.first < span.end:
            self._gate.check()
            filters = [Filter(_ID, Operator.GTE, (str(span.first),))]
            if span.end != OPEN_END:
                filters.append(Filter(_ID, Operator.LT, (str(span.end),)))
            search = Search(type, (tuple(filters),), sort=Sort(_ID), limit=_SEARCH_PAGE)
            page = await self._source.hubspot.objects.search(search, properties=properties)
            is_last = page.next_after is None or not page.records
            await self._take(object, span, page.records, is_last=is_last, is_certain=False)

    async def _take(
        self, object: str, span: Span, records: Sequence[Record], *, is_last: bool, is_certain: bool
    ) -> None:
        """Hand a page on and move the range; ids beyond its end (it may have been halved meanwhile) belong to another."""
        mine = [record for record in records if int(record.id) < span.end]
        is_end = is_last or len(mine) < len(records)
        reached = span.end if is_end or not records else int(records[-1].id) + 1
        span.first = min(reached, span.end)
        span.is_read = span.first >= span.end
        state = self._states[object]

        def advance(to: int = span.first) -> None:
            span.written = to
            state.done += len(mine)

        await self._writer.add(Page(object, mine, is_certain, advance))

    def _saved(self, object: str) -> Mapping[str, object]:
        state = self._states[object]
        return {"spans": state.spans.to_text(), "done": state.done}

    async def _finish_done(self) -> None:
        """Mark the objects whose every range is written."""
        for object, state in self._states.items():
            if object in self._ended or not state.spans.is_done:
                continue
            self._ended.add(object)
            values: dict[str, object] = {"phase": FILLED, "spans": "", "listed_at": now_ms_of(self._clock)}
            if not state.is_check:
                values |= {"as_of": state.began_ms, "total": max(state.total or 0, state.done)}

            async def work(
                connection: AsyncConnection, object: str = object, values: dict[str, object] = values
            ) -> None:
                await set_cursor(connection, object, **values)

            await self._lease.write(work)

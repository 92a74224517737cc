"""Gathers pages into transactions of about 2,000 rows, each with the positions that it makes true.

Pages come from several workers at once; a page's position is saved in the very transaction that holds its rows. A
transaction that fails ends the run: what is in memory is then thrown away and the run begins again from what was saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.records import Record
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.mirror.cursors import set_cursor
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.records import upsert
from hubspot_skill.mirror.rows import RowMaker

__all__ = ["ROWS_A_TRANSACTION", "Page", "Writer"]

ROWS_A_TRANSACTION = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one object on their way to the mirror; `advance` moves the position once they are written."""

    object: str
    records: Sequence[Record]
    is_certain: bool
    advance: Callable[[], None]


@final
class Writer:
    """Writes pages as the leader; `save` gives an object's position after its pages were counted in."""

    def __init__(
        self,
        lease: Lease,
        makers: Mapping[str, RowMaker],
        *,
        generation: Callable[[str], int],
        save: Callable[[str], Mapping[str, object]],
    ) -> None:
        self._lease = lease
        self._makers = makers
        self._generation = generation
        self._save = save
        self._pages: list[Page] = []
        self._rows = 0
        self._lock = asyncio.Lock()

    async def add(self, page: Page) -> None:
        """Take a page; it waits while a transaction is under way, which bounds what is held in memory."""
        async with self._lock:
            self._pages.append(page)
            self._rows += len(page.records)
            if self._rows >= ROWS_A_TRANSACTION:
                await self._flush()

    async def flush(self) -> None:
        """Write what is left."""
        async with self._lock:
            await self._flush()

    async def _flush(self) -> None:
        pages, self._pages, self._rows = self._pages, [], 0
        if not pages:
            return
        objects = dict.fromkeys(page.object for page in pages)

        async def work(connection: AsyncConnection) -> None:
            for object in objects:
                for is_certain in (True, False):
                    records = [
                        record
                        for page in pages
                        if page.object == object and page.is_certain == is_certain
                        for record in page.records
                    ]
                    if records:
                        await upsert(
                            connection,
                            self._lease.mirror,
                            self._makers[object],
                            records,
                            generation=self._generation(object),
                            is_certain=is_certain,
                        )
                        count(Counter.SYNC_RECORDS, object, by=len(records))
            for page in pages:
                page.advance()
            for object in objects:
                await set_cursor(connection, object, **self._save(object))

        await self._lease.write(work)

"""Reads the links between records: all of them once, pair by pair, and again for records that changed.

A batch read takes 1,000 source records and has a limit of its own. Whether a change of links alone moves a record's
date of change is not known, so all links of deals are read again every night.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import MissingScopesError
from hubspot_skill.domain.names import RecordId
from hubspot_skill.domain.records import Association
from hubspot_skill.mirror.cursors import FILLED, FILLING, read_cursors, set_cursor
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.links import set_links
from hubspot_skill.mirror.tables import OBJECT_TABLES
from hubspot_skill.service.sync.listing import PauseGate
from hubspot_skill.service.sync.source import OBJECTS, Source

__all__ = ["Pair", "fill_links", "pair_name", "relink"]

Pair = tuple[str, str]
IDS_A_REQUEST = 1_000
PAIRS_AT_ONCE = 3


def pair_name(pair: Pair) -> str:
    """Give the name of a pair's cursor."""
    return "-".join(pair)


async def fill_links(source: Source, lease: Lease, gate: PauseGate, pairs: Sequence[Pair]) -> None:
    """Read every link of these pairs, going on where an earlier run was; 1 request per 1,000 source records."""
    cursors = await read_cursors(lease.mirror)
    waiting = [pair for pair in pairs if not cursors[pair_name(pair)].is_filled]

    async def work() -> None:
        while waiting:
            pair = waiting.pop(0)
            try:
                await _fill(source, lease, gate, pair, cursors[pair_name(pair)].spans)
            except MissingScopesError:
                continue

    await asyncio.gather(*(work() for _ in range(PAIRS_AT_ONCE)))


async def relink(source: Source, lease: Lease, changed: Mapping[str, Sequence[int]]) -> None:
    """Read the links of changed records again; 1 request per pair and 1,000 records."""
    for pair in source.pairs:
        ids = changed.get(pair[0], ())
        for start in range(0, len(ids), IDS_A_REQUEST):
            links = await _read(source, pair, ids[start : start + IDS_A_REQUEST])
            await lease.write(
                lambda connection, pair=pair, links=links: set_links(connection, lease.mirror, pair, links)
            )


async def _fill(source: Source, lease: Lease, gate: PauseGate, pair: Pair, position: str) -> None:
    table = OBJECT_TABLES[pair[0]]
    query = select(table.c.id).where(table.c.archived == 0).order_by(table.c.id).limit(IDS_A_REQUEST)
    if "kind" in table.c:
        query = query.where(table.c.kind == pair[0])
    last = int(position or 0)
    while True:
        gate.check()
        ids = [row[0] for row in await lease.mirror.execute(query.where(table.c.id > last))]
        links = await _read(source, pair, ids) if ids else {}
        last = ids[-1] if ids else last
        is_end = len(ids) < IDS_A_REQUEST

        async def work(
            connection: AsyncConnection,
            links: Mapping[int, Sequence[Association]] = links,
            last: int = last,
            is_end: bool = is_end,
        ) -> None:
            await set_links(connection, lease.mirror, pair, links)
            position = {"phase": FILLED, "spans": ""} if is_end else {"phase": FILLING, "spans": str(last)}
            await set_cursor(connection, pair_name(pair), **position)

        await lease.write(work)
        if is_end:
            return


async def _read(source: Source, pair: Pair, ids: Sequence[int]) -> dict[int, Sequence[Association]]:
    associations = source.hubspot.associations
    from_type, to_type = OBJECTS[pair[0]], OBJECTS[pair[1]]
    found = await associations.of_many(from_type, [str(id) for id in ids], to_type)
    links: dict[int, Sequence[Association]] = {}
    for id in ids:
        page = found.get(RecordId(str(id)))
        every = [] if page is None else list(page.links)
        while page is not None and page.next_after is not None:
            page = await associations.of(from_type, str(id), to_type, after=page.next_after)
            every += page.links
        links[id] = every
    return links

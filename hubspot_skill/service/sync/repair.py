"""Finds what following changes cannot: archived, deleted and merged records, and values that HubSpot moved silently.

- Archiving does not move a record's date of change: archived records are listed once a day.
- A later listing of everything (`check`) gives each record that HubSpot still has a new generation. What was not met is
  read by id, first as live, then as archived; what is neither is gone for good (a privacy deletion, or a merge that
  gave a third id) and is purged.
- Calculated properties of open deals are read again every night.
- A privacy deletion that a hint tells of is purged at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.search import Search
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.databases import now_ms_of
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.mirror.cursors import set_cursor
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.records import Upserted, archive, purge, upsert
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import OBJECT_TABLES, deal
from hubspot_skill.service.sync.listing import PauseGate
from hubspot_skill.service.sync.source import OBJECTS, Source

__all__ = ["has_drifted", "list_archived", "reread", "reread_open_deals", "settle_unmet"]

_PAGE = 100
_BATCH = 500
_log = get_logger(__name__)


async def list_archived(source: Source, lease: Lease, clock: Clock, gate: PauseGate, object: str) -> None:
    """Mark what is archived; 1 request per 100 archived records."""
    after: str | None = None
    while True:
        gate.check()
        page = await source.hubspot.objects.list(
            OBJECTS[object], properties=source.properties[object], after=after, archived=True, limit=_PAGE
        )
        records = page.records
        await lease.write(
            lambda connection, records=records: upsert(
                connection, lease.mirror, source.makers[object], records, generation=0
            )
        )
        after = page.next_after
        if after is None:
            break

    async def done(connection: AsyncConnection) -> None:
        await set_cursor(connection, object, archived_at=now_ms_of(clock))

    await lease.write(done)


async def settle_unmet(source: Source, lease: Lease, gate: PauseGate, object: str, generation: int) -> int:
    """Look by id for every record that the last listing did not meet; 1 to 2 requests per 100. Gives how many there were."""
    table = OBJECT_TABLES[object]
    query = (
        select(table.c.id)
        .where(table.c.generation < generation, table.c.archived == 0, table.c.merged_into.is_(None))
        .order_by(table.c.id)
        .limit(_BATCH)
    )
    if "kind" in table.c:
        query = query.where(table.c.kind == object)
    count = 0
    while True:
        gate.check()
        ids = [row[0] for row in await lease.mirror.execute(query)]
        if not ids:
            return count
        await reread(source, lease, object, ids, generation=generation)
        count += len(ids)


async def reread(source: Source, lease: Lease, object: str, ids: Sequence[int], *, generation: int = 0) -> Upserted:
    """Read records by id and make the mirror agree: live, archived, or purged; 1 to 2 requests per 100."""
    type, properties = OBJECTS[object], source.properties[object]
    texts = [str(id) for id in ids]
    live = await source.hubspot.objects.read_many(type, texts, properties=properties)
    found = {record.id for record in live}
    rest = [id for id in texts if id not in found]
    archived = await source.hubspot.objects.read_many(type, rest, properties=properties, archived=True) if rest else ()
    found |= {record.id for record in archived}
    gone = [int(id) for id in rest if id not in found]
    table = OBJECT_TABLES[object]

    async def work(connection: AsyncConnection) -> Upserted:
        maker = source.makers[object]
        done = await upsert(connection, lease.mirror, maker, [*live, *archived], generation=generation)
        marked = [int(record.id) for record in archived]
        await archive(connection, lease.mirror, object, marked)
        met = [int(id) for id in found]
        same = [table.c.kind == object] if "kind" in table.c else []
        await connection.execute(
            update(table)
            .where(*same, table.c.id.in_(met), table.c.generation < generation)
            .values(generation=generation)
        )
        lost = select(table.c.id).where(*same, table.c.id.in_(gone), table.c.merged_into.is_not(None))
        kept = set((await connection.execute(lost)).scalars())
        await purge(connection, lease.mirror, object, [id for id in gone if id not in kept])
        return done

    done = await lease.write(work)
    if gone:
        _log.info("records_gone", object=object, count=len(gone))
    return done


async def reread_open_deals(source: Source, lease: Lease, gate: PauseGate) -> None:
    """Read the open deals again for values that HubSpot calculates; 1 request per 100."""
    if "deal" not in source.makers:
        return
    last = 0
    while True:
        gate.check()
        query = (
            select(deal.c.id)
            .where(deal.c.archived == 0, deal.c.merged_into.is_(None), deal.c.is_closed == 0, deal.c.id > last)
            .order_by(deal.c.id)
            .limit(_BATCH)
        )
        ids = [row[0] for row in await lease.mirror.execute(query)]
        if not ids:
            return
        await reread(source, lease, "deal", ids)
        last = ids[-1]


async def has_drifted(source: Source, mirror: Mirror, object: str) -> bool:
    """Tell whether HubSpot counts another number of live records than are held; 1 request. Seconds of lag are no drift."""
    table = OBJECT_TABLES[object]
    query = select(func.count()).select_from(table).where(table.c.archived == 0, table.c.merged_into.is_(None))
    if "kind" in table.c:
        query = query.where(table.c.kind == object)
    held = (await mirror.execute(query))[0][0]
    return held != await source.hubspot.objects.count(Search(OBJECTS[object]))

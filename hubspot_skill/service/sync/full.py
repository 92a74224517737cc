"""Reads everything of an account once into its mirror, one page after the other: the plain way, for small accounts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.names import RecordId
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.databases import now_ms_of
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.mirror.links import PAIRS, set_links
from hubspot_skill.mirror.records import put, upsert
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import OBJECT_TABLES, cursor
from hubspot_skill.service.sync.source import OBJECTS, Source, read_structure

__all__ = ["fill"]

_LINKS_A_TIME = 1_000


async def fill(hubspot: HubSpot, mirror: Mirror, clock: Clock) -> None:
    """Read structure, every record (archived ones too) and every link; 1 request per 100 records and 1,000 sources of links."""
    began = now_ms_of(clock)
    source = await read_structure(hubspot, mirror)
    for object in source.objects:
        await _records(source, mirror, object)
    for pair in PAIRS:
        if pair[0] in source.makers and pair[1] in source.makers:
            await _links(source, mirror, pair)

    async def done(connection: AsyncConnection) -> None:
        rows = [
            {
                "object": object,
                "phase": "filled",
                "modified_ms": began,
                "trailed_ms": began,
                "generation": 1,
                "done": 0,
                "as_of": began,
                "listed_at": began,
                "archived_at": began,
            }
            for object in source.objects
        ]
        await put(connection, mirror, cursor, rows)

    await mirror.write(done)


async def _records(source: Source, mirror: Mirror, object: str) -> None:
    for archived in (False, True):
        after: str | None = None
        while True:
            page = await source.hubspot.objects.list(
                OBJECTS[object], properties=source.properties[object], after=after, archived=archived
            )
            await mirror.write(
                lambda connection, records=page.records: upsert(
                    connection, mirror, source.makers[object], records, generation=1
                )
            )
            after = page.next_after
            if after is None:
                break


async def _links(source: Source, mirror: Mirror, pair: tuple[str, str]) -> None:
    from_type, to_type = pair
    table = OBJECT_TABLES[from_type]
    query = select(table.c.id).where(table.c.archived == 0).order_by(table.c.id)
    if "kind" in table.c:
        query = query.where(table.c.kind == from_type)
    ids = [row[0] for row in await mirror.execute(query)]
    for start in range(0, len(ids), _LINKS_A_TIME):
        part = ids[start : start + _LINKS_A_TIME]
        found = await source.hubspot.associations.of_many(
            OBJECTS[from_type], [str(id) for id in part], OBJECTS[to_type]
        )
        links = {id: found[key].links if (key := RecordId(str(id))) in found else () for id in part}
        await mirror.write(lambda connection, links=links: set_links(connection, mirror, pair, links))

"""Writes links between records: a source record's links to one object type are replaced as a whole.

Each pair of objects is held from one side only (`PAIRS`); the index answers from the other. The primary company of a
contact or deal is copied onto its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.records import HUBSPOT_DEFINED, Association
from hubspot_skill.mirror.records import put
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import ACTIVITY_KINDS, OBJECT_TABLES, assoc

__all__ = ["PAIRS", "set_links", "type_id"]

PAIRS: tuple[tuple[str, str], ...] = (
    ("contact", "company"),
    ("deal", "contact"),
    ("deal", "company"),
    ("ticket", "contact"),
    ("ticket", "company"),
    ("ticket", "deal"),
    *((kind, to) for kind in ACTIVITY_KINDS for to in ("contact", "company", "deal", "ticket")),
)
"""The pairs of objects whose links are held, from the side that has fewer."""

_PRIMARY = {("contact", "company"): 1, ("deal", "company"): 5}
"""The number of a primary company's link (associations guide of HubSpot, read 2026-11-23)."""


def type_id(category: str, number: int) -> int:
    """Give the number that a kind of link has in `assoc`: HubSpot's own, or the negative of an account's own."""
    return number if category == HUBSPOT_DEFINED else -number


async def set_links(
    connection: AsyncConnection,
    mirror: Mirror,
    pair: tuple[str, str],
    links: Mapping[int, Sequence[Association]],
) -> int:
    """Make these the only links of the given source records to the other object; gives how many there are now."""
    from_type, to_type = pair
    ids = list(links)
    for start in range(0, len(ids), 5_000):
        part = ids[start : start + 5_000]
        await connection.execute(
            delete(assoc).where(assoc.c.from_type == from_type, assoc.c.from_id.in_(part), assoc.c.to_type == to_type)
        )
    rows = [
        {
            "from_type": from_type,
            "from_id": from_id,
            "to_type": to_type,
            "to_id": int(link.to_id),
            "type_id": type_id(kind.category, kind.number),
        }
        for from_id, found in links.items()
        for link in found
        if link.to_id.isdigit()
        for kind in link.types
    ]
    await put(connection, mirror, assoc, rows)
    if pair in _PRIMARY:
        table = OBJECT_TABLES[from_type]
        primary = {row["from_id"]: row["to_id"] for row in rows if row["type_id"] == _PRIMARY[pair]}
        statement = update(table).where(table.c.id == bindparam("row")).values(company_id=bindparam("company"))
        if ids:
            await connection.execute(statement, [{"row": id, "company": primary.get(id)} for id in ids])
    return len(rows)

"""Finds records of every object by words, in milliseconds: each word as the beginning of a word of a name or address.

The newest records (by id) of an object come first: the index keeps no positions, so there is no ranking by words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.mirror.records import FIND_BITS
from hubspot_skill.mirror.shape import FIND_TYPES
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import OBJECT_TABLES

__all__ = ["Hit", "find"]

_WORD = re.compile(r"\w+")
_MOST_WORDS = 8
_TITLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contact": (("first_name", "last_name"), ("email", "company_name")),
    "company": (("name",), ("domain", "city")),
    "deal": (("name",), ("stage", "currency")),
    "ticket": (("subject",), ("stage",)),
}
_ACTIVITY = (("title",), ("kind", "status"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: object name, id, and the row it has in the mirror, as a title and a detail."""

    object: str
    id: int
    title: str
    detail: str


async def find(mirror: Mirror, words: str, *, limit: int, objects: Sequence[str] = ()) -> tuple[Hit, ...]:
    """Give at most `limit` live records of each object that hold every word, objects in their fixed order."""
    asked = _WORD.findall(words)[:_MOST_WORDS]
    if not asked:
        return ()

    async def work(connection: AsyncConnection) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        for object in FIND_TYPES:
            if not objects or object in objects:
                ids = await _ids(connection, mirror, object, asked, limit)
                hits += await _hits(connection, object, ids)
        return tuple(hits)

    return await mirror.read(work)


async def _ids(connection: AsyncConnection, mirror: Mirror, object: str, words: Sequence[str], limit: int) -> list[int]:
    number = FIND_TYPES[object]
    if mirror.is_postgres:
        query = " & ".join(f"{word}:*" for word in words)
        found = await connection.execute(_PG, {"type": number, "query": query, "most": limit})
        return [row[0] for row in found]
    low = number << FIND_BITS
    query = " ".join(f'"{word}"*' for word in words)
    given = {"query": query, "low": low, "high": low + (1 << FIND_BITS) - 1, "most": limit}
    return [row[0] - low for row in await connection.execute(_FTS, given)]


_FTS = text(
    "select rowid from mirror_find where mirror_find match :query and rowid between :low and :high"
    " order by rowid desc limit :most"
)
_PG = text(
    "select id from mirror_find where type = :type and body @@ to_tsquery('simple', :query) order by id desc limit :most"
)


async def _hits(connection: AsyncConnection, object: str, ids: Sequence[int]) -> list[Hit]:
    if not ids:
        return []
    table = OBJECT_TABLES[object]
    titles, details = _TITLE.get(object, _ACTIVITY)
    query = select(table.c.id, *(table.c[name] for name in (*titles, *details))).where(
        table.c.id.in_(ids), table.c.archived == 0, table.c.merged_into.is_(None)
    )
    if "kind" in table.c:
        query = query.where(table.c.kind == object)
    rows = {row.id: row for row in await connection.execute(query)}
    return [_hit(object, rows[id], len(titles)) for id in ids if id in rows]


def _hit(object: str, row: Row[*tuple[object, ...]], titles: int) -> Hit:
    values = ["" if value is None else str(value) for value in row[1:]]
    title = " ".join(filter(None, values[:titles]))
    return Hit(object, int(str(row[0])), title, " · ".join(filter(None, values[titles:])))

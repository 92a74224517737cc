"""Where the sync of each object stands, kept in the mirror itself so that data and position change together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import cursor

__all__ = ["CHECKING", "FILLED", "FILLING", "NEW", "Cursor", "add_cursors", "read_cursors", "set_cursor"]

CHECKING, FILLED, FILLING, NEW = "checking", "filled", "filling", "new"


@dataclass(frozen=True, slots=True)
class Cursor:
    """One object's position; the columns of the table `cursor` say what each field means."""

    object: str
    phase: str = NEW
    spans: str = ""
    modified_ms: int = 0
    trailed_ms: int = 0
    generation: int = 0
    total: int | None = None
    done: int = 0
    as_of: int = 0
    listed_at: int = 0
    archived_at: int = 0

    @property
    def is_filled(self) -> bool:
        """True once every record was read once."""
        return self.phase in (FILLED, CHECKING)


_FIELDS = tuple(Cursor.__dataclass_fields__)


async def read_cursors(mirror: Mirror) -> Mapping[str, Cursor]:
    """Give every cursor by its object, or by its pair `deal-company`."""
    rows = await mirror.execute(select(*(cursor.c[name] for name in _FIELDS)))
    return {row.object: Cursor(*row) for row in rows}


async def add_cursors(connection: AsyncConnection, objects: Iterable[str]) -> None:
    """Add the cursors that are missing, at their beginning."""
    held = set((await connection.execute(select(cursor.c.object))).scalars())
    for object in objects:
        if object not in held:
            fresh = Cursor(object)
            values: dict[str, Any] = {name: getattr(fresh, name) for name in _FIELDS}
            await connection.execute(insert(cursor).values(values))


async def set_cursor(connection: AsyncConnection, object: str, **values: Any) -> None:
    """Move some fields of one cursor."""
    await connection.execute(update(cursor).where(cursor.c.object == object).values(**values))

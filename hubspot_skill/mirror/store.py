"""Opens an account's mirror and reads it: statements of reports, what each property's column is, how complete it is.

Everything that is written goes through `Mirror.write` in one transaction; `records`, `links` and `structure` are the
functions for inside it. Reports only read: `execute` takes a select and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, final

from sqlalchemy import ColumnElement, Row, Select, delete, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.foundation.databases import Database, DatabaseKind
from hubspot_skill.foundation.migrations import migrate, require_current
from hubspot_skill.mirror.forms import Form, type_of
from hubspot_skill.mirror.rows import column_name, held_columns
from hubspot_skill.mirror.shape import POSTGRES_SCHEMA, POSTGRES_TABLES, SHAPE, SQLITE_SCHEMA, twin
from hubspot_skill.mirror.tables import OBJECT_TABLES, TABLES, cursor, definition, meta

__all__ = ["Coverage", "HeldColumn", "Mirror", "MirrorName", "open_mirror"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MirrorName:
    """Whose mirror it is: tenant, portal, and the connection; `grants` tells what its token may read.

    A mirror that was filled with other grants is emptied when it is opened.
    """

    tenant: str
    portal_id: str
    scope: str
    grants: str = ""

    @property
    def row_tenant(self) -> str:
        """The tenant that rows of this mirror carry on PostgreSQL, and that no other mirror has."""
        return f"{self.tenant}/{self.portal_id}/{self.scope}"


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """Where a property is held: the expression to select, its form, and since when every record has it (None: not yet)."""

    column: ColumnElement[Any]
    form: Form
    filled_at: datetime | None
    is_chosen: bool = False
    """True for a property beyond the fixed columns."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one object is here: live records held, HubSpot's own count as last told, and as of when.

    `as_of` is None until every record was read once.
    """

    object: str
    held: int
    total: int | None
    as_of: datetime | None

    @property
    def is_complete(self) -> bool:
        """True once every record was read."""
        return self.as_of is not None

    @property
    def share(self) -> float:
        """The part that is here, 0 to 1; 1 where HubSpot's count is not known and everything was read."""
        if self.total:
            return min(1.0, self.held / self.total)
        return 1.0 if self.is_complete else 0.0


async def open_mirror(database: Database, name: MirrorName) -> Mirror:
    """Give the mirror of an account in an open database, emptied first where it has another shape.

    On SQLite the tables are made here; on PostgreSQL the owner's `vault migrate` makes them.

    Raises:
        StoreError: the database failed, or its tables are not of this program.
    """
    mirror = Mirror(database, name)
    if database.kind is DatabaseKind.SQLITE:
        await migrate(database, SQLITE_SCHEMA)
    else:
        await require_current(database, POSTGRES_SCHEMA)
    if not await mirror.read(mirror.is_current):
        await mirror.write(mirror.renew_if_other)
    return mirror


@final
class Mirror:
    """One account's mirror; make it with `open_mirror`."""

    def __init__(self, database: Database, name: MirrorName) -> None:
        self.database = database
        self.name = name

    @property
    def is_postgres(self) -> bool:
        """True where it lies in PostgreSQL."""
        return self.database.kind is DatabaseKind.POSTGRESQL

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run a function that only reads, all of it at one moment of the mirror."""
        return await self.database.read(self.name.row_tenant, work)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run a function in one transaction, whole or not at all."""
        return await self.database.write(self.name.row_tenant, work)

    async def execute(self, query: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Give the rows of one select."""

        async def work(connection: AsyncConnection) -> Sequence[Row[*tuple[Any, ...]]]:
            return (await connection.execute(query)).all()

        return await self.read(work)

    async def meta(self, key: str) -> str | None:
        """Give one of the mirror's own notes (`portal`, `zone`, `currency` …), None where it has none."""
        found = await self.execute(select(meta.c.value).where(meta.c.key == key))
        return found[0][0] if found else None

    async def columns(self, object: str) -> Mapping[str, HeldColumn]:
        """Give every property of an object that the mirror holds, with its column; properties that are not here are not held."""
        if object not in OBJECT_TABLES:
            raise InvalidInputError(
                f'"{object[:40]}" is no object of the mirror: expected {", ".join(OBJECT_TABLES)}', field="object"
            )
        table = OBJECT_TABLES[object]
        fixed = {
            held.property: HeldColumn(table.c[name], held.form, _ALWAYS)
            for name, held in reversed(held_columns(object).items())
        }
        chosen = await self.execute(
            select(definition.c.name, definition.c.form, definition.c.filled_at).where(
                definition.c.object == object, definition.c.form.is_not(None)
            )
        )
        return fixed | {
            name: HeldColumn(self._chosen(table.name, name, Form(form)), Form(form), _moment(filled), True)
            for name, form, filled in chosen
        }

    async def coverage(self) -> Mapping[str, Coverage]:
        """Give how much of each object is here."""

        async def work(connection: AsyncConnection) -> dict[str, Coverage]:
            rows = {row.object: row for row in await connection.execute(select(cursor))}
            found: dict[str, Coverage] = {}
            for name, table in OBJECT_TABLES.items():
                count = (
                    select(func.count()).select_from(table).where(table.c.archived == 0, table.c.merged_into.is_(None))
                )
                if "kind" in table.c:
                    count = count.where(table.c.kind == name)
                row = rows.get(name)
                held = await connection.scalar(count) or 0
                total = None if row is None else row.total
                found[name] = Coverage(name, held, total, _moment(row.as_of or None) if row is not None else None)
            return found

        return await self.read(work)

    async def as_of(self) -> datetime | None:
        """Give the moment that every object of the mirror is at least as new as; None while one was never read whole."""
        states = (await self.coverage()).values()
        moments = [state.as_of for state in states]
        return None if not moments or None in moments else min(m for m in moments if m is not None)

    async def is_current(self, connection: AsyncConnection) -> bool:
        """Tell whether the mirror has this program's shape and was filled with these grants."""
        notes = await connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_(["shape", "grants"])))
        return {row.key: row.value for row in notes} == {"shape": SHAPE, "grants": self.name.grants}

    async def renew_if_other(self, connection: AsyncConnection) -> None:
        """Empty the mirror unless another process just did; in a transaction of `write`."""
        if not await self.is_current(connection):
            await self.renew(connection)

    async def renew(self, connection: AsyncConnection) -> None:
        """Empty the mirror, to be filled anew; in a transaction of `write`."""
        if self.is_postgres:
            for table in POSTGRES_TABLES:
                await connection.execute(delete(table))
        else:
            await connection.execute(text("drop table if exists mirror_find"))
            for table in TABLES:
                await connection.execute(text(f"drop table if exists {table.name}"))
            for step in SQLITE_SCHEMA.migrations:
                await _remake(connection, step)
        notes = [{"key": "shape", "value": SHAPE}, {"key": "grants", "value": self.name.grants}]
        await connection.execute((twin(meta) if self.is_postgres else meta).insert(), notes)

    def _chosen(self, table: str, name: str, form: Form) -> ColumnElement[Any]:
        type = type_of(form)
        if not self.is_postgres:
            return literal_column(f'{table}."{column_name(name)}"', type)
        found = f"({table}.other ->> '{name}')"
        cast = {Form.TEXT: "", Form.OPTIONS: "", Form.NUMBER: "::double precision"}.get(form, "::bigint")
        return literal_column(found + cast, type)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALWAYS = _EPOCH


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


async def _remake(connection: AsyncConnection, step: Any) -> None:
    from sqlalchemy.schema import CreateIndex, CreateTable

    for table in step.tables:
        await connection.execute(CreateTable(table))
        for index in table.indexes:
            await connection.execute(CreateIndex(index))
    for statement in step.sqlite:
        await connection.exec_driver_sql(statement)

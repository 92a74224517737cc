"""Copies one tenant's rows of a table from one database to another, and proves that they arrived as they were.

A copy that was broken off is taken up by starting it again: rows that are there already are left alone, and the proof
reads every row of the source once more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.databases import Database, DatabaseKind

__all__ = ["copy_rows", "count_rows"]

_BATCH = 500


async def copy_rows(source: Database, target: Database, table: Table, tenant: str) -> int:
    """Copy a tenant's rows, and give how many the source has; every one of them is compared in the target.

    Raises:
        StoreError: a database failed, or the target holds another row under the same key, or fewer rows.
    """
    made = postgresql.insert(table) if target.kind is DatabaseKind.POSTGRESQL else sqlite.insert(table)
    count = 0
    async for batch in _batches(source, table, tenant):
        values = [dict(row) for row in batch]

        async def work(connection: AsyncConnection, values: list[dict[str, Any]] = values) -> None:
            await connection.execute(made.on_conflict_do_nothing(), values)

        await target.write(tenant, work)
        await _compare(target, table, tenant, batch)
        count += len(batch)
    if (found := await count_rows(target, table, tenant)) < count:
        raise StoreError(f"the copy of {table.name} has {found} rows: expected {count} at least")
    return count


async def count_rows(database: Database, table: Table, tenant: str) -> int:
    """Count a tenant's rows."""
    query = select(func.count()).select_from(table).where(table.c.tenant_id == tenant)
    return await database.read(tenant, lambda connection: connection.scalar(query)) or 0


async def _batches(database: Database, table: Table, tenant: str) -> AsyncIterator[Sequence[RowMapping]]:
    """Read a tenant's rows in the order of their keys, some at a time."""
    key = tuple_(*table.primary_key)
    query = select(table).where(table.c.tenant_id == tenant).order_by(*table.primary_key).limit(_BATCH)
    after: tuple[Any, ...] | None = None
    while True:
        page = query if after is None else query.where(key > after)

        async def work(connection: AsyncConnection, page: Any = page) -> Sequence[RowMapping]:
            return (await connection.execute(page)).mappings().all()

        batch = await database.read(tenant, work)
        if not batch:
            return
        yield batch
        after = _key(table, batch[-1])


async def _compare(target: Database, table: Table, tenant: str, batch: Sequence[RowMapping]) -> None:
    query = select(table).where(tuple_(*table.primary_key).in_([_key(table, row) for row in batch]))

    async def work(connection: AsyncConnection) -> dict[tuple[Any, ...], RowMapping]:
        return {_key(table, row): row for row in (await connection.execute(query)).mappings()}

    found = await target.read(tenant, work)
    for row in batch:
        copy = found.get(_key(table, row))
        if copy is None or dict(copy) != dict(row):
            raise StoreError(
                f"a row of {table.name} is {'missing' if copy is None else 'another'} in the target",
                hint="The target has rows of its own under the same keys: use a new database.",
            )


def _key(table: Table, row: RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)

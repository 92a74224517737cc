"""The limiter's rows on PostgreSQL, where processes of several hosts share them, by the server's clock.

A row is locked for the length of one exchange; the moment is the server's when it began to ask for the lock, which
errs to the careful side. Unlike the file, the table is durable; nothing depends on that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, final

from sqlalchemy import Column, Double, LargeBinary, MetaData, Table, Text, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.migrations import Migration, StoreSchema
from hubspot_skill.hubspot.shared_limits_line import Moment

__all__ = ["LIMITER", "TableRows", "limiter_row"]

T = TypeVar("T")

limiter_row = Table(
    "limiter_row",
    MetaData(),
    Column("tenant_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
LIMITER = StoreSchema(
    "limiter",
    (Migration((limiter_row,), postgresql=("grant select, insert, update, delete on limiter_row to {role}",)),),
)
_NOW_S = literal_column("extract(epoch from clock_timestamp())::double precision", Double)


@final
class TableRows:
    """Rows of one tenant in a PostgreSQL database that the `LIMITER` steps have run on; it is not closed here."""

    def __init__(self, database: Database, tenant: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._clock = clock

    async def change(self, name: str, work: Callable[[bytes | None, Moment], tuple[bytes, T]]) -> T:
        """Replace a row's value by what `work` makes of it at the server's moment, and give what else `work` gives.

        Raises:
            StoreError: the database failed; the row is as it was.
        """
        mine = (limiter_row.c.tenant_id == self._tenant, limiter_row.c.name == name)
        reading = select(limiter_row.c.value, _NOW_S).where(*mine).with_for_update()

        async def transact(connection: AsyncConnection) -> T:
            before_s = self._clock.monotonic()
            row = (await connection.execute(reading)).one_or_none()
            if row is None:
                new = insert(limiter_row).values(tenant_id=self._tenant, name=name, value=b"")
                await connection.execute(new.on_conflict_do_nothing())
                row = (await connection.execute(reading)).one()
            found: bytes = row[0]
            now_s = float(row[1])
            value, answer = work(found or None, Moment(now_s, now_s - before_s))
            await connection.execute(update(limiter_row).where(*mine).values(value=value))
            return answer

        return await self._database.write(self._tenant, transact)

    async def close(self) -> None:
        """Leave the database as it is: whoever opened it closes it."""

"""One writer at a time: a lease in the mirror's own database, with an epoch that fences out a leader that slept.

Any process may try. The lease lasts 15 seconds and is renewed every 5; whoever takes it over gets the next epoch, and
every transaction of a leader first makes sure that its epoch is still the current one. So a process that hung for a
minute and wakes up writes nothing, whatever it believes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, final

from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.mirror.shape import twin
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import lease

__all__ = ["LEASE_MS", "RENEW_S", "Lease", "LeaseLostError"]

LEASE_MS = 15_000
RENEW_S = 5.0
_NAME = "sync"

T = TypeVar("T")


class LeaseLostError(Exception):
    """Another process leads now; nothing was written."""


@final
class Lease:
    """One process's hold on the right to write; `owner` names it and no other."""

    def __init__(self, mirror: Mirror, owner: str) -> None:
        self.mirror = mirror
        self._owner = owner
        self._epoch: int | None = None

    @property
    def is_held(self) -> bool:
        """True from a successful `take` until it was lost or given back, as far as this process knows."""
        return self._epoch is not None

    async def take(self) -> bool:
        """Take or renew the lease; False where another process holds it."""

        async def work(connection: AsyncConnection) -> int | None:
            now: Any = self.mirror.database.now_ms()
            dialect = postgresql if self.mirror.is_postgres else sqlite
            table = twin(lease) if self.mirror.is_postgres else lease
            keys = ["tenant_id", "name"] if self.mirror.is_postgres else ["name"]
            made = dialect.insert(table).values(name=_NAME, owner=self._owner, until=now + LEASE_MS, epoch=1)
            statement = made.on_conflict_do_update(
                index_elements=keys,
                set_={
                    "owner": self._owner,
                    "until": now + LEASE_MS,
                    "epoch": case((table.c.owner == self._owner, table.c.epoch), else_=table.c.epoch + 1),
                },
                where=(table.c.until < now) | (table.c.owner == self._owner),
            ).returning(table.c.epoch)
            return await connection.scalar(statement)

        self._epoch = await self.mirror.write(work)
        return self._epoch is not None

    async def give_back(self) -> None:
        """Let the next process lead at once."""
        if self._epoch is None:
            return

        async def work(connection: AsyncConnection) -> None:
            mine = (lease.c.name == _NAME) & (lease.c.owner == self._owner) & (lease.c.epoch == self._epoch)
            await connection.execute(update(lease).where(mine).values(until=0))

        await self.mirror.write(work)
        self._epoch = None

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run a function in one transaction of the mirror, as its leader.

        Raises:
            LeaseLostError: this process does not lead any more; nothing was written.
        """

        async def fenced(connection: AsyncConnection) -> T:
            query = select(lease.c.epoch).where(lease.c.name == _NAME).with_for_update()
            if self._epoch is None or await connection.scalar(query) != self._epoch:
                raise LeaseLostError
            return await work(connection)

        try:
            return await self.mirror.write(fenced)
        except LeaseLostError:
            self._epoch = None
            raise

"""Proves that a journal can be read with its keys: after a move or a restore, before anybody relies on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.tables import steps
from hubspot_skill.foundation.databases import Database

__all__ = ["prove_journal"]

_BATCH = 500


async def prove_journal(database: Database, keys: JournalKeys, tenant: str) -> int:
    """Open every sealed step and result of a tenant, and give how many there were.

    Raises:
        VaultRefusedError: one does not open; nothing was changed.
    """
    place = tuple_(steps.c.plan_id, steps.c.place)
    query = (
        select(steps.c.plan_id, steps.c.place, steps.c.step, steps.c.result)
        .where(steps.c.tenant_id == tenant)
        .order_by(steps.c.plan_id, steps.c.place)
        .limit(_BATCH)
    )
    opened, after = 0, ("", -1)
    while True:
        page = query.where(place > after)

        async def work(connection: AsyncConnection, page: Any = page) -> Sequence[Any]:
            return (await connection.execute(page)).all()

        batch = await database.read(tenant, work)
        if not batch:
            return opened
        for row in batch:
            if row.step is not None:
                keys.open_step(row.step, tenant, row.plan_id, row.place)
                opened += 1
            if row.result is not None:
                keys.open_result(row.result, tenant, row.plan_id, row.place)
                opened += 1
        after = (batch[-1].plan_id, batch[-1].place)

"""Trial V12: cancels store calls at random instants and looks for what they leave behind."""

import asyncio
import random
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.migrations import Migration, StoreSchema

__all__ = ["TRANSFERS", "Cancelled", "cancel_calls"]

accounts = Table(
    "trial_account",
    MetaData(),
    Column("tenant_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)
TRANSFERS = StoreSchema(
    "trial", (Migration((accounts,), postgresql=("grant select, insert, update on trial_account to {role}",)),)
)
TENANT = "local"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How the calls ended, and whether the two accounts still add up after each."""

    cancelled: int
    finished: int
    written: int
    half_written: int


async def cancel_calls(database: Database, *, calls: int, seed: int, at_once: int = 8) -> Cancelled:
    """Start calls that each move one unit in two statements, and cancel each after a random time."""
    chance = random.Random(seed)

    async def fill(connection: AsyncConnection) -> None:
        rows = [{"tenant_id": TENANT, "name": name, "amount": 0} for name in ("from", "to")]
        await connection.execute(insert(accounts), rows)

    async def move(connection: AsyncConnection) -> None:
        for name, change in (("from", -1), ("to", 1)):
            await connection.execute(
                update(accounts)
                .where(accounts.c.tenant_id == TENANT, accounts.c.name == name)
                .values(amount=accounts.c.amount + change)
            )

    async def look(connection: AsyncConnection) -> dict[str, int]:
        rows = await connection.execute(select(accounts.c.name, accounts.c.amount))
        return {row.name: row.amount for row in rows}

    await database.write(TENANT, fill)
    cancelled = finished = half_written = 0
    loop = asyncio.get_running_loop()
    for _ in range(calls // at_once):
        tasks = [asyncio.create_task(database.write(TENANT, move)) for _ in range(at_once)]
        for task in tasks:
            loop.call_later(chance.random() * 0.004 * at_once, task.cancel)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        cancelled += sum(isinstance(end, asyncio.CancelledError) for end in ends)
        finished += sum(end is None for end in ends)
        amounts = await database.read(TENANT, look)
        half_written += amounts["from"] + amounts["to"] != 0
    await database.write(TENANT, move)
    written = (await database.read(TENANT, look))["to"] - 1
    total = await database.read(TENANT, lambda c: c.scalar(select(func.sum(accounts.c.amount))))
    return Cancelled(cancelled, finished, written, half_written + (total != 0))

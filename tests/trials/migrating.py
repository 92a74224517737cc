"""Trial O3: kills a process in the middle of bringing a database to a newer schema, and starts older code on a newer one.

The steps write thousands of rows, so that there is a middle; a row that the older schema held must be there afterwards,
and every new row exactly once. The same with a vault that is being made: it opens, or is made, at the next start.
"""

import asyncio
import contextlib
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table, func, select, text

from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.migrations import Migration, StoreSchema, migrate
from hubspot_skill.vault.vault import open_vault
from tests.database_fixture import APP_ROLE, new_database, opened, owner_url

__all__ = ["Killed", "kill_first_openings", "kill_migrations"]

ROWS = 4_000
STEPS = 4
START_LIMIT_S = 30
_tables = [Table(f"trial_{n}", MetaData(), Column("amount", BigInteger, primary_key=True)) for n in range(STEPS)]


def _step(number: int) -> Migration:
    fill = f"insert into trial_{number} with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS}) select i from n"
    return Migration((_tables[number],), sqlite=(fill,), postgresql=(fill,))


NEWER = StoreSchema("trial", tuple(_step(number) for number in range(STEPS)))
OLDER = StoreSchema("trial", NEWER.migrations[:1])


@dataclass(frozen=True, slots=True)
class Killed:
    """What came of the kills: how many struck in the middle, went on later, lost or doubled something, let old code in."""

    kills: int = 0
    in_the_middle: int = 0
    resumed: int = 0
    lost: int = 0
    let_in: int = 0


async def kill_migrations(kind: str, folder: Path, *, kills: int, seed: int) -> Killed:
    """Migrate from the older schema in a process that is killed, then again, then with the older program."""
    chance, ended = random.Random(seed), Killed()
    span_s = 0.0
    for number in range(kills + 1):
        place_of = folder / str(number)
        async with new_database(kind, place_of, [OLDER]) as (_, place):
            owner = owner_url(place) if isinstance(place, str) else place
            began_s = time.monotonic()
            took = await asyncio.to_thread(
                _killed, _migrating, (owner,), None if number == 0 else chance.random() * span_s
            )
            if number == 0:
                span_s = took or time.monotonic() - began_s
            database = await opened(owner, clock=SystemClock())
            try:
                ended = await _judged(database, ended) if number else ended
            finally:
                await database.close()
    return ended


async def _judged(database: Database, ended: Killed) -> Killed:
    """See what the kill left, go on from there, and let the older program try."""
    left = await migrate(database, NEWER, role=APP_ROLE)
    counts = await database.read(None, lambda connection: _counts(connection))
    try:
        await migrate(database, OLDER, role=APP_ROLE)
        let_in = 1
    except StoreError:
        let_in = 0
    return Killed(
        kills=ended.kills + 1,
        in_the_middle=ended.in_the_middle + (left > 0),
        resumed=ended.resumed + (left in (0, STEPS - 1)),
        lost=ended.lost + (counts != [ROWS] * STEPS),
        let_in=ended.let_in + let_in,
    )


async def _counts(connection: Any) -> list[int]:
    return [await connection.scalar(select(func.count()).select_from(table)) for table in _tables]


async def kill_first_openings(folder: Path, *, kills: int, seed: int) -> Killed:
    """Make a vault in a process that is killed, and open it afterwards with the same key."""
    chance, ended = random.Random(seed), Killed()
    span_s = 0.0
    for number in range(kills + 1):
        place, master = folder / str(number) / "private" / "vault.db", MasterKey.generate()
        took = await asyncio.to_thread(
            _killed, _opening, (place, master.reveal()), None if number == 0 else chance.random() * span_s
        )
        if number == 0:
            span_s = took or 1.0
            continue
        was_there = place.exists()
        vault = await open_vault(place, KeyRing([master]), clock=SystemClock())
        try:
            damage = await vault.database.read(None, lambda c: c.scalar(text("pragma integrity_check")))
            accounts = await vault.store.all("local")
        finally:
            await vault.close()
        ended = replace(
            ended,
            kills=ended.kills + 1,
            in_the_middle=ended.in_the_middle + was_there,
            resumed=ended.resumed + 1,
            lost=ended.lost + (damage != "ok" or accounts != ()),
        )
    return ended


def _killed(work: Callable[..., None], given: tuple[Any, ...], after_s: float | None) -> float | None:
    """Run a child; kill it that long after it began, or let it end and give how long it took."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(*given, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(START_LIMIT_S) or ours.recv() != "ready":
            raise TimeoutError("the child did not start")
        ours.send("go")
        began_s = time.monotonic()
        if after_s is None:
            with contextlib.suppress(EOFError):
                ours.recv()
            return time.monotonic() - began_s
        time.sleep(after_s)
        process.kill()
        return None
    finally:
        process.join(START_LIMIT_S)
        ours.close()


def _migrating(place: Path | str, told: Any) -> None:
    async def work() -> None:
        database = await opened(place, clock=SystemClock())
        told.send("ready")
        told.recv()
        await migrate(database, NEWER, role=APP_ROLE)
        await database.close()

    asyncio.run(work())


def _opening(place: Path, key: bytes, told: Any) -> None:
    async def work() -> None:
        told.send("ready")
        told.recv()
        await (await open_vault(place, KeyRing([MasterKey(key)]), clock=SystemClock())).close()

    asyncio.run(work())

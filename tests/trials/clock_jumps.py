"""Trial R4: moves the calendar against the steady clock, lets machines sleep, and counts what that costs.

Several processes of one machine use some accounts each second, over the wire against the sandbox, with one pair of
clocks by hand. A corrected calendar moves alone; a machine that sleeps moves the calendar, and its steady clock too or
not, as systems differ; HubSpot's clock moves with true time. Beside it: machines on one PostgreSQL whose calendars are
wrong from the start, where the server's clock counts.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.refresh import ConnectionTokens, Refresher, RefreshSettings
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.sealing import Sealer
from hubspot_skill.vault.store import Connected, ConnectionStore
from hubspot_skill.vault.tables import VAULT_SCHEMA, connections
from tests.database_fixture import new_database
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

__all__ = ["Jumped", "jump_clocks", "skew_clocks"]

TENANT = "local"
SETTINGS = RefreshSettings(wait_least_s=0.0, wait_most_s=0.0, pause_s=0.0)
HOUR_S = 3600.0
SKEW_S = 600.0
WATCHED_S = 90


class Pair(ManualClock):
    """A calendar and a steady clock by hand, each of which can be moved alone."""

    def correct(self, seconds: float) -> None:
        """Move the calendar alone, as a correction does, and a sleep that the steady clock does not count."""
        self._start += timedelta(seconds=seconds)


class Skewed(ManualClock):
    """The machine's clock with a calendar that is wrong by so many seconds."""

    def __init__(self, wrong_by_s: float) -> None:
        super().__init__(datetime.now(UTC) + timedelta(seconds=wrong_by_s))


@dataclass(slots=True)
class Jumped:
    """What ran and what it cost; `most` is the largest number of refreshes of one account after one jump."""

    jumps: int = 0
    accounts: int = 0
    processes: int = 0
    calls: int = 0
    refreshes: int = 0
    most: int = 0
    ended_in_use: int = 0
    failed: int = 0
    errors: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The accounts of one database, and who uses them."""

    database: Database
    store: ConnectionStore
    sealer: Sealer
    endpoint: AppEndpoint
    ids: tuple[str, ...]
    refreshers: list[Refresher] = field(default_factory=list)

    def process(self, clock: Clock) -> tuple[ConnectionTokens, ...]:
        """Start what a process has: a refresher of its own, and each account's token in memory."""
        rows = RefreshRows(self.database, self.sealer, owner=secrets.token_hex(4), lease_s=SETTINGS.lease_s)
        refresher = Refresher(rows, self.endpoint, clock=clock, settings=SETTINGS)
        self.refreshers.append(refresher)
        return tuple(ConnectionTokens(refresher, TENANT, i, clock=clock, settings=SETTINGS) for i in self.ids)

    async def settle(self) -> None:
        """Wait for what runs in the background."""
        for refresher in self.refreshers:
            await asyncio.wait_for(refresher.close(), 20)

    async def generations(self) -> dict[str, int]:
        """Give how often each account was refreshed, counted from its sign-in."""
        return {kept.connection_id: kept.generation for kept in await self.store.all(TENANT)}


async def jump_clocks(folder: Path, *, jumps: int, accounts: int, processes: int, seed: int) -> Jumped:
    """Move the clocks in every way, in random order, and use every account in every process meanwhile."""
    chance, clock = random.Random(seed), Pair()
    result = Jumped(accounts=accounts, processes=processes)
    with running_sandbox(portals()) as served:
        async with _accounts("sqlite", folder, served, clock, accounts) as kept:
            running = [kept.process(clock) for _ in range(processes)]
            await _use(kept, running, served, result)
            for number in range(jumps):
                before = await kept.generations()
                _move(number, chance, clock, served)
                result.jumps += 1
                await _watch(kept, running, served, clock, result)
                after = await kept.generations()
                costs = [after[i] - before[i] for i in kept.ids]
                result.most = max(result.most, *costs)
                result.refreshes += sum(costs)
                if number % 4 == 3:
                    running[chance.randrange(processes)] = kept.process(clock)
    return result


async def skew_clocks(folder: Path, *, rounds: int, processes: int) -> Jumped:
    """Let machines whose calendars are wrong by up to ten minutes find tokens that end by the server's clock."""
    result = Jumped(accounts=1, processes=processes)
    wrong = [SKEW_S * (2 * n / (processes - 1) - 1) for n in range(processes)]
    clocks = [Skewed(by_s) for by_s in wrong]
    with running_sandbox(portals()) as served:
        async with _accounts("postgresql", folder, served, Skewed(0), 1) as kept:
            for _ in range(rounds):
                await _use(kept, [kept.process(clock) for clock in clocks], served, result)
                ended = update(connections).values(expires_at=0)
                await kept.database.write(TENANT, lambda c, s=ended: c.execute(s))
                await _use(kept, [kept.process(clock) for clock in clocks], served, result)
                cost = (await kept.generations())[kept.ids[0]] - 1 - result.refreshes
                result.jumps += 1
                result.most = max(result.most, cost)
                result.refreshes += cost
    return result


def _move(number: int, chance: random.Random, clock: Pair, served: Served) -> None:
    """Do one of the things that happen to clocks; all of them come before one comes again."""
    span_s = chance.uniform(10, HOUR_S)
    match number % 6:
        case 0:
            clock.correct(HOUR_S)
        case 1:
            clock.correct(-HOUR_S)
        case 2:
            clock.correct(chance.choice([-SKEW_S, SKEW_S]))
        case 3:
            clock.correct(chance.uniform(-HOUR_S, HOUR_S))
        case 4:  # asleep, and the steady clock stood still
            clock.correct(span_s)
            served.sandbox.clock.advance(span_s)
        case _:  # asleep, and the steady clock went on
            clock.jump(span_s)
            served.sandbox.clock.advance(span_s)


async def _watch(
    kept: _Kept, running: list[tuple[ConnectionTokens, ...]], served: Served, clock: Pair, result: Jumped
) -> None:
    for _ in range(WATCHED_S):
        await _use(kept, running, served, result)
        await kept.settle()
        await clock.advance(1)
        served.sandbox.clock.advance(1)


async def _use(kept: _Kept, running: list[tuple[ConnectionTokens, ...]], served: Served, result: Jumped) -> None:
    """Have every process get a token of every account at once, and see whether HubSpot takes it."""

    async def one(tokens: ConnectionTokens) -> None:
        result.calls += 1
        try:
            token = await tokens.access_token()
        except HubSpotSkillError as error:
            result.failed += 1
            result.errors.add(error.code)
        else:
            result.ended_in_use += served.sandbox.tokens.find_access(token.reveal()) is None

    await asyncio.gather(*(one(tokens) for process in running for tokens in process))


@asynccontextmanager
async def _accounts(kind: str, folder: Path, served: Served, clock: Clock, count: int) -> AsyncIterator[_Kept]:
    transport = Transport(AdapterSettings(api_base_url=served.base_url))
    endpoint = AppEndpoint(
        transport, AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret)), version="2026-09"
    )
    async with new_database(kind, folder, [VAULT_SCHEMA], clock=clock) as (database, _):
        sealer = Sealer(database, KeyRing([MasterKey.generate()]))
        store = ConnectionStore(database, sealer)
        ids = [await _connect(store, endpoint, served, number) for number in range(count)]
        kept = _Kept(database, store, sealer, endpoint, tuple(ids))
        try:
            yield kept
        finally:
            with contextlib.suppress(TimeoutError):
                await kept.settle()
    await transport.aclose()


async def _connect(store: ConnectionStore, endpoint: AppEndpoint, served: Served, number: int) -> str:
    code = Secret(served.sandbox.tokens.mint_code("demo"))
    tokens = await endpoint.exchange(code, redirect_uri=min(DEFAULT_APP.redirect_uris), code_verifier=None)
    facts = Connected(
        str(DEFAULT_APP.app_id),
        tokens.hub_id + number,
        f"demo-{number}.example",
        "sandbox",
        tokens.scopes,
        tokens.access_token,
        tokens.refresh_token,
        tokens.expires_in_s,
    )
    return (await store.connect(TENANT, facts)).connection_id

"""Trial V4: rotates master and tenant keys under readers and refreshers in other processes, and kills any of them.

Half of the accounts belong to one tenant, the rest to several. Each phase moves to a new master key: every process is
started with both, rotations run over and over and are killed in the middle, so are readers and refreshers, each
followed by another. Then one rotation runs to its end, and the vault is opened with the new key alone and every account
read. The accounts share one grant of the sandbox, which does not rotate refresh tokens.
"""

import asyncio
import multiprocessing
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert, select

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.hubspot.wire.oauth import Tokens
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.refresh import Refresher, RefreshSettings
from hubspot_skill.vault.sealing import Binding, Kind
from hubspot_skill.vault.store import Connected, Status
from hubspot_skill.vault.tables import connections
from hubspot_skill.vault.vault import Vault, migrate_vault, open_vault
from tests.database_fixture import APP_ROLE, new_postgres_url, owner_url
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

__all__ = ["Counts", "Turned", "rotate_under_kills"]

START_LIMIT_S = 60.0
SETTINGS = RefreshSettings(lease_s=0.25, send_needs_s=0.1, pause_s=0.01, rest_first_s=0.01, rest_most_s=0.05)
BATCH = 20
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Counts:
    """How large a run is; `phases` is how often the master key changes."""

    accounts: int
    tenants: int
    kills: int
    phases: int
    readers: int = 8
    refreshers: int = 4
    between_kills_s: float = 1.0


@dataclass(slots=True)
class Turned:
    """What ran and what it left; `unopened` are accounts that the newest keys alone do not open."""

    accounts: int = 0
    kills: int = 0
    rotators_killed: int = 0
    left_in_the_middle: int = 0
    rotations: int = 0
    reads: int = 0
    failed_reads: int = 0
    refreshes: int = 0
    failed_refreshes: int = 0
    unopened: int = 0
    on_older_keys: int = 0
    errors: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a child needs: where the vault is, its keys (the new one first), the accounts and the sandbox."""

    place: Path | str
    keys: tuple[str, ...]
    tenants: tuple[str, ...]
    base_url: str
    seed: int

    async def open(self) -> Vault:
        """Open the vault as a program does."""
        ring = KeyRing([MasterKey.parse(key) for key in self.keys])
        return await open_vault(self.place, ring, clock=SystemClock(), settings=SETTINGS)


async def rotate_under_kills(kind: str, folder: Path, counts: Counts, *, seed: int) -> Turned:
    """Run all phases on one database and count."""
    chance, result = random.Random(seed), Turned(accounts=counts.accounts)
    keys = [MasterKey.generate()]
    place: Path | str = folder / "private" / "vault.db"
    if kind == "postgresql":
        place = await new_postgres_url()
        await migrate_vault(owner_url(place), APP_ROLE, clock=SystemClock())
    with running_sandbox(portals()) as served:
        names = await _fill(place, keys[0], served, counts)
        for _ in range(counts.phases):
            keys.append(MasterKey.generate())
            ring = tuple(key.reveal() for key in reversed(keys[-2:]))
            task = _Task(place, ring, names, served.base_url, chance.randrange(2**32))
            await asyncio.to_thread(_phase, task, counts, chance, result)
            await _judge(place, keys[-1], names, result)
    return result


def _phase(task: _Task, counts: Counts, chance: random.Random, result: Turned) -> None:
    """Run readers, refreshers and a rotator, kill some of them, then let one rotation come to its end."""
    crew = _Crew(task, result)
    try:
        for _ in range(counts.readers):
            crew.start(_read_on)
        for _ in range(counts.refreshers):
            crew.start(_refresh_on)
        crew.start(_rotate_on)
        crew.until_all_ready()
        for _ in range(counts.kills // counts.phases):
            crew.listen(chance.random() * counts.between_kills_s)
            work = chance.choices([_rotate_on, _read_on, _refresh_on], [6, 2, 2])[0]
            crew.kill(work, chance)
            result.kills += 1
            result.rotators_killed += work is _rotate_on
            crew.start(work)
        crew.kill(_rotate_on, chance)
        crew.finish(_rotate_once)
        crew.listen(0.2)
    finally:
        crew.end()


class _Crew:
    """The children of one phase, and what they tell."""

    def __init__(self, task: _Task, result: Turned) -> None:
        self._task = task
        self._result = result
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._children: dict[Pipe, tuple[Any, Any]] = {}
        self._ready: set[Pipe] = set()
        self._started = 0

    def start(self, work: Any) -> Pipe:
        """Start a child at some work."""
        self._started += 1
        ours, theirs = cast(tuple[Pipe, Pipe], self._context.Pipe())
        process = self._context.Process(target=_child, args=(work, self._task, self._started, theirs), daemon=True)
        process.start()
        theirs.close()
        self._children[ours] = (process, work)
        return ours

    def until_all_ready(self) -> None:
        """Wait until every child has the vault open."""
        until_s = time.monotonic() + START_LIMIT_S
        while self._ready != self._children.keys():
            if time.monotonic() > until_s:
                raise TimeoutError(f"{len(self._ready)} of {len(self._children)} children are ready")
            self.listen(0.05)

    def listen(self, span_s: float) -> None:
        """Take in what the children tell for a while."""
        until_s = time.monotonic() + span_s
        while (left_s := until_s - time.monotonic()) > 0 and self._children:
            for pipe in wait([*self._children], left_s):
                self._take(pipe)  # pyright: ignore[reportArgumentType]

    def kill(self, work: Any, chance: random.Random) -> None:
        """Kill one of those at that work once it has the vault open."""
        pipe = chance.choice([pipe for pipe, (_, at) in self._children.items() if at is work])
        until_s = time.monotonic() + START_LIMIT_S
        while pipe in self._children and pipe not in self._ready and time.monotonic() < until_s:
            self.listen(0.02)
        if work is _rotate_on:
            self.listen(chance.random() * 0.3)
        self._end(pipe)

    def finish(self, work: Any) -> None:
        """Start a child at some work and wait for its end."""
        pipe = self.start(work)
        until_s = time.monotonic() + 2 * START_LIMIT_S
        while pipe in self._children:
            if time.monotonic() > until_s:
                raise TimeoutError("the last rotation did not end")
            self.listen(0.05)

    def end(self) -> None:
        """Kill whoever is left."""
        for pipe in [*self._children]:
            self._end(pipe)

    def _end(self, pipe: Pipe) -> None:
        if pipe not in self._children:
            return
        process, _ = self._children[pipe]
        process.kill()
        process.join(START_LIMIT_S)
        while pipe in self._children and pipe.poll(0):
            self._take(pipe)
        self._forget(pipe)

    def _take(self, pipe: Pipe) -> None:
        try:
            what, told = pipe.recv()
        except (EOFError, OSError):
            self._forget(pipe)
            return
        if what == "ready":
            self._ready.add(pipe)
        elif what == "error":
            self._result.errors.add(told)
        else:
            setattr(self._result, what, getattr(self._result, what) + told)

    def _forget(self, pipe: Pipe) -> None:
        if self._children.pop(pipe, None) is not None:
            self._ready.discard(pipe)
            pipe.close()


def _child(work: Any, task: _Task, number: int, tell: Pipe) -> None:
    asyncio.run(work(task, random.Random(f"{task.seed} {number}"), tell))
    os._exit(0)


async def _read_on(task: _Task, chance: random.Random, tell: Pipe) -> None:
    """Read accounts' tokens as calls do, several at once, and remember none."""
    async with _opened(task) as (vault, refresher, ids):
        tell.send(("ready", 0))

        async def one() -> None:
            tenant, connection_id = chance.choice(ids)
            try:
                if chance.random() < 0.5:
                    token = (await refresher.token(tenant, connection_id)).token
                else:
                    token = await vault.store.refresh_token(tenant, connection_id)
            except HubSpotSkillError as error:
                tell.send(("failed_reads", 1))
                tell.send(("error", f"read: {error.code}: {error.message}"[:160]))
            else:
                assert token is not None
                assert token.reveal()

        while True:
            for _ in range(BATCH // AT_ONCE):
                await asyncio.gather(*(one() for _ in range(AT_ONCE)))
            tell.send(("reads", BATCH))


async def _refresh_on(task: _Task, chance: random.Random, tell: Pipe) -> None:
    """Refresh accounts over and over."""
    async with _opened(task) as (_, refresher, ids):
        tell.send(("ready", 0))
        while True:
            tenant, connection_id = chance.choice(ids)
            try:
                held = await refresher.token(tenant, connection_id)
                await refresher.token(tenant, connection_id, stale=held.generation)
            except HubSpotSkillError as error:
                tell.send(("failed_refreshes", 1))
                tell.send(("error", f"refresh: {error.code}: {error.message}"[:160]))
            else:
                tell.send(("refreshes", 1))


async def _rotate_on(task: _Task, chance: random.Random, tell: Pipe) -> None:
    """Rotate over and over; the first thing is what an earlier one left."""
    vault = await task.open()
    tell.send(("ready", 0))
    tell.send(("left_in_the_middle", int(await _is_unfinished(vault, task.tenants))))
    while True:
        await _rotate(vault, chance.sample(task.tenants, len(task.tenants)), tell)


async def _rotate_once(task: _Task, chance: random.Random, tell: Pipe) -> None:
    vault = await task.open()
    await _rotate(vault, task.tenants, tell)
    await vault.close()


async def _rotate(vault: Vault, names: Sequence[str], tell: Pipe) -> None:
    await vault.rotate_master()
    for name in names:
        await vault.rotate_tenant(name)
        tell.send(("rotations", 1))


async def _is_unfinished(vault: Vault, names: Sequence[str]) -> bool:
    """Tell whether any tenant has more keys than one."""
    return any([sum((await vault.sealer.wrapped_by(name)).values()) > 1 for name in names])


async def _judge(place: Path | str, newest: MasterKey, names: Sequence[str], result: Turned) -> None:
    """Open the vault with the newest master key alone, and read every secret of every account."""
    vault = await open_vault(place, KeyRing([newest]), clock=SystemClock(), settings=SETTINGS)
    try:
        for name in names:
            status = await vault.status(name)
            result.on_older_keys += status.wrapped_by != {newest.fingerprint: 1} or len(status.sealed_with) != 1
            for account in await vault.store.all(name):
                try:
                    token = await vault.store.refresh_token(name, account.connection_id)
                    result.unopened += token is None or account.status is not Status.ACTIVE
                except HubSpotSkillError as error:
                    result.unopened += 1
                    result.errors.add(f"afterwards: {error.code}: {error.message}"[:160])
    finally:
        await vault.close()


@asynccontextmanager
async def _opened(task: _Task) -> AsyncIterator[tuple[Vault, Refresher, list[tuple[str, str]]]]:
    """Open what a serving process has: the vault, a refresher on the sandbox, and every account's place."""
    vault = await task.open()
    endpoint, transport = _endpoint(task.base_url)
    ids = [(name, found) for name in task.tenants for found in await _ids(vault, name)]
    try:
        yield vault, vault.refresher(endpoint), ids
    finally:
        await vault.close()
        await transport.aclose()


async def _ids(vault: Vault, name: str) -> Sequence[str]:
    query = select(connections.c.connection_id).where(connections.c.tenant_id == name)

    async def work(connection: Any) -> Sequence[str]:
        return [*await connection.scalars(query)]

    return await vault.database.read(name, work)


def _endpoint(base_url: str) -> tuple[AppEndpoint, Transport]:
    transport = Transport(AdapterSettings(api_base_url=base_url))
    app = AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret))
    return AppEndpoint(transport, app, version="2026-09"), transport


async def _fill(place: Path | str, master: MasterKey, served: Served, counts: Counts) -> tuple[str, ...]:
    """Make the tenants with their accounts: the first through the store, the others as copies of its row, resealed."""
    names = tuple(f"tenant-{number}" for number in range(counts.tenants))
    vault = await open_vault(place, KeyRing([master]), clock=SystemClock(), settings=SETTINGS)
    endpoint, transport = _endpoint(served.base_url)
    code = Secret(served.sandbox.tokens.mint_code("demo"))
    tokens = await endpoint.exchange(code, redirect_uri=min(DEFAULT_APP.redirect_uris), code_verifier=None)
    rest = max(counts.tenants - 1, 1)
    for number, name in enumerate(names):
        many = counts.accounts if counts.tenants == 1 else counts.accounts // 2
        await _fill_tenant(vault, name, tokens, many if number == 0 else (counts.accounts - many) // rest)
    await vault.close()
    await transport.aclose()
    return names


async def _fill_tenant(vault: Vault, name: str, tokens: Tokens, count: int) -> None:
    facts = Connected(
        str(DEFAULT_APP.app_id),
        tokens.hub_id,
        "demo.example",
        "sandbox",
        tokens.scopes,
        tokens.access_token,
        tokens.refresh_token,
        tokens.expires_in_s,
    )
    await vault.store.connect(name, facts)

    async def work(connection: Any) -> None:
        keys = await vault.sealer.current(connection, name)
        first = (await connection.execute(select(connections).where(connections.c.tenant_id == name))).one()
        rows: list[dict[str, Any]] = []
        for number in range(1, count):
            made: dict[str, Any] = dict(first._mapping)
            made |= {
                "connection_id": secrets.token_hex(16),
                "hub_id": first.hub_id + number,
                "alias": f"account-{number}",
            }
            place = Binding(name, made["connection_id"], first.app_id, made["hub_id"], first.environment, 1)
            made["access_blob"] = keys.seal(tokens.access_token.reveal(), Kind.ACCESS, place)
            made["refresh_blob"] = keys.seal(tokens.refresh_token.reveal(), Kind.REFRESH, place)
            rows.append(made)
        for start in range(0, len(rows), 500):
            await connection.execute(insert(connections), rows[start : start + 500])

    await vault.database.write(name, work)

"""Trials R1, V1 and R3: many processes at one ended token; processes killed, or stopped too long, in a refresh."""

import asyncio
import contextlib
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select, text, update

from hubspot_skill.domain.errors import ReconnectError, StoreError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.store import Connected, Connection
from hubspot_skill.vault.tables import connections
from hubspot_skill.vault.vault import Vault, migrate_vault, open_vault
from tests.database_fixture import APP_ROLE, new_postgres_url, owner_url
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.trials.refresh_children import TENANT, Task, endpoint_of, order_line

__all__ = ["Herd", "Killed", "kill_while_refreshing", "stampede", "stop_while_refreshing"]

Rotation = Literal["off", "grace", "on"]
REDIRECT = min(DEFAULT_APP.redirect_uris)


@dataclass(slots=True)
class Herd:
    """R1: how many refreshes each round cost and how many callers failed or got another token."""

    refreshes: list[int] = field(default_factory=list)
    failed: int = 0
    different: int = 0


@dataclass(slots=True)
class Killed:
    """V1 and R3: what became of the grant after each kill; `in_the_middle` of them left a refresh unfinished."""

    kills: int = 0
    in_the_middle: int = 0
    kept: int = 0
    blocked: int = 0
    lost_and_told: int = 0
    lost_silently: int = 0
    acknowledged_missing: int = 0
    refreshed: int = 0
    damage: str = ""


async def stampede(kind: str, folder: Path, *, rounds: int, processes: int) -> Herd:
    """Let that many processes find the token ended at once, as often as there are rounds."""
    result = Herd()
    with running_sandbox(portals()) as served:
        async with _stage(kind, folder, served, children=processes, lease_s=30, send_needs_s=20) as stage:
            for _ in range(rounds):
                await stage.end_token()
                served.sandbox.traffic.clear()
                answers = [line.split() for line in await stage.order("round")]
                result.refreshes.append(served.sandbox.traffic.count("/token$"))
                result.failed += sum(answer[0] == "failed" for answer in answers)
                result.different += len({tuple(answer) for answer in answers}) - 1
    return result


async def kill_while_refreshing(kind: str, folder: Path, rotation: Rotation, *, kills: int, seed: int) -> Killed:
    """Kill a refreshing process at a random moment, recover, look what is left; as often as there are kills."""
    chance = random.Random(seed)
    result = Killed()
    with running_sandbox(portals()) as served:
        portal = served.sandbox.portals["demo"]
        portal.switches = replace(portal.switches, refresh_rotation=rotation)
        async with _stage(kind, folder, served, children=1, lease_s=0.25, send_needs_s=0.1) as stage:
            for _ in range(kills):
                told = await stage.order(f"kill {chance.random() * 0.03}")
                result.kills += 1
                result.refreshed += len(told)
                await _judge(stage, told, result)
            result.damage = await stage.damage()
    return result


async def stop_while_refreshing(kind: str, folder: Path, rotation: Rotation, *, stops: int, seed: int) -> Killed:
    """Stop a refreshing process for longer than its lease while another refreshes, then let it go on.

    One that is stopped inside a transaction holds its lock, so the other fails after the busy timeout: `blocked`.
    """
    chance = random.Random(seed)
    result = Killed()
    with running_sandbox(portals()) as served:
        portal = served.sandbox.portals["demo"]
        portal.switches = replace(portal.switches, refresh_rotation=rotation)
        async with _stage(kind, folder, served, children=1, lease_s=0.25, send_needs_s=0.1) as stage:
            for _ in range(stops):
                await stage.order(f"stop {chance.random() * 0.03}")
                try:
                    await _judge(stage, [], result)
                except StoreError:
                    result.blocked += 1
                told = await stage.order("resume 0.1")
                result.kills += 1
                result.refreshed += len(told)
                await _judge(stage, told, result)
            result.damage = await stage.damage()
    return result


async def _judge(stage: "Stage", told: list[str], result: Killed) -> None:
    """Recover as a new process would, and count how that ended."""
    [connection] = await stage.vault.store.all(TENANT)
    generations = [int(line) for line in told if line.isdigit()]
    result.acknowledged_missing += bool(generations) and connection.generation < generations[-1]
    result.in_the_middle += await stage.is_unfinished(connection)
    refresher = stage.vault.refresher(stage.endpoint)
    try:
        held = await refresher.token(TENANT, connection.connection_id, stale=connection.generation)
    except ReconnectError as error:
        result.lost_and_told += error.lost_in_window
        result.lost_silently += not error.lost_in_window
        await stage.sign_in()
        return
    is_alive = stage.served.sandbox.tokens.find_access(held.token.reveal()) is not None
    result.kept += is_alive
    result.lost_silently += not is_alive


@dataclass(slots=True)
class Stage:
    """A vault with one account of a sandbox, and the warm parent of the children that work on it."""

    served: Served
    vault: Vault
    endpoint: AppEndpoint
    parent: asyncio.subprocess.Process

    async def order(self, line: str) -> list[str]:
        """Give an order to the parent and its answer."""
        import json

        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(f"{line}\n".encode())
        await self.parent.stdin.drain()
        answer = await asyncio.wait_for(self.parent.stdout.readline(), 55)
        if not answer:
            raise RuntimeError("the parent of the children has died")
        return json.loads(answer)

    async def sign_in(self) -> Connection:
        """Connect the sandbox's account, or connect it again."""
        code = Secret(self.served.sandbox.tokens.mint_code("demo"))
        tokens = await self.endpoint.exchange(code, redirect_uri=REDIRECT, code_verifier=None)
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
        return await self.vault.store.connect(TENANT, facts)

    async def end_token(self) -> None:
        """Move the end of the access token into the past."""
        ended = update(connections).values(expires_at=0)
        await self.vault.database.write(TENANT, lambda c: c.execute(ended))

    async def is_unfinished(self, connection: Connection) -> bool:
        """Tell whether somebody began a refresh and never told its end."""
        query = select(connections.c.intent_generation).where(connections.c.connection_id == connection.connection_id)
        found = await self.vault.database.read(TENANT, lambda c: c.scalar(query))
        return found == connection.generation

    async def damage(self) -> str:
        """Give what SQLite finds wrong with its file."""
        if self.vault.database.kind != "sqlite":
            return ""
        found = await self.vault.database.read(None, lambda c: c.scalar(text("pragma integrity_check")))
        return "" if found == "ok" else str(found)


@asynccontextmanager
async def _stage(kind: str, folder: Path, served: Served, **spans: Any) -> AsyncIterator[Stage]:
    master = MasterKey.generate()
    place: Path | str = folder / "private" / "vault.db"
    if kind == "postgresql":
        place = await new_postgres_url()
        await migrate_vault(owner_url(place), APP_ROLE, clock=SystemClock())
    task = Task(str(place), isinstance(place, Path), master.reveal(), served.base_url, **spans)
    vault = await open_vault(place, KeyRing([master]), clock=SystemClock(), settings=task.settings)
    endpoint, transport = endpoint_of(task)
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.trials.refresh_children",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdin is not None
    parent.stdin.write(f"{order_line(task)}\n".encode())
    stage = Stage(served, vault, endpoint, parent)
    try:
        await stage.sign_in()
        yield stage
    finally:
        parent.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(parent.wait(), 20)
        if parent.returncode is None:
            parent.kill()
            await parent.wait()
        await vault.close()
        await transport.aclose()

"""Reads and writes how a connection's refresh stands: lease, intent, generation, failures, tokens.

Each call is one transaction. A write holds only while what it was decided on still holds: the lease by its sequence
number, the tokens by their generation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from sqlalchemy import ColumnElement, literal, null, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.endpoint import AppAt, GrantedTokens
from hubspot_skill.vault.sealing import Kind, Sealer
from hubspot_skill.vault.store import Credential, Status, binding_of, is_of
from hubspot_skill.vault.tables import connections

__all__ = ["Lease", "RefreshRow", "RefreshRows"]


@dataclass(frozen=True, slots=True)
class RefreshRow:
    """How a connection stands at one moment; spans in seconds from then, negative when past.

    `left_s` and `lifetime_s` are None for a token without expiry, `access_token` is None when there is none.
    """

    status: Status
    generation: int
    access_token: Secret | None
    age_s: float
    left_s: float | None
    lifetime_s: float | None
    lease_left_s: float
    rest_left_s: float
    fail_count: int
    last_error_code: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to refresh one generation.

    `had_intent`: somebody asked HubSpot for this generation before us and never told the end. `had_doubt`: that, or
    the same of the generation before; HubSpot may have given a refresh token that we never saw.
    """

    seq: int
    generation: int
    refresh_token: Secret
    had_intent: bool
    had_doubt: bool


@final
class RefreshRows:
    """The refresh part of the rows of one database; `owner` names this process.

    With `of` the connections of any other app or HubSpot are as if they were not there, so that their tokens never
    reach an endpoint that is not theirs.
    """

    def __init__(
        self, database: Database, sealer: Sealer, *, owner: str, lease_s: float, of: AppAt | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._owner = owner
        self._lease_ms = int(lease_s * 1000)
        self._of = true() if of is None else is_of(of)

    async def read(self, tenant: str, connection_id: str) -> RefreshRow | None:
        """Give how a connection stands, None when there is none."""
        row = await self._database.read(tenant, lambda c: self._select(c, tenant, connection_id))
        if row is None:
            return None
        access = None
        if row.access_blob is not None:
            access = Secret(await self._sealer.unseal(tenant, row.access_blob, Kind.ACCESS, binding_of(row)))
        return RefreshRow(
            status=Status(row.status),
            generation=row.generation,
            access_token=access,
            age_s=(row.now_ms - row.issued_at) / 1000,
            left_s=None if row.expires_at is None else (row.expires_at - row.now_ms) / 1000,
            lifetime_s=None if row.expires_at is None else (row.expires_at - row.issued_at) / 1000,
            lease_left_s=(row.lease_until - row.now_ms) / 1000,
            rest_left_s=(row.next_try_at - row.now_ms) / 1000,
            fail_count=row.fail_count,
            last_error_code=row.last_error_code,
        )

    async def take_lease(self, tenant: str, connection_id: str, generation: int) -> Lease | None:
        """Take the lease and write the intent; None when somebody else was faster or has stored."""

        async def work(connection: AsyncConnection) -> Any:
            row = await self._select(connection, tenant, connection_id, lock=True)
            if (
                row is None
                or row.generation != generation
                or row.lease_until > row.now_ms
                or row.status != Status.ACTIVE
                or row.credential != Credential.OAUTH
            ):
                return None
            values = {
                "lease_owner": self._owner,
                "lease_seq": row.lease_seq + 1,
                "lease_until": row.now_ms + self._lease_ms,
                "intent_generation": generation,
                "intent_at": row.now_ms if row.intent_at is None else row.intent_at,
            }
            await connection.execute(update(connections).where(_is(tenant, connection_id)).values(**values))
            return row

        row = await self._database.write(tenant, work)
        if row is None:
            return None
        refresh = await self._sealer.unseal(tenant, row.refresh_blob, Kind.REFRESH, binding_of(row))
        return Lease(
            seq=row.lease_seq + 1,
            generation=generation,
            refresh_token=Secret(refresh),
            had_intent=row.intent_generation == generation,
            had_doubt=row.intent_generation is not None,
        )

    async def look_again(self, tenant: str, connection_id: str, lease: Lease) -> tuple[bool, Secret | None]:
        """Renew the lease if it and the generation are still ours; give that, and the alternate refresh token."""

        async def work(connection: AsyncConnection) -> Any:
            row = await self._select(connection, tenant, connection_id, lock=True)
            if row is None or row.generation != lease.generation or row.lease_seq != lease.seq:
                return None
            until = row.now_ms + self._lease_ms
            await connection.execute(update(connections).where(_is(tenant, connection_id)).values(lease_until=until))
            return row

        row = await self._database.write(tenant, work)
        if row is None:
            return False, None
        if row.alt_blob is None:
            return True, None
        return True, Secret(await self._sealer.unseal(tenant, row.alt_blob, Kind.ALT, binding_of(row)))

    async def store(
        self, tenant: str, connection_id: str, lease: Lease, granted: GrantedTokens, elapsed_s: float
    ) -> bool:
        """Store tokens as the next generation; False when somebody else has stored since.

        `elapsed_s` is how long ago the tokens were asked for, from where their life counts. A connection that was
        marked as ended meanwhile is alive again. Whoever took the lease from us keeps it, and the intent stays as a
        doubt where another request for this generation may still be answered.
        """
        lifetime_ms = int(granted.expires_in_s * 1000)

        async def work(connection: AsyncConnection) -> bool:
            keys = await self._sealer.current(connection, tenant)
            row = await self._select(connection, tenant, connection_id, lock=True)
            if row is None or row.generation != lease.generation or row.status not in _RESTORABLE:
                return False
            generation = lease.generation + 1
            is_ours = row.lease_seq == lease.seq
            cleared = {} if lease.had_intent or not is_ours else {"intent_generation": None, "intent_at": None}
            dropped = {"lease_owner": None, "lease_until": 0} if is_ours else {}
            binding = binding_of(row, generation=generation)
            asked_at = row.now_ms - int(elapsed_s * 1000)
            await connection.execute(
                update(connections)
                .where(_is(tenant, connection_id))
                .values(
                    status=Status.ACTIVE,
                    generation=generation,
                    access_blob=keys.seal(granted.access_token.reveal(), Kind.ACCESS, binding),
                    refresh_blob=keys.seal(granted.refresh_token.reveal(), Kind.REFRESH, binding),
                    alt_blob=None,
                    issued_at=asked_at,
                    expires_at=asked_at + lifetime_ms,
                    fail_count=0,
                    next_try_at=0,
                    last_error_code=None,
                    updated_at=row.now_ms,
                    **cleared,
                    **dropped,
                )
            )
            return True

        return await self._database.write(tenant, work)

    async def keep_alternate(self, tenant: str, connection_id: str, refresh_token: Secret) -> None:
        """Keep a refresh token that came too late, unless it is the one in the row.

        Whoever holds the lease decided without it, so their decision no longer counts: the sequence moves on. A
        connection that was marked as ended is alive again.
        """

        async def work(connection: AsyncConnection) -> None:
            keys = await self._sealer.current(connection, tenant)
            row = await self._select(connection, tenant, connection_id, lock=True)
            if row is None or row.status not in _RESTORABLE or row.refresh_blob is None:
                return
            binding = binding_of(row)
            if keys.unseal(row.refresh_blob, Kind.REFRESH, binding) == refresh_token.reveal():
                return
            alternate = keys.seal(refresh_token.reveal(), Kind.ALT, binding)
            await connection.execute(
                update(connections)
                .where(_is(tenant, connection_id))
                .values(alt_blob=alternate, status=Status.ACTIVE, lease_seq=row.lease_seq + 1)
            )

        await self._database.write(tenant, work)

    async def end(self, tenant: str, connection_id: str, lease: Lease, code: str) -> bool:
        """Mark a connection as ended, for a person to renew; False when the lease or generation is no longer ours."""
        values = {"status": Status.NEEDS_REAUTH, "last_error_code": code, "lease_until": 0, "lease_owner": None}
        return await self._if_ours(tenant, connection_id, lease, values)

    async def back_off(
        self, tenant: str, connection_id: str, lease: Lease, *, rest_s: float, code: str, was_sent: bool
    ) -> None:
        """Drop the lease after a passing failure and rest; the intent stays where HubSpot may have acted."""
        values = {
            "fail_count": connections.c.fail_count + 1,
            "next_try_at": self._database.now_ms() + int(rest_s * 1000),
            "last_error_code": code,
            **_dropped(lease, keeps_intent=was_sent),
        }
        await self._if_ours(tenant, connection_id, lease, values)

    async def release(self, tenant: str, connection_id: str, lease: Lease) -> None:
        """Drop the lease without having changed anything."""
        await self._if_ours(tenant, connection_id, lease, _dropped(lease, keeps_intent=False))

    async def unfinished(self, tenant: str) -> tuple[tuple[str, int], ...]:
        """Give the connections whose refresh was begun by somebody who never told the end, with their generation."""
        query = select(connections.c.connection_id, connections.c.generation).where(
            connections.c.tenant_id == tenant,
            connections.c.status == Status.ACTIVE,
            connections.c.intent_generation == connections.c.generation,
            connections.c.lease_until <= self._database.now_ms(),
            self._of,
        )

        async def work(connection: AsyncConnection) -> tuple[tuple[str, int], ...]:
            return tuple((row.connection_id, row.generation) for row in await connection.execute(query))

        return await self._database.read(tenant, work)

    async def _if_ours(self, tenant: str, connection_id: str, lease: Lease, values: dict[str, Any]) -> bool:
        statement = update(connections).where(
            _is(tenant, connection_id),
            connections.c.generation == lease.generation,
            connections.c.lease_seq == lease.seq,
        )

        async def work(connection: AsyncConnection) -> int:
            now = self._database.now_ms()
            return (await connection.execute(statement.values(**values, updated_at=now))).rowcount

        return await self._database.write(tenant, work) == 1

    async def _select(self, connection: AsyncConnection, tenant: str, connection_id: str, *, lock: bool = False) -> Any:
        query = select(connections, self._database.now_ms().label("now_ms"))
        query = query.where(_is(tenant, connection_id), self._of)
        return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


_RESTORABLE = (Status.ACTIVE, Status.NEEDS_REAUTH)


def _dropped(lease: Lease, *, keeps_intent: bool) -> dict[str, Any]:
    dropped: dict[str, Any] = {"lease_until": literal(0), "lease_owner": null()}
    if not keeps_intent and not lease.had_doubt:
        dropped |= {"intent_generation": null(), "intent_at": null()}
    return dropped


def _is(tenant: str, connection_id: str) -> ColumnElement[bool]:
    return (connections.c.tenant_id == tenant) & (connections.c.connection_id == connection_id)

"""Keeps the connected HubSpot accounts: one row each, its tokens sealed, found by name, id or as the default.

Every call takes the tenant first, and every statement names it. Names of accounts (`alias`) are one per tenant in
small letters; an account is also found by its HubSpot id or its domain. With several accounts and no default, nothing
is guessed: the caller is told which there are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, final

from sqlalchemy import ColumnElement, delete, insert, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    Candidate,
    InvalidInputError,
    NotConnectedError,
    UnknownNameError,
)
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.crypto import key_versions
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.endpoint import AppAt
from hubspot_skill.vault.sealing import Binding, Kind, Sealer
from hubspot_skill.vault.tables import connections

__all__ = ["Connected", "Connection", "ConnectionStore", "Credential", "Status", "binding_of", "is_of"]

_ALIAS = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,39}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """Whether a connection can be used: only ACTIVE ones are."""

    ACTIVE = "active"
    NEEDS_REAUTH = "needs_reauth"
    REVOKED = "revoked"
    DISABLED = "disabled"


class Credential(StrEnum):
    """How a connection proves itself to HubSpot: refreshed tokens of an app, or one token without expiry."""

    OAUTH = "oauth"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class Connected:
    """What a sign-in or a pasted token brought: the account, and its secrets.

    `access_lifetime_s` counts from the moment before the token was asked for; None for a token without expiry.
    """

    app_id: str
    hub_id: int
    hub_domain: str
    environment: str
    scopes: tuple[str, ...]
    access_token: Secret
    refresh_token: Secret | None = None
    access_lifetime_s: float | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A connected account without its secrets; `generation` counts its refreshes."""

    connection_id: str
    alias: str
    is_default: bool
    credential: Credential
    app_id: str
    hub_id: int
    hub_domain: str
    environment: str
    scopes: tuple[str, ...]
    status: Status
    generation: int
    expires_at: datetime | None
    last_error_code: str | None
    created_at: datetime
    updated_at: datetime


@final
class ConnectionStore:
    """The accounts of all tenants of one database."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def connect(self, tenant: str, connected: Connected, *, alias: str | None = None) -> Connection:
        """Keep a connection; the same account of the same app is renewed in its row and keeps its name.

        Raises:
            AlreadyExistsError: another account has that alias.
            InvalidInputError: the alias has another form.
        """
        name = _alias(alias) if alias is not None else None
        await self._sealer.keys(tenant)

        async def work(connection: AsyncConnection) -> str:
            keys = await self._sealer.current(connection, tenant)
            same = (
                (connections.c.tenant_id == tenant)
                & (connections.c.app_id == connected.app_id)
                & (connections.c.hub_id == connected.hub_id)
            )
            row = (await connection.execute(select(connections).where(same).with_for_update())).one_or_none()
            connection_id = secrets.token_hex(16) if row is None else row.connection_id
            generation = 1 if row is None else row.generation + 1
            binding = Binding(
                tenant, connection_id, connected.app_id, connected.hub_id, connected.environment, generation
            )
            refresh = connected.refresh_token
            lifetime = connected.access_lifetime_s
            now = self._database.now_ms()
            values: dict[str, Any] = {
                "credential": Credential.STATIC if refresh is None else Credential.OAUTH,
                "hub_domain": connected.hub_domain,
                "environment": connected.environment,
                "granted_scopes": " ".join(connected.scopes),
                "status": Status.ACTIVE,
                "generation": generation,
                "access_blob": keys.seal(connected.access_token.reveal(), Kind.ACCESS, binding),
                "refresh_blob": None if refresh is None else keys.seal(refresh.reveal(), Kind.REFRESH, binding),
                "alt_blob": None,
                "issued_at": now,
                "expires_at": None if lifetime is None else now + int(lifetime * 1000),
                "lease_owner": None,
                "lease_until": 0,
                "intent_generation": None,
                "intent_at": None,
                "fail_count": 0,
                "next_try_at": 0,
                "last_error_code": None,
                "updated_at": now,
            }
            if row is not None:
                await connection.execute(update(connections).where(same).values(**values, alias=name or row.alias))
                return connection_id
            taken = set(await connection.scalars(select(connections.c.alias).where(connections.c.tenant_id == tenant)))
            await connection.execute(
                insert(connections).values(
                    **values,
                    tenant_id=tenant,
                    connection_id=connection_id,
                    app_id=connected.app_id,
                    hub_id=connected.hub_id,
                    alias=name or _free_alias(connected, taken),
                    is_default=False,
                    lease_seq=0,
                    created_at=now,
                )
            )
            return connection_id

        try:
            connection_id = await self._database.write(tenant, work)
        except IntegrityError:
            raise _alias_taken(name or connected.hub_domain) from None
        return await self._one(tenant, connections.c.connection_id == connection_id)

    async def all(self, tenant: str, environment: str | None = None) -> tuple[Connection, ...]:
        """Give every account of a tenant, by name; with `environment` only those of that HubSpot."""
        query = select(connections).where(connections.c.tenant_id == tenant).order_by(connections.c.alias)
        if environment is not None:
            query = query.where(connections.c.environment == environment)

        async def work(connection: AsyncConnection) -> tuple[Connection, ...]:
            return tuple(_connection(row) for row in await connection.execute(query))

        return await self._database.read(tenant, work)

    async def find(self, tenant: str, account: str | None = None, environment: str | None = None) -> Connection:
        """Give the account of that alias, HubSpot id or domain; without one, the default or the only account.

        With `environment` the accounts of any other HubSpot are as if they were not there.

        Raises:
            NotConnectedError: no account is connected.
            UnknownNameError: none is called that; the candidates are those that are connected.
            AmbiguousNameError: there are several and none is the default, or several share that domain.
        """
        accounts = await self.all(tenant, environment)
        if not accounts:
            raise NotConnectedError(
                "no HubSpot account is connected", hint="Connect one: hubspot-skill login, or the console's page."
            )
        if account is None:
            return _the_default(accounts)
        wanted = account.strip().casefold()
        for name_of in (_by_alias, _by_hub_id, _by_domain):
            found = [c for c in accounts if name_of(c) == wanted]
            if len(found) == 1:
                return found[0]
            if found:
                raise AmbiguousNameError(
                    f"{quote(account)} fits {len(found)} connected accounts",
                    hint="Use one of their names.",
                    candidates=_candidates(found),
                )
        raise UnknownNameError(
            f"no connected account is called {quote(account)}",
            hint="Use the name, the HubSpot id or the domain of a connected account.",
            candidates=_candidates(accounts),
        )

    async def check_alias(self, tenant: str, alias: str, *, besides: str = "") -> None:
        """Check that an account could have this name; `besides` is the connection that may have it already.

        Raises:
            AlreadyExistsError: another account has it.
            InvalidInputError: it has another form.
        """
        name = _alias(alias)
        if any(a.alias == name and a.connection_id != besides for a in await self.all(tenant)):
            raise _alias_taken(alias)

    async def rename(self, tenant: str, connection_id: str, alias: str) -> None:
        """Give an account another name.

        Raises:
            AlreadyExistsError: another account has it.
            InvalidInputError: it has another form.
            NotConnectedError: there is no such account any more.
        """
        try:
            await self._change(tenant, connection_id, {"alias": _alias(alias)})
        except IntegrityError:
            raise _alias_taken(alias) from None

    async def make_default(self, tenant: str, connection_id: str) -> None:
        """Make an account the one that is meant when none is named."""

        async def work(connection: AsyncConnection) -> None:
            others = (connections.c.tenant_id == tenant) & (connections.c.is_default == true())
            await connection.execute(update(connections).where(others).values(is_default=False))
            chosen = update(connections).where(_is(tenant, connection_id)).values(is_default=True)
            if (await connection.execute(chosen)).rowcount == 0:
                raise _gone()

        await self._database.write(tenant, work)

    async def set_status(self, tenant: str, connection_id: str, status: Status) -> None:
        """Disable an account, or enable it again."""
        await self._change(tenant, connection_id, {"status": status})

    async def keep_for_revoking(self, tenant: str, connection_id: str) -> None:
        """Stop using an account at once, keeping nothing but the refresh token that is still to be revoked."""
        values = {"status": Status.REVOKED, "access_blob": None, "alt_blob": None}
        await self._change(tenant, connection_id, values)

    async def to_revoke(self, tenant: str) -> tuple[Connection, ...]:
        """Give the accounts that are out of use but whose refresh token HubSpot has not been told to end."""
        query = select(connections).where(
            connections.c.tenant_id == tenant,
            connections.c.status == Status.REVOKED,
            connections.c.refresh_blob.is_not(None),
        )

        async def work(connection: AsyncConnection) -> tuple[Connection, ...]:
            return tuple(_connection(row) for row in await connection.execute(query))

        return await self._database.read(tenant, work)

    async def token_to_revoke(self, tenant: str, connection_id: str) -> tuple[Secret, int] | None:
        """Give the refresh token of such an account with its generation; None where there is none, or not any more."""

        async def work(connection: AsyncConnection) -> Any:
            query = select(connections).where(_is(tenant, connection_id), connections.c.status == Status.REVOKED)
            return (await connection.execute(query)).one_or_none()

        row = await self._database.read(tenant, work)
        if row is None or row.refresh_blob is None:
            return None
        token = await self._sealer.unseal(tenant, row.refresh_blob, Kind.REFRESH, binding_of(row))
        return Secret(token), row.generation

    async def drop_revoked(self, tenant: str, connection_id: str, generation: int) -> None:
        """Forget the refresh token that was to be revoked, unless the account was connected again since."""
        still = update(connections).where(
            _is(tenant, connection_id),
            connections.c.status == Status.REVOKED,
            connections.c.generation == generation,
        )
        dropped = still.values(refresh_blob=None, generation=generation + 1, updated_at=self._database.now_ms())
        await self._database.write(tenant, lambda connection: connection.execute(dropped))

    async def drop_tokens(self, tenant: str, connection_id: str) -> None:
        """Forget an account's tokens for good and mark it revoked; its row tells what was connected."""
        values = {"status": Status.REVOKED, "access_blob": None, "refresh_blob": None, "alt_blob": None}
        await self._change(tenant, connection_id, values | {"generation": connections.c.generation + 1})

    async def forget(self, tenant: str, connection_id: str) -> None:
        """Remove an account's row with everything in it."""
        await self._database.write(
            tenant, lambda connection: connection.execute(delete(connections).where(_is(tenant, connection_id)))
        )

    async def refresh_token(self, tenant: str, connection_id: str) -> Secret | None:
        """Give an account's refresh token, to revoke it; None where there is none."""

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(select(connections).where(_is(tenant, connection_id)))).one_or_none()

        row = await self._database.read(tenant, work)
        if row is None or row.refresh_blob is None:
            return None
        return Secret(await self._sealer.unseal(tenant, row.refresh_blob, Kind.REFRESH, binding_of(row)))

    async def reseal(self, tenant: str, *, most: int = 100) -> int:
        """Seal the secrets of up to `most` accounts with the tenant's newest key; give how many were changed.

        Each call is one transaction, so a job that stops goes on where it was.
        """

        async def work(connection: AsyncConnection) -> int:
            keys = await self._sealer.current(connection, tenant)
            changed = 0
            query = select(connections).where(connections.c.tenant_id == tenant).with_for_update()
            for row in (await connection.execute(query)).all():
                old = {k: b for k, b in _blobs(row).items() if b is not None and _number(b) != keys.active}
                if not old or changed == most:
                    continue
                binding = binding_of(row)
                new = {f"{k}_blob": keys.seal(keys.unseal(b, k, binding), k, binding) for k, b in old.items()}
                await connection.execute(update(connections).where(_is(tenant, row.connection_id)).values(**new))
                changed += 1
            return changed

        return await self._database.write(tenant, work)

    async def retire_keys(self, tenant: str) -> int:
        """Delete the tenant's older keys if no secret needs them any more; give how many."""

        async def work(connection: AsyncConnection) -> int:
            newest = await self._sealer.hold_keys(connection, tenant)
            if any(number < newest for number in await _numbers(connection, tenant)):
                return 0
            return await self._sealer.retire_keys(connection, tenant, below=newest)

        return await self._database.write(tenant, work)

    async def sealed_with(self, tenant: str) -> dict[int, int]:
        """Count the tenant's secrets by the number of the key that they are sealed with."""

        async def work(connection: AsyncConnection) -> dict[int, int]:
            numbers = await _numbers(connection, tenant)
            return {number: numbers.count(number) for number in sorted(set(numbers))}

        return await self._database.read(tenant, work)

    async def _one(self, tenant: str, which: ColumnElement[bool]) -> Connection:
        async def work(connection: AsyncConnection) -> Connection | None:
            query = select(connections).where(connections.c.tenant_id == tenant, which)
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else _connection(row)

        found = await self._database.read(tenant, work)
        if found is None:
            raise _gone()
        return found

    async def _change(self, tenant: str, connection_id: str, values: dict[str, Any]) -> None:
        async def work(connection: AsyncConnection) -> int:
            statement = update(connections).where(_is(tenant, connection_id))
            changed = await connection.execute(statement.values(**values, updated_at=self._database.now_ms()))
            return changed.rowcount

        if not await self._database.write(tenant, work):
            raise _gone()


def binding_of(row: Any, *, generation: int | None = None) -> Binding:
    """Give the place that the secrets of a row are bound to, now or at another generation."""
    at = row.generation if generation is None else generation
    return Binding(row.tenant_id, row.connection_id, row.app_id, row.hub_id, row.environment, at)


def is_of(app: AppAt) -> ColumnElement[bool]:
    """Give the condition that a row is of this app at this HubSpot."""
    return (connections.c.app_id == app.app_id) & (connections.c.environment == app.environment)


def _is(tenant: str, connection_id: str) -> ColumnElement[bool]:
    return (connections.c.tenant_id == tenant) & (connections.c.connection_id == connection_id)


def _blobs(row: Any) -> dict[Kind, bytes | None]:
    return {Kind.ACCESS: row.access_blob, Kind.REFRESH: row.refresh_blob, Kind.ALT: row.alt_blob}


def _connection(row: Any) -> Connection:
    return Connection(
        connection_id=row.connection_id,
        alias=row.alias,
        is_default=bool(row.is_default),
        credential=Credential(row.credential),
        app_id=row.app_id,
        hub_id=row.hub_id,
        hub_domain=row.hub_domain,
        environment=row.environment,
        scopes=tuple(row.granted_scopes.split()),
        status=Status(row.status),
        generation=row.generation,
        expires_at=None if row.expires_at is None else _moment(row.expires_at),
        last_error_code=row.last_error_code,
        created_at=_moment(row.created_at),
        updated_at=_moment(row.updated_at),
    )


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _alias(text: str) -> str:
    alias = text.strip().casefold()
    if not _ALIAS.fullmatch(alias):
        raise InvalidInputError(
            f"an account cannot be called {quote(text)}",
            hint="Use 1 to 40 letters, digits, spaces, dots, dashes or underscores, with a letter or digit first.",
            field="alias",
        )
    return alias


def _by_alias(account: Connection) -> str:
    return account.alias


def _by_hub_id(account: Connection) -> str:
    return str(account.hub_id)


def _by_domain(account: Connection) -> str:
    return account.hub_domain.casefold()


def _free_alias(connected: Connected, taken: set[str]) -> str:
    """Give a name from the account's domain or id that no other account has."""
    base = re.sub(r"[^a-z0-9._-]", "-", connected.hub_domain.casefold().removeprefix("www."))[:30].strip("._-")
    base = base or str(connected.hub_id)
    return next(n for n in (base, *(f"{base}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _the_default(accounts: tuple[Connection, ...]) -> Connection:
    usable = [c for c in accounts if c.status in (Status.ACTIVE, Status.NEEDS_REAUTH)] or list(accounts)
    if len(usable) == 1:
        return usable[0]
    chosen = next((c for c in usable if c.is_default), None)
    if chosen is None:
        raise AmbiguousNameError(
            f"{len(usable)} HubSpot accounts are connected and none is the default",
            hint="Name one with `account`, or choose a default: hubspot-skill accounts default NAME",
            candidates=_candidates(usable),
        )
    return chosen


def _candidates(accounts: Sequence[Connection]) -> tuple[Candidate, ...]:
    return tuple(Candidate(c.alias, c.hub_domain, f"HubSpot account {c.hub_id}") for c in accounts)


def _alias_taken(alias: str) -> AlreadyExistsError:
    return AlreadyExistsError(
        f"another account is called {quote(alias)} already", hint="Choose another name: hubspot-skill accounts"
    )


def _gone() -> NotConnectedError:
    return NotConnectedError(
        "this HubSpot account is no longer connected", hint="Connect it again: hubspot-skill login"
    )


async def _numbers(connection: AsyncConnection, tenant: str) -> list[int]:
    rows = await connection.execute(select(connections).where(connections.c.tenant_id == tenant))
    return [_number(blob) for row in rows for blob in _blobs(row).values() if blob is not None]


def _number(record: bytes) -> int:
    return key_versions(record).tenant

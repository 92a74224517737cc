"""Opens the vault and does what an operator asks of it: status, rotation, backup, disconnecting, revoking all.

Opening proves the key before anything is written: a file through its sealed key, any database through its canary, a
shared database also through the proof that row-level security holds. Rotation runs while the vault is in use and can
be broken off anywhere: every part of it starts by finding what is left to do.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import final

from hubspot_skill.domain.errors import AppRefusedError, HubSpotError, PlaceError, ReconnectError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.crypto import KeyRing
from hubspot_skill.foundation.databases import Database, copy_sqlite, open_postgres, open_sqlite
from hubspot_skill.foundation.migrations import migrate, prove_isolation, require_current
from hubspot_skill.foundation.private_files import create_private_file, private_directory
from hubspot_skill.vault.endpoint import AppAt, TokenEndpoint
from hubspot_skill.vault.file_keys import file_key, file_key_place, reseal_file_key, sealed_for
from hubspot_skill.vault.refresh import ConnectionTokens, Refresher, RefreshSettings
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.sealing import Sealer
from hubspot_skill.vault.store import Connection, ConnectionStore, Status
from hubspot_skill.vault.stored_token import StoredToken
from hubspot_skill.vault.tables import VAULT_SCHEMA, VAULT_TABLES

__all__ = ["Revoked", "Rotated", "Vault", "VaultStatus", "back_up_file", "migrate_vault", "open_vault"]

_REVOKE_FOR_S = 7 * 86_400.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """What an operator wants to know; keys by fingerprint or number, with how many secrets each still guards."""

    place: str
    active_key: int
    wrapped_by: dict[int, int]
    sealed_with: dict[int, int]
    connections: dict[Status, int]
    to_revoke: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation changed; all zero when there was nothing to do."""

    files: int = 0
    tenant_keys: int = 0
    accounts: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many accounts HubSpot was told about, and how many wait to be tried again."""

    done: int
    queued: int


@final
class Vault:
    """An open vault; make it with `open_vault`, and close it."""

    def __init__(
        self, place: Path | str, database: Database, ring: KeyRing, *, clock: Clock, settings: RefreshSettings
    ) -> None:
        self.database = database
        self.sealer = Sealer(database, ring)
        self.store = ConnectionStore(database, self.sealer)
        self._place = place
        self._ring = ring
        self._clock = clock
        self._settings = settings
        self._refreshers: list[Refresher] = []

    def refresher(self, endpoint: TokenEndpoint, *, of: AppAt | None = None) -> Refresher:
        """Give what refreshes the connections of one app, for as long as the vault is open; `of` keeps it to them."""
        owner, lease_s = secrets.token_hex(8), self._settings.lease_s
        rows = RefreshRows(self.database, self.sealer, owner=owner, lease_s=lease_s, of=of)
        made = Refresher(rows, endpoint, clock=self._clock, settings=self._settings)
        self._refreshers.append(made)
        return made

    def stored_token(self, tenant: str, connection: Connection) -> StoredToken:
        """Give the source of the token of an account whose token does not expire; keep it, as `tokens`."""
        rows = RefreshRows(self.database, self.sealer, owner=secrets.token_hex(8), lease_s=self._settings.lease_s)
        return StoredToken(rows, tenant, connection.connection_id)

    def tokens(self, refresher: Refresher, tenant: str, connection: Connection) -> ConnectionTokens:
        """Give the source of one account's access token, for the adapter; keep it, it holds the token in memory."""
        return ConnectionTokens(refresher, tenant, connection.connection_id, clock=self._clock, settings=self._settings)

    async def status(self, tenant: str) -> VaultStatus:
        """Give the state of a tenant's part of the vault."""
        accounts = await self.store.all(tenant)
        return VaultStatus(
            place=str(self._place) if isinstance(self._place, Path) else "postgresql",
            active_key=self._ring.active.fingerprint,
            wrapped_by=await self.sealer.wrapped_by(tenant),
            sealed_with=await self.store.sealed_with(tenant),
            connections={s: n for s in Status if (n := sum(a.status is s for a in accounts))},
            to_revoke=len(await self.store.to_revoke(tenant)),
        )

    async def rotate_master(self) -> Rotated:
        """Move everything from older master keys to the active one; afterwards the older ones are not needed.

        Every process must have been started with both keys before: one that knows only the old key can read nothing
        that the new one wraps.
        """
        files = int(isinstance(self._place, Path) and reseal_file_key(self._place, self._ring))
        return Rotated(files, sum([await self.sealer.rewrap(t) for t in await self.sealer.tenants()]))

    async def rotate_tenant(self, tenant: str, *, with_new_key: bool = True) -> Rotated:
        """Seal a tenant's secrets with a new key of its own and delete the older ones once nothing needs them.

        Without a new key it finishes a rotation that was broken off.
        """
        if with_new_key:
            await self.sealer.add_key(tenant)
        accounts = 0
        while changed := await self.store.reseal(tenant):
            accounts += changed
        return Rotated(accounts=accounts, retired=await self.store.retire_keys(tenant))

    async def back_up(self, target: Path) -> None:
        """Copy the vault, while it is in use, to a new file with its sealed key beside it.

        The copy opens with the same master keys, which it does not contain.

        Raises:
            PlaceError: the target exists already, or the vault is in PostgreSQL, which has its own backups.
        """
        if not isinstance(self._place, Path):
            raise PlaceError(
                "this vault is in PostgreSQL, which makes its own backups", hint="Back it up with pg_dump or a replica."
            )
        await back_up_file(self._place, self._ring, target)

    async def disconnect(self, tenant: str, connection: Connection, endpoint: TokenEndpoint) -> bool:
        """Stop using an account at once and tell HubSpot to end its refresh token; False when that must be retried.

        HubSpot leaves access tokens that it has given alive for up to half an hour, and the app installed.
        """
        await self.store.keep_for_revoking(tenant, connection.connection_id)
        return await self._revoke(tenant, connection, endpoint)

    async def revoke_all(self, tenant: str, endpoint: TokenEndpoint, *, of: AppAt | None = None) -> Revoked:
        """Disconnect every account of a tenant, several at once; HubSpot is told of those that `of` names (None: all)."""
        accounts = [a for a in await self.store.all(tenant) if a.status is not Status.REVOKED]
        for account in accounts:
            await self.store.keep_for_revoking(tenant, account.connection_id)
        return await self.retry_revoking(tenant, endpoint, of=of)

    async def retry_revoking(self, tenant: str, endpoint: TokenEndpoint, *, of: AppAt | None = None) -> Revoked:
        """Try again what HubSpot has not been told; after seven days the token is dropped untold.

        Accounts of another app or HubSpot than `of` wait for the process that speaks for theirs.
        """
        waiting = await self.store.to_revoke(tenant)
        ours = [account for account in waiting if of in (None, AppAt(account.app_id, account.environment))]
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(connection: Connection) -> bool:
            async with limit:
                return await self._revoke(tenant, connection, endpoint)

        done = sum(await asyncio.gather(*(one(connection) for connection in ours)))
        return Revoked(done, len(waiting) - done)

    async def close(self) -> None:
        """Let running refreshes end, then close the database."""
        for refresher in self._refreshers:
            await refresher.close()
        await self.database.close()

    async def _revoke(self, tenant: str, connection: Connection, endpoint: TokenEndpoint) -> bool:
        found = await self.store.token_to_revoke(tenant, connection.connection_id)
        if found is None:
            return True
        token, generation = found
        try:
            await endpoint.revoke(token)
        except ReconnectError:
            pass  # HubSpot has ended it already
        except (HubSpotError, AppRefusedError):
            age_s = (self._clock.now() - connection.updated_at).total_seconds()
            if connection.status is not Status.REVOKED or age_s < _REVOKE_FOR_S:
                return False
        await self.store.drop_revoked(tenant, connection.connection_id, generation)
        return True


async def open_vault(
    place: Path | str, ring: KeyRing, *, clock: Clock, settings: RefreshSettings | None = None
) -> Vault:
    """Open the vault in a file, made if it is missing, or in the PostgreSQL database of an address.

    Raises:
        VaultRefusedError: it was made with another key; nothing was written.
        PlaceError: its file or folder is not ours to use.
        StoreError: the database fails, is newer than this program, or would not keep tenants apart.
    """
    if isinstance(place, Path):
        database = await open_sqlite(place, file_key(place, ring), clock=clock)
    else:
        database = await open_postgres(place, clock=clock)
    vault = Vault(place, database, ring, clock=clock, settings=settings or RefreshSettings())
    try:
        if isinstance(place, Path):
            await migrate(database, VAULT_SCHEMA)
        else:
            await require_current(database, VAULT_SCHEMA)
            await prove_isolation(database, VAULT_TABLES)
        await vault.sealer.prove_ring()
    except BaseException:
        await vault.close()
        raise
    return vault


async def back_up_file(place: Path, ring: KeyRing, target: Path) -> None:
    """Copy a database file, while it is in use, to a new one with its sealed key beside it.

    Raises:
        PlaceError: the target exists already.
        StoreError: the copy failed; nothing of it is left.
    """
    key = await asyncio.to_thread(file_key, place, ring)
    private_directory(target.parent)
    if not create_private_file(file_key_place(target), sealed_for(target, key, ring)):
        raise PlaceError(f"{file_key_place(target)} exists already", hint="Name a new file for the backup.")
    try:
        await copy_sqlite(place, target, key)
    except BaseException:
        file_key_place(target).unlink()
        raise


async def migrate_vault(owner_url: str, role: str, *, clock: Clock) -> int:
    """Bring a PostgreSQL vault up to date as the owner of its tables, for a program that runs as `role`."""
    owner = await open_postgres(owner_url, clock=clock)
    try:
        return await migrate(owner, VAULT_SCHEMA, role=role)
    finally:
        await owner.close()

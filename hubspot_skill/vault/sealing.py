"""Seals and opens the secrets of connections with keys of their tenant, which the master key wraps.

A tenant's key is 32 random bytes; deleting it makes every secret of the tenant unreadable for ever, in every backup.
Records of connections carry the tenant key's number and no master key, so a new master key re-wraps tenant keys and
leaves the records alone. Opened tenant keys stay in memory: a request must not pay for a second unwrapping.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import VaultRefusedError
from hubspot_skill.foundation.crypto import (
    KEY_BYTES,
    KeyRing,
    KeyVersions,
    MasterKey,
    Purpose,
    context_bytes,
    key_versions,
    seal,
    unseal,
)
from hubspot_skill.foundation.databases import Database
from hubspot_skill.vault.tables import canaries, tenant_keys, tenants

__all__ = ["Binding", "Kind", "Sealer", "TenantKeys"]

_WRAPPED = "tenant-key"
_CANARY = "canary"
_CANARY_TEXT = b"hubspot-skill vault"


class Kind(StrEnum):
    """What a sealed secret is; one kind never opens as another."""

    ACCESS = "access"
    REFRESH = "refresh"
    ALT = "alt"


@dataclass(frozen=True, slots=True)
class Binding:
    """The place that a secret belongs to; it opens nowhere else."""

    tenant_id: str
    connection_id: str
    app_id: str
    hub_id: int
    environment: str
    generation: int

    def context(self) -> bytes:
        """Give the place as bytes to authenticate."""
        return context_bytes(
            (
                self.tenant_id,
                self.connection_id,
                self.app_id,
                str(self.hub_id),
                self.environment,
                str(self.generation),
            )
        )


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """The opened keys of one tenant; the highest number seals, all of them open."""

    by_number: dict[int, bytes]

    @property
    def active(self) -> int:
        """The number of the key that seals."""
        return max(self.by_number)

    def seal(self, text: str, kind: Kind, binding: Binding) -> bytes:
        """Give the sealed record of a secret."""
        number = self.active
        return seal(text.encode(), self.by_number[number], KeyVersions(0, number), kind, binding.context())

    def unseal(self, record: bytes, kind: Kind, binding: Binding) -> str:
        """Give the secret of a record.

        Raises:
            VaultRefusedError: it was not sealed for this place, or was changed.
        """
        return unseal(record, lambda v: self.by_number.get(v.tenant), kind, binding.context()).decode()

    def __repr__(self) -> str:
        return f"TenantKeys({sorted(self.by_number)})"


@final
class Sealer:
    """The keys of all tenants of one database, unwrapped as they are needed."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._opened: dict[str, TenantKeys] = {}

    async def keys(self, tenant: str, *, fresh: bool = False) -> TenantKeys:
        """Give a tenant's keys, made on first use; `fresh` looks for keys that another process made.

        Raises:
            VaultRefusedError: the key ring does not open them.
        """
        found = self._opened.get(tenant)
        if found is None or fresh:
            found = await self._read(tenant) or await self._make_first(tenant)
            self._opened[tenant] = found
        return found

    async def unseal(self, tenant: str, record: bytes, kind: Kind, binding: Binding) -> str:
        """Give the secret of a record, looking again for keys that were made since.

        Raises:
            VaultRefusedError: it was not sealed for this place, or was changed.
        """
        keys = await self.keys(tenant)
        if key_versions(record).tenant not in keys.by_number:
            keys = await self.keys(tenant, fresh=True)
        return keys.unseal(record, kind, binding)

    async def current(self, connection: AsyncConnection, tenant: str) -> TenantKeys:
        """Give a tenant's keys as they are inside a running transaction, and hold them until its end.

        Whoever seals asks here, so that no key is retired between the sealing and the commit. Asked before any row
        of a connection is locked, always: two orders of locking could wait for each other.
        """
        query = select(tenant_keys.c.number, tenant_keys.c.wrapped).where(tenant_keys.c.tenant_id == tenant)
        rows = (await connection.execute(query.with_for_update(read=True))).all()
        if not rows:
            raise _erased(tenant)
        known = self._opened.get(tenant)
        if known is None or set(known.by_number) != {row.number for row in rows}:
            known = TenantKeys({row.number: self._unwrap(row.wrapped, tenant, row.number) for row in rows})
            self._opened[tenant] = known
        return known

    async def add_key(self, tenant: str) -> int:
        """Make a new key for a tenant, which seals from now on, and give its number."""
        await self.keys(tenant)

        async def work(connection: AsyncConnection) -> int:
            newest = await connection.scalar(
                select(func.max(tenant_keys.c.number)).where(tenant_keys.c.tenant_id == tenant)
            )
            number = (newest or 0) + 1
            await self._insert(connection, tenant, number)
            return number

        number = await self._database.write(tenant, work)
        await self.keys(tenant, fresh=True)
        return number

    async def retire_keys(self, connection: AsyncConnection, tenant: str, *, below: int) -> int:
        """Delete a tenant's older keys inside a running transaction that has made sure nothing needs them."""
        older = (tenant_keys.c.tenant_id == tenant) & (tenant_keys.c.number < below)
        return (await connection.execute(delete(tenant_keys).where(older))).rowcount

    async def hold_keys(self, connection: AsyncConnection, tenant: str) -> int:
        """Keep everybody from sealing for a tenant until the transaction ends; give the newest key's number."""
        query = select(tenant_keys.c.number).where(tenant_keys.c.tenant_id == tenant).with_for_update()
        return max(await connection.scalars(query), default=0)

    async def erase(self, tenant: str) -> None:
        """Delete all keys of a tenant, so that nothing of it ever opens again, in any backup of the records."""
        await self._database.write(
            tenant, lambda connection: connection.execute(delete(tenant_keys).where(tenant_keys.c.tenant_id == tenant))
        )
        self._opened.pop(tenant, None)

    async def wrapped_by(self, tenant: str) -> dict[int, int]:
        """Count a tenant's keys by the fingerprint of the master key that wraps them."""
        query = select(tenant_keys.c.wrapped).where(tenant_keys.c.tenant_id == tenant)

        async def work(connection: AsyncConnection) -> dict[int, int]:
            masters = [key_versions(wrapped).master for wrapped in await connection.scalars(query)]
            return {master: masters.count(master) for master in masters}

        return await self._database.read(tenant, work)

    async def rewrap(self, tenant: str) -> int:
        """Wrap a tenant's keys with the active master key where another one holds them; give how many."""

        async def work(connection: AsyncConnection) -> int:
            changed = 0
            rows = await connection.execute(
                select(tenant_keys).where(tenant_keys.c.tenant_id == tenant).with_for_update()
            )
            for row in rows.all():
                if key_versions(row.wrapped).master == self._ring.active.fingerprint:
                    continue
                wrapped = self._wrap(self._unwrap(row.wrapped, tenant, row.number), tenant, row.number)
                await connection.execute(
                    update(tenant_keys)
                    .where(tenant_keys.c.tenant_id == tenant, tenant_keys.c.number == row.number)
                    .values(wrapped=wrapped)
                )
                changed += 1
            return changed

        return await self._database.write(tenant, work)

    async def prove_ring(self) -> None:
        """Open a canary under every master key of the ring, making those that are new.

        Raises:
            VaultRefusedError: the store was made with keys that are not in the ring.
        """

        known = await self._database.read(None, _read_canaries)
        if known and not any(key.fingerprint in known for key in self._ring.keys):
            raise VaultRefusedError(
                f"this vault was made with another key: none of the {len(self._ring.keys)} given is among its"
                f" {len(known)}",
                hint="Give the key that this store was made with, before any new one.",
            )
        for key in self._ring.keys:
            if key.fingerprint in known:
                _canary_opens(known[key.fingerprint], key)
            else:
                await self._add_canary(key)

    async def _add_canary(self, key: MasterKey) -> None:
        made = insert(canaries).values(
            fingerprint=key.fingerprint, record=_canary(key), created_at=self._database.now_ms()
        )
        with contextlib.suppress(IntegrityError):  # another process was first
            await self._database.write(None, lambda connection: connection.execute(made))

    async def tenants(self) -> tuple[str, ...]:
        """Give the names of all tenants that have a key."""

        async def work(connection: AsyncConnection) -> tuple[str, ...]:
            return tuple(await connection.scalars(select(tenants.c.name).order_by(tenants.c.name)))

        return await self._database.read(None, work)

    async def _read(self, tenant: str) -> TenantKeys | None:
        query = select(tenant_keys.c.number, tenant_keys.c.wrapped).where(tenant_keys.c.tenant_id == tenant)

        async def work(connection: AsyncConnection) -> dict[int, bytes]:
            return {row.number: row.wrapped for row in await connection.execute(query)}

        wrapped = await self._database.read(tenant, work)
        return TenantKeys({n: self._unwrap(w, tenant, n) for n, w in wrapped.items()}) if wrapped else None

    async def _make_first(self, tenant: str) -> TenantKeys:
        async def work(connection: AsyncConnection) -> None:
            if await connection.scalar(select(tenants.c.name).where(tenants.c.name == tenant)) is None:
                await connection.execute(insert(tenants).values(name=tenant))
                await self._insert(connection, tenant, 1)

        with contextlib.suppress(IntegrityError):  # another process was first
            await self._database.write(tenant, work)
        found = await self._read(tenant)
        if found is None:
            raise _erased(tenant)
        return found

    async def _insert(self, connection: AsyncConnection, tenant: str, number: int) -> None:
        await connection.execute(
            insert(tenant_keys).values(
                tenant_id=tenant,
                number=number,
                wrapped=self._wrap(os.urandom(KEY_BYTES), tenant, number),
                created_at=self._database.now_ms(),
            )
        )

    def _wrap(self, key: bytes, tenant: str, number: int) -> bytes:
        master = self._ring.active
        versions = KeyVersions(master.fingerprint, number)
        return seal(key, master.purpose_key(Purpose.WRAP), versions, _WRAPPED, context_bytes((tenant, str(number))))

    def _unwrap(self, wrapped: bytes, tenant: str, number: int) -> bytes:
        def wrapping(versions: KeyVersions) -> bytes | None:
            master = self._ring.find(versions.master)
            return None if master is None else master.purpose_key(Purpose.WRAP)

        return unseal(wrapped, wrapping, _WRAPPED, context_bytes((tenant, str(number))))


async def _read_canaries(connection: AsyncConnection) -> dict[int, bytes]:
    rows = await connection.execute(select(canaries.c.fingerprint, canaries.c.record))
    return {row.fingerprint: row.record for row in rows}


def _canary(key: MasterKey) -> bytes:
    versions = KeyVersions(key.fingerprint, 0)
    return seal(_CANARY_TEXT, key.purpose_key(Purpose.WRAP), versions, _CANARY, b"")


def _canary_opens(record: bytes, key: MasterKey) -> None:
    unseal(record, lambda _: key.purpose_key(Purpose.WRAP), _CANARY, b"")


def _erased(tenant: str) -> VaultRefusedError:
    return VaultRefusedError(f'tenant "{tenant}" has no keys: it was erased', hint="Use another name for a new tenant.")

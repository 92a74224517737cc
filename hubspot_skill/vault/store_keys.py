"""Keeps the keys of the stores that lie in PostgreSQL beside the vault: the journal, the audit and others, by name.

In a file a store's key lies sealed beside it (`file_keys`); a database that several hosts share has a row for it
instead. Either way the store's own key is random and never changes, and a new master key only wraps it again.
"""

from __future__ import annotations

import contextlib
import os
from typing import final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.crypto import (
    KEY_BYTES,
    KeyRing,
    KeyVersions,
    Purpose,
    context_bytes,
    key_versions,
    seal,
    unseal,
)
from hubspot_skill.foundation.databases import Database
from hubspot_skill.vault.tables import store_keys

__all__ = ["StoreKeys"]

_KIND = "store-key"


@final
class StoreKeys:
    """The keys of one tenant's stores in a database that the vault's steps have run on."""

    def __init__(self, database: Database, ring: KeyRing, tenant: str) -> None:
        self._database = database
        self._ring = ring
        self._tenant = tenant

    async def key(self, name: str) -> bytes:
        """Give a store's key, made on first use.

        Raises:
            VaultRefusedError: the ring does not open it.
        """
        found = await self._read(name)
        if found is None:
            await self.keep(name, os.urandom(KEY_BYTES))
            found = await self._read(name)
        if found is None:
            raise StoreError(f"the key of the store {name} was not kept")
        return self._unwrap(found, name)

    async def keep(self, name: str, key: bytes) -> None:
        """Keep the key of a store that has none yet; one that is there stays as it is."""
        made = insert(store_keys).values(
            tenant_id=self._tenant, name=name, wrapped=self._wrap(key, name), created_at=self._database.now_ms()
        )
        with contextlib.suppress(IntegrityError):  # another process was first
            await self._database.write(self._tenant, lambda connection: connection.execute(made))

    async def replace(self, name: str, key: bytes) -> None:
        """Keep another key for a store, in which nothing may have been kept yet under the one that it has."""
        mine = (store_keys.c.tenant_id == self._tenant) & (store_keys.c.name == name)
        changed = update(store_keys).where(mine).values(wrapped=self._wrap(key, name))
        await self._database.write(self._tenant, lambda connection: connection.execute(changed))

    async def rewrap(self) -> int:
        """Wrap the keys with the active master key where another one holds them; give how many."""
        mine = store_keys.c.tenant_id == self._tenant

        async def work(connection: AsyncConnection) -> int:
            changed = 0
            for row in (await connection.execute(select(store_keys).where(mine).with_for_update())).all():
                if key_versions(row.wrapped).master == self._ring.active.fingerprint:
                    continue
                wrapped = self._wrap(self._unwrap(row.wrapped, row.name), row.name)
                await connection.execute(
                    update(store_keys).where(mine, store_keys.c.name == row.name).values(wrapped=wrapped)
                )
                changed += 1
            return changed

        return await self._database.write(self._tenant, work)

    async def _read(self, name: str) -> bytes | None:
        query = select(store_keys.c.wrapped).where(store_keys.c.tenant_id == self._tenant, store_keys.c.name == name)
        return await self._database.read(self._tenant, lambda connection: connection.scalar(query))

    def _wrap(self, key: bytes, name: str) -> bytes:
        master = self._ring.active
        return seal(key, master.purpose_key(Purpose.WRAP), KeyVersions(master.fingerprint, 0), _KIND, self._place(name))

    def _unwrap(self, wrapped: bytes, name: str) -> bytes:
        def wrapping(versions: KeyVersions) -> bytes | None:
            master = self._ring.find(versions.master)
            return None if master is None else master.purpose_key(Purpose.WRAP)

        return unseal(wrapped, wrapping, _KIND, self._place(name))

    def _place(self, name: str) -> bytes:
        return context_bytes((self._tenant, name))

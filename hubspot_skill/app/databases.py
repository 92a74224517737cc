"""Opens the databases of this process by what they are for: audit, journal of changes, shared limits, mirrors.

One call, `await accounts.databases.open(Store.CHANGES)`, gives an `OpenStore`: a `Database` whose schema is current, and
a `ring` of keys that belong to that store alone. The rooms' own shells take both (`PlanStore(store.database,
JournalKeys(store.ring))`) and never learn which database they got:

- without `HUBSPOT_SKILL_DATABASE_URL`, an encrypted SQLite file of its own in the data folder, brought up to date when
  it is opened. Several processes may have it open. A store with a part per account (`PER_ACCOUNT`) has a file per account;
- with it, the PostgreSQL database that several hosts share: row-level security is proven at the opening, the role must
  own nothing, and only `hubspot-skill vault migrate` changes the schema. The tables tell accounts apart themselves.

Keys: each store has a random key of its own, which never changes. The master keys seal it (beside the file, or in a row
of the vault's), with a key that HKDF derives for that purpose; so a rotation seals 32 bytes anew and leaves every
database as it is, which a key derived from the master key itself could not. `ring` derives from the store's key: what a
room seals or signs with it outlives rotations too. The master keys come by the rules of custody, at the first need, for
accounts by a token and the sandbox inside this process as well, which have no vault.

To add a store: a member of `Store` and its line in `_schema_of`. Each store has a pool of its own (four connections at
most, opened as needed), so that a long report cannot keep a call waiting for its slot.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, final

from hubspot_skill.app.keeper import TENANT
from hubspot_skill.foundation.clock import Clock

if TYPE_CHECKING:
    from sqlalchemy import Table

    from hubspot_skill.app.keys import Keys
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.foundation.crypto import KeyRing
    from hubspot_skill.foundation.databases import Database
    from hubspot_skill.foundation.migrations import StoreSchema

__all__ = ["PER_ACCOUNT", "Databases", "OpenStore", "Store", "open_file", "schemas", "tables_of"]


class Store(StrEnum):
    """What a database is for; the name of its folder, and of its key in PostgreSQL."""

    AUDIT = "audit"
    CHANGES = "changes"
    LIMITS = "limiter"
    MIRROR = "mirror"


PER_ACCOUNT: frozenset[Store] = frozenset({Store.MIRROR})
"""The stores with a file per account, such as a copy of its records, which can be thrown away by itself."""


@dataclass(frozen=True, slots=True)
class OpenStore:
    """An open store: its database, and keys of its own, which never change; `key` is the root of these."""

    database: Database
    ring: KeyRing = field(repr=False)
    key: bytes = field(repr=False)


@final
class Databases:
    """The stores of this process, each opened once however many ask, closed at the end."""

    def __init__(self, settings: Settings, places: Places, keys: Keys, *, clock: Clock) -> None:
        self._url = settings.database_url
        self.keys = keys
        self._places = places
        self._clock = clock
        self._opening = asyncio.Lock()
        self._opened: dict[tuple[Store, str], OpenStore] = {}

    @property
    def is_shared(self) -> bool:
        """True where the stores are in PostgreSQL, which processes of several hosts use."""
        return self._url is not None

    async def open(self, store: Store, account: str = "") -> OpenStore:
        """Give a store, opened at the first call; `account` names the part of a store that has one per account.

        Raises:
            SettingsError: there is no key.
            PlaceError: the files are not ours to use.
            VaultRefusedError: the keys given are not those that the store was made with.
            StoreError: the database fails, is older or newer than this program, or would not keep tenants apart.
        """
        if bool(account) != (store in PER_ACCOUNT):
            raise ValueError(f"the store {store} is {'not ' if account else ''}kept per account")
        async with self._opening:
            found = self._opened.get((store, account))
            if found is None:
                found = await self._open(store, account)
                self._opened[store, account] = found
            return found

    async def reopen(self, store: Store) -> OpenStore:
        """Open a store anew, after its key was replaced."""
        async with self._opening:
            if found := self._opened.pop((store, ""), None):
                await found.database.close()
        return await self.open(store)

    async def discard(self, store: Store, account: str = "") -> None:
        """Close a file and delete it for good, its key first; in PostgreSQL nothing is done."""
        from hubspot_skill.vault.file_keys import file_key_place

        async with self._opening:
            found = self._opened.pop((store, account), None)
            if found is not None:
                await found.database.close()
            if self._url is None:
                file = self.file_of(store, account)
                for place in (
                    file_key_place(file),
                    file,
                    *(file.with_name(file.name + end) for end in ("-wal", "-shm")),
                ):
                    place.unlink(missing_ok=True)

    def file_of(self, store: Store, account: str = "") -> Path:
        """Give the file of a store where it is kept in files; the name does not tell the account."""
        return self._places.store(store.value, hashlib.sha256(account.encode()).hexdigest()[:24] if account else "")

    async def reseal(self) -> int:
        """Seal the stores' keys with the active master key where another one holds them; give how many were."""
        ring = (await self.keys.found()).ring
        if self._url is None:
            from hubspot_skill.vault.file_keys import reseal_file_key

            files = [file for file in self._places.stores() if file != self._places.vault]
            return sum([await asyncio.to_thread(reseal_file_key, file, ring) for file in files])
        from hubspot_skill.vault.store_keys import StoreKeys

        store = await self.open(Store.AUDIT)
        return await StoreKeys(store.database, ring, TENANT).rewrap()

    async def aclose(self) -> None:
        """Close every store that was opened."""
        async with self._opening:
            opened, self._opened = self._opened, {}
            for store in opened.values():
                await store.database.close()

    async def _open(self, store: Store, account: str) -> OpenStore:
        if self._url is not None:
            return await self._open_shared(store, self._url.reveal())
        ring = (await self.keys.found()).ring
        return await open_file(store, self.file_of(store, account), ring, clock=self._clock)

    async def _open_shared(self, store: Store, url: str) -> OpenStore:
        from hubspot_skill.foundation.databases import open_postgres
        from hubspot_skill.foundation.migrations import prove_isolation, require_current
        from hubspot_skill.vault.sealing import Sealer
        from hubspot_skill.vault.store_keys import StoreKeys
        from hubspot_skill.vault.tables import VAULT_SCHEMA, VAULT_TABLES

        ring = (await self.keys.found()).ring
        database = await open_postgres(url, clock=self._clock)
        try:
            schema, tables = _schema_of(store, is_shared=True)
            for needed in (VAULT_SCHEMA, schema):
                await require_current(database, needed)
            await prove_isolation(database, (*VAULT_TABLES, *tables))
            await Sealer(database, ring).prove_ring()
            return _store(database, await StoreKeys(database, ring, TENANT).key(store.value))
        except BaseException:
            await database.close()
            raise


async def open_file(store: Store, file: Path, ring: KeyRing, *, clock: Clock) -> OpenStore:
    """Open a store's file, made and brought up to date as needed; see `Databases.open` for what it raises."""
    from hubspot_skill.foundation.databases import open_sqlite
    from hubspot_skill.foundation.migrations import migrate
    from hubspot_skill.vault.file_keys import file_key

    key = await asyncio.to_thread(file_key, file, ring)
    database = await open_sqlite(file, key, clock=clock)
    try:
        await migrate(database, _schema_of(store)[0])
    except BaseException:
        await database.close()
        raise
    return _store(database, key)


def tables_of(store: Store) -> Sequence[Table]:
    """Give a store's tables, those first that others refer to."""
    return _schema_of(store)[1]


def schemas() -> tuple[StoreSchema, ...]:
    """Give the schemas of every store, the vault's first: what the owner of a PostgreSQL database brings up to date."""
    from hubspot_skill.vault.tables import VAULT_SCHEMA

    return (VAULT_SCHEMA, *(_schema_of(store, is_shared=True)[0] for store in Store))


def _schema_of(store: Store, *, is_shared: bool = False) -> tuple[StoreSchema, Sequence[Table]]:
    """Give a store's schema and tables, imported only where it is opened."""
    match store:
        case Store.AUDIT:
            from hubspot_skill.access.audit import AUDIT_SCHEMA, AUDIT_TABLES

            return AUDIT_SCHEMA, AUDIT_TABLES
        case Store.CHANGES:
            from hubspot_skill.changes.tables import CHANGES_SCHEMA, CHANGES_TABLES

            return CHANGES_SCHEMA, CHANGES_TABLES
        case Store.LIMITS:
            from hubspot_skill.hubspot.shared_limits_table import LIMITER, limiter_row

            return LIMITER, (limiter_row,)
        case Store.MIRROR:
            from hubspot_skill.mirror import shape
            from hubspot_skill.mirror.tables import TABLES

            return (shape.POSTGRES_SCHEMA, shape.POSTGRES_TABLES) if is_shared else (shape.SQLITE_SCHEMA, TABLES)


def _store(database: Database, key: bytes) -> OpenStore:
    from hubspot_skill.foundation.crypto import KeyRing, MasterKey, mac

    return OpenStore(database, KeyRing([MasterKey(mac(key, b"store"))]), key)

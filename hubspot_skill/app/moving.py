"""Prepares the PostgreSQL database that several hosts share, and moves there what this machine keeps: `vault migrate`.

In this order, each part of which starts by finding what is left to do, so that the command is simply run again after it
was broken off:

1. as the owner of the tables (`HUBSPOT_SKILL_DATABASE_OWNER_URL`), every store's schema, and what the program's role may do
   in it; the audit's retention, which only the owner can;
2. as the program's own role, what lies in files here, while nobody else has them open: the accounts of the vault, each
   secret opened and sealed anew; the audit and the journal row by row, with the keys of their stores;
3. a proof of all of it: counts, every secret opened and compared, every row compared, the audit's chain verified, every step
   of the journal opened;
4. the folders of what was moved are put away under `moved-…` in the data folder, whole and still encrypted, so that no
   program here goes on with the old state.

Limits and local copies of records are not moved: they are made anew. Neither is an audit or a journal for which the
database has one of its own already: two chains cannot be joined, so it stays where it is and the command says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.databases import PER_ACCOUNT, Databases, OpenStore, Store, open_file, schemas, tables_of
from hubspot_skill.app.keeper import TENANT
from hubspot_skill.domain.errors import PlaceError, SettingsError, VaultRefusedError
from hubspot_skill.foundation.clock import Clock, SystemClock

if TYPE_CHECKING:
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.foundation.crypto import KeyRing
    from hubspot_skill.surfaces.cli.actions import Facts

__all__ = ["migrate_stores"]

_MOVED = (Store.AUDIT, Store.CHANGES)
_OWNER = "HUBSPOT_SKILL_DATABASE_OWNER_URL"


@dataclass(frozen=True, slots=True)
class _Here:
    """What lies in files on this machine, and the keys that open it."""

    places: Places
    ring: KeyRing
    clock: Clock


async def migrate_stores(settings: Settings, places: Places, environment: MutableMapping[str, str]) -> Facts:
    """Prepare the database and move what is here.

    Raises:
        SettingsError: no database is set, or the owner's address is needed and missing.
        PlaceError: another program has the files open.
        VaultRefusedError: the keys do not open what is here, or what is there.
        StoreError: a database failed, or a copy is not what it was made from; nothing here was put away.
    """
    if settings.database_url is None:
        raise SettingsError(
            "no database is set to migrate to", hint="Set HUBSPOT_SKILL_DATABASE_URL to the PostgreSQL database."
        )
    clock = SystemClock()
    told = [("schema", await _prepare(settings, clock))]
    accounts = Accounts(settings, places, clock=clock, environment=environment)
    try:
        found = await accounts.keys.found()
        files = [file for file in (places.vault, *(_file(places, store) for store in _MOVED)) if file.exists()]
        if not files:
            told.append(("moved", "nothing: no vault, audit or journal lies in files here"))
        else:
            here = _Here(places, await _ring_for(files[0], found.ring, accounts), clock)
            told += await _move(here, files, accounts)
        if settings.database_owner_url is not None:
            told += await _forget(settings.database_owner_url.reveal(), accounts.databases, clock)
        return told
    finally:
        await accounts.aclose()


async def _prepare(settings: Settings, clock: Clock) -> str:
    """Bring every schema up to date as the owner, where its address is given; say what was done."""
    from sqlalchemy.engine import make_url

    from hubspot_skill.foundation.databases import open_postgres
    from hubspot_skill.foundation.migrations import migrate, require_role

    if settings.database_owner_url is None:
        return f"left as it is: {_OWNER} is not set"
    assert settings.database_url is not None  # checked by the caller
    program, owner = make_url(settings.database_url.reveal()), make_url(settings.database_owner_url.reveal())
    if (program.host, program.port or 5432, program.database) != (owner.host, owner.port or 5432, owner.database):
        raise SettingsError(f"{_OWNER} and HUBSPOT_SKILL_DATABASE_URL name two databases: expected two roles of one")
    database = await open_postgres(settings.database_owner_url.reveal(), clock=clock)
    try:
        role = program.username or ""
        await require_role(database, role)
        ran = {schema.store: await migrate(database, schema, role=role) for schema in schemas()}
    finally:
        await database.close()
    steps = ", ".join(f"{store} {count}" for store, count in ran.items() if count)
    return f"new steps: {steps}; for the role {role}" if steps else f"up to date; for the role {role}"


async def _ring_for(file: Path, given: KeyRing, accounts: Accounts) -> KeyRing:
    """Give keys that open what is here: those given, or with them those that this program made for itself before."""
    from hubspot_skill.foundation.crypto import KeyRing
    from hubspot_skill.vault.custody import CustodySettings, find_keys
    from hubspot_skill.vault.file_keys import file_key

    try:
        await asyncio.to_thread(file_key, file, given)
    except VaultRefusedError:
        custody = accounts.keys.custody()
        local = CustodySettings(configuration=custody.configuration, key_store=custody.key_store)
        kept = (await asyncio.to_thread(find_keys, local, {})).ring.keys
        both = KeyRing((*given.keys, *(key for key in kept if given.find(key.fingerprint) is None)))
        await asyncio.to_thread(file_key, file, both)
        return both
    return given


async def _move(here: _Here, files: list[Path], accounts: Accounts) -> list[tuple[str, str]]:
    """Move what lies in these files, prove it, and put their folders away."""
    await _prove_unused(here, files)
    told: list[tuple[str, str]] = []
    moved: list[Path] = []
    if here.places.vault in files:
        told.append(("accounts", await _accounts(here, accounts)))
        moved.append(here.places.vault)
    for store in _MOVED:
        if (file := _file(here.places, store)) in files:
            found = await _store(here, store, accounts.databases)
            told.append((store.value, found or f"left in {file}: the database has one of its own already"))
            moved += [file] if found else []
    await _prove_unused(here, moved)
    away = _put_away(here, moved)
    return [*told, ("the files", f"put away in {away}; delete them once you trust the move" if away else "left here")]


async def _prove_unused(here: _Here, files: list[Path]) -> None:
    from hubspot_skill.foundation.databases import prove_unused_sqlite
    from hubspot_skill.vault.file_keys import file_key

    for file in files:
        await prove_unused_sqlite(file, await asyncio.to_thread(file_key, file, here.ring))


async def _accounts(here: _Here, accounts: Accounts) -> str:
    from hubspot_skill.vault.moving import move_accounts
    from hubspot_skill.vault.vault import open_vault

    there = (await accounts.keeper.opened()).vault
    source = await open_vault(here.places.vault, here.ring, clock=here.clock)
    try:
        return f"{await move_accounts(source, there, TENANT)}, every secret opened there and compared"
    finally:
        await source.close()


async def _store(here: _Here, store: Store, databases: Databases) -> str:
    """Copy one store's rows and key; nothing where the database has rows of its own under another key."""
    from hubspot_skill.foundation.copying import copy_rows, count_rows
    from hubspot_skill.vault.store_keys import StoreKeys

    source = await open_file(store, _file(here.places, store), here.ring, clock=here.clock)
    try:
        there = await databases.open(store)
        if there.key != source.key:
            if sum([await count_rows(there.database, table, TENANT) for table in tables_of(store)]):
                return ""
            keys = StoreKeys(there.database, (await databases.keys.found()).ring, TENANT)
            await keys.replace(store.value, source.key)
            there = await databases.reopen(store)
        counts = [await copy_rows(source.database, there.database, table, TENANT) for table in tables_of(store)]
        return f"{sum(counts)} rows, compared; {await _opens(store, there)}"
    finally:
        await source.database.close()


async def _opens(store: Store, there: OpenStore) -> str:
    """Read the copy as the program will: the audit's chain, the journal's sealed steps."""
    match store:
        case Store.AUDIT:
            from hubspot_skill.access.audit import Audit
            from hubspot_skill.app.auditing import chain_key

            verdict = await Audit(there.database, chain_key(there.key)).verify(TENANT)
            if not verdict.holds:
                raise PlaceError(
                    f"the audit does not hold at row {verdict.broken_at}: {verdict.reason}",
                    hint="Look at it where it was made: hubspot-skill audit verify",
                )
            return f"its chain holds to {verdict.head.seq}"
        case Store.CHANGES:
            from hubspot_skill.changes.proving import prove_journal
            from hubspot_skill.changes.sealing import JournalKeys

            opened = await prove_journal(there.database, JournalKeys(there.ring), TENANT)
            return f"{opened} sealed records opened"
        case _:
            raise ValueError(f"the store {store} is not moved")


async def _forget(owner_url: str, databases: Databases, clock: Clock) -> list[tuple[str, str]]:
    """Let the owner remove what the audit has kept long enough."""
    from hubspot_skill.access.audit import Audit
    from hubspot_skill.app.auditing import KEPT, chain_key
    from hubspot_skill.foundation.databases import open_postgres

    store = await databases.open(Store.AUDIT)
    database = await open_postgres(owner_url, clock=clock)
    try:
        gone = await Audit(database, chain_key(store.key)).forget_before(TENANT, clock.now() - KEPT)
    finally:
        await database.close()
    return [("audit rows past their time", f"{gone} removed")] if gone else []


def _file(places: Places, store: Store) -> Path:
    assert store not in PER_ACCOUNT
    return places.store(store.value)


def _put_away(here: _Here, files: list[Path]) -> Path | None:
    """Rename the folders of what was moved, so that nobody takes them for the present state."""
    if not files:
        return None
    away = here.places.data / f"moved-{here.clock.now():%Y%m%dT%H%M%SZ}"
    away.mkdir(mode=0o700, exist_ok=True)
    for file in files:
        file.parent.rename(away / file.parent.name)
    return away

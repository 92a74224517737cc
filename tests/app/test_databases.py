"""The stores of a process: opened as files or in PostgreSQL, by keys found at the first need."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.databases import Databases, Store, schemas
from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.keys import Keys
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.changes.tables import days
from hubspot_skill.domain.errors import PlaceError, SettingsError, StoreError, VaultRefusedError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import Database, DatabaseKind, open_postgres
from hubspot_skill.foundation.migrations import migrate
from hubspot_skill.vault.custody import KEY_VARIABLE
from tests.database_fixture import APP_ROLE, KINDS, new_postgres_url, owner_url

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()
URL_VARIABLE = "HUBSPOT_SKILL_DATABASE_URL"


async def prepared_url() -> str:
    """Give a PostgreSQL database whose owner has brought every store up to date."""
    url = await new_postgres_url()
    owner = await open_postgres(owner_url(url), clock=SystemClock())
    try:
        for schema in schemas():
            await migrate(owner, schema, role=APP_ROLE)
    finally:
        await owner.close()
    return url


async def environment_of(kind: str) -> dict[str, str]:
    return {KEY_VARIABLE: KEY} | ({} if kind == "sqlite" else {URL_VARIABLE: await prepared_url()})


@asynccontextmanager
async def stores(home: Path, environment: dict[str, str]) -> AsyncIterator[Databases]:
    """Give the stores of one process; the environment is left as it is, for the next process."""
    settings, places = read_settings(environment), Places(home / "config", home / "data")
    databases = Databases(settings, places, Keys(settings, places, dict(environment)), clock=SystemClock())
    try:
        yield databases
    finally:
        await databases.aclose()


async def keep_a_day(database: Database, count: int) -> None:
    row = insert(days).values(tenant_id=TENANT, account_id="a", day=20_420, written=count)
    await database.write(TENANT, lambda connection: connection.execute(row))


async def kept_days(database: Database) -> list[int]:
    async def read(connection: object) -> list[int]:
        return list(await connection.scalars(select(days.c.written)))  # type: ignore[attr-defined]

    return await database.read(TENANT, read)


@pytest.mark.parametrize("kind", KINDS)
async def test_two_processes_use_one_store_and_have_the_same_keys_for_it(kind: str, tmp_path: Path) -> None:
    environment = await environment_of(kind)
    async with stores(tmp_path, environment) as one, stores(tmp_path, environment) as other:
        first, second = await asyncio.gather(one.open(Store.CHANGES), other.open(Store.CHANGES))
        await keep_a_day(first.database, 7)

        assert await kept_days(second.database) == [7]
        assert first.database.kind is DatabaseKind(kind)
        assert first.key == second.key
        assert first.ring.active.fingerprint == second.ring.active.fingerprint
        assert (await one.open(Store.AUDIT)).key != first.key
        assert await one.open(Store.CHANGES) is first


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_master_key_leaves_the_keys_of_stores_as_they_are(kind: str, tmp_path: Path) -> None:
    environment = await environment_of(kind)
    async with stores(tmp_path, environment) as before:
        first = await before.open(Store.CHANGES)
        await keep_a_day(first.database, 1)
    async with stores(tmp_path, environment | {KEY_VARIABLE: f"{OTHER_KEY},{KEY}"}) as rotating:
        await rotating.open(Store.AUDIT)
        assert await rotating.reseal() == 1
        assert await rotating.reseal() == 0
    async with stores(tmp_path, environment | {KEY_VARIABLE: OTHER_KEY}) as after:
        again = await after.open(Store.CHANGES)
        assert again.key == first.key
        assert await kept_days(again.database) == [1]
    async with stores(tmp_path, environment | {KEY_VARIABLE: KEY}) as stale:
        with pytest.raises(VaultRefusedError):
            await stale.open(Store.CHANGES)


async def test_without_a_vault_the_first_store_makes_the_key_and_later_processes_find_it(tmp_path: Path) -> None:
    places = Places(tmp_path / "config", tmp_path / "data")
    for sandboxed in ({"HUBSPOT_ENVIRONMENT": "sandbox"}, {"HUBSPOT_ACCESS_TOKEN": "pat-na1-demo"}):
        accounts = Accounts(read_settings(sandboxed), places, environment={})
        try:
            await accounts.databases.open(Store.CHANGES)
        finally:
            await accounts.aclose()

    assert (places.config / "vault.key").exists()
    assert not places.vault.exists()
    (places.config / "vault.key").unlink()
    async with stores(tmp_path, {}) as lost:
        with pytest.raises(SettingsError, match="has no key"):
            await lost.open(Store.CHANGES)


async def test_a_discarded_store_is_made_anew_and_empty(tmp_path: Path) -> None:
    async with stores(tmp_path, {KEY_VARIABLE: KEY}) as databases:
        first = await databases.open(Store.CHANGES)
        await keep_a_day(first.database, 3)
        await databases.discard(Store.CHANGES)
        again = await databases.open(Store.CHANGES)
        assert again.key != first.key
        assert await kept_days(again.database) == []


async def test_the_audit_of_a_shared_database_is_kept_there_and_holds(tmp_path: Path) -> None:
    from hubspot_skill.app.auditing import AuditLog

    environment = await environment_of("postgresql")
    for name in ("host-a", "host-b"):
        async with stores(tmp_path / name, environment) as databases:
            log = AuditLog(databases, TENANT, clock=SystemClock())
            await log.note("connect", name, "c1")
            verdict = await (await log.opened()).verify(TENANT)
            assert verdict.holds
    assert verdict.rows == 2
    assert not list(tmp_path.rglob("*.db"))


async def test_a_shared_database_is_refused_without_a_key_with_another_one_or_before_its_owner_prepared_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsError, match="without a key") as refused:
        read_settings({URL_VARIABLE: "postgresql://app:hidden-word@host/name"})
    assert "hidden-word" not in str(refused.value)
    with pytest.raises(SettingsError, match="postgresql://role"):
        read_settings({URL_VARIABLE: "mysql://app@host/name", KEY_VARIABLE: KEY})

    url = await new_postgres_url()
    async with stores(tmp_path, {URL_VARIABLE: url, KEY_VARIABLE: KEY}) as early:
        with pytest.raises(StoreError, match="schema is at step 0"):
            await early.open(Store.CHANGES)

    environment = await environment_of("postgresql")
    async with stores(tmp_path, environment) as databases:
        await databases.open(Store.CHANGES)
    async with stores(tmp_path, environment | {KEY_VARIABLE: OTHER_KEY}) as foreign:
        with pytest.raises(VaultRefusedError):
            await foreign.open(Store.CHANGES)
    async with stores(tmp_path, environment | {URL_VARIABLE: owner_url(environment[URL_VARIABLE])}) as owner:
        with pytest.raises(StoreError, match="row-level security would not hold"):
            await owner.open(Store.CHANGES)


async def test_a_server_on_a_shared_database_proves_it_before_it_listens(tmp_path: Path) -> None:
    environment = await environment_of("postgresql")
    accounts = Accounts(
        read_settings(environment), Places(tmp_path / "config", tmp_path / "data"), environment=dict(environment)
    )
    try:
        await accounts.start()
        vault = await accounts.keeper.opened()
        assert vault.vault.database.kind is DatabaseKind.POSTGRESQL
        assert await vault.book.accounts() == ()
    finally:
        await accounts.aclose()


async def test_a_store_whose_sealed_key_is_gone_is_refused(tmp_path: Path) -> None:
    async with stores(tmp_path, {KEY_VARIABLE: KEY}) as databases:
        await databases.open(Store.CHANGES)
        file = databases.file_of(Store.CHANGES)
    file.with_name(file.name + ".key").unlink()
    async with stores(tmp_path, {KEY_VARIABLE: KEY}) as databases:
        with pytest.raises(PlaceError, match="is missing"):
            await databases.open(Store.CHANGES)

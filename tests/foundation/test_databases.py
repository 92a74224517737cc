"""Databases of both kinds: encryption, file modes, transactions, tenants and schema steps."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import PlaceError, SettingsError, StoreError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import Database, DatabaseKind, open_postgres, open_sqlite
from hubspot_skill.foundation.migrations import Migration, StoreSchema, migrate, prove_isolation, require_current
from tests.database_fixture import APP_ROLE, FILE_KEY, KINDS, new_database, new_postgres_url, opened, owner_url
from tests.manual_clock import ManualClock
from tests.trials.cancelled_calls import TRANSFERS, cancel_calls

notes = Table(
    "note",
    MetaData(),
    Column("tenant_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary),
)
NOTES = StoreSchema(
    "notes", (Migration((notes,), postgresql=("grant select, insert, update, delete on note to {role}",)),)
)


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with new_database(request.param, tmp_path, [NOTES]) as (made, _):
        yield made


async def add(database: Database, tenant: str, name: str, body: bytes = b"") -> None:
    await database.write(tenant, lambda c: c.execute(insert(notes).values(tenant_id=tenant, name=name, body=body)))


async def count(database: Database, tenant: str | None) -> int:
    return await database.read(tenant, lambda c: c.scalar(select(func.count()).select_from(notes))) or 0


async def test_a_transaction_is_written_whole_or_not_at_all(database: Database) -> None:
    async def half(connection: AsyncConnection) -> None:
        await connection.execute(insert(notes).values(tenant_id="local", name="first"))
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await database.write("local", half)
    await add(database, "local", "second")
    assert await count(database, "local") == 1


async def test_a_broken_uniqueness_rule_is_told_apart_from_a_failure(database: Database) -> None:
    await add(database, "local", "one")
    with pytest.raises(IntegrityError):
        await add(database, "local", "one")


async def test_a_statement_that_fails_names_no_value(database: Database) -> None:
    with pytest.raises(StoreError) as failed:
        await database.read("local", lambda c: c.execute(text("select :v from nowhere"), {"v": "secret-value"}))
    assert "secret-value" not in str(failed.value)


async def test_cancelled_calls_leave_no_transaction_open_and_none_half_written(
    database: Database, tmp_path: Path
) -> None:
    """Trial V12, two times one thousand."""
    async with new_database(database.kind, tmp_path / "trial", [TRANSFERS]) as (subject, place):
        result = await cancel_calls(subject, calls=1000, seed=12)
        assert result.half_written == 0
        assert result.cancelled + result.finished == 1000
        assert result.cancelled > 100
        assert result.written >= result.finished
        if isinstance(place, str):
            owner = await asyncpg.connect(owner_url(place))
            try:
                assert (
                    await owner.fetchval(
                        "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
                        " and datname = current_database()"
                    )
                    == 0
                )
            finally:
                await owner.close()


async def test_a_close_waits_for_what_a_cancelled_caller_left_running(tmp_path: Path) -> None:
    async with new_database("sqlite", tmp_path, [NOTES]) as (database, place):
        started = asyncio.Event()

        async def work(connection: AsyncConnection) -> None:
            started.set()
            await connection.execute(insert(notes).values(tenant_id="local", name="late"))

        caller = asyncio.create_task(database.write("local", work))
        await started.wait()
        caller.cancel()
        await database.close()
        again = await opened(place, clock=SystemClock())
        try:
            assert await count(again, "local") == 1
        finally:
            await again.close()


async def test_the_present_of_a_file_is_the_clocks_and_of_a_server_its_own(tmp_path: Path) -> None:
    clock = ManualClock()
    for kind in KINDS:
        async with new_database(kind, tmp_path / kind, clock=clock) as (database, _):
            now_ms = await database.read(None, lambda c, d=database: c.scalar(select(d.now_ms())))
            assert (now_ms == int(clock.now().timestamp() * 1000)) == (kind == "sqlite")


async def test_nothing_of_a_file_is_readable_and_only_its_owner_can_open_it(tmp_path: Path) -> None:
    async with new_database("sqlite", tmp_path, [NOTES]) as (database, place):
        assert isinstance(place, Path)
        await add(database, "local", "plain-name", b"plain-body" * 500)
        files = sorted(place.parent.iterdir())
        assert [f.name for f in files] == ["store.db", "store.db-shm", "store.db-wal"]
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert b"plain" not in file.read_bytes()
            assert not file.read_bytes().startswith(b"SQLite format")
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


async def test_the_pragmas_that_protect_a_file_are_in_force(tmp_path: Path) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "trusted_schema": 0,
        "foreign_keys": 1,
        "mmap_size": 0,
        "busy_timeout": 10_000,
        "cipher_log_level": "NONE",
    }
    async with new_database("sqlite", tmp_path) as (database, _):
        found = {name: await database.read(None, lambda c, n=name: c.scalar(text(f"PRAGMA {n}"))) for name in wanted}
    assert {n: int(v) if isinstance(wanted[n], int) else v for n, v in found.items()} == wanted


async def test_another_key_does_not_open_a_file_and_leaves_its_bytes_alone(tmp_path: Path) -> None:
    async with new_database("sqlite", tmp_path, [NOTES]) as (database, place):
        await add(database, "local", "one")
    assert isinstance(place, Path)
    before = place.read_bytes()
    with pytest.raises(StoreError):
        await open_sqlite(place, bytes(32), clock=SystemClock())
    assert place.read_bytes() == before


async def test_loose_modes_are_repaired(tmp_path: Path) -> None:
    """Trial V6."""
    async with new_database("sqlite", tmp_path, [NOTES]) as (database, place):
        assert isinstance(place, Path)
        await add(database, "local", "one")
        for file in (*place.parent.iterdir(), place.parent):
            file.chmod(0o755)
        again = await opened(place, clock=SystemClock())
        await again.close()
        assert {stat.S_IMODE(f.stat().st_mode) for f in place.parent.iterdir()} == {0o600}
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["folder", "file", "journal"])
async def test_a_symbolic_link_is_refused(tmp_path: Path, what: str) -> None:
    """Trial V6."""
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    place = tmp_path / "private" / "store.db"
    if what == "folder":
        place.parent.symlink_to(real, target_is_directory=True)
    else:
        place.parent.mkdir(mode=0o700)
        if what == "journal":
            await (await open_sqlite(place, FILE_KEY, clock=SystemClock())).close()
        target = place if what == "file" else place.with_name("store.db-wal")
        (real / "elsewhere").touch(0o600)
        target.symlink_to(real / "elsewhere")
    with pytest.raises(PlaceError):
        await open_sqlite(place, FILE_KEY, clock=SystemClock())


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("what", ["folder", "file"])
async def test_a_foreign_owner_is_refused(tmp_path: Path, what: str) -> None:
    """Trial V6."""
    async with new_database("sqlite", tmp_path) as (_, place):
        pass
    assert isinstance(place, Path)
    os.chown(place.parent if what == "folder" else place, 12345, 12345)
    with pytest.raises(PlaceError):
        await open_sqlite(place, FILE_KEY, clock=SystemClock())


async def test_many_first_starts_at_once_make_one_database(tmp_path: Path) -> None:
    place = tmp_path / "private" / "store.db"

    async def start() -> Database:
        database = await open_sqlite(place, FILE_KEY, clock=SystemClock())
        await migrate(database, NOTES)
        return database

    databases = await asyncio.gather(*(start() for _ in range(8)))
    try:
        await asyncio.gather(*(add(d, "local", f"n{i}") for i, d in enumerate(databases)))
        assert await count(databases[0], "local") == 8
    finally:
        for database in databases:
            await database.close()
    assert [f.name for f in place.parent.iterdir()] == ["store.db"]


async def test_steps_run_once_and_a_newer_schema_is_refused(database: Database, tmp_path: Path) -> None:
    more = StoreSchema(
        "notes",
        (*NOTES.migrations, Migration(sqlite=("create table more(a)",), postgresql=("create table more(a text)",))),
    )
    async with new_database(database.kind, tmp_path / "steps", [NOTES]) as (program, place):
        owner = await open_postgres(owner_url(place), clock=SystemClock()) if isinstance(place, str) else program
        assert await migrate(owner, NOTES, role=APP_ROLE) == 0
        with pytest.raises(StoreError):
            await require_current(program, more)
        assert await migrate(owner, more, role=APP_ROLE) == 1
        await require_current(program, more)
        for refused in (migrate(owner, NOTES, role=APP_ROLE), require_current(program, NOTES)):
            with pytest.raises(StoreError):
                await refused
        await owner.close()


async def test_a_step_that_fails_leaves_nothing_of_itself(database: Database, tmp_path: Path) -> None:
    broken = StoreSchema("notes", (Migration((notes,), sqlite=("create tabl",), postgresql=("create tabl",)),))
    async with new_database(database.kind, tmp_path / "broken") as (program, place):
        owner = await open_postgres(owner_url(place), clock=SystemClock()) if isinstance(place, str) else program
        with pytest.raises(StoreError):
            await migrate(owner, broken, role=APP_ROLE)
        assert await migrate(owner, NOTES, role=APP_ROLE) == 1
        await owner.close()


async def test_rows_exist_only_for_their_own_tenant(tmp_path: Path) -> None:
    """Trial A2, for the store's part."""
    async with new_database("postgresql", tmp_path, [NOTES]) as (database, place):
        assert isinstance(place, str)
        await prove_isolation(database, [notes])
        await add(database, "one", "a")
        await add(database, "two", "b")
        assert [await count(database, tenant) for tenant in ("one", "two", "three", "", None)] == [1, 1, 0, 0, 0]
        with pytest.raises(StoreError):
            await database.write("one", lambda c: c.execute(insert(notes).values(tenant_id="two", name="c")))


async def test_the_owner_of_the_tables_may_not_run_the_program(tmp_path: Path) -> None:
    async with new_database("postgresql", tmp_path, [NOTES]) as (_, place):
        assert isinstance(place, str)
        owner = await open_postgres(owner_url(place), clock=SystemClock())
        with pytest.raises(StoreError, match="superuser"):
            await prove_isolation(owner, [notes])
        await owner.close()


async def test_a_table_without_forced_row_security_is_refused(tmp_path: Path) -> None:
    async with new_database("postgresql", tmp_path, [NOTES]) as (database, place):
        assert isinstance(place, str)
        owner = await asyncpg.connect(owner_url(place))
        await owner.execute("alter table note no force row level security")
        await owner.close()
        with pytest.raises(StoreError, match="does not force"):
            await prove_isolation(database, [notes])


async def test_a_role_that_is_no_plain_name_is_refused(tmp_path: Path) -> None:
    async with new_database("postgresql", tmp_path) as (database, _):
        with pytest.raises(SettingsError):
            await migrate(database, NOTES, role="app; drop table note")


@pytest.mark.parametrize("address", ["", "mysql://x@y/z", "no address"])
async def test_an_address_that_is_no_postgresql_one_is_refused(address: str) -> None:
    with pytest.raises(SettingsError):
        await open_postgres(address, clock=SystemClock())


async def test_an_address_may_say_sslmode_as_other_tools_do() -> None:
    url = make_url(await new_postgres_url()).update_query_dict({"sslmode": "disable"})
    database = await open_postgres(url.render_as_string(hide_password=False), clock=SystemClock())
    await database.close()


async def test_a_server_that_does_not_know_the_role_is_a_clear_failure() -> None:
    url = make_url(await new_postgres_url()).set(username="nobody", password="hidden-word")
    with pytest.raises(StoreError) as failed:
        await open_postgres(url.render_as_string(hide_password=False), clock=SystemClock())
    assert "hidden-word" not in str(failed.value)
    assert DatabaseKind.POSTGRESQL in str(failed.value)

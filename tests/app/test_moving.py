"""Moving what one machine keeps into the PostgreSQL database that several hosts share."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from hubspot_skill.access.audit import Audit, Entry
from hubspot_skill.app.auditing import chain_key
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.databases import Store
from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.moving import migrate_stores
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.changes.proving import prove_journal
from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.steps import Step, StepKind
from hubspot_skill.changes.store import PlanStore
from hubspot_skill.domain.errors import AlreadyExistsError, PlaceError, SettingsError
from hubspot_skill.domain.names import DEALS, PropertyName
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.store import Connected
from tests.app.test_databases import KEY, OTHER_KEY, URL_VARIABLE
from tests.database_fixture import new_postgres_url, owner_url

OWNER_VARIABLE = "HUBSPOT_SKILL_DATABASE_OWNER_URL"
KEY_VARIABLE = "HUBSPOT_SKILL_KEY"
ENTRIES = [Entry("local", "", "connect", f"done-{number}", objects=(str(number),)) for number in range(700)]


STEP = Step(0, StepKind.UPDATE, DEALS, id="5", after={PropertyName("amount"): "7"})


def account(number: int) -> Connected:
    return Connected(
        app_id="app",
        hub_id=1000 + number,
        hub_domain=f"firm{number}.example",
        environment="sandbox",
        scopes=("oauth",),
        access_token=Secret(f"access-{number}"),
        refresh_token=Secret(f"refresh-{number}"),
        access_lifetime_s=1800.0,
    )


def places_of(home: Path) -> Places:
    return Places(home / "config", home / "data")


async def fill(home: Path, environment: dict[str, str], accounts: int = 3) -> None:
    """Keep accounts, an audit and a plan of changes in files, as processes of this machine do."""
    process = Accounts(read_settings(environment), places_of(home), environment=dict(environment))
    try:
        vault = await process.keeper.opened()
        for number in range(accounts):
            await vault.store.connect(TENANT, account(number))
        await (await vault.audit.opened()).add(TENANT, ENTRIES)
        store = await process.databases.open(Store.CHANGES)
        await PlanStore(store.database, JournalKeys(store.ring)).add(TENANT, "account", "local", [STEP])
    finally:
        await process.aclose()


async def tokens_of(environment: dict[str, str], home: Path) -> dict[str, str]:
    """Give the refresh tokens of all accounts by name, as a process of another host opens them."""
    process = Accounts(read_settings(environment), places_of(home), environment=dict(environment))
    try:
        vault = await process.keeper.opened()
        found: dict[str, str] = {}
        for kept in await vault.store.all(TENANT):
            token = await vault.store.refresh_token(TENANT, kept.connection_id)
            assert token is not None
            found[kept.alias] = token.reveal()
        return found
    finally:
        await process.aclose()


async def move(home: Path, environment: dict[str, str]) -> dict[str, str]:
    return dict(await migrate_stores(read_settings(environment), places_of(home), dict(environment)))


async def shared() -> dict[str, str]:
    url = await new_postgres_url()
    return {URL_VARIABLE: url, OWNER_VARIABLE: owner_url(url), KEY_VARIABLE: KEY}


@pytest.mark.promise("database-moved")
async def test_everything_kept_on_one_machine_works_on_another_after_the_move(tmp_path: Path) -> None:
    await fill(tmp_path, {})
    environment = await shared()

    told = await move(tmp_path, environment)

    assert told["accounts"].startswith("3, every secret opened")
    assert told["audit"] == f"{len(ENTRIES)} rows, compared; its chain holds to {len(ENTRIES)}"
    assert "sealed records opened" in told["changes"]
    places = places_of(tmp_path)
    assert not places.vault.exists()
    (away,) = places.data.glob("moved-*")
    assert (away / "vault" / "vault.db").exists()

    elsewhere = {name: value for name, value in environment.items() if name != OWNER_VARIABLE}
    assert await tokens_of(elsewhere, tmp_path / "other") == {f"firm{n}.example": f"refresh-{n}" for n in range(3)}
    process = Accounts(read_settings(elsewhere), places_of(tmp_path / "other"), environment=dict(elsewhere))
    try:
        journal = await process.databases.open(Store.CHANGES)
        assert await prove_journal(journal.database, JournalKeys(journal.ring), TENANT) > 0
        audit = await process.databases.open(Store.AUDIT)
        assert (await Audit(audit.database, chain_key(audit.key)).verify(TENANT)).rows == len(ENTRIES)
    finally:
        await process.aclose()
    assert (await move(tmp_path, environment))["moved"].startswith("nothing")


async def test_an_owner_that_is_no_superuser_prepares_the_database(tmp_path: Path) -> None:
    environment = await shared()
    name = make_url(environment[URL_VARIABLE]).database
    administrator = await asyncpg.connect(environment[OWNER_VARIABLE])
    owner = f"owner_{name}"
    await administrator.execute(f"create role {owner} login")
    await administrator.execute(f"alter database {name} owner to {owner}")
    await administrator.close()
    plain = make_url(environment[OWNER_VARIABLE]).set(username=owner).render_as_string(hide_password=False)
    await fill(tmp_path, {})

    told = await move(tmp_path, environment | {OWNER_VARIABLE: plain})

    assert told["schema"].startswith("new steps: vault 2")
    assert told["accounts"].startswith("3,")
    assert len(await tokens_of(environment, tmp_path / "other")) == 3


async def test_a_move_that_is_killed_again_and_again_ends_complete(tmp_path: Path) -> None:
    await fill(tmp_path, {}, accounts=20)
    environment = await shared() | {"HUBSPOT_SKILL_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}
    code = (
        "import asyncio, os, sys; from pathlib import Path;"
        "from hubspot_skill.app.moving import migrate_stores; from hubspot_skill.app.settings import read_settings;"
        "from hubspot_skill.app.places import Places; home = Path(sys.argv[1]);"
        "print('begun', flush=True);"
        "asyncio.run(migrate_stores(read_settings(os.environ), Places(home / 'config', home / 'data'), dict(os.environ)))"
    )
    child_environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ} | environment
    for delay_s in (0.2, 0.5, 0.9, 1.4):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(tmp_path), env=child_environment, stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        await asyncio.wait_for(child.stdout.readline(), 30)
        try:
            await asyncio.wait_for(child.wait(), delay_s)
        except TimeoutError:
            child.kill()
            await child.wait()

    await move(tmp_path, environment)

    elsewhere = {name: value for name, value in environment.items() if name != OWNER_VARIABLE}
    assert await tokens_of(elsewhere, tmp_path / "other") == {f"firm{n}.example": f"refresh-{n}" for n in range(20)}


async def test_a_vault_that_is_in_use_is_not_moved(tmp_path: Path) -> None:
    await fill(tmp_path, {})
    environment = await shared()
    running = Accounts(read_settings({}), places_of(tmp_path), environment={})
    try:
        await running.keeper.opened()
        with pytest.raises(PlaceError, match="another program has"):
            await move(tmp_path, environment)
    finally:
        await running.aclose()
    assert places_of(tmp_path).vault.exists()
    assert (await move(tmp_path, environment))["accounts"].startswith("3,")


async def test_a_vault_under_another_key_than_the_one_given_is_moved_to_the_one_given(tmp_path: Path) -> None:
    await fill(tmp_path, {})
    environment = await shared() | {KEY_VARIABLE: OTHER_KEY}
    await move(tmp_path, environment)
    (tmp_path / "config" / "vault.key").unlink()
    assert len(await tokens_of(environment, tmp_path / "other")) == 3


async def test_accounts_that_the_database_has_already_are_not_overwritten(tmp_path: Path) -> None:
    environment = await shared()
    await move(tmp_path, environment)
    process = Accounts(read_settings(environment), places_of(tmp_path / "b"), environment=dict(environment))
    try:
        vault = await process.keeper.opened()
        await vault.store.connect(TENANT, account(1), alias="theirs")
        await vault.audit.note("connect", "done", "c")
    finally:
        await process.aclose()
    await fill(tmp_path, {})
    with pytest.raises(AlreadyExistsError, match="HubSpot account 1001"):
        await move(tmp_path, environment)
    assert places_of(tmp_path).vault.exists()
    assert "theirs" in await tokens_of(environment, tmp_path / "b")


async def test_an_audit_stays_in_its_file_where_the_database_has_one_of_its_own(tmp_path: Path) -> None:
    environment = await shared()
    await move(tmp_path, environment)
    process = Accounts(read_settings(environment), places_of(tmp_path / "b"), environment=dict(environment))
    try:
        await (await process.keeper.opened()).audit.note("connect", "done", "c")
    finally:
        await process.aclose()
    await fill(tmp_path, {})

    told = await move(tmp_path, environment)

    assert told["audit"].startswith("left in")
    assert told["accounts"].startswith("3,")
    assert places_of(tmp_path).store("audit").exists()
    assert not places_of(tmp_path).vault.exists()


async def test_what_is_missing_for_a_move_is_named_with_the_way_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no database is set"):
        await move(tmp_path, {})
    environment = await shared()
    other = (await shared())[OWNER_VARIABLE]
    with pytest.raises(SettingsError, match="two databases"):
        await move(tmp_path, environment | {OWNER_VARIABLE: other})
    with pytest.raises(SettingsError, match="one role"):
        await move(tmp_path, environment | {OWNER_VARIABLE: environment[URL_VARIABLE]})
    nobody = environment[URL_VARIABLE].replace("//app", "//nobody_here", 1)
    with pytest.raises(SettingsError, match="no role") as refused:
        await move(tmp_path, environment | {URL_VARIABLE: nobody})
    assert "create role nobody_here" in refused.value.hint


async def test_what_is_put_away_is_the_only_thing_that_leaves_its_place(tmp_path: Path) -> None:
    await fill(tmp_path, {})
    before = {file.name for file in (tmp_path / "data").rglob("*.db*")}
    await move(tmp_path, await shared())
    after = {file.name for file in (tmp_path / "data").rglob("*.db*")}
    assert {name for name in before if not name.endswith(("-wal", "-shm"))} <= after

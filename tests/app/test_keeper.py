"""Opening the vault of a process: with the key that was given, also when the first try fails or is broken off."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.keeper import SEEN_WITHIN_S, TENANT
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.domain.errors import NotConnectedError, PlaceError, RateLimitedError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.limits import Budget, Priority
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.custody import KEY_VARIABLE
from hubspot_skill.vault.store import Connected, Status
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import running_sandbox

KEY = base64.b64encode(bytes(range(32))).decode()


@asynccontextmanager
async def accounts_with_key(home: Path) -> AsyncIterator[tuple[Accounts, dict[str, str]]]:
    """Give the accounts of a process whose environment holds the vault's key."""
    environment = {KEY_VARIABLE: KEY}
    accounts = Accounts(read_settings({}), Places(home / "config", home / "data"), environment=environment)
    try:
        yield accounts, environment
    finally:
        await accounts.aclose()


async def test_a_first_start_that_failed_does_not_make_another_key_than_the_one_given(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    in_the_way = tmp_path / "data" / "vault"
    in_the_way.write_text("no folder")
    async with accounts_with_key(tmp_path) as (accounts, environment):
        with pytest.raises(PlaceError):
            await accounts.keeper.opened()
        in_the_way.unlink()
        vault = await accounts.keeper.opened()
        assert vault.keys.where == f"environment variable {KEY_VARIABLE}"
        assert environment == {}
    assert not (tmp_path / "config" / "vault.key").exists()


async def test_a_caller_that_goes_away_does_not_break_the_opening_off_for_others(tmp_path: Path) -> None:
    async with accounts_with_key(tmp_path) as (accounts, _):
        first = asyncio.create_task(accounts.keeper.opened())
        await asyncio.sleep(0)
        second = asyncio.create_task(accounts.keeper.opened())
        await asyncio.sleep(0)
        first.cancel()
        vault = await asyncio.wait_for(second, 5)
        assert vault.keys.where == f"environment variable {KEY_VARIABLE}"
        assert await accounts.keeper.opened() is vault


async def test_hubspot_is_told_at_the_next_start_what_it_could_not_be_told(tmp_path: Path) -> None:
    with running_sandbox(portals()) as served:
        tokens = served.sandbox.tokens
        settings = read_settings(
            {
                "HUBSPOT_SKILL_API_BASE_URL": served.base_url,
                "HUBSPOT_CLIENT_ID": DEFAULT_APP.client_id,
                "HUBSPOT_CLIENT_SECRET": DEFAULT_APP.client_secret,
            }
        )
        code = tokens.mint_code("demo", client_id=DEFAULT_APP.client_id, redirect_uri=settings.redirect_uri)
        app = tokens.app(DEFAULT_APP.client_id, DEFAULT_APP.client_secret)
        granted = tokens.redeem(app, code, settings.redirect_uri, None)
        assert granted.refresh_token is not None
        connected = Connected(
            app_id=DEFAULT_APP.client_id,
            hub_id=1,
            hub_domain="demo.example",
            environment="sandbox",
            scopes=("oauth",),
            access_token=Secret(granted.token),
            refresh_token=Secret(granted.refresh_token),
            access_lifetime_s=1800,
        )
        served.sandbox.faults.add(Rule(kinds.Status(503), route="/oauth/2026-09/token/revoke$"))
        first = Accounts(settings, Places(tmp_path / "config", tmp_path / "data"), environment={})
        vault = await first.keeper.opened()
        kept = await vault.store.connect(TENANT, connected)
        done = await vault.book.disconnect(kept.alias)
        await first.aclose()
        assert (done.is_revoked, len(tokens.living_grants())) == (False, 1)
        served.sandbox.faults.clear()
        second = Accounts(settings, Places(tmp_path / "config", tmp_path / "data"), environment={})
        vault = await second.keeper.opened()
        async with asyncio.timeout(5):
            while await vault.store.to_revoke(TENANT):
                await asyncio.sleep(0.01)
        assert tokens.living_grants() == ()
        await second.aclose()


KEPT_ACCOUNT = Connected(
    app_id="hubspot-key",
    hub_id=1,
    hub_domain="one.example",
    environment="production",
    scopes=(),
    access_token=Secret("pat-na1-one"),
)


async def test_what_another_process_changes_of_an_account_is_seen_within_a_second(tmp_path: Path) -> None:
    clock, places, settings = ManualClock(), Places(tmp_path / "config", tmp_path / "data"), read_settings({})
    one = Accounts(settings, places, clock=clock, environment={KEY_VARIABLE: KEY})
    other = Accounts(settings, places, clock=clock, environment={KEY_VARIABLE: KEY})
    try:
        here, there = await one.keeper.opened(), await other.keeper.opened()
        kept = await there.store.connect(TENANT, KEPT_ACCOUNT)
        assert (await here.find(None)).alias == "one.example"

        await there.store.rename(TENANT, kept.connection_id, "renamed")
        assert (await there.find(None)).alias == "renamed"
        clock.jump(SEEN_WITHIN_S)
        assert (await here.find(None)).alias == "renamed"

        await here.store.set_status(TENANT, kept.connection_id, Status.DISABLED)
        with pytest.raises(NotConnectedError):
            await here.find(None)
    finally:
        await one.aclose()
        await other.aclose()


@pytest.mark.promise("limits-kept")
async def test_processes_of_one_token_in_the_environment_share_its_limits(tmp_path: Path) -> None:
    places = Places(tmp_path / "config", tmp_path / "data")
    settings = read_settings({"HUBSPOT_ACCESS_TOKEN": "pat-na1-one"})
    one, other = Accounts(settings, places, environment={}), Accounts(settings, places, environment={})
    try:
        first, second = (await one.opened()).limits, (await other.opened()).limits
        assert first is not None
        assert second is not None
        deadline_s = SystemClock().monotonic() + 5
        for _ in range(5):
            await first.take(Budget.SEARCH, Priority.INTERACTIVE, deadline_s)
        with pytest.raises(RateLimitedError):
            await second.take(Budget.SEARCH, Priority.INTERACTIVE, SystemClock().monotonic() + 0.2)
        assert b"pat-na1-one" not in places.limits.read_bytes()
    finally:
        await one.aclose()
        await other.aclose()


async def test_a_token_works_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("no folder")
    accounts = Accounts(
        read_settings({"HUBSPOT_ACCESS_TOKEN": "pat-na1-one"}),
        Places(tmp_path / "config", tmp_path / "data"),
        environment={},
    )
    try:
        assert (await accounts.opened()).limits is None
    finally:
        await accounts.aclose()

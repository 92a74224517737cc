"""Refreshing over the wire against the sandbox: when, how often, and what each refusal does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotSkillError,
    NotConnectedError,
    ReconnectError,
    UnavailableError,
)
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.hubspot.wire.oauth import Tokens
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.endpoint import TokenEndpoint
from hubspot_skill.vault.refresh import LOST_IN_WINDOW, ConnectionTokens, Refresher, RefreshSettings
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.sealing import Sealer
from hubspot_skill.vault.store import Connected, Connection, ConnectionStore, Status
from hubspot_skill.vault.tables import VAULT_SCHEMA, connections
from tests.database_fixture import new_database
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

TENANT = "local"
APP = AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret))
SETTINGS = RefreshSettings(wait_least_s=0.0, wait_most_s=0.0, pause_s=0.0)
LIFE_S = 1800.0
TOKEN_CALLS = "/oauth/2026-09/token$"
ALL_CALLS = "/oauth/2026-09/token"


class JumpingClock(ManualClock):
    """A clock by hand whose calendar can be moved against its seconds."""

    def jump(self, seconds: float) -> None:
        """Move the calendar alone, as a correction or a sleeping machine does."""
        self._start += type(self._start - self._start)(seconds=seconds)


@dataclass(slots=True)
class Scene:
    """One connected account of a running sandbox, with the vault's parts."""

    served: Served
    database: Database
    sealer: Sealer
    store: ConnectionStore
    endpoint: AppEndpoint
    clock: JumpingClock
    connection: Connection
    closers: list[Callable[[], Awaitable[None]]]

    def refresher(self, endpoint: TokenEndpoint | None = None, owner: str = "one") -> Refresher:
        """Start what another process would have: its own refresher."""
        rows = RefreshRows(self.database, self.sealer, owner=owner, lease_s=SETTINGS.lease_s)
        made = Refresher(rows, endpoint or self.endpoint, clock=self.clock, settings=SETTINGS)
        self.closers.append(made.close)
        return made

    def tokens(self, refresher: Refresher | None = None) -> ConnectionTokens:
        """Start a token source of the account."""
        return ConnectionTokens(
            refresher or self.refresher(), TENANT, self.connection.connection_id, clock=self.clock, settings=SETTINGS
        )

    async def pass_time(self, seconds: float) -> None:
        """Let time pass here and at HubSpot."""
        await self.clock.advance(seconds)
        self.served.sandbox.clock.advance(seconds)

    def switch(self, **changes: Any) -> None:
        """Turn a switch of the account's portal."""
        portal = self.served.sandbox.portals["demo"]
        portal.switches = replace(portal.switches, **changes)

    def asked(self, pattern: str = TOKEN_CALLS) -> int:
        """Count the calls that reached the sandbox since the sign-in."""
        return self.served.sandbox.traffic.count(pattern)

    def fail(self, fault: kinds.Fault, **rule: Any) -> int:
        """Have token calls go wrong."""
        return self.served.sandbox.faults.add(Rule(fault, route=TOKEN_CALLS, **rule))

    def works(self, token: Secret) -> bool:
        """Tell whether HubSpot accepts a token now."""
        return self.served.sandbox.tokens.find_access(token.reveal()) is not None

    async def row(self) -> Any:
        """Give the account's row."""
        query = select(connections).where(connections.c.connection_id == self.connection.connection_id)

        async def work(connection: Any) -> Any:
            return (await connection.execute(query)).one()

        return await self.database.read(TENANT, work)

    async def settle(self) -> None:
        """Wait for what runs in the background."""
        for close in self.closers:
            await asyncio.wait_for(close(), 5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def scene(sandbox: Served, tmp_path: Path) -> AsyncIterator[Scene]:
    sandbox.sandbox.reset()
    clock = JumpingClock()
    transport = Transport(AdapterSettings(api_base_url=sandbox.base_url))
    endpoint = AppEndpoint(transport, APP, version="2026-09")
    code = Secret(sandbox.sandbox.tokens.mint_code("demo"))
    first = await endpoint.exchange(code, redirect_uri=min(DEFAULT_APP.redirect_uris), code_verifier=None)
    async with new_database("sqlite", tmp_path, [VAULT_SCHEMA], clock=clock) as (database, _):
        sealer = Sealer(database, KeyRing([MasterKey.generate()]))
        store = ConnectionStore(database, sealer)
        connection = await store.connect(TENANT, connected(first))
        sandbox.sandbox.traffic.clear()
        made = Scene(sandbox, database, sealer, store, endpoint, clock, connection, [])
        yield made
        await made.settle()
    await transport.aclose()


def connected(tokens: Tokens) -> Connected:
    return Connected(
        app_id="4100001",
        hub_id=tokens.hub_id,
        hub_domain="demo.example",
        environment="sandbox",
        scopes=tokens.scopes,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        access_lifetime_s=tokens.expires_in_s,
    )


@dataclass(slots=True)
class Delayed:
    """An endpoint whose next refresh is held up while something else happens, or whose answer is."""

    endpoint: AppEndpoint
    before: Callable[[], Awaitable[object]] | None = None
    after: Callable[[], Awaitable[object]] | None = None

    async def refresh(self, refresh_token: Secret) -> Tokens:
        before, self.before = self.before, None
        after, self.after = self.after, None
        if before is not None:
            await before()
        tokens = await self.endpoint.refresh(refresh_token)
        if after is not None:
            await after()
        return tokens

    async def is_alive(self, refresh_token: Secret) -> bool:
        return await self.endpoint.is_alive(refresh_token)

    async def revoke(self, refresh_token: Secret) -> None:
        await self.endpoint.revoke(refresh_token)


async def test_a_fresh_token_comes_from_memory_without_asking_anybody(scene: Scene) -> None:
    tokens = scene.tokens()
    first = await tokens.access_token()
    await scene.database.close()
    assert await tokens.access_token() is first
    assert scene.asked(ALL_CALLS) == 0


async def test_an_old_token_serves_on_while_it_is_refreshed_once(scene: Scene) -> None:
    tokens = scene.tokens()
    old = await tokens.access_token()
    await scene.pass_time(LIFE_S - 450)
    assert {(await tokens.access_token()).reveal() for _ in range(20)} == {old.reveal()}
    await scene.settle()
    new = await tokens.access_token()
    assert new != old
    assert scene.works(new)
    assert scene.asked() == 1


async def test_many_who_find_the_token_ended_wait_for_one_refresh(scene: Scene) -> None:
    sources = [scene.tokens(), scene.tokens()]
    await scene.pass_time(LIFE_S)
    given = await asyncio.gather(*(source.access_token() for source in sources * 25))
    assert len({token.reveal() for token in given}) == 1
    assert scene.works(given[0])
    assert scene.asked() == 1
    assert (await scene.row()).generation == 2


async def test_a_token_is_never_served_past_its_margin(scene: Scene) -> None:
    tokens = scene.tokens()
    old = await tokens.access_token()
    await scene.pass_time(LIFE_S - 59)
    assert await tokens.access_token() != old


async def test_a_caller_that_leaves_does_not_stop_the_refresh(scene: Scene) -> None:
    tokens = scene.tokens()
    await scene.pass_time(LIFE_S)
    caller = asyncio.create_task(tokens.access_token())
    while not scene.asked():
        await asyncio.sleep(0)
    caller.cancel()
    await scene.settle()
    assert (await scene.row()).generation == 2
    assert scene.works(await tokens.access_token())
    assert scene.asked() == 1


@pytest.mark.parametrize("rotation", ["off", "grace", "on"])
async def test_whatever_refresh_token_comes_back_is_kept(scene: Scene, rotation: str) -> None:
    scene.switch(refresh_rotation=rotation)
    tokens = scene.tokens()
    for _ in range(4):
        await scene.pass_time(LIFE_S)
        assert scene.works(await tokens.access_token())
    assert scene.asked() == 4


async def test_a_loser_whose_token_was_refused_uses_what_the_winner_stored(scene: Scene) -> None:
    """Trial R6: the holder sleeps past its lease just before it sends; another refreshes; the provider rotates."""
    scene.switch(refresh_rotation="on")
    winner = scene.tokens(scene.refresher(owner="winner"))

    async def overtake() -> None:
        await scene.pass_time(SETTINGS.lease_s + 1)
        await winner.access_token()

    loser = scene.tokens(scene.refresher(Delayed(scene.endpoint, before=overtake), owner="loser"))
    await scene.pass_time(LIFE_S)
    assert await loser.access_token() == await winner.access_token()
    row = await scene.row()
    assert (row.status, row.generation) == (Status.ACTIVE, 2)
    assert scene.asked() == 2
    assert scene.asked("introspect") == 0


async def test_a_late_answer_is_not_stored_but_kept_and_used_when_the_stored_one_is_gone(scene: Scene) -> None:
    scene.switch(refresh_rotation="grace")
    winner = scene.tokens(scene.refresher(owner="winner"))

    async def overtake() -> None:
        await scene.pass_time(SETTINGS.lease_s + 1)
        await winner.access_token()

    loser = scene.tokens(scene.refresher(Delayed(scene.endpoint, after=overtake), owner="loser"))
    await scene.pass_time(LIFE_S)
    assert await loser.access_token() == await winner.access_token()
    assert (await scene.row()).alt_blob is not None
    stored = await scene.store.refresh_token(TENANT, scene.connection.connection_id)
    assert stored is not None
    scene.served.sandbox.tokens.forget(stored.reveal())
    await scene.pass_time(LIFE_S)
    assert scene.works(await winner.access_token())
    row = await scene.row()
    assert (row.status, row.generation, row.alt_blob) == (Status.ACTIVE, 3, None)


async def test_a_holder_that_slept_before_sending_does_not_send(scene: Scene) -> None:
    refresher = scene.refresher()
    rows = refresher._rows  # the one way to hold a lease without sending
    await scene.pass_time(LIFE_S)
    take = rows.take_lease

    async def slow(*args: Any) -> Any:
        lease = await take(*args)
        rows.take_lease = take
        await scene.clock.advance(SETTINGS.lease_s - SETTINGS.send_needs_s + 1)
        return lease

    rows.take_lease = slow
    assert scene.works(await scene.tokens(refresher).access_token())
    assert scene.asked() == 1
    assert (await scene.row()).intent_generation is None


async def end_grant(scene: Scene, how: str) -> None:
    if how == "uninstalled":
        scene.served.sandbox.tokens.uninstall_app(DEFAULT_APP.client_id, "demo")
    else:
        scene.served.sandbox.tokens.delete_account("demo")


@pytest.mark.parametrize("how", ["uninstalled", "account deleted"])
async def test_a_grant_that_is_gone_asks_for_a_person_and_then_never_asks_hubspot_again(
    scene: Scene, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trial R7, the first two."""
    tokens = scene.tokens()
    await tokens.access_token()
    await end_grant(scene, how)
    for _ in range(24):
        await scene.pass_time(3600)
        with pytest.raises(ReconnectError) as ended:
            await tokens.access_token()
        assert not ended.value.lost_in_window
    assert scene.asked() <= 2
    assert scene.asked(ALL_CALLS) <= 3
    assert (await scene.row()).status == Status.NEEDS_REAUTH
    assert capsys.readouterr().err.count("connection_ended") == 1


async def test_a_renewed_connection_works_again(scene: Scene) -> None:
    tokens = scene.tokens()
    await end_grant(scene, "uninstalled")
    await scene.pass_time(LIFE_S)
    with pytest.raises(ReconnectError):
        await tokens.access_token()
    code = Secret(scene.served.sandbox.tokens.mint_code("demo"))
    again = await scene.endpoint.exchange(code, redirect_uri=min(DEFAULT_APP.redirect_uris), code_verifier=None)
    await scene.store.connect(TENANT, connected(again))
    assert await tokens.access_token() == again.access_token


async def test_wrong_credentials_of_the_app_change_no_connection_and_ring_once(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trial R7, the third."""
    wrong = AppEndpoint(scene.endpoint._transport, replace(APP, client_secret=Secret("wrong")), version="2026-09")
    tokens = scene.tokens(scene.refresher(wrong))
    await scene.pass_time(LIFE_S)
    before = await scene.row()
    for _ in range(30):
        with pytest.raises(AppRefusedError):
            await tokens.access_token()
    after = await scene.row()
    kept = ("status", "generation", "fail_count", "intent_generation", "refresh_blob", "last_error_code")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert scene.asked() == 1
    assert capsys.readouterr().err.count('"event": "app_refused"') == 1
    assert scene.works(await scene.tokens().access_token())


async def test_an_outage_is_waited_out_while_the_old_token_serves(scene: Scene) -> None:
    tokens = scene.tokens()
    old = await tokens.access_token()
    fault = scene.fail(kinds.Status(500))
    await scene.pass_time(LIFE_S - 400)
    for _ in range(300):
        assert await tokens.access_token() == old
        await scene.settle()
        await scene.pass_time(1)
    assert 5 <= scene.asked() <= 30
    await scene.pass_time(100)
    with pytest.raises(UnavailableError) as resting:
        await tokens.access_token()
    scene.served.sandbox.faults.remove(fault)
    await scene.pass_time((resting.value.retry_after_s or 0) + 61)
    assert scene.works(await tokens.access_token())
    assert (await scene.row()).fail_count == 0


@pytest.mark.parametrize("rotation", ["off", "grace"])
async def test_a_lost_answer_costs_nothing_where_the_old_refresh_token_still_works(scene: Scene, rotation: str) -> None:
    scene.switch(refresh_rotation=rotation)
    tokens = scene.tokens()
    await scene.pass_time(LIFE_S)
    scene.fail(kinds.Lost(effect="committed"), times=1)
    with pytest.raises(UnavailableError):
        await tokens.access_token()
    assert (await scene.row()).intent_generation == 1
    await scene.pass_time(2)
    assert scene.works(await tokens.access_token())


async def test_a_lost_answer_of_a_strictly_rotating_provider_is_told_as_lost(scene: Scene) -> None:
    scene.switch(refresh_rotation="on")
    tokens = scene.tokens()
    await scene.pass_time(LIFE_S)
    scene.fail(kinds.Lost(effect="committed"), times=1)
    with pytest.raises(UnavailableError):
        await tokens.access_token()
    await scene.pass_time(2)
    for _ in range(2):
        with pytest.raises(ReconnectError) as lost:
            await tokens.access_token()
        assert lost.value.lost_in_window
    row = await scene.row()
    assert (row.status, row.last_error_code) == (Status.NEEDS_REAUTH, LOST_IN_WINDOW)


@pytest.mark.parametrize(("rotation", "survives"), [("off", True), ("grace", True), ("on", False)])
async def test_a_start_finishes_what_a_dead_process_began(scene: Scene, rotation: str, survives: bool) -> None:
    scene.switch(refresh_rotation=rotation)
    dead = RefreshRows(scene.database, scene.sealer, owner="dead", lease_s=SETTINGS.lease_s)
    lease = await dead.take_lease(TENANT, scene.connection.connection_id, 1)
    assert lease is not None
    await scene.endpoint.refresh(lease.refresh_token)
    refresher = scene.refresher()
    assert await refresher.recover(TENANT) == 0
    await scene.pass_time(SETTINGS.lease_s + 1)
    assert await refresher.recover(TENANT) == 1
    row = await scene.row()
    if survives:
        assert (row.status, row.generation) == (Status.ACTIVE, 2)
    else:
        assert (row.status, row.last_error_code) == (Status.NEEDS_REAUTH, LOST_IN_WINDOW)
    assert await refresher.recover(TENANT) == 0


async def test_a_hubspot_that_cannot_be_reached_leaves_no_doubt_behind(scene: Scene) -> None:
    nowhere = Transport(AdapterSettings(api_base_url="http://127.0.0.1:1"))
    tokens = scene.tokens(scene.refresher(AppEndpoint(nowhere, APP, version="2026-09")))
    await scene.pass_time(LIFE_S)
    with pytest.raises(UnavailableError):
        await tokens.access_token()
    row = await scene.row()
    assert (row.intent_generation, row.fail_count, row.lease_until) == (None, 1, 0)
    await nowhere.aclose()


@pytest.mark.parametrize("jump_s", [3600, -3600, 600, -600], ids=lambda s: f"{s:+d}s")
async def test_a_calendar_that_jumps_costs_one_refresh_and_serves_no_ended_token(scene: Scene, jump_s: int) -> None:
    """Trial R4, its core."""
    tokens = scene.tokens()
    await tokens.access_token()
    scene.clock.jump(jump_s)
    for _ in range(90):
        assert scene.works(await tokens.access_token())
        await scene.settle()
        await scene.pass_time(1)
    assert scene.asked() == 1


async def test_a_machine_that_slept_past_the_end_refreshes_before_it_calls(scene: Scene) -> None:
    tokens = scene.tokens()
    await tokens.access_token()
    scene.clock.jump(4000)
    scene.served.sandbox.clock.advance(4000)
    assert scene.works(await tokens.access_token())
    assert scene.asked() == 1


async def test_a_token_that_hubspot_calls_expired_is_refreshed_once_a_minute_at_most(scene: Scene) -> None:
    tokens = scene.tokens()
    first = await tokens.access_token()
    tokens.refused(first)
    assert await tokens.access_token() == first
    tokens.refused(Secret("another"), expired=True)
    assert await tokens.access_token() == first
    tokens.refused(first, expired=True)
    second = await tokens.access_token()
    assert second != first
    tokens.refused(second, expired=True)
    assert await tokens.access_token() == second
    await scene.pass_time(61)
    tokens.refused(second, expired=True)
    assert await tokens.access_token() != second
    assert scene.asked() == 2


async def test_a_refused_token_that_somebody_else_replaced_costs_no_refresh(scene: Scene) -> None:
    one, other = scene.tokens(scene.refresher(owner="one")), scene.tokens(scene.refresher(owner="other"))
    old = await one.access_token()
    await other.access_token()
    one.refused(old, expired=True)
    new = await one.access_token()
    other.refused(old, expired=True)
    assert await other.access_token() == new
    assert scene.asked() == 1


async def test_a_token_without_expiry_is_given_for_ever(scene: Scene) -> None:
    pasted = Connected("", 77, "other.example", "sandbox", (), Secret("pat-na1-demo"))
    connection = await scene.store.connect(TENANT, pasted)
    tokens = ConnectionTokens(scene.refresher(), TENANT, connection.connection_id, clock=scene.clock)
    for _ in range(3):
        assert await tokens.access_token() == Secret("pat-na1-demo")
        await scene.pass_time(1e7)
    assert scene.asked(ALL_CALLS) == 0


@pytest.mark.parametrize("how", ["disabled", "revoked", "forgotten"])
async def test_a_connection_that_is_switched_off_gives_no_token(scene: Scene, how: str) -> None:
    match how:
        case "disabled":
            await scene.store.set_status(TENANT, scene.connection.connection_id, Status.DISABLED)
        case "revoked":
            await scene.store.drop_tokens(TENANT, scene.connection.connection_id)
        case _:
            await scene.store.forget(TENANT, scene.connection.connection_id)
    with pytest.raises(NotConnectedError):
        await scene.tokens().access_token()
    assert scene.asked(ALL_CALLS) == 0


async def test_a_record_that_was_changed_gives_the_vaults_refusal_and_asks_nobody(scene: Scene) -> None:
    changed = update(connections).values(access_blob=(await scene.row()).refresh_blob)
    await scene.database.write(TENANT, lambda c: c.execute(changed))
    with pytest.raises(HubSpotSkillError) as refused:
        await scene.tokens().access_token()
    assert refused.value.code == "vault_refused"
    assert scene.asked(ALL_CALLS) == 0

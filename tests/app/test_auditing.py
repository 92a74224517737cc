"""The audit of a process: what it keeps, when, and for how long."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubspot_skill.access.policy import Action
from hubspot_skill.app.auditing import BATCH, KEPT, AccountTrail, AuditLog, entry
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.databases import Databases, Store
from hubspot_skill.app.keys import Keys
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.domain.errors import HubSpotSkillError, StoreError
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.service.requests import CreateRequest, GetRequest, UpdateRequest
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import running_sandbox
from tests.service.scene import office


async def test_opening_the_audit_forgets_what_is_older_than_it_is_kept_and_the_chain_still_holds(
    tmp_path: Path,
) -> None:
    clock, settings = ManualClock(), read_settings({})
    places = Places(tmp_path / "config", tmp_path / "data")
    databases = Databases(settings, places, Keys(settings, places, {}), clock=clock)

    async def noted(action: str) -> None:
        await AuditLog(databases, "local", clock=clock).note(action, "done", "c1")
        await databases.aclose()

    await noted("connect")
    await clock.advance(KEPT.total_seconds() - 60)
    await noted("rename")
    await clock.advance(120)

    audit = await AuditLog(databases, "local", clock=clock).opened()
    try:
        kept = [body for _, _, body in await audit.entries("local")]
        assert not [body for body in kept if '"connect"' in body]
        assert [body for body in kept if '"rename"' in body]
        assert (await audit.verify("local")).holds
    finally:
        await databases.aclose()


class House:
    """The audit of one process, over files of the test."""

    def __init__(self, home: Path, clock: ManualClock) -> None:
        settings, places = read_settings({}), Places(home / "config", home / "data")
        self.databases = Databases(settings, places, Keys(settings, places, {}), clock=clock)
        self.log = AuditLog(self.databases, "local", clock=clock)
        self.places = places

    async def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, _, body in await (await self.log.opened()).entries("local", most=1000)]

    async def aclose(self) -> None:
        await self.log.aclose()
        await self.databases.aclose()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path, ManualClock())
    try:
        yield made
    finally:
        await made.aclose()


async def test_reads_wait_for_each_other_and_a_write_takes_them_along_in_order(house: House) -> None:
    trail = AccountTrail(house.log, "c1")
    trail.later(Action.GET, "done", ["contacts/1"])
    trail.later(Action.SEARCH, "done", [])
    assert await house.bodies() == []

    await trail.at_once(Action.UPDATE, "begun", ["contacts/1"])

    kept = await house.bodies()
    assert [(one["action"], one["outcome"]) for one in kept] == [
        ("get", "done"),
        ("search", "done"),
        ("update", "begun"),
    ]
    assert kept[0]["objects"] == kept[2]["objects"] == [(await house.log.opened()).object_digest("contacts/1")]


async def test_a_batch_of_reads_is_kept_without_waiting_for_the_second(house: House) -> None:
    trail = AccountTrail(house.log, "c1")
    for number in range(BATCH):
        trail.later(Action.GET, "done", [f"contacts/{number}"])
    async with asyncio.timeout(5):
        while len(await house.bodies()) < BATCH:
            await asyncio.sleep(0.01)
    assert (await (await house.log.opened()).verify("local")).rows == BATCH


async def test_closing_keeps_the_reads_that_wait(tmp_path: Path) -> None:
    first = House(tmp_path, ManualClock())
    AccountTrail(first.log, "c1").later(Action.GET, "done", ["contacts/1"])
    await first.aclose()
    again = House(tmp_path, ManualClock())
    assert [one["action"] for one in await again.bodies()] == ["get"]
    await again.aclose()


async def test_of_a_token_only_writes_are_kept(house: House) -> None:
    trail = AccountTrail(house.log, "environment", reads=False)
    trail.later(Action.GET, "done", ["contacts/1"])
    await house.log.aclose()
    assert not house.places.store("audit").exists()
    await trail.at_once(Action.CREATE, "begun", [])
    assert [one["action"] for one in await house.bodies()] == ["create"]


@pytest.mark.promise("calls-audited")
async def test_calls_of_an_account_stand_in_the_audit_with_digests_and_no_text_of_the_crm(tmp_path: Path) -> None:
    with running_sandbox([office()]) as served:
        settings = read_settings({"HUBSPOT_SKILL_API_BASE_URL": served.base_url})
        places = Places(tmp_path / "config", tmp_path / "data")
        accounts = Accounts(settings, places, environment={})
        try:
            vault = await accounts.keeper.opened()
            await vault.book.add_key(accounts.with_key(Secret("pat-na1-demo")), Secret("pat-na1-demo"), alias="demo")
            crm = await accounts.crm()
            made = await crm.create(
                CreateRequest(type="contacts", fields={"email": "secret.person@example.com", "lastname": "Whisper"})
            )
            await crm.get(GetRequest(records=(made.id,), type="contacts"))
            with pytest.raises(HubSpotSkillError):
                await crm.update(UpdateRequest(type="contacts", record=made.id, fields={"no_such_property": "x"}))
            await accounts.audit.at_once(entry("test", "done", ""))
            audit = await accounts.audit.opened()
            rows = [json.loads(body) for _, _, body in await audit.entries("local", most=100)]
        finally:
            await accounts.aclose()
    told = [(row["action"], row["outcome"], row.get("objects", [])) for row in rows]
    digest = audit.object_digest(f"contacts/{made.id}")
    assert ("create", "begun", []) in told
    assert ("create", "done", [digest]) in told
    assert ("get", "done", [digest]) in told
    assert ("update", "begun", [digest]) in told
    assert any(action == "update" and outcome not in ("begun", "done") for action, outcome, _ in told)
    assert told.index(("create", "begun", [])) < told.index(("create", "done", [digest]))
    assert not any(word in str(rows) for word in ("secret.person", "Whisper", "no_such_property"))


async def test_a_write_that_cannot_be_noted_is_not_sent(tmp_path: Path) -> None:
    with running_sandbox(portals()) as served:
        settings = read_settings({"HUBSPOT_SKILL_API_BASE_URL": served.base_url})
        places = Places(tmp_path / "config", tmp_path / "data")
        accounts = Accounts(settings, places, environment={})
        try:
            vault = await accounts.keeper.opened()
            await vault.book.add_key(accounts.with_key(Secret("pat-na1-demo")), Secret("pat-na1-demo"), alias="demo")
            crm = await accounts.crm()
            store = await accounts.databases.open(Store.AUDIT)
            await store.database.write("local", lambda c: c.exec_driver_sql("drop table audit_row"))
            before = served.sandbox.traffic.count("contacts$")
            with pytest.raises(StoreError):
                await crm.create(CreateRequest(type="contacts", fields={"lastname": "Never"}))
            assert served.sandbox.traffic.count("contacts$") == before
            assert (await crm.whoami()).source == "sandbox"
        finally:
            await accounts.aclose()

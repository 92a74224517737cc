"""Sync against the sandbox: the mirror becomes and stays equal to the portal, whatever happens there meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.writes import Change, Draft, Link
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.mirror.forms import as_ms
from hubspot_skill.mirror.links import type_id
from hubspot_skill.mirror.rows import merged_ids
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import OBJECT_TABLES, assoc, change, deal, stage_stay
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.service.sync.syncer import Syncer
from tests.hubspot.conftest import small_crm
from tests.hubspot.stub import connected
from tests.mirror.scene import AMPLE, new_mirror
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served, running_sandbox

LAG_S = 20
TITLE = {
    CONTACTS: ("lastname", "last_name"),
    COMPANIES: ("name", "name"),
    DEALS: ("dealname", "name"),
}
PAIRS = (
    (CONTACTS, COMPANIES, "contact", "company"),
    (DEALS, CONTACTS, "deal", "contact"),
    (DEALS, COMPANIES, "deal", "company"),
)


@dataclass(slots=True)
class PortalClock:
    """The product's clock set by the sandbox's; it waits in real time."""

    clock: SandboxClock

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class Scene:
    """A portal, the adapter on it, its mirror and the sync."""

    served: Served
    hubspot: HubSpot
    mirror: Mirror
    syncer: Syncer
    clock: PortalClock

    def advance(self, seconds: float) -> None:
        self.served.sandbox.clock.advance(seconds)


@pytest.fixture(scope="module")
def portal() -> Iterator[Served]:
    switches = SandboxSettings(search_lag_ms=LAG_S * 1000)
    with running_sandbox([small_crm()], clock=SandboxClock(NOW, running=False), settings=switches) as running:
        yield running


@asynccontextmanager
async def scene(served: Served, folder: Path, kind: str = "sqlite") -> AsyncIterator[Scene]:
    served.sandbox.reset()
    served.sandbox.traffic.clear()
    clock = PortalClock(served.sandbox.clock)
    async with new_mirror(kind, folder, clock=clock) as mirror, connected(served.base_url, limits=AMPLE) as hubspot:
        yield Scene(served, hubspot, mirror, Syncer(hubspot, mirror, clock, owner="test"), clock)


async def truth(hubspot: HubSpot) -> dict[str, Any]:
    """Read the portal the plain way: live records by id with a title and moment of change, and the links between them."""
    found: dict[str, Any] = {}
    live: dict[str, list[str]] = {}
    for type, (title, _) in TITLE.items():
        records = []
        after = None
        while True:
            page = await hubspot.objects.list(type, properties=[_text(title)], after=after)
            records += page.records
            after = page.next_after
            if after is None:
                break
        live[type.name] = [record.id for record in records]
        found[type.name] = {
            int(r.id): (r.properties.get(PropertyName(title)), as_ms(r.updated_at)) for r in records if r.updated_at
        }
    for from_type, to_type, *names in PAIRS:
        pages = await hubspot.associations.of_many(from_type, live[from_type.name], to_type)
        found["-".join(names)] = {
            (int(id), int(link.to_id), type_id(kind.category, kind.number))
            for id, page in pages.items()
            for link in page.links
            for kind in link.types
        }
    return found


async def held(mirror: Mirror) -> dict[str, Any]:
    """Read the same out of the mirror."""
    found: dict[str, Any] = {}
    for type, (_, column) in TITLE.items():
        table = OBJECT_TABLES[type.singular]
        rows = await mirror.execute(
            select(table.c.id, table.c[column], table.c.modified_at).where(
                table.c.archived == 0, table.c.merged_into.is_(None)
            )
        )
        found[type.name] = {row[0]: (row[1], row[2]) for row in rows}
    for _, _, from_name, to_name in PAIRS:
        rows = await mirror.execute(
            select(assoc.c.from_id, assoc.c.to_id, assoc.c.type_id).where(
                assoc.c.from_type == from_name, assoc.c.to_type == to_name
            )
        )
        found[f"{from_name}-{to_name}"] = {tuple(row) for row in rows}
    return found


def _text(name: str) -> Property:
    return Property(PropertyName(name), name, PropertyType.STRING)


class Editor:
    """Does what people do in a portal, with numbers that a strategy drew."""

    def __init__(self, hubspot: HubSpot) -> None:
        self.hubspot = hubspot

    async def ids(self, type: ObjectType) -> list[RecordId]:
        return [record.id for record in (await self.hubspot.objects.list(type, properties=())).records]

    async def do(self, what: str, type: ObjectType, first: int, second: int) -> None:
        ids = await self.ids(type)
        if what == "create" or len(ids) < 2:
            await self.hubspot.objects.create(Draft(type, self._fields(type, f"New {first}")))
            return
        one, other = ids[first % len(ids)], ids[second % len(ids)]
        try:
            if what == "edit":
                await self.hubspot.objects.update(Change(type, one, self._fields(type, f"Edited {second}")))
            elif what == "archive":
                await self.hubspot.objects.archive(type, one)
            elif what == "merge" and one != other:
                await self.hubspot.objects.merge(type, primary_id=one, merged_id=other)
            elif what in ("link", "unlink"):
                await self._relate(what, first, second)
        except HubSpotSkillError:
            return  # a rule of the portal forbids it: nothing happened there

    async def _relate(self, what: str, first: int, second: int) -> None:
        from_type, to_type, *_ = PAIRS[first % len(PAIRS)]
        sources, targets = await self.ids(from_type), await self.ids(to_type)
        if not sources or not targets:
            return
        link = Link(from_type, sources[first % len(sources)], to_type, targets[second % len(targets)])
        await (self.hubspot.associations.link(link) if what == "link" else self.hubspot.associations.unlink(link))

    def _fields(self, type: ObjectType, title: str) -> dict[PropertyName, str]:
        fields = {PropertyName(TITLE[type][0]): title}
        if type == DEALS:
            fields |= {PropertyName("pipeline"): "default", PropertyName("dealstage"): "appointmentscheduled"}
        return fields


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["create", "edit", "edit", "archive", "merge", "link", "unlink"]),
        st.sampled_from([CONTACTS, COMPANIES, DEALS]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from([0, 1, LAG_S]),
    ),
    max_size=12,
)


@pytest.mark.promise("mirror-equals")
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(early=EDITS, late=EDITS)
async def test_after_any_edits_under_a_lagging_index_a_check_makes_the_mirror_equal_the_portal(
    portal: Served, tmp_path_factory: pytest.TempPathFactory, early: list[Any], late: list[Any]
) -> None:
    async with scene(portal, tmp_path_factory.mktemp("mirror")) as it:
        editor = Editor(it.hubspot)
        for what, type, first, second, pause_s in early:
            await editor.do(what, type, first, second)
            it.advance(pause_s)
        await it.syncer.complete()
        for what, type, first, second, pause_s in late:
            await editor.do(what, type, first, second)
            it.advance(pause_s)
            await it.syncer.refresh(max_age_s=0, budget_s=5)
        it.advance(LAG_S + 90_000)
        await it.syncer.complete(check=True)

        assert await held(it.mirror) == await truth(it.hubspot)


async def test_a_poll_brings_what_was_changed_and_costs_one_request_per_object_when_nothing_was(
    portal: Served, tmp_path: Path
) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        it.advance(LAG_S + 5)
        await it.hubspot.objects.update(Change(CONTACTS, RecordId("2001"), {PropertyName("lastname"): "Lovelace"}))
        it.advance(LAG_S + 5)
        await it.syncer.refresh(max_age_s=0, budget_s=5)
        changed = await held(it.mirror)
        it.advance(120)
        it.served.sandbox.traffic.clear()
        state = await it.syncer.refresh(max_age_s=60, budget_s=5)
        calls = it.served.sandbox.traffic.counts()

    assert changed["contacts"][2001][0] == "Lovelace"
    assert state.as_of == it.clock.now()
    assert calls
    assert set(calls.values()) == {1}
    assert all(route.endswith("/search") for route in calls)


async def test_a_fresh_mirror_is_not_polled_again(portal: Served, tmp_path: Path) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        it.served.sandbox.traffic.clear()
        await it.syncer.refresh(max_age_s=60, budget_s=5)

        assert it.served.sandbox.traffic.total == 0


async def test_a_change_of_stage_is_kept_with_its_history_and_exact_time_in_stages(
    portal: Served, tmp_path: Path
) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        it.advance(3_600)
        await it.hubspot.objects.update(Change(DEALS, RecordId("3002"), {PropertyName("dealstage"): "902"}))
        it.advance(LAG_S + 5)
        await it.syncer.refresh(max_age_s=0, budget_s=5)
        steps = await it.mirror.execute(
            select(change.c.value, change.c.source)
            .where(change.c.id == 3002, change.c.property == "dealstage")
            .order_by(change.c.at)
        )
        stay = (
            await it.mirror.execute(select(stage_stay).where(stage_stay.c.deal_id == 3002, stage_stay.c.stage == "901"))
        )[0]
        row = (await it.mirror.execute(select(deal).where(deal.c.id == 3002)))[0]

    assert [tuple(step) for step in steps] == [("901", "history"), ("902", "history")]
    assert (stay.exact, stay.visits, stay.ms_done) == (1, 1, stay.last_out - stay.first_in)
    assert row.stage == "902"
    assert row.history_at == row.modified_at


async def test_a_merge_points_the_loser_to_the_winner_and_moves_its_links(portal: Served, tmp_path: Path) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        await it.hubspot.objects.merge(CONTACTS, primary_id="2002", merged_id="2001")
        it.advance(LAG_S + 5)
        await it.syncer.refresh(max_age_s=0, budget_s=5)
        table = OBJECT_TABLES["contact"]
        loser = (await it.mirror.execute(select(table.c.merged_into).where(table.c.id == 2001)))[0]
        winner = await it.hubspot.objects.read(CONTACTS, "2002", properties=[_text("hs_merged_object_ids")])
        mirrored, real = await held(it.mirror), await truth(it.hubspot)

    assert merged_ids(winner) == ("2001",)
    assert loser.merged_into == 2002
    assert mirrored["deal-contact"] == real["deal-contact"] == {(3001, 2002, 3)}


async def test_what_is_gone_without_a_trace_is_purged_with_its_history_by_a_check(
    portal: Served, tmp_path: Path
) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        await it.hubspot.objects.archive(DEALS, "3001")
        it.advance(LAG_S + 5)
        await it.syncer.complete(check=True)
        table = OBJECT_TABLES["deal"]
        row = (await it.mirror.execute(select(table.c.archived).where(table.c.id == 3001)))[0]
        links = await it.mirror.execute(select(assoc).where(assoc.c.from_type == "deal", assoc.c.from_id == 3001))

    assert row.archived == 1
    assert links == []


async def test_a_hint_brings_what_was_just_written_although_the_index_does_not_show_it(
    portal: Served, tmp_path: Path
) -> None:
    async with scene(portal, tmp_path) as it:
        await it.syncer.complete()
        await it.hubspot.objects.update(Change(CONTACTS, RecordId("2001"), {PropertyName("lastname"): "Lovelace"}))
        made = await it.hubspot.objects.create(Draft(DEALS, Editor(it.hubspot)._fields(DEALS, "Fresh")))
        it.syncer.hint("contacts", ["2001", "no number"])
        it.syncer.hint("deals", [made.id])
        it.advance(1)
        await it.syncer.refresh(max_age_s=0, budget_s=5)
        found = await held(it.mirror)

    assert found["contacts"][2001][0] == "Lovelace"
    assert found["deals"][int(made.id)][0] == "Fresh"

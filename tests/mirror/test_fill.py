"""A small CRM, read whole into a mirror of either kind."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from hubspot_skill.mirror.store import open_mirror
from hubspot_skill.mirror.tables import assoc, company, contact, deal, owner, rate, stage, stage_stay
from tests.database_fixture import KINDS
from tests.hubspot.conftest import serving_small_crm
from tests.mirror.scene import NAME, filled_mirror
from tests.sandbox.engine_portal import DAY, NOW_MS
from tests.sandbox_fixture import Served


@pytest.fixture(scope="module")
def crm() -> Iterator[Served]:
    with serving_small_crm() as served:
        yield served


@pytest.mark.parametrize("kind", KINDS)
async def test_a_filled_mirror_holds_money_in_minor_units_and_moments_in_milliseconds(
    kind: str, crm: Served, tmp_path: Path
) -> None:
    async with filled_mirror(kind, tmp_path, crm.base_url) as (mirror, _):
        renewal, pilot = await mirror.execute(select(deal).order_by(deal.c.id))
        people = await mirror.execute(select(contact.c.id, contact.c.archived, contact.c.email).order_by(contact.c.id))
        firms = await mirror.execute(select(company.c.id, company.c.employees).order_by(company.c.id))
        coverage = await mirror.coverage()

    assert (renewal.amount, renewal.amount_home, renewal.currency) == (120_050, 120_050, "USD")
    assert (renewal.stage, renewal.is_won, renewal.prob_millionths) == ("closedwon", 1, 1_000_000)
    assert renewal.stage_entered_at == NOW_MS - 3 * DAY
    assert renewal.company_id == 1001
    assert (pilot.amount, pilot.pipeline, pilot.owner_id) == (None, "900", None)
    assert [tuple(row) for row in people] == [
        (2001, 0, "ada@acme.com"),
        (2002, 0, "grace@globex.example"),
        (2003, 1, "gone@acme.com"),
    ]
    assert [tuple(row) for row in firms] == [(1001, 250), (1002, None)]
    assert (coverage["contact"].held, coverage["contact"].is_complete) == (2, True)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_filled_mirror_holds_links_stages_owners_and_time_in_stages(
    kind: str, crm: Served, tmp_path: Path
) -> None:
    async with filled_mirror(kind, tmp_path, crm.base_url) as (mirror, _):
        links = await mirror.execute(select(assoc.c.from_type, assoc.c.to_type, assoc.c.to_id, assoc.c.type_id))
        stages = await mirror.execute(select(stage.c.id, stage.c.is_won).where(stage.c.is_won == 1))
        owners = await mirror.execute(select(owner.c.name, owner.c.is_active, owner.c.team_id).order_by(owner.c.id))
        stays = await mirror.execute(
            select(stage_stay.c.stage, stage_stay.c.last_out).where(stage_stay.c.deal_id == 3001)
        )
        zone = await mirror.meta("zone")
        rates = await mirror.execute(select(rate))

    assert {tuple(row) for row in links} >= {("deal", "contact", 2001, 3), ("deal", "company", 1001, 5)}
    assert "closedwon" in [row.id for row in stages]
    assert [tuple(row) for row in owners] == [("Ada Berg", 1, "1"), ("Bo Lind", 1, None), ("Cy Past", 0, None)]
    assert {row.stage: row.last_out for row in stays}["appointmentscheduled"] == NOW_MS - 3 * DAY
    assert zone == "America/New_York"
    assert rates == []


async def test_on_postgresql_the_mirror_of_another_scope_sees_nothing(crm: Served, tmp_path: Path) -> None:
    async with filled_mirror("postgresql", tmp_path, crm.base_url) as (mirror, _):
        narrow = await open_mirror(mirror.database, replace(NAME, scope="narrow"))
        seen = await narrow.execute(select(deal.c.id))
        held = await mirror.execute(select(deal.c.id))

    assert (len(seen), len(held)) == (0, 2)

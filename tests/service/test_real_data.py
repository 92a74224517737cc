"""A real data set (CRM Sales Opportunities, 8,800 deals) answered through the use cases; skipped where it is not there."""

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hubspot_skill.changes.policy import Means
from hubspot_skill.domain.errors import NotFoundError
from hubspot_skill.domain.names import COMPANIES, DEALS, RecordId
from hubspot_skill.domain.search import Search
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.csv_folder import load_folder
from hubspot_skill.service.changes.answers import PlanView
from hubspot_skill.service.changes.requests import PlanRequest, Selection
from hubspot_skill.service.requests import (
    BriefRequest,
    Compare,
    Condition,
    CreateRequest,
    DealFilters,
    DealStatus,
    DescribeRequest,
    GetRequest,
    LinkTo,
    SearchRequest,
    Topic,
)
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import Office, opened

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "crm-sales-opportunities"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the data set is not beside this checkout")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (FOLDER / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    seed = load_folder(FOLDER)
    with running_sandbox([seed], clock=SandboxClock(seed.now, running=False)) as running:
        yield running


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (DealFilters(), 8_800),
        (DealFilters(status=DealStatus.WON), 4_238),
        (DealFilters(status=DealStatus.LOST), 2_473),
        (DealFilters(stage=("Engaging",)), 1_589),
        (DealFilters(stage=("prospecting",)), 500),
        (DealFilters(status=DealStatus.OPEN), 2_089),
        (DealFilters(company="none"), 1_425),
        (DealFilters(stage=("Won", "Lost")), 6_711),
    ],
)
@pytest.mark.promise("csv-exact")
async def test_deals_are_counted_exactly(served: Served, filters: DealFilters, expected: int) -> None:
    async with opened(served) as crm:
        answer = await crm.crm.search(SearchRequest(type="deals", filters=filters, count_only=True))
    assert answer.total == expected


async def test_the_deals_of_one_agent_are_those_of_the_file(served: Served, rows: list[dict[str, str]]) -> None:
    mine = {r["opportunity_id"] for r in rows if r["sales_agent"] == "Moses Frase"}
    found: set[str] = set()
    async with opened(served) as crm:
        request = SearchRequest(type="deals", filters=DealFilters(owner=("moses frase",)), fields=("opportunity_id",), limit=100)  # fmt: skip
        cursor = ""
        while True:
            page = await crm.crm.search(SearchRequest(**{**_fields(request), "cursor": cursor}))
            found |= {str(row[1]) for row in page.table.rows}
            assert page.total == len(mine)
            cursor = page.next
            if not cursor:
                break
    assert found == mine


def _fields(request: SearchRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in ("type", "filters", "fields", "limit")}


async def test_a_company_comes_with_its_open_deals(served: Served, rows: list[dict[str, str]]) -> None:
    open_deals = [r for r in rows if r["account"] == "Cancity" and r["deal_stage"] in ("Engaging", "Prospecting")]
    async with opened(served) as crm:
        brief = await crm.crm.brief(BriefRequest(record="Cancity", type="company"))
        everything = await crm.crm.search(SearchRequest(type="deals", filters=DealFilters(company="Cancity"), count_only=True))  # fmt: skip
    assert brief.record.name == "Cancity"
    assert brief.open_count == len(open_deals)
    assert brief.open_value is None
    assert everything.total == sum(r["account"] == "Cancity" for r in rows)


async def test_values_follow_the_file_with_its_traps(served: Served, rows: list[dict[str, str]]) -> None:
    won = [r for r in rows if r["deal_stage"] == "Won" and r["product"] == "GTXPro"]
    best = max(won, key=lambda r: Decimal(r["close_value"]))
    in_march = sum(r["deal_stage"] == "Won" and r["close_date"].startswith("2017-03") for r in rows)
    async with opened(served) as crm:
        answer = await crm.crm.search(
            SearchRequest(
                type="deals",
                filters=DealFilters(status=DealStatus.WON),
                where=(Condition("product", Compare.EQ, "GTX Pro"),),
                sort="-amount",
                fields=("opportunity_id", "amount", "close_date", "owner"),
                limit=1,
            )
        )
        without = await crm.crm.search(SearchRequest(type="deals", where=(Condition("engage_date", Compare.NO_VALUE),), count_only=True))  # fmt: skip
        march = await crm.crm.search(SearchRequest(type="deals", filters=DealFilters(status=DealStatus.WON, close_date="2017-03"), count_only=True))  # fmt: skip
        (record,) = (await crm.crm.get(GetRequest(type="deals", records=("1C1I7A6R",), key="opportunity_id"))).records
    assert answer.total == len(won)
    assert answer.table.rows[0][2] == int(best["close_value"])
    assert without.total == 500
    assert march.total == in_march
    assert record.name == "Cancity - GTX Plus Basic"
    assert {v.name: v.value for v in record.values}["closedate"] == "2017-03-01"


async def test_all_agents_are_owners_with_their_teams(served: Served) -> None:
    with (FOLDER / "sales_teams.csv").open(newline="", encoding="utf-8") as file:
        offices = Counter(row["regional_office"] for row in csv.DictReader(file))
    async with opened(served) as crm:
        answer = await crm.crm.describe(DescribeRequest(topic=Topic.OWNERS, limit=100))
    agents = [row for row in answer.table.rows if row[3]]
    assert len(agents) == 35
    assert Counter(str(row[3]).split("; ")[-1] for row in agents) == offices


async def _whole(here: Office) -> tuple[dict[str, dict[str, object]], dict[str, frozenset[tuple[str, str, int]]]]:
    """Give every writable property and every company link of all deals, as HubSpot has them."""
    names = [p for p in await here.hubspot.schema.properties(DEALS) if not (p.is_read_only or p.is_calculated)]
    values: dict[str, dict[str, object]] = {}
    async for record in here.hubspot.objects.search_all(Search(DEALS), properties=names):
        values[record.id] = dict(record.properties)
    links: dict[str, frozenset[tuple[str, str, int]]] = {}
    ids = [RecordId(id) for id in values]
    for start in range(0, len(ids), 1_000):
        for id, page in (await here.hubspot.associations.of_many(DEALS, ids[start : start + 1_000], COMPANIES)).items():
            links[id] = frozenset((link.to_id, t.category, t.number) for link in page.links for t in link.types)
    return values, links


@pytest.mark.promise("changes-undone")
async def test_the_deals_without_account_are_given_a_placeholder_and_everything_goes_back(served: Served) -> None:
    async with opened(served) as here:
        before = await _whole(here)
        approvals = await here.crm.approvals()

        async def carry_out(plan: PlanView) -> PlanView:
            await approvals.approve(plan.plan_id, means=Means.CONSOLE, shown=plan.digest, typed_count=plan.records)
            return (await here.crm.apply_changes(plan.plan_id, wait_s=None)).plan

        made = await here.crm.create(CreateRequest(type="companies", fields={"name": "Account to be found"}))
        selection = Selection(
            type="deals", filters=DealFilters(company="none"), to=(LinkTo(type="companies", record=made.id),)
        )
        plan = (await here.crm.plan_changes(PlanRequest(selection=selection))).plan
        assert (plan.records, [group.count for group in plan.groups]) == (1_425, [1_425])
        assert plan.groups[0].after == f"company Account to be found {made.id}"
        assert (await carry_out(plan)).outcomes.done == 1_425
        assert len(await here.hubspot.associations.all_ids(COMPANIES, made.id, "deals")) == 1_425

        undo = (await here.crm.undo_changes(plan.plan_id)).plan
        assert (undo.records, undo.left_out_total) == (1_425, 0)
        assert (await carry_out(undo)).outcomes.done == 1_425
        gone = (await here.crm.undo_changes(made.change_id)).plan
        assert (await carry_out(gone)).outcomes.done == 1

        assert await _whole(here) == before
        with pytest.raises(NotFoundError):
            await here.hubspot.objects.read(COMPANIES, made.id, properties=())

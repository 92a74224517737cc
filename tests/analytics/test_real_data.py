"""The golden set: figures of a real data set (CRM Sales Opportunities, 8,800 deals), worked out from its files by hand.

Checked once with a spreadsheet's pivot of `sales_pipeline.csv` and frozen here; skipped where the files are not there.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from hubspot_skill.analytics.calendar import Interval
from hubspot_skill.analytics.catalogue import load
from hubspot_skill.analytics.engine import drill, run
from hubspot_skill.analytics.query import Cut, Query
from hubspot_skill.domain.report import Grain, Report
from tests.analytics.scene import FOLDER, FilledPlace, fill_real_data, opened_mirror

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the data set is not beside this checkout")

ALL_TIME = Interval()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FilledPlace:
    return fill_real_data(Path(tmp_path_factory.mktemp("real")))


async def asked(filled: FilledPlace, *metrics: str, by: tuple[Cut, ...] = (), **given: object) -> Report:
    async with opened_mirror(filled.place) as mirror:
        catalogue = await load(mirror)
        query = Query(metrics=metrics, now=filled.now, zone=catalogue.zone, cuts=by, **{"period": ALL_TIME, **given})
        return await run(mirror, catalogue, query)


def table(report: Report) -> dict[str, tuple[object, ...]]:
    return {row.groups[0].label: row.values for row in report.rows}


@pytest.mark.promise("report-exact")
async def test_won_revenue_and_win_rate_are_those_of_the_files(filled: FilledPlace) -> None:
    report = await asked(filled, "won_revenue", "won_deals", "lost_deals", "win_rate", "avg_deal_size")
    assert report.totals == (Decimal("10005534.00"), 4_238, 2_473, Decimal("0.631501"), Decimal("2360.91"))
    assert report.currency == "USD"


async def test_revenue_by_quarter_is_that_of_the_files(filled: FilledPlace) -> None:
    report = await asked(filled, "won_revenue", "won_deals", "win_rate", by=(Cut("close_at", Grain.QUARTER),))
    assert table(report) == {
        "2017-Q1": (Decimal("1134672.00"), 531, Decimal("0.820711")),
        "2017-Q2": (Decimal("3086111.00"), 1_254, Decimal("0.617126")),
        "2017-Q3": (Decimal("2982255.00"), 1_257, Decimal("0.614069")),
        "2017-Q4": (Decimal("2802496.00"), 1_196, Decimal("0.602519")),
    }


async def test_revenue_by_agent_is_that_of_the_files(filled: FilledPlace) -> None:
    report = await asked(filled, "won_revenue", "won_deals", by=(Cut("owner"),), limit=50)
    found = table(report)
    assert len(found) == 30
    assert found["Darcel Schlecht"] == (Decimal("1153214.00"), 349)
    assert found["Violet Mclelland"] == (Decimal("123431.00"), 122)
    assert sum(Decimal(str(v[0])) for v in found.values()) == Decimal("10005534.00")


async def test_revenue_by_sector_is_that_of_the_files(filled: FilledPlace) -> None:
    report = await asked(filled, "won_revenue", by=(Cut("company_industry"),), limit=50)
    found = table(report)
    assert found["Retail"] == (Decimal("1867528.00"),)
    assert sum(Decimal(str(v[0])) for v in found.values()) == Decimal("10005534.00")


async def test_the_sales_cycle_is_that_of_the_files(filled: FilledPlace) -> None:
    report = await asked(filled, "sales_cycle_days", "sales_cycle_days_median", "median_deal_size")
    assert report.totals == (Decimal("51.78"), Decimal("57.00"), Decimal("1117.00"))


async def test_deals_without_account_and_date_are_named_not_dropped(filled: FilledPlace) -> None:
    by_company = await asked(filled, "deal_count", by=(Cut("company"),), period=None, limit=500)
    by_stage = await asked(filled, "open_deals", "no_close_date", by=(Cut("stage"),), period=None)
    assert table(by_company)["no company"] == (1_425,)
    assert by_company.totals == (8_800,)
    assert table(by_stage) == {"Prospecting": (500, 500), "Engaging": (1_589, 1_589)}


async def test_a_cell_opens_exactly_the_records_it_counts(filled: FilledPlace) -> None:
    async with opened_mirror(filled.place) as mirror:
        catalogue = await load(mirror)
        query = Query(
            metrics=("won_revenue",), now=filled.now, zone=catalogue.zone, cuts=(Cut("owner"),), period=ALL_TIME
        )
        row = (await run(mirror, catalogue, query)).rows[0]
        first = await drill(mirror, catalogue, query, metric=0, groups=[row.groups[0].id], after=0, limit=300)
        rest = await drill(
            mirror, catalogue, query, metric=0, groups=[row.groups[0].id], after=first.ids[-1], limit=300
        )
    assert first.total == 349
    assert (len(first.ids), len(rest.ids)) == (300, 49)

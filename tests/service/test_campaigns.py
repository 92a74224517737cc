"""Campaigns and what they brought."""

from decimal import Decimal

import pytest

from hubspot_skill.domain.errors import (
    AmbiguousNameError,
    InvalidInputError,
    MissingScopesError,
    NotFoundError,
    UnknownNameError,
)
from hubspot_skill.domain.marketing import AttributionModel
from hubspot_skill.service.requests import CampaignsRequest
from tests.service import scene
from tests.service.scene import Office, opened


async def test_campaigns_are_listed_with_dates_and_money(crm: Office) -> None:
    answer = await crm.crm.campaigns(CampaignsRequest())
    assert (answer.returned, answer.total, answer.next) == (2, 2, "")
    rows = {row[1]: row for row in answer.table.rows}
    assert rows["Spring launch"] == (scene.SPRING, "Spring launch", "completed", "2026-03-01", "2026-05-31", 1000, 250.5, "USD")  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        (CampaignsRequest(name="spring"), ["Spring launch"]),
        (CampaignsRequest(status="Active"), ["Autumn fair"]),
        (CampaignsRequest(during="today"), ["Autumn fair"]),
        (CampaignsRequest(during="2026-Q2"), ["Spring launch"]),
        (CampaignsRequest(during="2026"), ["Autumn fair", "Spring launch"]),
        (CampaignsRequest(status="planned"), []),
    ],
)
async def test_campaigns_are_filtered_by_name_status_and_time(crm: Office, request_: CampaignsRequest, names: list[str]) -> None:  # fmt: skip
    answer = await crm.crm.campaigns(request_)
    assert sorted(str(row[1]) for row in answer.table.rows) == names


@pytest.mark.parametrize("filtered", ["", "2026"])
async def test_pages_of_campaigns_follow_each_other(crm: Office, filtered: str) -> None:
    first = await crm.crm.campaigns(CampaignsRequest(limit=1, during=filtered))
    second = await crm.crm.campaigns(CampaignsRequest(limit=1, during=filtered, cursor=first.next))
    assert {row[0] for row in (*first.table.rows, *second.table.rows)} == {scene.SPRING, scene.FAIR}
    assert second.next == ""
    with pytest.raises(InvalidInputError):
        await crm.crm.campaigns(CampaignsRequest(limit=2, during=filtered, cursor=first.next))


@pytest.mark.parametrize("word", ["Spring launch", "spring", scene.SPRING])
async def test_one_campaign_comes_with_metrics_revenue_and_budget(crm: Office, word: str) -> None:
    answer = await crm.crm.campaigns(CampaignsRequest(campaign=word, attribution=AttributionModel.U_SHAPED))
    assert answer.campaign is not None
    assert (answer.campaign.id, answer.campaign.name) == (scene.SPRING, "Spring launch")
    values = {v.name: v.value for v in answer.campaign.values}
    assert values["hs_goal"] == "200 leads"
    assert values["hs_owner"] == "Bo Lind"
    assert "hs_name" not in values
    assert answer.campaign.metrics is not None
    assert answer.campaign.metrics.sessions == 42
    assert answer.campaign.revenue is not None
    assert answer.campaign.revenue.model is AttributionModel.U_SHAPED
    assert answer.campaign.budget is not None
    assert answer.campaign.budget.remaining == Decimal("749.50")


async def test_results_are_bounded_by_the_period(crm: Office) -> None:
    answer = await crm.crm.campaigns(CampaignsRequest(campaign="spring", period="2026-03"))
    assert answer.campaign is not None
    assert answer.campaign.metrics is not None
    assert answer.campaign.metrics.sessions == 40
    assert ("period", "2026-03", "2026-03-01 to 2026-03-31") in [(r.what, r.said, r.meant) for r in answer.resolved]


async def test_a_status_that_no_campaign_can_have_is_refused_with_those_there_are(crm: Office) -> None:
    with pytest.raises(UnknownNameError) as refused:
        await crm.crm.campaigns(CampaignsRequest(status="running"))
    assert "active" in {c.id for c in refused.value.candidates}


async def test_a_campaign_that_is_not_there_or_several_are_refused(crm: Office) -> None:
    with pytest.raises(NotFoundError):
        await crm.crm.campaigns(CampaignsRequest(campaign="Winter"))
    with pytest.raises(NotFoundError):
        await crm.crm.campaigns(CampaignsRequest(campaign="6a1a1111-0000-4000-8000-00000000ffff"))
    with pytest.raises(AmbiguousNameError):
        await crm.crm.campaigns(CampaignsRequest(campaign="a"))


async def test_without_marketing_hub_the_error_says_what_is_needed(crm: Office) -> None:
    token = crm.served.sandbox.tokens.mint("demo", scopes=["oauth", "crm.objects.contacts.read"])
    async with opened(crm.served, token=token) as limited:
        with pytest.raises(MissingScopesError) as refused:
            await limited.crm.campaigns(CampaignsRequest())
    assert "Marketing Hub Professional" in refused.value.hint

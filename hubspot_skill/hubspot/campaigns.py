"""Reads and writes marketing campaigns and reads their reports.

Follows developers.hubspot.com/docs/api-reference/latest/marketing/campaigns (read 2026-11-23). Needs Marketing Hub
Professional or more; an account without it answers 403.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic_core import to_json

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.marketing import (
    AttributionModel,
    Campaign,
    CampaignBudget,
    CampaignMetrics,
    CampaignPage,
    CampaignRevenue,
)
from hubspot_skill.hubspot.calls import Call, Caller, Endpoint
from hubspot_skill.hubspot.wire.campaigns import (
    read_budget,
    read_campaign,
    read_campaigns,
    read_metrics,
    read_revenue,
)
from hubspot_skill.hubspot.wire.paths import Paths, query

__all__ = ["CAMPAIGN_PROPERTIES", "Campaigns"]

MAX_PAGE = 100
# Without a choice HubSpot gives none at all.
CAMPAIGN_PROPERTIES = (
    "hs_name",
    "hs_campaign_status",
    "hs_start_date",
    "hs_end_date",
    "hs_owner",
    "hs_audience",
    "hs_goal",
    "hs_notes",
    "hs_currency_code",
    "hs_utm",
    "hs_budget_items_sum_amount",
    "hs_spend_items_sum_amount",
)


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Marketing campaigns."""

    caller: Caller
    paths: Paths

    async def list(
        self,
        *,
        name: str | None = None,
        sort: str | None = None,
        limit: int = MAX_PAGE,
        after: str | None = None,
        properties: Sequence[str] = CAMPAIGN_PROPERTIES,
    ) -> CampaignPage:
        """Give one page of campaigns, those whose name holds `name` where given; 1 request. `limit` 1 to 100."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInputError(
                f"a page of {limit} campaigns was asked for: expected 1 to {MAX_PAGE}", field="limit"
            )
        path = query(self.paths.campaigns, name=name, sort=sort, limit=limit, after=after, properties=properties)
        return await self.caller.json(_call("GET", path, "the list of campaigns"), read_campaigns)

    async def read(self, id: str, *, properties: Sequence[str] = CAMPAIGN_PROPERTIES) -> Campaign:
        """Give one campaign; 1 request.

        Raises:
            NotFoundError: there is none.
        """
        path = query(self.paths.campaign(id), properties=properties)
        return await self.caller.json(_call("GET", path, f"campaign {id}"), read_campaign)

    async def metrics(self, id: str, *, start: date | None = None, end: date | None = None) -> CampaignMetrics:
        """Give a campaign's counts from `start` to `end`, both included (none: since 2006, until today); 1 request."""
        path = query(self.paths.campaign(id, "reports/metrics"), **_period(start, end))
        return await self.caller.json(_call("GET", path, f"the metrics of campaign {id}"), read_metrics)

    async def revenue(
        self,
        id: str,
        *,
        model: AttributionModel = AttributionModel.LINEAR,
        start: date | None = None,
        end: date | None = None,
    ) -> CampaignRevenue:
        """Give the revenue credited to a campaign under one attribution model; 1 request."""
        path = query(self.paths.campaign(id, "reports/revenue"), attributionModel=model.value, **_period(start, end))
        call = _call("GET", path, f"the revenue of campaign {id}")
        return await self.caller.json(call, lambda value: read_revenue(value, model))

    async def budget(self, id: str) -> CampaignBudget:
        """Give a campaign's planned and spent money; 1 request."""
        path = self.paths.campaign(id, "budget/totals")
        return await self.caller.json(_call("GET", path, f"the budget of campaign {id}"), read_budget)

    async def create(self, properties: Mapping[str, str]) -> Campaign:
        """Create a campaign; `hs_name` is required; 1 request."""
        body = to_json({"properties": dict(properties)})
        return await self.caller.json(_write("POST", self.paths.campaigns, "a new campaign", body), read_campaign)

    async def update(self, id: str, properties: Mapping[str, str]) -> Campaign:
        """Set properties of a campaign; 1 request."""
        body = to_json({"properties": dict(properties)})
        return await self.caller.json(_write("PATCH", self.paths.campaign(id), f"campaign {id}", body), read_campaign)

    async def archive(self, id: str) -> None:
        """Remove a campaign; 1 request. An absent one is no error."""
        call = Call(
            "DELETE",
            self.paths.campaign(id),
            f"campaign {id}",
            endpoint=Endpoint.MARKETING,
            is_write=True,
            has_answer=False,
        )
        await self.caller.done(call)


def _call(method: str, path: str, target: str) -> Call:
    return Call(method, path, target, endpoint=Endpoint.MARKETING)


def _write(method: str, path: str, target: str, body: bytes) -> Call:
    return Call(method, path, target, body=body, endpoint=Endpoint.MARKETING, is_write=True)


def _period(start: date | None, end: date | None) -> dict[str, str | None]:
    return {
        "startDate": start.isoformat() if start is not None else None,
        "endDate": end.isoformat() if end is not None else None,
    }

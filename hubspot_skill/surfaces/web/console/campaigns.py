"""Campaigns: the table, and one with what it reached and brought."""

from __future__ import annotations

from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.marketing import AttributionModel
from hubspot_skill.domain.report import Unit
from hubspot_skill.domain.text import quote
from hubspot_skill.service.pictures import Bar, Bars, Measure, draw
from hubspot_skill.service.requests import CampaignsRequest
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.drawn import drawn

__all__ = ["PERIODS", "campaign_routes"]

PERIODS = (
    ("", "All time"),
    ("this month", "This month"),
    ("last month", "Last month"),
    ("this quarter", "This quarter"),
    ("last quarter", "Last quarter"),
    ("this year", "This year"),
    ("last year", "Last year"),
    ("last 30 days", "Last 30 days"),
    ("last 90 days", "Last 90 days"),
)
STATUSES = ("planned", "in_progress", "active", "paused", "completed")
_SIZE = 50


def campaign_routes(desk: Desk) -> list[Route]:
    """Give the routes."""
    return [
        Route("/a/{account}/campaigns", desk.page(_table), methods=["GET"]),
        Route("/a/{account}/campaigns/{id:str}", desk.page(_campaign), methods=["GET"]),
    ]


async def _table(request: Request, here: Here) -> Response:
    said = request.query_params
    status, name, during = said.get("status", ""), said.get("q", "").strip(), said.get("during", "")
    found = await here.crm.campaigns(
        CampaignsRequest(name=name, status=status, during=during, limit=_SIZE, cursor=said.get("after", ""))
    )
    columns = found.table.columns
    at = {column.name: place for place, column in enumerate(columns)}
    currency = at.get("hs_currency_code")
    rows = [
        (
            str(row[0]),
            str(row[1] or row[0]),
            [
                (column, value, column.currency or (str(row[currency] or "") if currency is not None else ""))
                for column, value in zip(columns[2:], row[2:], strict=True)
            ],
        )
        for row in found.table.rows
    ]
    return here.render(
        "console/campaigns.html",
        current="campaigns",
        found=found,
        columns=columns,
        rows=rows,
        name=name,
        its_status=status,
        during=during,
        statuses=STATUSES,
        periods=PERIODS,
        following=here.url("/campaigns", q=name, status=status, during=during, after=found.next) if found.next else "",
        as_of=f"{found.as_of:%H:%M}",
    )


async def _campaign(request: Request, here: Here) -> Response:
    said = request.query_params
    period, word = said.get("period", ""), said.get("model", AttributionModel.LINEAR.value)
    if word not in set(AttributionModel):
        raise InvalidInputError(f"there is no attribution model {quote(word)}", field="model")
    found = await here.crm.campaigns(
        CampaignsRequest(campaign=str(request.path_params["id"]), period=period, attribution=AttributionModel(word))
    )
    campaign = found.campaign
    assert campaign is not None
    metrics, budget = campaign.metrics, campaign.budget
    charts: list[tuple[str, object]] = []
    if metrics is not None:
        bars = (
            ("Sessions", metrics.sessions),
            ("Influenced contacts", metrics.influenced_contacts),
            ("New contacts, first touch", metrics.new_contacts_first_touch),
            ("New contacts, last touch", metrics.new_contacts_last_touch),
        )
        charts.append(("What it reached", _bars("What it reached", [(w, Decimal(n)) for w, n in bars], Measure())))
    if budget is not None:
        money = [("Budget", budget.budget), ("Spent", budget.spent), ("Left", budget.remaining)]
        charts.append(("Money", _bars("Money", money, Measure(Unit.MONEY, budget.currency or ""))))
    return here.render(
        "console/campaign.html",
        current="campaigns",
        found=found,
        campaign=campaign,
        charts=charts,
        period=period,
        periods=PERIODS,
        model=word,
        models=[(m.value, m.value.replace("_", " ").capitalize()) for m in AttributionModel],
        as_of=f"{found.as_of:%H:%M}",
    )


def _bars(heading: str, values: list[tuple[str, Decimal]], measure: Measure) -> object:
    return drawn(draw(Bars(heading, measure, tuple(Bar(label, value) for label, value in values))))

"""The first page: how many records there are, what was won, what is to come, the stages, the trend, the last activity.

All figures of a page are of one period and one moment, asked as reports over the local copy; what a search counts says
so. While the copy is filled for the first time the page says how far it is, and counts what HubSpot counts.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import InvalidInputError, MirrorFillingError
from hubspot_skill.domain.report import AnyOf, By, Grain, NoneOf, Op, Question, Test, Timing
from hubspot_skill.domain.text import quote
from hubspot_skill.service.answers import SearchAnswer
from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.service.together import all_of
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.figures import chart_of, origin, rows_of, told

__all__ = ["COMPARES", "PERIODS", "dashboard_routes"]

PERIODS = (
    ("this week", "This week"),
    ("this month", "This month"),
    ("last month", "Last month"),
    ("this quarter", "This quarter"),
    ("last quarter", "Last quarter"),
    ("this year", "This year"),
    ("last year", "Last year"),
    ("last 30 days", "Last 30 days"),
    ("last 90 days", "Last 90 days"),
)
COMPARES = (("previous_period", "the period before"), ("previous_year", "the year before"), ("", "nothing"))
_OUTCOMES = ("won_revenue", "win_rate", "won_deals", "deals_created")
_FORECAST = ("weighted_pipeline", "open_pipeline")


def dashboard_routes(desk: Desk) -> list[Route]:
    """Give the route of the account's own address."""
    return [Route("/a/{account}/", desk.page(_home), methods=["GET"])]


async def _home(request: Request, here: Here) -> Response:
    said = request.query_params
    period, compare, pipeline = (
        said.get("period", "this quarter"),
        said.get("compare", "previous_period"),
        said.get("pipeline", ""),
    )
    if compare not in {key for key, _ in COMPARES}:
        raise InvalidInputError(f"the page cannot compare with {quote(compare)}", field="compare")
    shape = await here.crm.shape("deals")
    counts = await all_of([_count(here, key) for key in ("contacts", "companies", "deals")])
    values: dict[str, Any] = {"tiles": [], "cards": [], "filling": "", "origin": ""}
    try:
        values |= await _figures(here, period=period, compare=compare, pipeline=pipeline)
    except MirrorFillingError as error:
        values["filling"] = f"{error.message[:1].upper()}{error.message[1:]}."
    recent = await here.crm.search(
        SearchRequest(
            type="deals", sort="-hs_lastmodifieddate", limit=6, fields=("dealname", "dealstage", "hs_lastmodifieddate")
        )
    )
    return here.render(
        "console/home.html",
        current="home",
        counted=list(zip(("contacts", "companies", "deals"), ("Contacts", "Companies", "Deals"), counts, strict=True)),
        as_of=f"{counts[0].as_of:%H:%M}",
        period=period,
        periods=PERIODS,
        compare=compare,
        compares=COMPARES,
        pipeline=pipeline,
        shape=shape,
        recent=recent,
        own=here.url("/", period=period, compare=compare, pipeline=pipeline),
        **values,
    )


async def _count(here: Here, type: str) -> SearchAnswer:
    return await here.crm.search(SearchRequest(type=type, count_only=True))


async def _figures(here: Here, *, period: str, compare: str, pipeline: str) -> dict[str, Any]:
    where: tuple[Test | AnyOf | NoneOf, ...] = (Test("pipeline", Op.IS, (pipeline,)),) if pipeline else ()
    timing = Timing(period)
    outcomes, now, stages, trend, owners = [
        answer.report
        for answer in [
            await here.crm.report(question)
            for question in (
                Question(metrics=_OUTCOMES, where=where, period=timing, compare=compare),
                Question(metrics=_FORECAST, where=where),
                Question(metrics=("open_pipeline", "open_deals"), by=(By("stage"),), where=where, limit=12),
                Question(
                    metrics=("won_revenue",),
                    by=(By("won_date", Grain.MONTH),),
                    where=where,
                    period=Timing("last 12 months"),
                    limit=24,
                ),
                Question(
                    metrics=("won_revenue",),
                    by=(By("owner"),),
                    where=where,
                    period=timing,
                    order=("-won_revenue",),
                    limit=8,
                ),
            )
        ]
    ]
    tiles = [told(outcomes, place) for place in range(len(_OUTCOMES))] + [
        told(now, place) for place in range(len(_FORECAST))
    ]
    cards = [
        ("Open pipeline by stage", "w7", stages),
        ("Won revenue by owner", "w5", owners),
        ("Won revenue, last 12 months", "w8", trend),
    ]
    return {
        "tiles": tiles,
        "cards": [(heading, width, chart_of(report), report, rows_of(report)) for heading, width, report in cards],
        "origin": origin(outcomes),
    }

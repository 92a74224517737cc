"""Reports: a question built with pickers and kept in the address, its figures as chart and table, and the same elsewhere."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import CallerError, MirrorFillingError
from hubspot_skill.domain.report import By, Grain, Op, Question, Test, Timing
from hubspot_skill.service.reports.report import catalogue_of_metrics
from hubspot_skill.surfaces.web.console.dashboard import COMPARES, PERIODS
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.figures import chart_of, figure, origin, rows_of

__all__ = ["report_routes"]

DIMENSIONS = (
    ("", "nothing: one total"),
    ("stage", "Stage"),
    ("owner", "Owner"),
    ("team", "Team"),
    ("pipeline", "Pipeline"),
    ("company", "Company"),
    ("source", "Source"),
    ("loss_reason", "Loss reason"),
    ("amount_band", "Amount"),
    ("created_at:month", "Month of creation"),
    ("close_at:month", "Month of close date"),
    ("won_date:month", "Month won"),
)
_MOST = 50


def report_routes(desk: Desk) -> list[Route]:
    """Give the routes."""
    return [
        Route("/a/{account}/reports", desk.page(_builder), methods=["GET"]),
        Route("/a/{account}/metrics", desk.page(_metrics), methods=["GET"]),
    ]


async def _metrics(request: Request, here: Here) -> Response:
    return here.render("console/metrics.html", current="reports", definitions=catalogue_of_metrics())


async def _builder(request: Request, here: Here) -> Response:
    said = request.query_params
    metrics = tuple(m for m in said.getlist("metric") if m)[:5] or ("open_pipeline",)
    by, period, compare, pipeline = (
        said.get("by", "stage"),
        said.get("period", ""),
        said.get("compare", ""),
        said.get("pipeline", ""),
    )
    shape = await here.crm.shape("deals")
    definitions = catalogue_of_metrics()
    if not period and any(d.needs_period for d in definitions if d.id in metrics):
        period = "this quarter"
    question = Question(
        metrics=metrics,
        by=(_by(by),) if by else (),
        where=(Test("pipeline", Op.IS, (pipeline,)),) if pipeline else (),
        period=Timing(period) if period else None,
        compare=compare if period else "",
        limit=_MOST,
    )
    values: dict[str, Any] = {"report": None, "refused": None}
    try:
        report = (await here.crm.report(question)).report
    except (CallerError, MirrorFillingError) as error:
        values["refused"] = error
    else:
        totals = [figure(v, c) for v, c in zip(report.totals, report.measures, strict=True)]
        values |= {
            "report": report,
            "rows": rows_of(report),
            "totals": totals,
            "chart": chart_of(report),
            "origin": origin(report),
        }
    asked: dict[str, object] = {"metrics": list(metrics)}
    asked |= {"by": [by]} if by else {}
    asked |= {"where": [["pipeline", "is", pipeline]]} if pipeline else {}
    asked |= {"period": period} if period else {}
    asked |= {"compare": compare} if compare and period else {}
    text = json.dumps(asked, ensure_ascii=False)
    return here.render(
        "console/reports.html",
        current="reports",
        status=422 if isinstance(values["refused"], CallerError) else 200,
        definitions=definitions,
        metrics=metrics,
        by=by,
        dimensions=DIMENSIONS,
        period=period,
        periods=PERIODS,
        compare=compare,
        compares=COMPARES,
        pipeline=pipeline,
        shape=shape,
        elsewhere=(
            ("In chat, the arguments of hubspot_report", text),
            ("In a shell", f"hubspot-skill call hubspot_report --json '{text}'"),
        ),
        **values,
    )


def _by(word: str) -> By:
    name, _, grain = word.partition(":")
    return By(name, Grain(grain) if grain in set(Grain) else None)

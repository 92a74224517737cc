"""Reports over the local copy: every metric, questions of several, a pipeline's state, and the dashboard's bundle.

Figures are exact: counts are numbers, everything else is a decimal as text, null a figure that does not exist.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

from hubspot_skill.domain.report import Definition, Question, Test, Timing
from hubspot_skill.domain.report import Op as Compare
from hubspot_skill.service.answers import PipelineSummaryAnswer, ReportAnswer
from hubspot_skill.service.requests import PipelineSummaryRequest
from hubspot_skill.surfaces.rest.models.questions import DashboardQuery, MetricQuery, QuestionBody, SummaryQuery
from hubspot_skill.surfaces.rest.operations import Call, Operation, Query, Reply

__all__ = ["OPERATIONS"]

REPORT_S = 120.0
_NOW = ("open_deals", "open_pipeline", "weighted_pipeline", "overdue_open", "forecast_weighted")
_OVER = ("won_deals", "won_revenue", "win_rate", "avg_deal_size", "deals_created")
_RECORDS = ("contact_count", "company_count")
_NEW = ("new_contacts", "new_companies")


class MetricsAnswer(BaseModel):
    """Every metric with its definition."""

    model_config = ConfigDict(frozen=True)

    results: tuple[Definition, ...]
    returned: int
    total: int


class DashboardAnswer(BaseModel):
    """The figures of a dashboard: as they are now, over the period with the one before, and the pipeline."""

    model_config = ConfigDict(frozen=True)

    now: ReportAnswer
    period: ReportAnswer
    records: tuple[ReportAnswer, ...]
    new: tuple[ReportAnswer, ...]
    pipeline: PipelineSummaryAnswer


async def _metrics(call: Call[Query, Any]) -> Reply:
    from hubspot_skill.service.reports.metrics import all_metrics

    found = all_metrics()
    return Reply(MetricsAnswer(results=found, returned=len(found), total=len(found)))


async def _metric(call: Call[MetricQuery, Any]) -> Reply:
    return Reply(await (await call.crm()).report(call.query.question(call.path["metric"])))


async def _question(call: Call[Query, QuestionBody]) -> Reply:
    return Reply(await (await call.crm()).report(call.body.question()))


async def _summary(call: Call[SummaryQuery, Any]) -> Reply:
    return Reply(await (await call.crm()).pipeline_summary(_asked(call.query)))


async def _dashboard(call: Call[DashboardQuery, Any]) -> Reply:
    crm, query = await call.crm(), call.query
    where = tuple(
        Test(field, Compare.IS, (value,))
        for field, value in (("pipeline", query.pipeline), ("owner", query.owner), ("team", query.team))
        if value
    )
    when = Timing(query.period)
    return Reply(
        DashboardAnswer(
            now=await crm.report(Question(metrics=_NOW, where=where)),
            period=await crm.report(Question(metrics=_OVER, where=where, period=when, compare=query.compare)),
            records=tuple([await crm.report(Question(metrics=(name,))) for name in _RECORDS]),
            new=tuple(
                [await crm.report(Question(metrics=(name,), period=when, compare=query.compare)) for name in _NEW]
            ),
            pipeline=await crm.pipeline_summary(_asked(query)),
        )
    )


def _asked(query: SummaryQuery) -> PipelineSummaryRequest:
    return PipelineSummaryRequest(pipeline=query.pipeline, owner=query.owner, team=query.team, period=query.period)


_TAG = "Analytics"

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="list_metrics",
        method="GET",
        path="/analytics",
        tag=_TAG,
        summary="List every metric with its definition",
        query=Query,
        answers={HTTPStatus.OK: MetricsAnswer},
        act=_metrics,
    ),
    Operation(
        id="ask_report",
        method="POST",
        path="/analytics",
        tag=_TAG,
        summary="Ask for a report of several metrics",
        description="Computed exactly over the local copy; nothing is written.",
        query=Query,
        body=QuestionBody,
        example={"metrics": ["open_deals", "open_pipeline"], "by": ["stage"]},
        answers={HTTPStatus.OK: ReportAnswer},
        time_s=REPORT_S,
        act=_question,
    ),
    Operation(
        id="get_dashboard",
        method="GET",
        path="/analytics/dashboard",
        tag=_TAG,
        summary="The dashboard's figures in one answer",
        query=DashboardQuery,
        answers={HTTPStatus.OK: DashboardAnswer},
        time_s=REPORT_S,
        act=_dashboard,
    ),
    Operation(
        id="get_pipeline_summary",
        method="GET",
        path="/analytics/pipeline",
        tag=_TAG,
        summary="Where a pipeline stands",
        query=SummaryQuery,
        answers={HTTPStatus.OK: PipelineSummaryAnswer},
        time_s=REPORT_S,
        act=_summary,
    ),
    Operation(
        id="get_metric",
        method="GET",
        path="/analytics/{metric}",
        tag=_TAG,
        summary="One metric, by dimensions, over a period, compared",
        parts={"metric": "The metric's id or everyday name."},
        query=MetricQuery,
        answers={HTTPStatus.OK: ReportAnswer},
        time_s=REPORT_S,
        act=_metric,
    ),
)

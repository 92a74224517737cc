"""The state of a pipeline in one answer: four reports over the same mirror at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.domain.report import AnyOf, By, NoneOf, Op, PipelineSummary, Question, Test, Timing
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import PipelineSummaryAnswer
from hubspot_skill.service.reports.report import made, provenance

if TYPE_CHECKING:
    from hubspot_skill.service.connection import Connection
    from hubspot_skill.service.reports.desk import ReportDesk
    from hubspot_skill.service.requests import PipelineSummaryRequest

__all__ = ["pipeline_summary"]

_ATTENTION = 5


async def pipeline_summary(
    connection: Connection, request: PipelineSummaryRequest, desk: ReportDesk
) -> PipelineSummaryAnswer:
    """Tell where a pipeline stands, compared with the period before.

    Raises:
        CallerError: the pipeline, owner or team is unknown or ambiguous, or the period is none.
        MirrorFillingError: the local copy is not whole yet.
    """
    ready = await desk.ready(("deal",), max_age_s=300)
    where = _where(request)
    stages = Question(
        metrics=("open_deals", "open_pipeline", "weighted_pipeline"), by=(By("stage"),), where=where, limit=50
    )
    health = Question(
        metrics=("overdue_open", "stalled_deals", "closing_soon", "no_next_step", "no_amount"), where=where
    )
    outcomes = Question(
        metrics=("deals_created", "won_deals", "won_revenue", "lost_deals", "win_rate"),
        where=where,
        period=Timing(request.period),
        compare="previous_period",
    )
    attention = Question(
        metrics=("stalled_value", "overdue_value"),
        by=(By("deal"), By("owner"), By("stage")),
        where=where,
        order=("-stalled_value", "-overdue_value"),
        limit=_ATTENTION,
    )
    found = [await made(connection, question, ready) for question in (stages, health, outcomes, attention)]
    told = next(
        (u.meant for r in found for u in r.understood if u.what == "pipeline"), clean(request.pipeline, most=80)
    )
    summary = PipelineSummary(
        pipeline=told or "all pipelines", stages=found[0], health=found[1], outcomes=found[2], attention=found[3]
    )
    shared = provenance(connection, found[2])
    shared["notes"] = tuple(dict.fromkeys(note for r in found[:3] for note in r.notes))
    return PipelineSummaryAnswer(summary=summary, **shared)


def _where(request: PipelineSummaryRequest) -> tuple[Test | AnyOf | NoneOf, ...]:
    asked = (("pipeline", request.pipeline), ("owner", request.owner), ("team", request.team))
    return tuple(Test(field, Op.IS, (word,)) for field, word in asked if word)

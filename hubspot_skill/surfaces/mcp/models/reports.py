"""The arguments and the structured content of the reporting tools."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, WithJsonSchema

from hubspot_skill.domain.report import Associate, Question, Timing
from hubspot_skill.service.reports import spoken
from hubspot_skill.service.requests import PipelineSummaryRequest
from hubspot_skill.surfaces.mcp.models.answers import Content, Rows
from hubspot_skill.surfaces.mcp.models.words import Name, Names, Period, Record
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["PipelineSummary", "PipelineSummaryContent", "Report", "ReportContent"]

_NAMES: dict[str, Any] = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object"}]}}
_TESTS: dict[str, Any] = {"type": "array", "items": {"anyOf": [{"type": "array"}, {"type": "object"}]}}


def _many(value: object) -> object:
    """Take one for a list of one."""
    return [cast("object", value)] if isinstance(value, str | dict) else value


def _pairs(value: object) -> object:
    """Take one condition for a list of one."""
    found = cast("list[object]", value) if isinstance(value, list) else None
    is_one = found is not None and len(found) > 0 and isinstance(found[0], str)
    return [cast("object", value)] if is_one else cast("object", value)


Metrics = Annotated[
    list[object],
    BeforeValidator(_many),
    WithJsonSchema(_NAMES),
    Field(
        description="open_deals, open_pipeline, weighted_pipeline, overdue_open, stalled_deals, stalled_value, "
        "open_age_days, days_in_stage, deals_created, won_deals, won_revenue, lost_deals, win_rate, avg_deal_size, "
        "sales_cycle_days, sales_velocity, loss_reasons, forecast_weighted, stage_entered, "
        'stage_days … or {"agg":"sum","of":property,"object":"deals"}'
    ),
]
Groupings = Annotated[
    list[object],
    BeforeValidator(_many),
    WithJsonSchema(_NAMES),
    Field(
        description="owner, team, stage, pipeline, status, company, loss_reason, amount_band, source, deal, "
        "month, close_at:week … or any property"
    ),
]
Where = Annotated[
    list[object],
    BeforeValidator(_pairs),
    WithJsonSchema(_TESTS),
    Field(
        description='[["owner","is","me"],["amount",">=",10000],["close_at","within","2026"]]; in, not_in, between, contains, '
        'is_set …; {"any":[…]}, {"not":[…]}'
    ),
]
_Conditions = Annotated[
    list[object], BeforeValidator(_pairs), WithJsonSchema(_TESTS), Field(description='[["win_rate",">=",0.5]]')
]


class Report(Arguments):
    """Arguments of hubspot_report."""

    metrics: Metrics
    by: Groupings = Field(default_factory=list[object])
    where: Where = Field(default_factory=list[object])
    period: Annotated[Name, Field(description="Period, or all")] = ""
    date: Annotated[Name, Field(description="Date it is on, e.g. created_at")] = ""
    compare: Annotated[Name, Field(description="previous_period, previous_year, period")] = ""
    having: _Conditions = Field(default_factory=list[object])
    order: Annotated[Names, Field(description="-name: descending")] = ()
    limit: Annotated[int, Field(ge=1, le=500)] = 20
    currency: Name = "home"
    associate: Associate = Associate.PRIMARY
    days: Annotated[int | None, Field(ge=1, le=3650)] = None
    target: Annotated[Decimal | None, WithJsonSchema({"type": "number"})] = None
    mode: Literal["", "reached", "strict", "entries"] = ""
    chart: Literal["auto", "none", "text", "svg", "png"] = "auto"
    explain: bool = False
    check: bool = False

    def question(self) -> Question:
        """Give the question that the service answers.

        Raises:
            InvalidInputError: a metric, dimension or condition has the wrong form.
        """
        return Question(
            metrics=spoken.measures(self.metrics),
            by=spoken.dimensions(self.by),
            where=spoken.conditions(self.where),
            period=Timing(self.period, self.date) if self.period or self.date else None,
            compare=self.compare,
            having=spoken.havings(self.having),
            order=self.order,
            limit=self.limit,
            currency=self.currency,
            associate=self.associate,
            days=self.days,
            target=self.target,
            mode=self.mode,
            chart=self.chart,
            explain=self.explain,
            check=self.check,
        )


class PipelineSummary(Arguments):
    """Arguments of hubspot_pipeline_summary."""

    pipeline: Annotated[Record, Field(description="Name or id; all when left out")] = ""
    owner: Annotated[Name, Field(description="Name, email, id or me")] = ""
    team: Name = ""
    period: Annotated[Period, Field(description="Period of won and lost")] = "this quarter"

    def request(self) -> PipelineSummaryRequest:
        """Give the question that the service answers."""
        return PipelineSummaryRequest(pipeline=self.pipeline, owner=self.owner, team=self.team, period=self.period)


Objects = Annotated[tuple[dict[str, Any], ...], WithJsonSchema({"type": "array", "items": {"type": "object"}})]


Compared = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class ReportContent(Content):
    """A report: rows under columns, totals of the measures, and what was left out. Rates are shares of one."""

    title: str
    columns: Objects = ()
    rows: Rows = ()
    totals: Annotated[tuple[Any, ...], WithJsonSchema({"type": "array"})] = ()
    period: str = ""
    compared: Compared = Field(default_factory=dict[str, Any])
    excluded: Objects = ()
    definitions: Objects = ()
    checks: Objects = ()
    groups: int = 0
    age_s: float = 0
    handle: str = ""


class PipelineSummaryContent(Content):
    """Four reports of one moment."""

    pipeline: str
    stages: Annotated[ReportContent, WithJsonSchema({"type": "object"})]
    health: Annotated[ReportContent, WithJsonSchema({"type": "object"})]
    outcomes: Annotated[ReportContent, WithJsonSchema({"type": "object"})]
    attention: Annotated[ReportContent, WithJsonSchema({"type": "object"})]

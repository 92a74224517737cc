"""The typed question of a report, from an address or a body. Nothing is computed here."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Associate, By, Grain, Op, Question, Test, Timing
from hubspot_skill.surfaces.rest.models.queries import Commas, Many, Text
from hubspot_skill.surfaces.rest.operations import Closed, Query

__all__ = ["DashboardQuery", "MetricQuery", "QuestionBody", "SummaryQuery"]

_NONE = frozenset({Op.IS_SET, Op.NOT_SET})
_SEVERAL = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN})
_BY = "A dimension, with a grain after a colon where it is a date: `owner`, `stage`, `close_date:month`."
_WHERE = (
    "A condition, `field:op:value`, such as `pipeline:is:Sales` or `amount:>=:1000`. Ops: "
    + ", ".join(f"`{op}`" for op in Op)
    + ". Values of `in`, `not_in` and `between` have commas between."
)
_PERIOD = "A period in words: `this quarter`, `last 30 days`, `2026-10`."
_COMPARE = "`previous_period`, `previous_year`, or a period in words."


class MetricQuery(Query):
    """How a metric is asked."""

    by: Many = Field(default=(), max_length=3, description=_BY)
    where: Many = Field(default=(), max_length=20, description=_WHERE)
    period: Text = Field(default="", description=_PERIOD)
    on: Text = Field(default="", description="The date that the period is on; empty is the metric's own.")
    compare: Text = Field(default="", description=_COMPARE)
    order: Commas = Field(default=(), description="Metrics or dimensions, `-` before one for the largest first.")
    limit: int = Field(default=20, ge=1, le=100)
    as_of: Text = Field(default="", description="A past day.")
    currency: Text = Field(default="home", description="`home`, or an ISO code of the account.")
    associate: Associate = Associate.PRIMARY
    explain: bool = Field(default=False, description="Give the whole definition.")
    check: bool = Field(default=False, description="Compare counts with HubSpot's own at the same moment.")
    days: int | None = Field(default=None, ge=1, le=3650)
    target: Annotated[Decimal | None, Field(json_schema_extra={"anyOf": [{"type": "number"}, {"type": "null"}]})] = None
    mode: Text = ""

    def question(self, *metrics: str) -> Question:
        """Give the question that the service answers."""
        return Question(
            metrics=metrics,
            by=tuple(_by(text) for text in self.by),
            where=tuple(_test(text) for text in self.where),
            period=Timing(self.period, self.on) if self.period else None,
            compare=self.compare,
            order=self.order,
            limit=self.limit,
            as_of=self.as_of,
            currency=self.currency,
            associate=self.associate,
            explain=self.explain,
            check=self.check,
            days=self.days,
            target=self.target,
            mode=self.mode,
        )


class QuestionBody(Closed):
    """A question of one to five metrics; as the query of a metric."""

    metrics: Annotated[tuple[Text, ...], Field(min_length=1, max_length=5)]
    by: Annotated[tuple[Text, ...], Field(max_length=3)] = Field(default=(), description=_BY)
    where: Annotated[tuple[Text, ...], Field(max_length=20)] = Field(default=(), description=_WHERE)
    period: Text = Field(default="", description=_PERIOD)
    on: Text = ""
    compare: Text = Field(default="", description=_COMPARE)
    order: Annotated[tuple[Text, ...], Field(max_length=8)] = ()
    limit: int = Field(default=20, ge=1, le=100)
    as_of: Text = ""
    currency: Text = "home"
    explain: bool = False
    check: bool = False

    def question(self) -> Question:
        """Give the question that the service answers."""
        return Question(
            metrics=self.metrics,
            by=tuple(_by(text) for text in self.by),
            where=tuple(_test(text) for text in self.where),
            period=Timing(self.period, self.on) if self.period else None,
            compare=self.compare,
            order=self.order,
            limit=self.limit,
            as_of=self.as_of,
            currency=self.currency,
            explain=self.explain,
            check=self.check,
        )


class SummaryQuery(Query):
    """Which pipeline, whose, and when its outcomes were."""

    pipeline: Text = Field(default="", description="A name or id; empty is all of them.")
    owner: Text = ""
    team: Text = ""
    period: Text = Field(default="this quarter", min_length=1, description=_PERIOD)


class DashboardQuery(SummaryQuery):
    """The same, with what to compare with."""

    compare: Text = Field(default="previous_period", description=_COMPARE)


def _by(text: str) -> By:
    name, _, grain = text.partition(":")
    try:
        return By(name.strip(), Grain(grain.strip()) if grain else None)
    except ValueError:
        raise InvalidInputError(
            f'"{grain[:40]}" is no grain of a date: expected one of {", ".join(Grain)}', field="by"
        ) from None


def _test(text: str) -> Test:
    field, _, rest = text.partition(":")
    word, has_value, value = rest.partition(":")
    try:
        op = Op(word.strip().casefold())
    except ValueError:
        raise InvalidInputError(
            f'parameter "where" is "{text[:60]}": expected field:op:value with one of {", ".join(Op)}', field="where"
        ) from None
    if not field.strip() or bool(has_value) is (op in _NONE):
        raise InvalidInputError(f'parameter "where" is "{text[:60]}": expected field:op:value', field="where")
    values = tuple(part.strip() for part in value.split(",")) if op in _SEVERAL else (value,)
    return Test(field.strip(), op, () if op in _NONE else values)

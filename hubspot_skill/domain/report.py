"""The typed question of a report and its answer, as plain frozen values that every room shares.

A `Question` is in people's words: metric ids or their everyday names, dimensions, conditions, periods such as "this
quarter". The service resolves the words, the room `analytics` computes, and what comes back is a `Report`: figures
with everything a reader needs to trust them. Surfaces and charts render a `Report` and compute nothing.

Figures are exact: counts are int, everything else is `Decimal`. Money is in the currency's major unit with its minor
digits (`Decimal("1500.50")`), a rate is a share of one rounded half-even to six digits (0.631501), days are rounded to
two digits. None is a figure that does not exist (a rate of nothing, an average of nothing), shown as "–"; it is not 0.

Times are aware; days are calendar days in the account's zone, both ends of a `Span` included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

__all__ = [
    "Aggregate",
    "AnyOf",
    "Associate",
    "By",
    "Check",
    "Compared",
    "Coverage",
    "Definition",
    "Excluded",
    "Figure",
    "Given",
    "Grain",
    "Group",
    "Having",
    "NoneOf",
    "Op",
    "PipelineSummary",
    "Question",
    "Report",
    "ReportColumn",
    "ReportSource",
    "Row",
    "Span",
    "Test",
    "Timing",
    "Truncated",
    "Understood",
    "Unit",
]

Figure = int | Decimal | None
Given = str | int | float | bool | Decimal | None
"""A value as a caller gives it, in people's words."""
ReportSource = Literal["mirror", "live"]


class Unit(StrEnum):
    """What a figure measures. RATIO is a share of one; MONEY and MONEY_PER_DAY come with a currency."""

    COUNT = "count"
    MONEY = "money"
    MONEY_PER_DAY = "money_per_day"
    RATIO = "ratio"
    DAYS = "days"
    NUMBER = "number"


class Grain(StrEnum):
    """How fine a dated dimension is cut; weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"


class Associate(StrEnum):
    """How a deal with several companies counts: with its primary one, with each in full, or in equal shares."""

    PRIMARY = "primary"
    EACH = "each"
    SPLIT = "split"


class Op(StrEnum):
    """How a condition compares; dates take words ("within" "this quarter"), CONTAINS is a literal part in any case."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    GT = ">"
    GTE = ">="
    LT = "<"
    LTE = "<="
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_SET = "is_set"
    NOT_SET = "not_set"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A measure of any mirrored property: count, sum, avg, median, min, max or distinct of a property of a type."""

    agg: Literal["count", "sum", "avg", "median", "min", "max", "distinct"]
    of: str = ""
    object: str = "deals"


@dataclass(frozen=True, slots=True)
class By:
    """One dimension: its id or a property, the grain of a dated one, the groups kept of a text one (`top`)."""

    dim: str
    grain: Grain | None = None
    top: int | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a dimension or property; `values` is empty for IS_SET and NOT_SET."""

    field: str
    op: Op
    values: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of the conditions holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """The period of a question: on which date (empty: the metric's own), and the range in words."""

    range: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class Having:
    """Keep only groups whose figure of a metric compares so; money in major units, rates as shares of one."""

    metric: str
    op: Op
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, in people's words. Conditions in `where` must all hold.

    `metrics` has 1 to 5, `by` 0 to 3. `compare` is empty, "previous_period", "previous_year" or a range in words.
    `order` names metrics, or dimensions, with "-" before the name for the largest first. `as_of` is a past day.
    `currency` is "home" or an ISO code of the account. `days` is the N of stalled_deals (21) and closing_soon (14),
    `target` of pipeline_coverage and goal_attainment in home currency, `mode` of the funnel's metrics ("reached",
    "strict", or "entries" for visits). `explain` adds each metric's whole definition, `check` compares counts
    with HubSpot's own at the same moment.
    """

    metrics: tuple[str | Aggregate, ...]
    by: tuple[By, ...] = ()
    where: tuple[Test | AnyOf | NoneOf, ...] = ()
    period: Timing | None = None
    compare: str = ""
    having: tuple[Having, ...] = ()
    order: tuple[str, ...] = ()
    limit: int = 20
    as_of: str = ""
    currency: str = "home"
    associate: Associate = Associate.PRIMARY
    max_age_s: int = 300
    chart: str = "auto"
    explain: bool = False
    check: bool = False
    max_tokens: int = 1500
    days: int | None = None
    target: Decimal | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What one metric means: `id`, everyday label, family, unit, and the four things every formula states.

    `period_on` is the date its period is on; a metric with `needs_period` is refused without one. `default_by` is the
    dimension that it is usually shown by.
    """

    id: str
    label: str
    family: str
    unit: Unit
    definition: str
    denominator: str
    exclusions: str
    empty: str
    object: str = "deals"
    period_on: str = ""
    needs_period: bool = False
    default_by: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportColumn:
    """One column: dimensions first, in the order asked, then measures.

    `type` of a dimension is text, option, owner, stage, pipeline, company, deal, bool, number or a `Grain`;
    of a measure it is its `Unit`. `currency` is set for money.
    """

    name: str
    label: str
    kind: Literal["dimension", "measure"]
    type: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension: the internal value ("" for none) and what people call it, cleaned.

    A bucket of time has its days; `is_partial` where the bucket still runs or the period cuts it, `is_future` where it
    has not begun. `is_other` is the rest beyond the limit.
    """

    id: str
    label: str
    first: date | None = None
    last: date | None = None
    is_partial: bool = False
    is_future: bool = False
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a group for each dimension, a figure for each measure; `earlier` where the report compares."""

    groups: tuple[Group, ...]
    values: tuple[Figure, ...]
    earlier: tuple[Figure, ...] = ()

    def change(self, place: int) -> Figure:
        """Give value minus earlier of one measure; None where one of them does not exist."""
        if not self.earlier:
            return None
        now, then = self.values[place], self.earlier[place]
        return None if now is None or then is None else now - then

    def change_share(self, place: int) -> Decimal | None:
        """Give the change as a share of the earlier figure, six digits; None where that is 0 or does not exist."""
        difference = self.change(place)
        then = self.earlier[place] if self.earlier else None
        if difference is None or not then:
            return None
        return (Decimal(difference) / abs(Decimal(then))).quantize(Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class Span:
    """A period as it was understood: the date it is on, first and last day (None: open), and what was said."""

    on: str
    first: date | None
    last: date | None
    said: str = ""

    @property
    def text(self) -> str:
        """The period's days: `2026-10-01 to 2026-12-31`."""
        if self.first is not None and self.first == self.last:
            return self.first.isoformat()
        if self.first is None:
            return f"until {self.last}" if self.last else "all time"
        return f"{self.first} to {self.last}" if self.last else f"from {self.first}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What the figures are compared with: both ranges by name, the way asked for, the first shortened if it still runs."""

    way: str
    period: Span
    earlier: Span


@dataclass(frozen=True, slots=True)
class Excluded:
    """Records that a metric had to leave out: why, how many, and of which metric."""

    reason: str
    count: int
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one object type the mirror holds; `total` None where it is not known yet."""

    object: str
    mirrored: int
    total: int | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A count of the mirror beside HubSpot's own at the same moment."""

    what: str
    mirror: int
    live: int

    @property
    def is_equal(self) -> bool:
        """True where both say the same."""
        return self.mirror == self.live


@dataclass(frozen=True, slots=True)
class Truncated:
    """What the limit left out: how many groups there are, and how many are summed as "other"."""

    groups: int
    other: int


@dataclass(frozen=True, slots=True)
class Understood:
    """What a word of the question was taken for: `said` → `meant`, with the id where there is one."""

    what: str
    said: str
    meant: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer. `rows` in the order asked; `totals` one figure a measure over all groups, not only those shown.

    `title` says in one line what is shown. `definitions` has one entry a measure. `handle` opens the records behind a
    cell, the next groups and exports of this very answer ("" where there is nothing to open).
    `as_of` is the moment that the figures are true of, `age_s` how long ago the mirror last heard from HubSpot.
    """

    title: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[Row, ...]
    totals: tuple[Figure, ...]
    definitions: tuple[Definition, ...]
    zone: str
    currency: str
    as_of: datetime
    source: ReportSource
    age_s: float
    records: int
    period: Span | None = None
    earlier_totals: tuple[Figure, ...] = ()
    compared: Compared | None = None
    understood: tuple[Understood, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    notes: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    checks: tuple[Check, ...] = ()
    truncated: Truncated | None = None
    handle: str = ""

    @property
    def dimensions(self) -> tuple[ReportColumn, ...]:
        """The columns of groups."""
        return tuple(c for c in self.columns if c.kind == "dimension")

    @property
    def measures(self) -> tuple[ReportColumn, ...]:
        """The columns of figures."""
        return tuple(c for c in self.columns if c.kind == "measure")

    @property
    def total_row(self) -> Row:
        """The totals as a row without groups."""
        return Row((), self.totals, self.earlier_totals)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSummary:
    """The state of one pipeline, or of all: four reports over the same deals at the same moment.

    `stages`: deals, value and weighted value by open stage. `health`: overdue, stalled, closing soon, no next step and
    gaps in the data, one row. `outcomes`: created, won, lost, win rate of a period, compared with the one before.
    `attention`: the largest open deals that are overdue or stalled, one row a deal.
    """

    pipeline: str
    stages: Report
    health: Report
    outcomes: Report
    attention: Report

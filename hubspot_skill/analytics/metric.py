"""What a metric is made of: base measures that a database adds up, and the formula over them.

A `Measure` is one aggregate of one fact table; a `Base` is a measure over the records of some states (open, won, lost)
on the metric's date; a `Metric` derives its figure from bases in Python. Bases add up over groups, derived figures do
not: a total is derived from the added bases, so it is a ratio of sums and never a mean of means.

Exactness: sums are whole numbers (money in minor units, time in milliseconds) or fractions of them; rounding happens
once, when a figure is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from sqlalchemy import ColumnElement

from hubspot_skill.analytics.calendar import DAY_MS
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Definition, Figure, Unit

__all__ = [
    "ALL",
    "CLOSED",
    "LOST",
    "OPEN",
    "WON",
    "Bag",
    "Base",
    "BaseKey",
    "Excludes",
    "Given",
    "Measure",
    "Metric",
    "Number",
    "States",
    "define",
    "median_of",
    "ratio",
]

Number = int | Fraction
Value = Callable[[View], ColumnElement[int]]
Condition = Callable[[View], ColumnElement[bool]]
States = frozenset[str]
BaseKey = tuple[str, States, bool]

OPEN: States = frozenset({"open"})
WON: States = frozenset({"won"})
LOST: States = frozenset({"lost"})
CLOSED: States = WON | LOST
ALL: States = OPEN | CLOSED


@dataclass(frozen=True, slots=True)
class Measure:
    """One aggregate over a fact table.

    `value` None counts records; `agg` "values" collects each value with how often it occurs, for medians. `where` keeps
    some records, beside those of the question. `weighted` multiplies by the probability of winning. `object` is the
    fact table: an object name of the mirror, "stay" for visits of deals to stages, "move" for changes of stage, "push"
    for changes of the close date, "passage" for deals on their way through a pipeline, "reach" for contacts with each
    lifecycle stage that they reached, "touch" for activities with each contact they are linked to.
    """

    name: str
    value: Value | None = None
    where: Condition | None = None
    agg: Literal["sum", "values"] = "sum"
    object: str = "deal"
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """A measure over records of some states; `undated` where the metric's period does not bound it."""

    measure: Measure
    states: States = ALL
    undated: bool = False

    @property
    def key(self) -> BaseKey:
        """What tells it from other bases."""
        return self.measure.name, self.states, self.undated


@dataclass(frozen=True, slots=True)
class Given:
    """What a question adds to the formulas: the target in minor units (None: none known) and the funnel's mode."""

    target: int | None = None
    mode: str = ""


@dataclass(slots=True)
class Bag:
    """The added bases of one group: sums by base, and values with their counts for medians."""

    sums: dict[BaseKey, Number] = field(default_factory=dict[BaseKey, Number])
    values: dict[BaseKey, Counter[Any]] = field(default_factory=dict[BaseKey, Counter[Any]])
    given: Given = Given()

    def __getitem__(self, base: Base) -> Number:
        """Give a base's sum; 0 where no record was met."""
        return self.sums.get(base.key, 0)

    def add(self, base: Base, value: Number) -> None:
        """Add to a base's sum, in place."""
        self.sums[base.key] = self.sums.get(base.key, 0) + value

    def collect(self, base: Base, value: Any, count: int) -> None:
        """Add a value that occurs so often, in place."""
        self.values.setdefault(base.key, Counter())[value] += count

    def merge(self, other: Bag) -> None:
        """Add all of another bag, in place."""
        for key, value in other.sums.items():
            self.sums[key] = self.sums.get(key, 0) + value
        for key, counts in other.values.items():
            self.values.setdefault(key, Counter()).update(counts)

    def all_values(self, base: Base) -> Counter[Any]:
        """Give the values of a base with their counts."""
        return self.values.get(base.key, Counter())


def _silent(bag: Bag) -> tuple[str, ...]:
    return ()


Excludes = Mapping[str, Callable[[Bag], Number]]
"""How many records a metric leaves out, by reason."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its definition, what it is made of, its formula, and what it had to leave out, by reason.

    `formula` gives a plain number in the smallest unit (money minor units, time ms, shares of one), None where there is
    none. `is_historic` where it can be told of a past day (`as_of`), `is_forecast` where
    future buckets are shown and overdue deals have one of their own. `total` is the formula over all groups where it
    is another; `remarks` are sentences on the total. `counts` are the bases whose records a
    drill-down opens (the first base where empty).
    """

    definition: Definition
    bases: tuple[Base, ...]
    formula: Callable[[Bag], Number | None]
    excluded: Excludes = field(default_factory=dict[str, Callable[[Bag], Number]])
    counts: tuple[Base, ...] = ()
    total: Callable[[Bag], Number | None] | None = None
    is_forecast: bool = False
    remarks: Callable[[Bag], tuple[str, ...]] = _silent
    is_historic: bool = False

    @property
    def id(self) -> str:
        """The metric's id."""
        return self.definition.id

    @property
    def opened(self) -> tuple[Base, ...]:
        """The bases whose records stand behind a cell."""
        return self.counts or self.bases[:1]

    def figure(self, bag: Bag, digits: int, *, is_total: bool = False) -> Figure:
        """Give the metric of a group, rounded once; `digits` are the currency's decimals."""
        formula = self.total if is_total and self.total is not None else self.formula
        return rounded(formula(bag), self.definition.unit, digits)


def rounded(value: Number | None, unit: Unit, digits: int) -> Figure:
    """Give a number as a figure of a unit, halves to the even digit."""
    if value is None:
        return None
    match unit:
        case Unit.COUNT:
            exact = Fraction(value)
            return int(exact) if exact.denominator == 1 else Decimal(round(exact * 100)).scaleb(-2)
        case Unit.MONEY | Unit.MONEY_PER_DAY:
            return Decimal(round(Fraction(value))).scaleb(-digits)
        case Unit.DAYS:
            return Decimal(round(Fraction(value) * 100 / DAY_MS)).scaleb(-2)
        case Unit.RATIO | Unit.NUMBER:
            return Decimal(round(Fraction(value) * 1_000_000)).scaleb(-6)


def ratio(above: Number, below: Number) -> Number | None:
    """Give a quotient; None where there is nothing to divide by."""
    return None if below == 0 else Fraction(above) / Fraction(below)


def median_of(values: Counter[int]) -> Number | None:
    """Give the middle value, or the mean of the two in the middle; None of nothing."""
    count = values.total()
    if count == 0:
        return None
    low, high = (count - 1) // 2, count // 2
    found: list[int] = []
    passed = 0
    for value in sorted(values):
        passed += values[value]
        while len(found) < 2 and (low if not found else high) < passed:
            found.append(value)
        if len(found) == 2:
            break
    return Fraction(found[0] + found[1], 2)


def define(
    id: str,
    label: str,
    family: str,
    unit: Unit,
    *,
    definition: str,
    denominator: str,
    exclusions: str,
    empty: str,
    object: str = "deals",
    period_on: str = "",
    needs_period: bool = False,
    default_by: str = "",
) -> Definition:
    """State what a metric means; nothing of it may be left out."""
    return Definition(
        id=id,
        label=label,
        family=family,
        unit=unit,
        definition=definition,
        denominator=denominator,
        exclusions=exclusions,
        empty=empty,
        object=object,
        period_on=period_on,
        needs_period=needs_period,
        default_by=default_by,
    )

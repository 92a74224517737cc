"""A question after its words were resolved: ids, whole days, moments. Nothing in it is text to be understood.

Made by the service, which knows people's words; carried out by `engine`. Values of a `Sieve` are internal values of its
dimension: text, whole numbers in the dimension's unit (money in minor units, moments in ms), or intervals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hubspot_skill.analytics.calendar import Interval
from hubspot_skill.domain.report import Aggregate, Associate, Grain, Having, Op, Understood

__all__ = ["Comparison", "Cut", "Query", "Sieve", "SieveGroup", "Value"]

Value = str | int | Interval | None


@dataclass(frozen=True, slots=True)
class Cut:
    """One dimension to group by: its id, or the internal name of a property (`is_property`)."""

    dimension: str
    grain: Grain | None = None
    top: int | None = None
    is_property: bool = False


@dataclass(frozen=True, slots=True)
class Sieve:
    """One condition on a dimension or property; IN and NOT_IN take many values, BETWEEN two, the set tests none.

    None among the values of IN stands for records without a value.
    """

    dimension: str
    op: Op
    values: tuple[Value, ...] = ()
    is_property: bool = False


@dataclass(frozen=True, slots=True)
class SieveGroup:
    """Several conditions of which one must hold, or, with `is_none`, none may."""

    sieves: tuple[Sieve, ...]
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier period beside the question's own; `way` as it was asked for."""

    way: str
    earlier: Interval
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is to be computed. `metrics` are ids of the registry or aggregates of properties.

    `now` is the moment that open-ended things are measured from; for `as_of` it is the end of that day, and `is_past`
    is set. `period_on` overrides the metrics' own date. `period` None: all time. `fiscal_start` is a month's number.
    """

    metrics: tuple[str | Aggregate, ...]
    now: datetime
    zone: ZoneInfo
    cuts: tuple[Cut, ...] = ()
    where: tuple[Sieve | SieveGroup, ...] = ()
    period: Interval | None = None
    period_said: str = ""
    period_on: str = ""
    comparison: Comparison | None = None
    having: tuple[Having, ...] = ()
    order: tuple[str, ...] = ()
    limit: int = 20
    is_past: bool = False
    currency: str = ""
    associate: Associate = Associate.PRIMARY
    days: int | None = None
    target: Decimal | None = None
    mode: str = ""
    fiscal_start: int = 1
    understood: tuple[Understood, ...] = field(default=())

"""Deals that were created, won and lost in a period, and how fast: each on its own date, which a question may change."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import ColumnElement, and_

from hubspot_skill.analytics.calendar import DAY_MS
from hubspot_skill.analytics.metric import (
    LOST,
    OPEN,
    WON,
    Bag,
    Base,
    Excludes,
    Measure,
    Metric,
    Number,
    define,
    median_of,
    ratio,
)
from hubspot_skill.analytics.metrics import deal_bases as b
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Definition, Unit

__all__ = ["METRICS", "WON_AMOUNT", "WON_COUNT"]

_FAMILY = "outcomes"
SMALL_SAMPLE = 10

_CREATED = Base(b.COUNT)
_CREATED_AMOUNT = Base(b.AMOUNT)
_CREATED_EMPTY = Base(b.NO_AMOUNT)
_UNCREATED = Base(b.NO_CREATE_DATE, undated=True)
WON_COUNT, LOST_COUNT = Base(b.COUNT, WON), Base(b.COUNT, LOST)
WON_AMOUNT, LOST_AMOUNT = Base(b.AMOUNT, WON), Base(b.AMOUNT, LOST)
_WON_EMPTY, _LOST_EMPTY = Base(b.NO_AMOUNT, WON), Base(b.NO_AMOUNT, LOST)
_WON_FULL = Base(b.WITH_AMOUNT, WON)
_WON_UNDATED, _LOST_UNDATED = Base(b.NO_CLOSE_DATE, WON, undated=True), Base(b.NO_CLOSE_DATE, LOST, undated=True)
_WON_CONVERTED = Base(b.CONVERTED, WON)
_OPEN_COUNT = Base(b.COUNT, OPEN)
_OPEN_NOW = Base(b.COUNT, OPEN, undated=True)


def _timed(view: View) -> ColumnElement[bool]:
    return and_(view.c("created_at").is_not(None), view.c("close_at") >= view.c("created_at"))


def _cycle(view: View) -> ColumnElement[int]:
    return view.c("close_at") - view.c("created_at")


_TIMED = Base(Measure("timed", where=_timed), WON)
_CYCLE = Base(Measure("cycle", _cycle, where=_timed), WON)
_CYCLES = Base(Measure("cycles", _cycle, where=_timed, agg="values"), WON)
_BACKWARD = Base(Measure("closed_before_created", where=lambda v: v.c("close_at") < v.c("created_at")), WON)
_UNBORN = Base(Measure("won_uncreated", where=lambda v: v.c("created_at").is_(None)), WON)
_WON_VALUES = Base(b.AMOUNT_VALUES, WON)
_CYCLE_EXCLUDED: Excludes = {
    "closed_before_created": lambda bag: bag[_BACKWARD],
    "no_create_date": lambda bag: bag[_UNBORN],
    "no_close_date": lambda bag: bag[_WON_UNDATED],
}
_DAYS_OFF = Base(
    Measure(
        "days_off",
        where=lambda v: and_(_timed(v), v.c("days_to_close").is_not(None), v.c("days_to_close") != _cycle(v) // DAY_MS),
    ),
    WON,
)


def _small(bag: Bag) -> tuple[str, ...]:
    closed = bag[WON_COUNT] + bag[LOST_COUNT]
    return (f"Small sample: only {closed} closed deals.",) if closed < SMALL_SAMPLE else ()


def _still_open(bag: Bag) -> tuple[str, ...]:
    created, still = bag[_CREATED], bag[_OPEN_COUNT]
    if not created:
        return ()
    share = round(Fraction(still * 100) / Fraction(created))
    return (f"{still} of {created} deals of the cohort ({share} %) are still open: not comparable with win_rate.",)


def _converted(bag: Bag) -> tuple[str, ...]:
    count = bag[_WON_CONVERTED]
    return (
        (f"{count} amounts in other currencies were converted by our rate table (converted_by_us).",) if count else ()
    )


def _unlike_hubspot(bag: Bag) -> tuple[str, ...]:
    count = bag[_DAYS_OFF]
    return (f"HubSpot's own whole days to close differ for {count} deals.",) if count else ()


def _velocity(bag: Bag) -> Number | None:
    closed = bag[WON_COUNT] + bag[LOST_COUNT]
    rate, size = ratio(bag[WON_COUNT], closed), ratio(bag[WON_AMOUNT], bag[_WON_FULL])
    cycle = ratio(bag[_CYCLE], bag[_TIMED] * DAY_MS)
    if rate is None or size is None or not cycle:
        return None
    return Fraction(bag[_OPEN_NOW]) * rate * size / cycle


def _velocity_parts(bag: Bag) -> tuple[str, ...]:
    closed = bag[WON_COUNT] + bag[LOST_COUNT]
    cycle = ratio(bag[_CYCLE], bag[_TIMED] * DAY_MS)
    told = "–" if cycle is None else f"{float(cycle):.2f}"
    return (
        f"Parts: {bag[_OPEN_NOW]} open deals, win rate {bag[WON_COUNT]} of {closed}, {bag[_WON_FULL]} won deals with an "
        f"amount, sales cycle {told} days. Sales velocity is money a day, not HubSpot's time to close.",
    )


_OUT = "archived and merged deals"


def _on_close(id: str, label: str, unit: Unit, definition: str, denominator: str, exclusions: str, empty: str, by: str = "owner") -> Definition:  # fmt: skip
    return define(
        id,
        label,
        _FAMILY,
        unit,
        definition=definition,
        denominator=denominator,
        exclusions=exclusions,
        empty=empty,
        period_on="close_at",
        needs_period=True,
        default_by=by,
    )


def _of_property(name: str, label: str, meaning: str) -> Metric:
    value = Base(Measure(name, lambda v: v.money(name)), WON)
    empty = Base(Measure(f"without_{name}", where=lambda v: v.money(name).is_(None)), WON)
    return Metric(
        _on_close(
            f"new_{name}", label, Unit.MONEY, f"sum of {meaning} over won deals closed in the period, in home currency",
            "none: a sum", f"{_OUT}; won deals without it (no_{name})", "0",
        ),
        (value, empty, WON_COUNT, _WON_UNDATED), lambda bag: bag[value],
        {f"no_{name}": lambda bag: bag[empty], "no_close_date": lambda bag: bag[_WON_UNDATED]}, (WON_COUNT,),
    )  # fmt: skip


METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "deals_created", "Deals created", _FAMILY, Unit.COUNT,
            definition="live deals created in the period, whatever became of them", denominator="none: a count",
            exclusions=f"{_OUT}; deals without create date (no_create_date)", empty="0",
            period_on="created_at", needs_period=True, default_by="owner",
        ),
        (_CREATED, _UNCREATED), lambda bag: bag[_CREATED], {"no_create_date": lambda bag: bag[_UNCREATED]},
    ),
    Metric(
        define(
            "pipeline_created", "Pipeline created", _FAMILY, Unit.MONEY,
            definition="sum of today's amounts of the deals created in the period", denominator="none: a sum",
            exclusions=f"{_OUT}; deals without an amount (no_amount) or create date (no_create_date)", empty="0",
            period_on="created_at", needs_period=True, default_by="owner",
        ),
        (_CREATED_AMOUNT, _CREATED_EMPTY, _CREATED, _UNCREATED), lambda bag: bag[_CREATED_AMOUNT],
        {"no_amount": lambda bag: bag[_CREATED_EMPTY], "no_create_date": lambda bag: bag[_UNCREATED]}, (_CREATED,),
        remarks=lambda bag: ("Amounts are those of today, not of the day of creation.",),
    ),
    Metric(
        _on_close("won_deals", "Won deals", Unit.COUNT, "won deals closed in the period", "none: a count",
                  f"{_OUT}; won deals without close date (no_close_date)", "0"),
        (WON_COUNT, _WON_UNDATED), lambda bag: bag[WON_COUNT], {"no_close_date": lambda bag: bag[_WON_UNDATED]},
    ),
    Metric(
        _on_close("won_revenue", "Won revenue", Unit.MONEY, "sum of the amounts of won deals closed in the period",
                  "none: a sum", f"{_OUT}; won deals without an amount (no_amount) or close date (no_close_date)", "0"),
        (WON_AMOUNT, _WON_EMPTY, WON_COUNT, _WON_UNDATED, _WON_CONVERTED), lambda bag: bag[WON_AMOUNT],
        {"no_amount": lambda bag: bag[_WON_EMPTY], "no_close_date": lambda bag: bag[_WON_UNDATED]}, (WON_COUNT,),
        remarks=_converted,
    ),
    Metric(
        _on_close("lost_deals", "Lost deals", Unit.COUNT, "lost deals closed in the period", "none: a count",
                  f"{_OUT}; lost deals without close date (no_close_date)", "0"),
        (LOST_COUNT, _LOST_UNDATED), lambda bag: bag[LOST_COUNT], {"no_close_date": lambda bag: bag[_LOST_UNDATED]},
    ),
    Metric(
        _on_close("lost_amount", "Lost amount", Unit.MONEY, "sum of the amounts of lost deals closed in the period",
                  "none: a sum", f"{_OUT}; lost deals without an amount (no_amount) or close date (no_close_date)", "0"),
        (LOST_AMOUNT, _LOST_EMPTY, LOST_COUNT, _LOST_UNDATED), lambda bag: bag[LOST_AMOUNT],
        {"no_amount": lambda bag: bag[_LOST_EMPTY], "no_close_date": lambda bag: bag[_LOST_UNDATED]}, (LOST_COUNT,),
    ),
    Metric(
        _on_close("win_rate", "Win rate", Unit.RATIO, "won deals divided by won and lost deals closed in the period",
                  "won and lost deals closed in the period; open deals never",
                  f"{_OUT}; open deals; closed deals without close date (no_close_date)", "none: nothing to divide by"),
        (WON_COUNT, LOST_COUNT, _WON_UNDATED, _LOST_UNDATED),
        lambda bag: ratio(bag[WON_COUNT], bag[WON_COUNT] + bag[LOST_COUNT]),
        {"no_close_date": lambda bag: bag[_WON_UNDATED] + bag[_LOST_UNDATED]}, (WON_COUNT, LOST_COUNT), remarks=_small,
    ),
    Metric(
        _on_close("win_rate_amount", "Win rate by amount", Unit.RATIO,
                  "amount of won deals divided by amount of won and lost deals closed in the period",
                  "amounts of won and lost deals; open deals never",
                  f"{_OUT}; open deals; deals without an amount (no_amount)", "none: nothing to divide by"),
        (WON_AMOUNT, LOST_AMOUNT, WON_COUNT, LOST_COUNT, _WON_EMPTY, _LOST_EMPTY),
        lambda bag: ratio(bag[WON_AMOUNT], bag[WON_AMOUNT] + bag[LOST_AMOUNT]),
        {"no_amount": lambda bag: bag[_WON_EMPTY] + bag[_LOST_EMPTY]}, (WON_COUNT, LOST_COUNT), remarks=_small,
    ),
    Metric(
        define(
            "win_rate_cohort", "Win rate of the cohort", _FAMILY, Unit.RATIO,
            definition="won deals divided by all deals created in the period", denominator="all deals created in the period",
            exclusions=f"{_OUT}; deals without create date (no_create_date)", empty="none: nothing to divide by",
            period_on="created_at", needs_period=True, default_by="owner",
        ),
        (WON_COUNT, _CREATED, _OPEN_COUNT, _UNCREATED), lambda bag: ratio(bag[WON_COUNT], bag[_CREATED]),
        {"no_create_date": lambda bag: bag[_UNCREATED]}, (_CREATED,), remarks=_still_open,
    ),
    Metric(
        _on_close("avg_deal_size", "Average deal size", Unit.MONEY,
                  "amount of won deals divided by the won deals with an amount", "won deals with an amount",
                  f"{_OUT}; won deals without an amount (no_amount)", "none: nothing to divide by"),
        (WON_AMOUNT, _WON_FULL, _WON_EMPTY, _WON_CONVERTED), lambda bag: ratio(bag[WON_AMOUNT], bag[_WON_FULL]),
        {"no_amount": lambda bag: bag[_WON_EMPTY]}, (_WON_FULL,), remarks=_converted,
    ),
    Metric(
        _on_close("median_deal_size", "Median deal size", Unit.MONEY, "median amount of won deals",
                  "won deals with an amount", f"{_OUT}; won deals without an amount (no_amount)", "none: no deal"),
        (_WON_VALUES, _WON_FULL, _WON_EMPTY), lambda bag: median_of(bag.all_values(_WON_VALUES)),
        {"no_amount": lambda bag: bag[_WON_EMPTY]}, (_WON_FULL,),
    ),
    Metric(
        _on_close("sales_cycle_days", "Average sales cycle", Unit.DAYS, "mean days from create to close of won deals",
                  "won deals with both dates in order",
                  f"{_OUT}; deals closed before they were created (closed_before_created)", "none: nothing to divide by"),
        (_CYCLE, _TIMED, _BACKWARD, _UNBORN, _WON_UNDATED, _DAYS_OFF), lambda bag: ratio(bag[_CYCLE], bag[_TIMED]),
        _CYCLE_EXCLUDED, (_TIMED,), remarks=_unlike_hubspot,
    ),
    Metric(
        _on_close("sales_cycle_days_median", "Median sales cycle", Unit.DAYS,
                  "median days from create to close of won deals", "won deals with both dates in order",
                  f"{_OUT}; deals closed before they were created (closed_before_created)", "none: no deal"),
        (_CYCLES, _TIMED, _BACKWARD, _UNBORN, _WON_UNDATED), lambda bag: median_of(bag.all_values(_CYCLES)),
        _CYCLE_EXCLUDED, (_TIMED,),
    ),
    Metric(
        define(
            "sales_velocity", "Sales velocity", _FAMILY, Unit.MONEY_PER_DAY,
            definition="open deals now × win rate × average deal size ÷ sales cycle in days, the last three of the period"
            " (365 days up to today unless given)",
            denominator="sales cycle in days", exclusions="as win_rate, avg_deal_size and sales_cycle_days",
            empty="none: a part does not exist", period_on="close_at", default_by="owner",
        ),
        (WON_COUNT, LOST_COUNT, WON_AMOUNT, _WON_FULL, _CYCLE, _TIMED, _OPEN_NOW, _WON_EMPTY, _BACKWARD), _velocity,
        {"no_amount": lambda bag: bag[_WON_EMPTY], "closed_before_created": lambda bag: bag[_BACKWARD]},
        (WON_COUNT, LOST_COUNT), remarks=_velocity_parts,
    ),
    Metric(
        _on_close("loss_reasons", "Losses by reason", Unit.COUNT,
                  "lost deals closed in the period, by reason: free text compared without case and outer blanks",
                  "none: a count", f"{_OUT}; lost deals without close date (no_close_date)", "0", by="loss_reason"),
        (LOST_COUNT, _LOST_UNDATED), lambda bag: bag[LOST_COUNT], {"no_close_date": lambda bag: bag[_LOST_UNDATED]},
    ),
    _of_property("arr", "New ARR", "annual recurring revenue (hs_arr)"),
    _of_property("mrr", "New MRR", "monthly recurring revenue (hs_mrr)"),
    _of_property("tcv", "New TCV", "total contract value (hs_tcv)"),
)  # fmt: skip

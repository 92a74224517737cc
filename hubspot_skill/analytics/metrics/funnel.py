"""Deals on their way through the stages: who entered, how long it took.

Times in stages come from the history of each deal where it was read, else from the entry and exit dates that HubSpot
keeps of each stage; answers say for how many stays it was which.
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import ColumnElement, and_, or_, select

from hubspot_skill.analytics.calendar import DAY_MS
from hubspot_skill.analytics.metric import Bag, Base, Measure, Metric, define, median_of, ratio
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit
from hubspot_skill.mirror import tables

__all__ = ["METRICS"]

_FAMILY = "funnel"
_OUT = "archived and merged deals"


def _is_done(view: View) -> ColumnElement[bool]:
    return or_(view.c("last_out").is_not(None), view.c("ms_done") > 0)


_ENTERED = Base(Measure("entered", object="stay"))
_VISITS = Base(Measure("visits", lambda v: v.c("visits"), object="stay"))
_INEXACT = Base(Measure("inexact", where=lambda v: v.c("exact") == 0, object="stay"))
_DONE = Base(Measure("done", where=_is_done, object="stay"))
_DONE_MS = Base(Measure("done_ms", lambda v: v.c("ms_done"), where=_is_done, object="stay"))
_DONE_ALL = Base(Measure("done_times", lambda v: v.c("ms_done"), where=_is_done, object="stay", agg="values"))
_STAYING = Base(Measure("staying", where=lambda v: v.c("last_out").is_(None), object="stay"))


def _is_sold(view: View) -> ColumnElement[bool]:
    won = tables.stage.alias("won")
    is_won = select(won.c.id).where(
        won.c.object == "deal", won.c.pipeline == tables.deal.c.pipeline, won.c.id == tables.deal.c.stage,
        won.c.is_won == 1,
    )  # fmt: skip
    return and_(is_won.exists(), tables.deal.c.close_at >= tables.deal.c.created_at)


def _age(view: View) -> ColumnElement[int]:
    return view.now_ms - view.c("entered_at")


_CAME = Base(Measure("came", object="passage"))
_WENT_ON = Base(Measure("went_on", where=lambda v: v.c("went_on") == 1, object="passage"))
_AGES = Base(Measure("came_ages", _age, object="passage", agg="values"))
_CYCLES = Base(
    Measure(
        "sold_cycles", lambda v: v.c("close_at") - v.c("created_at"), where=_is_sold, object="passage", agg="values"
    ),
    undated=True,
)


def _maturing(bag: Bag) -> tuple[str, ...]:
    cycle = median_of(bag.all_values(_CYCLES))
    if cycle is None:
        return ()
    young = sum(count for age, count in bag.all_values(_AGES).items() if age < cycle)
    if not young:
        return ()
    days = float(Fraction(cycle) / DAY_MS)
    return (
        f"Still maturing: {young} of {bag[_CAME]} entries are younger than {days:.1f} days, the median sales"
        " cycle of all entries whose deal was won.",
    )


def _history(bag: Bag) -> tuple[str, ...]:
    count, total = bag[_INEXACT], bag[_ENTERED]
    if not count:
        return ()
    return (
        f"{count} of {total} stays are known by HubSpot's entry and exit dates only, so visits in between are missing.",
    )


def _staying(bag: Bag) -> tuple[str, ...]:
    count = bag[_STAYING]
    return (*((f"{count} stays still last and are not in it.",) if count else ()), *_history(bag))


METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "stage_entered", "Deals that entered a stage", _FAMILY, Unit.COUNT,
            definition="distinct deals that entered the stage in the period, by their first entry; mode entries counts all their visits",
            denominator="none: a count", exclusions=_OUT, empty="0", period_on="entered_at", needs_period=True,
            default_by="stage",
        ),
        (_ENTERED, _VISITS, _INEXACT),
        lambda bag: bag[_VISITS] if bag.given.mode == "entries" else bag[_ENTERED], remarks=_history,
    ),
    Metric(
        define(
            "stage_days", "Average days in a stage", _FAMILY, Unit.DAYS,
            definition="mean time of completed stays in a stage, all visits of a deal added up",
            denominator="stays of deals that left the stage", exclusions=f"{_OUT}; stays that still last (staying)",
            empty="none: nothing to divide by", period_on="left_at", default_by="stage",
        ),
        (_DONE_MS, _DONE, _STAYING, _ENTERED, _INEXACT), lambda bag: ratio(bag[_DONE_MS], bag[_DONE]),
        {"staying": lambda bag: bag[_STAYING]}, (_DONE,), remarks=_staying,
    ),
    Metric(
        define(
            "stage_days_median", "Median days in a stage", _FAMILY, Unit.DAYS,
            definition="median time of completed stays in a stage, all visits of a deal added up",
            denominator="stays of deals that left the stage", exclusions=f"{_OUT}; stays that still last (staying)",
            empty="none: no stay", period_on="left_at", default_by="stage",
        ),
        (_DONE_ALL, _DONE, _STAYING, _ENTERED, _INEXACT), lambda bag: median_of(bag.all_values(_DONE_ALL)),
        {"staying": lambda bag: bag[_STAYING]}, (_DONE,), remarks=_staying,
    ),
    Metric(
        define(
            "stage_conversion", "Conversion to a later stage", _FAMILY, Unit.RATIO,
            definition="deals that came to the open stage and entered a later stage of their pipeline or won, by display"
            " order; mode reached (usual): a stage that was skipped counts as passed, from the entry beyond it on; mode"
            " strict: only deals that were in the stage and went on after their first entry into it (or in the same"
            " moment); the total is of all stages together",
            denominator="deals that came to the stage in the period",
            exclusions=f"{_OUT}; lost is no stage of the funnel; stages of pipelines that a deal has left; deals whose"
            " stages are not known",
            empty="none: nothing to divide by", period_on="entered_at", needs_period=True, default_by="stage",
        ),
        (_CAME, _WENT_ON, _AGES, _CYCLES), lambda bag: ratio(bag[_WENT_ON], bag[_CAME]), remarks=_maturing,
    ),
)  # fmt: skip

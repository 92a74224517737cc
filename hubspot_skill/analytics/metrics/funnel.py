"""Deals on their way through the stages: who entered, how long it took.

Times in stages come from the history of each deal where it was read, else from the entry and exit dates that HubSpot
keeps of each stage; answers say for how many stays it was which.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from hubspot_skill.analytics.metric import Bag, Base, Measure, Metric, define, median_of, ratio
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit

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
)  # fmt: skip

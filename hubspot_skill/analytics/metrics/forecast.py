"""What is expected to come in: weighted by month, by category, against a target, and how dates slip."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func

from hubspot_skill.analytics.conditions import within
from hubspot_skill.analytics.metric import OPEN, WON, Bag, Base, Measure, Metric, Number, define, ratio
from hubspot_skill.analytics.metrics import deal_bases as b
from hubspot_skill.analytics.metrics.deals_now import OPEN_AMOUNT, OPEN_COUNT
from hubspot_skill.analytics.metrics.outcomes import WON_AMOUNT, WON_COUNT
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit

__all__ = ["METRICS"]

_FAMILY = "forecast"


def _in_running(view: View) -> ColumnElement[bool]:
    return within(view.c("close_at"), view.running)


_WEIGHTED = Base(b.WEIGHTED, OPEN)
_COME_IN = Base(Measure("come_in", lambda v: v.amount, where=_in_running), WON)
_NO_AMOUNT = Base(b.NO_AMOUNT, OPEN)
_UNLIKELY = Base(b.NO_PROBABILITY, OPEN)


def _is_omitted(view: View) -> ColumnElement[bool]:
    return func.coalesce(view.c("forecast_category"), "") == "OMIT"


_OMITTED = Base(Measure("omitted", lambda v: v.amount, where=_is_omitted), OPEN)
_UNCATEGORISED = Base(Measure("uncategorised", where=lambda v: func.coalesce(v.c("forecast_category"), "") == ""), OPEN)


def _category_remarks(bag: Bag) -> tuple[str, ...]:
    empty = bag[_UNCATEGORISED]
    found = (f"{empty} deals have no category and count as PIPELINE.",) if empty else ()
    return (*found, "OMIT is listed but not in the total.") if bag[_OMITTED] else found


def _coverage(bag: Bag) -> Number | None:
    target = bag.given.target
    if target is None or target <= bag[WON_AMOUNT]:
        return None
    return ratio(bag[OPEN_AMOUNT], target - bag[WON_AMOUNT])


def _coverage_remarks(bag: Bag) -> tuple[str, ...]:
    target = bag.given.target
    if target is None:
        return ("No target is known: give `target` in home currency, or set a goal in HubSpot.",)
    return ("Covered: the target is reached already.",) if target <= bag[WON_AMOUNT] else ()


def _attainment(bag: Bag) -> Number | None:
    return None if not bag.given.target else ratio(bag[WON_AMOUNT], bag.given.target)


def _attainment_remarks(bag: Bag) -> tuple[str, ...]:
    return (
        () if bag.given.target else ("No target is known: give `target` in home currency, or set a goal in HubSpot.",)
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "forecast_weighted", "Weighted forecast", _FAMILY, Unit.MONEY,
            definition="amount times probability of open deals by close date; the running bucket adds what was won in it so far",
            denominator="none: a sum", empty="0",
            exclusions="archived and merged deals; without an amount (no_amount) or probability (no_probability); overdue"
            " and undated deals are buckets of their own",
            period_on="close_at", default_by="close_at",
        ),
        (_WEIGHTED, _COME_IN, OPEN_COUNT, _NO_AMOUNT, _UNLIKELY), lambda bag: bag[_WEIGHTED] + bag[_COME_IN],
        {"no_amount": lambda bag: bag[_NO_AMOUNT], "no_probability": lambda bag: bag[_UNLIKELY]},
        (OPEN_COUNT,), is_forecast=True,
    ),
    Metric(
        define(
            "forecast_category", "Open pipeline by forecast category", _FAMILY, Unit.MONEY,
            definition="sum of the amounts of open deals by forecast category; an empty one is PIPELINE",
            denominator="none: a sum", exclusions="archived and merged deals; without an amount (no_amount); OMIT is not in the total",
            empty="0", period_on="close_at", default_by="forecast_category",
        ),
        (OPEN_AMOUNT, _OMITTED, _UNCATEGORISED, _NO_AMOUNT, OPEN_COUNT), lambda bag: bag[OPEN_AMOUNT],
        {"no_amount": lambda bag: bag[_NO_AMOUNT]}, (OPEN_COUNT,),
        total=lambda bag: bag[OPEN_AMOUNT] - bag[_OMITTED], remarks=_category_remarks,
    ),
    Metric(
        define(
            "pipeline_coverage", "Pipeline coverage", _FAMILY, Unit.NUMBER,
            definition="open pipeline closing in the period divided by what is missing to the target",
            denominator="target less the revenue won in the period",
            exclusions="archived and merged deals; deals without an amount (no_amount)",
            empty="none: no target, or it is reached", period_on="close_at", needs_period=True,
        ),
        (OPEN_AMOUNT, WON_AMOUNT, OPEN_COUNT, _NO_AMOUNT), _coverage, {"no_amount": lambda bag: bag[_NO_AMOUNT]},
        (OPEN_COUNT,), remarks=_coverage_remarks,
    ),
    Metric(
        define(
            "goal_attainment", "Goal attainment", _FAMILY, Unit.RATIO,
            definition="revenue won in the period divided by the target", denominator="target of the question, else of HubSpot's goals",
            exclusions="archived and merged deals; won deals without an amount", empty="none: no target",
            period_on="close_at", needs_period=True,
        ),
        (WON_AMOUNT, WON_COUNT), _attainment, {}, (WON_COUNT,), remarks=_attainment_remarks,
    ),
)  # fmt: skip

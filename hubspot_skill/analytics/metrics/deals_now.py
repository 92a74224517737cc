"""Deals as they are now: how many, how much, how old, and what is missing. No period is needed.

With a period these count the deals whose close date lies in it. `as_of` tells the historic ones of a past day.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, not_, or_

from hubspot_skill.analytics.metric import OPEN, Bag, Base, Excludes, Measure, Metric, define, median_of, ratio
from hubspot_skill.analytics.metrics import deal_bases as b
from hubspot_skill.analytics.view import View, is_filled
from hubspot_skill.domain.report import Unit

__all__ = ["METRICS", "OPEN_AMOUNT", "OPEN_COUNT", "is_stalled"]

_FAMILY = "deals now"
STALLED_DAYS, SOON_DAYS = 21, 14

OPEN_COUNT = Base(b.COUNT, OPEN)
OPEN_AMOUNT = Base(b.AMOUNT, OPEN)
_ALL = Base(b.COUNT)
_NO_AMOUNT = Base(b.NO_AMOUNT, OPEN)
_WITH_AMOUNT = Base(b.WITH_AMOUNT, OPEN)
_CONVERTED = Base(b.CONVERTED, OPEN)
_OTHER = Base(b.OTHER_CURRENCY, OPEN)
_MONEY_PARTS = (_NO_AMOUNT, _CONVERTED, _OTHER)


def _without(bag: Bag) -> int:
    return int(bag[_NO_AMOUNT] - bag[_OTHER])


def _converted(bag: Bag) -> tuple[str, ...]:
    count = bag[_CONVERTED]
    return (
        (f"{count} amounts in other currencies were converted by our rate table (converted_by_us).",) if count else ()
    )


_MONEY_EXCLUDED: Excludes = {"no_amount": _without, "other_currency": lambda bag: bag[_OTHER]}


def is_stalled(view: View) -> ColumnElement[bool]:
    """Say that a deal had neither a change of stage nor an activity for so many days, with one of the two known."""
    limit = view.now_ms - (view.query.days or STALLED_DAYS) * 86_400_000
    entered, active = view.c("stage_entered_at"), view.c("last_activity_at")
    known = or_(entered.is_not(None), active.is_not(None))
    return and_(known, or_(entered.is_(None), entered < limit), or_(active.is_(None), active < limit))


def _is_undated(view: View) -> ColumnElement[bool]:
    return and_(view.c("stage_entered_at").is_(None), view.c("last_activity_at").is_(None))


def _closes_soon(view: View) -> ColumnElement[bool]:
    close = view.c("close_at")
    return and_(close >= view.today_ms, close < view.day_ms((view.query.days or SOON_DAYS) + 1))


def _no_next_step(view: View) -> ColumnElement[bool]:
    return and_(not_(is_filled(func.coalesce(view.c("next_step"), ""))), view.c("next_activity_at").is_(None))


def _aged(view: View) -> ColumnElement[bool]:
    return view.c("created_at") <= view.now_ms


_AGE = Base(Measure("age", lambda v: v.now_ms - v.c("created_at"), where=_aged), OPEN)
_AGED = Base(Measure("aged", where=_aged), OPEN)
_AGES = Base(Measure("ages", lambda v: v.now_ms - v.c("created_at"), where=_aged, agg="values"), OPEN)
_FUTURE = Base(Measure("future_created", where=lambda v: v.c("created_at") > v.now_ms), OPEN)
_UNCREATED = Base(b.NO_CREATE_DATE, OPEN)
_AGE_EXCLUDED: Excludes = {"future_created": lambda bag: bag[_FUTURE], "no_create_date": lambda bag: bag[_UNCREATED]}

_ENTERED = Measure("in_stage", where=lambda v: v.c("stage_entered_at") <= v.now_ms)
_STAGE_TIME = Measure("stage_time", lambda v: v.now_ms - v.c("stage_entered_at"), where=_ENTERED.where)
_STAGE_TIMES = Measure("stage_times", _STAGE_TIME.value, where=_ENTERED.where, agg="values")
_IN_STAGE, _STAGE_MS, _STAGE_ALL = Base(_ENTERED, OPEN), Base(_STAGE_TIME, OPEN), Base(_STAGE_TIMES, OPEN)
_ENTRY_EXCLUDED: Excludes = {"no_stage_entry": lambda bag: bag[OPEN_COUNT] - bag[_IN_STAGE]}

_WEIGHTED = Base(b.WEIGHTED, OPEN)
_UNLIKELY = Base(b.NO_PROBABILITY, OPEN)
_DIFFERS = Base(
    Measure(
        "projected_differs",
        where=lambda v: (
            func.abs(v.c("amount_home") * v.c("prob_millionths") - v.c("projected_home") * 1_000_000) > 1_000_000
        ),
    ),
    OPEN,
)
_FORECAST = Base(Measure("hubspot_forecast", lambda v: v.c("forecast_amount")), OPEN)
_NO_FORECAST = Base(Measure("without_forecast", where=lambda v: v.c("forecast_amount").is_(None)), OPEN)
_STALLED = Base(Measure("stalled", where=is_stalled), OPEN)
_STALLED_AMOUNT = Base(Measure("stalled_amount", lambda v: v.amount, where=is_stalled), OPEN)
_STALLED_EMPTY = Base(Measure("stalled_no_amount", where=lambda v: and_(is_stalled(v), v.amount.is_(None))), OPEN)
_STALLED_UNKNOWN = Base(Measure("stalled_unknown", where=_is_undated), OPEN)
_NO_ACTIVITY = Base(Measure("without_activity", where=lambda v: v.c("last_activity_at").is_(None)), OPEN)
_NO_ENTRY = Base(Measure("without_entry", where=lambda v: v.c("stage_entered_at").is_(None)), OPEN)
_OVERDUE = Base(b.OVERDUE, OPEN)
_OVERDUE_AMOUNT = Base(Measure("overdue_amount", lambda v: v.amount, where=b.is_overdue), OPEN)
_OVERDUE_EMPTY = Base(Measure("overdue_no_amount", where=lambda v: and_(b.is_overdue(v), v.amount.is_(None))), OPEN)
_SOON = Base(Measure("closing_soon", where=_closes_soon), OPEN)
_NO_STEP = Base(Measure("without_next_step", where=_no_next_step), OPEN)
_UNCLOSED = Base(b.NO_CLOSE_DATE, OPEN)
_UNOWNED = Base(Measure("without_owner", where=lambda v: v.c("owner_id").is_(None)), OPEN)


def _unlike_hubspot(bag: Bag) -> tuple[str, ...]:
    count = bag[_DIFFERS]
    differing = (f"{count} deals differ from HubSpot's own weighted amount by more than 0.01.",) if count else ()
    return (*differing, *_converted(bag))


def _stalled_gaps(bag: Bag) -> tuple[str, ...]:
    found: list[str] = []
    if bag[_NO_ACTIVITY]:
        found.append(f"{bag[_NO_ACTIVITY]} open deals have no activity date: told by their stage alone.")
    if bag[_NO_ENTRY]:
        found.append(f"{bag[_NO_ENTRY]} open deals have no stage entry date: told by their activity alone.")
    return tuple(found)


_NONE_LEFT_OUT = "archived and merged deals"
_MONEY_OUT = "archived and merged deals; deals without an amount (no_amount)"

METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "deal_count", "Deals", _FAMILY, Unit.COUNT,
            definition="number of live deals, open or closed", denominator="none: a count",
            exclusions=_NONE_LEFT_OUT, empty="0", period_on="close_at", default_by="stage",
        ),
        (_ALL,), lambda bag: bag[_ALL], is_historic=True,
    ),
    Metric(
        define(
            "open_deals", "Open deals", _FAMILY, Unit.COUNT,
            definition="live deals whose stage is not closed; a reopened deal is open", denominator="none: a count",
            exclusions=_NONE_LEFT_OUT, empty="0", period_on="close_at", default_by="stage",
        ),
        (OPEN_COUNT,), lambda bag: bag[OPEN_COUNT], is_historic=True,
    ),
    Metric(
        define(
            "open_pipeline", "Open pipeline", _FAMILY, Unit.MONEY,
            definition="sum of the amounts of open deals", denominator="none: a sum", exclusions=_MONEY_OUT,
            empty="0", period_on="close_at", default_by="stage",
        ),
        (OPEN_AMOUNT, *_MONEY_PARTS), lambda bag: bag[OPEN_AMOUNT], _MONEY_EXCLUDED, (OPEN_COUNT,),
        remarks=_converted, is_historic=True,
    ),
    Metric(
        define(
            "weighted_pipeline", "Weighted pipeline", _FAMILY, Unit.MONEY,
            definition="sum of amount times probability of winning over open deals", denominator="none: a sum",
            exclusions=f"{_MONEY_OUT}; without a probability (no_probability)", empty="0", period_on="close_at",
            default_by="stage",
        ),
        (_WEIGHTED, _UNLIKELY, _DIFFERS, *_MONEY_PARTS), lambda bag: bag[_WEIGHTED],
        {**_MONEY_EXCLUDED, "no_probability": lambda bag: bag[_UNLIKELY]}, (OPEN_COUNT,),
        remarks=_unlike_hubspot, is_historic=True,
    ),
    Metric(
        define(
            "hubspot_forecast", "HubSpot forecast amount", _FAMILY, Unit.MONEY,
            definition="sum of HubSpot's own forecast amount (home amount times the forecast probability) over open deals",
            denominator="none: a sum", exclusions="archived and merged deals; deals without it (no_forecast_amount)",
            empty="0", period_on="close_at", default_by="stage",
        ),
        (_FORECAST, _NO_FORECAST), lambda bag: bag[_FORECAST], {"no_forecast_amount": lambda bag: bag[_NO_FORECAST]},
        (OPEN_COUNT,),
    ),
    Metric(
        define(
            "avg_open_amount", "Average open amount", _FAMILY, Unit.MONEY,
            definition="open pipeline divided by the open deals with an amount",
            denominator="open deals with an amount", exclusions=_MONEY_OUT, empty="none: nothing to divide by",
            period_on="close_at", default_by="stage",
        ),
        (OPEN_AMOUNT, _WITH_AMOUNT, *_MONEY_PARTS), lambda bag: ratio(bag[OPEN_AMOUNT], bag[_WITH_AMOUNT]),
        _MONEY_EXCLUDED, (_WITH_AMOUNT,), remarks=_converted, is_historic=True,
    ),
    Metric(
        define(
            "open_age_days", "Average age of open deals", _FAMILY, Unit.DAYS,
            definition="mean days from create date to now over open deals", denominator="open deals with a create date",
            exclusions="deals created in the future (future_created) or without create date (no_create_date)",
            empty="none: nothing to divide by", period_on="close_at", default_by="stage",
        ),
        (_AGE, _AGED, _FUTURE, _UNCREATED), lambda bag: ratio(bag[_AGE], bag[_AGED]), _AGE_EXCLUDED, (_AGED,),
        is_historic=True,
    ),
    Metric(
        define(
            "open_age_days_median", "Median age of open deals", _FAMILY, Unit.DAYS,
            definition="median days from create date to now over open deals", denominator="open deals with a create date",
            exclusions="deals created in the future (future_created) or without create date (no_create_date)",
            empty="none: no deal", period_on="close_at", default_by="stage",
        ),
        (_AGES, _AGED, _FUTURE, _UNCREATED), lambda bag: median_of(bag.all_values(_AGES)), _AGE_EXCLUDED, (_AGED,),
        is_historic=True,
    ),
    Metric(
        define(
            "days_in_stage", "Average days in stage", _FAMILY, Unit.DAYS,
            definition="mean days since open deals entered their current stage",
            denominator="open deals whose entry is known", exclusions="deals without a known entry (no_stage_entry)",
            empty="none: nothing to divide by", period_on="close_at", default_by="stage",
        ),
        (_STAGE_MS, _IN_STAGE, OPEN_COUNT), lambda bag: ratio(bag[_STAGE_MS], bag[_IN_STAGE]), _ENTRY_EXCLUDED,
        (_IN_STAGE,),
    ),
    Metric(
        define(
            "days_in_stage_median", "Median days in stage", _FAMILY, Unit.DAYS,
            definition="median days since open deals entered their current stage",
            denominator="open deals whose entry is known", exclusions="deals without a known entry (no_stage_entry)",
            empty="none: no deal", period_on="close_at", default_by="stage",
        ),
        (_STAGE_ALL, _IN_STAGE, OPEN_COUNT), lambda bag: median_of(bag.all_values(_STAGE_ALL)), _ENTRY_EXCLUDED,
        (_IN_STAGE,),
    ),
    Metric(
        define(
            "overdue_open", "Overdue open deals", _FAMILY, Unit.COUNT,
            definition="open deals whose close date lies before today", denominator="none: a count",
            exclusions="open deals without a close date", empty="0", period_on="close_at", default_by="owner",
        ),
        (_OVERDUE,), lambda bag: bag[_OVERDUE], is_historic=True,
    ),
    Metric(
        define(
            "overdue_value", "Overdue amount", _FAMILY, Unit.MONEY,
            definition="sum of the amounts of open deals whose close date lies before today",
            denominator="none: a sum", exclusions="overdue deals without an amount (no_amount)", empty="0",
            period_on="close_at", default_by="owner",
        ),
        (_OVERDUE_AMOUNT, _OVERDUE_EMPTY), lambda bag: bag[_OVERDUE_AMOUNT],
        {"no_amount": lambda bag: bag[_OVERDUE_EMPTY]}, (_OVERDUE,), is_historic=True,
    ),
    Metric(
        define(
            "no_close_date", "Open deals without close date", _FAMILY, Unit.COUNT,
            definition="open deals whose close date is empty", denominator="none: a count", exclusions=_NONE_LEFT_OUT,
            empty="0", default_by="owner",
        ),
        (_UNCLOSED,), lambda bag: bag[_UNCLOSED], is_historic=True,
    ),
    Metric(
        define(
            "no_amount", "Open deals without amount", _FAMILY, Unit.COUNT,
            definition="open deals without an amount in the report's currency", denominator="none: a count",
            exclusions=_NONE_LEFT_OUT, empty="0", period_on="close_at", default_by="owner",
        ),
        (_NO_AMOUNT,), lambda bag: bag[_NO_AMOUNT], is_historic=True,
    ),
    Metric(
        define(
            "no_owner", "Open deals without owner", _FAMILY, Unit.COUNT,
            definition="open deals that nobody owns", denominator="none: a count", exclusions=_NONE_LEFT_OUT,
            empty="0", period_on="close_at", default_by="stage",
        ),
        (_UNOWNED,), lambda bag: bag[_UNOWNED], is_historic=True,
    ),
    Metric(
        define(
            "stalled_deals", "Stalled deals", _FAMILY, Unit.COUNT,
            definition=f"open deals without change of stage and activity for `days` days ({STALLED_DAYS} unless given)",
            denominator="none: a count", exclusions="deals of which neither date is known (no_dates)", empty="0",
            period_on="close_at", default_by="owner",
        ),
        (_STALLED, _STALLED_UNKNOWN, _NO_ACTIVITY, _NO_ENTRY), lambda bag: bag[_STALLED],
        {"no_dates": lambda bag: bag[_STALLED_UNKNOWN]}, remarks=_stalled_gaps,
    ),
    Metric(
        define(
            "stalled_value", "Stalled amount", _FAMILY, Unit.MONEY,
            definition=f"sum of the amounts of stalled deals: no change of stage and no activity for `days` days ({STALLED_DAYS})",
            denominator="none: a sum", exclusions="stalled deals without an amount (no_amount); see stalled_deals",
            empty="0", period_on="close_at", default_by="owner",
        ),
        (_STALLED_AMOUNT, _STALLED_EMPTY, _STALLED_UNKNOWN, _NO_ACTIVITY, _NO_ENTRY), lambda bag: bag[_STALLED_AMOUNT],
        {"no_amount": lambda bag: bag[_STALLED_EMPTY], "no_dates": lambda bag: bag[_STALLED_UNKNOWN]},
        (_STALLED,), remarks=_stalled_gaps,
    ),
    Metric(
        define(
            "closing_soon", "Closing soon", _FAMILY, Unit.COUNT,
            definition=f"open deals that close from today within `days` days ({SOON_DAYS} unless given)",
            denominator="none: a count", exclusions="overdue deals and those without a close date", empty="0",
            period_on="close_at", default_by="owner",
        ),
        (_SOON,), lambda bag: bag[_SOON], is_historic=True,
    ),
    Metric(
        define(
            "no_next_step", "Open deals without next step", _FAMILY, Unit.COUNT,
            definition="open deals with neither a planned activity nor a next step written down",
            denominator="none: a count", exclusions=_NONE_LEFT_OUT, empty="0", period_on="close_at", default_by="owner",
        ),
        (_NO_STEP,), lambda bag: bag[_NO_STEP],
    ),
)  # fmt: skip

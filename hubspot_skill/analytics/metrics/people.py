"""Contacts as they are, and how far they came in the life cycle.

Lifecycle stages are ranked by the account's own order of the property's options; `other` and an empty stage are outside of the
funnel. A contact reached every stage up to its present one, and each that HubSpot keeps an entry date of. Here the dimension
`lifecycle` is the stage that was reached, so a contact stands in several rows.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from hubspot_skill.analytics.joined import lowest_rank
from hubspot_skill.analytics.metric import Bag, Base, Measure, Metric, Number, define, median_of, ratio
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit

__all__ = ["METRICS"]

_FAMILY = "contacts"
_OUT = "archived and merged contacts"
_FUNNEL_OUT = f"{_OUT}; contacts whose stage is empty or other and that have no entry date"

_COUNT = Base(Measure("contacts", object="contact"))
_UNDATED = Base(
    Measure("contacts_undated", where=lambda v: v.c("created_at").is_(None), object="contact"), undated=True
)
_UNWORKED = Base(Measure("unworked", where=lambda v: v.c("is_unworked") == 1, object="contact"))
_UNKNOWN = Base(Measure("unworked_unknown", where=lambda v: v.c("is_unworked").is_(None), object="contact"))
_UNOWNED = Base(Measure("contacts_unowned", where=lambda v: v.c("owner_id").is_(None), object="contact"))


def _is_lowest(view: View) -> ColumnElement[bool]:
    return view.c("rank") == lowest_rank(view)


def _has_gap(view: View) -> ColumnElement[bool]:
    return and_(view.c("entered_at").is_not(None), view.c("next_at") >= view.c("entered_at"))


def _is_backward(view: View) -> ColumnElement[bool]:
    return view.c("next_at") < view.c("entered_at")


def _gap(view: View) -> ColumnElement[int]:
    return view.c("next_at") - view.c("entered_at")


_REACHED = Base(Measure("reached", object="reach"))
_LOWEST = Base(Measure("reached_lowest", where=_is_lowest, object="reach"))
_WENT_ON = Base(Measure("went_on", where=lambda v: v.c("went_on") == 1, object="reach"))
_GAPS = Base(Measure("gaps", where=_has_gap, object="reach"))
_GAP_MS = Base(Measure("gap_ms", _gap, where=_has_gap, object="reach"))
_GAP_ALL = Base(Measure("gap_times", _gap, where=_has_gap, object="reach", agg="values"))
_BACKWARD = Base(Measure("gaps_backward", where=_is_backward, object="reach"))


def _backward(bag: Bag) -> Number:
    return bag[_BACKWARD]


METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "contact_count", "Contacts", _FAMILY, Unit.COUNT, object="contacts",
            definition="number of live contacts", denominator="none: a count", exclusions=_OUT, empty="0",
            period_on="created_at", default_by="lifecycle",
        ),
        (_COUNT,), lambda bag: bag[_COUNT],
    ),
    Metric(
        define(
            "new_contacts", "New contacts", _FAMILY, Unit.COUNT, object="contacts",
            definition="live contacts created in the period", denominator="none: a count",
            exclusions=f"{_OUT}; contacts without a create date (no_create_date)", empty="0", period_on="created_at",
            needs_period=True, default_by="source",
        ),
        (_COUNT, _UNDATED), lambda bag: bag[_COUNT], {"no_create_date": lambda bag: bag[_UNDATED]}, (_COUNT,),
    ),
    Metric(
        define(
            "unworked_contacts", "Unworked contacts", _FAMILY, Unit.COUNT, object="contacts",
            definition="contacts that were given to an owner and not contacted since (hs_is_unworked)",
            denominator="none: a count", exclusions=f"{_OUT}; contacts of which HubSpot does not say (unknown)",
            empty="0", period_on="created_at", default_by="owner",
        ),
        (_UNWORKED, _UNKNOWN), lambda bag: bag[_UNWORKED], {"unknown": lambda bag: bag[_UNKNOWN]},
    ),
    Metric(
        define(
            "no_owner_contacts", "Contacts without owner", _FAMILY, Unit.COUNT, object="contacts",
            definition="live contacts whose owner is empty", denominator="none: a count", exclusions=_OUT, empty="0",
            period_on="created_at", default_by="lifecycle",
        ),
        (_UNOWNED,), lambda bag: bag[_UNOWNED],
    ),
    Metric(
        define(
            "lifecycle_reached", "Contacts that reached a stage", _FAMILY, Unit.COUNT, object="contacts",
            definition="contacts whose present lifecycle stage is this or a later one, or that have a date of entry into"
            " it; the total counts contacts of the first of the stages shown",
            denominator="none: a count", exclusions=_FUNNEL_OUT, empty="0", period_on="created_at",
            default_by="lifecycle",
        ),
        (_REACHED, _LOWEST), lambda bag: bag[_REACHED], total=lambda bag: bag[_LOWEST],
    ),
    Metric(
        define(
            "lifecycle_conversion", "Lifecycle conversion", _FAMILY, Unit.RATIO, object="contacts",
            definition="contacts that reached a later lifecycle stage, of those that reached this one; it belongs to a"
            " stage, so there is no total",
            denominator="contacts that reached the stage", exclusions=_FUNNEL_OUT,
            empty="none: nothing to divide by", period_on="created_at", default_by="lifecycle",
        ),
        (_REACHED, _WENT_ON), lambda bag: ratio(bag[_WENT_ON], bag[_REACHED]),
        total=lambda bag: None,
    ),
    Metric(
        define(
            "lifecycle_days", "Average days to the next lifecycle stage", _FAMILY, Unit.DAYS, object="contacts",
            definition="mean time from the entry into a lifecycle stage to the first entry into a later one",
            denominator="contacts with both dates",
            exclusions=f"{_FUNNEL_OUT}; contacts with a later stage entered before it (entered_backward)",
            empty="none: nothing to divide by", period_on="created_at", default_by="lifecycle",
        ),
        (_GAP_MS, _GAPS, _BACKWARD), lambda bag: ratio(bag[_GAP_MS], bag[_GAPS]), {"entered_backward": _backward},
        (_GAPS,),
    ),
    Metric(
        define(
            "lifecycle_days_median", "Median days to the next lifecycle stage", _FAMILY, Unit.DAYS, object="contacts",
            definition="median time from the entry into a lifecycle stage to the first entry into a later one",
            denominator="contacts with both dates",
            exclusions=f"{_FUNNEL_OUT}; contacts with a later stage entered before it (entered_backward)",
            empty="none: no contact", period_on="created_at", default_by="lifecycle",
        ),
        (_GAP_ALL, _GAPS, _BACKWARD), lambda bag: median_of(bag.all_values(_GAP_ALL)),
        {"entered_backward": _backward}, (_GAPS,),
    ),
)  # fmt: skip

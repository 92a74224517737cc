"""Activities that were done, and what they touched.

Done are calls that are COMPLETED, meetings that are COMPLETED or lie in the past without an outcome, e-mails that were SENT,
tasks that are COMPLETED, and notes. Calls and e-mails that came in are counted apart. An activity on several records counts once;
for a deal it counts where it is linked to it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select

from hubspot_skill.analytics.metric import WON, Base, Measure, Metric, define, ratio
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit
from hubspot_skill.mirror import tables

__all__ = ["METRICS"]

_FAMILY = "activities"
_OUT = "archived activities; what is not done: planned, open, cancelled or failed"
_a = tables.activity.c


def _is_outward() -> ColumnElement[bool]:
    """Say that an activity is not one that came in."""
    return or_(_a.direction.is_(None), _a.direction.not_in(("INBOUND", "INCOMING_EMAIL")))


def _is_done(view: View) -> ColumnElement[bool]:
    past = and_(or_(_a.status.is_(None), _a.status == ""), _a.at <= view.now_ms)
    return or_(
        and_(_a.kind == "call", _a.status == "COMPLETED", _is_outward()),
        and_(_a.kind == "meeting", or_(_a.status == "COMPLETED", past)),
        and_(_a.kind == "email", _a.status == "SENT", _is_outward()),
        and_(_a.kind == "task", _a.status == "COMPLETED"),
        _a.kind == "note",
    )


def _came_in(view: View) -> ColumnElement[bool]:
    call = and_(_a.kind == "call", _a.direction == "INBOUND", _a.status == "COMPLETED")
    return or_(call, and_(_a.kind == "email", _a.direction == "INCOMING_EMAIL"))


def _reaches_out(view: View) -> ColumnElement[bool]:
    return and_(_a.kind.in_(("call", "meeting", "email")), _is_done(view))


def _touches(view: View) -> ColumnElement[int]:
    """Give how many done activities are linked to a deal; null where none is."""
    link = tables.assoc.c
    pairs = (
        select(link.from_type, link.from_id, link.to_id)
        .where(link.from_type.in_(tables.ACTIVITY_KINDS), link.to_type == "deal")
        .distinct()
        .subquery("linked_activity")
    )
    same = and_(_a.kind == pairs.c.from_type, _a.id == pairs.c.from_id)
    counted = (
        select(pairs.c.to_id, func.count().label("n"))
        .select_from(pairs.join(tables.activity, same))
        .where(_a.archived == 0, _is_done(view))
        .group_by(pairs.c.to_id)
        .subquery("touched_deal")
    )
    return select(counted.c.n).where(counted.c.to_id == view.c("id")).scalar_subquery()


_DONE = Base(Measure("activities_done", where=_is_done, object="activity"))
_CAME_IN = Base(Measure("activities_in", where=_came_in, object="activity"))
_CONTACTS = Base(
    Measure("touched_contacts", lambda v: v.c("contact_id"), where=_reaches_out, object="touch", agg="values")
)
_TOUCHES = Base(Measure("touches", _touches), WON)
_WON = Base(Measure("touched_won"), WON)

METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "activities", "Activities", _FAMILY, Unit.COUNT, object="activities",
            definition="calls, meetings, e-mails, tasks and notes that were done, by when they happened",
            denominator="none: a count", exclusions=f"{_OUT}; calls and e-mails that came in", empty="0",
            period_on="at", default_by="kind",
        ),
        (_DONE,), lambda bag: bag[_DONE],
    ),
    Metric(
        define(
            "inbound_activities", "Inbound calls and e-mails", _FAMILY, Unit.COUNT, object="activities",
            definition="completed calls and e-mails that came in", denominator="none: a count",
            exclusions="archived activities", empty="0", period_on="at", default_by="kind",
        ),
        (_CAME_IN,), lambda bag: bag[_CAME_IN],
    ),
    Metric(
        define(
            "contacts_touched", "Contacts touched", _FAMILY, Unit.COUNT, object="activities",
            definition="distinct contacts with a done call, meeting or e-mail of ours in the period",
            denominator="none: a count", exclusions=_OUT, empty="0", period_on="at", default_by="owner",
        ),
        (_CONTACTS,), lambda bag: len(bag.all_values(_CONTACTS)),
    ),
    Metric(
        define(
            "touches_per_won", "Activities per won deal", _FAMILY, Unit.NUMBER,
            definition="done activities linked to won deals ÷ won deals", denominator="won deals, also without activity",
            exclusions="archived and merged deals; archived activities; activities that came in or are not done",
            empty="none: nothing to divide by", period_on="close_at", needs_period=True, default_by="owner",
        ),
        (_TOUCHES, _WON), lambda bag: ratio(bag[_TOUCHES], bag[_WON]), counts=(_WON,),
    ),
)  # fmt: skip

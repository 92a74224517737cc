"""Companies as they are, and those with deals under way. A deal counts for its primary company."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select

from hubspot_skill.analytics.conditions import in_states
from hubspot_skill.analytics.metric import OPEN, Base, Measure, Metric, define
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Unit

__all__ = ["METRICS"]

_FAMILY = "companies"
_OUT = "archived and merged companies"


def _has_open_deal(view: View) -> ColumnElement[bool]:
    deals = View("deal", view.query, view.catalogue)
    query = select(deals.c("company_id")).where(
        and_(deals.live, in_states(OPEN, deals), deals.c("company_id").is_not(None))
    )
    return view.c("id").in_(query)


_COUNT = Base(Measure("companies", object="company"))
_UNDATED = Base(
    Measure("companies_undated", where=lambda v: v.c("created_at").is_(None), object="company"), undated=True
)
_BUSY = Base(Measure("with_open_deals", where=_has_open_deal, object="company"))
_UNOWNED = Base(Measure("companies_unowned", where=lambda v: v.c("owner_id").is_(None), object="company"))

METRICS: tuple[Metric, ...] = (
    Metric(
        define(
            "company_count", "Companies", _FAMILY, Unit.COUNT, object="companies",
            definition="number of live companies", denominator="none: a count", exclusions=_OUT, empty="0",
            period_on="created_at", default_by="industry",
        ),
        (_COUNT,), lambda bag: bag[_COUNT],
    ),
    Metric(
        define(
            "new_companies", "New companies", _FAMILY, Unit.COUNT, object="companies",
            definition="live companies created in the period", denominator="none: a count",
            exclusions=f"{_OUT}; companies without a create date (no_create_date)", empty="0", period_on="created_at",
            needs_period=True, default_by="industry",
        ),
        (_COUNT, _UNDATED), lambda bag: bag[_COUNT], {"no_create_date": lambda bag: bag[_UNDATED]}, (_COUNT,),
    ),
    Metric(
        define(
            "companies_with_open_deals", "Companies with open deals", _FAMILY, Unit.COUNT, object="companies",
            definition="companies that are the primary company of an open deal, each once", denominator="none: a count",
            exclusions=f"{_OUT}; companies that are linked to open deals but are not their primary one", empty="0",
            period_on="created_at", default_by="industry",
        ),
        (_BUSY,), lambda bag: bag[_BUSY],
    ),
    Metric(
        define(
            "no_owner_companies", "Companies without owner", _FAMILY, Unit.COUNT, object="companies",
            definition="live companies whose owner is empty", denominator="none: a count", exclusions=_OUT, empty="0",
            period_on="created_at", default_by="industry",
        ),
        (_UNOWNED,), lambda bag: bag[_UNOWNED],
    ),
)  # fmt: skip

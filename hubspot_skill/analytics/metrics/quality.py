"""What is missing, stale or twice there, as counts that can be grouped by owner, source or country.

The toolset `hygiene` finds the records and mends them; these say where and how many.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, func, or_, select

from hubspot_skill.analytics.metric import Base, Measure, Metric, define
from hubspot_skill.analytics.view import View, is_filled
from hubspot_skill.domain.report import Unit
from hubspot_skill.mirror import tables

__all__ = ["METRICS", "STALE_DAYS"]

_FAMILY = "quality"
STALE_DAYS = 180
_PLURAL = {"contact": "contacts", "company": "companies"}


def _is_empty(column: str) -> Callable[[View], ColumnElement[bool]]:
    return lambda v: or_(v.c(column).is_(None), v.c(column) == "")


def _is_stale(view: View) -> ColumnElement[bool]:
    edge = view.day_ms(-(view.query.days or STALE_DAYS))
    active = func.coalesce(view.c("last_activity_at"), view.c("created_at"))
    return active < edge


def _is_twice(column: str, object: str) -> Callable[[View], ColumnElement[bool]]:
    def condition(view: View) -> ColumnElement[bool]:
        own = tables.OBJECT_TABLES[object].alias("twin")
        value = func.lower(own.c[column])
        shared = (
            select(value)
            .where(own.c.archived == 0, own.c.merged_into.is_(None), is_filled(own.c[column]))
            .group_by(value)
            .having(func.count() > 1)
        )
        return and_(is_filled(view.c(column)), func.lower(view.c(column)).in_(shared))

    return condition


def _metric(
    id: str, label: str, object: str, meaning: str, where: Callable[[View], ColumnElement[bool]], by: str
) -> Metric:
    base = Base(Measure(id, where=where, object=object))
    return Metric(
        define(
            id,
            label,
            _FAMILY,
            Unit.COUNT,
            object=_PLURAL[object],
            definition=meaning,
            denominator="none: a count",
            exclusions=f"archived and merged {_PLURAL[object]}",
            empty="0",
            period_on="created_at",
            default_by=by,
        ),
        (base,),
        lambda bag: bag[base],
    )


METRICS: tuple[Metric, ...] = (
    _metric("quality_no_email", "Contacts without e-mail", "contact", "contacts without an e-mail address",
            _is_empty("email"), "source"),
    _metric("quality_no_lifecycle", "Contacts without lifecycle stage", "contact", "contacts without a lifecycle stage",
            _is_empty("lifecycle"), "source"),
    _metric("quality_stale_contacts", "Stale contacts", "contact",
            "contacts without activity for so many days (180 unless given), by their creation where there was none",
            _is_stale, "owner"),
    _metric("quality_duplicate_emails", "Contacts sharing an e-mail", "contact",
            "contacts whose e-mail address another live contact has too", _is_twice("email", "contact"), "source"),
    _metric("quality_no_domain", "Companies without domain", "company", "companies without a web domain",
            _is_empty("domain"), "industry"),
    _metric("quality_stale_companies", "Stale companies", "company",
            "companies without activity for so many days (180 unless given), by their creation where there was none",
            _is_stale, "owner"),
    _metric("quality_duplicate_domains", "Companies sharing a domain", "company",
            "companies whose web domain another live company has too", _is_twice("domain", "company"), "industry"),
    _metric("quality_duplicate_names", "Companies of one name", "company",
            "companies whose name another live company has too, in any case", _is_twice("name", "company"), "industry"),
)  # fmt: skip

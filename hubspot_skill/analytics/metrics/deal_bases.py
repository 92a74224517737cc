"""The base measures of deals that several metrics are made of."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, func, not_, or_

from hubspot_skill.analytics.metric import Measure
from hubspot_skill.analytics.view import View, is_filled

__all__ = [
    "AMOUNT",
    "AMOUNT_VALUES",
    "CONVERTED",
    "COUNT",
    "NO_AMOUNT",
    "NO_CLOSE_DATE",
    "NO_CREATE_DATE",
    "NO_PROBABILITY",
    "OTHER_CURRENCY",
    "OVERDUE",
    "WEIGHTED",
    "WITH_AMOUNT",
    "is_overdue",
]


def _has_amount(view: View) -> ColumnElement[bool]:
    return view.amount.is_not(None)


def _without_amount(view: View) -> ColumnElement[bool]:
    return view.amount.is_(None)


def is_overdue(view: View) -> ColumnElement[bool]:
    """Say that a deal's close date lies before today."""
    return and_(view.c("close_at").is_not(None), view.c("close_at") < view.today_ms)


def _is_unlikely(view: View) -> ColumnElement[bool]:
    likely: dict[str, list[str]] = {}
    for (pipeline, id), stage in view.catalogue.stages.items():
        if stage.probability is not None:
            likely.setdefault(pipeline, []).append(id)
    known = (and_(view.c("pipeline") == p, view.c("stage").in_(ids)) for p, ids in likely.items())
    has_stage = func.coalesce(or_(false(), *known), false())
    return and_(view.amount.is_not(None), view.c("prob_millionths").is_(None), not_(has_stage))


def _in_other_currency(view: View) -> ColumnElement[bool]:
    asked = view.query.currency
    if not asked or asked == view.catalogue.currency:
        return and_(false(), is_filled(view.c("currency")))
    own = func.coalesce(func.nullif(view.c("currency"), ""), view.catalogue.currency)
    return and_(view.c("amount").is_not(None), own != asked)


COUNT = Measure("count")
AMOUNT = Measure("amount", lambda v: v.amount)
AMOUNT_VALUES = Measure("amounts", lambda v: v.amount, agg="values")
WEIGHTED = Measure("weighted", lambda v: v.amount, weighted=True)
WITH_AMOUNT = Measure("with_amount", where=_has_amount)
NO_AMOUNT = Measure("without_amount", where=_without_amount)
NO_PROBABILITY = Measure("without_probability", where=_is_unlikely)
NO_CLOSE_DATE = Measure("without_close_date", where=lambda v: v.c("close_at").is_(None))
NO_CREATE_DATE = Measure("without_create_date", where=lambda v: v.c("created_at").is_(None))
OVERDUE = Measure("overdue", where=is_overdue)
CONVERTED = Measure("converted", where=lambda v: v.is_converted)
OTHER_CURRENCY = Measure("other_currency", where=_in_other_currency)

"""Turns a question's conditions into SQL: columns come from the dimensions, values are bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

from hubspot_skill.analytics.calendar import Interval
from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.dimensions import Dimension, column_of, dimension_of
from hubspot_skill.analytics.query import Sieve, SieveGroup, Value
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Associate, Op
from hubspot_skill.mirror import tables

__all__ = ["condition", "in_states", "linked_companies", "within"]

_ORDERED = {Op.GT: "__gt__", Op.GTE: "__ge__", Op.LT: "__lt__", Op.LTE: "__le__"}


def condition(sieve: Sieve | SieveGroup, view: View) -> ColumnElement[bool]:
    """Give the SQL of a condition; a record without a value meets only IS_NOT, NOT_IN and NOT_SET."""
    if isinstance(sieve, SieveGroup):
        any_of = or_(*(condition(s, view) for s in sieve.sieves))
        return not_(func.coalesce(any_of, false())) if sieve.is_none else any_of
    dimension = dimension_of(view.object, sieve.dimension, view.catalogue, is_property=sieve.is_property)
    match sieve.op:
        case Op.IS_NOT | Op.NOT_IN:
            return not_(func.coalesce(_meets(dimension, Op.IN, sieve.values, view), false()))
        case Op.NOT_SET:
            return not_(func.coalesce(_is_set(dimension, view), false()))
        case Op.IS_SET:
            return _is_set(dimension, view)
        case Op.IS:
            return _meets(dimension, Op.IN, sieve.values, view)
        case _:
            return _meets(dimension, sieve.op, sieve.values, view)


def within(column: ColumnElement[int], interval: Interval) -> ColumnElement[bool]:
    """Say that a moment lies in a period."""
    bounds: list[ColumnElement[bool]] = [column.is_not(None)]
    if interval.start_ms is not None:
        bounds.append(column >= interval.start_ms)
    if interval.end_ms is not None:
        bounds.append(column < interval.end_ms)
    return and_(*bounds)


def in_states(states: frozenset[str], view: View) -> ColumnElement[bool]:
    """Say that a deal is in one of these states: by its stage, or by HubSpot's flags where the stage is unknown."""
    catalogue = view.catalogue
    if states >= {"open", "won", "lost"}:
        return true()
    by_pipeline: dict[str, list[str]] = {}
    known: dict[str, list[str]] = {}
    for pipeline, stage in catalogue.stages:
        known.setdefault(pipeline, []).append(stage)
        if catalogue.state(pipeline, stage) in states:
            by_pipeline.setdefault(pipeline, []).append(stage)
    pipeline, stage = view.c("pipeline"), view.c("stage")
    is_in = or_(false(), *(and_(pipeline == p, stage.in_(s)) for p, s in by_pipeline.items()))
    if not view.has_unknown_stages:
        return is_in
    is_known = or_(false(), *(and_(pipeline == p, stage.in_(s)) for p, s in known.items()))
    return or_(is_in, and_(not_(func.coalesce(is_known, false())), _by_flags(states, view)))


def _by_flags(states: frozenset[str], view: View) -> ColumnElement[bool]:
    is_won = func.coalesce(view.c("is_won"), 0) == 1
    is_closed = or_(is_won, func.coalesce(view.c("is_closed"), 0) == 1)
    parts = {"won": is_won, "lost": and_(is_closed, not_(is_won)), "open": not_(is_closed)}
    return or_(false(), *(parts[s] for s in sorted(states)))


def linked_companies(deal_id: ColumnElement[int], company_ids: Sequence[int]) -> ColumnElement[bool]:
    """Say that a deal is linked to one of these companies in any way."""
    assoc = tables.assoc
    return (
        select(assoc.c.to_id)
        .where(assoc.c.from_type == "deal", assoc.c.from_id == deal_id, assoc.c.to_type == "company")
        .where(assoc.c.to_id.in_(company_ids))
        .exists()
    )


def _is_set(dimension: Dimension, view: View) -> ColumnElement[bool]:
    if dimension.kind == "amount_band":
        return view.amount.is_not(None)
    column = column_of(dimension, view) if not dimension.is_hidden else view.c("stage")
    is_text = dimension.kind in ("text", "option", "options", "currency", "record")
    return and_(column.is_not(None), column != "") if is_text else column.is_not(None)


def _meets(dimension: Dimension, op: Op, values: tuple[Value, ...], view: View) -> ColumnElement[bool]:
    match dimension.kind:
        case "stage_group":
            return in_states(frozenset(str(v) for v in values), view)
        case "stage":
            return _stages(values, view)
        case "pipeline":
            return view.c("pipeline").in_(values)
        case "team":
            return _one_of(
                view.c("owner_id"), [i for v in values for i in _members(str(v or ""), view.catalogue)], values
            )
        case "company" if view.query.associate is not Associate.PRIMARY and None not in values:
            return linked_companies(view.c("id"), [int(str(v)) for v in values])
        case "company_option":
            column = select(tables.company.c[dimension.column]).where(tables.company.c.id == view.c("company_id"))
            return _compared(column.scalar_subquery(), dimension, op, values)
        case "currency":
            currency = func.coalesce(func.nullif(view.c("currency"), ""), view.catalogue.currency)
            return currency.in_(values)
        case "amount_band":
            return _compared(view.amount, dimension, op, values)
        case "options":
            column = column_of(dimension, view)
            return or_(false(), *(column.contains(f";{v};", autoescape=True) for v in values))
        case _:
            return _compared(column_of(dimension, view), dimension, op, values)


def _members(team_id: str, catalogue: Catalogue) -> list[int]:
    return [int(o.id) for o in catalogue.owners.values() if any(t.id == team_id for t in o.teams)]


def _stages(values: tuple[Value, ...], view: View) -> ColumnElement[bool]:
    """Stages are given as `pipeline/stage`, or by the stage's id alone."""
    found: list[ColumnElement[bool]] = []
    for value in values:
        pipeline, _, stage = str(value).rpartition("\x1f")
        is_stage = view.c("stage") == stage
        found.append(and_(view.c("pipeline") == pipeline, is_stage) if pipeline else is_stage)
    return or_(false(), *found)


def _one_of(column: ColumnElement[Any], found: Sequence[Any], values: Sequence[Value]) -> ColumnElement[bool]:
    is_in = column.in_([v for v in found if v is not None])
    return or_(is_in, column.is_(None)) if None in values else is_in


def _compared(
    column: ColumnElement[Any], dimension: Dimension, op: Op, values: tuple[Value, ...]
) -> ColumnElement[bool]:
    if dimension.is_dated and any(isinstance(v, Interval) for v in values):
        return _in_time(column, dimension, op, values)
    if op in _ORDERED:
        return getattr(column, _ORDERED[op])(values[0])
    match op:
        case Op.IN:
            if dimension.kind in ("owner", "company", "id", "record"):
                return _one_of(column, [None if v is None else int(str(v)) for v in values], values)
            if dimension.kind == "text":
                wanted = [_Like(column, str(v), whole=True) for v in values if v is not None]
                return or_(false(), *wanted, *([column.is_(None), column == ""] if None in values else []))
            return _one_of(column, values, values)
        case Op.BETWEEN:
            return column.between(values[0], values[1])
        case Op.CONTAINS | Op.STARTS_WITH:
            parts = [_Like(column, str(v), starts=op is Op.STARTS_WITH) for v in values]
            return or_(false(), *parts)
        case _:
            raise InvalidInputError(f'"{op}" cannot be asked of {dimension.id}', field=dimension.id)


def _in_time(
    column: ColumnElement[Any], dimension: Dimension, op: Op, values: tuple[Value, ...]
) -> ColumnElement[bool]:
    intervals = [v for v in values if isinstance(v, Interval)]
    first, last = intervals[0], intervals[-1]
    if dimension.kind == "day":
        edges = [
            (
                None if i.first is None else i.first.toordinal() - _DAY_ZERO,
                None if i.last is None else i.last.toordinal() + 1 - _DAY_ZERO,
            )
            for i in (first, last)
        ]
    else:
        edges = [(i.start_ms, i.end_ms) for i in (first, last)]
    (start, end), (_, far) = edges
    match op:
        case Op.GT:
            return column >= end if end is not None else false()
        case Op.GTE:
            return column >= start if start is not None else column.is_not(None)
        case Op.LT:
            return column < start if start is not None else false()
        case Op.LTE:
            return column < end if end is not None else column.is_not(None)
        case _:
            bounds: list[ColumnElement[bool]] = [column.is_not(None)]
            if start is not None:
                bounds.append(column >= start)
            if (stop := far if op is Op.BETWEEN else end) is not None:
                bounds.append(column < stop)
            return and_(*bounds)


_DAY_ZERO = 719_163
"""The ordinal of 1970-01-01."""


class _Like(ColumnElement[bool]):
    """A literal part of a text in any case, also beyond ASCII, the same on both databases."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], part: str, *, starts: bool = False, whole: bool = False) -> None:
        self.column = column
        self.glob = f"{'' if starts or whole else '*'}{''.join(map(_any_case, part))}{'' if whole else '*'}"
        escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self.pattern = f"{'' if starts or whole else '%'}{escaped}{'' if whole else '%'}"


def _any_case(letter: str) -> str:
    single = [c for c in sorted({letter, letter.lower(), letter.upper()}) if len(c) == 1]
    if len(single) > 1:
        return f"[{''.join(single)}]"
    return f"[{letter}]" if letter in "*?[" else letter


@compiles(_Like, "sqlite")
def _on_sqlite(element: _Like, compiler: SQLCompiler, **given: Any) -> str:
    return compiler.process(element.column.op("GLOB")(element.glob), **given)


@compiles(_Like, "postgresql")
def _on_postgresql(element: _Like, compiler: SQLCompiler, **given: Any) -> str:
    return compiler.process(element.column.ilike(element.pattern, escape="\\"), **given)

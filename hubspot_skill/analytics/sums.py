"""One select per fact table and date: base measures, grouped by the dimensions and, for deals, by stage.

Deals are always grouped by pipeline and stage as well, so that open, won and lost, labels, order and probability are
told from the pipelines' metadata in Python, and a change of that metadata changes no data. The rows that come back are
few: groups times stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from hubspot_skill.analytics.calendar import Interval
from hubspot_skill.analytics.conditions import condition, in_states, within
from hubspot_skill.analytics.dimensions import Dimension, groups_of, raw_of
from hubspot_skill.analytics.metric import ALL, Bag, Base, Measure
from hubspot_skill.analytics.query import Cut, Sieve
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.report import Associate, Group, Op
from hubspot_skill.domain.text import clean
from hubspot_skill.mirror import tables

__all__ = ["OVERDUE_GROUP", "Asked", "Bags", "Key", "Part", "Sums", "date_column"]

Key = tuple[Group, ...]
OVERDUE_GROUP = Group("overdue", "overdue")
"""The bucket of open deals whose close date has passed, in forecasts."""
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Asked:
    """A base that a metric asks for: `slot` is the bag that it goes to."""

    slot: str
    base: Base


@dataclass(frozen=True, slots=True)
class Part:
    """What one select answers: a fact table, the date bounded and by which period, and who asks."""

    object: str
    date: str
    interval: Interval | None
    asked: tuple[Asked, ...]


@dataclass(slots=True)
class Bags:
    """Bags by group and slot."""

    of: dict[Key, dict[str, Bag]] = field(default_factory=dict[Key, dict[str, Bag]])

    def bag(self, key: Key, slot: str) -> Bag:
        """Give the bag of a group, made when first asked for."""
        slots = self.of.setdefault(key, {})
        if slot not in slots:
            slots[slot] = Bag()
        return slots[slot]


class Sums:
    """Makes the selects of one part and folds their rows into bags."""

    def __init__(
        self,
        view: View,
        part: Part,
        cuts: Sequence[tuple[Cut, Dimension]],
        years: tuple[int, int],
        *,
        is_forecast: bool = False,
    ) -> None:
        self._view = view
        self._part = part
        self._cuts = cuts
        self._years = years
        self._is_forecast = is_forecast
        self._is_deal = part.object in ("deal", "stay", "passage")
        self._companies = self._fan_out()
        self._is_one_pipeline = any(
            isinstance(w, Sieve) and w.dimension == "pipeline" and w.op in (Op.IS, Op.IN) and len(w.values) == 1
            for w in view.query.where
        )

    def _fan_out(self) -> Any:
        """Give the companies of each deal where a deal is to count with each of its own, else None."""
        if self._view.query.associate is Associate.PRIMARY or not self._is_deal:
            return None
        if not any(d.kind in ("company", "company_option") for _, d in self._cuts):
            return None
        assoc = tables.assoc
        linked = (
            select(assoc.c.from_id, assoc.c.to_id)
            .where(assoc.c.from_type == "deal", assoc.c.to_type == "company")
            .distinct()
            .subquery()
        )
        many = func.count().over(partition_by=linked.c.from_id)
        return select(linked.c.from_id, linked.c.to_id, many.label("many")).subquery("linked")

    def sums(self) -> Select[Any] | None:
        """Give the select of sums, None where only values are asked for."""
        measures = self._measures("sum")
        if not measures:
            return None
        columns = [_aggregate(m, self._view).label(f"m_{m.name}") for m in measures]
        states: frozenset[str] = frozenset[str]().union(
            *(a.base.states for a in self._part.asked if a.base.measure.agg == "sum")
        )
        keys = self._keys(is_weighted=any(m.weighted for m in measures))
        return self._from(select(*keys, *columns), states).group_by(*keys)

    def values(self, base: Base) -> Select[Any]:
        """Give the select of a base's values with how often each occurs."""
        measure = base.measure
        assert measure.value is not None
        value = measure.value(self._view)
        keys = self._keys(is_weighted=False)
        query = self._from(select(*keys, value.label("v"), func.count().label("n")), base.states)
        query = query.where(value.is_not(None))
        if measure.where is not None:
            query = query.where(measure.where(self._view))
        return query.group_by(*keys, value)

    def records(self, base: Base) -> Select[Any]:
        """Give the select of the records that a base counts, each with its keys."""
        keys = self._keys(is_weighted=False)
        query = self._from(
            select(*keys, self._view.c("id" if self._part.object != "stay" else "deal_id").label("id")), base.states
        )
        return query if base.measure.where is None else query.where(base.measure.where(self._view))

    def fold_sums(self, rows: Iterable[Row[Any]], bags: Bags) -> None:
        """Add the rows of `sums` to bags."""
        asked = [a for a in self._part.asked if a.base.measure.agg == "sum"]
        for row in rows:
            state, weight = self._state(row), self._weight(row)
            for key in self.keys_of(row):
                for a in asked:
                    if state not in a.base.states:
                        continue
                    value = getattr(row, f"m_{a.base.measure.name}")
                    if not value:
                        continue
                    number: int | Fraction = int(value)
                    if a.base.measure.weighted:
                        number *= self._probability(row)
                    bags.bag(key, a.slot).add(a.base, number if weight == 1 else number * weight)

    def fold_values(self, rows: Iterable[Row[Any]], base: Base, slots: Sequence[str], bags: Bags) -> None:
        """Collect the rows of `values` in bags."""
        for row in rows:
            if self._state(row) in base.states:
                for key in self.keys_of(row):
                    for slot in slots:
                        bags.bag(key, slot).collect(base, row.v if isinstance(row.v, str) else int(row.v), int(row.n))

    def keys_of(self, row: Row[Any]) -> list[Key]:
        """Give the groups that a row counts in: several for several options, one otherwise."""
        if not self._cuts:
            return [()]
        found: list[tuple[Group, ...]] = []
        for place, (cut, dimension) in enumerate(self._cuts):
            found.append(self._groups(row, place, cut, dimension))
        return list(product(*found))

    def is_in(self, row: Row[Any], base: Base) -> bool:
        """Tell whether a row's records are in the states of a base."""
        return self._state(row) in base.states

    def _groups(self, row: Row[Any], place: int, cut: Cut, dimension: Dimension) -> tuple[Group, ...]:
        catalogue = self._view.catalogue
        match dimension.kind:
            case "pipeline":
                return (_pipeline(catalogue.pipelines, self._pipeline(row)),)
            case "stage":
                return (self._stage(row),)
            case "stage_group":
                state = self._state(row)
                return (Group(state, state),)
            case "instant" if self._is_forecast and dimension.column == "close_at" and self._state(row) == "open":
                day = getattr(row, f"d{place}")
                if day is not None and int(day) < self._view.today_number:
                    return (OVERDUE_GROUP,)
                return groups_of(dimension, day, cut, self._view)
            case _:
                return groups_of(dimension, getattr(row, f"d{place}"), cut, self._view)

    def _pipeline(self, row: Row[Any]) -> str:
        return row.h_pipeline or ""

    def _stage(self, row: Row[Any]) -> Group:
        pipeline, stage = self._pipeline(row), row.h_stage or ""
        catalogue = self._view.catalogue
        found = catalogue.stages.get((pipeline, stage))
        if found is None and self._part.object == "stay":
            elsewhere = [key for key in catalogue.stages if key[1] == stage]
            if elsewhere:
                pipeline, found = elsewhere[0][0], catalogue.stages[elsewhere[0]]
        id = f"{pipeline}{_BETWEEN}{stage}"
        if found is None:
            return Group(id, f"deleted stage {clean(stage, most=60)}" if stage else "no stage")
        label = clean(found.label, most=80)
        if len(catalogue.pipelines) > 1 and not self._is_one_pipeline:
            label = f"{label} ({_pipeline(catalogue.pipelines, pipeline).label})"
        return Group(id, label)

    def _state(self, row: Row[Any]) -> str:
        if not self._is_deal or self._part.object in ("stay", "passage"):
            return "open"
        state = self._view.catalogue.state(row.h_pipeline, row.h_stage)
        if state != "unknown":
            return state
        if not self._view.has_unknown_stages:
            return "open"
        return "won" if row.h_is_won else "lost" if row.h_is_closed else "open"

    def _probability(self, row: Row[Any]) -> Fraction:
        if row.h_prob is not None:
            return Fraction(int(row.h_prob), 1_000_000)
        stage = self._view.catalogue.stages.get((row.h_pipeline or "", row.h_stage or ""))
        if stage is None or stage.probability is None:
            return Fraction(0)
        return Fraction(round(stage.probability * 1_000_000), 1_000_000)

    def _weight(self, row: Row[Any]) -> Fraction:
        if self._companies is None or self._view.query.associate is not Associate.SPLIT or not row.h_many:
            return Fraction(1)
        return Fraction(1, int(row.h_many))

    def _measures(self, agg: str) -> list[Measure]:
        found = {a.base.measure.name: a.base.measure for a in self._part.asked if a.base.measure.agg == agg}
        return list(found.values())

    def _keys(self, *, is_weighted: bool) -> list[ColumnElement[Any]]:
        view = self._view
        keys: list[ColumnElement[Any]] = []
        if self._is_deal:
            keys += [view.c("pipeline").label("h_pipeline"), view.c("stage").label("h_stage")]
            if view.has_unknown_stages:
                keys += [view.c("is_closed").label("h_is_closed"), view.c("is_won").label("h_is_won")]
            if is_weighted:
                keys.append(view.c("prob_millionths").label("h_prob"))
        if self._companies is not None:
            keys.append(self._companies.c.many.label("h_many"))
        for place, (_, dimension) in enumerate(self._cuts):
            if not dimension.is_hidden:
                keys.append(self._raw(dimension).label(f"d{place}"))
        return keys

    def _raw(self, dimension: Dimension) -> ColumnElement[Any]:
        if self._companies is not None and dimension.kind == "company":
            return self._companies.c.to_id
        if self._companies is not None and dimension.kind == "company_option":
            company = tables.company
            return select(company.c[dimension.column]).where(company.c.id == self._companies.c.to_id).scalar_subquery()
        return raw_of(dimension, self._view, self._years)

    def _from(self, query: Select[Any], states: frozenset[str]) -> Select[Any]:
        view, part = self._view, self._part
        table = view.table
        if self._companies is not None:
            table = table.outerjoin(self._companies, self._companies.c.from_id == view.c("id"))
        query = query.select_from(table).where(view.live)
        if part.object == "deal" and not states >= ALL:
            query = query.where(in_states(states, view))
        for sieve in view.query.where:
            query = query.where(condition(sieve, view))
        if part.interval is not None and part.date:
            query = query.where(within(view.c(date_column(part.object, part.date)), part.interval))
        return query


_DATES = {"won_date": "won_at", "entered_at": "first_in", "left_at": "last_out"}


def date_column(object: str, date: str) -> str:
    """Give the column of a date that periods can be on."""
    return date if object in ("reach", "passage") else _DATES.get(date, date)


def _pipeline(pipelines: Sequence[Any], id: str) -> Group:
    label = next((clean(p.label, most=80) for p in pipelines if p.id == id), "")
    return Group(id, label or (f"deleted pipeline {clean(id, most=60)}" if id else "no pipeline"))


def _aggregate(measure: Measure, view: View) -> ColumnElement[Any]:
    where = None if measure.where is None else measure.where(view)
    if measure.value is None:
        return func.count() if where is None else func.sum(case((where, 1), else_=0))
    value = measure.value(view)
    return func.sum(value if where is None else case((where, value)))

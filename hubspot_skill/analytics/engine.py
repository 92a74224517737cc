"""Carries out a query: plans the selects, folds their rows, derives figures, and tells the whole as a `Report`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.analytics.adhoc import metric_of
from hubspot_skill.analytics.calendar import Interval, buckets, day_number, local_day
from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.dimensions import FACTS, Dimension, column_of, dimension_of, group_of_bucket
from hubspot_skill.analytics.metric import Bag, Base, Given, Metric
from hubspot_skill.analytics.query import Cut, Query
from hubspot_skill.analytics.registry import METRICS
from hubspot_skill.analytics.sums import OVERDUE_GROUP, Asked, Bags, Key, Part, Sums, date_column
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.money import minor_digits
from hubspot_skill.domain.report import (
    Associate,
    Compared,
    Excluded,
    Figure,
    Grain,
    Group,
    Op,
    Report,
    ReportColumn,
    Row,
    Span,
    Truncated,
    Unit,
)
from hubspot_skill.domain.text import clean
from hubspot_skill.mirror import tables
from hubspot_skill.mirror.store import Mirror

__all__ = ["MOST_GROUPS", "Drilled", "check", "drill", "metrics_of", "run"]

MOST_GROUPS = 500
MOST_METRICS, MOST_CUTS = 5, 3
_ORDERED_KINDS = ("instant", "day", "stage", "pipeline", "stage_group", "amount_band", "number")
_STATE_ORDER = {"open": "0", "won": "1", "lost": "2"}
_DATED_ROWS = 100
_LABEL = 80


@dataclass(frozen=True, slots=True)
class _Asked:
    """One metric of the query with the date that its period is on."""

    metric: Metric
    date: str

    @property
    def slot(self) -> str:
        return f"{self.metric.id}"


def metrics_of(query: Query, catalogue: Catalogue) -> list[Metric]:
    """Give the metrics that a query names.

    Raises:
        InvalidInputError: a metric is unknown, or there are none or too many.
    """
    if not 1 <= len(query.metrics) <= MOST_METRICS:
        raise InvalidInputError(
            f"the report has {len(query.metrics)} metrics: expected 1 to {MOST_METRICS}", field="metrics"
        )
    return [METRICS[m] if isinstance(m, str) else metric_of(m, catalogue) for m in query.metrics]


def check(query: Query, catalogue: Catalogue) -> None:
    """Refuse a query that has no meaning.

    Raises:
        InvalidInputError: too many dimensions, a period that is missing, or a past day for a metric without history.
    """
    if len(query.cuts) > MOST_CUTS:
        raise InvalidInputError(
            f"the report has {len(query.cuts)} dimensions: expected at most {MOST_CUTS}", field="by"
        )
    if not 1 <= query.limit <= MOST_GROUPS:
        raise InvalidInputError(f"the limit is {query.limit}: expected 1 to {MOST_GROUPS}", field="limit")
    for metric in metrics_of(query, catalogue):
        if metric.definition.needs_period and query.period is None:
            raise InvalidInputError(
                f"{metric.id} needs a period on {metric.definition.period_on}",
                hint='Give one such as {"range": "this quarter"}, or {"range": "all"} for all time.',
                field="period",
            )
    if query.is_past:
        raise InvalidInputError(
            "reports of a past day (as_of) are not computed", hint="Leave as_of out for figures of now.", field="as_of"
        )


async def run(mirror: Mirror, catalogue: Catalogue, query: Query) -> Report:
    """Compute a report; its age, coverage, checks and handle are the caller's to add.

    Raises:
        InvalidInputError: the query has no meaning, or names what the mirror does not hold.
    """
    check(query, catalogue)
    return await mirror.read(lambda connection: _Run(connection, catalogue, query).report())


@dataclass(frozen=True, slots=True)
class Drilled:
    """The records behind a cell: the ids shown, in ascending order, and how many there are."""

    object: str
    ids: tuple[int, ...]
    total: int


async def drill(
    mirror: Mirror, catalogue: Catalogue, query: Query, *, metric: int, groups: Sequence[str], after: int, limit: int
) -> Drilled:
    """Give the records that a cell counts; `groups` are the ids of the row's groups, none for the total."""
    check(query, catalogue)
    return await mirror.read(
        lambda connection: _Run(connection, catalogue, query).drill(metric, tuple(groups), after, limit)
    )


class _Run:
    """One query being carried out over one connection, all of it at one moment of the mirror."""

    def __init__(self, connection: AsyncConnection, catalogue: Catalogue, query: Query) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._query = query
        self._metrics = metrics_of(query, catalogue)
        self._currency = query.currency or catalogue.currency
        self._digits = minor_digits(self._currency)
        objects = {b.measure.object for m in self._metrics for b in m.bases}
        self._fact = _fact_of(objects)
        self._view = View(self._fact, query, catalogue)
        self._dimensions = [
            dimension_of(self._fact, c.dimension, catalogue, is_property=c.is_property) for c in query.cuts
        ]
        self._cuts = list(zip(query.cuts, self._dimensions, strict=True))
        self._is_forecast = any(m.is_forecast for m in self._metrics)

    async def report(self) -> Report:
        """Compute everything."""
        query = self._query
        given = Given(await self._target(), query.mode)
        bags, total = await self._bags(query.period, given)
        earlier, earlier_total = (None, None)
        if query.comparison is not None:
            earlier, earlier_total = await self._bags(query.comparison.earlier, given)
        rows = self._rows(bags, earlier, given)
        rows = [r for r in rows if self._has(r)]
        rows = self._ordered(rows)
        shown, truncated = self._cut_off(rows, bags, earlier, given)
        shown = await self._labelled(shown)
        period = (
            None if query.period is None else Span(self._on(), query.period.first, query.period.last, query.period_said)
        )
        return Report(
            title=self._title(),
            columns=self._columns(),
            rows=tuple(shown),
            totals=self._figures(total.of.get((), {}), given, is_total=True),
            earlier_totals=()
            if earlier_total is None
            else self._figures(earlier_total.of.get((), {}), given, is_total=True),
            definitions=tuple(m.definition for m in self._metrics),
            zone=query.zone.key,
            currency=self._currency,
            as_of=query.now,
            source="mirror",
            age_s=0.0,
            records=0,
            period=period,
            compared=self._compared(),
            understood=query.understood,
            excluded=self._excluded(total),
            notes=self._notes(total, given),
            truncated=truncated,
        )

    async def drill(self, metric: int, groups: tuple[str, ...], after: int, limit: int) -> Drilled:
        """Find the ids that stand behind a cell."""
        if not 0 <= metric < len(self._metrics):
            raise InvalidInputError(
                f"the report has no measure {metric}: expected 0 to {len(self._metrics) - 1}", field="metric"
            )
        asked = self._metrics[metric]
        found: set[int] = set()
        for base in asked.opened:
            part = self._part_of(asked, base, self._query.period)
            sums = self._sums(part, await self._years(part) if self._cuts else (1970, 1971))
            for row in (await self._connection.execute(sums.records(base))).all():
                if not sums.is_in(row, base):
                    continue
                if not groups or any(tuple(g.id for g in key) == groups for key in sums.keys_of(row)):
                    found.add(int(row.id))
        ids = sorted(i for i in found if i > after)
        return Drilled(FACTS.get(self._fact, self._fact), tuple(ids[:limit]), len(found))

    # Computing

    async def _bags(self, period: Interval | None, given: Given) -> tuple[Bags, Bags]:
        grouped, total = Bags(), Bags()
        for part in self._parts(period):
            years = await self._years(part)
            await self._fold(self._sums(part, years), part, grouped)
        if self._is_many_valued():
            for part in self._parts(period):
                await self._fold(Sums(self._view_of(part), part, (), (1970, 1971)), part, total)
        else:
            for slots in grouped.of.values():
                for slot, bag in slots.items():
                    total.bag((), slot).merge(bag)
        for bags in (grouped, total):
            for slots in bags.of.values():
                for bag in slots.values():
                    bag.given = given
        if self._cuts:
            self._fill(grouped, period)
        return grouped, total

    def _view_of(self, part: Part) -> View:
        return self._view if part.object == self._fact else View(part.object, self._query, self._catalogue)

    def _sums(self, part: Part, years: tuple[int, int]) -> Sums:
        return Sums(self._view_of(part), part, self._cuts, years, is_forecast=self._is_forecast)

    async def _fold(self, sums: Sums, part: Part, bags: Bags) -> None:
        query = sums.sums()
        if query is not None:
            sums.fold_sums((await self._connection.execute(query)).all(), bags)
        by_base: dict[Any, tuple[Base, list[str]]] = {}
        for a in part.asked:
            if a.base.measure.agg == "values":
                by_base.setdefault(a.base.key, (a.base, []))[1].append(a.slot)
        for base, slots in by_base.values():
            rows = (await self._connection.execute(sums.values(base))).all()
            sums.fold_values(rows, base, slots, bags)

    def _parts(self, period: Interval | None) -> list[Part]:
        parts: dict[tuple[str, str, bool], list[Asked]] = {}
        for metric in self._metrics:
            for base in metric.bases:
                part = self._part_of(metric, base, period)
                key = (part.object, part.date, part.interval is None)
                parts.setdefault(key, []).extend(part.asked)
        return [
            Part(object, date, None if unbounded else period, tuple(asked))
            for (object, date, unbounded), asked in parts.items()
        ]

    def _part_of(self, metric: Metric, base: Base, period: Interval | None) -> Part:
        date = "" if base.undated or period is None else self._date_of(metric)
        return Part(base.measure.object, date, period if date else None, (Asked(metric.id, base),))

    def _date_of(self, metric: Metric) -> str:
        return self._query.period_on or metric.definition.period_on

    def _on(self) -> str:
        dates = [d for m in self._metrics if (d := self._date_of(m))]
        return ", ".join(dict.fromkeys(dates))

    async def _years(self, part: Part) -> tuple[int, int]:
        """Give the years that the dated dimensions' values lie in, so that the zone's offsets are known for them."""
        years: list[int] = []
        view = self._view_of(part)
        for _, dimension in self._cuts:
            if dimension.kind != "instant":
                continue
            interval = part.interval
            if interval is not None and interval.first and interval.last and _is_on(part, dimension):
                years += [interval.first.year, interval.last.year]
                continue
            column = column_of(dimension, view)
            low, high = (
                await self._connection.execute(select(func.min(column), func.max(column)).select_from(view.table))
            ).one()
            years += [local_day(int(v), self._query.zone).year for v in (low, high) if v is not None]
        return (min(years, default=1970), max(years, default=1971))

    async def _target(self) -> int | None:
        if self._query.target is not None:
            return int(self._query.target.scaleb(self._digits).to_integral_value())
        period = self._query.period
        if period is None or period.start_ms is None or period.end_ms is None:
            return None
        if not any(m.id in ("pipeline_coverage", "goal_attainment") for m in self._metrics):
            return None
        goal = tables.goal
        query = select(func.sum(goal.c.target)).where(
            goal.c.kind == "revenue", goal.c.start_at >= period.start_ms, goal.c.end_at <= period.end_ms
        )
        found = (await self._connection.execute(query)).scalar()
        return None if found is None else int(found)

    def _is_many_valued(self) -> bool:
        several = self._query.associate is Associate.EACH and any(
            d.kind in ("company", "company_option") for d in self._dimensions
        )
        return several or any(d.kind == "options" for d in self._dimensions)

    def _fill(self, grouped: Bags, period: Interval | None) -> None:
        """Add the empty buckets of a lone dated dimension, in place."""
        if len(self._cuts) != 1 or not self._dimensions[0].is_dated:
            return
        cut = self._query.cuts[0]
        grain = cut.grain or Grain.MONTH
        days = [g for (g,) in grouped.of if g.first is not None]
        first, last = _bounds(period if period is not None and _covers(self._metrics, self._query, cut) else None, days)
        if first is None or last is None:
            return
        today = local_day(self._view.now_ms, self._query.zone)
        if not self._is_forecast:
            latest = max((g.last for g in days if g.last is not None), default=first)
            last = min(last, max(today, latest))
        elif period is None:
            first = max(first, today) if not any(g.first is not None and g.first < today for g in days) else first
        for bucket in buckets(first, last, grain, self._query.fiscal_start):
            if len(grouped.of) > MOST_GROUPS:
                return
            group = group_of_bucket(bucket, grain, self._view)
            grouped.of.setdefault((group,), {})

    async def _labelled(self, rows: Sequence[Row]) -> list[Row]:
        """Give the rows with what their companies, records and texts are called."""
        names: dict[tuple[int, str], str] = {}
        for place, dimension in enumerate(self._dimensions):
            ids = {r.groups[place].id for r in rows if r.groups[place].id and not r.groups[place].is_other}
            if dimension.kind == "text":
                labels = self._view.labels
                names |= {(place, i): clean(labels.get((dimension.id, i), i), most=_LABEL) for i in ids}
            elif dimension.kind in ("company", "record") and ids:
                object = "company" if dimension.kind == "company" else dimension.object
                table = tables.OBJECT_TABLES[object]
                query = select(table.c.id, table.c.name).where(table.c.id.in_([int(i) for i in ids]))
                found = (await self._connection.execute(query)).all()
                names |= {(place, str(r.id)): clean(r.name or str(r.id), most=_LABEL) for r in found}
        if not names:
            return list(rows)
        return [
            replace(
                r,
                groups=tuple(
                    replace(g, label=names.get((n, g.id), g.label)) if g.id and not g.is_other else g
                    for n, g in enumerate(r.groups)
                ),
            )
            for r in rows
        ]

    # Telling

    def _figures(self, slots: Mapping[str, Any], given: Given, *, is_total: bool = False) -> tuple[Figure, ...]:
        return tuple(
            m.figure(slots.get(m.id, Bag(given=given)), self._digits, is_total=is_total) for m in self._metrics
        )

    def _rows(self, bags: Bags, earlier: Bags | None, given: Given) -> list[Row]:
        if not self._cuts:
            return []
        if earlier is None:
            return [Row(key, self._figures(slots, given)) for key, slots in bags.of.items()]
        then = self._aligned(bags, earlier)
        keys = list(dict.fromkeys((*bags.of, *(k for k in then if k not in bags.of))))
        return [
            Row(key, self._figures(bags.of.get(key, {}), given), self._figures(then.get(key, {}), given))
            for key in keys
        ]

    def _aligned(self, bags: Bags, earlier: Bags) -> dict[Key, dict[str, Any]]:
        """Give the earlier bags under the keys of the later ones: buckets by their place, other groups by themselves."""
        places = [n for n, d in enumerate(self._dimensions) if d.is_dated]
        if not places:
            return earlier.of
        (place, *_) = places
        then = sorted({k[place] for k in earlier.of}, key=lambda g: (g.first is None, g.first or date.min))
        now = sorted({k[place] for k in bags.of}, key=lambda g: (g.first is None, g.first or date.min))
        found: dict[Key, dict[str, Any]] = {}
        for key, slots in earlier.of.items():
            position = then.index(key[place])
            if position < len(now):
                found[(*key[:place], now[position], *key[place + 1 :])] = slots
        return found

    def _has(self, row: Row) -> bool:
        """Tell whether a row meets `having`; of a list of records, whether some count or sum of it is not nothing."""
        if any(d.kind == "record" for d in self._dimensions):
            added = [n for n, m in enumerate(self._metrics) if m.definition.unit in (Unit.COUNT, Unit.MONEY)]
            if not any(row.values[n] or (row.earlier and row.earlier[n]) for n in added):
                return False
        return all(_meets(row.values[self._place(h.metric)], h.op, h.value) for h in self._query.having)

    def _place(self, word: str) -> int:
        ids = [m.id for m in self._metrics]
        if word not in ids:
            raise InvalidInputError(
                f'"{word[:60]}" is none of the report\'s metrics: expected {", ".join(ids)}', field="having"
            )
        return ids.index(word)

    def _ordered(self, rows: list[Row]) -> list[Row]:
        orders = list(self._query.order) or self._usual_order()
        for word in reversed(orders):
            name, descending = word.lstrip("-+"), word.startswith("-")
            names = [c.dimension for c in self._query.cuts]
            if name in names:
                place = names.index(name)
                rows = sorted(rows, key=lambda r: self._group_order(place, r.groups[place]), reverse=descending)
            else:
                place = self._place(name)
                known = [r for r in rows if r.values[place] is not None]
                unknown = [r for r in rows if r.values[place] is None]
                rows = sorted(known, key=lambda r: r.values[place] or 0, reverse=descending) + unknown
        return rows

    def _usual_order(self) -> list[str]:
        if not self._cuts:
            return []
        natural = [c.dimension for c, d in self._cuts if d.kind in _ORDERED_KINDS]
        if len(natural) == len(self._cuts):
            return natural
        others = [c.dimension for c, d in self._cuts if d.kind not in _ORDERED_KINDS]
        return [*natural, f"-{self._metrics[0].id}", *others]

    def _group_order(self, place: int, group: Group) -> tuple[Any, ...]:
        kind = self._dimensions[place].kind
        is_last = group.id == "" or group.is_other
        if group is OVERDUE_GROUP or group.id == "overdue":
            return (False, 0, -1, "")
        if group.first is not None:
            return (is_last, 0, day_number(group.first), "")
        if kind == "stage":
            for p_place, pipeline in enumerate(self._catalogue.pipelines):
                for stage in pipeline.stages:
                    if f"{pipeline.id}\x1f{stage.id}" == group.id:
                        return (is_last, p_place, stage.order, "")
            return (is_last, 10_000, 0, group.label.casefold())
        if kind == "pipeline":
            orders = {p.id: n for n, p in enumerate(self._catalogue.pipelines)}
            return (is_last, orders.get(group.id, 10_000), 0, group.label.casefold())
        if kind in ("amount_band", "number"):
            return (is_last, 0, int(group.id or 0), "")
        return (is_last, 0, 0, _STATE_ORDER.get(group.id, group.label.casefold()))

    def _cut_off(
        self, rows: list[Row], bags: Bags, earlier: Bags | None, given: Given
    ) -> tuple[list[Row], Truncated | None]:
        limit = self._query.limit
        if self._dimensions and all(d.kind in _ORDERED_KINDS for d in self._dimensions):
            limit = max(limit, _DATED_ROWS)
        tops = [c.top for c in self._query.cuts if c.top]
        limit = min([limit, *tops])
        if len(rows) <= limit:
            return rows, None
        rest = rows[limit:]
        other = tuple(Group("", f"other ({len(rest)})", is_other=True) for _ in self._cuts)
        values = self._merged(bags, [r.groups for r in rest], given)
        then = (
            () if earlier is None else self._merged(Bags(self._aligned(bags, earlier)), [r.groups for r in rest], given)
        )
        return [*rows[:limit], Row(other, values, then)], Truncated(len(rows), len(rest))

    def _merged(self, bags: Bags, keys: Iterable[Key], given: Given) -> tuple[Figure, ...]:
        merged = Bags()
        for key in keys:
            for slot, bag in bags.of.get(key, {}).items():
                merged.bag((), slot).merge(bag)
                merged.bag((), slot).given = given
        return self._figures(merged.of.get((), {}), given)

    def _columns(self) -> tuple[ReportColumn, ...]:
        dimensions = [
            ReportColumn(
                name=c.dimension,
                label=d.label,
                kind="dimension",
                type=(c.grain or Grain.MONTH).value if d.is_dated else _TYPES.get(d.kind, "text"),
            )
            for c, d in self._cuts
        ]
        measures = [
            ReportColumn(
                name=m.id,
                label=m.definition.label,
                kind="measure",
                type=m.definition.unit.value,
                currency=self._currency if m.definition.unit in (Unit.MONEY, Unit.MONEY_PER_DAY) else "",
            )
            for m in self._metrics
        ]
        return (*dimensions, *measures)

    def _title(self) -> str:
        what = ", ".join(m.definition.label for m in self._metrics)
        by = " and ".join(
            f"{d.label.lower()} ({(c.grain or Grain.MONTH).value})" if d.is_dated else d.label.lower()
            for c, d in self._cuts
        )
        return f"{what} by {by}" if by else what

    def _compared(self) -> Compared | None:
        comparison, period = self._query.comparison, self._query.period
        if comparison is None or period is None:
            return None
        on = self._on()
        return Compared(
            comparison.way,
            Span(on, period.first, period.last, self._query.period_said),
            Span(on, comparison.earlier.first, comparison.earlier.last, comparison.said),
        )

    def _excluded(self, total: Bags) -> tuple[Excluded, ...]:
        found: dict[tuple[str, int], Excluded] = {}
        for metric in self._metrics:
            bag = total.of.get((), {}).get(metric.id)
            if bag is None:
                continue
            for reason, count in metric.excluded.items():
                number = int(count(bag))
                if number > 0:
                    found.setdefault((reason, number), Excluded(reason, number, metric.id))
        return tuple(found.values())

    def _notes(self, total: Bags, given: Given) -> tuple[str, ...]:
        notes: list[str] = []
        for metric in self._metrics:
            notes += metric.remarks(total.of.get((), {}).get(metric.id, Bag(given=given)))
        if self._catalogue.unknown_stages and self._fact == "deal":
            count = sum(self._catalogue.unknown_stages.values())
            notes.append(
                f"{count} deals are in stages that no longer exist; HubSpot's own flags say whether they are closed."
            )
        if self._is_many_valued():
            notes.append("A record counts in each of its groups, so the rows may add up to more than the total.")
        if any(d.kind == "team" for d in self._dimensions):
            notes.append("Teams are those of today.")
        return tuple(dict.fromkeys(notes))


_TYPES = {"record": "deal", "truth": "bool", "company_option": "option", "amount_band": "text", "number": "text"}


def _fact_of(objects: set[str]) -> str:
    if len(objects) > 1:
        raise InvalidInputError(
            f"these metrics are of different records ({', '.join(sorted(objects))}) and cannot be one table",
            hint="Ask one report for each.",
            field="metrics",
        )
    (object,) = objects
    return object


def _is_on(part: Part, dimension: Dimension) -> bool:
    return date_column(part.object, part.date) == dimension.column


def _covers(metrics: Sequence[Metric], query: Query, cut: Cut) -> bool:
    return any((query.period_on or m.definition.period_on) == cut.dimension for m in metrics)


def _bounds(period: Interval | None, days: Sequence[Group]) -> tuple[date | None, date | None]:
    first = min((g.first for g in days if g.first is not None), default=None)
    last = max((g.last for g in days if g.last is not None), default=None)
    if period is not None:
        first = period.first or first
        last = period.last or last
    return first, last


_COMPARES: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.IS: lambda a, b: a == b,
    Op.IS_NOT: lambda a, b: a != b,
    Op.GT: lambda a, b: a > b,
    Op.GTE: lambda a, b: a >= b,
    Op.LT: lambda a, b: a < b,
    Op.LTE: lambda a, b: a <= b,
}


def _meets(figure: Figure, op: Op, value: Any) -> bool:
    if op not in _COMPARES:
        raise InvalidInputError(f'having takes {", ".join(o.value for o in _COMPARES)}: found "{op}"', field="having")
    return figure is not None and _COMPARES[op](figure, value)

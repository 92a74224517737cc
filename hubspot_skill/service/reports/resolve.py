"""A question in people's words turned into a query: metrics, dimensions, values, periods, each echoed as understood.

All names come from the mirror's own catalogue; only "me" may ask HubSpot who the token stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from hubspot_skill.analytics.adhoc import metric_of
from hubspot_skill.analytics.calendar import Interval, instant_ms, previous_period, previous_year
from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.dimensions import DIMENSIONS, Dimension, dimension_of
from hubspot_skill.analytics.metric import Metric
from hubspot_skill.analytics.query import Comparison, Cut, Query, Sieve, SieveGroup, Value
from hubspot_skill.analytics.registry import ALIASES, METRICS
from hubspot_skill.domain.errors import AmbiguousNameError, CallerError, InvalidInputError, UnknownNameError
from hubspot_skill.domain.money import to_minor
from hubspot_skill.domain.report import (
    Aggregate,
    AnyOf,
    By,
    Given,
    Grain,
    Having,
    NoneOf,
    Op,
    Question,
    Test,
    Understood,
)
from hubspot_skill.domain.schema import Owner, Pipeline
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.mirror import tables
from hubspot_skill.mirror.forms import Form
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.service.interpreter import options_of
from hubspot_skill.service.words import people, periods, stages
from hubspot_skill.service.words.nearest import candidate, fold, named, nearest, squash

if TYPE_CHECKING:
    from hubspot_skill.service.directory import Directory

__all__ = ["object_of", "resolve"]

_OBJECTS = {
    "deals": "deal", "contacts": "contact", "companies": "company", "tickets": "ticket", "activities": "activity",
    "calls": "call", "meetings": "meeting", "emails": "email", "tasks": "task", "notes": "note",
}  # fmt: skip
_DIMENSIONS = {
    "rep": "owner", "sales_rep": "owner", "salesperson": "owner", "agent": "owner", "seller": "owner", "user": "owner",
    "dealstage": "stage", "hubspot_owner_id": "owner", "status": "stage_group", "state": "stage_group",
    "close_date": "close_at", "closedate": "close_at", "closed": "close_at", "closing": "close_at",
    "created": "created_at", "create_date": "created_at", "createdate": "created_at", "modified": "modified_at",
    "won": "won_date", "won_at": "won_date", "sector": "company_industry", "industry": "company_industry",
    "country": "company_country", "account": "company", "customer": "company", "type": "deal_type",
    "dealtype": "deal_type", "reason": "loss_reason", "closed_lost_reason": "loss_reason", "amount": "amount_band",
    "size": "amount_band", "deal_size": "amount_band", "value": "amount_band", "category": "forecast_category",
    "lead_source": "source", "hs_priority": "priority", "lifecycle_stage": "lifecycle", "lifecyclestage": "lifecycle",
    "name": "deal", "dealname": "deal", "deals": "deal", "deal_currency_code": "currency",
}  # fmt: skip
_GRAINS = {
    "day": Grain.DAY, "daily": Grain.DAY, "week": Grain.WEEK, "weekly": Grain.WEEK, "month": Grain.MONTH,
    "monthly": Grain.MONTH, "quarter": Grain.QUARTER, "quarterly": Grain.QUARTER, "year": Grain.YEAR,
    "yearly": Grain.YEAR, "fiscal_quarter": Grain.FISCAL_QUARTER, "fiscal_year": Grain.FISCAL_YEAR,
}  # fmt: skip
_ALL_TIME = frozenset({"all", "all time", "ever", "any time", "always", "everything"})
_STATES = {"open": ("open",), "won": ("won",), "lost": ("lost",), "closed": ("won", "lost"), "closed won": ("won",), "closed lost": ("lost",)}  # fmt: skip
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})
_NOTHING = frozenset({"none", "nobody", "no one", "empty", "unassigned", "unknown", "not set"})


def _word(text: str) -> str:
    return "_".join(text.strip().split()).casefold().replace("-", "_")


def metric_named(word: str) -> Metric:
    """Give the metric of an id or an everyday name.

    Raises:
        UnknownNameError: there is none; the nearest are the candidates.
    """
    key = _word(word)
    found = METRICS.get(key) or METRICS.get(ALIASES.get(key, ""))
    if found is not None:
        return found
    labelled = [m for m in METRICS.values() if squash(m.definition.label) == squash(word)]
    if len(labelled) == 1:
        return labelled[0]
    everything = list(METRICS.values())
    near = nearest(word, everything, lambda m: (m.id, m.definition.label))
    raise UnknownNameError(
        f"there is no metric {quote(word)}",
        hint="Take one of the candidates; hubspot-skill report --list tells all of them.",
        candidates=[candidate(m.id, m.definition.label, m.definition.family) for m in near],
    )


def _metric_of(question: Question, word: str) -> Metric:
    """Give the metric of a word in its question: conversion is that of stages only where a stage is named.

    Raises:
        AmbiguousNameError: conversion without a stage may be several metrics.
        UnknownNameError: there is no such metric.
    """
    if _word(word) in ("conversion", "conversion_rate") and not _names_stage(question):
        meant = ("win_rate", "win_rate_cohort", "stage_conversion", "lifecycle_conversion")
        raise AmbiguousNameError(
            f"{quote(word)} may mean {len(meant)} metrics",
            hint="Name one of the candidates, or the stage: by stage, or where stage is one.",
            candidates=[candidate(m, METRICS[m].definition.label, METRICS[m].definition.family) for m in meant],
        )
    return metric_named(word)


def _names_stage(question: Question) -> bool:
    tests = [t for w in question.where for t in ((w,) if isinstance(w, Test) else w.tests)]
    words = [_word(w) for w in (*(b.dim for b in question.by), *(t.field for t in tests))]
    return any(_DIMENSIONS.get(w, w) == "stage" for w in words)


def object_of(question: Question) -> str:
    """Give the object that a question counts, by its first metric."""
    if not question.metrics:
        raise InvalidInputError("the report has no metric: expected 1 to 5", field="metrics")
    first = question.metrics[0]
    if isinstance(first, Aggregate):
        return _object(first.object)
    return _object(_metric_of(question, first).definition.object)


def _object(word: str) -> str:
    key = _word(word)
    found = _OBJECTS.get(key, key)
    if found not in tables.OBJECT_TABLES and found != "activity":
        raise UnknownNameError(
            f"the mirror holds no object {quote(word)}",
            hint="Take one of the candidates.",
            candidates=[candidate(name, name) for name in _OBJECTS],
        )
    return found


async def resolve(
    question: Question, catalogue: Catalogue, mirror: Mirror, directory: Directory, *, now: datetime
) -> Query:
    """Turn a question into a query.

    Raises:
        CallerError: a word names nothing or several things, or a value has the wrong form.
    """
    return await _Resolver(question, catalogue, mirror, directory, now).query()


class _Resolver:
    """Reads the words of one question; what they were taken for is collected in `understood`."""

    def __init__(
        self, question: Question, catalogue: Catalogue, mirror: Mirror, directory: Directory, now: datetime
    ) -> None:
        self._question = question
        self._catalogue = catalogue
        self._mirror = mirror
        self._directory = directory
        self._now = now.astimezone(catalogue.zone)
        self._object = object_of(question)
        self._understood: dict[tuple[str, str], Understood] = {}
        self._metrics: list[Metric] = []
        self._asked: list[str | Aggregate] = []
        self._within: tuple[Pipeline, ...] = catalogue.pipelines

    async def query(self) -> Query:
        """Give the query."""
        question = self._question
        self._read_metrics()
        cuts = tuple(self._cut(by) for by in question.by)
        where = await self._where(question.where)
        on, period, said = self._period()
        query = Query(
            metrics=tuple(self._asked),
            now=self._now,
            zone=self._catalogue.zone,
            cuts=cuts,
            where=where,
            period=period,
            period_said=said,
            period_on=on,
            having=tuple(self._having(h) for h in question.having),
            order=tuple(self._order(word) for word in question.order),
            limit=question.limit,
            currency=self._currency(),
            associate=question.associate,
            days=question.days,
            target=question.target,
            mode=self._mode(),
        )
        query = self._compared(query)
        return replace(query, understood=tuple(self._understood.values()))

    def _note(self, what: str, said: str, meant: str, id: str = "") -> None:
        """Keep what a word was taken for, unless it is the id or the name itself."""
        if said.strip() in (id, meant) and not (id and said.strip() == meant):
            return
        if fold(said) == fold(meant) and not id:
            return
        told = "" if fold(said) == fold(meant) else clean(said, most=80)
        self._understood[what, said] = Understood(what, told, clean(meant, most=80), id)

    def _read_metrics(self) -> None:
        for asked in self._question.metrics:
            if isinstance(asked, Aggregate):
                aggregate = self._aggregate(asked)
                self._asked.append(aggregate)
                self._metrics.append(metric_of(aggregate, self._catalogue))
            else:
                metric = _metric_of(self._question, asked)
                if _word(asked) != metric.id:
                    self._note("metric", asked, metric.id)
                self._asked.append(metric.id)
                self._metrics.append(metric)

    def _aggregate(self, asked: Aggregate) -> Aggregate:
        object = _object(asked.object)
        return replace(asked, object=object, of=self._property(object, asked.of) if asked.of else "")

    def _property(self, object: str, word: str) -> str:
        """Give the internal name of a property by its name or label."""
        known = self._catalogue.properties.get(object, {})
        if word in known or word in self._catalogue.held.get(object, {}):
            return word
        found = named(word, known.values(), lambda p: (p.name, p.label))
        if len(found) == 1:
            self._note("property", word, found[0].label, found[0].name)
            return found[0].name
        if found:
            raise AmbiguousNameError(
                f"{len(found)} properties of {object}s are called {quote(word)}",
                hint="Name the property by its internal name.",
                candidates=[candidate(p.name, p.label) for p in found[:5]],
            )
        near = nearest(word, list(known.values()), lambda p: (p.name, p.label))
        dimensions = [d for (o, _), d in DIMENSIONS.items() if o == object]
        near_dimensions = nearest(word, dimensions, lambda d: (d.id, d.label), most=3)
        raise UnknownNameError(
            f"{object}s have no dimension or property {quote(word)}",
            hint=f"Dimensions are {', '.join(d.id for d in dimensions)}, or any property by name.",
            candidates=[
                *(candidate(d.id, d.label, "dimension") for d in near_dimensions),
                *(candidate(p.name, p.label, "property") for p in near),
            ][:5],
        )

    # Dimensions

    def _dimension(self, word: str) -> tuple[Dimension, bool]:
        """Give the dimension of a word, and whether it is a property."""
        key = _word(word)
        if (self._object, key) in DIMENSIONS:
            return DIMENSIONS[self._object, key], False
        alias = _DIMENSIONS.get(key, "")
        if (self._object, alias) in DIMENSIONS:
            found = DIMENSIONS[self._object, alias]
            self._note("dimension", word, found.id)
            return found, False
        labelled = [d for (o, _), d in DIMENSIONS.items() if o == self._object and squash(d.label) == squash(word)]
        if len(labelled) == 1:
            return labelled[0], False
        name = self._property(self._object, word)
        for (object, _), dimension in DIMENSIONS.items():
            if object == self._object and dimension.named == name and dimension.kind != "company_option":
                return dimension, False
        return dimension_of(self._object, name, self._catalogue, is_property=True), True

    def _cut(self, by: By) -> Cut:
        word, grain = by.dim, by.grain
        key = _word(word)
        if key in _GRAINS:
            date_id = self._metrics[0].definition.period_on or "created_at"
            self._note("dimension", word, f"{date_id} by {_GRAINS[key].value}")
            return Cut(date_id if (self._object, date_id) in DIMENSIONS else "close_at", _GRAINS[key])
        head, _, tail = key.rpartition(":") if ":" in key else key.rpartition("_by_")
        if head and tail in _GRAINS:
            word, grain = head, _GRAINS[tail]
        dimension, is_property = self._dimension(word)
        if grain is not None and not dimension.is_dated:
            raise InvalidInputError(f"{dimension.id} is no date and takes no grain", field="by")
        if dimension.is_dated and grain is None:
            grain = Grain.MONTH
        return Cut(dimension.id, grain, by.top, is_property)

    # Conditions

    async def _where(self, tests: Sequence[Test | AnyOf | NoneOf]) -> tuple[Sieve | SieveGroup, ...]:
        plain = [t for t in tests if isinstance(t, Test)]
        ordered = sorted(plain, key=lambda t: _word(t.field) != "pipeline")
        found: dict[int, Sieve | SieveGroup] = {}
        for test in ordered:
            found[id(test)] = await self._sieve(test)
        for group in tests:
            if not isinstance(group, Test):
                sieves = tuple([await self._sieve(t) for t in group.tests])
                if not sieves:
                    raise InvalidInputError("a group of conditions is empty", field="where")
                found[id(group)] = SieveGroup(sieves, isinstance(group, NoneOf))
        return tuple(found[id(t)] for t in tests)

    async def _sieve(self, test: Test) -> Sieve:
        dimension, is_property = self._dimension(test.field)
        expected = {Op.IS_SET: 0, Op.NOT_SET: 0, Op.BETWEEN: 2, Op.IN: None, Op.NOT_IN: None}.get(test.op, 1)
        found = len(test.values)
        several = test.op in (Op.IS, Op.IS_NOT) and found > 1
        if (expected is None and not found) or (expected is not None and found != expected and not several):
            raise InvalidInputError(
                f'"{test.op}" on {test.field} has {found} values: expected {expected if expected is not None else "at least one"}',
                field=test.field,
            )
        values: list[Value] = []
        for given in test.values:
            values += await self._values(dimension, test, given)
        op = test.op
        if op is Op.WITHIN and not dimension.is_dated:
            raise InvalidInputError(f"{dimension.id} is no date: within takes dates", field=test.field)
        if dimension.kind == "pipeline" and op in (Op.IS, Op.IN):
            self._within = tuple(p for p in self._catalogue.pipelines if p.id in values)
        return Sieve(dimension.id, op, tuple(values), is_property)

    async def _values(self, dimension: Dimension, test: Test, given: Given) -> list[Value]:
        word = "" if given is None else str(given)
        if test.op in (Op.CONTAINS, Op.STARTS_WITH):
            if not word:
                raise InvalidInputError(f"{test.field} contains nothing: give some letters", field=test.field)
            return [word]
        if given is None or (fold(word) in _NOTHING and dimension.kind not in ("stage", "pipeline", "stage_group")):
            return [None]
        match dimension.kind:
            case "owner":
                return [(await self._owner(word)).id]
            case "company":
                return [await self._company(word)]
            case "stage_group":
                return list(_state(word))
            case "amount_band" | "number":
                return [self._number(dimension, test, given)]
            case _:
                return [self._named(dimension, test.field, word)]

    def _named(self, dimension: Dimension, field: str, word: str) -> Value:
        """Give the value of a word whose names are all in the catalogue."""
        match dimension.kind:
            case "team":
                return self._team(word)
            case "stage":
                pipeline, stage = stages.stage(word, self._within)
                self._note("stage", word, f"{stage.label} in {pipeline.label}", stage.id)
                return f"{pipeline.id}\x1f{stage.id}"
            case "pipeline":
                found = stages.pipeline(word, self._catalogue.pipelines)
                self._note("pipeline", word, found.label, found.id)
                return found.id
            case "instant" | "day":
                period = periods.period(word, now=self._now, zone=self._catalogue.zone)
                self._note(dimension.id, word, period.text)
                return Interval(period.first, period.last, _ms(period.start), _ms(period.end))
            case "truth":
                return _truth(field, word)
            case "currency":
                return word.upper()
            case "option" | "options" | "company_option":
                return self._option(dimension, word)
            case _:
                return word

    async def _owner(self, word: str) -> Owner:
        if fold(word) in people.ME:
            me = await self._directory.me()
            self._note("owner", word, me.name, me.id)
            return me
        found = people.owner(word, list(self._catalogue.owners.values()))
        self._note("owner", word, found.name, found.id)
        return found

    def _team(self, word: str) -> str:
        teams = {t.id: t for o in self._catalogue.owners.values() for t in o.teams}
        found = named(word, teams.values(), lambda t: (t.id, t.name))
        if len(found) == 1:
            self._note("team", word, found[0].name, found[0].id)
            return found[0].id
        near = nearest(word, list(teams.values()), lambda t: (t.name,)) or tuple(teams.values())[:10]
        kind = AmbiguousNameError if found else UnknownNameError
        raise kind(
            f"{len(found) or 'no'} team{'s are' if found else ' is'} called {quote(word)}",
            hint="Take one of the candidates.",
            candidates=[candidate(t.id, t.name) for t in (found or near)],
        )

    def _option(self, dimension: Dimension, word: str) -> str:
        object = "company" if dimension.kind == "company_option" else self._object
        prop = self._catalogue.properties.get(object, {}).get(dimension.named)
        if prop is None:
            return word
        found = options_of(prop, word)
        self._note(dimension.id, word, found.label, found.value)
        return found.value

    def _number(self, dimension: Dimension, test: Test, given: Given) -> int:
        text = str(given).replace(",", "").replace("_", "").strip()
        factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
        try:
            amount = Decimal(text[:-1] if factor > 1 else text) * factor
        except InvalidOperation as error:
            raise InvalidInputError(f"{test.field} is {quote(text)}: expected a number", field=test.field) from error
        if dimension.kind == "amount_band" or dimension.form in (Form.MONEY, Form.HOME_MONEY):
            found = to_minor(amount, self._currency() or self._catalogue.currency)
        else:
            found = int(amount * 1_000_000) if dimension.form is Form.MILLIONTHS else int(amount)
        if found is None:
            raise InvalidInputError(f"{test.field} is {quote(text)}: that is too large", field=test.field)
        return found

    async def _company(self, word: str) -> str:
        """Find a company by id, name or domain in the mirror."""
        if word.isdigit():
            return word
        company = tables.company
        by_name = or_(func.lower(company.c.name) == word.strip().lower(), company.c.domain == word.strip().lower())
        live = (company.c.archived == 0, company.c.merged_into.is_(None))
        exact = await self._mirror.execute(
            select(company.c.id, company.c.name, company.c.domain).where(by_name, *live).limit(11)
        )
        rows = list(exact)
        if not rows:
            like = company.c.name.icontains(word.strip(), autoescape=True)
            rows = list(
                await self._mirror.execute(
                    select(company.c.id, company.c.name, company.c.domain).where(like, *live).limit(11)
                )
            )
        if len(rows) == 1:
            self._note("company", word, rows[0].name or rows[0].domain or "", str(rows[0].id))
            return str(rows[0].id)
        kind = AmbiguousNameError if rows else UnknownNameError
        raise kind(
            f"{len(rows)} companies fit {quote(word)}" if rows else f"no company is called {quote(word)}",
            hint="Name the company by its id." if rows else "hubspot_search_companies finds it by words.",
            candidates=[candidate(str(r.id), r.name or "", r.domain or "") for r in rows[:10]],
        )

    # Periods

    def _period(self) -> tuple[str, Interval | None, str]:
        timing = self._question.period
        zone = self._catalogue.zone
        on = ""
        if timing is not None and timing.on:
            dimension, _ = self._dimension(timing.on)
            if dimension.kind != "instant":
                raise InvalidInputError(f"{timing.on} is no date that a period can be on", field="period")
            on = dimension.id
        if timing is None or not timing.range:
            if any(m.id == "sales_velocity" for m in self._metrics):
                today = self._now.date()
                return on, Interval.of_days(today - timedelta(days=364), today, zone), "last 365 days"
            return on, None, ""
        if fold(timing.range.replace("_", " ")) in _ALL_TIME:
            return on, Interval(), "all time"
        period = periods.period(timing.range, now=self._now, zone=zone)
        self._note("period", timing.range, period.text)
        return on, Interval(period.first, period.last, _ms(period.start), _ms(period.end)), timing.range

    def _compared(self, query: Query) -> Query:
        way = self._question.compare.strip()
        if not way:
            return query
        period = query.period
        if period is None or period.first is None or period.last is None:
            raise InvalidInputError(
                "a comparison needs a period with two ends",
                hint='Give one such as {"range": "this quarter"}.',
                field="compare",
            )
        zone, today = query.zone, self._now.date()
        word = _word(way)
        if word in ("previous_period", "previous", "period_before", "last_period"):
            earlier, name = previous_period(period.first, period.last), "previous_period"
        elif word in ("previous_year", "last_year", "year_ago", "year_over_year", "yoy"):
            earlier, name = previous_year(period.first, period.last), "previous_year"
        else:
            found = periods.period(way, now=self._now, zone=zone)
            if found.first is None or found.last is None:
                raise InvalidInputError(f"{quote(way)} has an open end and cannot be compared with", field="compare")
            earlier, name = (found.first, found.last), "range"
        if self._runs(period, today) and name != "range":
            length = (today - period.first).days
            end = min(earlier[0] + timedelta(days=length), earlier[1])
            if name == "previous_year":
                end = previous_year(today, today)[1]
            period, earlier = Interval.of_days(period.first, today, zone), (earlier[0], end)
        return replace(
            query, period=period, comparison=Comparison(name, Interval.of_days(*earlier, zone), clean(way, most=60))
        )

    def _runs(self, period: Interval, today: date) -> bool:
        """Tell whether a period still runs and its metrics are of what has happened, so that only its elapsed days compare."""
        happened = any(m.definition.needs_period for m in self._metrics)
        return happened and period.first is not None and period.last is not None and period.first <= today < period.last

    # The rest

    def _having(self, having: Having) -> Having:
        return replace(having, metric=self._measure(having.metric))

    def _order(self, word: str) -> str:
        sign = "-" if word.startswith("-") else ""
        name = word.lstrip("+-").strip()
        try:
            return sign + self._measure(name)
        except CallerError:
            return sign + self._dimension(name)[0].id

    def _measure(self, word: str) -> str:
        ids = [m.id for m in self._metrics]
        key = _word(word)
        found = key if key in ids else ALIASES.get(key, "")
        if found in ids:
            return found
        by_label = [m.id for m in self._metrics if squash(m.definition.label) == squash(word)]
        if by_label:
            return by_label[0]
        raise UnknownNameError(
            f"{quote(word)} is none of the report's metrics",
            hint=f"Take {' or '.join(ids)}.",
            candidates=[candidate(m.id, m.definition.label) for m in self._metrics],
        )

    def _currency(self) -> str:
        code = self._question.currency.strip().upper()
        if code in ("", "HOME", self._catalogue.currency):
            return ""
        if len(code) != 3 or not code.isalpha():
            raise InvalidInputError(
                f"{quote(code)} is no currency: expected home or a code of three letters", field="currency"
            )
        return code

    def _mode(self) -> str:
        mode = _word(self._question.mode)
        if mode not in ("", "reached", "strict", "entries"):
            raise InvalidInputError(f"the mode is {quote(mode)}: expected reached, strict or entries", field="mode")
        return mode


def _ms(at: datetime | None) -> int | None:
    return None if at is None else instant_ms(at)


def _state(word: str) -> tuple[str, ...]:
    found = _STATES.get(fold(word.replace("_", " ")))
    if found is None:
        raise UnknownNameError(
            f"deals have no status {quote(word)}",
            hint="Take open, won, lost or closed; a stage is asked for by the field stage.",
            candidates=[candidate(s, s) for s in ("open", "won", "lost", "closed")],
        )
    return found


def _truth(field: str, word: str) -> int:
    if fold(word) in _TRUE:
        return 1
    if fold(word) in _FALSE:
        return 0
    raise InvalidInputError(f"{field} is {quote(word)}: expected true or false", field=field)

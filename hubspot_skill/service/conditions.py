"""Conditions of a search, from typed filters and `where`, as the groups of filters that HubSpot takes.

A clause is one condition with its alternatives; all clauses must hold. HubSpot joins groups by OR, so the groups are
the products of the alternatives; one that needs more groups or filters than HubSpot takes is refused by `Search`.

HubSpot's rules kept here (search the CRM, read 2026-11-23): IN on text needs lower-case values; enumerations are
compared by internal value; instants are milliseconds; a date property is a calendar day; CONTAINS_TOKEN takes whole
words and `*`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType
from hubspot_skill.domain.schema import Pipeline, Property, PropertyType
from hubspot_skill.domain.search import MAX_GROUPS, Filter, Operator
from hubspot_skill.domain.text import quote
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.references import domain_of
from hubspot_skill.service.requests import (
    CompanyFilters,
    Compare,
    Condition,
    ContactFilters,
    DealFilters,
    DealStatus,
    Filters,
    Given,
    RecordFilters,
)
from hubspot_skill.service.words.people import NOBODY
from hubspot_skill.service.words.periods import Period
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property, stage_property

__all__ = ["Clause", "Conditions", "groups_of"]

Clause = tuple[tuple[Filter, ...], ...]

_MAX_LINKED = 150
_NO_LINK = frozenset({"none", "nobody", "no one"})
_NEVER = frozenset({"never", "none", "unknown", "empty"})
_SINGLE = {
    Compare.EQ: Operator.EQ,
    Compare.NEQ: Operator.NEQ,
    Compare.LT: Operator.LT,
    Compare.LTE: Operator.LTE,
    Compare.GT: Operator.GT,
    Compare.GTE: Operator.GTE,
}
_FILTERS_OF: dict[str, type[Filters]] = {
    CONTACTS.name: ContactFilters,
    COMPANIES.name: CompanyFilters,
    DEALS.name: DealFilters,
}


def groups_of(clauses: Sequence[Clause]) -> tuple[tuple[Filter, ...], ...]:
    """Join clauses to groups: every choice of one alternative from each.

    Raises:
        InvalidInputError: there are more choices than HubSpot takes groups.
    """
    if not clauses:
        return ()
    count = 1
    for clause in clauses:
        count *= len(clause)
    if count > MAX_GROUPS:
        raise InvalidInputError(
            f"the filters make {count} combinations of alternatives: HubSpot takes at most {MAX_GROUPS}",
            hint="Give fewer alternatives, or split the search in two.",
        )
    return tuple(tuple(itertools.chain(*choice)) for choice in itertools.product(*clauses))


class Conditions:
    """Turns the filters of one request into clauses; may ask HubSpot for related records."""

    def __init__(self, scene: Scene, book: PropertyBook) -> None:
        self._hubspot = scene.hubspot
        self._interpreter = scene.words
        self._references = scene.references
        self._book = book
        self._type = book.type

    async def clauses(self, filters: Filters | None, where: Sequence[Condition]) -> list[Clause]:
        """Give the clauses of typed filters and of `where`.

        Raises:
            InvalidInputError: the filters are of another object type, or a value has the wrong form.
            UnknownNameError: a property, option, stage or owner is unknown.
        """
        found: list[Clause] = []
        if filters is not None:
            expected = _FILTERS_OF.get(self._type.name, RecordFilters)
            if not isinstance(filters, (expected, RecordFilters)):
                raise InvalidInputError(f"{type(filters).__name__} are not filters of {self._type.name}")
            found += await self._typed(filters)
        for condition in where:
            found.append(await self._condition(condition))
        return found

    async def _typed(self, filters: Filters) -> list[Clause]:
        found: list[Clause] = []
        match filters:
            case ContactFilters():
                found += self._emails(filters.email)
                found += await self._any_of("lifecyclestage", filters.lifecycle_stage)
                found += await self._any_of("hs_lead_status", filters.lead_status)
                found += self._during("notes_last_contacted", "last_contacted", filters.last_contacted)
            case CompanyFilters():
                found += await self._any_of("domain", [domain_of(d) for d in filters.domain])
                found += await self._any_of("industry", filters.industry)
                found += await self._any_of("country", filters.country)
                found += await self._any_of("lifecyclestage", filters.lifecycle_stage)
                found += self._during("notes_last_contacted", "last_contacted", filters.last_contacted)
            case DealFilters():
                found += await self._staged(filters.stage, filters.pipeline)
                found += self._status(filters.status)
                found += self._between("amount", filters.amount_min, filters.amount_max)
                found += self._during("closedate", "close_date", filters.close_date)
            case RecordFilters():
                found += await self._staged(filters.stage, filters.pipeline)
        found += await self._owned(filters.owner)
        found += self._during(self._type.created, "created", filters.created)
        found += self._during(self._type.modified, "modified", filters.modified)
        for related, word in _related(filters):
            if word:
                found.append(await self._linked(related, word))
        return found

    def _property(self, name: str) -> Property:
        return self._book.typed(name)

    def _emails(self, words: Sequence[str]) -> list[Clause]:
        if not words:
            return []
        exact = [w.strip().lower() for w in words if "*" not in w and not w.strip().startswith("@")]
        patterns = [w.strip().lower() for w in words if "*" in w or w.strip().startswith("@")]
        alternatives = [(Filter("email", Operator.CONTAINS_TOKEN, (p if "*" in p else f"*{p}",)),) for p in patterns]
        if exact:
            alternatives.append((_one_of("email", exact),))
        return [tuple(alternatives)]

    async def _any_of(self, name: str, words: Sequence[str]) -> list[Clause]:
        if not words:
            return []
        prop = self._property(name)
        codes = [await self._interpreter.code(self._type, prop, word) for word in words]
        return [((_one_of(prop.name, codes, is_text=_is_text(prop)),),)]

    async def _owned(self, words: Sequence[str]) -> list[Clause]:
        if not words:
            return []
        return [await self._owner_clause(self._property("owner"), words)]

    async def _owner_clause(self, prop: Property, words: Sequence[str]) -> Clause:
        alternatives: list[tuple[Filter, ...]] = []
        ids = [(await self._interpreter.owner(w)).id for w in words if not _among(w, NOBODY)]
        if ids:
            alternatives.append((_one_of(prop.name, ids),))
        if len(ids) < len(words):
            alternatives.append((Filter(prop.name, Operator.NOT_HAS_PROPERTY),))
        return tuple(alternatives)

    async def _staged(self, stages: Sequence[str], pipeline_word: str) -> list[Clause]:
        within: Pipeline | None = None
        found: list[Clause] = []
        if pipeline_word:
            within = await self._interpreter.pipeline(self._type, pipeline_word)
            found.append(((Filter(pipeline_property(self._type), Operator.EQ, (within.id,)),),))
        if stages:
            ids = [(await self._interpreter.stage(self._type, word, within))[1].id for word in stages]
            found.append(((_one_of(stage_property(self._type), ids),),))
        return found

    def _status(self, status: DealStatus | None) -> list[Clause]:
        if status is None:
            return []
        closed, won = self._property("hs_is_closed").name, self._property("hs_is_closed_won").name
        match status:
            case DealStatus.OPEN:
                asked = {closed: "false"}
            case DealStatus.WON:
                asked = {won: "true"}
            case DealStatus.LOST:
                asked = {closed: "true", won: "false"}
            case DealStatus.CLOSED:
                asked = {closed: "true"}
        return [(tuple(Filter(name, Operator.EQ, (value,)) for name, value in asked.items()),)]

    def _between(self, name: str, least: Decimal | None, most: Decimal | None) -> list[Clause]:
        filters: list[Filter] = []
        if least is not None:
            filters.append(Filter(name, Operator.GTE, (format(least, "f"),)))
        if most is not None:
            filters.append(Filter(name, Operator.LTE, (format(most, "f"),)))
        if least is not None and most is not None and least > most:
            raise InvalidInputError(f"the least {name} {least} is above the most {most}", hint="Swap them.", field=name)
        return [(tuple(filters),)] if filters else []

    def _during(self, name: str, what: str, words: str) -> list[Clause]:
        if not words:
            return []
        prop = self._property(name)
        if _among(words, _NEVER):
            return [((Filter(prop.name, Operator.NOT_HAS_PROPERTY),),)]
        return [(_within(prop, self._interpreter.period(what, words)),)]

    async def _linked(self, related: ObjectType, word: str) -> Clause:
        if _among(word, _NO_LINK) and not self._type.is_custom:
            return ((Filter(f"associations.{related.singular}", Operator.NOT_HAS_PROPERTY),),)
        other = await self._references.find(related, word)
        if not self._type.is_custom and not related.is_custom:
            return ((Filter(f"associations.{related.singular}", Operator.EQ, (other.id,)),),)
        page = await self._hubspot.associations.of(related, other.id, self._type)
        ids = [link.to_id for link in page.links]
        if len(ids) > _MAX_LINKED or page.next_after is not None:
            raise InvalidInputError(
                f"{quote(word)} is linked to more than {_MAX_LINKED} records of {self._type.name}",
                hint=f"hubspot_get with associations lists the records linked to a {related.singular}.",
                field=related.singular,
            )
        return ((_one_of("hs_object_id", ids or ["0"]),),)

    async def _condition(self, condition: Condition) -> Clause:
        prop = self._book.named(condition.property)
        compare = condition.compare
        if compare in (Compare.HAS_VALUE, Compare.NO_VALUE):
            operator = Operator.HAS_PROPERTY if compare is Compare.HAS_VALUE else Operator.NOT_HAS_PROPERTY
            return ((Filter(prop.name, operator),),)
        is_date = prop.type in (PropertyType.DATE, PropertyType.DATETIME)
        if is_date and compare is Compare.BETWEEN and isinstance(condition.value, str):
            condition = replace(condition, compare=(compare := Compare.EQ))
        values = _values(condition)
        if is_date:
            return self._dated(prop, compare, values)
        if prop.is_owner and compare in (Compare.EQ, Compare.IN):
            return await self._owner_clause(prop, [str(v) for v in values])
        if compare in (Compare.CONTAINS, Compare.NOT_CONTAINS):
            return _containing(prop, compare, values)
        if (
            compare not in (Compare.EQ, Compare.NEQ, Compare.IN, Compare.NOT_IN)
            and prop.type is not PropertyType.NUMBER
        ):
            raise InvalidInputError(
                f"{prop.name} is {prop.type}: it cannot be compared with {compare}",
                hint="Use eq, neq, in, not_in, has_value or no_value.",
                field=prop.name,
            )
        codes = [await self._interpreter.code(self._type, prop, value) for value in values]
        match compare:
            case Compare.IN:
                return ((_one_of(prop.name, codes, is_text=_is_text(prop)),),)
            case Compare.NOT_IN:
                lowered = [c.lower() for c in codes] if _is_text(prop) else codes
                return ((Filter(prop.name, Operator.NOT_IN, tuple(lowered)),),)
            case Compare.BETWEEN:
                return ((Filter(prop.name, Operator.BETWEEN, tuple(codes)),),)
            case _:
                return ((Filter(prop.name, _SINGLE[compare], (codes[0],)),),)

    def _dated(self, prop: Property, compare: Compare, values: Sequence[Given]) -> Clause:
        spans = [self._interpreter.period(prop.name, str(v)) for v in values]
        first = spans[0]
        match compare:
            case Compare.EQ:
                return (_within(prop, first),)
            case Compare.NEQ:
                return tuple((side,) for side in (_before(prop, first), _after(prop, first)) if side is not None)
            case Compare.IN:
                return tuple(_within(prop, span) for span in spans)
            case Compare.BETWEEN:
                last = spans[1]
                return (_within(prop, Period(first.first, last.last, first.start, last.end)),)
            case Compare.LT:
                bound = _before(prop, first)
            case Compare.GT:
                bound = _after(prop, first)
            case Compare.LTE:
                bound = _bound(prop, Period(None, first.last, None, first.end))
            case Compare.GTE:
                bound = _bound(prop, Period(first.first, None, first.start, None))
            case _:
                raise InvalidInputError(
                    f"{prop.name} is a date: it cannot be compared with {compare}",
                    hint="Use eq with a period in words, lt, lte, gt, gte or between.",
                    field=prop.name,
                )
        if bound is None:
            raise InvalidInputError(f"{prop.name} is compared with an open end: {first.text}", field=prop.name)
        return ((bound,),)


def _related(filters: Filters) -> list[tuple[ObjectType, str]]:
    match filters:
        case ContactFilters():
            return [(COMPANIES, filters.company), (DEALS, filters.deal)]
        case CompanyFilters():
            return [(CONTACTS, filters.contact), (DEALS, filters.deal)]
        case DealFilters():
            return [(COMPANIES, filters.company), (CONTACTS, filters.contact)]
        case RecordFilters():
            return [(COMPANIES, filters.company), (CONTACTS, filters.contact), (DEALS, filters.deal)]


def _values(condition: Condition) -> list[Given]:
    value = condition.value
    many: list[Given] = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    expected = {Compare.BETWEEN: 2}.get(condition.compare, 1)
    takes_many = condition.compare in (Compare.IN, Compare.NOT_IN)
    is_empty = any(v is None or v == "" for v in many) or not many
    if is_empty or (len(many) != expected and not takes_many):
        found = "none" if is_empty else str(len(many))
        raise InvalidInputError(
            f"{condition.compare} on {quote(condition.property)} takes {'one or more values' if takes_many else expected}: found {found}",
            hint="To find records with or without a value use has_value or no_value.",
            field=condition.property,
        )
    return many


def _containing(prop: Property, compare: Compare, values: Sequence[Given]) -> Clause:
    if prop.type is PropertyType.NUMBER or prop.type is PropertyType.BOOL:
        raise InvalidInputError(f"{prop.name} is {prop.type}: it holds no words", hint="Use eq.", field=prop.name)
    operator = Operator.CONTAINS_TOKEN if compare is Compare.CONTAINS else Operator.NOT_CONTAINS_TOKEN
    return ((Filter(prop.name, operator, (str(values[0]),)),),)


def _among(word: str, words: frozenset[str]) -> bool:
    return " ".join(word.split()).casefold() in words


def _is_text(prop: Property) -> bool:
    return prop.type in (PropertyType.STRING, PropertyType.PHONE_NUMBER, PropertyType.OTHER) and not prop.is_owner


def _one_of(name: str, values: Sequence[str], *, is_text: bool = False) -> Filter:
    if len(values) == 1:
        return Filter(name, Operator.EQ, (values[0],))
    return Filter(name, Operator.IN, tuple(v.lower() for v in values) if is_text else tuple(values))


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _within(prop: Property, span: Period) -> tuple[Filter, ...]:
    low = _bound(prop, Period(span.first, None, span.start, None))
    high = _bound(prop, Period(None, span.last, None, span.end))
    return tuple(f for f in (low, high) if f is not None)


def _before(prop: Property, span: Period) -> Filter | None:
    last = None if span.first is None else span.first - timedelta(days=1)
    return _bound(prop, Period(None, last, None, span.start))


def _after(prop: Property, span: Period) -> Filter | None:
    first = None if span.last is None else span.last + timedelta(days=1)
    return _bound(prop, Period(first, None, span.end, None))


def _bound(prop: Property, span: Period) -> Filter | None:
    """Give the filter of a period that is open at one end: days for a date property, instants otherwise."""
    if prop.type is PropertyType.DATE:
        if span.first is not None:
            return Filter(prop.name, Operator.GTE, (span.first.isoformat(),))
        return None if span.last is None else Filter(prop.name, Operator.LTE, (span.last.isoformat(),))
    if span.start is not None:
        return Filter(prop.name, Operator.GTE, (_milliseconds(span.start),))
    return None if span.end is None else Filter(prop.name, Operator.LT, (_milliseconds(span.end),))

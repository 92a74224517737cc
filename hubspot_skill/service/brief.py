"""Tell what matters about one contact, company or deal in one call, within a token budget.

At most twelve requests to HubSpot, most of them at once: the record, its linked records and their names, its open deals
(exactly counted and added up), and the newest and next of five kinds of activity. What lies beyond the budget is
counted and left out, people first, then deals.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from hubspot_skill.domain.errors import InvalidInputError, MissingScopesError
from hubspot_skill.domain.names import (
    CALLS,
    COMPANIES,
    CONTACTS,
    DEALS,
    EMAILS,
    MEETINGS,
    NOTES,
    TASKS,
    ObjectType,
    PropertyName,
    RecordId,
)
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.search import MAX_PAGE, Filter, Operator, Search, Sort
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import ActivityLine, Brief, Cell, DealLine, PersonLine, RecordView, RelatedRecord
from hubspot_skill.service.cells import Labels, local, number, plain
from hubspot_skill.service.columns import money_currency
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.references import name_of
from hubspot_skill.service.requests import BriefRequest
from hubspot_skill.service.together import all_of, both, three
from hubspot_skill.service.update import read_current
from hubspot_skill.service.views import related_of, values_of

__all__ = ["brief"]

T = TypeVar("T")

_FACTS: Mapping[str, tuple[str, ...]] = {
    CONTACTS.name: ("email", "phone", "jobtitle", "lifecyclestage", "hs_lead_status", "hubspot_owner_id"),
    COMPANIES.name: (
        "domain",
        "industry",
        "city",
        "country",
        "numberofemployees",
        "lifecyclestage",
        "hubspot_owner_id",
    ),
    DEALS.name: ("dealstage", "pipeline", "amount", "closedate", "dealtype", "hubspot_owner_id", "hs_next_step"),
}
_DEAL = ("dealname", "dealstage", "amount", "amount_in_home_currency", "deal_currency_code", "closedate", "hubspot_owner_id", "hs_next_step")  # fmt: skip
_PERSON = ("firstname", "lastname", "email", "jobtitle", "phone")
_KINDS: tuple[tuple[ObjectType, str], ...] = (
    (CALLS, "hs_call_title"),
    (MEETINGS, "hs_meeting_title"),
    (EMAILS, "hs_email_subject"),
    (TASKS, "hs_task_subject"),
    (NOTES, "hs_note_body"),
)
_TIMESTAMP = PropertyName("hs_timestamp")
_STAGE = PropertyName("dealstage")
_CLOSE = PropertyName("closedate")
MAX_READ = 100
_MOST_LISTED = 10
_MOST_PAGES = 5
_LATEST = 20
_TITLE = 60
_MIN_TOKENS, _MAX_TOKENS = 100, 4_000
# Measured with o200k on the JSON of the dearest briefs of a generated portal: this is within a twentieth of each.
_CHARACTERS_A_TOKEN = 2.9
_SEPARATORS = 2
_FRAME_TOKENS = 45
_HEADING_TOKENS = 15
_ACTIVITY_TOKENS = 14


@dataclass(frozen=True, slots=True)
class _OpenDeals:
    """Open deals: those that were read, and the exact count and value of all; None where the value cannot be told."""

    records: tuple[Record, ...] = ()
    count: int = 0
    value: Decimal | None = None


async def brief(connection: Connection, request: BriefRequest) -> Brief:
    """Answer what matters about one record.

    Raises:
        InvalidInputError: the record is no contact, company or deal, or its type cannot be told.
        NotFoundError, AmbiguousNameError: its word names none, or several.
    """
    if not _MIN_TOKENS <= request.max_tokens <= _MAX_TOKENS:
        raise InvalidInputError(
            f"max_tokens is {request.max_tokens}: expected {_MIN_TOKENS} to {_MAX_TOKENS}", field="max_tokens"
        )
    scene = await connection.scene()
    type = await scene.references.type_of(request.record, request.type)
    if type.name not in _FACTS:
        raise InvalidInputError(
            f"there is no brief of {type.name}: expected contacts, companies or deals",
            hint="hubspot_get reads any record with its associations.",
            field="type",
        )
    book = await scene.directory.book(type)
    record = await _read(scene, type, request.record)
    labels, (companies, people, people_total), (deals, activities) = await three(
        _labels(scene, type),
        _linked(scene, type, record.id),
        both(
            _if_allowed(scene, "Deals", _open_deals(scene, type, record.id), _OpenDeals()),
            _activities(scene, type, record.id),
        ),
    )
    shown = [p for p in book.having(_FACTS[type.name]) if p.name != "pipeline" or len(labels.pipelines) > 1]
    values = values_of(record, shown, labels)
    currency = scene.account.currency
    if type.name == DEALS.name:
        amount = next((p for p in shown if p.name == "amount"), None)
        currency = money_currency(type, amount, record, scene.account) if amount is not None else currency
    last, following = _around(scene, activities, labels)
    answer = Brief(
        record=RecordView(type.name, record.id, name_of(record), scene.link(type, record.id), values),
        companies=companies,
        people=people,
        people_more=people_total - len(people),
        open_deals=tuple(_deal(scene, r, labels) for r in deals.records[:_MOST_LISTED]),
        open_deals_more=deals.count - len(deals.records[:_MOST_LISTED]),
        open_count=deals.count,
        open_value=None if deals.value is None else number(deals.value),
        currency=currency,
        last_activity=last,
        next_activity=following,
        **scene.provenance(),
    )
    return _within(answer, request.max_tokens)


async def _read(scene: Scene, type: ObjectType, word: str) -> Record:
    book = await scene.directory.book(type)
    known = await scene.references.id_in(type, word)
    facts = book.having([*type.title, *_FACTS[type.name], "email", "domain", "deal_currency_code"])
    if known is None and type.name == CONTACTS.name and "@" in word:
        return await read_current(scene, book, word, [p.name for p in facts])
    id = known or (await scene.references.find(type, word)).id
    return await scene.hubspot.objects.read(type, id, properties=facts)


async def _labels(scene: Scene, type: ObjectType) -> Labels:
    """Give the labels of deals, or those of the record's own type where the token may not read deals."""
    try:
        return await scene.labels(DEALS)
    except MissingScopesError:
        return await scene.labels(type)


async def _if_allowed(scene: Scene, what: str, wait: Coroutine[Any, Any, T], otherwise: T) -> T:
    """Give what a wait gives, or something else with a note where the token may not read it."""
    try:
        return await wait
    except MissingScopesError:
        scene.note(f"{what} are left out: the token may not read them.")
        return otherwise


async def _linked(
    scene: Scene, type: ObjectType, id: RecordId
) -> tuple[tuple[RelatedRecord, ...], tuple[PersonLine, ...], int]:
    """Give the linked companies and people, the first few by name, and the count of the people."""
    companies: tuple[RelatedRecord, ...] = ()
    people: tuple[tuple[PersonLine, ...], int] = ((), 0)
    if type.name == CONTACTS.name:
        companies = await _if_allowed(scene, "Companies", _companies(scene, type, id), companies)
    elif type.name == COMPANIES.name:
        people = await _if_allowed(scene, "People", _people(scene, type, id), people)
    else:
        companies, people = await both(
            _if_allowed(scene, "Companies", _companies(scene, type, id), companies),
            _if_allowed(scene, "People", _people(scene, type, id), people),
        )
    return companies, people[0], people[1]


async def _companies(scene: Scene, type: ObjectType, id: RecordId) -> tuple[RelatedRecord, ...]:
    return (await related_of(scene, type, [id], COMPANIES, most=3))[id].records


async def _people(scene: Scene, type: ObjectType, id: RecordId) -> tuple[tuple[PersonLine, ...], int]:
    page = await scene.hubspot.associations.of(type, id, CONTACTS)
    shown = [link.to_id for link in page.links[:_MOST_LISTED]]
    if not shown:
        return (), 0
    props = (await scene.directory.book(CONTACTS)).having(_PERSON)
    records = await scene.hubspot.objects.read_many(CONTACTS, shown, properties=props)
    return tuple(_person(r) for r in records), len(page.links)


def _person(record: Record) -> PersonLine:
    email, title, phone = (_text(record, n) for n in ("email", "jobtitle", "phone"))
    return PersonLine(record.id, name_of(record), title, email, phone)


def _text(record: Record, name: str, *, most: int = 80) -> str:
    value = record.properties.get(PropertyName(name))
    return "" if value is None else clean(str(value), most=most)


async def _open_deals(scene: Scene, type: ObjectType, id: RecordId) -> _OpenDeals:
    """Read the open deals of a contact or company, those that close first at the front.

    Up to a hundred linked deals are read by id, which is up to date; more are searched, all of them up to 1,000.
    """
    if type.name == DEALS.name:
        return _OpenDeals()
    page = await scene.hubspot.associations.of(type, id, DEALS)
    if len(page.links) > MAX_READ or page.next_after is not None:
        return await _searched_deals(scene, type, id)
    if not page.links:
        return _OpenDeals()
    props = (await scene.directory.book(DEALS)).having(_DEAL)
    records = await scene.hubspot.objects.read_many(DEALS, [link.to_id for link in page.links], properties=props)
    closed = {s.id for p in await scene.directory.pipelines(DEALS) for s in p.stages if s.is_closed}
    found = [r for r in records if r.properties.get(_STAGE) not in closed]
    found.sort(key=lambda r: str(r.properties.get(_CLOSE) or "9999"))
    return _OpenDeals(tuple(found), len(found), _sum(scene, found))


async def _searched_deals(scene: Scene, type: ObjectType, id: RecordId) -> _OpenDeals:
    props = (await scene.directory.book(DEALS)).having(_DEAL)
    group = (_linked_to(type, id), Filter("hs_is_closed", Operator.EQ, ("false",)))
    asked = Search(DEALS, (group,), sort=Sort(_CLOSE), limit=MAX_PAGE)
    page = await scene.hubspot.objects.search(asked, properties=props)
    records = list(page.records)
    while page.next_after is not None and len(records) < _MOST_PAGES * MAX_PAGE:
        page = await scene.hubspot.objects.search(replace(asked, after=page.next_after), properties=props)
        records += page.records
    if len(records) < page.total:
        scene.note(f"{page.total} open deals are too many to add up here; hubspot_search_deals pages through them.")
        return _OpenDeals(tuple(records), page.total)
    return _OpenDeals(tuple(records), page.total, _sum(scene, records))


def _sum(scene: Scene, records: Sequence[Record]) -> Decimal | None:
    """Add up amounts in the account's currency; None, with a note, where one has no rate to it."""
    total = Decimal(0)
    without = 0
    for record in records:
        home = record.properties.get(PropertyName("amount_in_home_currency"))
        amount = record.properties.get(PropertyName("amount"))
        if amount is None:
            without += 1
        elif isinstance(home, Decimal):
            total += home
        elif isinstance(amount, Decimal) and _text(record, "deal_currency_code") in ("", scene.account.currency):
            total += amount
        else:
            scene.note("The open value is left out: a deal in another currency has no amount in the account's own.")
            return None
    if without:
        scene.note(f"{without} of the open deals {'has' if without == 1 else 'have'} no amount.")
    return total if without < len(records) else None


def _deal(scene: Scene, record: Record, labels: Labels) -> DealLine:
    stage, owner = _text(record, "dealstage"), _text(record, "hubspot_owner_id")
    amount = record.properties.get(PropertyName("amount"))
    close = record.properties.get(PropertyName("closedate"))
    closes = local(close, labels.zone, is_day=True) if isinstance(close, datetime) else ""
    return DealLine(
        id=record.id,
        name=name_of(record),
        stage=clean(labels.stages.get(stage, stage), most=40),
        amount=number(amount) if isinstance(amount, Decimal) else None,
        currency=_text(record, "deal_currency_code") or scene.account.currency,
        close=closes,
        owner=clean(labels.owners.get(owner, owner), most=40),
        next_step=_text(record, "hs_next_step"),
        is_overdue=bool(closes) and closes < scene.now.date().isoformat(),
    )


async def _activities(scene: Scene, type: ObjectType, id: RecordId) -> list[tuple[ObjectType, Record]]:
    """Read the newest activities of every kind, the planned ones included, all kinds at once.

    Tasks are read by their links, the others searched: five searches a second are all that HubSpot allows.
    """
    pages = await all_of([_of_kind(scene, kind, title, type, id) for kind, title in _KINDS])
    return [(kind, record) for (kind, _), page in zip(_KINDS, pages, strict=True) for record in page]


async def _of_kind(scene: Scene, kind: ObjectType, title: str, type: ObjectType, id: RecordId) -> tuple[Record, ...]:
    try:
        props = (await scene.directory.book(kind)).having((_TIMESTAMP, title, "hs_task_status", "hs_meeting_outcome"))
        if kind.name == TASKS.name:
            page = await scene.hubspot.associations.of(type, id, kind)
            newest = sorted((link.to_id for link in page.links), key=int)[-MAX_READ:]
            return await scene.hubspot.objects.read_many(kind, newest, properties=props) if newest else ()
        asked = Search(kind, ((_linked_to(type, id),),), sort=Sort(_TIMESTAMP, descending=True), limit=_LATEST)
        return (await scene.hubspot.objects.search(asked, properties=props)).records
    except MissingScopesError:
        scene.note(f"{kind.name.capitalize()} are left out: the token may not read them.")
        return ()


def _linked_to(type: ObjectType, id: RecordId) -> Filter:
    return Filter(f"associations.{type.singular}", Operator.EQ, (id,))


def _around(
    scene: Scene, activities: Sequence[tuple[ObjectType, Record]], labels: Labels
) -> tuple[ActivityLine | None, ActivityLine | None]:
    """Give the newest activity that has happened, and the first that is planned: open tasks, even late, and meetings."""
    dated = [(at, k, r) for k, r in activities if isinstance(at := r.properties.get(_TIMESTAMP), datetime)]
    past = [(at, k, r) for at, k, r in dated if at <= scene.now and not _is_open_task(k, r)]
    ahead = [
        (at, k, r) for at, k, r in dated if _is_open_task(k, r) or (at > scene.now and k.name in ("meetings", "calls"))
    ]
    last = max(past, key=lambda a: a[0], default=None)
    first = min(ahead, key=lambda a: a[0], default=None)
    return (
        _line(*last, labels) if last is not None else None,
        _line(*first, labels) if first is not None else None,
    )


def _is_open_task(kind: ObjectType, record: Record) -> bool:
    return kind.name == TASKS.name and _text(record, "hs_task_status") != "COMPLETED"


def _line(at: datetime, kind: ObjectType, record: Record, labels: Labels) -> ActivityLine:
    title = next((t for k, t in _KINDS if k.name == kind.name), "")
    value = record.properties.get(PropertyName(title))
    words = clean(plain(str(value)), most=_TITLE) if value else ""
    return ActivityLine(kind.singular, local(at, labels.zone), words, record.id)


def _within(answer: Brief, max_tokens: int) -> Brief:
    """Leave out telephone numbers of people, then people, then deals, from the end, until the rest fits the budget."""
    if _cost(answer) > max_tokens:
        answer = replace(answer, people=tuple(replace(p, phone="") for p in answer.people))
    while _cost(answer) > max_tokens:
        if len(answer.people) > 1 or (answer.people and len(answer.open_deals) <= 1):
            answer = replace(answer, people=answer.people[:-1], people_more=answer.people_more + 1)
        elif len(answer.open_deals) > 1:
            answer = replace(answer, open_deals=answer.open_deals[:-1], open_deals_more=answer.open_deals_more + 1)
        else:
            break
    return answer


def _cost(answer: Brief) -> int:
    """Estimate the tokens of an answer as compact JSON, which costs more than its text."""
    lines: list[Sequence[Cell]] = [(answer.record.type, answer.record.id, answer.record.name, answer.record.link)]
    lines += [(v.name, v.value) for v in answer.record.values]
    lines += [(c.id, c.name, *c.labels) for c in answer.companies]
    lines += [(p.id, p.name, p.job_title, p.email, p.phone) for p in answer.people]
    lines += [(d.id, d.name, d.stage, d.amount, d.close, d.owner, d.next_step) for d in answer.open_deals]
    activities = [a for a in (answer.last_activity, answer.next_activity) if a is not None]
    lines += [(a.kind, a.at, a.title) for a in activities]
    lines += [(note,) for note in answer.notes]
    characters = sum(len(str(c)) + _SEPARATORS for line in lines for c in line if c not in (None, ""))
    headings = _HEADING_TOKENS * (bool(answer.people) + bool(answer.open_deals))
    return int(characters / _CHARACTERS_A_TOKEN) + _FRAME_TOKENS + headings + _ACTIVITY_TOKENS * len(activities)

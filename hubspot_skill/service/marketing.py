"""Tell what became of marketing e-mails, and which lists there are and who is in them.

Rates are HubSpot's own, in percent: deliveries and bounces of what was sent, opens, clicks and unsubscribes of what was
delivered. HubSpot counts an e-mail's opens and clicks by when they happened, so a span holds also those of older e-mails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, MissingScopesError, NotFoundError
from hubspot_skill.domain.marketing import EmailFigures, MarketingEmail, RecordList
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.answers import Cell, Column, SearchAnswer, Table
from hubspot_skill.service.cells import CELL_LENGTH, local, number
from hubspot_skill.service.columns import choose
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.cursors import Continuation, Cursor, digest, open_cursor, seal_cursor
from hubspot_skill.service.words.nearest import candidate, fold

__all__ = ["EmailStatisticsRequest", "ListsRequest", "email_statistics", "lists"]

_MOST = 100
_MAX_PAGES = 10
_FIRST_DAY = datetime(2006, 1, 1, tzinfo=UTC)
"""HubSpot has no statistics from before it was founded."""
_COUNTERS = ("sent", "delivered", "open", "click", "bounce", "unsubscribed", "spamreport")
_RATIOS = ("deliveredratio", "openratio", "clickratio", "bounceratio", "unsubscribedratio")
_PERCENT = Decimal("0.01")
Named = TypeVar("Named", MarketingEmail, RecordList)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailStatisticsRequest:
    """What became of marketing e-mails in a period (words; empty: the last 30 days), or of one by id or name."""

    email: str = ""
    period: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsRequest:
    """Lists whose name holds some words, of one object type if given; or the members of one, by id or name."""

    list: str = ""
    name: str = ""
    type: str = ""
    fields: tuple[str, ...] = ()
    limit: int = 20
    cursor: str = ""


async def email_statistics(connection: Connection, request: EmailStatisticsRequest) -> SearchAnswer:
    """Answer a row for each e-mail with figures in the period, most sent first, and a note of all together.

    Raises:
        MissingScopesError: the account has no Marketing Hub, or the token no scope for e-mails.
        NotFoundError, AmbiguousNameError: `email` names none, or several.
    """
    _require_limit(request.limit)
    scene = await connection.scene()
    try:
        return await _statistics(scene, request)
    except MissingScopesError as error:
        raise _unscoped(error, "E-mail statistics need Marketing Hub and the scope marketing.email.read.") from error


async def _statistics(scene: Scene, request: EmailStatisticsRequest) -> SearchAnswer:
    span = scene.words.period("period", request.period or "last 30 days")
    known = await _emails(scene)
    ids = (_one(scene, known, request.email, "marketing e-mail").id,) if request.email else ()
    end = min(span.end or scene.now, scene.now).astimezone(UTC)
    start = (span.start or _FIRST_DAY).astimezone(UTC)
    if start >= end:
        raise InvalidInputError("the period lies in the future: expected one that has begun", field="period")
    found = await scene.hubspot.emails.statistics(start, end, ids=ids)
    if any(id not in {email.id for email in known} for id in found.each):
        known += await _emails(scene, archived=True)
    named = {email.id: email for email in known}
    order = sorted(found.each, key=lambda id: (-found.each[id].counters.get("sent", 0), id))
    rows = tuple(_row(id, named.get(id), found.each[id], scene) for id in order[: request.limit])
    scene.note(
        f"All together: {_told(found.together)}. Rates are in percent, of sent or of delivered as HubSpot counts."
    )
    if len(order) > request.limit:
        scene.note(
            f"{len(order)} e-mails have figures in the period, the {request.limit} with the most sent are shown."
        )
    return SearchAnswer(
        type="marketing e-mails",
        table=Table(_email_columns(), rows),
        returned=len(rows),
        total=len(order),
        next="",
        link="",
        **scene.provenance(),
    )


async def lists(connection: Connection, request: ListsRequest) -> SearchAnswer:
    """Answer a page of lists, or of the records in one.

    Raises:
        MissingScopesError: the token lacks crm.lists.read.
        NotFoundError, AmbiguousNameError: `list` names none, or several.
    """
    _require_limit(request.limit)
    scene = await connection.scene()
    its_digest = digest(replace(request, cursor=""))
    cursor = open_cursor(request.cursor, its_digest) if request.cursor else None
    try:
        if request.list:
            return await _members(scene, request, cursor, its_digest)
        return await _lists(scene, request, cursor, its_digest)
    except MissingScopesError as error:
        raise _unscoped(error, "Lists need the scope crm.lists.read.") from error


async def _lists(scene: Scene, request: ListsRequest, cursor: Cursor | None, its_digest: str) -> SearchAnswer:
    type_id = (await scene.directory.type(request.type)).type_id if request.type else None
    offset = int(cursor.place) if cursor else 0
    page = await scene.hubspot.lists.search(request.name.strip(), type_id=type_id, limit=request.limit, offset=offset)
    seen = (cursor.seen if cursor else 0) + len(page.lists)
    rows: list[tuple[Cell, ...]] = []
    for found in page.lists:
        type = await scene.directory.type(found.type_id)
        updated = local(found.updated_at, scene.account.zone) if found.updated_at else None
        rows.append((found.id, _name(found), type.name, found.processing.lower(), found.size, updated))
    following = page.next_offset
    columns = (
        Column("id", "Id", "record"),
        Column("name", "Name", "text"),
        Column("type", "Records", "text"),
        Column("kind", "Kind", "option"),
        Column("size", "Size", "number"),
        Column("updated", "Updated", "datetime"),
    )
    return SearchAnswer(
        type="lists",
        table=Table(columns, tuple(rows)),
        returned=len(rows),
        total=page.total,
        next="" if following is None else seal_cursor(Cursor(Continuation.OFFSET, str(following), seen), its_digest),
        link="",
        **scene.provenance(),
    )


async def _members(scene: Scene, request: ListsRequest, cursor: Cursor | None, its_digest: str) -> SearchAnswer:
    found = await _list_named(scene, request.list)
    type = await scene.directory.type(found.type_id)
    labels = await scene.labels(type)
    book, pipelines = await scene.directory.book(type), await scene.directory.pipelines(type)
    columns = choose(book, request.fields, pipelines, scene.account)
    page = await scene.hubspot.lists.members(found.id, limit=request.limit, after=cursor.place if cursor else None)
    records = await scene.hubspot.objects.read_many(type, page.ids, properties=columns.requested) if page.ids else ()
    seen = (cursor.seen if cursor else 0) + len(page.ids)
    if len(records) < len(page.ids):
        scene.note(f"{len(page.ids) - len(records)} members could not be read: archived since, or not readable here.")
    return SearchAnswer(
        type=f"{type.name} of the list {_name(found)}",
        table=columns.table(records, labels, scene.account),
        returned=len(records),
        total=page.total if page.total is not None else found.size or seen,
        next=seal_cursor(Cursor(Continuation.OPAQUE, page.next_after, seen), its_digest) if page.next_after else "",
        link=scene.link(type, "{id}"),
        **scene.provenance(),
    )


async def _list_named(scene: Scene, word: str) -> RecordList:
    if word.strip().isdigit():
        return await scene.hubspot.lists.read(word.strip())
    page = await scene.hubspot.lists.search(word.strip(), limit=_MOST)
    return _one(scene, page.lists, word, "list")


async def _emails(scene: Scene, *, archived: bool = False) -> list[MarketingEmail]:
    found: list[MarketingEmail] = []
    after: str | None = None
    for _ in range(_MAX_PAGES):
        page = await scene.hubspot.emails.list(after=after, archived=archived)
        found += page.emails
        after = page.next_after
        if after is None:
            return found
    scene.note(f"Only the names of the first {len(found)} e-mails were read: others are shown by id.")
    return found


def _one(scene: Scene, found: Sequence[Named], word: str, what: str) -> Named:
    """Give the one that a word means: by id, by its whole name, else the only one whose name holds it."""
    wanted = fold(word)
    fits = [one for one in found if one.id == word.strip()] or [one for one in found if fold(one.name) == wanted]
    fits = fits or [one for one in found if wanted in fold(one.name)]
    if len(fits) == 1:
        scene.words.note(what, word, _name(fits[0]), fits[0].id)
        return fits[0]
    if not fits:
        raise NotFoundError(f"no {what} is called {quote(word)}", hint="Leave it out to list them.")
    raise AmbiguousNameError(
        f"{len(fits)} {what}s fit {quote(word)}",
        hint=f"Name the {what} by its id.",
        candidates=[candidate(one.id, _name(one)) for one in fits[:5]],
    )


def _email_columns() -> tuple[Column, ...]:
    counters = tuple(Column(name, name.capitalize(), "number") for name in _COUNTERS)
    ratios = tuple(Column(name, f"{name.removesuffix('ratio').capitalize()} %", "number") for name in _RATIOS)
    return (
        Column("id", "Id", "record"),
        Column("name", "Name", "text"),
        Column("sent_on", "Sent on", "date"),
        *counters,
        *ratios,
    )


def _row(id: str, email: MarketingEmail | None, figures: EmailFigures, scene: Scene) -> tuple[Cell, ...]:
    sent_on = email.published_at if email is not None else None
    return (
        id,
        _name(email) if email is not None else None,
        local(sent_on, scene.account.zone, is_day=True) if sent_on is not None else None,
        *(figures.counters.get(name, 0) for name in _COUNTERS),
        *(_percent(figures.ratios, name) for name in _RATIOS),
    )


def _percent(ratios: Mapping[str, Decimal], name: str) -> Cell:
    return number(ratios[name].quantize(_PERCENT)) if name in ratios else None


def _told(figures: EmailFigures) -> str:
    counters = [f"{name} {figures.counters.get(name, 0)}" for name in _COUNTERS]
    ratios = [f"{name} {_percent(figures.ratios, name)}" for name in _RATIOS if name in figures.ratios]
    return ", ".join([*counters, *ratios])


def _name(found: MarketingEmail | RecordList) -> str:
    return clean(found.name or found.id, most=CELL_LENGTH)


def _require_limit(limit: int) -> None:
    if not 1 <= limit <= _MOST:
        raise InvalidInputError(f"the limit is {limit}: expected 1 to {_MOST}", field="limit")


def _unscoped(error: MissingScopesError, hint: str) -> MissingScopesError:
    return MissingScopesError(error.message, hint=hint, scopes=error.scopes, correlation_id=error.correlation_id)

"""Find records of one type: one request to HubSpot where nothing has to be looked up first.

The total is exact. HubSpot pages by offset and only through the first 10,000; in the order of ids the next page starts
after the last id instead, and so has no end. `sort` "id" or "-id" asks for that; in any other order a page beyond 10,000
is refused with what to do.
"""

from __future__ import annotations

from dataclasses import replace

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import SearchPage
from hubspot_skill.domain.search import MAX_OFFSET, Filter, Operator, Search, Sort
from hubspot_skill.service.answers import SearchAnswer, Table
from hubspot_skill.service.columns import choose
from hubspot_skill.service.conditions import Conditions, groups_of
from hubspot_skill.service.connection import Connection
from hubspot_skill.service.cursors import Continuation, Cursor, digest, open_cursor, seal_cursor
from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.service.words.properties import NAME, PropertyBook

__all__ = ["MAX_LIMIT", "search"]

MAX_LIMIT = 100
MAX_TEXT = 1_000
_ID = PropertyName("hs_object_id")


async def search(connection: Connection, request: SearchRequest) -> SearchAnswer:
    """Answer one page of a search.

    Raises:
        InvalidInputError: a value, the limit or the cursor has the wrong form, or the page is beyond 10,000.
        UnknownNameError, AmbiguousNameError: a word of the request names nothing, or several things.
    """
    _check(request)
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    labels = await scene.labels(type)
    book, pipelines = await scene.directory.book(type), await scene.directory.pipelines(type)
    columns = choose(book, request.fields, pipelines, scene.account)
    its_digest = digest(replace(request, cursor=""))
    begin = open_cursor(request.cursor, its_digest) if request.cursor else Cursor(Continuation.OFFSET, "0", 0)
    clauses = await Conditions(scene, book).clauses(request.filters, request.where)
    asked = Search(type, groups_of(clauses), request.text.strip(), _sort(book, request.sort), request.limit)
    link = scene.link(type, "{id}")
    if request.count_only:
        total = await scene.hubspot.objects.count(asked)
        nothing = Table((), ())
        return SearchAnswer(
            type=type.name, table=nothing, returned=0, total=total, next="", link=link, **scene.provenance()
        )
    page = await scene.hubspot.objects.search(_continued(asked, begin), properties=columns.requested)
    total = page.total + (begin.seen if begin.by is Continuation.AFTER_ID else 0)
    following = _next(asked, begin, page, total)
    return SearchAnswer(
        type=type.name,
        table=columns.table(page.records, labels, scene.account),
        returned=len(page.records),
        total=total,
        next=seal_cursor(following, its_digest) if following is not None else "",
        link=link,
        **scene.provenance(),
    )


def _check(request: SearchRequest) -> None:
    if not 1 <= request.limit <= MAX_LIMIT:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {MAX_LIMIT}", field="limit")
    if len(request.text) > MAX_TEXT:
        raise InvalidInputError(
            f"the text has {len(request.text)} characters: expected at most {MAX_TEXT}", field="text"
        )


def _sort(book: PropertyBook, word: str) -> Sort:
    word = word.strip()
    descending = word.startswith("-")
    name = word.lstrip("+-").strip()
    if not name:
        return Sort(book.type.created if book.get(book.type.created) else _ID, descending=True)
    found = book.column(name)
    return Sort(PropertyName("lastname") if found is NAME else found.name, descending)


def _continued(asked: Search, begin: Cursor) -> Search:
    """Give the search of the page that begins at a cursor."""
    if begin.by is Continuation.AFTER_ID:
        operator = Operator.LT if asked.sort is not None and asked.sort.descending else Operator.GT
        return asked.matching(Filter(_ID, operator, (begin.place,)))
    offset = int(begin.place)
    if offset >= MAX_OFFSET:
        raise InvalidInputError(
            f"HubSpot answers the first {MAX_OFFSET} records of a search in this order, and all of them were given",
            hint='Sort by "id" to page through all, narrow the filters, or ask for the count only.',
            field="cursor",
        )
    return replace(asked, after=str(offset) if offset else None, limit=min(asked.limit, MAX_OFFSET - offset))


def _next(asked: Search, begin: Cursor, page: SearchPage, total: int) -> Cursor | None:
    seen = begin.seen + len(page.records)
    if not page.records or seen >= total:
        return None
    if asked.sort is not None and asked.sort.property == _ID:
        return Cursor(Continuation.AFTER_ID, page.records[-1].id, seen)
    return Cursor(Continuation.OFFSET, str(int(begin.place) + len(page.records)), seen)

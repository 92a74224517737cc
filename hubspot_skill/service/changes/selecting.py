"""The records that a selection means: every match of a search, up to 10,000, in the order of ids.

Pages go by id, so that records which change meanwhile are neither skipped nor repeated; where the search leaves no room for
one more filter they go by offset. Costs 1 request per 200 records. HubSpot's search lags behind writes by seconds; what
each record holds is read by id afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubspot_skill.changes.operations import MAX_RECORDS
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.search import MAX_FILTERS, MAX_FILTERS_PER_GROUP, MAX_PAGE, Filter, Operator, Search, Sort
from hubspot_skill.service.changes.requests import Selection
from hubspot_skill.service.conditions import Conditions, groups_of
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["selected"]

_ID = PropertyName("hs_object_id")
_MAX_TEXT = 1_000


async def selected(scene: Scene, book: PropertyBook, selection: Selection) -> Sequence[Record]:
    """Give the records that a selection finds, with what they are called.

    Raises:
        InvalidInputError: nothing narrows the selection, or it finds more than 10,000.
        UnknownNameError, AmbiguousNameError: a word of it names nothing, or several things.
    """
    text = selection.text.strip()
    if len(text) > _MAX_TEXT:
        raise InvalidInputError(f"the text has {len(text)} characters: expected at most {_MAX_TEXT}", field="text")
    clauses = await Conditions(scene, book).clauses(selection.filters, selection.where)
    if not clauses and not text:
        raise InvalidInputError(
            f"nothing says which {book.type.name} are meant",
            hint="Give filters, `where` or text, as for a search; to mean all, say so by a condition that all meet.",
            field="filters",
        )
    first = Search(book.type, groups_of(clauses), text, Sort(_ID), MAX_PAGE)
    properties = book.having(list(book.type.title))
    page = await scene.hubspot.objects.search(first, properties=properties)
    if page.total > MAX_RECORDS:
        raise InvalidInputError(
            f"{page.total} {book.type.name} match: one plan changes at most {MAX_RECORDS}",
            hint="Narrow the filters and plan in parts.",
            field="filters",
        )
    found = {record.id: record for record in page.records}
    by_id = _has_room(first)
    while page.next_after is not None and page.records:
        last = page.records[-1].id
        following = (
            first.matching(Filter(_ID, Operator.GT, (last,))) if by_id else replace(first, after=page.next_after)
        )
        page = await scene.hubspot.objects.search(following, properties=properties)
        found |= {record.id: record for record in page.records}
    return list(found.values())


def _has_room(search: Search) -> bool:
    groups = search.groups or ((),)
    filters = sum(len(group) for group in groups)
    return max(len(group) for group in groups) < MAX_FILTERS_PER_GROUP and filters + max(len(groups), 1) <= MAX_FILTERS

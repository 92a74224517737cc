"""Spells a search as HubSpot's search body; a misspelt key there would be ignored and everything come back."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.search import Filter, Operator, Search

__all__ = ["MAX_BODY", "search_body"]

# "The maximum number of characters of the body is 3,000" (search the CRM, read 2026-11-23).
MAX_BODY = 3_000


def search_body(search: Search, properties: Sequence[PropertyName], *, limit: int) -> bytes:
    """Give the body of one search request.

    Raises:
        InvalidInputError: it is longer than HubSpot takes.
    """
    body: dict[str, object] = {"limit": limit, "properties": list(properties)}
    if search.groups:
        body["filterGroups"] = [{"filters": [_filter(item) for item in group]} for group in search.groups if group]
    if search.text:
        body["query"] = search.text
    if search.sort is not None:
        direction = "DESCENDING" if search.sort.descending else "ASCENDING"
        body["sorts"] = [{"propertyName": search.sort.property, "direction": direction}]
    if search.after is not None:
        body["after"] = search.after
    encoded = to_json(body)
    if len(encoded) > MAX_BODY:
        raise InvalidInputError(
            f"the search is {len(encoded)} characters long: HubSpot takes at most {MAX_BODY}",
            hint="Use fewer conditions or values, or split the search in two.",
        )
    return encoded


def _filter(item: Filter) -> dict[str, object]:
    spelt: dict[str, object] = {"propertyName": item.property, "operator": item.operator.value}
    match item.operator:
        case Operator.HAS_PROPERTY | Operator.NOT_HAS_PROPERTY:
            pass
        case Operator.IN | Operator.NOT_IN:
            spelt["values"] = list(item.values)
        case Operator.BETWEEN:
            spelt["value"], spelt["highValue"] = item.values
        case _:
            spelt["value"] = item.values[0]
    return spelt

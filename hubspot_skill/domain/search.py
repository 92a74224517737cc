"""A search that HubSpot can answer, checked against its limits before it is sent.

Limits: at most 5 groups, 6 filters a group, 18 filters together, 1 sort, 200 records a page, 10,000 records by
offset, 3,000 characters of body (developers.hubspot.com, search the CRM, read 2026-11-23).
Groups are joined by OR, the filters of a group by AND.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, PropertyName

__all__ = [
    "MAX_FILTERS",
    "MAX_FILTERS_PER_GROUP",
    "MAX_GROUPS",
    "MAX_OFFSET",
    "MAX_PAGE",
    "Filter",
    "Operator",
    "Search",
    "Sort",
]

MAX_GROUPS = 5
MAX_FILTERS_PER_GROUP = 6
MAX_FILTERS = 18
MAX_PAGE = 200
MAX_OFFSET = 10_000


class Operator(StrEnum):
    """HubSpot's search operators."""

    EQ = "EQ"
    NEQ = "NEQ"
    LT = "LT"
    LTE = "LTE"
    GT = "GT"
    GTE = "GTE"
    BETWEEN = "BETWEEN"
    IN = "IN"
    NOT_IN = "NOT_IN"
    HAS_PROPERTY = "HAS_PROPERTY"
    NOT_HAS_PROPERTY = "NOT_HAS_PROPERTY"
    CONTAINS_TOKEN = "CONTAINS_TOKEN"  # noqa: S105 - HubSpot's word
    NOT_CONTAINS_TOKEN = "NOT_CONTAINS_TOKEN"  # noqa: S105 - HubSpot's word


_NO_VALUE = {Operator.HAS_PROPERTY, Operator.NOT_HAS_PROPERTY}
_MANY = {Operator.IN, Operator.NOT_IN}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `property` is a property's name or `associations.<type>`; values are text as HubSpot stores it.

    BETWEEN takes two values (both ends included), IN and NOT_IN one or more, HAS_PROPERTY and NOT_HAS_PROPERTY none,
    the others exactly one.
    """

    property: str
    operator: Operator
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found = len(self.values)
        if self.operator in _NO_VALUE:
            fits, expected = found == 0, "no value"
        elif self.operator in _MANY:
            fits, expected = found >= 1, "at least one value"
        elif self.operator is Operator.BETWEEN:
            fits, expected = found == 2, "two values"
        else:
            fits, expected = found == 1, "one value"
        if not fits:
            raise InvalidInputError(
                f"the condition {self.operator} on {self.property} has {found} values: expected {expected}",
                field=self.property,
            )


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a search's answer."""

    property: PropertyName
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """One search of one object type: any of `groups`, each all of its filters, and `text` in the default fields.

    `limit` 1 to 200; `after` is the offset that an earlier page answered.
    """

    type: ObjectType
    groups: tuple[tuple[Filter, ...], ...] = ()
    text: str = ""
    sort: Sort | None = None
    limit: int = MAX_PAGE
    after: str | None = None

    def __post_init__(self) -> None:
        filters = sum(len(group) for group in self.groups)
        widest = max((len(group) for group in self.groups), default=0)
        for what, found, most in (
            ("groups of conditions", len(self.groups), MAX_GROUPS),
            ("conditions in one group", widest, MAX_FILTERS_PER_GROUP),
            ("conditions", filters, MAX_FILTERS),
            ("records a page", self.limit, MAX_PAGE),
        ):
            if found > most:
                raise InvalidInputError(
                    f"the search has {found} {what}: HubSpot takes at most {most}",
                    hint="Narrow the search, or split it in two.",
                )
        if self.limit < 1:
            raise InvalidInputError(f"the search asks for {self.limit} records: expected 1 to {MAX_PAGE}")

    def matching(self, *filters: Filter) -> Search:
        """Give the same search with filters that every group must meet as well."""
        groups = self.groups or ((),)
        return replace(self, groups=tuple((*group, *filters) for group in groups))

"""A table's question as its address says it, and the addresses one step away from it.

`?q=acme&f=lifecyclestage:eq:lead&f=amount:gte:10000&sort=-amount,dealname&cols=…&size=50&after=…`: `f` repeats and all
must hold. `after` is the service's cursor, `trail` the cursors of the pages before it, so that Previous works. Whatever
does not fit the grammar is told as an error of the address, never silently left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.text import quote
from hubspot_skill.service.requests import Compare, Condition

__all__ = ["SIZES", "WORDS", "ListState", "Wanted", "conditions"]

SIZES = (25, 50, 100)
MOST_FILTERS = 12
MOST_SORTS = 4
_TRAIL = 30
_MANY = {Compare.IN, Compare.NOT_IN, Compare.BETWEEN}
_NONE = {Compare.HAS_VALUE, Compare.NO_VALUE}
WORDS = {
    Compare.EQ: "is",
    Compare.NEQ: "is not",
    Compare.CONTAINS: "has the word",
    Compare.NOT_CONTAINS: "has not the word",
    Compare.GT: "more than",
    Compare.GTE: "at least",
    Compare.LT: "less than",
    Compare.LTE: "at most",
    Compare.BETWEEN: "between",
    Compare.IN: "is one of",
    Compare.NOT_IN: "is none of",
    Compare.HAS_VALUE: "is filled",
    Compare.NO_VALUE: "is empty",
}
"""Each comparison as a chip says it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One filter of the address: a property, a comparison, and the value as text (several parted by `|`)."""

    name: str
    compare: Compare
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Wanted:
        """Read one `f` of an address."""
        name, _, rest = text.partition(":")
        word, _, value = rest.partition(":")
        try:
            compare = Compare("eq" if word == "is" else word)
        except ValueError:
            raise InvalidInputError(
                f"the filter {quote(text)} compares by {quote(word)}: expected one of {', '.join(Compare)}",
                hint="A filter is property:comparison:value, such as lifecyclestage:eq:lead.",
                field="f",
            ) from None
        if not name or (compare not in _NONE and not value.strip()):
            raise InvalidInputError(f"the filter {quote(text)} has no value", hint="Give one, or is empty.", field="f")
        return cls(name.strip(), compare, value.strip())

    def __str__(self) -> str:
        return f"{self.name}:{self.compare.value}:{self.value}"

    @property
    def values(self) -> tuple[str, ...]:
        """The value's parts."""
        return tuple(part.strip() for part in self.value.split("|") if part.strip())

    def condition(self) -> Condition:
        """Give the filter as the service takes it."""
        if self.compare in _NONE:
            return Condition(self.name, self.compare)
        return Condition(self.name, self.compare, self.values if self.compare in _MANY else self.value)


@dataclass(frozen=True, slots=True)
class ListState:
    """The question of one table; `path` is its address without the query."""

    path: str
    text: str = ""
    wanted: tuple[Wanted, ...] = ()
    sorts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    size: int = 50
    after: str = ""
    trail: tuple[str, ...] = ()
    pipeline: str = ""

    @classmethod
    def read(cls, path: str, query: QueryParams) -> ListState:
        """Read an address.

        Raises:
            InvalidInputError: a part of it does not fit the grammar.
        """
        size = query.get("size", "50")
        if not size.isdigit() or int(size) not in SIZES:
            raise InvalidInputError(f"the page size is {quote(size)}: expected 25, 50 or 100", field="size")
        filters = query.getlist("f")
        sorts = tuple(word.strip() for word in query.get("sort", "").split(",") if word.strip("- "))
        for what, field, found, most in (
            ("filters", "f", len(filters), MOST_FILTERS),
            ("sort levels", "sort", len(sorts), MOST_SORTS),
        ):
            if found > most:
                raise InvalidInputError(f"there are {found} {what}: expected at most {most}", field=field)
        return cls(
            path,
            text=query.get("q", "").strip(),
            wanted=tuple(Wanted.read(text) for text in filters),
            sorts=sorts,
            columns=tuple(word.strip() for word in query.get("cols", "").split(",") if word.strip()),
            size=int(size),
            after=query.get("after", ""),
            trail=tuple(word for word in query.get("trail", "").split("~") if word),
            pipeline=query.get("pipeline", ""),
        )

    def pairs(self, *, with_place: bool = False) -> list[tuple[str, str]]:
        """Give the address's fields; the place within the pages only where it is asked for."""
        pairs = [("q", self.text), *(("f", str(one)) for one in self.wanted), ("sort", ",".join(self.sorts))]
        pairs += [("cols", ",".join(self.columns)), ("size", "" if self.size == 50 else str(self.size))]
        pairs += [("pipeline", self.pipeline)]
        if with_place:
            pairs += [("after", self.after), ("trail", "~".join(self.trail))]
        return [(name, value) for name, value in pairs if value]

    def url(self, path: str = "", *, with_place: bool = False) -> str:
        """Give the address, or that of another page with the same question."""
        query = urlencode(self.pairs(with_place=with_place))
        return f"{path or self.path}{'?' if query else ''}{query}"

    def without(self, one: Wanted) -> ListState:
        """Give the question without one filter, on its first page."""
        return replace(self, wanted=tuple(w for w in self.wanted if w != one), after="", trail=())

    def having(self, one: Wanted) -> ListState:
        """Give the question with one more filter, on its first page."""
        return replace(self, wanted=(*(w for w in self.wanted if w != one), one), after="", trail=())

    def bare(self) -> ListState:
        """Give the question without text and filters."""
        return replace(self, text="", wanted=(), after="", trail=())

    def sized(self, size: int) -> ListState:
        """Give the question with pages of another size, on its first page."""
        return replace(self, size=size, after="", trail=())

    def columned(self, columns: tuple[str, ...]) -> ListState:
        """Give the question with other columns."""
        return replace(self, columns=columns)

    def sorted_by(self, column: str, *, first: str) -> ListState:
        """Give the question with a column's next order: ascending, descending, none. `first` is what it does now."""
        following = {"": (column,), column: (f"-{column}",), f"-{column}": ()}[first]
        return replace(self, sorts=following, after="", trail=())

    def also_by(self, column: str) -> ListState:
        """Give the question with one more level of order."""
        others = tuple(s for s in self.sorts if s.lstrip("-") != column)
        return replace(self, sorts=(*others, column), after="", trail=())

    def next_page(self, cursor: str) -> ListState:
        """Give the page after this one."""
        return replace(self, after=cursor, trail=(*self.trail, self.after or "-")[-_TRAIL:])

    def page_before(self) -> ListState:
        """Give the page before this one, the first where it is not known."""
        before = self.trail[-1] if self.trail else "-"
        return replace(self, after="" if before == "-" else before, trail=self.trail[:-1])


def conditions(wanted: Sequence[Wanted]) -> tuple[Condition, ...]:
    """Give filters as the service takes them."""
    return tuple(one.condition() for one in wanted)

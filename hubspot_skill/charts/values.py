"""What a chart says, without how it looks: frozen values, checked when made.

Shapes: bars and funnels hold labelled numbers; columns, stacks and lines hold series over the same buckets of time, all as
long as the buckets; a heat table holds a row of cells for each of its rows. None is "not known" and is drawn as a gap or
"–", never as zero. A share is a ratio (0.42), shown as 42%. Labels may be text from a CRM: they are cleaned when drawn.
A link is an address of our own pages (`/…`) or `https://…`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Unit
from hubspot_skill.domain.text import quote

__all__ = [
    "MAX_BARS",
    "MAX_BUCKETS",
    "MAX_CELLS_A_SIDE",
    "MAX_LINES",
    "MAX_STACK",
    "MAX_STEPS",
    "Bar",
    "Bars",
    "Chart",
    "Columns",
    "Figure",
    "Funnel",
    "Heat",
    "Lines",
    "Mark",
    "Measure",
    "Number",
    "OverTime",
    "Series",
    "Stacked",
    "Step",
]

Number = int | float | Decimal

MAX_BARS, MAX_BUCKETS, MAX_LINES, MAX_STACK, MAX_STEPS, MAX_CELLS_A_SIDE = 13, 400, 4, 7, 12, 13
"""The most that is still read at a glance; 12 bars, 6 in a stack and 12 of a table leave one place for "other"."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What all numbers of a chart measure; `currency` is the ISO code of money."""

    unit: Unit = Unit.COUNT
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value and where its records are shown."""

    value: Number | None
    link: str = ""

    def __post_init__(self) -> None:
        _require_link(self.link)


@dataclass(frozen=True, slots=True)
class Bar:
    """One labelled value; `is_other` gathers what had no place of its own."""

    label: str
    value: Number | None
    link: str = ""
    is_other: bool = False

    def __post_init__(self) -> None:
        _require_link(self.link)


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars, in the order given."""

    heading: str
    measure: Measure
    bars: tuple[Bar, ...]
    note: str = ""

    def __post_init__(self) -> None:
        _require_count("bars", len(self.bars), MAX_BARS)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values over the buckets; a chart with one series needs no name for it."""

    name: str
    marks: tuple[Mark, ...]
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class OverTime:
    """Series over buckets of time, oldest first; `is_partial` says that the last bucket is still running."""

    heading: str
    measure: Measure
    buckets: tuple[str, ...]
    series: tuple[Series, ...]
    is_partial: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        _require_count("buckets", len(self.buckets), MAX_BUCKETS)
        _require_count("series", len(self.series), self.most_series)
        for one in self.series:
            if len(one.marks) != len(self.buckets):
                raise InvalidInputError(
                    f"the series {quote(one.name)} has {len(one.marks)} values: expected {len(self.buckets)}"
                )

    @property
    def most_series(self) -> int:
        """How many series can still be told apart."""
        return MAX_LINES


@dataclass(frozen=True, slots=True)
class Columns(OverTime):
    """One column for each bucket."""

    @property
    def most_series(self) -> int:
        """Columns stand alone; several series are stacked or drawn as lines."""
        return 1


@dataclass(frozen=True, slots=True)
class Stacked(OverTime):
    """Columns made of one part for each series, the first at the bottom. Parts are never negative."""

    def __post_init__(self) -> None:
        OverTime.__post_init__(self)
        if any(m.value is not None and m.value < 0 for s in self.series for m in s.marks):
            raise InvalidInputError("a stack holds a negative value: expected lines for values below zero")

    @property
    def most_series(self) -> int:
        """Six and "other"."""
        return MAX_STACK


@dataclass(frozen=True, slots=True)
class Lines(OverTime):
    """One line for each series."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel: how many reached it, the share of the step before that did, and the days spent in it."""

    label: str
    value: Number | None
    conversion: Number | None = None
    days: Number | None = None
    link: str = ""

    def __post_init__(self) -> None:
        _require_link(self.link)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in their order; the first has no conversion."""

    heading: str
    measure: Measure
    steps: tuple[Step, ...]
    note: str = ""

    def __post_init__(self) -> None:
        _require_count("steps", len(self.steps), MAX_STEPS)


@dataclass(frozen=True, slots=True)
class Heat:
    """A table of values, darker where larger."""

    heading: str
    measure: Measure
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Mark, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        _require_count("rows", len(self.rows), MAX_CELLS_A_SIDE)
        _require_count("columns", len(self.columns), MAX_CELLS_A_SIDE)
        if len(self.cells) != len(self.rows) or any(len(row) != len(self.columns) for row in self.cells):
            raise InvalidInputError(
                f"the cells are not {len(self.rows)} rows of {len(self.columns)}: expected one for each row and column"
            )


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, with the change since `earlier` where there is one, and its course where known.

    `pct` is a ratio, None where it is not defined. `earlier_label` names the earlier period in words. `is_good_up` tells
    which direction is good news, None for neither.
    """

    heading: str
    measure: Measure
    value: Number | None
    earlier: Number | None = None
    pct: Number | None = None
    earlier_label: str = ""
    trend: tuple[Number | None, ...] = ()
    is_good_up: bool | None = True
    note: str = ""


Chart = Bars | Columns | Stacked | Lines | Funnel | Heat | Figure


def labels_of(chart: Chart) -> Sequence[str]:
    """Give every text of a chart that is drawn."""
    match chart:
        case Bars():
            return [chart.heading, chart.note, *(b.label for b in chart.bars)]
        case Funnel():
            return [chart.heading, chart.note, *(s.label for s in chart.steps)]
        case Heat():
            return [chart.heading, chart.note, *chart.rows, *chart.columns]
        case Figure():
            return [chart.heading, chart.note, chart.earlier_label]
        case _:
            return [chart.heading, chart.note, *chart.buckets, *(s.name for s in chart.series)]


def _require_count(what: str, found: int, most: int) -> None:
    if not 1 <= found <= most:
        raise InvalidInputError(
            f"a chart has {found} {what}: expected 1 to {most}",
            hint="Gather the smaller ones as other, or use a table.",
        )


def _require_link(link: str) -> None:
    if link and not (link.startswith("https://") or (link.startswith("/") and not link.startswith(("//", "/\\")))):
        raise InvalidInputError(f"a mark links to {quote(link)}: expected a path of this server or https://")

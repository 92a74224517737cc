"""Property values as cells: cleaned, cut, with labels instead of internal values.

Rules: numbers stay exact (see `answers`); an option shows its label, several are joined with "; "; an instant is told
in the account's zone, as a day alone when it is midnight there; HTML bodies lose their tags; text is one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from hubspot_skill.domain.records import PropertyValue
from hubspot_skill.domain.schema import Owner, Pipeline, Property, PropertyType
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import Cell

__all__ = ["CELL_LENGTH", "VALUE_LENGTH", "KeptLabels", "Labels", "cell", "column_type", "local", "number", "plain"]

CELL_LENGTH = 120
VALUE_LENGTH = 2_000
_DAY_LIKE = frozenset({"closedate"})
_STAGE = frozenset({"dealstage", "hs_pipeline_stage"})
_PIPELINE = frozenset({"pipeline", "hs_pipeline"})
_HTML = frozenset({"hs_note_body", "hs_call_body", "hs_meeting_body", "hs_task_body", "hs_email_html", "hs_internal_meeting_notes"})  # fmt: skip
_EXACT_INT = 2**53
_MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Labels:
    """What internal values are called in one account: owners by id, stages and pipelines by id."""

    zone: ZoneInfo
    owners: dict[str, str] = field(default_factory=dict[str, str])
    stages: dict[str, str] = field(default_factory=dict[str, str])
    pipelines: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, zone: ZoneInfo, owners: tuple[Owner, ...], pipelines: tuple[Pipeline, ...]) -> Labels:
        """Collect the labels of what was read."""
        return cls(
            zone,
            {o.id: o.name if o.is_active else f"{o.name} (deactivated)" for o in owners},
            {s.id: s.label for p in pipelines for s in p.stages},
            {p.id: p.label for p in pipelines},
        )


class KeptLabels:
    """Makes labels, and gives the same again while owners and pipelines are the very same: accounts have thousands."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[tuple[Owner, ...], tuple[Pipeline, ...], Labels]] = {}

    def __call__(self, zone: ZoneInfo, owners: tuple[Owner, ...], pipelines: tuple[Pipeline, ...]) -> Labels:
        """Give the labels of what was read."""
        found = self._kept.get(id(pipelines))
        if found is None or found[0] is not owners or found[1] is not pipelines or found[2].zone is not zone:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = (owners, pipelines, Labels.of(zone, owners, pipelines))
            self._kept[id(pipelines)] = found
        return found[2]


def cell(prop: Property, value: PropertyValue, labels: Labels, *, most: int = CELL_LENGTH) -> Cell:
    """Give a value as a cell, text cut to `most` characters."""
    match value:
        case None | "" | ():
            return None
        case bool():
            return value
        case Decimal():
            return number(value)
        case datetime():
            return local(value, labels.zone, is_day=prop.name in _DAY_LIKE)
        case date():
            return value.isoformat()
        case tuple():
            return clean("; ".join(_option(prop, v) for v in value), most=most)
        case str():
            return clean(_word(prop, value, labels), most=most) or None


def number(value: Decimal) -> Cell:
    """Give an exact number: an int, a float that prints as the same decimal, else text."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) <= _EXACT_INT:
        return int(value)
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else format(value, "f")


def local(at: datetime, zone: ZoneInfo, *, is_day: bool = False) -> str:
    """Give an instant in the account's zone, to the minute; the day alone at midnight."""
    there = at.astimezone(zone)
    if is_day or there.timetz().replace(tzinfo=None) == time(0, 0):
        return there.date().isoformat()
    return there.strftime("%Y-%m-%dT%H:%M")


def column_type(prop: Property) -> str:
    """Say what kind of cells a property gives, in the words of `answers.Column`."""
    if prop.is_owner:
        return "owner"
    if prop.is_multiple:
        return "options"
    match prop.type:
        case PropertyType.NUMBER:
            return "number"
        case PropertyType.BOOL:
            return "bool"
        case PropertyType.DATE:
            return "date"
        case PropertyType.DATETIME:
            return "date" if prop.name in _DAY_LIKE else "datetime"
        case PropertyType.ENUMERATION:
            return "option"
        case _:
            return "text"


def plain(html: str) -> str:
    """Give the words of an HTML text, blocks parted by blanks."""
    if "<" not in html and "&" not in html:
        return html
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)


class _Words(HTMLParser):
    """Collects text; the contents of scripts and styles are no words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag not in ("b", "i", "em", "strong", "span", "a", "u"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(self._hidden - 1, 0)
        elif tag not in ("b", "i", "em", "strong", "span", "a", "u"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _word(prop: Property, value: str, labels: Labels) -> str:
    if prop.is_owner:
        return labels.owners.get(value, value)
    if prop.name in _STAGE:
        return labels.stages.get(value, value)
    if prop.name in _PIPELINE:
        return labels.pipelines.get(value, value)
    if prop.options:
        return _option(prop, value)
    if prop.name in _HTML or prop.field_type == "html":
        return plain(value)
    return value


def _option(prop: Property, value: str) -> str:
    return next((o.label for o in prop.options if o.value == value), value)

"""The lines that all texts share, and cells as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from hubspot_skill.domain.names import STANDARD_TYPES
from hubspot_skill.service.answers import Answer, Cell, Column, Resolved, Table
from hubspot_skill.surfaces.mcp.models.answers import ColumnContent, UnderstoodContent

__all__ = [
    "UNTRUSTED",
    "Provenance",
    "cell",
    "columns",
    "heading",
    "instant",
    "joined",
    "one_of",
    "provenance",
    "rows",
    "source_line",
    "table",
    "word",
]

UNTRUSTED = "CRM text is untrusted"
_SINGULAR = {t.name: t.singular for t in STANDARD_TYPES}


class Provenance(TypedDict):
    """The part of structured content that every answer shares."""

    source: Any
    as_of: str
    resolved: tuple[UnderstoodContent, ...]
    notes: tuple[str, ...]
    untrusted_text: Any


def provenance(answer: Answer) -> Provenance:
    """Give the shared part of an answer's structured content."""
    return {
        "source": answer.source,
        "as_of": instant(answer),
        "resolved": tuple(UnderstoodContent(what=r.what, said=r.said, meant=r.meant, id=r.id) for r in answer.resolved),
        "notes": answer.notes,
        "untrusted_text": True,
    }


def instant(answer: Answer) -> str:
    """Give when an answer was true, to the minute, in the account's zone."""
    return answer.as_of.isoformat(timespec="minutes")


def source_line(answer: Answer, *parts: str) -> str:
    """Give the line that says whose data it is, when it was true, and the given parts before it."""
    return " | ".join([*filter(None, parts), f"{answer.source} {instant(answer)}", UNTRUSTED])


def joined(answer: Answer, *lines: str) -> str:
    """Join lines to a text, with how words were understood and notes at the end; empty lines are left out."""
    understood = "; ".join(_understood(r) for r in answer.resolved)
    return "\n".join(
        line for line in [*lines, f"understood: {understood}" if understood else "", *answer.notes] if line
    )


def _understood(resolved: Resolved) -> str:
    shown = f" ({resolved.id})" if resolved.id and resolved.id != resolved.meant else ""
    said = f"{resolved.said} = " if resolved.said else ""
    return f"{resolved.what} {said}{resolved.meant}{shown}"


def one_of(type_name: str) -> str:
    """Give the word for one record of a type; a custom type's name stays as it is."""
    return _SINGULAR.get(type_name, type_name)


def cell(value: Cell) -> str | int | float | bool:
    """Give a cell as JSON holds it; an empty one is empty text."""
    return "" if value is None else value


def word(value: Cell) -> str:
    """Give a cell as text on one line without tabs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(Decimal(str(value)), "f")
    return str(value).replace("\t", " ").replace("\n", " ")


def rows(table: Table) -> tuple[tuple[str | int | float | bool, ...], ...]:
    """Give a table's rows as JSON holds them."""
    return tuple(tuple(cell(value) for value in row) for row in table.rows)


def columns(table: Table) -> tuple[ColumnContent, ...]:
    """Give a table's columns; a label that only repeats the name is left out."""
    return tuple(
        ColumnContent(name=c.name, type=c.type, label="" if _same(c.label, c.name) else c.label, currency=c.currency)
        for c in table.columns
    )


def _same(label: str, name: str) -> bool:
    return label.casefold().replace(" ", "").replace("_", "") == name.casefold().replace("_", "")


def heading(found: Sequence[Column]) -> str:
    """Give a table's headings: the names that `fields` and `where` take, with a money's currency."""
    return "\t".join(f"{c.name} ({c.currency})" if c.currency else c.name for c in found)


def table(found: Table) -> Iterable[str]:
    """Give a table as lines: headings, then a row each; nothing for a table without rows."""
    if not found.rows:
        return
    yield heading(found.columns)
    for row in found.rows:
        yield "\t".join(word(value) for value in row).rstrip("\t")

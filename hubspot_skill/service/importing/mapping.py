"""Says which property each column of a file is, by its name or as told, and what tells a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubspot_skill.domain.errors import AmbiguousNameError, Candidate, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, PropertyName
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["ID", "SKIPPED", "Columns", "columns_of"]

ID = PropertyName("hs_object_id")
SKIPPED = "-"
_USUAL_KEYS = {CONTACTS.name: "email", COMPANIES.name: "domain"}
_MOST = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """The property of each column, None where it is skipped; `key` tells a record, None where every row is new."""

    properties: tuple[Property | None, ...]
    key: Property | None

    def values(self, cells: Sequence[str]) -> dict[PropertyName, str]:
        """Give the values of a row that are not empty, by property."""
        pairs = zip(self.properties, cells, strict=True)
        return {prop.name: cell.strip() for prop, cell in pairs if prop is not None and cell.strip()}


def columns_of(book: PropertyBook, header: Sequence[str], mapping: Mapping[str, str], key: str) -> Columns:
    """Find the property of every column.

    Raises:
        UnknownNameError: columns fit no property, or the mapping names a column that is not there.
        InvalidInputError: two columns are one property, one may not be written, or the key is no column or not unique.
    """
    known = {name.casefold(): name for name in header}
    strange = [name for name in mapping if name.strip().casefold() not in known]
    if strange:
        raise UnknownNameError(
            f"the file has no column {quote(strange[0])}",
            hint="Map the names of the header.",
            candidates=[Candidate(name, name) for name in map(clean, header[:_MOST])],
        )
    told = {name.strip().casefold(): word.strip() for name, word in mapping.items()}
    properties: list[Property | None] = []
    unknown: list[Candidate] = []
    for name in header:
        word = told.get(name.casefold(), name)
        try:
            properties.append(None if word == SKIPPED else book.typed(word))
        except (UnknownNameError, AmbiguousNameError) as error:
            properties.append(None)
            near = ", ".join(c.id for c in error.candidates[:3])
            unknown.append(Candidate(clean(word, most=80), "no property fits", f"near: {near}" if near else ""))
    if unknown:
        raise UnknownNameError(
            f"{len(unknown)} columns fit no property of {book.type.name}: {', '.join(quote(c.id) for c in unknown[:5])}",
            hint='Map each with --map "COLUMN=PROPERTY", or skip it with --map "COLUMN=-".',
            candidates=unknown[:_MOST],
        )
    _check(book, header, properties)
    return Columns(tuple(properties), _key(book, properties, key))


def _check(book: PropertyBook, header: Sequence[str], properties: Sequence[Property | None]) -> None:
    seen: dict[PropertyName, str] = {}
    for name, prop in zip(header, properties, strict=True):
        if prop is None:
            continue
        if prop.name in seen:
            raise InvalidInputError(
                f"the columns {quote(seen[prop.name])} and {quote(name)} are both {prop.name}",
                hint='Skip one with --map "COLUMN=-".',
            )
        seen[prop.name] = name
        if prop.name != ID and (prop.is_read_only or prop.is_calculated):
            raise InvalidInputError(
                f"the column {quote(name)} is {prop.name}, which HubSpot computes or guards",
                hint=f'Skip it with --map "{clean(name, most=60)}=-".',
            )
    if not seen:
        raise InvalidInputError(f"no column is a property of {book.type.name}", hint="Map at least one.")


def _key(book: PropertyBook, properties: Sequence[Property | None], word: str) -> Property | None:
    present = {prop.name: prop for prop in properties if prop is not None}
    if not word:
        if ID in present:
            return present[ID]
        usual = PropertyName(_USUAL_KEYS.get(book.type.name, ""))
        own = next((prop for prop in present.values() if prop.is_unique), None)
        return present.get(usual) or own
    key = book.typed(word)
    if key.name not in present:
        raise InvalidInputError(f"the key {key.name} is no column of the file", hint="Map a column to it.", field="key")
    if not (key.is_unique or key.name == ID or key.name == _USUAL_KEYS.get(book.type.name)):
        raise InvalidInputError(
            f"{key.name} does not tell one of the {book.type.name} from the others",
            hint="Use a unique property, the record's id, a contact's email or a company's domain.",
            field="key",
        )
    return key

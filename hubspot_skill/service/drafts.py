"""What a caller wants written, checked against the account's schema before anything is sent.

Values come by typed argument (`fields`) and by property (`properties`). Checked here: that each property exists and may
be written, that its value has the form of its type, that a stage is in its pipeline, that an owner is active. HubSpot
checks again; what it refuses comes back as it said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, PropertyName
from hubspot_skill.domain.records import PropertyValue
from hubspot_skill.domain.schema import Pipeline, Property, PropertyType
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.answers import Cell, FieldChange
from hubspot_skill.service.cells import CELL_LENGTH, Labels, cell
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.references import domain_of, is_domain, is_email
from hubspot_skill.service.requests import Given
from hubspot_skill.service.words.people import NOBODY
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property, stage_property

__all__ = ["Values", "change_of", "coded_value", "is_same", "read_values"]

_MAX_VALUES = 100


@dataclass(frozen=True, slots=True)
class Values:
    """Checked values by property, as HubSpot stores them; the empty text clears."""

    by_name: Mapping[PropertyName, str]
    properties: Mapping[PropertyName, Property]

    def get(self, name: str) -> str:
        """Give the value of a property, empty where none is to be written."""
        return self.by_name.get(PropertyName(name), "")


async def read_values(
    scene: Scene,
    book: PropertyBook,
    fields: Mapping[str, Given],
    properties: Mapping[str, Given],
    *,
    current: Pipeline | None = None,
    is_expectation: bool = False,
) -> Values:
    """Check and code what is to be written; `current` is the pipeline that the record is in now.

    With `is_expectation` the values are compared and not written, so that read-only properties are allowed.

    Raises:
        InvalidInputError: a property may not be written, is given twice, or its value has the wrong form.
        UnknownNameError: a property, option, stage or owner is unknown.
    """
    given = _by_property(book, fields, properties)
    if not is_expectation:
        _refuse_read_only(given)
    codes: dict[PropertyName, str] = {}
    for name, (prop, value) in given.items():
        if name not in (stage_property(book.type), pipeline_property(book.type)):
            codes[name] = await _coded(scene, book, prop, value, is_expectation=is_expectation)
    codes |= await _staged(scene, book, given, current)
    return Values(codes, {name: prop for name, (prop, _) in given.items()} | _staged_properties(book, codes))


def coded_value(prop: Property, code: str) -> PropertyValue:
    """Give a coded value as the typed value that HubSpot would answer for it."""
    if code == "":
        return None
    if prop.is_multiple:
        return tuple(code.split(";"))
    match prop.type:
        case PropertyType.NUMBER:
            return Decimal(code)
        case PropertyType.BOOL:
            return code == "true"
        case PropertyType.DATE:
            return date.fromisoformat(code)
        case PropertyType.DATETIME:
            return datetime.fromisoformat(code)
        case _:
            return code


def is_same(prop: Property, now: PropertyValue, code: str, zone: ZoneInfo) -> bool:
    """Tell whether a record's value is already the coded one; a close date is compared by its day."""
    wanted = coded_value(prop, code)
    if now in (None, "", ()) or wanted is None:
        return now in (None, "", ()) and wanted is None
    if isinstance(now, tuple) or isinstance(wanted, tuple):
        return isinstance(now, tuple) and isinstance(wanted, tuple) and set(now) == set(wanted)
    if isinstance(now, datetime) and isinstance(wanted, datetime) and prop.name == "closedate":
        return now.astimezone(zone).date() == wanted.astimezone(zone).date()
    return type(now) is type(wanted) and now == wanted


def change_of(prop: Property, before: PropertyValue, after: PropertyValue, labels: Labels) -> FieldChange:
    """Give one value before and after as people see it."""
    shown: list[Cell] = [cell(prop, value, labels, most=CELL_LENGTH) for value in (before, after)]
    return FieldChange(prop.name, clean(prop.label, most=80), shown[0], shown[1])


def _by_property(
    book: PropertyBook, fields: Mapping[str, Given], properties: Mapping[str, Given]
) -> dict[PropertyName, tuple[Property, Given]]:
    found: dict[PropertyName, tuple[Property, Given]] = {}
    pairs = [(book.typed(n), v) for n, v in fields.items()] + [(book.named(n), v) for n, v in properties.items()]
    if len(pairs) > _MAX_VALUES:
        raise InvalidInputError(f"{len(pairs)} values were given: expected at most {_MAX_VALUES}", field="properties")
    for prop, value in pairs:
        if prop.name in found:
            raise InvalidInputError(f"{prop.name} is given twice", hint="Give each property once.", field=prop.name)
        found[prop.name] = (prop, value)
    return found


def _refuse_read_only(given: Mapping[PropertyName, tuple[Property, Given]]) -> None:
    refused = [p for p, _ in given.values() if p.is_read_only or p.is_calculated or p.name == "hs_object_id"]
    if refused:
        names = ", ".join(p.name for p in refused)
        raise InvalidInputError(
            f"{names} cannot be written: HubSpot computes or guards {'it' if len(refused) == 1 else 'them'}",
            hint="Leave it out." if len(refused) == 1 else "Leave them out.",
            field=refused[0].name,
        )


async def _coded(scene: Scene, book: PropertyBook, prop: Property, value: Given, *, is_expectation: bool) -> str:
    if value is None or value == "":
        return ""
    if prop.is_owner and " ".join(str(value).split()).casefold() in NOBODY:
        return ""
    if prop.is_owner and not is_expectation:
        owner = await scene.words.owner(str(value))
        if not owner.is_active:
            raise InvalidInputError(
                f"{quote(owner.name)} is a deactivated user and cannot be given records", field=prop.name
            )
        return owner.id
    code = await scene.words.code(book.type, prop, value)
    if prop.name == "email" and book.type.name == CONTACTS.name:
        if not is_email(code):
            raise InvalidInputError(f"{quote(code)} is not an email address", field="email")
        return code.strip().lower()
    if prop.name == "domain" and book.type.name == COMPANIES.name:
        bare = domain_of(code)
        if not is_domain(bare):
            raise InvalidInputError(
                f"{quote(code)} is not a domain name", hint="Domains look like acme.com.", field="domain"
            )
        scene.words.note("domain", code, bare)
        return bare
    return code


async def _staged(
    scene: Scene,
    book: PropertyBook,
    given: Mapping[PropertyName, tuple[Property, Given]],
    current: Pipeline | None,
) -> dict[PropertyName, str]:
    """Code stage and pipeline together: a stage is looked for in the pipeline given, else in the record's own."""
    stage_name, pipeline_name = stage_property(book.type), pipeline_property(book.type)
    stage_given = given.get(stage_name, (None, None))[1]
    pipeline_given = given.get(pipeline_name, (None, None))[1]
    codes: dict[PropertyName, str] = {}
    for name, value in ((stage_name, stage_given), (pipeline_name, pipeline_given)):
        if name in given and (value is None or value == ""):
            raise InvalidInputError(f"{name} cannot be cleared", hint="Give a stage or pipeline.", field=name)
    within = current
    if pipeline_given is not None:
        within = await scene.words.pipeline(book.type, str(pipeline_given))
        codes[pipeline_name] = within.id
    if stage_given is not None:
        pipeline, stage = await scene.words.stage(book.type, str(stage_given), within)
        codes[stage_name] = stage.id
        if current is None:
            codes[pipeline_name] = pipeline.id
    elif pipeline_given is not None and current is not None and within is not None and within.id != current.id:
        raise InvalidInputError(
            f"a record that moves to pipeline {quote(within.label)} needs a stage of it",
            hint="Give `stage` too.",
            field=stage_name,
        )
    return codes


def _staged_properties(book: PropertyBook, codes: Mapping[PropertyName, str]) -> dict[PropertyName, Property]:
    names = (stage_property(book.type), pipeline_property(book.type))
    return {p.name: p for p in book.having(names) if p.name in codes}

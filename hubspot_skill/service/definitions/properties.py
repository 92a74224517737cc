"""Spells the operation that creates, changes or archives a property, from people's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hubspot_skill.changes.operations import Define, Operation, Redefine, Remove
from hubspot_skill.changes.steps import Thing
from hubspot_skill.changes.things import options_text, property_image
from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Option, Property, PropertyType
from hubspot_skill.domain.text import quote
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.definitions.requests import Holds, PropertyAction, PropertyRequest
from hubspot_skill.service.words.nearest import candidate, named, nearest
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["property_operation"]

_TYPES: Mapping[Holds, tuple[PropertyType, str]] = {
    Holds.TEXT: (PropertyType.STRING, "text"),
    Holds.LONG_TEXT: (PropertyType.STRING, "textarea"),
    Holds.NUMBER: (PropertyType.NUMBER, "number"),
    Holds.DATE: (PropertyType.DATE, "date"),
    Holds.DATETIME: (PropertyType.DATETIME, "date"),
    Holds.CHOICE: (PropertyType.ENUMERATION, "select"),
    Holds.CHOICES: (PropertyType.ENUMERATION, "checkbox"),
    Holds.YES_NO: (PropertyType.BOOL, "booleancheckbox"),
    Holds.PHONE: (PropertyType.STRING, "phonenumber"),
}
_YES_NO = (Option("true", "Yes"), Option("false", "No"))
_MOST_NAME = 100


async def property_operation(scene: Scene, type: ObjectType, request: PropertyRequest) -> Operation:
    """Give the operation; 1 request where a group is named.

    Raises:
        UnknownNameError, AmbiguousNameError: no such property, group or option.
        InvalidInputError: nothing to change, or what does not go together.
    """
    book = await scene.directory.book(type)
    if request.action is PropertyAction.CREATE:
        return await _created(scene, book, request)
    prop = book.named(request.property)
    if request.action is PropertyAction.ARCHIVE:
        return Remove(Thing.PROPERTY, type, prop.name)
    values = {
        "label": request.label,
        "description": request.description,
        "group": None if request.group is None else await _group(scene, type, request.group),
        "hidden": None if request.is_hidden is None else str(request.is_hidden).lower(),
        "options": _changed_options(prop, request),
    }
    given = {PropertyName(name): value for name, value in values.items() if value is not None}
    if not given:
        raise InvalidInputError(f"nothing of property {prop.name} would change", hint="Give what is to change.")
    return Redefine(Thing.PROPERTY, type, prop.name, given)


async def _created(scene: Scene, book: PropertyBook, request: PropertyRequest) -> Operation:
    type, label = book.type, request.label or request.property
    kind, shown = _TYPES[request.holds]
    options = tuple(_option(word) for word in request.add_options)
    if options and kind is not PropertyType.ENUMERATION:
        raise InvalidInputError(
            f"a property that holds {request.holds} has no options",
            hint="Let it hold choice or choices.",
            field="options",
        )
    group = await _group(scene, type, request.group) if request.group else _usual_group(book)
    prop = Property(
        PropertyName(request.name or _internal_name(label)),
        label,
        kind,
        shown,
        group,
        request.description or "",
        _YES_NO if kind is PropertyType.BOOL else options,
        is_unique=request.is_unique,
        is_hidden=bool(request.is_hidden),
    )
    return Define(Thing.PROPERTY, type, property_image(prop), prop.name)


def _changed_options(prop: Property, request: PropertyRequest) -> str | None:
    if not request.add_options and not request.remove_options:
        return None
    if prop.type is not PropertyType.ENUMERATION:
        raise InvalidInputError(f"property {prop.name} has no options", hint="Only choices have.", field="options")
    gone = {_known_option(prop, word).value for word in request.remove_options}
    added = tuple(_option(word) for word in request.add_options)
    return options_text((*(option for option in prop.options if option.value not in gone), *added))


def _known_option(prop: Property, word: str) -> Option:
    found = [option for option in prop.options if option.value == word.strip()]
    found = found or list(named(word, prop.options, lambda option: (option.value, option.label)))
    if len(found) == 1:
        return found[0]
    near = nearest(word, prop.options, lambda option: (option.value, option.label)) or prop.options[:5]
    raise UnknownNameError(
        f"{prop.name} has {'several options' if found else 'no option'} {quote(word)}",
        hint="Give the option's value.",
        candidates=[candidate(option.value, option.label) for option in near],
    )


def _option(word: str) -> Option:
    """Read an option: a label, or `value=label`; a value alone is made of the label as HubSpot's screens do."""
    value, equals, label = word.partition("=")
    text = (label if equals else word).strip()
    return Option(value.strip() if equals else text, text)


def _internal_name(label: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    name = name if name[:1].isalpha() else f"p_{name}"
    return name[:_MOST_NAME]


async def _group(scene: Scene, type: ObjectType, word: str) -> str:
    groups: Sequence[tuple[str, str]] = [(g.name, g.label) for g in await scene.hubspot.schema.groups(type)]
    found = named(word, groups, lambda group: group)
    if len(found) == 1:
        return found[0][0]
    near = nearest(word, groups, lambda group: group) or groups[:5]
    raise UnknownNameError(
        f"{type.name} have {'several groups' if found else 'no group'} {quote(word)} of properties",
        hint="Give the group's internal name.",
        candidates=[candidate(*group) for group in near],
    )


def _usual_group(book: PropertyBook) -> str:
    """Give the group of the type's own name."""
    titles = [prop.group for name in book.type.title if (prop := book.get(name)) is not None and prop.group]
    return titles[0] if titles else next((prop.group for prop in book.properties if prop.group), "")

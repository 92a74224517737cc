"""The reference property of an account: which one it should have, and how a person's consent is asked for it.

With it, a new record whose answer was lost is found again without a doubt. HubSpot allows ten unique properties of one type; where
they are used up, or HubSpot refuses an eleventh, a plain property of the same name serves: HubSpot would then take a second
record with the same value, so none is ever sent again, and a lost one is found by search (30 and 120 seconds later).
It is made by a plan like any other change of a definition: shown, approved by a person, journalled, undoable.
"""

from __future__ import annotations

from collections import Counter

from hubspot_skill.changes.checks import TypeSchema
from hubspot_skill.changes.operations import Define
from hubspot_skill.changes.planning import REFERENCE
from hubspot_skill.changes.steps import Thing
from hubspot_skill.changes.things import property_image
from hubspot_skill.domain.schema import Property, PropertyType

__all__ = ["MOST_UNIQUE", "reference_of", "reference_wanted"]

MOST_UNIQUE = 10
"""How many unique properties an object type may have (properties guide, read 2026-11-23)."""


def reference_of(schema: TypeSchema) -> Property | None:
    """Give the reference property that a type has."""
    return schema.properties.get(REFERENCE)


def reference_wanted(schema: TypeSchema, *, is_plain: bool = False) -> Define | None:
    """Give the operation that makes a type's reference property, unique where there is room; None where it has one.

    `is_plain` asks for one that is not unique, for an account where HubSpot refused the unique one.
    """
    if reference_of(schema) is not None:
        return None
    has_room = sum(prop.is_unique for prop in schema.properties.values()) < MOST_UNIQUE
    prop = Property(
        REFERENCE,
        "HubSpot Skill reference",
        PropertyType.STRING,
        "text",
        _group(schema),
        "Marks a record that HubSpot Skill made, so that it is made only once. Nobody has to fill it in.",
        is_unique=has_room and not is_plain,
    )
    return Define(Thing.PROPERTY, schema.type, property_image(prop), REFERENCE)


def _group(schema: TypeSchema) -> str:
    """Give the group of the type's name, else the commonest one."""
    named = [schema.properties[name].group for name in schema.type.title if name in schema.properties]
    common = Counter(prop.group for prop in schema.properties.values() if prop.group).most_common(1)
    return next((group for group in named if group), common[0][0] if common else "")

"""Short ways to write a property definition down, one per pairing of type and field type (facts 7)."""

from collections.abc import Iterable
from dataclasses import replace

from hubspot_skill.sandbox.seed import OptionSeed, PropertySeed

__all__ = [
    "amount",
    "area",
    "checkboxes",
    "choice",
    "computed",
    "custom",
    "day",
    "flag",
    "given",
    "group",
    "markup",
    "moment",
    "number",
    "options",
    "owner",
    "phone",
    "radio",
    "text",
]


def options(*pairs: tuple[str, str] | str) -> tuple[OptionSeed, ...]:
    """Return options in order; a pair is (internal value, label), a lone text is both."""
    split = [(pair, pair) if isinstance(pair, str) else pair for pair in pairs]
    return tuple(OptionSeed(label, value, order) for order, (value, label) in enumerate(split))


def _define(name: str, label: str, kind: str, field: str, description: str = "") -> PropertySeed:
    return PropertySeed(name, label, kind, field, "", description)


def text(name: str, label: str, description: str = "") -> PropertySeed:
    """Define one line of text."""
    return _define(name, label, "string", "text", description)


def area(name: str, label: str, description: str = "") -> PropertySeed:
    """Define text of several lines."""
    return _define(name, label, "string", "textarea", description)


def markup(name: str, label: str, description: str = "") -> PropertySeed:
    """Define text that holds HTML."""
    return _define(name, label, "string", "html", description)


def phone(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a phone number."""
    return _define(name, label, "string", "phonenumber", description)


def number(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a number without a unit of money."""
    return _define(name, label, "number", "number", description)


def amount(
    name: str, label: str, description: str = "", *, currency: str | None = "deal_currency_code"
) -> PropertySeed:
    """Define an amount of money; `currency` names the property that says which, none means the account's own."""
    money = _define(name, label, "number", "number", description)
    return replace(money, show_currency_symbol=True, currency_property_name=currency)


def day(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a date without a time."""
    return _define(name, label, "date", "date", description)


def moment(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a date with a time."""
    return _define(name, label, "datetime", "date", description)


def flag(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a yes or no."""
    yes_no = options(("true", "True"), ("false", "False"))
    return replace(_define(name, label, "bool", "booleancheckbox", description), options=yes_no)


def choice(name: str, label: str, values: Iterable[OptionSeed], description: str = "") -> PropertySeed:
    """Define an enumeration of which one value holds, shown as a drop-down."""
    return replace(_define(name, label, "enumeration", "select", description), options=tuple(values))


def radio(name: str, label: str, values: Iterable[OptionSeed], description: str = "") -> PropertySeed:
    """Define an enumeration of which one value holds, shown as radio buttons."""
    return replace(_define(name, label, "enumeration", "radio", description), options=tuple(values))


def checkboxes(name: str, label: str, values: Iterable[OptionSeed], description: str = "") -> PropertySeed:
    """Define an enumeration of which several values hold, written `A;B`."""
    return replace(_define(name, label, "enumeration", "checkbox", description), options=tuple(values))


def owner(name: str, label: str, description: str = "") -> PropertySeed:
    """Define a reference to an owner: an enumeration whose options are the account's owners."""
    people = _define(name, label, "enumeration", "select", description)
    return replace(people, external_options=True, referenced_object_type="OWNER")


def given(*properties: PropertySeed) -> list[PropertySeed]:
    """Mark properties that HubSpot fills in and clients cannot write."""
    return [replace(each, read_only_value=True) for each in properties]


def computed(*properties: PropertySeed) -> list[PropertySeed]:
    """Mark properties that the engine derives from other values."""
    return [replace(each, read_only_value=True, calculated=True) for each in properties]


def custom(*properties: PropertySeed) -> list[PropertySeed]:
    """Mark properties that the account made itself."""
    return [replace(each, hubspot_defined=False) for each in properties]


def group(name: str, *properties: PropertySeed) -> list[PropertySeed]:
    """Place properties in a group, in the order given."""
    return [replace(each, group_name=name, display_order=order) for order, each in enumerate(properties)]

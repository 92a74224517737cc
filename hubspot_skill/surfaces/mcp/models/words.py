"""The kinds of values that the tools' arguments share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from hubspot_skill.service.requests import Compare, Condition, Given, LinkTo

__all__ = [
    "Conditions",
    "DryRun",
    "Link",
    "Links",
    "Money",
    "Name",
    "Names",
    "Nested",
    "Owners",
    "Period",
    "Record",
    "Value",
    "Values",
    "Where",
    "given",
]

MAX_NAME = 300
MAX_MANY = 100


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str | int) and not isinstance(value, bool) else value


def _short(text: str) -> str:
    if len(text) > MAX_NAME:
        raise ValueError(f"{len(text)} characters, at most {MAX_NAME} are taken")
    return text


def _few(values: tuple[object, ...]) -> tuple[object, ...]:
    if len(values) > MAX_MANY:
        raise ValueError(f"{len(values)} values, at most {MAX_MANY} are taken")
    return values


class Nested(BaseModel):
    """An object inside of arguments: closed and frozen as they are."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True, allow_inf_nan=False
    )


Name = Annotated[str, AfterValidator(_short)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_many), AfterValidator(_few)]
Money = Annotated[Decimal, WithJsonSchema({"type": "number"})]
Value = str | int | float | bool | None | tuple[str, ...]
Values = Annotated[
    dict[Name, Value], WithJsonSchema({"type": "object"}), Field(description="Any other property by name; null clears")
]
Owners = Annotated[Names, Field(description="Name, email, id, me or nobody")]
Record = Annotated[Name, Field(description="Name or id")]
Period = Annotated[Name, Field(description="Day or period")]
DryRun = Annotated[bool, Field(description="Check all, write nothing")]


class Where(Nested):
    """One condition on any property."""

    property: Name
    compare: Compare
    value: Annotated[
        Value, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
    ] = None

    def condition(self) -> Condition:
        """Give the condition that the service searches by."""
        return Condition(self.property, self.compare, self.value)


class Link(Nested):
    """A record to link to: its type, the record in people's words, and the link's label if any."""

    type: Name
    record: Name
    label: Name = ""

    def link(self) -> LinkTo:
        """Give the link that the service makes."""
        return LinkTo(type=self.type, record=self.record, label=self.label)


Conditions = Annotated[tuple[Where, ...], AfterValidator(_few), Field(description="Any property, e.g. amount gte 1000")]
Links = Annotated[tuple[Link, ...], AfterValidator(_few)]


def given(model: BaseModel, *names: str) -> dict[str, Given]:
    """Give those of the named arguments that the call held; null among them stays, to clear a value."""
    return {name: cast("Given", getattr(model, name)) for name in names if name in model.model_fields_set}

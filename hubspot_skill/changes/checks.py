"""Checks values against an account's schema before anything is planned: names, forms, options, required, stages.

HubSpot checks again; what it refuses then is told per record. Values must be codes already (a stage's id, an owner's id).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from hubspot_skill.changes.steps import Form, canonical, form_of
from hubspot_skill.domain.errors import Candidate, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Pipeline, Property, PropertyType
from hubspot_skill.domain.text import quote

__all__ = ["LIFECYCLE", "TypeSchema", "check_forward", "check_new", "check_stage", "checked_values"]

LIFECYCLE = PropertyName("lifecyclestage")
_ID = PropertyName("hs_object_id")
_MAX_VALUE_BYTES = 128 * 1024
_YEARS = range(1970, 2101)


@dataclass(frozen=True, slots=True)
class TypeSchema:
    """What an account allows of one object type: its properties, pipelines, and what a new record needs."""

    type: ObjectType
    properties: Mapping[PropertyName, Property]
    pipelines: tuple[Pipeline, ...] = ()
    required: tuple[PropertyName, ...] = ()
    forms: Mapping[PropertyName, Form] = field(init=False)

    def __post_init__(self) -> None:
        forms = {name: form for name, prop in self.properties.items() if (form := form_of(prop)) is not Form.TEXT}
        object.__setattr__(self, "forms", forms)

    @property
    def stage_names(self) -> tuple[PropertyName, PropertyName] | None:
        """The properties of pipeline and stage, where the type has them."""
        for pipeline, stage in (("pipeline", "dealstage"), ("hs_pipeline", "hs_pipeline_stage")):
            if stage in self.properties:
                return PropertyName(pipeline), PropertyName(stage)
        return None


def checked_values(schema: TypeSchema, values: Mapping[PropertyName, str]) -> dict[PropertyName, str]:
    """Give values in canonical form, sorted by name, if each may be written so.

    Raises:
        UnknownNameError: there is no such property or option.
        InvalidInputError: a property is read-only, or its value has the wrong form.
    """
    if not values:
        raise InvalidInputError(f"no value is given for a {schema.type.singular}: expected at least one")
    found: dict[PropertyName, str] = {}
    for name in sorted(values):
        prop = _property(schema, name)
        if prop.is_read_only or prop.is_calculated or name == _ID:
            raise InvalidInputError(
                f"{name} cannot be written: HubSpot computes or guards it", hint="Leave it out.", field=name
            )
        _check_form(prop, values[name])
        found[name] = canonical(form_of(prop), values[name])
    return found


def check_new(schema: TypeSchema, values: Mapping[PropertyName, str]) -> None:
    """Refuse a new record that lacks what its type needs.

    Raises:
        InvalidInputError: with the first property that is missing.
    """
    for name in schema.required:
        if not values.get(name):
            raise InvalidInputError(f"a new {schema.type.singular} needs {name}", hint=f"Give {name}.", field=name)
    check_stage(schema, values, {})


def check_stage(schema: TypeSchema, values: Mapping[PropertyName, str], now: Mapping[PropertyName, str]) -> None:
    """Refuse a stage that is not of the record's pipeline, and an empty stage or pipeline.

    Raises:
        InvalidInputError: the pair does not fit.
    """
    names = schema.stage_names
    if names is None or not schema.pipelines or values.keys().isdisjoint(names):
        return
    pipeline_name, stage_name = names
    for name in names:
        if values.get(name) == "":
            raise InvalidInputError(f"{name} cannot be cleared", hint="Give a stage or pipeline.", field=name)
    default = schema.pipelines[0].id if len(schema.pipelines) == 1 else ""
    pipeline_id = values.get(pipeline_name) or now.get(pipeline_name) or default
    pipeline = next((p for p in schema.pipelines if p.id == pipeline_id), None)
    stage = values.get(stage_name) or now.get(stage_name, "")
    among = schema.pipelines if not pipeline_id else (pipeline,) if pipeline is not None else ()
    if stage not in {s.id for p in among for s in p.stages}:
        raise InvalidInputError(
            f"stage {quote(stage)} is not in pipeline {quote(pipeline_id or 'any')}",
            hint="hubspot_describe lists the stages of every pipeline.",
            field=stage_name,
        )


def check_forward(schema: TypeSchema, values: Mapping[PropertyName, str], now: Mapping[PropertyName, str]) -> None:
    """Refuse a lifecycle stage before the present one: HubSpot drops such a write without a word.

    Raises:
        InvalidInputError: it would move back.
    """
    wanted, current = values.get(LIFECYCLE), now.get(LIFECYCLE)
    if not wanted or not current or LIFECYCLE not in schema.properties:
        return
    order = [option.value for option in schema.properties[LIFECYCLE].options]
    if wanted in order and current in order and order.index(wanted) < order.index(current):
        raise InvalidInputError(
            f"the lifecycle stage would move back from {quote(current)} to {quote(wanted)}",
            hint="HubSpot only moves it forward; clear it in one plan and set it in the next.",
            field=LIFECYCLE,
        )


def _property(schema: TypeSchema, name: PropertyName) -> Property:
    prop = schema.properties.get(name)
    if prop is None:
        near = difflib.get_close_matches(name, schema.properties, n=5)
        raise UnknownNameError(
            f"{schema.type.name} have no property {quote(name)}",
            hint="hubspot_describe lists them.",
            candidates=[Candidate(n, schema.properties[PropertyName(n)].label) for n in near],
        )
    return prop


def _check_form(prop: Property, text: str) -> None:
    if not text:
        return
    if len(text.encode()) > _MAX_VALUE_BYTES:
        raise InvalidInputError(f"the value of {prop.name} is longer than 128 KiB", field=prop.name)
    match prop.type:
        case PropertyType.ENUMERATION:
            _check_options(prop, text)
        case PropertyType.NUMBER:
            _require(prop, text, "a finite number", _is_number(text))
        case PropertyType.BOOL:
            _require(prop, text, "true or false", text.lower() in ("true", "false"))
        case PropertyType.DATE | PropertyType.DATETIME:
            _require(prop, text, "a date or time (ISO 8601) from 1970 to 2100", _is_time(text))
        case _:
            is_email = prop.name != "email" or (text.count("@") == 1 and len(text) <= 254)
            _require(prop, text, "an email address", is_email)


def _check_options(prop: Property, text: str) -> None:
    known = {option.value for option in prop.options}
    if prop.is_owner or not known:
        return
    given = text.split(";") if prop.is_multiple else [text]
    wrong = [option for option in given if option not in known]
    if wrong:
        near = difflib.get_close_matches(wrong[0], known, n=5) or sorted(known)[:5]
        labels = {option.value: option.label for option in prop.options}
        raise UnknownNameError(
            f"{prop.name} has no option {quote(wrong[0])}",
            hint="hubspot_describe lists the options.",
            candidates=[Candidate(value, labels[value]) for value in near],
        )


def _require(prop: Property, text: str, expected: str, is_right: bool) -> None:
    if not is_right:
        raise InvalidInputError(f"{prop.name} is {quote(text)}: expected {expected}", field=prop.name)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_time(text: str) -> bool:
    if text.isdigit() and len(text) >= 12:
        return len(text) <= 13
    try:
        moment = date.fromisoformat(text) if len(text) == len("2026-11-23") else datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.year in _YEARS

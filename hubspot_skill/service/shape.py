"""What records of one type are made of, for pages that draw forms, filters and boards: fields, groups, stages, owners.

`describe` answers people and models with a bounded table; this answers a program with everything, from what the
directory keeps anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.schema import Option, Property
from hubspot_skill.domain.text import clean
from hubspot_skill.service.cells import column_type
from hubspot_skill.service.connection import Connection
from hubspot_skill.service.together import both
from hubspot_skill.service.words.properties import pipeline_property, stage_property

__all__ = ["Choice", "FieldShape", "GroupShape", "PipelineShape", "Shape", "StageShape", "shape"]

_LABEL = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that may be chosen: what HubSpot keeps, and what people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One property: `type` as of `answers.Column`; `choices` of an option; `why_locked` says why it cannot be written."""

    name: str
    label: str
    type: str
    group: str
    description: str = ""
    choices: tuple[Choice, ...] = ()
    is_long: bool = False
    is_hidden: bool = False
    why_locked: str = ""


@dataclass(frozen=True, slots=True)
class GroupShape:
    """A heading that properties stand under."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class StageShape:
    """One stage of a pipeline; `probability` 0 to 1, None where there is none."""

    id: str
    label: str
    is_won: bool
    is_lost: bool
    probability: float | None


@dataclass(frozen=True, slots=True)
class PipelineShape:
    """One pipeline with its stages in order."""

    id: str
    label: str
    stages: tuple[StageShape, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One type of record; `owners` are the active ones, `stage_field` is empty where the type has no pipelines."""

    type: str
    singular: str
    fields: tuple[FieldShape, ...]
    groups: tuple[GroupShape, ...]
    pipelines: tuple[PipelineShape, ...]
    owners: tuple[Choice, ...]
    currency: str
    currencies: tuple[str, ...]
    zone: str
    stage_field: str = ""
    pipeline_field: str = ""

    def field(self, name: str) -> FieldShape | None:
        """Give a property by its internal name."""
        return next((f for f in self.fields if f.name == name), None)

    def stage(self, id: str) -> StageShape | None:
        """Give a stage of any pipeline by its id."""
        return next((s for p in self.pipelines for s in p.stages if s.id == id), None)


async def shape(connection: Connection, type_word: str) -> Shape:
    """Tell what records of a type are made of; one request more than `describe` the first time, none while it is kept."""
    scene = await connection.scene()
    type = await scene.directory.type(type_word)
    await scene.directory.warm(type)
    book = await scene.directory.book(type)
    pipelines, groups = await both(scene.directory.pipelines(type), scene.directory.groups(type))
    owners = tuple(Choice(o.id, clean(o.name, most=_LABEL)) for o in await scene.owners() if o.is_active)
    stages = {stage_property(type), pipeline_property(type)} if pipelines else set[str]()
    return Shape(
        type=type.name,
        singular=type.singular,
        fields=tuple(_field(type, prop, owners) for prop in book.properties),
        groups=tuple(GroupShape(g.name, clean(g.label, most=_LABEL)) for g in groups),
        pipelines=tuple(
            PipelineShape(
                p.id,
                clean(p.label, most=_LABEL),
                tuple(
                    StageShape(s.id, clean(s.label, most=_LABEL), s.is_won, s.is_lost, s.probability) for s in p.stages
                ),
            )
            for p in sorted(pipelines, key=lambda p: p.order)
        ),
        owners=owners,
        currency=scene.account.currency,
        currencies=(scene.account.currency, *scene.account.additional_currencies),
        zone=scene.account.zone.key,
        stage_field=stage_property(type) if stages else "",
        pipeline_field=pipeline_property(type) if stages else "",
    )


def _field(type: ObjectType, prop: Property, owners: tuple[Choice, ...]) -> FieldShape:
    return FieldShape(
        name=prop.name,
        label=clean(prop.label, most=_LABEL),
        type=column_type(prop),
        group=prop.group,
        description=clean(prop.description, most=400),
        choices=owners if prop.is_owner else tuple(_choice(option) for option in prop.options if not option.hidden),
        is_long=prop.field_type in {"textarea", "html"},
        is_hidden=prop.is_hidden,
        why_locked=_why_locked(prop),
    )


def _choice(option: Option) -> Choice:
    return Choice(option.value, clean(option.label, most=_LABEL) or option.value)


def _why_locked(prop: Property) -> str:
    if prop.is_calculated:
        return "HubSpot computes it"
    return "HubSpot keeps it by itself" if prop.is_read_only or prop.name == "hs_object_id" else ""

"""Reads what an account's CRM looks like: properties, pipelines, owners, custom types, association labels, the account.

Spells the definitions that can be written: properties with their options, groups, pipelines, stages.

Shapes follow developers.hubspot.com/docs/api-reference/latest (properties, pipelines, owners, schemas, account
information; read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import (
    Account,
    AssociationLabel,
    CustomType,
    Option,
    Owner,
    Pipeline,
    Property,
    PropertyGroup,
    PropertyType,
    Stage,
    Team,
)
from hubspot_skill.hubspot.wire.records import next_after
from hubspot_skill.hubspot.wire.shapes import (
    Json,
    ShapeError,
    boolean,
    decimal_of,
    instant,
    integer,
    mapping,
    mappings,
    optional_text,
    results,
    text,
    texts,
)

__all__ = [
    "group_body",
    "options_body",
    "pipeline_body",
    "property_body",
    "read_account",
    "read_custom_types",
    "read_group",
    "read_groups",
    "read_labels",
    "read_owners",
    "read_pipeline",
    "read_pipelines",
    "read_properties",
    "read_property",
    "read_stage",
    "stage_body",
]

_TYPES = {item.value: item for item in PropertyType}


def read_properties(value: object) -> tuple[Property, ...]:
    """Read the definitions of one type's properties; archived ones are left out."""
    return tuple(_property(item) for item in _results(value) if item.get("archived") is not True)


def read_property(value: object) -> Property:
    """Read one property's definition."""
    return _property(mapping(value, "the property"))


def read_groups(value: object) -> tuple[PropertyGroup, ...]:
    """Read the groups of one type's properties; archived ones are left out."""
    return tuple(read_group(item) for item in _results(value) if item.get("archived") is not True)


def read_group(value: object) -> PropertyGroup:
    """Read one group of properties."""
    item = mapping(value, "the group")
    name = text(item.get("name"), "a group's name")
    return PropertyGroup(name, optional_text(item.get("label")) or name, integer(item.get("displayOrder"), -1))


def read_pipelines(value: object) -> tuple[Pipeline, ...]:
    """Read one type's pipelines in display order, each with its stages in display order."""
    pipelines = (read_pipeline(item) for item in _results(value) if item.get("archived") is not True)
    return tuple(sorted(pipelines, key=lambda pipeline: pipeline.order))


def read_pipeline(value: object) -> Pipeline:
    """Read one pipeline with its stages in display order."""
    item = mapping(value, "the pipeline")
    return Pipeline(
        id=text(item.get("id"), "a pipeline's id"),
        label=optional_text(item.get("label")) or "",
        order=integer(item.get("displayOrder")),
        stages=_stages(item),
    )


def read_stage(value: object) -> Stage:
    """Read one stage of a pipeline."""
    item = mapping(value, "the stage")
    facts = item.get("metadata")
    metadata = mapping(facts, "a stage's metadata") if facts is not None else {}
    probability = decimal_of(metadata.get("probability"))
    return Stage(
        id=text(item.get("id"), "a stage's id"),
        label=optional_text(item.get("label")) or "",
        order=integer(item.get("displayOrder")),
        is_closed=_is_closed(metadata),
        probability=None if probability is None else float(probability),
    )


def property_body(prop: Property) -> Json:
    """Spell a new property."""
    body: Json = {
        "name": prop.name,
        "label": prop.label,
        "groupName": prop.group,
        "type": prop.type.value,
        "fieldType": prop.field_type,
        "description": prop.description,
        "hasUniqueValue": prop.is_unique,
        "hidden": prop.is_hidden,
    }
    if prop.options:
        body["options"] = options_body(prop.options)
    return body


def options_body(options: Sequence[Option]) -> list[Json]:
    """Spell a whole list of options; HubSpot replaces the list that was there by it."""
    return [
        {
            "label": option.label,
            "value": option.value,
            "hidden": option.hidden,
            "description": option.description,
            "displayOrder": place,
        }
        for place, option in enumerate(options)
    ]


def group_body(group: PropertyGroup) -> Json:
    """Spell a group."""
    return {"name": group.name, "label": group.label, "displayOrder": group.order}


def pipeline_body(type: ObjectType, pipeline: Pipeline) -> Json:
    """Spell a new pipeline with its stages; HubSpot gives the ids."""
    return {
        "label": pipeline.label,
        "displayOrder": pipeline.order,
        "stages": [stage_body(type, stage) for stage in pipeline.stages],
    }


def stage_body(type: ObjectType, stage: Stage) -> Json:
    """Spell a stage: deals have a probability, every other type is open or closed. Metadata values are text."""
    if type.name == "tickets":
        metadata = {"ticketState": "CLOSED" if stage.is_closed else "OPEN"}
    else:
        metadata = {"isClosed": str(stage.is_closed).lower()}
        if stage.probability is not None:
            metadata["probability"] = f"{stage.probability:g}"
    return {"label": stage.label, "displayOrder": stage.order, "metadata": metadata}


def read_owners(value: object, *, is_active: bool) -> tuple[tuple[Owner, ...], str | None]:
    """Read one page of owners and where the next begins."""
    fields = mapping(value, "the answer")
    return tuple(_owner(item, is_active=is_active) for item in _results(fields)), next_after(fields)


def read_custom_types(value: object) -> tuple[CustomType, ...]:
    """Read the account's own object types."""
    return tuple(_custom_type(item) for item in _results(value) if item.get("archived") is not True)


def read_labels(value: object) -> tuple[AssociationLabel, ...]:
    """Read the ways two types can be linked."""
    return tuple(
        AssociationLabel(
            category=optional_text(item.get("category")) or "",
            type_id=integer(item.get("typeId")),
            label=optional_text(item.get("label")) or None,
        )
        for item in _results(value)
    )


def read_account(value: object) -> Account:
    """Read the account's facts; its zone must be one that this machine knows."""
    fields = mapping(value, "the answer")
    zone = text(fields.get("timeZone"), "the account's time zone")
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ShapeError(f'the account\'s time zone "{zone[:60]}" is unknown here') from error
    return Account(
        portal_id=text(fields.get("portalId"), "the account's id"),
        account_type=optional_text(fields.get("accountType")) or "",
        zone=known,
        currency=text(fields.get("companyCurrency"), "the account's currency"),
        additional_currencies=texts(fields.get("additionalCurrencies")),
        ui_domain=optional_text(fields.get("uiDomain")) or "app.hubspot.com",
        hosting=optional_text(fields.get("dataHostingLocation")) or "",
        name=optional_text(fields.get("portalName")) or "",
        created_at=instant(fields.get("createdAt")),
    )


def _results(value: object) -> list[Json]:
    return results(mapping(value, "the answer"))


def _property(item: Json) -> Property:
    name = text(item.get("name"), "a property's name")
    guard = item.get("modificationMetadata")
    is_guarded = boolean(mapping(guard, "modificationMetadata").get("readOnlyValue")) if guard is not None else False
    is_calculated = boolean(item.get("calculated"))
    return Property(
        name=PropertyName(name),
        label=optional_text(item.get("label")) or name,
        type=_TYPES.get(optional_text(item.get("type")) or "", PropertyType.OTHER),
        field_type=optional_text(item.get("fieldType")) or "",
        group=optional_text(item.get("groupName")) or "",
        description=optional_text(item.get("description")) or "",
        options=_options(item),
        is_read_only=is_guarded or is_calculated,
        is_calculated=is_calculated,
        is_unique=boolean(item.get("hasUniqueValue")),
        is_hidden=boolean(item.get("hidden")),
        is_owner=name == "hubspot_owner_id" or optional_text(item.get("referencedObjectType")) == "OWNER",
        is_custom=item.get("hubspotDefined") is False or item.get("hubspotDefined") is None,
    )


def _options(item: Json) -> tuple[Option, ...]:
    found = item.get("options")
    if not found:
        return ()
    ordered = sorted(mappings(found, "a property's options"), key=lambda option: integer(option.get("displayOrder")))
    return tuple(
        Option(
            value=optional_text(option.get("value")) or "",
            label=optional_text(option.get("label")) or optional_text(option.get("value")) or "",
            hidden=boolean(option.get("hidden")),
            description=optional_text(option.get("description")) or "",
        )
        for option in ordered
    )


def _stages(pipeline: Json) -> tuple[Stage, ...]:
    found = mappings(pipeline.get("stages"), "a pipeline's stages")
    stages = (read_stage(item) for item in found if item.get("archived") is not True)
    return tuple(sorted(stages, key=lambda stage: stage.order))


def _is_closed(metadata: Json) -> bool:
    """Deals say `isClosed`, tickets `ticketState` OPEN or CLOSED."""
    return boolean(metadata.get("isClosed")) or optional_text(metadata.get("ticketState")) == "CLOSED"


def _owner(item: Json, *, is_active: bool) -> Owner:
    user = item.get("userId")
    if user is None:
        user = item.get("userIdIncludingInactive")
    return Owner(
        id=text(item.get("id"), "an owner's id"),
        email=optional_text(item.get("email")) or "",
        first_name=optional_text(item.get("firstName")) or "",
        last_name=optional_text(item.get("lastName")) or "",
        user_id=optional_text(user),
        is_active=is_active and item.get("archived") is not True,
        teams=tuple(
            Team(
                id=optional_text(team.get("id")) or "",
                name=optional_text(team.get("name")) or "",
                is_primary=boolean(team.get("primary")),
            )
            for team in mappings(item.get("teams"), "an owner's teams")
        ),
    )


def _custom_type(item: Json) -> CustomType:
    found = item.get("labels")
    labels = mapping(found, "a custom type's labels") if found is not None else {}
    name = text(item.get("name"), "a custom type's name")
    title = optional_text(item.get("primaryDisplayProperty"))
    return CustomType(
        type_id=text(item.get("objectTypeId"), "a custom type's id"),
        name=name,
        singular=optional_text(labels.get("singular")) or name,
        plural=optional_text(labels.get("plural")) or name,
        title=PropertyName(title or "hs_object_id"),
        required=tuple(PropertyName(found) for found in texts(item.get("requiredProperties"))),
        searchable=tuple(PropertyName(found) for found in texts(item.get("searchableProperties"))),
    )

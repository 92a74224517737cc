"""Reads what an account's CRM looks like: properties, pipelines, owners, custom types, association labels, the account.

Shapes follow developers.hubspot.com/docs/api-reference/latest (properties, pipelines, owners, schemas, account
information; read 2026-11-23).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.schema import (
    Account,
    AssociationLabel,
    CustomType,
    Option,
    Owner,
    Pipeline,
    Property,
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

__all__ = ["read_account", "read_custom_types", "read_labels", "read_owners", "read_pipelines", "read_properties"]

_TYPES = {item.value: item for item in PropertyType}


def read_properties(value: object) -> tuple[Property, ...]:
    """Read the definitions of one type's properties; archived ones are left out."""
    return tuple(_property(item) for item in _results(value) if item.get("archived") is not True)


def read_pipelines(value: object) -> tuple[Pipeline, ...]:
    """Read one type's pipelines in display order, each with its stages in display order."""
    pipelines = (
        Pipeline(
            id=text(item.get("id"), "a pipeline's id"),
            label=optional_text(item.get("label")) or "",
            order=integer(item.get("displayOrder")),
            stages=_stages(item),
        )
        for item in _results(value)
        if item.get("archived") is not True
    )
    return tuple(sorted(pipelines, key=lambda pipeline: pipeline.order))


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
        )
        for option in ordered
    )


def _stages(pipeline: Json) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    for item in mappings(pipeline.get("stages"), "a pipeline's stages"):
        if item.get("archived") is True:
            continue
        facts = item.get("metadata")
        metadata = mapping(facts, "a stage's metadata") if facts is not None else {}
        probability = decimal_of(metadata.get("probability"))
        stages.append(
            Stage(
                id=text(item.get("id"), "a stage's id"),
                label=optional_text(item.get("label")) or "",
                order=integer(item.get("displayOrder")),
                is_closed=_is_closed(metadata),
                probability=None if probability is None else float(probability),
            )
        )
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

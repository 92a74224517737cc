"""Answers the properties API: definitions, batches of them, groups, validation rules.

Sources: facts 7 [S][D][L]: the list has no paging; changing options replaces them all; a property in use is not archived; creating
an archived name brings it back. "In use" means here: a display, required or searchable property of a custom type, the currency of
another property, or a property that a list filters by [U].
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pydantic_core import to_json

from hubspot_skill.sandbox.batch import batch_answer, batch_inputs
from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.scopes import schema_scopes
from hubspot_skill.sandbox.seed import OptionSeed, PropertyGroupSeed, PropertySeed

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["ENDPOINTS", "property_json", "schema_type"]

_FIELDS_OF_TYPE = {
    "bool": ("booleancheckbox",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox"),
    "date": ("date",),
    "datetime": ("date",),
    "number": ("number", "calculation_equation"),
    "string": ("text", "textarea", "html", "file", "phonenumber"),
    "phone_number": ("phonenumber",),
}
"""Which field types go with a type (facts 7) [D]."""

_UNIQUE_LIMIT = 10
_BATCH_LIMIT = 100


def list_properties(call: Call) -> Response:
    """Answer every definition of a type at once, or with `archived=true` the archived ones."""
    object_type = schema_type(call, "read")
    definitions = call.portal.store.definitions
    if call.query_flag("archived"):
        gone = definitions.archived_properties.get(object_type.name, {}).values()
        return answer({"results": [property_json(each, archived_ms=at_ms) for each, at_ms in gone]})
    found = [definitions.property(object_type, name) for name in definitions.properties[object_type.name]]
    return answer({"results": [property_json(each) for each in found if each is not None]})


def read_property(call: Call) -> Response:
    """Answer one definition."""
    object_type = schema_type(call, "read")
    return answer(property_json(_named(call, object_type, call.params["name"])))


async def create_property(call: Call) -> Response:
    """Make a property, or bring an archived one of that name back."""
    object_type = schema_type(call, "write")
    return answer(_created(call, object_type, await call.body()), 201)


async def update_property(call: Call) -> Response:
    """Change a definition; given options take the place of all that were there [L]."""
    object_type = schema_type(call, "write")
    current, body = _named(call, object_type, call.params["name"]), await call.body()
    if current.hubspot_defined and body.keys() - {"options", "label", "groupName", "displayOrder", "hidden"}:
        raise Refusal.validation(f"Property {current.name} is defined by HubSpot and its definition is read-only")
    if "options" in body and current.read_only_options:
        raise Refusal.validation(f"The options of property {current.name} are read-only")
    changed = replace(
        current,
        label=_text(body, "label", current.label),
        description=_text(body, "description", current.description),
        group_name=_text(body, "groupName", current.group_name),
        type=_text(body, "type", current.type),
        field_type=_text(body, "fieldType", current.field_type),
        hidden=bool(body.get("hidden", current.hidden)),
        form_field=bool(body.get("formField", current.form_field)),
        display_order=_whole(body, "displayOrder", current.display_order),
        options=_options(call, body) if "options" in body else current.options,
        updated_ms=call.portal.now_ms(),
    )
    _check(call, object_type, changed)
    call.portal.store.definitions.set_property(object_type, changed)
    return answer(property_json(changed))


def archive_property(call: Call) -> Response:
    """Archive a property that nothing uses; one that is not there answers the same."""
    object_type = schema_type(call, "write")
    _archive(call, object_type, call.params["name"])
    return no_content()


async def read_batch(call: Call) -> Response:
    """Answer definitions by name; unknown names are one error of a 207."""
    object_type = schema_type(call, "read")
    names = [str(each.get("name", "")) for each in batch_inputs(await call.body(), _BATCH_LIMIT)]
    found = {name: call.portal.store.definitions.property(object_type, name) for name in names}
    missing = [name for name, each in found.items() if each is None]
    errors: list[dict[str, object]] = []
    if missing:
        errors.append(
            {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "message": "Some properties do not exist",
                "context": {"name": missing},
            }
        )
    return batch_answer(call, [property_json(each) for each in found.values() if each is not None], errors)


async def create_batch(call: Call) -> Response:
    """Make properties; the first that is refused refuses those after it too."""
    object_type = schema_type(call, "write")
    inputs = batch_inputs(await call.body(), _BATCH_LIMIT)
    return batch_answer(call, [_created(call, object_type, each) for each in inputs], [], status=201)


async def archive_batch(call: Call) -> Response:
    """Archive properties by name."""
    object_type = schema_type(call, "write")
    for each in batch_inputs(await call.body(), _BATCH_LIMIT):
        _archive(call, object_type, str(each.get("name", "")))
    return no_content()


def list_groups(call: Call) -> Response:
    """Answer the groups of a type."""
    object_type = schema_type(call, "read")
    groups = call.portal.store.definitions.groups[object_type.name].values()
    return answer({"results": [_group(each) for each in groups]})


def read_group(call: Call) -> Response:
    """Answer one group."""
    object_type = schema_type(call, "read")
    return answer(_group(_named_group(call, object_type)))


async def create_group(call: Call) -> Response:
    """Make a group."""
    object_type = schema_type(call, "write")
    body = await call.body()
    name, label = (_required(body, key) for key in ("name", "label"))
    groups = call.portal.store.definitions.groups[object_type.name]
    if name in groups:
        raise Refusal.conflict(
            f"A property group named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="PropertyGroupError.GROUP_EXISTS",
        )
    groups[name] = PropertyGroupSeed(name, label, _whole(body, "displayOrder", -1))
    return answer(_group(groups[name]), 201)


async def update_group(call: Call) -> Response:
    """Change a group's label or place."""
    object_type = schema_type(call, "write")
    current, body = _named_group(call, object_type), await call.body()
    changed = PropertyGroupSeed(
        current.name, _text(body, "label", current.label), _whole(body, "displayOrder", current.display_order)
    )
    call.portal.store.definitions.groups[object_type.name][current.name] = changed
    return answer(_group(changed))


def delete_group(call: Call) -> Response:
    """Take an empty group away [L]."""
    object_type = schema_type(call, "write")
    definitions, name = call.portal.store.definitions, call.params["name"]
    if any(each.group_name == name for each in definitions.properties[object_type.name].values()):
        raise Refusal.plain(
            400,
            f"Property group {name} has active properties and cannot be deleted",
            "VALIDATION_ERROR",
            subCategory="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
        )
    definitions.groups[object_type.name].pop(name, None)
    return no_content()


def list_rules(call: Call) -> Response:
    """Answer the validation rules of a type, by property; an account begins with none."""
    schema_type(call, "read")
    return answer({"results": []})


def read_rules(call: Call) -> Response:
    """Answer the validation rules of one property."""
    _named(call, schema_type(call, "read"), call.params["name"])
    return answer({"results": []})


def schema_type(call: Call, way: str) -> ObjectType:
    """Return the type of the path, after asking for the scopes of its definitions."""
    object_type = call.portal.store.definitions.types.find(call.params["object_type"])
    call.require(*schema_scopes(object_type.name, way))
    return object_type


def property_json(definition: PropertySeed, *, archived_ms: int | None = None) -> dict[str, object]:
    """Return a definition as HubSpot writes it [S]."""
    found: dict[str, object] = {
        "updatedAt": iso(definition.updated_ms),
        "createdAt": iso(definition.created_ms),
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group_name,
        "options": [
            {
                "label": option.label,
                "value": option.value,
                "description": option.description,
                "displayOrder": option.display_order,
                "hidden": option.hidden,
            }
            for option in definition.options
        ],
        "displayOrder": definition.display_order,
        "calculated": definition.calculated,
        "externalOptions": definition.external_options,
        "archived": archived_ms is not None,
        "hasUniqueValue": definition.has_unique_value,
        "hidden": definition.hidden,
        "hubspotDefined": definition.hubspot_defined,
        "showCurrencySymbol": definition.show_currency_symbol,
        "modificationMetadata": {
            "archivable": not definition.hubspot_defined,
            "readOnlyDefinition": definition.hubspot_defined,
            "readOnlyOptions": definition.read_only_options,
            "readOnlyValue": definition.read_only_value or definition.calculated,
        },
        "formField": definition.form_field,
        "dataSensitivity": definition.data_sensitivity,
    }
    if definition.referenced_object_type is not None:
        found["referencedObjectType"] = definition.referenced_object_type
    if definition.currency_property_name is not None:
        found["currencyPropertyName"] = definition.currency_property_name
    if archived_ms is not None:
        found["archivedAt"] = iso(archived_ms)
    return found


def _created(call: Call, object_type: ObjectType, body: dict[str, object]) -> dict[str, object]:
    name, label, group, kind, field = (
        _required(body, key) for key in ("name", "label", "groupName", "type", "fieldType")
    )
    definitions = call.portal.store.definitions
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Refusal.validation(
            f'Property name "{name}" must begin with a letter and hold lower-case letters, digits and underscores only'
        )
    if name in definitions.properties[object_type.name]:
        raise Refusal.conflict(
            f"A property named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="Properties.PROPERTY_WITH_NAME_EXISTS",
        )
    now_ms = call.portal.now_ms()
    options = _options(call, body)
    if kind == "bool" and not options:
        options = (OptionSeed("Yes", "true", 0), OptionSeed("No", "false", 1))
    currency, referenced = body.get("currencyPropertyName"), body.get("referencedObjectType")
    definition = PropertySeed(
        name,
        label,
        kind,
        field,
        group,
        description=_text(body, "description", ""),
        options=options,
        display_order=_whole(body, "displayOrder", -1),
        has_unique_value=bool(body.get("hasUniqueValue", False)),
        hidden=bool(body.get("hidden", False)),
        external_options=bool(body.get("externalOptions", False)),
        form_field=bool(body.get("formField", False)),
        hubspot_defined=False,
        referenced_object_type=str(referenced) if referenced else None,
        currency_property_name=str(currency) if currency else None,
        show_currency_symbol=bool(body.get("showCurrencySymbol", False)),
        data_sensitivity=_text(body, "dataSensitivity", "non_sensitive"),
        created_ms=now_ms,
        updated_ms=now_ms,
    )
    _check(call, object_type, definition)
    definitions.set_property(object_type, definition)
    if definition.has_unique_value:
        call.portal.store.make_index(object_type, name, any_case=True)
    return property_json(definition)


def _check(call: Call, object_type: ObjectType, definition: PropertySeed) -> None:
    """Refuse a definition whose parts do not go together."""
    definitions = call.portal.store.definitions
    allowed = _FIELDS_OF_TYPE.get(definition.type)
    if allowed is None:
        raise Refusal.invalid_json(f'Cannot deserialize value of type `PropertyType` from String "{definition.type}"')
    if definition.field_type not in allowed:
        raise Refusal.validation(
            f"fieldType {definition.field_type} does not go with type {definition.type}: one of {', '.join(allowed)}"
        )
    if definition.group_name not in definitions.groups[object_type.name]:
        raise Refusal.validation(f"Property group {definition.group_name} does not exist")
    if definition.type == "enumeration" and not definition.options and not definition.external_options:
        raise Refusal.validation(f"Property {definition.name} of type enumeration requires options")
    values = [option.value for option in definition.options]
    if len(set(values)) < len(values):
        raise Refusal.validation(f"The options of property {definition.name} must have values that differ")
    if definition.has_unique_value:
        others = definitions.properties[object_type.name].values()
        unique = [each.name for each in others if each.has_unique_value and each.name != definition.name]
        if len(unique) >= _UNIQUE_LIMIT:
            raise Refusal.validation(f"{object_type.name} already have {_UNIQUE_LIMIT} properties with unique values")


def _archive(call: Call, object_type: ObjectType, name: str) -> None:
    definitions = call.portal.store.definitions
    definition = definitions.properties[object_type.name].get(name)
    if definition is None:
        return
    if definition.hubspot_defined:
        raise Refusal.validation(f"Property {name} is defined by HubSpot and cannot be archived")
    if _in_use(call, object_type, name):
        raise Refusal.plain(
            400,
            f"Property {name} is in use and cannot be deleted",
            "VALIDATION_ERROR",
            subCategory="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
        )
    definitions.archive_property(object_type, name, call.portal.now_ms())


def _in_use(call: Call, object_type: ObjectType, name: str) -> bool:
    facts, definitions = call.portal.facts, call.portal.store.definitions
    schema = facts.custom_schema
    if schema is not None and schema.object_type_id == object_type.name:
        shown = (schema.primary_display_property, *schema.secondary_display_properties)
        if name in {*shown, *schema.required_properties, *schema.searchable_properties}:
            return True
    if any(each.currency_property_name == name for each in definitions.properties[object_type.name].values()):
        return True
    mention = to_json({"property": name})[1:-1]
    return any(
        each.object_type_id == object_type.type_id
        and each.filter_branch is not None
        and mention in to_json(each.filter_branch)
        for each in facts.lists
    )


def _named(call: Call, object_type: ObjectType, name: str) -> PropertySeed:
    found = call.portal.store.definitions.property(object_type, name)
    if found is None:
        raise Refusal.plain(404, f'Property "{name}" does not exist', "OBJECT_NOT_FOUND")
    return found


def _named_group(call: Call, object_type: ObjectType) -> PropertyGroupSeed:
    found = call.portal.store.definitions.groups[object_type.name].get(call.params["name"])
    if found is None:
        raise Refusal.plain(404, f'Property group "{call.params["name"]}" does not exist', "OBJECT_NOT_FOUND")
    return found


def _group(group: PropertyGroupSeed) -> dict[str, object]:
    return {"name": group.name, "label": group.label, "displayOrder": group.display_order, "archived": False}


def _options(call: Call, body: dict[str, object]) -> tuple[OptionSeed, ...]:
    given = body.get("options")
    options: list[OptionSeed] = []
    for place, each in enumerate(cast("list[object]", given) if isinstance(given, list) else []):
        fields = cast("dict[str, object]", each) if isinstance(each, dict) else {}
        label, value = (_required(fields, key) for key in ("label", "value"))
        if call.at_least("2026-09") and not isinstance(fields.get("displayOrder"), int):
            raise Refusal.invalid_json("Some required fields were not set: [displayOrder]")
        order = _whole(fields, "displayOrder", place)
        options.append(
            OptionSeed(label, value, order, bool(fields.get("hidden", False)), _text(fields, "description", ""))
        )
    return tuple(options)


def _required(body: dict[str, object], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise Refusal.invalid_json(f"Some required fields were not set: [{name}]")
    return found


def _text(body: dict[str, object], name: str, default: str) -> str:
    found = body.get(name, default)
    return found if isinstance(found, str) else default


def _whole(body: dict[str, object], name: str, default: int) -> int:
    found = body.get(name, default)
    return found if isinstance(found, int) else default


_LEGACY = ("/crm/v3/properties",)
_RULES = ("/crm/v3/property-validations",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "crm/properties", "/{object_type}", list_properties, legacy=_LEGACY),
    Endpoint("POST", "crm/properties", "/{object_type}", create_property, legacy=_LEGACY),
    Endpoint("GET", "crm/properties", "/{object_type}/{name}", read_property, legacy=_LEGACY),
    Endpoint("PATCH", "crm/properties", "/{object_type}/{name}", update_property, legacy=_LEGACY),
    Endpoint("DELETE", "crm/properties", "/{object_type}/{name}", archive_property, legacy=_LEGACY),
    Endpoint("POST", "crm/properties", "/{object_type}/batch/read", read_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/properties", "/{object_type}/batch/create", create_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/properties", "/{object_type}/batch/archive", archive_batch, legacy=_LEGACY),
    Endpoint("GET", "crm/properties", "/{object_type}/groups", list_groups, legacy=_LEGACY),
    Endpoint("POST", "crm/properties", "/{object_type}/groups", create_group, legacy=_LEGACY),
    Endpoint("GET", "crm/properties", "/{object_type}/groups/{name}", read_group, legacy=_LEGACY),
    Endpoint("PATCH", "crm/properties", "/{object_type}/groups/{name}", update_group, legacy=_LEGACY),
    Endpoint("DELETE", "crm/properties", "/{object_type}/groups/{name}", delete_group, legacy=_LEGACY),
    Endpoint("GET", "crm/property-validations", "/{object_type}", list_rules, legacy=_RULES),
    Endpoint("GET", "crm/property-validations", "/{object_type}/{name}", read_rules, legacy=_RULES),
)

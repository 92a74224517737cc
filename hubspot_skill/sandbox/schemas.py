"""Answers the schemas of custom object types.

Sources: facts 1.1 for the addresses [D]; shapes as the official `hubspot-sdk` package reads them [S]. Schemas are read here; making
and changing them is refused until something needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.properties import property_json
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.seed import CustomSchemaSeed

__all__ = ["ENDPOINTS"]

_SCOPES = ("crm.schemas.custom.read", "crm.objects.custom.read")


def list_schemas(call: Call) -> Response:
    """Answer the account's custom types; there are no archived ones."""
    call.require(*_SCOPES)
    schema = call.portal.facts.custom_schema
    shown = [] if schema is None or call.query_flag("archived") else [_schema(call, schema)]
    return answer({"results": shown})


def read_schema(call: Call) -> Response:
    """Answer one custom type by its id, name or fully qualified name."""
    call.require(*_SCOPES)
    schema = call.portal.facts.custom_schema
    found = call.portal.store.definitions.types.find(call.params["object_type"])
    if schema is None or found.name != schema.object_type_id:
        raise Refusal.not_found()
    return answer(_schema(call, schema))


def _schema(call: Call, schema: CustomSchemaSeed) -> dict[str, object]:
    definitions = call.portal.store.definitions
    types = definitions.types
    return {
        "id": schema.object_type_id.removeprefix("2-"),
        "objectTypeId": schema.object_type_id,
        "name": schema.name,
        "fullyQualifiedName": schema.fully_qualified_name,
        "labels": {"singular": schema.label_singular, "plural": schema.label_plural},
        "description": schema.description,
        "primaryDisplayProperty": schema.primary_display_property,
        "secondaryDisplayProperties": list(schema.secondary_display_properties),
        "requiredProperties": list(schema.required_properties),
        "searchableProperties": list(schema.searchable_properties),
        "properties": [property_json(each) for each in definitions.properties[schema.object_type_id].values()],
        "associations": [
            {
                "id": str(each.type_id),
                "name": each.name,
                "fromObjectTypeId": types.named(each.from_type).type_id,
                "toObjectTypeId": types.named(each.to_type).type_id,
                "createdAt": iso(schema.created_ms),
                "updatedAt": iso(schema.updated_ms),
            }
            for each in definitions.association_types
            if schema.object_type_id in {each.from_type, each.to_type}
        ],
        "allowsSensitiveProperties": False,
        "archived": False,
        "createdAt": iso(schema.created_ms),
        "updatedAt": iso(schema.updated_ms),
    }


_LEGACY = ("/crm/v3/schemas", "/crm-object-schemas/v3/schemas")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "", "", list_schemas, legacy=_LEGACY),
    Endpoint("GET", "", "/{object_type}", read_schema, legacy=_LEGACY),
    Endpoint("GET", "crm-object-schemas", "/schemas", list_schemas),
    Endpoint("GET", "crm-object-schemas", "/schemas/{object_type}", read_schema),
)

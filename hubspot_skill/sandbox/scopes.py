"""Names the scopes that the sandbox knows and which of them an object type needs (facts 2.7)."""

from __future__ import annotations

__all__ = ["ALL_SCOPES", "object_scopes", "schema_scopes"]

_OWN_SCOPE_TYPES = frozenset({"contacts", "companies", "deals"})
_ENGAGEMENTS = frozenset({"notes", "tasks", "calls", "meetings", "emails"})

ALL_SCOPES = frozenset(
    {
        "oauth",
        *(
            f"crm.objects.{name}.{way}"
            for name in ("contacts", "companies", "deals", "custom")
            for way in ("read", "write")
        ),
        *(
            f"crm.schemas.{name}.{way}"
            for name in ("contacts", "companies", "deals", "custom")
            for way in ("read", "write")
        ),
        "crm.objects.owners.read",
        "crm.lists.read",
        "crm.lists.write",
        "crm.import",
        "crm.export",
        "tickets",
        "sales-email-read",
        "marketing.campaigns.read",
        "marketing.campaigns.write",
        "marketing.campaigns.revenue.read",
        "marketing.email.read",
        "marketing.email.write",
        "content",
        "marketing-email",
        "transactional-email",
        "settings.currencies.read",
        "settings.currencies.write",
        "business-intelligence",
    }
)
"""Every scope of facts 2.7 that an endpoint of the sandbox may ask for."""


def object_scopes(object_type: str, way: str) -> tuple[str, ...]:
    """Return the scopes any of which lets a caller `read` or `write` records of a type [S].

    Activities go by the contacts' scopes, tickets by their one scope, custom types by the custom ones.
    """
    if object_type in _OWN_SCOPE_TYPES:
        return (f"crm.objects.{object_type}.{way}",)
    if object_type in _ENGAGEMENTS:
        return (f"crm.objects.contacts.{way}",)
    if object_type == "tickets":
        return ("tickets",)
    return (f"crm.objects.custom.{way}",)


def schema_scopes(object_type: str, way: str) -> tuple[str, ...]:
    """Return the scopes any of which lets a caller `read` or `write` definitions of a type [S]."""
    name = object_type if object_type in _OWN_SCOPE_TYPES else "custom" if object_type.startswith("2-") else "contacts"
    schema = f"crm.schemas.{name}.{way}"
    return (schema,) if way == "write" else (schema, *object_scopes(object_type, way))

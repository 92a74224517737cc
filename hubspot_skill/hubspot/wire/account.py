"""Reads what HubSpot says of an access token: an OAuth introspection, or the facts of a private-app token."""

from __future__ import annotations

from hubspot_skill.hubspot.token_facts import TokenFacts
from hubspot_skill.hubspot.wire.shapes import mapping, optional_text, texts

__all__ = ["read_introspection", "read_token_info"]


def read_introspection(value: object) -> TokenFacts:
    """Read an OAuth introspection; a token that is unknown or revoked is `active: false` and nothing else."""
    fields = mapping(value, "the answer")
    return TokenFacts(
        is_active=fields.get("active") is not False,
        scopes=texts(fields.get("scopes")) if "scopes" in fields else None,
        user_id=optional_text(fields.get("user_id")),
        user_email=optional_text(fields.get("user")),
        portal_id=optional_text(fields.get("hub_id")),
    )


def read_token_info(value: object) -> TokenFacts:
    """Read the facts of a service key or private-app token; its user is the one who made it."""
    fields = mapping(value, "the answer")
    return TokenFacts(
        is_active=True,
        scopes=texts(fields.get("scopes")) if "scopes" in fields else None,
        user_id=optional_text(fields.get("userId")),
        portal_id=optional_text(fields.get("hubId")),
    )

"""Reads the answers of HubSpot's OAuth endpoints: tokens, a description of a token, and refusals.

Shapes: HubSpot's OAuth API, versions 2026-03 and 2026-09, and recorded refusals, which carry OAuth's fields (`error`)
and HubSpot's (`status`) at once; read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from pydantic_core import from_json

from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.wire.shapes import Json, ShapeError, integer, mapping, optional_text, text, texts

__all__ = ["GrantFacts", "OAuthRefusal", "Tokens", "read_grant_facts", "read_oauth_refusal", "read_tokens"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that HubSpot gave, for which account and with which scopes."""

    access_token: Secret
    refresh_token: Secret
    expires_in_s: float
    hub_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What a living token stands for: who agreed, in which account, to what."""

    hub_id: int
    hub_domain: str
    app_id: str
    user_id: str
    user_email: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OAuthRefusal:
    """A refusal by the token endpoint: HubSpot's `status` and OAuth's `error`, empty where absent."""

    status: str = ""
    error: str = ""
    correlation_id: str | None = None


def read_tokens(body: bytes) -> Tokens:
    """Read the answer to a code or a refresh token.

    Raises:
        ShapeError: a token or its life is missing.
    """
    fields = _fields(body)
    life_s = integer(fields.get("expires_in"))
    if life_s <= 0:
        raise ShapeError("expires_in is not a number of seconds above zero")
    return Tokens(
        access_token=Secret(text(fields.get("access_token"), "access_token")),
        refresh_token=Secret(text(fields.get("refresh_token"), "refresh_token")),
        expires_in_s=life_s,
        hub_id=integer(fields.get("hub_id")),
        scopes=texts(fields.get("scopes")),
    )


def read_grant_facts(body: bytes) -> GrantFacts | None:
    """Read an introspection; None for a token that is not active.

    Raises:
        ShapeError: it does not say whether the token is active, or not for which account.
    """
    fields = _fields(body)
    if fields.get("active") is False:
        return None
    if fields.get("active") is not True:
        raise ShapeError("active is neither true nor false")
    hub_id = integer(fields.get("hub_id"))
    if hub_id <= 0:
        raise ShapeError("hub_id is missing")
    return GrantFacts(
        hub_id=hub_id,
        hub_domain=optional_text(fields.get("hub_domain")) or "",
        app_id=optional_text(fields.get("app_id")) or "",
        user_id=optional_text(fields.get("user_id")) or "",
        user_email=optional_text(fields.get("user")) or "",
        scopes=texts(fields.get("scopes")),
    )


def read_oauth_refusal(body: bytes) -> OAuthRefusal:
    """Read a refusal; one that is no JSON object says nothing."""
    try:
        data: object = from_json(body)
    except ValueError:
        return OAuthRefusal()
    if type(data) is not dict:
        return OAuthRefusal()
    fields = cast("Json", data)
    return OAuthRefusal(
        status=(optional_text(fields.get("status")) or "").upper(),
        error=(optional_text(fields.get("error")) or "").lower(),
        correlation_id=optional_text(fields.get("correlationId")),
    )


def _fields(body: bytes) -> Json:
    try:
        data: object = from_json(body)
    except ValueError:
        raise ShapeError("the answer is not JSON") from None
    return mapping(data, "the answer")

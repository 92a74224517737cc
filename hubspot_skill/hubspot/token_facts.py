"""What HubSpot says of the access token in use."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TokenFacts"]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """The token's standing. None means that HubSpot did not say; `user_id` matches an owner's `user_id`."""

    is_active: bool = True
    scopes: tuple[str, ...] | None = None
    user_id: str | None = None
    user_email: str | None = None
    portal_id: str | None = None

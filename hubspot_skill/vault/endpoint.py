"""Says what the vault needs of HubSpot's token endpoint; the adapter's `oauth` module has it.

One endpoint stands for one OAuth app, whose id and secret it keeps. Refusals come as the three errors that the
vault tells apart: `ReconnectError` (the grant is gone), `AppRefusedError` (the app's own credentials), `HubSpotError`
(passing; `UnreachableError` when nothing was sent).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hubspot_skill.foundation.secret import Secret

__all__ = ["AppAt", "GrantedTokens", "TokenEndpoint"]


@dataclass(frozen=True, slots=True)
class AppAt:
    """One app at one HubSpot: the only connections whose tokens an endpoint of that app may be sent."""

    app_id: str
    environment: str


class GrantedTokens(Protocol):
    """Tokens that HubSpot gave; the refresh token may be the one that was sent or another."""

    @property
    def access_token(self) -> Secret:
        """The token for API calls."""
        ...

    @property
    def refresh_token(self) -> Secret:
        """The token for the next refresh."""
        ...

    @property
    def expires_in_s(self) -> float:
        """How long the access token lives, from when HubSpot answered."""
        ...


class TokenEndpoint(Protocol):
    """HubSpot's token endpoint, asked on behalf of one app."""

    async def refresh(self, refresh_token: Secret) -> GrantedTokens:
        """Exchange a refresh token for new tokens. Sent once; nothing is tried again.

        Raises:
            ReconnectError: the grant is gone.
            AppRefusedError: the app's id or secret is wrong.
            UnreachableError: nothing was sent.
            HubSpotError: HubSpot failed, or its answer was lost.
        """
        ...

    async def is_alive(self, refresh_token: Secret) -> bool:
        """Ask whether a refresh token still stands for a grant.

        Raises:
            AppRefusedError: the app's id or secret is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        ...

    async def revoke(self, refresh_token: Secret) -> None:
        """End a refresh token; access tokens issued from it live on for up to their half hour.

        Raises:
            AppRefusedError: the app's id or secret is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        ...

"""Where the adapter gets its access token: a protocol, and the simplest source, one token that does not expire.

A source that refreshes (OAuth) is written beside its vault; the adapter asks before every call and tells when HubSpot
refuses. Service keys and private-app tokens have no expiry (developers.hubspot.com, service keys, read 2026-11-23).
"""

from __future__ import annotations

from typing import Protocol

from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.foundation.secret import Secret

__all__ = ["StaticToken", "TokenSource"]


class TokenSource(Protocol):
    """Gives the access token of one account."""

    async def access_token(self) -> Secret:
        """Give a token that HubSpot should accept now.

        Raises:
            NotConnectedError: there is none.
        """
        ...

    def refused(self, token: Secret, *, expired: bool) -> None:
        """Learn that HubSpot answered 401 to this token, and whether it said that the token's time is over."""
        ...


class StaticToken:
    """One service key or private-app token, for ever the same."""

    def __init__(self, token: Secret) -> None:
        """Keep the token.

        Raises:
            SettingsError: it cannot be a token: empty, or with a character that no header can carry.
        """
        text = token.reveal()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise SettingsError(
                "the HubSpot access token is empty or holds a blank or a character outside printable ASCII",
                hint="Copy it again from HubSpot, without quotes, blanks or line breaks.",
            )
        self._token = token

    async def access_token(self) -> Secret:
        """Give the token."""
        return self._token

    def refused(self, token: Secret, *, expired: bool) -> None:
        """Change nothing: there is no other token to fall back to."""

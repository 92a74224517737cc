"""Gives the token of a connection that does not expire: a service key or private-app token, from its sealed row.

Nothing is refreshed here. A refused token is read again at the next call, because another process may have put a newer
key in its place.
"""

from __future__ import annotations

from typing import final

from hubspot_skill.domain.errors import NotConnectedError
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.store import Status

__all__ = ["StoredToken"]


@final
class StoredToken:
    """The token of one connection, read once."""

    def __init__(self, rows: RefreshRows, tenant: str, connection_id: str) -> None:
        self._rows = rows
        self._tenant = tenant
        self._connection_id = connection_id
        self._held: Secret | None = None

    async def access_token(self) -> Secret:
        """Give the token.

        Raises:
            NotConnectedError: there is no such connection any more, or it is switched off.
        """
        if self._held is None:
            row = await self._rows.read(self._tenant, self._connection_id)
            if row is None or row.access_token is None or row.status is not Status.ACTIVE:
                raise NotConnectedError(
                    "the key of this HubSpot account is no longer kept here",
                    hint="Add one: hubspot-skill accounts add-token",
                )
            self._held = row.access_token
        return self._held

    def refused(self, token: Secret, *, expired: bool = False) -> None:
        """Forget a token that HubSpot answered 401 to."""
        if self._held == token:
            self._held = None

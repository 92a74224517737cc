"""Another process of this program that serves the site already: asked for links, and for what was connected there.

Both questions prove the console's key, which lies in a file that only its owner can read, without telling it: whatever
has the port may be somebody else's. An answer that is not sealed with the key counts as none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.surfaces.web.site import Site

__all__ = ["Connecting", "OtherDoor"]

_TIMEOUT_S = 3.0
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Connecting:
    """How many accounts were connected there since its start, and the name of the last one."""

    count: int
    alias: str


@final
class OtherDoor:
    """The server on the site's port."""

    def __init__(self, site: Site, key: Secret) -> None:
        self._address = f"{site.origin}/links"
        self._key = key

    async def link(self, *, only_connect: bool, next_page: str) -> str:
        """Give a one-time link to its site; empty where it is none of ours."""
        query = {"only_connect": "1" if only_connect else "0", "next": next_page}
        return str((await self._asked("POST", query)).get("link", ""))

    async def connecting(self) -> Connecting | None:
        """Tell what was connected there; None where it is none of ours or no longer there."""
        told = await self._asked("GET", {})
        return Connecting(int(told["count"]), str(told["alias"])) if told.keys() >= {"count", "alias"} else None

    async def _asked(self, method: str, query: dict[str, str]) -> dict[str, Any]:
        import httpx2

        from hubspot_skill.surfaces.web.links import opened, question

        nonce, sent = secrets.token_urlsafe(_NONCE_BYTES), urlencode(query)
        headers = {"Authorization": question(self._key, method, sent, nonce)}
        address = f"{self._address}?{sent}" if sent else self._address
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as client:
                answer = await client.request(method, address, headers=headers)
        except httpx2.HTTPError:
            return {}
        return opened(self._key, answer.content, nonce) if answer.status_code == 200 else {}

"""New one-time links for another program of the same person on this machine: `/links`, by the console's key.

`hubspot-skill login` asks here when a server has the port already. The key lies in a file that only its owner can
read, apart from the token of the MCP door: a chat client holds that one, and a link to a whole session would let it
approve in a person's place. `GET /links` tells such a program what was connected meanwhile.

The key itself is never sent, because what has the port may be somebody else's program: a question carries a proof of
the key over itself and a number used once, and the answer is sealed with the key for that number. So a stranger on the
port learns nothing and can answer nothing. A request with an Origin comes from a browser and is refused.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hubspot_skill.domain.errors import VaultRefusedError
from hubspot_skill.foundation.crypto import KeyVersions, mac, seal, unseal
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.web.ports import SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["LINKS_PATH", "ConnectingNow", "link_routes", "link_to", "opened", "question"]

LINKS_PATH = "/links"
_SCHEME = "Proof"
_KIND = "links"
ConnectingNow = Callable[[], tuple[int, str]]
"""Tells how many accounts were connected in this process, and the name of the last one."""


def question(key: Secret, method: str, query: str, nonce: str) -> str:
    """Give the Authorization header of a question; `query` is the part of the address after the mark, as it is sent."""
    proof = mac(_derived(key, "ask"), method.encode(), query.encode(), nonce.encode())
    return f"{_SCHEME} {nonce}.{proof.hex()}"


def opened(key: Secret, answer: bytes, nonce: str) -> dict[str, object]:
    """Give what an answer says to the question of this number; nothing where it is not from who has the key."""
    try:
        told = unseal(base64.b64decode(answer), lambda _: _derived(key, "tell"), _KIND, nonce.encode())
    except (VaultRefusedError, ValueError):
        return {}
    return json.loads(told)


def link_routes(site: Site, sessions: SessionBook, key: Secret, connecting: ConnectingNow) -> list[Route]:
    """Give the routes: to `POST` they tell `{"link": "http://…/enter?k=…"}`, to `GET` `{"count": 1, "alias": "…"}`."""

    def known_nonce(request: Request) -> str:
        """Give the number of a question that proves the key, empty for any other."""
        given = request.headers.get("authorization", "")
        nonce = given.removeprefix(f"{_SCHEME} ").partition(".")[0]
        expected = question(key, request.method, request.url.query, nonce)
        is_ours = request.headers.get("host") in {site.host, *site.same} and "origin" not in request.headers
        return nonce if is_ours and hmac.compare_digest(given.encode(), expected.encode()) else ""

    def told(nonce: str, what: dict[str, object]) -> Response:
        sealed = seal(json.dumps(what).encode(), _derived(key, "tell"), KeyVersions(0, 0), _KIND, nonce.encode())
        return Response(base64.b64encode(sealed), media_type="text/plain", headers={"Cache-Control": "no-store"})

    async def make(request: Request) -> Response:
        nonce = known_nonce(request)
        if not nonce:
            return _stranger()
        only_connect = request.query_params.get("only_connect") == "1"
        next_page = request.query_params.get("next", "")
        return told(nonce, {"link": link_to(site, sessions.new_link(only_connect=only_connect), next_page)})

    async def tell(request: Request) -> Response:
        nonce = known_nonce(request)
        if not nonce:
            return _stranger()
        count, alias = connecting()
        return told(nonce, {"count": count, "alias": alias})

    return [Route(LINKS_PATH, make, methods=["POST"]), Route(LINKS_PATH, tell, methods=["GET"])]


def _stranger() -> Response:
    return JSONResponse({"detail": "the proof of the console's key is missing or wrong"}, HTTPStatus.UNAUTHORIZED)


def _derived(key: Secret, use: str) -> bytes:
    return mac(key.reveal().encode(), b"links", use.encode())


def link_to(site: Site, secret: str, next_page: str = "") -> str:
    """Give the whole address of a one-time link, which leads on to a page of this site."""
    query = {"k": secret, **({"next": next_page} if next_page else {})}
    return f"{site.origin}/enter?{urlencode(query)}"

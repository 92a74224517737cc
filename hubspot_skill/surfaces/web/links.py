"""New one-time links for another program of the same person on this machine: `POST /links` with the console's key.

`hubspot-skill login` asks here when a server has the port already. The key lies in a file that only its owner can
read, apart from the token of the MCP door: a chat client holds that one, and a link to a whole session would let it
approve in a person's place. A request with an Origin comes from a browser and is refused. `GET /links` tells such a program what was connected meanwhile.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.web.ports import SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["LINKS_PATH", "ConnectingNow", "link_routes", "link_to"]

LINKS_PATH = "/links"
ConnectingNow = Callable[[], tuple[int, str]]
"""Tells how many accounts were connected in this process, and the name of the last one."""


def link_routes(site: Site, sessions: SessionBook, key: Secret, connecting: ConnectingNow) -> list[Route]:
    """Give the routes: `POST` answers `{"link": "http://…/enter?k=…"}`, `GET` `{"count": 1, "alias": "…"}`."""

    def is_known(request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        is_ours = request.headers.get("host") in {site.host, *site.same} and "origin" not in request.headers
        is_right = hmac.compare_digest(given.strip().encode(), key.reveal().encode()) and scheme.lower() == "bearer"
        return is_ours and is_right

    async def make(request: Request) -> Response:
        if not is_known(request):
            return _stranger()
        only_connect = request.query_params.get("only_connect") == "1"
        next_page = request.query_params.get("next", "")
        return JSONResponse({"link": link_to(site, sessions.new_link(only_connect=only_connect), next_page)})

    async def tell(request: Request) -> Response:
        if not is_known(request):
            return _stranger()
        count, alias = connecting()
        return JSONResponse({"count": count, "alias": alias})

    return [Route(LINKS_PATH, make, methods=["POST"]), Route(LINKS_PATH, tell, methods=["GET"])]


def _stranger() -> Response:
    return JSONResponse({"detail": "the console's key is missing or wrong"}, HTTPStatus.UNAUTHORIZED)


def link_to(site: Site, secret: str, next_page: str = "") -> str:
    """Give the whole address of a one-time link, which leads on to a page of this site."""
    query = {"k": secret, **({"next": next_page} if next_page else {})}
    return f"{site.origin}/enter?{urlencode(query)}"

"""The first page: how many records there are, and where to go on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.surfaces.web.console.desk import Desk, Here

__all__ = ["home_routes"]


def home_routes(desk: Desk) -> list[Route]:
    """Give the route of the account's own address."""

    async def home(request: Request, here: Here) -> Response:
        tiles: list[tuple[str, str, int]] = []
        as_of = None
        for key, word in (("contacts", "Contacts"), ("companies", "Companies"), ("deals", "Deals")):
            found = await here.crm.search(SearchRequest(type=key, count_only=True))
            tiles.append((key, word, found.total))
            as_of = found.as_of
        return here.render("console/home.html", current="home", tiles=tiles, as_of=as_of)

    return [Route("/a/{account}/", desk.page(home), methods=["GET"])]

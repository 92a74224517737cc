"""The whole site as one ASGI application: what the guard lets through, and the two things that lie before it.

Before the guard lie `/links`, which no browser calls and which has a key of its own, and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, ConnectionsProvider, connect_routes
from hubspot_skill.surfaces.web.entrance import entrance_routes
from hubspot_skill.surfaces.web.guard import Guard
from hubspot_skill.surfaces.web.links import ConnectingNow, link_routes
from hubspot_skill.surfaces.web.pages import Pages
from hubspot_skill.surfaces.web.ports import AttemptBook, SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["web_app"]

_STATIC = Path(__file__).with_name("static")


def web_app(
    site: Site,
    *,
    sessions: SessionBook,
    attempts: AttemptBook,
    connections: ConnectionsProvider,
    key: Secret,
    connecting: ConnectingNow,
) -> Starlette:
    """Build the site; `key` is the console's, for `/links`."""
    pages = Pages()

    async def home(request: Request) -> Response:
        return RedirectResponse(ACCOUNTS_PATH)

    guarded = Starlette(
        routes=[
            Route("/", home),
            *entrance_routes(site, sessions, attempts, pages, home=ACCOUNTS_PATH),
            *connect_routes(site, connections, attempts, pages),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(Guard, site=site, sessions=sessions, pages=pages)],
    )
    return Starlette(routes=[*link_routes(site, sessions, key, connecting), Mount("/", guarded)])

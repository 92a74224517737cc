"""The whole site as one ASGI application: what the guard lets through, and the two things that lie before it.

Before the guard lie `/links`, which no browser calls and which has a key of its own, and nothing else.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.web.assets import STATIC
from hubspot_skill.surfaces.web.connect import ConnectionsProvider, connect_routes
from hubspot_skill.surfaces.web.console.desk import Desk
from hubspot_skill.surfaces.web.console.routes import console_routes
from hubspot_skill.surfaces.web.entrance import entrance_routes
from hubspot_skill.surfaces.web.guard import Guard
from hubspot_skill.surfaces.web.links import ConnectingNow, link_routes
from hubspot_skill.surfaces.web.pages import Pages
from hubspot_skill.surfaces.web.ports import AttemptBook, CrmBook, SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["web_app"]

_KEPT = "public, max-age=31536000, immutable"


class _Built(StaticFiles):
    """The built files; their names change with their content, so a browser may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code < 400:
            response.headers["Cache-Control"] = _KEPT
        return response


def web_app(
    site: Site,
    *,
    sessions: SessionBook,
    attempts: AttemptBook,
    connections: ConnectionsProvider,
    book: CrmBook,
    key: Secret,
    connecting: ConnectingNow,
) -> Starlette:
    """Build the site; `key` is the console's, for `/links`."""
    pages = Pages()
    desk = Desk(site, book, pages)
    guarded = Starlette(
        routes=[
            *entrance_routes(site, sessions, attempts, pages, home="/"),
            *connect_routes(site, connections, attempts, pages),
            *console_routes(desk, connections),
            Mount("/static", _Built(directory=STATIC)),
        ],
        middleware=[
            Middleware(Guard, site=site, sessions=sessions, pages=pages),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
    )
    return Starlette(routes=[*link_routes(site, sessions, key, connecting), Mount("/", guarded)])

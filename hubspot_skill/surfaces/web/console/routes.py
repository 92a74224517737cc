"""All pages of the console as routes; a bare path leads to the default account's."""

from __future__ import annotations

from starlette.routing import Route

from hubspot_skill.surfaces.web.console.desk import LOWER, NAV, Desk
from hubspot_skill.surfaces.web.console.frame import frame_routes
from hubspot_skill.surfaces.web.console.home import home_routes

__all__ = ["console_routes"]


def console_routes(desk: Desk) -> list[Route]:
    """Give the routes."""
    bare = [Route(place.path, desk.bare, methods=["GET"]) for place in (*NAV, *LOWER)]
    return [*bare, *frame_routes(desk), *home_routes(desk)]

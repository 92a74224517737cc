"""All pages of the console as routes; a bare path leads to the default account's."""

from __future__ import annotations

from starlette.routing import Route

from hubspot_skill.surfaces.web.connect import ConnectionsProvider
from hubspot_skill.surfaces.web.console.board import board_routes
from hubspot_skill.surfaces.web.console.campaigns import campaign_routes
from hubspot_skill.surfaces.web.console.changes import change_routes, waiting_count
from hubspot_skill.surfaces.web.console.dashboard import dashboard_routes
from hubspot_skill.surfaces.web.console.desk import LOWER, NAV, Desk
from hubspot_skill.surfaces.web.console.export import export_routes
from hubspot_skill.surfaces.web.console.finding import finding_routes
from hubspot_skill.surfaces.web.console.formats import amount, day, number, short, shown
from hubspot_skill.surfaces.web.console.frame import frame_routes
from hubspot_skill.surfaces.web.console.lists import list_routes, tone_of
from hubspot_skill.surfaces.web.console.many import many_routes
from hubspot_skill.surfaces.web.console.operating import operating_routes
from hubspot_skill.surfaces.web.console.records import record_routes
from hubspot_skill.surfaces.web.console.reports import report_routes

__all__ = ["console_routes"]


def console_routes(desk: Desk, connections: ConnectionsProvider) -> list[Route]:
    """Give the routes; `connections` gives the use cases of connecting accounts."""
    desk.counts = waiting_count
    bare = [Route(place.path, desk.bare, methods=["GET"]) for place in (*NAV, *LOWER)]
    desk.pages.offer("tone", tone_of)
    desk.pages.offer_filter("day", day)
    desk.pages.offer_filter("shown", shown)
    desk.pages.offer_filter("amount", amount)
    desk.pages.offer_filter("number", number)
    desk.pages.offer_filter("short", short)
    return [
        *bare,
        *finding_routes(desk),
        *list_routes(desk),
        *export_routes(desk),
        *many_routes(desk),
        *board_routes(desk),
        *record_routes(desk),
        *campaign_routes(desk),
        *frame_routes(desk),
        *dashboard_routes(desk),
        *report_routes(desk),
        *change_routes(desk),
        *operating_routes(desk, connections),
    ]

"""The pages that belong to the frame: recent notices, help with the keys, and how the console looks."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.entrance import set_cookie, take_cookie

__all__ = ["KEYS", "frame_routes"]

_YEAR_S = 365 * 24 * 3600
_LOOKS = {"theme": {"light", "dark"}, "density": {"compact"}}
KEYS = (
    ("?", "This list"),
    ("Ctrl K or /", "Search everything"),
    ("g then h, c, o, d, b, m, r, a", "Go to Home, Contacts, Companies, Deals, Board, Campaigns, Reports, Changes"),
    ("n", "Create a record"),
    ("e", "Edit the open record"),
    ("f", "Add a filter"),
    ("j, k", "Next and previous row"),
    ("Enter", "Open the row"),
    ("x", "Select the row"),
    ("Shift ← →", "Move a deal's card to the stage before or after, on its Move button"),
    ("u", "Undo what was done last"),
    ("Esc", "Close"),
)
"""The keys and what they do; single letters work outside of fields only."""


def frame_routes(desk: Desk) -> list[Route]:
    """Give the routes."""

    async def recent(request: Request, here: Here) -> Response:
        return here.render("console/recent.html", current="", kept=desk.notices.recent(here.session.name, here.account))

    async def help_page(request: Request, here: Here) -> Response:
        return here.render("console/help.html", current="", keys=KEYS)

    async def look(request: Request, here: Here) -> Response:
        said = await here.form()
        came_from = urlsplit(request.headers.get("referer", ""))
        is_ours = came_from.netloc == desk.site.host and came_from.path.startswith(here.base)
        query = f"?{came_from.query}" if came_from.query else ""
        back = f"{came_from.path}{query}" if is_ours else f"{here.base}/"
        response = RedirectResponse(back, HTTPStatus.SEE_OTHER)
        for name, known in _LOOKS.items():
            if name not in said:
                continue
            if said[name] in known:
                set_cookie(response, desk.site, name, said[name], max_age_s=_YEAR_S)
            else:
                take_cookie(response, desk.site, name)
        return response

    return [
        Route("/a/{account}/recent", desk.page(recent), methods=["GET"]),
        Route("/a/{account}/help", desk.page(help_page), methods=["GET"]),
        Route("/a/{account}/theme", desk.page(look), methods=["POST"]),
    ]

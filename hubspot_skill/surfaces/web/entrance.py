"""Coming in and going out: the one-time link that makes a session, and signing out.

The link is `/enter?k=…`; it answers 303 to a clean address, so that the secret stays in no history entry that works.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hubspot_skill.domain.errors import SignInRefusedError
from hubspot_skill.surfaces.web.pages import Pages
from hubspot_skill.surfaces.web.ports import AttemptBook, SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["entrance_routes", "set_cookie", "take_cookie"]


def entrance_routes(
    site: Site, sessions: SessionBook, attempts: AttemptBook, pages: Pages, *, home: str
) -> list[Route]:
    """Give the routes; `home` is where a new session begins when the link names no page of this site."""

    async def enter(request: Request) -> Response:
        if request.method != "GET":  # Starlette adds HEAD, and looking at a link must not use it up
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
        address = request.client.host if request.client else ""
        wait_s = attempts.wait_s(address)
        if wait_s > 0:
            error = SignInRefusedError(
                "too many links were tried that do not work",
                reason="too_many_attempts",
                hint=f"Try again in {max(1, round(wait_s / 60))} minutes.",
            )
            headers = {"Retry-After": str(round(wait_s) + 1)}
            return pages.failure(request, error, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
        entered = sessions.enter(request.query_params.get("k", ""), instead_of=request.state.session_id)
        if entered is None:
            attempts.failed(address)
            error = SignInRefusedError(
                "this link was used already, or it is older than ten minutes",
                reason="no_session",
                hint="Make a new one: `hubspot-skill login`, or start the server again and open the link it prints.",
            )
            return pages.failure(request, error, status=HTTPStatus.UNAUTHORIZED)
        response = RedirectResponse(_own_path(request.query_params.get("next", "")) or home, HTTPStatus.SEE_OTHER)
        set_cookie(response, site, "session", entered.id)
        return response

    async def leave(request: Request) -> Response:
        sessions.end(request.state.session_id)
        request.state.session = None
        response = pages.page(request, "left.html")
        take_cookie(response, site, "session")
        return response

    return [Route("/enter", enter, methods=["GET"]), Route("/leave", leave, methods=["POST"])]


def set_cookie(response: Response, site: Site, word: str, value: str, *, max_age_s: int | None = None) -> None:
    """Set one of the site's cookies: out of reach of scripts, and not sent with requests that other sites make."""
    response.set_cookie(
        site.cookie_name(word),
        value,
        max_age=max_age_s,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )


def take_cookie(response: Response, site: Site, word: str) -> None:
    """Take one of the site's cookies back, by one that browsers take as they took it."""
    response.delete_cookie(site.cookie_name(word), path="/", secure=site.is_secure, httponly=True, samesite="lax")


def _own_path(target: str) -> str:
    """Give a path of this site, or nothing for anything that a browser could read as another site's address."""
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_own and "\\" not in target else ""

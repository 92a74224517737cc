"""HTML from templates, and errors as pages or, to programs, as problem documents (RFC 9457)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from hubspot_skill.domain.errors import (
    AccountError,
    AlreadyExistsError,
    CallerError,
    HubSpotError,
    HubSpotSkillError,
    InvalidInputError,
    MissingScopesError,
    NotFoundError,
    PossibleDuplicateError,
    ReadOnlyError,
    RejectedValueError,
    SignInRefusedError,
    UnknownNameError,
    ValueChangedError,
)
from hubspot_skill.domain.text import clean
from hubspot_skill.surfaces.web.assets import Assets

__all__ = ["Pages", "masked", "status_of", "unmasked"]

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.UNAUTHORIZED: "This browser is not signed in",
    HTTPStatus.FORBIDDEN: "That was refused",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.MISDIRECTED_REQUEST: "This is another site",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Not saved",
    HTTPStatus.CONFLICT: "Not saved: it changed meanwhile",
    HTTPStatus.BAD_GATEWAY: "HubSpot did not do it",
}


class Pages:
    """Renders the site's pages; every value is escaped, and a name that a template misspells is an error."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("hubspot_skill.surfaces.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.assets = Assets()
        self._templates.filters["clean"] = clean
        self.offer("asset", self.assets.url)
        self.offer("icon", self.assets.icon)

    def offer(self, name: str, function: Callable[..., object]) -> None:
        """Let every template call a function by this name."""
        globals_: dict[str, Any] = self._templates.globals
        globals_[name] = function

    def offer_filter(self, name: str, function: Callable[..., object]) -> None:
        """Let every template use a filter of this name."""
        self._templates.filters[name] = function

    def page(self, request: Request, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Render a template with the session's CSRF token, if there is a session, at hand as `csrf`."""
        session = getattr(request.state, "session", None)
        text = self._templates.get_template(template).render(csrf=masked(session.csrf) if session else "", **values)
        return HTMLResponse(text, status)

    def title(self, status: int) -> str:
        """Give the heading that tells a refusal."""
        return _TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)

    def failure(
        self, request: Request, error: HubSpotSkillError, *, status: int, headers: dict[str, str] | None = None
    ) -> Response:
        """Tell an error: a page to a browser that wants HTML, a problem document to any other caller."""
        title = self.title(status)
        if "text/html" in request.headers.get("accept", ""):
            response = self.page(
                request, "failure.html", status=status, title=title, message=error.message, hint=error.hint
            )
            response.headers.update(headers or {})
            return response
        problem = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": error.message,
            "hint": error.hint,
            "code": error.code,
        }
        return JSONResponse(problem, status, headers, media_type="application/problem+json")


def masked(token: str) -> str:
    """Give a session's token as it may stand in an answer: never twice the same, as compressed answers need (BREACH)."""
    raw = token.encode()
    pad = secrets.token_bytes(len(raw))
    return base64.urlsafe_b64encode(pad + bytes(a ^ b for a, b in zip(raw, pad, strict=True))).decode()


def unmasked(sent: str) -> str:
    """Give the token that was masked, empty for what was not."""
    try:
        raw = base64.urlsafe_b64decode(sent)
        half = len(raw) // 2
        return bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True)).decode()
    except ValueError:
        return ""


def status_of(error: HubSpotSkillError) -> int:
    """Give the HTTP status that tells an error."""
    match error:
        case SignInRefusedError(reason="no_session"):
            return HTTPStatus.UNAUTHORIZED
        case SignInRefusedError(reason="too_many_attempts"):
            return HTTPStatus.TOO_MANY_REQUESTS
        case SignInRefusedError() | MissingScopesError() | ReadOnlyError():
            return HTTPStatus.FORBIDDEN
        case NotFoundError():
            return HTTPStatus.NOT_FOUND
        case ValueChangedError() | AlreadyExistsError() | PossibleDuplicateError():
            return HTTPStatus.CONFLICT
        case InvalidInputError() | UnknownNameError() | RejectedValueError():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case CallerError() | AccountError():
            return HTTPStatus.BAD_REQUEST
        case HubSpotError():
            return HTTPStatus.BAD_GATEWAY
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR

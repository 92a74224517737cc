"""HTML from templates, and errors as pages or, to programs, as problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.text import clean

__all__ = ["Pages"]

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.UNAUTHORIZED: "This browser is not signed in",
    HTTPStatus.FORBIDDEN: "That was refused",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.MISDIRECTED_REQUEST: "This is another site",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
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
        self._templates.filters["clean"] = clean

    def page(self, request: Request, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Render a template with the session's CSRF token, if there is a session, at hand as `csrf`."""
        session = getattr(request.state, "session", None)
        text = self._templates.get_template(template).render(csrf=session.csrf if session else "", **values)
        return HTMLResponse(text, status)

    def failure(
        self, request: Request, error: HubSpotSkillError, *, status: int, headers: dict[str, str] | None = None
    ) -> Response:
        """Tell an error: a page to a browser that wants HTML, a problem document to any other caller."""
        title = _TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)
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

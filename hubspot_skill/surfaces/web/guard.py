"""What every request to the site passes before a page sees it, and what every answer carries.

In this order: the Host must be ours (another name of this machine is redirected, so that cookies have one home); what
another site's page sends may only be a visit of a page, in a window of its own (so that pictures and frames elsewhere can
use nothing up); the session is looked up (one that may only connect accounts counts nowhere else); a request that may change something must
come from our own pages (Origin, else Sec-Fetch-Site), within a session, with its CSRF token in `X-CSRF-Token` or, for a
plain form, in the field `csrf`; its body is at most 256 KiB. A refused request is answered here. Pages find the session in `request.state.session`, None without one.

Pure ASGI, so that a refusal costs nothing and streaming answers pass untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubspot_skill.domain.errors import HubSpotSkillError, InvalidInputError, SignInRefusedError
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.surfaces.web.pages import Pages, unmasked
from hubspot_skill.surfaces.web.ports import SessionBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "Guard"]

_log = get_logger(__name__)
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
MAX_BODY_BYTES = 256 * 1024
MAX_FIELDS = 400
CONNECT_PATHS = ("/oauth/", "/api/hubspot/oauth/", "/leave", "/static/")
"""What a session that may only connect accounts may see."""
CONNECT_ACTIONS = frozenset(
    {"/leave", *(f"{prefix}/oauth/{step}" for prefix in ("", "/api/hubspot") for step in ("start", "callback"))}
)
"""And what it may do there: begin, come back, and go."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Not no-referrer: with that a browser says "Origin: null" when it posts a form of our own (Fetch standard, 3.2).
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_YEAR = "max-age=31536000; includeSubDomains"


class Guard:
    """The middleware around every page of the site."""

    def __init__(self, app: ASGIApp, *, site: Site, sessions: SessionBook, pages: Pages) -> None:
        self._app = app
        self._site = site
        self._sessions = sessions
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = _Answer(send)
        outward = self._with_headers(answer.send)
        try:
            await self._answer(request, scope, receive, outward)
        except Exception as error:
            _log.error("request_failed", path=scope["path"], error=type(error).__name__)
            if answer.has_begun:
                raise
            failed = self._pages.failure(request, _broken(), status=HTTPStatus.INTERNAL_SERVER_ERROR)
            await failed(scope, receive, outward)

    async def _answer(self, request: Request, scope: Scope, receive: Receive, outward: Send) -> None:
        early = self._at_the_door(request)
        if early is not None:
            await early(scope, receive, outward)
            return
        session_id = self._session_id(request)
        session = self._sessions.find(session_id) if session_id else None
        if session is not None and session.only_connect and not request.url.path.startswith(CONNECT_PATHS):
            session = None
        scope.setdefault("state", {})["session"] = session
        scope["state"]["session_id"] = session_id
        if request.method not in _SAFE:
            try:
                body = await _body(request)
                self._check_origin(request)
                self._check_token(request, body)
                self._check_power(request)
            except HubSpotSkillError as error:
                status = HTTPStatus.BAD_REQUEST if isinstance(error, InvalidInputError) else HTTPStatus.FORBIDDEN
                await self._pages.failure(request, error, status=status)(scope, receive, outward)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, outward)

    def _at_the_door(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if not self._is_visit_or_ours(request.headers):
            return self._pages.failure(request, _foreign(), status=HTTPStatus.FORBIDDEN)
        if host == self._site.host:
            return None
        if host in self._site.same and request.method in _SAFE:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{self._site.origin}{request.url.path}{query}", 307)
        error = InvalidInputError(
            "this request names another host than this site's", hint=f"Open {self._site.origin}/ instead."
        )
        return self._pages.failure(request, error, status=HTTPStatus.MISDIRECTED_REQUEST)

    def _is_visit_or_ours(self, headers: Headers) -> bool:
        """Tell by what the browser says of a request; one that says nothing is no page of another site."""
        if headers.get("sec-fetch-site") not in {"cross-site", "same-site"}:
            return True
        return (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")

    def _session_id(self, request: Request) -> str:
        cookies = cookie_parser(request.headers.get("cookie", ""))
        return cookies.get(self._site.cookie_name("session"), "")

    def _check_origin(self, request: Request) -> None:
        origin = request.headers.get("origin")
        fetched = request.headers.get("sec-fetch-site")
        is_ours = origin == self._site.origin if origin is not None else fetched == "same-origin"
        if not is_ours or fetched not in {None, "same-origin"}:
            raise _foreign()

    def _check_token(self, request: Request, body: bytes) -> None:
        session = request.state.session
        if session is None:
            raise SignInRefusedError(
                "this browser has no session here, so nothing was done",
                reason="no_session",
                hint="Open the link that the program prints in its terminal; `hubspot-skill login` makes a new one.",
            )
        if not any(session.takes(token) or session.takes(unmasked(token)) for token in _tokens(request.headers, body)):
            raise SignInRefusedError(
                "this page is from an earlier session, so nothing was done",
                reason="foreign_origin",
                hint="Load the page again and repeat the step.",
            )

    def _check_power(self, request: Request) -> None:
        if request.state.session.only_connect and request.url.path not in CONNECT_ACTIONS:
            raise SignInRefusedError(
                "this browser came by a link that may only connect accounts, so nothing was done",
                reason="only_connect",
                hint="Open a link from a terminal for the rest: `hubspot-skill login` makes one.",
            )

    def _with_headers(self, send: Send) -> Send:
        async def outward(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self._site.is_secure:
                    headers.setdefault("Strict-Transport-Security", _YEAR)
            await send(message)

        return outward


class _Answer:
    """What is sent to a browser, and whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.has_begun = False
        self._send = send

    async def send(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


def _broken() -> HubSpotSkillError:
    return HubSpotSkillError(
        "this server failed by a fault of its own", hint="Try again; the server's log names the fault."
    )


def _foreign() -> SignInRefusedError:
    return SignInRefusedError(
        "this request did not come from a page of this site, so nothing was done",
        reason="foreign_origin",
        hint="Go back to the page and press the button there.",
    )


def _tokens(headers: Headers, body: bytes) -> Sequence[str]:
    sent = headers.get(CSRF_HEADER)
    if sent is not None:
        return (sent,)
    if headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        return ()
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS).get(CSRF_FIELD, ())
    except ValueError:
        raise InvalidInputError(f"the form has more than {MAX_FIELDS} fields, so nothing was done") from None


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    parts: list[bytes] = []
    size = int(declared) if declared.isdigit() else 0
    if size <= MAX_BODY_BYTES:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY_BYTES:
                break
            parts.append(part)
    if size > MAX_BODY_BYTES:
        raise InvalidInputError(f"the request is larger than {MAX_BODY_BYTES // 1024} KiB, so nothing was done")
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replay() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay

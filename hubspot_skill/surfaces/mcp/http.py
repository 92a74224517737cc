"""The server over streamable HTTP: `/mcp` for both protocol eras, `/health` and what watches it, behind one guard.

The guard looks at every request before the SDK does: the Host must be one that this server is known by (421), a
browser's Origin one that may use it (403), the bearer token right, compared in constant time (401), the body at most
256 KiB (413) and unambiguous JSON (400). One caller may ask so often a minute and so much at once (429), and all together
(503), with Retry-After; a stream that a client holds open to listen counts as asked, not as running. A fault of our own
is answered as such (500), with the same headers as everything. Only loopback is served until there is a sign-in for teams.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.json_bodies import body_problem
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.foundation.traffic import Limits, OverLimitError, Traffic

__all__ = ["MAX_BODY_BYTES", "HttpSettings", "check_bind", "http_app", "loopback"]

MAX_BODY_BYTES = 256 * 1024
MAX_URL_BYTES = 2 * 1024
PATH = "/mcp"
_CALLER = "local"
"""The one caller until there is a sign-in for teams."""
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Who may talk to the server: host names (with or without `:port`), browser origins, and the bearer token.

    Without a token anyone on the machine may use the account: for tests and for the conformance suite only.
    """

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    token: Secret | None
    limits: Limits = field(default_factory=Limits)


def loopback(port: int, token: Secret | None, *, limits: Limits | None = None) -> HttpSettings:
    """Give the settings of a server on this machine's loopback."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return HttpSettings(
        hosts=tuple(f"{name}:{port}" for name in names),
        origins=tuple(f"http://{name}:{port}" for name in names),
        token=token,
        limits=limits or Limits(),
    )


def check_bind(host: str) -> None:
    """Check that a server may listen on this address.

    Raises:
        SettingsError: the address is not loopback.
    """
    try:
        is_loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise SettingsError(
            f"the server would listen on {host[:80]}, where others can reach it: expected 127.0.0.1, ::1 or localhost",
            hint="Listen on 127.0.0.1; serving a team needs a sign-in, which this version does not have.",
        )


def http_app(
    server: MCPServer[Any], settings: HttpSettings, *, version: str, watching: Sequence[Route] = ()
) -> Starlette:
    """Build the ASGI application; its lifespan runs the server's sessions. `watching` stands behind the same guard."""
    mcp_app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=MAX_BODY_BYTES,
        transport_security=TransportSecuritySettings(
            allowed_hosts=list(settings.hosts), allowed_origins=list(settings.origins)
        ),
    )

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": version})

    return Starlette(
        routes=[Route("/health", health, methods=["GET"]), *watching, *mcp_app.routes],
        middleware=[Middleware(_Guard, settings=settings)],
        lifespan=lambda app: server.session_manager.run(),
    )


class _Guard:
    """Refuses what must not reach the SDK, with a JSON body that names the reason."""

    def __init__(self, app: ASGIApp, settings: HttpSettings) -> None:
        self._app = app
        self._hosts = frozenset(settings.hosts)
        self._origins = frozenset(settings.origins)
        self._token = settings.token
        self._traffic = Traffic(settings.limits, SystemClock())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, answer.send)
            elif scope["method"] == "POST":
                with self._traffic.passing(_CALLER):
                    await self._post(scope, receive, answer.send)
            else:
                if scope["path"] == PATH:
                    self._traffic.asked(_CALLER)
                await self._app(scope, receive, answer.send)
        except OverLimitError as error:
            await _over(error)(scope, receive, answer.send)
        except Exception as error:
            _log.error("request_failed", path=scope["path"], error=type(error).__name__)
            if answer.has_begun:
                raise
            await _error(500, INTERNAL_ERROR, "this server failed by a fault of its own; its log names it")(
                scope, receive, answer.send
            )

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            await _error(413, INVALID_REQUEST, f"the body is larger than {MAX_BODY_BYTES // 1024} KiB")(
                scope, receive, send
            )
            return
        problem = body_problem(body)
        if problem:
            await _error(400, PARSE_ERROR, problem)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > MAX_URL_BYTES:
            return _error(414, INVALID_REQUEST, f"the address is longer than {MAX_URL_BYTES} bytes")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return _error(421, INVALID_REQUEST, "this server is not known by the Host header's name")
        if any(origin not in self._origins for origin in origins):
            return _error(403, INVALID_REQUEST, "pages of this Origin may not use this server")
        if scope["path"] != "/health" and not self._is_known(headers.getlist("authorization")):
            refusal = _error(401, INVALID_REQUEST, "the bearer token is missing or wrong")
            refusal.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return refusal
        return None

    def _is_known(self, given: Sequence[str]) -> bool:
        if self._token is None:
            return True
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        expected = self._token.reveal().encode()
        return hmac.compare_digest(token.strip().encode(), expected) and scheme.lower() == "bearer"


class _Answer:
    """What is sent to a client, with headers that every answer carries."""

    def __init__(self, send: Send) -> None:
        self.has_begun = False
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _over(error: OverLimitError) -> Response:
    refused = _error(503 if error.is_process else 429, INVALID_REQUEST, f"{error.message}; {error.hint}")
    refused.headers["Retry-After"] = str(error.retry_after_s)
    return refused


def _error(status: int, code: int, message: str) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}, status_code=status)


async def _read(receive: Receive) -> bytes | None:
    """Read a body; None when it is too large. A client that goes away leaves what came, which is no JSON."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed

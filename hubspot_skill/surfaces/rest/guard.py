"""What every request passes before an operation sees it.

In this order: the address is at most 2 KiB; the Host is ours; a browser's request comes from a page of ours (Origin and
Sec-Fetch-Site; only opening the documentation is a visit that may come from elsewhere); who asks is known (the scripts'
token in the Authorization header, compared in constant time, else the console's session); a session that would change
something carries its CSRF token in a header, which no other site's page can set; the caller's limits; the body is at
most 256 KiB of JSON that means one thing only. The caller is in `request.state.caller`, the body in `request.state.body`.

Pure ASGI, so that a refusal costs nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookies import CookieError

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubspot_skill.foundation.json_bodies import body_problem
from hubspot_skill.foundation.traffic import Limits, OverLimitError, Traffic
from hubspot_skill.surfaces.rest.ports import Door
from hubspot_skill.surfaces.rest.problems import RefusedError, refusal

__all__ = ["Caller", "Guard"]

MAX_BODY_BYTES = 256 * 1024
MAX_ADDRESS_BYTES = 2 * 1024
MAX_DEPTH = 16
CSRF_HEADER = "x-csrf-token"
SCRIPT = "script"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none';"
    " base-uri 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `name` is public; a person at the console, or a script with the token."""

    name: str
    is_person: bool


class Guard:
    """The middleware around every operation; `open_paths` are those that anyone on this machine may read."""

    def __init__(self, app: ASGIApp, *, door: Door, limits: Limits, open_paths: frozenset[str]) -> None:
        self._app = app
        self._door = door
        self._traffic = Traffic(limits, door.clock)
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        outward = _with_headers(send)
        headers = Headers(scope=scope)
        try:
            self._check_door(scope, headers)
            caller = self._caller(scope, headers)
            with self._traffic.passing(caller.name if caller else f"open:{_address(scope)}"):
                state = scope.setdefault("state", {})
                state["caller"] = caller
                state["body"] = await _body(scope, headers, receive)
                await self._app(scope, receive, outward)
        except OverLimitError as error:
            await refusal(_over(error), instance=scope["path"])(scope, receive, outward)
        except RefusedError as error:
            await refusal(error, instance=scope["path"])(scope, receive, outward)

    def _check_door(self, scope: Scope, headers: Headers) -> None:
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) > MAX_ADDRESS_BYTES:
            raise RefusedError("address_too_long", f"the address is longer than {MAX_ADDRESS_BYTES} bytes")
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in self._door.hosts:
            raise RefusedError("wrong_host", "this server is not known by the Host header's name")
        if any(origin not in self._door.origins for origin in origins):
            raise RefusedError("foreign_origin", "pages of this Origin may not use this server")
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"} and not self._is_visit(scope, headers):
            raise RefusedError("foreign_origin", "a page of another site sent this request, so nothing was done")

    def _is_visit(self, scope: Scope, headers: Headers) -> bool:
        opens = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
        return opens and scope["path"] in self._open

    def _caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Give who asks; None where anyone may.

        Raises:
            RefusedError: nobody that is known, or a session whose request may not be its own page's.
        """
        given = headers.getlist("authorization")
        if given:
            if self._is_token(given):
                return Caller(SCRIPT, is_person=False)
            raise _unknown("the bearer token is wrong")
        session = self._door.session(_cookie(headers, self._door.cookie))
        if session is not None and not session.only_connect:
            if scope["method"] not in _SAFE:
                self._check_page(headers, is_token=session.takes(self._door.unmasked(headers.get(CSRF_HEADER, ""))))
            return Caller(session.name, is_person=True)
        if scope["path"] in self._open:
            return None
        raise _unknown("the bearer token is missing")

    def _check_page(self, headers: Headers, *, is_token: bool) -> None:
        fetched = headers.get("sec-fetch-site")
        is_ours = "origin" in headers if fetched is None else fetched == "same-origin"
        if not is_ours or not is_token:
            raise RefusedError(
                "foreign_origin",
                "this request did not come from a page of this session, so nothing was done",
                hint=f"Send the session's token in {CSRF_HEADER}, from a page of this server.",
            )

    def _is_token(self, given: Sequence[str]) -> bool:
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        expected = self._door.token.reveal().encode()
        return hmac.compare_digest(token.strip().encode(), expected) and scheme.lower() == "bearer"


def _over(error: OverLimitError) -> RefusedError:
    code = "server_busy" if error.is_process else "too_many_requests"
    return RefusedError(code, error.message, hint=error.hint, headers={"Retry-After": str(error.retry_after_s)})


def _unknown(message: str) -> RefusedError:
    return RefusedError(
        "not_signed_in",
        message,
        hint="Send `Authorization: Bearer …` with the token of the file that `hubspot-skill serve` names.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _cookie(headers: Headers, name: str) -> str:
    try:
        return cookie_parser(headers.get("cookie", "")).get(name, "")
    except CookieError:
        return ""


async def _body(scope: Scope, headers: Headers, receive: Receive) -> bytes:
    """Read a body; empty where there is none.

    Raises:
        RefusedError: it is too large, not said to be JSON, or does not mean one thing only.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise RefusedError("too_large", f"the body is larger than {MAX_BODY_BYTES // 1024} KiB")
        more = message.get("more_body", False)
    if not body:
        return b""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("not_json", f"the body is {kind[:40] or 'of no stated kind'}: expected application/json")
    problem = body_problem(bytes(body), most_depth=MAX_DEPTH)
    if problem:
        raise RefusedError("invalid_input", problem)
    return bytes(body)


def _with_headers(send: Send) -> Send:
    async def outward(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return outward

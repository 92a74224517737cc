"""One request and its answer, as a fault handles them: run the application, keep its answer, send another, or cut the connection.

Its own module because the faults are about HubSpot and this is about ASGI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Answer", "Exchange"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers by lower-case name, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Tell whether the answer says that it is JSON."""
        return self.headers.get("content-type", "").startswith("application/json")


class Exchange:
    """A request on its way to the application, with every way to answer it or not."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Stand between the server (`receive`, `send`) and the application."""
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send

    @property
    def authorization(self) -> str | None:
        """Return the request's Authorization header."""
        headers = cast("list[tuple[bytes, bytes]]", self._scope["headers"])
        return next((value.decode("latin-1") for name, value in headers if name == b"authorization"), None)

    async def take_in(self) -> None:
        """Take the request's body in, so that the application can still do its work when the client has gone."""
        messages: list[Message] = []
        while not messages or (messages[-1]["type"] == "http.request" and messages[-1].get("more_body")):
            messages.append(await self._receive())
        later = self._receive
        waiting = iter(messages)

        async def receive() -> Message:
            return next(waiting, None) or await later()

        self._receive = receive

    async def pass_on(self) -> None:
        """Let the application answer as if nothing stood between."""
        await self._app(self._scope, self._receive, self._send)

    async def run(self) -> Answer:
        """Let the application do its work and return its answer without sending it."""
        status = 500
        headers: dict[str, str] = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = cast("int", message["status"])
                found = cast("list[tuple[bytes, bytes]]", message.get("headers", []))
                headers.update({name.decode("latin-1").lower(): value.decode("latin-1") for name, value in found})
            elif message["type"] == "http.response.body":
                body.extend(cast("bytes", message.get("body", b"")))

        await self._app(self._scope, self._receive, keep)
        return Answer(status, headers, bytes(body))

    async def answer(self, answer: Answer) -> None:
        """Send a whole answer, with the length of its body."""
        headers = {**answer.headers, "content-length": str(len(answer.body))}
        await self._start(answer.status, headers)
        await self._send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def answer_in_parts(self, status: int, headers: Mapping[str, str], parts: AsyncIterable[bytes]) -> None:
        """Send an answer part by part; without a `content-length` header it goes in chunks."""
        await self._start(status, headers)
        async for part in parts:
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def answer_cut_off(self, answer: Answer, sent_bytes: int) -> None:
        """Announce the whole body, deliver its first bytes, and end the connection."""
        await self._start(answer.status, {**answer.headers, "content-length": str(len(answer.body))})
        await self._send({"type": "http.response.body", "body": answer.body[:sent_bytes], "more_body": True})
        await self.close()

    async def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self._extension("sandbox.reset")()
        await self.gone()

    async def close(self) -> None:
        """End the connection after what was written."""
        self._extension("sandbox.close")()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the client is no longer there."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    def _extension(self, name: str) -> Callable[[], None]:
        extensions = cast("dict[str, Callable[[], None]]", self._scope.get("extensions") or {})
        if name not in extensions:
            message = (
                f"this server has no {name!r} extension, so a connection cannot be cut; "
                "serve the sandbox with http=hubspot_skill.sandbox.transport.CuttableProtocol"
            )
            raise RuntimeError(message)
        return extensions[name]

"""What was asked of the sandbox: a log of its last calls and counters of all, so that a test can say what a client really sent.

The log stands outside the faults, so a call that was reset or left hanging is in it, with the fault and no status. A call is in it
from the moment it came, so whoever holds an answer finds its call there. The sandbox's own paths under `/_sandbox/` are not.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTROL_PREFIX", "SEEN_KEY", "Seen", "Traffic", "TrafficMiddleware", "route_of"]

CONTROL_PREFIX = "/_sandbox/"
"""Where the sandbox's own endpoints live, which neither fail nor count."""

KEPT_CALLS = 10_000
"""How many of the last calls the log keeps; the counters count all."""

SEEN_KEY = "sandbox.seen"
"""Where the scope of a call carries its entry in the log, so that the faults can write theirs into it."""

_ID = re.compile(r"\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(slots=True)
class Seen:
    """One call, noted when it comes; `status` is none until an answer is sent, `fault` is the kind that was played on it.

    `came_s` is when it came, in seconds of the machine's monotonic clock, for telling calls apart.
    """

    number: int
    method: str
    path: str
    query: str
    status: int | None = None
    fault: str | None = None
    came_s: float = 0.0

    @property
    def route(self) -> str:
        """Return the path with ids replaced."""
        return route_of(self.path)


def route_of(path: str) -> str:
    """Return a path with every numeric or GUID segment replaced by `{id}`."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))


class Traffic:
    """The calls seen so far."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._calls: deque[Seen] = deque(maxlen=KEPT_CALLS)
        self._counts: Counter[tuple[str, str]] = Counter()

    def clear(self) -> None:
        """Forget what was seen."""
        self._calls.clear()
        self._counts.clear()

    def record(self, method: str, path: str, query: str) -> Seen:
        """Note one call that has come and return its entry."""
        seen = Seen(self.total + 1, method, path, query, came_s=time.monotonic())
        self._calls.append(seen)
        self._counts[seen.method, seen.route] += 1
        return seen

    @property
    def total(self) -> int:
        """Return how many calls were seen in all."""
        return self._counts.total()

    def count(self, pattern: str = "", method: str | None = None) -> int:
        """Return how many calls were made to routes in which this regular expression is found."""
        return sum(
            calls
            for (seen_method, route), calls in self._counts.items()
            if (method is None or method == seen_method) and re.search(pattern, route)
        )

    def counts(self) -> dict[str, int]:
        """Return the number of calls by method and route, as `GET /crm/objects/2026-09/contacts/{id}`."""
        return {f"{method} {route}": calls for (method, route), calls in sorted(self._counts.items())}

    def calls(self, pattern: str = "") -> Iterator[Seen]:
        """Yield the last calls, oldest first, whose path has this regular expression in it."""
        return (seen for seen in self._calls if re.search(pattern, seen.path))


class TrafficMiddleware:
    """Notes every call with the status that was sent."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        """Stand before the application and note into `traffic`."""
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        seen = self._traffic.record(scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
        scope[SEEN_KEY] = seen

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        await self._app(scope, receive, note)

"""Browser sessions of the one local person: entered by a one-time link, kept here and not in the cookie.

A link is made by whoever can run this program (its terminal shows it), works once, for ten minutes. It makes a session
of a 256-bit id that ends 30 minutes after its last use and 12 hours after its start. Each session has its own CSRF
token, which every changing request must carry. Ids are kept as SHA-256, so that a memory dump or a log of this table
gives nobody a session. Every table has an upper size; the oldest gives way, and what a chat client can make in any
number (links that may only connect) never pushes out what a terminal made.

Its own module because sessions outlive requests and know nothing of HTTP; `surfaces.web` holds the cookie and asks here.
Sessions live in memory: the server is one process on loopback until team sign-in is built, and a restart asks for a new
link. Times count on the monotonic clock, so that a corrected wall clock neither ends nor prolongs a session.
Sources: SECURITY-DESIGN section 8 for the figures; OWASP ASVS 5.0 V7 for ids, ends and renewal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hubspot_skill.foundation.clock import Clock

__all__ = [
    "ABSOLUTE_S",
    "ATTEMPTS",
    "ATTEMPT_WINDOW_S",
    "IDLE_S",
    "LINK_S",
    "MOST",
    "MOST_ADDRESSES",
    "Attempts",
    "EnteredSession",
    "Session",
    "Sessions",
]

LINK_S = 600.0
IDLE_S = 1_800.0
ABSOLUTE_S = 43_200.0
ATTEMPTS = 10
ATTEMPT_WINDOW_S = 600.0
MOST = 100
"""Links, and sessions, of each of the two kinds."""
MOST_ADDRESSES = 1_000
_BYTES = 32

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session: a short public `name` for lists, its CSRF token, start and last use (monotonic seconds).

    `only_connect` marks a session whose link was shown outside a terminal, such as in a chat: it may connect accounts,
    which takes a person signed in at HubSpot anyway, and nothing else.
    """

    name: str
    csrf: str = field(repr=False)
    started: float
    used: float
    only_connect: bool = False

    def takes(self, csrf: str) -> bool:
        """Tell whether this is the session's CSRF token, in constant time."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


@dataclass(frozen=True, slots=True)
class EnteredSession:
    """A session that was just made, with the secret id that only its browser may keep."""

    id: str = field(repr=False)
    session: Session


class Sessions:
    """The one-time links that nobody has used yet, and the sessions that they made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._links: dict[bytes, tuple[float, bool]] = {}
        self._sessions: dict[bytes, Session] = {}

    def new_link(self, *, only_connect: bool = False) -> str:
        """Make the secret part of a link that makes one session within ten minutes."""
        self._sweep()
        _make_room(self._links, [key for key, link in self._links.items() if link[1] is only_connect])
        secret = secrets.token_urlsafe(_BYTES)
        self._links[_digest(secret)] = (self._clock.monotonic() + LINK_S, only_connect)
        return secret

    def enter(self, link: str, *, instead_of: str = "") -> EnteredSession | None:
        """Burn a link and start a session, ending the one that the browser had; None for a used, late or false link."""
        ends, only_connect = self._links.pop(_digest(link), (0.0, True))
        if ends <= self._clock.monotonic():
            return None
        self._sweep()
        self._sessions.pop(_digest(instead_of), None)
        _make_room(self._sessions, [key for key, s in self._sessions.items() if s.only_connect is only_connect])
        now = self._clock.monotonic()
        made = Session(secrets.token_hex(4), secrets.token_urlsafe(_BYTES), now, now, only_connect)
        session_id = secrets.token_urlsafe(_BYTES)
        self._sessions[_digest(session_id)] = made
        return EnteredSession(session_id, made)

    def find(self, session_id: str) -> Session | None:
        """Give the session of this id and count the use; None where there is none or it has ended."""
        key = _digest(session_id)
        session = self._sessions.get(key)
        if session is None:
            return None
        if not self._is_alive(session):
            del self._sessions[key]
            return None
        used = replace(session, used=self._clock.monotonic())
        self._sessions[key] = used
        return used

    def end(self, session_id: str) -> None:
        """End one session, as signing out does."""
        self._sessions.pop(_digest(session_id), None)

    def end_all(self) -> int:
        """End every session and burn every link; give how many sessions there were."""
        self._links.clear()
        self._sweep()
        count = len(self._sessions)
        self._sessions.clear()
        return count

    def alive(self) -> tuple[Session, ...]:
        """List the sessions that have not ended, oldest first."""
        self._sweep()
        return tuple(sorted(self._sessions.values(), key=lambda s: s.started))

    def _is_alive(self, session: Session) -> bool:
        now = self._clock.monotonic()
        return now < session.used + IDLE_S and now < session.started + ABSOLUTE_S

    def _sweep(self) -> None:
        now = self._clock.monotonic()
        self._links = {key: link for key, link in self._links.items() if link[0] > now}
        self._sessions = {key: s for key, s in self._sessions.items() if self._is_alive(s)}


class Attempts:
    """Counts failed attempts by address, so that a link or a state cannot be guessed: ten in ten minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}

    def wait_s(self, address: str) -> float:
        """Give how long this address must wait before the next attempt; 0 if it need not."""
        now = self._clock.monotonic()
        failed = self._failed.get(address)
        if failed is None:
            return 0.0
        while failed and failed[0] <= now - ATTEMPT_WINDOW_S:
            failed.popleft()
        if not failed:
            del self._failed[address]
        return failed[0] + ATTEMPT_WINDOW_S - now if len(failed) >= ATTEMPTS else 0.0

    def failed(self, address: str) -> None:
        """Count one failed attempt."""
        now = self._clock.monotonic()
        if address not in self._failed and len(self._failed) >= MOST_ADDRESSES:
            self._failed = {a: times for a, times in self._failed.items() if times[-1] > now - ATTEMPT_WINDOW_S}
            _make_room(self._failed, list(self._failed), most=MOST_ADDRESSES)
        self._failed.setdefault(address, deque(maxlen=ATTEMPTS)).append(now)


def _make_room(table: dict[K, T], alike: Sequence[K], *, most: int = MOST) -> None:
    """Take the oldest of these out of a table that already holds the most of them."""
    for key in alike[: max(0, len(alike) - most + 1)]:
        del table[key]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

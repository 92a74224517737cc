"""Authorizations on their way: what was asked of HubSpot in which browser, until the browser comes back.

HubSpot's `state` is the only thing that ties its answer to our question (FACTS 2.2), so it is 256 random bits, works
once, for ten minutes, and only in the session and the browser that began. Coming back burns it first, whatever happens
next. Only digests are kept; the PKCE verifier is a `Secret`. In memory: an authorization does not outlive the process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from hubspot_skill.domain.errors import SignInRefusedError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.secret import Secret

__all__ = ["FLIGHT_S", "Departure", "Flight", "Flights"]

FLIGHT_S = 600.0
_MOST = 100
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Flight:
    """One authorization that was asked for: the account it must come back for (empty: any), and the PKCE verifier."""

    hub_id: str
    verifier: Secret


@dataclass(frozen=True, slots=True)
class Departure:
    """What leaves with the browser: `state` and `challenge` in HubSpot's address, `nonce` in a cookie of ours."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    challenge: str


@dataclass(frozen=True, slots=True)
class _Kept:
    flight: Flight
    browser: bytes
    ends: float


class Flights:
    """The authorizations that have begun and not come back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[bytes, _Kept] = {}

    def depart(self, session: str, *, hub_id: str = "") -> Departure:
        """Begin one in this session. The oldest gives way where a hundred are on their way already."""
        now = self._clock.monotonic()
        self._kept = {key: kept for key, kept in self._kept.items() if kept.ends > now}
        if len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        flight = Flight(hub_id, Secret(verifier))
        self._kept[_digest(state)] = _Kept(flight, _browser(session, nonce), now + FLIGHT_S)
        return Departure(state, nonce, _challenge(verifier))

    def land(self, session: str, state: str, nonce: str) -> Flight:
        """Burn a state and give what was asked with it.

        Raises:
            SignInRefusedError: the state is unknown or used, too late, or began in another browser or session.
        """
        kept = self._kept.pop(_digest(state), None)
        if kept is None:
            raise SignInRefusedError(
                "this sign-in is not known here: it was used already, or it began before the last start of the server",
                reason="unknown_state",
                hint="Begin again from the connection page.",
            )
        if not hmac.compare_digest(kept.browser, _browser(session, nonce)):
            raise SignInRefusedError(
                "this sign-in began in another browser or session, so nothing was connected",
                reason="other_browser",
                hint="Begin again in the browser that shows this page.",
            )
        if kept.ends <= self._clock.monotonic():
            raise SignInRefusedError(
                "this sign-in took longer than ten minutes, so nothing was connected",
                reason="expired_state",
                hint="Begin again from the connection page.",
            )
        return kept.flight


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _browser(session: str, nonce: str) -> bytes:
    return _digest(f"{session}\n{nonce}")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(_digest(verifier)).rstrip(b"=").decode()

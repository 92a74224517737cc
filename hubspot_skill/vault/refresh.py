"""Gives access tokens that work now, refreshing each once however many tasks and processes ask.

`refresh_steps` decides, `refresh_rows` reads and writes, the token endpoint is asked; this module does the steps and
keeps tokens in memory between them. A token is served from memory until a soft margin before its end, then still
served while one task in the background refreshes it, and never after its hard margin: then callers wait for the one
refresh of this process, which itself waits for whoever holds the lease.

Margins for a life of 1,800 s: soft 600 ± 120 s, hard 60 s; shorter lives have shorter ones (a third, a thirtieth).
Spans are counted by the steady clock. When the calendar has moved against it by more than 5 s (a corrected clock, a
machine that slept), the earlier of both ends counts and the token is refreshed once, spread over a minute.

A refusal by HubSpot is one of three: the grant is gone (a person must connect again; nobody asks any more), the app's
own credentials are wrong (one alarm, no connection changes), or it passes (rest for a random part of 1 s doubling to
60 s, while the old token serves until its end). The refresh runs in a task of its own and outlives a cancelled
caller, because an answer of HubSpot that nobody stores may be the only copy of a new refresh token.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, final

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotError,
    HubSpotSkillError,
    NotConnectedError,
    ReconnectError,
    UnavailableError,
    UnreachableError,
)
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.endpoint import GrantedTokens, TokenEndpoint
from hubspot_skill.vault.refresh_rows import Lease, RefreshRow, RefreshRows
from hubspot_skill.vault.refresh_steps import ENDS, NEXT, Event, Step
from hubspot_skill.vault.store import Status

__all__ = ["LOST_IN_WINDOW", "ConnectionTokens", "HeldToken", "RefreshSettings", "Refresher"]

LOST_IN_WINDOW = "lost_in_window"
"""The code of a connection that ended after an answer of HubSpot never reached its row."""

_log = get_logger("vault")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RefreshSettings:
    """Spans in seconds. `lease_s` must be longer than a token call and `send_needs_s`, which must hold one."""

    soft_margin_s: float = 600.0
    soft_jitter_s: float = 120.0
    hard_margin_s: float = 60.0
    lease_s: float = 30.0
    send_needs_s: float = 20.0
    patience_s: float = 45.0
    wait_least_s: float = 0.01
    wait_most_s: float = 0.08
    pause_s: float = 5.0
    rest_first_s: float = 1.0
    rest_most_s: float = 60.0
    tries_before_alarm: int = 60
    clock_jump_s: float = 5.0
    jump_spread_s: float = 60.0
    forced_every_s: float = 60.0
    look_every_s: float = 1.0


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token in memory; times by the steady clock, `offset_s` is the calendar's lead over it."""

    token: Secret
    generation: int
    due_at: float
    ends_at: float
    offset_s: float


@dataclass(slots=True)
class _Attempt:
    """One walk through the steps for one connection.

    `stale` is a generation whose token is not to be used whatever the row says of its life.
    """

    tenant: str
    connection_id: str
    stale: int | None
    is_soft: bool
    begun_at: float
    row: RefreshRow | None = None
    read_at: float = 0.0
    lease: Lease | None = None
    leased_at: float = 0.0
    alternate: Secret | None = None
    granted: GrantedTokens | None = None
    asked_at: float = 0.0
    failure: HubSpotSkillError | None = None
    waits: int = 0


@dataclass(slots=True)
class _Flight:
    task: asyncio.Task[HeldToken]
    stale: int | None = None


@final
class Refresher:
    """Refreshes the connections of one database through one app's token endpoint."""

    def __init__(
        self,
        rows: RefreshRows,
        endpoint: TokenEndpoint,
        *,
        clock: Clock,
        settings: RefreshSettings | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._rows = rows
        self._endpoint = endpoint
        self._clock = clock
        self._settings = settings or RefreshSettings()
        self._chance = chance or random.SystemRandom()
        self._flights: dict[tuple[str, str], _Flight] = {}
        self._app_refusal: tuple[float, AppRefusedError] | None = None
        self._steps: Mapping[Step, Callable[[_Attempt], Awaitable[Event]]] = {
            Step.READ: self._read,
            Step.WAIT: self._wait,
            Step.LEASE: self._take_lease,
            Step.SEND: self._send,
            Step.STORE: self._store,
            Step.KEEP: self._keep,
            Step.LOOK: self._look,
            Step.SEND_ALTERNATE: self._send_alternate,
            Step.ASK: self._ask,
            Step.PAUSE: self._pause,
            Step.LOOK_LAST: self._look,
            Step.SEND_LAST: self._send,
            Step.END: self._end,
            Step.BACK_OFF: self._back_off,
            Step.BACK_OFF_UNSENT: self._back_off_unsent,
            Step.RELEASE: self._release,
            Step.BLAME_APP: self._blame_app,
        }

    async def recover(self, tenant: str) -> int:
        """Go again through every refresh that a dead process left in the middle; give how many there were.

        A failure of one is in its row and does not stop the others.
        """
        unfinished = await self._rows.unfinished(tenant)
        for connection_id, generation in unfinished:
            with contextlib.suppress(HubSpotSkillError):
                await self.token(tenant, connection_id, stale=generation)
        return len(unfinished)

    async def token(
        self, tenant: str, connection_id: str, *, stale: int | None = None, is_soft: bool = False
    ) -> HeldToken:
        """Give a token of a connection, refreshed if it must be; tasks that ask at once share one walk.

        Raises:
            ReconnectError: the grant is gone.
            AppRefusedError: the app's own credentials are wrong.
            NotConnectedError: there is no such connection, or it is switched off.
            UnavailableError: no token for the moment; it says when to try again.
            StoreError, VaultRefusedError: the vault itself failed.
        """
        key = (tenant, connection_id)
        flight = self._flights.get(key)
        if flight is None or (stale is not None and flight.stale != stale):
            attempt = _Attempt(tenant, connection_id, stale, is_soft, self._clock.monotonic())
            flight = _Flight(asyncio.create_task(self._walk(attempt)), stale)
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _, f=flight: self._landed(key, f))
        return await asyncio.shield(flight.task)

    async def close(self) -> None:
        """Let running refreshes come to their end, so that no answer of HubSpot is lost."""
        while self._flights:
            await asyncio.wait([flight.task for flight in self._flights.values()])

    def _landed(self, key: tuple[str, str], flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.cancelled() or (error := flight.task.exception()) is None:
            return
        if isinstance(error, HubSpotSkillError):
            _log.info("refresh_failed", account=key[1], code=error.code)
        else:
            _log.error("refresh_failed", account=key[1], error=type(error).__name__)

    async def _walk(self, attempt: _Attempt) -> HeldToken:
        step = Step.READ
        while step not in ENDS:
            step = NEXT[step, await self._steps[step](attempt)]
        if step is Step.USE:
            return self._held(attempt)
        raise self._failure(step, attempt)

    async def _read(self, attempt: _Attempt) -> Event:
        attempt.read_at = self._clock.monotonic()
        attempt.row = row = await self._rows.read(attempt.tenant, attempt.connection_id)
        if row is None or row.status in (Status.REVOKED, Status.DISABLED):
            return Event.ABSENT
        if row.status is Status.NEEDS_REAUTH:
            return Event.ENDED
        if row.access_token is None:
            return Event.ABSENT
        return self._standing(row, attempt)

    def _standing(self, row: RefreshRow, attempt: _Attempt) -> Event:
        if row.left_s is None or row.lifetime_s is None:
            return Event.FRESH
        is_from_the_future = row.age_s < -self._settings.clock_jump_s
        is_stale = row.generation == attempt.stale or is_from_the_future
        soft_s, hard_s = self._margins(row.lifetime_s)
        is_usable = row.left_s > hard_s and not is_stale
        if is_usable and (not attempt.is_soft or row.left_s > soft_s):
            return Event.FRESH
        if row.lease_left_s > 0:
            return Event.FRESH if is_usable else Event.BUSY
        if row.rest_left_s > 0:
            return Event.FRESH if is_usable else Event.RESTING
        return Event.DUE

    async def _wait(self, attempt: _Attempt) -> Event:
        if self._clock.monotonic() - attempt.begun_at > self._settings.patience_s:
            return Event.TOO_LONG
        longest = min(self._settings.wait_least_s * 2 ** min(attempt.waits, 10), self._settings.wait_most_s)
        attempt.waits += 1
        await self._clock.sleep(longest * (1 + 2 * self._chance.random()))
        return Event.ELAPSED

    async def _take_lease(self, attempt: _Attempt) -> Event:
        row = _known(attempt.row)
        attempt.leased_at = self._clock.monotonic()
        attempt.lease = await self._rows.take_lease(attempt.tenant, attempt.connection_id, row.generation)
        return Event.MISSED if attempt.lease is None else Event.TAKEN

    async def _send(self, attempt: _Attempt) -> Event:
        return await self._exchange(attempt, _known(attempt.lease).refresh_token)

    async def _send_alternate(self, attempt: _Attempt) -> Event:
        return await self._exchange(attempt, _known(attempt.alternate))

    async def _exchange(self, attempt: _Attempt, refresh_token: Secret) -> Event:
        attempt.asked_at = self._clock.monotonic()
        if self._settings.lease_s - (attempt.asked_at - attempt.leased_at) < self._settings.send_needs_s:
            return Event.LATE
        if self._app_refusal is not None and attempt.asked_at < self._app_refusal[0]:
            attempt.failure = self._app_refusal[1]
            return Event.OURS
        try:
            attempt.granted = await self._endpoint.refresh(refresh_token)
        except HubSpotSkillError as error:
            attempt.failure = error
            return _refusal(error)
        self._app_refusal = None
        return Event.GRANTED

    async def _store(self, attempt: _Attempt) -> Event:
        elapsed_s = self._clock.monotonic() - attempt.asked_at
        stored = await self._rows.store(
            attempt.tenant,
            attempt.connection_id,
            _known(attempt.lease),
            _known(attempt.granted),
            elapsed_s,
        )
        if not stored:
            return Event.MOVED
        _log.info("token_refreshed", account=attempt.connection_id, expires_in_s=_known(attempt.granted).expires_in_s)
        attempt.row = None
        return Event.STORED

    async def _keep(self, attempt: _Attempt) -> Event:
        token = _known(attempt.granted).refresh_token
        await self._rows.keep_alternate(attempt.tenant, attempt.connection_id, token)
        return Event.KEPT

    async def _look(self, attempt: _Attempt) -> Event:
        at = self._clock.monotonic()
        lease = _known(attempt.lease)
        is_ours, attempt.alternate = await self._rows.look_again(attempt.tenant, attempt.connection_id, lease)
        if not is_ours:
            return Event.MOVED
        attempt.leased_at = at
        return Event.SAME if attempt.alternate is None else Event.ALTERNATE

    async def _ask(self, attempt: _Attempt) -> Event:
        try:
            is_alive = await self._endpoint.is_alive(_known(attempt.lease).refresh_token)
        except AppRefusedError as error:
            attempt.failure = error
            return Event.OURS
        except HubSpotError:
            return Event.PASSING
        return Event.ACTIVE if is_alive else Event.INACTIVE

    async def _pause(self, attempt: _Attempt) -> Event:
        await self._clock.sleep(self._settings.pause_s)
        return Event.ELAPSED

    async def _end(self, attempt: _Attempt) -> Event:
        lease = _known(attempt.lease)
        code = LOST_IN_WINDOW if lease.had_doubt else _known(attempt.failure).code
        if not await self._rows.end(attempt.tenant, attempt.connection_id, lease, code):
            return Event.MOVED
        _log.error("connection_ended", account=attempt.connection_id, reason=code)
        return Event.DONE

    async def _back_off(self, attempt: _Attempt) -> Event:
        return await self._rest(attempt, was_sent=True)

    async def _back_off_unsent(self, attempt: _Attempt) -> Event:
        return await self._rest(attempt, was_sent=False)

    async def _rest(self, attempt: _Attempt, *, was_sent: bool) -> Event:
        fails = _known(attempt.row).fail_count
        longest = min(self._settings.rest_first_s * 2 ** min(fails, 30), self._settings.rest_most_s)
        await self._rows.back_off(
            attempt.tenant,
            attempt.connection_id,
            _known(attempt.lease),
            rest_s=longest * self._chance.random(),
            code=_known(attempt.failure).code,
            was_sent=was_sent,
        )
        if (fails + 1) % self._settings.tries_before_alarm == 0:
            _log.error("refresh_keeps_failing", account=attempt.connection_id, count=fails + 1)
        return Event.DONE

    async def _release(self, attempt: _Attempt) -> Event:
        await self._rows.release(attempt.tenant, attempt.connection_id, _known(attempt.lease))
        return Event.DONE

    async def _blame_app(self, attempt: _Attempt) -> Event:
        await self._rows.release(attempt.tenant, attempt.connection_id, _known(attempt.lease))
        error = _known(attempt.failure)
        if self._app_refusal is None:
            _log.error("app_refused", code=error.code)
        if isinstance(error, AppRefusedError):
            now = self._clock.monotonic()
            if self._app_refusal is None or now >= self._app_refusal[0]:
                self._app_refusal = (now + self._settings.rest_most_s, error)
        return Event.DONE

    def _held(self, attempt: _Attempt) -> HeldToken:
        """Give the token that the walk ended with, its ends counted from when it was read or asked for."""
        offset_s = self._clock.now().timestamp() - self._clock.monotonic()
        if attempt.row is None:
            granted = _known(attempt.granted)
            generation = _known(attempt.lease).generation + 1
            return self._span(granted.access_token, generation, attempt.asked_at, granted.expires_in_s, None, offset_s)
        row = attempt.row
        token = _known(row.access_token)
        return self._span(token, row.generation, attempt.read_at, row.lifetime_s, row.left_s, offset_s)

    def _span(
        self, token: Secret, generation: int, at: float, lifetime_s: float | None, left_s: float | None, offset_s: float
    ) -> HeldToken:
        if lifetime_s is None:
            return HeldToken(token, generation, float("inf"), float("inf"), offset_s)
        soft_s, hard_s = self._margins(lifetime_s)
        ends_at = at + (lifetime_s if left_s is None else left_s)
        jitter_s = self._settings.soft_jitter_s * (soft_s / self._settings.soft_margin_s)
        due_at = ends_at - soft_s + jitter_s * (2 * self._chance.random() - 1)
        return HeldToken(token, generation, due_at, ends_at - hard_s, offset_s)

    def _margins(self, lifetime_s: float) -> tuple[float, float]:
        return min(self._settings.soft_margin_s, lifetime_s / 3), min(self._settings.hard_margin_s, lifetime_s / 30)

    def _failure(self, step: Step, attempt: _Attempt) -> HubSpotSkillError:
        row = attempt.row
        if step is Step.FAIL_ENDED:
            was_lost = (
                attempt.lease.had_doubt
                if attempt.lease is not None and attempt.failure is not None
                else row is not None and row.last_error_code == LOST_IN_WINDOW
            )
            return ReconnectError(
                "HubSpot no longer honours the connection to this account",
                hint="Connect the account again: hubspot-skill login, or the console's page.",
                lost_in_window=was_lost,
            )
        if step is Step.FAIL_APP:
            return _known(attempt.failure)
        if step is Step.FAIL_ABSENT:
            return NotConnectedError(
                "this HubSpot account is not connected or is switched off",
                hint="Look at the accounts: hubspot-skill accounts",
            )
        rest_s = max(row.rest_left_s, row.lease_left_s, 0.0) if row is not None else None
        return UnavailableError(
            "the access token of this account has ended and HubSpot gives no new one at the moment",
            hint="Try again shortly; if it lasts, look at HubSpot's status page.",
            retry_after_s=rest_s or None,
        )


@final
class ConnectionTokens:
    """The access token of one connection, for the adapter: from memory while it is fresh."""

    def __init__(
        self,
        refresher: Refresher,
        tenant: str,
        connection_id: str,
        *,
        clock: Clock,
        settings: RefreshSettings | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._refresher = refresher
        self._tenant = tenant
        self._connection_id = connection_id
        self._clock = clock
        self._settings = settings or RefreshSettings()
        self._chance = chance or random.SystemRandom()
        self._held: HeldToken | None = None
        self._stale: int | None = None
        self._forced_at = float("-inf")
        self._next_look_at = float("-inf")
        self._background: set[asyncio.Task[None]] = set()

    async def access_token(self) -> Secret:
        """Give a token that HubSpot should accept now.

        Raises:
            ReconnectError, AppRefusedError, NotConnectedError, UnavailableError: as `Refresher.token`.
        """
        held = self._held
        if held is None:
            return await self._fetch()
        now = self._clock.monotonic()
        has_jumped = abs(self._clock.now().timestamp() - now - held.offset_s) > self._settings.clock_jump_s
        if now < held.due_at and not has_jumped:
            return held.token
        if has_jumped:
            held = self._held = self._after_jump(held, now)
        if now >= held.ends_at:
            return await self._fetch()
        if now >= max(held.due_at, self._next_look_at) and not self._background:
            self._next_look_at = now + self._settings.look_every_s
            task = asyncio.create_task(self._refresh_softly())
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        return held.token

    def refused(self, token: Secret, *, expired: bool = False) -> None:
        """Learn that HubSpot answered 401; only a token that it or our own count calls expired is refreshed.

        At most once a minute, and only while the token is still the one in use.
        """
        held = self._held
        if held is None or held.token != token:
            return
        now = self._clock.monotonic()
        if (expired or now >= held.ends_at) and now - self._forced_at >= self._settings.forced_every_s:
            self._forced_at = now
            self._stale = held.generation
            self._held = None

    async def _fetch(self) -> Secret:
        self._held = held = await self._refresher.token(self._tenant, self._connection_id, stale=self._stale)
        self._stale = None
        return held.token

    async def _refresh_softly(self) -> None:
        """Refresh while the old token serves; a failure is in the log and the row, and the next call tries again."""
        with contextlib.suppress(HubSpotSkillError):
            self._held = await self._refresher.token(self._tenant, self._connection_id, stale=self._stale, is_soft=True)
            self._stale = None

    def _after_jump(self, held: HeldToken, now: float) -> HeldToken:
        """Count the end by the stricter clock, and have the token refreshed once, some time in the next minute."""
        offset_s = self._clock.now().timestamp() - now
        self._stale = held.generation
        lead_s = max(offset_s - held.offset_s, 0.0)
        due_at = min(held.due_at, now + self._settings.jump_spread_s * self._chance.random())
        return replace(held, ends_at=held.ends_at - lead_s, due_at=due_at, offset_s=offset_s)


def _refusal(error: HubSpotSkillError) -> Event:
    match error:
        case ReconnectError():
            return Event.GONE
        case AppRefusedError():
            return Event.OURS
        case UnreachableError():
            return Event.UNSENT
        case HubSpotError():
            return Event.PASSING
        case _:
            raise error


def _known(value: T | None) -> T:
    """Give what an earlier step of the table has surely set."""
    if value is None:
        raise AssertionError("a step ran before the one that it needs")
    return value

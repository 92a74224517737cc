"""The rows in which processes share their limits, and one of them as this process sees it.

Where the rows fail, the error is counted and the process goes on alone from what it last saw, with its part of the
limit (one of as many as were seen within a lease), after one window of caution if there were others. It tries the
rows again every second. A process that never saw them knows of no others and takes the whole limit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar, final

from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.foundation.crypto import mac
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.shared_file import SharedFile
from hubspot_skill.hubspot.limits import Budget, Priority
from hubspot_skill.hubspot.shared_limits_codec import decode, encode
from hubspot_skill.hubspot.shared_limits_line import (
    Answered,
    Ask,
    Event,
    LineRules,
    Moment,
    Outcome,
    Refused,
    exchange,
    members,
)

__all__ = ["FileRows", "RowNames", "SharedRow", "SharedRows"]

RETRY_S = 1.0

T = TypeVar("T")
_log = get_logger(__name__)


class SharedRows(Protocol):
    """Named values that processes change in turn."""

    async def change(self, name: str, work: Callable[[bytes | None, Moment], tuple[bytes, T]]) -> T:
        """Replace a value by what `work` makes of it at a moment, and give what else `work` gives.

        Raises:
            StoreError: the value cannot be changed now.
        """
        ...


@final
class FileRows:
    """Rows in a file, by the steady clock that the processes of one machine share; one serves all accounts."""

    def __init__(self, file: SharedFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    async def change(self, name: str, work: Callable[[bytes | None, Moment], tuple[bytes, T]]) -> T:
        """Replace a value by what `work` makes of it at the moment that its lock was taken."""

        def at_once(value: bytes | None) -> tuple[bytes, T]:
            now_s = self._clock.monotonic()
            return work(value, Moment(now_s, wall_ahead_s=self._clock.now().timestamp() - now_s))

        return await self._file.change(name, at_once)

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()


@dataclass(frozen=True, slots=True)
class RowNames:
    """The rows of one account, named by keyed hashes, so that the store does not tell which accounts there are."""

    app: str
    by_budget: Mapping[Budget, str]

    @classmethod
    def of(cls, key: bytes, *, app_id: str, hub_id: str) -> RowNames:
        """Name the rows; `key` is 32 bytes that all processes of one installation share.

        `app_id` is whatever has a burst limit of its own: the OAuth app, or a token's hash.
        """

        def name(*parts: str) -> str:
            return mac(key, *(part.encode() for part in parts))[:16].hex()

        return cls(
            app=name("app", app_id, hub_id),
            by_budget={
                Budget.BURST: name("burst", app_id, hub_id),
                Budget.SEARCH: name("search", hub_id),
                Budget.ASSOCIATIONS: name("associations", hub_id),
            },
        )


class SharedRow:
    """One shared value as this process sees it, and what goes on in its place when it cannot be had.

    `last` is the latest outcome, None before the first; `errors` counts failures and losses.
    """

    def __init__(self, rows: SharedRows, names: RowNames, budget: Budget, member: str, clock: Clock) -> None:
        self.budget = budget
        self.clock = clock
        self.errors = 0
        self.last: Outcome | None = None
        self._rows = rows
        self._name = names.by_budget[budget]
        self._app = names.app
        self._member = member
        self._unshared: tuple[Event, ...] = ()
        self._alone: LineRules | None = None
        self._retry_at_s = 0.0

    def stated(self, outcome: Outcome) -> int:
        """Give how many slots the value says that this process holds."""
        return sum(outcome.state.members[self._member].in_flight.values())

    def closed_until_s(self, outcome: Outcome) -> float | None:
        """Give until when the app's daily limit is used up, in seconds since 1970."""
        return outcome.state.closed_until_s.get(self._app)

    async def exchange(
        self,
        in_flight: Mapping[Priority, int],
        events: Sequence[Event],
        wanted: Mapping[Priority, int],
        spare: Mapping[Priority, int],
        rules: LineRules,
    ) -> Outcome:
        """Exchange with the shared value, or else with what this process last saw of it."""
        ask = Ask(
            member=self._member,
            app=self._app,
            birth=secrets.token_hex(8),
            in_flight=in_flight,
            events=(*self._unshared, *events),
            wanted=wanted,
            spare=spare,
            known=self.last.state if self.last else None,
        )
        started_s = self.clock.monotonic()
        if self._alone is None or started_s >= self._retry_at_s:
            try:
                outcome = await self._rows.change(self._name, partial(_rewrite, ask=ask, rules=rules))
            except StoreError as error:
                self._failed(error, started_s, rules)
            else:
                self._shared(outcome)
                return outcome
        return self._go_on_alone(replace(ask, events=tuple(events), spare={}), rules)

    def _shared(self, outcome: Outcome) -> None:
        if outcome.was_lost:
            self._count_error()
            _log.warning("limits_store_lost")
        elif self._alone is not None:
            _log.info("limits_store_back")
        self._unshared = ()
        self._alone = None
        self.last = outcome

    def _failed(self, error: StoreError, started_s: float, rules: LineRules) -> None:
        """Count it, and at the first one take this process's part of what it last saw."""
        self._count_error()
        now_s = self.clock.monotonic()
        self._retry_at_s = now_s + max(RETRY_S, 10 * (now_s - started_s))
        if self._alone is not None:
            return
        _log.warning("limits_store_failed", error=error.message)
        self._alone = rules
        if self.last is None:
            return
        state = self.last.state
        parts = max(1, members(state))
        part = max(1, state.log.told // parts)
        self._alone = replace(rules, cap=part if rules.cap is None else min(part, max(1, rules.cap // parts)))
        if parts > 1:
            stretch = max(1.0, parts / state.log.told)
            pause_s = now_s + self.last.moment.ahead_s + state.log.window_s
            log = replace(state.log, window_s=state.log.window_s * stretch, paused_until_s=pause_s, cooling=())
            self.last = replace(self.last, state=replace(state, log=log, members={}))

    def _count_error(self) -> None:
        self.errors += 1
        count(Counter.LIMIT_STORE_ERRORS, self.budget.value)

    def _go_on_alone(self, ask: Ask, rules: LineRules) -> Outcome:
        last = self.last
        ahead_s = last.moment.ahead_s if last else 0.0
        now_s = self.clock.monotonic()
        moment = Moment(now_s + ahead_s, ahead_s, self.clock.now().timestamp() - now_s - ahead_s)
        outcome = exchange(last.state if last else None, moment, ask, self._alone or rules)
        since_s = now_s - 3 * outcome.state.log.window_s
        kept = (event for event in (*self._unshared, *ask.events) if not _is_stale(event, since_s))
        self._unshared = tuple(kept)
        self.last = outcome
        return outcome


def _rewrite(value: bytes | None, moment: Moment, *, ask: Ask, rules: LineRules) -> tuple[bytes, Outcome]:
    state = decode(value) if value is not None else None
    damaged = value is not None and state is None
    outcome = exchange(state, moment, replace(ask, is_damaged=damaged), rules)
    return encode(outcome.state), outcome


def _is_stale(event: Event, since_s: float) -> bool:
    return isinstance(event, Answered | Refused) and event.at_s < since_s

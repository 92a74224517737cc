"""Decides when a call may be sent so that HubSpot's rate limits are used fully and never passed. Pure: time is given.

**Response-anchored sliding log.** A slot is taken before sending and freed one window after the answer came back.
At the sending of the last of N+1 calls that HubSpot would count in one window all N others would still hold slots,
so no window, rolling or fixed, ever holds more than N, whatever the network's delay.

How large N is: HubSpot says it in headers (`observe`); before that, the smallest documented number. If HubSpot counts
more than we can have sent, somebody else spends from the same limit, and N shrinks by that gap for a window.
A 429 cuts N to 0.7 of itself for two windows; then it grows by one a clean window. Search answers carry no headers.

Three classes share a log: interactive 40 %, writes 40 %, background 20 %. A class may lend what others leave idle,
but keeps a tenth of N clear for each class that was seen within three windows and is below its share,
so a long background job never makes a person wait for a whole window.

Numbers: 100 calls per 10 s is the smallest burst limit, search 5 per second an account, associations 100 per 10 s
(developers.hubspot.com, usage guidelines, read 2026-11-23; search and association batches do not spend the burst).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from enum import Enum
from zoneinfo import ZoneInfo

__all__ = [
    "MOST_TOLD",
    "Budget",
    "LimitSettings",
    "LogState",
    "Priority",
    "Quota",
    "RateReading",
    "SlidingLog",
    "Slot",
    "next_midnight",
]

FOREIGN_TOLERANCE = 5
MOST_TOLD = 100_000
"""What N is raised to at most: hundreds of times what HubSpot allows, and what the shared store can hold."""
CUT = 0.7
CUT_WINDOWS = 2
SEEN_WINDOWS = 3


class Priority(Enum):
    """Who waits for a call: the name of the class, its share of every limit, its deadline in seconds."""

    INTERACTIVE = ("interactive", 0.4, 30.0)
    WRITE = ("write", 0.4, 30.0)
    BACKGROUND = ("background", 0.2, 300.0)

    @property
    def share(self) -> float:
        """The part of a limit that is this class's own."""
        return self.value[1]

    @property
    def deadline_s(self) -> float:
        """The time a call has where none is given."""
        return self.value[2]


class Budget(Enum):
    """HubSpot's separate limits of one account; each call spends from exactly one (and from the daily one)."""

    BURST = "burst"
    SEARCH = "search"
    ASSOCIATIONS = "associations"


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What is assumed until HubSpot says otherwise: calls per window, windows in seconds.

    `burst_cap` keeps N below what HubSpot would allow, for an account shared with other programs.
    """

    burst: int = 100
    burst_window_s: float = 10.0
    burst_cap: int | None = None
    search: int = 5
    search_window_s: float = 1.0
    associations: int = 100
    associations_window_s: float = 10.0


@dataclass(frozen=True, slots=True)
class RateReading:
    """What one answer's headers said of the limits; None where it said nothing, which is normal."""

    most: int | None = None
    remaining: int | None = None
    window_s: float | None = None
    daily_most: int | None = None
    daily_remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits as HubSpot last told them; None until an answer did."""

    burst_most: int | None = None
    burst_remaining: int | None = None
    daily_most: int | None = None
    daily_remaining: int | None = None

    def after(self, reading: RateReading) -> Quota:
        """Give the quota with what a newer answer said."""
        return Quota(
            burst_most=self.burst_most if reading.most is None else reading.most,
            burst_remaining=self.burst_remaining if reading.remaining is None else reading.remaining,
            daily_most=self.daily_most if reading.daily_most is None else reading.daily_most,
            daily_remaining=self.daily_remaining if reading.daily_remaining is None else reading.daily_remaining,
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """Leave to send one call: how many slots were held then (this one too), and the count of slots ever taken."""

    priority: Priority
    held: int
    serial: int


@dataclass(frozen=True, slots=True)
class LogState:
    """Everything that a sliding log knows, as values; moments are of its own steady count of seconds.

    `cooling` is in the order of its moments; a moment that never was is minus infinity, one that is not due infinity.
    """

    told: int
    window_s: float
    cooling: tuple[tuple[float, Priority], ...]
    in_flight: Mapping[Priority, int]
    seen: Mapping[Priority, float]
    serial: int = 0
    foreign: int = 0
    foreign_until_s: float = -math.inf
    cut_to: int | None = None
    cut_at_s: float = -math.inf
    next_raise_s: float = math.inf
    paused_until_s: float = -math.inf


class SlidingLog:
    """One limit's slots. Every method takes `now_s`, a steady count of seconds that never goes back."""

    def __init__(self, size: int, window_s: float, *, cap: int | None = None) -> None:
        self._told = min(size, MOST_TOLD)
        self._cap = cap
        self._window_s = window_s
        self._cooling: deque[tuple[float, Priority]] = deque()
        self._held = dict.fromkeys(Priority, 0)
        self._seen = dict.fromkeys(Priority, -math.inf)
        self._in_flight = 0
        self._serial = 0
        self._foreign = 0
        self._foreign_until_s = -math.inf
        self._cut_to: int | None = None
        self._cut_at_s = -math.inf
        self._next_raise_s = math.inf
        self._paused_until_s = -math.inf

    @classmethod
    def of(cls, state: LogState, *, cap: int | None = None) -> SlidingLog:
        """Make a log that knows what another one knew."""
        log = cls(state.told, state.window_s, cap=cap)
        log._cooling.extend(state.cooling)
        log._in_flight = sum(state.in_flight.values())
        log._held.update(state.in_flight)
        for _, priority in state.cooling:
            log._held[priority] += 1
        log._seen.update(state.seen)
        log._serial = state.serial
        log._foreign, log._foreign_until_s = state.foreign, state.foreign_until_s
        log._cut_to, log._cut_at_s, log._next_raise_s = state.cut_to, state.cut_at_s, state.next_raise_s
        log._paused_until_s = state.paused_until_s
        return log

    def state(self) -> LogState:
        """Give what this log knows."""
        in_flight = self._held.copy()
        for _, priority in self._cooling:
            in_flight[priority] -= 1
        return LogState(
            told=self._told,
            window_s=self._window_s,
            cooling=tuple(self._cooling),
            in_flight=in_flight,
            seen=self._seen.copy(),
            serial=self._serial,
            foreign=self._foreign,
            foreign_until_s=self._foreign_until_s,
            cut_to=self._cut_to,
            cut_at_s=self._cut_at_s,
            next_raise_s=self._next_raise_s,
            paused_until_s=self._paused_until_s,
        )

    @property
    def window_s(self) -> float:
        """The length of the window in seconds."""
        return self._window_s

    @property
    def held(self) -> int:
        """Slots in flight or cooling, as of the last call that was given the time."""
        return self._in_flight + len(self._cooling)

    def size(self, now_s: float) -> int:
        """Give N: how many calls one window may hold now."""
        size = self._most
        if self._foreign and now_s < self._foreign_until_s:
            size -= self._foreign
        cut_to = self._recovered(now_s)
        return max(1, size if cut_to is None else min(size, cut_to))

    def take(self, now_s: float, priority: Priority) -> Slot | None:
        """Take a slot for a call that is sent now, or None when there is none for this class."""
        self._cool(now_s)
        self._seen[priority] = now_s
        if now_s < self._paused_until_s:
            return None
        size = self.size(now_s)
        free = size - self.held
        if free <= 0:
            return None
        if self._held[priority] >= priority.share * size and free <= self._reserve(now_s, size, priority):
            return None
        self._in_flight += 1
        self._serial += 1
        self._held[priority] += 1
        return Slot(priority, self.held, self._serial)

    def give_back(self, slot: Slot, now_s: float) -> None:
        """Let a slot cool for one window: its call was answered, or given up, now."""
        self._in_flight -= 1
        self._cooling.append((now_s + self._window_s, slot.priority))

    def drop(self, slot: Slot) -> None:
        """Free a slot at once: its call was never sent."""
        self._in_flight -= 1
        self._held[slot.priority] -= 1

    def observe(self, slot: Slot, now_s: float, reading: RateReading) -> None:
        """Learn from the headers of the answer to `slot`'s call."""
        if reading.most is None:
            return
        self._told = min(reading.most, MOST_TOLD)
        if reading.window_s is not None and reading.window_s > 0:
            self._window_s = reading.window_s
        if reading.remaining is None:
            return
        most_of_ours = slot.held + self._serial - slot.serial
        foreign = reading.most - most_of_ours - reading.remaining
        if foreign > FOREIGN_TOLERANCE and (foreign >= self._foreign or now_s >= self._foreign_until_s):
            self._foreign = foreign
            self._foreign_until_s = now_s + self._window_s

    def refused(self, now_s: float, pause_s: float) -> bool:
        """Learn that HubSpot answered 429: send nothing for `pause_s`, and less afterwards.

        Of many 429 of one moment the first cuts N, and is told by a True.
        """
        self._paused_until_s = max(self._paused_until_s, now_s + pause_s)
        if now_s < self._cut_at_s + self._window_s:
            return False
        self._cut_to = max(1, math.floor(self.size(now_s) * CUT))
        self._cut_at_s = now_s
        self._next_raise_s = now_s + (CUT_WINDOWS + 1) * self._window_s
        return True

    def wait_s(self, now_s: float, ahead: int = 0) -> float:
        """Give the least number of seconds until a slot can be free for a call with `ahead` others before it."""
        self._cool(now_s)
        pause_s = max(0.0, self._paused_until_s - now_s)
        size = self.size(now_s)
        needed = ahead + 1 - (size - self.held)
        if needed <= 0:
            return pause_s
        if needed <= len(self._cooling):
            return max(pause_s, self._cooling[needed - 1][0] - now_s)
        rounds = 1 + (needed - 1 - len(self._cooling)) // size
        return max(pause_s, rounds * self._window_s)

    def next_change_s(self, now_s: float) -> float | None:
        """Give the seconds until time alone can free a slot; None when an answer must come first."""
        self._cool(now_s)
        if now_s < self._paused_until_s:
            return self._paused_until_s - now_s
        moments = [moment for moment in (self._foreign_until_s, self._next_raise_s) if now_s < moment < math.inf]
        if self._cooling:
            moments.append(self._cooling[0][0])
        return max(0.0, min(moments) - now_s) if moments else None

    @property
    def _most(self) -> int:
        """N when nothing is wrong: what HubSpot allows, or less where an operator wants less."""
        return max(1, self._told if self._cap is None else min(self._told, self._cap))

    def _cool(self, now_s: float) -> None:
        cooling = self._cooling
        while cooling and cooling[0][0] <= now_s:
            self._held[cooling.popleft()[1]] -= 1

    def _reserve(self, now_s: float, size: int, priority: Priority) -> int:
        """How many free slots a borrowing class leaves to the other classes."""
        since_s = now_s - SEEN_WINDOWS * self._window_s
        spare = math.ceil(size / 10)
        return sum(
            min(spare, max(0, math.ceil(other.share * size) - self._held[other]))
            for other, seen_s in self._seen.items()
            if other is not priority and seen_s > since_s
        )

    def _recovered(self, now_s: float) -> int | None:
        """Grow what a 429 left by one for each clean window that has passed, and give it; None when nothing is cut."""
        if self._cut_to is not None and now_s >= self._next_raise_s:
            steps = 1 + int((now_s - self._next_raise_s) / self._window_s)
            self._cut_to += steps
            self._next_raise_s += steps * self._window_s
            if self._cut_to >= self._most:
                self._cut_to = None
                self._next_raise_s = math.inf
        return self._cut_to


def next_midnight(now: datetime, zone: ZoneInfo | None) -> datetime:
    """Give the next start of a day in the account's zone (UTC where it is unknown), as an instant in UTC."""
    here = now.astimezone(zone or UTC)
    tomorrow = here.date() + timedelta(days=1)
    return datetime.combine(tomorrow, wall_time(), tzinfo=zone or UTC).astimezone(UTC)

"""One limit as several processes share it: a value that each reads, changes and writes back in one transaction. Pure.

The value is a sliding log (`limits`) and, beside it, who holds its slots. Every exchange does all at once: what this
process holds is stated anew, what it learnt is added, and as many slots are taken as callers wait here, never more.

- **Holding.** A member states its slots in flight as whole numbers at each exchange, so an exchange whose outcome was
  lost, or a value that was lost, mends itself. Its statement is a lease; members that hold slots renew it. When it
  ends (the process was killed) its slots cool from that moment, as if their answers had come then.
- **In hand.** While less than half of the limit is held by anybody, a member may take slots that it has no caller
  for yet. They count as in flight, like all others; when three quarters are held they are the first to be let go.
- **Loss.** Where the value is gone, unreadable, or another than the one this process knew, nothing is sent for one
  window, once: what others sent before is forgotten by HubSpot too after that. What this process last saw is put in
  its place, so learnt numbers stay. A process that never saw a value starts at once.
- **Clocks.** All moments are the store's seconds; `Moment.ahead_s` turns this process's into them. Processes of one
  machine share the steady clock (CLOCK_MONOTONIC on Linux, mach_absolute_time on macOS, the performance counter on
  Windows; Python documents no more than differences). It starts again with the machine, so the value notes what the
  wall clock says beside it: when they part by more than five seconds, a process that knew the value goes on by the
  steady clock, and one that did not starts anew, cautiously if the last change is less than a window ago."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from hubspot_skill.hubspot.limits import LogState, Priority, Quota, RateReading, SlidingLog, Slot

__all__ = [
    "Answered",
    "Ask",
    "Closed",
    "Event",
    "LineRules",
    "LineState",
    "Member",
    "Moment",
    "Outcome",
    "Parked",
    "Refused",
    "exchange",
    "members",
]

CLOCKS_PART_S = 5.0
TAKEN_IN_HAND = 0.5
KEPT_IN_HAND = 0.75
_CLASSES = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of an exchange: the store's clock, how far it is ahead of this process's steady clock (never told
    too small), and how far the wall clock is ahead of the store's.
    """

    now_s: float
    ahead_s: float = 0.0
    wall_ahead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class LineRules:
    """What is assumed of a limit until HubSpot says otherwise, and how long a statement of slots holds."""

    size: int
    window_s: float
    cap: int | None = None
    lease_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A call ended at `at_s` of this process's clock; `reading` is what its headers said."""

    slot: Slot
    at_s: float
    reading: RateReading | None


@dataclass(frozen=True, slots=True)
class Refused:
    """HubSpot answered 429 on this limit; without `pause_s` a window is waited."""

    at_s: float
    pause_s: float | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The daily limit of this app's account is used up until a moment of the wall clock (seconds since 1970)."""

    until_s: float


@dataclass(frozen=True, slots=True)
class Parked:
    """HubSpot moves the account until a moment of this process's clock."""

    until_s: float


Event: TypeAlias = Answered | Refused | Closed | Parked


@dataclass(frozen=True, slots=True)
class Member:
    """One process: until when its statement holds, and its slots in flight by class."""

    lease_until_s: float
    in_flight: Mapping[Priority, int]


@dataclass(frozen=True, slots=True)
class LineState:
    """The shared value. `birth` names it from its making on; `is_cautious` says that its loss was waited out."""

    birth: str
    log: LogState
    members: Mapping[str, Member] = field(default_factory=dict[str, Member])
    changed_s: float = 0.0
    wall_ahead_s: float = 0.0
    is_cautious: bool = False
    parked_until_s: float = -math.inf
    closed_until_s: Mapping[str, float] = field(default_factory=dict[str, float])
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, slots=True)
class Ask:
    """What one process brings to an exchange, as `member` for the app `app`.

    `in_flight` are its slots without those that `events` give back; `wanted` are the callers that wait, `spare` how
    many slots of each class to take beside for callers to come, if there are plenty; `known` is the value it last
    saw, `birth` the name for a new one; `is_damaged` says that there was a value that did not read.
    """

    member: str
    app: str
    birth: str
    in_flight: Mapping[Priority, int]
    events: Sequence[Event] = ()
    wanted: Mapping[Priority, int] = field(default_factory=dict[Priority, int])
    known: LineState | None = None
    is_damaged: bool = False
    spare: Mapping[Priority, int] = field(default_factory=dict[Priority, int])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an exchange: the slots taken, the value as it is now, its log to ask, and the moment.

    `spare` are slots beside, that nobody waited for; `is_ample` says that what is in hand may be kept: no gate is shut,
    nothing is paused, and a quarter of the limit is free.
    `cuts` says that one of the refusals brought here cut the limit; `was_lost` that a value known before was gone.
    """

    slots: tuple[Slot, ...]
    spare: tuple[Slot, ...]
    is_ample: bool
    state: LineState
    log: SlidingLog
    moment: Moment
    cuts: bool = False
    was_lost: bool = False


def exchange(value: LineState | None, moment: Moment, ask: Ask, rules: LineRules) -> Outcome:
    """Give the value after one process's exchange, and what that process may send."""
    state, was_lost = _found(value, moment, ask, rules)
    state = _lapsed(state, moment.now_s)
    state = _stated(state, moment, ask, rules)
    log = SlidingLog.of(state.log, cap=rules.cap)
    quota = state.quota
    cuts = False
    for event in ask.events:
        match event:
            case Answered(slot, at_s, RateReading() as reading):
                known = reading if slot.serial <= state.log.serial else replace(reading, remaining=None)
                log.observe(slot, min(at_s + moment.ahead_s, moment.now_s), known)
                quota = quota.after(reading)
            case Refused(_, pause_s):
                cuts = log.refused(moment.now_s, log.window_s if pause_s is None else pause_s) or cuts
            case _:
                pass
    is_shut = _is_shut(state, moment, ask.app)
    slots = () if is_shut else tuple(_taken(log, moment.now_s, ask.wanted))
    spare = () if is_shut else tuple(_spare(log, moment, ask.spare))
    in_flight = {priority: ask.in_flight.get(priority, 0) for priority in _CLASSES}
    is_ample = not is_shut and moment.now_s >= log.state().paused_until_s and _holds_at_most(KEPT_IN_HAND, log, moment)
    for slot in (*slots, *spare):
        in_flight[slot.priority] += 1
    me = Member(moment.now_s + rules.lease_s, in_flight)
    state = replace(state, log=log.state(), members={**state.members, ask.member: me}, quota=quota)
    return Outcome(slots, spare, is_ample, state, log, moment, cuts, was_lost)


def members(state: LineState) -> int:
    """Give how many processes used the value within a lease of its last change."""
    return sum(member.lease_until_s > state.changed_s for member in state.members.values())


def _found(value: LineState | None, moment: Moment, ask: Ask, rules: LineRules) -> tuple[LineState, bool]:
    """Give the value to go on with, and whether one that was known is lost."""
    known = ask.known
    if value is None:
        if known is None:
            fresh = _fresh(ask, rules)
            return (_careful(fresh, moment), True) if ask.is_damaged else (fresh, False)
        return _careful(replace(known, birth=ask.birth), moment), True
    if known is None and abs(value.wall_ahead_s - moment.wall_ahead_s) > CLOCKS_PART_S:
        age_s = moment.now_s + moment.wall_ahead_s - value.changed_s - value.wall_ahead_s
        fresh = _fresh(ask, rules)
        fresh = replace(fresh, log=replace(fresh.log, told=value.log.told, window_s=value.log.window_s))
        is_old = age_s > value.log.window_s
        return (fresh if is_old else _careful(fresh, moment)), False
    if known is not None and known.birth != value.birth:
        return (value if value.is_cautious else _careful(value, moment)), True
    return value, False


def _fresh(ask: Ask, rules: LineRules) -> LineState:
    none = dict.fromkeys(_CLASSES, 0)
    never = dict.fromkeys(_CLASSES, -math.inf)
    return LineState(ask.birth, LogState(rules.size, rules.window_s, (), none, never))


def _careful(state: LineState, moment: Moment) -> LineState:
    """Send nothing for one window."""
    until_s = max(state.log.paused_until_s, moment.now_s + state.log.window_s)
    return replace(state, log=replace(state.log, paused_until_s=until_s), is_cautious=True)


def _lapsed(state: LineState, now_s: float) -> LineState:
    """Let the slots of processes that are gone cool from the end of their lease."""
    gone = [member for member in state.members.values() if member.lease_until_s <= now_s]
    if not gone:
        return state
    cooling = [
        (member.lease_until_s + state.log.window_s, priority)
        for member in gone
        for priority, count in member.in_flight.items()
        for _ in range(count)
    ]
    staying = {name: member for name, member in state.members.items() if member.lease_until_s > now_s}
    log = replace(state.log, cooling=_in_order((*state.log.cooling, *cooling)))
    return replace(state, members=staying, log=log)


def _stated(state: LineState, moment: Moment, ask: Ask, rules: LineRules) -> LineState:
    """Put down what this process holds, what it gave back and which gates it found shut."""
    now_s, window_s = moment.now_s, state.log.window_s
    cooling = list(state.log.cooling)
    parked_until_s = state.parked_until_s
    wall_s = now_s + moment.wall_ahead_s
    closed = {app: until_s for app, until_s in state.closed_until_s.items() if until_s > wall_s}
    for event in ask.events:
        match event:
            case Answered(slot, at_s, _):
                cooling.append((at_s + moment.ahead_s + window_s, slot.priority))
            case Closed(until_s):
                closed[ask.app] = until_s
            case Parked(until_s):
                parked_until_s = max(parked_until_s, until_s + moment.ahead_s)
            case Refused():
                pass
    others = {name: member for name, member in state.members.items() if name != ask.member}
    in_flight = {
        priority: ask.in_flight.get(priority, 0) + sum(m.in_flight.get(priority, 0) for m in others.values())
        for priority in _CLASSES
    }
    latest_s = now_s + window_s
    kept = ((min(_up_to_ms(until_s), latest_s), priority) for until_s, priority in cooling if until_s > now_s)
    return replace(
        state,
        log=replace(state.log, cooling=_in_order(kept), in_flight=in_flight),
        members=others,
        changed_s=now_s,
        wall_ahead_s=moment.wall_ahead_s,
        parked_until_s=parked_until_s,
        closed_until_s=closed,
    )


def _in_order(cooling: Iterable[tuple[float, Priority]]) -> tuple[tuple[float, Priority], ...]:
    return tuple(sorted(cooling, key=lambda entry: entry[0]))


def _up_to_ms(moment_s: float) -> float:
    """Round up, so that slots that come free together are written as one number."""
    return math.ceil(moment_s * 1000) / 1000


def _is_shut(state: LineState, moment: Moment, app: str) -> bool:
    wall_s = moment.now_s + moment.wall_ahead_s
    return state.parked_until_s > moment.now_s or state.closed_until_s.get(app, -math.inf) > wall_s


def _holds_at_most(part: float, log: SlidingLog, moment: Moment) -> bool:
    return log.held <= log.size(moment.now_s) * part


def _spare(log: SlidingLog, moment: Moment, spare: Mapping[Priority, int]) -> Iterable[Slot]:
    """Take slots that nobody waits for yet, while less than half of the limit is held by anybody."""
    for priority, count in spare.items():
        for _ in range(count):
            slot = log.take(moment.now_s, priority) if _holds_at_most(TAKEN_IN_HAND, log, moment) else None
            if slot is None:
                return
            yield slot


def _taken(log: SlidingLog, now_s: float, wanted: Mapping[Priority, int]) -> list[Slot]:
    """Take slots in turns over the classes that want them."""
    left = {priority: count for priority, count in wanted.items() if count > 0}
    taken: list[Slot] = []
    while left:
        for priority in list(left):
            slot = log.take(now_s, priority)
            if slot is None:
                del left[priority]
                continue
            taken.append(slot)
            left[priority] -= 1
            if not left[priority]:
                del left[priority]
    return taken

"""Trial R2: walks the shipped table of refresh steps with every interleaving of two processes, and judges where it ends.

The table (`NEXT`) is the product's own; what the steps do to the row and to HubSpot is modelled here, small enough to
be checked by eye: one row, a provider that rotates refresh tokens or not, a network that loses requests and answers
or delivers them late, leases that run out under a slow holder, and processes that die anywhere and start again.

Providers: `stable` returns the same refresh token; `grace` gives a new one and ends the old when a descendant of it
is used; `newest` honours the newest one and the one it came of; `strict` ends the old one at once.

Judged at every state: never two live requests under leases that hold. Judged where nothing moves any more:
- an active row holds a refresh token that the provider still honours (as main or alternate);
- a row is marked as ended only when none of its tokens is honoured;
- unless somebody uninstalled the app, both may be broken only under `newest` and `strict`, only after a crash or loss
  between HubSpot's answer and its store, and then the row says `lost_in_window`.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hubspot_skill.vault.refresh_steps import ENDS, NEXT, Event, Step

__all__ = ["Checked", "Provider", "check"]

Table = Mapping[tuple[Step, Event], Step]
Provider = Literal["stable", "grace", "newest", "strict"]


class Row(NamedTuple):
    """The connection's row: tokens are small numbers, spans are flags, and the lease's sequence is whose it was last."""

    generation: int = 1
    main: int = 0
    alternate: int | None = None
    is_expired: bool = True
    holder: int | None = None
    is_lease_live: bool = False
    has_intent: bool = False
    has_doubt: bool = False
    is_ended: bool = False
    is_lost: bool = False


class Process(NamedTuple):
    """One refresher: the step that it is at (or idle), what it knows, and its request on the way."""

    step: Step | None = None
    generation: int = 0
    token: int = 0
    alternate: int | None = None
    had_intent: bool = False
    had_doubt: bool = False
    has_leased: bool = False
    is_covered: bool = False
    request: int | None = None
    answer: Event | None = None
    granted: int | None = None


class World(NamedTuple):
    """Everything: the row, both processes, the provider's live tokens, late requests, and what is left to go wrong."""

    row: Row
    processes: tuple[Process, ...]
    live: frozenset[int]
    parents: tuple[int, ...]
    late: tuple[int, ...] = ()
    crashes: int = 1
    losses: int = 1
    overruns: int = 1
    expiries: int = 1
    uninstalls: int = 0
    window_was_lost: bool = False
    is_uninstalled: bool = False


@dataclass(slots=True)
class Checked:
    """What the walk saw: its size, the end states that break a rule, and the steps of the table that were taken."""

    states: int
    ends: int
    bad: list[tuple[str, World]]
    taken: set[tuple[Step, Event]]


class Walked(NamedTuple):
    """The table that is walked and the rows of it that were taken."""

    table: Table
    taken: set[tuple[Step, Event]]


def check(
    provider: Provider,
    *,
    crashes: int = 0,
    losses: int = 0,
    overruns: int = 0,
    uninstalls: int = 0,
    processes: int = 2,
    table: Table = NEXT,
) -> Checked:
    """Walk every state that can be reached while that many things go wrong."""
    start = World(
        Row(),
        tuple(Process() for _ in range(processes)),
        frozenset({0}),
        (-1,),
        crashes=crashes,
        losses=losses,
        overruns=overruns,
        uninstalls=uninstalls,
    )
    result = Checked(0, 0, [], set())
    walked = Walked(table, result.taken)
    seen = {start}
    todo = deque([start])
    while todo:
        world = todo.popleft()
        result.states += 1
        if any(p.request is not None and not p.has_leased for p in world.processes):
            result.bad.append(("a request without a lease", world))
        if _live_requests_under_lease(world) > 1:
            result.bad.append(("two requests under live leases", world))
        followers = list(_followers(world, provider, walked))
        if _is_at_rest(world):
            result.ends += 1
            result.bad.extend((fault, world) for fault in _faults(world, provider))
        elif not followers:
            result.bad.append(("nothing can move", world))
        for follower in followers:
            if follower not in seen:
                seen.add(follower)
                todo.append(follower)
    return result


def _is_at_rest(world: World) -> bool:
    is_settled = world.row.is_ended or (not world.row.is_expired and not world.row.has_intent)
    return is_settled and not world.late and all(p.step is None for p in world.processes)


def _faults(world: World, provider: Provider) -> Iterator[str]:
    row = world.row
    held = {row.main} | ({row.alternate} if row.alternate is not None else set())
    is_honoured = bool(held & world.live)
    may_end = world.is_uninstalled or (provider in ("newest", "strict") and world.window_was_lost)
    if row.is_ended and is_honoured:
        yield "ended though a token is honoured"
    if row.is_ended and not may_end:
        yield "ended though nothing was lost on the way"
    if row.is_ended and not row.is_lost and not world.is_uninstalled:
        yield "ended without saying that it was lost"
    if not row.is_ended and not is_honoured and not may_end:
        yield "no token of the row is honoured"


def _live_requests_under_lease(world: World) -> int:
    return sum(p.request is not None and p.is_covered for p in world.processes)


def _followers(world: World, provider: Provider, walked: Walked) -> Iterator[World]:
    if world.row.is_lease_live:
        yield from _lease_ends(world)
    if not world.row.is_expired and not world.row.is_ended and world.expiries:
        yield world._replace(row=world.row._replace(is_expired=True), expiries=world.expiries - 1)
    if world.uninstalls:
        yield world._replace(live=frozenset(), uninstalls=world.uninstalls - 1, is_uninstalled=True)
    for at, token in enumerate(world.late):
        _, after = _provide(world, token, provider)
        yield after._replace(late=world.late[:at] + world.late[at + 1 :])
    for at, process in enumerate(world.processes):
        if process.step is None:
            if not world.row.is_ended and (world.row.is_expired or world.row.has_intent):
                yield _with(world, at, Process(step=Step.READ))
            continue
        if world.crashes:
            yield _crashed(world, at, process)
        yield from _moves(world, at, process, provider, walked)


def _lease_ends(world: World) -> Iterator[World]:
    """Let the lease of a dead holder run out, or, as often as may go wrong, that of a slow one."""
    after = world._replace(row=world.row._replace(is_lease_live=False))
    if not any(p.is_covered for p in world.processes):
        yield after
    elif world.overruns:
        slow = tuple(p._replace(is_covered=False) for p in world.processes)
        yield after._replace(overruns=world.overruns - 1, processes=slow)


def _crashed(world: World, at: int, process: Process) -> World:
    is_lost = process.request is not None or process.granted is not None
    late = (*world.late, process.request) if process.request is not None else world.late
    after = world._replace(crashes=world.crashes - 1, late=late, window_was_lost=world.window_was_lost or is_lost)
    return _with(after, at, Process())


def _moves(world: World, at: int, process: Process, provider: Provider, walked: Walked) -> Iterator[World]:
    """Give what one process can do next: begin to send, be answered, or finish its step."""
    if process.request is not None:
        yield from _deliveries(world, at, process, provider)
        return
    if process.answer is not None:
        yield _onward(world, at, process._replace(answer=None), process.answer, walked)
        return
    if process.step in _SENDS:
        token = process.alternate if process.step is Step.SEND_ALTERNATE else process.token
        yield _with(world, at, process._replace(request=token))
        yield _onward(world, at, process, Event.UNSENT, walked)
        if not process.is_covered:
            yield _onward(world, at, process, Event.LATE, walked)
        return
    for event, row, after in _effects(world, at, process):
        yield _onward(world._replace(row=row), at, after, event, walked)


_SENDS = (Step.SEND, Step.SEND_ALTERNATE, Step.SEND_LAST)


def _deliveries(world: World, at: int, process: Process, provider: Provider) -> Iterator[World]:
    """Let a request arrive and be answered, be lost, come late, be answered in vain or be refused by mistake."""
    token = process.request
    assert token is not None
    new, after = _provide(world, token, provider)
    waiting = process._replace(request=None)
    if new is None:
        yield _with(after, at, waiting._replace(answer=Event.GONE))
    else:
        yield _with(after, at, waiting._replace(answer=Event.GRANTED, granted=new))
    if world.losses:
        for wrong in (Event.OURS, Event.GONE) if process.step is Step.SEND else (Event.OURS,):
            yield _with(world._replace(losses=world.losses - 1), at, waiting._replace(answer=wrong))
        failed = waiting._replace(answer=Event.PASSING)
        yield _with(world._replace(losses=world.losses - 1), at, failed)
        lost = after._replace(losses=world.losses - 1, window_was_lost=world.window_was_lost or new is not None)
        yield _with(lost, at, failed)
        late = world._replace(losses=world.losses - 1, late=(*world.late, token), window_was_lost=True)
        yield _with(late, at, failed)


def _provide(world: World, token: int, provider: Provider) -> tuple[int | None, World]:
    """Exchange a refresh token at HubSpot: the one that comes back, or None for a token that is not honoured."""
    if token not in world.live:
        return None, world
    if provider == "stable":
        return token, world
    new = len(world.parents)
    ended = {"grace": _ancestors(token, world.parents), "newest": world.live - {token}, "strict": {token}}[provider]
    return new, world._replace(live=(world.live - ended) | {new}, parents=(*world.parents, token))


def _ancestors(token: int, parents: tuple[int, ...]) -> set[int]:
    found: set[int] = set()
    while (token := parents[token]) >= 0:
        found.add(token)
    return found


Effect = tuple[Event, Row, Process]


def _effects(world: World, at: int, process: Process) -> Iterator[Effect]:
    """Give what a step that only touches the row finds, the row after it and what the process then knows."""
    row = world.row
    match process.step:
        case Step.READ:
            yield _read(row), row, process._replace(generation=row.generation, has_leased=False, is_covered=False)
        case Step.WAIT:
            yield Event.ELAPSED, row, process
            yield Event.TOO_LONG, row, process
        case Step.PAUSE:
            yield Event.ELAPSED, row, process
        case Step.ASK:
            yield Event.ACTIVE if process.token in world.live else Event.INACTIVE, row, process
            yield Event.PASSING, row, process
            if world.losses:
                yield Event.OURS, row, process
        case Step.LEASE if row.is_lease_live or row.generation != process.generation or row.is_ended:
            yield Event.MISSED, row, process
        case Step.LEASE:
            knows = process._replace(
                token=row.main,
                had_intent=row.has_intent,
                had_doubt=row.has_intent or row.has_doubt,
                is_covered=True,
                has_leased=True,
            )
            yield Event.TAKEN, row._replace(holder=at, is_lease_live=True, has_intent=True), knows
        case Step.STORE:
            yield _stored(row, at, process)
        case Step.KEEP:
            yield _kept(row, process)
        case _:
            yield _under_lease(row, at, process)


def _stored(row: Row, at: int, process: Process) -> Effect:
    if row.generation != process.generation:
        return Event.MOVED, row, process
    assert process.granted is not None
    is_ours = row.holder == at
    after = Row(
        generation=row.generation + 1,
        main=process.granted,
        is_expired=False,
        holder=row.holder,
        is_lease_live=row.is_lease_live and not is_ours,
        has_doubt=process.had_intent or not is_ours,
    )
    return Event.STORED, after, process._replace(granted=None)


def _kept(row: Row, process: Process) -> Effect:
    knows = process._replace(granted=None)
    if process.granted == row.main:
        return Event.KEPT, row, knows
    return Event.KEPT, row._replace(alternate=process.granted, holder=None, is_ended=False), knows


def _under_lease(row: Row, at: int, process: Process) -> Effect:
    """Do a step that holds only while the lease and the generation are still the process's own."""
    is_ours = row.holder == at and process.generation == row.generation
    if process.step in (Step.LOOK, Step.LOOK_LAST):
        if not is_ours:
            return Event.MOVED, row, process
        found = Event.SAME if row.alternate is None else Event.ALTERNATE
        knows = process._replace(alternate=row.alternate, is_covered=True)
        return found, row._replace(is_lease_live=True), knows
    if process.step is Step.END:
        if not is_ours:
            return Event.MOVED, row, process
        return Event.DONE, row._replace(is_ended=True, is_lost=process.had_doubt, is_lease_live=False), process
    assert process.step in (Step.BACK_OFF, Step.BACK_OFF_UNSENT, Step.RELEASE, Step.BLAME_APP)
    keeps = process.step is Step.BACK_OFF or process.had_doubt
    return Event.DONE, row._replace(is_lease_live=False, has_intent=keeps) if is_ours else row, process


def _read(row: Row) -> Event:
    if row.is_ended:
        return Event.ENDED
    if not row.is_expired and not row.has_intent:
        return Event.FRESH
    return Event.BUSY if row.is_lease_live else Event.DUE


def _onward(world: World, at: int, process: Process, event: Event, walked: Walked) -> World:
    assert process.step is not None
    walked.taken.add((process.step, event))
    following = walked.table[process.step, event]
    return _with(world, at, Process() if following in ENDS else process._replace(step=following))


def _with(world: World, at: int, process: Process) -> World:
    """Put a process in its place; one that ended no longer is the holder of anything."""
    row = world.row
    if process.step is None and row.holder == at:
        row = row._replace(holder=None)
    return world._replace(row=row, processes=(*world.processes[:at], process, *world.processes[at + 1 :]))

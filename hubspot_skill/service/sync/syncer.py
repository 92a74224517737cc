"""Keeps one account's mirror up to date, in the background or once, alone or beside other processes.

Every process may run one; whoever holds the lease leads, the others only read and may ask the leader for a refresh by
a note in the mirror. The leader does two things side by side: the long work (listing, links, history, checks), and the
tail, which polls for changes every minute while the mirror is used and every quarter of an hour while it is not. Both
go through the adapter's class of background callers, which leaves room for people at any moment.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast, final

from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import DailyLimitError, HubSpotSkillError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.foundation.databases import now_ms_of
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority
from hubspot_skill.mirror.cursors import FILLING, Cursor, add_cursors, read_cursors, set_cursor
from hubspot_skill.mirror.lease import RENEW_S, Lease, LeaseLostError
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.structure import put_meta
from hubspot_skill.service.sync.history import fill_history
from hubspot_skill.service.sync.links import fill_links, pair_name, relink
from hubspot_skill.service.sync.listing import Listing, PausedError, PauseGate
from hubspot_skill.service.sync.repair import has_drifted, list_archived, reread, reread_open_deals, settle_unmet
from hubspot_skill.service.sync.schedule import TRAIL_EVERY_MS, Due, due
from hubspot_skill.service.sync.source import OBJECTS, Source, read_structure
from hubspot_skill.service.sync.tail import Changed, poll, trail

__all__ = ["LocalCopy", "ObjectState", "SyncState", "Syncer", "SyncerProvider"]

STRUCTURE_EVERY_MS = 900_000
POLL_BUSY_MS = 60_000
POLL_IDLE_MS = 900_000
USED_FOR_MS = 900_000
TICK_S = 1.0
WAIT_AFTER_ERROR_S = 30.0
WAIT_AFTER_DAILY_S = 900.0
_LOOK_S = 0.05
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObjectState:
    """Where one object stands: `done` of `total` records in the listing under way; `as_of` once all were read."""

    object: str
    phase: str
    done: int
    total: int | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class SyncState:
    """Where the sync of an account stands; `links_left` counts pairs of objects whose links are still to be read."""

    objects: tuple[ObjectState, ...]
    links_left: int
    is_paused: bool
    is_leading: bool
    last_error: str | None

    @property
    def is_complete(self) -> bool:
        """True once everything was read at least once."""
        return bool(self.objects) and self.links_left == 0 and all(o.as_of is not None for o in self.objects)

    @property
    def as_of(self) -> datetime | None:
        """The moment that every object is at least as new as; None while one was never read whole."""
        moments = [object.as_of for object in self.objects]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None


SyncerProvider = Callable[[], Awaitable["Syncer"]]
"""Gives the sync of an account, opened when it is first asked for."""


class LocalCopy(Protocol):
    """The local copy of an account, opened at the first need."""

    async def syncer(self) -> Syncer:
        """Give its sync, opened at the first call."""
        ...

    @property
    def open_syncer(self) -> Syncer | None:
        """Its sync where it is open here already, else None."""
        ...


@final
class Syncer:
    """The sync of one account in this process; `owner` names the process and no other."""

    def __init__(self, hubspot: HubSpot, mirror: Mirror, clock: Clock, *, owner: str) -> None:
        self._hubspot = hubspot.at(Priority.BACKGROUND)
        self.mirror = mirror
        self._clock = clock
        self._lease = Lease(mirror, owner)
        self._gate = PauseGate()
        self._source: Source | None = None
        self._structure_at = 0
        self._trailed_at = 0
        self._polled_at = 0
        self._used_at = 0
        self._last_error: str | None = None
        self._tail_lock = asyncio.Lock()
        self._is_running = False
        self._hinted: set[tuple[str, int]] = set()

    def touch(self) -> None:
        """Say that somebody uses the mirror now, so that it is kept fresh by the minute."""
        self._used_at = now_ms_of(self._clock)

    def hint(self, type_name: str, ids: Sequence[str]) -> None:
        """Say that records of a type were changed or made: a leader reads them again by id, which the index cannot delay.

        A hint is never believed: what is written is what HubSpot then answers. Where another process leads, its next poll
        brings the change.
        """
        object = next((name for name, type in OBJECTS.items() if type_name in (type.name, type.singular)), None)
        if object is not None:
            self._hinted |= {(object, int(id)) for id in ids if id.isdigit()}

    async def run(self) -> None:
        """Lead or follow, until cancelled."""
        self._is_running = True
        try:
            await self._run()
        finally:
            self._is_running = False

    async def _run(self) -> None:
        while True:
            try:
                if not await self._lease.take():
                    await self._clock.sleep(RENEW_S)
                    continue
                async with self._leading():
                    await self._rounds()
            except LeaseLostError:
                _log.info("sync_lease_lost")
            except PausedError:
                await self._clock.sleep(TICK_S)
            except HubSpotSkillError as error:
                self._failed(error)
                await self._clock.sleep(
                    WAIT_AFTER_DAILY_S if isinstance(error, DailyLimitError) else WAIT_AFTER_ERROR_S
                )

    async def complete(self, *, check: bool = False) -> bool:
        """Read everything that is missing or due, and poll once; with `check` compare every record as well.

        False where another process or a task of this one does that work (`check` is then asked of it), or sync is
        paused.

        Raises:
            HubSpotSkillError: HubSpot did not answer; what was read is kept.
        """
        if check:
            await self._note("check_asked_at", now_ms_of(self._clock))
        if self._is_running or not await self._lease.take():
            await self._note("asked_at", now_ms_of(self._clock))
            return False
        self._gate.is_paused = await self._noted("paused") == 1
        try:
            async with self._leading():
                await self._catch_up()
                await self._tail(force=True)
                await self._catch_up()
        except (LeaseLostError, PausedError):
            return False
        return True

    async def refresh(self, *, max_age_s: float, budget_s: float) -> SyncState:
        """Make the mirror at most that old if that can be had in the time, and say where it stands."""
        self.touch()
        deadline_s = self._clock.monotonic() + budget_s
        state = await self.state()
        oldest = now_ms_of(self._clock) - int(max_age_s * 1000)
        if _is_since(state, oldest) or not state.is_complete or state.is_paused:
            return state
        if not self._lease.is_held and not await self._lease.take():
            await self._note("asked_at", now_ms_of(self._clock))
            while not _is_since(state, oldest) and self._clock.monotonic() < deadline_s:
                await self._clock.sleep(_LOOK_S)
                state = await self.state()
            return state
        with contextlib.suppress(TimeoutError, HubSpotSkillError, LeaseLostError):
            async with asyncio.timeout(budget_s):
                await self._tail(force=True)
        return await self.state()

    async def until_complete(self, *, budget_s: float) -> SyncState:
        """Wait until everything was read once, whoever reads it, at most that long; gives where it stands then."""
        deadline_s = self._clock.monotonic() + budget_s
        while not (state := await self.state()).is_complete and self._clock.monotonic() < deadline_s:
            await self._clock.sleep(_LOOK_S)
        return state

    async def pause(self, *, paused: bool) -> None:
        """Let sync rest, in every process, until it is resumed."""
        await self._note("paused", int(paused))
        self._gate.is_paused = paused

    async def state(self) -> SyncState:
        """Say where the sync stands; nothing is asked of HubSpot."""
        cursors = await read_cursors(self.mirror)
        return SyncState(
            objects=tuple(_state(cursors[object]) for object in OBJECTS if object in cursors),
            links_left=sum(1 for name, cursor in cursors.items() if "-" in name and not cursor.is_filled),
            is_paused=await self._noted("paused") == 1,
            is_leading=self._lease.is_held,
            last_error=self._last_error,
        )

    @contextlib.asynccontextmanager
    async def _leading(self) -> AsyncGenerator[None]:
        """Hold the lease while the body runs: renewed meanwhile, lost with it, given back after it."""
        body = asyncio.current_task()
        lost = False

        async def renew() -> None:
            nonlocal lost
            while True:
                await self._clock.sleep(RENEW_S)
                if not await self._lease.take():
                    lost = True
                    if body is not None:
                        body.cancel()
                    return

        renewing = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if lost:
                raise LeaseLostError from None
            raise
        except BaseExceptionGroup as group:
            raise _first(group) from None
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing
            if not lost:
                await self._lease.give_back()

    async def _rounds(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever(self._catch_up))
            group.create_task(self._forever(self._tail))

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            self._gate.is_paused = await self._noted("paused") == 1
            self._gate.check()
            await work()
            await self._clock.sleep(TICK_S)

    async def _catch_up(self) -> None:
        """Do the long work that is due."""
        source = await self._current()
        self._gate.check()
        found = await self._due(source)
        if found.list:
            await self._list(source, found.list)
            found = await self._due(source)
        for object in found.archived:
            await list_archived(source, self._lease, self._clock, self._gate, object)
        if found.link:
            await fill_links(source, self._lease, self._gate, found.link)
        await fill_history(source, self._lease, self._gate)
        if found.nightly:
            await self._night(source)
        if found != Due():
            count(Counter.SYNC_RUNS, "ok")
            self._last_error = None

    async def _list(self, source: Source, objects: Sequence[str]) -> None:
        """List objects, for the first time or to check them; a check also looks for what was not met, and reads all links again."""
        before = await read_cursors(self.mirror)
        await Listing(source, self._lease, self._clock, self._gate).run(objects)
        after = await read_cursors(self.mirror)
        checked = [object for object in objects if before[object].is_filled]
        for object in checked:
            await settle_unmet(source, self._lease, self._gate, object, after[object].generation)
        await self._forget_links([pair for pair in source.pairs if pair[0] in checked])

    async def _night(self, source: Source) -> None:
        """Read again what changes silently, and compare counts; where they differ, compare every record."""
        await reread_open_deals(source, self._lease, self._gate)
        cursors = await read_cursors(self.mirror)
        drifted = [o for o in source.objects if cursors[o].is_filled and await has_drifted(source, self.mirror, o)]
        if drifted:
            _log.info("mirror_drifted", objects=len(drifted))
            await self._list(source, drifted)
        again = [pair for pair in source.pairs if pair[0] in ("deal", *drifted)]
        await self._forget_links(again)
        await fill_links(source, self._lease, self._gate, again)
        await self._note("nightly_at", now_ms_of(self._clock))

    async def _forget_links(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Let the links of these pairs be read again from the beginning; until then they stay as they are."""

        async def work(connection: AsyncConnection) -> None:
            for pair in pairs:
                await set_cursor(connection, pair_name(pair), phase=FILLING, spans="")

        if pairs:
            await self._lease.write(work)

    async def _tail(self, *, force: bool = False) -> None:
        """Poll for changes where that is due or asked for, and read links and history of what changed."""
        async with self._tail_lock:
            await self._follow_hints()
            now = now_ms_of(self._clock)
            asked_at = max(self._used_at, await self._noted("asked_at"))
            every = POLL_BUSY_MS if now - asked_at < USED_FOR_MS else POLL_IDLE_MS
            is_asked = await self._noted("asked_at") > self._polled_at
            if not force and not is_asked and now - self._polled_at < every:
                return
            source = await self._current()
            self._polled_at = now
            changed = Changed()
            cursors = await read_cursors(self.mirror)
            filled = [cursors[object] for object in source.objects if cursors[object].is_filled]
            await poll(source, self._lease, self._clock, filled, changed)
            if now - self._trailed_at >= TRAIL_EVERY_MS:
                await trail(source, self._lease, self._clock, filled, changed)
                self._trailed_at = now
            await self._settle(source, changed)

    async def _follow_hints(self) -> None:
        """Read again what a hint was given of; what is not read whole yet comes with the listing."""
        if not self._hinted:
            return
        source = await self._current()
        hinted, self._hinted = self._hinted, set()
        cursors = await read_cursors(self.mirror)
        changed = Changed()
        for object in {name for name, _ in hinted if name in source.makers and cursors[name].is_filled}:
            ids = sorted(id for name, id in hinted if name == object)
            await reread(source, self._lease, object, ids, generation=cursors[object].generation)
            changed.ids[object] = ids
        await self._settle(source, changed)

    async def _settle(self, source: Source, changed: Changed) -> None:
        """Read the links of changed records, and the history of changed deals."""
        if changed.ids:
            await relink(source, self._lease, changed.ids)
        if "deal" in changed.ids:
            await fill_history(source, self._lease, self._gate)

    async def _due(self, source: Source) -> Due:
        return due(
            source.objects,
            source.pairs,
            await read_cursors(self.mirror),
            now=now_ms_of(self._clock),
            nightly_at=await self._noted("nightly_at"),
            check_asked_at=await self._noted("check_asked_at"),
        )

    async def _current(self) -> Source:
        """Give what to read, as the account's structure was at most a quarter of an hour ago."""
        now = now_ms_of(self._clock)
        if self._source is None or now - self._structure_at >= STRUCTURE_EVERY_MS:
            source = await read_structure(self._hubspot, self._lease)
            names = (*source.objects, *map(pair_name, source.pairs))
            await self._lease.write(lambda connection: add_cursors(connection, names))
            if await self._noted("nightly_at") == 0:
                await self._note("nightly_at", now)
            self._source, self._structure_at = source, now
        return self._source

    async def _note(self, key: str, value: int) -> None:
        await self.mirror.write(lambda connection: put_meta(connection, self.mirror, {key: str(value)}))

    async def _noted(self, key: str) -> int:
        return int(await self.mirror.meta(key) or 0)

    def _failed(self, error: HubSpotSkillError) -> None:
        self._last_error = error.code
        count(Counter.SYNC_RUNS, error.code)
        _log.warning("sync_failed", code=error.code)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Give what ended a group of tasks: the first failure in it."""
    found: BaseException = group.exceptions[0]
    return _first(cast("BaseExceptionGroup[BaseException]", found)) if _is_group(found) else found


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)


def _state(cursor: Cursor) -> ObjectState:
    as_of = datetime.fromtimestamp(cursor.as_of / 1000, UTC) if cursor.as_of else None
    return ObjectState(cursor.object, cursor.phase, cursor.done, cursor.total, as_of)


def _is_since(state: SyncState, oldest_ms: int) -> bool:
    return state.as_of is not None and state.as_of.timestamp() * 1000 >= oldest_ms

"""Trials L1, L2, L6, L7, L8: processes that share one account's limits against a server that enforces them.

The server counts with the sandbox's rate policies, in the middle of each call's delay. Its counts are the result;
the processes call it through the real adapter and the real shared store. Counts, windows and delays are parameters.
"""

import asyncio
import contextlib
import itertools
import math
import multiprocessing
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.domain.search import Search
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import open_postgres
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.foundation.shared_file import SharedFile
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Budget, LimitSettings, Priority
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.shared_limits import SharedLimits
from hubspot_skill.hubspot.shared_limits_rows import FileRows, RowNames
from hubspot_skill.hubspot.shared_limits_table import TableRows
from hubspot_skill.hubspot.tokens import StaticToken
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.rates import RatePolicy, Rates, Spender
from tests.hubspot.stub import Received, reply, serving

__all__ = [
    "Delays",
    "Enforced",
    "Load",
    "Processes",
    "corrupt",
    "cost_of_calls",
    "delete",
    "enforcing",
    "joined",
    "kill_and_recover",
    "lose_the_file",
    "make_read_only",
    "share_the_load",
]

RECORD = {"id": "1", "properties": {}}
FOUND = {"total": 0, "results": []}
LONG_S = 3600.0


@dataclass(frozen=True, slots=True)
class Delays:
    """A lognormal delay of a whole call, by its median and its 99th percentile."""

    p50_s: float
    p99_s: float

    def draw(self, chance: random.Random) -> float:
        if not self.p50_s:
            return 0.0
        return self.p50_s * math.exp(math.log(self.p99_s / self.p50_s) / 2.3263 * chance.gauss(0, 1))


@dataclass(frozen=True, slots=True)
class Load:
    """What each process does: so many callers at once on one budget, against limits of these windows."""

    budget: str = "burst"
    callers: int = 30
    assumed: int = 100
    window_s: float = 10.0
    lease_s: float = 10.0
    hub: str = "2"

    @property
    def settings(self) -> LimitSettings:
        if self.budget == "search":
            return LimitSettings(search=self.assumed, search_window_s=self.window_s)
        return LimitSettings(burst=self.assumed, burst_window_s=self.window_s)


@dataclass(slots=True)
class Enforced:
    """The server's account: when it let calls pass, when it refused one, and from whom the calls came."""

    base_url: str = ""
    passed_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)

    def between(self, start_s: float, end_s: float) -> int:
        return sum(start_s <= moment < end_s for moment in self.passed_s)


@asynccontextmanager
async def enforcing(policy: RatePolicy, delays: Delays = Delays(0, 0), *, seed: int = 1) -> AsyncIterator[Enforced]:
    """Serve an account that holds its callers to a policy; the call is counted at a random point of its delay."""
    chance = random.Random(seed)
    rates = Rates(SandboxClock(datetime.now(UTC)), policy)
    spender = Spender(1, 2, "private_app", UTC)
    account = Enforced()

    def decide(received: Received):
        is_search = received.method == "POST"

        async def act(writer: asyncio.StreamWriter) -> None:
            whole_s = delays.draw(chance)
            before_s = whole_s * chance.random()
            if whole_s:
                await asyncio.sleep(before_s)
            verdict = rates.charge(spender, "search" if is_search else "burst")
            (account.passed_s if verdict.refusal is None else account.refused_s).append(time.monotonic())
            if whole_s:
                await asyncio.sleep(whole_s - before_s)
            if verdict.refusal is None:
                await reply(200, FOUND if is_search else RECORD, headers=verdict.headers)(writer)
            else:
                await reply(429, verdict.refusal.body, headers=verdict.headers)(writer)

        return act

    async with serving(decide) as stub:
        account.base_url = stub.base_url
        yield account


@asynccontextmanager
async def joined(place: Path | str, load: Load, *, member: str | None = None) -> AsyncIterator[SharedLimits]:
    """Join the account's limits in a file, or in a database by its address."""
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        if isinstance(place, str):
            database = await open_postgres(place, clock=clock)
            stack.push_async_callback(database.close)
            rows: Any = TableRows(database, "local", clock)
        else:
            rows = FileRows(SharedFile(place), clock)
            stack.push_async_callback(rows.close)
        names = RowNames.of(bytes(32), app_id="1", hub_id=load.hub)
        limits = SharedLimits(rows, names, load.settings, clock, member=member, lease_s=load.lease_s)
        stack.push_async_callback(limits.aclose)
        yield limits


@asynccontextmanager
async def calling(base_url: str, place: Path | str, load: Load) -> AsyncIterator[tuple[HubSpot, SharedLimits]]:
    """Give the real adapter over shared limits."""
    async with joined(place, load) as limits:
        settings = AdapterSettings(api_base_url=base_url, limits=load.settings)
        hubspot = HubSpot(
            tokens=StaticToken(Secret("pat-na1-demo")),
            transport=Transport(settings),
            settings=settings,
            clock=SystemClock(),
            limits=limits,
        )
        try:
            yield hubspot.at(Priority.INTERACTIVE, deadline_s=LONG_S), limits
        finally:
            await hubspot.aclose()


def _call_forever(base_url: str, place: Path | str, load: Load, told: Any) -> None:
    """Keep so many callers calling until this process is told to stop, then say how it went."""
    asyncio.run(_calling_forever(base_url, place, load, told))


async def _calling_forever(base_url: str, place: Path | str, load: Load, told: Any) -> None:
    ended: dict[str, int] = {"done": 0}

    async def caller(hubspot: HubSpot) -> None:
        while True:
            try:
                if load.budget == "search":
                    await hubspot.objects.search(Search(CONTACTS), properties=())
                else:
                    await hubspot.objects.read(CONTACTS, "1", properties=())
                ended["done"] += 1
            except HubSpotSkillError as error:
                ended[error.code] = ended.get(error.code, 0) + 1

    async with calling(base_url, place, load) as (hubspot, limits):
        tasks = [asyncio.create_task(caller(hubspot)) for _ in range(load.callers)]
        await asyncio.to_thread(told.recv)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        told.send({**ended, "store_errors": limits.store_errors})


class Processes:
    """Processes that call, forked from one warm parent; leaving the block stops those that still run."""

    def __init__(self, count: int, base_url: str, place: Path | str, load: Load) -> None:
        context = _warm()
        self._ends = []
        self.running = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_call_forever, args=(base_url, place, load, theirs), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self.running.append(process)

    def kill(self, number: int) -> None:
        """Kill one at once."""
        os.kill(self.running[number].pid, signal.SIGKILL)

    async def stop(self) -> list[dict[str, int]]:
        """Stop all and give what each says of its calls; a killed one says nothing."""
        return await asyncio.to_thread(self._stop)

    def _stop(self) -> list[dict[str, int]]:
        said = []
        for end in self._ends:
            with contextlib.suppress(BrokenPipeError, EOFError, ConnectionResetError):
                end.send("stop")
        for end, process in zip(self._ends, self.running, strict=True):
            with contextlib.suppress(EOFError, ConnectionResetError):
                if end.poll(10):
                    said.append(end.recv())
            process.join(5)
            end.close()
        return said


def _warm() -> Any:
    """Give the way to fork children from a parent that has read this module already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@dataclass(frozen=True, slots=True)
class Shared:
    """What came of a load: calls let through and refused, and the part of the quota used after the first window."""

    processes: int
    seconds: float
    passed: int
    refused: int
    used: float
    store_errors: int


async def share_the_load(
    place: Path | str, *, processes: int, policy: RatePolicy, load: Load, delays: Delays, windows: int
) -> Shared:
    """Trials L1 and L2: full load from all processes for so many windows after the first."""
    most = policy.search if load.budget == "search" else policy.burst
    assert most is not None
    async with enforcing(policy, delays) as account:
        callers = Processes(processes, account.base_url, place, load)
        async with asyncio.timeout(30):
            while not account.passed_s:
                await asyncio.sleep(0.01)
        start_s = account.passed_s[0] + load.window_s
        end_s = start_s + windows * load.window_s
        await asyncio.sleep(end_s - time.monotonic())
        refused = len(account.refused_s)
        said = await callers.stop()
    used = account.between(start_s, end_s) / (most * windows)
    errors = sum(one["store_errors"] for one in said)
    return Shared(processes, windows * load.window_s, len(account.passed_s), refused, used, errors)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How often a process was killed, the calls refused in all that time, and how long until the full rate."""

    kills: int
    refused: int
    slowest_s: float


async def kill_and_recover(
    place: Path | str, *, kills: int, policy: RatePolicy, load: Load, delays: Delays, within_s: float
) -> Recovered:
    """Trial L6: kill a process in full flight, and time the end of the first whole window after it at the full rate.

    Each kill is of one of three processes on an account of its own; full is 98 % of the quota in 1.05 windows.
    """
    assert policy.burst is not None
    slowest_s, refused = 0.0, 0
    for number in range(kills):
        async with enforcing(policy, delays, seed=number) as account:
            callers = Processes(3, account.base_url, place, replace(load, hub=f"killed {number}"))
            async with asyncio.timeout(30):
                while len(account.passed_s) < policy.burst // 2:
                    await asyncio.sleep(0.001)
            callers.kill(0)
            killed_s = time.monotonic()
            recovered_s = math.inf
            while time.monotonic() < killed_s + within_s and recovered_s == math.inf:
                await asyncio.sleep(load.window_s / 20)
                end_s = time.monotonic()
                length_s = load.window_s * 1.05
                if end_s > killed_s + length_s and account.between(end_s - length_s, end_s) >= 0.98 * policy.burst:
                    recovered_s = end_s - killed_s
            slowest_s = max(slowest_s, recovered_s)
            refused += len(account.refused_s)
            await callers.stop()
    return Recovered(kills, refused, slowest_s)


@dataclass(frozen=True, slots=True)
class Lost:
    """What came of losing the file: calls let through after it and refused at all, errors counted, the longest pause."""

    passed_after: int
    refused: int
    store_errors: int
    longest_pause_s: float


def delete(path: Path) -> None:
    """Take the file away."""
    path.unlink()


def corrupt(path: Path) -> None:
    """Write noise over the whole file."""
    path.write_bytes(random.Random(7).randbytes(path.stat().st_size))


def make_read_only(path: Path) -> None:
    """Put a file in its place that SQLite may only read, whoever asks (its write version is a future one)."""
    content = bytearray(path.read_bytes())
    content[18] = 3
    beside = path.with_name("other")
    beside.write_bytes(content)
    beside.chmod(0o600)
    beside.replace(path)


async def lose_the_file(
    place: Path, lose: Callable[[Path], None], *, processes: int, policy: RatePolicy, load: Load, windows: int
) -> Lost:
    """Trial L7: lose the file in the middle of a full load, and look for so many windows, longer where nothing passes."""
    assert policy.burst is not None
    async with enforcing(policy, Delays(0.01, 0.05)) as account:
        callers = Processes(processes, account.base_url, place, load)
        async with asyncio.timeout(30):
            while len(account.passed_s) < 2 * policy.burst:
                await asyncio.sleep(0.01)
        lost_s = time.monotonic()
        lose(place)
        await asyncio.sleep(windows * load.window_s)
        async with asyncio.timeout(30):
            while account.between(lost_s, time.monotonic()) < policy.burst:
                await asyncio.sleep(load.window_s / 4)
        end_s, refused = time.monotonic(), len(account.refused_s)
        said = await callers.stop()
    after = [moment for moment in account.passed_s if lost_s <= moment < end_s]
    stops = [lost_s, *after, end_s]
    longest_s = max(later - earlier for earlier, later in itertools.pairwise(stops))
    errors = sum(one["store_errors"] for one in said)
    return Lost(len(after), refused, errors, longest_s)


def _timed(place: Path | str, load: Load, calls: int, pause_s: float, told: Any) -> None:
    asyncio.run(_timing(place, load, calls, pause_s, told))


async def _timing(place: Path | str, load: Load, calls: int, pause_s: float, told: Any) -> None:
    taken_s: list[float] = []
    chance = random.Random(os.getpid())

    async def caller(limits: SharedLimits) -> None:
        for _ in range(calls):
            started_s = time.perf_counter()
            slot = await limits.take(Budget.BURST, Priority.INTERACTIVE, time.monotonic() + 60)
            taken_s.append(time.perf_counter() - started_s)
            if pause_s:
                await asyncio.sleep(chance.expovariate(1 / pause_s))
            limits.give_back(Budget.BURST, slot, None)

    async with joined(place, load) as limits:
        told.recv()
        used_s = time.process_time()
        await asyncio.gather(*(caller(limits) for _ in range(load.callers)))
        used_s = time.process_time() - used_s
    told.send((taken_s, used_s))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a slot costs while there are enough: the wait for it, and the processor's time of a call with its return."""

    processes: int
    calls: int
    p50_ms: float
    p99_ms: float
    cpu_ms: float


async def cost_of_calls(place: Path | str, *, processes: int, calls: int, load: Load, pause_s: float) -> Cost:
    """Trial L8: take and give back slots in all processes at once."""
    context = _warm()
    ends, running = [], []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        process = context.Process(target=_timed, args=(place, load, calls, pause_s, theirs), daemon=True)
        process.start()
        theirs.close()
        ends.append(ours)
        running.append(process)
    for end in ends:
        end.send("go")
    said = [await asyncio.to_thread(end.recv) for end in ends]
    for process in running:
        await asyncio.to_thread(process.join, 5)
    taken_s = sorted(one for part, _ in said for one in part)
    cpu_s = sum(used_s for _, used_s in said)
    count = len(taken_s)
    return Cost(
        processes,
        count,
        round(1000 * taken_s[count // 2], 3),
        round(1000 * taken_s[int(count * 0.99)], 3),
        round(1000 * cpu_s / count, 3),
    )

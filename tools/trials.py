"""`python -m tools trials [R1 …] [--full]`: the trials of reliability, each ending in one line of JSON.

A trial with a body of its own (in `tests/trials`) runs it at counts that end within minutes, with `--full` at the counts
that were set for it. Every other trial is the tests whose docstring, or whose module's, names it, as `make test` runs
them. The last line of each is `{"trial": "R1", "pass": true, …}` with the counts that ran, its figures and its seconds;
the exit code is 1 when one missed or there is no such trial.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.changes.scene import Scene

__all__ = ["BODIES", "Result", "known_trials", "main", "named_in"]

ROOT = Path(__file__).parent.parent
_NAMED = re.compile(r"\bTrials?\b(?:[\s,]|and|or|\b[A-Z]\d+\b)*", re.IGNORECASE)
_ID = re.compile(r"\b[A-Z]\d+\b")


@dataclass(frozen=True, slots=True)
class Result:
    """How a trial ended: whether its bar was met, and its figures."""

    is_passed: bool
    figures: Mapping[str, Any] = field(default_factory=dict)


Body = Callable[[Path, bool], Awaitable[Result]]


async def refresh_once(folder: Path, full: bool) -> Result:
    """R1: exactly one refresh a round, no failed caller, from 64 processes."""
    from tests.trials.refreshing import stampede

    rounds = 100 if full else 20
    herds = {kind: await stampede(kind, _new(folder, kind), rounds=rounds, processes=64) for kind in _KINDS}
    is_passed = all(
        herd.refreshes == [1] * rounds and (herd.failed, herd.different) == (0, 0) for herd in herds.values()
    )
    refreshes = {kind: sum(herd.refreshes) for kind, herd in herds.items()}
    failed = {kind: herd.failed for kind, herd in herds.items()}
    return Result(is_passed, {"rounds": rounds, "processes": 64, "refreshes": refreshes, "failed": failed})


async def killed_refreshes(folder: Path, full: bool) -> Result:
    """V1: nothing lost, nothing corrupt, nothing acknowledged missing; a strict provider's losses all told."""
    from tests.trials.refreshing import kill_while_refreshing

    kills = 334 if full else 40
    figures: dict[str, Any] = {"kills": 0, "in_the_middle": 0, "lost_and_told": 0, "lost_silently": 0, "damaged": 0}
    is_passed = True
    for kind in _KINDS:
        for rotation in _ROTATIONS:
            place = _new(folder, f"{kind}-{rotation}")
            killed = await kill_while_refreshing(kind, place, rotation, kills=kills, seed=kills)
            lost = (
                killed.lost_silently + killed.acknowledged_missing + (killed.lost_and_told if rotation != "on" else 0)
            )
            is_passed &= lost == 0 and not killed.damage and killed.kills == killed.kept + killed.lost_and_told
            figures["kills"] += killed.kills
            figures["in_the_middle"] += killed.in_the_middle
            figures["lost_and_told"] += killed.lost_and_told
            figures["lost_silently"] += killed.lost_silently
            figures["damaged"] += bool(killed.damage)
    return Result(is_passed, figures)


async def stopped_refreshes(folder: Path, full: bool) -> Result:
    """R3: a holder that is stopped for longer than its lease loses nothing and is refused when it comes back."""
    from tests.trials.refreshing import stop_while_refreshing

    stops = 50 if full else 10
    figures: dict[str, Any] = {"stops": 0, "lost_silently": 0, "lost_and_told": 0, "blocked": 0, "damaged": 0}
    for kind in _KINDS:
        for rotation in ("off", "grace"):
            ended = await stop_while_refreshing(kind, _new(folder, f"{kind}-{rotation}"), rotation, stops=stops, seed=3)
            figures["stops"] += ended.kills
            figures["lost_silently"] += ended.lost_silently + ended.acknowledged_missing
            figures["lost_and_told"] += ended.lost_and_told
            figures["blocked"] += ended.blocked
            figures["damaged"] += bool(ended.damage)
    return Result(not any(figures[name] for name in ("lost_silently", "lost_and_told", "damaged")), figures)


async def turned_keys(folder: Path, full: bool) -> Result:
    """V4: while both kinds of keys rotate and processes are killed no read fails; the newest keys alone open all."""
    from tests.trials.rotating import Counts, rotate_under_kills

    counts = Counts(10_000, 20, 100, 4) if full else Counts(400, 5, 20, 2, between_kills_s=0.3)
    figures: dict[str, Any] = {"readers": counts.readers, "refreshers": counts.refreshers, "phases": counts.phases}
    is_passed = True
    for kind in _KINDS:
        turned = await rotate_under_kills(kind, _new(folder, kind), counts, seed=4)
        is_passed &= turned.failed_reads == turned.unopened == turned.on_older_keys == 0
        is_passed &= min(turned.reads, turned.rotations, turned.refreshes, turned.left_in_the_middle) > 0
        figures[kind] = asdict(turned) | {"errors": sorted(turned.errors)}
    return Result(is_passed, figures)


async def jumped_clocks(folder: Path, full: bool) -> Result:
    """R4: a clock that jumps, is wrong or sleeps costs an account one refresh at most, and no ended token is used."""
    from tests.trials.clock_jumps import jump_clocks, skew_clocks

    jumped = await jump_clocks(_new(folder, "jumps"), jumps=300 if full else 60, accounts=4, processes=4, seed=4)
    skewed = await skew_clocks(_new(folder, "skew"), rounds=50 if full else 5, processes=9)
    figures: dict[str, Any] = {"jumped": asdict(jumped), "skewed": asdict(skewed)}
    for told in figures.values():
        told["errors"] = sorted(told["errors"])
    is_passed = all(
        one.most <= 1 and one.ended_in_use == one.failed == 0 and one.refreshes > 0 for one in (jumped, skewed)
    )
    return Result(is_passed, figures)


async def mutated_records(folder: Path, full: bool) -> Result:
    """V3: no changed record opens, and all are refused alike."""
    from tests.trials.sealed_records import mutate_records

    ended = mutate_records(mutations=1_000_000 if full else 200_000, seed=3)
    is_passed = ended.opened == 0 and len(ended.errors) == 1 and len(ended.raised_in) == 1
    return Result(is_passed, {"mutations": ended.tried, "opened": ended.opened, "errors": len(ended.errors)})


async def cancelled_calls(folder: Path, full: bool) -> Result:
    """V12: no transaction stays open, none is half written."""
    from tests.database_fixture import new_database
    from tests.trials.cancelled_calls import TRANSFERS, cancel_calls

    calls = 20_000 if full else 4_000
    figures: dict[str, Any] = {"calls": 0, "cancelled": 0, "half_written": 0}
    for kind in _KINDS:
        async with new_database(kind, _new(folder, kind), [TRANSFERS]) as (database, _):
            ended = await cancel_calls(database, calls=calls, seed=12)
        figures["calls"] += ended.cancelled + ended.finished
        figures["cancelled"] += ended.cancelled
        figures["half_written"] += ended.half_written
    return Result(figures["half_written"] == 0 and figures["calls"] == 2 * calls, figures)


async def full_load(folder: Path, full: bool) -> Result:
    """L1: no 429 and at least 98 % of the quota, 8 processes at 110 calls in 10 s."""
    from hubspot_skill.sandbox.rates import RatePolicy
    from tests.trials.limits import Delays, Load, share_the_load

    shared = await share_the_load(
        _new(folder, "limits") / "private" / "limiter.db",
        processes=8,
        policy=RatePolicy(burst=110, burst_window_s=10.0),
        load=Load(assumed=100),
        delays=Delays(0.04, 0.26),
        windows=59 if full else 6,
    )
    return Result(shared.refused == 0 and shared.used >= 0.98, asdict(shared))


async def full_search(folder: Path, full: bool) -> Result:
    """L2: no 429 and at least 95 % of the quota, 8 processes that search at 5 a second.

    A slot is held for the call and one window after it, so with calls of d seconds no more than 1 / (1 + d) of a
    one-second window can be used: 94.7 % at L1's delays (56 ms on average), 98.6 % at these (14 ms).
    """
    from hubspot_skill.sandbox.rates import RatePolicy
    from tests.trials.limits import Delays, Load, share_the_load

    shared = await share_the_load(
        _new(folder, "limits") / "private" / "limiter.db",
        processes=8,
        policy=RatePolicy(search=5, secondly_window_s=1.0),
        load=Load("search", assumed=5, window_s=1.0, callers=4),
        delays=Delays(0.01, 0.06),
        windows=500 if full else 60,
    )
    return Result(shared.refused == 0 and shared.used >= 0.95, asdict(shared))


async def killed_callers(folder: Path, full: bool) -> Result:
    """L6: the full rate again within 25 s after a kill, no 429; windows and leases of 2 s."""
    from hubspot_skill.sandbox.rates import RatePolicy
    from tests.trials.limits import Delays, Load, kill_and_recover

    ended = await kill_and_recover(
        _new(folder, "limits") / "private" / "limiter.db",
        kills=100 if full else 10,
        policy=RatePolicy(burst=44, burst_window_s=2.0),
        load=Load(assumed=44, window_s=2.0, lease_s=2.0),
        delays=Delays(0.04, 0.26),
        within_s=25,
    )
    slowest = ended.slowest_s if math.isfinite(ended.slowest_s) else None
    figures = {"kills": ended.kills, "refused": ended.refused, "slowest_s": slowest, "window_s": 2.0}
    return Result(ended.refused == 0 and ended.slowest_s <= 25, figures)


async def killed_migrations(folder: Path, full: bool) -> Result:
    """O3: a killed migration or first opening goes on or is refused, nothing is lost, older code stays out."""
    from tests.trials.migrating import kill_first_openings, kill_migrations

    kills = 70 if full else 15
    ends = [await kill_migrations(kind, _new(folder, kind), kills=kills, seed=3) for kind in _KINDS]
    ends.append(await kill_first_openings(_new(folder, "vault"), kills=kills, seed=3))
    figures = {name: sum(asdict(end)[name] for end in ends) for name in asdict(ends[0])}
    is_passed = figures["resumed"] == figures["kills"] and not figures["lost"] and not figures["let_in"]
    return Result(is_passed and figures["in_the_middle"] > 0, figures)


async def backups(folder: Path, full: bool) -> Result:
    """O4: copies made while writing, restored elsewhere with the key: all connections usable, the audit holds."""
    from tests.trials.backing_up import back_up_while_writing

    ended = await back_up_while_writing(folder, backups=50 if full else 10, accounts=40)
    is_passed = not ended.unusable and not ended.broken_audits and min(ended.connections, ended.journal_records) > 0
    return Result(is_passed, asdict(ended))


async def asked_rest(folder: Path, full: bool) -> Result:
    """F2: no server error and no breach of the OpenAPI document, over requests drawn from it."""
    from tests.sandbox_fixture import running_sandbox
    from tests.service.scene import office
    from tests.trials.rest_cases import ask_everything

    with running_sandbox([office()]) as sandbox:
        asked = await asyncio.to_thread(ask_everything, sandbox, each=300 if full else 20)
    for breach in sorted(set(asked.breaches))[:10]:
        print(breach)
    figures = {"cases": asked.cases, "server_errors": asked.server_errors, "breaches": len(asked.breaches)}
    return Result(asked.server_errors == 0 and not asked.breaches, figures)


async def lost_creates(folder: Path, full: bool) -> Result:
    """W1: no duplicate and nothing absent that was told as made; with the reference property no doubt, else all are listed."""
    from tests.trials.writes import create_with_losses

    plans, count = (2, 10_000) if full else (1, 2_000)
    figures: dict[str, Any] = {}
    is_passed = True
    for reference in ("unique", "plain", "none"):
        kinds = _KINDS if reference != "plain" else ("sqlite",)
        made = [
            await create_with_losses(
                kind,
                _new(folder, f"{kind}-{reference}-{number}"),
                count=count if reference != "plain" else count // 5,
                chunk=10,
                reference=reference,
                seed=5 + number,
            )
            for kind in kinds
            for number in range(plans if reference != "plain" else 1)
        ]
        total = {name: sum(asdict(each)[name] for each in made) for name in asdict(made[0])}
        is_passed &= total["duplicates"] == total["absent"] == total["unlisted"] == 0 and total["faults"] > 0
        is_passed &= reference != "unique" or total["unknown"] == 0
        figures[reference] = {"databases": len(kinds), **total}
    return Result(is_passed, figures)


async def killed_applies(folder: Path, full: bool) -> Result:
    """W2: after a kill and recovery the journal says what HubSpot has, and nothing that was applied is sent again."""
    from tests.trials.writes import kill_while_applying

    kills = 500 if full else 40
    ends = [await kill_while_applying(kind, _new(folder, kind), kills=kills, seed=kills) for kind in _KINDS]
    figures: dict[str, Any] = {
        "kills": sum(end.kills for end in ends),
        "in_the_middle": sum(end.in_the_middle for end in ends),
        "wrong": sum(len(end.wrong) for end in ends),
        "sent_again": sum(end.sent_again for end in ends),
    }
    return Result(not figures["wrong"] and not figures["sent_again"] and figures["in_the_middle"] > 0, figures)


async def edits_meanwhile(folder: Path, full: bool) -> Result:
    """W3: a person's edits are never overwritten in silence but in the span between the last look and the write."""
    from tests.trials.writes import edit_at_random

    figures: dict[str, Any] = {}
    is_passed = True
    for kind in _KINDS:
        async with _scene(kind, _new(folder, kind), deals=20) as at:
            edited = await edit_at_random(at, edits=1_000 if full else 200, seed=7)
        is_passed &= not edited.silent and edited.conflicts + edited.contested > 0
        figures[kind] = {
            "edits": edited.edits,
            "conflicts": edited.conflicts,
            "contested": edited.contested,
            "silent": len(edited.silent),
            "in_the_window": edited.in_the_window,
            "window_p50_ms": edited.window_p50_ms,
            "window_max_ms": edited.window_max_ms,
        }
    return Result(is_passed, figures)


async def undone_plans(folder: Path, full: bool) -> Result:
    """W4: an undo gives every value back but those edited since, which are listed."""
    from tests.trials.writes import plan_apply_undo

    rounds, wrong = 500 if full else 40, 0
    for kind in _KINDS:
        async with _scene(kind, _new(folder, kind), deals=20) as at:
            wrong += await plan_apply_undo(at, rounds=rounds, seed=11, records=5)
    return Result(wrong == 0, {"rounds": rounds * len(_KINDS), "records": 5, "wrong": wrong})


async def applied_together(folder: Path, full: bool) -> Result:
    """W5: 20 callers in 4 processes have one effect and one answer."""
    from tests.trials.writes import apply_in_processes

    rounds = 5 if full else 1
    ends = [
        await apply_in_processes(kind, _new(folder, f"{kind}-{number}"), processes=4, callers=5)
        for kind in _KINDS
        for number in range(rounds)
    ]
    is_passed = all(answers == 20 and len(different) == 1 and writes == 4 for answers, different, writes in ends)
    return Result(is_passed, {"rounds": len(ends), "callers": 20, "processes": 4})


async def dropped_callers(folder: Path, full: bool) -> Result:
    """W7: whoever leaves an apply finds its outcome by the plan's id, and no chunk half journalled."""
    from tests.trials.writes import drop_callers

    drops, wrong = 200 if full else 20, list[str]()
    for kind in _KINDS:
        async with _scene(kind, _new(folder, kind), deals=30) as at:
            wrong += await drop_callers(at, drops=drops, seed=3)
    return Result(not wrong, {"drops": drops * len(_KINDS), "wrong": len(wrong)})


async def brakes(folder: Path, full: bool) -> Result:
    """W10: nothing is sent a second after the switch, and the day's cap is never passed by one."""
    from tests.trials.writes import switch_off_under_load, write_up_to_the_cap

    switches, caps = (20, (37, 100, 251)) if full else (3, (37,))
    figures: dict[str, Any] = {"switches": 0, "slowest_s": 0.0, "caps": 0, "over_the_cap": 0}
    is_passed = True
    for kind in _KINDS:
        for number in range(switches):
            async with _scene(kind, _new(folder, f"{kind}-off-{number}"), deals=60) as at:
                at.applier = at.new_applier(chunk=2)
                plan, last_s, left = await switch_off_under_load(at, records=60)
            is_passed &= last_s <= 1.0 and left > 0 and plan.reason == "writes_off"
            figures["switches"] += 1
            figures["slowest_s"] = round(max(figures["slowest_s"], last_s), 3)
        for cap in caps:
            async with _scene(kind, _new(folder, f"{kind}-cap-{cap}"), deals=300) as at:
                sent, changed = await write_up_to_the_cap(at, cap=cap, plans=3, records=100)
            is_passed &= sent == changed == min(cap, 300)
            figures["caps"] += 1
            figures["over_the_cap"] += max(sent - cap, 0)
    return Result(is_passed, figures)


@asynccontextmanager
async def _scene(kind: str, folder: Path, *, deals: int) -> AsyncIterator[Scene]:
    from tests.changes.scene import crm, scene, served

    with served(crm(deals=deals)) as running:
        async with scene(kind, folder, running) as at:
            yield at


async def five_mirrors(folder: Path, full: bool) -> Result:
    """M1: five processes on one mirror: no error, one writer at a time."""
    from tests.trials.mirrors import five_on_one

    with _portal(3_000 if full else 600) as base_url:
        found = await five_on_one(folder, base_url, seconds=60 if full else 25)
    is_passed = found["failed"] == [] and found["at_once"] == 0 and found["leaders"] >= 1
    return Result(is_passed, found)


async def killed_sync(folder: Path, full: bool) -> Result:
    """M2: kill -9 during sync: nothing acknowledged lost, and the mirror equals the portal after a check."""
    from tests.trials.mirrors import kills

    with _portal(5_000 if full else 1_500) as base_url:
        found = await kills(folder, base_url, times=30 if full else 8, after_s=3.0)
    return Result(found["lost"] == 0 and found["equal"], found)


async def side_by_side(folder: Path, full: bool) -> Result:
    """M3: at 200 ms a listing uses 75 % of the list and of the search limit, is never refused, and slows nobody."""
    from tests.trials.mirrors import latency

    with _portal(100_000) as base_url:
        found = await latency(folder, base_url, window_s=30 if full else 15)
    is_passed = (
        min(found["list_share"], found["search_share"]) >= 0.75
        and found["refused"] == 0
        and found["p95_beside_ms"] <= 2 * found["p95_idle_ms"]
        and not found["ended_early"]
    )
    return Result(is_passed, found)


@contextmanager
def _portal(contacts: int) -> Iterator[str]:
    """Serve a generated portal of that many contacts in a process of its own, without limits at first."""
    from tools.bench.programs import running_sandbox

    with running_sandbox("--portal", "demo", "--rates", "none", "--size", str(contacts)) as sandbox:
        yield sandbox.base_url


BODIES: Mapping[str, Body] = {
    "F2": asked_rest,
    "L1": full_load,
    "L2": full_search,
    "L6": killed_callers,
    "M1": five_mirrors,
    "M2": killed_sync,
    "M3": side_by_side,
    "O3": killed_migrations,
    "O4": backups,
    "R1": refresh_once,
    "R3": stopped_refreshes,
    "R4": jumped_clocks,
    "V1": killed_refreshes,
    "V12": cancelled_calls,
    "V3": mutated_records,
    "V4": turned_keys,
    "W1": lost_creates,
    "W10": brakes,
    "W2": killed_applies,
    "W3": edits_meanwhile,
    "W4": undone_plans,
    "W5": applied_together,
    "W7": dropped_callers,
}
_KINDS = ("sqlite", "postgresql")
_ROTATIONS = ("off", "grace", "on")


def main(words: Sequence[str]) -> int:
    """Run the trials that are named, or all; 1 when one missed."""
    parser = argparse.ArgumentParser(prog="python -m tools trials", description=__doc__)
    parser.add_argument("trials", nargs="*", metavar="T", help="such as R1; all by default")
    parser.add_argument("--full", action="store_true", help="at the counts that were set, up to ten minutes each")
    options = parser.parse_args(words)
    wanted = options.trials or known_trials()
    results = [_run(trial, full=options.full) for trial in wanted]
    return 0 if all(results) else 1


def known_trials() -> list[str]:
    """Give every trial that has a body or a test, by name."""
    found = set(BODIES)
    for path in (ROOT / "tests").rglob("test_*.py"):
        for text in re.findall(r'"""(.*?)"""', path.read_text("utf-8"), re.DOTALL):
            found |= named_in(text)
    return sorted(found, key=lambda name: (name[0], int(name[1:])))


def _run(trial: str, *, full: bool) -> bool:
    started_s = time.monotonic()
    body = BODIES.get(trial)
    if body is None:
        result = _tests_of(trial)
    else:
        print(f"{trial}: {(body.__doc__ or '').strip()}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            try:
                result = asyncio.run(_awaited(body, Path(folder), full))
            except Exception as error:  # noqa: BLE001 - a trial that breaks is a miss, and the next one still runs
                traceback.print_exc()
                result = Result(False, {"error": f"{type(error).__name__}: {str(error)[:200]}"})
    took_s = round(time.monotonic() - started_s, 1)
    told = {"trial": trial, "pass": result.is_passed, **result.figures, "took_s": took_s}
    print(json.dumps(told), flush=True)
    return result.is_passed


async def _awaited(body: Body, folder: Path, full: bool) -> Result:
    return await body(folder, full)


def _tests_of(trial: str) -> Result:
    """Run the tests that name a trial."""
    chosen = _Chosen(trial)
    code = pytest.main(["-q", "-p", "no:cacheprovider", str(ROOT / "tests")], plugins=[chosen])
    return Result(code == 0 and chosen.passed > 0, {"tests": chosen.count, "passed": chosen.passed})


class _Chosen:
    """Keeps the tests that name one trial, and counts how they end."""

    def __init__(self, trial: str) -> None:
        self._trial = trial
        self.count = self.passed = 0

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Drop the tests of other trials."""
        kept = [item for item in items if self._names(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        self.count = len(kept)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the tests that ran to their end and held."""
        self.passed += report.when == "call" and report.passed

    def _names(self, item: pytest.Item) -> bool:
        owners = (getattr(item, "function", None), getattr(item, "module", None))
        return any(self._trial in named_in(getattr(owner, "__doc__", "") or "") for owner in owners)


def named_in(text: str) -> set[str]:
    """Give the trials that a docstring names, such as `Trials V5 and V6`."""
    return {name for match in _NAMED.finditer(text) for name in _ID.findall(match.group())}


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir(mode=0o700)
    return made

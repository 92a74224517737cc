"""Trials W1 to W5, W7 and W10: what plans leave behind when answers are lost, processes die and people interfere."""

import asyncio
import itertools
import json
import random
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hubspot_skill.changes.applying import Applied, ApplySettings
from hubspot_skill.changes.operations import Create, set_on
from hubspot_skill.changes.policy import WritePolicy
from hubspot_skill.changes.steps import Outcome, State
from hubspot_skill.changes.store import PlanRow, PlanStatus
from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import DEALS, RecordId
from hubspot_skill.sandbox.fault_kinds import Lost, Slow
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.changes.scene import ACCOUNT, ANNA, FIRST_DEAL, TENANT, Reference, Scene, crm, name, scene, served, values
from tests.trials.write_children import Task

__all__ = [
    "Edited",
    "Killed",
    "Made",
    "apply_in_processes",
    "create_with_losses",
    "drop_callers",
    "edit_at_random",
    "kill_while_applying",
    "plan_apply_undo",
    "switch_off_under_load",
    "write_up_to_the_cap",
]

_LAG_MS = 20_000
_SHORT_LAG_MS = 500
_SEARCHED_S = (0.6, 3.0)
_LATE_S = 1.5
_DEADLINE_S = 1.0
_KILLED_CHUNK = 5
_MOST_STOPS = 2_000
"""How often a plan may stop before it counts as stuck: at full count some hundred calls are lost, more on a busy machine."""


@dataclass(slots=True)
class Made:
    """W1: what was reported and what is there."""

    faults: int = 0
    done: int = 0
    unknown: int = 0
    duplicates: int = 0
    absent: int = 0
    unlisted: int = 0


@dataclass(slots=True)
class Killed:
    """W2: how often the journal and HubSpot agreed after a kill, and what was done twice."""

    kills: int = 0
    in_the_middle: int = 0
    wrong: list[str] = field(default_factory=list)
    sent_again: int = 0


async def create_with_losses(
    kind: str, folder: Path, *, count: int, chunk: int, reference: Reference, seed: int, losses: float = 1.0
) -> Made:
    """Create deals while answers (2 %) and requests (1 %) are lost and some commit late (0.5 %); then count what is there."""
    made = Made()
    settings = ApplySettings(chunk=chunk, send_s=_DEADLINE_S, lease_s=10, search_s=_SEARCHED_S)
    lag_ms = _SHORT_LAG_MS if reference == "plain" else _LAG_MS
    with served(crm(reference=reference), SandboxSettings(search_lag_ms=lag_ms)) as running:
        if reference == "plain":
            running.sandbox.clock.run()  # so that the search index catches up
        async with scene(kind, folder, running, settings=settings) as at:
            plan = await at.plan(
                *(Create(DEALS, values(dealname=f"New {i}", dealstage="qualifiedtobuy")) for i in range(count))
            )
            await at.approve(plan)
            faults = running.sandbox.faults
            kinds = ((Lost(effect="committed"), 0.02), (Lost(), 0.01), (Slow(_LATE_S), 0.005))
            rules = [
                faults.add(Rule(fault, "deals/batch/create$", probability=min(share * losses, 1.0), seed=seed + n))
                for n, (fault, share) in enumerate(kinds)
            ]
            applied = await _to_the_end(at, plan)
            made.faults = sum(faults.played(rule) for rule in rules)
            faults.clear()
            await _late_ones(at)
            steps = await at.store.steps(TENANT, plan.plan_id)
            there = Counter(await _names(at))
    done = {s.step.after[name("dealname")] for s in steps if s.result.outcome is Outcome.DONE}
    listed = {s.step.after[name("dealname")] for s in applied.others}
    made.done, made.unknown = applied.done, applied.unknown
    made.duplicates = sum(times - 1 for times in there.values())
    made.absent = len(done - there.keys())
    made.unlisted = len(there.keys() - done - listed)
    return made


@dataclass(slots=True)
class Edited:
    """W3: what became of a person's edits beside ours.

    `silent`: overwritten without a word. `in_the_window`: overwritten between our last look and our write, which HubSpot
    offers no way to notice; `window_ms` are the spans from that look to that write.
    """

    edits: int = 0
    conflicts: int = 0
    contested: int = 0
    in_the_window: int = 0
    silent: list[str] = field(default_factory=list)
    window_ms: list[float] = field(default_factory=list)

    @property
    def window_p50_ms(self) -> float:
        """The middle of the spans."""
        return round(sorted(self.window_ms)[len(self.window_ms) // 2], 1) if self.window_ms else 0.0

    @property
    def window_max_ms(self) -> float:
        """The longest span."""
        return round(max(self.window_ms, default=0.0), 1)


async def edit_at_random(at: Scene, *, edits: int, seed: int, records: int = 20) -> Edited:
    """Let a person edit the records of plans while they are planned and applied, until so many edits were made."""
    chance, found, number = random.Random(seed), Edited(), 0
    ids = [str(FIRST_DEAL + i) for i in range(records)]
    at.applier = at.new_applier(chunk=5)
    while found.edits < edits:
        number += 1
        at.served.sandbox.traffic.clear()
        ours, done = f"ours {number}", asyncio.Event()
        person = asyncio.create_task(_person(at, ids, f"person {number}", random.Random(chance.random()), done))
        await asyncio.sleep(chance.random() * 0.02)
        plan = await at.plan(*set_on(DEALS, [RecordId(id) for id in ids], values(dealname=ours)))
        await at.approve(plan)
        applied = await at.apply(plan)
        done.set()
        made = await person
        found.edits += len(made)
        if applied.plan.status is not PlanStatus.ENDED:
            raise RuntimeError(f"the plan is {applied.plan.status}")
        await _judge_edits(at, plan, ours, made, found)
    return found


async def _person(at: Scene, ids: list[str], word: str, chance: random.Random, done: asyncio.Event) -> dict[str, int]:
    """Edit records at random moments until the plan has ended; give each value with the number of the call that set it."""
    made: dict[str, int] = {}
    while not done.is_set():
        id, value = chance.choice(ids), f"{word}-{len(made)}"
        before = at.served.sandbox.traffic.total
        await at.edit(DEALS, id, dealname=value)
        calls = at.served.sandbox.traffic.calls(f"deals/{id}$")
        made[value] = next(c.number for c in calls if c.method == "PATCH" and c.number > before)
        await asyncio.sleep(chance.random() * 0.015)
    return made


async def _judge_edits(at: Scene, plan: PlanRow, ours: str, made: dict[str, int], found: Edited) -> None:
    """Compare what the journal says with the history of every record, newest first."""
    prop = name("dealname")
    steps = await at.store.steps(TENANT, plan.plan_id)
    records = await at.hubspot.objects.read_many(
        DEALS, [s.id for s in steps], properties=[at.schemas["deals"].properties[prop]], history=[prop]
    )
    histories = {r.id: [entry.value for entry in r.history.get(prop, ())] for r in records}
    looks = list(at.served.sandbox.traffic.calls("deals/batch/(read|update)$"))
    spans = [
        (look, write)
        for look, write in itertools.pairwise(looks)
        if look.path.endswith("read") and write.path.endswith("update")
    ]
    found.window_ms += [(write.came_s - look.came_s) * 1000 for look, write in spans]
    for step in steps:
        outcome = step.result.outcome
        found.conflicts += outcome is Outcome.CONFLICT
        found.contested += outcome is Outcome.CONTESTED
        history = histories[RecordId(step.id)]
        if ours not in history:
            if outcome is not Outcome.CONFLICT:
                found.silent.append(f"{step.id} is {outcome} and was not written")
            continue
        older = history[history.index(ours) + 1 :]
        planned_on = step.step.before[prop]
        since_plan = older[: older.index(planned_on)] if planned_on in older else older
        for value in [v for v in since_plan if v in made]:
            if outcome in (Outcome.CONTESTED, Outcome.CONFLICT):
                continue
            if any(look.number <= made[value] <= write.number for look, write in spans):
                found.in_the_window += 1
            else:
                found.silent.append(f"{step.id}: {value} was overwritten and the step is {outcome}")


async def apply_in_processes(kind: str, folder: Path, *, processes: int, callers: int) -> tuple[int, set[str], int]:
    """Apply one plan from several processes, each with several callers; give the answers, the different ones, and the writes."""
    with served(crm(deals=20)) as running:
        async with scene(kind, folder, running) as at:
            plan = await _next_plan(at, 20, "9")
            task = Task(str(at.place), isinstance(at.place, Path), running.base_url, 60.0, 5)
            started = [await _caller(task) for _ in range(processes)]
            for process in started:
                assert process.stdout is not None
                assert await asyncio.wait_for(process.stdout.readline(), 120) == b"ready\n"
            said = await asyncio.gather(*(_call(process, plan.plan_id, callers) for process in started))
            answers = [answer for part in said for answer in part]
            return len(answers), set(answers), running.sandbox.traffic.count("batch/update$")


async def _caller(task: Task) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.trials.write_callers",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
    await process.stdin.drain()
    return process


async def _call(process: asyncio.subprocess.Process, plan_id: str, callers: int) -> list[str]:
    output, _ = await asyncio.wait_for(process.communicate(f"{plan_id} {callers}\n".encode()), 60)
    return output.decode().splitlines()


async def drop_callers(at: Scene, *, drops: int, seed: int, records: int = 30) -> list[str]:
    """Leave applies at random moments, then read the outcome by the plan's id; give what was not as it should be."""
    chance, wrong = random.Random(seed), list[str]()
    for number in range(drops):
        at.applier = at.new_applier(chunk=5)
        plan = await _next_plan(at, records, str(1000 + number))
        begun = asyncio.Event()
        caller = asyncio.create_task(_apply_telling(at, plan, begun))
        if chance.random() < 0.5:
            await asyncio.wait_for(begun.wait(), 30)
        await asyncio.sleep(chance.random() * 0.03)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        await at.applier.stop()
        kept = await at.applier.outcome(plan.plan_id)
        states = {state for state, _ in kept.counts}
        if not states <= {State.APPLIED, State.APPROVED} or kept.done % 5:
            wrong.append(f"{number}: {kept.plan.status}, {dict(kept.counts)}")
        ended = await at.apply(plan)
        wrong += [f"{number}: {s.id} is {s.result.outcome}" for s in ended.others]
    return wrong


async def _apply_telling(at: Scene, plan: PlanRow, begun: asyncio.Event) -> Applied:
    return await at.applier.apply(plan.plan_id, principal=ANNA, progress=lambda *_: begun.set())


async def kill_while_applying(kind: str, folder: Path, *, kills: int, seed: int, records: int = 50) -> Killed:
    """Kill a process at a random moment of applying, recover, compare the journal with HubSpot, and finish the plan."""
    chance, result = random.Random(seed), Killed()
    with served(crm(deals=records)) as running:
        async with scene(
            kind, folder, running, settings=ApplySettings(lease_s=0.2, chunk=_KILLED_CHUNK, poll_s=0.02)
        ) as at:
            task = Task(str(at.place), isinstance(at.place, Path), running.base_url, 0.2, _KILLED_CHUNK)
            parent = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.trials.write_children",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=Path(__file__).parents[2],
            )
            assert parent.stdin is not None
            assert parent.stdout is not None
            try:
                parent.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
                for number in range(kills):
                    plan = await _next_plan(at, records, str(number + 1))
                    chunks, after_s = chance.randrange(records // _KILLED_CHUNK), chance.random() * 0.05
                    parent.stdin.write(f"{plan.plan_id} {chunks} {after_s}\n".encode())
                    await parent.stdin.drain()
                    assert await asyncio.wait_for(parent.stdout.readline(), 120) == b"killed\n"
                    await _judge(at, plan, str(number + 1), result)
            finally:
                parent.stdin.close()
                await asyncio.wait_for(parent.wait(), 20)
    return result


async def plan_apply_undo(at: Scene, *, rounds: int, seed: int, records: int = 20) -> int:
    """Change random values of deals, let somebody edit some, undo; give how many records are not as they should be."""
    chance, wrong = random.Random(seed), 0
    names = ("dealname", "amount", "dealstage", "closedate")
    choices = {
        "amount": ("", "1", "2.50", "-3"),
        "dealstage": ("qualifiedtobuy", "closedwon", "closedlost", "appointmentscheduled"),
        "dealname": ("A", "B;C", "ü \u202e"),
        "closedate": ("", "2026-01-02T00:00:00.000Z", "1767225600000"),
    }
    for number in range(rounds):
        ids = [str(FIRST_DEAL + i) for i in range(records)]
        before = {id: await at.value(DEALS, id, *names) for id in ids}
        given = {n: chance.choice(choices[n]) for n in chance.sample(names, chance.randint(1, 3))}
        plan = await at.approve(await at.plan(*set_on(DEALS, [RecordId(id) for id in ids], values(**given))))
        await at.apply(plan)
        edited = chance.sample(ids, 2)
        for id in edited:
            await at.edit(DEALS, id, dealname=f"edited {id} in {number}")
        _, draft = await at.undo(plan)
        listed = {left.id for left in draft.left_out}
        for id in ids:
            now = await at.value(DEALS, id, *names)
            expected = (f"edited {id} in {number}", *before[id][1:]) if id in edited else before[id]
            wrong += now != expected
            wrong += id in edited and "dealname" in given and before[id][0] != given["dealname"] and id not in listed
    return wrong


async def write_up_to_the_cap(at: Scene, *, cap: int, plans: int, records: int) -> tuple[int, int]:
    """Apply plans, each over other records, until the day's cap; give how many records were sent and how many changed."""
    await at.store.set_policy(TENANT, ACCOUNT, WritePolicy(daily_cap=cap), person="Anna")
    for number in range(plans):
        ids = [RecordId(str(FIRST_DEAL + number * records + i)) for i in range(records)]
        plan = await at.approve(await at.plan(*set_on(DEALS, ids, values(amount="77"))))
        await at.apply(plan)
    changed = sum([(await at.value(DEALS, FIRST_DEAL + i, "amount"))[0] == "77" for i in range(plans * records)])
    return await at.store.written_today(TENANT, ACCOUNT), changed


async def switch_off_under_load(at: Scene, *, records: int) -> tuple[PlanRow, float, int]:
    """Switch writing off while chunks are sent; give the plan, the seconds until the last write began, and the records left."""
    ids = [RecordId(str(FIRST_DEAL + i)) for i in range(records)]
    plan = await at.approve(await at.plan(*set_on(DEALS, ids, values(amount="55"))))
    running, loop = at.served.sandbox.traffic, asyncio.get_running_loop()
    begun = asyncio.Event()
    task = asyncio.create_task(at.applier.apply(plan.plan_id, principal=ANNA, progress=lambda *_: begun.set()))
    await asyncio.wait_for(begun.wait(), 30)
    await at.store.set_writes(TENANT, ACCOUNT, are_off=True, person="Anna")
    off_at, last_at, seen = loop.time(), 0.0, running.count("batch/update$")
    while not task.done():
        await asyncio.sleep(0.005)
        if running.count("batch/update$") != seen:
            seen, last_at = running.count("batch/update$"), loop.time() - off_at
    applied = await task
    left = sum(s.state is State.APPROVED for s in applied.others)
    return applied.plan, last_at, left


async def _to_the_end(at: Scene, plan: PlanRow) -> Applied:
    """Apply on and on, as a person would whose plan stopped because HubSpot could not be reached."""
    for _ in range(_MOST_STOPS):
        try:
            applied = await at.apply(plan)
        except HubSpotSkillError:
            continue
        if applied.plan.status is PlanStatus.ENDED:
            return applied
    raise RuntimeError("the plan did not come to its end")


async def _late_ones(at: Scene) -> None:
    """Wait until every call that was slow has been handled."""
    async with asyncio.timeout(60):
        while any(s.fault == "slow" and s.status is None for s in at.served.sandbox.traffic.calls("batch/create$")):
            await asyncio.sleep(0.02)


async def _names(at: Scene) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        page = await at.hubspot.objects.list(
            DEALS, properties=[at.schemas["deals"].properties[name("dealname")]], after=after
        )
        found += [str(record.properties[name("dealname")]) for record in page.records]
        after = page.next_after
        if after is None:
            return found


async def _next_plan(at: Scene, records: int, value: str) -> PlanRow:
    ids = [RecordId(str(FIRST_DEAL + i)) for i in range(records)]
    return await at.approve(await at.plan(*set_on(DEALS, ids, values(amount=value))))


async def _judge(at: Scene, plan: PlanRow, value: str, result: Killed) -> None:
    """Recover as a new process would, compare with HubSpot, then finish the plan and look whether anything went out twice."""
    result.kills += 1
    applier = at.new_applier()
    async with asyncio.timeout(60):
        while not await applier.recover():
            await asyncio.sleep(0.02)
    steps = await at.store.steps(TENANT, plan.plan_id)
    amount = at.schemas["deals"].properties[name("amount")]
    records = await at.hubspot.objects.read_many(DEALS, [s.id for s in steps], properties=[amount])
    true = {r.id for r in records if str(r.properties[name("amount")]) == value}
    said = {s.id for s in steps if s.result.outcome is Outcome.DONE}
    result.wrong += sorted(true ^ said)
    result.in_the_middle += 0 < len(true) < len(steps)
    before = {s.step.place: s.attempts for s in steps if s.result.outcome is Outcome.DONE}
    ended = await applier.apply(plan.plan_id, principal=ANNA)
    result.wrong += [s.id for s in ended.others]
    after = await at.store.steps(TENANT, plan.plan_id)
    result.sent_again += sum(before.get(s.step.place, s.attempts) != s.attempts for s in after)

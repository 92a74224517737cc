"""Every metric of deals and their stays equals a brute-force oracle over generated portals: nulls, currencies, zones, ties, merges."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from hubspot_skill.analytics.calendar import DAY_MS, Interval, instant_ms
from hubspot_skill.analytics.catalogue import load
from hubspot_skill.analytics.engine import run
from hubspot_skill.analytics.query import Cut, Query
from hubspot_skill.analytics.registry import METRICS as REGISTRY
from hubspot_skill.domain.report import Figure, Grain, Unit
from hubspot_skill.mirror import tables
from hubspot_skill.mirror.records import put
from hubspot_skill.mirror.store import Mirror
from tests.analytics.oracle import METRICS, STAYS, Deal, Scene, Stay, came, converted, local_day, stays
from tests.mirror.scene import new_mirror

STAGES = {
    ("p", "s1"): ("open", 200_000),
    ("p", "s2"): ("open", 333_333),
    ("p", "w"): ("won", 1_000_000),
    ("p", "l"): ("lost", 0),
    ("q", "s1"): ("open", None),
    ("q", "w2"): ("won", 1_000_000),
}
ZONES = ("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
GOAL = 40 * 10**9
"""What the account's revenue goals of October add up to."""
RATES = {"EUR": 1_083_337, "JPY": 6_700}
NOW = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
"""The night in which New York's clocks go back."""


def portal(seed: int, size: int) -> Scene:
    """Make a portal; moments fall often on a midnight, on the change of clocks, or on one another."""
    draw = random.Random(seed)
    zone = ZoneInfo(draw.choice(ZONES))
    now = instant_ms(NOW)
    midnights = [Interval.of_days(date(2026, 10, 25) + timedelta(days=d), None, zone).start_ms or 0 for d in range(14)]

    def moment() -> int | None:
        kind = draw.random()
        if kind < 0.12:
            return None
        if kind < 0.45:
            return draw.choice(midnights) + draw.choice((-1, 0, 1))
        return now + draw.randrange(-700, 200) * DAY_MS + draw.randrange(DAY_MS)

    def visits(pipeline: str, stage: str) -> tuple[tuple[str, int], ...]:
        """Give a way that ends in the present stage; some deals have no history, some were in another pipeline before."""
        if draw.random() < 0.1:
            return ()
        ways = [s for p, s in STAGES if p == pipeline] or ["s1", "s2"]
        way = [draw.choice(ways) for _ in range(draw.randrange(6))]
        if draw.random() < 0.15:
            way = ["w2" if pipeline == "p" else "s2", *way]
        steps = [s for n, s in enumerate([*way, stage]) if n == 0 or s != [*way, stage][n - 1]]
        moments = sorted({m for _ in range(40) if (m := moment()) is not None and m <= now})
        return tuple(zip(steps, sorted(draw.sample(moments, len(steps))), strict=True))

    def deal(id: int) -> Deal:
        pipeline, stage = draw.choice([*STAGES, ("p", "gone"), ("x", "y")])
        currency = draw.choice((None, None, "", "USD", "EUR", "JPY", "CHF"))
        amount = draw.choice((None, 0, draw.randrange(-500, 900), draw.randrange(10**9)))
        is_home = currency in (None, "", "USD")
        told = amount is not None and draw.random() < 0.6
        return Deal(
            id=id,
            pipeline=pipeline,
            stage=stage,
            owner=draw.choice((None, 1, 2, 99)),
            amount=amount,
            currency=currency,
            amount_home=(amount if is_home else draw.randrange(10**8)) if told else None,
            rate=draw.choice((None, 1_100_000)),
            prob=draw.choice((None, 0, 123_457, 500_000, 1_000_000)),
            created=moment(),
            closes=moment(),
            entered=moment(),
            active=moment(),
            next_activity=draw.choice((None, now + DAY_MS)),
            next_step=draw.choice((None, "", "call")),
            category=draw.choice((None, "", "OMIT", "COMMIT")),
            reason=draw.choice((None, "Price", " price ", "PRICE", "Timing")),
            flag_closed=draw.choice((None, 0, 1)),
            flag_won=draw.choice((None, 0, 1)),
            forecast=draw.choice((None, 0, draw.randrange(10**8))),
            arr=draw.choice((None, 0, draw.randrange(-(10**4), 10**8))),
            mrr=draw.choice((None, draw.randrange(10**6))),
            tcv=draw.choice((None, draw.randrange(10**10))),
            visits=visits(pipeline, stage),
            archived=int(draw.random() < 0.08),
            merged=5 if draw.random() < 0.05 else None,
        )

    first = date(2026, 10, 1) if draw.random() < 0.7 else date(2025, 3, 9)
    period = Interval.of_days(first, date(2026, 10, 31), zone)
    deals = tuple(deal(id) for id in range(1, size + 1))
    return Scene(deals, STAGES, RATES, now, zone, period.start_ms, period.end_ms)


async def filled(mirror: Mirror, scene: Scene) -> None:
    """Put a portal into a mirror."""
    rows = [
        {
            **{c.name: None for c in tables.deal.columns},
            "id": d.id, "name": f"deal {d.id}", "pipeline": d.pipeline, "stage": d.stage, "owner_id": d.owner,
            "amount": d.amount, "currency": d.currency, "amount_home": d.amount_home, "rate_millionths": d.rate,
            "prob_millionths": d.prob, "created_at": d.created, "close_at": d.closes, "stage_entered_at": d.entered,
            "last_activity_at": d.active, "next_activity_at": d.next_activity, "next_step": d.next_step,
            "forecast_category": d.category, "loss_reason": d.reason, "is_closed": d.flag_closed, "is_won": d.flag_won,
            "forecast_amount": d.forecast, "arr": d.arr, "mrr": d.mrr, "tcv": d.tcv,
            "archived": d.archived, "merged_into": d.merged, "modified_at": 1, "generation": 1,
        }
        for d in scene.deals
    ]  # fmt: skip
    stages = [
        {
            "object": "deal", "pipeline": p, "id": s, "label": s, "order": n, "is_closed": int(state != "open"),
            "is_won": int(state == "won"), "prob_millionths": prob,
        }
        for n, ((p, s), (state, prob)) in enumerate(scene.stages.items())
    ]  # fmt: skip
    stayed = [
        {
            "stage": s.stage, "deal_id": s.deal.id, "first_in": s.visits[0][0], "last_in": s.visits[-1][0],
            "last_out": s.visits[-1][1], "ms_done": sum(s.done), "visits": len(s.visits), "exact": 1,
        }
        for s in stays(scene.deals)
    ]  # fmt: skip
    goals = [
        {
            "id": n, "name": f"goal {n}", "owner_id": None, "team_id": None, "pipeline": None, "start_at": goal.start_ms,
            "end_at": goal.end_ms, "target": target, "kind": kind,
        }
        for n, (goal, target, kind) in enumerate((
            (Interval.of_days(date(2026, 10, 1), date(2026, 10, 15), scene.zone), GOAL - 1, "revenue"),
            (Interval.of_days(date(2026, 10, 16), date(2026, 10, 31), scene.zone), 1, "revenue"),
            (Interval.of_days(date(2026, 10, 31), date(2026, 11, 1), scene.zone), 7, "revenue"),
            (Interval.of_days(date(2026, 10, 1), date(2026, 10, 31), scene.zone), 90, "calls"),
        ))
    ]  # fmt: skip
    notes = {"zone": scene.zone.key, "currency": "USD", "portal": "1"}

    async def work(connection):
        await put(connection, mirror, tables.meta, [{"key": k, "value": v} for k, v in notes.items()])
        await put(connection, mirror, tables.pipeline, [{"object": "deal", "id": p, "label": p, "order": n} for n, p in enumerate("pq")])  # fmt: skip
        await put(connection, mirror, tables.stage, stages)
        await put(connection, mirror, tables.rate, [{"currency": c, "at": 1, "to_home_millionths": r} for c, r in scene.rates.items()])  # fmt: skip
        await put(connection, mirror, tables.deal, rows)
        await put(connection, mirror, tables.stage_stay, stayed)
        await put(connection, mirror, tables.goal, goals)

    await mirror.write(work)


def figure(name: str, value: int | Fraction | None) -> Figure:
    """Round an exact number as its unit is rounded."""
    if value is None:
        return None
    unit = REGISTRY[name].definition.unit
    if unit is Unit.COUNT:
        return int(value)
    scale, digits = {
        Unit.RATIO: (1_000_000, 6),
        Unit.NUMBER: (1_000_000, 6),
        Unit.DAYS: (Fraction(100, DAY_MS), 2),
    }.get(unit, (1, 2))
    return Decimal(round(Fraction(value) * scale)).scaleb(-digits)


GROUPS = {
    "owner": lambda s, d: str(d.owner or ""),
    "stage_group": lambda s, d: s.state(d),
    "created_at": lambda s, d: f"{local_day(d.created, s.zone):%Y-%m}" if d.created is not None else "",
    "close_at": lambda s, d: f"{local_day(d.closes, s.zone):%Y-%m}" if d.closes is not None else "",
    "loss_reason": lambda s, d: (d.reason or "").strip().casefold(),
    "currency": lambda s, d: d.currency or "USD",
}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.timeout(180)
@pytest.mark.promise("report-oracle")
async def test_every_metric_equals_the_oracle(kind: str, tmp_path: Path) -> None:
    for seed in range(6 if kind == "sqlite" else 1):
        scene = portal(seed, 5 + seed * 40)
        async with new_mirror(kind, tmp_path / str(seed)) as mirror:
            await filled(mirror, scene)
            await compared(mirror, scene, random.Random(seed))


async def compared(mirror: Mirror, scene: Scene, draw: random.Random) -> None:
    catalogue = await load(mirror)
    period = Interval(date(2026, 10, 1), date(2026, 10, 31), scene.start, scene.end)
    for name, oracle in METRICS.items():
        definition = REGISTRY[name].definition
        by = draw.choice([None, *GROUPS])
        is_forecast = name == "forecast_weighted"
        is_timed = definition.needs_period or name == "sales_velocity" or (is_forecast and draw.random() < 0.5)
        target = draw.choice((None, Decimal(0), Decimal(5_000), Decimal("700000000.01")))
        query = Query(
            metrics=(name,),
            now=NOW.astimezone(scene.zone),
            zone=scene.zone,
            cuts=() if by is None else (Cut(by, Grain.MONTH if by.endswith("_at") else None),),
            period=period if is_timed else None,
            target=target,
            limit=500,
        )
        report = await run(mirror, catalogue, query)
        context = (name, by, scene.zone.key, len(scene.deals))
        first = date(2026, 10, 1) if is_timed and by != "close_at" else local_day(scene.now, scene.zone).replace(day=1)
        told = replace(
            scene,
            start=scene.start if is_timed else None,
            end=scene.end if is_timed else None,
            running=Interval.of_days(first, None, scene.zone).start_ms,
            target=GOAL if target is None else int(target * 100),
        )
        assert report.totals == (figure(name, oracle(told, scene.live)),), context
        for row in report.rows:
            members = [d for d in scene.live if group(told, d, by, is_forecast=is_forecast) == row.groups[0].id]
            expected = oracle(told, members)
            if name == "forecast_category":
                expected = sum(a for d in members if scene.state(d) == "open" and (a := scene.home(d)) is not None)
            assert row.values == (figure(name, expected),), (*context, row.groups[0])


def group(scene: Scene, deal: Deal, by: str, *, is_forecast: bool) -> str:
    """Give the group of a deal; an overdue one has a group of its own in a forecast by close date."""
    is_dated = is_forecast and by == "close_at" and deal.closes is not None and scene.state(deal) == "open"
    if is_dated and local_day(deal.closes, scene.zone) < local_day(scene.now, scene.zone):
        return "overdue"
    return GROUPS[by](scene, deal)


def home_of(stay: Stay) -> str:
    """Give the stage of a stay with its pipeline: the deal's own where it has the stage, else the first that has it."""
    having = [p for p, s in STAGES if s == stay.stage]
    own = stay.deal.pipeline
    return f"{own if own in having or not having else having[0]}\x1f{stay.stage}"


STAY_GROUPS = {
    "stage": lambda s, x: home_of(x),
    "owner": lambda s, x: str(x.deal.owner or ""),
    "close_at": lambda s, x: GROUPS["close_at"](s, x.deal),
}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.timeout(180)
@pytest.mark.promise("report-oracle")
async def test_every_metric_of_stays_equals_the_oracle(kind: str, tmp_path: Path) -> None:
    for seed in range(10, 14 if kind == "sqlite" else 11):
        scene = portal(seed, 90)
        async with new_mirror(kind, tmp_path / str(seed)) as mirror:
            await filled(mirror, scene)
            catalogue = await load(mirror)
            for (name, mode), oracle in STAYS.items():
                for by, is_timed in product((None, *STAY_GROUPS), (False, True)):
                    if not is_timed and REGISTRY[name].definition.needs_period:
                        period, told = Interval(), replace(scene, start=None, end=None)
                    elif is_timed:
                        period, told = Interval(None, date(2026, 10, 31), scene.start, scene.end), scene
                    else:
                        period, told = None, replace(scene, start=None, end=None)
                    cuts = () if by is None else (Cut(by, Grain.MONTH if by == "close_at" else None),)
                    query = Query(metrics=(name,), now=NOW, zone=scene.zone, cuts=cuts, period=period, mode=mode, limit=500)  # fmt: skip
                    report = await run(mirror, catalogue, query)
                    context = (name, mode, by, is_timed, seed)
                    every = stays(scene.live)
                    assert report.totals == (figure(name, oracle(told, every)),), context
                    for row in report.rows:
                        members = [x for x in every if STAY_GROUPS[by](scene, x) == row.groups[0].id]
                        assert row.values == (figure(name, oracle(told, members)),), (*context, row.groups[0])
                    if by == "stage":
                        asked = {home_of(x) for x in every if oracle(told, [x])}
                        assert asked <= {row.groups[0].id for row in report.rows}, context


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.timeout(180)
@pytest.mark.promise("report-oracle")
async def test_the_conversion_of_stages_equals_the_oracle(kind: str, tmp_path: Path) -> None:
    for seed in range(20, 24 if kind == "sqlite" else 21):
        scene = portal(seed, 120)
        async with new_mirror(kind, tmp_path / str(seed)) as mirror:
            await filled(mirror, scene)
            catalogue = await load(mirror)
            for mode, by, is_timed in product(("", "reached", "strict"), (None, "stage", "owner"), (False, True)):
                told = scene if is_timed else replace(scene, start=None, end=None)
                period = Interval(None, None, told.start, told.end)
                query = Query(
                    metrics=("stage_conversion",), now=NOW, zone=scene.zone, cuts=() if by is None else (Cut(by),),
                    period=period, mode=mode, limit=500,
                )  # fmt: skip
                report = await run(mirror, catalogue, query)
                entries = [(d, stage, e) for d in scene.live for stage, e in came(told, d, mode).items()]
                counted = [(d, at) for d, _, (at, _) in entries if not is_timed or told.inside(at)]
                assert counted
                assert report.totals == (figure("stage_conversion", converted(told, [e for _, _, e in entries])),)
                cycles = [
                    d.closes - d.created for d, _, _ in entries
                    if d.pipeline in "pq" and STAGES.get((d.pipeline, d.stage), ("",))[0] == "won"
                    and d.closes is not None and d.created is not None and d.closes >= d.created
                ]  # fmt: skip
                young = sum(scene.now - at < median(cycles) for _, at in counted) if cycles else 0
                told_young = [n.split()[2] for n in report.notes if n.startswith("Still maturing")]
                assert told_young == ([str(young)] if young else []), (mode, by, is_timed)
                for row in report.rows:
                    members = [
                        e for d, stage, e in entries
                        if row.groups[0].id == (f"{d.pipeline}\x1f{stage}" if by == "stage" else str(d.owner or ""))
                    ]  # fmt: skip
                    assert row.values == (figure("stage_conversion", converted(told, members)),), (mode, row)
                if by == "stage":
                    assert {(d.pipeline, s) for d, s, (at, _) in entries if not is_timed or told.inside(at)} == {
                        tuple(row.groups[0].id.split("\x1f")) for row in report.rows if row.values[0] is not None
                    }


def test_every_metric_of_deals_and_stays_has_an_oracle() -> None:
    families = ("deals now", "outcomes", "forecast", "funnel")
    assert {m.id for m in REGISTRY.values() if m.definition.family in families} == {
        *METRICS,
        *(name for name, _ in STAYS),
        "stage_conversion",
    }


def test_every_metric_states_what_it_means() -> None:
    for metric in REGISTRY.values():
        d = metric.definition
        assert all((d.label, d.family, d.definition, d.denominator, d.exclusions, d.empty)), d.id

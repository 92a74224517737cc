"""The metrics of deals and of their stays in plain Python over plain records.

Written from the definitions and from nothing of the product.

Money is whole minor units, time whole milliseconds, rates exact fractions; None where there is nothing to divide by.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

__all__ = ["METRICS", "STAYS", "Deal", "Scene", "Stay", "came", "converted", "local_day", "stays"]

DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal as it is held; amounts in minor units, moments in ms; `visits` are stages with the moment of entry, in time."""

    id: int
    pipeline: str = "p"
    stage: str = "s1"
    owner: int | None = None
    amount: int | None = None
    currency: str | None = None
    amount_home: int | None = None
    rate: int | None = None
    prob: int | None = None
    created: int | None = None
    closes: int | None = None
    entered: int | None = None
    active: int | None = None
    next_activity: int | None = None
    next_step: str | None = None
    category: str | None = None
    reason: str | None = None
    flag_closed: int | None = None
    flag_won: int | None = None
    forecast: int | None = None
    arr: int | None = None
    mrr: int | None = None
    tcv: int | None = None
    visits: tuple[tuple[str, int], ...] = ()
    archived: int = 0
    merged: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A portal: its deals, its stages as (pipeline, stage) → (state, millionths), rates to home, now, zone, period."""

    deals: tuple[Deal, ...]
    stages: dict[tuple[str, str], tuple[str, int | None]]
    rates: dict[str, int]
    now: int
    zone: ZoneInfo
    start: int | None = None
    end: int | None = None
    running: int = 0
    target: int | None = None

    @property
    def live(self) -> list[Deal]:
        return [d for d in self.deals if not d.archived and d.merged is None]

    def state(self, deal: Deal) -> str:
        known = self.stages.get((deal.pipeline, deal.stage))
        if known is not None:
            return known[0]
        return "won" if deal.flag_won else "lost" if deal.flag_closed else "open"

    def home(self, deal: Deal) -> int | None:
        return deal.amount_home if deal.amount_home is not None else self.converted(deal, deal.amount)

    def converted(self, deal: Deal, amount: int | None) -> int | None:
        if amount is None or deal.currency in (None, "", "USD"):
            return amount
        if deal.currency not in self.rates:
            return None
        rate = deal.rate if deal.rate is not None else self.rates[deal.currency]
        exact = Fraction(abs(amount) * rate * (100 if deal.currency == "JPY" else 1), 1_000_000)
        whole = int(exact + Fraction(1, 2))
        return whole if amount >= 0 else -whole

    def chance(self, deal: Deal) -> Fraction | None:
        if deal.prob is not None:
            return Fraction(deal.prob, 1_000_000)
        known = self.stages.get((deal.pipeline, deal.stage))
        return None if known is None or known[1] is None else Fraction(known[1], 1_000_000)

    def inside(self, at: int | None) -> bool:
        return at is not None and (self.start is None or at >= self.start) and (self.end is None or at < self.end)


def local_day(ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone).date()


def _over(a: int | Fraction, b: int | Fraction) -> Fraction | None:
    return None if b == 0 else Fraction(a) / Fraction(b)


def _sum(values: Iterable[int | None]) -> int:
    return sum(v for v in values if v is not None)


def _open(s: Scene, deals: list[Deal]) -> list[Deal]:
    return [d for d in deals if s.state(d) == "open"]


def _won(s: Scene, deals: list[Deal]) -> list[Deal]:
    return [d for d in deals if s.state(d) == "won" and s.inside(d.closes)]


def _lost(s: Scene, deals: list[Deal]) -> list[Deal]:
    return [d for d in deals if s.state(d) == "lost" and s.inside(d.closes)]


def _made(s: Scene, deals: list[Deal]) -> list[Deal]:
    return [d for d in deals if s.inside(d.created)]


def _weighted(s: Scene, deals: list[Deal]) -> Fraction:
    found = Fraction(0)
    for deal in _open(s, deals):
        amount, chance = s.home(deal), s.chance(deal)
        if amount is not None and chance is not None:
            found += amount * chance
    return found


def _ages(s: Scene, deals: list[Deal]) -> list[int]:
    return [s.now - d.created for d in _open(s, deals) if d.created is not None and d.created <= s.now]


def _stage_times(s: Scene, deals: list[Deal]) -> list[int]:
    return [s.now - d.entered for d in _open(s, deals) if d.entered is not None and d.entered <= s.now]


def _overdue(s: Scene, deals: list[Deal]) -> list[Deal]:
    today = local_day(s.now, s.zone)
    return [d for d in _open(s, deals) if d.closes is not None and local_day(d.closes, s.zone) < today]


def _stalled(s: Scene, deals: list[Deal]) -> list[Deal]:
    limit = s.now - 21 * DAY
    found = []
    for deal in _open(s, deals):
        moments = [m for m in (deal.entered, deal.active) if m is not None]
        if moments and max(moments) < limit:
            found.append(deal)
    return found


def _soon(s: Scene, deals: list[Deal]) -> list[Deal]:
    today = local_day(s.now, s.zone)
    return [
        d for d in _open(s, deals) if d.closes is not None and 0 <= (local_day(d.closes, s.zone) - today).days <= 14
    ]


def _cycles(s: Scene, deals: list[Deal]) -> list[int]:
    return [d.closes - d.created for d in _won(s, deals) if d.created is not None and d.closes >= d.created]


def _sizes(s: Scene, deals: list[Deal]) -> list[int]:
    return [a for d in _won(s, deals) if (a := s.home(d)) is not None]


def _mean(values: list[int]) -> Fraction | None:
    return _over(sum(values), len(values))


def _middle(values: list[int]) -> Fraction | None:
    return Fraction(median([Fraction(v) for v in values])) if values else None


def _velocity(s: Scene, deals: list[Deal]) -> Fraction | None:
    won, lost = len(_won(s, deals)), len(_lost(s, deals))
    rate, size, cycle = _over(won, won + lost), _mean(_sizes(s, deals)), _mean(_cycles(s, deals))
    if rate is None or size is None or not cycle:
        return None
    return len(_open(s, deals)) * rate * size / (cycle / DAY)


def _money(pick: Callable[[Scene, list[Deal]], list[Deal]]) -> Callable[[Scene, list[Deal]], int]:
    return lambda s, deals: _sum(s.home(d) for d in pick(s, deals))


def _count(pick: Callable[[Scene, list[Deal]], list[Deal]]) -> Callable[[Scene, list[Deal]], int]:
    return lambda s, deals: len(pick(s, deals))


def _forecast(s: Scene, deals: list[Deal]) -> Fraction:
    expected = deals if s.start is None else [d for d in deals if s.inside(d.closes)]
    return _weighted(s, expected) + _sum(s.home(d) for d in _won(s, deals) if s.running <= d.closes <= s.now)


def _attained(s: Scene, deals: list[Deal]) -> Fraction | None:
    return None if not s.target else _over(_money(_won)(s, deals), s.target)


def _coverage(s: Scene, deals: list[Deal]) -> Fraction | None:
    won = _money(_won)(s, deals)
    if s.target is None or won >= s.target:
        return None
    return _over(_sum(s.home(d) for d in _open(s, deals) if s.inside(d.closes)), s.target - won)


def _recurring(name: str) -> Callable[[Scene, list[Deal]], int]:
    return lambda s, deals: _sum(s.converted(d, getattr(d, name)) for d in _won(s, deals))


METRICS: dict[str, Callable[[Scene, list[Deal]], int | Fraction | None]] = {
    "deal_count": lambda s, deals: len(deals),
    "open_deals": _count(_open),
    "open_pipeline": _money(_open),
    "weighted_pipeline": _weighted,
    "avg_open_amount": lambda s, deals: _mean([a for d in _open(s, deals) if (a := s.home(d)) is not None]),
    "open_age_days": lambda s, deals: _mean(_ages(s, deals)),
    "open_age_days_median": lambda s, deals: _middle(_ages(s, deals)),
    "days_in_stage": lambda s, deals: _mean(_stage_times(s, deals)),
    "days_in_stage_median": lambda s, deals: _middle(_stage_times(s, deals)),
    "overdue_open": _count(_overdue),
    "overdue_value": _money(_overdue),
    "no_close_date": lambda s, deals: sum(d.closes is None for d in _open(s, deals)),
    "no_amount": lambda s, deals: sum(s.home(d) is None for d in _open(s, deals)),
    "no_owner": lambda s, deals: sum(d.owner is None for d in _open(s, deals)),
    "stalled_deals": _count(_stalled),
    "stalled_value": _money(_stalled),
    "closing_soon": _count(_soon),
    "no_next_step": lambda s, deals: sum(not d.next_step and d.next_activity is None for d in _open(s, deals)),
    "deals_created": _count(_made),
    "pipeline_created": _money(_made),
    "won_deals": _count(_won),
    "won_revenue": _money(_won),
    "lost_deals": _count(_lost),
    "lost_amount": _money(_lost),
    "win_rate": lambda s, deals: _over(len(_won(s, deals)), len(_won(s, deals)) + len(_lost(s, deals))),
    "win_rate_amount": lambda s, deals: _over(_money(_won)(s, deals), _money(_won)(s, deals) + _money(_lost)(s, deals)),
    "win_rate_cohort": lambda s, deals: _over(sum(s.state(d) == "won" for d in _made(s, deals)), len(_made(s, deals))),
    "avg_deal_size": lambda s, deals: _mean(_sizes(s, deals)),
    "median_deal_size": lambda s, deals: _middle(_sizes(s, deals)),
    "sales_cycle_days": lambda s, deals: _mean(_cycles(s, deals)),
    "sales_cycle_days_median": lambda s, deals: _middle(_cycles(s, deals)),
    "sales_velocity": _velocity,
    "loss_reasons": _count(_lost),
    "forecast_category": lambda s, deals: _sum(s.home(d) for d in _open(s, deals) if d.category != "OMIT"),
    "hubspot_forecast": lambda s, deals: _sum(d.forecast for d in _open(s, deals)),
    "new_arr": _recurring("arr"),
    "new_mrr": _recurring("mrr"),
    "new_tcv": _recurring("tcv"),
    "forecast_weighted": _forecast,
    "pipeline_coverage": _coverage,
    "goal_attainment": _attained,
}


@dataclass(frozen=True, slots=True)
class Stay:
    """All visits of one deal to one stage: when each began and ended (None: it lasts)."""

    deal: Deal
    stage: str
    visits: tuple[tuple[int, int | None], ...]

    @property
    def done(self) -> list[int]:
        return [out - into for into, out in self.visits if out is not None]


def stays(deals: Iterable[Deal]) -> list[Stay]:
    """Give the stays of deals."""
    found: dict[tuple[int, str], Stay] = {}
    for deal in deals:
        for place, (stage, into) in enumerate(deal.visits):
            out = deal.visits[place + 1][1] if place + 1 < len(deal.visits) else None
            before = found[deal.id, stage].visits if (deal.id, stage) in found else ()
            found[deal.id, stage] = Stay(deal, stage, (*before, (into, out)))
    return list(found.values())


def _entered(s: Scene, among: list[Stay]) -> list[Stay]:
    return [x for x in among if s.start is None or s.inside(x.visits[0][0])]


def _done(s: Scene, among: list[Stay]) -> list[int]:
    left = [x for x in among if x.done and (s.start is None or s.inside(x.visits[-1][1]))]
    return [sum(x.done) for x in left]


STAYS: dict[tuple[str, str], Callable[[Scene, list[Stay]], int | Fraction | None]] = {
    ("stage_entered", ""): lambda s, among: len(_entered(s, among)),
    ("stage_entered", "entries"): lambda s, among: sum(len(x.visits) for x in _entered(s, among)),
    ("stage_days", ""): lambda s, among: _mean(_done(s, among)),
    ("stage_days_median", ""): lambda s, among: _middle(_done(s, among)),
}
"""The metrics of stays, by id and mode."""


def came(s: Scene, deal: Deal, mode: str) -> dict[str, tuple[int, bool]]:
    """Give the open stages of its pipeline that a deal came to: when, and whether it went on to a later one or won."""
    ladder = [(stage, state) for (p, stage), (state, _) in s.stages.items() if p == deal.pipeline]
    found: dict[str, tuple[int, bool]] = {}
    for place, (stage, state) in enumerate(ladder):
        if state != "open":
            continue
        beyond = {x for n, (x, kind) in enumerate(ladder) if kind == "won" or (kind == "open" and n > place)}
        own = [at for x, at in deal.visits if x == stage]
        onward = [at for x, at in deal.visits if x in beyond]
        if mode == "strict" and own:
            found[stage] = (own[0], any(at >= own[0] for at in onward))
        elif mode != "strict" and (own or onward):
            found[stage] = (min(own + onward), bool(onward))
    return found


def converted(s: Scene, entries: list[tuple[int, bool]]) -> Fraction | None:
    """Give the share of entries of the period that went on."""
    counted = [went_on for at, went_on in entries if s.start is None or s.inside(at)]
    return _over(sum(counted), len(counted))

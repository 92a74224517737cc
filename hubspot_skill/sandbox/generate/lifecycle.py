"""How far contacts and companies have come: moves through the lifecycle that fit the deals of their company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.generate.draw import DAY_MS, MINUTE_MS, chance
from hubspot_skill.sandbox.generate.plan import ARCHIVED

if TYPE_CHECKING:
    from random import Random

    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = ["stages_of_company", "stages_of_contact"]

_EARLY = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead")


def stages_of_company(plan: Plan, index: int, created_ms: int, draw: Random) -> list[tuple[int, str]]:
    """Return when a company entered which stage, oldest first."""
    deal_ms = _day_ms(plan, plan.first_deal_day[index])
    won_ms = _day_ms(plan, plan.first_won_day[index])
    return _stages(plan, created_ms, deal_ms, won_ms, 1, draw)


def stages_of_contact(plan: Plan, index: int, created_ms: int, draw: Random) -> list[tuple[int, str]]:
    """Return when a contact entered which stage, oldest first; some people stay behind their company."""
    company = plan.company_of(index)
    first = company >= 0 and index == plan.company_start[company]
    along = company >= 0 and (first or chance(draw, 0.6)) and plan.contact_kind[index] != ARCHIVED
    deal_ms = _day_ms(plan, plan.first_deal_day[company]) if along else None
    won_ms = _day_ms(plan, plan.first_won_day[company]) if along else None
    return _stages(plan, created_ms, deal_ms, won_ms, 0, draw)


def _day_ms(plan: Plan, days_ago: int) -> int | None:
    """Return the evening of a day, after whatever happened on it; none for day 0, which stands for never."""
    return (plan.today - days_ago) * DAY_MS + DAY_MS - MINUTE_MS if days_ago else None


def _stages(
    plan: Plan, created_ms: int, deal_ms: int | None, won_ms: int | None, start: int, draw: Random
) -> list[tuple[int, str]]:
    if won_ms is not None and won_ms <= created_ms:
        return [(created_ms, "customer")]
    until = deal_ms or won_ms or plan.today_ms
    if until <= created_ms:
        path = [(created_ms, "opportunity")]
    else:
        rank = start + (chance(draw, 0.5) if start == 0 else 0)
        path = [(created_ms, _EARLY[rank])]
        while rank < 3 and chance(draw, 0.6 if deal_ms else 0.34):
            rank += 1
            at_ms = path[-1][0] + int((until - path[-1][0]) * draw.random() * 0.6)
            if at_ms > path[-1][0]:
                path.append((at_ms, _EARLY[rank]))
        if deal_ms is not None:
            path.append((deal_ms, "opportunity"))
    if won_ms is not None:
        at_ms = max(won_ms, path[-1][0] + MINUTE_MS)
        path.append((at_ms, "customer"))
        if chance(draw, 0.05) and plan.today_ms - at_ms > 90 * DAY_MS:
            path.append((at_ms + 60 * DAY_MS, "evangelist"))
    return path

"""Deals: what happened to each, and from that its record, its history and its associations.

A deal's course is worked out once (`course_of`) and everything else follows from it, so record and history agree: moves
through stages with some skipped, stepped back or reopened; amounts that were corrected; close dates that were pushed, or
passed and left to lie; owners who left. Money is in the company's currency where the account has it, else in its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.catalogue.choices import ANALYTICS_SOURCES
from hubspot_skill.sandbox.generate.companies import company_city, company_name, company_size
from hubspot_skill.sandbox.generate.draw import DAY_MS, MINUTE_MS, chance, day_text, iso, pick, spread
from hubspot_skill.sandbox.generate.ids import company_id, contact_id, deal_id
from hubspot_skill.sandbox.generate.own_properties import own_deal_values
from hubspot_skill.sandbox.generate.stories import LOST, OPEN, WON
from hubspot_skill.sandbox.generate.words import LOST_REASONS
from hubspot_skill.sandbox.seed import SeedChange, SeedLink, SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from hubspot_skill.sandbox.generate.plan import Plan
    from hubspot_skill.sandbox.generate.profiles import Motion
from hubspot_skill.sandbox.generate.stories import StoryDeal

__all__ = ["DealCourse", "course_of", "deal_changes", "deal_links", "deal_record"]

_COURSES_KEPT = 40_000
"""Up to so many deals their courses stay in memory, about 1.5 KB each; beyond, every pass works them out again."""

_NEXT_STEPS = (
    "Send the proposal",
    "Call back after the board meeting",
    "Waiting for security questionnaire",
    "Demo for the wider team",
    "Agree on payment terms",
    "Get the references over",
)
_SOURCES = spread(
    {option.value: share for option, share in zip(ANALYTICS_SOURCES, (6, 3, 2, 2, 4, 1, 5, 6, 1, 1), strict=True)}
)
_PRIORITIES = spread({"low": 3, "medium": 4, "high": 3, "": 10})


@dataclass(slots=True)
class DealCourse:
    """What happened to one deal; every list is oldest first and its last entry is how things are now."""

    index: int
    company: int
    contacts: list[int]
    motion: Motion
    outcome: int
    name: str
    currency: str
    moves: list[tuple[int, str]]
    amounts: list[tuple[int, str]]
    close_dates: list[tuple[int, str]]
    owners: list[tuple[int, int]]
    extra: dict[str, str]

    @property
    def created_ms(self) -> int:
        """When the deal was made."""
        return self.moves[0][0]

    @property
    def updated_ms(self) -> int:
        """When one of its tracked properties last changed."""
        return max(history[-1][0] for history in (self.moves, self.amounts, self.close_dates, self.owners))


def course_of(plan: Plan, index: int) -> DealCourse:
    """Return what happened to a deal, which three passes over a portal ask for."""
    known = plan.courses.get(index)
    if known is None:
        known = _course(plan, index)
        if plan.deals <= _COURSES_KEPT:
            plan.courses[index] = known
    return known


def _course(plan: Plan, index: int) -> DealCourse:
    draw = plan.draws("deals", index)
    contact = plan.deal_contact[index]
    company = plan.company_of(contact)
    story = _story_of(plan, index)
    if story is not None:
        return _told(plan, index, company, story, draw)
    motion = plan.profile.motions[plan.deal_motion[index]]
    outcome = plan.deal_outcome[index]
    moves = _moves(plan, index, motion, draw)
    currency = _currency(plan, company)
    return DealCourse(
        index,
        company,
        _people(plan, company, contact, draw),
        motion,
        outcome,
        _name(plan, index, company, motion, draw),
        currency,
        moves,
        _amounts(plan, company, currency, moves, motion, draw),
        _close_dates(plan, moves, outcome, motion, draw),
        _owners(plan, company, moves, draw),
        _extra(outcome, moves, motion, draw),
    )


def deal_record(plan: Plan, course: DealCourse) -> SeedRecord:
    """Return the record of a deal."""
    index = course.index
    stage = course.moves[-1][1]
    properties = {
        "dealname": course.name,
        "pipeline": course.motion.pipeline_id,
        "dealstage": stage,
        "dealtype": course.motion.dealtype,
        "deal_currency_code": course.currency,
        "hs_object_source": "CRM_UI",
        "hs_object_source_label": "CRM_UI",
        "amount": course.amounts[-1][1],
        "closedate": course.close_dates[-1][1],
        "hubspot_owner_id": str(course.owners[-1][1]) if course.owners[-1][1] else "",
        **course.extra,
        **own_deal_values(plan.profile.name, index, course.amounts[-1][1], won=course.outcome == WON),
    }
    if index % 20 == 19:
        properties["hs_object_source"] = properties["hs_object_source_label"] = "INTEGRATION"
    told = {name: value for name, value in properties.items() if value}
    return SeedRecord("deals", deal_id(index), told, course.created_ms, max(course.updated_ms, course.created_ms))


def deal_changes(plan: Plan, course: DealCourse) -> Iterator[SeedChange]:
    """Yield the history of a deal, for the properties that ever changed."""
    record = deal_id(course.index)
    user = next((one.user_id for one in plan.profile.people if one.id == course.owners[0][1]), plan.profile.user)
    owners = [(at_ms, str(owner) if owner else "") for at_ms, owner in course.owners]
    histories = (
        ("dealstage", course.moves),
        ("amount", course.amounts),
        ("closedate", course.close_dates),
        ("hubspot_owner_id", owners),
    )
    for name, history in histories:
        if len(history) > 1:
            for at_ms, value in history:
                yield SeedChange("deals", record, name, value, at_ms, "CRM_UI", user)


def deal_links(course: DealCourse) -> Iterator[SeedLink]:
    """Yield the associations of a deal: its primary company and its people."""
    record = deal_id(course.index)
    if course.company >= 0:
        yield SeedLink("deals", record, "companies", company_id(course.company), 5)
    for person in course.contacts:
        yield SeedLink("deals", record, "contacts", contact_id(person), 3)


def _story_of(plan: Plan, index: int) -> StoryDeal | None:
    for story in plan.stories:
        if index < len(story.deals):
            return story.deals[index]
        index -= len(story.deals)
    return None


def _told(plan: Plan, index: int, company: int, story: StoryDeal, draw: Random) -> DealCourse:
    motion = next(one for one in plan.profile.motions if one.pipeline_id == story.pipeline)
    moves = _in_order([(plan.stamp(days, draw), stage) for days, stage in story.moves])
    closed = moves[-1][0] if story.outcome != OPEN else _closing(plan, -story.closes_in)
    pushes = [(plan.stamp(days, draw), iso(_closing(plan, -closes))) for days, closes in story.pushed]
    start = moves[0][0]
    dates = (
        [(start, pushes[0][1]), *pushes[1:], (max(start, moves[-1][0]), iso(closed))]
        if pushes
        else [(start, iso(closed))]
    )
    extra = {"hs_next_step": story.next_step, "closed_lost_reason": story.reason, "hs_analytics_source": "REFERRALS"}
    owner = plan.person(plan.company_owner[company]).id
    return DealCourse(
        index,
        company,
        [plan.company_start[company] + slot for slot in story.contacts],
        motion,
        story.outcome,
        story.name,
        story.currency or plan.profile.currency,
        moves,
        [(start, story.amount)],
        dates,
        [(start, owner)],
        extra,
    )


def _closing(plan: Plan, days_ago: int) -> int:
    """Return the close of business of a day, in which planned close dates are set."""
    return (plan.today - days_ago) * DAY_MS + (17 - plan.profile.utc_offset_hours) * 60 * MINUTE_MS


def _in_order(moves: list[tuple[int, str]]) -> list[tuple[int, str]]:
    ordered = moves[:1]
    for at_ms, stage in moves[1:]:
        ordered.append((max(at_ms, ordered[-1][0] + 5 * MINUTE_MS), stage))
    return ordered


def _moves(plan: Plan, index: int, motion: Motion, draw: Random) -> list[tuple[int, str]]:
    open_stages = [stage for stage, _, share in motion.stages if share not in {"0.0", "1.0"}]
    won = next(stage for stage, _, share in motion.stages if share == "1.0")
    lost = [stage for stage, _, share in motion.stages if share == "0.0"]
    begun, ended, outcome = plan.deal_day[index], plan.deal_end_day[index], plan.deal_outcome[index]
    reached = len(open_stages) if outcome == WON else 1 + int(draw.random() * len(open_stages))
    if outcome == OPEN and begun < motion.cycle_days / 3:
        reached = min(reached, 2)
    path = [
        stage for order, stage in enumerate(open_stages[:reached]) if order == reached - 1 or not chance(draw, 0.12)
    ]
    if len(path) > 1 and chance(draw, 0.06):
        path[1:1] = [path[1], path[0]]
    if outcome != OPEN and begun - ended > 40 and chance(draw, 0.05):
        path += [lost[0], path[-1]]
    if outcome == OPEN and begun > 60 and chance(draw, 0.05):
        path += [lost[0], path[-1]]
    if outcome != OPEN:
        path.append(won if outcome == WON else lost[0] if chance(draw, 0.8) else lost[-1])
    last = ended if outcome != OPEN else max(1, int(begun * draw.random() ** 2))
    between = sorted((last + int((begun - last) * draw.random()) for _ in range(len(path) - 2)), reverse=True)
    days = [begun, *between, last][: len(path)]
    return _in_order([(plan.stamp(max(day, 1), draw), stage) for day, stage in zip(days, path, strict=True)])


def _currency(plan: Plan, company: int) -> str:
    if company < 0:
        return plan.profile.currency
    country = plan.profile.cities[company_city(plan, company)][3]
    return plan.profile.country_currency.get(country, plan.profile.currency)


def _people(plan: Plan, company: int, contact: int, draw: Random) -> list[int]:
    if contact < 0:
        return []
    others = [one for one in plan.contacts_of(company) if one != contact]
    if not others or chance(draw, 0.55):
        return [contact]
    more = pick(draw, others)
    return [contact] if plan.contact_kind[more] else [contact, more]


def _name(plan: Plan, index: int, company: int, motion: Motion, draw: Random) -> str:
    year = day_text(plan.today - plan.deal_day[index])[:4]
    what = pick(draw, motion.names).format(year=year)
    return f"{company_name(plan, company)} - {what}" if company >= 0 else what


def _amounts(
    plan: Plan, company: int, currency: str, moves: list[tuple[int, str]], motion: Motion, draw: Random
) -> list[tuple[int, str]]:
    employees = company_size(plan, company) if company >= 0 else 30
    worth = 900.0 * employees**0.55 * draw.lognormvariate(0.0, 0.55) * plan.profile.amount_factor
    rate = float(plan.profile.rates[currency][1]) if currency in plan.profile.rates else 1.0
    step = 50 if worth / rate < 20_000 else 500
    first = max(step, round(worth / rate / step) * step)
    start, last = moves[0][0], moves[-1][0]
    luck = draw.random()
    if luck < 0.07:
        return [(start, "")]
    if luck < 0.12:
        return [(start, ""), (start + (last - start) // 3, str(first))] if last > start else [(start, str(first))]
    if luck < 0.38 and last > start:
        second = max(step, round(first * (0.7 + 0.7 * draw.random()) / step) * step)
        if second != first:
            return [(start, str(first)), (start + (last - start) // 2, str(second))]
    cents = ".50" if chance(draw, 0.04) else ""
    return [(start, f"{first}{cents}")]


def _close_dates(
    plan: Plan, moves: list[tuple[int, str]], outcome: int, motion: Motion, draw: Random
) -> list[tuple[int, str]]:
    start, last = moves[0][0], moves[-1][0]
    if outcome == OPEN and chance(draw, 0.04):
        return [(start, "")]
    begun = plan.today - start // DAY_MS
    planned = begun - int(motion.cycle_days * (0.7 + 0.7 * draw.random())) - 5
    dates = [(start, iso(_closing(plan, planned)))]
    end = last // DAY_MS if outcome != OPEN else plan.today
    careful = 0.62 if outcome == OPEN else 0.82
    while plan.today - planned < end and len(dates) < 6 and chance(draw, careful):
        noticed = _closing(plan, planned) - 40 * MINUTE_MS
        planned -= 20 + int(draw.random() * 40)
        dates.append((noticed, iso(_closing(plan, planned))))
    if outcome != OPEN:
        dates = [(at_ms, value) for at_ms, value in dates if at_ms < last]
        dates.append((last, iso(last)))
    return dates if dates[0][0] == start else [(start, dates[-1][1])]


def _owners(plan: Plan, company: int, moves: list[tuple[int, str]], draw: Random) -> list[tuple[int, int]]:
    start, last = moves[0][0], moves[-1][0]
    begun = plan.today - start // DAY_MS
    active = plan.active[begun]
    usual = plan.company_owner[company] if company >= 0 else -1
    owner = plan.person(usual if usual in active else pick(draw, active))
    luck = draw.random()
    if luck < 0.03:
        return [(start, 0)]
    if luck < 0.13 and last > start:
        other = plan.person(pick(draw, active))
        if other is not owner:
            return [(start, owner.id), (start + (last - start) * 2 // 3, other.id)]
    return [(start, owner.id)]


def _extra(outcome: int, moves: list[tuple[int, str]], motion: Motion, draw: Random) -> dict[str, str]:
    shares = {stage: float(share) for stage, _, share in motion.stages}
    extra = {"hs_analytics_source": pick(draw, _SOURCES), "hs_priority": pick(draw, _PRIORITIES)}
    if outcome == LOST and not chance(draw, 0.25):
        extra["closed_lost_reason"] = pick(draw, LOST_REASONS)
    if outcome == WON and chance(draw, 0.3):
        extra["closed_won_reason"] = "Best fit for the process"
    if outcome == OPEN:
        share = shares[moves[-1][1]]
        if chance(draw, 0.55):
            extra["hs_next_step"] = pick(draw, _NEXT_STEPS)
        if not chance(draw, 0.2):
            extra["hs_manual_forecast_category"] = (
                "COMMIT" if share > 0.85 else "BEST_CASE" if share > 0.55 else "PIPELINE"
            )
            extra["hs_forecast_probability"] = str(round(min(0.95, share * (0.8 + 0.4 * draw.random())), 2))
        elif chance(draw, 0.3):
            extra["hs_manual_forecast_category"] = "OMIT"
    return extra

"""Campaigns with their visits, touches, deals, assets, budget and spend, and marketing emails with hourly statistics.

Only an account that bought Marketing Professional has any. What a campaign reports is made from touches of real contacts and
real deals of the portal, so counts, people and money agree; a deal's share by attribution model follows the usual rules from
where the campaign's touch stood among all touches of the deal (how HubSpot weighs in detail is [U]).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.generate.deals import course_of
from hubspot_skill.sandbox.generate.draw import DAY_MS, HOUR_MS, chance, day_text, slug, stream_base
from hubspot_skill.sandbox.generate.ids import contact_id, deal_id
from hubspot_skill.sandbox.generate.plan import ARCHIVED
from hubspot_skill.sandbox.generate.stories import LOST, WON
from hubspot_skill.sandbox.seed import (
    CampaignAmountSeed,
    CampaignAssetSeed,
    CampaignDealSeed,
    CampaignSeed,
    CampaignTouchSeed,
    EmailCountsSeed,
    MarketingEmailSeed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = ["attribution_shares", "campaigns_of", "marketing_emails_of"]


@dataclass(frozen=True, slots=True)
class _Idea:
    """A campaign in a line; days are counted back from now, a negative end is still to come."""

    name: str
    start: int
    end: int
    status: str
    goal: str
    budget: int
    assets: tuple[tuple[str, str], ...] = field(default=())


_IDEAS = (
    _Idea(
        "Product launch",
        240,
        180,
        "completed",
        "200 demo requests",
        24_000,
        (("LANDING_PAGE", "Launch page"), ("FORM", "Demo request")),
    ),
    _Idea(
        "Automation webinar",
        160,
        130,
        "completed",
        "120 registrations",
        6_000,
        (("FORM", "Webinar registration"), ("LANDING_PAGE", "Webinar page")),
    ),
    _Idea(
        "Customer stories",
        330,
        -40,
        "in_progress",
        "",
        4_500,
        (("BLOG_POST", "Tidewater Robotics counts faster"), ("BLOG_POST", "A hotel group opens its books")),
    ),
    _Idea(
        "Trade fair",
        75,
        61,
        "completed",
        "80 conversations",
        18_000,
        (("MARKETING_EVENT", "Stand 4.120"), ("OBJECT_LIST", "Visitors of the trade fair")),
    ),
    _Idea("Renewal season", 50, -30, "active", "90 % renewed", 3_000, (("CTA", "Talk to us early"),)),
    _Idea(
        "Search ads",
        52,
        -38,
        "active",
        "",
        30_000,
        (("AD_CAMPAIGN", "Brand"), ("AD_CAMPAIGN", "Category"), ("LANDING_PAGE", "Compare plans")),
    ),
    _Idea("Partner newsletter", 120, -120, "paused", "", 0),
    _Idea("New customers offer", -25, -70, "planned", "50 new customers", 12_000),
)

_HOURS = ((0, 30), (1, 22), (2, 12), (3, 8), (5, 7), (8, 6), (24, 8), (30, 4), (48, 2), (72, 1))
"""When people open: hours after sending and how many of a hundred."""


def campaigns_of(plan: Plan) -> list[CampaignSeed]:
    """Return the campaigns of a portal; none without Marketing Professional."""
    if "marketing_pro" not in plan.profile.products:
        return []
    first_touched: set[int] = set()
    deals_by_contact: dict[int, list[int]] = {}
    for deal, contact in enumerate(plan.deal_contact):
        deals_by_contact.setdefault(contact, []).append(deal)
    return [_campaign(plan, order, idea, first_touched, deals_by_contact) for order, idea in enumerate(_IDEAS)]


def marketing_emails_of(plan: Plan) -> list[MarketingEmailSeed]:
    """Return the marketing emails of a portal: two for most campaigns, a monthly newsletter, a draft and an archived one."""
    if "marketing_pro" not in plan.profile.products:
        return []
    emails: list[MarketingEmailSeed] = []
    for order, idea in enumerate(_IDEAS):
        if idea.start > 0 and idea.budget:
            emails.append(_email(plan, len(emails), f"{idea.name}: invitation", idea.start - 1, order))
            if idea.start > 20:
                emails.append(_email(plan, len(emails), f"{idea.name}: reminder", idea.start - 12, order))
    for months in range(12, 0, -1):
        month = day_text(plan.today - 30 * months)[:7]
        emails.append(_email(plan, len(emails), f"Newsletter {month}", 30 * months - 2, None, archived=months == 12))
    emails.append(_email(plan, len(emails), "Newsletter of next month", None, None))
    return emails


def attribution_shares(place: int, total: int) -> dict[str, str]:
    """Return which share of a deal one touch gets by each model, for the touch at `place` (0 first) of `total`.

    The shares of all places add up to 1 in every model, up to rounding.
    """
    first, last = place == 0, place == total - 1
    lead, created = total // 3, total * 2 // 3
    weights = [2.0 ** (-(total - 1 - each) / 2) for each in range(total)]
    shares = {
        "LINEAR": 1 / total,
        "FIRST_INTERACTION": float(first),
        "LAST_INTERACTION": float(last),
        "U_SHAPED": _shaped(place, total, {0: 0.4, total - 1: 0.4}),
        "W_SHAPED": _shaped(place, total, {0: 0.3, lead: 0.3, total - 1: 0.3}),
        "FULL_PATH": _shaped(place, total, {0: 0.225, lead: 0.225, created: 0.225, total - 1: 0.225}),
        "TIME_DECAY": weights[place] / sum(weights),
        "J_SHAPED": _shaped(place, total, {0: 0.2, total - 1: 0.6}),
        "INVERSE_J_SHAPED": _shaped(place, total, {0: 0.6, total - 1: 0.2}),
    }
    return {model: f"{share:.6f}" for model, share in shares.items()}


def _shaped(place: int, total: int, heavy: Mapping[int, float]) -> float:
    """Return a place's share where some places are heavy and the others divide the rest; without others the heavy ones do."""
    rest = 1 - sum(heavy.values())
    others = total - len(heavy)
    if others:
        return heavy.get(place, rest / others)
    return heavy[place] / sum(heavy.values())


def _campaign(
    plan: Plan, order: int, idea: _Idea, first_touched: set[int], deals_by_contact: dict[int, list[int]]
) -> CampaignSeed:
    draw = plan.draws("campaigns", order)
    guid = _guid(plan, order)
    start, end = plan.today - idea.start, plan.today - idea.end
    created = min(start * DAY_MS - 14 * DAY_MS, plan.today_ms - 20 * DAY_MS) + 9 * HOUR_MS
    owner = plan.profile.people[order % 4]
    properties = {
        "hs_name": idea.name,
        "hs_start_date": day_text(start),
        "hs_end_date": day_text(end),
        "hs_campaign_status": idea.status,
        "hs_currency_code": plan.profile.currency,
        "hs_goal": idea.goal,
        "hs_audience": "Operations and finance in companies of 50 and more" if order % 2 == 0 else "",
        "hs_notes": "",
        "hs_owner": str(owner.id),
        "hs_utm": slug(idea.name),
        "hs_color_hex": ("#4f6bed", "#c2410c", "#15803d", "#a21caf")[order % 4],
        "hs_created_by_user_id": str(owner.user_id),
        "hs_object_id": str(90_210_001 + order * 7),
    }
    touches = tuple(_touches(plan, idea, draw, first_touched)) if idea.start > 0 else ()
    sent = plan.today - max(idea.end, 1)
    sessions = {day_text(day): len(touches) // 8 + int(30 * draw.random()) for day in range(start, sent + 1)}
    return CampaignSeed(
        id=guid,
        properties={name: value for name, value in properties.items() if value},
        created_ms=created,
        updated_ms=min(plan.today_ms - DAY_MS, max(created, (sent + 1) * DAY_MS)),
        assets=tuple(_assets(idea, order, draw, touched=bool(touches))),
        budget=tuple(_amounts(idea, order, created, draw, spent=False)),
        spend=tuple(_amounts(idea, order, created, draw, spent=True)) if idea.start > 0 else (),
        sessions=sessions,
        touches=touches,
        deals=tuple(_deals(plan, touches, deals_by_contact, draw)),
    )


def _touches(plan: Plan, idea: _Idea, draw: Random, first_touched: set[int]) -> Iterator[CampaignTouchSeed]:
    wanted = min(250, plan.size // 8)
    seen: set[int] = set()
    for _ in range(wanted):
        index = int(draw.random() * plan.size)
        luck = draw.random()
        latest = max(idea.end, 1)
        begun = min(plan.contact_day[index], idea.start)
        if index in seen or plan.contact_kind[index] == ARCHIVED or begun <= latest:
            continue
        seen.add(index)
        days = latest + int((begun - latest) * luck)
        at_ms = plan.today_ms - days * DAY_MS + int(luck * 997) * 60_000 % DAY_MS - DAY_MS
        first = index not in first_touched and plan.contact_day[index] <= idea.start
        if first:
            first_touched.add(index)
        yield CampaignTouchSeed(contact_id(index), at_ms, first, chance(draw, 0.3))


def _deals(
    plan: Plan, touches: tuple[CampaignTouchSeed, ...], deals_by_contact: dict[int, list[int]], draw: Random
) -> Iterator[CampaignDealSeed]:
    touched = {touch.contact_id: touch.at_ms for touch in touches}
    for contact, deals in deals_by_contact.items():
        at_ms = touched.get(contact_id(contact)) if contact >= 0 else None
        if at_ms is None:
            continue
        for deal in deals:
            course = course_of(plan, deal)
            closed = course.moves[-1][0] if course.outcome in {WON, LOST} else plan.today_ms
            if closed < at_ms or not course.amounts[-1][1]:
                continue
            total = 1 + int(draw.expovariate(0.4))
            worths = plan.profile.rates.get(course.currency, ("1", "1"))
            home = float(course.amounts[-1][1]) * float(worths[1])
            won_ms = closed if course.outcome == WON else None
            shares = attribution_shares(int(draw.random() * total), total)
            yield CampaignDealSeed(deal_id(deal), f"{home:.2f}", course.created_ms, won_ms, shares)


def _assets(idea: _Idea, order: int, draw: Random, *, touched: bool) -> Iterator[CampaignAssetSeed]:
    for place, (kind, name) in enumerate(idea.assets):
        views = int(400 + 3_000 * draw.random()) if touched else 0
        metrics = {"VIEWS": views, "SUBMISSIONS": views // 25} if kind in {"FORM", "LANDING_PAGE"} else {"VIEWS": views}
        yield CampaignAssetSeed(kind, str(180_000_001 + order * 100 + place), name, metrics)
    if idea.start > 0 and idea.budget:
        yield CampaignAssetSeed("MARKETING_EMAIL", str(_EMAIL_IDS + order * 2), f"{idea.name}: invitation")


def _amounts(idea: _Idea, order: int, created: int, draw: Random, *, spent: bool) -> Iterator[CampaignAmountSeed]:
    for place, (name, share) in enumerate((("Media", 60), ("Production", 30), ("Other", 10))):
        amount = idea.budget * share // 100
        if spent:
            amount = int(amount * (0.5 + 0.6 * draw.random()))
        if amount:
            item = 7_000_001 + order * 20 + place + (10 if spent else 0)
            yield CampaignAmountSeed(item, name, str(amount), place, "", created, created)


_EMAIL_IDS = 120_400_001


def _email(
    plan: Plan, order: int, name: str, days_ago: int | None, campaign: int | None, *, archived: bool = False
) -> MarketingEmailSeed:
    draw = plan.draws("marketing emails", order)
    at_ms = (plan.today - days_ago) * DAY_MS + 14 * HOUR_MS if days_ago and days_ago > 0 else None
    created = (at_ms or plan.today_ms) - 4 * DAY_MS
    counts = tuple(_counts(plan, at_ms, draw)) if at_ms else ()
    opens = sum(each.counters.get("open", 0) for each in counts)
    clicks = sum(each.counters.get("click", 0) for each in counts)
    return MarketingEmailSeed(
        id=str(_EMAIL_IDS + order),
        name=name,
        subject=name.split(": ")[0],
        type="BATCH_EMAIL",
        state="PUBLISHED" if at_ms else "DRAFT",
        from_name=plan.profile.company,
        reply_to=f"news@{plan.profile.web_domain}",
        language="en",
        created_ms=created,
        updated_ms=at_ms or created,
        publish_ms=at_ms,
        campaign_id=_guid(plan, campaign) if campaign is not None else None,
        archived=archived,
        counts=counts,
        opens_by_device={"computer": opens - opens * 4 // 10, "mobile": opens * 4 // 10, "unknown": 0},
        clicks_by_device={"computer": clicks - clicks * 3 // 10, "mobile": clicks * 3 // 10, "unknown": 0},
    )


def _counts(plan: Plan, at_ms: int, draw: Random) -> Iterator[EmailCountsSeed]:
    """Yield what happened by hour; every sum keeps sent = delivered + bounces, and opens and clicks within delivered."""
    selected = max(50, int(plan.size * (0.3 + 0.4 * draw.random())))
    suppressed = int(selected * 0.04)
    sent = selected - suppressed
    hard, soft = int(sent * 0.006), int(sent * 0.012)
    delivered = sent - hard - soft
    opened = int(delivered * (0.18 + 0.22 * draw.random()))
    clicked = int(opened * (0.06 + 0.14 * draw.random()))
    lost = int(delivered * 0.004)
    yield EmailCountsSeed(
        at_ms,
        {
            "selected": selected,
            "suppressed": suppressed,
            "sent": sent,
            "delivered": delivered,
            "bounce": hard + soft,
            "hardbounced": hard,
            "softbounced": soft,
            "notsent": suppressed,
            "dropped": 0,
            "pending": 0,
        },
    )
    left = {
        "open": opened,
        "click": clicked,
        "unsubscribed": lost,
        "spamreport": lost // 5,
        "contactslost": lost + lost // 5,
    }
    whole = dict(left)
    for place, (hours, share) in enumerate(_HOURS):
        last = place == len(_HOURS) - 1
        part = {name: left[name] if last else whole[name] * share // 100 for name in whole}
        left = {name: left[name] - part[name] for name in left}
        if at_ms + hours * HOUR_MS < plan.today_ms:
            yield EmailCountsSeed(at_ms + hours * HOUR_MS, part)


def _guid(plan: Plan, order: int) -> str:
    number = stream_base(plan.profile.name, "campaign", order) << 64 | stream_base("campaign", order, plan.profile.name)
    return str(uuid.UUID(int=number, version=4))

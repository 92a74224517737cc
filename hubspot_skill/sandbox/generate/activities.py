"""Notes, calls, tasks, meetings and emails: on deals, between their beginning and end; on contacts, now and then.

How many there are is thinned by `Plan.activity_share`. Open deals may have something to come, an overdue task, or nothing
at all; a deal whose stage has not moved for long has no late activity either, so it is stalled by every measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.catalogue.activities import CALL_DISPOSITIONS
from hubspot_skill.sandbox.generate.contacts import contact_email, contact_name
from hubspot_skill.sandbox.generate.draw import DAY_MS, HOUR_MS, MINUTE_MS, chance, iso, pick, spread
from hubspot_skill.sandbox.generate.ids import ACTIVITY_SLOTS, activity_id, company_id, contact_id, deal_id
from hubspot_skill.sandbox.generate.phrases import PHRASES
from hubspot_skill.sandbox.generate.plan import PLAIN
from hubspot_skill.sandbox.generate.stories import OPEN
from hubspot_skill.sandbox.seed import SeedLink, SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from hubspot_skill.sandbox.generate.deals import DealCourse
    from hubspot_skill.sandbox.generate.phrases import Phrases
    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = ["Activity", "activities_of_contact", "activities_of_deal", "activity_links", "activity_record"]

_KINDS = spread({"calls": 5, "emails": 8, "meetings": 3, "notes": 4, "tasks": 3})
_OUTCOMES = {option.label: option.value for option in CALL_DISPOSITIONS}
_TYPE_IDS = {
    "notes": (202, 190, 214),
    "tasks": (204, 192, 216),
    "calls": (194, 182, 206),
    "meetings": (200, 188, 212),
    "emails": (198, 186, 210),
}
_MIX = 0x9E3779B1


@dataclass(slots=True)
class Activity:
    """One activity: when it was entered, when it happened or is due, and what it is about (-1 for nothing)."""

    kind: str
    id: int
    created_ms: int
    at_ms: int
    owner: int
    contact: int
    company: int
    deal: int
    title: str = ""
    body: str = ""


def activities_of_deal(plan: Plan, course: DealCourse) -> Iterator[Activity]:
    """Yield the activities on a deal."""
    index = course.index
    told = list(_told(plan, course))
    yield from told
    if told or _is_story(plan, index):
        return
    draw = plan.draws("deal activities", index)
    start, last = course.moves[0][0], course.moves[-1][0]
    end = last if course.outcome != OPEN else min(plan.today_ms - HOUR_MS, last + int(24 * DAY_MS * draw.random()))
    count = min(ACTIVITY_SLOTS - 3, int((1 + draw.expovariate(0.22)) * plan.activity_share + draw.random()))
    times = sorted(start + int((end - start) * draw.random()) for _ in range(count))
    for slot, at_ms in enumerate(times):
        yield _about(plan, course, pick(draw, _KINDS), slot, at_ms, at_ms)
    if course.outcome == OPEN and chance(draw, 0.5):
        kind = "meetings" if chance(draw, 0.4) else "tasks"
        due = plan.today_ms + int((1 + 20 * draw.random()) * DAY_MS) // HOUR_MS * HOUR_MS
        yield _about(plan, course, kind, ACTIVITY_SLOTS - 2, max(start, end - HOUR_MS), due)
    if course.outcome == OPEN and chance(draw, 0.15):
        due = plan.today_ms - int((1 + 12 * draw.random()) * DAY_MS)
        if due > start:
            yield _about(plan, course, "tasks", ACTIVITY_SLOTS - 1, max(start, due - 3 * DAY_MS), due)


def activities_of_contact(plan: Plan, index: int) -> Iterator[Activity]:
    """Yield the activities on a contact that belong to no deal."""
    lucky = (index * _MIX + plan.seed * 7_919 & 0xFFFF_FFFF) % 1_000 < 420 * plan.activity_share
    if not lucky or plan.contact_kind[index] != PLAIN or index < plan.company_start[len(plan.stories)]:
        return
    draw = plan.draws("contact activities", index)
    company = plan.company_of(index)
    owner = plan.person(plan.company_owner[company]) if company >= 0 else pick(draw, plan.profile.people)
    start = (plan.today - plan.contact_day[index] + 1) * DAY_MS
    span = plan.today_ms - start
    for slot in range(1 + int(draw.expovariate(0.9))):
        if slot == ACTIVITY_SLOTS:
            return
        at_ms = start + int(span * draw.random()) - HOUR_MS
        kind = pick(draw, _KINDS)
        yield Activity(kind, activity_id(0, index, slot), at_ms, at_ms, owner.id, index, company, -1)


def activity_record(plan: Plan, activity: Activity) -> SeedRecord:
    """Return the record of an activity."""
    draw = plan.draws("activities", activity.id)
    phrases = PHRASES[plan.profile.name]
    made = _MAKERS[activity.kind](plan, activity, phrases, draw)
    properties = {"hs_timestamp": iso(activity.at_ms), "hubspot_owner_id": str(activity.owner or ""), **made}
    told = {name: value for name, value in properties.items() if value}
    return SeedRecord(activity.kind, activity.id, told, activity.created_ms, activity.created_ms)


def activity_links(activity: Activity) -> Iterator[SeedLink]:
    """Yield the associations of an activity with its contact, company and deal."""
    to_contact, to_company, to_deal = _TYPE_IDS[activity.kind]
    if activity.contact >= 0:
        yield SeedLink(activity.kind, activity.id, "contacts", contact_id(activity.contact), to_contact)
    if activity.company >= 0:
        yield SeedLink(activity.kind, activity.id, "companies", company_id(activity.company), to_company)
    if activity.deal >= 0:
        yield SeedLink(activity.kind, activity.id, "deals", deal_id(activity.deal), to_deal)


def _is_story(plan: Plan, deal: int) -> bool:
    return deal < sum(len(story.deals) for story in plan.stories)


def _told(plan: Plan, course: DealCourse) -> Iterator[Activity]:
    """Yield the activities of a story with its first deal, whichever deals they are about."""
    first = 0
    for company, story in enumerate(plan.stories):
        if first == course.index and story.deals:
            for slot, one in enumerate(story.activities):
                draw = plan.draws("story activities", course.index * ACTIVITY_SLOTS + slot)
                day = plan.today - one.days_ago
                at_ms = plan.stamp(one.days_ago, draw) if one.days_ago > 0 else day * DAY_MS + 15 * HOUR_MS
                created = min(at_ms, plan.today_ms - 6 * HOUR_MS)
                contact = plan.company_start[company] + one.contact
                deal = first + one.deal if one.deal is not None else -1
                yield Activity(
                    one.kind,
                    activity_id(1, course.index, slot),
                    created,
                    at_ms,
                    plan.person(story.owner).id,
                    contact,
                    company,
                    deal,
                    one.title,
                    one.body,
                )
        first += len(story.deals)


def _about(plan: Plan, course: DealCourse, kind: str, slot: int, created_ms: int, at_ms: int) -> Activity:
    owner = next((one for since, one in reversed(course.owners) if since <= created_ms), course.owners[0][1])
    contact = course.contacts[slot % len(course.contacts)] if course.contacts else -1
    return Activity(
        kind, activity_id(1, course.index, slot), created_ms, at_ms, owner, contact, course.company, course.index
    )


def _who(plan: Plan, activity: Activity) -> str:
    return " ".join(contact_name(plan, activity.contact)) if activity.contact >= 0 else "?"


def _note(plan: Plan, activity: Activity, phrases: Phrases, draw: Random) -> dict[str, str]:
    return {"hs_note_body": activity.body or f"<p>{pick(draw, phrases.notes)}</p>"}


def _call(plan: Plan, activity: Activity, phrases: Phrases, draw: Random) -> dict[str, str]:
    reached = bool(activity.body) or chance(draw, 0.7)
    outcome = "Connected" if reached else pick(draw, ("No answer", "Left voicemail", "Busy"))
    return {
        "hs_call_title": activity.title or phrases.call.format(who=_who(plan, activity)),
        "hs_call_body": activity.body or (pick(draw, phrases.notes) if reached else ""),
        "hs_call_direction": "OUTBOUND" if activity.title or chance(draw, 0.75) else "INBOUND",
        "hs_call_status": "COMPLETED" if reached else "NO_ANSWER",
        "hs_call_disposition": _OUTCOMES[outcome],
        "hs_call_duration": str(int((60 + 900 * draw.random()) * 1000)) if reached else "0",
    }


def _meeting(plan: Plan, activity: Activity, phrases: Phrases, draw: Random) -> dict[str, str]:
    past = activity.at_ms < plan.today_ms
    luck = draw.random()
    outcome = ("COMPLETED" if luck < 0.8 else "NO_SHOW" if luck < 0.88 else "") if past else "SCHEDULED"
    return {
        "hs_meeting_title": activity.title or phrases.meeting.format(who=_who(plan, activity)),
        "hs_meeting_body": activity.body or pick(draw, phrases.notes),
        "hs_meeting_start_time": iso(activity.at_ms),
        "hs_meeting_end_time": iso(activity.at_ms + pick(draw, (30, 45, 60)) * MINUTE_MS),
        "hs_meeting_outcome": outcome,
    }


def _task(plan: Plan, activity: Activity, phrases: Phrases, draw: Random) -> dict[str, str]:
    pending = activity.at_ms != activity.created_ms
    made = {
        "hs_task_subject": activity.title or pick(draw, phrases.tasks).format(who=_who(plan, activity)),
        "hs_task_body": activity.body,
        "hs_task_status": "NOT_STARTED" if pending else "COMPLETED",
        "hs_task_priority": pick(draw, ("NONE", "LOW", "MEDIUM", "HIGH")),
        "hs_task_type": pick(draw, ("TODO", "CALL", "EMAIL")),
    }
    return made if pending else {**made, "hs_task_completion_date": iso(activity.at_ms), "hs_task_is_completed": "true"}


def _email(plan: Plan, activity: Activity, phrases: Phrases, draw: Random) -> dict[str, str]:
    inbound = not activity.title and chance(draw, 0.35)
    theirs = contact_email(plan, activity.contact) if activity.contact >= 0 else ""
    seller = next((one for one in plan.profile.people if one.id == activity.owner), plan.profile.people[0])
    ours = seller.email(plan.profile.web_domain)
    sender, receiver = (theirs, ours) if inbound else (ours, theirs)
    headers = f'{{"from":{{"email":"{sender}"}},"to":[{{"email":"{receiver}"}}]}}' if theirs else ""
    opens = 0 if inbound else int(draw.expovariate(0.7))
    return {
        "hs_email_subject": activity.title or pick(draw, phrases.subjects),
        "hs_email_text": activity.body or pick(draw, phrases.notes),
        "hs_email_direction": "INCOMING_EMAIL" if inbound else "EMAIL",
        "hs_email_status": "SENT" if inbound or not chance(draw, 0.02) else "BOUNCED",
        "hs_email_headers": headers,
        "hs_email_open_count": str(opens) if opens else "",
    }


_MAKERS = {"notes": _note, "calls": _call, "meetings": _meeting, "tasks": _task, "emails": _email}

"""The outline of a generated portal: how many of what, who belongs to whom, and on which day things began and ended.

The outline is a handful of compact arrays, drawn once; every record is then made from it alone, in any order.
Days are counted back from the portal's day: 1 is yesterday. Companies and deals are in order of their beginning, oldest
first, after the few of the stories, which come first and are the same at every size.

Sizes: `size` contacts, 30 % as many companies and deals each, 10 % tickets, 8 % custom records. Activities are thinned
as the portal grows: `activity_share` is 1 up to 5,000 contacts and falls with the root of the size beyond, so 100,000
contacts have 22 % as many activities per deal and contact as a small portal, the latest ones of each.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.generate.draw import DAY_MS, HOUR_MS, MINUTE_MS, Stream, chance, pick, stream_base
from hubspot_skill.sandbox.generate.profiles import Person, Profile
from hubspot_skill.sandbox.generate.stories import LOST, OPEN, WON, Story, stories_of

if TYPE_CHECKING:
    from hubspot_skill.sandbox.generate.deals import DealCourse

__all__ = ["ARCHIVED", "DUPLICATE", "MERGED", "MINIMUM_SIZE", "NO_EMAIL", "PLAIN", "Plan", "make_plan"]

MINIMUM_SIZE = 100
"""The least number of contacts: room for the stories and something round them."""

ACCOUNT_DAYS = 1_500
"""How long ago the account was opened."""

PLAIN, NO_EMAIL, DUPLICATE, MERGED, ARCHIVED = 0, 1, 2, 3, 4

_THURSDAY = 3
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The outline of one portal; see the module for what its arrays mean."""

    profile: Profile
    size: int
    seed: int
    now: datetime
    today: int
    """The portal's day, in days since 1970."""
    stories: tuple[Story, ...]
    company_start: array[int]
    """By company: its first contact; one more entry than companies."""
    contact_company: array[int]
    """By contact: its company, -1 for none."""
    company_day: array[int]
    company_owner: array[int]
    company_double: bytearray
    """1 where a company was entered a second time under a slightly other name."""
    company_parent: array[int]
    first_deal_day: array[int]
    first_won_day: array[int]
    contact_day: array[int]
    contact_kind: bytearray
    deal_contact: array[int]
    deal_motion: bytearray
    deal_day: array[int]
    deal_end_day: array[int]
    deal_outcome: bytearray
    active: list[list[int]]
    """By days ago: who worked in the account then."""
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])
    courses: dict[int, DealCourse] = field(default_factory=dict[int, "DealCourse"])
    """What happened to each deal, once worked out; kept only where deals are few enough (see `deals`)."""

    @property
    def companies(self) -> int:
        """How many companies there are."""
        return len(self.company_day)

    @property
    def deals(self) -> int:
        """How many deals there are."""
        return len(self.deal_day)

    @property
    def tickets(self) -> int:
        """How many tickets there are."""
        return self.size // 10

    @property
    def custom_records(self) -> int:
        """How many records of the custom type there are."""
        return self.size * 8 // 100

    @property
    def activity_share(self) -> float:
        """How dense activities are, 1 in a small portal."""
        return min(1.0, (5_000 / self.size) ** 0.5)

    @property
    def today_ms(self) -> int:
        """The first moment of the portal's day in UTC; nothing that has happened is later."""
        return self.today * DAY_MS

    @property
    def account_ms(self) -> int:
        """When the account was opened."""
        return (self.today - ACCOUNT_DAYS) * DAY_MS + 9 * HOUR_MS

    def draws(self, kind: str, index: int) -> Random:
        """Return the draws of one thing of a kind."""
        stream = self.streams.get(kind)
        if stream is None:
            stream = self.streams[kind] = Stream(self.profile.name, self.seed, kind)
        return stream.at(index)

    def company_of(self, contact: int) -> int:
        """Return the company of a contact, -1 if it has none."""
        return self.contact_company[contact] if contact >= 0 else -1

    def contacts_of(self, company: int) -> range:
        """Return the contacts of a company."""
        return range(self.company_start[company], self.company_start[company + 1])

    def person(self, index: int) -> Person:
        """Return one of the account's users."""
        return self.profile.people[index]

    def stamp(self, days_ago: int, draw: Random) -> int:
        """Return a moment in office hours of that day, or of the Friday before if it is a week-end."""
        day = workday(self.today - days_ago)
        opening = day * DAY_MS + (8 - self.profile.utc_offset_hours) * HOUR_MS
        return opening + int(draw.random() * 570 * MINUTE_MS)


def workday(day: int) -> int:
    """Return the day itself, or the Friday before it; day 0 (1970-01-01) was a Thursday."""
    weekday = (day + _THURSDAY) % 7
    return day - (weekday - _SATURDAY + 1) if weekday >= _SATURDAY else day


def make_plan(profile: Profile, *, size: int, seed: int, now: datetime) -> Plan:
    """Draw the outline of a portal of `size` contacts.

    Raises `ValueError` for a size below `MINIMUM_SIZE` or a time without a zone.
    """
    if size < MINIMUM_SIZE:
        raise ValueError(f"size {size} is too small: a generated portal has at least {MINIMUM_SIZE} contacts")
    if now.tzinfo is None:
        raise ValueError(f"now {now.isoformat()} has no time zone")
    today = (now.astimezone(UTC).date() - date(1970, 1, 1)).days
    stories = stories_of(profile.name)
    companies = max(len(stories) + 1, size * 3 // 10)
    draw = Random(stream_base(profile.name, seed, "plan"))  # noqa: S311 - believable data, not secrets
    start = _starts(stories, companies, size, draw)
    company_day = _company_days(stories, companies, draw)
    contact_day = _contact_days(stories, start, company_day, size, draw)
    deals = _Deals(profile, stories, start, company_day, contact_day, draw)
    active = _active_people(profile)
    company_owner = _company_owners(stories, company_day, active, draw)
    deals.draw_all(size * 3 // 10, company_owner)
    double = _doubles(len(stories), companies, deals.first_deal_day, draw)
    return Plan(
        profile=profile,
        size=size,
        seed=seed,
        now=now,
        today=today,
        stories=stories,
        company_start=start,
        contact_company=_companies_of(start, size),
        company_day=company_day,
        company_owner=company_owner,
        company_double=double,
        company_parent=_parents(len(stories), companies, double, draw),
        first_deal_day=deals.first_deal_day,
        first_won_day=deals.first_won_day,
        contact_day=contact_day,
        contact_kind=_contact_kinds(start, len(stories), size, set(deals.contact), draw),
        deal_contact=deals.contact,
        deal_motion=deals.motion,
        deal_day=deals.day,
        deal_end_day=deals.end_day,
        deal_outcome=deals.outcome,
        active=active,
    )


_TEAM_SIZES: tuple[int, ...] = (0, 1, 2, 3, 4, 6, 9, 14, 22)


def _starts(stories: tuple[Story, ...], companies: int, size: int, draw: Random) -> array[int]:
    """Share the contacts out: most companies have one or two, few have many, some none; 6 % of contacts have no company."""
    counts = draw.choices(_TEAM_SIZES, (10, 34, 20, 13, 9, 7, 4, 2, 1), k=companies)
    for order, story in enumerate(stories):
        counts[order] = len(story.contacts)
    spare = size * 94 // 100 - sum(counts)
    first = len(stories)
    while spare:
        for order in range(first, companies):
            if spare > 0:
                counts[order] += 1
                spare -= 1
            elif spare < 0 and counts[order] > 1:
                counts[order] -= 1
                spare += 1
    starts = array("l", [0])
    for count in counts:
        starts.append(starts[-1] + count)
    return starts


def _companies_of(start: array[int], size: int) -> array[int]:
    companies = array("l", [-1]) * size
    for company in range(len(start) - 1):
        for contact in range(start[company], start[company + 1]):
            companies[contact] = company
    return companies


def _company_days(stories: tuple[Story, ...], companies: int, draw: Random) -> array[int]:
    days = sorted(
        (2 + int((ACCOUNT_DAYS - 20) * draw.random() ** 1.4) for _ in range(companies - len(stories))), reverse=True
    )
    return array("h", [*(story.days_ago for story in stories), *days])


def _contact_days(
    stories: tuple[Story, ...], start: array[int], company_day: array[int], size: int, draw: Random
) -> array[int]:
    days = array("h", bytes(2 * size))
    for company, begun in enumerate(company_day):
        for slot, contact in enumerate(range(start[company], start[company + 1])):
            later = company >= len(stories) and slot > 0
            days[contact] = max(1, int(begun * (1 - draw.random() * 0.9))) if later else begun
    for contact in range(start[-1], size):
        days[contact] = 1 + int((ACCOUNT_DAYS - 20) * draw.random() ** 1.4)
    return days


def _active_people(profile: Profile) -> list[list[int]]:
    """Return who worked in the account, by days ago."""
    people = list(enumerate(profile.people))
    return [[order for order, one in people if one.since >= day >= (one.until or 0)] for day in range(ACCOUNT_DAYS + 1)]


def _company_owners(
    stories: tuple[Story, ...], company_day: array[int], active: list[list[int]], draw: Random
) -> array[int]:
    owners = array("b", (pick(draw, active[day]) for day in company_day))
    for order, story in enumerate(stories):
        owners[order] = story.owner
    return owners


def _doubles(first: int, companies: int, first_deal_day: array[int], draw: Random) -> bytearray:
    """Mark 3 % of companies as entered twice: the company before them is the same one; neither of a pair is marked again."""
    double = bytearray(companies)
    for order in range(first + 1, companies):
        double[order] = not double[order - 1] and not first_deal_day[order] and chance(draw, 0.06)
    return double


def _parents(first: int, companies: int, double: bytearray, draw: Random) -> array[int]:
    parents = array("l", [-1]) * companies
    for order in range(first + 20, companies):
        if chance(draw, 0.04) and not double[order]:
            parent = first + int(draw.random() * (order - first))
            if not double[parent] and parents[parent] < 0:
                parents[order] = parent
    return parents


def _contact_kinds(start: array[int], stories: int, size: int, on_deals: set[int], draw: Random) -> bytearray:
    """Mark what is odd about a contact; nothing is odd about a company's first contact or one that a deal names."""
    kinds = bytearray(size)
    firsts = set(start)
    for contact in range(start[stories], size):
        luck = draw.random()
        if contact in on_deals or contact in firsts:
            kinds[contact] = MERGED if luck < 0.01 else PLAIN
        elif luck < 0.02 and contact < start[-1]:
            kinds[contact] = DUPLICATE
        elif luck < 0.05:
            kinds[contact] = NO_EMAIL
        elif luck < 0.07:
            kinds[contact] = ARCHIVED
    return kinds


class _Deals:
    """Draws the outline of all deals, oldest first, so that a renewal follows a deal that was won."""

    def __init__(
        self,
        profile: Profile,
        stories: tuple[Story, ...],
        start: array[int],
        company_day: array[int],
        contact_day: array[int],
        draw: Random,
    ) -> None:
        self._profile = profile
        self._stories = stories
        self._start = start
        self._company_day = company_day
        self._contact_day = contact_day
        self._random = draw
        self.contact = array("l")
        self.motion = bytearray()
        self.day = array("h")
        self.end_day = array("h")
        self.outcome = bytearray()
        self.first_deal_day = array("h", bytes(2 * len(company_day)))
        self.first_won_day = array("h", bytes(2 * len(company_day)))

    def draw_all(self, count: int, company_owner: array[int]) -> None:
        for company, story in enumerate(self._stories):
            for deal in story.deals:
                contact = self._start[company] + deal.contacts[0]
                self._add(
                    contact, company, self._motion_of(deal.pipeline), deal.moves[0][0], deal.moves[-1][0], deal.outcome
                )
        draw = self._random
        days = sorted(
            (1 + int((ACCOUNT_DAYS - 60) * draw.random() ** 1.6) for _ in range(count - len(self.day))), reverse=True
        )
        bound = len(self._stories)
        for day in days:
            while bound < len(self._company_day) and self._company_day[bound] >= day:
                bound += 1
            self._draw_one(day, bound, company_owner)

    def _motion_of(self, pipeline: str) -> int:
        return next(order for order, motion in enumerate(self._profile.motions) if motion.pipeline_id == pipeline)

    def _draw_one(self, day: int, bound: int, company_owner: array[int]) -> None:
        draw = self._random
        low, high = self._start[len(self._stories)], self._start[bound]
        contact = low + int(draw.random() * (high - low)) if high > low and not chance(draw, 0.04) else -1
        company = bisect_right(self._start, contact) - 1 if contact >= 0 else -1
        if contact >= 0 and (self._contact_day[contact] < day or chance(draw, 0.5)):
            contact = self._start[company]
        later = 1 if company >= 0 and self.first_won_day[company] > day else 0
        again = bool(later) and chance(draw, 0.75)
        motion = self._profile.motions[1 if again else 0]
        skill = self._profile.people[company_owner[company]].skill if company >= 0 else 0.0
        cycle = motion.cycle_days * draw.lognormvariate(0.0, 0.6) + 3
        if chance(draw, 0.12) and day < 420:
            cycle = float(ACCOUNT_DAYS)
        won = chance(draw, motion.win_share + skill)
        end = day - int(cycle if won else cycle * 0.8)
        outcome = OPEN if end < 1 else WON if won else LOST
        self._add(contact, company, int(again), day, max(end, 0), outcome)

    def _add(self, contact: int, company: int, motion: int, day: int, end: int, outcome: int) -> None:
        self.contact.append(contact)
        self.motion.append(motion)
        self.day.append(day)
        self.end_day.append(end if outcome != OPEN else 0)
        self.outcome.append(outcome)
        if company >= 0:
            self.first_deal_day[company] = max(self.first_deal_day[company], day)
            if outcome == WON:
                self.first_won_day[company] = max(self.first_won_day[company], end)

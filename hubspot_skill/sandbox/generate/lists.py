"""Lists of the generated portals: dynamic ones whose members fit their filter, a manual one and a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.generate.contacts import contact_stages
from hubspot_skill.sandbox.generate.draw import DAY_MS, chance
from hubspot_skill.sandbox.generate.ids import contact_id, deal_id
from hubspot_skill.sandbox.generate.plan import ARCHIVED
from hubspot_skill.sandbox.generate.stories import OPEN
from hubspot_skill.sandbox.seed import ListSeed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = ["lists_of"]

_FULL_SCAN = 20_000
"""Up to this size every contact is looked at for the list of customers; a larger portal does without that list."""


def lists_of(plan: Plan) -> list[ListSeed]:
    """Return the lists of a portal; at more than 20,000 contacts there is no list of customers."""
    made = plan.account_ms + 30 * DAY_MS
    user = plan.profile.user
    half_year = plan.today_ms - 180 * DAY_MS
    manual = tuple(_some(plan, "fair", 40))
    snapshot = tuple(_some(plan, "mailing", 120))
    lists = [
        ListSeed(101, "Visitors of the trade fair", "0-1", "MANUAL", half_year, half_year, user, manual),
        ListSeed(102, "Mailing by post", "0-1", "SNAPSHOT", half_year, half_year, user, snapshot),
        ListSeed(
            103,
            "Open deals",
            "0-3",
            "DYNAMIC",
            made,
            made,
            user,
            tuple(_open_deals(plan)),
            _filter("hs_is_closed", "BOOL", {"operator": "IS", "value": False}),
        ),
    ]
    if plan.size <= _FULL_SCAN:
        only = {"operator": "IS_ANY_OF", "values": ["customer"]}
        customers = tuple(_customers(plan))
        lists.append(
            ListSeed(
                104,
                "Customers",
                "0-1",
                "DYNAMIC",
                made,
                made,
                user,
                customers,
                _filter("lifecyclestage", "ENUMERATION", only),
            )
        )
    return lists


def _some(plan: Plan, name: str, count: int) -> Iterator[tuple[int, int]]:
    draw = plan.draws("lists", len(name))
    joined = plan.today_ms - 180 * DAY_MS
    old = [
        index
        for index in range(min(plan.size, 4_000))
        if plan.contact_day[index] > 180 and plan.contact_kind[index] != ARCHIVED
    ]
    for index in old:
        if chance(draw, min(1.0, count / len(old))):
            yield contact_id(index), joined


def _open_deals(plan: Plan) -> Iterator[tuple[int, int]]:
    for index, outcome in enumerate(plan.deal_outcome):
        if outcome == OPEN:
            yield deal_id(index), (plan.today - plan.deal_day[index]) * DAY_MS


def _customers(plan: Plan) -> Iterator[tuple[int, int]]:
    for index in range(plan.size):
        at_ms, stage = contact_stages(plan, index)[-1]
        if stage == "customer" and plan.contact_kind[index] != ARCHIVED:
            yield contact_id(index), at_ms


def _filter(name: str, kind: str, operation: Mapping[str, object]) -> dict[str, object]:
    """Return a filter branch in the shape of HubSpot's lists guide: an OR of one AND of one filter."""
    asked = {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": kind, "includeObjectsWithNoValueSet": False, **operation},
    }
    both: dict[str, object] = {"filterBranchType": "AND", "filterBranches": [], "filters": [asked]}
    return {"filterBranchType": "OR", "filterBranches": [both], "filters": []}

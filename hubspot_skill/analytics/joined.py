"""Facts that are joins: contacts with each lifecycle stage they reached, and activities with each contact they touched.

`reach` has a row for each contact and lifecycle stage that it reached; its `lifecycle` is that stage, `rank` the stage's place,
`entered_at` the entry into it, `next_at` the first entry into a later one, `went_on` whether a later one was reached.
`passage` has a row for each deal and open stage of its pipeline that it came to; its `stage` is that stage, `entered_at` the
entry, `went_on` whether a later stage or won was entered. `touch` has a row for each activity and contact linked to it, however many kinds of link there are between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.query import Sieve
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Op
from hubspot_skill.mirror import tables

if TYPE_CHECKING:
    from hubspot_skill.analytics.view import View

__all__ = ["Columns", "ladder_of", "lowest_rank", "passage", "reach", "touch"]

Columns = Mapping[str, ColumnElement[int]]
_OUTSIDE = frozenset({"", "other"})


def ladder_of(catalogue: Catalogue) -> Sequence[str]:
    """Give the account's lifecycle stages in their order, without those outside of the funnel.

    Raises:
        InvalidInputError: the mirror does not know them.
    """
    prop = catalogue.properties.get("contact", {}).get("lifecyclestage")
    stages = [o.value for o in prop.options if o.value not in _OUTSIDE] if prop is not None else []
    if not stages:
        raise InvalidInputError(
            "the mirror does not know the lifecycle stages of this account",
            hint="Let it be read: hubspot-skill sync.",
            field="metrics",
        )
    return stages


def lowest_rank(view: View) -> int:
    """Give the place of the first lifecycle stage that a question is about."""
    kept = set(ladder_of(view.catalogue))
    for sieve in view.query.where:
        if isinstance(sieve, Sieve) and sieve.dimension == "lifecycle" and not sieve.is_property:
            named = {str(value) for value in sieve.values}
            if sieve.op in (Op.IS, Op.IN):
                kept &= named
            elif sieve.op in (Op.IS_NOT, Op.NOT_IN):
                kept -= named
    return min((place for place, stage in enumerate(ladder_of(view.catalogue)) if stage in kept), default=-1)


def reach(catalogue: Catalogue) -> tuple[FromClause, Columns]:
    """Give contacts joined with the stages that they reached, and the columns that are not the contact's own."""
    contact, entry = tables.contact, tables.lifecycle_entry
    stages = ladder_of(catalogue)
    ladder = union_all(
        *(select(literal(stage).label("stage"), literal(place).label("rank")) for place, stage in enumerate(stages))
    ).subquery("ladder")
    ranks = dict(zip(stages, range(len(stages)), strict=True))
    present = case(ranks, value=contact.c.lifecycle, else_=-1)
    own = entry.alias("own")
    entered = select(own.c.at).where(own.c.contact_id == contact.c.id, own.c.stage == ladder.c.stage)
    later = entry.alias("later")
    later_rank = case(ranks, value=later.c.stage, else_=-1)
    following = select(func.min(later.c.at)).where(later.c.contact_id == contact.c.id, later_rank > ladder.c.rank)
    columns = {
        "lifecycle": ladder.c.stage,
        "rank": ladder.c.rank,
        "entered_at": entered.scalar_subquery(),
        "next_at": following.scalar_subquery(),
        "went_on": case((or_(present > ladder.c.rank, following.scalar_subquery().is_not(None)), 1), else_=0),
    }
    return contact.join(ladder, or_(present >= ladder.c.rank, entered.exists())), columns


def passage(*, is_strict: bool) -> tuple[FromClause, Columns]:
    """Give deals joined with the open stages of their pipeline that they came to; `is_strict`: that they were in."""
    deal, place = tables.deal, tables.stage.alias("place")
    later, stay = tables.stage.alias("later"), tables.stage_stay.alias("later_stay")
    ahead = (
        select(func.min(stay.c.first_in))
        .select_from(later.join(stay, stay.c.stage == later.c.id))
        .where(stay.c.deal_id == deal.c.id, later.c.object == "deal", later.c.pipeline == deal.c.pipeline)
        .correlate(deal, place)
    )
    beyond = or_(later.c.is_won == 1, and_(later.c.is_closed == 0, later.c.order > place.c.order))
    own = tables.stage_stay.alias("own_stay")
    was_in = select(own.c.first_in).where(own.c.deal_id == deal.c.id, own.c.stage == place.c.id)
    own_entry = was_in.correlate(deal, place).scalar_subquery()
    if is_strict:
        entered = own_entry
        onward = ahead.where(beyond, stay.c.last_in >= own_entry)
    else:
        entered = ahead.where(or_(beyond, later.c.id == place.c.id)).scalar_subquery()
        onward = ahead.where(beyond)
    columns = {
        "stage": place.c.id,
        "entered_at": entered,
        "order": place.c.order,
        "went_on": case((onward.scalar_subquery().is_not(None), 1), else_=0),
    }
    on = and_(place.c.object == "deal", place.c.pipeline == deal.c.pipeline, place.c.is_closed == 0)
    return deal.join(place, and_(on, entered.is_not(None))), columns


def touch() -> tuple[FromClause, Columns]:
    """Give activities joined with the contacts that they are linked to."""
    link, activity = tables.assoc, tables.activity
    pairs = (
        select(link.c.from_type, link.c.from_id, link.c.to_id.label("contact_id"))
        .where(link.c.from_type.in_(tables.ACTIVITY_KINDS), link.c.to_type == "contact")
        .distinct()
        .subquery("touched")
    )
    joined = activity.join(pairs, and_(activity.c.kind == pairs.c.from_type, activity.c.id == pairs.c.from_id))
    return joined, {"contact_id": pairs.c.contact_id}

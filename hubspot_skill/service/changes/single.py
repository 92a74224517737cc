"""One record's change through the journal: the single-record tools write by this, and by nothing else.

The use case has read the record and checked every value. Here its writes become the steps of a plan that the account's policy
approves at once, is journalled before the first is sent, and judged by HubSpot's answers: no request is added. Where the
policy wants a person, the plan is kept for them instead, and the error says how it is approved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from hubspot_skill.changes.at_once import AtOnce, Sent
from hubspot_skill.changes.checks import LIFECYCLE, checked_values
from hubspot_skill.changes.operations import Create
from hubspot_skill.changes.planning import Draft, cost_of, link_after, new_step, watched_of
from hubspot_skill.changes.steps import LINK, Image, Step, StepKind, canonical, link_text
from hubspot_skill.domain.errors import NotApprovedError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.records import LinkType, PropertyValue, Record
from hubspot_skill.domain.writes import Link, NewLink
from hubspot_skill.service.changes.applying import how_to_approve
from hubspot_skill.service.changes.planning import new_reference, view_with_what
from hubspot_skill.service.changes.plans import approval_of
from hubspot_skill.service.changes.schemas import schema_of
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.references import name_of

__all__ = [
    "LIFECYCLE",
    "AtOnce",
    "Sent",
    "create_step",
    "link_step",
    "linked_as",
    "read_back",
    "update_step",
    "write_at_once",
]

T = TypeVar("T")


async def update_step(scene: Scene, record: Record, codes: Mapping[PropertyName, str]) -> Step:
    """Give the step that sets coded values on a record that holds others now."""
    schema = await schema_of(scene, record.type)
    after = checked_values(schema, codes)
    watched = tuple(name for name in watched_of(schema, after) if name in record.properties)
    names = sorted({*after, *watched})
    forms = {name: schema.forms[name] for name in names if name in schema.forms}
    step = Step(
        0, StepKind.UPDATE, record.type, record.id, after=after, forms=forms, watched=watched, name=name_of(record)
    )
    return replace(step, before=image_of(step, record, names))


async def create_step(
    scene: Scene, type: ObjectType, codes: Mapping[PropertyName, str], links: Sequence[NewLink], name: str
) -> Step:
    """Give the step that makes a record; it carries a fresh reference where the account has a property for it."""
    schema = await schema_of(scene, type)
    return replace(new_step(schema, Create(type, codes, tuple(links)), new_reference), name=name)


def link_step(place: int, link: Link, there: Sequence[LinkType], name: str) -> Step:
    """Give the step that links two records which have these links now."""
    step = Step(place, StepKind.ASSOCIATE, link.from_type, link.from_id, link=link, name=name)
    now = link_text(there)
    return replace(step, before={LINK: now}, after={LINK: link_after(step, now)})


async def write_at_once(
    scene: Scene, steps: Sequence[Step], ends: Mapping[str, str], work: Callable[[AtOnce], Awaitable[T]]
) -> tuple[T, str]:
    """Journal steps, let `work` send them, journal how they ended; give what it gave, and the plan's id.

    Raises:
        NotApprovedError: the policy wants a person to approve this; nothing was written, and the plan waits for them.
        WritesOffError: the policy, a person or the day's cap allows no writes.
    """
    desk = await scene.desk()
    journal = desk.journal
    draft = Draft(tuple(steps), cost=cost_of(steps))
    view = await view_with_what(scene, draft, ends=ends)
    try:
        at = await AtOnce.begin(
            journal.store, journal.tenant, desk.account_id, journal.principal, steps, view=view.dump()
        )
    except NotApprovedError as error:
        row = await journal.store.get(journal.tenant, error.plan_id)
        await desk.note("plan", row.status.value, row.plan_id)
        approval = await approval_of(journal, row, now=await journal.store.moment(journal.tenant))
        raise NotApprovedError(
            "nothing was written: the policy of this account wants a person to approve this change",
            hint=how_to_approve(approval.link, approval.command, plan_id=row.plan_id),
            plan_id=row.plan_id,
        ) from error
    await desk.note("write", "started", at.plan.plan_id, tuple(dict.fromkeys(s.id for s in steps if s.id)))
    return await at.carry_out(work), at.plan.plan_id


def read_back(step: Step, record: Record) -> Sent:
    """Give what HubSpot answered to the write of a step's values."""
    names = [name for name in (*step.after, *step.watched) if name in record.properties]
    return Sent(record.id, image_of(step, record, names))


def linked_as(step: Step) -> Sent:
    """Give what is known of a link that HubSpot took."""
    return Sent(step.id, {LINK: step.after[LINK]})


def image_of(step: Step, record: Record, names: Sequence[PropertyName]) -> Image:
    """Give a typed record's values as a step compares them."""
    return {name: canonical(step.form(name), _text(record.properties.get(name))) for name in names}


def _text(value: PropertyValue) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return ";".join(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)

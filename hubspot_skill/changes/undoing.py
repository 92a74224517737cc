"""Makes the plan that takes a plan back: only where a value still is what that plan left, with everything else listed.

What HubSpot changed together with our values (a close date) goes back too. A lifecycle stage, which HubSpot only moves forward, is
cleared first and set after, in two rounds. New records are archived; archived and merged ones are listed to be restored by hand.
New definitions are removed and removed ones made again, a pipeline or stage with another id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hubspot_skill.changes.checks import LIFECYCLE, TypeSchema
from hubspot_skill.changes.current import Current, Sought, read_current
from hubspot_skill.changes.defining import undone_thing
from hubspot_skill.changes.planning import Draft, LeftOut, cost_of
from hubspot_skill.changes.steps import LINK, JournalStep, Outcome, State, Step, StepKind, link_types
from hubspot_skill.changes.store import PlanRow, PlanStatus
from hubspot_skill.domain.errors import PlanEndedError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["draft_undo"]

_WINDOW = timedelta(days=30)
_HAPPENED = (State.APPLIED, State.RECONCILED)
_WRITTEN = (Outcome.DONE, Outcome.CONTESTED, Outcome.NOT_TAKEN)


async def draft_undo(
    hubspot: HubSpot,
    schemas: Mapping[str, TypeSchema],
    plan: PlanRow,
    applied: Sequence[JournalStep],
    *,
    now: datetime,
) -> Draft:
    """Give the steps that take a plan back as far as it was carried out; costs what planning the plan cost.

    Raises:
        PlanEndedError: it never ran, or longer ago than 30 days.
    """
    if plan.status not in (PlanStatus.ENDED, PlanStatus.STOPPED) or plan.started_at is None:
        raise PlanEndedError("this plan was not applied, so there is nothing to undo", hint="List the plans.")
    if now - plan.started_at > _WINDOW:
        raise PlanEndedError("this plan ran more than 30 days ago and is no longer undone", hint="Plan anew.")
    written = [s for s in applied if s.state in _HAPPENED and s.result.outcome in _WRITTEN]
    current = await read_current(hubspot, [Sought(s.step, s.id) for s in written])
    steps: list[Step] = []
    left_out: list[LeftOut] = []
    unchanged = 0
    for each in written:
        now_there = current.get(each.step.place)
        made, missed = _inverse(each, now_there, schemas)
        name = each.step.name or (now_there.name if now_there is not None else "")
        steps += [replace(step, name=name) for step in made]
        left_out += missed
        unchanged += not made and not missed
    numbered = tuple(_numbered(steps))
    return Draft(numbered, unchanged, tuple(left_out), cost_of(numbered))


def _numbered(steps: Sequence[Step]) -> Iterator[Step]:
    """Give steps their places; definitions go back in the opposite order, one after the other."""
    for place, step in enumerate(reversed(steps) if any(step.thing for step in steps) else steps):
        yield replace(step, place=place, round=place if step.thing is not None else step.round)


def _inverse(
    each: JournalStep, now: Current | None, schemas: Mapping[str, TypeSchema]
) -> tuple[list[Step], list[LeftOut]]:
    """Give the steps back, and what cannot be taken back with the reason."""
    step = each.step
    if step.thing is not None:
        thing = undone_thing(step, each.id, now)
        return ([thing], []) if isinstance(thing, Step) else ([], [_left(each, thing)] if thing else [])
    if step.kind is StepKind.ARCHIVE:
        return [], [] if now is not None else [_left(each, "archived: restore it by hand in HubSpot, within 90 days")]
    if step.kind is StepKind.MERGE:
        return [], [_left(each, "merged: a merge can never be undone")]
    if now is None:
        return [], [_left(each, "the record is no longer there")]
    match step.kind:
        case StepKind.CREATE:
            return _archived(each, now)
        case StepKind.ASSOCIATE | StepKind.DISSOCIATE:
            return _relinked(each, now)
        case _:
            return _restored(each, now, schemas[step.type.name])


def _restored(each: JournalStep, now: Current, schema: TypeSchema) -> tuple[list[Step], list[LeftOut]]:
    step, left = each.step, _left_by(each)
    back: dict[PropertyName, str] = {}
    edited: list[str] = []
    for name in sorted(left):
        prop, before = schema.properties.get(name), step.before.get(name, "")
        value = now.image.get(name, "")
        if prop is None or prop.is_read_only or prop.is_calculated or value == before:
            continue
        if value == left[name]:
            back[name] = before
        elif name in step.after:
            edited.append(name)
    missed = [_left(each, f"changed since: {', '.join(edited)}")] if edited else []
    return _rounds(step, back, left, schema) if back else [], missed


def _left_by(each: JournalStep) -> dict[PropertyName, str]:
    """Give the values that the plan left: what was read back of it, else what it wrote."""
    written = dict(each.step.after)
    if each.result.outcome is Outcome.NOT_TAKEN:
        written |= each.result.differing
    return {**each.result.seen, **written}


def _rounds(
    step: Step, back: dict[PropertyName, str], left: Mapping[PropertyName, str], schema: TypeSchema
) -> list[Step]:
    before = {name: left[name] for name in back}
    forms = {name: form for name, form in step.forms.items() if name in back}
    first = Step(0, StepKind.UPDATE, step.type, step.id, before=before, after=back, forms=forms)
    order = [option.value for option in schema.properties[LIFECYCLE].options] if LIFECYCLE in back else []
    wanted, current = back.get(LIFECYCLE, ""), before.get(LIFECYCLE, "")
    if wanted not in order or current not in order or order.index(wanted) > order.index(current):
        return [first]
    second = Step(0, StepKind.UPDATE, step.type, step.id, before={LIFECYCLE: ""}, after={LIFECYCLE: wanted}, round=1)
    return [replace(first, after={**back, LIFECYCLE: ""}), second]


def _archived(each: JournalStep, now: Current) -> tuple[list[Step], list[LeftOut]]:
    step, left = each.step, _left_by(each)
    edited = [name for name in step.after if now.image.get(name, "") != left[name]]
    if edited:
        return [], [_left(each, f"new and changed since: {', '.join(edited)}")]
    names = tuple(sorted(step.after))
    before = {name: left[name] for name in names}
    return [Step(0, StepKind.ARCHIVE, step.type, now.id, before=before, forms=step.forms, watched=names)], []


def _relinked(each: JournalStep, now: Current) -> tuple[list[Step], list[LeftOut]]:
    step, text = each.step, now.image[LINK]
    before = step.before.get(LINK, "")
    if step.link is None or text == before:
        return [], []
    if text != each.result.seen.get(LINK, text):
        return [], [_left(each, "the link was changed since")]
    had, has = link_types(before), link_types(text)
    gained = tuple(sorted(has - had, key=lambda t: (t.category, t.number)))
    lost = tuple(sorted(had - has, key=lambda t: (t.category, t.number)))
    if step.kind is StepKind.ASSOCIATE:
        link = replace(step.link, types=gained if had else ())
        return [Step(0, StepKind.DISSOCIATE, step.type, step.id, {LINK: text}, {LINK: before}, link=link)], []
    link = replace(step.link, types=lost)
    return [Step(0, StepKind.ASSOCIATE, step.type, step.id, {LINK: text}, {LINK: before}, link=link)], []


def _left(each: JournalStep, reason: str) -> LeftOut:
    return LeftOut(each.step.type.name, each.id, reason, each.step.name)

"""Plans changes of definitions: their steps, what they change, and what would be lost with them.

Definitions are changed one after the other, in the order given, so that a group is there before a property is put into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hubspot_skill.changes.current import Current
from hubspot_skill.changes.definitions import uses_of
from hubspot_skill.changes.operations import Define, Redefine, Remove
from hubspot_skill.changes.steps import Image, Step, StepKind, Thing
from hubspot_skill.changes.things import check_thing, dropped_options, title_of
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.text import quote
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["edited_since", "filled_thing", "limits_of_things", "sketch_thing", "undone_thing"]

_WHOLE = (Thing.GROUP, Thing.PIPELINE, Thing.STAGE)
_STAGES = PropertyName("stages")
_ORDER = PropertyName("order")


def sketch_thing(place: int, operation: Define | Redefine | Remove) -> Step:
    """Give an operation's step without its before-image.

    Raises:
        InvalidInputError: its form is wrong.
    """
    thing, type, parent = operation.thing, operation.type, operation.parent
    if thing is Thing.STAGE and not parent:
        raise InvalidInputError("a stage belongs to a pipeline: name it", field="pipeline")
    match operation:
        case Define(_, _, values, name):
            step = Step(place, StepKind.DEFINE, type, name, after=values)
        case Redefine(_, _, id, values):
            step = Step(place, StepKind.REDEFINE, type, id, after=values)
        case Remove(_, _, id):
            step = Step(place, StepKind.REMOVE, type, id)
    step = replace(step, thing=thing, parent=parent, round=place)
    check_thing(step)
    return step


async def filled_thing(hubspot: HubSpot, step: Step, now: Current | None) -> Step | str | None:
    """Give a step with its before-image, None where nothing would change, or why it is left out.

    Raises:
        InvalidInputError: records are still in the pipeline or stage that would go.
    """
    name = quote(title_of(step))
    if step.kind is StepKind.DEFINE:
        return step if now is None else f"a {step.thing} named {name} exists already"
    if now is None:
        return f"there is no {step.thing} {name}"
    image: Image = {n: now.image[n] for n in sorted(now.image)}
    if step.kind is StepKind.REMOVE:
        return await _counted(hubspot, replace(step, before=image))
    after = {n: value for n, value in sorted(step.after.items()) if image.get(n, "") != value}
    if not after:
        return None
    is_whole = step.thing in _WHOLE
    before = {n: image.get(n, "") for n in (sorted(image.keys() - {_STAGES}) if is_whole else after)}
    return await _counted(hubspot, replace(step, before=before, after=after))


def limits_of_things(steps: Sequence[Step]) -> Iterator[str]:
    """Say of each step what it takes away, and how far it can be undone."""
    for step in steps:
        name, gone = quote(title_of(step)), dropped_options(step)
        held = f"{step.uses} {step.type.name}"
        if gone:
            yield f"the options {', '.join(map(quote, gone))} of {name} go, which {held} hold"
        elif step.kind is StepKind.DEFINE:
            yield f"an undo takes the new {step.thing} {name} away again, as long as nothing uses it"
        elif step.kind is not StepKind.REMOVE:
            continue
        elif step.thing is Thing.PROPERTY:
            yield f"property {name} is archived with the values of {held}; making it again within 90 days brings them back"
        elif step.thing in (Thing.PIPELINE, Thing.STAGE):
            yield f"{step.thing} {name} can be made again after its removal, but with another id"
        elif step.thing is Thing.CAMPAIGN:
            yield f"campaign {name} is gone for good with its assets and budget"


def edited_since(step: Step, image: Image) -> list[PropertyName]:
    """Name what is not as a step made it; HubSpot may number a new pipeline or stage anew."""
    free = _ORDER if step.kind is StepKind.DEFINE else ""
    return [n for n, value in step.after.items() if n != free and image.get(n, "") != value]


def undone_thing(step: Step, id: str, now: Current | None) -> Step | str | None:
    """Give the step back, None where there is nothing to take back, or why it cannot be taken back."""
    name = quote(title_of(step))
    if step.kind is StepKind.REMOVE:
        if step.thing is Thing.CAMPAIGN:
            return f"campaign {name} is gone for good"
        known = step.id if step.thing in (Thing.PROPERTY, Thing.GROUP) else ""
        if now is not None:
            return None
        return replace(step, kind=StepKind.DEFINE, id=known, before={}, after=step.before, uses=0)
    if now is None:
        return f"the {step.thing} {name} is no longer there"
    edited = edited_since(step, now.image)
    if edited:
        return f"{step.thing} {name} was changed since: {', '.join(edited)}"
    if step.kind is StepKind.DEFINE:
        return replace(step, kind=StepKind.REMOVE, id=id, before=now.image, after={})
    back = {n: step.before.get(n, "") for n in step.after}
    return replace(step, before={**step.before, **step.after}, after=back)


async def _counted(hubspot: HubSpot, step: Step) -> Step:
    uses = await uses_of(hubspot, step)
    if uses and step.thing in (Thing.PIPELINE, Thing.STAGE):
        raise InvalidInputError(
            f"{uses} {step.type.name} are in the {step.thing} {quote(title_of(step))}, so it cannot be removed",
            hint="Move them to another stage in a plan of their own first.",
        )
    return replace(step, uses=uses)

"""Spells an account's own definitions as images, so that they are planned, compared and undone as records are.

Each thing has entries of its own, all of them text:

- property: label, description, group, type, field_type, options (a JSON list), unique, hidden (true or false)
- group: label, order
- pipeline: label, order, stages (a JSON list without ids, for making one and for remembering one that is removed)
- stage: label, order, closed, probability (the last two together)
- campaign: HubSpot's own property names
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from hubspot_skill.changes.steps import Image, Step, StepKind, Thing
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.marketing import Campaign
from hubspot_skill.domain.names import ObjectType, PropertyName, property_name
from hubspot_skill.domain.schema import Option, Pipeline, Property, PropertyGroup, PropertyType, Stage
from hubspot_skill.domain.text import quote

__all__ = [
    "CAMPAIGNS",
    "FIELD_TYPES",
    "MOST_STAGES",
    "campaign_image",
    "check_thing",
    "dropped_options",
    "group_image",
    "group_of",
    "options_of",
    "options_text",
    "pipeline_image",
    "pipeline_of",
    "property_image",
    "property_of",
    "stage_image",
    "stage_of",
    "stages_text",
    "title_of",
    "told",
]

CAMPAIGNS = ObjectType("campaigns", "campaign", "0-35", (PropertyName("hs_name"),))
"""What campaigns are called in a plan; they are no records of the CRM and are written by calls of their own."""

FIELD_TYPES: Mapping[str, tuple[str, ...]] = {
    "string": ("text", "textarea", "html", "phonenumber"),
    "number": ("number",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox"),
    "bool": ("booleancheckbox",),
    "date": ("date",),
    "datetime": ("date",),
}
"""The types that a property can be made with, and the ways each is shown, the usual one first (properties guide)."""

MOST_STAGES = 100
_FIXED = ("type", "field_type", "unique")
_ENTRIES: Mapping[Thing, frozenset[str]] = {
    Thing.PROPERTY: frozenset({"label", "description", "group", "options", "hidden", *_FIXED}),
    Thing.GROUP: frozenset({"label", "order"}),
    Thing.PIPELINE: frozenset({"label", "order", "stages"}),
    Thing.STAGE: frozenset({"label", "order", "closed", "probability"}),
}
_OPTIONS: TypeAdapter[tuple[Option, ...]] = TypeAdapter(tuple[Option, ...])
_STAGES: TypeAdapter[tuple[Stage, ...]] = TypeAdapter(tuple[Stage, ...])


def property_image(prop: Property) -> dict[PropertyName, str]:
    """Give a property's definition as an image."""
    return _image(
        label=prop.label,
        description=prop.description,
        group=prop.group,
        type=prop.type.value,
        field_type=prop.field_type,
        options=options_text(prop.options),
        unique=_truth(prop.is_unique),
        hidden=_truth(prop.is_hidden),
    )


def property_of(name: str, image: Image) -> Property:
    """Give the property that an image defines."""
    get = _reader(image)
    return Property(
        PropertyName(name),
        get("label"),
        PropertyType(get("type")),
        get("field_type"),
        get("group"),
        get("description"),
        options_of(get("options")),
        is_unique=get("unique") == "true",
        is_hidden=get("hidden") == "true",
    )


def group_image(group: PropertyGroup) -> dict[PropertyName, str]:
    """Give a group as an image."""
    return _image(label=group.label, order=str(group.order))


def group_of(name: str, image: Image) -> PropertyGroup:
    """Give the group that an image defines."""
    get = _reader(image)
    return PropertyGroup(name, get("label"), int(get("order") or -1))


def pipeline_image(pipeline: Pipeline) -> dict[PropertyName, str]:
    """Give a pipeline as an image."""
    return _image(label=pipeline.label, order=str(pipeline.order), stages=stages_text(pipeline.stages))


def pipeline_of(image: Image) -> Pipeline:
    """Give the pipeline that an image defines, without an id."""
    get = _reader(image)
    return Pipeline("", get("label"), int(get("order") or 0), _STAGES.validate_json(get("stages") or "[]"))


def stage_image(stage: Stage) -> dict[PropertyName, str]:
    """Give a stage as an image."""
    probability = "" if stage.probability is None else _number(stage.probability)
    return _image(label=stage.label, order=str(stage.order), closed=_truth(stage.is_closed), probability=probability)


def stage_of(id: str, image: Image) -> Stage:
    """Give the stage that an image defines."""
    get = _reader(image)
    probability = get("probability")
    return Stage(
        id,
        get("label"),
        int(get("order") or 0),
        is_closed=get("closed") == "true",
        probability=float(probability) if probability else None,
    )


def campaign_image(campaign: Campaign) -> dict[PropertyName, str]:
    """Give a campaign's own values as an image."""
    return {PropertyName(name): value or "" for name, value in sorted(campaign.properties.items())}


def options_text(options: Sequence[Option]) -> str:
    """Spell a list of options, in their order."""
    return _OPTIONS.dump_json(tuple(options)).decode()


def options_of(text: str) -> tuple[Option, ...]:
    """Read a list of options."""
    return _OPTIONS.validate_json(text or "[]")


def stages_text(stages: Iterable[Stage]) -> str:
    """Spell the stages of a pipeline without the ids that only HubSpot gives, numbered in their order."""
    plain = tuple(
        Stage("", stage.label, place, stage.is_closed, stage.probability) for place, stage in enumerate(stages)
    )
    return _STAGES.dump_json(plain).decode()


def told(name: PropertyName, text: str) -> str:
    """Give an entry as people read it: options and stages by their labels."""
    if not text:
        return ""
    if name == "options":
        return ", ".join(o.label if o.value == o.label else f"{o.label} ({o.value})" for o in options_of(text))
    if name == "stages":
        return ", ".join(_told_stage(stage) for stage in _STAGES.validate_json(text))
    return text


def _told_stage(stage: Stage) -> str:
    percent = [] if stage.probability is None else [f"{stage.probability:.0%}".replace("%", " %")]
    facts = ", ".join([*percent, *(["closed"] if stage.is_closed else [])])
    return f"{stage.label} ({facts})" if facts else stage.label


def dropped_options(step: Step) -> tuple[str, ...]:
    """Give the values of the options that a step takes away."""
    name = PropertyName("options")
    if step.thing is not Thing.PROPERTY or step.kind is not StepKind.REDEFINE or name not in step.after:
        return ()
    kept = {option.value for option in options_of(step.after[name])}
    return tuple(option.value for option in options_of(step.before.get(name, "")) if option.value not in kept)


def title_of(step: Step) -> str:
    """Give what people call the thing of a step."""
    label = PropertyName("hs_name" if step.thing is Thing.CAMPAIGN else "label")
    return step.after.get(label) or step.before.get(label) or step.id


def check_thing(step: Step) -> None:
    """Refuse a definition that HubSpot would refuse for its form.

    Raises:
        InvalidInputError: a name, an entry, a type, an option or a probability.
    """
    thing, values = step.thing, step.after
    if thing is None or step.kind is StepKind.REMOVE:
        return
    known = _ENTRIES.get(thing)
    wrong = sorted(values.keys() - known) if known is not None else []
    if wrong or not values:
        expected = ", ".join(sorted(known or {"hs_name"}))
        raise InvalidInputError(f"a {thing} cannot have {', '.join(wrong) or 'nothing'}: expected some of {expected}")
    if step.kind is StepKind.DEFINE and not title_of(step).strip():
        raise InvalidInputError(f"a new {thing} needs a name for people", field="label")
    if thing is Thing.PROPERTY:
        _check_property(step)
    elif thing is Thing.GROUP:
        property_name(step.id)
    elif thing is Thing.PIPELINE:
        _check_stages(step)
    elif thing is Thing.STAGE:
        _check_stage(step.type, stage_of("", values), is_new=step.kind is StepKind.DEFINE)


def _check_property(step: Step) -> None:
    property_name(step.id)
    get = _reader(step.after)
    if step.kind is StepKind.REDEFINE:
        fixed = [name for name in _FIXED if PropertyName(name) in step.after]
        if fixed:
            raise InvalidInputError(
                f"the {fixed[0]} of property {step.id} cannot be changed",
                hint="Make another property and move the values.",
                field=fixed[0],
            )
    else:
        shown = FIELD_TYPES.get(get("type"))
        if shown is None:
            raise InvalidInputError(
                f"the type is {quote(get('type'))}: expected one of {', '.join(FIELD_TYPES)}", field="type"
            )
        if get("field_type") not in shown:
            raise InvalidInputError(
                f"a property of type {get('type')} is shown as {quote(get('field_type'))}: expected {', '.join(shown)}",
                field="field_type",
            )
    is_relisted = step.kind is StepKind.REDEFINE and PropertyName("options") in step.after
    if is_relisted or get("type") == "enumeration" or options_of(get("options")):
        _check_options(step)


def _check_options(step: Step) -> None:
    options = options_of(step.after.get(PropertyName("options"), ""))
    values = [option.value for option in options]
    twice = next((value for value in values if values.count(value) > 1), None)
    if not options:
        raise InvalidInputError(f"property {step.id} needs at least one option", field="options")
    if twice is not None:
        raise InvalidInputError(f"the option {quote(twice)} comes twice", field="options")
    broken = next((value for value in values if not value.strip() or ";" in value), None)
    if broken is not None:
        raise InvalidInputError(f"the option {quote(broken)} is empty or holds ;", field="options")


def _check_stages(step: Step) -> None:
    if PropertyName("stages") not in step.after:
        if step.kind is StepKind.DEFINE:
            raise InvalidInputError("a new pipeline needs at least one stage", field="stages")
        return
    if step.kind is StepKind.REDEFINE:
        raise InvalidInputError("stages are changed one by one", field="stages")
    try:
        stages = pipeline_of(step.after).stages
    except ValidationError as error:
        raise InvalidInputError("the stages of the pipeline cannot be read", field="stages") from error
    labels = [stage.label.strip().lower() for stage in stages]
    if not 1 <= len(stages) <= MOST_STAGES or len(set(labels)) < len(labels):
        raise InvalidInputError(
            f"the pipeline has {len(stages)} stages: expected 1 to {MOST_STAGES}, each with a name of its own",
            field="stages",
        )
    for stage in stages:
        _check_stage(step.type, stage, is_new=True)


def _check_stage(type: ObjectType, stage: Stage, *, is_new: bool) -> None:
    if type.name != "deals":
        return
    if stage.probability is None:
        if is_new:
            raise InvalidInputError(
                f"the stage {quote(stage.label)} needs a probability from 0 to 1", field="probability"
            )
        return
    if not 0 <= stage.probability <= 1:
        raise InvalidInputError(
            f"the probability of stage {quote(stage.label)} is {stage.probability:g}: expected 0 to 1",
            field="probability",
        )


def _image(**entries: str) -> dict[PropertyName, str]:
    return {PropertyName(name): value for name, value in sorted(entries.items())}


def _reader(image: Image) -> Callable[[str], str]:
    return lambda name: image.get(PropertyName(name), "")


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _number(value: float) -> str:
    return f"{value:g}"

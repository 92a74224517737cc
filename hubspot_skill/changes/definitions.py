"""Reads, counts the uses of, and writes what `things` spells: definitions, pipelines and campaigns, one request each.

Properties and groups are found by their name, pipelines and stages by their label where they have no id yet (HubSpot refuses
a second one with the same label), campaigns by their name alone, which HubSpot does not keep unique.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.changes.steps import Image, Step, StepKind, Thing
from hubspot_skill.changes.things import (
    campaign_image,
    dropped_options,
    group_image,
    group_of,
    options_of,
    pipeline_image,
    pipeline_of,
    property_image,
    property_of,
    stage_image,
    stage_of,
    title_of,
)
from hubspot_skill.domain.errors import NotFoundError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Pipeline
from hubspot_skill.domain.search import Filter, Operator, Search
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["find_things", "reads_of_things", "send_thing", "takes_away", "uses_of"]

_STAGE_OF = {"deals": ("pipeline", "dealstage"), "tickets": ("hs_pipeline", "hs_pipeline_stage")}


async def find_things(hubspot: HubSpot, sought: Sequence[tuple[Step, str]]) -> dict[int, tuple[str, Image]]:
    """Give the id and image of the things that exist, by place; `sought` has each step with the id that is known of it."""
    pipelines: dict[str, Sequence[Pipeline]] = {}
    found: dict[int, tuple[str, Image]] = {}
    for step, id in sought:
        if step.thing in (Thing.PIPELINE, Thing.STAGE):
            if step.type.name not in pipelines:
                pipelines[step.type.name] = await hubspot.schema.pipelines(step.type)
            one = _in_pipelines(step, id, pipelines[step.type.name])
        elif step.thing is Thing.GROUP:
            groups = await hubspot.schema.groups(step.type)
            one = next(((group.name, group_image(group)) for group in groups if group.name == step.id), None)
        elif step.thing is Thing.CAMPAIGN:
            one = await _campaign(hubspot, step, id)
        else:
            one = await _property(hubspot, step)
        if one is not None:
            found[step.place] = one
    return found


def reads_of_things(steps: Sequence[Step]) -> int:
    """Count the requests that `find_things` takes for steps, as far as campaigns fill one page."""
    listed = {(s.thing, s.type.name, bool(s.id)) for s in steps if s.thing in (Thing.PIPELINE, Thing.STAGE)}
    return len(listed) + sum(s.thing in (Thing.PROPERTY, Thing.GROUP, Thing.CAMPAIGN) for s in steps)


def takes_away(step: Step) -> bool:
    """Tell whether a step takes something from records, which are counted then."""
    return _use(step) is not None


async def uses_of(hubspot: HubSpot, step: Step) -> int:
    """Count the records that a step would take something from, by search; 1 request, none where it takes nothing."""
    search = _use(step)
    return 0 if search is None else await hubspot.objects.count(search)


async def send_thing(hubspot: HubSpot, step: Step) -> str:
    """Carry a step out and give the id of its thing; 1 request.

    Raises:
        HubSpotSkillError: HubSpot refused it, or its answer was lost.
    """
    match step.kind:
        case StepKind.DEFINE:
            return await _define(hubspot, step)
        case StepKind.REDEFINE:
            await _redefine(hubspot, step)
        case _:
            await _remove(hubspot, step)
    return step.id


def _in_pipelines(step: Step, id: str, pipelines: Sequence[Pipeline]) -> tuple[str, Image] | None:
    label = title_of(step).strip().lower()
    if step.thing is Thing.PIPELINE:
        fits = (p for p in pipelines if (p.id == id if id else p.label.strip().lower() == label))
        return next(((p.id, pipeline_image(p)) for p in fits), None)
    stages = (s for p in pipelines if p.id == step.parent for s in p.stages)
    fitting = (s for s in stages if (s.id == id if id else s.label.strip().lower() == label))
    return next(((s.id, stage_image(s)) for s in fitting), None)


async def _property(hubspot: HubSpot, step: Step) -> tuple[str, Image] | None:
    try:
        prop = await hubspot.schema.property(step.type, step.id)
    except NotFoundError:
        return None
    return prop.name, property_image(prop)


async def _campaign(hubspot: HubSpot, step: Step, id: str) -> tuple[str, Image] | None:
    names = sorted({*step.before, *step.after, "hs_name"})
    if id:
        try:
            campaign = await hubspot.campaigns.read(id, properties=names)
        except NotFoundError:
            return None
        return campaign.id, campaign_image(campaign)
    after: str | None = None
    while True:
        page = await hubspot.campaigns.list(name=title_of(step), after=after, properties=names)
        for campaign in page.campaigns:
            if (campaign.properties.get("hs_name") or "").lower() == title_of(step).lower():
                return campaign.id, campaign_image(campaign)
        after = page.next_after
        if after is None:
            return None


def _use(step: Step) -> Search | None:
    gone, names = dropped_options(step), _STAGE_OF.get(step.type.name)
    if gone:
        return _search(step.type, Filter(step.id, Operator.IN, gone))
    if step.kind is not StepKind.REMOVE:
        return None
    if step.thing is Thing.PROPERTY:
        return _search(step.type, Filter(step.id, Operator.HAS_PROPERTY))
    if step.thing in (Thing.PIPELINE, Thing.STAGE) and names is not None:
        return _search(step.type, Filter(names[step.thing is Thing.STAGE], Operator.EQ, (step.id,)))
    return None


def _search(type: ObjectType, condition: Filter) -> Search:
    return Search(type, ((condition,),), limit=1)


async def _define(hubspot: HubSpot, step: Step) -> str:
    match step.thing:
        case Thing.PROPERTY:
            return (await hubspot.schema.create_property(step.type, property_of(step.id, step.after))).name
        case Thing.GROUP:
            return (await hubspot.schema.create_group(step.type, group_of(step.id, step.after))).name
        case Thing.PIPELINE:
            return (await hubspot.schema.create_pipeline(step.type, pipeline_of(step.after))).id
        case Thing.STAGE:
            return (await hubspot.schema.create_stage(step.type, step.parent, stage_of("", step.after))).id
        case _:
            return (await hubspot.campaigns.create({n: v for n, v in step.after.items() if v})).id


async def _redefine(hubspot: HubSpot, step: Step) -> None:
    image: Image = {**step.before, **step.after}
    given = {str(name): value for name, value in step.after.items()}
    match step.thing:
        case Thing.PROPERTY:
            options, hidden = given.get("options"), given.get("hidden")
            await hubspot.schema.update_property(
                step.type,
                PropertyName(step.id),
                label=given.get("label"),
                description=given.get("description"),
                group=given.get("group"),
                options=None if options is None else options_of(options),
                is_hidden=None if hidden is None else hidden == "true",
            )
        case Thing.GROUP:
            await hubspot.schema.update_group(step.type, group_of(step.id, image))
        case Thing.PIPELINE:
            pipeline = pipeline_of(image)
            await hubspot.schema.update_pipeline(step.type, step.id, label=pipeline.label, order=pipeline.order)
        case Thing.STAGE:
            await hubspot.schema.update_stage(step.type, step.parent, stage_of(step.id, image))
        case _:
            await hubspot.campaigns.update(step.id, given)


async def _remove(hubspot: HubSpot, step: Step) -> None:
    match step.thing:
        case Thing.PROPERTY:
            await hubspot.schema.archive_property(step.type, step.id)
        case Thing.GROUP:
            await hubspot.schema.delete_group(step.type, step.id)
        case Thing.PIPELINE:
            await hubspot.schema.delete_pipeline(step.type, step.id)
        case Thing.STAGE:
            await hubspot.schema.delete_stage(step.type, step.parent, step.id)
        case _:
            await hubspot.campaigns.archive(step.id)

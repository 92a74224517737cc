"""Plan changes of definitions: find what is named, spell what is wanted, keep the difference for a person to approve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from hubspot_skill.changes.checks import TypeSchema
from hubspot_skill.changes.operations import Define, Operation, Redefine, Remove
from hubspot_skill.changes.planning import draft_plan
from hubspot_skill.changes.reference import reference_wanted
from hubspot_skill.changes.steps import Thing
from hubspot_skill.changes.things import CAMPAIGNS, stages_text
from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Pipeline, Stage
from hubspot_skill.domain.text import quote
from hubspot_skill.service.campaigns import find_campaign
from hubspot_skill.service.changes.answers import PlanAnswer
from hubspot_skill.service.changes.planning import keep, new_reference
from hubspot_skill.service.changes.schemas import schema_of
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.definitions.properties import property_operation
from hubspot_skill.service.definitions.requests import (
    CampaignAction,
    CampaignPlanRequest,
    PipelineAction,
    PipelineRequest,
    PropertyRequest,
    ReferenceRequest,
    StageWords,
)
from hubspot_skill.service.words.nearest import candidate, named, nearest

__all__ = ["plan_campaign", "plan_pipeline", "plan_property", "plan_reference"]

_ROWS = 10
_REFERENCED = ("contacts", "companies", "deals")
_STATUSES = ("planned", "in_progress", "active", "paused", "completed")

T = TypeVar("T")


async def plan_property(connection: Connection, request: PropertyRequest) -> PlanAnswer:
    """Plan to create, change or archive a property.

    Raises:
        UnknownNameError, AmbiguousNameError, InvalidInputError: a name or an option does not fit.
    """
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    operation = await property_operation(scene, type, request)
    return await _kept(scene, [operation])


async def plan_pipeline(connection: Connection, request: PipelineRequest) -> PlanAnswer:
    """Plan to change a pipeline or its stages; what still holds records is not removed.

    Raises:
        UnknownNameError, AmbiguousNameError, InvalidInputError: a name, a stage or a probability does not fit.
    """
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    pipelines = await scene.directory.pipelines(type)
    if not pipelines:
        raise InvalidInputError(f"{type.name} have no pipelines", hint="Deals and tickets have.", field="type")
    return await _kept(scene, _pipeline_operations(type, pipelines, request))


async def plan_campaign(connection: Connection, request: CampaignPlanRequest) -> PlanAnswer:
    """Plan to create, change or delete a campaign; a deleted one is gone for good.

    Raises:
        NotFoundError, AmbiguousNameError: no campaign is called so, or several.
        InvalidInputError: a date or the status, or nothing to change.
    """
    scene = await connection.scene()
    values = _campaign_values(request)
    if request.action is CampaignAction.CREATE:
        named_so = {PropertyName("hs_name"): request.name or request.campaign}
        return await _kept(scene, [Define(Thing.CAMPAIGN, CAMPAIGNS, {**named_so, **values})])
    found = await find_campaign(scene, request.campaign)
    if request.action is CampaignAction.DELETE:
        if values:
            raise InvalidInputError("a campaign that is deleted takes no values", hint="Leave them out.")
        return await _kept(scene, [Remove(Thing.CAMPAIGN, CAMPAIGNS, found.id)])
    return await _kept(scene, [Redefine(Thing.CAMPAIGN, CAMPAIGNS, found.id, values)])


async def plan_reference(connection: Connection, request: ReferenceRequest) -> PlanAnswer:
    """Plan the property that marks what this program creates, for the types that lack it.

    Raises:
        InvalidInputError: every type has it.
    """
    scene = await connection.scene()
    wanted: list[Operation] = []
    for word in request.types or _REFERENCED:
        type = await scene.directory.type(word)
        operation = reference_wanted(await schema_of(scene, type), is_plain=request.is_plain)
        wanted += [operation] if operation is not None else []
    if not wanted:
        raise InvalidInputError("every one of these types has the reference property already", hint="Nothing is to do.")
    return await _kept(scene, wanted)


async def _kept(scene: Scene, operations: Sequence[Operation]) -> PlanAnswer:
    desk = await scene.desk()
    no_schemas: dict[str, TypeSchema] = {}
    draft = await draft_plan(scene.hubspot, no_schemas, operations, new_reference=new_reference)
    return await keep(scene, desk, draft, ends={}, rows=_ROWS)


def _pipeline_operations(type: ObjectType, pipelines: Sequence[Pipeline], request: PipelineRequest) -> list[Operation]:
    if request.action is PipelineAction.CREATE:
        stages = [_stage(type, words, place) for place, words in enumerate(request.stages)]
        order = max(p.order for p in pipelines) + 1
        values = _image(label=request.label or request.pipeline, order=str(order), stages=stages_text(stages))
        return [Define(Thing.PIPELINE, type, values)]
    pipeline = _one(request.pipeline, pipelines, "pipeline", lambda p: (p.id, p.label))
    match request.action:
        case PipelineAction.RENAME:
            return [Redefine(Thing.PIPELINE, type, pipeline.id, _image(label=_label(request)))]
        case PipelineAction.DELETE:
            return [Remove(Thing.PIPELINE, type, pipeline.id)]
        case PipelineAction.ADD_STAGE:
            if not request.stages:
                raise InvalidInputError("no stage is given to add", hint="Give stages.", field="stages")
            first = max((s.order for s in pipeline.stages), default=-1) + 1
            made = [_stage(type, words, first + place) for place, words in enumerate(request.stages)]
            return [Define(Thing.STAGE, type, _stage_image(stage), parent=pipeline.id) for stage in made]
        case _:
            stage = _one(request.stage, pipeline.stages, "stage", lambda s: (s.id, s.label))
    if request.action is PipelineAction.DELETE_STAGE:
        return [Remove(Thing.STAGE, type, stage.id, pipeline.id)]
    return [Redefine(Thing.STAGE, type, stage.id, _changed_stage(type, request), pipeline.id)]


def _changed_stage(type: ObjectType, request: PipelineRequest) -> dict[PropertyName, str]:
    values: dict[PropertyName, str] = {}
    if request.label is not None:
        values |= _image(label=request.label)
    if request.probability is not None or request.is_closed is not None:
        stage = _stage(type, StageWords("", request.probability, request.is_closed), 0)
        image = _stage_image(stage)
        values |= {name: image[name] for name in map(PropertyName, ("closed", "probability"))}
    if not values:
        raise InvalidInputError("nothing of the stage would change", hint="Give label, probability or closed.")
    return values


def _stage(type: ObjectType, words: StageWords, order: int) -> Stage:
    """Give a stage; a deal's is closed at a probability of 0 or 1."""
    if type.name != "deals":
        if words.probability is not None:
            raise InvalidInputError(f"stages of {type.name} have no probability", field="probability")
        return Stage("", words.label.strip(), order, is_closed=bool(words.is_closed))
    is_closed = words.probability in (0.0, 1.0)
    if words.is_closed is not None and words.is_closed != is_closed:
        raise InvalidInputError(
            f"the stage {quote(words.label)} cannot be {'closed' if words.is_closed else 'open'} so: HubSpot closes deals at "
            "a probability of 0 or 1",
            field="probability",
        )
    return Stage("", words.label.strip(), order, is_closed, words.probability)


def _stage_image(stage: Stage) -> dict[PropertyName, str]:
    probability = "" if stage.probability is None else f"{stage.probability:g}"
    return _image(
        label=stage.label,
        order=str(stage.order),
        closed="true" if stage.is_closed else "false",
        probability=probability,
    )


def _label(request: PipelineRequest) -> str:
    if not request.label:
        raise InvalidInputError("the new label is missing", hint="Give label.", field="label")
    return request.label


def _campaign_values(request: CampaignPlanRequest) -> dict[PropertyName, str]:
    given = {
        "hs_name": request.name,
        "hs_start_date": _day(request.start_date, "start_date"),
        "hs_end_date": _day(request.end_date, "end_date"),
        "hs_campaign_status": _status(request.status),
        "hs_audience": request.audience,
        "hs_goal": request.goal,
        "hs_notes": request.notes,
    }
    return {PropertyName(name): value for name, value in given.items() if value is not None}


def _day(text: str | None, field: str) -> str | None:
    if not text:
        return text
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise InvalidInputError(f"{field} is {quote(text)}: expected a day such as 2026-12-31", field=field) from error


def _status(text: str | None) -> str | None:
    if not text:
        return text
    found = named(text, _STATUSES, lambda status: (status,))
    if not found:
        raise InvalidInputError(f"status is {quote(text)}: expected one of {', '.join(_STATUSES)}", field="status")
    return found[0]


def _one(word: str, things: Iterable[T], what: str, names: Callable[[T], tuple[str, str]]) -> T:
    """Give the one thing of a name or id.

    Raises:
        UnknownNameError, AmbiguousNameError: none or several are called so.
    """
    everything = tuple(things)
    by_id = [thing for thing in everything if names(thing)[0] == word.strip()]
    found = by_id or list(named(word, everything, names))
    if len(found) == 1:
        return found[0]
    told = [candidate(*names(thing)) for thing in (found or nearest(word, everything, names) or everything[:5])]
    if found:
        raise AmbiguousNameError(f"{len(found)} {what}s are called {quote(word)}", hint="Give the id.", candidates=told)
    raise UnknownNameError(f"there is no {what} {quote(word)}", hint="hubspot_describe lists them.", candidates=told)


def _image(**entries: str) -> dict[PropertyName, str]:
    return {PropertyName(name): value for name, value in entries.items()}

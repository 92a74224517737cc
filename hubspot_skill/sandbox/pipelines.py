"""Answers the pipelines API: pipelines, their stages, their audit.

Sources: facts 9 [S][D]: metadata values are text, lists have no paging, at most 100 stages, ids made here are numbers. Deleting checks
references by default in 2026-09 (facts 1.2 c) and on request before that [D][S]; a stage in use answers STAGE_ID_IN_USE [L].
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.definitions import PipelineEvent
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.properties import schema_type
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.seed import PipelineSeed, StageSeed
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["ENDPOINTS"]

_STAGE_LIMIT = 100


def list_pipelines(call: Call) -> Response:
    """Answer every pipeline of a type in display order."""
    object_type = _type(call, "read")
    return answer({"results": [_pipeline(each) for each in _ordered(call, object_type)]})


def read_pipeline(call: Call) -> Response:
    """Answer one pipeline."""
    return answer(_pipeline(_named(call, _type(call, "read"))))


async def create_pipeline(call: Call) -> Response:
    """Make a pipeline with its stages."""
    object_type, body = _type(call, "write"), await call.body()
    made = _from_body(call, object_type, body, _new_id(call, object_type), created_ms=call.portal.now_ms())
    _set(call, object_type, made, "CREATE", made.id)
    return answer(_pipeline(made), 201)


async def replace_pipeline(call: Call) -> Response:
    """Put another pipeline in a pipeline's place, with other stages; stages in use must stay."""
    object_type = _type(call, "write")
    current, body = _named(call, object_type), await call.body()
    made = _from_body(call, object_type, body, current.id, created_ms=current.created_ms)
    kept = {stage.id for stage in made.stages}
    for stage in current.stages:
        if stage.id not in kept:
            _refuse_used(call, object_type, stage.id, asked=True)
    _set(call, object_type, made, "UPDATE", current.id)
    return answer(_pipeline(made))


async def update_pipeline(call: Call) -> Response:
    """Change a pipeline's label or place."""
    object_type = _type(call, "write")
    current, body = _named(call, object_type), await call.body()
    label, order = body.get("label", current.label), body.get("displayOrder", current.display_order)
    if not isinstance(label, str) or not label or not isinstance(order, int):
        raise Refusal.invalid_json("label must be a text and displayOrder a whole number")
    _refuse_label(call, object_type, label, except_id=current.id)
    changed = replace(current, label=label, display_order=order, updated_ms=call.portal.now_ms())
    _set(call, object_type, changed, "UPDATE", current.id)
    return answer(_pipeline(changed))


def delete_pipeline(call: Call) -> Response:
    """Take a pipeline away; with references checked only if no record is in it."""
    object_type = _type(call, "write")
    current = _named(call, object_type)
    for stage in current.stages:
        _refuse_used(call, object_type, stage.id, asked=_checks(call))
    event = PipelineEvent(current.id, "DELETE", call.portal.now_ms(), call.token.user_id, current)
    call.portal.store.definitions.remove_pipeline(object_type, current.id, event)
    return no_content()


def list_stages(call: Call) -> Response:
    """Answer the stages of a pipeline in display order."""
    return answer({"results": [_stage(each) for each in _sorted(_named(call, _type(call, "read")).stages)]})


def read_stage(call: Call) -> Response:
    """Answer one stage."""
    return answer(_stage(_named_stage(call, _named(call, _type(call, "read")))))


async def create_stage(call: Call) -> Response:
    """Make a stage."""
    object_type = _type(call, "write")
    current, body = _named(call, object_type), await call.body()
    made = _stage_from(call, object_type, body, current.stages, _new_id(call, object_type))
    if len(current.stages) >= _STAGE_LIMIT:
        raise Refusal.validation(f"A pipeline can have at most {_STAGE_LIMIT} stages")
    changed = replace(current, stages=(*current.stages, made), updated_ms=call.portal.now_ms())
    _set(call, object_type, changed, "CREATE", made.id)
    return answer(_stage(made), 201)


async def update_stage(call: Call) -> Response:
    """Change what is given of a stage; a PUT needs label, place and metadata."""
    object_type = _type(call, "write")
    pipeline, body = _named(call, object_type), await call.body()
    current = _named_stage(call, pipeline)
    if call.request.method == "PATCH":
        body = {"label": current.label, "displayOrder": current.display_order, "metadata": current.metadata, **body}
    others = tuple(stage for stage in pipeline.stages if stage.id != current.id)
    made = _stage_from(call, object_type, body, others, current.id, before=current)
    stages = tuple(made if stage.id == current.id else stage for stage in pipeline.stages)
    changed = replace(pipeline, stages=stages, updated_ms=call.portal.now_ms())
    _set(call, object_type, changed, "UPDATE", current.id)
    return answer(_stage(made))


def delete_stage(call: Call) -> Response:
    """Take a stage away; with references checked only if no record is in it."""
    object_type = _type(call, "write")
    pipeline = _named(call, object_type)
    current = _named_stage(call, pipeline)
    _refuse_used(call, object_type, current.id, asked=_checks(call))
    if len(pipeline.stages) == 1:
        raise Refusal.validation(f"Pipeline {pipeline.id} must keep at least one stage")
    stages = tuple(stage for stage in pipeline.stages if stage.id != current.id)
    _set(call, object_type, replace(pipeline, stages=stages, updated_ms=call.portal.now_ms()), "DELETE", current.id)
    return no_content()


def audit(call: Call) -> Response:
    """Answer what was done to a pipeline or a stage, newest first."""
    _type(call, "read")
    identifier = call.params.get("stage_id") or call.params["pipeline_id"]
    events = [each for each in call.portal.store.definitions.events if each.identifier == identifier]
    return answer(
        {
            "results": [
                {
                    "portalId": call.portal.account.portal_id,
                    "identifier": each.identifier,
                    "action": each.action,
                    "timestamp": iso(each.at_ms),
                    "fromUserId": each.user_id,
                    "rawObject": None if each.pipeline is None else _pipeline(each.pipeline),
                }
                for each in reversed(events)
            ]
        }
    )


def _type(call: Call, way: str) -> ObjectType:
    object_type = schema_type(call, way)
    if object_type.pipeline is None:
        raise Refusal.validation(f"Object type {object_type.type_id} does not have pipelines")
    return object_type


def _ordered(call: Call, object_type: ObjectType) -> list[PipelineSeed]:
    found = call.portal.store.definitions.pipelines.get(object_type.name, {}).values()
    return sorted(found, key=lambda each: each.display_order)


def _named(call: Call, object_type: ObjectType) -> PipelineSeed:
    found = call.portal.store.definitions.pipelines.get(object_type.name, {}).get(call.params["pipeline_id"])
    if found is None:
        raise Refusal.not_found()
    return found


def _named_stage(call: Call, pipeline: PipelineSeed) -> StageSeed:
    found = next((stage for stage in pipeline.stages if stage.id == call.params["stage_id"]), None)
    if found is None:
        raise Refusal.not_found()
    return found


def _new_id(call: Call, object_type: ObjectType) -> str:
    """Give a number that no pipeline or stage has, or had before it was deleted."""
    taken, definitions = {call.portal.account.portal_id}, call.portal.store.definitions
    present = [each for pipelines in definitions.pipelines.values() for each in pipelines.values()]
    for each in (*present, *(event.pipeline for event in definitions.events if event.pipeline is not None)):
        taken |= {int(name) for name in (each.id, *(stage.id for stage in each.stages)) if name.isdigit()}
    return str(max(taken) + 1 + sum(map(len, call.portal.store.definitions.pipelines.get(object_type.name, {}))))


def _from_body(
    call: Call, object_type: ObjectType, body: dict[str, object], pipeline_id: str, *, created_ms: int
) -> PipelineSeed:
    label, order, given = body.get("label"), body.get("displayOrder"), body.get("stages")
    if not isinstance(label, str) or not label or not isinstance(order, int) or not isinstance(given, list):
        raise Refusal.invalid_json("Some required fields were not set: [label, displayOrder, stages]")
    _refuse_label(call, object_type, label, except_id=pipeline_id)
    if len(cast("list[object]", given)) > _STAGE_LIMIT:
        raise Refusal.validation(f"A pipeline can have at most {_STAGE_LIMIT} stages")
    stages: list[StageSeed] = []
    first = int(_new_id(call, object_type)) + 1
    for place, each in enumerate(cast("list[object]", given)):
        fields = cast("dict[str, object]", each) if isinstance(each, dict) else {}
        stage_id = str(fields.get("stageId") or first + place)
        stages.append(_stage_from(call, object_type, fields, stages, stage_id))
    return PipelineSeed(pipeline_id, label, order, tuple(stages), created_ms, call.portal.now_ms())


def _stage_from(
    call: Call,
    object_type: ObjectType,
    body: dict[str, object],
    others: list[StageSeed] | tuple[StageSeed, ...],
    stage_id: str,
    before: StageSeed | None = None,
) -> StageSeed:
    label, order, given = body.get("label"), body.get("displayOrder"), body.get("metadata")
    if not isinstance(label, str) or not label or not isinstance(order, int) or not isinstance(given, dict):
        raise Refusal.invalid_json("Some required fields were not set: [label, displayOrder, metadata]")
    metadata = {name: str(value) for name, value in cast("dict[str, object]", given).items()}
    if object_type.name == "deals":
        probability = metadata.get("probability", "")
        if not _is_probability(probability):
            raise Refusal.validation(
                f'Stage "{label}" requires metadata probability from 0.0 to 1.0, found "{probability}"'
            )
        metadata = {"isClosed": "true" if float(probability) in {0.0, 1.0} else "false", **metadata}
    if any(stage.label == label for stage in others):
        raise Refusal.validation(f'A stage with label "{label}" already exists in the pipeline')
    now_ms = call.portal.now_ms()
    if before is not None:
        return replace(before, label=label, display_order=order, metadata=metadata, updated_ms=now_ms)
    return StageSeed(stage_id, label, order, metadata, now_ms, now_ms)


def _is_probability(text: str) -> bool:
    try:
        return 0.0 <= float(text) <= 1.0
    except ValueError:
        return False


def _refuse_label(call: Call, object_type: ObjectType, label: str, *, except_id: str) -> None:
    if any(each.label == label and each.id != except_id for each in _ordered(call, object_type)):
        raise Refusal.validation(f'A pipeline with label "{label}" already exists')


def _checks(call: Call) -> bool:
    """Tell whether a delete has its references checked: by default in 2026-09, where asked for before."""
    names = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")
    asked = [call.query_flag(name) for name in names if call.query(name) is not None]
    return any(asked) if asked else call.at_least("2026-09")


def _refuse_used(call: Call, object_type: ObjectType, stage_id: str, *, asked: bool) -> None:
    stage_property = object_type.stage_of
    if not asked or stage_property is None or not call.portal.store.has_column(object_type, stage_property):
        return
    found = call.portal.store.rows(
        f'SELECT _id FROM {table("r", object_type)} WHERE "{stage_property}" = ? LIMIT 10',
        (stage_id,),
    )
    if found:
        raise Refusal.plain(
            400,
            f"Stage ID {stage_id} is in use by records and cannot be deleted",
            "VALIDATION_ERROR",
            subCategory="PipelineError.STAGE_ID_IN_USE",
            context={"stageId": [stage_id], "objectIds": [str(row[0]) for row in found]},
        )


def _set(call: Call, object_type: ObjectType, pipeline: PipelineSeed, action: str, identifier: str) -> None:
    event = PipelineEvent(identifier, action, call.portal.now_ms(), call.token.user_id, pipeline)
    call.portal.store.definitions.set_pipeline(object_type, pipeline, event)


def _sorted(stages: tuple[StageSeed, ...]) -> list[StageSeed]:
    return sorted(stages, key=lambda stage: stage.display_order)


def _pipeline(pipeline: PipelineSeed) -> dict[str, object]:
    return {
        "label": pipeline.label,
        "displayOrder": pipeline.display_order,
        "id": pipeline.id,
        "stages": [_stage(stage) for stage in _sorted(pipeline.stages)],
        "createdAt": iso(pipeline.created_ms),
        "updatedAt": iso(pipeline.updated_ms),
        "archived": False,
    }


def _stage(stage: StageSeed) -> dict[str, object]:
    return {
        "label": stage.label,
        "displayOrder": stage.display_order,
        "metadata": dict(stage.metadata),
        "id": stage.id,
        "createdAt": iso(stage.created_ms),
        "updatedAt": iso(stage.updated_ms),
        "archived": False,
        "writePermissions": stage.write_permissions,
    }


_LEGACY = ("/crm/v3/pipelines",)
_PIPELINE = "/{object_type}/{pipeline_id}"
_STAGE = f"{_PIPELINE}/stages/{{stage_id}}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "crm/pipelines", "/{object_type}", list_pipelines, legacy=_LEGACY),
    Endpoint("POST", "crm/pipelines", "/{object_type}", create_pipeline, legacy=_LEGACY),
    Endpoint("GET", "crm/pipelines", _PIPELINE, read_pipeline, legacy=_LEGACY),
    Endpoint("PUT", "crm/pipelines", _PIPELINE, replace_pipeline, legacy=_LEGACY),
    Endpoint("PATCH", "crm/pipelines", _PIPELINE, update_pipeline, legacy=_LEGACY),
    Endpoint("DELETE", "crm/pipelines", _PIPELINE, delete_pipeline, legacy=_LEGACY),
    Endpoint("GET", "crm/pipelines", f"{_PIPELINE}/audit", audit, legacy=_LEGACY),
    Endpoint("GET", "crm/pipelines", f"{_PIPELINE}/stages", list_stages, legacy=_LEGACY),
    Endpoint("POST", "crm/pipelines", f"{_PIPELINE}/stages", create_stage, legacy=_LEGACY),
    Endpoint("GET", "crm/pipelines", _STAGE, read_stage, legacy=_LEGACY),
    Endpoint("PUT", "crm/pipelines", _STAGE, update_stage, legacy=_LEGACY),
    Endpoint("PATCH", "crm/pipelines", _STAGE, update_stage, legacy=_LEGACY),
    Endpoint("DELETE", "crm/pipelines", _STAGE, delete_stage, legacy=_LEGACY),
    Endpoint("GET", "crm/pipelines", f"{_STAGE}/audit", audit, legacy=_LEGACY),
)

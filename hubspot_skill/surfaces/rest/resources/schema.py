"""What the account's CRM looks like: object types, properties, pipelines with their stages, owners, link labels."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hubspot_skill.domain.errors import Candidate, NotFoundError
from hubspot_skill.domain.text import quote
from hubspot_skill.service.answers import Cell, Description
from hubspot_skill.service.definitions.requests import PipelineAction, PipelineRequest
from hubspot_skill.service.requests import DescribeRequest, Topic
from hubspot_skill.surfaces.rest.models.answers import TableAnswer, Told, rows_of, told
from hubspot_skill.surfaces.rest.models.definitions import PipelineBody, PipelineChangeBody
from hubspot_skill.surfaces.rest.models.queries import Text
from hubspot_skill.surfaces.rest.operations import Call, Effect, Operation, Query, Reply
from hubspot_skill.surfaces.rest.resources.changes import DONE, settled

__all__ = ["OPERATIONS"]

MOST = 200
_TYPE = "An object type, such as contacts, deals or a custom type."


class TopicQuery(Query):
    """What to look for in a list of names."""

    q: Text = Field(default="", description="Words to find; a property's exact name gives all its options.")
    limit: int = Field(default=50, ge=1, le=MOST)


class AssociationsQuery(TopicQuery):
    """Between which types."""

    to_type: Text = Field(default="", description="The other object type; without it the usual ones.")


class PipelinesQuery(Query):
    """Whose pipelines."""

    type: Text = Field(default="deals", min_length=1, description="deals, tickets, or another type that has pipelines.")


class StageAnswer(BaseModel):
    """A stage: `outcome` is open, won, lost or closed; `probability` of winning where the stage has one."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    outcome: str
    probability: Cell


class PipelineAnswer(Told):
    """A pipeline with its stages in their order."""

    id: str
    name: str
    type: str
    stages: tuple[StageAnswer, ...]


class PipelinesAnswer(Told):
    """The pipelines of one object type."""

    type: str
    results: tuple[PipelineAnswer, ...]
    returned: int
    total: int


async def _described(call: Call[Any, Any], topic: Topic, *, type: str = "", to_type: str = "") -> Reply:
    query: TopicQuery = call.query
    asked = DescribeRequest(topic=topic, type=type, to_type=to_type, query=query.q, limit=query.limit)
    answer = await (await call.crm()).describe(asked)
    return Reply(
        TableAnswer(
            **told(answer),
            as_of=answer.as_of,
            columns=answer.table.columns,
            results=rows_of(answer.table),
            returned=answer.returned,
            total=answer.total,
        )
    )


async def _types(call: Call[TopicQuery, Any]) -> Reply:
    return await _described(call, Topic.TYPES)


async def _properties(call: Call[TopicQuery, Any]) -> Reply:
    return await _described(call, Topic.PROPERTIES, type=call.path["type"])


async def _owners(call: Call[TopicQuery, Any]) -> Reply:
    return await _described(call, Topic.OWNERS)


async def _associations(call: Call[AssociationsQuery, Any]) -> Reply:
    return await _described(call, Topic.ASSOCIATIONS, type=call.path["type"], to_type=call.query.to_type)


async def _pipelines(call: Call[PipelinesQuery, Any]) -> Reply:
    answer, found = await _read_pipelines(call)
    return Reply(
        PipelinesAnswer(**told(answer), type=answer.type, results=tuple(found), returned=len(found), total=len(found))
    )


async def _pipeline(call: Call[PipelinesQuery, Any]) -> Reply:
    answer, pipelines = await _read_pipelines(call)
    word = call.path["id"]
    found = next((p for p in pipelines if word in (p.id, p.name)), None)
    if found is None:
        raise NotFoundError(
            f"{answer.type} have no pipeline {quote(word)}",
            hint="Name it by its id.",
            candidates=[Candidate(p.id, p.name) for p in pipelines],
        )
    return Reply(found)


async def _read_pipelines(call: Call[PipelinesQuery, Any]) -> tuple[Description, Sequence[PipelineAnswer]]:
    """Read the pipelines of a type, put together from the rows that tell a stage each."""
    asked = DescribeRequest(topic=Topic.PIPELINES, type=call.query.type, limit=MOST)
    answer = await (await call.crm()).describe(asked)
    stages: dict[tuple[str, str], list[StageAnswer]] = {}
    for name, id, stage, stage_id, outcome, probability in answer.table.rows:
        stages.setdefault((str(id), str(name)), []).append(
            StageAnswer(id=str(stage_id), name=str(stage), outcome=str(outcome), probability=probability)
        )
    return answer, [
        PipelineAnswer(**told(answer), id=id, name=name, type=answer.type, stages=tuple(inner))
        for (id, name), inner in stages.items()
    ]


async def _create_pipeline(call: Call[PipelinesQuery, PipelineBody]) -> Reply:
    return await settled(call, await (await call.crm()).plan_pipeline(call.body.request(call.query.type)))


async def _change_pipeline(call: Call[PipelinesQuery, PipelineChangeBody]) -> Reply:
    asked = call.body.request(call.query.type, call.path["id"])
    return await settled(call, await (await call.crm()).plan_pipeline(asked))


async def _delete_pipeline(call: Call[PipelinesQuery, Any]) -> Reply:
    asked = PipelineRequest(action=PipelineAction.DELETE, type=call.query.type, pipeline=call.path["id"])
    return await settled(call, await (await call.crm()).plan_pipeline(asked))


_TAG = "Schema"
_PIPELINE = {"id": "The pipeline's id or name."}


def _update_pipeline(method: str, verb: str) -> Operation[Any, Any]:
    return Operation(
        id=f"{verb}_pipeline",
        method=method,
        path="/pipelines/{id}",
        tag="Pipelines",
        summary="Change a pipeline or one of its stages",
        description="One change a request. A person has to approve it.",
        parts=_PIPELINE,
        query=PipelinesQuery,
        body=PipelineChangeBody,
        example={"name": "New business"},
        answers=DONE,
        effect=Effect.WRITE,
        act=_change_pipeline,
    )


OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="list_pipelines",
        method="GET",
        path="/pipelines",
        tag="Pipelines",
        summary="List pipelines",
        description="With their stages, in order.",
        query=PipelinesQuery,
        answers={HTTPStatus.OK: PipelinesAnswer},
        act=_pipelines,
    ),
    Operation(
        id="get_pipeline",
        method="GET",
        path="/pipelines/{id}",
        tag="Pipelines",
        summary="Read a pipeline",
        parts=_PIPELINE,
        query=PipelinesQuery,
        answers={HTTPStatus.OK: PipelineAnswer},
        act=_pipeline,
    ),
    Operation(
        id="create_pipeline",
        method="POST",
        path="/pipelines",
        tag="Pipelines",
        summary="Create a pipeline with its stages",
        description="A person has to approve it.",
        query=PipelinesQuery,
        body=PipelineBody,
        example={
            "name": "Partners",
            "stages": [{"name": "Met", "probability": 0.2}, {"name": "Won", "probability": 1}],
        },
        answers=DONE,
        effect=Effect.WRITE,
        act=_create_pipeline,
    ),
    _update_pipeline("PATCH", "update"),
    _update_pipeline("PUT", "put"),
    Operation(
        id="delete_pipeline",
        method="DELETE",
        path="/pipelines/{id}",
        tag="Pipelines",
        summary="Delete a pipeline",
        description="One that still holds records is not deleted. A person has to approve it.",
        parts=_PIPELINE,
        query=PipelinesQuery,
        answers=DONE,
        effect=Effect.WRITE,
        act=_delete_pipeline,
    ),
    Operation(
        id="list_types",
        method="GET",
        path="/types",
        tag=_TAG,
        summary="List object types",
        query=TopicQuery,
        answers={HTTPStatus.OK: TableAnswer},
        act=_types,
    ),
    Operation(
        id="list_properties",
        method="GET",
        path="/properties/{type}",
        tag=_TAG,
        summary="List properties of a type",
        description="With type, options, and whether they can be written.",
        parts={"type": _TYPE},
        query=TopicQuery,
        answers={HTTPStatus.OK: TableAnswer},
        act=_properties,
    ),
    Operation(
        id="list_associations",
        method="GET",
        path="/associations/{type}",
        tag=_TAG,
        summary="List kinds of links of a type",
        parts={"type": _TYPE},
        query=AssociationsQuery,
        answers={HTTPStatus.OK: TableAnswer},
        act=_associations,
    ),
    Operation(
        id="list_owners",
        method="GET",
        path="/owners",
        tag=_TAG,
        summary="List owners",
        description="Everybody that records can be assigned to, the deactivated last.",
        query=TopicQuery,
        answers={HTTPStatus.OK: TableAnswer},
        act=_owners,
    ),
)

"""The local copy and what is made of it: sync, search over every type, exports to files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.answers import FindAnswer, SyncAnswer
from hubspot_skill.service.export.asked import ExportAnswer, ExportRequest
from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.service.requests import FindRequest, SearchRequest, SyncAction, SyncRequest
from hubspot_skill.surfaces.rest.models.queries import Commas, Many, Text, condition_of
from hubspot_skill.surfaces.rest.operations import PREFIX, Call, Closed, Effect, Operation, Query, Reply

__all__ = ["OPERATIONS"]

WAIT_S = 20.0
EXPORT_S = 120.0
MOST_ROWS = 10_000


class SyncBody(Closed):
    """What to do about the local copy."""

    action: SyncAction = SyncAction.REFRESH


class SearchQuery(Query):
    """What to find in records of every type."""

    q: Text = Field(default="", description="Words, each the beginning of one in the record.")
    types: Commas = Field(default=(), description="Object types; without it all that are copied.")
    limit: int = Field(default=6, ge=1, le=50, description="Records of each type.")


class ExportBody(Closed):
    """What to write to a file: everything that a search matches."""

    type: Text = Field(min_length=1)
    where: Many = Field(default=(), max_length=100, description="As in lists: `property:compare:value`.")
    q: Text = Field(default="", description="Words in the main text fields.")
    fields: Annotated[tuple[Text, ...], Field(max_length=50)] = Field(default=(), description="The columns.")
    format: ExportFormat = ExportFormat.CSV


async def _state(call: Call[Query, Any]) -> Reply:
    return Reply(await (await call.crm()).sync(SyncRequest()))


async def _sync(call: Call[Query, SyncBody]) -> Reply:
    return Reply(await (await call.crm()).sync(SyncRequest(call.body.action, WAIT_S)))


async def _find(call: Call[SearchQuery, Any]) -> Reply:
    if not call.query.q:
        raise InvalidInputError("no words to find were given", hint="Give `q`.", field="q")
    asked = FindRequest(call.query.q, call.query.limit, call.query.types)
    return Reply(await (await call.crm()).find(asked))


async def _export(call: Call[Query, ExportBody]) -> Reply:
    body = call.body
    search = SearchRequest(
        type=body.type, where=tuple(condition_of(text) for text in body.where), text=body.q, fields=body.fields
    )
    answer = await (await call.crm()).export(ExportRequest(search=search, format=body.format, most_rows=MOST_ROWS))
    return Reply(answer, status=HTTPStatus.CREATED, headers={"Location": f"{PREFIX}/exports/{answer.name}"})


async def _exported(call: Call[Query, Any]) -> Reply:
    kept = (await call.crm()).exported(call.path["name"])
    headers = {"Content-Disposition": f'attachment; filename="{kept.name}"'}
    return Reply(file=kept.path, headers=headers, media_type="application/octet-stream")


_TAG = "Data"

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="search_everything",
        method="GET",
        path="/search",
        tag=_TAG,
        summary="Find records of every type by words",
        description="In the local copy; its age is told.",
        query=SearchQuery,
        answers={HTTPStatus.OK: FindAnswer},
        act=_find,
    ),
    Operation(
        id="get_sync",
        method="GET",
        path="/sync",
        tag=_TAG,
        summary="How fresh the local copy is",
        query=Query,
        answers={HTTPStatus.OK: SyncAnswer},
        act=_state,
    ),
    Operation(
        id="sync",
        method="POST",
        path="/sync",
        tag=_TAG,
        summary="Refresh the local copy",
        description="Waits up to 20 s, then tells where it stands; the work goes on. Nothing is written to HubSpot.",
        query=Query,
        body=SyncBody,
        example={"action": "refresh"},
        answers={HTTPStatus.OK: SyncAnswer},
        effect=Effect.WRITE,
        time_s=60.0,
        act=_sync,
    ),
    Operation(
        id="create_export",
        method="POST",
        path="/exports",
        tag=_TAG,
        summary="Export all that a search matches to a file",
        description="Up to 10,000 rows, kept for a week, readable by its owner alone.",
        query=Query,
        body=ExportBody,
        example={"type": "deals", "where": ["amount:gte:1000"], "fields": ["dealname", "amount"], "format": "csv"},
        answers={HTTPStatus.CREATED: ExportAnswer},
        effect=Effect.WRITE,
        time_s=EXPORT_S,
        act=_export,
    ),
    Operation(
        id="get_export",
        method="GET",
        path="/exports/{name}",
        tag=_TAG,
        summary="Fetch an export",
        parts={"name": "The file's name, as its export answered."},
        query=Query,
        answers={HTTPStatus.OK: bytes},
        media_type="application/octet-stream",
        act=_exported,
    ),
)

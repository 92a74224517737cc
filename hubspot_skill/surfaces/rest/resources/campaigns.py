"""Marketing campaigns: list, read with results."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from hubspot_skill.domain.marketing import AttributionModel, CampaignBudget, CampaignMetrics, CampaignRevenue
from hubspot_skill.service.answers import CampaignsAnswer, CampaignView, Cell
from hubspot_skill.service.definitions.requests import CampaignAction, CampaignPlanRequest
from hubspot_skill.service.requests import CampaignsRequest
from hubspot_skill.surfaces.rest.models.answers import Links, TableAnswer, Told, rows_of, told
from hubspot_skill.surfaces.rest.models.definitions import CampaignBody, CampaignChangeBody
from hubspot_skill.surfaces.rest.models.queries import Text
from hubspot_skill.surfaces.rest.operations import Call, Effect, Operation, Query, Reply
from hubspot_skill.surfaces.rest.resources.changes import DONE, settled

__all__ = ["OPERATIONS"]


class CampaignsQuery(Query):
    """Which campaigns."""

    q: Text = Field(default="", description="Words of the name.")
    status: Text = Field(default="", description="planned, in_progress, active, paused or completed.")
    during: Text = Field(default="", description="A period in which the campaign runs.")
    limit: int = Field(default=20, ge=1, le=100)
    cursor: Annotated[str, Field(max_length=2_000)] = Field(default="", description="`next` of the page before.")


class CampaignQuery(Query):
    """Of which time the results are, and how revenue is credited."""

    period: Text = Field(default="", description="The period of metrics and revenue; empty is all time.")
    attribution: AttributionModel = AttributionModel.LINEAR


class CampaignsPage(TableAnswer):
    """One page of campaigns."""

    next: str
    links: Links


class CampaignAnswer(Told):
    """One campaign with its results. A contact may be in several campaigns: do not add their figures up."""

    id: str
    name: str
    properties: dict[str, Cell]
    labels: dict[str, str]
    metrics: CampaignMetrics | None
    revenue: CampaignRevenue | None
    budget: CampaignBudget | None

    @classmethod
    def of(cls, answer: CampaignsAnswer, view: CampaignView) -> CampaignAnswer:
        """Make it from the service's answer."""
        return cls(
            **told(answer),
            id=view.id,
            name=view.name,
            properties={v.name: v.value for v in view.values},
            labels={v.name: v.label for v in view.values},
            metrics=view.metrics,
            revenue=view.revenue,
            budget=view.budget,
        )


async def _list(call: Call[CampaignsQuery, Any]) -> Reply:
    query = call.query
    asked = CampaignsRequest(
        name=query.q, status=query.status, during=query.during, limit=query.limit, cursor=query.cursor
    )
    answer = await (await call.crm()).campaigns(asked)
    following = call.elsewhere(cursor=answer.next) if answer.next else ""
    page = CampaignsPage(
        **told(answer),
        as_of=answer.as_of,
        columns=answer.table.columns,
        results=rows_of(answer.table),
        returned=answer.returned,
        total=answer.total,
        next=answer.next,
        links=Links(self=call.address, next=following or None),
    )
    return Reply(page, headers={"Link": f'<{following}>; rel="next"'} if following else {})


async def _read(call: Call[CampaignQuery, Any]) -> Reply:
    asked = CampaignsRequest(campaign=call.path["id"], period=call.query.period, attribution=call.query.attribution)
    answer = await (await call.crm()).campaigns(asked)
    view = answer.campaign
    if view is None:
        raise LookupError("one campaign was asked for and none was told")
    return Reply(CampaignAnswer.of(answer, view))


async def _create(call: Call[Query, CampaignBody]) -> Reply:
    body = call.body
    return await settled(call, await (await call.crm()).plan_campaign(body.request(CampaignAction.CREATE, body.name)))


async def _change(call: Call[Query, CampaignChangeBody]) -> Reply:
    asked = call.body.request(CampaignAction.UPDATE, call.path["id"])
    return await settled(call, await (await call.crm()).plan_campaign(asked))


async def _delete(call: Call[Query, Any]) -> Reply:
    asked = CampaignPlanRequest(action=CampaignAction.DELETE, campaign=call.path["id"])
    return await settled(call, await (await call.crm()).plan_campaign(asked))


_TAG = "Campaigns"
_ID = {"id": "The campaign's id or name."}


def _update(method: str, verb: str) -> Operation[Any, Any]:
    return Operation(
        id=f"{verb}_campaign",
        method=method,
        path="/campaigns/{id}",
        tag=_TAG,
        summary="Update a campaign",
        description="Only what is given changes. A person has to approve it.",
        parts=_ID,
        query=Query,
        body=CampaignChangeBody,
        example={"goal": "200 leads"},
        answers=DONE,
        effect=Effect.WRITE,
        act=_change,
    )


OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="list_campaigns",
        method="GET",
        path="/campaigns",
        tag=_TAG,
        summary="List campaigns",
        query=CampaignsQuery,
        answers={HTTPStatus.OK: CampaignsPage},
        act=_list,
    ),
    Operation(
        id="get_campaign",
        method="GET",
        path="/campaigns/{id}",
        tag=_TAG,
        summary="Read a campaign with its results",
        description="Metrics, attributed revenue and budget.",
        parts=_ID,
        query=CampaignQuery,
        answers={HTTPStatus.OK: CampaignAnswer},
        act=_read,
    ),
    Operation(
        id="create_campaign",
        method="POST",
        path="/campaigns",
        tag=_TAG,
        summary="Create a campaign",
        description="A person has to approve it.",
        query=Query,
        body=CampaignBody,
        example={"name": "Winter fair", "start_date": "2026-12-01"},
        answers=DONE,
        effect=Effect.WRITE,
        act=_create,
    ),
    _update("PATCH", "update"),
    _update("PUT", "put"),
    Operation(
        id="delete_campaign",
        method="DELETE",
        path="/campaigns/{id}",
        tag=_TAG,
        summary="Delete a campaign",
        description="For good. A person has to approve it with the typed count.",
        parts=_ID,
        query=Query,
        answers=DONE,
        effect=Effect.WRITE,
        act=_delete,
    ),
)

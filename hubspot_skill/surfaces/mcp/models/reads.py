"""The arguments of the reading tools that are no searches."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hubspot_skill.domain.marketing import AttributionModel
from hubspot_skill.service.requests import BriefRequest, CampaignsRequest, DescribeRequest, GetRequest, Topic
from hubspot_skill.surfaces.mcp.models.words import Name, Names, Period, Record
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["Brief", "Campaigns", "Describe", "Get", "WhoAmI"]

LEAST_TOKENS = 100
TEXT_SHARE = 0.95
"""What the service may fill of a brief's tokens so that its structured content fits as well (measured, demo portal)."""


class WhoAmI(Arguments):
    """Arguments of hubspot_whoami: none."""


class Describe(Arguments):
    """Arguments of hubspot_describe."""

    topic: Topic
    type: Annotated[Name, Field(description="Object type, e.g. deals; not for types and owners")] = ""
    to_type: Annotated[Name, Field(description="For associations: the other type")] = ""
    query: Annotated[Name, Field(description="Words to find; an exact property name lists all its options")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50

    def request(self) -> DescribeRequest:
        """Give the question that the service answers."""
        return DescribeRequest(
            topic=self.topic, type=self.type, to_type=self.to_type, query=self.query, limit=self.limit
        )


class Get(Arguments):
    """Arguments of hubspot_get."""

    records: Annotated[Names, Field(description="Ids, record URLs, emails or other unique values")]
    type: Annotated[Name, Field(description="Object type; not needed for URLs and emails")] = ""
    key: Annotated[Name, Field(description="Unique property that records are values of")] = ""
    fields: Annotated[Names, Field(description="Properties")] = ()
    associations: Annotated[Names, Field(description="Object types whose linked records to list")] = ()
    history: Annotated[Names, Field(description="Properties whose past values to list")] = ()

    def request(self) -> GetRequest:
        """Give the question that the service answers."""
        return GetRequest(
            records=self.records,
            type=self.type,
            key=self.key,
            fields=self.fields,
            associations=self.associations,
            history=self.history,
        )


class Brief(Arguments):
    """Arguments of hubspot_brief."""

    record: Annotated[Name, Field(description="Email, domain, name, id or record URL")]
    type: Annotated[Name, Field(description="contact, company or deal; needed for names and ids")] = ""
    max_tokens: Annotated[int, Field(ge=LEAST_TOKENS, le=4000)] = 300

    def request(self) -> BriefRequest:
        """Give the question that the service answers; it counts the text, which JSON exceeds a little."""
        text_tokens = max(int(self.max_tokens * TEXT_SHARE), LEAST_TOKENS)
        return BriefRequest(record=self.record, type=self.type, max_tokens=text_tokens)


class Campaigns(Arguments):
    """Arguments of hubspot_campaigns."""

    campaign: Annotated[Record, Field(description="Name or id: that one with metrics, revenue and budget")] = ""
    name: Annotated[Name, Field(description="Words of the name")] = ""
    status: Annotated[Name, Field(description="e.g. active, planned, completed")] = ""
    during: Annotated[Period, Field(description="Period the campaign runs in")] = ""
    period: Annotated[Period, Field(description="Period of metrics and revenue")] = ""
    attribution: AttributionModel = AttributionModel.LINEAR
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(description="next of the page before")] = ""

    def request(self) -> CampaignsRequest:
        """Give the question that the service answers."""
        return CampaignsRequest(
            campaign=self.campaign,
            name=self.name,
            status=self.status,
            during=self.during,
            period=self.period,
            attribution=self.attribution,
            limit=self.limit,
            cursor=self.cursor,
        )

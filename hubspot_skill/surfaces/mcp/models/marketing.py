"""Arguments of the toolset `marketing`; its answers are tables like those of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hubspot_skill.surfaces.mcp.models.words import Name, Names, Period, Record
from hubspot_skill.surfaces.mcp.strict import Arguments

if TYPE_CHECKING:
    from hubspot_skill.service.marketing import EmailStatisticsRequest, ListsRequest

__all__ = ["EmailStatistics", "Lists"]


class EmailStatistics(Arguments):
    """Arguments of hubspot_email_statistics."""

    email: Annotated[Record, Field(description="Name or id: that one only")] = ""
    period: Annotated[Period, Field(description="When things happened; else last 30 days")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    def request(self) -> EmailStatisticsRequest:
        """Give the question that the service answers."""
        from hubspot_skill.service.marketing import EmailStatisticsRequest

        return EmailStatisticsRequest(email=self.email, period=self.period, limit=self.limit)


class Lists(Arguments):
    """Arguments of hubspot_lists."""

    list: Annotated[Record, Field(description="Name or id: the records in that one")] = ""
    name: Annotated[Name, Field(description="Words of the name")] = ""
    type: Annotated[Name, Field(description="Lists of this object type, e.g. contacts")] = ""
    fields: Annotated[Names, Field(description="Columns of members")] = ()
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(description="next of the page before")] = ""

    def request(self) -> ListsRequest:
        """Give the question that the service answers."""
        from hubspot_skill.service.marketing import ListsRequest

        return ListsRequest(
            list=self.list,
            name=self.name,
            type=self.type,
            fields=self.fields,
            limit=self.limit,
            cursor=self.cursor,
        )

"""The arguments of the four search tools."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hubspot_skill.service.requests import (
    CompanyFilters,
    ContactFilters,
    DealFilters,
    DealStatus,
    Filters,
    RecordFilters,
    SearchRequest,
)
from hubspot_skill.surfaces.mcp.models.words import Conditions, Money, Name, Names, Owners, Period, Record
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["SearchCompanies", "SearchContacts", "SearchDeals", "SearchRecords"]


class _Search(Arguments):
    """What every search takes besides its own filters."""

    where: Conditions = ()
    text: Annotated[Name, Field(description="Words in main text fields")] = ""
    sort: Annotated[Name, Field(description="Property; - first for descending")] = ""
    fields: Annotated[Names, Field(description="Columns")] = ()
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(description="next of the page before")] = ""
    count_only: bool = False

    def _request(self, type_name: str, filters: Filters) -> SearchRequest:
        return SearchRequest(
            type=type_name,
            filters=filters,
            where=tuple(w.condition() for w in self.where),
            text=self.text,
            sort=self.sort,
            fields=self.fields,
            limit=self.limit,
            cursor=self.cursor,
            count_only=self.count_only,
        )


class SearchContacts(_Search):
    """Arguments of hubspot_search_contacts."""

    email: Annotated[Names, Field(description="Address or *@acme.com")] = ()
    lifecycle_stage: Names = ()
    lead_status: Names = ()
    owner: Owners = ()
    company: Annotated[Name, Field(description="Name, domain or id")] = ""
    deal: Record = ""
    created: Period = ""
    modified: Period = ""
    last_contacted: Annotated[Name, Field(description="Day, period or never")] = ""

    def request(self) -> SearchRequest:
        """Give the search that the service makes."""
        return self._request(
            "contacts",
            ContactFilters(
                email=self.email,
                lifecycle_stage=self.lifecycle_stage,
                lead_status=self.lead_status,
                owner=self.owner,
                company=self.company,
                deal=self.deal,
                created=self.created,
                modified=self.modified,
                last_contacted=self.last_contacted,
            ),
        )


class SearchCompanies(_Search):
    """Arguments of hubspot_search_companies."""

    domain: Names = ()
    industry: Names = ()
    country: Names = ()
    lifecycle_stage: Names = ()
    owner: Owners = ()
    contact: Annotated[Name, Field(description="Email, name or id")] = ""
    deal: Record = ""
    created: Period = ""
    modified: Period = ""
    last_contacted: Annotated[Name, Field(description="Day, period or never")] = ""

    def request(self) -> SearchRequest:
        """Give the search that the service makes."""
        return self._request(
            "companies",
            CompanyFilters(
                domain=self.domain,
                industry=self.industry,
                country=self.country,
                lifecycle_stage=self.lifecycle_stage,
                owner=self.owner,
                contact=self.contact,
                deal=self.deal,
                created=self.created,
                modified=self.modified,
                last_contacted=self.last_contacted,
            ),
        )


class SearchDeals(_Search):
    """Arguments of hubspot_search_deals."""

    status: DealStatus | None = None
    stage: Annotated[Names, Field(description="Names or ids")] = ()
    pipeline: Record = ""
    owner: Owners = ()
    amount_min: Money | None = None
    amount_max: Money | None = None
    close_date: Period = ""
    created: Period = ""
    modified: Period = ""
    company: Annotated[Name, Field(description="Name, domain or id")] = ""
    contact: Annotated[Name, Field(description="Email, name or id")] = ""

    def request(self) -> SearchRequest:
        """Give the search that the service makes."""
        return self._request(
            "deals",
            DealFilters(
                status=self.status,
                stage=self.stage,
                pipeline=self.pipeline,
                owner=self.owner,
                amount_min=self.amount_min,
                amount_max=self.amount_max,
                close_date=self.close_date,
                created=self.created,
                modified=self.modified,
                company=self.company,
                contact=self.contact,
            ),
        )


class SearchRecords(_Search):
    """Arguments of hubspot_search_records."""

    type: Annotated[Name, Field(description="tickets, tasks, calls, meetings, notes, emails or a custom type")]
    owner: Owners = ()
    stage: Annotated[Names, Field(description="Names or ids")] = ()
    pipeline: Record = ""
    company: Annotated[Name, Field(description="Name, domain or id")] = ""
    contact: Annotated[Name, Field(description="Email, name or id")] = ""
    deal: Record = ""
    created: Period = ""
    modified: Period = ""

    def request(self) -> SearchRequest:
        """Give the search that the service makes."""
        return self._request(
            self.type,
            RecordFilters(
                owner=self.owner,
                stage=self.stage,
                pipeline=self.pipeline,
                company=self.company,
                contact=self.contact,
                deal=self.deal,
                created=self.created,
                modified=self.modified,
            ),
        )

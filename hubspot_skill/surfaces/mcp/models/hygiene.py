"""The arguments and structured content of the toolset `hygiene`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hubspot_skill.service.hygiene.requests import MOST_REQUESTS, CleanupRequest, DuplicatesRequest, QualityRequest
from hubspot_skill.surfaces.mcp.models.answers import Content, TableContent
from hubspot_skill.surfaces.mcp.models.words import Name, Names, Values
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["CoverageContent", "DataQuality", "DuplicatesContent", "FindDuplicates", "PlanCleanup", "QualityContent"]

Requests = Annotated[int, Field(ge=1, le=MOST_REQUESTS, description="Most HubSpot requests, 100 records each")]


class FindDuplicates(Arguments):
    """Arguments of hubspot_find_duplicates."""

    type: Literal["contacts", "companies", "deals"]
    by: Annotated[tuple[Literal["email", "domain", "name", "phone"], ...], Field(description="All by default")] = ()
    limit: Annotated[int, Field(ge=1, le=50, description="Groups")] = 20
    cursor: Annotated[str, Field(description="next of the page before")] = ""
    requests: Requests = 100

    def request(self) -> DuplicatesRequest:
        """Give the question that the service answers."""
        return DuplicatesRequest(
            type=self.type, by=self.by, limit=self.limit, cursor=self.cursor, requests=self.requests
        )


class DataQuality(Arguments):
    """Arguments of hubspot_data_quality."""

    type: Annotated[Name, Field(description="contacts, companies, deals or another type")]
    properties: Annotated[Names, Field(description="The usual ones by default")] = ()
    stale_days: Annotated[int, Field(ge=1, le=3650)] = 180
    requests: Requests = 100

    def request(self) -> QualityRequest:
        """Give the question that the service answers."""
        return QualityRequest(
            type=self.type, properties=self.properties, stale_days=self.stale_days, requests=self.requests
        )


class PlanCleanup(Arguments):
    """Arguments of hubspot_plan_cleanup."""

    findings: Name
    groups: Annotated[
        tuple[int, ...], Field(max_length=1000, description="Duplicates: numbers; all sure ones by default")
    ] = ()
    doubt: Annotated[Name, Field(description="Quality: such as missing:email")] = ""
    set: Annotated[Values, Field(description="New values for its records")] = Field(default_factory=dict)
    archive: Annotated[bool, Field(description="Archive its records")] = False

    def request(self) -> CleanupRequest:
        """Give what the service plans."""
        return CleanupRequest(
            findings=self.findings, groups=self.groups, doubt=self.doubt, values=self.set, archives=self.archive
        )


class CoverageContent(BaseModel):
    """How many records were looked at of how many, and what that cost."""

    model_config = ConfigDict(frozen=True)

    read: int
    total: int
    whole: bool
    requests: int


class DuplicatesContent(Content, TableContent):
    """Groups of one and the same record; `findings` is what hubspot_plan_cleanup takes."""

    groups: int
    sure: int
    records: int
    next: str = ""
    coverage: CoverageContent
    findings: str


class QualityContent(Content, TableContent):
    """Doubts with their counts; `clean` records have none; `findings` is what hubspot_plan_cleanup takes."""

    clean: int
    coverage: CoverageContent
    findings: str

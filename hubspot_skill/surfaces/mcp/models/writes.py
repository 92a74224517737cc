"""The arguments of the writing tools.

A typed argument that the call leaves out is not written; null (or empty text) given to an update clears the value.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    CreateRequest,
    IfExists,
    UpdateRequest,
)
from hubspot_skill.surfaces.mcp.models.words import DryRun, Links, Money, Name, Values, given
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = [
    "CreateCompany",
    "CreateContact",
    "CreateDeal",
    "LogActivity",
    "UpdateCompany",
    "UpdateContact",
    "UpdateDeal",
]

Owner = Annotated[Name | None, Field(description="Name, email, id or me")]
Text = Name | None


class _ContactFields(Arguments):
    fields_of: ClassVar[tuple[str, ...]] = (
        "email",
        "first_name",
        "last_name",
        "phone",
        "job_title",
        "lifecycle_stage",
        "lead_status",
        "owner",
    )
    email: Text = None
    first_name: Text = None
    last_name: Text = None
    phone: Text = None
    job_title: Text = None
    lifecycle_stage: Text = None
    lead_status: Text = None
    owner: Owner = None


class _CompanyFields(Arguments):
    fields_of: ClassVar[tuple[str, ...]] = (
        "name",
        "domain",
        "industry",
        "phone",
        "city",
        "country",
        "lifecycle_stage",
        "owner",
    )
    name: Text = None
    domain: Text = None
    industry: Text = None
    phone: Text = None
    city: Text = None
    country: Text = None
    lifecycle_stage: Text = None
    owner: Owner = None


class _DealFields(Arguments):
    fields_of: ClassVar[tuple[str, ...]] = ("name", "stage", "pipeline", "amount", "close_date", "owner", "next_step")
    name: Text = None
    stage: Text = None
    pipeline: Text = None
    amount: Money | None = None
    close_date: Annotated[Name | None, Field(description="e.g. 2026-12-31 or tomorrow")] = None
    owner: Owner = None
    next_step: Text = None


class _Create(Arguments):
    properties: Values = Field(default_factory=dict)
    associate: Annotated[Links, Field(description="Records to link, by name, email, domain or id")] = ()
    if_exists: IfExists = IfExists.FAIL
    allow_duplicate: Annotated[bool, Field(description="Create beside a similar name")] = False
    dry_run: DryRun = False

    def _request(self, type_name: str, names: tuple[str, ...]) -> CreateRequest:
        return CreateRequest(
            type=type_name,
            fields=given(self, *names),
            properties=self.properties,
            links=tuple(link.link() for link in self.associate),
            if_exists=self.if_exists,
            allow_duplicate=self.allow_duplicate,
            dry_run=self.dry_run,
        )


class _Update(Arguments):
    record: Annotated[Name, Field(description="Id, record URL or unique key")]
    properties: Values = Field(default_factory=dict)
    associate: Annotated[Links, Field(description="Records to link")] = ()
    only_if: Annotated[Values, Field(description="Values it must have now, else nothing is written")] = Field(
        default_factory=dict
    )
    dry_run: DryRun = False

    def _request(self, type_name: str, names: tuple[str, ...]) -> UpdateRequest:
        return UpdateRequest(
            type=type_name,
            record=self.record,
            fields=given(self, *names),
            properties=self.properties,
            associate=tuple(link.link() for link in self.associate),
            only_if=self.only_if,
            dry_run=self.dry_run,
        )


class CreateContact(_Create, _ContactFields):
    """Arguments of hubspot_create_contact."""

    def request(self) -> CreateRequest:
        """Give the write that the service makes."""
        return self._request("contact", self.fields_of)


class CreateCompany(_Create, _CompanyFields):
    """Arguments of hubspot_create_company."""

    def request(self) -> CreateRequest:
        """Give the write that the service makes."""
        return self._request("company", self.fields_of)


class CreateDeal(_Create, _DealFields):
    """Arguments of hubspot_create_deal."""

    def request(self) -> CreateRequest:
        """Give the write that the service makes."""
        return self._request("deal", self.fields_of)


class UpdateContact(_Update, _ContactFields):
    """Arguments of hubspot_update_contact."""

    def request(self) -> UpdateRequest:
        """Give the write that the service makes."""
        return self._request("contact", self.fields_of)


class UpdateCompany(_Update, _CompanyFields):
    """Arguments of hubspot_update_company."""

    def request(self) -> UpdateRequest:
        """Give the write that the service makes."""
        return self._request("company", self.fields_of)


class UpdateDeal(_Update, _DealFields):
    """Arguments of hubspot_update_deal."""

    def request(self) -> UpdateRequest:
        """Give the write that the service makes."""
        return self._request("deal", self.fields_of)


class LogActivity(Arguments):
    """Arguments of hubspot_log_activity."""

    kind: ActivityKind
    records: Annotated[Links, Field(description="What it belongs to; record is a name, email, domain or id")]
    text: Annotated[str, Field(description="Note, or what was said")] = ""
    title: Annotated[Name, Field(description="Title, or an email's or task's subject")] = ""
    at: Annotated[Name, Field(description="When; a task's due time; default now")] = ""
    direction: Annotated[Name, Field(description="inbound or outbound; call, email")] = ""
    outcome: Annotated[Name, Field(description="Of a call or meeting; a task's status")] = ""
    duration_minutes: Annotated[Money | None, Field(description="call, meeting")] = None
    priority: Annotated[Name, Field(description="task")] = ""
    task_type: Annotated[Name, Field(description="task: call, email, to-do")] = ""
    owner: Annotated[Name, Field(description="Name, email or id; default me")] = ""
    properties: Values = Field(default_factory=dict)
    dry_run: DryRun = False

    def request(self) -> ActivityRequest:
        """Give the write that the service makes."""
        return ActivityRequest(
            kind=self.kind,
            records=tuple(link.link() for link in self.records),
            text=self.text,
            title=self.title,
            at=self.at,
            direction=self.direction,
            outcome=self.outcome,
            duration_minutes=self.duration_minutes,
            priority=self.priority,
            task_type=self.task_type,
            owner=self.owner,
            properties=self.properties,
            dry_run=self.dry_run,
        )

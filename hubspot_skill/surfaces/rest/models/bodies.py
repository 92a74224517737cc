"""What requests write: properties by name, links, and the conditions under which."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    CreateRequest,
    IfExists,
    LinkTo,
    UpdateRequest,
)
from hubspot_skill.surfaces.rest.models.queries import Text
from hubspot_skill.surfaces.rest.operations import Closed

__all__ = ["ActivityBody", "CreateBody", "LinkBody", "Links", "Properties", "UpdateBody"]

MAX_LINKS = 100
Value = str | int | float | bool | None | tuple[Text, ...]
Properties = Annotated[
    dict[Text, Value],
    Field(
        max_length=100,
        description="Values by internal name, label, or short name such as `stage`, `owner`, `close_date`; in people's"
        " words. null clears.",
    ),
]


class LinkBody(Closed):
    """A record to link to."""

    type: Text = Field(description="Its object type.", examples=["company"])
    record: Text = Field(description="The record by id, URL, name, email or domain.", examples=["acme.com"])
    label: Text = Field(default="", description="The link's label, where it has one.")

    def link(self) -> LinkTo:
        """Give the link that the service makes."""
        return LinkTo(type=self.type, record=self.record, label=self.label)


Links = Annotated[tuple[LinkBody, ...], Field(max_length=MAX_LINKS)]


class CreateBody(Closed):
    """A record to create."""

    properties: Properties
    associate: Links = Field(default=(), description="Records to link it to.")
    if_exists: IfExists = Field(
        default=IfExists.FAIL, description="What to do where a record with the same unique key is there."
    )
    allow_duplicate: bool = Field(default=False, description="Create it beside a record of a similar name.")
    dry_run: bool = Field(default=False, description="Check all, write nothing.")

    def request(self, type_name: str) -> CreateRequest:
        """Give the write that the service makes."""
        return CreateRequest(
            type=type_name,
            properties=self.properties,
            links=tuple(link.link() for link in self.associate),
            if_exists=self.if_exists,
            allow_duplicate=self.allow_duplicate,
            dry_run=self.dry_run,
        )


class UpdateBody(Closed):
    """What to change of a record; what is not given stays."""

    properties: Properties = Field(default_factory=dict)
    associate: Links = Field(default=(), description="Records to link it to.")
    only_if: Properties = Field(
        default_factory=dict, description="Values that must be there now, else nothing is written."
    )
    dry_run: bool = Field(default=False, description="Check all, write nothing.")

    def request(self, type_name: str, record: str, *, if_updated_at: datetime | None = None) -> UpdateRequest:
        """Give the write that the service makes."""
        return UpdateRequest(
            type=type_name,
            record=record,
            properties=self.properties,
            associate=tuple(link.link() for link in self.associate),
            only_if=self.only_if,
            if_updated_at=if_updated_at,
            dry_run=self.dry_run,
        )


class ActivityBody(Closed):
    """A note, call, meeting, email or task to log."""

    kind: ActivityKind
    records: Annotated[tuple[LinkBody, ...], Field(min_length=1, max_length=MAX_LINKS)] = Field(
        description="What it belongs to."
    )
    text: Annotated[str, Field(max_length=65_536)] = Field(default="", description="Note, or what was said.")
    title: Text = Field(default="", description="Title, or an email's or task's subject.")
    at: Text = Field(default="", description="When; a task's due time; empty is now.")
    direction: Text = Field(default="", description="`inbound` or `outbound`, of a call or email.")
    outcome: Text = Field(default="", description="Of a call or meeting; a task's status.")
    duration_minutes: float | None = Field(default=None, ge=0, le=100_000, description="Of a call or meeting.")
    priority: Text = Field(default="", description="Of a task.")
    task_type: Text = Field(default="", description="Of a task: call, email, to-do.")
    owner: Text = Field(default="", description="A name, email or id; empty is whoever the token stands for.")
    properties: Properties = Field(default_factory=dict)
    dry_run: bool = Field(default=False, description="Check all, write nothing.")

    def request(self) -> ActivityRequest:
        """Give the write that the service makes."""
        minutes = self.duration_minutes
        return ActivityRequest(
            kind=self.kind,
            records=tuple(link.link() for link in self.records),
            text=self.text,
            title=self.title,
            at=self.at,
            direction=self.direction,
            outcome=self.outcome,
            duration_minutes=None if minutes is None else Decimal(str(minutes)),
            priority=self.priority,
            task_type=self.task_type,
            owner=self.owner,
            properties=self.properties,
            dry_run=self.dry_run,
        )

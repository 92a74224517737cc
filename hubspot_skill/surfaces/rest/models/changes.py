"""What is planned over REST: one change of a record, the same change of many, and what a person decides."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.changes.requests import MAX_OPERATIONS, Operation, OperationKind, PlanRequest, Selection
from hubspot_skill.service.requests import IfExists
from hubspot_skill.surfaces.rest.models.bodies import CreateBody, LinkBody, Links, Properties, UpdateBody
from hubspot_skill.surfaces.rest.models.queries import Many, Text, condition_of
from hubspot_skill.surfaces.rest.operations import Closed, Query

__all__ = [
    "ApproveBody",
    "ArchiveQuery",
    "ChangesQuery",
    "PlanBody",
    "PlanQuery",
    "RecordUpdateBody",
    "RejectBody",
    "creations",
    "removals",
    "updates",
]


class OperationBody(Closed):
    """One change of one record."""

    kind: OperationKind
    type: Text = Field(description="Its object type.", min_length=1)
    record: Text = Field(default="", description="By id, URL, email, domain or name; none for create and upsert.")
    properties: Properties = Field(default_factory=dict)
    to: Links = Field(default=(), description="Records to link or unlink, or a new record's links.")
    key: Text = Field(default="", description="An upsert's unique property.")
    into: Text = Field(default="", description="The record that a merge leaves.")

    def operation(self) -> Operation:
        """Give the operation that the service plans."""
        return Operation(
            kind=self.kind,
            type=self.type,
            record=self.record,
            values=self.properties,
            to=tuple(link.link() for link in self.to),
            key=self.key,
            into=self.into,
        )


class SelectionBody(Closed):
    """The same change for every record that a search finds; at least one condition or text."""

    type: Text = Field(min_length=1)
    where: Many = Field(default=(), description="As in lists: `property:compare:value`.", max_length=100)
    q: Text = Field(default="", description="Words in the main text fields.")
    properties: Properties = Field(default_factory=dict)
    to: Annotated[tuple[LinkBody, ...], Field(max_length=100)] = ()
    unlinks: bool = False
    archives: bool = False

    def selection(self) -> Selection:
        """Give the selection that the service plans."""
        return Selection(
            type=self.type,
            where=tuple(condition_of(text) for text in self.where),
            text=self.q,
            values=self.properties,
            to=tuple(link.link() for link in self.to),
            unlinks=self.unlinks,
            archives=self.archives,
        )


class PlanBody(Closed):
    """Changes to plan: by operations or by a selection, not both."""

    operations: Annotated[tuple[OperationBody, ...], Field(max_length=MAX_OPERATIONS)] = ()
    selection: SelectionBody | None = None

    def request(self, rows: int) -> PlanRequest:
        """Give the plan that the service makes."""
        return PlanRequest(
            operations=tuple(operation.operation() for operation in self.operations),
            selection=None if self.selection is None else self.selection.selection(),
            rows=rows,
        )


class RecordUpdateBody(UpdateBody):
    """What to change of one record among several."""

    id: Text = Field(min_length=1, description="The record's id, or its unique key.")


class PlanQuery(Query):
    """How many examples of a new plan to give."""

    rows: int = Field(default=20, ge=0, le=100)


class ChangesQuery(Query):
    """Which page of the plans, or of a plan's rows."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: Annotated[str, Field(max_length=2_000)] = Field(default="", description="`next` of the page before.")
    only_open: bool = Field(default=False, description="Of a plan that was applied, only what was not done.")


class ArchiveQuery(Query):
    """Which records."""

    ids: Many = Field(default=(), description="The record's id or unique key; several by repeating the parameter.")


class ApproveBody(Closed):
    """What the person saw, and where the plan is large the count that they typed."""

    digest: Text = Field(description="The plan's `digest`, as it was shown.")
    typed_count: int | None = Field(default=None, ge=0, description="The number of records, for a plan of class 3.")


class RejectBody(Closed):
    """A person's no."""

    reason: Literal[""] | Text = Field(default="", description="Why; whoever planned it is told.")


def creations(type: str, bodies: tuple[CreateBody, ...]) -> PlanRequest:
    """Give the plan that creates several records.

    Raises:
        InvalidInputError: an entry asks for what a plan does not do.
    """
    return _request(tuple(_creation(type, place, body) for place, body in enumerate(bodies)))


def updates(type: str, bodies: tuple[RecordUpdateBody, ...]) -> PlanRequest:
    """Give the plan that updates several records.

    Raises:
        InvalidInputError: an entry asks for what a plan does not do.
    """
    operations: list[Operation] = []
    for place, body in enumerate(bodies):
        _refuse(place, dry_run=body.dry_run, only_if=bool(body.only_if))
        if body.properties or not body.associate:
            operations.append(Operation(kind=OperationKind.UPDATE, type=type, record=body.id, values=body.properties))
        if body.associate:
            links = tuple(link.link() for link in body.associate)
            operations.append(Operation(kind=OperationKind.ASSOCIATE, type=type, record=body.id, to=links))
    return _request(tuple(operations))


def removals(type: str, records: tuple[str, ...]) -> PlanRequest:
    """Give the plan that archives records."""
    return _request(tuple(Operation(kind=OperationKind.ARCHIVE, type=type, record=record) for record in records))


def _request(operations: tuple[Operation, ...]) -> PlanRequest:
    return PlanRequest(operations=operations, rows=20)


def _creation(type: str, place: int, body: CreateBody) -> Operation:
    _refuse(
        place,
        dry_run=body.dry_run,
        allow_duplicate=body.allow_duplicate,
        if_exists=body.if_exists is IfExists.RETURN,
    )
    is_upsert = body.if_exists is IfExists.UPDATE
    return Operation(
        kind=OperationKind.UPSERT if is_upsert else OperationKind.CREATE,
        type=type,
        values=body.properties,
        to=tuple(link.link() for link in body.associate),
    )


def _refuse(place: int, **asked: bool) -> None:
    for name, is_asked in asked.items():
        if is_asked:
            raise InvalidInputError(
                f"entry {place} gives {name}, which several records at once do not take",
                hint="Send that record alone; the plan of several is shown before it is applied.",
                field=f"[{place}].{name}",
            )

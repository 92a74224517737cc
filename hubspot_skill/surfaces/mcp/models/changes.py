"""The arguments of the tools that plan, apply, list and undo changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field, WithJsonSchema

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.foundation.closed_models import parse
from hubspot_skill.service.changes.requests import (
    ChangesRequest,
    Operation,
    OperationKind,
    PlanRequest,
    Selection,
)
from hubspot_skill.service.requests import Filters, Given
from hubspot_skill.surfaces.mcp.models import searches
from hubspot_skill.surfaces.mcp.models.words import Links, Name, Nested, Value, Where
from hubspot_skill.surfaces.mcp.schemas import schema_of
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["ApplyChanges", "ListChanges", "PlanChanges", "UndoChanges"]

_SEARCHES: Mapping[str, type[Arguments]] = {
    "contact": searches.SearchContacts,
    "contacts": searches.SearchContacts,
    "company": searches.SearchCompanies,
    "companies": searches.SearchCompanies,
    "deal": searches.SearchDeals,
    "deals": searches.SearchDeals,
}
_NO_FILTERS = frozenset({"where", "text", "sort", "fields", "limit", "cursor", "count_only", "account", "type"})
_OBJECT = WithJsonSchema({"type": "object"})
_LINKS = WithJsonSchema(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"type": {"type": "string"}, "record": {"type": "string"}, "label": {"type": "string"}},
            "required": ["type", "record"],
            "additionalProperties": False,
        },
    }
)


def _few(operations: tuple[object, ...]) -> tuple[object, ...]:
    if len(operations) > 200:
        raise ValueError(f"{len(operations)} operations, at most 200 are taken")
    return operations


def _no_pattern(schema: dict[str, Any]) -> None:
    """Leave the form of an id out of the schema: each word of it is paid by each call."""
    schema.pop("pattern", None)


def _nothing() -> dict[str, Any]:
    return {}


class Change(Nested):
    """One change of one record."""

    op: OperationKind
    type: Name = ""
    record: Name = ""
    set: Annotated[dict[Name, Value], _OBJECT, Field(default_factory=_nothing)]
    to: Annotated[Links, WithJsonSchema({"type": "array", "items": {"type": "object"}})] = ()
    key: Name = ""
    into: Name = ""

    def operation(self) -> Operation:
        """Give the operation that the service plans."""
        return Operation(
            kind=self.op,
            type=self.type,
            record=self.record,
            values=cast("Mapping[str, Given]", self.set),
            to=tuple(link.link() for link in self.to),
            key=self.key,
            into=self.into,
        )


class PlanChanges(Arguments):
    """Arguments of hubspot_plan_changes."""

    type: Annotated[Name, Field(description="Select all records of this type that match")] = ""
    filters: Annotated[
        dict[str, Any],
        _OBJECT,
        Field(default_factory=_nothing, description='As its search tool takes: {"stage": "Demo", "owner": "me"}'),
    ]
    where: Annotated[
        tuple[Where, ...],
        WithJsonSchema({"type": "array", "items": {"type": "object"}}),
        Field(description="As in search: property, compare, value"),
    ] = ()
    text: Name = ""
    set: Annotated[
        dict[Name, Value],
        _OBJECT,
        Field(
            default_factory=_nothing,
            description='Values by property; null clears; "+1 month", "-2 weeks", "to next month", "*1.1", "+10%" change what each has',
        ),
    ]
    link: Annotated[Links, _LINKS] = ()
    unlink: Annotated[Links, WithJsonSchema({"type": "array", "items": {"type": "object"}})] = ()
    archive: bool = False
    operations: Annotated[
        tuple[Change, ...],
        AfterValidator(_few),
        Field(description="Or single changes: to as link, key of an upsert, into of a merge"),
    ] = ()

    def request(self) -> PlanRequest:
        """Give the plan that the service makes.

        Raises:
            InvalidInputError: a filter is none of the type's search, or a selection is told without its type.
        """
        selects = bool(
            self.type or self.filters or self.where or self.text or self.set or self.link or self.unlink or self.archive
        )
        if selects and not self.type:
            raise InvalidInputError(
                "the type of the records that are meant is missing", hint='Give `type`, such as "deals".', field="type"
            )
        if self.link and self.unlink:
            raise InvalidInputError("a selection is linked or unlinked, not both", field="unlink")
        selection = None
        if selects:
            selection = Selection(
                type=self.type,
                filters=_filters(self.type, self.filters),
                where=tuple(w.condition() for w in self.where),
                text=self.text,
                values=cast("Mapping[str, Given]", self.set),
                to=tuple(link.link() for link in (*self.link, *self.unlink)),
                unlinks=bool(self.unlink),
                archives=self.archive,
            )
        return PlanRequest(operations=tuple(change.operation() for change in self.operations), selection=selection)


class _OfPlan(Arguments):
    plan_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", json_schema_extra=_no_pattern)]


class ApplyChanges(_OfPlan):
    """Arguments of hubspot_apply_changes."""


class UndoChanges(_OfPlan):
    """Arguments of hubspot_undo_changes."""


class ListChanges(Arguments):
    """Arguments of hubspot_list_changes."""

    plan_id: Annotated[str, Field(description="One plan with its rows")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str = ""

    def request(self) -> ChangesRequest:
        """Give what the service lists."""
        return ChangesRequest(plan_id=self.plan_id, limit=self.limit, cursor=self.cursor)


def _filters(type: str, given: Mapping[str, Any]) -> Filters | None:
    """Read filters as the search tool of the type does; its own errors name what is wrong and what is near."""
    if not given:
        return None
    model = _SEARCHES.get(type.strip().casefold(), searches.SearchRecords)
    wrong = sorted(set(given) & _NO_FILTERS)
    if wrong:
        raise InvalidInputError(
            f"{wrong[0]} is no filter of {type}",
            hint=f"Give `{wrong[0]}` beside `filters`, or leave it out.",
            field="filters",
        )
    call = parse(model, schema_of(model), {**given, **({"type": type} if model is searches.SearchRecords else {})})
    request = cast("searches.SearchDeals", call).request()
    return request.filters

"""Contacts, companies, deals and every other object type: list, read, create, update."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from pydantic import Field

from hubspot_skill.domain.errors import InvalidInputError, NotApprovedError, ValueChangedError
from hubspot_skill.service.answers import Brief, WriteAction, WriteAnswer
from hubspot_skill.service.changes.answers import AppliedAnswer, ChangesAnswer, PlanAnswer
from hubspot_skill.service.changes.requests import ChangesRequest
from hubspot_skill.service.requests import (
    BriefRequest,
    CompanyFilters,
    ContactFilters,
    CreateRequest,
    DealFilters,
    GetRequest,
    RecordFilters,
    UpdateRequest,
)
from hubspot_skill.surfaces.rest.models.answers import RecordAnswer, RecordsAnswer, records_of
from hubspot_skill.surfaces.rest.models.bodies import ActivityBody, CreateBody, UpdateBody
from hubspot_skill.surfaces.rest.models.changes import ArchiveQuery, RecordUpdateBody, creations, removals, updates
from hubspot_skill.surfaces.rest.models.queries import (
    CompaniesQuery,
    ContactsQuery,
    DealsQuery,
    ListQuery,
    RecordQuery,
    RecordsQuery,
)
from hubspot_skill.surfaces.rest.operations import PREFIX, Call, Effect, Operation, Query, Reply
from hubspot_skill.surfaces.rest.resources.changes import DONE, approved_and_applied, carry_out

__all__ = ["OPERATIONS"]

_ID = "The record's id, its URL, or its unique key: a contact's email, a company's domain."
_TYPE = "An object type: tickets, tasks, calls, meetings, notes, emails, or a custom type."
_VERSION_DIGITS = 14
_SEVERAL = (
    "Planned as one change. A script is answered 202 with the plan, which a person approves; the console's session"
    " approves up to 50 records by the request itself."
)
_WAITING = AppliedAnswer | PlanAnswer | ChangesAnswer
_CREATED = frozenset({WriteAction.CREATED})


class BriefQuery(Query):
    """How long a brief may be."""

    max_tokens: int = Field(default=300, ge=100, le=4_000, description="How long it may be, in tokens of text.")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One family of records: its place, its words, and what its list can be filtered by."""

    path: str
    many: str
    one: str
    query: type[ListQuery]
    filters: type[ContactFilters | CompanyFilters | DealFilters | RecordFilters]
    example: dict[str, object]

    @property
    def is_any(self) -> bool:
        return "{type}" in self.path

    def type_of(self, call: Call[Any, Any]) -> str:
        """Give the object type that a request is about."""
        return call.path["type"] if self.is_any else self.many

    @property
    def parts(self) -> dict[str, str]:
        return {"type": _TYPE} if self.is_any else {}


_KINDS = (
    _Kind(
        "/contacts",
        "contacts",
        "contact",
        ContactsQuery,
        ContactFilters,
        {"properties": {"email": "lin@example.com", "firstname": "Lin", "lifecyclestage": "lead"}},
    ),
    _Kind(
        "/companies",
        "companies",
        "company",
        CompaniesQuery,
        CompanyFilters,
        {"properties": {"name": "Initrode", "domain": "initrode.example"}},
    ),
    _Kind(
        "/deals",
        "deals",
        "deal",
        DealsQuery,
        DealFilters,
        {"properties": {"dealname": "New roof", "stage": "Appointment Scheduled", "amount": 1200}},
    ),
    _Kind(
        "/objects/{type}",
        "records",
        "record",
        RecordsQuery,
        RecordFilters,
        {"properties": {"subject": "Printer on fire", "stage": "New"}},
    ),
)


def _list(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[ListQuery, Any]) -> Reply:
        query = call.query
        if len(query.sort) > 1:
            raise InvalidInputError(
                f"{len(query.sort)} properties to sort by were given: HubSpot sorts by one",
                hint="Sort by one property.",
                field="sort",
            )
        answer = await (await call.crm()).search(query.request(kind.type_of(call), kind.filters))
        following = call.elsewhere(cursor=answer.next) if answer.next else ""
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Reply(records_of(answer, here=call.address, following=following), headers=headers)

    return act


def _read(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[RecordQuery, Any]) -> Reply:
        query = call.query
        asked = GetRequest(
            records=(call.path["id"],),
            type=kind.type_of(call),
            fields=query.fields,
            associations=query.associations,
            history=query.history,
        )
        answer = await (await call.crm()).get(asked)
        view = answer.records[0]
        return Reply(RecordAnswer.of(answer, view), tag=_version(view.updated_at))

    return act


def _create(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[Query, CreateBody]) -> Reply:
        type = kind.type_of(call)
        if call.is_many:
            return await carry_out(call, creations(type, call.bodies))
        written = await _written(call, call.body.request(type))
        if isinstance(written, Reply):
            return written
        is_new = written.action in _CREATED
        place = f"{PREFIX}{kind.path.replace('{type}', type)}/{written.id}"
        return Reply(
            written,
            status=HTTPStatus.CREATED if is_new else HTTPStatus.OK,
            headers={"Location": place} if is_new else {},
        )

    return act


def _update(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[Query, UpdateBody]) -> Reply:
        asked = call.body.request(kind.type_of(call), call.path["id"], if_updated_at=_expected(call.if_match))
        written = await _written(call, asked)
        return written if isinstance(written, Reply) else Reply(written)

    return act


def _update_many(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[Query, RecordUpdateBody]) -> Reply:
        return await carry_out(call, updates(kind.type_of(call), call.bodies))

    return act


def _archive(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[Query, Any]) -> Reply:
        return await carry_out(call, removals(kind.type_of(call), (call.path["id"],)))

    return act


def _archive_many(kind: _Kind) -> Callable[[Call[Any, Any]], Awaitable[Reply]]:
    async def act(call: Call[ArchiveQuery, Any]) -> Reply:
        if not call.query.ids:
            raise InvalidInputError("no record is named", hint="Give `ids`, one or several.", field="ids")
        return await carry_out(call, removals(kind.type_of(call), call.query.ids))

    return act


async def _written(call: Call[Any, Any], asked: CreateRequest | UpdateRequest) -> WriteAnswer | Reply:
    """Write one record; where the account's policy wants a person, that person's request approves, or the plan waits."""
    crm = await call.crm()
    try:
        return await (crm.create(asked) if isinstance(asked, CreateRequest) else crm.update(asked))
    except NotApprovedError as error:
        if not error.plan_id:
            raise
        answer = await crm.list_changes(ChangesRequest(plan_id=error.plan_id))
        if answer.plan is None:
            raise
        if call.is_person and answer.plan.approval.can_ask:
            return await approved_and_applied(call, answer.plan)
        return Reply(answer, status=HTTPStatus.ACCEPTED, headers={"Location": f"{PREFIX}/changes/{error.plan_id}"})


def _version(at: datetime | None) -> str:
    """Give a record's version, as its tag begins: the millisecond of its last change."""
    return "" if at is None else str(round(at.timestamp() * 1000))


def _expected(tags: tuple[str, ...] | None) -> datetime | None:
    """Read when a record must have changed last, out of the tag that it was read with.

    Raises:
        ValueChangedError: no tag is one of a record.
    """
    if tags is None or "*" in tags:
        return None
    versions = {tag.partition("-")[0] for tag in tags}
    if len(versions) != 1 or not (version := versions.pop()).isdecimal() or len(version) > _VERSION_DIGITS:
        raise ValueChangedError(
            "the tag in If-Match is none that a record was read with, so nothing was written",
            hint="Send the ETag of the record as it was read, one tag.",
        )
    return datetime.fromtimestamp(int(version) / 1000, UTC)


async def _brief(call: Call[BriefQuery, Any]) -> Reply:
    type = call.path["type"]
    asked = BriefRequest(record=call.path["id"], type=type, max_tokens=call.query.max_tokens)
    return Reply(await (await call.crm()).brief(asked))


async def _log_activity(call: Call[Query, ActivityBody]) -> Reply:
    written = await (await call.crm()).log_activity(call.body.request())
    status = HTTPStatus.CREATED if written.action in _CREATED else HTTPStatus.OK
    return Reply(written, status=status)


def _operations_of(kind: _Kind) -> Sequence[Operation[Any, Any]]:
    one_path = f"{kind.path}/{{id}}"
    parts = {**kind.parts, "id": _ID}
    tag = "Records of any type" if kind.is_any else kind.many.capitalize()
    article = f"a {kind.one}"

    def update(method: str, verb: str) -> Operation[Any, Any]:
        return Operation(
            id=f"{verb}_{kind.one}",
            method=method,
            path=one_path,
            tag=tag,
            summary=f"Update {article}",
            description="Only the given properties change. With `If-Match` nothing is written unless the record is as"
            " it was read.",
            parts=parts,
            query=Query,
            body=UpdateBody,
            example={"properties": {"owner": "me"}, "dry_run": True},
            answers={HTTPStatus.OK: WriteAnswer | AppliedAnswer, HTTPStatus.ACCEPTED: _WAITING},
            effect=Effect.WRITE,
            takes_if_match=True,
            act=_update(kind),
        )

    def update_many(method: str, verb: str) -> Operation[Any, Any]:
        return Operation(
            id=f"{verb}_{kind.many}",
            method=method,
            path=kind.path,
            tag=tag,
            summary=f"Update several {kind.many}",
            description=_SEVERAL,
            parts=kind.parts,
            query=Query,
            body=RecordUpdateBody,
            takes_many=True,
            example={"id": "3001" if kind.many == "deals" else "1001", "properties": {"owner": "me"}},
            answers=DONE,
            effect=Effect.WRITE,
            act=_update_many(kind),
        )

    return (
        Operation(
            id=f"list_{kind.many}",
            method="GET",
            path=kind.path,
            tag=tag,
            summary=f"List {kind.many}",
            description="Filter, sort, choose columns, and page by cursor; `total` counts all that match.",
            parts=kind.parts,
            query=kind.query,
            answers={HTTPStatus.OK: RecordsAnswer},
            act=_list(kind),
        ),
        Operation(
            id=f"create_{kind.one}",
            method="POST",
            path=kind.path,
            tag=tag,
            summary=f"Create {article}",
            description="A record with the same unique key, or a similar name, is an error that names it. A list of"
            " records is planned: see the answer 202.",
            parts=kind.parts,
            query=Query,
            body=CreateBody,
            takes_many=True,
            example=kind.example,
            answers={
                HTTPStatus.CREATED: WriteAnswer,
                HTTPStatus.OK: WriteAnswer | AppliedAnswer,
                HTTPStatus.ACCEPTED: _WAITING,
            },
            effect=Effect.WRITE,
            act=_create(kind),
        ),
        Operation(
            id=f"get_{kind.one}",
            method="GET",
            path=one_path,
            tag=tag,
            summary=f"Read {article}",
            description="With linked records and past values, where asked for.",
            parts=parts,
            query=RecordQuery,
            answers={HTTPStatus.OK: RecordAnswer},
            act=_read(kind),
        ),
        update("PATCH", "update"),
        update("PUT", "put"),
        update("POST", "post"),
        Operation(
            id=f"archive_{kind.one}",
            method="DELETE",
            path=one_path,
            tag=tag,
            summary=f"Archive {article}",
            description="To HubSpot's recycle bin, for 90 days. A person has to approve it.",
            parts=parts,
            query=Query,
            answers=DONE,
            effect=Effect.WRITE,
            act=_archive(kind),
        ),
        update_many("PATCH", "update"),
        update_many("PUT", "put"),
        Operation(
            id=f"archive_{kind.many}",
            method="DELETE",
            path=kind.path,
            tag=tag,
            summary=f"Archive several {kind.many}",
            description=_SEVERAL,
            parts=kind.parts,
            query=ArchiveQuery,
            answers=DONE,
            effect=Effect.WRITE,
            act=_archive_many(kind),
        ),
    )


OPERATIONS: tuple[Operation[Any, Any], ...] = (
    *(operation for kind in _KINDS for operation in _operations_of(kind)),
    Operation(
        id="brief",
        method="GET",
        path="/briefs/{type}/{id}",
        tag="Records of any type",
        summary="Brief on a contact, company or deal",
        description="Its people, open deals, last and next activity, in one answer.",
        parts={"type": "contact, company or deal.", "id": "The record by id, URL, email, domain or name."},
        query=BriefQuery,
        answers={HTTPStatus.OK: Brief},
        act=_brief,
    ),
    Operation(
        id="log_activity",
        method="POST",
        path="/activities",
        tag="Records of any type",
        summary="Log an activity",
        description="A note, call, meeting or email that happened, or a task to do. Sends nothing to anyone.",
        query=Query,
        body=ActivityBody,
        example={
            "kind": "note",
            "records": [{"type": "company", "record": "acme.com"}],
            "text": "Prefers mornings",
            "dry_run": True,
        },
        answers={HTTPStatus.CREATED: WriteAnswer, HTTPStatus.OK: WriteAnswer},
        effect=Effect.WRITE,
        act=_log_activity,
    ),
)

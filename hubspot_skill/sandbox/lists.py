"""Lists (segments), to read: search, by id, by name, their members and the lists of a record.

A member that is archived is no longer in the list. Lists do not change here: DYNAMIC ones are as the portal's seed has them.
Odd and kept: the search is paged by an offset it answers itself, memberships by record id with an opaque cursor, `/all` (2026-09) by an
opaque cursor with its own error names. Unverified: the shape of the answer of `/all` beyond its lists and cursor [U].
Sources: FACTS 11 and 1.2 d.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.marketing_paging import page_of
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.seed import ListSeed

__all__ = ["ENDPOINTS"]

READ = "crm.lists.read"
PROCESSING_TYPES = ("MANUAL", "DYNAMIC", "SNAPSHOT")
COUNT_DEFAULT, COUNT_MAX = 20, 500
MEMBERS_DEFAULT, MEMBERS_MAX = 100, 250


async def search(call: Call) -> Response:
    """Answer the lists whose name contains a query, of some types, from an offset on."""
    call.require(READ)
    body = await call.body()
    found = _matching(call.portal, body)
    offset = _whole(body, "offset", 0, 1_000_000_000)
    end = offset + _whole(body, "count", COUNT_DEFAULT, COUNT_MAX)
    lists = [
        {**_plain(call.portal, one), "additionalProperties": _extra(call.portal, one)} for one in found[offset:end]
    ]
    return answer({"lists": lists, "hasMore": end < len(found), "offset": min(end, len(found)), "total": len(found)})


async def read_all(call: Call) -> Response:
    """Answer every list, page by page, by an opaque cursor (2026-09 only) [D]."""
    call.require(READ)
    body = await call.body()
    found = _matching(call.portal, body)
    after = body.get("after")
    start = 0 if after in (None, "") else _place_of(after, found)
    end = start + _whole(body, "count", COUNT_DEFAULT, COUNT_MAX)
    lists = [_plain(call.portal, one) for one in found[start:end]]
    more = end < len(found)
    return answer({"lists": lists, **({"paging": {"next": {"after": _cursor(found[end - 1])}}} if more else {})})


def read_many(call: Call) -> Response:
    """Answer the lists of the given ids that exist."""
    call.require(READ)
    wanted = call.query_list("listIds")
    found = [one for one in call.portal.facts.lists if str(one.list_id) in wanted]
    return answer({"lists": [_plain(call.portal, one, filters=call.query_flag("includeFilters")) for one in found]})


def read_one(call: Call) -> Response:
    """Answer one list."""
    call.require(READ)
    return answer({"list": _plain(call.portal, _found(call), filters=call.query_flag("includeFilters"))})


def read_by_name(call: Call) -> Response:
    """Answer the list of a type of records that has this name."""
    call.require(READ)
    type_id, name = call.params["object_type_id"], call.params["name"]
    for one in call.portal.facts.lists:
        if (one.object_type_id, one.name) == (type_id, name):
            return answer({"list": _plain(call.portal, one, filters=call.query_flag("includeFilters"))})
    raise Refusal.plain(404, f'List does not exist with name "{name}" and object type {type_id}.', "OBJECT_NOT_FOUND")


def list_members(call: Call) -> Response:
    """Answer a page of the members by record id."""
    return _members_page(call, sorted(_members(call.portal, _found(call))))


def list_members_by_joining(call: Call) -> Response:
    """Answer a page of the members by the time at which they joined."""
    return _members_page(call, sorted(_members(call.portal, _found(call)), key=lambda member: (member[1], member[0])))


def list_of_record(call: Call) -> Response:
    """Answer the lists that a record is in."""
    call.require(READ)
    type_id, record_id = call.params["object_type_id"], call.params["record_id"]
    results: list[dict[str, object]] = []
    for one in call.portal.facts.lists:
        joined = dict(_members(call.portal, one)).get(int(record_id)) if record_id.isdigit() else None
        if one.object_type_id == type_id and joined is not None:
            times = {"firstAddedTimestamp": iso(joined), "lastAddedTimestamp": iso(joined)}
            results.append({"listId": str(one.list_id), "listVersion": 1, **times})
    return answer({"results": results, "total": len(results)})


def _endpoint(
    method: str, path: str, handler: Callable[[Call], Awaitable[Response] | Response], *, new: bool = False
) -> Endpoint:
    if new:
        return Endpoint(method, "crm/lists", path, handler, dated=("2026-09",))
    return Endpoint(method, "crm/lists", path, handler, legacy=("/crm/v3/lists",))


ENDPOINTS: tuple[Endpoint, ...] = (
    _endpoint("POST", "/search", search),
    _endpoint("POST", "/all", read_all, new=True),
    _endpoint("GET", "", read_many),
    _endpoint("GET", "/{list}", read_one),
    _endpoint("GET", "/object-type-id/{object_type_id}/name/{name}", read_by_name),
    _endpoint("GET", "/{list}/memberships", list_members),
    _endpoint("GET", "/{list}/memberships/join-order", list_members_by_joining),
    _endpoint("GET", "/records/{object_type_id}/{record_id}/memberships", list_of_record),
)


def _matching(portal: Portal, body: dict[str, object]) -> list[ListSeed]:
    query = str(body.get("query") or "").casefold()
    ids = {str(item) for item in _items(body, "listIds")}
    types = {str(item) for item in _items(body, "processingTypes")}
    unknown = sorted(types.difference(PROCESSING_TYPES))
    if unknown:
        message = f"{unknown[0]} is not a processing type; types are {', '.join(PROCESSING_TYPES)}"
        raise Refusal.validation(message, code="INVALID_PROCESSING_TYPE")
    type_id = body.get("objectTypeId")
    found = [
        one
        for one in portal.facts.lists
        if query in one.name.casefold()
        and (not ids or str(one.list_id) in ids)
        and (not types or one.processing_type in types)
        and (not type_id or one.object_type_id == type_id)
    ]
    return sorted(found, key=lambda one: one.list_id)


def _items(body: dict[str, object], name: str) -> Iterable[object]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal.invalid_json(f"{name} must be an array")
    return cast("list[object]", value)


def _whole(body: dict[str, object], name: str, default: int, largest: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise Refusal.validation(f"{name} must be a whole number between 0 and {largest}, found {value}")
    return value


def _cursor(last: ListSeed) -> str:
    return base64.urlsafe_b64encode(f"list {last.list_id}".encode()).decode()


def _place_of(after: object, found: list[ListSeed]) -> int:
    for place, one in enumerate(found):
        if _cursor(one) == after:
            return place + 1
    raise Refusal.validation(f"{after} is not a cursor of these lists", code="INVALID_CURSOR")


def _found(call: Call) -> ListSeed:
    for one in call.portal.facts.lists:
        if str(one.list_id) == call.params["list"]:
            return one
    raise Refusal.plain(404, f"List does not exist with ID {call.params['list']}.", "OBJECT_NOT_FOUND")


def _members(portal: Portal, one: ListSeed) -> list[tuple[int, int]]:
    object_type = portal.store.definitions.types.find(one.object_type_id)
    marks = ", ".join(str(record_id) for record_id, _ in one.members)
    rows = portal.store.rows(f"SELECT _id FROM {table('r', object_type)} WHERE _id IN ({marks})")  # noqa: S608 - ids
    alive = {row[0] for row in rows}
    return [member for member in one.members if member[0] in alive]


def _members_page(call: Call, members: list[tuple[int, int]]) -> Response:
    call.require(READ)
    page, paging = page_of(call, members, MEMBERS_DEFAULT, MEMBERS_MAX)
    results = [{"recordId": str(record_id), "membershipTimestamp": iso(joined)} for record_id, joined in page]
    return answer({"results": results, "total": len(members), **paging})


def _plain(portal: Portal, one: ListSeed, *, filters: bool = False) -> dict[str, object]:
    plain: dict[str, object] = {
        "listId": str(one.list_id),
        "listVersion": 1,
        "name": one.name,
        "objectTypeId": one.object_type_id,
        "processingType": one.processing_type,
        "processingStatus": one.processing_status,
        "createdAt": iso(one.created_ms),
        "updatedAt": iso(one.updated_ms),
        "filtersUpdatedAt": iso(one.updated_ms),
        "createdById": str(one.created_by_id),
        "updatedById": str(one.created_by_id),
        "size": len(_members(portal, one)),
    }
    if filters and one.filter_branch is not None:
        plain["filterBranch"] = one.filter_branch
    return plain


def _extra(portal: Portal, one: ListSeed) -> dict[str, str]:
    members = _members(portal, one)
    joined = max((at for _, at in members), default=None)
    extra = {"hs_list_size": str(len(members)), "hs_list_reference_count": "0"}
    return extra if joined is None else {**extra, "hs_last_record_added_at": str(joined)}

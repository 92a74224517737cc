"""Answers the association calls of v3, which know one type by its name where later versions have ids and labels.

Sources: facts 6 and 1.2 e [D]; the shapes as the official Python client 12.0.0 reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.associations import id_of, pair_types, side_of
from hubspot_skill.sandbox.batch import batch_answer, batch_inputs
from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.links import exists, join, joined, part, part_label
from hubspot_skill.sandbox.objects import associated, next_page
from hubspot_skill.sandbox.reading import Selection, read_records, record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.links import Side
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import AssociationTypeSeed

__all__ = ["ENDPOINTS"]

_PAGE = 500
_BATCH_LIMIT = 1_000


def list_joined(call: Call) -> Response:
    """Answer the records of one type that a record is joined to, one entry for each type."""
    left, right = pair_types(call, "read")
    side = side_of(call, left, call.params["from_id"])
    limit = call.query_int("limit", _PAGE, largest=_PAGE)
    after = record_id_of(call.query("after") or "0") or 0
    found, following = joined(call.portal, side, right, after=after, limit=limit)
    body: dict[str, object] = {"results": _entries(call, left, right, found)}
    if following is not None:
        body["paging"] = next_page(call, str(following))
    return answer(body)


def join_pair(call: Call) -> Response:
    """Join two records by one type and answer the first with its associations."""
    left, right = pair_types(call, "write")
    here, there = side_of(call, left, call.params["from_id"]), side_of(call, right, call.params["to_id"])
    join(call.portal, here, there, (_named_type(call, left, right, call.params["type"]),))
    record = read_records(call.portal, left, [here[1]], Selection())[here[1]]
    record["associations"] = {right.name: associated(call, here, right)}
    return answer(record)


def part_pair(call: Call) -> Response:
    """Take one type of association between two records away."""
    left, right = pair_types(call, "write")
    kind = _named_type(call, left, right, call.params["type"])
    from_id, to_id = (record_id_of(call.params[name]) for name in ("from_id", "to_id"))
    if from_id is None or to_id is None:
        raise Refusal.object_not_found()
    _part(call, (left, from_id), (right, to_id), kind)
    return no_content()


async def read_batch(call: Call) -> Response:
    """Answer what each of many records is joined to; one that is joined to nothing is an error of a 207 [C]."""
    left, right = pair_types(call, "read")
    results: list[dict[str, object]] = []
    errors: list[dict[str, object]] = []
    for each in batch_inputs(await call.body(), _BATCH_LIMIT):
        from_id = id_of(each, "id")
        found, _ = joined(call.portal, (left, from_id), right, after=0, limit=_PAGE)
        if found:
            results.append({"from": {"id": str(from_id)}, "to": _entries(call, left, right, found)})
        else:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "message": f"No {right.singular} is associated with {left.singular} {from_id}.",
                    "context": {"fromObjectId": [str(from_id)]},
                }
            )
    return batch_answer(call, results, errors)


async def create_batch(call: Call) -> Response:
    """Join many pairs, each by one type."""
    left, right = pair_types(call, "write")
    checked = _checked(call, left, right, batch_inputs(await call.body(), _BATCH_LIMIT))
    missing = [str(side[1]) for here, there, _ in checked for side in (here, there) if not exists(call.portal, side)]
    if missing:
        raise Refusal.validation(
            "One or more associations are invalid", code="INVALID_OBJECT_IDS", context={"objectIds": missing}
        )
    for here, there, kind in checked:
        join(call.portal, here, there, (kind,))
    results = [
        {"from": {"id": str(here[1])}, "to": {"id": str(there[1])}, "type": kind.name} for here, there, kind in checked
    ]
    return batch_answer(call, results, [], status=201)


async def archive_batch(call: Call) -> Response:
    """Part many pairs, each by one type."""
    left, right = pair_types(call, "write")
    for here, there, kind in _checked(call, left, right, batch_inputs(await call.body(), _BATCH_LIMIT)):
        _part(call, here, there, kind)
    return no_content()


def list_types(call: Call) -> Response:
    """Answer the association types of one direction with their names."""
    left, right = pair_types(call, "read")
    kinds = call.portal.store.definitions.link_types(left.name, right.name)
    return answer({"results": [{"id": str(each.type_id), "name": each.name} for each in kinds]})


def _part(call: Call, here: Side, there: Side, kind: AssociationTypeSeed) -> None:
    """Take one type away; with the primary type, whose name v3 gives to the association as such, goes the association [U]."""
    if kind.primary:
        part(call.portal, here, there)
    else:
        part_label(call.portal, here, there, kind)


def _entries(
    call: Call, left: ObjectType, right: ObjectType, found: list[tuple[int, list[int]]]
) -> list[dict[str, object]]:
    names = {each.type_id: each.name for each in call.portal.store.definitions.link_types(left.name, right.name)}
    return [
        {"id": str(to_id), "type": names[type_id]}
        for to_id, type_ids in found
        for type_id in type_ids
        if type_id in names
    ]


def _named_type(call: Call, left: ObjectType, right: ObjectType, text: str) -> AssociationTypeSeed:
    kinds = call.portal.store.definitions.link_types(left.name, right.name)
    found = next((each for each in kinds if text in {each.name, str(each.type_id)}), None)
    if found is None:
        raise Refusal.validation(f"association type {text} doesn't exist between {left.name} and {right.name}")
    return found


def _checked(
    call: Call, left: ObjectType, right: ObjectType, inputs: list[dict[str, object]]
) -> list[tuple[Side, Side, AssociationTypeSeed]]:
    checked: list[tuple[Side, Side, AssociationTypeSeed]] = []
    for each in inputs:
        ends = [each.get("from"), each.get("to")]
        from_id, to_id = (id_of(cast("dict[str, object]", end) if isinstance(end, dict) else {}, "id") for end in ends)
        kind = _named_type(call, left, right, str(each.get("type", "")))
        checked.append(((left, from_id), (right, to_id), kind))
    return checked


_RECORD = "/{from_type}/{from_id}/associations/{to_type}"
_PAIR = "/{from_type}/{to_type}"
_OBJECTS = ("/crm/v3/objects",)
_ASSOCIATIONS = ("/crm/v3/associations",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "", _RECORD, list_joined, legacy=_OBJECTS),
    Endpoint("PUT", "", f"{_RECORD}/{{to_id}}/{{type}}", join_pair, legacy=_OBJECTS),
    Endpoint("DELETE", "", f"{_RECORD}/{{to_id}}/{{type}}", part_pair, legacy=_OBJECTS),
    Endpoint("POST", "", f"{_PAIR}/batch/read", read_batch, "associations", _ASSOCIATIONS),
    Endpoint("POST", "", f"{_PAIR}/batch/create", create_batch, "associations", _ASSOCIATIONS),
    Endpoint("POST", "", f"{_PAIR}/batch/archive", archive_batch, "associations", _ASSOCIATIONS),
    Endpoint("GET", "", f"{_PAIR}/types", list_types, "associations", _ASSOCIATIONS),
)

"""Answers the association calls of v4 and the dated versions: pairs, batches, labels.

Sources: facts 6 [D][S]. `toObjectId` is a number under v4 (as documented examples show) and text under the dated versions (as the
specification says). An input of a batch read without any association is an error of a 207 [C].
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.batch import batch_answer, batch_inputs
from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.links import exists, join, joined, part, part_label, spec_types
from hubspot_skill.sandbox.objects import next_page
from hubspot_skill.sandbox.reading import record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.scopes import object_scopes
from hubspot_skill.sandbox.seed import AssociationTypeSeed

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.links import Side
    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["ENDPOINTS", "id_of", "pair_types", "side_of"]

_PAGE = 500
_READ_LIMIT, _CREATE_LIMIT, _ARCHIVE_LIMIT = 1_000, 2_000, 100
_LABELS_PER_PAIR = 10
_FIRST_OWN_TYPE_ID = 1_000


def list_joined(call: Call) -> Response:
    """Answer the records of one type that a record is joined to, each with its association types."""
    left, right = pair_types(call, "read")
    side = side_of(call, left, call.params["from_id"])
    limit = call.query_int("limit", _PAGE, largest=_PAGE)
    after = record_id_of(call.query("after") or "0") or 0
    found, following = joined(call.portal, side, right, after=after, limit=limit)
    body: dict[str, object] = {"results": [_joined(call, left, right, *each) for each in found]}
    if following is not None:
        body["paging"] = next_page(call, str(following))
    return answer(body)


def join_default(call: Call) -> Response:
    """Join two records without a label; the answer says both directions."""
    left, right = pair_types(call, "write")
    here, there = side_of(call, left, call.params["from_id"]), side_of(call, right, call.params["to_id"])
    kind = _plain(call, left, right)
    join(call.portal, here, there, (kind,))
    return batch_answer(call, _both_directions(here, there, kind), [])


async def join_labelled(call: Call) -> Response:
    """Join two records by the given types, which take the place of the pair's labels [D]."""
    left, right = pair_types(call, "write")
    here, there = side_of(call, left, call.params["from_id"]), side_of(call, right, call.params["to_id"])
    kinds = spec_types(call.portal, left, right, await call.body_list())
    part(call.portal, here, there)
    join(call.portal, here, there, kinds)
    return answer(_labelled(here, there, kinds), 201)


def part_pair(call: Call) -> Response:
    """Take every association between two records away; it need not be there."""
    left, right = pair_types(call, "write")
    from_id, to_id = (record_id_of(call.params[name]) for name in ("from_id", "to_id"))
    if from_id is None or to_id is None:
        raise Refusal.object_not_found()
    part(call.portal, (left, from_id), (right, to_id))
    return no_content()


async def read_batch(call: Call) -> Response:
    """Answer what each of many records is joined to; one that is joined to nothing is an error of a 207 [C]."""
    left, right = pair_types(call, "read")
    results: list[dict[str, object]] = []
    errors: list[dict[str, object]] = []
    for each in batch_inputs(await call.body(), _READ_LIMIT):
        from_id = id_of(each, "id")
        after = record_id_of(str(each.get("after", "0"))) or 0
        found, following = joined(call.portal, (left, from_id), right, after=after, limit=_PAGE)
        if not found:
            errors.append(_nothing_joined(left, right, from_id))
            continue
        entry: dict[str, object] = {
            "from": {"id": str(from_id)},
            "to": [_joined(call, left, right, *target) for target in found],
        }
        if following is not None:
            entry["paging"] = {"next": {"after": str(following), "link": f"?after={following}"}}
        results.append(entry)
    return batch_answer(call, results, errors)


async def create_batch(call: Call) -> Response:
    """Join many pairs by the types that each input lists."""
    left, right = pair_types(call, "write")
    checked: list[tuple[Side, Side, list[AssociationTypeSeed]]] = []
    for each in batch_inputs(await call.body(), _CREATE_LIMIT):
        here, there = _ends(call, left, right, each)
        specs = each.get("types")
        if not isinstance(specs, list):
            raise Refusal.invalid_json("Some required fields were not set: [types]")
        checked.append((here, there, spec_types(call.portal, left, right, cast("list[object]", specs))))
    for here, there, kinds in checked:
        join(call.portal, here, there, kinds)
    return batch_answer(call, [_labelled(here, there, kinds) for here, there, kinds in checked], [], status=201)


async def join_default_batch(call: Call) -> Response:
    """Join many pairs without a label."""
    left, right = pair_types(call, "write")
    kind = _plain(call, left, right)
    pairs = [_ends(call, left, right, each) for each in batch_inputs(await call.body(), _CREATE_LIMIT)]
    results: list[dict[str, object]] = []
    for here, there in pairs:
        join(call.portal, here, there, (kind,))
        results += _both_directions(here, there, kind)
    return batch_answer(call, results, [])


async def archive_batch(call: Call) -> Response:
    """Take every association of many pairs away; each input leads from one record to several."""
    left, right = pair_types(call, "write")
    for each in batch_inputs(await call.body(), _ARCHIVE_LIMIT):
        targets = each.get("to")
        if not isinstance(targets, list):
            raise Refusal.invalid_json("Some required fields were not set: [to]")
        from_id = id_of(_object(each, "from"), "id")
        for target in cast("list[object]", targets):
            to_id = id_of(cast("dict[str, object]", target) if isinstance(target, dict) else {}, "id")
            part(call.portal, (left, from_id), (right, to_id))
    return no_content()


async def archive_labels_batch(call: Call) -> Response:
    """Take single labels of many pairs away."""
    left, right = pair_types(call, "write")
    checked: list[tuple[Side, Side, list[AssociationTypeSeed]]] = []
    for each in batch_inputs(await call.body(), _ARCHIVE_LIMIT):
        here = (left, id_of(_object(each, "from"), "id"))
        there = (right, id_of(_object(each, "to"), "id"))
        specs = each.get("types")
        if not isinstance(specs, list):
            raise Refusal.invalid_json("Some required fields were not set: [types]")
        checked.append((here, there, spec_types(call.portal, left, right, cast("list[object]", specs))))
    for here, there, kinds in checked:
        for kind in kinds:
            part_label(call.portal, here, there, kind)
    return no_content()


def list_labels(call: Call) -> Response:
    """Answer the association types of one direction."""
    left, right = pair_types(call, "read")
    return answer(
        {"results": [_type(each) for each in call.portal.store.definitions.link_types(left.name, right.name)]}
    )


async def create_label(call: Call) -> Response:
    """Make a label; with an inverse label it is two types, one for each direction [D]."""
    left, right = pair_types(call, "write")
    body = await call.body()
    label, name = (_required_text(body, key) for key in ("label", "name"))
    inverse = body.get("inverseLabel")
    definitions = call.portal.store.definitions
    own = [
        each for each in definitions.link_types(left.name, right.name) if each.category == "USER_DEFINED" and each.label
    ]
    if len(own) >= _LABELS_PER_PAIR:
        raise Refusal.validation(
            f"The maximum number of labels between {left.name} and {right.name} is {_LABELS_PER_PAIR}"
        )
    if any(each.label == label or each.name == name for each in own):
        raise Refusal.validation(f'An association label "{label}" already exists between {left.name} and {right.name}')
    largest = max((each.type_id for each in definitions.association_types), default=0)
    type_id = max(largest + 1, _FIRST_OWN_TYPE_ID)
    paired = isinstance(inverse, str) and inverse != ""
    inverse_id = type_id + 1 if paired or left is not right else type_id
    kind = AssociationTypeSeed(left.name, right.name, type_id, inverse_id, name, "USER_DEFINED", label)
    made = [kind]
    if inverse_id != type_id:
        back_label = inverse if isinstance(inverse, str) and paired else label
        made.append(
            replace(
                kind, from_type=right.name, to_type=left.name, type_id=inverse_id, inverse_id=type_id, label=back_label
            )
        )
    definitions.association_types.extend(made)
    definitions.revision += 1
    return answer({"results": [_type(each) for each in made]})


async def update_label(call: Call) -> Response:
    """Change the words of a label."""
    left, right = pair_types(call, "write")
    body = await call.body()
    kind = _own_label(call, left, right, str(body.get("associationTypeId", "")))
    label, inverse = _required_text(body, "label"), body.get("inverseLabel")
    definitions = call.portal.store.definitions
    definitions.association_types[:] = [
        replace(each, label=label)
        if each == kind
        else replace(each, label=inverse)
        if isinstance(inverse, str) and each.type_id == kind.inverse_id and each.inverse_id == kind.type_id
        else each
        for each in definitions.association_types
    ]
    definitions.revision += 1
    return no_content()


def delete_label(call: Call) -> Response:
    """Take a label away in both directions, also from the records that carry it."""
    left, right = pair_types(call, "write")
    kind = _own_label(call, left, right, call.params["type_id"])
    gone = {kind.type_id, kind.inverse_id}
    definitions = call.portal.store.definitions
    definitions.association_types[:] = [each for each in definitions.association_types if each.type_id not in gone]
    definitions.revision += 1
    call.portal.store.connection.executemany("DELETE FROM links WHERE type_id = ?", [(type_id,) for type_id in gone])
    return no_content()


def pair_types(call: Call, way: str) -> tuple[ObjectType, ObjectType]:
    """Return both types of the path, after asking for the scopes of both."""
    left, right = (call.portal.store.definitions.types.find(call.params[name]) for name in ("from_type", "to_type"))
    call.require(*object_scopes(left.name, way))
    call.require(*object_scopes(right.name, way))
    return left, right


def side_of(call: Call, object_type: ObjectType, text: str) -> Side:
    """Return a record that is there.

    Raises: Refusal 404.
    """
    record_id = record_id_of(text)
    if record_id is None:
        raise Refusal.object_not_found()
    if not exists(call.portal, (object_type, record_id)):
        raise Refusal.not_found()
    return object_type, record_id


def id_of(fields: dict[str, object], name: str) -> int:
    """Return a record id of a body.

    Raises: Refusal 400 unless it is there and a number.
    """
    record_id = record_id_of(str(fields.get(name, "")))
    if record_id is None:
        raise Refusal.invalid_json(f"Some required fields were not set: [{name}]")
    return record_id


def _ends(call: Call, left: ObjectType, right: ObjectType, each: dict[str, object]) -> tuple[Side, Side]:
    here, there = (left, id_of(_object(each, "from"), "id")), (right, id_of(_object(each, "to"), "id"))
    missing = [str(side[1]) for side in (here, there) if not exists(call.portal, side)]
    if missing:
        raise Refusal.validation(
            "One or more associations are invalid", code="INVALID_OBJECT_IDS", context={"objectIds": missing}
        )
    return here, there


def _object(fields: dict[str, object], name: str) -> dict[str, object]:
    found = fields.get(name)
    if not isinstance(found, dict):
        raise Refusal.invalid_json(f"Some required fields were not set: [{name}]")
    return cast("dict[str, object]", found)


def _required_text(body: dict[str, object], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise Refusal.invalid_json(f"Some required fields were not set: [{name}]")
    if name == "name" and not re.fullmatch(r"[A-Za-z]\w*", found):
        raise Refusal.validation(
            f'The name "{found}" must begin with a letter and hold letters, digits and underscores only'
        )
    return found


def _plain(call: Call, left: ObjectType, right: ObjectType) -> AssociationTypeSeed:
    kind = call.portal.store.definitions.unlabelled(left.name, right.name)
    if kind is None:
        raise Refusal.validation(f"No default association exists between {left.type_id} and {right.type_id}")
    return kind


def _own_label(call: Call, left: ObjectType, right: ObjectType, text: str) -> AssociationTypeSeed:
    type_id = record_id_of(text)
    kind = None if type_id is None else call.portal.store.definitions.link_type(left.name, right.name, type_id)
    if kind is None:
        raise Refusal.not_found()
    if kind.category != "USER_DEFINED" or kind.label is None:
        raise Refusal.validation(f"Association type {type_id} is not a label of this account and cannot be changed")
    return kind


def _type(kind: AssociationTypeSeed) -> dict[str, object]:
    return {"category": kind.category, "typeId": kind.type_id, "label": kind.label}


def _joined(call: Call, left: ObjectType, right: ObjectType, to_id: int, type_ids: list[int]) -> dict[str, object]:
    kinds = {each.type_id: each for each in call.portal.store.definitions.link_types(left.name, right.name)}
    return {
        "toObjectId": to_id if call.version == "v4" else str(to_id),
        "associationTypes": [_type(kinds[type_id]) for type_id in type_ids if type_id in kinds],
    }


def _both_directions(here: Side, there: Side, kind: AssociationTypeSeed) -> list[dict[str, object]]:
    return [
        {
            "from": {"id": str(one[1])},
            "to": {"id": str(other[1])},
            "associationSpec": {"associationCategory": kind.category, "associationTypeId": type_id},
        }
        for one, other, type_id in ((here, there, kind.type_id), (there, here, kind.inverse_id))
    ]


def _labelled(here: Side, there: Side, kinds: list[AssociationTypeSeed]) -> dict[str, object]:
    return {
        "fromObjectTypeId": here[0].type_id,
        "fromObjectId": str(here[1]),
        "toObjectTypeId": there[0].type_id,
        "toObjectId": str(there[1]),
        "labels": [each.label for each in kinds if each.label is not None],
    }


def _nothing_joined(left: ObjectType, right: ObjectType, from_id: int) -> dict[str, object]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {right.singular} is associated with {left.singular} {from_id}.",
        "context": {
            "fromObjectId": [str(from_id)],
            "fromObjectType": [left.singular],
            "toObjectType": [right.singular],
        },
    }


_RECORD = "/{from_type}/{from_id}/associations"
_PAIR = "/{from_type}/{to_type}"
_OBJECTS = ("/crm/v4/objects",)
_ASSOCIATIONS = ("/crm/v4/associations",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "crm/objects", f"{_RECORD}/{{to_type}}", list_joined, legacy=_OBJECTS),
    Endpoint("PUT", "crm/objects", f"{_RECORD}/default/{{to_type}}/{{to_id}}", join_default, legacy=_OBJECTS),
    Endpoint("PUT", "crm/objects", f"{_RECORD}/{{to_type}}/{{to_id}}", join_labelled, legacy=_OBJECTS),
    Endpoint("DELETE", "crm/objects", f"{_RECORD}/{{to_type}}/{{to_id}}", part_pair, legacy=_OBJECTS),
    Endpoint("POST", "crm/associations", f"{_PAIR}/batch/read", read_batch, "associations", _ASSOCIATIONS),
    Endpoint("POST", "crm/associations", f"{_PAIR}/batch/create", create_batch, "associations", _ASSOCIATIONS),
    Endpoint(
        "POST",
        "crm/associations",
        f"{_PAIR}/batch/associate/default",
        join_default_batch,
        "associations",
        _ASSOCIATIONS,
    ),
    Endpoint("POST", "crm/associations", f"{_PAIR}/batch/archive", archive_batch, "associations", _ASSOCIATIONS),
    Endpoint(
        "POST", "crm/associations", f"{_PAIR}/batch/labels/archive", archive_labels_batch, "associations", _ASSOCIATIONS
    ),
    Endpoint("GET", "crm/associations", f"{_PAIR}/labels", list_labels, "associations", _ASSOCIATIONS),
    Endpoint("POST", "crm/associations", f"{_PAIR}/labels", create_label, "associations", _ASSOCIATIONS),
    Endpoint("PUT", "crm/associations", f"{_PAIR}/labels", update_label, "associations", _ASSOCIATIONS),
    Endpoint("DELETE", "crm/associations", f"{_PAIR}/labels/{{type_id}}", delete_label, "associations", _ASSOCIATIONS),
)

"""Answers the batch calls on records: read, create, update, upsert, archive.

Sources: facts 4.3. A batch of writes fails whole on its first bad input, unless each input carries `objectWriteTraceId`: then the
good ones are written and the answer is 207 with the others in `errors` [D]. A duplicate address fails a batch of creates with 409 [C];
ids that lost a merge and ids that are no numbers are silently absent from an update's results [C] (NODE#548), the former from a
read's too; an upsert by email is never partial [D]. What a batch update does with a number that never was a record is [U], a switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.links import exists, join
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.objects import checked_associations, given_properties, type_for, written_record
from hubspot_skill.sandbox.reading import Selection, read_records, record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.writing import (
    Prepared,
    archive_record,
    carry_out,
    find_by,
    insert_prepared,
    prepare,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response

    from hubspot_skill.sandbox.links import Side
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import AssociationTypeSeed

__all__ = ["ENDPOINTS", "batch_answer", "batch_inputs", "text_list"]

_BATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class _Step:
    """One checked input of a batch of writes."""

    prepared: Prepared
    links: tuple[tuple[Side, list[AssociationTypeSeed]], ...] = ()
    record_id: int | None = None
    trace_id: str | None = None


async def read_batch(call: Call) -> Response:
    """Answer records by id or by a unique property; those that are missing are one error of a 207 [L]."""
    object_type = type_for(call, "read")
    body = await call.body()
    keys = [str(each.get("id", "")) for each in batch_inputs(body, _BATCH_LIMIT)]
    selection = Selection(text_list(body, "properties"), text_list(body, "propertiesWithHistory"))
    archived = call.query_flag("archived")
    id_property = body.get("idProperty")
    if isinstance(id_property, str) and id_property:
        asked = {key: find_by(call, object_type, id_property, key) for key in keys}
    else:
        asked = {key: record_id_of(key) for key in keys}
    ids = list(dict.fromkeys(record_id for record_id in asked.values() if record_id is not None))
    found = read_records(call.portal, object_type, ids, selection, archived=archived)
    missing = [key for key, record_id in asked.items() if record_id is None or record_id not in found]
    missing = [key for key in missing if not _lost_a_merge(call, object_type, asked[key])]
    results = [found[record_id] for record_id in sorted(found)]
    errors = [_missing(object_type, missing)] if missing else []
    return batch_answer(call, results, errors)


async def create_batch(call: Call) -> Response:
    """Make records with their associations."""
    object_type = type_for(call, "write")

    def check(each: dict[str, object]) -> _Step:
        prepared = prepare(call, object_type, given_properties(each), None)
        links = checked_associations(call, object_type, each.get("associations"))
        return _Step(prepared, tuple(links), trace_id=_trace_id(each))

    return _write(call, batch_inputs(await call.body(), _BATCH_LIMIT), check, created=201)


async def update_batch(call: Call) -> Response:
    """Change records by id, or by a unique property given as `idProperty`; contacts not by email [D]."""
    object_type = type_for(call, "write")
    inputs = batch_inputs(await call.body(), _BATCH_LIMIT)
    _refuse_repeats([str(each.get("id", "")) for each in inputs])
    kept = [each for each in inputs if not _passed_over(call, object_type, each)]

    def check(each: dict[str, object]) -> _Step:
        record_id = _named_record(call, object_type, each)
        prepared = prepare(call, object_type, given_properties(each), record_id)
        return _Step(prepared, record_id=record_id, trace_id=_trace_id(each))

    return _write(call, kept, check, created=200)


async def upsert_batch(call: Call) -> Response:
    """Change the records that a unique property finds and make the others; each result says which it was [D]."""
    object_type = type_for(call, "write")
    inputs = batch_inputs(await call.body(), _BATCH_LIMIT)
    _refuse_repeats([str(each.get("id", "")).lower() for each in inputs])
    by_email = any(each.get("idProperty") == "email" for each in inputs)

    def check(each: dict[str, object]) -> _Step:
        id_property, key = each.get("idProperty"), str(each.get("id", ""))
        given = given_properties(each)
        if not isinstance(id_property, str) or not id_property or id_property == "hs_object_id":
            record_id = _named_record(call, object_type, each)
        else:
            record_id = find_by(call, object_type, id_property, key)
            if record_id is None:
                given = {id_property: key, **given}
        prepared = prepare(call, object_type, given, record_id)
        return _Step(prepared, record_id=record_id, trace_id=None if by_email else _trace_id(each))

    return _write(call, inputs, check, created=200, tell_new=True)


async def archive_batch(call: Call) -> Response:
    """Archive records; those that are not there make no difference."""
    object_type = type_for(call, "write")
    for each in batch_inputs(await call.body(), _BATCH_LIMIT):
        record_id = record_id_of(str(each.get("id", "")))
        if record_id is not None and exists(call.portal, (object_type, record_id)):
            archive_record(call, object_type, record_id)
    return no_content()


def batch_inputs(body: dict[str, object], largest: int) -> list[dict[str, object]]:
    """Return the `inputs` of a batch.

    Raises: Refusal 400 unless they are a list of at most `largest` objects.
    """
    inputs = body.get("inputs")
    if not isinstance(inputs, list):
        raise Refusal.invalid_json("Some required fields were not set: [inputs]")
    found = cast("list[object]", inputs)
    if len(found) > largest:
        raise Refusal.validation(f"The maximum number of inputs is {largest}, found {len(found)}")
    for each in found:
        if not isinstance(each, dict):
            raise Refusal.invalid_json("Cannot construct a batch input from a value that is not an object")
    return cast("list[dict[str, object]]", found)


def batch_answer(
    call: Call, results: Sequence[object], errors: list[dict[str, object]], *, status: int = 200
) -> Response:
    """Return a batch's answer: `status` if all went well, 207 with the errors otherwise."""
    at = iso(call.portal.now_ms())
    body: dict[str, object] = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return answer(body, 207 if errors else status)


def text_list(body: dict[str, object], name: str) -> tuple[str, ...]:
    """Return a list of texts of a body, empty if it is not there."""
    found = body.get(name)
    return tuple(str(each) for each in cast("list[object]", found)) if isinstance(found, list) else ()


def _write(
    call: Call,
    inputs: list[dict[str, object]],
    check: Callable[[dict[str, object]], _Step],
    *,
    created: int,
    tell_new: bool = False,
) -> Response:
    """Check every input, write those that are good, and answer; without trace ids one bad input refuses all."""
    partial = bool(inputs) and all(_trace_id(each) is not None for each in inputs)
    steps: list[_Step] = []
    errors: list[dict[str, object]] = []
    taken: dict[str, int] = {}
    for each in inputs:
        try:
            step = check(each)
            _refuse_taken_within(step, taken, len(steps))
        except Refusal as refusal:
            trace_id = _trace_id(each)
            if not partial or trace_id is None or (tell_new and each.get("idProperty") == "email"):
                raise
            errors.append(_traced(refusal, trace_id))
            continue
        steps.append(step)
    results = [_carried_out(call, step, tell_new=tell_new) for step in steps]
    return batch_answer(call, results, errors, status=created)


def _carried_out(call: Call, step: _Step, *, tell_new: bool) -> dict[str, object]:
    object_type = step.prepared.object_type
    if step.record_id is None:
        record_id = insert_prepared(call, step.prepared)
        for right, kinds in step.links:
            join(call.portal, (object_type, record_id), right, kinds)
    else:
        record_id = step.record_id
        carry_out(call, step.prepared)
    record = written_record(call, step.prepared, record_id)
    if tell_new:
        record["new"] = step.record_id is None
    if step.trace_id is not None:
        record["objectWriteTraceId"] = step.trace_id
    return record


def _refuse_taken_within(step: _Step, taken: dict[str, int], place: int) -> None:
    """Refuse an address that an earlier input of the same batch takes."""
    email = step.prepared.values.get("email")
    if step.prepared.object_type.name != "contacts" or not email:
        return
    if email in taken:
        raise Refusal.conflict(f"Contact already exists. Another input of this batch has the email {email}")
    taken[email] = place


def _named_record(call: Call, object_type: ObjectType, each: dict[str, object]) -> int:
    key, id_property = str(each.get("id", "")), each.get("idProperty")
    if isinstance(id_property, str) and id_property:
        if object_type.name == "contacts" and id_property == "email":
            raise Refusal.validation("Unable to perform update/upsert by non-unique 0-1 property")
        record_id = find_by(call, object_type, id_property, key)
    else:
        record_id = record_id_of(key)
        if record_id is None:
            raise Refusal.validation(f"Invalid object id: {key}")
    if record_id is None or not exists(call.portal, (object_type, record_id)):
        error = _missing(object_type, [key])
        raise Refusal(404, error)
    return record_id


def _passed_over(call: Call, object_type: ObjectType, each: dict[str, object]) -> bool:
    """Tell whether a batch update leaves an input out without a word."""
    if each.get("idProperty"):
        return False
    record_id = record_id_of(str(each.get("id", "")))
    if record_id is None or _lost_a_merge(call, object_type, record_id):
        return True
    absent = call.portal.switches.unknown_id_in_batch_update == "absent"
    return absent and not exists(call.portal, (object_type, record_id))


def _lost_a_merge(call: Call, object_type: ObjectType, record_id: int | None) -> bool:
    return record_id is not None and call.portal.store.winner(object_type, record_id) != record_id


def _refuse_repeats(keys: list[str]) -> None:
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise Refusal.validation(
            f"Duplicate IDs found in batch input: [{', '.join(repeated)}]. IDs must be unique",
            code="DUPLICATE_IDS",
            context={"ids": repeated},
        )


def _trace_id(each: dict[str, object]) -> str | None:
    found = each.get("objectWriteTraceId")
    return None if found is None else str(found)


def _missing(object_type: ObjectType, ids: list[str]) -> dict[str, object]:
    name = object_type.singular.upper()
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {name} objects, they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": ids},
    }


def _traced(refusal: Refusal, trace_id: str) -> dict[str, object]:
    context = cast("dict[str, object]", refusal.body.get("context", {}))
    return {**refusal.body, "context": {**context, "objectWriteTraceId": [trace_id]}}


_LEGACY = ("/crm/v3/objects", "/crm/v4/objects")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "crm/objects", "/{object_type}/batch/read", read_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/batch/create", create_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/batch/update", update_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/batch/upsert", upsert_batch, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/batch/archive", archive_batch, legacy=_LEGACY),
)

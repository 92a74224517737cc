"""Answers the single calls on records: list, create, read, change, archive, merge, privacy delete.

Sources: facts 5.1 and 5.2 [S][L][D], 4.2 for refusals; the page limit with history is [U] and a switch.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.links import exists, join, joined, type_of_spec
from hubspot_skill.sandbox.merging import erase, merge_records
from hubspot_skill.sandbox.reading import Selection, read_records, record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.scopes import object_scopes
from hubspot_skill.sandbox.store import table
from hubspot_skill.sandbox.writing import archive_record, carry_out, find_by, insert_prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from hubspot_skill.sandbox.links import Side
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import AssociationTypeSeed
    from hubspot_skill.sandbox.writing import Prepared

__all__ = [
    "ENDPOINTS",
    "associated",
    "checked_associations",
    "created_selection",
    "given_properties",
    "next_page",
    "type_for",
    "written_record",
]

_LIST_LIMIT = 100
_EMBEDDED_ASSOCIATIONS = 100


def list_records(call: Call) -> Response:
    """Answer a page of live or archived records in the order of their ids; `after` is the next id [L]."""
    object_type = type_for(call, "read")
    selection = _selection(call)
    largest = call.portal.switches.page_limit_with_history if selection.history else _LIST_LIMIT
    limit = call.query_int("limit", 10, largest=largest)
    after = record_id_of(call.query("after") or "0")
    if after is None:
        raise Refusal.validation("after is not a cursor of this list")
    archived = call.query_flag("archived")
    source = table("a" if archived else "r", object_type)
    ids = [
        cast("int", row[0])
        for row in call.portal.store.rows(
            f"SELECT _id FROM {source} WHERE _id >= ? ORDER BY _id LIMIT ?",
            (after, limit + 1),
        )
    ]
    found = read_records(call.portal, object_type, ids[:limit], selection, archived=archived)
    records = [found[record_id] for record_id in ids[:limit]]
    _embed(call, object_type, records)
    body: dict[str, object] = {"results": records}
    if len(ids) > limit:
        body["paging"] = next_page(call, str(ids[limit]))
    return answer(body)


async def create(call: Call) -> Response:
    """Make a record with its associations; everything wrong with it is refused before anything is written."""
    object_type = type_for(call, "write")
    body = await call.body()
    given = given_properties(body)
    prepared = prepare(call, object_type, given, None)
    links = checked_associations(call, object_type, body.get("associations"))
    record_id = insert_prepared(call, prepared)
    for right, kinds in links:
        join(call.portal, (object_type, record_id), right, kinds)
    _associate_by_domain(call, object_type, record_id)
    return answer(written_record(call, prepared, record_id), 201)


def read(call: Call) -> Response:
    """Answer one record by id or by a unique property; a merged id answers with the winner."""
    object_type = type_for(call, "read")
    archived = call.query_flag("archived")
    record_id = _asked_id(call, object_type, archived=archived)
    found = read_records(call.portal, object_type, [record_id], _selection(call), archived=archived)
    if record_id not in found:
        raise Refusal.not_found()
    _embed(call, object_type, [found[record_id]])
    return answer(found[record_id])


async def update(call: Call) -> Response:
    """Change properties of one record and answer with those; a merged id changes the winner [C]."""
    object_type = type_for(call, "write")
    record_id = _asked_id(call, object_type, archived=False)
    if not exists(call.portal, (object_type, record_id)):
        raise Refusal.not_found()
    prepared = prepare(call, object_type, given_properties(await call.body()), record_id)
    carry_out(call, prepared)
    return answer(written_record(call, prepared, record_id))


def archive(call: Call) -> Response:
    """Archive one record; one that is not there answers the same [L]."""
    object_type = type_for(call, "write")
    record_id = record_id_of(call.params["record_id"])
    if record_id is None:
        raise Refusal.object_not_found()
    if exists(call.portal, (object_type, record_id)):
        archive_record(call, object_type, record_id)
    return no_content()


async def merge(call: Call) -> Response:
    """Merge one record into another; the loser's id leads to the winner from then on."""
    object_type = type_for(call, "write")
    body = await call.body()
    primary, other = (_body_id(body, name) for name in ("primaryObjectId", "objectIdToMerge"))
    record_id = merge_records(call, object_type, primary, other)
    return answer(read_records(call.portal, object_type, [record_id], Selection())[record_id])


async def privacy_delete(call: Call) -> Response:
    """Erase one record with its history for good [D]."""
    object_type = type_for(call, "write")
    body = await call.body()
    text = str(body.get("objectId", ""))
    id_property = body.get("idProperty")
    by_property = isinstance(id_property, str)
    record_id = find_by(call, object_type, id_property, text) if by_property else record_id_of(text)
    if record_id is not None:
        erase(call, object_type, record_id)
    return no_content()


def type_for(call: Call, way: str) -> ObjectType:
    """Return the type of the path, after asking for the scopes to `read` or `write` it."""
    object_type = call.portal.store.definitions.types.find(call.params["object_type"])
    call.require(*object_scopes(object_type.name, way))
    return object_type


def given_properties(body: dict[str, object]) -> dict[str, object]:
    """Return the `properties` of a body.

    Raises: Refusal 400 unless they are an object.
    """
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise Refusal.invalid_json("Some required fields were not set: [properties]")
    return cast("dict[str, object]", properties)


def next_page(call: Call, after: str) -> dict[str, object]:
    """Return the `paging` of an answer that has more: the cursor and the address with it."""
    link = str(call.request.url.include_query_params(after=after))
    return {"next": {"after": after, "link": link}}


def checked_associations(
    call: Call, object_type: ObjectType, given: object
) -> list[tuple[Side, list[AssociationTypeSeed]]]:
    """Return what a new record is to be joined to, as a body's `associations` say it.

    Raises: Refusal 400 for a type that does not start here, or a record that is not there [C].
    """
    links: list[tuple[Side, list[AssociationTypeSeed]]] = []
    missing: list[str] = []
    for each in cast("list[object]", given) if isinstance(given, list) else []:
        fields = cast("dict[str, object]", each) if isinstance(each, dict) else {}
        target, types = fields.get("to"), fields.get("types")
        if not isinstance(target, dict) or "id" not in target or not isinstance(types, list) or not types:
            raise Refusal.invalid_json("Some required fields were not set: [to, types]")
        text = str(cast("dict[str, object]", target)["id"])
        kinds = [type_of_spec(call.portal, object_type, spec) for spec in cast("list[object]", types)]
        right_type = call.portal.store.definitions.types.named(kinds[0].to_type)
        record_id = record_id_of(text)
        if record_id is None or not exists(call.portal, (right_type, record_id)):
            missing.append(text)
        else:
            links.append(((right_type, record_id), kinds))
    if missing:
        raise Refusal.validation(
            "One or more associations are invalid", code="INVALID_OBJECT_IDS", context={"objectIds": missing}
        )
    return links


def created_selection(prepared: Prepared) -> Selection:
    """Return what the answer of a write holds: the default properties and those written."""
    return Selection(tuple({*prepared.object_type.returned, *prepared.values}))


def written_record(call: Call, prepared: Prepared, record_id: int) -> dict[str, object]:
    """Return a record as a write answers with it, with the warnings of the write."""
    found = read_records(call.portal, prepared.object_type, [record_id], created_selection(prepared))
    record = found[record_id]
    if prepared.warnings:
        record["warnings"] = list(prepared.warnings)
    return record


def associated(call: Call, side: Side, right: ObjectType) -> dict[str, object] | None:
    """Return a record's associations to one type as an object read embeds them, None if there are none.

    2026-09 gives `toObjectId` with its types, older versions an entry of id and type name for each type (facts 1.2 e) [D].
    """
    found, following = joined(call.portal, side, right, after=0, limit=_EMBEDDED_ASSOCIATIONS)
    if not found:
        return None
    kinds = {each.type_id: each for each in call.portal.store.definitions.link_types(side[0].name, right.name)}
    typed = call.at_least("2026-09") and call.portal.switches.dated_object_associations == "typed"
    results: list[dict[str, object]] = []
    for to_id, type_ids in found:
        known = [kinds[type_id] for type_id in type_ids if type_id in kinds]
        if typed:
            types = [{"category": each.category, "typeId": each.type_id, "label": each.label} for each in known]
            results.append({"toObjectId": str(to_id), "associationTypes": types})
        else:
            results.extend({"id": str(to_id), "type": each.name} for each in known)
    body: dict[str, object] = {"results": results}
    if following is not None:
        kind, record_id = side
        address = f"{call.request.base_url}crm/v3/objects/{kind.name}/{record_id}/associations/{right.name}"
        body["paging"] = {"next": {"after": str(following), "link": f"{address}?after={following}"}}
    return body


def _associate_by_domain(call: Call, object_type: ObjectType, record_id: int) -> None:
    if object_type.name != "contacts" or not call.portal.switches.auto_associate_by_domain:
        return
    companies = call.portal.store.definitions.types.named("companies")
    found = call.portal.store.value(
        "SELECT c._id FROM r_2 c JOIN r_1 t ON c.domain = substr(t.email, instr(t.email, '@') + 1) WHERE t._id = ?",
        (record_id,),
    )
    if isinstance(found, int):
        join(call.portal, (object_type, record_id), (companies, found), ())


def _asked_id(call: Call, object_type: ObjectType, *, archived: bool) -> int:
    text, id_property = call.params["record_id"], call.query("idProperty")
    if id_property is not None:
        found = find_by(call, object_type, id_property, text)
        if found is None:
            raise Refusal.not_found()
        return found
    record_id = record_id_of(text)
    if record_id is None:
        raise Refusal.object_not_found()
    return record_id if archived else call.portal.store.winner(object_type, record_id)


def _selection(call: Call) -> Selection:
    return Selection(tuple(call.query_list("properties")), tuple(call.query_list("propertiesWithHistory")))


def _embed(call: Call, object_type: ObjectType, records: Sequence[dict[str, object]]) -> None:
    for name in call.query_list("associations"):
        right = call.portal.store.definitions.types.find(name)
        call.require(*object_scopes(right.name, "read"))
        for record in records:
            found = associated(call, (object_type, int(str(record["id"]))), right)
            if found is not None:
                key = right.singular if right.name == right.type_id else right.name
                cast("dict[str, object]", record.setdefault("associations", {}))[key] = found


def _body_id(body: dict[str, object], name: str) -> int:
    record_id = record_id_of(str(body.get(name, "")))
    if record_id is None:
        raise Refusal.invalid_json(f"Some required fields were not set: [{name}]")
    return record_id


_LEGACY = ("/crm/v3/objects", "/crm/v4/objects")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "crm/objects", "/{object_type}", list_records, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}", create, legacy=_LEGACY),
    Endpoint("GET", "crm/objects", "/{object_type}/{record_id}", read, legacy=_LEGACY),
    Endpoint("PATCH", "crm/objects", "/{object_type}/{record_id}", update, legacy=_LEGACY),
    Endpoint("DELETE", "crm/objects", "/{object_type}/{record_id}", archive, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/merge", merge, legacy=_LEGACY),
    Endpoint("POST", "crm/objects", "/{object_type}/gdpr-delete", privacy_delete, legacy=_LEGACY),
)

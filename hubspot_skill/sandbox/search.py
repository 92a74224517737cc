"""Answers searches of records.

Sources: facts 5.3 [D]: limits, operators, default order, the 10,000 that paging reaches, the searched properties of `query`.
The index may lag behind writes by the sandbox's clock (`SandboxSettings.search_lag_ms`); archived records are never found.
Empty values sort last both ways, and the words of a `query` must all be found in one record [U].
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.batch import text_list
from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.filters import Condition, Filters, checked_groups
from hubspot_skill.sandbox.objects import next_page, type_for
from hubspot_skill.sandbox.reading import Selection, moment_parameters, read_records
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["ENDPOINTS"]

_LIMIT = 200
_REACH = 10_000
_BODY_CHARACTERS = 3_000


async def search(call: Call) -> Response:
    """Answer a page of the records that match, with the count of all."""
    object_type = type_for(call, "read")
    if len(await call.request.body()) > _BODY_CHARACTERS:
        raise Refusal.validation(f"The request body must not exceed {_BODY_CHARACTERS} characters")
    body = await call.body()
    limit, after = _page(body)
    condition = Condition()
    where = _where(call, object_type, body, condition)
    order = _order(call, object_type, body)
    source = _source(call, object_type)
    parameters = {**moment_parameters(call.portal), **condition.parameters}
    store = call.portal.store
    # One pass counts while it looks; two passes are faster where an index can answer each of them.
    costly = "SELECT" in where or "LIKE" in where
    counted = "count(*) OVER ()" if costly else "NULL"
    rows = store.rows(
        f"SELECT t._id, {counted} FROM {source} t WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {after}",
        parameters,
    )
    ids = [cast("int", row[0]) for row in rows]
    total = after + len(ids)
    if costly and rows:
        total = cast("int", rows[0][1])
    elif len(ids) == limit or (after and not ids):
        total = cast("int", store.value(f"SELECT count(*) FROM {source} t WHERE {where}", parameters))
    found = read_records(call.portal, object_type, ids, Selection(text_list(body, "properties")), source=source)
    answered: dict[str, object] = {"total": total, "results": [found[record_id] for record_id in ids]}
    if after + len(ids) < total:
        paging = next_page(call, str(after + len(ids)))
        cast("dict[str, object]", paging["next"])["link"] = f"?after={after + len(ids)}"
        answered["paging"] = paging
    return answer(answered)


def _page(body: dict[str, object]) -> tuple[int, int]:
    limit = body.get("limit", 10)
    after = body.get("after") or 0
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise Refusal.invalid_json(f"Cannot deserialize value of type `int` of limit from {limit!r}")
    if not 0 <= limit <= _LIMIT:
        raise Refusal.validation(f"The limit must be between 0 and {_LIMIT}, found {limit}")
    text = str(after)
    if not text.isdigit():
        raise Refusal.validation(f"after must be a whole number, found {text}")
    if int(text) + limit > _REACH:
        raise Refusal.validation(f"Paging through search results ends at {_REACH}: after is {text}, limit is {limit}")
    return limit, int(text)


def _where(call: Call, object_type: ObjectType, body: dict[str, object], condition: Condition) -> str:
    columns = call.portal.columns(object_type)
    filters = Filters(columns.of, lambda name: _linked_ids(call, object_type, name), call.portal.switches, condition)
    where = filters.sql(checked_groups(body))
    query = body.get("query")
    if not isinstance(query, str) or not query.strip():
        return where
    if len(query) > _BODY_CHARACTERS:
        raise Refusal.validation(f"The query must not exceed {_BODY_CHARACTERS} characters")
    searched = [found.sql for name in object_type.searched if (found := columns.of(name)) and found.sql != "NULL"]
    words = [_word(call, searched, word, condition) for word in query.split()]
    return " AND ".join([where, *words])


def _word(call: Call, searched: list[str], word: str, condition: Condition) -> str:
    if not searched:
        return "0"
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    mark = condition.bind(f"%{escaped}%")
    if not word.isascii():
        mark = condition.bind(f"%{escaped.lower()}%")
        return "(" + " OR ".join(f"fold({sql}) LIKE {mark} ESCAPE '\\'" for sql in searched) + ")"
    found = [f"{sql} LIKE {mark} ESCAPE '\\'" for sql in searched]
    if call.portal.switches.query_matches == "token_prefix":
        token = condition.bind(f"{word.lower()}*")
        found = [f"({like} AND has_token({sql}, {token}))" for like, sql in zip(found, searched, strict=True)]
    return "(" + " OR ".join(found) + ")"


def _linked_ids(call: Call, object_type: ObjectType, name: str) -> str | None:
    """Return the SQL of the ids that a record is joined to; custom types have no such pseudo-property [D]."""
    try:
        right = call.portal.store.definitions.types.find(name)
    except Refusal:
        return None
    if right.code < 0 or object_type.code < 0:
        return None
    return f"SELECT 1 FROM links WHERE from_type = {object_type.code} AND from_id = t._id AND to_type = {right.code}"


def _order(call: Call, object_type: ObjectType, body: dict[str, object]) -> str:
    given = body.get("sorts")
    sorts = cast("list[object]", given) if isinstance(given, list) else []
    if len(sorts) > 1:
        raise Refusal.validation(f"Only one sort is allowed, found {len(sorts)}")
    if not sorts:
        return "t._created, t._id"
    name, direction = _sort(sorts[0])
    column = call.portal.columns(object_type).of(name)
    if column is None:
        raise Refusal.validation(f'There was a problem with the request: property "{name}" cannot be sorted by')
    sql = f"CAST({column.sql} AS REAL)" if column.kind == "number" else column.sql
    if column.kind == "text":
        sql = f"{sql} COLLATE NOCASE"
    if column.sql in {"t._created", "t._updated", "t._id"}:
        return f"{sql} {direction}, t._id {direction}"
    return f"{column.sql} IS NULL, {sql} {direction}, t._id"


def _sort(given: object) -> tuple[str, str]:
    """Return the property and SQL direction of a sort: an object, a name, or a name behind a minus."""
    if isinstance(given, str):
        return (given[1:], "DESC") if given.startswith("-") else (given, "ASC")
    fields = cast("dict[str, object]", given) if isinstance(given, dict) else {}
    name, direction = fields.get("propertyName"), fields.get("direction", "ASCENDING")
    if not isinstance(name, str):
        raise Refusal.invalid_json("Some required fields were not set: [propertyName]")
    if direction not in {"ASCENDING", "DESCENDING"}:
        raise Refusal.invalid_json(
            f'Cannot deserialize value of type `Direction` from "{direction}": '
            "not one of the values accepted: [ASCENDING, DESCENDING]"
        )
    return name, "DESC" if direction == "DESCENDING" else "ASC"


def _source(call: Call, object_type: ObjectType) -> str:
    """Return the table to search: the live records, or with earlier states in place of those the index has not seen."""
    store = call.portal.store
    live, lagging = table("r", object_type), table("l", object_type)
    if not store.drop_lagging(object_type, call.portal.now_ms()):
        return live
    names = ", ".join(
        ["_id", "_created", "_updated", "_archived", *(f'"{name}"' for name in sorted(store.columns(object_type)))]
    )
    first = f"SELECT min(_seq) FROM {lagging} GROUP BY _id"
    return (
        f"(SELECT {names} FROM {live} WHERE _id NOT IN (SELECT _id FROM {lagging}) UNION ALL "
        f"SELECT {names} FROM {lagging} WHERE _seq IN ({first}) AND _absent = 0)"
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "crm/objects",
        "/{object_type}/search",
        search,
        budget="search",
        legacy=("/crm/v3/objects", "/crm/v4/objects"),
    ),
)

"""Merges two records into one, and erases one for good.

Sources: facts 5.1: the loser's id goes to `hs_merged_object_ids` and still works for single calls, not in batches [C]; more than
250 merged identities answer 414 [D]; whether the result has a new id is [U] and a switch. The winner keeps its values and takes the
loser's where it has none; it takes the loser's associations and addresses; the earlier create date stays.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.history import note_versions
from hubspot_skill.sandbox.links import exists
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.store import table
from hubspot_skill.sandbox.writing import stored_values

if TYPE_CHECKING:
    from hubspot_skill.sandbox.call import Call
    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["erase", "merge_records"]

_MERGE_LIMIT = 250


def merge_records(call: Call, object_type: ObjectType, primary: int, other: int) -> int:
    """Merge the record `other` into `primary` and return the id of the result.

    Raises: Refusal 404 if either is not there, 400 for a record and itself, 414 past 250 merged identities.
    """
    store = call.portal.store
    winner, loser = (store.winner(object_type, record_id) for record_id in (primary, other))
    if winner == loser:
        raise Refusal.validation(f"Cannot merge object {winner} with itself")
    for record_id in (winner, loser):
        if not exists(call.portal, (object_type, record_id)):
            raise Refusal.not_found()
    before, lost = stored_values(call, object_type, winner), stored_values(call, object_type, loser)
    merged = [*_ids(before), str(loser), *_ids(lost)]
    if len(merged) > _MERGE_LIMIT:
        raise Refusal.plain(414, f"Record {winner} has reached {_MERGE_LIMIT} merged records", "VALIDATION_ERROR")
    after = {name: value for name, value in lost.items() if value is not None and before.get(name) is None}
    after["hs_merged_object_ids"] = ";".join(merged)
    if object_type.name == "contacts" and lost.get("email") and before.get("email"):
        addresses = [before.get("hs_additional_emails"), lost["email"], lost.get("hs_additional_emails")]
        after["hs_additional_emails"] = ";".join(address for address in addresses if address)
    _move_links(call, object_type, winner, loser)
    made_ms = _earliest(call, object_type, winner, loser)
    store.forget(object_type, loser)
    now_ms = call.portal.now_ms()
    origin = (made_ms, before.get("hs_object_source") or "INTEGRATION")
    by = ("MERGE_OBJECTS", call.token.user_id)
    note_versions(call.portal, object_type, winner, before, after, origin=origin, by=by)
    store.update(object_type, winner, dict(after), now_ms)
    store.connection.execute(f"UPDATE {table('r', object_type)} SET _created = ? WHERE _id = ?", (made_ms, winner))
    store.connection.execute("INSERT INTO merged VALUES (?, ?, ?)", (object_type.code, loser, winner))
    return _renamed(call, object_type, winner) if call.portal.switches.merge_makes_new_id else winner


def erase(call: Call, object_type: ObjectType, record_id: int) -> None:
    """Take a record, live or archived, and its history out of the portal."""
    store = call.portal.store
    store.forget(object_type, record_id)
    store.connection.execute(f"DELETE FROM {table('a', object_type)} WHERE _id = ?", (record_id,))
    store.connection.execute("DELETE FROM changes WHERE type = ? AND id = ?", (object_type.code, record_id))


def _ids(values: dict[str, str | None]) -> list[str]:
    return [part for part in (values.get("hs_merged_object_ids") or "").split(";") if part]


def _earliest(call: Call, object_type: ObjectType, *record_ids: int) -> int:
    marks = ", ".join("?" * len(record_ids))
    found = call.portal.store.value(
        f"SELECT min(_created) FROM {table('r', object_type)} WHERE _id IN ({marks})",
        record_ids,
    )
    return cast("int", found)


def _move_links(call: Call, object_type: ObjectType, winner: int, loser: int) -> None:
    """Give the loser's associations to the winner; its primary company stays primary only where the winner has none."""
    code, connection = object_type.code, call.portal.store.connection
    kinds = call.portal.store.definitions.association_types
    primary = [each.type_id for each in kinds if each.primary and each.from_type == object_type.name]
    limited = ", ".join(map(str, primary)) if object_type.name != "companies" else ""
    taken = (
        f" AND NOT (type_id IN ({limited}) AND EXISTS "
        f"(SELECT 1 FROM links o WHERE o.from_type = {code} AND o.from_id = {winner} AND o.type_id = links.type_id))"
    )
    rows = call.portal.store.rows(
        "SELECT to_type, to_id, type_id FROM links "
        f"WHERE from_type = ? AND from_id = ? AND NOT (to_type = {code} AND to_id = {winner}){taken}",
        (code, loser),
    )
    inverse = {(each.from_type, each.type_id): each.inverse_id for each in kinds}
    for to_type, to_id, type_id in cast("list[tuple[int, int, int]]", rows):
        back = inverse[object_type.name, type_id]
        connection.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
            [(code, winner, to_type, to_id, type_id), (to_type, to_id, code, winner, back)],
        )


def _renamed(call: Call, object_type: ObjectType, winner: int) -> int:
    """Give a record a new id, to which the old one leads."""
    store, code = call.portal.store, object_type.code
    record_id = store.new_id(object_type)
    store.connection.execute(
        f"UPDATE {table('r', object_type)} SET _id = ? WHERE _id = ?",
        (record_id, winner),
    )
    store.connection.execute("UPDATE changes SET id = ? WHERE type = ? AND id = ?", (record_id, code, winner))
    store.connection.execute(
        "UPDATE links SET from_id = ? WHERE from_type = ? AND from_id = ?", (record_id, code, winner)
    )
    store.connection.execute("UPDATE links SET to_id = ? WHERE to_type = ? AND to_id = ?", (record_id, code, winner))
    store.connection.execute("INSERT INTO merged VALUES (?, ?, ?)", (code, winner, record_id))
    return record_id

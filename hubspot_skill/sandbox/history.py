"""Reads the versions of a property, newest first.

Sources: facts 5.1 for the fields [S]; how many versions are kept is [U] and a switch. The creation value of a property that
never changed is derived from the record, so that a portal stores only what happened to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.moments import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["Origin", "note_versions", "versions"]

Origin = tuple[int, str]
"""When a record was made (ms) and by what kind of source."""


def versions(
    portal: Portal, object_type: ObjectType, record_id: int, name: str, current: str | None, origin: Origin
) -> list[dict[str, object]]:
    """Return a property's versions as HubSpot writes them, newest first and no more than it keeps."""
    switches = portal.switches
    kept = switches.history_per_contact_property if object_type.name == "contacts" else switches.history_per_property
    rows = portal.store.rows(
        "SELECT value, at_ms, source, user_id FROM changes WHERE type = ? AND id = ? AND property = ? "
        "ORDER BY at_ms DESC, seq DESC LIMIT ?",
        (object_type.code, record_id, name, kept),
    )
    if rows:
        return [_version(*cast("tuple[str, int, str, int | None]", row)) for row in rows]
    if current is None:
        return []
    definition = portal.store.definitions.properties[object_type.name].get(name)
    source = "CALCULATED" if definition is not None and definition.calculated else origin[1]
    return [_version(current, origin[0], source, None)]


def note_versions(
    portal: Portal,
    object_type: ObjectType,
    record_id: int,
    before: dict[str, str | None],
    after: dict[str, str],
    *,
    origin: Origin,
    by: Sequence[object],
) -> None:
    """Add the new versions of changed properties, each behind the creation value if that was only derived so far.

    `by` is the kind of source and the user's id.
    """
    source, user_id = cast("tuple[str, int | None]", tuple(by))
    at_ms = portal.now_ms()
    store = portal.store
    for name, value in after.items():
        known = store.value(
            "SELECT 1 FROM changes WHERE type = ? AND id = ? AND property = ? LIMIT 1",
            (object_type.code, record_id, name),
        )
        old = before.get(name)
        if known is None and old is not None:
            store.note_change(object_type, record_id, name, old, origin[0], origin[1], None)
        store.note_change(object_type, record_id, name, value, at_ms, source, user_id)


def _version(value: str, at_ms: int, source: str, user_id: int | None) -> dict[str, object]:
    found: dict[str, object] = {"value": value, "timestamp": iso(at_ms), "sourceType": source}
    if user_id is not None:
        found |= {"sourceId": f"userId:{user_id}", "updatedByUserId": user_id}
    return found

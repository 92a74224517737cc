"""Reads records and writes them down as HubSpot's JSON.

Sources: facts 5.1 for the record's fields and the rules of reading [S][L]; `url` is sent although optional.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.computed import Column, shown
from hubspot_skill.sandbox.history import versions
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["Selection", "moment_parameters", "read_records", "record_id_of"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What to return of a record: properties, or the type's default ones if none is named, and whose history."""

    properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()

    def names(self, object_type: ObjectType) -> list[str]:
        """Return every property to read, in HubSpot's alphabetical order."""
        asked = self.properties or object_type.returned
        return sorted({*asked, *object_type.always})


def read_records(
    portal: Portal,
    object_type: ObjectType,
    ids: Sequence[int],
    selection: Selection,
    *,
    archived: bool = False,
    source: str | None = None,
) -> dict[int, dict[str, object]]:
    """Return the records that exist of those asked for, by id.

    A property that the type does not have is silently left out, an empty one is null [L]. `source` replaces the table of live
    or archived records.
    """
    columns: dict[str, Column] = {}
    for name in {*selection.names(object_type), *selection.history}:
        found = portal.columns(object_type).of(name)
        if found is not None:
            columns[name] = found
    marks = ", ".join(map(str, ids))
    origin = portal.columns(object_type).of("hs_object_source")
    listed = ["t._id", "t._created", "t._updated", "t._archived", "NULL" if origin is None else origin.sql]
    listed += [column.sql for column in columns.values()]
    rows = portal.store.rows(
        f"SELECT {', '.join(listed)} FROM {source or table('a' if archived else 'r', object_type)} t "
        f"WHERE t._id IN ({marks})",
        moment_parameters(portal),
    )
    names = [name for name in selection.names(object_type) if name in columns]
    places = {name: place for place, name in enumerate(columns, 5)}
    records: dict[int, dict[str, object]] = {}
    for row in rows:
        record_id, created_ms = cast("tuple[int, int]", row[:2])
        values = {name: shown(row[places[name]], columns[name].kind) for name in columns}
        record = _record(portal, object_type, row, {name: values[name] for name in names})
        if selection.history:
            maker = (created_ms, str(row[4] or "INTEGRATION"))
            record["propertiesWithHistory"] = {
                name: versions(portal, object_type, record_id, name, values[name], maker)
                for name in selection.history
                if name in columns
            }
        records[record_id] = record
    return records


def moment_parameters(portal: Portal) -> dict[str, object]:
    """Return the present moment in the two forms that computed columns ask for."""
    now_ms = portal.now_ms()
    return {"now": now_ms, "now_iso": iso(now_ms)}


def record_id_of(text: str) -> int | None:
    """Return the number that a record id is, or None for a text that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _record(
    portal: Portal, object_type: ObjectType, row: tuple[object, ...], properties: dict[str, str | None]
) -> dict[str, object]:
    record_id, created_ms, updated_ms, archived_ms = cast("tuple[int, int, int, int | None]", row[:4])
    account = portal.account
    record: dict[str, object] = {
        "id": str(record_id),
        "properties": properties,
        "createdAt": iso(created_ms),
        "updatedAt": iso(updated_ms),
        "archived": archived_ms is not None,
    }
    if archived_ms is not None:
        record["archivedAt"] = iso(archived_ms)
    place = f"https://{account.ui_domain}/contacts/{account.portal_id}/record/{object_type.type_id}/{record_id}"
    record["url"] = place
    return record

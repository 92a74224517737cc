"""Joins and parts records: both directions, the unlabelled type beside every label, one primary company.

Its own module because creating a record, merging two and the association endpoints share these rules.
Sources: facts 6 [D]; that the first company becomes primary is a switch [U].
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import AssociationTypeSeed

__all__ = ["Side", "exists", "join", "joined", "part", "part_label", "spec_types", "type_of_spec"]

Side = tuple["ObjectType", int]
"""One end of an association: the type and the id of a record."""


def exists(portal: Portal, side: Side) -> bool:
    """Tell whether a record is there and live."""
    found = portal.store.value(f"SELECT 1 FROM {table('r', side[0])} WHERE _id = ?", (side[1],))
    return found is not None


def join(portal: Portal, left: Side, right: Side, types: Iterable[AssociationTypeSeed]) -> None:
    """Join two records by the given types and the unlabelled one; a new primary company takes the place of the old."""
    wanted = list(types)
    plain = portal.store.definitions.unlabelled(left[0].name, right[0].name)
    if plain is not None and plain not in wanted:
        wanted.append(plain)
    first = _first_primary(portal, left, right)
    if first is not None and portal.switches.first_company_is_primary and first not in wanted:
        wanted.append(first)
    for each in wanted:
        if each.primary:
            _demote(portal, left, right, each)
        _store_both(portal, left, right, each)


def part(portal: Portal, left: Side, right: Side) -> None:
    """Take every association between two records away."""
    statement = "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?"
    here, there = (left[0].code, left[1]), (right[0].code, right[1])
    portal.store.connection.executemany(statement, [(*here, *there), (*there, *here)])


def part_label(portal: Portal, left: Side, right: Side, kind: AssociationTypeSeed) -> None:
    """Take one label away; taking the unlabelled type takes all [D]."""
    if kind.label is None:
        part(portal, left, right)
        return
    statement = "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ? AND type_id = ?"
    here, there = (left[0].code, left[1]), (right[0].code, right[1])
    portal.store.connection.executemany(statement, [(*here, *there, kind.type_id), (*there, *here, kind.inverse_id)])


def joined(
    portal: Portal, left: Side, right_type: ObjectType, *, after: int, limit: int
) -> tuple[list[tuple[int, list[int]]], int | None]:
    """Return the records that one is joined to, from id `after` on, each with its type ids, and the next id if there is more."""
    rows = portal.store.rows(
        "SELECT to_id, group_concat(type_id) FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? "
        "AND to_id >= ? GROUP BY to_id ORDER BY to_id LIMIT ?",
        (left[0].code, left[1], right_type.code, after, limit + 1),
    )
    found = [(to_id, sorted(map(int, types.split(",")))) for to_id, types in cast("list[tuple[int, str]]", rows)]
    return found[:limit], found[limit][0] if len(found) > limit else None


def spec_types(
    portal: Portal, left: ObjectType, right: ObjectType, specs: Sequence[object]
) -> list[AssociationTypeSeed]:
    """Return the association types that a request lists as category and type id.

    Raises: Refusal 400 for one that does not exist in this direction [C].
    """
    found: list[AssociationTypeSeed] = []
    for spec in specs:
        kind = type_of_spec(portal, left, spec)
        if kind.to_type != right.name:
            raise _wrong_direction(portal, kind, left, right)
        found.append(kind)
    return found


def type_of_spec(portal: Portal, left: ObjectType, spec: object) -> AssociationTypeSeed:
    """Return the association type that a request names, starting at a type of record.

    Raises: Refusal 400.
    """
    fields = cast("dict[str, object]", spec) if isinstance(spec, dict) else {}
    type_id = fields.get("associationTypeId")
    category = fields.get("associationCategory")
    if not isinstance(type_id, int) or not isinstance(category, str):
        raise Refusal.invalid_json("Some required fields were not set: [associationCategory, associationTypeId]")
    candidates = [
        each
        for each in portal.store.definitions.association_types
        if each.type_id == type_id and each.category == category
    ]
    found = next((each for each in candidates if each.from_type == left.name), None)
    if found is not None:
        return found
    if candidates:
        raise _wrong_direction(portal, candidates[0], left, None)
    raise Refusal.validation(f"association type id {type_id} of category {category} doesn't exist")


def _wrong_direction(portal: Portal, kind: AssociationTypeSeed, left: ObjectType, right: ObjectType | None) -> Refusal:
    expected_from = portal.store.definitions.types.named(kind.from_type).type_id
    expected_to = portal.store.definitions.types.named(kind.to_type).type_id
    if right is None or kind.from_type != left.name:
        message = f"associationTypeId {kind.type_id} has an invalid from object type {left.type_id}, expected: {expected_from}"
    else:
        message = (
            f"associationTypeId {kind.type_id} has an invalid to object type {right.type_id}, expected: {expected_to}"
        )
    return Refusal.validation(message)


def _company_first(left: Side, right: Side, kind: AssociationTypeSeed) -> tuple[Side, int]:
    """Return the end that may have one primary company, and the type id as seen from there."""
    if right[0].name == "companies":
        return left, kind.type_id
    return right, kind.inverse_id


def _demote(portal: Portal, left: Side, right: Side, kind: AssociationTypeSeed) -> None:
    owner, type_id = _company_first(left, right, kind)
    back = kind.inverse_id if type_id == kind.type_id else kind.type_id
    old = portal.store.rows(
        "SELECT to_type, to_id FROM links WHERE from_type = ? AND from_id = ? AND type_id = ?",
        (owner[0].code, owner[1], type_id),
    )
    statement = "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ? AND type_id = ?"
    for to_type, to_id in old:
        here, there = (owner[0].code, owner[1]), (to_type, to_id)
        portal.store.connection.executemany(statement, [(*here, *there, type_id), (*there, *here, back)])


def _first_primary(portal: Portal, left: Side, right: Side) -> AssociationTypeSeed | None:
    """Return the primary type between the two if the end that may have one has no company yet."""
    kinds = portal.store.definitions.link_types(left[0].name, right[0].name)
    kind = next((each for each in kinds if each.primary), None)
    if kind is None:
        return None
    owner, _ = _company_first(left, right, kind)
    company = right[0] if owner is left else left[0]
    taken = portal.store.value(
        "SELECT 1 FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? LIMIT 1",
        (owner[0].code, owner[1], company.code),
    )
    return kind if taken is None else None


def _store_both(portal: Portal, left: Side, right: Side, kind: AssociationTypeSeed) -> None:
    here, there = (left[0].code, left[1]), (right[0].code, right[1])
    portal.store.connection.executemany(
        "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
        [(*here, *there, kind.type_id), (*there, *here, kind.inverse_id)],
    )

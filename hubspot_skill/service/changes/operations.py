"""What a caller wants changed, with every word resolved, as the operations of the room `changes`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hubspot_skill.changes import operations as room
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import CONTACTS, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.writes import Link
from hubspot_skill.service.changes.requests import MAX_OPERATIONS, Operation, OperationKind, PlanRequest, Selection
from hubspot_skill.service.changes.selecting import selected
from hubspot_skill.service.changes.values import change_values
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.drafts import read_values
from hubspot_skill.service.joins import Join, find_joins, new_links, plain_labels, with_names
from hubspot_skill.service.references import name_of
from hubspot_skill.service.requests import LinkTo

__all__ = ["Resolved", "resolve"]


class Resolved:
    """The operations of one request, and what the records at the other end of links are called, by type and id."""

    def __init__(self) -> None:
        self.operations: list[room.Operation] = []
        self.ends: dict[str, str] = {}

    def types(self) -> list[ObjectType]:
        """Give the types whose records change, each once."""
        found: dict[str, ObjectType] = {}
        for operation in self.operations:
            type = (
                operation.link.from_type if isinstance(operation, room.Associate | room.Dissociate) else operation.type
            )
            found[type.name] = type
        return list(found.values())


async def resolve(scene: Scene, request: PlanRequest) -> Resolved:
    """Find every record, value and label that a request names; costs what naming and searching them costs.

    Raises:
        InvalidInputError: neither or both of operations and selection, too many, or one that lacks what it needs.
        NotFoundError, AmbiguousNameError, UnknownNameError: a word names nothing, or several things.
    """
    if bool(request.operations) == (request.selection is not None):
        raise InvalidInputError(
            "a plan is made of operations, or of a selection: found " + ("both" if request.operations else "neither"),
            hint="Give `operations`, or a selection with what is to be done.",
        )
    if len(request.operations) > MAX_OPERATIONS:
        raise InvalidInputError(
            f"{len(request.operations)} operations were given: expected at most {MAX_OPERATIONS}",
            hint="Change more records by a selection, or in several plans.",
            field="operations",
        )
    found = Resolved()
    if request.selection is not None:
        await _select(scene, request.selection, found)
    for place, operation in enumerate(request.operations):
        try:
            await _resolve(scene, operation, found)
        except InvalidInputError as error:
            error.message = f"operation {place + 1}: {error.message}" if len(request.operations) > 1 else error.message
            raise
    return found


async def _select(scene: Scene, selection: Selection, found: Resolved) -> None:
    type = await scene.directory.type(selection.type)
    book = await scene.directory.book(type)
    asked = [bool(selection.values), bool(selection.to), selection.archives]
    if sum(asked) != 1:
        raise InvalidInputError(
            f"a selection is changed in one way: found {sum(asked)}",
            hint="Give values to set, or records to link, or archive; each in a plan of its own.",
        )
    values = await change_values(scene, book, selection.values) if selection.values else None
    joins = await _joins(scene, type, selection.to, found)
    for record in await selected(scene, book, selection):
        if values is not None:
            found.operations.append(room.Update(type, record.id, values.fixed, values.derived))
        elif selection.archives:
            found.operations.append(room.Archive(type, record.id))
        else:
            found.operations += _links(type, record.id, name_of(record), joins, unlinks=selection.unlinks)


async def _resolve(scene: Scene, operation: Operation, found: Resolved) -> None:
    type = await scene.references.type_of(operation.record, operation.type)
    book = await scene.directory.book(type)
    _check(operation, type)
    match operation.kind:
        case OperationKind.CREATE:
            from hubspot_skill.service.create import completed

            values = await completed(scene, book, await read_values(scene, book, operation.values, {}))
            joins = await _joins(scene, type, operation.to, found)
            links = new_links(type, joins, await plain_labels(scene, type, joins))
            found.operations.append(room.Create(type, values.by_name, links))
        case OperationKind.UPDATE:
            record = await scene.references.find(type, operation.record)
            changed = await change_values(scene, book, operation.values)
            found.operations.append(room.Update(type, record.id, changed.fixed, changed.derived))
        case OperationKind.UPSERT:
            found.operations.append(await _upsert(scene, type, operation))
        case OperationKind.ASSOCIATE | OperationKind.DISSOCIATE:
            record = await scene.references.find(type, operation.record)
            joins = await _joins(scene, type, operation.to, found)
            is_off = operation.kind is OperationKind.DISSOCIATE
            found.operations += _links(type, record.id, record.name, joins, unlinks=is_off)
        case OperationKind.ARCHIVE:
            record = await scene.references.find(type, operation.record, near=False)
            found.operations.append(room.Archive(type, record.id))
        case OperationKind.MERGE:
            gone = await scene.references.find(type, operation.record, near=False)
            kept = await scene.references.find(type, operation.into, near=False)
            found.ends[f"{type.name} {gone.id}"] = gone.name
            found.operations.append(room.Merge(type, kept.id, gone.id))


async def _upsert(scene: Scene, type: ObjectType, operation: Operation) -> room.Upsert:
    book = await scene.directory.book(type)
    values = (await read_values(scene, book, operation.values, {})).by_name
    key = book.typed(operation.key).name if operation.key else PropertyName("email")
    if not operation.key and type.name != CONTACTS.name:
        raise InvalidInputError(
            f"an upsert of {type.name} needs `key`", hint="Name a unique property that its values hold.", field="key"
        )
    value = values.get(key, "")
    if not value:
        raise InvalidInputError(f"an upsert by {key} needs its value", hint=f"Give {key} among the values.", field=key)
    return room.Upsert(type, key, value, {n: v for n, v in values.items() if n != key})


def _check(operation: Operation, type: ObjectType) -> None:
    """Refuse an operation that lacks what its kind needs, or holds what its kind has no place for."""
    kind = operation.kind
    needs_record = kind not in (OperationKind.CREATE, OperationKind.UPSERT)
    takes_values = kind in (OperationKind.CREATE, OperationKind.UPDATE, OperationKind.UPSERT)
    takes_links = kind in (OperationKind.CREATE, OperationKind.ASSOCIATE, OperationKind.DISSOCIATE)
    for name, is_given, is_taken, is_needed in (
        ("record", bool(operation.record), needs_record, needs_record),
        ("values", bool(operation.values), takes_values, takes_values),
        ("to", bool(operation.to), takes_links, takes_links and kind is not OperationKind.CREATE),
        ("key", bool(operation.key), kind is OperationKind.UPSERT, False),
        ("into", bool(operation.into), kind is OperationKind.MERGE, kind is OperationKind.MERGE),
    ):
        if is_given and not is_taken:
            raise InvalidInputError(f"{kind} takes no `{name}`", hint="Leave it out.", field=name)
        if is_needed and not is_given:
            raise InvalidInputError(f"{kind} of a {type.singular} needs `{name}`", field=name)
    if kind is OperationKind.MERGE and type.is_activity:
        raise InvalidInputError(f"{type.name} cannot be merged", field="type")


async def _joins(scene: Scene, type: ObjectType, to: Sequence[LinkTo], found: Resolved) -> list[Join]:
    joins = await with_names(scene, await find_joins(scene, type, to))
    found.ends |= {f"{j.to.type.name} {j.to.id}": j.to.name for j in joins}
    return joins


def _links(type: ObjectType, id: RecordId, name: str, joins: Iterable[Join], *, unlinks: bool) -> list[room.Operation]:
    made: list[room.Operation] = []
    for join in joins:
        link = Link(type, id, join.to.type, join.to.id, (join.label.type,) if join.label is not None else ())
        made.append(room.Dissociate(link, name) if unlinks else room.Associate(link, name))
    return made

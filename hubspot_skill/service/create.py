"""Create one record with its links in one request, unless it is there already.

Order: check every value and find every linked record; look for a record of the same key (`if_exists` says what then);
look for records alike (an error, unless allowed); then write once. Where somebody creates the same record in between,
HubSpot answers a conflict and `if_exists` is followed as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    InvalidInputError,
    PossibleDuplicateError,
)
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.domain.writes import Draft
from hubspot_skill.service.answers import WriteAction, WriteAnswer
from hubspot_skill.service.cells import plain
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.drafts import Values, change_of, coded_value, read_values
from hubspot_skill.service.duplicates import key_holders, look_alikes
from hubspot_skill.service.joins import Join, find_joins, linked, new_links, plain_labels, with_names
from hubspot_skill.service.references import candidate_of, name_of, telling
from hubspot_skill.service.requests import CreateRequest, IfExists
from hubspot_skill.service.update import apply_changes, read_current
from hubspot_skill.service.words.nearest import squash
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property, stage_property

if TYPE_CHECKING:
    from hubspot_skill.changes.at_once import AtOnce

__all__ = ["completed", "create", "create_record"]

_ONE_OF: Mapping[str, tuple[str, ...]] = {
    CONTACTS.name: ("email", "firstname", "lastname"),
    COMPANIES.name: ("name", "domain"),
    DEALS.name: ("dealname",),
}


async def create(connection: Connection, request: CreateRequest) -> WriteAnswer:
    """Create one record, or with `dry_run` tell what would be created.

    Raises:
        AlreadyExistsError: a record of the same key is there and `if_exists` is FAIL; it is named.
        PossibleDuplicateError: records look like it, and duplicates are not allowed; they are named.
        InvalidInputError, UnknownNameError, NotFoundError, AmbiguousNameError: a value or a linked record does not fit.
    """
    scene = await connection.scene()
    type = await scene.directory.type(request.type)
    if type.is_activity:
        raise InvalidInputError(
            f"{type.name} are not created so", hint="hubspot_log_activity logs activities.", field="type"
        )
    book = await scene.directory.book(type)
    values = await read_values(scene, book, request.fields, request.properties)
    values = await completed(scene, book, values)
    joins = await find_joins(scene, type, request.links)
    joins = await with_names(scene, joins)
    await scene.labels(type)
    async with connection.turns.take(_turn(book, values)):
        return await _create(scene, book, request, values, joins)


def _turn(book: PropertyBook, values: Values) -> str:
    """Name what two creates of one record have in common: the type and its most telling value."""
    telling_value = next((v for n in ("email", "domain", *book.type.title) if (v := values.get(n))), "")
    return f"{book.type.name} {squash(telling_value)}"


async def _create(
    scene: Scene, book: PropertyBook, request: CreateRequest, values: Values, joins: list[Join]
) -> WriteAnswer:
    type = book.type
    holders = await key_holders(scene, book, values)
    if holders and not _may_repeat(book, holders, request):
        return await _existing(scene, book, request, values, joins, holders)
    if not request.allow_duplicate:
        await _refuse_look_alikes(scene, book, values, joins)
    if request.dry_run:
        return await _tried(scene, book, values, joins)
    links = new_links(type, joins, await plain_labels(scene, type, joins))
    asked = book.having([*values.by_name, *telling(type)])
    try:
        record, change_id = await create_record(scene, Draft(type, values.by_name, links), asked, joins)
    except AlreadyExistsError as error:
        return await _lost_race(scene, book, request, values, joins, error)
    scene.recent.keep(record)
    for warning in record.warnings:
        scene.note(f"HubSpot: {clean(warning, most=200)}")
    return await _answer(scene, book, WriteAction.CREATED, record, values, joins, change_id)


async def create_record(
    scene: Scene, draft: Draft, properties: Sequence[Property], joins: Sequence[Join]
) -> tuple[Record, str]:
    """Write a new record, journalled; give HubSpot's answer, and the plan's id.

    Raises:
        HubSpotSkillError: as `objects.create`, and what `write_at_once` refuses.
    """
    from hubspot_skill.service.changes.single import create_step, read_back, write_at_once

    title = " ".join(v for n in draft.type.title if (v := draft.properties.get(n, "")))
    step = await create_step(scene, draft.type, draft.properties, draft.links, clean(plain(title), most=80))
    marks = dict(mark for mark in (step.reference, step.tag) if mark is not None)
    sent = replace(draft, properties={**draft.properties, **marks})

    async def work(at: AtOnce) -> Record:
        create = lambda: scene.writing.objects.create(sent, properties=properties)  # noqa: E731
        return await at.send(0, create, lambda answer: read_back(step, answer))

    ends = {f"{join.to.type.name} {join.to.id}": join.to.name for join in joins}
    return await write_at_once(scene, [step], ends, work)


def _without_empty(values: Values) -> Values:
    return replace(values, by_name={name: code for name, code in values.by_name.items() if code})


async def completed(scene: Scene, book: PropertyBook, values: Values) -> Values:
    """Give the values with what a new record must have; a stage that is not given is the pipeline's first.

    Raises:
        InvalidInputError: something that it needs is missing.
    """
    type, values = book.type, _without_empty(values)
    wanted = _ONE_OF.get(type.name, ())
    if wanted and not any(values.get(name) for name in wanted):
        raise InvalidInputError(f"a new {type.singular} needs {' or '.join(wanted)}: found none", field=wanted[0])
    for custom in await scene.directory.custom_types() if type.is_custom else ():
        missing = [n for n in custom.required if not values.get(n)]
        if custom.type_id == type.type_id and missing:
            raise InvalidInputError(f"a new {type.singular} needs {', '.join(missing)}", field=missing[0])
    pipelines = await scene.directory.pipelines(type)
    stage_name, pipeline_name = stage_property(type), pipeline_property(type)
    if not pipelines or values.get(stage_name):
        return values
    chosen = values.get(pipeline_name)
    pipeline = next((p for p in pipelines if p.id == chosen), min(pipelines, key=lambda p: p.order))
    stage = min(pipeline.stages, key=lambda s: s.order)
    scene.note(
        f"No stage was given: the first of {clean(pipeline.label, most=60)} is taken, {clean(stage.label, most=60)}."
    )
    staged = {stage_name: stage.id, pipeline_name: pipeline.id}
    return Values(
        {**values.by_name, **staged}, {**values.properties, **{p.name: p for p in book.having(tuple(staged))}}
    )


def _use(type: ObjectType) -> str:
    """Say how to change the record that is there."""
    has_tool = type.name in _ONE_OF
    return f"Use hubspot_update_{type.singular} on the one there" if has_tool else "Use the one there"


def _may_repeat(book: PropertyBook, holders: list[tuple[Record, str]], request: CreateRequest) -> bool:
    """Tell whether the key is only a domain, which HubSpot does not keep unique, and duplicates are allowed."""
    return request.allow_duplicate and book.type.name == COMPANIES.name and all(key == "domain" for _, key in holders)


async def _existing(
    scene: Scene,
    book: PropertyBook,
    request: CreateRequest,
    values: Values,
    joins: list[Join],
    holders: list[tuple[Record, str]],
) -> WriteAnswer:
    record, key = holders[0]
    type = book.type
    if request.if_exists is IfExists.FAIL:
        raise AlreadyExistsError(
            f"a {type.singular} with this {key} is there: {quote(name_of(record))}, id {record.id}",
            hint=f'{_use(type)}, or if_exists "return" or "update".',
            existing_id=record.id,
            candidates=[candidate_of(r) for r, _ in holders],
        )
    if len({r.id for r, _ in holders}) > 1:
        raise AmbiguousNameError(
            f"several {type.name} hold keys of the new one",
            hint=f"{_use(type)} by its id.",
            candidates=[candidate_of(r) for r, _ in holders],
        )
    scene.note(f"A {type.singular} with this {key} was there already.")
    if request.if_exists is IfExists.RETURN:
        return _found(scene, book, record)
    current = await read_current(scene, book, record.id, values.by_name)
    kept = replace(
        values, by_name={n: c for n, c in values.by_name.items() if n != key and n in _given(values, request, book)}
    )
    return await apply_changes(scene, book, current, kept, joins, is_dry=request.dry_run)


def _given(values: Values, request: CreateRequest, book: PropertyBook) -> set[PropertyName]:
    """Name the properties that the caller gave, leaving out those that a new record would have been given."""
    named = {book.typed(n).name for n in request.fields} | {book.named(n).name for n in request.properties}
    stage_name, pipeline_name = stage_property(book.type), pipeline_property(book.type)
    if stage_name in named:
        named.add(pipeline_name)
    return {n for n in values.by_name if n in named}


def _found(scene: Scene, book: PropertyBook, record: Record) -> WriteAnswer:
    return WriteAnswer(
        action=WriteAction.FOUND,
        type=book.type.name,
        id=record.id,
        name=name_of(record),
        link=scene.link(book.type, record.id),
        **scene.provenance(),
    )


async def _refuse_look_alikes(scene: Scene, book: PropertyBook, values: Values, joins: list[Join]) -> None:
    alike = await look_alikes(scene, book, values, joins)
    if alike:
        type = book.type
        raise PossibleDuplicateError(
            f"{len(alike)} {type.name if len(alike) > 1 else type.singular} like the new one {'are' if len(alike) > 1 else 'is'} there",
            hint=f"{_use(type)}, or allow_duplicate to create another.",
            candidates=[candidate_of(r) for r in alike[:5]],
        )


async def _tried(scene: Scene, book: PropertyBook, values: Values, joins: list[Join]) -> WriteAnswer:
    scene.note("Dry run: nothing was written.")
    typed = {n: coded_value(values.properties[n], c) for n, c in values.by_name.items()}
    record = Record(book.type, RecordId(""), typed)
    return await _answer(scene, book, WriteAction.WOULD_CREATE, record, values, joins)


async def _lost_race(
    scene: Scene,
    book: PropertyBook,
    request: CreateRequest,
    values: Values,
    joins: list[Join],
    error: AlreadyExistsError,
) -> WriteAnswer:
    """Follow `if_exists` for a record that appeared between the look and the write."""
    if error.existing_id is None:
        raise error
    current = await scene.hubspot.objects.read(
        book.type, error.existing_id, properties=book.having([*book.type.title, "email", "domain"])
    )
    key = "email" if book.type.name == CONTACTS.name else "key"
    return await _existing(scene, book, request, values, joins, [(current, key)])


async def _answer(
    scene: Scene,
    book: PropertyBook,
    action: WriteAction,
    record: Record,
    values: Values,
    joins: list[Join],
    change_id: str = "",
) -> WriteAnswer:
    labels = await scene.labels(book.type)
    shown: list[Property] = [values.properties[n] for n in values.by_name]
    return WriteAnswer(
        action=action,
        type=book.type.name,
        id=record.id,
        name=name_of(record) if record.id or any(record.properties.get(t) for t in book.type.title) else "",
        link=scene.link(book.type, record.id) if record.id else "",
        changes=tuple(change_of(p, None, record.properties.get(p.name), labels) for p in shown),
        linked=linked(joins),
        change_id=change_id,
        **scene.provenance(),
    )

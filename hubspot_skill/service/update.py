"""Change the given values of one record, and link it.

The record is read by id just before the write: what already holds is not written, `only_if` is compared, and the
answer tells before and after. HubSpot has no compare-and-set of its own, so a change by somebody else between that
read and the write (milliseconds) goes unseen. Nothing to change is no write at all.

A lifecycle stage moves only forward through HubSpot's API: to move it back it is cleared first, in a write of its own,
and put back where the second write is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from hubspot_skill.domain.errors import (
    HubSpotSkillError,
    InvalidInputError,
    NotFoundError,
    UnknownNameError,
    ValueChangedError,
)
from hubspot_skill.domain.names import CONTACTS, ObjectType, PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Pipeline, Property
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.domain.writes import Change
from hubspot_skill.service.answers import FieldChange, WriteAction, WriteAnswer
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.drafts import Values, change_of, coded_value, is_same, read_values
from hubspot_skill.service.failures import tell_written
from hubspot_skill.service.joins import Join, find_joins, link_of, linked, missing_joins, with_names
from hubspot_skill.service.references import is_email, name_of
from hubspot_skill.service.requests import Given, UpdateRequest
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property, stage_property

if TYPE_CHECKING:
    from hubspot_skill.changes.at_once import AtOnce

__all__ = ["apply_changes", "read_current", "update"]

_LIFECYCLE = PropertyName("lifecyclestage")
_CLOSE = PropertyName("closedate")
_MOVED = ("closedate", "closed_date", "hs_task_completion_date")
"""What HubSpot sets itself when a stage or status changes, so that an undo has to know it."""


async def update(connection: Connection, request: UpdateRequest) -> WriteAnswer:
    """Change one record, or with `dry_run` tell what would change.

    Raises:
        NotFoundError, AmbiguousNameError: the record's word names none, or several.
        ValueChangedError: `only_if` or `if_updated_at` does not hold; nothing was written.
        InvalidInputError, UnknownNameError: a value, property, option, stage or owner does not fit.
    """
    if not (request.fields or request.properties or request.associate):
        raise InvalidInputError(
            "nothing to change was given", hint="Give at least one value, or a record to associate."
        )
    scene = await connection.scene()
    type = await scene.references.type_of(request.record, request.type)
    book = await scene.directory.book(type)
    named = [book.typed(n).name for n in request.fields]
    named += [book.named(n).name for n in (*request.properties, *request.only_if)]
    record = await read_current(scene, book, request.record, named)
    _check_unchanged(type, record, request.if_updated_at)
    pipeline = await _pipeline_of(scene, type, record)
    values = await read_values(scene, book, request.fields, request.properties, current=pipeline)
    expected = await _expected(scene, book, request.only_if, pipeline)
    await _check_expected(scene, type, record, expected)
    joins = await find_joins(scene, type, request.associate)
    return await apply_changes(scene, book, record, values, joins, is_dry=request.dry_run)


def _check_unchanged(type: ObjectType, record: Record, since: datetime | None) -> None:
    if since is not None and record.updated_at != since:
        raise ValueChangedError(
            f"{type.singular} {record.id} was changed since it was read",
            hint="Read the record again, and repeat the update if it is still wanted.",
        )


async def read_current(scene: Scene, book: PropertyBook, word: str, named: Iterable[str]) -> Record:
    """Read a record with the present values of the named properties; one request for an id or email, else two."""
    staged = (stage_property(book.type), pipeline_property(book.type))
    props = book.having(list(dict.fromkeys([*named, *book.type.title, "email", "domain", *staged, *_MOVED])))
    if book.type.name == CONTACTS.name and is_email(word):
        email = PropertyName("email")
        try:
            record = await scene.hubspot.objects.read(
                book.type, word.strip().lower(), properties=props, id_property=email
            )
        except NotFoundError as error:
            raise NotFoundError(
                f"no contact has the email {quote(word)}", hint="hubspot_create_contact creates one."
            ) from error
        scene.words.note("contact", word, name_of(record), record.id)
        return record
    found = await scene.references.find(book.type, word, near=False)
    return await scene.hubspot.objects.read(book.type, found.id, properties=props)


async def apply_changes(
    scene: Scene, book: PropertyBook, record: Record, values: Values, joins: Sequence[Join], *, is_dry: bool
) -> WriteAnswer:
    """Write what differs, then make the links that are missing; `record` holds the present values."""
    type = book.type
    differing = {
        name: code
        for name, code in values.by_name.items()
        if not is_same(values.properties[name], record.properties.get(name), code, scene.account.zone)
    }
    named_joins = await with_names(scene, joins)
    change_id = ""
    if is_dry:
        open_joins: Sequence[Join] = [join for join, _ in await missing_joins(scene, type, record.id, named_joins)]
        after = {name: coded_value(values.properties[name], code) for name, code in differing.items()}
        written = replace(record, properties={**record.properties, **after})
        action = WriteAction.WOULD_UPDATE if differing or open_joins else WriteAction.UNCHANGED
        scene.note("Dry run: nothing was written.")
    else:
        written, open_joins, change_id = await _carry_out(scene, record, differing, values.properties, named_joins)
        action = WriteAction.UPDATED if differing or open_joins else WriteAction.UNCHANGED
        _note_kept(scene, written, differing, values)
    if action is WriteAction.UNCHANGED:
        scene.note("Everything was so already: nothing was written.")
    return WriteAnswer(
        action=action,
        type=type.name,
        id=record.id,
        name=name_of(written),
        link=scene.link(type, record.id),
        changes=await _changes(scene, book, record, written, differing, values.properties),
        linked=linked(open_joins),
        change_id=change_id,
        **scene.provenance(),
    )


def _note_kept(scene: Scene, written: Record, differing: Mapping[PropertyName, str], values: Values) -> None:
    """Say where HubSpot's answer to the write holds another value than was sent."""
    for name, code in differing.items():
        if not is_same(values.properties[name], written.properties.get(name), code, scene.account.zone):
            scene.note(f"HubSpot did not take {name} as it was sent: see its value after the write.")


async def _pipeline_of(scene: Scene, type: ObjectType, record: Record) -> Pipeline | None:
    id = record.properties.get(pipeline_property(type))
    return next((p for p in await scene.directory.pipelines(type) if p.id == id), None) if id else None


async def _expected(scene: Scene, book: PropertyBook, only_if: Mapping[str, Given], current: Pipeline | None) -> Values:
    """Read expected values; a stage that the record's pipeline does not have is looked for in all others."""
    try:
        return await read_values(scene, book, {}, only_if, current=current, is_expectation=True)
    except UnknownNameError:
        return await read_values(scene, book, {}, only_if, is_expectation=True)


async def _check_expected(scene: Scene, type: ObjectType, record: Record, expected: Values) -> None:
    labels = await scene.labels(type)
    wrong: list[str] = []
    for name, code in expected.by_name.items():
        prop = expected.properties[name]
        now = record.properties.get(name)
        if not is_same(prop, now, code, scene.account.zone):
            told = change_of(prop, now, coded_value(prop, code), labels)
            wrong.append(f"{name} is {_told(told.before)}, expected {_told(told.after)}")
    if wrong:
        raise ValueChangedError(
            f"{type.singular} {record.id} is not as expected: {'; '.join(wrong)}",
            hint="Read the record again, and repeat the update if it is still wanted.",
        )


def _told(value: object) -> str:
    return "empty" if value is None else quote(str(value))


async def _carry_out(
    scene: Scene,
    record: Record,
    differing: Mapping[PropertyName, str],
    properties: Mapping[PropertyName, Property],
    joins: Sequence[Join],
) -> tuple[Record, Sequence[Join], str]:
    """Write what differs and the links that are missing, journalled; give the record, those links, and the plan's id."""
    from hubspot_skill.service.changes.single import link_step, linked_as, read_back, update_step, write_at_once

    type = record.type
    missing = await missing_joins(scene, type, record.id, joins) if joins else []
    if not differing and not missing:
        return record, (), ""
    await scene.labels(type)
    steps = [await update_step(scene, record, differing)] if differing else []
    links = [await link_of(scene, type, record.id, join, there) for join, there in missing]
    first = len(steps)
    steps += [
        link_step(first + i, link, there, name_of(record))
        for i, (link, (_, there)) in enumerate(zip(links, missing, strict=True))
    ]

    async def work(at: AtOnce) -> Record:
        written = record
        if differing:
            write = lambda: _write(scene, type, record, differing, properties)  # noqa: E731
            written = await at.send(0, write, lambda answer: read_back(steps[0], answer))
        for place, link in enumerate(links, start=first):
            try:
                await at.send(
                    place,
                    lambda link=link: scene.writing.associations.link(link),
                    lambda _, place=place: linked_as(steps[place]),
                )
            except HubSpotSkillError as error:
                if differing:
                    tell_written(
                        error,
                        f"the values of {type.singular} {record.id} were written, but not every link: {error.message}",
                    )
                elif place > first:
                    tell_written(error)
                raise
        return written

    ends = {f"{join.to.type.name} {join.to.id}": join.to.name for join, _ in missing}
    written, change_id = await write_at_once(scene, steps, ends, work)
    return written, [join for join, _ in missing], change_id


async def _write(
    scene: Scene,
    type: ObjectType,
    record: Record,
    differing: Mapping[PropertyName, str],
    properties: Mapping[PropertyName, Property],
) -> Record:
    book = await scene.directory.book(type)
    asked = book.having(
        list(dict.fromkeys([*differing, *type.title, "email", "domain", pipeline_property(type), *_MOVED]))
    )
    objects = scene.writing.objects
    is_back = _moves_back(record, differing, properties)
    if is_back:
        await objects.update(Change(type, record.id, {_LIFECYCLE: ""}))
        scene.note("The lifecycle stage moved back: HubSpot wants it cleared first, so two writes were made.")
    try:
        written = await objects.update(Change(type, record.id, differing), properties=asked)
    except HubSpotSkillError as error:
        if is_back and error.wrote == "nothing":
            await _put_back(scene, type, record, error)
        raise
    scene.recent.keep(written)
    for warning in written.warnings:
        scene.note(f"HubSpot: {clean(warning, most=200)}")
    return written


def _moves_back(
    record: Record, differing: Mapping[PropertyName, str], properties: Mapping[PropertyName, Property]
) -> bool:
    wanted, now = differing.get(_LIFECYCLE), record.properties.get(_LIFECYCLE)
    if not wanted or not now:
        return False
    order = [o.value for o in properties[_LIFECYCLE].options]
    return wanted in order and now in order and order.index(wanted) < order.index(str(now))


async def _put_back(scene: Scene, type: ObjectType, record: Record, refused: HubSpotSkillError) -> None:
    """Set the lifecycle stage that was cleared for a write that HubSpot then refused; says so where that fails too."""
    before = {_LIFECYCLE: str(record.properties[_LIFECYCLE])}
    try:
        await scene.writing.objects.update(Change(type, record.id, before))
    except HubSpotSkillError:
        was = quote(before[_LIFECYCLE])
        tell_written(refused, f"{refused.message}; the lifecycle stage, which was {was}, is empty now")


async def _changes(
    scene: Scene,
    book: PropertyBook,
    before: Record,
    after: Record,
    differing: Mapping[PropertyName, str],
    properties: Mapping[PropertyName, Property],
) -> tuple[FieldChange, ...]:
    labels = await scene.labels(book.type)
    found = [change_of(properties[n], before.properties.get(n), after.properties.get(n), labels) for n in differing]
    close = book.get(_CLOSE)
    if close is not None and stage_property(book.type) in differing and _CLOSE not in differing:
        moved = change_of(close, before.properties.get(_CLOSE), after.properties.get(_CLOSE), labels)
        if moved.before != moved.after:
            found.append(moved)
    return tuple(found)

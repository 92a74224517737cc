"""Tell what the account's CRM looks like, as a bounded table: types, properties, pipelines, owners, link labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, STANDARD_TYPES, TICKETS, ObjectType
from hubspot_skill.domain.schema import Option, Owner, Pipeline, Property
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import Cell, Column, Description, Table
from hubspot_skill.service.cells import column_type
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.requests import DescribeRequest, Topic
from hubspot_skill.service.together import all_of
from hubspot_skill.service.words.nearest import fold, squash

__all__ = ["MAX_LIMIT", "describe"]

MAX_LIMIT = 200
MAX_OPTIONS = 500
"""Options of one property that are all listed: no cursor continues them."""
_OPTIONS_SHOWN = 8
_LABEL = 60
_LINKABLE = (CONTACTS, COMPANIES, DEALS, TICKETS)

_Rows = tuple[tuple[Cell, ...], ...]


async def describe(connection: Connection, request: DescribeRequest) -> Description:
    """Answer a table of what was asked, at most `limit` rows, with the count of all that match.

    Raises:
        InvalidInputError: the topic needs a type, or the limit is out of range.
        UnknownNameError: no such type.
    """
    if not 1 <= request.limit <= MAX_LIMIT:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {MAX_LIMIT}", field="limit")
    scene = await connection.scene()
    match request.topic:
        case Topic.TYPES:
            columns, rows, type = *await _types(scene, request), ""
        case Topic.OWNERS:
            columns, rows, type = *await _owners(scene, request), ""
        case _:
            its_type = await _type(scene, request)
            type = its_type.name
            match request.topic:
                case Topic.PROPERTIES:
                    columns, rows = await _properties(scene, its_type, request.query)
                case Topic.PIPELINES:
                    columns, rows = await _pipelines(scene, its_type, request.query)
                case Topic.ASSOCIATIONS:
                    columns, rows = await _associations(scene, its_type, request)
    is_options = request.topic is Topic.PROPERTIES and columns[0].name == "value"
    shown = rows[: MAX_OPTIONS if is_options else request.limit]
    if len(shown) < len(rows):
        scene.note(f"{len(rows) - len(shown)} more match: narrow the query, or raise the limit.")
    return Description(
        topic=request.topic.value,
        type=type,
        table=Table(columns, shown),
        returned=len(shown),
        total=len(rows),
        **scene.provenance(),
    )


async def _type(scene: Scene, request: DescribeRequest) -> ObjectType:
    if not request.type:
        raise InvalidInputError(
            f"{request.topic} of which object type is not said",
            hint="Give `type`, such as contacts, companies or deals.",
            field="type",
        )
    return await scene.directory.type(request.type)


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name.lower().replace(" ", "_"), name, "text") for name in names)


async def _types(scene: Scene, request: DescribeRequest) -> tuple[tuple[Column, ...], _Rows]:
    rows: list[tuple[Cell, ...]] = [(t.name, t.singular, t.type_id, "standard") for t in STANDARD_TYPES]
    rows += [
        (
            clean(t.name, most=_LABEL),
            clean(t.singular, most=_LABEL),
            t.type_id,
            f"custom: {clean(t.plural, most=_LABEL)}",
        )
        for t in await scene.directory.custom_types()
    ]
    return _columns("Name", "Singular", "Id", "Kind"), tuple(r for r in rows if _fits(request.query, r))


async def _properties(scene: Scene, type: ObjectType, query: str) -> tuple[tuple[Column, ...], _Rows]:
    book = await scene.directory.book(type)
    exact = book.get(query.strip())
    if exact is not None and exact.options:
        rows = tuple((o.value, clean(o.label, most=_LABEL), "hidden" if o.hidden else None) for o in exact.options)
        scene.note(f"All options of {exact.name} ({clean(exact.label, most=_LABEL)}).")
        return _columns("Value", "Label", "Remark"), rows
    ranked = _ranked([p for p in book.properties if not p.is_hidden], query)
    columns = _columns("Name", "Label", "Type", "Remarks", "Options")
    return columns, tuple(_property_row(p, type) for p in ranked)


def _property_row(prop: Property, type: ObjectType) -> tuple[Cell, ...]:
    remarks = [
        word
        for word, holds in (
            ("read-only", prop.is_read_only or prop.is_calculated),
            ("unique", prop.is_unique or (type.name == CONTACTS.name and prop.name == "email")),
            ("custom", prop.is_custom),
        )
        if holds
    ]
    return (
        prop.name,
        clean(prop.label, most=_LABEL),
        column_type(prop),
        ", ".join(remarks) or None,
        _options(prop.options),
    )


def _options(options: Sequence[Option]) -> Cell:
    shown = [o for o in options if not o.hidden]
    if not shown:
        return None
    words = [
        clean(o.label, most=30) if squash(o.label) == squash(o.value) else f"{clean(o.label, most=30)} ({o.value})"
        for o in shown[:_OPTIONS_SHOWN]
    ]
    more = len(shown) - len(words)
    return "; ".join(words) + (f"; and {more} more" if more > 0 else "")


def _ranked(props: Sequence[Property], query: str) -> list[Property]:
    """Give the properties in which every word of the query begins a word, those named so first; else occurs anywhere."""
    words = fold(query).split()
    if not words:
        return sorted(props, key=lambda p: (p.is_read_only or p.is_calculated, p.name))
    found = [f for prop in props if (f := _rank(prop, words)) is not None]
    if not found:
        found = [(3, p.name, p) for p in props if all(word in _name_text(p) for word in words)]
    return [prop for _, _, prop in sorted(found, key=lambda f: f[:2])]


def _rank(prop: Property, words: Sequence[str]) -> tuple[int, str, Property] | None:
    whole = " ".join(words)
    if whole in (prop.name, fold(prop.label)):
        return 0, prop.name, prop
    if _begin(words, _name_text(prop)):
        return 1, prop.name, prop
    more = f"{_name_text(prop)} {fold(prop.description)} {fold(prop.group)} {' '.join(fold(o.label) for o in prop.options)}"
    return (2, prop.name, prop) if _begin(words, more) else None


def _name_text(prop: Property) -> str:
    return f"{prop.name} {prop.name.replace('_', ' ')} {fold(prop.label)}"


def _begin(words: Sequence[str], text: str) -> bool:
    parts = re.findall(r"\w+", text)
    return all(any(part.startswith(word) for part in parts) for word in words)


async def _pipelines(scene: Scene, type: ObjectType, query: str) -> tuple[tuple[Column, ...], _Rows]:
    pipelines = await scene.directory.pipelines(type)
    if not pipelines:
        scene.note(f"{type.name} have no pipelines.")
    columns = _columns("Pipeline", "Pipeline id", "Stage", "Stage id", "Outcome", "Probability")
    rows = tuple(row for p in pipelines for row in _stage_rows(p))
    return columns, tuple(r for r in rows if _fits(query, r[:4]))


def _stage_rows(pipeline: Pipeline) -> _Rows:
    return tuple(
        (
            clean(pipeline.label, most=_LABEL),
            pipeline.id,
            clean(s.label, most=_LABEL),
            s.id,
            "won"
            if s.is_won
            else "closed"
            if s.is_closed and s.probability is None
            else "lost"
            if s.is_lost
            else "open",
            s.probability,
        )
        for s in sorted(pipeline.stages, key=lambda s: s.order)
    )


async def _owners(scene: Scene, request: DescribeRequest) -> tuple[tuple[Column, ...], _Rows]:
    owners = await scene.directory.owners()
    rows = tuple(_owner_row(o) for o in sorted(owners, key=lambda o: (not o.is_active, fold(o.name), o.id)))
    return _columns("Name", "Email", "Id", "Teams", "Remark"), tuple(r for r in rows if _fits(request.query, r))


def _owner_row(owner: Owner) -> tuple[Cell, ...]:
    teams = "; ".join(clean(t.name, most=_LABEL) for t in owner.teams) or None
    remark = None if owner.is_active else "deactivated"
    return clean(owner.name, most=_LABEL), clean(owner.email, most=80) or None, owner.id, teams, remark


async def _associations(scene: Scene, type: ObjectType, request: DescribeRequest) -> tuple[tuple[Column, ...], _Rows]:
    targets = [await scene.directory.type(request.to_type)] if request.to_type else list(_LINKABLE)
    found = await all_of([scene.directory.labels(type, target) for target in targets])
    rows = tuple(
        (target.name, clean(label.label, most=_LABEL) if label.label else "(no label)", label.type_id, label.category)
        for target, labels in zip(targets, found, strict=True)
        for label in labels
    )
    return _columns("To", "Label", "Type id", "Category"), tuple(r for r in rows if _fits(request.query, r))


def _fits(query: str, row: Sequence[Cell]) -> bool:
    text = " ".join(fold(str(c)) for c in row if c is not None)
    return all(word in text for word in fold(query).split())

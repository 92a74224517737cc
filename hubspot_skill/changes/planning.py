"""Makes a plan: reads each record by id, checks every value, and keeps exactly what would change, with its cost.

A plan is a value; nothing is written to HubSpot here. Records that are missing are left out and named, values that are so
already are counted as unchanged. Costs 1 request per 100 records of a type, 1 per 1,000 records whose links change, 1 or 2 per
definition. Records and definitions are not changed in one plan, since the former are checked against the latter.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hubspot_skill.changes.checks import LIFECYCLE, TypeSchema, check_forward, check_new, check_stage, checked_values
from hubspot_skill.changes.current import Current, Sought, as_text, read_current
from hubspot_skill.changes.defining import filled_thing, limits_of_things, sketch_thing
from hubspot_skill.changes.definitions import reads_of_things, takes_away
from hubspot_skill.changes.operations import (
    MAX_RECORDS,
    Archive,
    Associate,
    Create,
    Define,
    Dissociate,
    Merge,
    Operation,
    Redefine,
    Remove,
    Update,
    Upsert,
)
from hubspot_skill.changes.steps import LINK, Form, Image, Step, StepKind, link_text, link_types
from hubspot_skill.changes.things import title_of
from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import CONTACTS, PropertyName, RecordId
from hubspot_skill.domain.records import LinkType
from hubspot_skill.domain.writes import Link
from hubspot_skill.hubspot.client import HubSpot

__all__ = [
    "CHUNK",
    "REFERENCE",
    "Cost",
    "Draft",
    "LeftOut",
    "cost_of",
    "draft_plan",
    "is_linked",
    "limits_of",
    "link_after",
    "new_step",
    "watched_of",
]

CHUNK = 100
REFERENCE = PropertyName("hs_skill_ref")
"""The property that a new record carries where the account has it, so that a lost answer leaves no doubt; see `reference`."""
_LINKS_READ = 1_000
_EMAIL = PropertyName("email")
# HubSpot sets these itself when the first is written, so an undo has to know them (recorded behaviour, read 2026-11-23).
_WATCHED: Mapping[str, tuple[str, ...]] = {
    "dealstage": ("closedate",),
    "hs_pipeline_stage": ("closed_date",),
    "hs_task_status": ("hs_task_completion_date",),
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that was asked for and is not in the plan, with the reason; `place` is that of its operation."""

    type: str
    id: str
    reason: str
    name: str = ""
    place: int = -1


@dataclass(frozen=True, slots=True)
class Cost:
    """HubSpot requests: what planning took, and what applying will take; histories are read only where a value differs."""

    planning: int
    rereads: int
    writes: int
    verifies: int

    @property
    def applying(self) -> int:
        """The requests of applying together."""
        return self.rereads + self.writes + self.verifies


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan would do: its steps, what is so already, what is left out, and what it costs."""

    steps: tuple[Step, ...]
    unchanged: int = 0
    left_out: tuple[LeftOut, ...] = ()
    cost: Cost = Cost(0, 0, 0, 0)


async def draft_plan(
    hubspot: HubSpot,
    schemas: Mapping[str, TypeSchema],
    operations: Sequence[Operation],
    *,
    new_reference: Callable[[], str],
    leaves_out: bool = False,
) -> Draft:
    """Give the steps of operations against the records as they are now; `schemas` by the type's name.

    With `leaves_out` a record that a value does not fit as it is (a lifecycle stage that would move back) is left out and
    named, instead of being an error.

    Raises:
        InvalidInputError: a value, a record named twice, or too many of them.
        UnknownNameError: no such property or option.
    """
    if not operations or len(operations) > MAX_RECORDS:
        raise InvalidInputError(f"{len(operations)} operations were given: expected 1 to {MAX_RECORDS}")
    sketches = [_sketch(place, op, schemas, new_reference) for place, op in enumerate(operations)]
    _refuse_mixed(sketches)
    _refuse_twice(sketches)
    sketches = _in_turn(sketches)
    sought = [Sought(step, step.id, step.key if step.kind is StepKind.CREATE else None) for step in sketches]
    current = await read_current(hubspot, sought)
    merged = await _merged(hubspot, sketches)
    steps: list[Step] = []
    left_out: list[LeftOut] = []
    unchanged = 0
    for step, operation in zip(sketches, operations, strict=True):
        now = current.get(step.place)
        try:
            filled = await _filled(hubspot, step, operation, now, schemas, merged)
        except InvalidInputError as error:
            if not leaves_out or now is None:
                raise
            filled = LeftOut(step.type.name, step.id or now.id, error.message, now.name)
        if isinstance(filled, LeftOut):
            left_out.append(replace(filled, place=step.place))
        elif filled is None:
            unchanged += 1
        else:
            steps.append(filled)
    cost = replace(cost_of(steps), planning=_reads(sketches) + sum(takes_away(step) for step in steps))
    return Draft(tuple(steps), unchanged, tuple(left_out), cost)


def cost_of(steps: Sequence[Step]) -> Cost:
    """Count the requests that applying steps takes when nothing goes wrong."""
    singles = sum(step.kind is StepKind.MERGE for step in steps)
    batched = [step for step in steps if step.kind is not StepKind.MERGE]
    rereads = [step for step in steps if step.kind is not StepKind.CREATE or step.key is not None]
    return Cost(0, _chunks(rereads), singles + _chunks(batched), _chunks(steps))


def limits_of(steps: Sequence[Step]) -> tuple[str, ...]:
    """Say what of these steps cannot be undone, or only by hand."""
    counts = Counter(step.kind for step in steps)
    said: list[str] = []
    if counts[StepKind.MERGE]:
        said.append(f"{counts[StepKind.MERGE]} merges can never be undone")
    if counts[StepKind.ARCHIVE]:
        said.append(f"{counts[StepKind.ARCHIVE]} archived records can be restored only by hand in HubSpot, for 90 days")
    if counts[StepKind.CREATE]:
        said.append(f"{counts[StepKind.CREATE]} new records are archived by an undo, not removed")
    if counts[StepKind.ASSOCIATE]:
        said.append(
            "a link that becomes the primary one takes that from another link, which an undo does not give back"
        )
    return (*said, *limits_of_things(steps))


def is_linked(step: Step, text: str) -> bool:
    """Tell whether a link is as its step wants it."""
    wanted = frozenset(step.link.types) if step.link is not None else frozenset[LinkType]()
    now = link_types(text)
    if step.kind is StepKind.ASSOCIATE:
        return bool(now) and wanted <= now
    return wanted.isdisjoint(now) if wanted else not now


def _sketch(
    place: int, operation: Operation, schemas: Mapping[str, TypeSchema], new_reference: Callable[[], str]
) -> Step:
    """Give an operation's step without its before-image."""
    match operation:
        case Create(type, properties, links):
            schema = _schema(schemas, type.name)
            step = _new(place, schema, checked_values(schema, properties), new_reference)
            return replace(step, links=links)
        case Update(type, id, properties, derived):
            schema = _schema(schemas, type.name)
            after = checked_values(schema, properties) if properties or derived is None else {}
            seen = () if derived is None else derived.names
            watched = tuple(dict.fromkeys([*watched_of(schema, {**dict.fromkeys(seen, ""), **after}), *seen]))
            return Step(place, StepKind.UPDATE, type, id, after=after, forms=schema.forms, watched=watched)
        case Upsert(type, key, value, properties):
            schema = _schema(schemas, type.name)
            _require_unique(schema, key)
            values = checked_values(schema, {**properties, key: value})
            step = _new(place, schema, values, new_reference)
            return replace(step, key=(key, values[key]), watched=watched_of(schema, values))
        case Associate(link, name):
            return Step(place, StepKind.ASSOCIATE, link.from_type, link.from_id, link=link, name=name)
        case Dissociate(link, name):
            return Step(place, StepKind.DISSOCIATE, link.from_type, link.from_id, link=link, name=name)
        case Archive(type, id):
            names = [n for n in type.title if n in _schema(schemas, type.name).properties]
            return Step(place, StepKind.ARCHIVE, type, id, watched=tuple(names))
        case Merge(type, id, merged_id):
            if id == merged_id:
                raise InvalidInputError(f"{type.singular} {id} would be merged with itself", field="merged_id")
            return Step(place, StepKind.MERGE, type, id, other_id=merged_id)
        case Define() | Redefine() | Remove():
            return sketch_thing(place, operation)


def _new(place: int, schema: TypeSchema, values: dict[PropertyName, str], new_reference: Callable[[], str]) -> Step:
    key = (_EMAIL, values[_EMAIL]) if schema.type.name == CONTACTS.name and values.get(_EMAIL) else None
    unique = next((n for n, v in values.items() if v and schema.properties[n].is_unique), None)
    if key is None and unique is not None:
        key = (unique, values[unique])
    step = Step(place, StepKind.CREATE, schema.type, after=values, forms=_forms(schema, values), key=key)
    own = schema.properties.get(REFERENCE)
    if own is None or own.is_read_only:
        return step
    mark = (REFERENCE, new_reference().lower())  # a search wants lower case
    return replace(step, reference=mark) if own.is_unique else replace(step, tag=mark)


async def _filled(
    hubspot: HubSpot,
    step: Step,
    operation: Operation,
    current: Current | None,
    schemas: Mapping[str, TypeSchema],
    merged: frozenset[str],
) -> Step | LeftOut | None:
    """Give a step with its before-image, None where nothing would change, or why it is left out."""
    if step.thing is not None:
        thing = await filled_thing(hubspot, step, current)
        return LeftOut(step.type.name, step.id, thing) if isinstance(thing, str) else thing
    if step.kind is StepKind.CREATE:
        return _filled_new(step, operation, current, schemas[step.type.name])
    if current is None:
        return LeftOut(step.type.name, step.id, "there is no such record, or it is archived", step.name)
    match step.kind:
        case StepKind.UPDATE:
            return _filled_update(_derived(step, operation, current, schemas), current.image, schemas[step.type.name])
        case StepKind.ASSOCIATE | StepKind.DISSOCIATE:
            now = current.image[LINK]
            return (
                None if is_linked(step, now) else replace(step, before={LINK: now}, after={LINK: link_after(step, now)})
            )
        case StepKind.MERGE if step.other_id not in merged:
            return LeftOut(step.type.name, step.other_id, "there is no such record, or it is archived")
        case _:
            return replace(step, before=_part(current.image, step.watched), name=current.name)


def _derived(step: Step, operation: Operation, current: Current, schemas: Mapping[str, TypeSchema]) -> Step:
    """Give an update's step with the values that depend on its record, and with the record's name."""
    step = replace(step, name=current.name)
    if not isinstance(operation, Update) or operation.derived is None:
        return step
    found = operation.derived.values(current.image)
    return replace(step, after={**step.after, **checked_values(schemas[step.type.name], found)}) if found else step


def _filled_new(step: Step, operation: Operation, current: Current | None, schema: TypeSchema) -> Step | LeftOut | None:
    if current is None:
        check_new(schema, step.after)
        return step
    if isinstance(operation, Upsert):
        found = replace(
            step,
            kind=StepKind.UPDATE,
            id=current.id,
            after=_part(step.after, [n for n in step.after if n != operation.key]),
        )
        return _filled_update(
            replace(found, key=None, reference=None, tag=None, name=current.name), current.image, schema
        )
    name, value = step.key or (_EMAIL, "")
    return LeftOut(step.type.name, current.id, f"a record with {name} {value} exists already", current.name)


def _filled_update(step: Step, now: Image, schema: TypeSchema) -> Step | None:
    after = {name: value for name, value in step.after.items() if now.get(name, "") != value}
    if not after:
        return None
    check_stage(schema, after, now)
    check_forward(schema, after, now)
    watched = tuple(name for name in watched_of(schema, after) if name not in after)
    before = _part(now, sorted({*after, *watched}))
    return replace(step, before=before, after=after, watched=watched, forms=_forms(schema, before))


def new_step(schema: TypeSchema, operation: Create, new_reference: Callable[[], str]) -> Step:
    """Give the step of a new record that was looked for already.

    Raises:
        InvalidInputError, UnknownNameError: a value, or one that is missing.
    """
    step = _sketch(0, operation, {schema.type.name: schema}, new_reference)
    check_new(schema, step.after)
    return step


def link_after(step: Step, now: str) -> str:
    """Give what a link's types will be; an unlabelled link gets HubSpot's own type, which is not known yet."""
    types = frozenset(step.link.types) if step.link is not None else frozenset[LinkType]()
    if step.kind is StepKind.ASSOCIATE:
        return link_text(link_types(now) | types) if types else "unlabelled"
    return link_text(link_types(now) - types) if types else ""


def watched_of(schema: TypeSchema, values: Image) -> tuple[PropertyName, ...]:
    """Name what HubSpot changes together with these values, and the pipeline of a stage."""
    names = [PropertyName(n) for name in values for n in _WATCHED.get(name, ())]
    if schema.stage_names is not None and not values.keys().isdisjoint(schema.stage_names):
        names += schema.stage_names
    return tuple(dict.fromkeys(n for n in names if n in schema.properties and n not in values))


def _forms(schema: TypeSchema, values: Image) -> dict[PropertyName, Form]:
    return {name: schema.forms[name] for name in sorted(values) if name in schema.forms}


def _part(image: Image, names: Sequence[PropertyName]) -> dict[PropertyName, str]:
    return {name: image.get(name, "") for name in sorted(names)}


def _schema(schemas: Mapping[str, TypeSchema], name: str) -> TypeSchema:
    schema = schemas.get(name)
    if schema is None:
        raise UnknownNameError(f"the schema of {name} is not known here", hint="hubspot_describe lists the types.")
    return schema


def _require_unique(schema: TypeSchema, key: PropertyName) -> None:
    prop = schema.properties.get(key)
    is_email = schema.type.name == CONTACTS.name and key == _EMAIL
    if not is_email and (prop is None or not prop.is_unique):
        raise InvalidInputError(
            f"{key} is no unique property of {schema.type.name}, so it cannot tell one record", field=key
        )


def _refuse_mixed(steps: Sequence[Step]) -> None:
    if len({step.thing is None for step in steps}) > 1:
        raise InvalidInputError(
            "one plan would change records and definitions", hint="Change the definitions in a plan of their own first."
        )


def _refuse_twice(steps: Sequence[Step]) -> None:
    """Refuse a plan in which the order of two steps would matter."""
    seen: dict[tuple[object, ...], bool] = {}
    for step in steps:
        marks: list[tuple[object, ...]] = []
        if step.thing is not None:
            marks = [(step.thing, step.type.name, step.parent, step.id or title_of(step).lower())]
        elif step.link is not None:
            marks = [("link", step.type.name, step.id, step.link.to_type.name, step.link.to_id)]
        elif step.kind is not StepKind.CREATE:
            marks = [(step.type.name, step.id), *([(step.type.name, step.other_id)] if step.other_id else [])]
        elif step.key is not None:
            marks = [("new", step.type.name, step.key[0], step.key[1].lower())]
        for place, mark in enumerate(marks):
            takes_in = step.kind is StepKind.MERGE and place == 0
            if mark in seen and not (takes_in and seen[mark]):
                raise InvalidInputError(
                    f"{step.type.singular} {step.id or (step.key or ('', ''))[1]} is changed twice in one plan",
                    hint="Put all of its values into one operation, or make two plans.",
                )
            seen[mark] = takes_in


def _in_turn(steps: Sequence[Step]) -> list[Step]:
    """Let merges into one record follow each other, a round each."""
    into: Counter[tuple[str, str]] = Counter()
    turned: list[Step] = []
    for step in steps:
        if step.kind is StepKind.MERGE:
            turned.append(replace(step, round=into[step.type.name, step.id]))
            into[step.type.name, step.id] += 1
        else:
            turned.append(step)
    return turned


async def _merged(hubspot: HubSpot, steps: Sequence[Step]) -> frozenset[str]:
    """Give the ids of the records that would be merged into others, as far as they exist."""
    merges = [step for step in steps if step.kind is StepKind.MERGE]
    found: set[str] = set()
    for type in {step.type for step in merges}:
        ids = [RecordId(step.other_id) for step in merges if step.type == type]
        found |= {r.id for r in await hubspot.objects.read_many(type, ids, properties=[as_text(LIFECYCLE)])}
    return frozenset(found)


def _chunks(steps: Sequence[Step]) -> int:
    groups = Counter((s.round, s.kind, s.type.name, _pair(s.link)) for s in steps)
    return sum(math.ceil(count / CHUNK) for count in groups.values())


def _reads(steps: Sequence[Step]) -> int:
    links = Counter((s.type.name, _pair(s.link)) for s in steps if s.link is not None)
    records = Counter(
        (s.type.name, bool(s.id)) for s in steps if s.link is None and s.thing is None and (s.id or s.key is not None)
    )
    merges = len({s.type.name for s in steps if s.kind is StepKind.MERGE})
    by_link = sum(math.ceil(count / _LINKS_READ) for count in links.values())
    return by_link + sum(math.ceil(count / CHUNK) for count in records.values()) + merges + reads_of_things(steps)


def _pair(link: Link | None) -> tuple[str, str, bool] | None:
    return None if link is None else (link.from_type.name, link.to_type.name, bool(link.types))

"""Log a note, call, meeting, email or task on one or more records, in one write.

HubSpot's bodies are HTML: plain text is escaped and its line breaks kept. Each kind has fields of its own; one that the
kind does not have is refused rather than dropped. Nothing is sent and nobody is invited: it is only logged.

Sources: the engagement guides (notes, calls, meetings, emails, tasks; developers.hubspot.com, read 2026-11-23).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import CALLS, EMAILS, MEETINGS, NOTES, TASKS, ObjectType, RecordId
from hubspot_skill.domain.records import PropertyValue, Record
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.text import clean
from hubspot_skill.domain.writes import Draft
from hubspot_skill.service.answers import FieldChange, WriteAction, WriteAnswer
from hubspot_skill.service.cells import Labels, number
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.create import create_record
from hubspot_skill.service.drafts import change_of, coded_value, read_values
from hubspot_skill.service.interpreter import MAX_TEXT, options_of
from hubspot_skill.service.joins import find_joins, linked, new_links, plain_labels, with_names
from hubspot_skill.service.requests import ActivityKind, ActivityRequest, Given
from hubspot_skill.service.words import periods
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["log_activity"]

_NAME_LENGTH = 80
_MAX_MINUTES = Decimal(7 * 24 * 60)
_CALL_LENGTH = "hs_call_duration"
_MS_A_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where an activity of one kind keeps what was given; empty where it has no place for it.

    `outcome` are properties of which the first that knows the word is taken; `defaults` hold where nothing was given.
    """

    type: ObjectType
    body: str
    title: str = ""
    direction: str = ""
    outcome: tuple[str, ...] = ()
    priority: str = ""
    task_type: str = ""
    has_duration: bool = False
    defaults: Mapping[str, str] | None = None


_SHAPES: Mapping[ActivityKind, _Shape] = {
    ActivityKind.NOTE: _Shape(NOTES, "hs_note_body"),
    ActivityKind.CALL: _Shape(
        CALLS,
        "hs_call_body",
        "hs_call_title",
        direction="hs_call_direction",
        outcome=("hs_call_disposition", "hs_call_status"),
        has_duration=True,
        defaults={"hs_call_status": "COMPLETED"},
    ),
    ActivityKind.MEETING: _Shape(
        MEETINGS, "hs_meeting_body", "hs_meeting_title", outcome=("hs_meeting_outcome",), has_duration=True
    ),
    ActivityKind.EMAIL: _Shape(
        EMAILS,
        "hs_email_html",
        "hs_email_subject",
        direction="hs_email_direction",
        outcome=("hs_email_status",),
        defaults={"hs_email_direction": "EMAIL", "hs_email_status": "SENT"},
    ),
    ActivityKind.TASK: _Shape(
        TASKS,
        "hs_task_body",
        "hs_task_subject",
        outcome=("hs_task_status",),
        priority="hs_task_priority",
        task_type="hs_task_type",
        defaults={"hs_task_status": "NOT_STARTED", "hs_task_type": "TODO"},
    ),
}
_EMAIL_DIRECTIONS = {
    "outbound": "EMAIL",
    "outgoing": "EMAIL",
    "inbound": "INCOMING_EMAIL",
    "incoming": "INCOMING_EMAIL",
}


async def log_activity(connection: Connection, request: ActivityRequest) -> WriteAnswer:
    """Log one activity, or with `dry_run` tell what would be logged.

    Raises:
        InvalidInputError: a field that the kind does not have, no record, no text, or a text too long.
        NotFoundError, AmbiguousNameError: a record's name fits none, or several.
        UnknownNameError: an outcome, direction, priority or owner is unknown.
    """
    shape = _SHAPES[request.kind]
    _check(request, shape)
    scene = await connection.scene()
    book = await scene.directory.book(shape.type)
    at = scene.now if not request.at else periods.moment(request.at, now=scene.now, zone=scene.account.zone)
    if request.at:
        scene.words.note("at", request.at, at.astimezone(scene.account.zone).isoformat(timespec="minutes"))
    fields = _fields(request, shape, book) | _times(request, shape, at)
    fields["hubspot_owner_id"] = await _owner(scene, request.owner)
    values = await read_values(scene, book, {n: v for n, v in fields.items() if v}, request.properties)
    joins = await with_names(scene, await find_joins(scene, shape.type, request.records))
    labels = await scene.labels(shape.type)
    change_id = ""
    if request.dry_run:
        scene.note("Dry run: nothing was written.")
        typed = {n: coded_value(values.properties[n], c) for n, c in values.by_name.items()}
        record = Record(shape.type, RecordId(""), typed)
    else:
        links = new_links(shape.type, joins, await plain_labels(scene, shape.type, joins))
        draft = Draft(shape.type, values.by_name, links)
        record, change_id = await create_record(scene, draft, book.having(list(values.by_name)), joins)
    return WriteAnswer(
        action=WriteAction.WOULD_CREATE if request.dry_run else WriteAction.CREATED,
        type=shape.type.name,
        id=record.id,
        name=clean(request.title or request.text, most=_NAME_LENGTH),
        link=scene.link(shape.type, record.id) if record.id else "",
        changes=tuple(_told(values.properties[n], record.properties.get(n), labels) for n in values.by_name),
        linked=linked(joins),
        change_id=change_id,
        **scene.provenance(),
    )


def _told(prop: Property, value: PropertyValue, labels: Labels) -> FieldChange:
    """Give one value as people see it: a call's length in minutes, as it was asked for."""
    if prop.name == _CALL_LENGTH and isinstance(value, Decimal):
        return FieldChange("duration_minutes", clean(prop.label, most=80), None, number(value / _MS_A_MINUTE))
    return change_of(prop, None, value, labels)


def _check(request: ActivityRequest, shape: _Shape) -> None:
    kind = request.kind
    for name, given, has_place in (
        ("title", request.title, shape.title),
        ("direction", request.direction, shape.direction),
        ("outcome", request.outcome, shape.outcome),
        ("duration_minutes", request.duration_minutes, shape.has_duration),
        ("priority", request.priority, shape.priority),
        ("task_type", request.task_type, shape.task_type),
    ):
        if given not in ("", None) and not has_place:
            raise InvalidInputError(f"a {kind} has no {name}", hint=f"Leave {name} out.", field=name)
    if not request.records:
        raise InvalidInputError(f"the {kind} is on no record", hint="Name at least one record.", field="records")
    if not request.text.strip() and not request.title.strip():
        expected = "text" if not shape.title else "title or text"
        raise InvalidInputError(f"the {kind} is empty: expected {expected}", field="text")
    if kind is ActivityKind.TASK and not request.title.strip():
        raise InvalidInputError("the task has no title", hint="Give `title`, what is to be done.", field="title")
    minutes = request.duration_minutes
    if minutes is not None and not (minutes.is_finite() and 0 <= minutes <= _MAX_MINUTES):
        raise InvalidInputError(
            f"the {kind} lasts {minutes} minutes: expected 0 to {_MAX_MINUTES}", field="duration_minutes"
        )
    if len(_markup(request.text)) > MAX_TEXT:
        raise InvalidInputError(
            f"the text has {len(_markup(request.text))} characters as HTML: HubSpot keeps at most {MAX_TEXT}",
            hint="Shorten it, or log it in parts.",
            field="text",
        )


def _fields(request: ActivityRequest, shape: _Shape, book: PropertyBook) -> dict[str, Given]:
    defaults = {n: v for n, v in (shape.defaults or {}).items() if book.get(n) is not None}
    fields: dict[str, Given] = {**defaults, shape.body: _markup(request.text)}
    named = {shape.title: request.title, shape.priority: request.priority, shape.task_type: request.task_type}
    fields |= {name: value for name, value in named.items() if name and value}
    if request.direction:
        word = request.direction.strip().casefold()
        fields[shape.direction] = _EMAIL_DIRECTIONS.get(word, word) if shape.type == EMAILS else request.direction
    if request.outcome:
        name, value = _outcome(book, shape.outcome, request.outcome)
        fields[name] = value
    return fields


def _outcome(book: PropertyBook, names: Sequence[str], word: str) -> tuple[str, str]:
    """Give the property and option of an outcome's word; the error of the first where none knows it."""
    unknown: UnknownNameError | None = None
    for prop in book.having(names):
        try:
            return prop.name, options_of(prop, word).value
        except UnknownNameError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    raise InvalidInputError(f"this account's {book.type.name} have no outcome", hint="Leave it out.", field="outcome")


def _times(request: ActivityRequest, shape: _Shape, at: datetime) -> dict[str, Given]:
    times: dict[str, Given] = {"hs_timestamp": at.isoformat()}
    minutes = request.duration_minutes
    if shape.type == CALLS and minutes is not None:
        times[_CALL_LENGTH] = int(minutes * _MS_A_MINUTE)
    if shape.type == MEETINGS:
        times["hs_meeting_start_time"] = at.isoformat()
        if minutes is not None:
            times["hs_meeting_end_time"] = (at + timedelta(minutes=float(minutes))).isoformat()
    return times


async def _owner(scene: Scene, word: str) -> str:
    """Give the owner's id; of whoever the token stands for where nobody was named, empty where that is nobody."""
    if word:
        return (await scene.words.owner(word)).id
    facts = await scene.directory.token()
    if facts.user_id is None:
        return ""
    return next((o.id for o in await scene.owners() if o.user_id == facts.user_id and o.is_active), "")


def _markup(text: str) -> str:
    return html.escape(text.strip(), quote=False).replace("\r\n", "\n").replace("\n", "<br>")

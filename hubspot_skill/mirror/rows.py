"""Turns HubSpot's records into rows of the mirror, and says which properties that takes.

Pure. A record must have been read with the properties that `wanted` names and their definitions; a property that the
account does not have leaves its column empty.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubspot_skill.domain.names import PropertyName, RecordId
from hubspot_skill.domain.records import PropertyValue, Record
from hubspot_skill.domain.text import clean
from hubspot_skill.mirror.forms import Form, Held, as_ms, cell
from hubspot_skill.mirror.tables import ACTIVITY_KINDS, OBJECT_TABLES

__all__ = ["MERGED", "Row", "RowMaker", "column_name", "held_columns", "merged_ids", "wanted"]

Row = dict[str, Any]

MERGED = "hs_merged_object_ids"
"""The property in which the record that survives a merge names those that did not."""
_CURRENCY = PropertyName("deal_currency_code")
_TITLE = 120

_ACTIVITY: dict[str, dict[str, tuple[str, Form]]] = {
    "call": {
        "title": ("hs_call_title", Form.TEXT),
        "direction": ("hs_call_direction", Form.TEXT),
        "status": ("hs_call_status", Form.TEXT),
        "outcome": ("hs_call_disposition", Form.TEXT),
        "type": ("hs_activity_type", Form.TEXT),
        "duration_ms": ("hs_call_duration", Form.WHOLE),
    },
    "meeting": {
        "title": ("hs_meeting_title", Form.TEXT),
        "status": ("hs_meeting_outcome", Form.TEXT),
        "outcome": ("hs_meeting_outcome", Form.TEXT),
        "type": ("hs_activity_type", Form.TEXT),
    },
    "email": {
        "title": ("hs_email_subject", Form.TEXT),
        "direction": ("hs_email_direction", Form.TEXT),
        "status": ("hs_email_status", Form.TEXT),
    },
    "task": {
        "title": ("hs_task_subject", Form.TEXT),
        "status": ("hs_task_status", Form.TEXT),
        "type": ("hs_task_type", Form.TEXT),
        "completed_at": ("hs_task_completion_date", Form.INSTANT),
    },
    "note": {"title": ("hs_note_body", Form.TEXT)},
}
_LIFECYCLE_DATES = ("hs_v2_date_entered_{}", "hs_lifecyclestage_{}_date")
_MEETING_SPAN = ("hs_meeting_start_time", "hs_meeting_end_time")
_FOUND_BY: dict[str, tuple[str, ...]] = {
    "contact": ("first_name", "last_name", "email", "company_name", "phone"),
    "company": ("name", "domain", "phone"),
    "deal": ("name",),
    "ticket": ("subject",),
    **dict.fromkeys(ACTIVITY_KINDS, ("title",)),
}


def held_columns(object: str) -> dict[str, Held]:
    """Give the fixed columns of an object by name, with the property each one holds."""
    table = OBJECT_TABLES[object]
    columns = {c.name: held for c in table.columns if isinstance(held := c.info.get("held"), Held)}
    own = {name: Held(prop, form) for name, (prop, form) in _ACTIVITY.get(object, {}).items()}
    return columns | own


def wanted(object: str) -> tuple[PropertyName, ...]:
    """Give the properties that an object's fixed columns need, each once."""
    names = [held.property for held in held_columns(object).values()]
    if object == "meeting":
        names += _MEETING_SPAN
    return tuple(PropertyName(name) for name in dict.fromkeys((*names, MERGED)))


def column_name(property: str) -> str:
    """Give the name of a chosen property's own column on SQLite."""
    return f"p_{property}"


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes rows of one object; `chosen` are the properties beyond the fixed columns, `home` the home currency."""

    object: str
    home: str
    chosen: tuple[Held, ...] = ()
    stages: tuple[str, ...] = ()
    """Deals: ids of stages; contacts: lifecycle stages; their entry and exit dates are read from the records."""
    chosen_apart: bool = False
    """True where chosen properties go together into the column `other`."""

    @property
    def wanted(self) -> tuple[PropertyName, ...]:
        """Every property to read for these rows, each once."""
        dated = {"deal": ("hs_v2_date_entered_{}", "hs_v2_date_exited_{}"), "contact": _LIFECYCLE_DATES}
        more = [form.format(stage) for stage in self.stages for form in dated.get(self.object, ())]
        more += [held.property for held in self.chosen]
        return tuple(dict.fromkeys((*wanted(self.object), *map(PropertyName, more))))

    def rows(self, records: Sequence[Record], generation: int) -> list[Row]:
        """Give a row for each record that has a number as its id and a moment of change."""
        plan = _plan(self.object)
        return [self._row(record, plan, generation) for record in records if record.id.isdigit()]

    def words(self, row: Mapping[str, Any]) -> str:
        """Give the text by which the record of a row is found."""
        return " ".join(str(row[name]) for name in _FOUND_BY[self.object] if row.get(name))

    def _row(self, record: Record, plan: Sequence[_Step], generation: int) -> Row:
        values = record.properties
        own = values.get(_CURRENCY)
        currency = own if isinstance(own, str) else self.home
        row: Row = {"id": int(record.id)}
        for name, prop, form in plan:
            value = values.get(prop)
            if value is None or (form is Form.TEXT and isinstance(value, str)):
                row[name] = value
            else:
                row[name] = cell(form, value, currency if form is Form.MONEY else self.home)
        if self.object in ACTIVITY_KINDS:
            _finish_activity(row, self.object, values)
        if self.object == "contact" and row["email"]:
            row["email"] = row["email"].lower()
        row["modified_at"] = as_ms(record.updated_at) if record.updated_at is not None else 0
        row["archived"] = int(record.is_archived)
        row["generation"] = generation
        others = {
            held.property: cell(held.form, values.get(PropertyName(held.property)), self.home) for held in self.chosen
        }
        if self.chosen_apart:
            row["other"] = {name: value for name, value in others.items() if value is not None}
        else:
            row.update((column_name(name), value) for name, value in others.items())
        return row


def merged_ids(record: Record) -> tuple[RecordId, ...]:
    """Give the ids that were merged into a record."""
    value = record.properties.get(PropertyName(MERGED))
    text = ";".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return tuple(RecordId(id) for id in text.split(";") if id.isdigit() and id != record.id)


_Step = tuple[str, PropertyName, Form]
_plans: dict[str, tuple[_Step, ...]] = {}


def _plan(object: str) -> tuple[_Step, ...]:
    if object not in _plans:
        _plans[object] = tuple(
            (name, PropertyName(held.property), held.form) for name, held in held_columns(object).items()
        )
    return _plans[object]


_TAG = re.compile(r"<[^>]{0,2000}>")


def _finish_activity(row: Row, kind: str, values: Mapping[PropertyName, PropertyValue]) -> None:
    """Fill in what only some kinds have, in place."""
    row["kind"] = kind
    for name in ("title", "direction", "status", "outcome", "type", "duration_ms", "completed_at"):
        row.setdefault(name, None)
    if row["title"]:
        text = html.unescape(_TAG.sub(" ", row["title"][:4000])) if kind == "note" else row["title"]
        row["title"] = clean(text, most=_TITLE) or None
    if kind == "meeting":
        start, end = (cell(Form.INSTANT, values.get(PropertyName(name)), None) for name in _MEETING_SPAN)
        if isinstance(start, int) and isinstance(end, int) and end >= start:
            row["duration_ms"] = end - start

"""Spells batch inputs and accounts for every one of them in the answer.

Each input carries an `objectWriteTraceId`, its place in the request, so that one bad input does not fail the others
and each result and error can be told apart; results come in any order, and merged records vanish from them
(developers.hubspot.com, batch operations, read 2026-11-23). What is not accounted for is unknown, never done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hubspot_skill.domain.records import HUBSPOT_DEFINED, LinkType, Record
from hubspot_skill.domain.writes import Change, Draft, InputOutcome, NewLink
from hubspot_skill.hubspot import failures
from hubspot_skill.hubspot.wire.envelope import ErrorItem, errors_of
from hubspot_skill.hubspot.wire.records import RecordReader, read_id
from hubspot_skill.hubspot.wire.shapes import Json, boolean, mapping, mappings, optional_text

__all__ = ["TRACE", "association_types", "change_body", "draft_body", "has_default", "read_outcomes"]

TRACE = "objectWriteTraceId"

# Unlabelled links have a number of their own between each two standard types (associations guide, read 2026-11-23);
# a create must name it, as it has no word for "default".
_DEFAULT_TYPES: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("contacts", "contacts"): 449,
    ("companies", "companies"): 450,
    ("deals", "deals"): 451,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("companies", "tickets"): 340,
    ("tickets", "companies"): 339,
    ("deals", "tickets"): 27,
    ("tickets", "deals"): 28,
    **{
        pair: number
        for activity, forward, back in (
            ("notes", (202, 190, 214, 228), (201, 189, 213, 227)),
            ("tasks", (204, 192, 216, 230), (203, 191, 215, 229)),
            ("calls", (194, 182, 206, 220), (193, 181, 205, 219)),
            ("meetings", (200, 188, 212, 226), (199, 187, 211, 225)),
            ("emails", (198, 186, 210, 224), (197, 185, 209, 223)),
        )
        for other, to_other, from_other in zip(
            ("contacts", "companies", "deals", "tickets"), forward, back, strict=True
        )
        for pair, number in (((activity, other), to_other), ((other, activity), from_other))
    },
}


def has_default(from_name: str, to_name: str) -> bool:
    """Tell whether the number of the unlabelled link between two types is known here."""
    return (from_name, to_name) in _DEFAULT_TYPES


def association_types(from_name: str, to_name: str, types: Sequence[LinkType]) -> list[dict[str, object]] | None:
    """Spell the labels of a link; without labels the unlabelled number, None where it is not known here."""
    if types:
        return [{"associationCategory": type.category, "associationTypeId": type.number} for type in types]
    number = _DEFAULT_TYPES.get((from_name, to_name))
    return None if number is None else [{"associationCategory": HUBSPOT_DEFINED, "associationTypeId": number}]


def draft_body(draft: Draft) -> Json:
    """Spell a new record."""
    body: Json = {"properties": dict(draft.properties)}
    if draft.links:
        body["associations"] = [_new_link(draft.type.name, link) for link in draft.links]
    return body


def change_body(change: Change) -> Json:
    """Spell one input of a batch update or upsert."""
    body: Json = {"id": change.id, "properties": dict(change.properties)}
    if change.id_property is not None:
        body["idProperty"] = change.id_property
    return body


def read_outcomes(
    reader: RecordReader, value: object, inputs: Sequence[Json], *, start: int, targets: Sequence[str]
) -> tuple[InputOutcome, ...]:
    """Give one outcome per input of a chunk that begins at the caller's place `start`.

    `targets` names each input of the chunk, for messages.
    """
    fields = mapping(value, "the answer")
    correlation_id = optional_text(fields.get("correlationId"))
    done: dict[int, tuple[Record, bool | None]] = {}
    for item in mappings(fields.get("results"), "results"):
        place = _place_of_result(item, inputs)
        if place is not None:
            is_new = item.get("new")
            done[place] = (reader.record(item), None if is_new is None else boolean(is_new))
    failed = {
        place: failures.of_batch_item(item, target=targets[place], correlation_id=correlation_id)
        for item in errors_of(fields.get("errors"))
        for place in _places_of_error(item, inputs)
    }
    outcomes: list[InputOutcome] = []
    for place in range(len(inputs)):
        if place in failed:
            outcomes.append(InputOutcome(start + place, error=failed[place]))
        elif place in done:
            record, is_new = done[place]
            outcomes.append(InputOutcome(start + place, record=record, is_new=is_new))
        else:
            outcomes.append(InputOutcome(start + place))
    return tuple(outcomes)


def _new_link(from_name: str, link: NewLink) -> dict[str, object]:
    types = association_types(from_name, link.to_type.name, link.types)
    return {"to": {"id": link.to_id}, "types": types or []}


def _place_of_result(item: Json, inputs: Sequence[Json]) -> int | None:
    trace = _place(optional_text(item.get(TRACE)), len(inputs))
    if trace is not None:
        return trace
    if len(inputs) == 1:
        return 0
    id = read_id(item.get("id"), "a result")
    return next((place for place, given in enumerate(inputs) if given.get("id") == id), None)


def _places_of_error(item: ErrorItem, inputs: Sequence[Json]) -> Iterable[int]:
    """Find the inputs an error speaks of: by trace, by id, or the only one."""
    traces = [_place(trace, len(inputs)) for trace in item.context.get(TRACE, ())]
    places = [place for place in traces if place is not None]
    if places:
        return places
    ids = {id for key in ("ids", "id") for id in item.context.get(key, ())}
    places = [place for place, given in enumerate(inputs) if given.get("id") in ids]
    return places or ([0] if len(inputs) == 1 else [])


def _place(trace: str | None, count: int) -> int | None:
    if trace is None or not trace.isdigit() or int(trace) >= count:
        return None
    return int(trace)

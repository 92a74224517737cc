"""Reads how the records of steps are at this moment: by id or unique value, never by search, which lags.

Costs 1 request per 100 records of one type, 1 per 1,000 records whose links are read, none for a new record that nobody
else can know, 1 for each definition. A new record that has only a `tag` can be found by search alone, some time after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hubspot_skill.changes.definitions import find_things
from hubspot_skill.changes.steps import LINK, MERGED_IDS, Image, Outcome, Step, StepKind, canonical, link_text
from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import HistoryEntry, LinkType, Record
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.search import Filter, Operator, Search
from hubspot_skill.domain.text import clean
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["Current", "Sought", "as_text", "find_by_tag", "image_of", "judge_history", "read_current", "read_histories"]

_LINKS = (StepKind.ASSOCIATE, StepKind.DISSOCIATE)
_MAX_HISTORY = 50
_MAX_TAGS = 50
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Sought:
    """A step with the id of its record; a new record without one is sought by `value` of a unique property, if any."""

    step: Step
    id: str = ""
    value: tuple[PropertyName, str] | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A record as it is now, of the properties that its step is about, and what it is called."""

    id: str
    image: Image
    name: str = ""


def as_text(name: PropertyName) -> Property:
    """Give a property to be read as HubSpot's own text."""
    return Property(name, name, PropertyType.STRING)


def image_of(step: Step, record: Record, names: Iterable[PropertyName]) -> dict[PropertyName, str]:
    """Give a record's values of these properties in canonical form."""
    return {name: canonical(step.form(name), str(record.properties.get(name) or "")) for name in names}


async def read_current(hubspot: HubSpot, sought: Sequence[Sought]) -> dict[int, Current]:
    """Give the records that exist, by the place of their step; those that nobody could find by anything are absent."""
    found: dict[int, Current] = {}
    for group in _grouped(sought):
        first = group[0]
        if first.step.thing is not None:
            things = await find_things(hubspot, [(s.step, s.id) for s in group])
            found |= {place: Current(id, image) for place, (id, image) in things.items()}
        elif first.step.kind in _LINKS:
            found |= await _read_links(hubspot, group)
        elif first.id:
            found |= await _read_by_id(hubspot, group)
        elif first.value is not None:
            found |= await _read_by_value(hubspot, group, first.value[0])
    return found


async def find_by_tag(hubspot: HubSpot, steps: Sequence[Step]) -> dict[int, str]:
    """Give the ids of the new records that a search finds by their tags, by place; 1 request per 50 of one property."""
    tagged: dict[tuple[ObjectType, PropertyName], dict[str, int]] = {}
    for step in steps:
        if step.tag is not None:
            tagged.setdefault((step.type, step.tag[0]), {})[step.tag[1]] = step.place
    found: dict[int, str] = {}
    for (type, name), places in tagged.items():
        values = list(places)
        for start in range(0, len(values), _MAX_TAGS):
            one_of = Filter(name, Operator.IN, tuple(values[start : start + _MAX_TAGS]))
            page = await hubspot.objects.search(Search(type, ((one_of,),)), properties=[as_text(name)])
            found |= {places[str(r.properties[name])]: r.id for r in page.records if r.properties.get(name) in places}
    return found


async def read_histories(hubspot: HubSpot, type: ObjectType, sought: Sequence[Sought]) -> dict[int, Record]:
    """Give records with the history of what their steps change, by place; 1 request per 50."""
    found: dict[int, Record] = {}
    for start in range(0, len(sought), _MAX_HISTORY):
        part = sought[start : start + _MAX_HISTORY]
        names = sorted({name for s in part for name in s.step.after})
        records = await hubspot.objects.read_many(
            type, [s.id for s in part], properties=[as_text(n) for n in names], history=names
        )
        by_id = {record.id: record for record in records}
        found |= {s.step.place: record for s in part if (record := by_id.get(RecordId(s.id))) is not None}
    return found


def judge_history(step: Step, record: Record, differing: Iterable[PropertyName]) -> Outcome:
    """Tell from histories whether our write was overwritten since, was never taken, or met somebody else's.

    Newest first: our own value before any of the planned one's predecessors means that it was written.
    """
    verdicts = {_judge(step, name, record.history.get(name, ())) for name in differing}
    if Outcome.CONTESTED in verdicts:
        return Outcome.CONTESTED
    return Outcome.CONFLICT if Outcome.CONFLICT in verdicts else Outcome.NOT_TAKEN


def _judge(step: Step, name: PropertyName, history: Sequence[HistoryEntry]) -> Outcome:
    form, before, after = step.form(name), step.before.get(name, ""), step.after[name]
    values = [canonical(form, entry.value) for entry in history]
    for place, value in enumerate(values):
        if value == after:
            return Outcome.CONTESTED
        if value == before:
            return Outcome.NOT_TAKEN if place == 0 else Outcome.CONFLICT
    return Outcome.NOT_TAKEN


def _grouped(sought: Sequence[Sought]) -> list[list[Sought]]:
    groups: dict[tuple[str, ...], list[Sought]] = {}
    for each in sought:
        link = each.step.link
        way = "id" if each.id else each.value[0] if each.value is not None else ""
        pair = (link.from_type.name, link.to_type.name) if link is not None else ()
        thing = each.step.thing or ""
        groups.setdefault((each.step.type.name, thing, way, *pair), []).append(each)
    return list(groups.values())


async def _read_by_id(hubspot: HubSpot, group: Sequence[Sought]) -> dict[int, Current]:
    names = _names(group)
    ids = [s.id for s in group] + [s.step.other_id for s in group if s.step.other_id]
    asked = dict.fromkeys([*names, *group[0].step.type.title])
    records = await hubspot.objects.read_many(group[0].step.type, ids, properties=[as_text(n) for n in asked])
    by_id: Mapping[str, Record] = {record.id: record for record in records}
    return {
        s.step.place: Current(record.id, image_of(s.step, record, names), _called(record))
        for s in group
        if (record := by_id.get(s.id)) is not None
    }


async def _read_by_value(hubspot: HubSpot, group: Sequence[Sought], name: PropertyName) -> dict[int, Current]:
    names = list(dict.fromkeys([*_names(group), name]))
    asked = dict.fromkeys([*names, *group[0].step.type.title])
    values = {s.value[1].lower(): s for s in group if s.value is not None}
    records = await hubspot.objects.read_many(
        group[0].step.type, list(values), properties=[as_text(n) for n in asked], id_property=name
    )
    found: dict[int, Current] = {}
    for record in records:
        owner = values.get(str(record.properties.get(name) or "").lower())
        if owner is not None:
            found[owner.step.place] = Current(record.id, image_of(owner.step, record, names), _called(record))
    return found


async def _read_links(hubspot: HubSpot, group: Sequence[Sought]) -> dict[int, Current]:
    first = group[0].step.link
    if first is None:
        return {}
    pages = await hubspot.associations.of_many(first.from_type, [s.id for s in group], first.to_type)
    found: dict[int, Current] = {}
    for each in group:
        link, page = each.step.link, pages.get(RecordId(each.id))
        if link is None:
            continue
        types: tuple[LinkType, ...] = ()
        while page is not None:
            types += tuple(t for a in page.links if a.to_id == link.to_id for t in a.types)
            if types or page.next_after is None:
                break
            page = await hubspot.associations.of(link.from_type, each.id, link.to_type, after=page.next_after)
        found[each.step.place] = Current(each.id, {LINK: link_text(types)})
    return found


def _called(record: Record) -> str:
    """Give a record's own name, empty where it has none."""
    return clean(" ".join(str(v) for n in record.type.title if (v := record.properties.get(n))), most=_NAME_LENGTH)


def _names(group: Sequence[Sought]) -> list[PropertyName]:
    names = {name for s in group for name in (*s.step.before, *s.step.after, *s.step.watched)}
    if any(s.step.kind is StepKind.MERGE for s in group):
        names.add(MERGED_IDS)
    return sorted(names - {LINK})

"""One record shown whole: its values, its links with the linked records' names, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.records import (
    HUBSPOT_DEFINED,
    Association,
    AssociationPage,
    HistoryEntry,
    LinkType,
    PropertyValue,
    Record,
)
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import FieldValue, HistoryLine, PropertyHistory, Related, RelatedRecord
from hubspot_skill.service.cells import VALUE_LENGTH, Labels, cell, local
from hubspot_skill.service.columns import record_value
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.references import name_of, telling

__all__ = ["DETAILS", "history_of", "names_of", "raw_text", "related_of", "values_of"]

DETAILS = {
    "contacts": (
        "email", "phone", "mobilephone", "jobtitle", "company", "lifecyclestage", "hs_lead_status", "hubspot_owner_id",
        "city", "country", "notes_last_contacted", "notes_next_activity_date", "createdate", "lastmodifieddate",
    ),
    "companies": (
        "domain", "industry", "phone", "city", "country", "numberofemployees", "annualrevenue", "type", "lifecyclestage",
        "hubspot_owner_id", "notes_last_contacted", "notes_next_activity_date", "createdate", "hs_lastmodifieddate",
    ),
    "deals": (
        "dealstage", "pipeline", "amount", "deal_currency_code", "closedate", "dealtype", "hubspot_owner_id",
        "hs_next_step", "hs_priority", "description", "closed_lost_reason", "notes_last_contacted",
        "notes_next_activity_date", "createdate", "hs_lastmodifieddate",
    ),
    "tickets": (
        "hs_pipeline_stage", "hs_pipeline", "hs_ticket_priority", "hs_ticket_category", "content", "hubspot_owner_id",
        "createdate", "hs_lastmodifieddate",
    ),
}  # fmt: skip
"""What `get` shows of a record where the caller chose nothing; empty values are left out anyway."""

_PRIMARY = frozenset(LinkType(HUBSPOT_DEFINED, number) for number in (1, 2, 5, 6, 25, 26))


def values_of(record: Record, shown: Sequence[Property], labels: Labels) -> tuple[FieldValue, ...]:
    """Give the values of a record that are not empty."""
    found: list[FieldValue] = []
    for prop in shown:
        value = record_value(record, prop, labels, most=VALUE_LENGTH)
        if value is None:
            continue
        raw = raw_text(record.properties.get(prop.name))
        coded = prop.options or prop.is_owner or raw in labels.stages or raw in labels.pipelines
        found.append(FieldValue(prop.name, clean(prop.label, most=80), value, raw if coded and raw != value else ""))
    return tuple(found)


def raw_text(value: PropertyValue) -> str:
    """Give an internal value as clean text; empty for what is not text or options."""
    match value:
        case str():
            return clean(value, most=80)
        case tuple():
            return clean(";".join(value), most=200)
        case _:
            return ""


def history_of(record: Record, shown: Sequence[Property], labels: Labels, users: Mapping[str, str]) -> tuple[PropertyHistory, ...]:  # fmt: skip
    """Give the history of the properties that were asked for."""
    return tuple(
        PropertyHistory(
            prop.name,
            clean(prop.label, most=80),
            tuple(_line(prop, entry, labels, users) for entry in record.history.get(prop.name, ())),
        )
        for prop in shown
    )


def _line(prop: Property, entry: HistoryEntry, labels: Labels, users: Mapping[str, str]) -> HistoryLine:
    by = users.get(entry.user_id or "", "") or entry.source_label
    value = cell(prop, entry.value, labels, most=VALUE_LENGTH)
    return HistoryLine(local(entry.at, labels.zone), value, clean(entry.source, most=40), clean(by, most=80))


async def names_of(scene: Scene, type: ObjectType, ids: Sequence[RecordId]) -> Mapping[RecordId, str]:
    """Read the names of records; one request for up to 100 of them, none for none."""
    if not ids:
        return {}
    props = (await scene.directory.book(type)).having(telling(type))
    records = await scene.hubspot.objects.read_many(type, list(dict.fromkeys(ids)), properties=props)
    return {r.id: name_of(r) for r in records}


async def related_of(
    scene: Scene, type: ObjectType, ids: Sequence[RecordId], to_type: ObjectType, *, most: int
) -> Mapping[RecordId, Related]:
    """Give the records of one type linked to each of several records, at most `most` names each; two requests."""
    pages: Mapping[RecordId, AssociationPage] = await scene.hubspot.associations.of_many(type, ids, to_type)
    shown = {id: _primary_first(page.links)[:most] for id, page in pages.items()}
    names = await names_of(scene, to_type, [link.to_id for links in shown.values() for link in links])
    nothing = AssociationPage(RecordId(""), ())
    found: dict[RecordId, Related] = {}
    for id in ids:
        page = pages.get(id, nothing)
        records = tuple(_related(to_type, link, names) for link in shown.get(id, ()))
        found[id] = Related(to_type.name, records, len(page.links), page.next_after is not None)
    return found


def _related(type: ObjectType, link: Association, names: Mapping[RecordId, str]) -> RelatedRecord:
    labels = tuple(clean(label, most=80) for label in link.labels if label)
    if not labels and _is_primary(link):
        labels = ("Primary",)
    return RelatedRecord(link.to_id, names.get(link.to_id, f"{type.singular} {link.to_id}"), labels)


def _primary_first(links: Sequence[Association]) -> list[Association]:
    return sorted(links, key=lambda link: not _is_primary(link))


def _is_primary(link: Association) -> bool:
    return not _PRIMARY.isdisjoint(link.types)

"""Reads and spells associations: links with their labels (developers.hubspot.com, associations, read 2026-11-23)."""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.domain.names import RecordId
from hubspot_skill.domain.records import HUBSPOT_DEFINED, Association, AssociationPage, LinkType
from hubspot_skill.domain.writes import Link
from hubspot_skill.hubspot.wire.batches import association_types
from hubspot_skill.hubspot.wire.records import next_after, read_id
from hubspot_skill.hubspot.wire.shapes import Json, integer, mapping, mappings, optional_text, results

__all__ = ["gone_input", "label_inputs", "labels_body", "plain_input", "read_link_pages", "read_links"]


def read_links(value: object, from_id: RecordId) -> AssociationPage:
    """Read one record's links to one type."""
    fields = mapping(value, "the answer")
    links = tuple(_link(item) for item in results(fields))
    return AssociationPage(from_id, links, next_after(fields))


def read_link_pages(value: object) -> tuple[AssociationPage, ...]:
    """Read the first page of links of each record of a batch."""
    return tuple(_page(item) for item in results(mapping(value, "the answer")))


def labels_body(link: Link) -> list[dict[str, object]]:
    """Spell the labels of a link; at least one is named."""
    return association_types(link.from_type.name, link.to_type.name, link.types) or []


def plain_input(link: Link) -> Json:
    """Spell a link of a batch without labels."""
    return {"from": {"id": link.from_id}, "to": {"id": link.to_id}}


def gone_input(link: Link) -> Json:
    """Spell a whole link of a batch to be removed; HubSpot takes several targets of one record there, we give one."""
    return {"from": {"id": link.from_id}, "to": [{"id": link.to_id}]}


def label_inputs(links: Sequence[Link]) -> list[Json]:
    """Spell links of a batch with their labels."""
    return [{**plain_input(link), "types": labels_body(link)} for link in links]


def _page(item: Json) -> AssociationPage:
    from_id = read_id(mapping(item.get("from"), "from").get("id"), "from")
    return AssociationPage(from_id, tuple(_link(link) for link in mappings(item.get("to"), "to")), next_after(item))


def _link(item: Json) -> Association:
    kinds = mappings(item.get("associationTypes"), "associationTypes")
    return Association(
        to_id=read_id(item.get("toObjectId", item.get("id")), "an association"),
        types=tuple(_type(kind) for kind in kinds),
        labels=tuple(label for kind in kinds if (label := optional_text(kind.get("label")))),
    )


def _type(kind: Json) -> LinkType:
    category = optional_text(kind.get("category", kind.get("associationCategory")))
    return LinkType(category or HUBSPOT_DEFINED, integer(kind.get("typeId", kind.get("associationTypeId"))))

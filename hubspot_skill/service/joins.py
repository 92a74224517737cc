"""Links that a caller wants made, with the records found and the label's number known, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, UnknownNameError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, RecordId
from hubspot_skill.domain.records import HUBSPOT_DEFINED, LinkType
from hubspot_skill.domain.schema import AssociationLabel
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.domain.writes import Link, NewLink
from hubspot_skill.service.answers import LinkedRecord
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.references import Reference
from hubspot_skill.service.requests import LinkTo
from hubspot_skill.service.views import names_of
from hubspot_skill.service.words.nearest import candidate, named, nearest

__all__ = [
    "Join",
    "find_joins",
    "link_of",
    "linked",
    "missing_joins",
    "new_links",
    "plain_labels",
    "with_names",
]

MAX_LINKS = 50
_MAX_LINK_PAGES = 10
_PRIMARY = {
    (CONTACTS.name, COMPANIES.name): LinkType(HUBSPOT_DEFINED, 1),
    (DEALS.name, COMPANIES.name): LinkType(HUBSPOT_DEFINED, 5),
}


@dataclass(frozen=True, slots=True)
class Join:
    """One link to be made: to which record, under which label (None: unlabelled)."""

    to: Reference
    label: AssociationLabel | None = None


async def find_joins(scene: Scene, type: ObjectType, links: Sequence[LinkTo]) -> list[Join]:
    """Find the records and labels of links from a record of `type`; nothing is written.

    Raises:
        NotFoundError, AmbiguousNameError: a record's name fits none, or several.
        UnknownNameError: the types have no such label.
    """
    if len(links) > MAX_LINKS:
        raise InvalidInputError(f"{len(links)} links were asked for: expected at most {MAX_LINKS}", field="associate")
    found: dict[tuple[str, str, LinkType | None], Join] = {}
    for wanted in links:
        to_type = await scene.references.type_of(wanted.record, wanted.type)
        to = await scene.references.find(to_type, wanted.record)
        label = await _label(scene, type, to_type, wanted.label) if wanted.label else None
        found[to_type.name, to.id, label.type if label else None] = Join(to, label)
    return list(found.values())


async def _label(scene: Scene, type: ObjectType, to_type: ObjectType, word: str) -> AssociationLabel:
    labels = [label for label in await scene.directory.labels(type, to_type) if label.label]
    found = named(word, labels, lambda label: (label.label or "", str(label.type_id)))
    if len(found) == 1:
        scene.words.note("label", word, found[0].label or "", str(found[0].type_id))
        return found[0]
    near = nearest(word, labels, lambda label: (label.label or "",)) or tuple(labels[:5])
    raise UnknownNameError(
        f"{type.name} and {to_type.name} have no link label {quote(word)}",
        hint='hubspot_describe with topic "associations" lists the labels.',
        candidates=[candidate(str(label.type_id), label.label or "") for label in near],
    )


def new_links(type: ObjectType, joins: Sequence[Join], plain: Mapping[str, AssociationLabel]) -> tuple[NewLink, ...]:
    """Give the links of a record that is to be created; its first company becomes the primary one.

    `plain` are the unlabelled links to types for which HubSpot has no fixed number.
    """
    links: list[NewLink] = []
    has_primary = False
    for join in joins:
        primary = _PRIMARY.get((type.name, join.to.type.name))
        if join.label is not None:
            links.append(NewLink(join.to.type, join.to.id, (join.label.type,)))
        elif primary is not None and not has_primary:
            has_primary = True
            links.append(NewLink(join.to.type, join.to.id, (primary,)))
        elif (unlabelled := plain.get(join.to.type.name)) is not None:
            links.append(NewLink(join.to.type, join.to.id, (unlabelled.type,)))
        else:
            links.append(NewLink(join.to.type, join.to.id))
    return tuple(links)


async def plain_labels(scene: Scene, type: ObjectType, joins: Sequence[Join]) -> Mapping[str, AssociationLabel]:
    """Give the unlabelled links, by the other type's name, where an account's own type has part in them."""
    found: dict[str, AssociationLabel] = {}
    for join in joins:
        to = join.to.type
        if join.label is None and (type.is_custom or to.is_custom) and to.name not in found:
            plain = [label for label in await scene.directory.labels(type, to) if not label.label]
            if not plain:
                raise InvalidInputError(
                    f"{type.name} and {to.name} cannot be linked without a label", field="associate"
                )
            found[to.name] = plain[0]
    return found


async def missing_joins(
    scene: Scene, type: ObjectType, id: RecordId, joins: Sequence[Join]
) -> list[tuple[Join, tuple[LinkType, ...]]]:
    """Give the links that are not there yet, each with the kinds of link that the two records have now.

    One read for each linked type.
    """
    found: list[tuple[Join, tuple[LinkType, ...]]] = []
    for to_name in dict.fromkeys(j.to.type.name for j in joins):
        group = [j for j in joins if j.to.type.name == to_name]
        there = await _existing(scene, type, id, group[0].to.type)
        for join in group:
            types = there.get(join.to.id)
            if types is None or (join.label is not None and join.label.type not in types):
                found.append((join, types or ()))
    return found


async def _existing(
    scene: Scene, type: ObjectType, id: RecordId, to: ObjectType
) -> dict[RecordId, tuple[LinkType, ...]]:
    found: dict[RecordId, tuple[LinkType, ...]] = {}
    after: str | None = None
    for _ in range(_MAX_LINK_PAGES):
        page = await scene.hubspot.associations.of(type, id, to, after=after)
        found |= {link.to_id: link.types for link in page.links}
        after = page.next_after
        if after is None:
            break
    return found


async def link_of(scene: Scene, type: ObjectType, id: RecordId, join: Join, there: Sequence[LinkType]) -> Link:
    """Give the link to send. HubSpot replaces the labels of a pair, so those that it has, Primary too, are sent again."""
    if join.label is None:
        return Link(type, id, join.to.type, join.to.id)
    plain = [k.type for k in await scene.directory.labels(type, join.to.type) if not k.label]
    types = (*(kept for kept in there if kept not in plain), join.label.type)
    return Link(type, id, join.to.type, join.to.id, types)


async def with_names(scene: Scene, joins: Sequence[Join]) -> list[Join]:
    """Give the joins with the names of records that were given by id; one request a type, none where all are known.

    Raises:
        NotFoundError: there is no record of an id.
    """
    found: dict[tuple[str, RecordId], str] = {}
    for to_name in dict.fromkeys(j.to.type.name for j in joins if not j.to.name):
        group = [j.to for j in joins if j.to.type.name == to_name and not j.to.name]
        names = await names_of(scene, group[0].type, [r.id for r in group])
        for to in group:
            if to.id not in names:
                raise NotFoundError(
                    f"there is no {to.type.singular} {to.id} to link to", hint="The search tools find records by name."
                )
            found[to_name, to.id] = names[to.id]
    return [Join(Reference(j.to.type, j.to.id, j.to.name or found[j.to.type.name, j.to.id]), j.label) for j in joins]


def linked(joins: Sequence[Join]) -> tuple[LinkedRecord, ...]:
    """Give joins as an answer shows them."""
    return tuple(
        LinkedRecord(j.to.type.name, j.to.id, j.to.name, clean(j.label.label or "", most=80) if j.label else "")
        for j in joins
    )

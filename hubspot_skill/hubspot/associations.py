"""Reads, makes and removes associations between records, and lists the labels they may carry.

Follows developers.hubspot.com/docs/api-reference/latest/crm/associations (read 2026-11-23). The batch and label calls
have a limit of their own and do not spend the burst one; the calls under one record's path do spend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_core import to_json

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.records import AssociationPage, Record
from hubspot_skill.domain.schema import AssociationLabel
from hubspot_skill.domain.writes import BatchOutcome, InputOutcome, Link
from hubspot_skill.hubspot.batches import chunked, in_chunks
from hubspot_skill.hubspot.calls import Budget, Call, Caller, Endpoint
from hubspot_skill.hubspot.failures import of_batch_item
from hubspot_skill.hubspot.wire.associations import (
    gone_input,
    label_inputs,
    labels_body,
    plain_input,
    read_link_pages,
    read_links,
)
from hubspot_skill.hubspot.wire.envelope import errors_of
from hubspot_skill.hubspot.wire.paths import Paths, query
from hubspot_skill.hubspot.wire.schema import read_labels
from hubspot_skill.hubspot.wire.shapes import mapping

__all__ = ["Associations"]

MAX_PAGE = 500
MAX_BATCH_READ = 1_000
MAX_BATCH_CREATE = 1_000
"""Half of what HubSpot documents for a create, so that one lost answer leaves fewer links unknown."""
MAX_BATCH_ARCHIVE = 100


@dataclass(frozen=True, slots=True)
class Associations:
    """Links between records of any two types."""

    caller: Caller
    paths: Paths

    async def of(
        self,
        from_type: ObjectType,
        from_id: str,
        to_type: ObjectType,
        *,
        limit: int = MAX_PAGE,
        after: str | None = None,
    ) -> AssociationPage:
        """Give one page of a record's links to one type; 1 request.

        Raises:
            NotFoundError: there is no such record.
        """
        path = query(self.paths.links(from_type, from_id, to_type), limit=limit, after=after)
        call = Call("GET", path, f"{from_type.singular} {from_id}", endpoint=Endpoint.ASSOCIATIONS)
        return await self.caller.json(call, lambda value: read_links(value, RecordId(from_id)))

    async def of_many(
        self, from_type: ObjectType, from_ids: Sequence[str], to_type: ObjectType
    ) -> dict[RecordId, AssociationPage]:
        """Give the first page of links of many records to one type; 1 request per 1,000. Records without links are absent."""
        found: dict[RecordId, AssociationPage] = {}
        unique = list(dict.fromkeys(from_ids))
        for start in range(0, len(unique), MAX_BATCH_READ):
            chunk = unique[start : start + MAX_BATCH_READ]
            call = self._batch(
                from_type, to_type, "batch/read", {"inputs": [{"id": id} for id in chunk]}, is_write=False
            )
            pages = await self.caller.json(call, read_link_pages)
            found.update((page.from_id, page) for page in pages if page.links)
        return found

    async def all_ids(self, from_type: ObjectType, from_id: str, to_name: str) -> tuple[RecordId, ...]:
        """Give the ids of all records of a type (by the name that HubSpot's answer gave) linked to one; 1 request per 500."""
        to_type = ObjectType(to_name, to_name, to_name, ())
        ids: dict[RecordId, None] = {}
        after: str | None = None
        while True:
            page = await self.of(from_type, from_id, to_type, after=after)
            ids.update((link.to_id, None) for link in page.links)
            after = page.next_after
            if after is None:
                return tuple(ids)

    async def link(self, link: Link) -> None:
        """Make one link; 1 request. Labels replace those that the pair has; without labels it is the unlabelled kind."""
        path = self.paths.link(link.from_type, link.from_id, link.to_type, link.to_id, default=not link.types)
        body = to_json(labels_body(link)) if link.types else None
        await self.caller.done(self._one("PUT", path, link, body=body))

    async def unlink(self, link: Link) -> None:
        """Remove a link: the named labels, or the whole link where none is named; 1 request. An absent one is no error."""
        if link.types:
            await self.caller.done(
                self._batch(
                    link.from_type,
                    link.to_type,
                    "batch/labels/archive",
                    {"inputs": label_inputs([link])},
                    is_write=True,
                    has_answer=False,
                )
            )
            return
        path = self.paths.link(link.from_type, link.from_id, link.to_type, link.to_id, default=False)
        await self.caller.done(self._one("DELETE", path, link, body=None))

    async def unlink_many(self, links: Sequence[Link]) -> BatchOutcome:
        """Remove links, or single labels of them, as `unlink` does; 1 request per 100 and kind.

        HubSpot says nothing of single ones: absent links count as removed. A kind is two types, with or without labels.
        """

        async def send(places: Sequence[int]) -> Sequence[InputOutcome]:
            chunk = [links[place] for place in places]
            first = chunk[0]
            action = "batch/labels/archive" if first.types else "batch/archive"
            inputs = label_inputs(chunk) if first.types else [gone_input(link) for link in chunk]
            call = self._batch(
                first.from_type, first.to_type, action, {"inputs": inputs}, is_write=True, has_answer=False
            )
            await self.caller.done(call)
            return [_made(place, link) for place, link in zip(places, chunk, strict=True)]

        chunks = (chunk for kind in _kinds(links) for chunk in chunked(kind, MAX_BATCH_ARCHIVE))
        return await in_chunks(chunks, send)

    async def link_many(self, links: Sequence[Link]) -> BatchOutcome:
        """Make links, each with an outcome of its own (its record is the link's from side); 1 request per 1,000 and kind.

        A kind is two types, with or without labels.
        """

        async def send(places: Sequence[int]) -> Sequence[InputOutcome]:
            found = await self._link_chunk([links[place] for place in places])
            return [replace(outcome, index=place) for place, outcome in zip(places, found, strict=True)]

        chunks = (chunk for kind in _kinds(links) for chunk in chunked(kind, MAX_BATCH_CREATE))
        return await in_chunks(chunks, send)

    async def labels(self, from_type: ObjectType, to_type: ObjectType) -> tuple[AssociationLabel, ...]:
        """Give every kind of link between two types; 1 request."""
        call = Call(
            "GET",
            self.paths.associations(from_type, to_type, "labels"),
            f"the association labels of {from_type.name} and {to_type.name}",
            endpoint=Endpoint.ASSOCIATIONS,
            budget=Budget.ASSOCIATIONS,
        )
        return await self.caller.json(call, read_labels)

    async def _link_chunk(self, links: Sequence[Link]) -> Sequence[InputOutcome]:
        first = links[0]
        if first.types:
            action, inputs = "batch/create", label_inputs(links)
        else:
            action, inputs = "batch/associate/default", [plain_input(link) for link in links]
        call = self._batch(first.from_type, first.to_type, action, {"inputs": inputs}, is_write=True)
        return await self.caller.json(call, lambda value: _outcomes(value, links))

    def _one(self, method: str, path: str, link: Link, *, body: bytes | None) -> Call:
        return Call(
            method,
            path,
            f"the link of {link.from_type.singular} {link.from_id} to {link.to_type.singular} {link.to_id}",
            body=body,
            endpoint=Endpoint.ASSOCIATIONS,
            is_write=True,
            has_answer=False,
        )

    def _batch(
        self,
        from_type: ObjectType,
        to_type: ObjectType,
        action: str,
        body: dict[str, object],
        *,
        is_write: bool,
        has_answer: bool = True,
    ) -> Call:
        return Call(
            "POST",
            self.paths.associations(from_type, to_type, action),
            f"the associations of {from_type.name} and {to_type.name}",
            body=to_json(body),
            endpoint=Endpoint.ASSOCIATIONS,
            budget=Budget.ASSOCIATIONS,
            is_write=is_write,
            has_answer=has_answer,
        )


def _kinds(links: Sequence[Link]) -> list[list[int]]:
    """Give the places of links by kind: HubSpot's batches take one kind each."""
    kinds: dict[tuple[str, str, bool], list[int]] = {}
    for place, link in enumerate(links):
        kinds.setdefault((link.from_type.name, link.to_type.name, bool(link.types)), []).append(place)
    return list(kinds.values())


def _made(place: int, link: Link) -> InputOutcome:
    return InputOutcome(place, record=Record(link.from_type, link.from_id, {}))


def _outcomes(value: object, links: Sequence[Link]) -> tuple[InputOutcome, ...]:
    """Give each link its outcome: refused where an error names one of its ids, else done."""
    refused: dict[str, HubSpotSkillError] = {}
    for item in errors_of(mapping(value, "the answer").get("errors")):
        error = of_batch_item(item, target="an association")
        named = [id for ids in item.context.values() for id in ids]
        refused.update((id, error) for id in named)
        if not named:
            return tuple(InputOutcome(place) for place in range(len(links)))
    return tuple(
        InputOutcome(place, error=error)
        if (error := refused.get(link.from_id) or refused.get(link.to_id)) is not None
        else _made(place, link)
        for place, link in enumerate(links)
    )

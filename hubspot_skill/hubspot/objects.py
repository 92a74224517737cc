"""Reads and writes the records of every object type: list, read, search, create, update, archive, merge, batches.

Follows developers.hubspot.com/docs/api-reference/latest/crm (objects, search; read 2026-11-23). Properties are always
asked for by name, since HubSpot's default is six of them. Each method says its cost in requests.
A request that would be too long for HubSpot's edge is told beforehand by its length and made another way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pydantic_core import to_json

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import Page, Record, SearchPage
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.search import MAX_FILTERS, MAX_FILTERS_PER_GROUP, MAX_OFFSET, Filter, Operator, Search, Sort
from hubspot_skill.domain.writes import BatchOutcome, Change, Draft, NewLink
from hubspot_skill.hubspot import batches
from hubspot_skill.hubspot.associations import Associations
from hubspot_skill.hubspot.calls import Budget, Call, Caller, Endpoint
from hubspot_skill.hubspot.wire.batches import change_body, draft_body, has_default
from hubspot_skill.hubspot.wire.paths import MAX_URL, Paths, query
from hubspot_skill.hubspot.wire.quick_pages import QuickPages
from hubspot_skill.hubspot.wire.records import RecordReader, read_page, read_search_page, unfinished_links
from hubspot_skill.hubspot.wire.search import MAX_BODY, search_body

__all__ = ["Objects"]

ID = PropertyName("hs_object_id")
MAX_LIST = 100
MAX_READ = 100
# With history HubSpot takes half as many ids (batch read, reported).
MAX_READ_WITH_HISTORY = 50
_ID_PROPERTY = Property(ID, "Record ID", PropertyType.STRING)


@dataclass(frozen=True, slots=True)
class Objects:
    """Records of any object type."""

    caller: Caller
    paths: Paths

    async def list(
        self,
        type: ObjectType,
        *,
        properties: Sequence[Property],
        limit: int = MAX_LIST,
        after: str | None = None,
        archived: bool = False,
        associations: Sequence[ObjectType] = (),
    ) -> Page:
        """Give one page of a type's records in ascending id; 1 request, 2 where the properties are very many.

        `archived` gives only archived records. `limit` 1 to 100.
        """
        if not 1 <= limit <= MAX_LIST:
            raise InvalidInputError(f"a page of {limit} records was asked for: expected 1 to {MAX_LIST}", field="limit")
        given = _or_id(properties)
        page_of = partial(self.paths.page, type, limit=limit, after=after, archived=archived, associations=associations)
        path = page_of(_names(given))
        if len(path) > MAX_URL:
            page = await self._list(type, page_of([ID]), (_ID_PROPERTY,))
            ids = [record.id for record in page.records]
            full = {
                record.id: record for record in await self._read_ids(type, ids, properties=given, archived=archived)
            }
            return replace(page, records=tuple(_joined(record, full) for record in page.records if record.id in full))
        return await self._list(type, path, given)

    async def read(
        self,
        type: ObjectType,
        id: str,
        *,
        properties: Sequence[Property],
        id_property: PropertyName | None = None,
        associations: Sequence[ObjectType] = (),
        history: Sequence[PropertyName] = (),
    ) -> Record:
        """Give one record by id, or by a unique property's value; 1 request, more where very much is asked for.

        Raises:
            NotFoundError: there is none, or it is archived.
        """
        given = _or_id(properties)
        one_of = partial(self.paths.one, type, id, id_property=id_property, associations=associations, history=history)
        path = one_of(_names(given))
        if len(path) <= MAX_URL:
            return await self._read(type, id, path, given)
        record = await self._read(type, id, one_of([ID]), (_ID_PROPERTY,))
        full = await self._read_ids(type, [record.id], properties=given)
        return _joined(record, {found.id: found for found in full})

    async def read_many(
        self,
        type: ObjectType,
        ids: Sequence[str],
        *,
        properties: Sequence[Property],
        id_property: PropertyName | None = None,
        history: Sequence[PropertyName] = (),
        archived: bool = False,
    ) -> tuple[Record, ...]:
        """Give records by id or unique value, in the order asked for, missing ones left out; 1 request per 100 ids.

        `history` makes it 1 per 50; `archived` gives only archived ones, by id.
        """
        if id_property is None:
            return await self._read_ids(type, ids, properties=_or_id(properties), history=history, archived=archived)
        key = Property(id_property, id_property, PropertyType.STRING)
        wanted = properties if any(prop.name == id_property for prop in properties) else (*properties, key)
        records = await self._read_ids(type, ids, properties=wanted, history=history, id_property=id_property)
        by_key = {str(record.properties.get(id_property)).lower(): record for record in records}
        asked = (by_key.get(id.lower()) for id in dict.fromkeys(ids))
        return tuple({record.id: record for record in asked if record is not None}.values())

    async def search(self, search: Search, *, properties: Sequence[Property]) -> SearchPage:
        """Give one page of a search; 1 request, up to 3 where the properties are very many. May lag writes by seconds.

        Raises:
            InvalidInputError: the page lies beyond the 10,000th match, or the search is too long.
        """
        given = _or_id(properties)
        limit = _limit_within_offset(search)
        names = _names(given)
        if _search_size(names) <= MAX_BODY // 2:
            return await self._search(search, search_body(search, names, limit=limit), given)
        page = await self._search(search, search_body(search, [ID], limit=limit), (_ID_PROPERTY,))
        full = await self._read_ids(search.type, [record.id for record in page.records], properties=given)
        return replace(page, records=full)

    async def search_all(self, search: Search, *, properties: Sequence[Property]) -> AsyncIterator[Record]:
        """Give every match, any number of them, in ascending id; 1 request per 200.

        Each page begins after the last id of the one before, so records that change meanwhile are neither skipped nor
        repeated. `search.sort` and `search.after` do not apply. Where every filter that HubSpot allows is
        taken, pages go by offset, and end with an error at 10,000.
        """
        ordered = replace(search, sort=Sort(ID), limit=200, after=None)
        by_key = _has_room(search)
        last = "0"
        while True:
            page_search = ordered.matching(Filter(ID, Operator.GT, (last,))) if by_key and last != "0" else ordered
            page = await self.search(page_search, properties=properties)
            for record in page.records:
                yield record
            if page.next_after is None or not page.records:
                return
            if by_key:
                last = page.records[-1].id
            else:
                ordered = replace(ordered, after=page.next_after)

    async def count(self, search: Search) -> int:
        """Count the matches of a search, exactly, also above 10,000; 1 request."""
        page = await self.search(replace(search, limit=1, after=None, sort=None), properties=())
        return page.total

    async def create(self, draft: Draft, *, properties: Sequence[Property] = ()) -> Record:
        """Create one record with its associations; 1 request. Gives what HubSpot answered, as text without `properties`.

        An unlabelled link to or from a custom type costs 1 more, to learn its number.

        Raises:
            AlreadyExistsError: a unique value is taken.
            RejectedValueError: HubSpot refused a value.
            OutcomeUnknownError: sent, but the answer was lost.
        """
        reader = RecordReader(draft.type, properties)
        draft = await self._numbered(draft)
        call = Call(
            "POST",
            self.paths.records(draft.type),
            f"a new {draft.type.singular}",
            body=to_json(draft_body(draft)),
            endpoint=Endpoint.WRITE,
            is_write=True,
        )
        return await self.caller.json(call, reader.record)

    async def update(self, change: Change, *, properties: Sequence[Property] = ()) -> Record:
        """Set properties of one record; 1 request. Gives what HubSpot answered, as text without `properties`.

        Raises:
            NotFoundError: there is no such record.
            RejectedValueError: HubSpot refused a value.
            OutcomeUnknownError: sent, but the answer was lost.
        """
        reader = RecordReader(change.type, properties)
        call = Call(
            "PATCH",
            query(self.paths.record(change.type, change.id), idProperty=change.id_property),
            f"{change.type.singular} {change.id}",
            body=to_json({"properties": dict(change.properties)}),
            endpoint=Endpoint.WRITE,
            is_write=True,
        )
        return await self.caller.json(call, reader.record)

    async def archive(self, type: ObjectType, id: str) -> None:
        """Archive one record (its owner can restore it in HubSpot for 90 days); 1 request. An absent one is no error."""
        await self.caller.done(
            Call(
                "DELETE",
                self.paths.record(type, id),
                f"{type.singular} {id}",
                endpoint=Endpoint.WRITE,
                is_write=True,
                has_answer=False,
            )
        )

    async def merge(self, type: ObjectType, *, primary_id: str, merged_id: str) -> Record:
        """Merge one record into another, for ever; 1 request. The result may have a third id."""
        call = Call(
            "POST",
            self.paths.records(type, "merge"),
            f"the merge of {type.singular} {merged_id} into {primary_id}",
            body=to_json({"primaryObjectId": primary_id, "objectIdToMerge": merged_id}),
            endpoint=Endpoint.WRITE,
            is_write=True,
        )
        return await self.caller.json(call, RecordReader(type, ()).record)

    async def create_many(self, drafts: Sequence[Draft]) -> BatchOutcome:
        """Create records, each with an outcome of its own; 1 request per 100."""
        type = _one_type(drafts)
        inputs = [draft_body(await self._numbered(draft)) for draft in drafts]
        return await batches.write(self.caller, self.paths, type, "create", inputs)

    async def update_many(self, changes: Sequence[Change]) -> BatchOutcome:
        """Set properties of records, each with an outcome of its own; 1 request per 100."""
        inputs = [change_body(change) for change in changes]
        return await batches.write(self.caller, self.paths, _one_type(changes), "update", inputs)

    async def upsert_many(self, type: ObjectType, changes: Sequence[Change], id_property: PropertyName) -> BatchOutcome:
        """Create or set records by a unique property; 1 request per 100. A value may occur once."""
        keys = [change.id.lower() for change in changes]
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InvalidInputError(f'"{twice[:80]}" occurs twice in one upsert: HubSpot takes each value once')
        inputs = [change_body(replace(change, id_property=id_property)) for change in changes]
        return await batches.write(self.caller, self.paths, type, "upsert", inputs)

    async def archive_many(self, type: ObjectType, ids: Sequence[str]) -> BatchOutcome:
        """Archive records; 1 request per 100. HubSpot says nothing of single ones: absent ones count as done."""
        return await batches.archive(self.caller, self.paths, type, ids)

    async def _numbered(self, draft: Draft) -> Draft:
        """Name the number of each unlabelled link that is the account's own; a create has no word for "default"."""
        if all(link.types or has_default(draft.type.name, link.to_type.name) for link in draft.links):
            return draft
        return replace(draft, links=tuple([await self._numbered_link(draft.type, link) for link in draft.links]))

    async def _numbered_link(self, from_type: ObjectType, link: NewLink) -> NewLink:
        if link.types or has_default(from_type.name, link.to_type.name):
            return link
        labels = await Associations(self.caller, self.paths).labels(from_type, link.to_type)
        for label in labels:
            if label.label is None:
                return replace(link, types=(label.type,))
        raise InvalidInputError(
            f"a {from_type.singular} cannot be linked to a {link.to_type.singular} without a label",
            hint="Name one of the labels that hubspot_describe shows.",
        )

    async def _list(self, type: ObjectType, path: str, properties: Sequence[Property]) -> Page:
        reader = RecordReader(type, properties)
        more: list[tuple[RecordId, tuple[str, ...]]] = []

        def read(value: object) -> Page:
            page = read_page(reader, value)
            more.extend(unfinished_links(value))
            return page

        quick = QuickPages(type, properties).list_page
        page = await self.caller.json(Call("GET", path, f"the list of {type.name}"), read, quick=quick)
        return replace(page, records=await self._finished(type, page.records, more)) if more else page

    async def _read(self, type: ObjectType, id: str, path: str, properties: Sequence[Property]) -> Record:
        reader = RecordReader(type, properties)
        more: list[tuple[RecordId, tuple[str, ...]]] = []

        def read(value: object) -> Record:
            more.extend(unfinished_links({"results": [value]}))
            return reader.record(value)

        record = await self.caller.json(Call("GET", path, f"{type.singular} {id}"), read)
        return (await self._finished(type, (record,), more))[0] if more else record

    async def _finished(
        self, type: ObjectType, records: Sequence[Record], more: Sequence[tuple[RecordId, tuple[str, ...]]]
    ) -> tuple[Record, ...]:
        """Read the associations of which HubSpot gave only the first page; 1 request per 500 of them."""
        links = Associations(self.caller, self.paths)
        rest: dict[RecordId, Mapping[str, tuple[RecordId, ...]]] = {}
        for id, names in more:
            rest[id] = {name: await links.all_ids(type, id, name) for name in names}
        return tuple(
            replace(record, associations={**record.associations, **rest[record.id]}) if record.id in rest else record
            for record in records
        )

    async def _search(self, search: Search, body: bytes, properties: Sequence[Property]) -> SearchPage:
        reader = RecordReader(search.type, properties)
        call = Call(
            "POST",
            self.paths.records(search.type, "search"),
            f"the search of {search.type.name}",
            body=body,
            endpoint=Endpoint.SEARCH,
            budget=Budget.SEARCH,
        )
        quick = QuickPages(search.type, properties).search_page
        return await self.caller.json(call, lambda value: read_search_page(reader, value), quick=quick)

    async def _read_ids(
        self,
        type: ObjectType,
        ids: Sequence[str],
        *,
        properties: Sequence[Property],
        history: Sequence[PropertyName] = (),
        id_property: PropertyName | None = None,
        archived: bool = False,
    ) -> tuple[Record, ...]:
        """Read by id (in order) or by unique value (in HubSpot's order), chunk by chunk."""
        reader = RecordReader(type, properties)
        quick = QuickPages(type, properties).page
        unique = list(dict.fromkeys(ids))
        size = MAX_READ_WITH_HISTORY if history else MAX_READ
        found: dict[RecordId, Record] = {}
        for start in range(0, len(unique), size):
            body: dict[str, object] = {
                "inputs": [{"id": id} for id in unique[start : start + size]],
                "properties": _names(properties),
                "propertiesWithHistory": list(history),
            }
            if id_property is not None:
                body["idProperty"] = id_property
            path = query(self.paths.records(type, "batch/read"), archived=True if archived else None)
            call = Call("POST", path, f"{len(unique)} {type.name}", body=to_json(body))
            records = await self.caller.json(call, lambda value: read_page(reader, value).records, quick=quick)
            found.update((record.id, record) for record in records)
        if id_property is not None:
            return tuple(found.values())
        return tuple(found[RecordId(id)] for id in unique if RecordId(id) in found)


def _or_id(properties: Sequence[Property]) -> Sequence[Property]:
    """Ask for the id alone where nothing is asked for, since HubSpot would give its own choice."""
    return properties or (_ID_PROPERTY,)


def _names(properties: Sequence[Property]) -> list[PropertyName]:
    return [prop.name for prop in properties]


def _joined(record: Record, full: Mapping[RecordId, Record]) -> Record:
    found = full.get(record.id)
    return replace(record, properties=found.properties) if found is not None else record


def _limit_within_offset(search: Search) -> int:
    """Give the page size that stays within HubSpot's 10,000 by offset."""
    if search.after is None:
        return search.limit
    if not search.after.isdigit():
        raise InvalidInputError(
            f'"{search.after[:40]}" is not where a search can continue: expected an offset', field="after"
        )
    left = MAX_OFFSET - int(search.after)
    if left <= 0:
        raise InvalidInputError(
            f"the search continues at {search.after}: HubSpot gives at most {MAX_OFFSET} matches in one order",
            hint="Narrow the search, for example by date.",
            field="after",
        )
    return min(search.limit, left)


def _search_size(names: Sequence[PropertyName]) -> int:
    return sum(len(name) + 3 for name in names)


def _has_room(search: Search) -> bool:
    groups = search.groups or ((),)
    total = sum(len(group) for group in groups) + len(groups)
    return total <= MAX_FILTERS and all(len(group) < MAX_FILTERS_PER_GROUP for group in groups)


def _one_type(inputs: Sequence[Draft] | Sequence[Change]) -> ObjectType | None:
    types = {item.type.name: item.type for item in inputs}
    if len(types) > 1:
        raise InvalidInputError(f"one batch holds several object types ({', '.join(sorted(types))}): expected one")
    return next(iter(types.values()), None)

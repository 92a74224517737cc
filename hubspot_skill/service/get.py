"""Read records by id, address, or unique key; with links and history.

One request for the records of one type and kind of key, two more for each type of linked records. A company's domain
is a key for people but not for HubSpot: it is searched, and several companies of one domain are all given, with a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.search import Filter, Operator, Search
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.answers import GetAnswer, RecordView, Related
from hubspot_skill.service.columns import MAX_FIELDS
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.references import domain_of, is_domain, is_email, name_of
from hubspot_skill.service.requests import GetRequest
from hubspot_skill.service.together import all_of
from hubspot_skill.service.views import DETAILS, history_of, related_of, values_of
from hubspot_skill.service.words.properties import NAME, PropertyBook

__all__ = ["MAX_RECORDS", "get"]

MAX_RECORDS = 100
_MAX_HISTORIES = 10
_MAX_LINKED_TYPES = 5
_NAMES_EACH = 20
_NAMES_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class _Group:
    """Words of one call that one request can answer: a type, the key they are values of (None: ids), and the words."""

    type: ObjectType
    key: PropertyName | None
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to read of each record of one type."""

    shown: tuple[Property, ...]
    requested: tuple[Property, ...]
    histories: tuple[Property, ...]


async def get(connection: Connection, request: GetRequest) -> GetAnswer:
    """Read the records that the request names, in its order; what is missing is named.

    Raises:
        NotFoundError: none of them is there.
        InvalidInputError: too many, a type is missing, or a key is no unique property.
    """
    _check(request)
    scene = await connection.scene()
    groups = await _groups(scene, request)
    answers = await all_of([_read_group(scene, request, group) for group in groups])
    found: dict[str, list[RecordView]] = {}
    for answer in answers:
        found.update(answer)
    records = list({(v.type, v.id): v for word in request.records for v in found.get(word, ())}.values())
    missing = tuple(clean(w, most=200) for w in dict.fromkeys(request.records) if not found.get(w))
    if not records:
        raise NotFoundError(
            f"no record is there for {', '.join(quote(m) for m in missing[:5])}",
            hint="An archived record is not found; the search tools find records by other words.",
        )
    return GetAnswer(records=tuple(records), missing=missing, **scene.provenance())


def _check(request: GetRequest) -> None:
    for what, field, found, most in (
        ("records", "records", len(request.records), MAX_RECORDS),
        ("fields", "fields", len(request.fields), MAX_FIELDS),
        ("histories", "history", len(request.history), _MAX_HISTORIES),
        ("linked types", "associations", len(request.associations), _MAX_LINKED_TYPES),
    ):
        if found > most:
            raise InvalidInputError(f"{found} {what} were asked for: expected at most {most}", field=field)
    if not request.records or not all(w.strip() for w in request.records):
        raise InvalidInputError("no record is named", hint="Give ids, addresses, emails or domains.", field="records")


async def _groups(scene: Scene, request: GetRequest) -> list[_Group]:
    sorted_words: dict[tuple[str, PropertyName | None], tuple[ObjectType, list[tuple[str, str]]]] = {}
    for word in dict.fromkeys(request.records):
        is_keyed = bool(request.key and request.type)
        type = await (scene.directory.type(request.type) if is_keyed else scene.references.type_of(word, request.type))
        key, value = await _key_of(scene, type, word, request.key)
        _, words = sorted_words.setdefault((type.name, key), (type, []))
        words.append((word, value))
    return [_Group(type, key, tuple(words)) for (_, key), (type, words) in sorted_words.items()]


async def _key_of(scene: Scene, type: ObjectType, word: str, key: str) -> tuple[PropertyName | None, str]:
    """Give the property that a word is a value of (None: the record's id) and the value as HubSpot keeps it."""
    if key and key.strip().casefold() not in ("id", "hs_object_id"):
        prop = (await scene.directory.book(type)).named(key)
        if not (prop.is_unique or prop.name == "email" or (type.name, prop.name) == (COMPANIES.name, "domain")):
            raise InvalidInputError(
                f"{prop.name} is not a unique property of {type.name}",
                hint="The search tools find records by any property.",
                field="key",
            )
        return prop.name, domain_of(word) if prop.name == "domain" else word.strip()
    known = await scene.references.id_in(type, word)
    if known is not None:
        return None, known
    if type.name == CONTACTS.name and is_email(word):
        return PropertyName("email"), word.strip().lower()
    if type.name == COMPANIES.name and is_domain(word):
        return PropertyName("domain"), domain_of(word)
    raise InvalidInputError(
        f"{quote(word)} is no id, address or unique key of a {type.singular}",
        hint="hubspot_brief and the search tools find records by name.",
        field="records",
    )


async def _read_group(scene: Scene, request: GetRequest, group: _Group) -> dict[str, list[RecordView]]:
    wanted = await _wanted(scene, request, group)
    by_word = await _records(scene, group, wanted)
    records = list({r.id: r for found in by_word.values() for r in found}.values())
    if not records:
        return {}
    related = await _related(scene, request, group.type, [r.id for r in records])
    labels = await scene.labels(group.type)
    users = {o.user_id: o.name for o in await scene.owners() if o.user_id} if wanted.histories else {}
    views = {
        r.id: RecordView(
            type=group.type.name,
            id=r.id,
            name=name_of(r),
            link=scene.link(group.type, r.id),
            values=values_of(r, wanted.shown, labels),
            related=tuple(linked[r.id] for linked in related if r.id in linked),
            history=history_of(r, wanted.histories, labels, users),
            updated_at=r.updated_at,
        )
        for r in records
    }
    for warning in dict.fromkeys(w for r in records for w in r.warnings):
        scene.note(clean(warning, most=200))
    return {word: [views[r.id] for r in found] for word, found in by_word.items()}


async def _wanted(scene: Scene, request: GetRequest, group: _Group) -> _Wanted:
    book = await scene.directory.book(group.type)
    shown = tuple(dict.fromkeys(book.column(f) for f in request.fields)) if request.fields else _details(book)
    histories = tuple(dict.fromkeys(book.named(h) for h in request.history))
    extra = [*group.type.title, *([group.key] if group.key else [])]
    names = [p.name for p in shown if p is not NAME] + [str(e) for e in extra]
    return _Wanted(shown, book.having(list(dict.fromkeys(names))), histories)


def _details(book: PropertyBook) -> tuple[Property, ...]:
    known = book.having(DETAILS.get(book.type.name, ()))
    if known:
        return known
    skipped = {*book.type.title, "hs_object_id"}
    return tuple(p for p in book.properties if not p.is_hidden and p.name not in skipped)[:MAX_FIELDS]


async def _records(scene: Scene, group: _Group, wanted: _Wanted) -> dict[str, list[Record]]:
    """Read the records of a group, by the caller's word."""
    if group.key == "domain" and group.type.name == COMPANIES.name:
        return await _by_domain(scene, group, wanted)
    objects = scene.hubspot.objects
    history = [p.name for p in wanted.histories]
    if len(group.words) == 1:
        word, value = group.words[0]
        try:
            record = await objects.read(
                group.type, value, properties=wanted.requested, id_property=group.key, history=history
            )
        except NotFoundError:
            return {}
        return {word: [record]}
    values = [value for _, value in group.words]
    records = await objects.read_many(
        group.type, values, properties=wanted.requested, id_property=group.key, history=history
    )
    by_value: dict[str, Record] = {}
    for record in records:
        for value in _values_of_key(record, group.key):
            by_value[value.casefold()] = record
    return {word: [by_value[v.casefold()]] for word, v in group.words if v.casefold() in by_value}


def _values_of_key(record: Record, key: PropertyName | None) -> list[str]:
    if key is None:
        return [record.id]
    value = str(record.properties.get(key) or "")
    return [value] if value else []


async def _by_domain(scene: Scene, group: _Group, wanted: _Wanted) -> dict[str, list[Record]]:
    values = sorted({value for _, value in group.words})
    operator = Operator.EQ if len(values) == 1 else Operator.IN
    asked = Search(group.type, ((Filter("domain", operator, tuple(values)),),), limit=2 * MAX_RECORDS)
    page = await scene.hubspot.objects.search(asked, properties=wanted.requested)
    by_domain: dict[str, list[Record]] = {}
    for record in page.records:
        by_domain.setdefault(str(record.properties.get(PropertyName("domain"))).casefold(), []).append(record)
    for domain, records in by_domain.items():
        if len(records) > 1:
            scene.note(f"{len(records)} companies have the domain {clean(domain, most=80)}: a domain is not unique.")
    return {word: by_domain[value] for word, value in group.words if value in by_domain}


async def _related(
    scene: Scene, request: GetRequest, type: ObjectType, ids: Sequence[RecordId]
) -> list[Mapping[RecordId, Related]]:
    types = [await scene.directory.type(word) for word in dict.fromkeys(request.associations)]
    most = max(1, min(_NAMES_EACH, _NAMES_TOGETHER // len(ids)))
    return await all_of([related_of(scene, type, ids, to_type, most=most) for to_type in types])

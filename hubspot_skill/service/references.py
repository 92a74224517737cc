"""Records named by id, address, email, domain or name.

An id or address is taken as it is, without asking HubSpot. An email is read as the contact's unique key, which is
immediate; a domain or name goes through HubSpot's search, which lags behind writes by seconds (what was written here
is remembered, see `recent`): exact first, and where nothing is exact, one near hit whose name holds every word. Several
hits are an error that names them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hubspot_skill.domain.errors import AmbiguousNameError, Candidate, InvalidInputError, NotFoundError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, NOTES, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.search import Filter, Operator, Search
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.service.cells import plain
from hubspot_skill.service.interpreter import Interpreter
from hubspot_skill.service.recent import Recent
from hubspot_skill.service.words.nearest import candidate, fold
from hubspot_skill.service.words.types import record_address

__all__ = [
    "Reference",
    "References",
    "candidate_of",
    "domain_of",
    "is_called",
    "is_domain",
    "is_email",
    "name_filters",
    "name_of",
    "telling",
]

_MOST = 6
_NAME_LENGTH = 80
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
_DETAILS = {"contacts": ("email", "company"), "companies": ("domain", "city"), "deals": ("amount", "closedate")}


@dataclass(frozen=True, slots=True)
class Reference:
    """A record that a word named; `name` is empty where HubSpot was not asked."""

    type: ObjectType
    id: RecordId
    name: str = ""


class References:
    """Finds the records that words of one request name."""

    def __init__(self, hubspot: HubSpot, interpreter: Interpreter, recent: Recent) -> None:
        self._hubspot = hubspot
        self._interpreter = interpreter
        self._recent = recent

    async def type_of(self, word: str, type_word: str) -> ObjectType:
        """Give the type of a record from its type's name, else from the form of the record's own word.

        Raises:
            InvalidInputError: no type was named and the word's form tells none, or its address is of another type.
        """
        address = record_address(word)
        if address is not None:
            its_type = await self._interpreter.directory.type(address.type)
            if type_word and (await self._interpreter.directory.type(type_word)).name != its_type.name:
                raise InvalidInputError(
                    f"{quote(word)} is the address of a record of {its_type.name}: expected {quote(type_word)}",
                    field="type",
                )
            return its_type
        if type_word:
            return await self._interpreter.directory.type(type_word)
        if is_email(word):
            return CONTACTS
        if is_domain(word):
            return COMPANIES
        raise InvalidInputError(
            f"the type of record {quote(word)} is not given",
            hint="Give `type` as well, such as contacts, companies or deals.",
            field="type",
        )

    async def id_in(self, type: ObjectType, word: str) -> RecordId | None:
        """Give the id that a word is, or that a record's address holds; None where it is another kind of name.

        Raises:
            InvalidInputError: the address is of another type or account.
        """
        text = word.strip()
        if re.fullmatch(r"[0-9]{1,20}", text):
            return RecordId(text)
        address = record_address(text)
        if address is None:
            return None
        await self.type_of(text, type.name)
        portal = (await self._interpreter.directory.account()).portal_id
        if address.portal_id != portal:
            raise InvalidInputError(
                f"{quote(text)} is of the account {address.portal_id}: this connection is to {portal}",
                hint="Give a record of this account, or connect the other account.",
            )
        return address.id

    async def find(self, type: ObjectType, word: str, *, near: bool = True) -> Reference:
        """Give the one record that a word names; `near` lets one similar name do where none is exact.

        Costs no request for an id or address, one for an email, a domain or an exact name, two for a near one.

        Raises:
            NotFoundError: nothing is called so.
            AmbiguousNameError: several records are.
        """
        if not word.strip():
            raise InvalidInputError(f"the name of a {type.singular} is empty", field=type.singular)
        known = await self.id_in(type, word)
        if known is not None:
            return Reference(type, known)
        if type.name == CONTACTS.name and is_email(word):
            return await self._by_email(word)
        found = await self._search(type, Search(type, groups=name_filters(type, word), limit=_MOST))
        fresh = [r for r in self._recent.of(type) if is_called(r, word)]
        exact = list({r.id: r for r in (*fresh, *found)}.values())
        if len(exact) > 1:
            raise self._ambiguous(type, word, exact)
        if exact:
            return self._found(type, word, exact[0])
        if not near:
            raise _missing(type, word, ())
        return await self._near(type, word)

    async def _by_email(self, word: str) -> Reference:
        email = PropertyName("email")
        props = await self._telling(CONTACTS)
        try:
            record = await self._hubspot.objects.read(
                CONTACTS, word.strip().lower(), properties=props, id_property=email
            )
        except NotFoundError as error:
            raise NotFoundError(
                f"no contact has the email {quote(word)}", hint="hubspot_search_contacts finds contacts by other words."
            ) from error
        return self._found(CONTACTS, word, record)

    async def _near(self, type: ObjectType, word: str) -> Reference:
        similar = await self._search(type, Search(type, text=word, limit=_MOST))
        wanted = set(fold(word).split())
        holding = [r for r in similar if wanted <= set(fold(name_of(r)).split()) or fold(word) in fold(name_of(r))]
        if len(holding) == 1:
            return self._found(type, word, holding[0])
        if holding:
            raise self._ambiguous(type, word, holding)
        raise _missing(type, word, similar)

    async def _search(self, type: ObjectType, search: Search) -> tuple[Record, ...]:
        return (await self._hubspot.objects.search(search, properties=await self._telling(type))).records

    async def _telling(self, type: ObjectType) -> tuple[Property, ...]:
        return (await self._interpreter.directory.book(type)).having(telling(type))

    def _found(self, type: ObjectType, word: str, record: Record) -> Reference:
        name = name_of(record)
        self._interpreter.note(type.singular, word, name, record.id)
        return Reference(type, record.id, name)

    def _ambiguous(self, type: ObjectType, word: str, records: Sequence[Record]) -> AmbiguousNameError:
        count = f"{len(records)} or more" if len(records) >= _MOST else str(len(records))
        return AmbiguousNameError(
            f"{count} {type.name} fit {quote(word)}",
            hint=f"Name the {type.singular} by its id.",
            candidates=[candidate_of(r) for r in records],
        )


def telling(type: ObjectType) -> tuple[str, ...]:
    """Name the properties that tell a record from others of its name."""
    return (*type.title, *_DETAILS.get(type.name, ()))


def name_of(record: Record) -> str:
    """Give a record's own name from its title properties, else what identifies it, else its id."""
    told = [str(record.properties[t]) for t in record.type.title if record.properties.get(t)]
    words = [clean(plain(t) if record.type.name == NOTES.name else t) for t in told]
    if not words:
        words = [clean(str(v)) for n in ("email", "domain") if (v := record.properties.get(PropertyName(n)))][:1]
    return clean(" ".join(words), most=_NAME_LENGTH) or f"{record.type.singular} {record.id}"


def candidate_of(record: Record) -> Candidate:
    """Give a record as a candidate: id, name and what tells it from others."""
    shown = [record.properties.get(PropertyName(n)) for n in _DETAILS.get(record.type.name, ())]
    told = [str(v.date()) if isinstance(v, datetime) else str(v) for v in shown if v is not None]
    return candidate(record.id, name_of(record), ", ".join(told))


def is_called(record: Record, word: str) -> bool:
    """Tell whether a record's name, or a company's domain, is the word."""
    title = " ".join(str(v) for t in record.type.title if (v := record.properties.get(t)))
    domain = record.properties.get(PropertyName("domain")) if record.type.name == COMPANIES.name else None
    return fold(title) == fold(word) or (domain is not None and str(domain) == domain_of(word))


def is_email(word: str) -> bool:
    """True where a word has the form of one email address."""
    return _EMAIL.fullmatch(word.strip()) is not None


def is_domain(word: str) -> bool:
    """True where a word has the form of a domain name."""
    return _DOMAIN.fullmatch(word.strip()) is not None


def domain_of(text: str) -> str:
    """Give the domain of a web address or domain as HubSpot keeps it: lower case, no scheme, no www, no path."""
    bare = re.sub(r"^[a-z]+://", "", text.strip().lower())
    return re.split(r"[/?#:]", bare, maxsplit=1)[0].removeprefix("www.")


def name_filters(type: ObjectType, word: str) -> tuple[tuple[Filter, ...], ...]:
    """Give the groups of filters that hold exactly for records of this name (or domain, or contact's full name)."""
    name = " ".join(word.split())
    if type.name == COMPANIES.name and is_domain(name):
        return ((_equal("domain", domain_of(name)),), (_equal("name", name),))
    if type.name != CONTACTS.name:
        return ((_equal(type.title[0], name),),)
    words = name.split(" ")
    cuts = range(1, min(len(words), 4))
    full = tuple((_equal("firstname", " ".join(words[:c])), _equal("lastname", " ".join(words[c:]))) for c in cuts)
    return (*full, (_equal("lastname", name),), (_equal("firstname", name),)) if len(words) == 1 else full


def _equal(name: str, value: str) -> Filter:
    return Filter(name, Operator.EQ, (value,))


def _missing(type: ObjectType, word: str, similar: Sequence[Record]) -> NotFoundError:
    return NotFoundError(
        f"no {type.singular} is called {quote(word)}",
        hint=("Take one of the candidates, or name it" if similar else "Name it")
        + " by id; a record of the last seconds is found by its id only.",
        candidates=[candidate_of(r) for r in similar[:5]],
    )

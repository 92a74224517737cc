"""What one account looks like, kept for minutes: its properties, pipelines, owners, types, labels, zone and token.

Schema changes rarely and costs a request each time, so it is kept for five minutes by a monotonic clock, and read once
at a time however many ask. A word that is not in what was kept may be new: `renew` lets what is older than some seconds
be read again, and the use case tries once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from hubspot_skill.domain.errors import InvalidInputError, MissingScopesError
from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.schema import Account, AssociationLabel, CustomType, Owner, Pipeline, PropertyGroup
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.token_facts import TokenFacts
from hubspot_skill.service.together import three
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property
from hubspot_skill.service.words.types import custom_object_type, object_type, standard_type

__all__ = ["KEPT_S", "Directory", "Kept"]

KEPT_S = 300.0
_STALE_AFTER_S = 5.0
_WITHOUT = frozenset({"contacts", "companies"})

T = TypeVar("T")


class Kept(Generic[T]):
    """One thing of the account, read when first asked for and again when it is too old."""

    def __init__(self, read: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value: tuple[T, float] | None = None

    @property
    def is_known(self) -> bool:
        """True where `get` would not have to read."""
        return self._value is not None and self._clock.monotonic() - self._value[1] < KEPT_S

    async def get(self) -> T:
        """Give it, read at most once at a time."""
        async with self._lock:
            if self._value is None or not self.is_known:
                value = await self._read()
                self._value = (value, self._clock.monotonic())
            return self._value[0]

    def renew(self) -> bool:
        """Let it be read again, unless it was read seconds ago; True if so."""
        if self._value is None or self._clock.monotonic() - self._value[1] < _STALE_AFTER_S:
            return False
        self._value = None
        return True


class Directory:
    """The kept schema of one account."""

    def __init__(self, hubspot: HubSpot, clock: Clock) -> None:
        self._hubspot = hubspot
        self._clock = clock
        self._account = Kept(hubspot.accounts.details, clock)
        self._token = Kept(hubspot.accounts.introspect, clock)
        self._owners = Kept(self._read_owners, clock)
        self._custom_types = Kept(hubspot.schema.custom_types, clock)
        self._books: dict[str, Kept[PropertyBook]] = {}
        self._pipelines: dict[str, Kept[tuple[Pipeline, ...]]] = {}
        self._groups: dict[str, Kept[tuple[PropertyGroup, ...]]] = {}
        self._labels: dict[tuple[str, str], Kept[tuple[AssociationLabel, ...]]] = {}

    async def account(self) -> Account:
        """Give the account's own facts."""
        return await self._account.get()

    async def token(self) -> TokenFacts:
        """Give what can be known about the token."""
        return await self._token.get()

    async def owners(self) -> tuple[Owner, ...]:
        """Give all owners, deactivated ones too.

        Raises:
            MissingScopesError: the token may not read them; that is kept as well.
        """
        found = await self._owners.get()
        if isinstance(found, MissingScopesError):
            raise MissingScopesError(found.message, hint=found.hint, scopes=found.scopes)
        return found

    async def custom_types(self) -> tuple[CustomType, ...]:
        """Give the account's own object types; none where the token may not read them."""
        try:
            return await self._custom_types.get()
        except MissingScopesError:
            return ()

    async def type(self, word: str) -> ObjectType:
        """Give the object type that a word names, asking HubSpot only where it is not one of its own."""
        return standard_type(word) or object_type(word, await self.custom_types())

    async def all_types(self) -> tuple[ObjectType, ...]:
        """Give the account's own object types as object types."""
        return tuple(custom_object_type(t) for t in await self.custom_types())

    async def book(self, type: ObjectType) -> PropertyBook:
        """Give the properties of a type."""

        async def read() -> PropertyBook:
            return PropertyBook(type, await self._hubspot.schema.properties(type))

        return await self._books.setdefault(type.name, Kept(read, self._clock)).get()

    async def pipelines(self, type: ObjectType) -> tuple[Pipeline, ...]:
        """Give the pipelines of a type; none, without asking, where its properties have no place for one."""
        if type.is_activity or type.name in _WITHOUT or (await self.book(type)).get(pipeline_property(type)) is None:
            return ()
        kept = self._pipelines.setdefault(type.name, Kept(lambda: self._hubspot.schema.pipelines(type), self._clock))
        return await kept.get()

    async def groups(self, type: ObjectType) -> tuple[PropertyGroup, ...]:
        """Give the headings that the properties of a type stand under, in HubSpot's order."""
        kept = self._groups.setdefault(type.name, Kept(lambda: self._hubspot.schema.groups(type), self._clock))
        return tuple(sorted(await kept.get(), key=lambda group: (group.order < 0, group.order)))

    async def warm(self, type: ObjectType) -> None:
        """Read at once what showing records of a type needs and is not known: its properties, pipelines, the owners."""
        book, pipelines = self._books.get(type.name), self._pipelines.get(type.name)
        is_known = book is not None and book.is_known and (pipelines is None or pipelines.is_known)
        if not is_known or not self._owners.is_known:
            await three(self.book(type), self.pipelines(type), self.readable_owners())

    async def readable_owners(self) -> tuple[Owner, ...] | None:
        """Give the owners, None where the token may not read them."""
        found = await self._owners.get()
        return None if isinstance(found, MissingScopesError) else found

    async def labels(self, from_type: ObjectType, to_type: ObjectType) -> tuple[AssociationLabel, ...]:
        """Give the ways in which two types can be linked."""
        key = (from_type.name, to_type.name)
        read = lambda: self._hubspot.associations.labels(from_type, to_type)  # noqa: E731
        return await self._labels.setdefault(key, Kept(read, self._clock)).get()

    async def me(self) -> Owner:
        """Give the owner that the token stands for.

        Raises:
            InvalidInputError: the token stands for nobody, or its user owns nothing here.
        """
        facts = await self.token()
        if facts.user_id is None:
            raise InvalidInputError(
                '"me" is unknown: this connection uses a static token, which belongs to the account and to no user',
                hint="Give an owner's name, email or id instead.",
                field="owner",
            )
        found = [o for o in await self.owners() if o.user_id == facts.user_id]
        if not found:
            raise InvalidInputError(
                f'"me" is unknown: the user {facts.user_id} of this connection is no owner in the account',
                hint="Give an owner's name, email or id instead.",
                field="owner",
            )
        return found[0]

    async def _read_owners(self) -> tuple[Owner, ...] | MissingScopesError:
        try:
            return await self._hubspot.schema.owners()
        except MissingScopesError as error:
            return error

    def renew(self) -> bool:
        """Let what was read more than seconds ago be read again; False where nothing was that old."""
        kept = [self._owners, self._custom_types, self._account, self._token]
        everything = [
            *kept,
            *self._books.values(),
            *self._pipelines.values(),
            *self._labels.values(),
            *self._groups.values(),
        ]
        return sum(k.renew() for k in everything) > 0

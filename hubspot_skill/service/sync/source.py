"""What sync reads of an account, and with which properties: the adapter on one side, the mirror on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import MissingScopesError, NotFoundError
from hubspot_skill.domain.names import STANDARD_TYPES, ObjectType
from hubspot_skill.domain.schema import Pipeline, Property
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.mirror.forms import Held
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.links import PAIRS
from hubspot_skill.mirror.rows import RowMaker
from hubspot_skill.mirror.structure import put_account, put_owners, put_pipelines, put_properties

__all__ = ["OBJECTS", "PIPED", "Source", "read_structure"]

_FIRST = ("deal", "company", "contact")
OBJECTS: dict[str, ObjectType] = {
    type.singular: type
    for type in sorted(STANDARD_TYPES, key=lambda t: _FIRST.index(t.singular) if t.singular in _FIRST else len(_FIRST))
}
"""The object types that are mirrored, by the object names of the mirror, in the order in which they are read."""
PIPED = ("deal", "ticket")
_SEARCH_ROOM = 1_500
"""Characters for the names of properties in a search; the adapter splits longer ones (see `hubspot.objects`)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One account as sync reads it: for each readable object, its properties to ask for and how rows are made."""

    hubspot: HubSpot
    properties: Mapping[str, Sequence[Property]]
    lean: Mapping[str, Sequence[Property]]
    """What a search asks for: without the dates of deal stages, which come with the history."""
    makers: Mapping[str, RowMaker]

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects that the token may read."""
        return tuple(self.makers)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of objects whose links can be read."""
        return tuple(pair for pair in PAIRS if pair[0] in self.makers and pair[1] in self.makers)

    def is_searchable(self, object: str) -> bool:
        """True where a search can ask for every property at once; else it would cost requests of the burst limit."""
        return sum(len(prop.name) + 3 for prop in self.lean[object]) <= _SEARCH_ROOM


async def read_structure(hubspot: HubSpot, lease: Lease) -> Source:
    """Read what the account looks like into the mirror, and give what to read of it; about 25 requests.

    An object that the token may not read is left out.
    """
    mirror = lease.mirror
    account = await hubspot.accounts.details()
    definitions: dict[str, tuple[Property, ...]] = {}
    for object, type in OBJECTS.items():
        try:
            definitions[object] = await hubspot.schema.properties(type)
        except (MissingScopesError, NotFoundError):
            continue
    pipelines = {object: await hubspot.schema.pipelines(OBJECTS[object]) for object in PIPED if object in definitions}
    try:
        owners = await hubspot.schema.owners()
    except MissingScopesError:
        owners = ()

    async def work(connection: AsyncConnection) -> None:
        await put_account(connection, mirror, account)
        for object, found in pipelines.items():
            await put_pipelines(connection, mirror, object, found)
        await put_owners(connection, mirror, owners)
        for object, found in definitions.items():
            await put_properties(connection, mirror, object, found)

    await lease.write(work)
    makers: dict[str, RowMaker] = {}
    properties: dict[str, Sequence[Property]] = {}
    lean: dict[str, Sequence[Property]] = {}
    for object, found in definitions.items():
        chosen = [Held(name, held.form) for name, held in (await mirror.columns(object)).items() if held.is_chosen]
        maker = RowMaker(
            object,
            account.currency,
            tuple(chosen),
            _stages(object, found, pipelines),
            chosen_apart=mirror.is_postgres,
        )
        known = {prop.name: prop for prop in found}
        properties[object] = [known[name] for name in maker.wanted if name in known]
        short = replace(maker, stages=()) if object == "deal" else maker
        lean[object] = [known[name] for name in short.wanted if name in known]
        makers[object] = maker
    return Source(hubspot, properties, lean, makers)


def _stages(
    object: str, properties: Sequence[Property], pipelines: Mapping[str, Sequence[Pipeline]]
) -> tuple[str, ...]:
    """Give the stages whose dates are read: of deals those of their pipelines, of contacts the lifecycle's."""
    if object == "deal":
        return tuple(dict.fromkeys(s.id for p in pipelines.get("deal", ()) for s in p.stages))
    if object == "contact":
        return next((tuple(o.value for o in p.options) for p in properties if p.name == "lifecyclestage"), ())
    return ()

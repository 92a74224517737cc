"""Reads what an account's CRM looks like: properties, pipelines, owners, custom object types.

Follows developers.hubspot.com/docs/api-reference/latest/crm (properties, pipelines, owners, schemas; read 2026-11-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.schema import CustomType, Owner, Pipeline, Property
from hubspot_skill.hubspot.calls import Call, Caller
from hubspot_skill.hubspot.wire.paths import Paths, query
from hubspot_skill.hubspot.wire.schema import read_custom_types, read_owners, read_pipelines, read_properties

__all__ = ["SchemaCalls"]

OWNERS_PAGE = 100


@dataclass(frozen=True, slots=True)
class SchemaCalls:
    """The definitions of one account's CRM."""

    caller: Caller
    paths: Paths

    async def properties(self, type: ObjectType) -> tuple[Property, ...]:
        """Give every property of a type, hundreds of them; 1 request. Sensitive ones are not among them."""
        call = Call("GET", self.paths.properties(type), f"the properties of {type.name}")
        return await self.caller.json(call, read_properties)

    async def pipelines(self, type: ObjectType) -> tuple[Pipeline, ...]:
        """Give a type's pipelines with their stages, in display order; 1 request."""
        call = Call("GET", self.paths.pipelines(type), f"the pipelines of {type.name}")
        return await self.caller.json(call, read_pipelines)

    async def owners(self) -> tuple[Owner, ...]:
        """Give every owner, active first, then deactivated ones to whom records may still point; 1 request per 100 each."""
        return (*await self._owners(is_active=True), *await self._owners(is_active=False))

    async def custom_types(self) -> tuple[CustomType, ...]:
        """Give the account's own object types; 1 request."""
        return await self.caller.json(
            Call("GET", self.paths.custom_types, "the custom object types"), read_custom_types
        )

    async def _owners(self, *, is_active: bool) -> list[Owner]:
        owners: list[Owner] = []
        after: str | None = None
        while True:
            path = query(self.paths.owners, limit=OWNERS_PAGE, after=after, archived=not is_active)
            found, after = await self.caller.json(
                Call("GET", path, "the owners"), lambda value: read_owners(value, is_active=is_active)
            )
            owners += found
            if after is None:
                return owners

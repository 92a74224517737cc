"""What an account allows of a type, from what is kept of it, in the form that the room `changes` checks by."""

from __future__ import annotations

from collections.abc import Iterable

from hubspot_skill.changes.checks import TypeSchema
from hubspot_skill.domain.names import DEALS, ObjectType, PropertyName
from hubspot_skill.service.connection import Scene

__all__ = ["schema_of", "schemas_of"]

_REQUIRED = {DEALS.name: (PropertyName("dealname"), PropertyName("dealstage"))}


async def schema_of(scene: Scene, type: ObjectType) -> TypeSchema:
    """Give a type's schema; no request where the account's was kept."""
    book = await scene.directory.book(type)
    pipelines = await scene.directory.pipelines(type)
    required = _REQUIRED.get(type.name, ())
    for custom in await scene.directory.custom_types() if type.is_custom else ():
        if custom.type_id == type.type_id:
            required = custom.required
    return TypeSchema(type, {p.name: p for p in book.properties}, pipelines, required)


async def schemas_of(scene: Scene, types: Iterable[ObjectType]) -> dict[str, TypeSchema]:
    """Give the schemas of types by name."""
    return {name: await schema_of(scene, type) for name, type in {type.name: type for type in types}.items()}

"""Reads and changes what an account's CRM looks like: properties, groups, pipelines, stages; reads owners, custom types.

Follows developers.hubspot.com/docs/api-reference/latest/crm (properties, pipelines, owners, schemas; read 2026-11-23).
Every write is 1 request and may end in `OutcomeUnknownError`; a changed definition is to be read only some 700 ms later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import CustomType, Option, Owner, Pipeline, Property, PropertyGroup, Stage
from hubspot_skill.hubspot.calls import Call, Caller, Endpoint
from hubspot_skill.hubspot.wire.paths import Paths, query
from hubspot_skill.hubspot.wire.schema import (
    group_body,
    options_body,
    pipeline_body,
    property_body,
    read_custom_types,
    read_group,
    read_groups,
    read_owners,
    read_pipeline,
    read_pipelines,
    read_properties,
    read_property,
    read_stage,
    stage_body,
)

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

    async def property(self, type: ObjectType, name: str) -> Property:
        """Give one property's definition; 1 request.

        Raises:
            NotFoundError: there is none of that name, or it is archived.
        """
        call = Call("GET", self.paths.properties(type, name), _property_of(type, name))
        return await self.caller.json(call, read_property)

    async def groups(self, type: ObjectType) -> tuple[PropertyGroup, ...]:
        """Give the groups of a type's properties; 1 request."""
        call = Call("GET", self.paths.groups(type), f"the property groups of {type.name}")
        return await self.caller.json(call, read_groups)

    async def create_property(self, type: ObjectType, prop: Property) -> Property:
        """Make a property; an archived one of that name comes back with its values.

        Raises:
            AlreadyExistsError: the name is taken.
            RejectedValueError: HubSpot refused the definition, such as an eleventh unique property.
        """
        call = _write("POST", self.paths.properties(type), _property_of(type, prop.name), property_body(prop))
        return await self.caller.json(call, read_property)

    async def update_property(
        self,
        type: ObjectType,
        name: PropertyName,
        *,
        label: str | None = None,
        description: str | None = None,
        group: str | None = None,
        options: Sequence[Option] | None = None,
        is_hidden: bool | None = None,
    ) -> Property:
        """Change what is given of a property; `options` is the whole list, and an option that is left out is gone."""
        given = {
            "label": label,
            "description": description,
            "groupName": group,
            "options": None if options is None else options_body(options),
            "hidden": is_hidden,
        }
        body = {key: value for key, value in given.items() if value is not None}
        call = _write("PATCH", self.paths.properties(type, name), _property_of(type, name), body)
        return await self.caller.json(call, read_property)

    async def archive_property(self, type: ObjectType, name: str) -> None:
        """Put a property away; making one of the same name brings it back with its values. An absent one is no error.

        Raises:
            RejectedValueError: something uses it.
        """
        await self.caller.done(_removal(self.paths.properties(type, name), _property_of(type, name)))

    async def create_group(self, type: ObjectType, group: PropertyGroup) -> PropertyGroup:
        """Make a group of properties."""
        call = _write("POST", self.paths.groups(type), f"the property group {group.name}", group_body(group))
        return await self.caller.json(call, read_group)

    async def update_group(self, type: ObjectType, group: PropertyGroup) -> PropertyGroup:
        """Set the label and place of a group."""
        body = {"label": group.label, "displayOrder": group.order}
        call = _write("PATCH", self.paths.groups(type, group.name), f"the property group {group.name}", body)
        return await self.caller.json(call, read_group)

    async def delete_group(self, type: ObjectType, name: str) -> None:
        """Take a group without properties away. An absent one is no error."""
        await self.caller.done(_removal(self.paths.groups(type, name), f"the property group {name}"))

    async def create_pipeline(self, type: ObjectType, pipeline: Pipeline) -> Pipeline:
        """Make a pipeline with its stages; the answer has the ids that HubSpot gave."""
        target = f"the pipeline {pipeline.label} of {type.name}"
        call = _write("POST", self.paths.pipelines(type), target, pipeline_body(type, pipeline))
        return await self.caller.json(call, read_pipeline)

    async def update_pipeline(self, type: ObjectType, id: str, *, label: str, order: int) -> Pipeline:
        """Set the label and place of a pipeline."""
        body = {"label": label, "displayOrder": order}
        call = _write("PATCH", self.paths.pipelines(type, id), f"the pipeline {id} of {type.name}", body)
        return await self.caller.json(call, read_pipeline)

    async def delete_pipeline(self, type: ObjectType, id: str) -> None:
        """Take a pipeline away for good, if no record is in it.

        Raises:
            RejectedValueError: a record is in one of its stages.
        """
        path = query(self.paths.pipelines(type, id), validateReferencesBeforeDelete=True)
        await self.caller.done(_removal(path, f"the pipeline {id} of {type.name}"))

    async def create_stage(self, type: ObjectType, pipeline_id: str, stage: Stage) -> Stage:
        """Make a stage in a pipeline; the answer has the id that HubSpot gave."""
        target = f"the stage {stage.label} of pipeline {pipeline_id}"
        call = _write("POST", self.paths.stages(type, pipeline_id), target, stage_body(type, stage))
        return await self.caller.json(call, read_stage)

    async def update_stage(self, type: ObjectType, pipeline_id: str, stage: Stage) -> Stage:
        """Set the label, place and probability of a stage."""
        target = f"the stage {stage.id} of pipeline {pipeline_id}"
        call = _write("PATCH", self.paths.stages(type, pipeline_id, stage.id), target, stage_body(type, stage))
        return await self.caller.json(call, read_stage)

    async def delete_stage(self, type: ObjectType, pipeline_id: str, id: str) -> None:
        """Take a stage away for good, if no record is in it.

        Raises:
            RejectedValueError: a record is in it, or it is the last one of its pipeline.
        """
        path = query(self.paths.stages(type, pipeline_id, id), validateReferencesBeforeDelete=True)
        await self.caller.done(_removal(path, f"the stage {id} of pipeline {pipeline_id}"))

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


def _property_of(type: ObjectType, name: str) -> str:
    return f"the property {name} of {type.name}"


def _write(method: str, path: str, target: str, body: Mapping[str, object]) -> Call:
    return Call(method, path, target, body=to_json(body), endpoint=Endpoint.WRITE, is_write=True)


def _removal(path: str, target: str) -> Call:
    return Call("DELETE", path, target, endpoint=Endpoint.WRITE, is_write=True, has_answer=False)

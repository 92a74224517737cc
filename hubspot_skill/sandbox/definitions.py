"""Keeps what may change about an account's schema: properties, groups, pipelines, owners, association types.

Its own module because these are few, live in memory as plain values, and every family asks for them; `revision` moves
with every change, so that whoever derives something from them knows when to derive it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hubspot_skill.sandbox.catalogue.deals import stage_properties
from hubspot_skill.sandbox.object_types import ObjectType, ObjectTypes
from hubspot_skill.sandbox.seed import (
    AssociationTypeSeed,
    OptionSeed,
    OwnerSeed,
    PipelineSeed,
    PortalSeed,
    PropertyGroupSeed,
    PropertySeed,
    StageSeed,
)

__all__ = ["Definitions", "PipelineEvent"]


@dataclass(frozen=True, slots=True)
class PipelineEvent:
    """One entry of a pipeline's audit: what was done to the pipeline or stage `identifier`, and how it looked after."""

    identifier: str
    action: str
    at_ms: int
    user_id: int | None
    pipeline: PipelineSeed | None
    message: str | None = None


@dataclass(slots=True)
class Definitions:
    """The schema of one account as it is now; every `set_…` and `remove_…` changes it."""

    types: ObjectTypes
    properties: dict[str, dict[str, PropertySeed]]
    groups: dict[str, dict[str, PropertyGroupSeed]]
    pipelines: dict[str, dict[str, PipelineSeed]]
    owners: dict[int, OwnerSeed]
    association_types: list[AssociationTypeSeed]
    archived_properties: dict[str, dict[str, tuple[PropertySeed, int]]] = field(
        default_factory=dict[str, "dict[str, tuple[PropertySeed, int]]"]
    )
    events: list[PipelineEvent] = field(default_factory=list[PipelineEvent])
    revision: int = 0

    @classmethod
    def of(cls, seed: PortalSeed) -> Definitions:
        """Return the schema that an account starts with."""
        types = ObjectTypes(seed.custom_schema)
        return cls(
            types,
            {each.name: {p.name: p for p in seed.properties.get(each.name, ())} for each in types.all},
            {each.name: {g.name: g for g in seed.property_groups.get(each.name, ())} for each in types.all},
            {name: {p.id: p for p in pipelines} for name, pipelines in seed.pipelines.items()},
            {owner.id: owner for owner in seed.owners},
            list(seed.association_types),
        )

    def property(self, object_type: ObjectType, name: str) -> PropertySeed | None:
        """Return a property's definition as it is now, or None; stages and owners are its options where they are."""
        found = self.properties[object_type.name].get(name)
        if found is None or object_type.pipeline is None or name not in object_type.pipeline:
            return found
        return replace(found, options=self._pipeline_options(object_type, stages=name == object_type.pipeline[1]))

    def set_property(self, object_type: ObjectType, definition: PropertySeed) -> None:
        """Add a property or put another definition in its place."""
        self.properties[object_type.name][definition.name] = definition
        self.archived_properties.setdefault(object_type.name, {}).pop(definition.name, None)
        self.revision += 1

    def archive_property(self, object_type: ObjectType, name: str, at_ms: int) -> None:
        """Take a property out of use; its values stay in the store."""
        definition = self.properties[object_type.name].pop(name)
        self.archived_properties.setdefault(object_type.name, {})[name] = (definition, at_ms)
        self.revision += 1

    def stages(self, object_type: ObjectType) -> dict[str, tuple[PipelineSeed, StageSeed]]:
        """Return every stage of a type by its id, with its pipeline."""
        return {
            stage.id: (pipeline, stage)
            for pipeline in self.pipelines.get(object_type.name, {}).values()
            for stage in pipeline.stages
        }

    def set_pipeline(self, object_type: ObjectType, pipeline: PipelineSeed, event: PipelineEvent) -> None:
        """Add a pipeline or put another state of it in its place, and note the event; stages of deals have properties."""
        self.pipelines.setdefault(object_type.name, {})[pipeline.id] = pipeline
        if object_type.name == "deals":
            for definition in stage_properties((pipeline,)):
                dated = replace(definition, created_ms=pipeline.updated_ms, updated_ms=pipeline.updated_ms)
                self.properties[object_type.name].setdefault(definition.name, dated)
        self.events.append(event)
        self.revision += 1

    def remove_pipeline(self, object_type: ObjectType, pipeline_id: str, event: PipelineEvent) -> None:
        """Take a pipeline away with its stages, and note the event."""
        del self.pipelines[object_type.name][pipeline_id]
        self.events.append(event)
        self.revision += 1

    def link_types(self, from_type: str, to_type: str) -> list[AssociationTypeSeed]:
        """Return the association types of one direction between two types."""
        return [each for each in self.association_types if each.from_type == from_type and each.to_type == to_type]

    def link_type(self, from_type: str, to_type: str, type_id: int) -> AssociationTypeSeed | None:
        """Return one association type of a direction, or None."""
        return next((each for each in self.link_types(from_type, to_type) if each.type_id == type_id), None)

    def unlabelled(self, from_type: str, to_type: str) -> AssociationTypeSeed | None:
        """Return the association type without a label of a direction, or None if the two cannot be joined."""
        return next((each for each in self.link_types(from_type, to_type) if each.label is None), None)

    def _pipeline_options(self, object_type: ObjectType, *, stages: bool) -> tuple[OptionSeed, ...]:
        pipelines = self.pipelines.get(object_type.name, {}).values()
        if not stages:
            return tuple(OptionSeed(each.label, each.id, each.display_order) for each in pipelines)
        return tuple(
            OptionSeed(f"{stage.label} ({pipeline.label})", stage.id, order)
            for order, (pipeline, stage) in enumerate(
                (pipeline, stage) for pipeline in pipelines for stage in pipeline.stages
            )
        )

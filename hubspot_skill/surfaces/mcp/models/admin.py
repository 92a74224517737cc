"""The arguments of the toolset `admin`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hubspot_skill.service.definitions.requests import (
    CampaignAction,
    CampaignPlanRequest,
    Holds,
    PipelineAction,
    PipelineRequest,
    PropertyAction,
    PropertyRequest,
    ReferenceRequest,
    StageWords,
)
from hubspot_skill.surfaces.mcp.models.words import Name, Names
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["PlanCampaign", "PlanPipeline", "PlanProperty", "PlanReference"]

Probability = Annotated[float | None, Field(ge=0, le=1, description="Deals; 0 and 1 close")]
Closed = Annotated[bool | None, Field(description="Not for deals")]


class PlanProperty(Arguments):
    """Arguments of hubspot_plan_property."""

    action: PropertyAction
    type: Name
    property: Annotated[Name, Field(description="Name or label; of a new one the label")]
    label: Name | None = None
    holds: Annotated[Holds, Field(description="For a new one")] = Holds.TEXT
    group: Name | None = None
    description: Name | None = None
    add_options: Annotated[Names, Field(description="Label, or value=label")] = ()
    remove_options: Names = ()
    hidden: bool | None = None
    unique: Annotated[bool, Field(description="For a new one")] = False

    def request(self) -> PropertyRequest:
        """Give what the service plans."""
        return PropertyRequest(
            action=self.action,
            type=self.type,
            property=self.property,
            label=self.label,
            holds=self.holds,
            group=self.group,
            description=self.description,
            add_options=self.add_options,
            remove_options=self.remove_options,
            is_hidden=self.hidden,
            is_unique=self.unique,
        )


class Stage(BaseModel):
    """A stage to make."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    label: Name
    probability: Probability = None
    closed: Closed = None

    def words(self) -> StageWords:
        """Give the stage as the service takes it."""
        return StageWords(self.label, self.probability, self.closed)


class PlanPipeline(Arguments):
    """Arguments of hubspot_plan_pipeline."""

    action: PipelineAction
    type: Annotated[Name, Field(description="deals or tickets")]
    pipeline: Annotated[Name, Field(description="Name or id; of a new one the label")]
    label: Annotated[Name | None, Field(description="New label")] = None
    stages: Annotated[tuple[Stage, ...], Field(max_length=100, description="For create and add_stage")] = ()
    stage: Annotated[Name, Field(description="Name or id")] = ""
    probability: Probability = None
    closed: Closed = None

    def request(self) -> PipelineRequest:
        """Give what the service plans."""
        return PipelineRequest(
            action=self.action,
            type=self.type,
            pipeline=self.pipeline,
            label=self.label,
            stages=tuple(stage.words() for stage in self.stages),
            stage=self.stage,
            probability=self.probability,
            is_closed=self.closed,
        )


class PlanCampaign(Arguments):
    """Arguments of hubspot_plan_campaign."""

    action: CampaignAction
    campaign: Annotated[Name, Field(description="Name or id; of a new one the name")]
    name: Annotated[Name | None, Field(description="New name")] = None
    start_date: Name | None = None
    end_date: Name | None = None
    status: Name | None = None
    audience: Name | None = None
    goal: Name | None = None
    notes: Name | None = None

    def request(self) -> CampaignPlanRequest:
        """Give what the service plans."""
        return CampaignPlanRequest(
            action=self.action,
            campaign=self.campaign,
            name=self.name,
            start_date=self.start_date,
            end_date=self.end_date,
            status=self.status,
            audience=self.audience,
            goal=self.goal,
            notes=self.notes,
        )


class PlanReference(Arguments):
    """Arguments of hubspot_plan_reference."""

    types: Annotated[Names, Field(description="Contacts, companies and deals by default")] = ()
    plain: Annotated[bool, Field(description="Not unique, where HubSpot refused that")] = False

    def request(self) -> ReferenceRequest:
        """Give what the service plans."""
        return ReferenceRequest(types=self.types, is_plain=self.plain)

"""What requests write about campaigns and pipelines; each becomes a plan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.definitions.requests import (
    CampaignAction,
    CampaignPlanRequest,
    PipelineAction,
    PipelineRequest,
    StageWords,
)
from hubspot_skill.surfaces.rest.models.queries import Text
from hubspot_skill.surfaces.rest.operations import Closed

__all__ = ["CampaignBody", "CampaignChangeBody", "PipelineBody", "PipelineChangeBody", "StageBody"]

MAX_STAGES = 100


class CampaignChangeBody(Closed):
    """What to change of a campaign; what is not given stays."""

    name: Text | None = None
    start_date: Text | None = Field(default=None, description="A day, in words or ISO.")
    end_date: Text | None = Field(default=None, description="A day, in words or ISO.")
    status: Text | None = Field(default=None, description="planned, in_progress, active, paused or completed.")
    audience: Text | None = None
    goal: Text | None = None
    notes: Text | None = None

    def request(self, action: CampaignAction, campaign: str) -> CampaignPlanRequest:
        """Give the plan that the service makes."""
        return CampaignPlanRequest(
            action=action,
            campaign=campaign,
            name=self.name if action is CampaignAction.UPDATE else None,
            start_date=self.start_date,
            end_date=self.end_date,
            status=self.status,
            audience=self.audience,
            goal=self.goal,
            notes=self.notes,
        )


class CampaignBody(CampaignChangeBody):
    """A campaign to create."""

    name: Text = Field(min_length=1)  # pyright: ignore[reportIncompatibleVariableOverride] - required of a new one


class StageBody(Closed):
    """A stage: its name, and its probability of winning (deals) or whether it is closed (any other type)."""

    name: Text = Field(min_length=1)
    probability: float | None = Field(default=None, ge=0, le=1)
    is_closed: bool | None = None

    def stage(self) -> StageWords:
        """Give the stage that the service plans."""
        return StageWords(self.name, self.probability, self.is_closed)


Stages = Annotated[tuple[StageBody, ...], Field(max_length=MAX_STAGES)]


class PipelineBody(Closed):
    """A pipeline to create, with its stages in order."""

    name: Text = Field(min_length=1)
    stages: Stages = Field(min_length=1)

    def request(self, type: str) -> PipelineRequest:
        """Give the plan that the service makes."""
        stages = tuple(stage.stage() for stage in self.stages)
        return PipelineRequest(action=PipelineAction.CREATE, type=type, pipeline=self.name, stages=stages)


class PipelineChangeBody(Closed):
    """One change of a pipeline: a new name, stages to add, or a stage to change or delete."""

    name: Text | None = Field(default=None, description="The pipeline's new name.")
    add_stages: Stages = ()
    stage: Text = Field(default="", description="The stage to change, by name or id.")
    stage_name: Text | None = Field(default=None, description="The stage's new name.")
    probability: float | None = Field(default=None, ge=0, le=1)
    is_closed: bool | None = None
    delete_stage: Text = Field(default="", description="The stage to delete, by name or id.")

    def request(self, type: str, pipeline: str) -> PipelineRequest:
        """Give the plan that the service makes.

        Raises:
            InvalidInputError: none or several changes were given.
        """
        asked = [
            action
            for action, is_asked in (
                (PipelineAction.RENAME, self.name is not None),
                (PipelineAction.ADD_STAGE, bool(self.add_stages)),
                (PipelineAction.UPDATE_STAGE, bool(self.stage)),
                (PipelineAction.DELETE_STAGE, bool(self.delete_stage)),
            )
            if is_asked
        ]
        if len(asked) != 1:
            raise InvalidInputError(
                f"{len(asked)} changes of a pipeline were given: expected one",
                hint="Give one of name, add_stages, stage and delete_stage.",
            )
        return PipelineRequest(
            action=asked[0],
            type=type,
            pipeline=pipeline,
            label=self.name if asked[0] is PipelineAction.RENAME else self.stage_name,
            stages=tuple(stage.stage() for stage in self.add_stages),
            stage=self.stage or self.delete_stage,
            probability=self.probability,
            is_closed=self.is_closed,
        )

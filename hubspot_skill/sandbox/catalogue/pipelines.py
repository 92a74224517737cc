"""Pipelines: HubSpot's default ones (facts 9) and a short way to write an account's own down."""

from collections.abc import Sequence

from hubspot_skill.sandbox.seed import PipelineSeed, StageSeed

__all__ = ["deal_pipeline", "default_deal_pipeline", "default_ticket_pipeline", "ticket_pipeline"]

_DEFAULT_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)

_DEFAULT_TICKET_STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)


def deal_pipeline(
    pipeline_id: str, label: str, stages: Sequence[tuple[str, str, str]], *, order: int, created_ms: int
) -> PipelineSeed:
    """Return a deal pipeline; a stage is (id, label, probability), and probability 1.0 or 0.0 means closed."""
    made = tuple(
        StageSeed(
            stage_id,
            stage_label,
            place,
            {"isClosed": "true" if probability in {"1.0", "0.0"} else "false", "probability": probability},
            created_ms,
            created_ms,
        )
        for place, (stage_id, stage_label, probability) in enumerate(stages)
    )
    return PipelineSeed(pipeline_id, label, order, made, created_ms, created_ms)


def ticket_pipeline(
    pipeline_id: str, label: str, stages: Sequence[tuple[str, str, str]], *, order: int, created_ms: int
) -> PipelineSeed:
    """Return a ticket pipeline; a stage is (id, label, OPEN or CLOSED)."""
    made = tuple(
        StageSeed(
            stage_id,
            stage_label,
            place,
            {"isClosed": "true" if state == "CLOSED" else "false", "ticketState": state},
            created_ms,
            created_ms,
        )
        for place, (stage_id, stage_label, state) in enumerate(stages)
    )
    return PipelineSeed(pipeline_id, label, order, made, created_ms, created_ms)


def default_deal_pipeline(created_ms: int) -> PipelineSeed:
    """Return the pipeline that every account starts with."""
    return deal_pipeline("default", "Sales Pipeline", _DEFAULT_DEAL_STAGES, order=0, created_ms=created_ms)


def default_ticket_pipeline(created_ms: int) -> PipelineSeed:
    """Return the support pipeline that every account starts with."""
    return ticket_pipeline("0", "Support Pipeline", _DEFAULT_TICKET_STAGES, order=0, created_ms=created_ms)

"""Sends one chunk of steps of one kind and says for every step how HubSpot answered.

A chunk is sent once. What HubSpot does not account for is UNKNOWN; what surely was not sent goes back to APPROVED.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from hubspot_skill.changes.definitions import send_thing
from hubspot_skill.changes.steps import JournalStep, Outcome, State, Step, StepKind, StepResult
from hubspot_skill.domain.errors import AlreadyExistsError, CallerError, HubSpotSkillError, OutcomeUnknownError
from hubspot_skill.domain.names import RecordId
from hubspot_skill.domain.text import clean
from hubspot_skill.domain.writes import BatchOutcome, Change, Draft, InputOutcome
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["NOT_SENT", "Answers", "not_sent", "send_chunk", "unknown"]

NOT_SENT = "not_sent"
"""The code of a step that went back to be sent, without having been sent."""

Answers = dict[int, StepResult]
_MOST_TEXT = 300


async def send_chunk(hubspot: HubSpot, chunk: Sequence[JournalStep]) -> Answers:
    """Send steps of one kind and type, at most 100, and give the answer to each by its place.

    Raises:
        HubSpotSkillError: nothing was sent, and nothing of this account can be sent now.
    """
    steps = [each.step for each in chunk]
    resent = {each.step.place for each in chunk if each.attempts}
    match steps[0].kind:
        case StepKind.UPDATE:
            return _answers(steps, await hubspot.objects.update_many([Change(s.type, s.id, s.after) for s in steps]))
        case StepKind.CREATE:
            answers = await _create(hubspot, steps)
            return {p: _doubted(a) if p in resent else a for p, a in answers.items()}
        case StepKind.ARCHIVE:
            return _answers(steps, await hubspot.objects.archive_many(steps[0].type, [s.id for s in steps]))
        case StepKind.ASSOCIATE:
            return _answers(steps, await hubspot.associations.link_many([s.link for s in steps if s.link is not None]))
        case StepKind.DISSOCIATE:
            links = [s.link for s in steps if s.link is not None]
            return _answers(steps, await hubspot.associations.unlink_many(links))
        case StepKind.MERGE:
            return await _one_by_one(steps, lambda step: _merge(hubspot, step))
        case StepKind.DEFINE | StepKind.REDEFINE | StepKind.REMOVE:
            return await _one_by_one(steps, lambda step: send_thing(hubspot, step))


def unknown(chunk: Sequence[JournalStep]) -> Answers:
    """Give the answer to steps whose sending was broken off."""
    return {each.step.place: StepResult(State.UNKNOWN, id=each.result.id) for each in chunk}


def not_sent(step: Step) -> StepResult:
    """Give the answer to a step that surely was not sent."""
    return StepResult(State.APPROVED, id=step.id, code=NOT_SENT)


async def _create(hubspot: HubSpot, steps: Sequence[Step]) -> Answers:
    """Create records; where HubSpot refuses all because one exists already, each is tried alone."""
    drafts = [Draft(s.type, {**s.after, **dict(own for own in (s.reference, s.tag) if own)}, s.links) for s in steps]
    outcome = await hubspot.objects.create_many(drafts)
    if len(steps) > 1 and all(isinstance(o.error, AlreadyExistsError) for o in outcome.outcomes):
        answers: Answers = {}
        for step in steps:
            answers |= await _create(hubspot, [step])
        return answers
    return _answers(steps, outcome)


async def _one_by_one(steps: Sequence[Step], send: Callable[[Step], Awaitable[str]]) -> Answers:
    """Send steps that HubSpot has no batch for; after a failure that is not the step's own, the rest is not sent."""
    answers: Answers = {}
    for step in steps:
        try:
            answers[step.place] = StepResult(State.APPLIED, id=await send(step))
        except OutcomeUnknownError:
            answers[step.place] = StepResult(State.UNKNOWN, id=step.id)
        except CallerError as error:
            answers[step.place] = _refused(step, error)
        except HubSpotSkillError:
            if not answers:
                raise
            break
    return {s.place: answers.get(s.place, not_sent(s)) for s in steps}


async def _merge(hubspot: HubSpot, step: Step) -> str:
    merged = await hubspot.objects.merge(step.type, primary_id=step.id, merged_id=RecordId(step.other_id))
    return merged.id


def _answers(steps: Sequence[Step], outcome: BatchOutcome) -> Answers:
    return {step.place: _answer(step, each) for step, each in zip(steps, outcome.outcomes, strict=True)}


def _answer(step: Step, outcome: InputOutcome) -> StepResult:
    if outcome.error is not None:
        if isinstance(outcome.error, CallerError):
            return _refused(step, outcome.error)
        return not_sent(step)
    if outcome.record is None:
        return StepResult(State.UNKNOWN, id=step.id)
    return StepResult(State.APPLIED, id=step.id or outcome.record.id)


def _doubted(answer: StepResult) -> StepResult:
    """Take the refusal of a record that was sent before for a doubt: the first one may have come through late."""
    return replace(answer, state=State.UNKNOWN, outcome=Outcome.OPEN) if answer.state is State.FAILED else answer


def _refused(step: Step, error: HubSpotSkillError) -> StepResult:
    return StepResult(
        State.FAILED, Outcome.REFUSED, id=step.id, code=error.code, message=clean(error.message, most=_MOST_TEXT)
    )

"""Writes many records in chunks of a hundred and answers for every single input.

A chunk that fails as a whole gives each of its inputs that error; one whose answer is lost leaves them unknown. After
a failure that is not the inputs' fault the rest is not sent, and says so: what was done before must not get lost
in an exception. Only where the very first chunk meets such a failure, with nothing written, is it raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from pydantic_core import to_json

from hubspot_skill.domain.errors import CallerError, HubSpotSkillError, OutcomeUnknownError, UnavailableError
from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.writes import BatchOutcome, InputOutcome
from hubspot_skill.hubspot.calls import Call, Caller, Endpoint
from hubspot_skill.hubspot.wire.batches import TRACE, read_outcomes
from hubspot_skill.hubspot.wire.paths import Paths
from hubspot_skill.hubspot.wire.records import RecordReader
from hubspot_skill.hubspot.wire.shapes import Json

__all__ = ["MAX_BATCH", "archive", "chunk_failed", "not_sent", "write"]

MAX_BATCH = 100


async def write(
    caller: Caller, paths: Paths, type: ObjectType | None, action: str, inputs: Sequence[Json]
) -> BatchOutcome:
    """Send inputs to one of a type's batch actions (`create`, `update`, `upsert`)."""
    if type is None or not inputs:
        return BatchOutcome()
    reader = RecordReader(type, ())
    outcomes: list[InputOutcome] = []
    for start in range(0, len(inputs), MAX_BATCH):
        chunk = [{**given, TRACE: str(place)} for place, given in enumerate(inputs[start : start + MAX_BATCH])]
        call = Call(
            "POST",
            paths.records(type, f"batch/{action}"),
            f"the batch {action} of {len(chunk)} {type.name}",
            body=to_json({"inputs": chunk}),
            endpoint=Endpoint.WRITE,
            is_write=True,
        )
        targets = [_target(type, given, start + place) for place, given in enumerate(chunk)]
        read = partial(read_outcomes, reader, inputs=chunk, start=start, targets=targets)
        try:
            outcomes += await caller.json(call, read)
        except HubSpotSkillError as error:
            outcomes += chunk_failed(error, start, len(chunk))
            if not isinstance(error, CallerError):
                outcomes += not_sent(error, start + len(chunk), len(inputs))
                break
    return BatchOutcome(tuple(outcomes))


async def archive(caller: Caller, paths: Paths, type: ObjectType, ids: Sequence[str]) -> BatchOutcome:
    """Archive records by id."""
    outcomes: list[InputOutcome] = []
    for start in range(0, len(ids), MAX_BATCH):
        chunk = ids[start : start + MAX_BATCH]
        call = Call(
            "POST",
            paths.records(type, "batch/archive"),
            f"the batch archive of {len(chunk)} {type.name}",
            body=to_json({"inputs": [{"id": id} for id in chunk]}),
            endpoint=Endpoint.WRITE,
            is_write=True,
            has_answer=False,
        )
        try:
            await caller.done(call)
        except HubSpotSkillError as error:
            outcomes += chunk_failed(error, start, len(chunk))
            if not isinstance(error, CallerError):
                outcomes += not_sent(error, start + len(chunk), len(ids))
                break
        else:
            outcomes += [
                InputOutcome(start + place, record=Record(type, RecordId(id), {}, is_archived=True))
                for place, id in enumerate(chunk)
            ]
    return BatchOutcome(tuple(outcomes))


def chunk_failed(error: HubSpotSkillError, start: int, count: int) -> Iterable[InputOutcome]:
    """Give each input of a failed chunk its outcome; raises the error where it is the first and nothing was written."""
    if isinstance(error, OutcomeUnknownError):
        return [InputOutcome(start + place) for place in range(count)]
    if start == 0 and not isinstance(error, CallerError):
        raise error
    return [InputOutcome(start + place, error=error) for place in range(count)]


def not_sent(cause: HubSpotSkillError, start: int, end: int) -> Iterable[InputOutcome]:
    """Give the inputs after a failed chunk their outcome."""
    error = UnavailableError(f"not sent, because an earlier part of the batch failed: {cause.message}", hint=cause.hint)
    return [InputOutcome(place, error=error) for place in range(start, end)]


def _target(type: ObjectType, given: Json, place: int) -> str:
    id = given.get("id")
    return f"{type.singular} {id}" if id is not None else f"the new {type.singular} at place {place + 1}"

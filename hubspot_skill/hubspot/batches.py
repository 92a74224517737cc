"""Writes many records in chunks and answers for every single input.

A chunk that fails as a whole gives each of its inputs that error; one whose answer is lost leaves them unknown. After
a failure that is not the inputs' fault the rest is not sent, and says so: what was done before must not get lost
in an exception. Only where the very first chunk meets such a failure, with nothing written, is it raised.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
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

__all__ = ["MAX_BATCH", "archive", "chunked", "in_chunks", "write"]

MAX_BATCH = 100

Places = Sequence[int]


async def write(
    caller: Caller, paths: Paths, type: ObjectType | None, action: str, inputs: Sequence[Json]
) -> BatchOutcome:
    """Send inputs to one of a type's batch actions (`create`, `update`, `upsert`)."""
    if type is None:
        return BatchOutcome()
    reader = RecordReader(type, ())

    async def send(places: Places) -> Sequence[InputOutcome]:
        chunk = [{**inputs[place], TRACE: str(trace)} for trace, place in enumerate(places)]
        targets = [_target(type, inputs[place], place) for place in places]
        read = partial(read_outcomes, reader, inputs=chunk, start=places[0], targets=targets)
        return await caller.json(_call(paths, type, action, chunk), read)

    return await in_chunks(chunked(range(len(inputs)), MAX_BATCH), send)


async def archive(caller: Caller, paths: Paths, type: ObjectType, ids: Sequence[str]) -> BatchOutcome:
    """Archive records by id."""

    async def send(places: Places) -> Sequence[InputOutcome]:
        await caller.done(_call(paths, type, "archive", [{"id": ids[place]} for place in places], has_answer=False))
        return [
            InputOutcome(place, record=Record(type, RecordId(ids[place]), {}, is_archived=True)) for place in places
        ]

    return await in_chunks(chunked(range(len(ids)), MAX_BATCH), send)


def chunked(places: Places, size: int) -> Iterable[Places]:
    """Cut places into pieces of at most `size`."""
    return (places[start : start + size] for start in range(0, len(places), size))


async def in_chunks(
    chunks: Iterable[Places], send: Callable[[Places], Awaitable[Sequence[InputOutcome]]]
) -> BatchOutcome:
    """Send chunk after chunk, and give every place its outcome as this module promises."""
    outcomes: dict[int, InputOutcome] = {}
    stopped: HubSpotSkillError | None = None
    for places in chunks:
        if stopped is not None:
            found: Sequence[InputOutcome] = [_not_sent(stopped, place) for place in places]
        else:
            try:
                found = await send(places)
            except OutcomeUnknownError as error:
                found = [InputOutcome(place) for place in places]
                stopped = error
            except CallerError as error:
                found = [InputOutcome(place, error=error) for place in places]
            except HubSpotSkillError as error:
                if not outcomes:
                    raise
                found = [InputOutcome(place, error=error) for place in places]
                stopped = error
        outcomes.update((outcome.index, outcome) for outcome in found)
    return BatchOutcome(tuple(outcomes[place] for place in sorted(outcomes)))


def _not_sent(cause: HubSpotSkillError, place: int) -> InputOutcome:
    message = f"not sent, because an earlier part of the batch failed: {cause.message}"
    return InputOutcome(place, error=UnavailableError(message, hint=cause.hint))


def _call(paths: Paths, type: ObjectType, action: str, inputs: Sequence[Json], *, has_answer: bool = True) -> Call:
    return Call(
        "POST",
        paths.records(type, f"batch/{action}"),
        f"the batch {action} of {len(inputs)} {type.name}",
        body=to_json({"inputs": inputs}),
        endpoint=Endpoint.WRITE,
        is_write=True,
        has_answer=has_answer,
    )


def _target(type: ObjectType, given: Json, place: int) -> str:
    id = given.get("id")
    return f"{type.singular} {id}" if id is not None else f"the new {type.singular} at place {place + 1}"

"""Make a plan of what was found: merge duplicates, or change or archive the records of one doubt."""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.changes import operations as room
from hubspot_skill.changes.operations import MAX_RECORDS
from hubspot_skill.changes.planning import draft_plan
from hubspot_skill.domain.errors import Candidate, InvalidInputError, UnknownNameError
from hubspot_skill.domain.text import quote
from hubspot_skill.service.changes.answers import PlanAnswer
from hubspot_skill.service.changes.planning import keep, new_reference
from hubspot_skill.service.changes.schemas import schemas_of
from hubspot_skill.service.changes.values import change_values
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.hygiene.findings import Findings
from hubspot_skill.service.hygiene.requests import CleanupRequest
from hubspot_skill.service.references import name_of

__all__ = ["plan_cleanup"]


async def plan_cleanup(connection: Connection, request: CleanupRequest) -> PlanAnswer:
    """Keep a plan that a person approves; a merge cannot be undone, and is marked so.

    Raises:
        NotFoundError: the findings are no longer kept.
        InvalidInputError: what is asked does not go with what was found.
        UnknownNameError: no such group or doubt among the findings.
    """
    scene = await connection.scene()
    desk = await scene.desk()
    found = connection.findings.get(request.findings)
    ends: dict[str, str] = {}
    if found.doubts:
        operations = await _changes(scene, found, request)
    else:
        operations = _merges(found, request, ends)
    if len(operations) > MAX_RECORDS:
        scene.note(f"A plan takes {MAX_RECORDS} records: the other {len(operations) - MAX_RECORDS} wait for the next.")
        operations = operations[:MAX_RECORDS]
    draft = await draft_plan(
        scene.hubspot,
        await schemas_of(scene, [found.type]),
        operations,
        new_reference=new_reference,
        leaves_out=True,
    )
    return await keep(scene, desk, draft, ends=ends, rows=request.rows)


def _merges(found: Findings, request: CleanupRequest, ends: dict[str, str]) -> list[room.Operation]:
    if request.doubt or request.values or request.archives:
        raise InvalidInputError(
            "these findings are duplicates, which are merged",
            hint="Give groups, or nothing for all sure ones.",
            field="groups",
        )
    numbers = request.groups or tuple(n for n, group in enumerate(found.groups, 1) if group.is_sure)
    if not numbers:
        raise InvalidInputError(
            "no group is sure, so none is merged without being named",
            hint="Name groups by their numbers.",
            field="groups",
        )
    operations: list[room.Operation] = []
    for number in dict.fromkeys(numbers):
        if not 1 <= number <= len(found.groups):
            raise UnknownNameError(f"there is no group {number}: the findings have {len(found.groups)}")
        kept, *others = found.groups[number - 1].records
        for other in others:
            ends[f"{found.type.name} {other.id}"] = name_of(other)
            operations.append(room.Merge(found.type, kept.id, other.id))
    return operations


async def _changes(scene: Scene, found: Findings, request: CleanupRequest) -> list[room.Operation]:
    if request.groups or bool(request.values) == request.archives:
        raise InvalidInputError(
            "doubtful values are set or their records archived, one of both", hint="Give doubt with set, or archive."
        )
    ids = found.doubts.get(request.doubt.strip())
    if ids is None:
        raise UnknownNameError(
            f"these findings have no doubt {quote(request.doubt)}",
            hint="Give one of the column doubt.",
            candidates=_doubts(found),
        )
    if request.archives:
        return [room.Archive(found.type, id) for id in ids]
    values = await change_values(scene, await scene.directory.book(found.type), request.values)
    return [room.Update(found.type, id, values.fixed, values.derived) for id in ids]


def _doubts(found: Findings) -> Sequence[Candidate]:
    return [Candidate(key, key, f"{len(ids)} records") for key, ids in list(found.doubts.items())[:10]]

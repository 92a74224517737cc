"""Changing many selected records: what is to be changed is asked, a plan is made, and its page asks for approval."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import CallerError, InvalidInputError
from hubspot_skill.service.changes.requests import MAX_OPERATIONS, Operation, OperationKind, PlanRequest
from hubspot_skill.surfaces.web.console.desk import Desk, Handler, Here
from hubspot_skill.surfaces.web.console.forms import field_of
from hubspot_skill.surfaces.web.console.kinds import KINDS, Kind
from hubspot_skill.surfaces.web.console.lists import grouped

__all__ = ["many_routes"]


def many_routes(desk: Desk) -> list[Route]:
    """Give the routes."""
    return [Route(f"/a/{{account}}/{kind.key}/many", desk.page(_handler(kind)), methods=["POST"]) for kind in KINDS]


def _handler(kind: Kind) -> Handler:
    async def many(request: Request, here: Here) -> Response:
        """Answer which property gets which value, or the way to the plan that was made."""
        sent = await here.fields()
        form = dict(sent)
        ids = list(dict.fromkeys(value for name, value in sent if name == "id"))
        if not ids:
            raise InvalidInputError("no record is selected", hint="Go back, and select some.")
        if len(ids) > MAX_OPERATIONS:
            raise InvalidInputError(f"{len(ids)} records are selected: expected at most {MAX_OPERATIONS}")
        if form.get("do") == "archive":
            operations = tuple(Operation(kind=OperationKind.ARCHIVE, type=kind.key, record=id) for id in ids)
            return await _planned(here, operations)
        shape = await here.crm.shape(kind.key)
        field = shape.field(form.get("property", ""))
        error = ""
        if field is not None and form.get("go") == "1":
            value = ";".join(v for name, v in sent if name == field.name).strip()
            values = {field.name: value}
            if field.name == shape.stage_field and value:
                values[shape.pipeline_field] = next(
                    p.id for p in shape.pipelines if any(s.id == value for s in p.stages)
                )
            operations = tuple(
                Operation(kind=OperationKind.UPDATE, type=kind.key, record=id, values=values) for id in ids
            )
            try:
                return await _planned(here, operations)
            except CallerError as refused:
                error = f"{refused.message[:1].upper()}{refused.message[1:]}"
        groups = [(label, [f for f in fields if not f.why_locked]) for label, fields in grouped(shape)]
        return here.render(
            "console/many.html",
            current=kind.key,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
            kind=kind,
            ids=ids,
            groups=groups,
            chosen=field_of(field, shape) if field is not None and not field.why_locked else None,
            value=form.get(field.name, "") if field is not None else "",
            error=error,
        )

    return many


async def _planned(here: Here, operations: tuple[Operation, ...]) -> Response:
    answer = await here.crm.plan_changes(PlanRequest(operations=operations))
    if not answer.plan.plan_id:
        return here.done(here.url(f"/{operations[0].type}"), "Everything was so already: nothing is to be changed.")
    return here.done(here.url(f"/changes/{answer.plan.plan_id}"))

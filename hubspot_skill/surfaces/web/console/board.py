"""The pipeline board: deals as cards by stage, moved by dragging, by a dialog, or by keys, and undone.

Columns are asked for at once, up to 100 deals each: so a column's count is exact always, and its sum wherever it holds
no more than that; where it holds more the sum says over how many it is. HubSpot's search lags a write by seconds: what
was moved here stands in its new column meanwhile (`Moves`).
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, ValueChangedError
from hubspot_skill.domain.text import quote
from hubspot_skill.service.answers import Cell, SearchAnswer
from hubspot_skill.service.requests import Compare, Condition, GetRequest, SearchRequest
from hubspot_skill.service.shape import PipelineShape, Shape, StageShape
from hubspot_skill.service.together import all_of
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.forms import field_of, update_sent
from hubspot_skill.surfaces.web.console.kinds import kind_of
from hubspot_skill.surfaces.web.console.records import told, undo_address

__all__ = ["SORTS", "board_routes"]

SORTS = (
    ("closedate", "Close date"),
    ("-amount", "Amount"),
    ("-createdate", "Newest"),
    ("-notes_last_contacted", "Last contacted"),
)
_READ = 100
_SHOWN = (25, 50, 100)
_ENTERED = "hs_v2_date_entered_current_stage"
_FIELDS = ("dealname", "amount", "deal_currency_code", "closedate", "hubspot_owner_id", "hs_next_step", _ENTERED)
_ASKED = {"won": ("amount", "closedate", "closed_won_reason"), "lost": ("closed_lost_reason",)}
"""What is asked for when a deal is won or lost, where the account has it: HubSpot tells no one which it requires."""


@dataclass(frozen=True, slots=True)
class Card:
    """One deal on the board."""

    id: str
    name: str
    amount: Cell
    currency: str
    close: str
    owner: str
    next_step: str
    days: int | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class StageColumn:
    """One stage's column: `total` is exact; `summed` says over how many deals `sums` goes, by currency."""

    stage: StageShape
    cards: tuple[Card, ...]
    total: int
    summed: int
    sums: tuple[tuple[str, Decimal], ...]
    overdue: int
    before: str = ""
    after: str = ""


def board_routes(desk: Desk) -> list[Route]:
    """Give the routes; they come before those of a single deal."""
    return [
        Route("/a/{account}/deals/board", desk.page(_board), methods=["GET"]),
        Route("/a/{account}/deals/{id:str}/move", desk.page(_move), methods=["GET", "POST"]),
    ]


async def _board(request: Request, here: Here) -> Response:
    return await _shown(here, dict(request.query_params))


async def _shown(here: Here, said: dict[str, str]) -> Response:
    shape = await here.crm.shape("deals")
    pipeline = _pipeline(shape, said.get("pipeline", ""))
    sort = said.get("sort", "closedate")
    if sort not in {key for key, _ in SORTS}:
        raise InvalidInputError(f"the board cannot be sorted by {quote(sort)}", field="sort")
    most = int(said["show"]) if said.get("show", "") in {str(n) for n in _SHOWN} else _SHOWN[0]
    columns, answer = await _columns(here, shape, pipeline, sort)
    return here.render(
        "console/board.html",
        current="deals",
        shape=shape,
        pipeline=pipeline,
        columns=columns,
        most=most,
        sort=sort,
        sorts=SORTS,
        sums=_totals([c for c in columns if not (c.stage.is_won or c.stage.is_lost)]),
        weighted=_weighted(columns),
        open_count=sum(c.total for c in columns if not (c.stage.is_won or c.stage.is_lost)),
        as_of=f"{answer.as_of:%H:%M}",
        own=here.url("/deals/board", pipeline=pipeline.id, sort=sort, show=str(most) if most != _SHOWN[0] else ""),
        next_show=next((n for n in _SHOWN if n > most), 0),
    )


async def _columns(
    here: Here, shape: Shape, pipeline: PipelineShape, sort: str
) -> tuple[list[StageColumn], SearchAnswer]:
    fields = tuple(name for name in _FIELDS if shape.field(name) is not None)
    asked: list[Coroutine[Any, Any, SearchAnswer]] = [
        here.crm.search(
            SearchRequest(
                type="deals",
                where=(
                    Condition("pipeline", Compare.EQ, pipeline.id),
                    Condition("dealstage", Compare.EQ, stage.id),
                ),
                sort=sort,
                fields=fields,
                limit=_READ,
            )
        )
        for stage in pipeline.stages
    ]
    answers = await all_of(asked)
    today = answers[0].as_of.date()
    found = [_column(stage, answer, shape, today) for stage, answer in zip(pipeline.stages, answers, strict=True)]
    found = _with_moves(found, here.desk.moves.of(here.account))
    ids = [stage.id for stage in pipeline.stages]
    return [
        replace(c, before=ids[i - 1] if i else "", after=ids[i + 1] if i + 1 < len(ids) else "")
        for i, c in enumerate(found)
    ], answers[0]


def _column(stage: StageShape, answer: SearchAnswer, shape: Shape, today: date) -> StageColumn:
    at = {column.name: place for place, column in enumerate(answer.table.columns)}
    is_open = not (stage.is_won or stage.is_lost)

    def of(row: Sequence[Cell], name: str) -> Cell:
        return row[at[name]] if name in at else None

    cards = tuple(
        Card(
            id=str(row[0]),
            name=str(of(row, "dealname") or f"deal {row[0]}"),
            amount=of(row, "amount"),
            currency=str(of(row, "deal_currency_code") or shape.currency),
            close=str(of(row, "closedate") or ""),
            owner=str(of(row, "hubspot_owner_id") or ""),
            next_step=str(of(row, "hs_next_step") or ""),
            days=_days(of(row, _ENTERED), today),
            is_overdue=is_open and _is_past(of(row, "closedate"), today),
        )
        for row in answer.table.rows
    )
    return _counted(StageColumn(stage, cards, answer.total, 0, (), 0))


def _counted(column: StageColumn) -> StageColumn:
    sums: dict[str, Decimal] = {}
    for card in column.cards:
        if card.amount is not None:
            sums[card.currency] = sums.get(card.currency, Decimal(0)) + Decimal(str(card.amount))
    overdue = sum(card.is_overdue for card in column.cards)
    return replace(column, summed=len(column.cards), sums=tuple(sorted(sums.items())), overdue=overdue)


def _with_moves(columns: list[StageColumn], moved: dict[str, str]) -> list[StageColumn]:
    """Put cards that were moved a moment ago where they were moved to, though the search does not know it yet."""
    known = {c.stage.id for c in columns}
    late = {
        card.id: (card, moved[card.id])
        for c in columns
        for card in c.cards
        if moved.get(card.id, c.stage.id) != c.stage.id
    }
    if not late:
        return columns
    found: list[StageColumn] = []
    for column in columns:
        here = {card.id for card in column.cards}
        left = tuple(card for card in column.cards if card.id not in late)
        come = tuple(c for id, (c, to) in late.items() if to == column.stage.id and id not in here and to in known)
        total = column.total - (len(column.cards) - len(left)) + len(come)
        is_open = not (column.stage.is_won or column.stage.is_lost)
        come = tuple(replace(c, is_overdue=c.is_overdue and is_open, days=0) for c in come)
        found.append(_counted(replace(column, cards=(*come, *left), total=total)))
    return found


async def _move(request: Request, here: Here) -> Response:
    """Answer the dialog that moves a deal, and move it."""
    id = str(request.path_params["id"])
    shape = await here.crm.shape("deals")
    kind = kind_of("deals")
    record = (
        await here.crm.get(
            GetRequest(records=(id,), type="deals", fields=("dealstage", "pipeline", "amount", "closedate"))
        )
    ).records[0]
    raw = {v.name: v.raw or str(v.value) for v in record.values}
    now = raw.get("dealstage", "")
    pipeline = next((p for p in shape.pipelines if any(s.id == now for s in p.stages)), shape.pipelines[0])
    form = await here.form() if request.method == "POST" else dict(request.query_params)
    wanted = form.get("stage", "")
    stage = next((s for s in pipeline.stages if s.id == wanted), None)
    if wanted and stage is None:
        raise InvalidInputError(f"this deal's pipeline has no stage {quote(wanted)}", field="stage")
    asked = _asked(shape, stage)
    values: dict[str, Any] = {
        "record": record,
        "pipeline": pipeline,
        "now": now,
        "stage": stage,
        "fields": [field_of(f, shape) for f in asked],
        "values": {f.name: form.get(f.name, raw.get(f.name, "")) for f in asked},
        "back": here.own(form.get("next")),
    }
    if request.method == "GET" or stage is None:
        return here.render("console/move.html", current="deals", errors={}, **values)
    sent_values = {f.name: form[f.name].strip() for f in asked if form.get(f.name, "").strip() != raw.get(f.name, "")}
    sent_values = {name: value for name, value in sent_values.items() if name in form} | {"dealstage": stage.id}
    was = form.get("was", now)
    try:
        sent = await update_sent(here, kind, shape, id, sent_values, {"dealstage": was})
    except ValueChangedError:
        errors = {"": f"It was moved meanwhile: it is in {_label(pipeline, now)} now."}
        if form.get("board"):
            return await _refused(here, form, errors[""])
        return here.render("console/move.html", current="deals", status=HTTPStatus.CONFLICT, errors=errors, **values)
    if sent.answer is None:
        if form.get("board"):
            return await _refused(here, form, next(iter((sent.errors or {}).values()), "HubSpot refused the move."))
        return here.render("console/move.html", current="deals", status=422, errors=sent.errors or {}, **values)
    text = f"Moved {record.name} to {stage.label}."
    board = here.url("/deals/board", pipeline=pipeline.id)
    undo = undo_address(
        here, kind, sent.answer, {"dealstage": was, **raw}, next_page=here.own(form.get("next")) or board
    )
    if form.get("board"):
        response = await _shown(here, _said(form, pipeline))
        place = f"Moved {record.name} to {stage.label}"
        response.headers["HX-Trigger"] = json.dumps({"say": {"text": f"{place}.", "undo": undo}})
        return response
    changed = told(sent.answer) if len(sent.answer.changes) > 1 else text
    return here.done(here.own(form.get("next")) or board, changed, undo=undo)


async def _refused(here: Here, form: dict[str, str], why: str) -> Response:
    """Put the card back where it is, and say why it could not be moved."""
    response = await _shown(here, _said(form, None))
    response.headers["HX-Trigger"] = json.dumps({"say": {"text": f"Not moved. {why}", "bad": True}})
    return response


def _said(form: dict[str, str], pipeline: PipelineShape | None) -> dict[str, str]:
    said = {name: form[name] for name in ("pipeline", "sort", "show") if form.get(name)}
    return {"pipeline": pipeline.id, **said} if pipeline else said


def _asked(shape: Shape, stage: StageShape | None) -> list[Any]:
    if stage is None or not (stage.is_won or stage.is_lost):
        return []
    names = _ASKED["won" if stage.is_won else "lost"]
    return [f for name in names if (f := shape.field(name)) is not None and not f.why_locked]


def _pipeline(shape: Shape, id: str) -> PipelineShape:
    if not shape.pipelines:
        raise NotFoundError("this account has no pipeline of deals")
    found = next((p for p in shape.pipelines if p.id == id), None)
    if id and found is None:
        raise NotFoundError(f"there is no pipeline {quote(id)}")
    return found or shape.pipelines[0]


def _label(pipeline: PipelineShape, stage: str) -> str:
    return next((s.label for s in pipeline.stages if s.id == stage), stage)


def _totals(columns: Sequence[StageColumn]) -> list[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for column in columns:
        for currency, amount in column.sums:
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sorted(sums.items())


def _weighted(columns: Sequence[StageColumn]) -> list[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for column in columns:
        if column.stage.is_won or column.stage.is_lost or column.stage.probability is None:
            continue
        for currency, amount in column.sums:
            weight = amount * Decimal(str(column.stage.probability))
            sums[currency] = sums.get(currency, Decimal(0)) + weight
    return sorted(sums.items())


def _days(entered: Cell, today: date) -> int | None:
    try:
        return max(0, (today - date.fromisoformat(str(entered or "")[:10])).days)
    except ValueError:
        return None


def _is_past(close: Cell, today: date) -> bool:
    text = str(close or "")[:10]
    return bool(text) and text < today.isoformat()

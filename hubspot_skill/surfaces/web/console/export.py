"""A table as a file: the whole filtered result with the table's columns, page by page as it is read.

Up to 10,000 records, the depth of a search; more is refused before anything is sent, with how to narrow it. A cell that a
spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError
from hubspot_skill.service.answers import Cell, Column, SearchAnswer
from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.surfaces.web.console.desk import Desk, Handler, Here
from hubspot_skill.surfaces.web.console.kinds import KINDS, Kind
from hubspot_skill.surfaces.web.console.lists import asked
from hubspot_skill.surfaces.web.console.state import ListState

__all__ = ["MOST", "export_routes"]

MOST = 10_000
_PAGE = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_routes(desk: Desk) -> list[Route]:
    """Give the routes; the format is the address's ending."""
    return [
        Route(f"/a/{{account}}/{kind.key}/export.{{format}}", desk.page(_handler(kind)), methods=["GET"])
        for kind in KINDS
    ]


def _handler(kind: Kind) -> Handler:
    async def export(request: Request, here: Here) -> Response:
        format = str(request.path_params["format"])
        if format not in _WRITERS:
            raise NotFoundError(f"there is no export as {format[:20]}", hint=f"There are {' and '.join(_WRITERS)}.")
        state = replace(ListState.read(here.url(f"/{kind.key}"), request.query_params), size=_PAGE, after="", trail=())
        question = asked(kind, state, await here.crm.shape(kind.key))
        first = await here.crm.search(replace(question, limit=_PAGE))
        if first.total > MOST:
            raise InvalidInputError(
                f"{first.total:,} {kind.plural.lower()} match: expected at most {MOST:,} in one file",
                hint="Narrow them by a filter, such as a period of their creation, and export each part.",
            )
        media, write = _WRITERS[format]
        name = f"{kind.key}-{first.as_of:%Y-%m-%d}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_parts(here, question, first, write), media_type=media, headers=headers)

    return export


async def _parts(
    here: Here,
    question: SearchRequest,
    page: SearchAnswer,
    write: Callable[[Sequence[Column], Sequence[Sequence[Cell]], bool], str],
) -> AsyncIterator[str]:
    columns, is_first = page.table.columns, True
    while True:
        yield write(columns, _aligned(columns, page), is_first)
        is_first = False
        if not page.next:
            return
        page = await here.crm.search(replace(question, limit=_PAGE, cursor=page.next))


def _aligned(columns: Sequence[Column], page: SearchAnswer) -> list[list[Cell]]:
    """Give a page's rows under the first page's columns: a currency column is there only where currencies differ."""
    at = {column.name: place for place, column in enumerate(page.table.columns)}
    one = {column.name: column.currency for column in page.table.columns if column.currency}
    rows: list[list[Cell]] = []
    for row in page.table.rows:
        cells: list[Cell] = [row[at[c.name]] if c.name in at else next(iter(one.values()), None) for c in columns]
        rows.append(cells)
    return rows


def _csv(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], is_first: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if is_first:
        text.write("\ufeff")
        writer.writerow([_safe(f"{c.label} ({c.currency})" if c.currency else c.label) for c in columns])
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def _jsonl(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], is_first: bool) -> str:
    named = ({c.name: cell for c, cell in zip(columns, row, strict=True) if cell is not None} for row in rows)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in named)


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


_WRITERS: dict[str, tuple[str, Callable[[Sequence[Column], Sequence[Sequence[Cell]], bool], str]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "jsonl": ("application/x-ndjson", _jsonl),
}

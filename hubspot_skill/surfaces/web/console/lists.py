"""The tables of contacts, companies and deals: the address's question asked, and the dialogs that change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.service.answers import Cell, Column, SearchAnswer
from hubspot_skill.service.requests import Compare, SearchRequest
from hubspot_skill.service.shape import Choice, FieldShape, Shape
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.formats import day
from hubspot_skill.surfaces.web.console.kinds import KINDS, Kind
from hubspot_skill.surfaces.web.console.state import SIZES, WORDS, ListState, Wanted, conditions

__all__ = ["Chip", "asked", "grouped", "list_routes", "tone_of"]

_BY_TYPE = {
    "text": (Compare.CONTAINS, Compare.EQ, Compare.NEQ, Compare.HAS_VALUE, Compare.NO_VALUE),
    "option": (Compare.EQ, Compare.NEQ, Compare.HAS_VALUE, Compare.NO_VALUE),
    "number": (Compare.EQ, Compare.GTE, Compare.LTE, Compare.BETWEEN, Compare.HAS_VALUE, Compare.NO_VALUE),
    "date": (Compare.EQ, Compare.GTE, Compare.LT, Compare.BETWEEN, Compare.HAS_VALUE, Compare.NO_VALUE),
}
_FAMILY = {
    "money": "number", "number": "number", "date": "date", "datetime": "date", "option": "option", "options": "option",
    "owner": "option", "bool": "option",
}  # fmt: skip
_TONES = {
    "lifecyclestage": {"customer": "good", "evangelist": "good", "opportunity": "accent", "salesqualifiedlead": "accent"},
    "hs_lead_status": {"OPEN_DEAL": "good", "UNQUALIFIED": "warn", "BAD_TIMING": "warn"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter as words, and the address without it."""

    words: str
    href: str
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One column's head: its order now ("", "ascending", "descending"), at which level, and where a click leads."""

    column: Column
    order: str
    level: int
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the record's id and name, where it opens, and its cells beside their columns."""

    id: str
    name: str
    href: str
    cells: tuple[tuple[Column, Cell, str], ...]


def list_routes(desk: Desk) -> list[Route]:
    """Give the routes of every kind's table."""
    routes: list[Route] = []
    for kind in KINDS:
        tables = _Tables(kind)
        routes += [
            Route(f"/a/{{account}}/{kind.key}", desk.page(tables.table), methods=["GET"]),
            Route(f"/a/{{account}}/{kind.key}/filter", desk.page(tables.filter), methods=["GET"]),
            Route(f"/a/{{account}}/{kind.key}/columns", desk.page(tables.columns), methods=["GET"]),
        ]
    return routes


def tone_of(name: str, value: Cell, shape: Shape, code: str = "") -> str:
    """Give the colour of a stage's or status's badge, empty for a plain one, "-" where the value is no badge."""
    if name == shape.stage_field and name:
        stage = next((s for p in shape.pipelines for s in p.stages if code == s.id or value == s.label), None)
        return "" if stage is None else "good" if stage.is_won else "" if stage.is_lost else "accent"
    if name in _TONES:
        field = shape.field(name)
        code = code or next((c.value for c in (field.choices if field else ()) if c.label == value), "")
        return _TONES[name].get(code, "")
    return "-"


class _Tables:
    """The pages of one kind's table."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def table(self, request: Request, here: Here) -> Response:
        """Answer the table of the address's question."""
        state = ListState.read(here.url(f"/{self._kind.key}"), request.query_params)
        shape = await here.crm.shape(self._kind.key)
        found = await here.crm.search(asked(self._kind, state, shape))
        first = len(state.trail) * state.size + 1
        return here.render(
            "console/list.html",
            current=self._kind.key,
            kind=self._kind,
            state=state,
            shape=shape,
            found=found,
            heads=_heads(state, found, shape),
            rows=_rows(here, self._kind, found, shape),
            chips=[Chip(_words(one, shape), state.without(one).url(), _edit(here, self._kind, state, one)) for one in state.wanted],
            suggested=_suggested(self._kind, state, shape),
            span=(first, first + found.returned - 1),
            following=state.next_page(found.next).url(with_place=True) if found.next else "",
            before=state.page_before().url(with_place=True) if state.trail else "",
            sizes=SIZES,
            as_of=f"{found.as_of:%H:%M}",
        )  # fmt: skip

    async def filter(self, request: Request, here: Here) -> Response:
        """Answer the dialog that adds a filter; a whole one leads on to the table that it makes."""
        said = request.query_params
        path = here.url(f"/{self._kind.key}")
        state = ListState.read(path, said)
        shape = await here.crm.shape(self._kind.key)
        name, word = said.get("property", ""), said.get("compare", "")
        value = "|".join(part for part in said.getlist("value") if part.strip())
        field = shape.field(name)
        compares = _BY_TYPE[_FAMILY.get(field.type, "text")] if field else ()
        compare = next((c for c in compares if c.value == word), compares[0] if compares else Compare.EQ)
        is_whole = bool(value) or compare in (Compare.HAS_VALUE, Compare.NO_VALUE)
        if field is not None and said.get("go") == "1" and is_whole:
            replaced = next((w for w in state.wanted if str(w) == said.get("instead", "")), None)
            state = state if replaced is None else state.without(replaced)
            return here.done(state.having(Wanted(name, compare, value)).url())
        is_wrong = said.get("go") == "1" and field is not None
        return here.render(
            "console/filter.html",
            current=self._kind.key,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
            kind=self._kind,
            state=state,
            shape=shape,
            groups=grouped(shape),
            field=field,
            compare=compare,
            compares=[(c.value, WORDS[c]) for c in compares],
            value=said.get("value", ""),
            second=([*said.getlist("value"), "", ""])[1],
            instead=said.get("instead", ""),
            is_wrong=is_wrong,
            choices=_choices(field),
        )

    async def columns(self, request: Request, here: Here) -> Response:
        """Answer the dialog that chooses columns; a choice leads on to the table with them."""
        path = here.url(f"/{self._kind.key}")
        said = request.query_params
        state = ListState.read(path, said)
        shape = await here.crm.shape(self._kind.key)
        chosen = state.columns or _columns(self._kind, shape)
        if "go" in said:
            picked = tuple(name for name in said.getlist("col") if name)
            return here.done(state.columned(() if picked == _columns(self._kind, shape) else picked).url())
        labels = {f.name: f.label for f in shape.fields} | {"name": "Name"}
        return here.render(
            "console/columns.html",
            current=self._kind.key,
            kind=self._kind,
            state=state,
            chosen=[(name, labels.get(name, name)) for name in chosen],
            groups=[(label, [f for f in fields if f.name not in chosen]) for label, fields in grouped(shape)],
        )


def asked(kind: Kind, state: ListState, shape: Shape) -> SearchRequest:
    """Give an address's question as the service takes it."""
    sort = state.sorts[0] if state.sorts else ""
    if sort.lstrip("-") == "name" and kind.key == "contacts":
        sort = sort.replace("name", "lastname")
    return SearchRequest(
        type=kind.key,
        text=state.text,
        where=conditions(state.wanted),
        sort=sort,
        fields=state.columns or _columns(kind, shape),
        limit=state.size,
        cursor=state.after,
    )


def _columns(kind: Kind, shape: Shape) -> tuple[str, ...]:
    """Give a kind's own columns that the account has; the pipeline only where there are several."""
    known = {f.name for f in shape.fields} | ({"name"} if kind.key == "contacts" else set[str]())
    skipped = shape.pipeline_field if len(shape.pipelines) < 2 else ""
    return tuple(name for name in kind.columns if name in known and name != skipped)


def _heads(state: ListState, found: SearchAnswer, shape: Shape) -> list[Head]:
    now = {s.lstrip("-"): (s, level) for level, s in enumerate(state.sorts, 1)}
    heads: list[Head] = []
    for column in found.table.columns[1:]:
        said, level = now.get(column.name, ("", 0))
        order = "" if not said else "descending" if said.startswith("-") else "ascending"
        heads.append(Head(column, order, level, state.sorted_by(column.name, first=said).url()))
    return heads


def _rows(here: Here, kind: Kind, found: SearchAnswer, shape: Shape) -> list[Row]:
    columns = found.table.columns
    currency_at = next((i for i, c in enumerate(columns) if c.name == "deal_currency_code"), None)
    rows: list[Row] = []
    for cells in found.table.rows:
        id = str(cells[0])
        mixed = str(cells[currency_at] or "") if currency_at is not None else ""
        rows.append(
            Row(
                id,
                str(cells[1] or f"{kind.singular} {id}"),
                here.url(f"/{kind.key}/{id}"),
                tuple((c, v, c.currency or mixed) for c, v in zip(columns[1:], cells[1:], strict=True)),
            )
        )
    return rows


def _words(one: Wanted, shape: Shape) -> str:
    field = shape.field(one.name)
    label = field.label if field else one.name
    if one.compare in (Compare.HAS_VALUE, Compare.NO_VALUE):
        return f"{label} {WORDS[one.compare]}"
    names: Mapping[str, str] = {c.value: c.label for c in _choices(field)}
    values = [names.get(v) or (day(v) if field and field.type in {"date", "datetime"} else v) for v in one.values]
    return (
        f"{label} {WORDS[one.compare]} {' and '.join(values) if one.compare is Compare.BETWEEN else ', '.join(values)}"
    )


def _edit(here: Here, kind: Kind, state: ListState, one: Wanted) -> str:
    values = {"property": one.name, "compare": one.compare.value, "value": one.value, "instead": str(one)}
    path = here.url(f"/{kind.key}/filter", **values)
    query = state.url("")[len(state.path) :].lstrip("?")
    return f"{path}&{query}" if query else path


def _suggested(kind: Kind, state: ListState, shape: Shape) -> list[Chip]:
    if state.wanted or state.text:
        return []
    known = {f.name for f in shape.fields}
    found = [(words, Wanted.read(text)) for words, text in kind.suggested]
    return [Chip(words, state.having(one).url()) for words, one in found if one.name in known]


def grouped(shape: Shape) -> list[tuple[str, list[FieldShape]]]:
    """Give the visible properties by group, in HubSpot's order of groups."""
    visible = [f for f in shape.fields if not f.is_hidden]
    known = {g.name: g.label for g in shape.groups}
    found: dict[str, list[FieldShape]] = {label: [] for label in known.values()}
    for one in sorted(visible, key=lambda f: f.label.casefold()):
        found.setdefault(known.get(one.group, "Other"), []).append(one)
    return [(label, fields) for label, fields in found.items() if fields]


def _choices(field: FieldShape | None) -> Sequence[Choice]:
    """Give what a filter's value may be chosen from."""
    if field is None:
        return ()
    if field.type == "bool":
        return (Choice("true", "Yes"), Choice("false", "No"))
    return field.choices

"""One record's page: who or what it is, its properties, what is linked to it, what happened, and who changed what."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, ValueChangedError
from hubspot_skill.domain.text import quote
from hubspot_skill.service.answers import Cell, FieldValue, GetAnswer, RecordView, SearchAnswer, WriteAnswer
from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    GetRequest,
    LinkTo,
    RecordFilters,
    SearchRequest,
)
from hubspot_skill.service.shape import FieldShape, Shape
from hubspot_skill.service.together import all_of, both
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.console.formats import shown
from hubspot_skill.surfaces.web.console.forms import create_sent, field_of, fields_of, update_sent
from hubspot_skill.surfaces.web.console.kinds import KINDS, Kind

__all__ = ["Happening", "Shown", "record_routes", "told", "undo_address"]

TABS = (("timeline", "Timeline"), ("properties", "Properties"), ("history", "History"))
_AT_ONCE = 50
"""How many properties one request of the service reads."""
_ACTIVITIES = (
    ("notes", "Note", "sticky-note", "hs_note_body", ""),
    ("calls", "Call", "phone", "hs_call_title", "hs_call_body"),
    ("meetings", "Meeting", "calendar", "hs_meeting_title", "hs_meeting_body"),
    ("emails", "Email", "mail", "hs_email_subject", ""),
    ("tasks", "Task", "square-check", "hs_task_subject", "hs_task_status"),
)
_EACH = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One property of a record as the page shows it: its value, what it is kept as, and where it is edited."""

    field: FieldShape
    value: Cell
    raw: str
    currency: str = ""
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline."""

    word: str
    icon: str
    at: str
    title: str
    text: str = ""
    owner: str = ""


def record_routes(desk: Desk) -> list[Route]:
    """Give the routes of every kind's records and forms; those of a record come after those of words."""
    routes: list[Route] = []
    for kind in KINDS:
        pages = _Records(kind)
        base = f"/a/{{account}}/{kind.key}"
        routes += [
            Route(f"{base}/new", desk.page(pages.new), methods=["GET", "POST"]),
            Route(f"{base}/new/alike", desk.page(pages.alike), methods=["POST"]),
            Route(f"{base}/{{id:str}}", desk.page(pages.record), methods=["GET"]),
            Route(f"{base}/{{id:str}}/edit", desk.page(pages.edit), methods=["GET", "POST"]),
            Route(f"{base}/{{id:str}}/log", desk.page(pages.log), methods=["GET", "POST"]),
            Route(f"{base}/{{id:str}}/field/{{name}}", desk.page(pages.field), methods=["GET", "POST"]),
            Route(f"{base}/{{id:str}}/back", desk.page(pages.back), methods=["POST"]),
        ]
    return routes


class _Records:
    """The pages of one kind's records."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def record(self, request: Request, here: Here) -> Response:
        """Answer a record's page, the tab of the address in its middle."""
        id, tab = request.path_params["id"], request.query_params.get("tab", "timeline")
        if tab not in {key for key, _ in TABS}:
            raise InvalidInputError(f"there is no tab {quote(tab)}", field="tab")
        shape = await here.crm.shape(self._kind.key)
        wanted = [name for name in self._kind.facts if shape.field(name) is not None]
        is_history = tab == "history"
        head = here.crm.get(
            GetRequest(
                records=(id,),
                type=self._kind.key,
                fields=tuple(dict.fromkeys([*wanted, *(["deal_currency_code"] if self._kind.key == "deals" else [])])),
                associations=self._kind.related,
                history=tuple(n for n in self._kind.history if shape.field(n)) if is_history else (),
            )
        )
        answer, middle = await both(head, self._middle(here, shape, id, tab))
        record = answer.records[0]
        currency = str(_value(record.values, "deal_currency_code") or shape.currency)
        facts = [self._shown(here, id, f, record.values, currency) for n in wanted if (f := shape.field(n)) is not None]
        return here.render(
            "console/record.html",
            current=self._kind.key,
            kind=self._kind,
            shape=shape,
            record=record,
            facts=facts,
            tab=tab,
            tabs=TABS,
            query=request.query_params.get("find", ""),
            everything=request.query_params.get("empty") == "1",
            kinds={kind.key: kind for kind in KINDS},
            notes=answer.notes,
            as_of=f"{answer.as_of:%H:%M}",
            **middle,
        )

    async def new(self, request: Request, here: Here) -> Response:
        """Answer the form of a new record, and create it."""
        shape = await here.crm.shape(self._kind.key)
        form = await here.form() if request.method == "POST" else dict(request.query_params)
        if request.method == "GET":
            return self._form(here, shape, form)
        sent = await create_sent(here, self._kind, shape, form)
        if sent.answer is None:
            return self._form(here, shape, form, errors=sent.errors or {}, alike=sent.alike, may_insist=sent.may_insist)
        answer = sent.answer
        return here.done(here.url(f"/{self._kind.key}/{answer.id}"), f"Created {self._kind.singular} {answer.name}.")

    async def alike(self, request: Request, here: Here) -> Response:
        """Answer which records are like the one that is being typed; nothing is written."""
        shape = await here.crm.shape(self._kind.key)
        sent = await create_sent(here, self._kind, shape, await here.form(), is_dry=True)
        return here.render("console/alike.html", current=self._kind.key, kind=self._kind, alike=sent.alike)

    async def edit(self, request: Request, here: Here) -> Response:
        """Answer the form that changes a record's main properties, and change them."""
        id = request.path_params["id"]
        shape = await here.crm.shape(self._kind.key)
        fields = fields_of(self._kind, shape, is_new=False)
        record = await self._read(here, id, tuple(f.name for f in fields))
        now = {f.name: _raw(record.values, f.name) for f in fields}
        if request.method == "GET":
            return self._form(here, shape, now, record=record, was=now)
        form = await _joined(here)
        was = {name: form.get(f"was-{name}", "") for name in now}
        changed = {name: form[name].strip() for name in now if name in form and form[name].strip() != was[name]}
        if not changed:
            return here.done(here.url(f"/{self._kind.key}/{id}"), "Nothing was changed.")
        typed = {**now, **form}
        try:
            sent = await update_sent(here, self._kind, shape, id, changed, {name: was[name] for name in changed})
        except ValueChangedError as error:
            conflict = {"": f"It changed meanwhile: {error.message}. Send again to write yours over it."}
            return self._form(here, shape, typed, record=record, was=now, errors=conflict, status=HTTPStatus.CONFLICT)
        if sent.answer is None:
            return self._form(here, shape, typed, record=record, was=was, errors=sent.errors or {})
        return here.done(
            here.url(f"/{self._kind.key}/{id}"),
            told(sent.answer),
            undo=undo_address(here, self._kind, sent.answer, was),
        )

    async def field(self, request: Request, here: Here) -> Response:
        """Answer the form of one property in its place, and write it where it is still what the page showed."""
        id, name = request.path_params["id"], request.path_params["name"]
        shape = await here.crm.shape(self._kind.key)
        field = shape.field(name)
        if field is None:
            raise NotFoundError(f"{self._kind.plural.lower()} have no property {quote(name)}")
        if field.why_locked:
            raise InvalidInputError(f"{field.label} cannot be written: {field.why_locked}", field=name)
        back = here.url(f"/{self._kind.key}/{id}")
        record = await self._read(here, id, (name,))
        now = _raw(record.values, name)
        values: dict[str, Any] = {"record": record, "field": field_of(field, shape), "back": back, "now": now}
        if request.method == "GET":
            return here.render(
                "console/field.html", current=self._kind.key, kind=self._kind, value=now, error="", theirs="", **values
            )
        form = await _joined(here)
        value, was = form.get(name, "").strip(), form.get("was", "")
        try:
            sent = await update_sent(here, self._kind, shape, id, {name: value}, {name: was})
        except ValueChangedError:
            theirs = _shown_now(record.values, name)
            return here.render(
                "console/field.html", current=self._kind.key, kind=self._kind, status=409, value=value, error="", theirs=theirs, **values
            )  # fmt: skip
        if sent.answer is None:
            error = next(iter((sent.errors or {}).values()), "")
            return here.render(
                "console/field.html", current=self._kind.key, kind=self._kind, status=422, value=value, error=error, theirs="", **values
            )  # fmt: skip
        return here.done(back, told(sent.answer), undo=undo_address(here, self._kind, sent.answer, {name: was}))

    async def back(self, request: Request, here: Here) -> Response:
        """Put values back that were changed here, where they are still what they were changed to."""
        id, said = request.path_params["id"], request.query_params
        names = [key.removeprefix("to-") for key in said if key.startswith("to-")]
        shape = await here.crm.shape(self._kind.key)
        was = {name: said[f"from-{name}"] for name in names if f"from-{name}" in said}
        sent = await update_sent(here, self._kind, shape, id, {name: said[f"to-{name}"] for name in names}, was)
        if sent.answer is None:
            raise InvalidInputError(next(iter((sent.errors or {}).values()), "nothing could be put back"))
        return here.done(
            here.own(said.get("next")) or here.url(f"/{self._kind.key}/{id}"), f"Undone. {told(sent.answer)}"
        )

    async def log(self, request: Request, here: Here) -> Response:
        """Answer the form that logs an activity on the record, and log it."""
        id = request.path_params["id"]
        record = await self._read(here, id, ())
        form = await here.form() if request.method == "POST" else dict(request.query_params)
        kind = form.get("kind", "note")
        error = ""
        if request.method == "POST":
            try:
                answer = await here.crm.log_activity(
                    ActivityRequest(
                        kind=ActivityKind(kind) if kind in set(ActivityKind) else ActivityKind.NOTE,
                        records=(LinkTo(type=self._kind.key, record=id),),
                        text=form.get("text", "").strip(),
                        title=form.get("title", "").strip(),
                        at=form.get("at", "").strip(),
                    )
                )
            except InvalidInputError as refused:
                error = f"{refused.message[:1].upper()}{refused.message[1:]}"
            else:
                return here.done(here.url(f"/{self._kind.key}/{id}"), f"Logged {answer.name or kind}.")
        kinds = [k.value for k in ActivityKind]
        return here.render(
            "console/log.html", current=self._kind.key, status=422 if error else 200, kind=self._kind, record=record, form=form, chosen=kind, kinds=kinds, error=error
        )  # fmt: skip

    async def _read(self, here: Here, id: str, fields: tuple[str, ...]) -> RecordView:
        return (await here.crm.get(GetRequest(records=(id,), type=self._kind.key, fields=fields))).records[0]

    def _form(
        self,
        here: Here,
        shape: Shape,
        values: Mapping[str, str],
        *,
        record: RecordView | None = None,
        was: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        alike: Sequence[tuple[str, str, str]] = (),
        may_insist: bool = False,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Response:
        return here.render(
            "console/form.html",
            current=self._kind.key,
            status=status if errors else HTTPStatus.OK,
            kind=self._kind,
            record=record,
            fields=fields_of(self._kind, shape, is_new=record is None),
            values=values,
            was=was or {},
            errors=errors or {},
            alike=alike,
            may_insist=may_insist,
        )

    def _shown(self, here: Here, id: str, field: FieldShape, values: Sequence[FieldValue], currency: str) -> Shown:
        found = next((v for v in values if v.name == field.name), None)
        is_money = self._kind.key == "deals" and field.name in {"amount", "hs_projected_amount", "hs_closed_amount"}
        may_edit = not field.why_locked and not here.crm.policy.read_only
        return Shown(
            field,
            found.value if found else None,
            found.raw if found else "",
            currency if is_money else "",
            here.url(f"/{self._kind.key}/{id}/field/{field.name}") if may_edit else "",
        )

    async def _middle(self, here: Here, shape: Shape, id: str, tab: str) -> dict[str, Any]:
        if tab == "timeline":
            return {"happenings": await self._timeline(here, id), "groups": []}
        if tab == "properties":
            return {"happenings": [], "groups": await self._properties(here, shape, id)}
        return {"happenings": [], "groups": []}

    async def _timeline(self, here: Here, id: str) -> list[Happening]:
        match self._kind.singular:
            case "contact":
                filters = RecordFilters(contact=id)
            case "company":
                filters = RecordFilters(company=id)
            case _:
                filters = RecordFilters(deal=id)
        asked: list[Coroutine[Any, Any, SearchAnswer]] = [
            here.crm.search(SearchRequest(type=name, filters=filters, sort="-hs_timestamp", limit=_EACH))
            for name, *_ in _ACTIVITIES
        ]
        answers = await all_of(asked)
        found = [h for spec, answer in zip(_ACTIVITIES, answers, strict=True) for h in _happenings(spec, answer)]
        return sorted(found, key=lambda happening: happening.at, reverse=True)

    async def _properties(self, here: Here, shape: Shape, id: str) -> list[tuple[str, list[Shown]]]:
        """Read every visible property, and give them by group, the filled ones first."""
        visible = [f for f in shape.fields if not f.is_hidden]
        find = here.request.query_params.get("find", "").casefold()
        visible = [f for f in visible if find in f.label.casefold() or find in f.name]
        is_all = here.request.query_params.get("empty") == "1"
        parts = [visible[i : i + _AT_ONCE] for i in range(0, len(visible), _AT_ONCE)]
        asked: list[Coroutine[Any, Any, GetAnswer]] = [
            here.crm.get(GetRequest(records=(id,), type=self._kind.key, fields=tuple(f.name for f in part)))
            for part in parts
        ]
        answers = await all_of(asked) if asked else []
        values = [v for answer in answers for v in answer.records[0].values]
        labels = {g.name: g.label for g in shape.groups}
        groups: dict[str, list[Shown]] = {label: [] for label in labels.values()}
        for field in sorted(visible, key=lambda f: f.label.casefold()):
            one = self._shown(here, id, field, values, shape.currency)
            if one.value is not None or is_all or find:
                groups.setdefault(labels.get(field.group, "Other"), []).append(one)
        return [(label, sorted(each, key=lambda s: s.value is None)) for label, each in groups.items() if each]


def _happenings(spec: tuple[str, str, str, str, str], answer: SearchAnswer) -> list[Happening]:
    _, word, icon, title, body = spec
    at = {column.name: place for place, column in enumerate(answer.table.columns)}

    def of(row: tuple[Cell, ...], name: str) -> str:
        return str(row[at[name]] or "") if name in at else ""

    return [
        Happening(
            word, icon, of(row, "hs_timestamp"), of(row, title) or word, of(row, body), of(row, "hubspot_owner_id")
        )
        for row in answer.table.rows
    ]


def _value(values: Sequence[FieldValue], name: str) -> Cell:
    return next((v.value for v in values if v.name == name), None)


def _raw(values: Sequence[FieldValue], name: str) -> str:
    """Give a value as a form's field holds it: what HubSpot keeps, where that differs from what is shown."""
    found = next((v for v in values if v.name == name), None)
    if found is None or found.value is None:
        return ""
    if isinstance(found.value, bool):
        return "true" if found.value else "false"
    return found.raw or str(found.value)


def _shown_now(values: Sequence[FieldValue], name: str) -> str:
    return str(_value(values, name) or "empty")


async def _joined(here: Here) -> dict[str, str]:
    """Give a form's fields; several values of one name (check boxes) parted by semicolons, as HubSpot keeps them."""
    found: dict[str, str] = {}
    for name, value in await here.fields():
        found[name] = f"{found[name]};{value}" if found.get(name) else value
    return found


def told(answer: WriteAnswer) -> str:
    """Say what a write changed: `Stage: Proposal → Contract.`"""
    parts = [
        f"{c.label}: {shown(c.before, 'date') if c.before else 'empty'} → {shown(c.after, 'date') if c.after else 'empty'}"
        for c in answer.changes
    ]
    return f"{'; '.join(parts)}." if parts else f"{answer.name} was so already."


def undo_address(here: Here, kind: Kind, answer: WriteAnswer, was: Mapping[str, str], *, next_page: str = "") -> str:
    """Give the address that puts back what a write changed; empty where nothing was.

    It names what each value was changed to, so that what somebody changed since is not overwritten.
    """
    names = sorted({c.name for c in answer.changes} & set(was))
    pairs = [(f"to-{name}", was[name]) for name in names]
    if not pairs:
        return ""
    query = urlencode([*pairs, *([("next", next_page)] if next_page else [])])
    return f"{here.url(f'/{kind.key}/{answer.id}/back')}?{query}"

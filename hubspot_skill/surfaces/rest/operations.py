"""What one address does, as a value: the route, the checks and the OpenAPI document are made from it.

An operation takes a closed query, perhaps a closed body, and gives a reply: a value of one of its answer models with a
status. Everything else here is what HTTP adds: tags, conditions, links, the time it may take, and errors as problems.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import from_json, to_json
from starlette.responses import FileResponse, Response

from hubspot_skill.domain.errors import DeadlineError, InvalidInputError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.closed_models import Schema, Words, parse
from hubspot_skill.surfaces.rest.guard import Caller
from hubspot_skill.surfaces.rest.ports import Desk
from hubspot_skill.surfaces.rest.problems import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from hubspot_skill.service.crm import Crm

__all__ = ["PREFIX", "Call", "Closed", "Effect", "Operation", "Query", "Reply", "adapter_of", "perform"]

PREFIX = "/api/hubspot"
JSON = "application/json"
TIME_S = 30.0
MAX_FIELDS = 100
MAX_MANY = 200
PARAMETERS = Words("parameter", "Parameters", "This address takes no parameters.")
FIELDS = Words("field", "Fields", "This body has no fields.")
_VOLATILE = frozenset({"as_of"})


class Closed(BaseModel):
    """What a body is made of: nothing unknown, nothing infinite, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Query(Closed):
    """What the part of an address after the mark may hold, at every address."""

    account: str = Field(
        default="",
        max_length=200,
        description="Which connected account, by its name, HubSpot id or domain; not needed where one is the default.",
        examples=[""],
    )


QueryT = TypeVar("QueryT", bound=Query)
BodyT = TypeVar("BodyT", bound=Closed)


class Effect(StrEnum):
    """What an operation may do: read, write, or what only a person at the console may decide."""

    READ = "read"
    WRITE = "write"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a value of one of the operation's answer models (None: no content), or text of another kind.

    `file` is sent as it is. `tag` names this state of what is at the address, where the content itself does not.
    """

    value: object = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    tag: str = ""
    media_type: str = JSON
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Call(Generic[QueryT, BodyT]):
    """One request, checked.

    `bodies` holds none, one, or with `is_many` the entries of a list. `if_match` holds the tags of the header of that
    name, None where there is none.
    """

    desk: Desk
    caller: Caller | None
    query: QueryT
    bodies: tuple[BodyT, ...]
    is_many: bool
    path: Mapping[str, str]
    origin: str
    address: str
    if_match: tuple[str, ...] | None

    async def crm(self) -> Crm:
        """Give the use cases of the account that the query names."""
        return await self.desk.crm(self.query.account)

    @property
    def body(self) -> BodyT:
        """The one body."""
        return self.bodies[0]

    @property
    def is_person(self) -> bool:
        """True where a person at the console asks."""
        return self.caller is not None and self.caller.is_person

    def elsewhere(self, **changed: str) -> str:
        """Give the address of this request with some parameters changed."""
        own, _, query = self.address.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in changed]
        return f"{own}?{urlencode([*kept, *changed.items()])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[QueryT, BodyT]):
    """One method of one address below `/api/hubspot`.

    `answers` are the models by status (None: no content); `path` names its variable parts in braces, and `parts` says
    what each is. `example` is a body that works. `is_open` where anyone on this machine may ask.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    act: Callable[[Call[QueryT, BodyT]], Awaitable[Reply]]
    answers: Mapping[HTTPStatus, Any]
    query: type[QueryT]
    body: type[BodyT] | None = None
    takes_many: bool = False
    description: str = ""
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    effect: Effect = Effect.READ
    example: Mapping[str, object] | None = None
    media_type: str = JSON
    is_open: bool = False
    takes_if_match: bool = False
    time_s: float = TIME_S


async def perform(operation: Operation[Any, Any], desk: Desk, request: Request) -> Response:
    """Check a request against its operation, act, and answer.

    Raises:
        HubSpotSkillError, RefusedError: what the surface tells as a problem.
    """
    caller: Caller | None = request.state.caller
    if operation.effect is Effect.PERSON and not (caller and caller.is_person):
        raise RefusedError(
            "person_needed",
            "only a person at the console may do this, and a script asked",
            hint="Open the console: `hubspot-skill login` prints a link to it.",
        )
    query_string = request.url.query
    bodies, is_many = _read_bodies(operation, request.state.body)
    call = Call(
        desk=desk,
        caller=caller,
        query=_query(operation.query, query_string),
        bodies=bodies,
        is_many=is_many,
        path=request.path_params,
        origin=f"{request.url.scheme}://{request.url.netloc}",
        address=f"{request.url.path}?{query_string}" if query_string else request.url.path,
        if_match=_tags(request, "if-match"),
    )
    if call.if_match is not None and not operation.takes_if_match:
        raise InvalidInputError("this address takes no If-Match header", hint="Leave the header out.", field="If-Match")
    try:
        async with asyncio.timeout(operation.time_s):
            reply = await operation.act(call)
    except TimeoutError as error:
        writes = operation.effect is not Effect.READ
        raise DeadlineError(
            f"this was not finished after {operation.time_s:g} s",
            hint="Read the record before trying again: the write may have happened."
            if writes
            else "Ask for less at once: fewer fields, records or a narrower search.",
            wrote="unknown" if writes else "nothing",
        ) from error
    return _answer(operation, reply, request)


def _answer(operation: Operation[Any, Any], reply: Reply, request: Request) -> Response:
    headers = dict(reply.headers)
    if reply.file is not None:
        return FileResponse(reply.file, headers=headers, media_type=reply.media_type)
    if isinstance(reply.value, str):
        content = reply.value.encode()
        tag = f'"{_digest(content)}"'
    else:
        model = operation.answers[reply.status]
        if model is None:
            return Response(status_code=reply.status, headers=headers)
        content = adapter_of(model).dump_json(reply.value)
        tag = f'"{reply.tag}-{_digest(content)}"' if reply.tag else f'W/"{_digest(_steady(content))}"'
    if operation.effect is Effect.READ and reply.status is HTTPStatus.OK:
        headers |= {"ETag": tag, "Cache-Control": "private, no-cache"}
        known = _tags(request, "if-none-match")
        if known is not None and ("*" in known or _opaque(tag) in known):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, reply.status, headers, media_type=reply.media_type)


def _steady(content: bytes) -> bytes:
    """Give the content without what differs each time that it is asked for."""
    value = from_json(content)
    if isinstance(value, dict):
        return to_json({name: inner for name, inner in value.items() if name not in _VOLATILE})  # pyright: ignore[reportUnknownVariableType] - any JSON object
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]


def _tags(request: Request, header: str) -> tuple[str, ...] | None:
    """Give the opaque parts of the tags of a header, None where the header is not there."""
    given = request.headers.getlist(header)
    if not given:
        return None
    return tuple(_opaque(tag) for tag in ",".join(given).split(","))


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"')


def _read_bodies(operation: Operation[Any, Any], body: bytes) -> tuple[tuple[Any, ...], bool]:
    """Give the bodies of a request, and whether it sent a list of them."""
    model = operation.body
    if model is None:
        if body:
            raise InvalidInputError("this address takes no body", hint="Send the request without one.")
        return (), False
    if not body:
        raise InvalidInputError("the body is missing: expected a JSON object", hint=f"See {PREFIX}/docs.")
    value: Any = from_json(body)
    is_many = operation.takes_many and body.lstrip().startswith(b"[")
    values: list[Any] = value if is_many else [value]
    if not 1 <= len(values) <= MAX_MANY:
        raise InvalidInputError(
            f"{len(values)} records were sent: expected 1 to {MAX_MANY}",
            hint=f"Send more in several requests, or select them by a filter: POST {PREFIX}/changes.",
        )
    if not all(type(one) is dict for one in values):
        raise InvalidInputError("the body is no JSON object", hint=f"See {PREFIX}/docs.")
    schema = _schema_of(model)
    return tuple(parse(model, schema, one, FIELDS) for one in values), is_many


def _query(model: type[QueryT], text: str) -> QueryT:
    schema = _schema_of(model)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InvalidInputError(
            f"the part of the address after the mark is not UTF-8, or has more than {MAX_FIELDS} parameters"
        ) from error
    given: dict[str, object] = {}
    lists = {name for name, inner in schema.get("properties", {}).items() if inner.get("type") == "array"}
    for name, value in pairs:
        if name in lists:
            given[name] = (*given.get(name, ()), value)  # pyright: ignore[reportGeneralTypeIssues] - a tuple, made here
        elif name in given:
            raise InvalidInputError(f"parameter {quote(name)} is given twice", hint="Give it once.", field=name[:80])
        else:
            given[name] = value
    return parse(model, schema, given, PARAMETERS)


@functools.cache
def _schema_of(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


@functools.cache
def adapter_of(model: Any) -> TypeAdapter[Any]:
    """Give what turns answers of this type into JSON, and tells their schema."""
    return TypeAdapter(model)

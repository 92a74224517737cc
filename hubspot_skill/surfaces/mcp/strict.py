"""Tools with closed arguments, short schemas, and an answer for every failure.

The SDK drops unknown arguments silently, shows pydantic's own text for wrong ones, and hides every other exception.
`StrictTool` refuses what it does not know by naming what is nearest, tells domain errors through `failures`, bounds the
time of a call, and lets no exception out. It is its own module because it is all that we change in the SDK's behaviour
(mcp 2.3.0, `mcp.server.mcpserver.tools.base`, read 2026-11-23).
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar, cast

import anyio
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hubspot_skill.domain.errors import (
    DeadlineError,
    HubSpotSkillError,
    InvalidInputError,
    NotConnectedError,
    ReconnectError,
)
from hubspot_skill.domain.text import quote
from hubspot_skill.surfaces.mcp import connecting, failures
from hubspot_skill.surfaces.mcp.hints import Effect, hints_of
from hubspot_skill.surfaces.mcp.schemas import Schema, schema_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from hubspot_skill.service.crm import Crm

__all__ = [
    "MAX_DEPTH",
    "MAX_KEYS",
    "MAX_TEXT",
    "Arguments",
    "ConnectOffer",
    "CrmProvider",
    "StrictTool",
    "ToolKind",
    "parse",
]

MAX_DEPTH = 16
MAX_KEYS = 500
MAX_TEXT = 128 * 1024

ArgumentsT = TypeVar("ArgumentsT", bound="Arguments")
ConnectOffer = Callable[[], Awaitable[str]]
"""Gives a link where a person can connect an account now, empty where there is none."""


def _without_bounds(schema: dict[str, Any]) -> None:
    """Leave the bounds out of the schema: every tool has this argument, and each word of it is paid by each."""
    schema.pop("maxLength", None)


class CrmProvider(Protocol):
    """Gives the use cases over an account."""

    async def __call__(self, account: str = "") -> Crm:
        """Give the use cases of the account of that name; empty: the default or the only one.

        Raises:
            NotConnectedError: no account is connected.
            UnknownNameError: none is called that.
            AmbiguousNameError: there are several and none is the default.
        """
        ...


class Arguments(ArgModelBase):
    """What a tool is called with: closed, frozen, with numbers taken for text where text is meant."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True, allow_inf_nan=False
    )

    account: Annotated[str, Field(max_length=200, json_schema_extra=_without_bounds)] = ""


class ToolKind(Generic[ArgumentsT]):
    """Everything a client is told about one tool, what it is called with and answers, and how it is carried out."""

    def __init__(
        self,
        name: str,
        *,
        title: str,
        description: str,
        effect: Effect,
        arguments: type[ArgumentsT],
        answer: type[BaseModel],
        act: Callable[[Crm, ArgumentsT], Awaitable[CallToolResult]],
    ) -> None:
        self.name = name
        self.title = title
        self.description = description
        self.effect = effect
        self.arguments = arguments
        self.answer = answer
        self.act = act

    def tool(self, crm: CrmProvider, *, time_s: float, offer: ConnectOffer | None = None) -> StrictTool:
        """Make the tool as the SDK serves it, over the account that `crm` gives."""

        async def run(call: ArgumentsT) -> CallToolResult:
            return await self.act(await crm(call.account), call)

        return StrictTool(
            fn=run,
            name=self.name,
            title=self.title,
            description=self.description,
            parameters=schema_of(self.arguments),
            fn_metadata=FuncMetadata(arg_model=self.arguments, output_schema=schema_of(self.answer)),
            is_async=True,
            context_kwarg=None,
            annotations=hints_of(self.effect),
            writes=self.effect.writes,
            time_s=time_s,
            offer=offer,
        )


class StrictTool(Tool):
    """A tool of the SDK that answers every call with a result, right or wrong."""

    writes: bool
    time_s: float
    offer: Any = None

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Check the arguments, run the tool within its time, and tell every failure as a result."""
        try:
            call = parse(cast("type[Arguments]", self.fn_metadata.arg_model), self.parameters, arguments)
            with anyio.move_on_after(self.time_s) as time:
                return await self.fn(call)
            if time.cancelled_caught:
                raise self._too_slow()
        except (NotConnectedError, ReconnectError) as error:
            link = await self.offer() if self.offer is not None else ""
            return connecting.answer(error, link, context) if link else failures.refusal(error)
        except HubSpotSkillError as error:
            return failures.refusal(error)
        except MCPError:
            raise
        except Exception:  # noqa: BLE001 - the surface's edge: a bug must not end the server or speak to the client
            return failures.bug(self.name, wrote="unknown" if self.writes else "nothing")

    def _too_slow(self) -> HubSpotSkillError:
        return DeadlineError(
            f"{self.name} was not finished after {self.time_s:g} s",
            hint="Read the record before trying again: the write may have happened."
            if self.writes
            else "Ask for less at once: fewer fields, records or a narrower search.",
            wrote="unknown" if self.writes else "nothing",
        )


def parse(model: type[ArgumentsT], schema: Schema, arguments: Mapping[str, object]) -> ArgumentsT:
    """Check a call's arguments against their model.

    Raises:
        InvalidInputError: an argument is unknown, missing, or of the wrong form; each is named with what was expected.
    """
    _bounded(arguments, depth=1)
    try:
        return model.model_validate(_unwrapped(schema, arguments))
    except ValidationError as error:
        problems = [_problem(detail, schema) for detail in error.errors(include_url=False, include_context=True)]
    known = ", ".join(_properties(schema))
    is_named_wrong = any(p.is_named_wrong for p in problems)
    raise InvalidInputError(
        "; ".join(dict.fromkeys(p.message for p in problems)),
        hint=(f"Arguments here: {known}." if known else "This tool takes no arguments.") if is_named_wrong else "",
        field=problems[0].field,
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """One thing wrong with a call: which argument, and why in a sentence."""

    field: str
    message: str
    is_named_wrong: bool = False


def _properties(schema: Schema) -> Mapping[str, Schema]:
    return cast("Mapping[str, Schema]", schema.get("properties", {}))


def _problem(detail: ErrorDetails, schema: Schema) -> _Problem:
    path = [part for part in detail["loc"] if isinstance(part, int) or not part.startswith(("function-", "union"))]
    where = _schema_at(schema, path)
    field = _spelt(path)
    match detail["type"]:
        case "extra_forbidden":
            siblings = list(_properties(_schema_at(schema, path[:-1])))
            nearest = difflib.get_close_matches(str(path[-1]), siblings, n=3, cutoff=0.6)
            instead = f": nearest is {', '.join(quote(n) for n in nearest)}" if nearest else ""
            return _Problem(field, f"unknown argument {quote(field)}{instead}", is_named_wrong=True)
        case "missing":
            message = f"argument {quote(field)} is missing: expected {_expected(where)}"
            return _Problem(field, message, is_named_wrong=True)
        case "value_error":
            reason = detail.get("ctx", {}).get("error")
            return _Problem(field, f"argument {quote(field)} is {_found(detail['input'])}: {reason}")
        case _:
            return _Problem(field, f"argument {quote(field)} is {_found(detail['input'])}: expected {_expected(where)}")


def _schema_at(schema: Schema, path: Sequence[str | int]) -> Schema:
    for part in path:
        inner = schema.get("items") if isinstance(part, int) else _properties(schema).get(part)
        schema = cast("Schema", inner) if isinstance(inner, Mapping) else {}
    return schema


def _spelt(path: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")[:80]


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def _expected(schema: Schema) -> str:
    allowed = schema.get("enum")
    if isinstance(allowed, list):
        return "one of " + ", ".join(str(v) for v in cast("list[object]", allowed))
    plain = _TYPES.get(str(schema.get("type")), "another form")
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{plain} from {least} to {most}"
    if schema.get("type") == "array":
        items = cast("Schema", schema.get("items", {}))
        most_items = schema.get("maxItems")
        return f"{plain} of {_expected(items).removeprefix('a ').removeprefix('an ')}" + (
            f", at most {most_items}" if most_items else ""
        )
    if schema.get("type") == "object" and _properties(schema):
        return f"{plain} with {', '.join(_properties(schema))}"
    return plain


def _found(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return quote(value.encode("utf-8", "replace").decode("utf-8"), most=60)
    if isinstance(value, bool | int | float):
        return json.dumps(value)[:40]
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, Sequence) else "of another form"


def _unwrapped(schema: Schema, arguments: Mapping[str, object]) -> dict[str, object]:
    """Give the arguments with lists and objects that a client sent as JSON text taken out of it."""
    plain = dict(arguments)
    for name, value in arguments.items():
        inner = _properties(schema).get(name, {})
        if inner.get("type") not in {"array", "object"} or not isinstance(value, str):
            continue
        if not value.lstrip().startswith(("[", "{")):
            continue
        try:
            parsed = cast("object", json.loads(value))
        except (ValueError, RecursionError):
            continue
        _bounded(parsed, depth=2)
        plain[name] = parsed
    return plain


def _bounded(value: object, *, depth: int) -> None:
    """Refuse values deeper, wider or longer than any call needs, and numbers that are not finite."""
    if depth > MAX_DEPTH:
        raise InvalidInputError(f"the arguments are nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise InvalidInputError(f"a text has {len(value)} characters: expected at most {MAX_TEXT}")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInputError(f"{value} is not a number that can be used: expected a finite one")
    elif isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        if len(entries) > MAX_KEYS:
            raise InvalidInputError(f"an object has {len(entries)} keys: expected at most {MAX_KEYS}")
        for name, inner in entries.items():
            if len(name) > MAX_TEXT:
                raise InvalidInputError(f"a key has {len(name)} characters: expected at most {MAX_TEXT}")
            _bounded(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _bounded(inner, depth=depth + 1)

"""Tools with closed arguments, short schemas, and an answer for every failure.

The SDK drops unknown arguments silently, shows pydantic's own text for wrong ones, and hides every other exception.
`StrictTool` refuses what it does not know by naming what is nearest (`foundation.closed_models`), tells domain errors through `failures`, bounds the
time of a call, and lets no exception out. It is its own module because it is all that we change in the SDK's behaviour
(mcp 2.3.0, `mcp.server.mcpserver.tools.base`, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar, cast

import anyio
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import BaseModel, ConfigDict, Field

from hubspot_skill.domain.errors import (
    DeadlineError,
    HubSpotSkillError,
    NotConnectedError,
    ReconnectError,
)
from hubspot_skill.foundation.closed_models import parse
from hubspot_skill.surfaces.mcp import connecting, failures
from hubspot_skill.surfaces.mcp.hints import Effect, hints_of
from hubspot_skill.surfaces.mcp.schemas import schema_of

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context

    from hubspot_skill.service.crm import Crm

__all__ = [
    "Arguments",
    "ConnectOffer",
    "CrmProvider",
    "StrictTool",
    "ToolKind",
    "report_progress",
]

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
        act: Callable[[Crm, ArgumentsT], Awaitable[CallToolResult]] | None = None,
        act_in: Callable[[Crm, ArgumentsT, Context[Any]], Awaitable[CallToolResult]] | None = None,
        asks: Callable[[Crm, ArgumentsT, Context[Any]], Awaitable[InputRequiredResult | None]] | None = None,
    ) -> None:
        """Give `act`, or `act_in` for a tool that tells its progress; `asks` may ask the person before, and takes its time."""
        self.name = name
        self.title = title
        self.description = description
        self.effect = effect
        self.arguments = arguments
        self.answer = answer
        self.act = act
        self.act_in = act_in
        self.asks = asks

    def tool(self, crm: CrmProvider, *, time_s: float, offer: ConnectOffer | None = None) -> StrictTool:
        """Make the tool as the SDK serves it, over the account that `crm` gives."""

        async def run(call: ArgumentsT, context: Context[Any]) -> CallToolResult:
            here = await crm(call.account)
            if self.act_in is not None:
                return await self.act_in(here, call, context)
            if self.act is None:
                raise TypeError(f"the tool {self.name} does nothing")
            return await self.act(here, call)

        async def ask(call: ArgumentsT, context: Context[Any]) -> InputRequiredResult | None:
            return None if self.asks is None else await self.asks(await crm(call.account), call, context)

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
            ask=ask,
        )


_calling: ContextVar[Any] = ContextVar("calling", default=None)


async def report_progress(done: float, total: float | None, message: str) -> None:
    """Tell the client of the call that is being carried out how far it is, if it asked to be told."""
    context = _calling.get()
    if context is not None:
        await context.report_progress(done, total, message)


class StrictTool(Tool):
    """A tool of the SDK that answers every call with a result, right or wrong."""

    writes: bool
    time_s: float
    offer: Any = None
    ask: Any = None

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Check the arguments, run the tool within its time, and tell every failure as a result."""
        try:
            call = parse(cast("type[Arguments]", self.fn_metadata.arg_model), self.parameters, arguments)
            _calling.set(context)
            question = await self.ask(call, context) if self.ask is not None else None
            if question is not None:
                return question
            with anyio.move_on_after(self.time_s) as time:
                return await self.fn(call, context)
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

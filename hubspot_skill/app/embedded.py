"""The pretend HubSpot inside this process: for `HUBSPOT_ENVIRONMENT=sandbox`, `demo` and `sandbox`.

It listens on loopback like any other, and the adapter talks to it over HTTP like to any other: what works here works
against HubSpot for the same reasons.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass

from hubspot_skill.app.listening import stop_asked
from hubspot_skill.app.places import Places
from hubspot_skill.domain.errors import InvalidInputError, PlaceError
from hubspot_skill.sandbox.generate import DEFAULT_SIZE
from hubspot_skill.sandbox.serve import Running, SandboxOptions, serve
from hubspot_skill.surfaces.cli.actions import SandboxChoice, Shown

__all__ = ["EmbeddedSandbox", "serve_alone", "start_sandbox"]


@dataclass(frozen=True, slots=True)
class EmbeddedSandbox:
    """A sandbox that listens, until `aclose`."""

    running: Running
    task: asyncio.Task[None]

    @property
    def base_url(self) -> str:
        """The address to give a HubSpot client."""
        return self.running.base_url

    @property
    def token(self) -> str:
        """The token with every scope of the first portal."""
        return self.running.tokens[self.running.portals[0]]

    async def aclose(self) -> None:
        """End it."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


async def start_sandbox(choice: SandboxChoice, places: Places, *, option: str = "--port") -> EmbeddedSandbox:
    """Serve a sandbox in this process's loop and give it once it listens; `option` names what sets its port.

    Raises:
        InvalidInputError: the choice fits no sandbox, or its data cannot be read.
        PlaceError: the port is taken, or a file cannot be read or written.
    """
    listening: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(_options(choice, places), ready=listening.set_result))
    try:
        await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not listening.done():
        listening.cancel()
        try:
            await task
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        except OSError as error:
            raise _unusable(choice, error, option) from error
    return EmbeddedSandbox(listening.result(), task)


def _unusable(choice: SandboxChoice, error: OSError, option: str) -> PlaceError:
    if error.filename is not None:
        return PlaceError(f"{error.filename} cannot be used: {error.strerror}")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return PlaceError(
        f"port {choice.port} on 127.0.0.1 cannot be used for the sandbox: {reason}",
        hint=f"Stop the program that has it, or choose another port with {option}.",
    )


async def serve_alone(choice: SandboxChoice, places: Places, shown: Shown) -> None:
    """Serve a sandbox until somebody asks to stop, and show its address and tokens."""
    async with stop_asked() as stop:
        sandbox = await start_sandbox(choice, places)
        try:
            shown(f"A pretend HubSpot listens at {sandbox.base_url}, its clock at {_clock(sandbox)}.")
            for portal, token in sandbox.running.tokens.items():
                shown(f"  portal {portal:<12} token {token}")
            shown("It holds pretend data only. Stop with Ctrl-C.")
            await stop.wait()
        finally:
            await sandbox.aclose()


def _options(choice: SandboxChoice, places: Places) -> SandboxOptions:
    defaults = SandboxOptions()
    return SandboxOptions(
        port=choice.port,
        portals=defaults.portals if choice.portal is None else (choice.portal,),
        size=DEFAULT_SIZE if choice.size is None else choice.size,
        seed=defaults.seed if choice.seed is None else choice.seed,
        data=choice.data,
        mapping=choice.mapping,
        now=choice.now,
        rates=choice.rates or defaults.rates,
        cache_dir=places.portals,
    )


def _clock(sandbox: EmbeddedSandbox) -> str:
    return f"{sandbox.running.sandbox.clock.now():%Y-%m-%d %H:%M} UTC"

"""What the commands ask for, as plain values, and the protocol of whoever does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

__all__ = [
    "Actions",
    "ArgumentsOf",
    "CheckResult",
    "DemoChoice",
    "SandboxChoice",
    "Schema",
    "Shown",
    "ToolAnswer",
    "ToolView",
    "Verdict",
]

Schema = Mapping[str, object]
ArgumentsOf = Callable[[Schema], Mapping[str, object]]
"""Makes a call's arguments, once the schema of the tool's arguments is known."""

Shown = Callable[[str], None]
"""Shows lines to the person at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxChoice:
    """Which pretend HubSpot to serve.

    None means "as the sandbox itself decides". `size` counts contacts, `rates` names a rate policy.
    """

    port: int
    portal: str | None = None
    size: int | None = None
    seed: int | None = None
    data: Path | None = None
    mapping: Path | None = None
    now: datetime | None = None
    rates: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoChoice:
    """Which sandbox the demo serves, and the port of its server (None: the setting's)."""

    sandbox: SandboxChoice
    port: int | None = None


@dataclass(frozen=True, slots=True)
class ToolView:
    """One tool as a person at a shell sees it."""

    name: str
    title: str
    description: str
    arguments: Schema
    writes: bool


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool answered: the text a model reads, the structured content, and whether it refused."""

    text: str
    structured: object
    is_error: bool


class Verdict(StrEnum):
    """How one check of the doctor ended."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: what was looked at, how it ended, what was found, and the next step."""

    name: str
    verdict: Verdict
    found: str
    hint: str = ""


class Actions(Protocol):
    """What the commands can have done. Each blocks until it is done; every failure is an error of the domain's tree."""

    def mcp(self) -> None:
        """Serve MCP over standard input and output until the client goes."""
        ...

    def serve(self, port: int | None, shown: Shown) -> None:
        """Serve MCP over HTTP on this machine until interrupted."""
        ...

    def sandbox(self, choice: SandboxChoice, shown: Shown) -> None:
        """Serve the pretend HubSpot alone until interrupted."""
        ...

    def demo(self, choice: DemoChoice, shown: Shown) -> None:
        """Serve the sandbox and a server over it until interrupted."""
        ...

    def tools(self) -> Sequence[ToolView]:
        """Give the tools of this server."""
        ...

    def call(self, tool: str, arguments_of: ArgumentsOf) -> ToolAnswer:
        """Call one tool as a chat client would.

        Raises:
            UnknownNameError: there is no such tool; the nearest are the candidates.
        """
        ...

    def doctor(self) -> Sequence[CheckResult]:
        """Check the settings, the way to HubSpot and the token."""
        ...

"""Configurations of chat clients, ready to paste.

Every client is given the absolute path of this installation's own entry point, because chat clients start programs
without a shell's PATH. Forms as documented by Claude Desktop, Claude Code, Cursor and VS Code (read 2026-11-23).
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hubspot_skill.foundation.secret import Secret

__all__ = ["Configuration", "entry_point", "over_http", "over_stdio"]

_NAME = "hubspot"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One thing to paste: for which clients, where it goes, and the text itself."""

    client: str
    place: str
    text: str


def entry_point() -> tuple[str, ...]:
    """Give the command that starts this installation: its script, else this Python with the package's name."""
    script = Path(sys.executable).with_name("hubspot-skill.exe" if os.name == "nt" else "hubspot-skill")
    return (str(script),) if script.exists() else (sys.executable, "-m", "hubspot_skill")


def over_stdio(command: Sequence[str], env: Mapping[str, str]) -> tuple[Configuration, ...]:
    """Give the configurations that start `mcp` with these settings."""
    program, *words = [*command, "mcp"]
    server = {"command": program, "args": words, "env": dict(env)}
    options = " ".join(f"--env {shlex.quote(f'{name}={value}')}" for name, value in env.items())
    return (
        Configuration("Claude Desktop", "claude_desktop_config.json", _json({"mcpServers": {_NAME: server}})),
        Configuration(
            "Claude Code",
            "in a shell",
            f"claude mcp add {options} --transport stdio {_NAME} -- {shlex.join([program, *words])}",
        ),
        Configuration("Cursor", "~/.cursor/mcp.json", _json({"mcpServers": {_NAME: server}})),
        Configuration("VS Code", ".vscode/mcp.json", _json({"servers": {_NAME: {"type": "stdio", **server}}})),
    )


def over_http(address: str, token: Secret) -> tuple[Configuration, ...]:
    """Give the configurations that call a running server; they hold the token of its HTTP door."""
    header = f"Authorization: Bearer {token.reveal()}"
    name, _, value = header.partition(": ")
    server = {"url": address, "headers": {name: value}}
    return (
        Configuration(
            "Claude Code",
            "in a shell",
            f"claude mcp add --transport http {_NAME} {address} --header {shlex.quote(header)}",
        ),
        Configuration("Cursor", "~/.cursor/mcp.json", _json({"mcpServers": {_NAME: server}})),
        Configuration("VS Code", ".vscode/mcp.json", _json({"servers": {_NAME: {"type": "http", **server}}})),
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)

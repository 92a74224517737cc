"""The commands of `hubspot-skill`: options, help and exit codes; what they do is the composition root's.

Help is plain text with examples, because it is all the manual there is in a shell. Everything a command has to say goes
to standard output, every refusal to standard error; only `mcp` says nothing there, since its output is the protocol.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hubspot_skill import __version__
from hubspot_skill.domain.errors import HubSpotSkillError, UnknownNameError
from hubspot_skill.surfaces.cli import render
from hubspot_skill.surfaces.cli.account_commands import add_account_commands
from hubspot_skill.surfaces.cli.actions import Actions, DemoChoice, SandboxChoice, Schema, ToolView, Verdict
from hubspot_skill.surfaces.cli.arguments import UsageError, parse_json, parse_pairs
from hubspot_skill.surfaces.cli.audit_commands import add_audit_commands
from hubspot_skill.surfaces.cli.change_commands import add_change_commands
from hubspot_skill.surfaces.cli.export_commands import add_export_command
from hubspot_skill.surfaces.cli.import_commands import add_import_command
from hubspot_skill.surfaces.cli.report_commands import add_report_command
from hubspot_skill.surfaces.cli.sync_commands import add_sync_command
from hubspot_skill.surfaces.cli.vault_commands import add_vault_commands

__all__ = ["EXIT_FAILED", "EXIT_USAGE", "Output", "build", "run"]

EXIT_FAILED = 1
EXIT_USAGE = 2


class Output(StrEnum):
    """How an answer is printed: as a model reads it, or as the structured content itself."""

    TEXT = "text"
    JSON = "json"


_Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65_535, metavar="PORT", help="Port to listen on; else HUBSPOT_SKILL_PORT."),
]
_Portal = Annotated[
    str | None, typer.Option(help="Generated portal, demo or nordwind; without it both, demo first.", metavar="NAME")
]
_Size = Annotated[
    int | None, typer.Option(min=100, metavar="N", help="Contacts of the generated portal; 600 without this option.")
]
_Seed = Annotated[int | None, typer.Option(metavar="N", help="Seed of the generator: the same seed, the same portal.")]
_Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder of CSV files to load instead of a generated portal.", exists=True, file_okay=False
    ),
]
_Mapping = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="TOML file that says which column is which; else DIR/mapping.toml, else a built-in one that fits.",
        exists=True,
        dir_okay=False,
    ),
]
_Now = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        metavar="DATE",
        help="Where the portal's clock starts (UTC); else now, for a folder the day after its last date.",
    ),
]
_Rates = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY",
        help="Rate limits to enforce: none, private_app_starter, private_app_pro (without this option),"
        " private_app_enterprise, private_app_increase or oauth_app.",
    ),
]


def build(actions: Actions) -> typer.Typer:
    """Give the application of all commands over these actions."""
    app = typer.Typer(
        name="hubspot-skill",
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": render.WIDTH},
    )
    app.callback()(_about)
    for add in (
        _add_demo,
        _add_mcp,
        _add_serve,
        add_account_commands,
        _add_call,
        add_report_command,
        add_export_command,
        add_import_command,
        _add_doctor,
        add_vault_commands,
        add_audit_commands,
        add_sync_command,
        add_change_commands,
        _add_sandbox,
    ):
        add(app, actions)
    return app


def run(actions: Actions, words: Sequence[str]) -> int:
    """Carry out one command line and give the exit code."""
    command = typer.main.get_command(build(actions))
    try:
        command.main(list(words), prog_name="hubspot-skill")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except UsageError as error:
        _tell(f"error: {error}")
        return EXIT_USAGE
    except HubSpotSkillError as error:
        _tell(render.refusal(error))
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the surface's edge: a person at a shell gets a line, not a traceback
        at = traceback.extract_tb(error.__traceback__)[-1]
        _tell(f"error: this is a bug: {type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})")
        return EXIT_FAILED
    return 0


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"hubspot-skill {__version__}")
        raise typer.Exit


def _about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """HubSpot for any AI client: contacts, companies, deals and campaigns, by name.

    Start with `hubspot-skill demo`: it needs no HubSpot account. For a real one set HUBSPOT_ACCESS_TOKEN to a service
    key or private-app token, or connect accounts with `hubspot-skill login`; then run `hubspot-skill doctor`.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
    """


def _add_demo(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def demo(
        port: _Port = None,
        sandbox_port: Annotated[
            int, typer.Option(min=1, max=65_535, metavar="PORT", help="Port of the sandbox.")
        ] = 8766,
        size: _Size = None,
        seed: _Seed = None,
        data: _Data = None,
        mapping: _Mapping = None,
        now: _Now = None,
    ) -> None:
        """Try it: serve a pretend HubSpot and a server over it.

        Prints the addresses, ready-to-paste configurations for Claude Desktop, Claude Code, Cursor and VS Code, and one
        real answer. Runs until Ctrl-C. Nothing leaves this machine.

        \b
        Examples:
          hubspot-skill demo
          hubspot-skill demo --data ./my-crm-export
          hubspot-skill demo --port 9000 --sandbox-port 9001 --size 20000
        """
        choice = SandboxChoice(port=sandbox_port, size=size, seed=seed, data=data, mapping=mapping, now=_moment(now))
        actions.demo(DemoChoice(sandbox=choice, port=port), typer.echo)


def _add_mcp(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def mcp() -> None:
        """Serve MCP over standard input and output.

        This is what a chat client on this machine starts.

        \b
        Examples:
          claude mcp add hubspot --env HUBSPOT_ACCESS_TOKEN=pat-... -- hubspot-skill mcp
          HUBSPOT_ENVIRONMENT=sandbox hubspot-skill mcp
        """
        actions.mcp()


def _add_serve(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def serve(port: _Port = None) -> None:
        """Serve MCP over HTTP on this machine, until Ctrl-C.

        The address ends in /mcp. Clients send a bearer token from a file that only you can read; the command says where it lies.

        \b
        Examples:
          hubspot-skill serve
          hubspot-skill serve --port 9000
        """
        actions.serve(port, typer.echo)


def _add_sandbox(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def sandbox(
        port: Annotated[
            int, typer.Option("--port", min=1, max=65_535, metavar="PORT", help="Port to listen on.")
        ] = 8766,
        portal: _Portal = None,
        size: _Size = None,
        seed: _Seed = None,
        data: _Data = None,
        mapping: _Mapping = None,
        now: _Now = None,
        rates: _Rates = None,
    ) -> None:
        """Serve the pretend HubSpot alone, until Ctrl-C.

        For any HubSpot client: it speaks v3, v4, 2026-03 and 2026-09 of HubSpot's API, keeps what is written to it
        while it runs, and prints its address and tokens. Point the client's base address at it.

        \b
        Examples:
          hubspot-skill sandbox
          hubspot-skill sandbox --port 9001 --size 100000 --seed 7
          hubspot-skill sandbox --data ./my-crm-export --mapping ./columns.toml --now 2026-11-23
        """
        choice = SandboxChoice(
            port=port, portal=portal, size=size, seed=seed, data=data, mapping=mapping, now=_moment(now), rates=rates
        )
        actions.sandbox(choice, typer.echo)


def _add_call(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def call(
        tool: Annotated[
            str | None, typer.Argument(metavar="TOOL", help="Name of the tool; none lists all tools.")
        ] = None,
        pairs: Annotated[
            list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Arguments of the tool; --describe lists them.")
        ] = None,
        json_text: Annotated[
            str | None,
            typer.Option("--json", metavar="JSON", help="All arguments as one JSON object; `-` reads it from input."),
        ] = None,
        output: Annotated[
            Output, typer.Option(help="Text as a model reads it, or the structured content.")
        ] = Output.TEXT,
        describe: Annotated[bool, typer.Option("--describe", help="Show the tool's arguments instead.")] = False,
    ) -> None:
        """Call one tool from the shell.

        The tool answers exactly as it does in a chat. A list is given with commas, by repeating its key, or as JSON; an object as JSON or by entry, as in
        properties.hs_next_step=Call. The tool's own checks apply.

        \b
        Examples:
          hubspot-skill call
          hubspot-skill call hubspot_search_deals --describe
          hubspot-skill call hubspot_search_deals status=open owner=me limit=5
          hubspot-skill call hubspot_brief record=ada@example.com --output json
          echo '{"record": "ada@example.com"}' | hubspot-skill call hubspot_brief --json -
        """
        if tool is None:
            typer.echo(render.tools(actions.tools()))
            return
        if describe:
            typer.echo(render.arguments(_named(tool, actions.tools())))
            return
        if json_text is not None and pairs:
            raise UsageError("arguments are given both as key=value and with --json: expected one of the two")
        try:
            answer = actions.call(tool, _reader(pairs or [], json_text))
        except UnknownNameError as error:
            raise UsageError(render.refusal(error).removeprefix("error: ")) from error
        if answer.is_error:
            _tell(answer.text if output is Output.JSON else render.tool_refusal(answer.text))
            raise typer.Exit(EXIT_FAILED)
        if output is Output.JSON:
            typer.echo(json.dumps(answer.structured, ensure_ascii=False, indent=2))
        else:
            typer.echo(answer.text)


def _add_doctor(app: typer.Typer, actions: Actions) -> None:
    @app.command()
    def doctor() -> None:
        """Check settings, connection, token and scopes.

        Each fault is named with the step that mends it. Writes nothing. Exit code 1 when a check failed.
        """
        results = actions.doctor()
        typer.echo(render.report(results))
        if any(result.verdict is Verdict.FAILED for result in results):
            raise typer.Exit(EXIT_FAILED)


def _reader(pairs: Sequence[str], json_text: str | None) -> Callable[[Schema], dict[str, object]]:
    if json_text is None:
        return lambda schema: parse_pairs(pairs, schema)
    arguments = parse_json(sys.stdin.read() if json_text == "-" else json_text)
    return lambda _: arguments


def _named(name: str, views: Sequence[ToolView]) -> ToolView:
    for view in views:
        if view.name == name:
            return view
    raise UsageError(f'there is no tool "{name}": expected one of {", ".join(view.name for view in views)}')


def _moment(now: datetime | None) -> datetime | None:
    return None if now is None else now.replace(tzinfo=UTC)


def _tell(text: str) -> None:
    typer.echo(text, err=True)

"""The command of the local copy: `hubspot-skill sync`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated

import typer

from hubspot_skill.service.requests import SyncAction
from hubspot_skill.surfaces.cli.actions import Actions, SyncChoice, SyncWatch

if TYPE_CHECKING:
    from hubspot_skill.service.answers import SyncAnswer

__all__ = ["add_sync_command", "standing"]


def add_sync_command(app: typer.Typer, actions: Actions) -> None:
    """Add the command to the shell."""

    @app.command()
    def sync(
        account: Annotated[str, typer.Option(help="Account by name, HubSpot id or domain.", metavar="NAME")] = "",
        full: Annotated[bool, typer.Option("--full", help="Compare every record with HubSpot.")] = False,
        status: Annotated[bool, typer.Option("--status", help="Only tell where the copy stands.")] = False,
        pause: Annotated[bool, typer.Option("--pause", help="Let sync rest, in every process.")] = False,
        resume: Annotated[bool, typer.Option("--resume", help="Let it go on, and bring the copy up to date.")] = False,
    ) -> None:
        """Bring the local copy up to date that reports are computed from.

        The first time everything is read; it can be stopped and goes on where it was. Servers keep it fresh themselves.

        \b
        Examples:
          hubspot-skill sync
          hubspot-skill sync --status
          hubspot-skill sync --full --account acme
        """
        if sum((full, status, pause, resume)) > 1:
            raise typer.BadParameter("give one of --full, --status, --pause and --resume")
        if resume:
            actions.sync(SyncChoice(action=SyncAction.RESUME, account=account), _nobody)
        action = SyncAction.REFRESH
        for is_chosen, chosen in ((full, SyncAction.FULL), (status, SyncAction.STATUS), (pause, SyncAction.PAUSE)):
            action = chosen if is_chosen else action
        with _bar() as watch:
            answer = actions.sync(SyncChoice(action=action, account=account), watch)
        typer.echo(standing(answer))
        if answer.last_error:
            typer.echo(f"error: sync ended with {answer.last_error}; what was read is kept, run it again", err=True)
            raise typer.Exit(1)


def standing(answer: SyncAnswer) -> str:
    """Give where the local copy stands, as lines."""
    lines = [
        f"{o.object:<10}{o.done:>9} of {o.total if o.total is not None else '?':<9} "
        + (f"as of {o.as_of:%Y-%m-%d %H:%M:%S}" if o.as_of is not None else o.phase)
        for o in answer.objects
    ]
    whole = f"complete, {answer.age_s or 0:.0f} s old" if answer.is_complete else "not complete yet"
    return "\n".join([*lines, f"The local copy is {whole}.", *answer.notes])


def _nobody(answer: SyncAnswer) -> None:
    """Watch nothing."""


@contextlib.contextmanager
def _bar() -> Generator[SyncWatch]:
    """Show a bar on standard error while the block runs, where that is a terminal."""
    if not sys.stderr.isatty():
        yield _nobody
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {"": progress.add_task("structure", total=None)}

        def watch(answer: SyncAnswer) -> None:
            for found in answer.objects:
                if found.object not in tasks:
                    tasks[found.object] = progress.add_task(found.object, total=found.total)
                progress.update(tasks[found.object], completed=found.done, total=found.total)
            if answer.objects:
                told = f"links ({answer.links_left} kinds left)" if answer.links_left else "history and changes"
                progress.update(tasks[""], description=told)

        yield watch

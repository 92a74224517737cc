"""The commands about the audit, the chain of what was done: `audit` and what is under it."""

from __future__ import annotations

from typing import Annotated

import typer

from hubspot_skill.surfaces.cli.accounts import facts
from hubspot_skill.surfaces.cli.actions import AuditActions

__all__ = ["add_audit_commands"]


def add_audit_commands(app: typer.Typer, actions: AuditActions) -> None:
    """Add the commands to the application."""
    group = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
    group.callback()(_about)

    @group.command()
    def verify(
        head: Annotated[str, typer.Option(help="A head that was written down before, such as 12:9f86…")] = "",
    ) -> None:
        """Read the chain from its beginning and say whether it holds.

        A row that was changed, removed or added breaks it. Write the head down elsewhere: with it, a chain whose end was
        cut off is found too. Exit code 1 when it does not hold.
        """
        found = actions.verify_audit(head)
        typer.echo("The audit holds." if found.holds else "The audit does not hold.", err=not found.holds)
        typer.echo(facts(found.facts), err=not found.holds)
        if not found.holds:
            raise typer.Exit(1)

    @group.command()
    def show(most: Annotated[int, typer.Option(min=1, max=1000, help="How many of the newest entries.")] = 50) -> None:
        """Show the newest entries, oldest first.

        Each is a number, a moment in UTC and what was done as JSON; accounts stand there by an id without meaning.
        """
        for line in actions.show_audit(most):
            typer.echo(line)

    app.add_typer(group, name="audit")


def _about() -> None:
    """Look at the chain of what was done here.

    Connecting, naming, disconnecting accounts and changes of keys are kept, each row bound to the one before it.

    \b
    Examples:
      hubspot-skill audit verify
      hubspot-skill audit verify --head 12:9f86d0
      hubspot-skill audit show --most 10
    """

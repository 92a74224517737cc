"""The commands about the vault that keeps the tokens: `vault` and what is under it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hubspot_skill.surfaces.cli.accounts import facts
from hubspot_skill.surfaces.cli.actions import VaultActions

__all__ = ["add_vault_commands"]


def add_vault_commands(app: typer.Typer, actions: VaultActions) -> None:
    """Add the commands to the application."""
    group = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
    group.callback()(_about)
    for add in (_add_status, _add_rotate, _add_new_key, _add_backup, _add_migrate, _add_revoke_all):
        add(group, actions)
    app.add_typer(group, name="vault")


def _about() -> None:
    """Look after the encrypted vault of tokens.

    The vault lies in the data folder, its key elsewhere: in the desktop's key store, a file that you name, or a file in
    the configuration folder. Whoever copies one has not the other.

    \b
    Examples:
      hubspot-skill vault status
      hubspot-skill vault backup ~/backups/2026-11
      hubspot-skill vault rotate
    """


def _add_status(group: typer.Typer, actions: VaultActions) -> None:
    @group.command()
    def status() -> None:
        """Tell where the vault and its key are, and what it holds."""
        typer.echo(facts(actions.vault_status()))


def _add_rotate(group: typer.Typer, actions: VaultActions) -> None:
    @group.command()
    def rotate() -> None:
        """Seal everything with the newest key, and with new keys of its own.

        Runs while the vault is in use, and goes on where it was broken off. To change the vault's key itself, first
        give it a new one (`hubspot-skill vault new-key`) and start again the programs that use the vault.
        """
        typer.echo(facts(actions.rotate()))


def _add_new_key(group: typer.Typer, actions: VaultActions) -> None:
    @group.command("new-key")
    def new_key(
        keep: Annotated[
            bool, typer.Option("--keep", help="Put it before the key that this program keeps itself.")
        ] = False,
    ) -> None:
        """Make a new key for the vault, and print it for whoever keeps the keys.

        Write it before the old one, with a comma or a new line between them, where HUBSPOT_SKILL_KEY or
        HUBSPOT_SKILL_KEY_FILE has it. Where this program keeps the key itself, --keep does that and prints nothing
        secret. Then start again the programs that use the vault, and run `hubspot-skill vault rotate`.

        \b
        Examples:
          hubspot-skill vault new-key
          hubspot-skill vault new-key --keep
        """
        typer.echo(facts(actions.keep_new_key()) if keep else actions.new_key())


def _add_backup(group: typer.Typer, actions: VaultActions) -> None:
    @group.command()
    def backup(target: Annotated[Path, typer.Argument(metavar="FOLDER", help="New folder for the copy.")]) -> None:
        """Copy the vault, the journal of changes and the audit into a new folder, while they are in use.

        The copy is encrypted as they are, opens with the same key, and does not hold it: keep the key too. To restore,
        copy what is in it to the data folder of a machine that has nothing there, and give that machine the key.

        \b
        Examples:
          hubspot-skill vault backup ~/backups/2026-11
          hubspot-skill vault backup ./copy
        """
        typer.echo(facts(actions.back_up(target)))


def _add_migrate(group: typer.Typer, actions: VaultActions) -> None:
    @group.command()
    def migrate() -> None:
        """Prepare the PostgreSQL database of several hosts, and move there what this machine keeps.

        HUBSPOT_SKILL_DATABASE_URL names it for the program's role, which must own nothing;
        HUBSPOT_SKILL_DATABASE_OWNER_URL for the role that owns its tables, needed here only, and after each update.
        Stop the other programs that use the vault first. Every secret and every row is compared before it says done;
        the files here are put away, not deleted. Run it again if it was broken off.

        \b
        Examples:
          hubspot-skill vault migrate
        """
        typer.echo(facts(actions.migrate()))


def _add_revoke_all(group: typer.Typer, actions: VaultActions) -> None:
    @group.command("revoke-all")
    def revoke_all(yes: Annotated[bool, typer.Option("--yes", help="Do it without asking first.")] = False) -> None:
        """Disconnect every account at once: for a lost machine or a leaked key.

        Tokens are out of use here at once; HubSpot is told to end each. Run it again to tell HubSpot what it could not
        be told. Asks first, unless --yes is given.
        """
        if not yes:
            typer.confirm("Disconnect every HubSpot account of this vault?", abort=True)
        typer.echo(facts(actions.revoke_all()))

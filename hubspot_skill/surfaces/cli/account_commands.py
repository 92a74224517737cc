"""The commands about connected accounts: `login`, `accounts` and what is under it, `forget`.

A secret is never an argument: it would stand in the shell's history and in the list of processes.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.cli import accounts as told
from hubspot_skill.surfaces.cli.actions import AccountActions, LoginChoice
from hubspot_skill.surfaces.cli.arguments import UsageError

__all__ = ["add_account_commands"]

_Account = Annotated[str, typer.Argument(help="Name, HubSpot id or domain of the account.")]
_Uninstall = Annotated[
    bool, typer.Option("--uninstall", help="Also take the app out of the account; HubSpot mails its admins.")
]
_Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking first.")]


def add_account_commands(app: typer.Typer, actions: AccountActions) -> None:
    """Add the commands to the application."""
    _add_login(app, actions)
    group = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
    group.callback()(_listing(actions))
    _add_naming(group, actions)
    _add_add_token(group, actions)
    _add_disconnect(group, actions)
    app.add_typer(group, name="accounts")
    _add_forget(app, actions)


def _add_login(app: typer.Typer, actions: AccountActions) -> None:
    @app.command()
    def login(
        account: Annotated[
            str, typer.Option(help="Connect this account again: its name, HubSpot id or domain.", show_default=False)
        ] = "",
        alias: Annotated[str, typer.Option(help="What to call the account here.", show_default=False)] = "",
        no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open no browser.")] = False,
    ) -> None:
        """Connect a HubSpot account in the browser.

        It goes through an OAuth app of your own. Needs HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET of the app, and its redirect address registered there to the
        letter. Shows what was connected and which scopes were not granted. Run it again for each account. With a
        service key no app is needed: see `hubspot-skill accounts add-token`.

        \b
        Examples:
          hubspot-skill login
          hubspot-skill login --alias "head office"
          hubspot-skill login --account acme.com --no-browser
        """
        actions.login(LoginChoice(account=account, alias=alias, opens_browser=not no_browser), typer.echo)


def _listing(actions: AccountActions) -> Callable[[typer.Context], None]:
    def accounts(context: typer.Context) -> None:
        """List, name and disconnect HubSpot accounts.

        Without a command it lists them: name, HubSpot id, domain, how each stands, and what is missing with the step
        that mends it.

        \b
        Examples:
          hubspot-skill accounts
          hubspot-skill accounts name acme.com "head office"
          hubspot-skill accounts default "head office"
          hubspot-skill accounts add-token < key.txt
          hubspot-skill accounts disconnect "head office"
        """
        if context.invoked_subcommand is None:
            typer.echo(told.listing(actions.accounts()))

    return accounts


def _add_naming(group: typer.Typer, actions: AccountActions) -> None:
    @group.command()
    def name(
        account: _Account, new: Annotated[str, typer.Argument(help="Its new name, at most 40 characters.")]
    ) -> None:
        """Give an account another name.

        \b
        Examples:
          hubspot-skill accounts name acme.com "head office"
          hubspot-skill accounts name 24601337 acme
        """
        actions.name_account(account, new)
        typer.echo(f"It is called {new.strip().casefold()} now.")

    @group.command()
    def default(account: _Account) -> None:
        """Choose the account that tools use when none is named.

        \b
        Examples:
          hubspot-skill accounts default "head office"
          hubspot-skill accounts default 24601337
        """
        actions.make_default(account)
        typer.echo(f"Tools use {account} when no account is named.")


def _add_add_token(group: typer.Typer, actions: AccountActions) -> None:
    @group.command("add-token")
    def add_token(
        alias: Annotated[str, typer.Option(help="What to call the account here.", show_default=False)] = "",
    ) -> None:
        """Keep a service key or private-app token in the vault.

        Asks for it without showing it, or reads it from standard input; never from the command line, where others could
        see it. It is tried at HubSpot first and kept encrypted. An earlier key of the same account is replaced.

        \b
        Examples:
          hubspot-skill accounts add-token --alias acme
          hubspot-skill accounts add-token < key.txt
        """
        text = getpass.getpass("HubSpot token (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
        if not text.strip():
            raise UsageError("no token was given: expected one line, at the prompt or on standard input")
        typer.echo(told.connected(actions.add_key(Secret(text.strip()), alias)))


def _add_disconnect(group: typer.Typer, actions: AccountActions) -> None:
    @group.command()
    def disconnect(account: _Account, uninstall: _Uninstall = False) -> None:
        """Delete an account's tokens here and end them at HubSpot.

        The tokens are gone here at once, whatever HubSpot answers; what it could not be told is said.

        \b
        Examples:
          hubspot-skill accounts disconnect "head office"
          hubspot-skill accounts disconnect acme.com --uninstall
        """
        typer.echo(told.disconnected(actions.disconnect(account, uninstall=uninstall)))


def _add_forget(app: typer.Typer, actions: AccountActions) -> None:
    @app.command()
    def forget(account: _Account, uninstall: _Uninstall = False, yes: _Yes = False) -> None:
        """Remove all that is kept of an account here.

        Its tokens are revoked at HubSpot, its row leaves the vault, and nothing remains but the fact, without a name,
        that it was there. Your data in HubSpot is not touched. Asks first, unless --yes is given.

        \b
        Examples:
          hubspot-skill forget "head office"
          hubspot-skill forget acme.com --uninstall --yes
        """
        if not yes:
            typer.confirm(f"Remove everything that is kept of {account} here?", abort=True)
        typer.echo(told.disconnected(actions.disconnect(account, uninstall=uninstall)))

"""What the commands of the shell have done here: reads the settings, builds the rooms, runs one thing.

Each command imports what it needs when it runs: `--help` and `call` need no HTTP server, `sandbox` needs no MCP.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hubspot_skill.app.places import Places, default_places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.surfaces.cli.actions import (
    Approved,
    ArgumentsOf,
    CheckResult,
    DemoChoice,
    ExportChoice,
    Exported,
    Facts,
    ImportChoice,
    Imported,
    LoginChoice,
    PolicyChoice,
    SandboxChoice,
    Shown,
    SyncChoice,
    SyncWatch,
    ToolAnswer,
    ToolView,
    Verified,
)

if TYPE_CHECKING:
    from hubspot_skill.app.accounts_shell import AccountsShell
    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.domain.report import Question
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.service.accounts import ConnectedAccount, Disconnected
    from hubspot_skill.service.answers import ReportAnswer, SyncAnswer
    from hubspot_skill.service.changes.answers import PlanLine, PlanView, PolicyView

__all__ = ["Program"]

Given = TypeVar("Given")


class Program:
    """The actions of the shell, over one environment (the process's own by default)."""

    def __init__(self, environ: MutableMapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def mcp(self) -> None:
        """Serve MCP over standard input and output until the client goes."""
        from hubspot_skill.app import stdio

        asyncio.run(stdio.serve(read_settings(self._environ)))

    def serve(self, port: int | None, shown: Shown) -> None:
        """Serve MCP over HTTP on this machine until somebody asks to stop."""
        from hubspot_skill.app import serve

        settings, places = self._read()
        asyncio.run(serve.serve(settings, places, port, shown))

    def sandbox(self, choice: SandboxChoice, shown: Shown) -> None:
        """Serve the pretend HubSpot alone until somebody asks to stop."""
        from hubspot_skill.app import embedded

        _, places = self._read()
        asyncio.run(embedded.serve_alone(choice, places, shown))

    def demo(self, choice: DemoChoice, shown: Shown) -> None:
        """Serve the sandbox and a server over it until somebody asks to stop."""
        from hubspot_skill.app import demo

        settings, places = self._read()
        asyncio.run(demo.demo(settings, places, choice, shown))

    def tools(self) -> Sequence[ToolView]:
        """Give the tools of this server."""
        from hubspot_skill.app import toolbox

        return self._with_account(toolbox.list_tools)

    def call(self, tool: str, arguments_of: ArgumentsOf) -> ToolAnswer:
        """Call one tool as a chat client would."""
        from hubspot_skill.app import toolbox

        return self._with_account(lambda settings, accounts: toolbox.call_tool(settings, accounts, tool, arguments_of))

    def export(self, choice: ExportChoice) -> Exported:
        """Write whole results to a file."""
        from hubspot_skill.app import exporting

        return self._with_account(lambda settings, accounts: exporting.export(settings, accounts, choice))

    def sync(self, choice: SyncChoice, watch: SyncWatch) -> SyncAnswer:
        """Bring the local copy of an account up to date, or tell where it stands."""
        from hubspot_skill.app import syncing

        return self._with_account(lambda _, accounts: syncing.sync(accounts, choice, watch))

    def report(self, question: Question, account: str) -> ReportAnswer:
        """Compute a report of an account."""

        async def ask(settings: Settings, accounts: Accounts) -> ReportAnswer:
            return await (await accounts.crm(account)).report(question)

        return self._with_account(ask)

    def import_file(self, choice: ImportChoice, approved: Approved) -> Imported:
        """Create and update records from a CSV file."""
        from hubspot_skill.app import importing

        return self._with_account(
            lambda settings, accounts: importing.import_file(settings, accounts, choice, approved)
        )

    def list_plans(self, most: int) -> Sequence[PlanLine]:
        """Give the newest plans of changes."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.plans(accounts, most))

    def show_plan(self, plan_id: str, rows: int) -> PlanView:
        """Give one plan with its rows."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.show(accounts, plan_id, rows))

    def approve_plan(self, plan_id: str, *, shown: str, typed_count: int | None) -> PlanView:
        """Record an approval at the terminal."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.approve(accounts, plan_id, shown, typed_count))

    def reject_plan(self, plan_id: str) -> PlanView:
        """Record that a plan is not wanted."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.reject(accounts, plan_id))

    def apply_plan(self, plan_id: str, account: str, progress: Callable[[int, int], None]) -> PlanView:
        """Apply a plan to its end."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.apply(accounts, account, plan_id, progress))

    def undo_plan(self, plan_id: str, account: str) -> PlanView:
        """Plan the way back of a plan."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.undo(accounts, account, plan_id))

    def policy(self, account: str, choice: PolicyChoice) -> PolicyView:
        """Change or tell an account's policy for writes."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.policy(accounts, account, choice))

    def switch_writes(self, account: str, *, are_off: bool) -> PolicyView:
        """Switch all writing to an account off, or on."""
        from hubspot_skill.app import changes_shell

        return self._with_account(lambda _, accounts: changes_shell.switch(accounts, account, are_off=are_off))

    def doctor(self) -> Sequence[CheckResult]:
        """Check the settings, the way to HubSpot and the token."""
        from hubspot_skill.app import doctor

        return asyncio.run(doctor.examine(self._environ))

    def login(self, choice: LoginChoice, shown: Shown) -> None:
        """Connect an account in the browser."""
        from hubspot_skill.app import login

        settings, places = self._read()
        asyncio.run(login.login(settings, places, self._environ, choice, shown))

    def accounts(self) -> Sequence[ConnectedAccount]:
        """List the accounts that are kept."""
        return asyncio.run(self._shell().list())

    def name_account(self, account: str, alias: str) -> None:
        """Give an account another name."""
        asyncio.run(self._shell().rename(account, alias))

    def make_default(self, account: str) -> None:
        """Make an account the one that is meant when none is named."""
        asyncio.run(self._shell().make_default(account))

    def add_key(self, token: Secret, alias: str) -> ConnectedAccount:
        """Check a service key or private-app token at HubSpot, and keep it."""
        return asyncio.run(self._shell().add_key(token, alias))

    def disconnect(self, account: str, *, uninstall: bool) -> Disconnected:
        """Delete an account's tokens here and revoke them at HubSpot."""
        return asyncio.run(self._shell().disconnect(account, uninstall=uninstall))

    def vault_status(self) -> Facts:
        """Tell where the vault and its key are, and what it holds."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.status(self._shell(), *self._read()))

    def rotate(self) -> Facts:
        """Seal everything anew."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.rotate(self._shell()))

    def back_up(self, target: Path) -> Facts:
        """Copy vault, journal and audit into a new folder."""
        from hubspot_skill.app import backing_up

        return asyncio.run(backing_up.back_up(*self._read(), self._environ, target.expanduser().absolute()))

    def migrate(self) -> Facts:
        """Prepare the PostgreSQL database, and move there what is kept here."""
        from hubspot_skill.app import moving

        return asyncio.run(moving.migrate_stores(*self._read(), self._environ))

    def revoke_all(self) -> Facts:
        """Disconnect every account."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.revoke_all(self._shell()))

    def new_key(self) -> str:
        """Make a key, as text; nothing is kept."""
        from hubspot_skill.app import vault_shell

        return vault_shell.new_key()

    def keep_new_key(self) -> Facts:
        """Make a key and put it before those that this program keeps for itself."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.keep_new_key(self._shell()))

    def verify_audit(self, head: str) -> Verified:
        """Read the chain of what was done from its beginning."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.verify_audit(self._shell(), head))

    def show_audit(self, most: int) -> Sequence[str]:
        """Give the newest entries of the audit."""
        from hubspot_skill.app import vault_shell

        return asyncio.run(vault_shell.show_audit(self._shell(), most))

    def _shell(self) -> AccountsShell:
        from hubspot_skill.app.accounts_shell import AccountsShell

        return AccountsShell(*self._read(), self._environ)

    def _read(self) -> tuple[Settings, Places]:
        settings = read_settings(self._environ)
        return settings, default_places(settings.data_dir)

    def _with_account(self, act: Callable[[Settings, Accounts], Awaitable[Given]]) -> Given:
        from hubspot_skill.app.compose import Accounts

        settings, places = self._read()

        async def run() -> Given:
            accounts = Accounts(settings, places, environment=self._environ)
            try:
                return await act(settings, accounts)
            finally:
                await accounts.aclose()

        return asyncio.run(run())

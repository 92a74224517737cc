"""What the commands ask for, as plain values, and the protocol of whoever does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.service.requests import Condition

if TYPE_CHECKING:
    from hubspot_skill.domain.report import Question
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.service.accounts import ConnectedAccount, Disconnected
    from hubspot_skill.service.answers import ReportAnswer, SyncAnswer
    from hubspot_skill.service.changes.answers import PlanLine, PlanView, PolicyView
    from hubspot_skill.service.importing.answers import RowOutcome
    from hubspot_skill.service.requests import SyncAction

__all__ = [
    "AccountActions",
    "Actions",
    "Approved",
    "ArgumentsOf",
    "AuditActions",
    "ChangeActions",
    "CheckResult",
    "DemoChoice",
    "ExportActions",
    "ExportChoice",
    "Exported",
    "Facts",
    "ImportActions",
    "ImportChoice",
    "Imported",
    "LoginChoice",
    "PolicyChoice",
    "ReportActions",
    "SandboxChoice",
    "Schema",
    "Shown",
    "SyncChoice",
    "SyncWatch",
    "ToolAnswer",
    "ToolView",
    "VaultActions",
    "Verdict",
    "Verified",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginChoice:
    """Which account to connect again (empty: any), what to call it (empty: its own name), and who opens the browser."""

    account: str = ""
    alias: str = ""
    opens_browser: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """What to write to a file: all of a type that matches. Without `output` the file is in the data folder."""

    type: str
    where: tuple[Condition, ...] = ()
    text: str = ""
    fields: tuple[str, ...] = ()
    format: ExportFormat = ExportFormat.CSV
    output: Path | None = None
    most_rows: int = 1_000_000
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncChoice:
    """What to do about the local copy of an account (empty: the default or only one)."""

    action: SyncAction
    account: str = ""


SyncWatch = Callable[["SyncAnswer"], None]
"""Is told where the local copy stands, several times a second."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: of what, how many rows, where, and what to know of it."""

    what: str
    rows: int
    path: Path
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoice:
    """Which file to import as what; `applies` writes after the person's approval, else it is only tried."""

    file: Path
    type: str
    mapping: Mapping[str, str]
    key: str = ""
    applies: bool = False
    report: Path | None = None
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: its form, what its columns are, every row, where the report is, plans that wait."""

    file: str
    form: str
    type: str
    account: str
    key: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[RowOutcome, ...]
    report: Path
    requests: int
    open_plans: tuple[str, ...]
    is_unfinished: bool


Approved = Callable[["PlanView"], "int | None"]
"""Shows a plan to the person at the terminal; gives the count that they typed, None where they do not approve."""

Facts = Sequence[tuple[str, str]]
"""What was found or done, as pairs of a name and a value."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the audit's chain holds, and what was found."""

    holds: bool
    facts: Facts


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


class AccountActions(Protocol):
    """What can be done with the accounts; as `Actions`."""

    def login(self, choice: LoginChoice, shown: Shown) -> None:
        """Connect an account in the browser."""
        ...

    def accounts(self) -> Sequence[ConnectedAccount]:
        """List the accounts that are kept."""
        ...

    def name_account(self, account: str, alias: str) -> None:
        """Give an account another name."""
        ...

    def make_default(self, account: str) -> None:
        """Make an account the one that is meant when none is named."""
        ...

    def add_key(self, token: Secret, alias: str) -> ConnectedAccount:
        """Check a service key or private-app token at HubSpot, and keep it."""
        ...

    def disconnect(self, account: str, *, uninstall: bool) -> Disconnected:
        """Delete an account's tokens here and revoke them at HubSpot."""
        ...


class VaultActions(Protocol):
    """What an operator can do with the vault; as `Actions`."""

    def vault_status(self) -> Facts:
        """Tell where the vault and its key are, and what it holds."""
        ...

    def rotate(self) -> Facts:
        """Seal everything anew."""
        ...

    def back_up(self, target: Path) -> Facts:
        """Copy vault, journal and audit into a new folder."""
        ...

    def migrate(self) -> Facts:
        """Prepare the PostgreSQL database, and move there what is kept here."""
        ...

    def revoke_all(self) -> Facts:
        """Disconnect every account."""
        ...

    def new_key(self) -> str:
        """Make a key, as text; nothing is kept."""
        ...

    def keep_new_key(self) -> Facts:
        """Make a key and put it before those that this program keeps for itself."""
        ...


class AuditActions(Protocol):
    """What can be asked of the audit; as `Actions`."""

    def verify_audit(self, head: str) -> Verified:
        """Read the chain of what was done from its beginning; `head` is one that was written down, or empty."""
        ...

    def show_audit(self, most: int) -> Sequence[str]:
        """Give the newest entries, one a line."""
        ...


class ExportActions(Protocol):
    """What can be written to files; as `Actions`."""

    def export(self, choice: ExportChoice) -> Exported:
        """Write whole results to a file."""
        ...


class ReportActions(Protocol):
    """What can be computed; as `Actions`."""

    def report(self, question: Question, account: str) -> ReportAnswer:
        """Compute a report of an account (empty: the default or only one)."""
        ...


class ImportActions(Protocol):
    """What can be read from files; as `Actions`."""

    def import_file(self, choice: ImportChoice, approved: Approved) -> Imported:
        """Create and update records from a CSV file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChoice:
    """What to change of an account's policy for writes; None leaves it as it is."""

    mode: str = ""
    auto_up_to: int | None = None
    protected: tuple[str, ...] | None = None
    daily_cap: int | None = None


class ChangeActions(Protocol):
    """What a person can do about changes at a terminal; as `Actions`."""

    def list_plans(self, most: int) -> Sequence[PlanLine]:
        """Give the newest plans of all accounts."""
        ...

    def show_plan(self, plan_id: str, rows: int) -> PlanView:
        """Give one plan with its rows."""
        ...

    def approve_plan(self, plan_id: str, *, shown: str, typed_count: int | None) -> PlanView:
        """Record that the person at the terminal approved a plan as it was shown to them."""
        ...

    def reject_plan(self, plan_id: str) -> PlanView:
        """Record that the person does not want a plan."""
        ...

    def apply_plan(self, plan_id: str, account: str, progress: Callable[[int, int], None]) -> PlanView:
        """Apply an approved plan to its end; `progress` is told how many changes are behind, and how many there are."""
        ...

    def undo_plan(self, plan_id: str, account: str) -> PlanView:
        """Plan the way back of a plan that was applied."""
        ...

    def policy(self, account: str, choice: PolicyChoice) -> PolicyView:
        """Change what is given of an account's policy, and tell it."""
        ...

    def switch_writes(self, account: str, *, are_off: bool) -> PolicyView:
        """Switch all writing to an account off, or on again."""
        ...


class Actions(
    ExportActions,
    ImportActions,
    ReportActions,
    ChangeActions,
    AccountActions,
    VaultActions,
    AuditActions,
    Protocol,
):
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

    def sync(self, choice: SyncChoice, watch: SyncWatch) -> SyncAnswer:
        """Bring the local copy of an account up to date, or tell where it stands."""
        ...

    def doctor(self) -> Sequence[CheckResult]:
        """Check the settings, the way to HubSpot and the token."""
        ...

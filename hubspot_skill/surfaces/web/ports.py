"""What the site needs from below, as the smallest protocols; `app` fills them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hubspot_skill.service.audit_trail import AuditTrail
from hubspot_skill.service.crm import Crm

__all__ = ["AccountName", "AttemptBook", "CrmBook", "EnteredSession", "Session", "SessionBook"]


@dataclass(frozen=True, slots=True)
class AccountName:
    """One account as the console's addresses and its switcher name it."""

    alias: str
    is_default: bool
    domain: str = ""


class Session(Protocol):
    """One browser's session."""

    @property
    def name(self) -> str:
        """A short public name."""
        ...

    @property
    def csrf(self) -> str:
        """The token that every changing request must carry."""
        ...

    @property
    def only_connect(self) -> bool:
        """True where the session may connect accounts and nothing else."""
        ...

    def takes(self, csrf: str) -> bool:
        """Tell whether this is the session's CSRF token."""
        ...


class EnteredSession(Protocol):
    """A session that was just made, with the secret id that its browser keeps."""

    @property
    def id(self) -> str:
        """The secret id."""
        ...


class SessionBook(Protocol):
    """The sessions of this server."""

    def new_link(self, *, only_connect: bool = False) -> str:
        """Make the secret part of a one-time link."""
        ...

    def enter(self, link: str, *, instead_of: str = "") -> EnteredSession | None:
        """Burn a one-time link and start a session; None for one that does not work."""
        ...

    def find(self, session_id: str) -> Session | None:
        """Give the living session of this id."""
        ...

    def end(self, session_id: str) -> None:
        """End one session."""
        ...


class AttemptBook(Protocol):
    """Failed attempts by address."""

    def wait_s(self, address: str) -> float:
        """Give how long an address must wait."""
        ...

    def failed(self, address: str) -> None:
        """Count a failed attempt."""
        ...


class CrmBook(Protocol):
    """The connected accounts, each with its use cases."""

    async def crm(self, account: str = "") -> Crm:
        """Give the use cases over an account by its name; see `Accounts.crm` of `app`."""
        ...

    async def trail(self) -> AuditTrail:
        """Give the audit of this installation, to read."""
        ...

    async def names(self) -> tuple[AccountName, ...]:
        """Name the accounts that can be used, the default first."""
        ...

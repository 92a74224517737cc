"""What the surface needs from elsewhere, as the smallest protocols; `app` fills them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.secret import Secret

if TYPE_CHECKING:
    from hubspot_skill.service.accounts import AccountBook
    from hubspot_skill.service.crm import Crm

__all__ = ["BrowserSession", "Desk", "Door", "Readiness"]


class BrowserSession(Protocol):
    """One browser's session at the console."""

    @property
    def name(self) -> str:
        """A short public name."""
        ...

    @property
    def only_connect(self) -> bool:
        """True where the session may connect accounts and nothing else."""
        ...

    def takes(self, csrf: str) -> bool:
        """Tell whether this is the session's CSRF token."""
        ...


Readiness = Callable[[], Awaitable[tuple[bool, Mapping[str, object]]]]
"""Tells whether the server could do its work now, and each part as plain JSON values."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the operations get their answers: the account's use cases, the accounts, and how the server does."""

    crm: Callable[[str], Awaitable[Crm]]
    book: Callable[[], Awaitable[AccountBook]]
    ready: Readiness
    version: str


@dataclass(frozen=True, slots=True)
class Door:
    """Who may knock: hosts (with port), origins of our own pages, the scripts' token, and the console's sessions.

    `session` finds a session by its secret id; `cookie` is the name of the cookie that holds it; `unmasked` gives the
    CSRF token out of what a page carries.
    """

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    token: Secret
    session: Callable[[str], BrowserSession | None]
    cookie: str
    unmasked: Callable[[str], str]
    clock: Clock

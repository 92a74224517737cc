"""Tells whether this server could do its work now, part by part, and what to do about each part that could not.

The parts, in the order in which they depend on each other: the vault with its key, the accounts' tokens, HubSpot, the
day's quota. One account that needs its person does not make a server unready while another works: its users would lose
theirs as well. The answer is kept for some seconds, so that watching costs at most one HubSpot request in that time.
No token, address of a person or name of an account is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, final

from hubspot_skill.domain.errors import HubSpotSkillError, NotConnectedError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger

if TYPE_CHECKING:
    from hubspot_skill.app.compose import Accounts, Opened

__all__ = ["KEPT_S", "Part", "PartName", "Readiness", "Ready"]

PartName = Literal["vault", "token", "hubspot", "quota"]
KEPT_S = 10.0
_ASK_S = 5.0
_LOG_LINES = "Look into the server's log, which names the cause."
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: whether it works, what was found, the step that mends it, and figures (`latency_ms`, `daily_left`)."""

    name: PartName
    is_ok: bool
    found: str
    mend: str = ""
    figures: Mapping[str, float] | None = None

    def as_json(self) -> dict[str, object]:
        """Give the part for a watcher; what is empty is left out."""
        told: dict[str, object] = {"ok": self.is_ok, "found": self.found, **(self.figures or {})}
        return {**told, "mend": self.mend} if self.mend else told


@dataclass(frozen=True, slots=True)
class Ready:
    """What all parts say together; a part is missing where an earlier one leaves nothing to ask."""

    parts: Sequence[Part]

    @property
    def is_ready(self) -> bool:
        """True where every part was asked and works."""
        return len(self.parts) == _PARTS and all(part.is_ok for part in self.parts)

    def as_json(self) -> dict[str, object]:
        """Give everything for a watcher."""
        return {"ready": self.is_ready, "parts": {part.name: part.as_json() for part in self.parts}}


_PARTS = 4


@final
class Readiness:
    """Asks the parts of this process, at most once in `KEPT_S` seconds however many watch."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._asking = asyncio.Lock()
        self._kept: tuple[float, Ready] | None = None

    async def look(self) -> Ready:
        """Give the state of now, or of a few seconds ago."""
        async with self._asking:
            now_s = self._clock.monotonic()
            if self._kept is None or now_s - self._kept[0] >= KEPT_S:
                self._kept = now_s, Ready(await self._ask())
            return self._kept[1]

    async def _ask(self) -> list[Part]:
        parts: list[Part] = []
        name: PartName = "vault"
        try:
            names = await self._vault(parts)
            name = "token"
            opened = await self._token(parts, names)
            if opened is None:
                return parts
            name = "hubspot"
            await self._hubspot(parts, opened)
            name = "quota"
            self._quota(parts, opened)
        except HubSpotSkillError as error:
            parts.append(Part(name, False, error.code, error.hint or _LOG_LINES))
        except Exception as error:  # noqa: BLE001 - a watcher is told that a part fails, whatever the fault
            _log.error("readiness_failed", reason=name, error=type(error).__name__)
            parts.append(Part(name, False, "this part failed by a fault of this program", _LOG_LINES))
        return parts

    async def _vault(self, parts: list[Part]) -> Sequence[str]:
        """Open the vault where there is one, read its rows, and give the accounts that can be used."""
        from hubspot_skill.app.keeper import TENANT

        settings = self._accounts.settings
        if not settings.uses_vault:
            parts.append(Part("vault", True, "not used: the account comes from the settings"))
            return ("",)
        if not self._accounts.keeper.exists and settings.client_id is None:
            parts.append(Part("vault", True, "not made yet: nothing was ever connected"))
            return ()
        vault = await self._accounts.keeper.opened()
        rows = await vault.store.all(TENANT, vault.environment)
        parts.append(Part("vault", True, "its database answers and its key opens it", figures={"accounts": len(rows)}))
        return [row.alias for row in rows]

    async def _token(self, parts: list[Part], names: Sequence[str]) -> Opened | None:
        """Try the accounts until one gives a token, count those that do not, and give the first that does."""
        from hubspot_skill.app.compose import HOW_TO_CONNECT

        working: Opened | None = None
        failed: list[HubSpotSkillError] = []
        for name in names:
            try:
                opened = await self._accounts.opened(name)
                await opened.tokens.access_token()
                working = working or opened
            except HubSpotSkillError as error:
                failed.append(error)
        good = len(names) - len(failed)
        figures = {"usable": good, "unusable": len(failed)}
        if not names or (all(isinstance(error, NotConnectedError) for error in failed) and working is None):
            parts.append(Part("token", False, "no account is connected", HOW_TO_CONNECT, figures))
            return None
        found = f"{good} of {len(names)} connected accounts have a token that can be used"
        mend = failed[0].hint or _LOG_LINES if failed else ""
        reasons = f": {', '.join(sorted({error.code for error in failed}))}" if failed else ""
        parts.append(Part("token", working is not None, found + reasons, mend, figures))
        return working

    async def _hubspot(self, parts: list[Part], opened: Opened) -> None:
        from hubspot_skill.hubspot.limits import Priority

        began_s = self._clock.monotonic()
        await opened.hubspot.at(Priority.BACKGROUND, deadline_s=_ASK_S).accounts.details()
        took_ms = round((self._clock.monotonic() - began_s) * 1000, 1)
        parts.append(Part("hubspot", True, "it answers", figures={"latency_ms": took_ms}))

    def _quota(self, parts: list[Part], opened: Opened) -> None:
        quota = opened.hubspot.quota
        if quota.daily_remaining is None:
            parts.append(Part("quota", True, "HubSpot did not say how many calls are left today"))
            return
        figures = {"daily_left": quota.daily_remaining, "daily_most": quota.daily_most or 0}
        is_left = quota.daily_remaining > 0
        mend = "" if is_left else "Wait until midnight of the account's time zone, or raise the limit in HubSpot."
        parts.append(
            Part("quota", is_left, "calls are left today" if is_left else "today's calls are used up", mend, figures)
        )

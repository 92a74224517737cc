"""The mirrors of this process's accounts: opened at the first need, kept up to date in the background by servers.

A mirror belongs to one connection and to what its token may read: with other scopes it is emptied, so that it never
answers for a token that could not have read its rows. Nothing is copied before something needs it (a report, `hubspot_sync`, a search over everything); from
then on a server keeps it fresh, and takes up one that an earlier process made. What a sandbox holds is gone with it, so
its mirror lies in a temporary file under a key of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, final

from hubspot_skill.app.keeper import TENANT
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger

if TYPE_CHECKING:
    from hubspot_skill.app.databases import Databases
    from hubspot_skill.foundation.databases import Database
    from hubspot_skill.hubspot.client import HubSpot
    from hubspot_skill.hubspot.tokens import TokenSource
    from hubspot_skill.mirror.store import MirrorName
    from hubspot_skill.service.sync.syncer import Syncer

__all__ = ["MirrorOf", "Mirrors", "mirror_name"]

_log = get_logger(__name__)


def mirror_name(connection_id: str, hub_id: str, scopes: Sequence[str]) -> MirrorName:
    """Give the name of the mirror of a connection with these scopes."""
    from hubspot_skill.mirror.store import MirrorName

    return MirrorName(TENANT, hub_id, _digest(connection_id), _digest("\n".join(sorted(scopes))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@final
class Mirrors:
    """Every mirror that this process has open; `keeps_fresh` is True for servers, which stay."""

    def __init__(self, databases: Databases, *, keeps_fresh: bool = False) -> None:
        self.databases = databases
        self.keeps_fresh = keeps_fresh
        self._open: list[MirrorOf] = []

    def of(
        self,
        hubspot: HubSpot,
        tokens: TokenSource,
        clock: Clock,
        name: MirrorName | None,
        *,
        is_sandbox: bool,
    ) -> MirrorOf:
        """Give an account's mirror, not yet opened; without a name it is found out from the account."""
        made = MirrorOf(self, hubspot, tokens, clock, name, is_sandbox=is_sandbox)
        self._open.append(made)
        return made

    async def purge(self, name: MirrorName) -> None:
        """Destroy a mirror for good: its key and file, or its rows."""
        from hubspot_skill.app.databases import Store
        from hubspot_skill.mirror.store import open_mirror

        for made in [m for m in self._open if m.name is not None and m.name.row_tenant == name.row_tenant]:
            await made.aclose()
        if self.databases.is_shared:
            mirror = await open_mirror((await self.databases.open(Store.MIRROR, name.row_tenant)).database, name)
            await mirror.write(mirror.renew)
        await self.databases.discard(Store.MIRROR, name.row_tenant)
        _log.info("mirror_purged")

    async def aclose(self) -> None:
        """Stop every sync and close what was opened here."""
        for made in self._open:
            await made.aclose()
        self._open.clear()


@final
class MirrorOf:
    """One account's mirror and its sync."""

    def __init__(
        self,
        mirrors: Mirrors,
        hubspot: HubSpot,
        tokens: TokenSource,
        clock: Clock,
        name: MirrorName | None,
        *,
        is_sandbox: bool,
    ) -> None:
        self.name = name
        self._mirrors = mirrors
        self._hubspot = hubspot
        self._tokens = tokens
        self._clock = clock
        self._is_sandbox = is_sandbox
        self._opening = asyncio.Lock()
        self._syncer: Syncer | None = None
        self._own: tuple[Database, Path] | None = None
        self._task: asyncio.Task[None] | None = None
        self._taking_up: asyncio.Task[None] | None = None

    @property
    def open_syncer(self) -> Syncer | None:
        """The sync of the account where it is open here, else None."""
        return self._syncer

    async def syncer(self) -> Syncer:
        """Give the sync of the account, opened at the first call; a server's goes on in the background.

        Raises:
            StoreError: the mirror's database failed.
            HubSpotSkillError: whose account it is had to be asked, and HubSpot did not answer.
        """
        async with self._opening:
            if self._syncer is None:
                self._syncer = await self._opened()
            if self._mirrors.keeps_fresh and (self._task is None or self._task.done()):
                self._task = asyncio.create_task(self._syncer.run())
            self._syncer.touch()
            return self._syncer

    def used(self) -> None:
        """Say that the account is used: a mirror that is there already is taken up and kept fresh, by servers."""
        if self._syncer is not None:
            self._syncer.touch()
        elif self._mirrors.keeps_fresh and self._taking_up is None and self._is_kept:
            self._taking_up = asyncio.create_task(self._take_up())

    async def aclose(self) -> None:
        """Stop the sync; a mirror in a temporary file is deleted."""
        for task in (self._taking_up, self._task):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        self._task = self._taking_up = self._syncer = None
        own, self._own = self._own, None
        if own is not None:
            await own[0].close()
            await asyncio.to_thread(shutil.rmtree, own[1], ignore_errors=True)

    @property
    def _is_kept(self) -> bool:
        from hubspot_skill.app.databases import Store

        if self._is_sandbox or self.name is None or self._mirrors.databases.is_shared:
            return False
        return self._mirrors.databases.file_of(Store.MIRROR, self.name.row_tenant).exists()

    async def _take_up(self) -> None:
        with contextlib.suppress(Exception):  # told by whoever needs it; the account itself works without
            await self.syncer()

    async def _opened(self) -> Syncer:
        from hubspot_skill.app.databases import Store
        from hubspot_skill.mirror.store import open_mirror
        from hubspot_skill.service.sync.syncer import Syncer

        name = self.name or await self._found_name()
        if self._is_sandbox:
            database = await self._temporary()
        else:
            database = (await self._mirrors.databases.open(Store.MIRROR, name.row_tenant)).database
        self.name = name
        mirror = await open_mirror(database, name)
        return Syncer(self._hubspot, mirror, self._clock, owner=secrets.token_hex(8))

    async def _found_name(self) -> MirrorName:
        """Name the mirror of a token without a connection: by the account, and by what the token may read."""
        details = await self._hubspot.accounts.details()
        facts = await self._hubspot.accounts.introspect()
        scopes = facts.scopes
        if scopes is None:
            token = await self._tokens.access_token()
            scopes = (_digest(token.reveal()),)
        return mirror_name(f"token of {facts.user_id or 'nobody'}", details.portal_id, scopes)

    async def _temporary(self) -> Database:
        from hubspot_skill.foundation.databases import open_sqlite

        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="hubspot-skill-mirror-"))
        database = await open_sqlite(folder / "mirror.db", secrets.token_bytes(32), clock=self._clock)
        self._own = (database, folder)
        return database

"""What the shell's commands about the vault do, and how they tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.app.accounts_shell import AccountsShell
from hubspot_skill.app.doorway import NO_APP
from hubspot_skill.app.keeper import TENANT, has_vault
from hubspot_skill.domain.errors import InvalidInputError, SettingsError
from hubspot_skill.domain.text import quote
from hubspot_skill.surfaces.cli.actions import Verified

if TYPE_CHECKING:
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.surfaces.cli.actions import Facts

__all__ = ["keep_new_key", "new_key", "revoke_all", "rotate", "show_audit", "status", "verify_audit"]


async def status(shell: AccountsShell, settings: Settings, places: Places) -> Facts:
    """Tell where the vault and its key are, and what it holds."""
    if not has_vault(settings, places):
        return (
            ("vault", f"none yet; {places.vault} is made when the first account is connected"),
            ("key", f"made then, in the desktop's key store or in {places.config}"),
        )
    async with shell.opened() as (_, vault):
        found = await vault.vault.status(TENANT)
        by_status = ", ".join(f"{count} {name.value}" for name, count in found.connections.items())
        return (
            ("vault", found.place),
            ("key", f"{vault.keys.where}; fingerprint {found.active_key:08x}, {len(vault.keys.ring.keys)} known"),
            ("sealed by keys", _counted({f"{key:08x}": n for key, n in found.wrapped_by.items()})),
            ("accounts", by_status or "none"),
            ("secrets by key number", _counted(found.sealed_with)),
            (
                "to be revoked",
                f"{found.to_revoke}{' (run: hubspot-skill vault revoke-all)' if found.to_revoke else ''}",
            ),
        )


async def rotate(shell: AccountsShell) -> Facts:
    """Seal everything with the newest master key and a new key of the tenant's own."""
    async with shell.opened(only_existing=True) as (accounts, vault):
        master = await vault.vault.rotate_master()
        own = await vault.vault.rotate_tenant(TENANT)
        files = master.files + await accounts.databases.reseal()
        await vault.audit.note("vault.rotate", "done", "")
        return (
            ("key", f"fingerprint {vault.keys.ring.active.fingerprint:08x} seals now"),
            ("moved to it", f"{files} files, {master.tenant_keys} keys"),
            ("sealed anew", f"{own.accounts} accounts"),
            ("old keys removed", str(own.retired)),
        )


async def revoke_all(shell: AccountsShell) -> Facts:
    """Disconnect every account and tell HubSpot.

    Raises:
        SettingsError: some are connected through an app, and none is set.
    """
    async with shell.opened(only_existing=True) as (_, vault):
        if vault.endpoint is None:
            raise SettingsError("HubSpot takes revocations from the OAuth app only, and none is set", hint=NO_APP)
        accounts = await vault.store.all(TENANT)
        await vault.audit.note("vault.revoke_all", "begun", "")
        done = await vault.vault.revoke_all(TENANT, vault.endpoint, of=vault.app)
        keys = [account.alias for account in accounts if vault.is_key(account)]
        told = [("disconnected", str(len(accounts))), ("HubSpot was told of", str(done.done))]
        if done.queued:
            told.append(("could not be told", f"{done.queued}; run this again within seven days"))
        if keys:
            told.append(("delete in HubSpot", f"the keys of {', '.join(keys)}: Settings, Integrations, Service keys"))
        return told


def new_key() -> str:
    """Make a key, as text."""
    from hubspot_skill.foundation.crypto import MasterKey

    return MasterKey.generate().reveal()


async def keep_new_key(shell: AccountsShell) -> Facts:
    """Put a new key before those that this program keeps."""
    from hubspot_skill.foundation.crypto import MasterKey
    from hubspot_skill.vault.custody import add_key

    async with shell.opened(only_existing=True) as (accounts, vault):
        found = add_key(accounts.keys.custody(), vault.keys, MasterKey.generate())
        return (
            ("kept", f"a new key in the {found.where}, before {len(found.ring.keys) - 1} older"),
            ("next", "start again the programs that use the vault, then: hubspot-skill vault rotate"),
        )


async def verify_audit(shell: AccountsShell, head: str) -> Verified:
    """Read the chain of what was done from its beginning, and look for a head that was written down."""
    from hubspot_skill.access.audit import Head

    seq, _, digest = head.partition(":")
    try:
        anchors = [Head(int(seq), bytes.fromhex(digest))] if head else []
    except ValueError as error:
        raise InvalidInputError(
            f"{quote(head)} is no head of an audit: expected what `audit verify` printed, such as 12:9f86…"
        ) from error
    async with shell.opened(only_existing=True) as (_, vault):
        found = await (await vault.audit.opened()).verify(TENANT, anchors=anchors)
    facts = [("rows", str(found.rows)), ("head", str(found.head))]
    if found.broken_at is not None:
        facts.append(("broken", f"at row {found.broken_at}: {found.reason}"))
    return Verified(found.holds, tuple(facts))


async def show_audit(shell: AccountsShell, most: int) -> tuple[str, ...]:
    """Give the newest entries, oldest first, one a line."""
    async with shell.opened(only_existing=True) as (_, vault):
        audit = await vault.audit.opened()
        last = (await audit.head(TENANT)).seq
        entries = await audit.entries(TENANT, after=max(last - most, 0), most=most)
    return tuple(f"{seq}  {at:%Y-%m-%dT%H:%M:%SZ}  {body}" for seq, at, body in entries)


def _counted(counts: dict[str, int] | dict[int, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.items()) or "none"

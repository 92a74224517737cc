"""Makes the shell's text about accounts: what was connected, the list, and what letting go did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hubspot_skill.service.accounts import ConnectedAccount, Disconnected
    from hubspot_skill.surfaces.cli.actions import Facts

__all__ = ["connected", "disconnected", "facts", "listing"]


def connected(account: ConnectedAccount) -> str:
    """Tell an account that was just connected, and what it did not allow."""
    domain = f" ({account.hub_domain})" if account.hub_domain else ""
    lines = [f"Connected HubSpot account {account.hub_id}{domain} as {account.alias}."]
    if account.missing:
        lines.append("Not granted:")
        wide = max(len(scope.name) for scope in account.missing)
        lines += [f"  {scope.name:<{wide}}  to {scope.allows}" for scope in account.missing]
        lines.append(f"Some need a product that the account may not have. {account.fix}")
    lines.append(f"Tools use it as account={account.alias}, and without that where it is the only or default one.")
    return "\n".join(lines)


def listing(accounts: Sequence[ConnectedAccount]) -> str:
    """Give the accounts as a table, each with its next step where there is one."""
    if not accounts:
        return "No HubSpot account is connected. Connect one: hubspot-skill login, or hubspot-skill accounts add-token"
    rows = [("name", "account", "domain", "by", "state")]
    rows += [
        (
            f"{a.alias}{' (default)' if a.is_default else ''}",
            a.hub_id,
            a.hub_domain or "-",
            "key" if a.is_key else "app",
            a.state,
        )
        for a in accounts
    ]
    wide = [max(len(row[i]) for row in rows) for i in range(4)]
    lines: list[str] = []
    for row, account in zip(rows, (None, *accounts), strict=True):
        lines.append("  ".join([*(f"{cell:<{width}}" for cell, width in zip(row[:4], wide, strict=True)), row[4]]))
        if account and account.missing:
            lines.append(f"  not granted: {', '.join(scope.name for scope in account.missing)}")
        if account and account.fix:
            lines.append(f"  → {account.fix}")
    if len(accounts) > 1 and not any(a.is_default for a in accounts):
        lines.append("None is the default, so tools ask which is meant: hubspot-skill accounts default NAME")
    return "\n".join(lines)


def disconnected(done: Disconnected) -> str:
    """Tell what letting go of an account did here and at HubSpot."""
    lines = [f"{done.alias} is disconnected: everything that was kept of it here is deleted."]
    if done.is_revoked:
        lines.append(
            "HubSpot has ended its refresh token; access tokens that were issued live on for up to 30 minutes."
        )
        lines.append(
            "The app was taken out of the account."
            if done.is_uninstalled
            else "The app stays in the account's list of connected apps; `--uninstall` would have taken it out."
        )
    if done.advice:
        lines.append(done.advice)
    return "\n".join(lines)


def facts(pairs: Facts) -> str:
    """Give pairs of a name and a value, one a line."""
    wide = max(len(name) for name, _ in pairs)
    return "\n".join(f"{name:<{wide}}  {value}" for name, value in pairs)

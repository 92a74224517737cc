"""Checks everything that has to be right before a tool can work, and names the step that mends what is not.

Connects and changes nothing, and goes on after a failure where the next check still means something.
"""

from __future__ import annotations

import platform
from collections.abc import AsyncGenerator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hubspot_skill import __version__
from hubspot_skill.app.compose import HOW_TO_CONNECT, Accounts
from hubspot_skill.app.doorway import NO_APP, loopback_of, site_of
from hubspot_skill.app.listening import listen_all
from hubspot_skill.app.other_door import OtherDoor
from hubspot_skill.app.places import Places, console_key, default_places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.domain.errors import HubSpotSkillError, PlaceError, SettingsError
from hubspot_skill.hubspot.settings import HUBSPOT_API
from hubspot_skill.hubspot.transport import TransportError
from hubspot_skill.service.answers import Access, WhoAmI
from hubspot_skill.service.scopes import where_to_add
from hubspot_skill.surfaces.cli.actions import CheckResult, Verdict

if TYPE_CHECKING:
    from hubspot_skill.service.accounts import ConnectedAccount

__all__ = ["compare_clock", "examine"]

MOST_SKEW_S = 60
_OPTIONAL = {"campaigns": "campaigns need Marketing Hub Professional"}


async def examine(environ: MutableMapping[str, str]) -> tuple[CheckResult, ...]:
    """Carry out all checks, in the order in which they depend on each other."""
    versions = CheckResult(
        "versions",
        Verdict.OK,
        f"hubspot-skill {__version__}, Python {platform.python_version()}, mcp {version('mcp')},"
        f" httpx2 {version('httpx2')}",
    )
    try:
        settings = read_settings(environ)
    except SettingsError as error:
        return versions, _failed("settings", error)
    places = default_places(settings.data_dir)
    checks = [versions, _settings(settings), _places(places)]
    async with _accounts(settings, places, environ) as accounts:
        if not settings.uses_vault:
            return (*checks, *await _account_checks(settings, accounts, "", ""))
        checks += [_app(settings), await _redirect(settings, places)]
        return (*checks, *await _vault_checks(settings, places, accounts))


@asynccontextmanager
async def _accounts(settings: Settings, places: Places, environ: MutableMapping[str, str]) -> AsyncGenerator[Accounts]:
    accounts = Accounts(settings, places, environment=environ)
    try:
        yield accounts
    finally:
        await accounts.aclose()


def _app(settings: Settings) -> CheckResult:
    if settings.client_id is None:
        return CheckResult("app", Verdict.NOTE, "no OAuth app is set, so accounts are connected by keys only", NO_APP)
    found = f"OAuth app {settings.client_id}; its Auth page must name {settings.redirect_uri} to the letter"
    return CheckResult("app", Verdict.OK, found)


async def _redirect(settings: Settings, places: Places) -> CheckResult:
    site = site_of(settings)
    port = urlsplit(site.origin).port or 80
    try:
        with listen_all(loopback_of(site), port, option="HUBSPOT_REDIRECT_URI"):
            return CheckResult("redirect", Verdict.OK, f"port {port} is free for the way back from HubSpot")
    except SettingsError as error:
        return _failed("redirect", error)
    except PlaceError as error:
        other = await OtherDoor(site, console_key(places)).connecting() if places.console_key_file.exists() else None
        if other is not None:
            return CheckResult("redirect", Verdict.OK, f"a running server of this program has port {port}")
        if settings.client_id is None:
            return CheckResult("redirect", Verdict.NOTE, f"{error.message} (needed for an OAuth app only)")
        return _failed("redirect", error)


async def _vault_checks(settings: Settings, places: Places, accounts: Accounts) -> list[CheckResult]:
    if not accounts.keeper.exists:
        none = CheckResult("vault", Verdict.NOTE, f"none yet; made at {places.vault} when an account is connected")
        return [none, *await _account_checks(settings, accounts, "", "")]
    try:
        vault = await accounts.keeper.opened()
        kept = await vault.book.accounts()
    except HubSpotSkillError as error:
        return [_failed("vault", error)]
    place = places.vault if settings.database_url is None else "the vault in PostgreSQL"
    found = f"{place} opens; its key: {vault.keys.where}; accounts: {len(kept)}"
    checks = [CheckResult("vault", Verdict.OK, found)]
    if not kept:
        return [*checks, *await _account_checks(settings, accounts, "", "")]
    for account in kept:
        name = f"{account.alias}: " if len(kept) > 1 else ""
        if account.needs_person:
            checks.append(CheckResult(f"{name}account", Verdict.FAILED, account.state, account.fix))
        elif account.status != "active":
            checks.append(CheckResult(f"{name}account", Verdict.NOTE, account.state))
        else:
            checks += await _account_checks(settings, accounts, account.alias, name)
            checks += _other_scopes(account, name, checks)
    if len(kept) > 1 and not any(account.is_default for account in kept):
        hint = "Choose one: hubspot-skill accounts default NAME"
        checks.append(CheckResult("default", Verdict.NOTE, "no account is the default, so tools ask which", hint))
    return checks


def _other_scopes(account: ConnectedAccount, name: str, checks: Sequence[CheckResult]) -> list[CheckResult]:
    """Tell the scopes that were asked for and not granted, besides those that a check has named."""
    told = " ".join(check.found for check in checks if check.name.startswith(f"{name}scopes"))
    left = [scope.name for scope in account.missing if scope.name not in told.replace(",", " ").split()]
    if not left:
        return []
    hint = where_to_add(left, is_app=not account.is_key)
    return [CheckResult(f"{name}scopes: more", Verdict.NOTE, f"not granted: {', '.join(left)}", hint)]


async def _account_checks(settings: Settings, accounts: Accounts, account: str, name: str) -> list[CheckResult]:
    """Check one account; `name` stands before its checks where there are several."""
    try:
        opened = await accounts.opened(account)
    except HubSpotSkillError as error:
        return [_failed(f"{name}account", error)]
    address = opened.adapter.api_base_url
    try:
        answer = await opened.transport.send("GET", "/", authorization="none", body=None, content_type="")
    except TransportError as error:
        hint = (
            "Check this machine's connection and firewall."
            if address == HUBSPOT_API
            else "Start the sandbox there, or mend HUBSPOT_SKILL_API_BASE_URL."
        )
        return [CheckResult(f"{name}reachable", Verdict.FAILED, f"{address}: {error}", hint)]
    checks = [
        CheckResult(f"{name}reachable", Verdict.OK, f"{address} answers, API version {opened.adapter.api_version}")
    ]
    if not opened.adapter.is_sandbox:
        checks.append(compare_clock(answer.header(b"date"), datetime.now(UTC)))
    try:
        told = await (await accounts.crm(account)).whoami()
    except HubSpotSkillError as error:
        return [*checks, _failed(f"{name}token", error)]
    found = [_token(told), *(_access(access, settings) for access in told.access), _quota(told)]
    return [*checks, *(replace(check, name=f"{name}{check.name}") for check in found)]


def _settings(settings: Settings) -> CheckResult:
    given = ", ".join(str(Settings.model_fields[name].alias) for name in sorted(settings.model_fields_set))
    if settings.environment == "sandbox" and settings.access_token is not None:
        return CheckResult(
            "settings",
            Verdict.NOTE,
            "HUBSPOT_ENVIRONMENT is sandbox, so HUBSPOT_ACCESS_TOKEN is not used",
            "Remove HUBSPOT_ENVIRONMENT to work on the account of that token.",
        )
    return CheckResult("settings", Verdict.OK, given or "none given, all at their defaults")


def _places(places: Places) -> CheckResult:
    return CheckResult("places", Verdict.OK, f"configuration {places.config}, data {places.data}")


def compare_clock(date: str | None, now: datetime) -> CheckResult:
    """Compare this machine's clock with the Date header of HubSpot's answer."""
    if date is None:
        return CheckResult("clock", Verdict.NOTE, "HubSpot sent no date, so this machine's clock was not compared")
    skew_s = round((now - parsedate_to_datetime(date)).total_seconds())
    if abs(skew_s) > MOST_SKEW_S:
        found = f"this machine is {abs(skew_s)} s {'ahead of' if skew_s > 0 else 'behind'} HubSpot"
        return CheckResult("clock", Verdict.FAILED, found, "Let the machine set its clock from the network (NTP).")
    return CheckResult("clock", Verdict.OK, f"within {MOST_SKEW_S} s of HubSpot's")


def _token(told: WhoAmI) -> CheckResult:
    account = told.account
    user = told.user.name if told.user else f"no user: {told.user_unknown_because}"
    pretend = " (pretend data)" if told.source == "sandbox" else ""
    found = f"account {account.portal_id} {account.name}{pretend}, {account.currency}, {account.zone}; {user}"
    return CheckResult("token", Verdict.OK, found)


def _access(access: Access, settings: Settings) -> CheckResult:
    name = f"scopes: {access.family}"
    missing = ", ".join(access.missing_scopes)
    if access.can_read and (not missing or settings.read_only):
        return CheckResult(name, Verdict.OK, _allowed(access))
    reason = _OPTIONAL.get(access.family)
    verdict = Verdict.NOTE if reason else Verdict.FAILED
    found = f"{_allowed(access)}; missing {missing or 'a scope that HubSpot did not name'}"
    return CheckResult(name, verdict, f"{found} ({reason})" if reason else found, access.fix)


def _allowed(access: Access) -> str:
    words = {True: "yes", False: "no", None: "not known before a write is tried"}
    return f"read {words[access.can_read]}, write {words[access.can_write]}"


def _quota(told: WhoAmI) -> CheckResult:
    quota = told.quota
    if quota.daily_remaining is None:
        return CheckResult("quota", Verdict.NOTE, "HubSpot did not say how many calls are left today")
    return CheckResult("quota", Verdict.OK, f"{quota.daily_remaining} of {quota.daily_max} calls left today")


def _failed(name: str, error: HubSpotSkillError) -> CheckResult:
    return CheckResult(name, Verdict.FAILED, error.message, error.hint or HOW_TO_CONNECT)

"""Checks everything that has to be right before a tool can work, and names the step that mends what is not.

Writes nothing, and goes on after a failure where the next check still means something.
"""

from __future__ import annotations

import platform
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from hubspot_skill import __version__
from hubspot_skill.app.compose import HOW_TO_CONNECT, Accounts
from hubspot_skill.app.places import Places, default_places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.domain.errors import HubSpotSkillError, SettingsError
from hubspot_skill.hubspot.settings import HUBSPOT_API
from hubspot_skill.hubspot.transport import TransportError
from hubspot_skill.service.answers import Access, WhoAmI
from hubspot_skill.surfaces.cli.actions import CheckResult, Verdict

__all__ = ["compare_clock", "examine"]

MOST_SKEW_S = 60
_OPTIONAL = {"campaigns": "campaigns need Marketing Hub Professional"}


async def examine(environ: Mapping[str, str]) -> tuple[CheckResult, ...]:
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
    async with _account(settings, places) as account:
        checks += await _account_checks(settings, account)
    return tuple(checks)


@asynccontextmanager
async def _account(settings: Settings, places: Places) -> AsyncGenerator[Accounts]:
    account = Accounts(settings, places)
    try:
        yield account
    finally:
        await account.aclose()


async def _account_checks(settings: Settings, account: Accounts) -> list[CheckResult]:
    try:
        opened = await account.opened()
    except HubSpotSkillError as error:
        return [_failed("account", error)]
    address = opened.adapter.api_base_url
    try:
        answer = await opened.transport.send("GET", "/", authorization="none", body=None, content_type="")
    except TransportError as error:
        hint = (
            "Check this machine's connection and firewall."
            if address == HUBSPOT_API
            else "Start the sandbox there, or mend HUBSPOT_SKILL_API_BASE_URL."
        )
        return [CheckResult("reachable", Verdict.FAILED, f"{address}: {error}", hint)]
    checks = [CheckResult("reachable", Verdict.OK, f"{address} answers, API version {opened.adapter.api_version}")]
    if not opened.adapter.is_sandbox:
        checks.append(compare_clock(answer.header(b"date"), datetime.now(UTC)))
    try:
        told = await (await account.crm()).whoami()
    except HubSpotSkillError as error:
        return [*checks, _failed("token", error)]
    return [*checks, _token(told), *(_access(access, settings) for access in told.access), _quota(told)]


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

"""Which account this is, who is asking, and what is allowed."""

from __future__ import annotations

from typing import Literal

from mcp.types import CallToolResult

from hubspot_skill.service.answers import Access, KeptAccountView, QuotaView, WhoAmI
from hubspot_skill.surfaces.mcp.models.answers import (
    AccessContent,
    AccountContent,
    KeptAccountContent,
    UserContent,
    WhoAmIContent,
)
from hubspot_skill.surfaces.mcp.render.lines import joined, provenance, source_line
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["who_am_i"]


def who_am_i(answer: WhoAmI) -> CallToolResult:
    """Give the result of the question who this is."""
    account, user = answer.account, answer.user
    content = WhoAmIContent(
        **provenance(answer),
        account=AccountContent(
            id=account.portal_id,
            name=account.name,
            kind=account.kind,
            zone=account.zone,
            currency=account.currency,
            other_currencies=account.additional_currencies,
            link=account.link,
        ),
        user=UserContent(owner_id=user.owner_id, name=user.name, email=user.email, teams=user.teams) if user else None,
        user_unknown_because=answer.user_unknown_because,
        access=tuple(_access(a) for a in answer.access),
        quota=_quota(answer.quota),
        read_only=answer.read_only,
        toolsets=answer.toolsets,
        accounts=tuple(_kept(a) for a in answer.accounts),
        copy_age_s=None if answer.copy_age_s is None else round(answer.copy_age_s),
    )
    money = ", ".join((account.currency, *account.additional_currencies))
    who = (
        f"user {user.name} {user.email} (owner {user.owner_id})"
        + (f", teams {', '.join(user.teams)}" if user.teams else "")
        if user
        else f"user unknown: {answer.user_unknown_because}"
    )
    left = ", ".join(f"{name} {value}" for name, value in content.quota.items())
    text = joined(
        answer,
        source_line(answer),
        f"account {account.portal_id} {account.name} ({account.kind}), zone {account.zone}, money {money}, {account.link}",
        who,
        *(_kept_line(a) for a in content.accounts),
        *(_access_line(a) for a in content.access),
        f"quota: {left}" if left else "quota: HubSpot has not said",
        "" if answer.copy_age_s is None else f"local copy for reports: {content.copy_age_s} s old",
        f"writing is {'off (read-only mode)' if answer.read_only else 'on'}; toolsets {', '.join(answer.toolsets)}",
    )
    return result(content, text)


def _kept(found: KeptAccountView) -> KeptAccountContent:
    return KeptAccountContent(
        name=found.alias,
        id=found.portal_id,
        domain=found.domain,
        default=found.is_default,
        meant=found.is_meant,
        state=found.state,
        missing_scopes=found.missing_scopes,
        fix=found.fix,
    )


def _kept_line(found: KeptAccountContent) -> str:
    marks = [word for word, is_so in (("meant here", found.meant), ("default", found.default)) if is_so]
    domain = f" {found.domain}" if found.domain else ""
    said = f" ({', '.join(marks)})" if marks else ""
    told = f"account={found.name}: {found.id}{domain}{said}. {found.state}"
    missing = f" Missing {', '.join(found.missing_scopes)}." if found.missing_scopes else ""
    return f"{told}{missing}" + (f" {found.fix}" if found.fix and found.meant else "")


def _access(found: Access) -> AccessContent:
    return AccessContent(
        family=found.family,
        read=_yes(found.can_read),
        write=_yes(found.can_write),
        missing_scopes=found.missing_scopes,
        fix=found.fix,
    )


def _yes(found: bool | None) -> Literal["yes", "no", "unknown"]:
    return "unknown" if found is None else ("yes" if found else "no")


def _access_line(found: AccessContent) -> str:
    missing = f", missing {', '.join(found.missing_scopes)}" if found.missing_scopes else ""
    return f"{found.family}: read {found.read}, write {found.write}{missing}" + (f". {found.fix}" if found.fix else "")


def _quota(found: QuotaView) -> dict[str, int]:
    named = {
        "burst_remaining": found.burst_remaining,
        "burst_max": found.burst_max,
        "daily_remaining": found.daily_remaining,
        "daily_max": found.daily_max,
    }
    return {name: value for name, value in named.items() if value is not None}

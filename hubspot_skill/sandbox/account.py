"""Answers what HubSpot says of the account itself: details, private apps' daily usage, record limits.

Sources: facts 3 (usage read-out, limits) and 9 (account) [D]; `portalName` and `createdAt` only in 2026-09 [D].
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

__all__ = ["ENDPOINTS"]


def details(call: Call) -> Response:
    """Answer the account's facts; the offset of its zone is the one of the present moment."""
    account = call.portal.account
    offset = call.portal.now().astimezone(ZoneInfo(account.time_zone)).utcoffset()
    offset_s = round(offset.total_seconds()) if offset is not None else 0
    sign = "-" if offset_s < 0 else "+"
    found: dict[str, object] = {
        "portalId": account.portal_id,
        "accountType": account.account_type,
        "timeZone": account.time_zone,
        "companyCurrency": account.company_currency,
        "additionalCurrencies": list(account.additional_currencies),
        "utcOffset": f"{sign}{abs(offset_s) // 3600:02}:{abs(offset_s) % 3600 // 60:02}",
        "utcOffsetMilliseconds": offset_s * 1000,
        "uiDomain": account.ui_domain,
        "dataHostingLocation": account.hublet,
    }
    if call.at_least("2026-09"):
        found |= {"portalName": account.name, "createdAt": account.created_ms}
    return answer(found)


ENDPOINTS: tuple[Endpoint, ...] = (Endpoint("GET", "account-info", "/details", details, legacy=("/account-info/v3",)),)

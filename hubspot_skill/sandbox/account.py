"""Answers what HubSpot says of the account itself: details, private apps' daily usage, limits.

Sources: facts 3 (usage read-out, limits; a `crm.objects.*` scope is needed for limits [L]) and 9 (account) [D]; `portalName` and
`createdAt` only in 2026-09 [D]. The limits are those of HubSpot's product catalogue for Enterprise, which no fact confirms [U].
"""

# ruff: noqa: S608 - names of tables come from definitions, never from a request

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.reading import record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.scopes import ALL_SCOPES
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["ENDPOINTS"]

_RECORDS, _CUSTOM_RECORDS, _CUSTOM_TYPES = 15_000_000, 1_000_000, 10
_PROPERTIES, _PIPELINES, _LABELS = 1_000, 100, 10
_JOINED_RECORDS = 50_000


def details(call: Call) -> Response:
    """Answer the account's facts; the offset of its zone is the one of the present moment."""
    account = call.portal.account
    offset = call.portal.now().astimezone(ZoneInfo(account.time_zone)).utcoffset() or timedelta()
    offset_s = round(offset.total_seconds())
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


def daily_usage(call: Call) -> Response:
    """Answer how many calls the account's private apps have made since midnight in its zone."""
    zone = ZoneInfo(call.portal.account.time_zone)
    rates = call.request.app.state.sandbox.rates
    now = call.portal.now()
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": rates.policy("private_app").daily or 0,
        "currentUsage": rates.calls_today(call.portal.account.portal_id, zone),
        "collectedAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "fetchStatus": "SUCCESS",
        "resetsAt": midnight.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return answer({"results": [usage]})


def record_limits(call: Call) -> Response:
    """Answer how many records of every type there are and may be."""
    call.require(*_OBJECT_SCOPES)
    types = call.portal.store.definitions.types.all
    counts = {
        each.name: cast("int", call.portal.store.value(f"SELECT count(*) FROM {table('r', each)}")) for each in types
    }
    standard = [_usage(call, each, counts[each.name], _RECORDS) for each in types if each.code > 0]
    own = [_usage(call, each, counts[each.name], None) for each in types if each.code < 0]
    return answer({"hubspotDefinedObjectTypes": standard, "customObjectTypes": _overall(own, _CUSTOM_RECORDS)})


def property_limits(call: Call) -> Response:
    """Answer how many properties of its own the account has and may have."""
    call.require(*_OBJECT_SCOPES)
    definitions = call.portal.store.definitions
    rows = [
        _usage(
            call,
            each,
            sum(not one.hubspot_defined for one in definitions.properties[each.name].values()),
            _PROPERTIES,
        )
        for each in definitions.types.all
    ]
    return answer(_overall(rows, _PROPERTIES * len(rows)))


def calculated_limits(call: Call) -> Response:
    """Answer how many calculated properties of its own the account has and may have."""
    call.require(*_OBJECT_SCOPES)
    definitions = call.portal.store.definitions
    rows = [
        _usage(
            call,
            each,
            sum(one.calculated and not one.hubspot_defined for one in definitions.properties[each.name].values()),
            None,
        )
        for each in definitions.types.all
    ]
    return answer(_overall(rows, _PROPERTIES))


def pipeline_limits(call: Call) -> Response:
    """Answer how many pipelines there are and may be."""
    call.require(*_OBJECT_SCOPES)
    definitions = call.portal.store.definitions
    rows = [
        _usage(call, each, len(definitions.pipelines.get(each.name, {})), _PIPELINES)
        for each in definitions.types.all
        if each.pipeline is not None
    ]
    return answer({"hubspotDefinedObjectTypes": rows, "customObjectTypes": _overall([], _PIPELINES)})


def type_limits(call: Call) -> Response:
    """Answer how many custom types there are and may be."""
    call.require(*_OBJECT_SCOPES)
    used = sum(each.code < 0 for each in call.portal.store.definitions.types.all)
    return answer({"limit": _CUSTOM_TYPES, "usage": used, "percentage": used / _CUSTOM_TYPES})


def label_limits(call: Call) -> Response:
    """Answer how many labels every pair of types has and may have."""
    call.require(*_OBJECT_SCOPES)
    definitions = call.portal.store.definitions
    pairs: dict[tuple[str, str], list[str]] = {}
    for each in definitions.association_types:
        if each.category == "USER_DEFINED" and each.label is not None:
            pairs.setdefault((each.from_type, each.to_type), []).append(each.label)
    wanted = [call.query("fromObjectTypeId"), call.query("toObjectTypeId")]
    results: list[dict[str, object]] = []
    for names, labels in pairs.items():
        ends = [definitions.types.named(name) for name in names]
        if any(asked is not None and asked != end.type_id for asked, end in zip(wanted, ends, strict=True)):
            continue
        results.append(
            {
                "fromObjectType": _type(call, ends[0]),
                "toObjectType": _type(call, ends[1]),
                "allLabels": labels,
                "usage": len(labels),
                "limit": _LABELS,
                "percentage": len(labels) / _LABELS,
            }
        )
    return answer({"results": results})


def joined_limits(call: Call) -> Response:
    """Answer which types have records near or at the limit of associations; the sandbox's portals have none."""
    call.require(*_OBJECT_SCOPES)
    if "from_type" in call.params:
        call.portal.store.definitions.types.find(call.params["from_type"])
    return answer({"results": []})


def joined_pair_limits(call: Call) -> Response:
    """Answer which records of one type are near or at the limit of associations to another type."""
    call.require(*_OBJECT_SCOPES)
    left, right = (call.portal.store.definitions.types.find(call.params[name]) for name in ("from_type", "to_type"))
    near = _JOINED_RECORDS * 9 // 10
    rows = call.portal.store.rows(
        "SELECT from_id, count(DISTINCT to_id) AS n FROM links WHERE from_type = ? AND to_type = ? "
        "GROUP BY from_id HAVING n >= ? ORDER BY n DESC LIMIT 100",
        (left.code, right.code, near),
    )
    found = [(record_id, count) for record_id, count in cast("list[tuple[int, int]]", rows)]
    at_limit = [record_id for record_id, count in found if count >= _JOINED_RECORDS]
    return answer(
        {
            "limit": _JOINED_RECORDS,
            "totalRecordsAtLimit": len(at_limit),
            "totalRecordsNearLimit": len(found) - len(at_limit),
            "atLimitFromRecordSamples": [{"objectId": each, "label": str(each)} for each in at_limit],
            "nearLimitFromRecordSamples": [
                {"objectId": record_id, "label": str(record_id), "usage": n, "percentage": n / _JOINED_RECORDS}
                for record_id, n in found
                if n < _JOINED_RECORDS
            ],
        }
    )


def currencies(call: Call) -> Response:
    """Answer the account's own currency."""
    call.require("settings.currencies.read")
    account = call.portal.account
    return answer({"id": account.company_currency, "createdAt": iso(account.created_ms)})


def current_rates(call: Call) -> Response:
    """Answer what one unit of every further currency is worth now."""
    call.require("settings.currencies.read")
    now_ms = call.portal.now_ms()
    current: dict[str, dict[str, object]] = {}
    for rate in _rates(call):
        if cast("int", rate["effective_ms"]) <= now_ms:
            current[str(rate["fromCurrencyCode"])] = rate
    return answer({"results": [_shown_rate(each) for each in current.values()]})


def list_rates(call: Call) -> Response:
    """Answer every rate that the account has had, oldest first."""
    call.require("settings.currencies.read")
    limit = call.query_int("limit", 100, largest=100)
    after = record_id_of(call.query("after") or "0") or 0
    wanted = {"fromCurrencyCode": call.query("fromCurrencyCode"), "toCurrencyCode": call.query("toCurrencyCode")}
    rates = [
        each for each in _rates(call) if all(value is None or each[name] == value for name, value in wanted.items())
    ]
    body: dict[str, object] = {"results": [_shown_rate(each) for each in rates[after : after + limit]]}
    if len(rates) > after + limit:
        body["paging"] = {"next": {"after": str(after + limit), "link": f"?after={after + limit}"}}
    return answer(body)


def read_rate(call: Call) -> Response:
    """Answer one rate by its id."""
    call.require("settings.currencies.read")
    for each in _rates(call):
        if each["id"] == call.params["rate_id"]:
            return answer(_shown_rate(each))
    raise Refusal.not_found()


def _rates(call: Call) -> list[dict[str, object]]:
    rates = sorted(call.portal.account.exchange_rates, key=lambda rate: (rate.effective_ms, rate.from_currency))
    return [
        {
            "id": str(place),
            "fromCurrencyCode": rate.from_currency,
            "toCurrencyCode": rate.to_currency,
            "conversionRate": float(rate.rate),
            "visibleInUI": True,
            "effective_ms": rate.effective_ms,
        }
        for place, rate in enumerate(rates, 1)
    ]


def _shown_rate(rate: dict[str, object]) -> dict[str, object]:
    at = datetime.fromtimestamp(cast("int", rate["effective_ms"]) / 1000, UTC).isoformat(timespec="milliseconds")
    shown = {name: value for name, value in rate.items() if name != "effective_ms"}
    when = at.replace("+00:00", "Z")
    return {**shown, "effectiveAt": when, "createdAt": when, "updatedAt": when}


def _type(call: Call, object_type: ObjectType) -> dict[str, object]:
    schema = call.portal.facts.custom_schema
    if schema is not None and schema.object_type_id == object_type.name:
        labels = (schema.label_singular, schema.label_plural)
    else:
        labels = (object_type.singular.capitalize(), object_type.name.capitalize())
    return {"objectTypeId": object_type.type_id, "singularLabel": labels[0], "pluralLabel": labels[1]}


def _usage(call: Call, object_type: ObjectType, used: int, limit: int | None) -> dict[str, object]:
    found = {**_type(call, object_type), "usage": used}
    return found if limit is None else {**found, "limit": limit, "percentage": used / limit}


def _overall(rows: list[dict[str, object]], limit: int) -> dict[str, object]:
    used = sum(cast("int", row["usage"]) for row in rows)
    return {"overallLimit": limit, "overallUsage": used, "overallPercentage": used / limit, "byObjectType": rows}


_OBJECT_SCOPES = tuple(sorted(scope for scope in ALL_SCOPES if scope.startswith("crm.objects.")))
_ACCOUNT = ("/account-info/v3",)
_LIMITS = ("/crm/v3/limits",)
_CURRENCIES = ("/settings/v3/currencies",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "account-info", "/details", details, legacy=_ACCOUNT),
    Endpoint("GET", "account-info", "/api-usage/daily/private-apps", daily_usage, legacy=_ACCOUNT),
    Endpoint("GET", "crm/limits", "/records", record_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/custom-properties", property_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/calculated-properties", calculated_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/pipelines", pipeline_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/custom-object-types", type_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/associations/labels", label_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/associations/records/from", joined_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/associations/records/{from_type}/to", joined_limits, legacy=_LIMITS),
    Endpoint("GET", "crm/limits", "/associations/records/{from_type}/{to_type}", joined_pair_limits, legacy=_LIMITS),
    Endpoint("GET", "settings/currencies", "/company-currency", currencies, legacy=_CURRENCIES),
    Endpoint("GET", "settings/currencies", "/exchange-rates", list_rates, legacy=_CURRENCIES),
    Endpoint("GET", "settings/currencies", "/exchange-rates/current", current_rates, legacy=_CURRENCIES),
    Endpoint("GET", "settings/currencies", "/exchange-rates/{rate_id}", read_rate, legacy=_CURRENCIES),
)

"""Campaigns: list, read, create, update, archive, one by one and in batches of fifty.

Odd and kept: without `properties` the map is empty; empty properties are never in it; DELETE and batch archive answer 204 for anything;
a batch read leaves out what it does not find and reads duplicates once; asset metrics come only with both dates (FACTS 10.1).
Unverified: an unknown property in `properties` is left out or refused and the status is spelt in small letters or capitals (switches);
a name filter matches any part of the name in any case; a batch update leaves out what it does not find [U].
Sources: FACTS 10.1, 2.7 (scopes), 4.2 (error bodies).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.campaign_assets import assets_by_type
from hubspot_skill.sandbox.campaign_documents import (
    READ_ONLY,
    STATUSES,
    Campaign,
    campaigns_of,
    find_campaign,
    is_known_property,
    properties_of,
)
from hubspot_skill.sandbox.marketing_paging import asked_span, page_of
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.refusals import InvalidProperty, Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal

__all__ = ["ENDPOINTS"]

READ, WRITE = "marketing.campaigns.read", "marketing.campaigns.write"
BATCH_MAX = 50
PAGE_DEFAULT, PAGE_MAX = 50, 100


def list_campaigns(call: Call) -> Response:
    """Answer a page of campaigns, by name unless `sort` says otherwise, with the total."""
    call.require(READ)
    wanted = _wanted(call)
    name = (call.query("name") or "").casefold()
    found = [c for c in campaigns_of(call.portal).all() if name in c.properties.get("hs_name", "").casefold()]
    page, paging = page_of(call, _sorted(found, call.query("sort")), PAGE_DEFAULT, PAGE_MAX)
    results = [_plain(call.portal, campaign, wanted) for campaign in page]
    return answer({"total": len(found), "results": results, **paging})


def read_campaign(call: Call) -> Response:
    """Answer one campaign with its assets; their metrics only for a given span of days."""
    call.require(READ)
    campaign = find_campaign(call)
    return answer(_with_assets(call, campaign, _wanted(call)))


async def create_campaign(call: Call) -> Response:
    """Make a campaign; only its name is required."""
    call.require(WRITE)
    properties = _properties_in(await call.body())
    campaign = _created(call.portal, properties)
    campaigns_of(call.portal).commit()
    return answer(_plain(call.portal, campaign, tuple(properties)), 201)


async def update_campaign(call: Call) -> Response:
    """Change the given properties of a campaign."""
    call.require(WRITE)
    campaign = find_campaign(call)
    properties = _properties_in(await call.body())
    changed = _updated(call.portal, campaign, properties)
    campaigns_of(call.portal).commit()
    return answer(_plain(call.portal, changed, tuple(properties)))


def delete_campaign(call: Call) -> Response:
    """Remove a campaign; 204 for one that is not there, too."""
    call.require(WRITE)
    return _removed(call.portal, [call.params["campaign"]])


async def batch_create(call: Call) -> Response:
    """Make up to fifty campaigns, or none if one of them cannot be."""
    call.require(WRITE)
    started = call.portal.now_ms()
    wanted = [_properties_in(item) for item in await _inputs(call)]
    for properties in wanted:
        _check(call.portal, properties, creating=True)
    made = [_plain(call.portal, _created(call.portal, properties), tuple(properties)) for properties in wanted]
    campaigns_of(call.portal).commit()
    return answer(_batch(call, started, made), 201)


async def batch_read(call: Call) -> Response:
    """Answer those of up to fifty campaigns that exist, each once, with assets."""
    call.require(READ)
    started, wanted = call.portal.now_ms(), _wanted(call)
    ids = dict.fromkeys(_id_of(item) for item in await _inputs(call))
    found = (campaigns_of(call.portal).get(identifier) for identifier in ids)
    results = [_with_assets(call, campaign, wanted) for campaign in found if campaign is not None]
    return answer(_batch(call, started, results))


async def batch_update(call: Call) -> Response:
    """Change up to fifty campaigns; those that are not there are left out of the answer."""
    call.require(WRITE)
    started = call.portal.now_ms()
    changes = [(campaigns_of(call.portal).get(_id_of(item)), _properties_in(item)) for item in await _inputs(call)]
    for _, properties in changes:
        _check(call.portal, properties, creating=False)
    results = [
        _plain(call.portal, _updated(call.portal, campaign, properties), tuple(properties))
        for campaign, properties in changes
        if campaign is not None
    ]
    campaigns_of(call.portal).commit()
    return answer(_batch(call, started, results))


async def batch_archive(call: Call) -> Response:
    """Remove up to fifty campaigns; always 204."""
    call.require(WRITE)
    return _removed(call.portal, [_id_of(item) for item in await _inputs(call)])


def _endpoint(method: str, path: str, handler: Callable[[Call], Awaitable[Response] | Response]) -> Endpoint:
    return Endpoint(method, "marketing/campaigns", path, handler, legacy=("/marketing/v3/campaigns",))


ENDPOINTS: tuple[Endpoint, ...] = (
    _endpoint("GET", "", list_campaigns),
    _endpoint("POST", "", create_campaign),
    _endpoint("GET", "/{campaign}", read_campaign),
    _endpoint("PATCH", "/{campaign}", update_campaign),
    _endpoint("DELETE", "/{campaign}", delete_campaign),
    _endpoint("POST", "/batch/create", batch_create),
    _endpoint("POST", "/batch/read", batch_read),
    _endpoint("POST", "/batch/update", batch_update),
    _endpoint("POST", "/batch/archive", batch_archive),
)


def _wanted(call: Call) -> tuple[str, ...]:
    wanted = tuple(call.query_list("properties"))
    unknown = [name for name in wanted if not is_known_property(name)]
    if unknown and call.portal.switches.unknown_campaign_property == "refuse":
        raise Refusal.validation(f'Property "{unknown[0]}" does not exist', code="PROPERTY_DOESNT_EXIST")
    return wanted


def _plain(portal: Portal, campaign: Campaign, wanted: Iterable[str]) -> dict[str, object]:
    values = properties_of(portal, campaign)
    return {
        "id": campaign.id,
        "properties": {name: values[name] for name in wanted if values.get(name)},
        "businessUnits": [],
        "createdAt": iso(campaign.created_ms),
        "updatedAt": iso(campaign.updated_ms),
    }


def _with_assets(call: Call, campaign: Campaign, wanted: Iterable[str]) -> dict[str, object]:
    assets = assets_by_type(call.portal, campaign, asked_span(call))
    return {**_plain(call.portal, campaign, wanted), "assets": assets}


def _sorted(campaigns: list[Campaign], order: str | None) -> list[Campaign]:
    keys: dict[str, Callable[[Campaign], object]] = {
        "hs_name": lambda campaign: campaign.properties.get("hs_name", "").casefold(),
        "createdAt": lambda campaign: campaign.created_ms,
        "updatedAt": lambda campaign: campaign.updated_ms,
    }
    name = (order or "hs_name").removeprefix("-")
    if name not in keys:
        raise Refusal.validation(f'Unable to sort by "{name}"; sort is one of hs_name, createdAt, updatedAt')
    key = cast("Callable[[Campaign], str]", keys[name])
    return sorted(campaigns, key=key, reverse=(order or "").startswith("-"))


def _properties_in(value: object) -> dict[str, str]:
    properties = cast("dict[str, object]", value).get("properties") if isinstance(value, dict) else None
    if not isinstance(properties, dict):
        raise Refusal.invalid_json("properties must be an object")
    given = cast("dict[str, object]", properties)
    return {name: "" if text is None else str(text) for name, text in given.items()}


def _check(portal: Portal, properties: dict[str, str], *, creating: bool) -> None:
    problems = [problem for name, value in properties.items() if (problem := _problem(portal, name, value)) is not None]
    nameless = not properties.get("hs_name", "").strip()
    if nameless and (creating or "hs_name" in properties):
        problems.append(InvalidProperty("hs_name", "REQUIRED_PROPERTY", "hs_name must not be empty"))
    if problems:
        raise Refusal.invalid_properties(problems, portal.account.portal_id)


def _problem(portal: Portal, name: str, value: str) -> InvalidProperty | None:
    if not is_known_property(name):
        return InvalidProperty(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if name in READ_ONLY:
        return InvalidProperty(name, "READ_ONLY_VALUE", f"{name} is a read only property")
    if not value:
        return None
    if name in {"hs_start_date", "hs_end_date"} and not _is_day(value):
        return InvalidProperty(name, "INVALID_DATE", f"{value} is not a date as YYYY-MM-DD")
    if name == "hs_campaign_status" and value.lower() not in STATUSES:
        message = f"{value} was not one of the allowed options: {list(STATUSES)}"
        return InvalidProperty(name, "INVALID_OPTION", message)
    if name == "hs_currency_code" and value not in _currencies(portal):
        message = f"{value} was not one of the allowed options: {list(_currencies(portal))}"
        return InvalidProperty(name, "INVALID_OPTION", message)
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _currencies(portal: Portal) -> tuple[str, ...]:
    return (portal.account.company_currency, *portal.account.additional_currencies)


def _created(portal: Portal, properties: dict[str, str]) -> Campaign:
    _check(portal, properties, creating=True)
    now = portal.now_ms()
    campaign = Campaign(str(uuid.uuid4()), {k: v for k, v in properties.items() if v}, now, now)
    campaigns_of(portal).put(campaign.id, campaign)
    return campaign


def _updated(portal: Portal, campaign: Campaign, properties: dict[str, str]) -> Campaign:
    _check(portal, properties, creating=False)
    merged = {name: value for name, value in {**campaign.properties, **properties}.items() if value}
    changed = replace(campaign, properties=merged, updated_ms=portal.now_ms())
    campaigns_of(portal).put(campaign.id, changed)
    return changed


def _removed(portal: Portal, ids: Iterable[str]) -> Response:
    documents = campaigns_of(portal)
    for identifier in ids:
        documents.remove(identifier)
    documents.commit()
    return no_content()


async def _inputs(call: Call) -> list[object]:
    inputs = (await call.body()).get("inputs")
    if not isinstance(inputs, list):
        raise Refusal.invalid_json("inputs must be an array")
    found = cast("list[object]", inputs)
    if not 1 <= len(found) <= BATCH_MAX:
        raise Refusal.validation(f"inputs must have between 1 and {BATCH_MAX} items, found {len(found)}")
    return found


def _id_of(item: object) -> str:
    identifier = cast("dict[str, object]", item).get("id") if isinstance(item, dict) else None
    if not isinstance(identifier, str):
        raise Refusal.invalid_json("every input needs an id")
    return identifier


def _batch(call: Call, started_ms: int, results: list[dict[str, object]]) -> dict[str, object]:
    times = {"startedAt": iso(started_ms), "completedAt": iso(call.portal.now_ms())}
    return {"status": "COMPLETE", "results": results, **times}

"""List campaigns, or tell one with its metrics, revenue and budget.

HubSpot filters campaigns only by name; status and time are filtered here, over all pages up to a bound that is told.
Contacts touched by several campaigns count in each: figures of campaigns must not be added up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from hubspot_skill.domain.errors import (
    AmbiguousNameError,
    InvalidInputError,
    MissingScopesError,
    NotFoundError,
    UnknownNameError,
)
from hubspot_skill.domain.marketing import Campaign
from hubspot_skill.domain.schema import Account
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.answers import CampaignsAnswer, CampaignView, Cell, Column, FieldValue, Table
from hubspot_skill.service.cells import CELL_LENGTH, VALUE_LENGTH, number
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.cursors import Continuation, Cursor, digest, open_cursor, seal_cursor
from hubspot_skill.service.requests import CampaignsRequest
from hubspot_skill.service.together import three
from hubspot_skill.service.words.nearest import candidate, fold, squash
from hubspot_skill.service.words.periods import Period

__all__ = ["campaigns", "find_campaign"]

_PAGE = 100
_MAX_PAGES = 10
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHOWN = (
    ("hs_name", "Name", "text"),
    ("hs_campaign_status", "Status", "option"),
    ("hs_start_date", "Start", "date"),
    ("hs_end_date", "End", "date"),
    ("hs_budget_items_sum_amount", "Budget", "money"),
    ("hs_spend_items_sum_amount", "Spent", "money"),
    ("hs_currency_code", "Currency", "text"),
)
_LABELS = {name: label for name, label, _ in _SHOWN} | {
    "hs_owner": "Owner",
    "hs_audience": "Audience",
    "hs_goal": "Goal",
    "hs_notes": "Notes",
    "hs_utm": "UTM",
}
_ELSEWHERE = frozenset({"hs_name", "hs_object_id"})
_STATUSES = ("planned", "in_progress", "active", "paused", "completed")
_MONEY = frozenset({"hs_budget_items_sum_amount", "hs_spend_items_sum_amount"})


async def campaigns(connection: Connection, request: CampaignsRequest) -> CampaignsAnswer:
    """Answer a page of campaigns, or one with its results.

    Raises:
        MissingScopesError: the account has no Marketing Hub Professional, or the token no campaign scope.
        NotFoundError, AmbiguousNameError: `campaign` names none, or several.
    """
    if not 1 <= request.limit <= _PAGE:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {_PAGE}", field="limit")
    scene = await connection.scene()
    try:
        if request.campaign:
            return await _one(scene, request)
        return await _list(scene, request)
    except MissingScopesError as error:
        raise MissingScopesError(
            error.message,
            hint="Campaigns need Marketing Hub Professional or Enterprise, and the scope marketing.campaigns.read"
            " (for revenue also marketing.campaigns.revenue.read).",
            scopes=error.scopes,
            correlation_id=error.correlation_id,
        ) from error


async def _list(scene: Scene, request: CampaignsRequest) -> CampaignsAnswer:
    its_digest = digest(replace(request, cursor=""))
    is_filtered = bool(request.status or request.during)
    if is_filtered:
        found = await _filtered(scene, request)
        begin = open_cursor(request.cursor, its_digest).seen if request.cursor else 0
        shown, total = found[begin : begin + request.limit], len(found)
        end = begin + len(shown)
        following = seal_cursor(Cursor(Continuation.OFFSET, str(end), end), its_digest) if end < total else ""
        return _answer(scene, shown, total, following)
    cursor = open_cursor(request.cursor, its_digest) if request.cursor else None
    page = await scene.hubspot.campaigns.list(
        name=request.name or None, limit=request.limit, after=cursor.place if cursor else None
    )
    seen = (cursor.seen if cursor else 0) + len(page.campaigns)
    following = seal_cursor(Cursor(Continuation.OPAQUE, page.next_after, seen), its_digest) if page.next_after else ""
    return _answer(scene, page.campaigns, page.total, following)


async def _filtered(scene: Scene, request: CampaignsRequest) -> list[Campaign]:
    during = scene.words.period("during", request.during) if request.during else None
    found: list[Campaign] = []
    after: str | None = None
    for _ in range(_MAX_PAGES):
        page = await scene.hubspot.campaigns.list(name=request.name or None, limit=_PAGE, after=after)
        found += [c for c in page.campaigns if _has_status(c, request.status) and _runs(c, during)]
        after = page.next_after
        if after is None:
            return found or _none_of(request.status)
    scene.note(f"Only the first {_PAGE * _MAX_PAGES} campaigns were looked through: narrow by name.")
    return found


def _none_of(status: str) -> list[Campaign]:
    """Give no campaigns, or raise where no campaign can have that status."""
    if not status or squash(status) in {squash(known) for known in _STATUSES}:
        return []
    raise UnknownNameError(
        f"no campaign has the status {quote(status)}",
        hint="Take one of the candidates.",
        candidates=[candidate(known, known) for known in _STATUSES],
    )


async def _one(scene: Scene, request: CampaignsRequest) -> CampaignsAnswer:
    campaign = await find_campaign(scene, request.campaign)
    start, end = None, None
    if request.period:
        span = scene.words.period("period", request.period)
        start, end = span.first, span.last
    calls = scene.hubspot.campaigns
    metrics, revenue, budget = await three(
        calls.metrics(campaign.id, start=start, end=end),
        calls.revenue(campaign.id, model=request.attribution, start=start, end=end),
        calls.budget(campaign.id),
    )
    view = CampaignView(
        id=campaign.id,
        name=_name(campaign),
        values=tuple(_values(campaign, {o.id: o.name for o in await scene.owners()})),
        metrics=metrics,
        revenue=revenue,
        budget=budget,
    )
    scene.note("A contact may be in several campaigns: do not add up figures of campaigns.")
    return replace(_answer(scene, (campaign,), 1, ""), campaign=view, **scene.provenance())


async def find_campaign(scene: Scene, word: str) -> Campaign:
    """Give the campaign of an id or name.

    Raises:
        NotFoundError, AmbiguousNameError: none or several are called so.
    """
    if _GUID.fullmatch(word.strip()):
        return await scene.hubspot.campaigns.read(word.strip())
    page = await scene.hubspot.campaigns.list(name=word.strip(), limit=_PAGE)
    exact = [c for c in page.campaigns if fold(_name(c)) == fold(word)]
    found = exact or list(page.campaigns)
    if len(found) == 1:
        scene.words.note("campaign", word, _name(found[0]), found[0].id)
        return found[0]
    if not found:
        raise NotFoundError(
            f"no campaign is called {quote(word)}", hint="hubspot_campaigns without `campaign` lists them."
        )
    raise AmbiguousNameError(
        f"{len(found)} campaigns fit {quote(word)}",
        hint="Name the campaign by its id.",
        candidates=[candidate(c.id, _name(c), c.properties.get("hs_start_date") or "") for c in found[:5]],
    )


def _answer(scene: Scene, shown: Sequence[Campaign], total: int | None, following: str) -> CampaignsAnswer:
    columns = (Column("id", "Id", "record"), *(Column(n, label, kind) for n, label, kind in _SHOWN))
    rows = tuple((c.id, *(_cell(c, n, scene.account) for n, _, _ in _SHOWN)) for c in shown)
    return CampaignsAnswer(
        table=Table(columns, rows), returned=len(rows), total=total, next=following, **scene.provenance()
    )


def _cell(campaign: Campaign, name: str, account: Account) -> Cell:
    value = campaign.properties.get(name)
    if name == "hs_currency_code":
        return clean(value or account.currency)
    if not value:
        return None
    if name in _MONEY:
        return _money(value)
    return clean(value.lower() if name == "hs_campaign_status" else value, most=CELL_LENGTH)


def _money(value: str) -> Cell:
    try:
        return number(Decimal(value))
    except InvalidOperation:
        return clean(value, most=CELL_LENGTH)


def _values(campaign: Campaign, owners: Mapping[str, str]) -> list[FieldValue]:
    found: list[FieldValue] = []
    for name, value in campaign.properties.items():
        if value and name not in _ELSEWHERE:
            word = owners.get(value, value) if name == "hs_owner" else value
            shown = _money(value) if name in _MONEY else clean(word, most=VALUE_LENGTH)
            found.append(FieldValue(name, _LABELS.get(name, name), shown, value if word != value else ""))
    return found


def _name(campaign: Campaign) -> str:
    return clean(campaign.properties.get("hs_name") or campaign.id, most=120)


def _has_status(campaign: Campaign, word: str) -> bool:
    return not word or squash(campaign.properties.get("hs_campaign_status") or "") == squash(word)


def _runs(campaign: Campaign, during: Period | None) -> bool:
    """Tell whether a campaign runs on some day of a period; one without dates does not."""
    if during is None:
        return True
    start, end = _day(campaign, "hs_start_date"), _day(campaign, "hs_end_date")
    if start is None and end is None:
        return False
    begins_in_time = start is None or during.last is None or start <= during.last
    ends_in_time = end is None or during.first is None or end >= during.first
    return begins_in_time and ends_in_time


def _day(campaign: Campaign, name: str) -> date | None:
    try:
        return date.fromisoformat((campaign.properties.get(name) or "")[:10])
    except ValueError:
        return None

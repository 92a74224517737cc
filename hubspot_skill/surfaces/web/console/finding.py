"""One search over contacts, companies and deals: the palette's list, and the same as a page."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.domain.errors import MissingScopesError
from hubspot_skill.service.answers import CampaignsAnswer, SearchAnswer
from hubspot_skill.service.requests import CampaignsRequest, SearchRequest
from hubspot_skill.service.together import all_of, both
from hubspot_skill.surfaces.web.console.desk import LOWER, NAV, Desk, Here
from hubspot_skill.surfaces.web.console.kinds import KINDS

__all__ = ["Hit", "finding_routes"]

EACH = 8
_BESIDE = {"contacts": ("name", "email", "company"), "companies": ("name", "domain", "city"), "deals": ("dealname", "dealstage", "amount")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its words, what tells it from others, where it opens."""

    words: str
    beside: str
    href: str


def finding_routes(desk: Desk) -> list[Route]:
    """Give the route."""

    async def search(request: Request, here: Here) -> Response:
        text = request.query_params.get("q", "").strip()
        groups: list[tuple[str, str, list[Hit], int, str]] = []
        if text:
            groups += await _records(here, text)
        places = [p for p in (*NAV, *LOWER) if text.casefold() in p.word.casefold()]
        if places:
            hits = [Hit(p.word, "", here.url(p.path)) for p in places[:EACH]]
            groups.append(("Pages", "arrow-right", hits, len(hits), ""))
        return here.render("console/search.html", current="", text=text, groups=groups)

    return [Route("/a/{account}/search", desk.page(search), methods=["GET"])]


async def _records(here: Here, text: str) -> list[tuple[str, str, list[Hit], int, str]]:
    asked: list[Coroutine[Any, Any, SearchAnswer]] = [
        here.crm.search(SearchRequest(type=kind.key, text=text, fields=_BESIDE[kind.key], limit=EACH)) for kind in KINDS
    ]
    answers, campaigns = await both(all_of(asked), _campaigns(here, text))
    groups: list[tuple[str, str, list[Hit], int, str]] = []
    for kind, answer in zip(KINDS, answers, strict=True):
        hits = [
            Hit(
                str(row[1] or row[0]),
                ", ".join(str(cell) for cell in row[2:4] if cell is not None),
                here.url(f"/{kind.key}/{row[0]}"),
            )
            for row in answer.table.rows
        ]
        if hits:
            groups.append((kind.plural, kind.icon, hits, answer.total, here.url(f"/{kind.key}", q=text)))
    if campaigns is not None and campaigns.table.rows:
        hits = [Hit(str(row[1] or row[0]), "", here.url(f"/campaigns/{row[0]}")) for row in campaigns.table.rows]
        groups.append(("Campaigns", "megaphone", hits, len(hits), ""))
    return groups


async def _campaigns(here: Here, text: str) -> CampaignsAnswer | None:
    try:
        return await here.crm.campaigns(CampaignsRequest(name=text, limit=EACH))
    except MissingScopesError:
        return None

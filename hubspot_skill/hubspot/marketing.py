"""Reads marketing e-mails and their statistics, and lists (segments) with their members.

Follows developers.hubspot.com/docs/api-reference/latest/{marketing/emails, crm/lists} (read 2026-11-23). E-mails need Marketing Hub,
lists the scope crm.lists.read; an account without them answers 403.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.marketing import EmailPage, EmailStatistics, ListPage, MemberPage, RecordList
from hubspot_skill.hubspot.calls import Call, Caller, Endpoint
from hubspot_skill.hubspot.wire.marketing import (
    read_emails,
    read_list,
    read_lists,
    read_members,
    read_statistics,
)
from hubspot_skill.hubspot.wire.paths import Paths, query

__all__ = ["Lists", "MarketingEmails"]

MAX_EMAILS, MAX_LISTS, MAX_MEMBERS = 100, 500, 250


@dataclass(frozen=True, slots=True)
class MarketingEmails:
    """Marketing e-mails and what became of them."""

    caller: Caller
    paths: Paths

    async def list(self, *, limit: int = MAX_EMAILS, after: str | None = None, archived: bool = False) -> EmailPage:
        """Give one page of marketing e-mails, only archived ones if asked for; 1 request. `limit` 1 to 100."""
        _require("e-mails", limit, MAX_EMAILS)
        path = query(self.paths.emails, limit=limit, after=after, archived=True if archived else None)
        return await self.caller.json(_call("GET", path, "the list of marketing e-mails"), read_emails)

    async def statistics(self, start: datetime, end: datetime, *, ids: tuple[str, ...] = ()) -> EmailStatistics:
        """Give what became of all e-mails, or of some, from `start` up to `end`; 1 request."""
        path = query(
            self.paths.email_statistics,
            startTimestamp=_iso(start),
            endTimestamp=_iso(end),
            emailIds=ids,
        )
        return await self.caller.json(_call("GET", path, "the statistics of marketing e-mails"), read_statistics)


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists (segments) of records."""

    caller: Caller
    paths: Paths

    async def search(
        self, words: str = "", *, type_id: str | None = None, limit: int = 100, offset: int = 0
    ) -> ListPage:
        """Give lists whose name holds some words, of one type of records if given; 1 request. `limit` 1 to 500."""
        _require("lists", limit, MAX_LISTS)
        asked: dict[str, object] = {"query": words, "count": limit, "offset": offset}
        if type_id is not None:
            asked["objectTypeId"] = type_id
        call = Call("POST", self.paths.list_search, "the lists", body=to_json(asked), endpoint=Endpoint.MARKETING)
        return await self.caller.json(call, read_lists)

    async def read(self, id: str) -> RecordList:
        """Give one list; 1 request.

        Raises:
            NotFoundError: there is none.
        """
        return await self.caller.json(_call("GET", self.paths.list(id), f"list {id}"), read_list)

    async def members(self, id: str, *, limit: int = MAX_MEMBERS, after: str | None = None) -> MemberPage:
        """Give one page of a list's record ids in ascending order; 1 request. `limit` 1 to 250."""
        _require("members", limit, MAX_MEMBERS)
        path = query(self.paths.list(id, "memberships"), limit=limit, after=after)
        return await self.caller.json(_call("GET", path, f"the members of list {id}"), read_members)


def _call(method: str, path: str, target: str) -> Call:
    return Call(method, path, target, endpoint=Endpoint.MARKETING)


def _require(what: str, limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        raise InvalidInputError(f"a page of {limit} {what} was asked for: expected 1 to {most}", field="limit")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

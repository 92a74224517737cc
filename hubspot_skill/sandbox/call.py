"""What a handler receives: the request, the account it is for, the version of the path, and who calls.

Its own module because every family of endpoints and the edges (tokens, rates, control) meet here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from pydantic_core import from_json, to_json
from starlette.responses import Response

from hubspot_skill.sandbox.computed import Columns
from hubspot_skill.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from hubspot_skill.sandbox.clock import SandboxClock
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import AccountSeed, PortalSeed
    from hubspot_skill.sandbox.settings import SandboxSettings
    from hubspot_skill.sandbox.store import Store

__all__ = ["Call", "Portal", "TokenInfo", "answer", "json_kind", "no_content"]

JSON_TYPE = "application/json;charset=utf-8"
"""The content type of every answer (facts 4.1)."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Who calls: the account by its portal's name, what is granted, and by which kind of credential."""

    portal: str
    scopes: frozenset[str]
    kind: Literal["private_app", "oauth"]
    app_id: int
    user_id: int | None = None


class Portal:
    """One pretend account: its records, its facts, its clock and its switches.

    `facts` is what the account was made from, without its streams of records; `switches` may be replaced at run time.
    """

    def __init__(self, store: Store, clock: SandboxClock, switches: SandboxSettings) -> None:
        """Join a loaded store with the sandbox's clock and switches."""
        self.store = store
        self.clock = clock
        self.switches = switches
        self._columns: dict[str, tuple[Store, Columns]] = {}

    def columns(self, object_type: ObjectType) -> Columns:
        """Return the properties of a type as SQL; a store that was put in another's place has its own."""
        found = self._columns.get(object_type.name)
        if found is None or found[0] is not self.store:
            found = self._columns[object_type.name] = (self.store, Columns(self.store, object_type))
        return found[1]

    @property
    def facts(self) -> PortalSeed:
        """Return what the account was made from, without its records."""
        return self.store.facts

    @property
    def name(self) -> str:
        """Return the portal's name, by which its token is called too."""
        return self.store.facts.name

    @property
    def account(self) -> AccountSeed:
        """Return what account-info says of the account."""
        return self.store.facts.account

    def now(self) -> datetime:
        """Return the account's present moment, aware and in UTC."""
        return self.clock.now()

    def now_ms(self) -> int:
        """Return the account's present moment in milliseconds since 1970."""
        return self.clock.now_ms()


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request on its way to a handler."""

    request: Request
    portal: Portal
    version: str
    """The version in the path: "v1", "v3", "v4", "2026-03" or "2026-09"; empty for the sandbox's own paths."""
    token: TokenInfo
    """The caller; of a public endpoint (`Endpoint.public`) one of the first portal without any scope."""
    params: Mapping[str, str]
    """What the placeholders of the endpoint's path stand for, decoded."""

    def at_least(self, version: str) -> bool:
        """Tell whether the path carries a date version of this date or a later one."""
        return self.version[:1].isdigit() and self.version >= version

    def require(self, *scopes: str) -> None:
        """Refuse with 403 unless at least one of the scopes is granted."""
        if not self.token.scopes.intersection(scopes):
            raise Refusal.missing_scopes(scopes)

    async def raw_json(self) -> object:
        """Return the body as JSON of any shape; an empty or broken one is refused with 400 [C]."""
        content = await self.request.body()
        try:
            return cast("object", from_json(content))
        except ValueError as failure:
            place = re.search(r"line (\d+) column (\d+)", str(failure))
            line, column = (int(place[1]), int(place[2])) if place else (1, 1)
            raise Refusal.invalid_json(str(failure), line=line, column=column) from failure

    async def body(self) -> dict[str, object]:
        """Return the body as a JSON object; anything else is refused with 400 [C]."""
        value = await self.raw_json()
        if not isinstance(value, dict):
            raise Refusal.invalid_json(f"Cannot deserialize value of type `object` from {json_kind(value)}")
        return cast("dict[str, object]", value)

    async def body_list(self) -> list[object]:
        """Return the body as a JSON array; anything else is refused with 400 [C]."""
        value = await self.raw_json()
        if not isinstance(value, list):
            raise Refusal.invalid_json(f"Cannot deserialize value of type `array` from {json_kind(value)}")
        return cast("list[object]", value)

    def query(self, name: str) -> str | None:
        """Return the query parameter's last value, or None if it is not in the address."""
        return self.request.query_params.get(name)

    def query_list(self, name: str) -> list[str]:
        """Return a list parameter given as repeats or separated by commas, or both; empty parts are left out."""
        return [
            part.strip()
            for value in self.request.query_params.getlist(name)
            for part in value.split(",")
            if part.strip()
        ]

    def query_int(self, name: str, default: int, *, largest: int) -> int:
        """Return a whole number of the address within 1 and `largest`; anything else is refused with 400 [D]."""
        text = self.query(name)
        if text is None or text == "":
            return default
        if not text.lstrip("-").isdigit():
            raise Refusal.validation(
                f'Unable to parse value for query parameter: "{name}". Expected an integer, found "{text}"'
            )
        number = int(text)
        if not 1 <= number <= largest:
            raise Refusal.validation(f"{name} must be between 1 and {largest}, found {number}")
        return number

    def query_flag(self, name: str) -> bool:
        """Tell whether the address sets a parameter to true."""
        return (self.query(name) or "").lower() == "true"


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer with HubSpot's content type."""
    return Response(to_json(content), status, dict(headers) if headers else None, JSON_TYPE)


def no_content() -> Response:
    """Return the empty 204 answer."""
    return Response(status_code=204)


def json_kind(value: object) -> str:
    """Name a JSON value's kind for an error message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"

"""The ways in which the sandbox can go wrong on request, one class each.

Each kind plays itself on one exchange. Those with `effect` either leave the request unhandled (`none`) or handle it and lose
or replace the answer (`committed`): the write is done and the client does not hear of it. Those that change an answer always
handle the request first.

The kinds are plain values with a `kind` name, so that the control endpoints can write them as JSON.
Sources: FACTS 14.9 (what to inject), 4.2 (bodies), 3 (429), 2.4 (token refusals); each class says how sure its shape is.
"""

import asyncio
import uuid
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import Field
from pydantic_core import from_json, to_json

from hubspot_skill.sandbox.exchange import Answer, Exchange
from hubspot_skill.sandbox.rates import PolicyName, rate_limited
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.tokens import TokenProblem, token_refused

__all__ = [
    "Bomb",
    "BrokenJson",
    "ChangedJson",
    "ContentType",
    "CutOff",
    "Drip",
    "Empty",
    "Fault",
    "Hang",
    "Html",
    "Lost",
    "Oversize",
    "RateLimited",
    "Redirect",
    "Slow",
    "Status",
    "TokenRefused",
    "Uninstalled",
]

Effect = Literal["none", "committed"]
Uninstall = Callable[[str | None], None]
"""Takes the app behind an Authorization header out of its account."""

_JSON = "application/json;charset=utf-8"
_HTML = "text/html; charset=UTF-8"
_PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>%s</h1></body></html>"
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with an error status and HubSpot's body for it; 502, 504 and 520 to 526 come from the edge and are HTML [C]."""

    status: Annotated[int, Field(ge=400, le=599)]
    kind: Literal["status"] = "status"
    effect: Effect = "none"
    retry_after_s: int | None = None
    html: bool | None = None

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await _apply(self.effect, exchange)
        html = self.status in _EDGE_STATUSES if self.html is None else self.html
        answer = _page(self.status) if html else _error(_body_of(self.status))
        wait_s = self.retry_after_s if self.retry_after_s is not None or self.status != _MOVING else _MOVING_WAIT_S
        if wait_s is not None:
            answer = replace(answer, headers={**answer.headers, "retry-after": str(wait_s)})
        await exchange.answer(answer)


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Answer 429 of one policy, whatever was spent; without Retry-After unless it is given [D]."""

    policy: PolicyName = "TEN_SECONDLY_ROLLING"
    kind: Literal["rate_limited"] = "rate_limited"
    retry_after_s: float | None = None

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await exchange.answer(_error(rate_limited(self.policy, retry_after_s=self.retry_after_s)))


@dataclass(frozen=True, slots=True)
class Lost:
    """Break the connection off with no answer: by a TCP reset, or by an orderly end."""

    how: Literal["reset", "close"] = "reset"
    kind: Literal["lost"] = "lost"
    effect: Effect = "none"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Break off so."""
        await _apply(self.effect, exchange)
        await (exchange.reset() if self.how == "reset" else exchange.close())


@dataclass(frozen=True, slots=True)
class Hang:
    """Answer nothing until the client goes."""

    kind: Literal["hang"] = "hang"
    effect: Effect = "none"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Hang so."""
        await _apply(self.effect, exchange)
        await exchange.gone()


@dataclass(frozen=True, slots=True)
class Slow:
    """Wait, then answer as usual; the effect comes before the wait if it is `committed`, else after it, client or not."""

    seconds: Annotated[float, Field(ge=0)]
    kind: Literal["slow"] = "slow"
    effect: Effect = "none"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Wait and answer."""
        if self.effect == "committed":
            answer = await exchange.run()
            await asyncio.sleep(self.seconds)
            await exchange.answer(answer)
        else:
            await exchange.take_in()
            await asyncio.sleep(self.seconds)
            await exchange.pass_on()


@dataclass(frozen=True, slots=True)
class Drip:
    """Answer as usual, but in parts with a pause after each, so that no single read waits long."""

    part_bytes: Annotated[int, Field(ge=1)]
    pause_s: Annotated[float, Field(ge=0)]
    kind: Literal["drip"] = "drip"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        answer = await exchange.run()

        async def parts() -> AsyncIterator[bytes]:
            for start in range(0, len(answer.body), self.part_bytes):
                yield answer.body[start : start + self.part_bytes]
                await asyncio.sleep(self.pause_s)

        headers = {**answer.headers, "content-length": str(len(answer.body))}
        await exchange.answer_in_parts(answer.status, headers, parts())


@dataclass(frozen=True, slots=True)
class CutOff:
    """Announce the whole answer, deliver a part of its body, and end the connection."""

    part: Annotated[float, Field(ge=0, lt=1)] = 0.5
    kind: Literal["cut_off"] = "cut_off"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        answer = await exchange.run()
        if not answer.body:
            answer = replace(answer, status=200, body=b"{}")
        await exchange.answer_cut_off(answer, int(len(answer.body) * self.part))


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """Answer in full HTTP with half of the JSON."""

    kind: Literal["broken_json"] = "broken_json"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        answer = await exchange.run()
        body = answer.body[: max(1, len(answer.body) // 2)] or b"{"
        await exchange.answer(Answer(200 if answer.status == 204 else answer.status, {"content-type": _JSON}, body))


@dataclass(frozen=True, slots=True)
class Html:
    """Answer with a web page instead of JSON, by default with status 200."""

    status: Annotated[int, Field(ge=200, le=599)] = 200
    kind: Literal["html"] = "html"
    effect: Effect = "none"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await _apply(self.effect, exchange)
        await exchange.answer(_page(self.status))


@dataclass(frozen=True, slots=True)
class Empty:
    """Answer 200 with nothing in it."""

    kind: Literal["empty"] = "empty"
    effect: Effect = "none"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await _apply(self.effect, exchange)
        await exchange.answer(Answer(200, {"content-type": _JSON}, b""))


@dataclass(frozen=True, slots=True)
class Oversize:
    """Answer 200 with a JSON body of this size; its length is announced, or comes in chunks."""

    size_bytes: Annotated[int, Field(ge=_CHUNK_BYTES)] = 200_000_000
    announced: bool = True
    kind: Literal["oversize"] = "oversize"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        frame = (b'{"results":[],"padding":"', b'"}')

        async def parts() -> AsyncIterator[bytes]:
            yield frame[0]
            left = self.size_bytes - len(frame[0]) - len(frame[1])
            while left:
                size = min(left, _CHUNK_BYTES)
                yield b"x" * size
                left -= size
            yield frame[1]

        length = {"content-length": str(self.size_bytes)} if self.announced else {}
        await exchange.answer_in_parts(200, {"content-type": _JSON, **length}, parts())


@dataclass(frozen=True, slots=True)
class Bomb:
    """Answer 200 with a small gzip body that unpacks to this size of valid JSON."""

    unpacked_bytes: Annotated[int, Field(ge=_CHUNK_BYTES)] = 200_000_000
    kind: Literal["gzip_bomb"] = "gzip_bomb"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = [packer.compress(b'{"results":[]}')]
        spaces = b" " * _CHUNK_BYTES
        packed += [packer.compress(spaces) for _ in range(self.unpacked_bytes // _CHUNK_BYTES)]
        body = b"".join((*packed, packer.flush()))
        await exchange.answer(Answer(200, {"content-type": _JSON, "content-encoding": "gzip"}, body))


@dataclass(frozen=True, slots=True)
class ContentType:
    """Answer as usual under another content type."""

    value: str = "text/plain"
    kind: Literal["content_type"] = "content_type"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        answer = await exchange.run()
        await exchange.answer(replace(answer, headers={**answer.headers, "content-type": self.value}))


@dataclass(frozen=True, slots=True)
class Redirect:
    """Answer with a redirect to another address."""

    location: str
    status: Literal[301, 302, 303, 307, 308] = 302
    kind: Literal["redirect"] = "redirect"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await exchange.answer(Answer(self.status, {"location": self.location}, b""))


@dataclass(frozen=True, slots=True)
class ChangedJson:
    """Answer as usual, with JSON that a newer or sloppier HubSpot might send.

    `reversed_lists` turns the lists of `fields` round (by default a batch's results), `short_lists` leaves their last item out.
    `extra_fields` adds fields to every object, `new_enum_values` replaces the values of `fields` (by default the known enumerations)
    by one nobody knows, `nulls` and `dropped_fields` do so to `fields` (by default the optional ones). Records' `properties` are
    changed by `extra_fields` and `nulls` only, as far as `fields` names them.
    """

    change: Literal["extra_fields", "new_enum_values", "nulls", "dropped_fields", "reversed_lists", "short_lists"]
    fields: frozenset[str] = frozenset()
    kind: Literal["changed_json"] = "changed_json"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        answer = await exchange.run()
        if answer.is_json and answer.body:
            answer = replace(answer, body=to_json(self._changed(from_json(answer.body))))
        await exchange.answer(answer)

    def _changed(self, value: object) -> object:
        if isinstance(value, list):
            return [self._changed(item) for item in cast("list[object]", value)]
        if not isinstance(value, dict):
            return value
        known = cast("dict[str, object]", value)
        inner = {name: self._changed(item) for name, item in known.items()}
        match self.change:
            case "extra_fields":
                return {**inner, "sandboxExtra": {"list": [1, None], "text": "new"}}
            case "new_enum_values":
                names = self.fields or _ENUMERATIONS
                return {n: "SANDBOX_NEW_VALUE" if n in names and isinstance(v, str) else v for n, v in inner.items()}
            case "nulls":
                return {name: None if name in (self.fields or _OPTIONAL) else item for name, item in inner.items()}
            case "reversed_lists":
                return {n: _listed(v)[::-1] if self._is_list(n, v) else v for n, v in inner.items()}
            case "short_lists":
                return {n: _listed(v)[:-1] if self._is_list(n, v) else v for n, v in inner.items()}
            case "dropped_fields":
                return {name: item for name, item in inner.items() if name not in (self.fields or _OPTIONAL)}

    def _is_list(self, name: str, value: object) -> bool:
        return isinstance(value, list) and name in (self.fields or {"results"})


def _listed(value: object) -> list[object]:
    return cast("list[object]", value)


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Refuse a call of the token endpoint with HTTP 400 and both kinds of error fields [L][C]."""

    status: TokenProblem
    kind: Literal["token_refused"] = "token_refused"

    async def play(self, exchange: Exchange, _uninstall: Uninstall) -> None:
        """Answer so."""
        await exchange.answer(_error(token_refused(self.status)))


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """Take the calling app out of its account, then handle the request, which so finds its token dead."""

    kind: Literal["uninstalled"] = "uninstalled"

    async def play(self, exchange: Exchange, uninstall: Uninstall) -> None:
        """Uninstall and pass on."""
        uninstall(exchange.authorization)
        await exchange.pass_on()


Fault: TypeAlias = Annotated[
    Status
    | RateLimited
    | Lost
    | Hang
    | Slow
    | Drip
    | CutOff
    | BrokenJson
    | Html
    | Empty
    | Oversize
    | Bomb
    | ContentType
    | Redirect
    | ChangedJson
    | TokenRefused
    | Uninstalled,
    Field(discriminator="kind"),
]

_MOVING = 477
_MOVING_WAIT_S = 3600
_EDGE_STATUSES = frozenset({502, 504, *range(520, 527)})
_ENUMERATIONS = frozenset(
    {
        "accountType",
        "assetType",
        "category",
        "dataHostingLocation",
        "dataSensitivity",
        "processingStatus",
        "processingType",
        "sourceType",
        "state",
        "subCategory",
        "writePermissions",
    }
)
_OPTIONAL = frozenset(
    {
        "additionalCurrencies",
        "archived",
        "archivedAt",
        "createdAt",
        "description",
        "displayOrder",
        "label",
        "portalName",
        "teams",
        "updatedAt",
        "url",
        "userId",
        "utcOffset",
    }
)


async def _apply(effect: Effect, exchange: Exchange) -> None:
    if effect == "committed":
        await exchange.run()


def _page(status: int) -> Answer:
    return Answer(status, {"content-type": _HTML}, _PAGE % (status, b"This page is not HubSpot's API"))


def _error(refusal: Refusal) -> Answer:
    correlation_id = str(uuid.uuid4())
    headers = {name.lower(): value for name, value in refusal.headers.items()}
    headers |= {"content-type": _JSON, "x-hubspot-correlation-id": correlation_id}
    return Answer(refusal.status, headers, to_json({**refusal.body, "correlationId": correlation_id}))


def _body_of(status: int) -> Refusal:
    match status:
        case 401:
            return Refusal.unauthenticated()
        case 403:
            return Refusal.missing_scopes(["crm.objects.contacts.read"])
        case 404:
            return Refusal.not_found()
        case 409:
            return Refusal.conflict("The object was changed by somebody else at the same time.")
        case 423:
            return Refusal.plain(423, "The record is locked by another process. Try again in a moment.", "LOCKED")
        case 429:
            return rate_limited("TEN_SECONDLY_ROLLING")
        case 477:
            return Refusal.plain(477, "This account is being moved to another data centre.", "MIGRATION_IN_PROGRESS")
        case _:
            return Refusal.plain(status, "internal error" if status >= 500 else "bad request")

"""Makes one call of HubSpot's API, whatever happens: the thin async shell around the adapter's pure decisions.

The order of one attempt: a slot of the budget, the breaker, the token, the request, the answer's shape. A failed
attempt is a `Failure` value; `retry` says whether there is another. Every call ends before its deadline with a value
or with an error of `domain.errors`. A call is counted against one budget and one breaker (its endpoint class).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from pydantic_core import from_json

from hubspot_skill.domain.errors import DailyLimitError, DeadlineError, TokenRefusedError, UnavailableError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot import failures
from hubspot_skill.hubspot.breaker import Breaker
from hubspot_skill.hubspot.budget import LimitStore
from hubspot_skill.hubspot.failures import Failure, Policy
from hubspot_skill.hubspot.limits import Budget, Priority, RateReading
from hubspot_skill.hubspot.retry import RetryBudget, pause_before_retry
from hubspot_skill.hubspot.tokens import TokenSource
from hubspot_skill.hubspot.transport import Answer, Transport, TransportError
from hubspot_skill.hubspot.wire.shapes import ShapeError

__all__ = ["Call", "Caller", "Endpoint", "Line"]

# An answer with more keys or elements than any page of HubSpot's holds is refused before it is parsed.
MAX_KEYS = 300_000
MAX_ELEMENTS = 1_000_000
COUNTED_FROM_BYTES = 1_000_000
WAITED_FROM_S = 0.005
"""From when on a slot counts as waited for; a free one takes microseconds, or a statement of the shared store."""
RATE_HEADER = b"x-hubspot-ratelimit-"

T = TypeVar("T")
_log = get_logger(__name__)


class Endpoint(Enum):
    """The classes of endpoints that fail together, each with a breaker of its own."""

    READ = "read"
    SEARCH = "search"
    WRITE = "write"
    ASSOCIATIONS = "associations"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `path` with its query, `target` for messages (such as `contact 123`), and how it counts.

    `is_write` is True where doing it twice is not the same as doing it once. `has_answer` is False where success has
    no body worth reading.
    """

    method: str
    path: str
    target: str
    body: bytes | None = None
    content_type: str = "application/json"
    endpoint: Endpoint = Endpoint.READ
    budget: Budget = Budget.BURST
    is_write: bool = False
    has_answer: bool = True


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """How an answer is read: `quick` from its bytes where it is ordinary, else (None) `value` from its parsed JSON."""

    value: Callable[[object], T]
    quick: Callable[[bytes], T | None] | None = None


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    """What a successful attempt gave."""

    value: T


@dataclass(slots=True)
class Line:
    """Everything that the calls of one account share."""

    tokens: TokenSource
    transport: Transport
    limits: LimitStore
    clock: Clock
    chance: Callable[[], float] = random.random
    retries: RetryBudget = field(default_factory=RetryBudget)
    breakers: dict[Endpoint, Breaker] = field(default_factory=lambda: {e: Breaker() for e in Endpoint})


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls of one class and deadline over a shared line."""

    line: Line
    priority: Priority = Priority.INTERACTIVE
    deadline_s: float = Priority.INTERACTIVE.deadline_s

    async def json(
        self, call: Call, read: Callable[[object], T], *, quick: Callable[[bytes], T | None] | None = None
    ) -> T:
        """Make a call and give what `read` makes of the answer's JSON (a `ShapeError` of it is handled here).

        `quick` is asked first, with the bytes; where it gives None the answer is parsed for `read`.

        Raises:
            HubSpotSkillError: any leaf of the tree that a HubSpot call can end in.
        """
        line = self.line
        reading = Reading(read, quick)
        started_s = line.clock.monotonic()
        deadline_s = started_s + self.deadline_s
        line.retries.count_call(started_s)
        attempt = 1
        while True:
            outcome = await self._attempt(call, reading, deadline_s)
            if isinstance(outcome, _Done):
                return outcome.value
            pause_s = self._pause(outcome, call, attempt, deadline_s)
            if pause_s is None:
                raise outcome.error
            _log.info("call_retried", endpoint=call.endpoint.value, code=outcome.error.code, attempt=attempt)
            await line.clock.sleep(pause_s)
            attempt += 1

    async def done(self, call: Call) -> None:
        """Make a call whose success has no body worth reading."""
        await self.json(call, lambda _: None)

    def _pause(self, failure: Failure, call: Call, attempt: int, deadline_s: float) -> float | None:
        """Give the seconds before the next attempt, or None; a 429 costs no retry, for its limit is cut already."""
        line = self.line
        now_s = line.clock.monotonic()
        pause_s = pause_before_retry(
            failure.rule,
            attempt=attempt,
            is_write=call.is_write,
            left_s=deadline_s - now_s,
            chance=line.chance(),
        )
        if pause_s is None or failure.policy is not None or line.retries.spend(now_s):
            return pause_s
        return None

    async def _attempt(self, call: Call, read: Reading[T], deadline_s: float) -> _Done[T] | Failure:
        line = self.line
        asked_s = line.clock.monotonic()
        slot = await line.limits.take(call.budget, self.priority, deadline_s)
        breaker = line.breakers[call.endpoint]
        now_s = line.clock.monotonic()
        if now_s - asked_s > WAITED_FROM_S:
            count(Counter.LIMIT_WAITS, call.budget.value)
            count(Counter.LIMIT_WAITED_S, call.budget.value, by=now_s - asked_s)
        if not breaker.allows(now_s):
            line.limits.drop(call.budget, slot)
            return Failure(_breaker_open(call, breaker.wait_s(now_s)))
        is_probe = breaker.is_open
        rates: RateReading | None = None
        is_sent = is_learnt = False
        try:
            token = await line.tokens.access_token()
            left_s = deadline_s - line.clock.monotonic()
            if left_s <= 0:
                return Failure(DeadlineError(f"no time was left to ask HubSpot for {call.target}", hint="Try again."))
            is_sent = True
            answer = await self._send(call, token, left_s)
            if isinstance(answer, Failure):
                outcome: _Done[T] | Failure = answer
            else:
                rates = read_rates(answer)
                outcome = _read(call, answer, read)
            self._learn(call, outcome, token, breaker)
            is_learnt = True
            return outcome
        finally:
            if is_sent:
                line.limits.give_back(call.budget, slot, rates)
            else:
                line.limits.drop(call.budget, slot)
            if is_probe and not is_learnt:
                breaker.abandoned()

    async def _send(self, call: Call, token: Secret, left_s: float) -> Answer | Failure:
        try:
            async with asyncio.timeout(left_s):
                return await self.line.transport.send(
                    call.method,
                    call.path,
                    authorization=f"Bearer {token.reveal()}",
                    body=call.body,
                    content_type=call.content_type,
                )
        except TransportError as error:
            return failures.of_transport(error, target=call.target, is_write=call.is_write)
        except TimeoutError:
            return failures.of_deadline(target=call.target, is_write=call.is_write, deadline_s=self.deadline_s)

    def _learn(self, call: Call, outcome: _Done[T] | Failure, token: Secret, breaker: Breaker) -> None:
        """Tell the breaker, the limits and the token source how the attempt ended."""
        line = self.line
        now_s = line.clock.monotonic()
        if isinstance(outcome, _Done):
            count(Counter.HUBSPOT_CALLS, call.endpoint.value, "ok")
            breaker.succeeded(now_s)
            return
        count(Counter.HUBSPOT_CALLS, call.endpoint.value, outcome.error.code)
        if outcome.policy is not None:
            count(Counter.RATE_REFUSALS, outcome.policy.value)
        if outcome.is_outage:
            was_open = breaker.is_open
            breaker.failed(now_s)
            if breaker.is_open and not was_open:
                _log.warning("breaker_opened", endpoint=call.endpoint.value)
        else:
            breaker.succeeded(now_s)
        if outcome.parked_s:
            line.limits.park(outcome.parked_s)
        if outcome.policy is Policy.DAILY:
            resets_at = line.limits.close_for_today()
            if isinstance(outcome.error, DailyLimitError):
                outcome.error.resets_at = resets_at
        elif outcome.policy is not None:
            line.limits.refused(call.budget, outcome.pause_s)
        if isinstance(outcome.error, TokenRefusedError):
            line.tokens.refused(token, expired=outcome.error.expired)


def read_rates(answer: Answer) -> RateReading | None:
    """Read the rate headers of an answer; None when there are none, which is normal."""
    found: dict[bytes, int] = {}
    for key, value in answer.headers:
        if key[: len(RATE_HEADER)].lower() == RATE_HEADER and value.isdigit():
            found[key[len(RATE_HEADER) :].lower()] = int(value)
    if not found:
        return None
    interval_ms = found.get(b"interval-milliseconds")
    return RateReading(
        most=found.get(b"max"),
        remaining=found.get(b"remaining"),
        window_s=interval_ms / 1000 if interval_ms else None,
        daily_most=found.get(b"daily"),
        daily_remaining=found.get(b"daily-remaining"),
    )


def _read(call: Call, answer: Answer, read: Reading[T]) -> _Done[T] | Failure:
    """Read a whole answer: a success of the right type and shape, or a failure."""
    if not 200 <= answer.status < 300:
        return failures.of_answer(answer, target=call.target, is_write=call.is_write)
    try:
        if not call.has_answer:
            return _Done(read.value(None))
        body = _checked_body(answer)
        quick = None if read.quick is None else read.quick(body)
        return _Done(read.value(_parsed(body)) if quick is None else quick)
    except ShapeError as error:
        reason = str(error)
    except ValueError as error:
        reason = f"not JSON: {error}"
    return failures.of_malformed(reason, answer, target=call.target, is_write=call.is_write)


def _checked_body(answer: Answer) -> bytes:
    kind = answer.header(b"content-type") or ""
    if "json" not in kind.lower():
        raise ShapeError(f'the content type is "{kind[:80]}": expected application/json')
    body = answer.body
    if len(body) > COUNTED_FROM_BYTES and (body.count(b'":') > MAX_KEYS or body.count(b",") > MAX_ELEMENTS):
        raise ShapeError(f"it has more than {MAX_KEYS} keys or {MAX_ELEMENTS} elements")
    return body


def _parsed(body: bytes) -> object:
    return from_json(body, allow_inf_nan=False, cache_strings="keys")


def _breaker_open(call: Call, wait_s: float) -> UnavailableError:
    return UnavailableError(
        f"HubSpot did not answer the last calls of this kind ({call.endpoint.value}), so {call.target} was not asked for",
        hint=f"Try again in {max(1, round(wait_s))} seconds.",
        retry_after_s=wait_s,
    )

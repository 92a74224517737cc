"""Turns everything that can go wrong with a call into a domain error and the rule for trying it again. Pure.

One table of HubSpot's documented statuses (developers.hubspot.com, error handling, read 2026-11-23), and one for what
the wire did. Two questions decide about a write: did HubSpot surely not do it, or may it have? A lost answer, a 5xx
from behind HubSpot's edge and a success that cannot be read are all "may have": `OutcomeUnknownError`.
HubSpot's own words are quoted, cut and cleaned; they are never joined into an instruction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from hubspot_skill.domain.errors import (
    AccountMovingError,
    AlreadyExistsError,
    DailyLimitError,
    DeadlineError,
    HubSpotSkillError,
    InvalidInputError,
    MalformedAnswerError,
    MissingScopesError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedValueError,
    TokenRefusedError,
    UnavailableError,
    UnexpectedRefusalError,
    UnreachableError,
)
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.hubspot.retry import Again, RetryRule
from hubspot_skill.hubspot.transport import (
    Answer,
    LostAnswerError,
    NotSentError,
    RefusedAnswerError,
    TransportError,
)
from hubspot_skill.hubspot.wire.envelope import ErrorItem, Refusal, RefusedProperty, existing_id, read_refusal
from hubspot_skill.hubspot.wire.envelope import refused_properties as _refused_properties

__all__ = ["Failure", "Policy", "of_answer", "of_batch_item", "of_deadline", "of_malformed", "of_transport"]

# HubSpot documents no Retry-After on 429: it is the window of the policy.
SECONDLY_PAUSE_S = 1.0
# "Wait at least two seconds" (error handling, 423).
LOCKED_PAUSE_S = 2.0
# Cloudflare's statuses for a request that never reached HubSpot's servers: down, unreachable, TLS failed.
NEVER_ARRIVED = frozenset({521, 523, 525, 526})

_NEVER = RetryRule(Again.NEVER)
_READS = RetryRule(Again.READS)
_ALL = RetryRule(Again.ALL)


class Policy(Enum):
    """Which rate limit a 429 speaks of."""

    SECONDLY = "SECONDLY"
    TEN_SECONDLY = "TEN_SECONDLY_ROLLING"
    DAILY = "DAILY"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: the error to raise if it stays so, when it may be tried again, and what the limits learn.

    `policy` and `pause_s` are set for a 429, `parked_s` for an account that is moving; `is_outage` where HubSpot gave
    no answer of its own, which is what the breaker counts.
    """

    error: HubSpotSkillError
    rule: RetryRule = _NEVER
    is_outage: bool = False
    policy: Policy | None = None
    pause_s: float | None = None
    parked_s: float | None = None


def of_answer(answer: Answer, *, target: str, is_write: bool) -> Failure:
    """Read an answer that is no success. `target` names what was called, such as `contact 123`."""
    refusal = read_refusal(answer.body)
    correlation_id = refusal.correlation_id or answer.header(b"x-hubspot-correlation-id")
    correlation_id = clean(correlation_id, most=80) if correlation_id else None
    status = answer.status
    if status == 429:
        return _rate_limited(answer, refusal, correlation_id)
    if status == 423:
        error = UnavailableError(
            f"HubSpot has locked {target} for a moment (423)",
            hint="Try again in a few seconds.",
            retry_after_s=LOCKED_PAUSE_S,
            correlation_id=correlation_id,
        )
        return Failure(error, RetryRule(Again.ALL, LOCKED_PAUSE_S))
    if status == 477:
        return _moving(answer, correlation_id)
    if status >= 500:
        return _server_error(status, target, is_write=is_write, correlation_id=correlation_id)
    return Failure(_refused(status, refusal, target, correlation_id))


def of_transport(error: TransportError, *, target: str, is_write: bool) -> Failure:
    """Read a failure of the wire."""
    reason = quote(str(error), most=200)
    match error:
        case NotSentError():
            unreachable = UnreachableError(
                f"HubSpot could not be reached for {target}: {reason}",
                hint="Check the network and status.hubspot.com, then try again.",
            )
            return Failure(unreachable, _ALL, is_outage=True)
        case RefusedAnswerError():
            return _unreadable(f"HubSpot's answer for {target} was refused: {reason}", _NEVER, is_write=is_write)
        case LostAnswerError() | _:
            if is_write:
                return Failure(_unknown(target, f"its answer was lost: {reason}"), is_outage=True)
            lost = UnavailableError(f"HubSpot's answer for {target} was lost: {reason}", hint="Try again.")
            return Failure(lost, _READS, is_outage=True)


def of_malformed(reason: str, answer: Answer, *, target: str, is_write: bool) -> Failure:
    """Read a success whose body is not what the API promises."""
    message = f"HubSpot's answer ({answer.status}) for {target} cannot be read: {clean(reason, most=200)}"
    return _unreadable(message, _READS, is_write=is_write)


def of_deadline(*, target: str, is_write: bool, deadline_s: float) -> Failure:
    """Read a call that was given up at its deadline after it was sent."""
    if is_write:
        return Failure(_unknown(target, f"no answer came within {deadline_s:g} seconds"), is_outage=True)
    error = DeadlineError(
        f"HubSpot gave no answer for {target} within {deadline_s:g} seconds", hint="Try again, or ask for less at once."
    )
    return Failure(error, is_outage=True)


def of_batch_item(item: ErrorItem, *, target: str, correlation_id: str | None = None) -> HubSpotSkillError:
    """Read the error of one input of a batch that partly succeeded."""
    properties = tuple(
        RefusedProperty(name, item.code, item.message) for name in item.context.get("propertyName", ())
    ) or _refused_properties(item.message)
    refusal = Refusal(message=item.message, category=item.code.upper(), errors=(item,))
    if item.code.upper() in ("OBJECT_NOT_FOUND", "NOT_FOUND"):
        return _refused(404, refusal, target, correlation_id)
    if item.code.upper() in ("CONFLICT", "OBJECT_ALREADY_EXISTS") or existing_id(item.message):
        return _refused(409, refusal, target, correlation_id)
    return _rejected(refusal, properties, target, correlation_id)


def _refused(status: int, refusal: Refusal, target: str, correlation_id: str | None) -> HubSpotSkillError:
    words = quote(refusal.message, most=300)
    if status == 401:
        expired = "EXPIRED" in refusal.category
        return TokenRefusedError(
            f"HubSpot does not accept the access token ({'it has expired' if expired else '401'}): {words}",
            hint="Give a valid token: HUBSPOT_ACCESS_TOKEN holds a service key or private-app token.",
            expired=expired,
            correlation_id=correlation_id,
        )
    if status == 403 or refusal.category == "MISSING_SCOPES":
        return _forbidden(refusal, target, correlation_id)
    if status == 404 or refusal.category == "OBJECT_NOT_FOUND":
        return NotFoundError(
            f"HubSpot has no {target}, or it is archived", hint="Search for it.", correlation_id=correlation_id
        )
    if status == 409:
        found = existing_id(refusal.message)
        return AlreadyExistsError(
            f"HubSpot refuses {target} because it exists already: {words}",
            hint=f"The record in the way has the id {found}." if found else "",
            existing_id=found,
            correlation_id=correlation_id,
        )
    if status == 414:
        return InvalidInputError(
            f"the request for {target} is too long for HubSpot (414)", hint="Ask for less at once."
        )
    if status in (400, 422):
        return _rejected(refusal, refusal.properties, target, correlation_id)
    return UnexpectedRefusalError(
        f"HubSpot refused {target} with the status {status}: {words}", status=status, correlation_id=correlation_id
    )


def _rejected(
    refusal: Refusal, properties: tuple[RefusedProperty, ...], target: str, correlation_id: str | None
) -> RejectedValueError:
    names = tuple(dict.fromkeys(clean(found.name, most=100) for found in properties))
    if properties:
        reasons = "; ".join(
            f"{clean(found.name, most=100)} ({clean(found.code, most=60)}): {quote(found.message, most=160)}"
            for found in properties[:5]
        )
        message = f"HubSpot refused values for {target}: {reasons}"
    else:
        message = f"HubSpot refused the request for {target}: {quote(refusal.message, most=300)}"
    hint = "hubspot_describe shows a property's type, options and whether it can be written." if names else ""
    return RejectedValueError(message, hint=hint, properties=names, correlation_id=correlation_id)


def _forbidden(refusal: Refusal, target: str, correlation_id: str | None) -> MissingScopesError:
    scopes = tuple(clean(scope, most=100) for scope in refusal.scopes[:20])
    if scopes:
        message = f"the HubSpot token lacks a scope for {target}: {', '.join(scopes)}"
        hint = "Add the scope to the service key or app in HubSpot's settings, then connect again."
    else:
        message = f"HubSpot does not allow {target} with this token (403): {quote(refusal.message, most=300)}"
        hint = "The token may lack a scope, or the account may lack the HubSpot product."
    return MissingScopesError(message, hint=hint, scopes=scopes, correlation_id=correlation_id)


def _rate_limited(answer: Answer, refusal: Refusal, correlation_id: str | None) -> Failure:
    said = f"{refusal.policy} {refusal.message}".upper()
    policy = next((found for found in (Policy.DAILY, Policy.TEN_SECONDLY) if found.value[:12] in said), None)
    if policy is None:
        policy = Policy.SECONDLY if "SECONDLY" in said else Policy.TEN_SECONDLY
    pause_s = _retry_after_s(answer)
    if policy is Policy.DAILY:
        daily = DailyLimitError(
            "the HubSpot account's calls for today are used up",
            hint="The count starts again at midnight in the account's time zone.",
            correlation_id=correlation_id,
        )
        return Failure(daily, policy=policy, pause_s=pause_s)
    if pause_s is None and policy is Policy.SECONDLY:
        pause_s = SECONDLY_PAUSE_S
    error = RateLimitedError(
        f"HubSpot asks to slow down ({policy.value})",
        hint="Try again in a few seconds.",
        policy=policy.value,
        retry_after_s=pause_s,
        correlation_id=correlation_id,
    )
    return Failure(error, _ALL, policy=policy, pause_s=pause_s)


def _moving(answer: Answer, correlation_id: str | None) -> Failure:
    parked_s = _retry_after_s(answer)
    error = AccountMovingError(
        "HubSpot is moving this account between its data centres (477)",
        hint="Nothing can be read or written until it is done, at most a day.",
        retry_after_s=parked_s,
        correlation_id=correlation_id,
    )
    rule = _NEVER if parked_s is None else RetryRule(Again.READS, parked_s)
    return Failure(error, rule, parked_s=parked_s)


def _server_error(status: int, target: str, *, is_write: bool, correlation_id: str | None) -> Failure:
    if is_write and status not in NEVER_ARRIVED:
        return Failure(_unknown(target, f"HubSpot answered {status}", correlation_id), is_outage=True)
    error = UnavailableError(
        f"HubSpot cannot answer for {target} now ({status})",
        hint="Try again in a minute; status.hubspot.com tells of outages.",
        correlation_id=correlation_id,
    )
    return Failure(error, _READS, is_outage=True)


def _unreadable(message: str, rule: RetryRule, *, is_write: bool) -> Failure:
    if is_write:
        return Failure(OutcomeUnknownError(f"{message}; the write may have happened", hint=_READ_BACK))
    return Failure(MalformedAnswerError(message, hint="Try again; if it stays so, HubSpot has changed its API."), rule)


_READ_BACK = "Read the record back before trying again, so nothing is written twice."


def _unknown(target: str, reason: str, correlation_id: str | None = None) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"the write of {target} was sent, but {reason}: it may or may not have happened",
        hint=_READ_BACK,
        correlation_id=correlation_id,
    )


def _retry_after_s(answer: Answer) -> float | None:
    """Seconds of a Retry-After header, None when absent or not a count of seconds from 0 to a day."""
    said = answer.header(b"retry-after")
    try:
        seconds = float(said) if said is not None else math.nan
    except ValueError:
        return None
    return seconds if 0 <= seconds <= 86_400 else None

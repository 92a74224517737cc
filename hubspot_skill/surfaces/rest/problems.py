"""Every error as a problem document (RFC 9457): one code, one status, and what a program can act on.

Domain errors keep their own codes and words. What HTTP alone can refuse (a body too large, an address that is not
there) has codes of its own, in the same table. Text that came from the CRM is cleaned, cut and marked.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from starlette.responses import JSONResponse, Response

from hubspot_skill.domain.errors import Candidate, HubSpotSkillError, SignInRefusedError
from hubspot_skill.domain.text import clean

__all__ = ["DOCS_PATH", "FORMS", "MEDIA_TYPE", "Form", "RefusedError", "crash", "described", "problem", "refusal"]

MEDIA_TYPE = "application/problem+json"
DOCS_PATH = "/api/hubspot/docs"
MAX_CANDIDATES = 10
_MAX_LABEL = 80
_MAX_SENTENCE = 600
_DETAILS = ("field", "existing_id", "properties", "expired", "scopes", "policy", "reason", "plan_id")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Form:
    """How one error shows over HTTP: its status, a title that is the same each time, and one example of its words."""

    status: HTTPStatus
    title: str
    example: str


FORMS: Mapping[str, Form] = {
    # the caller can mend the call
    "invalid_input": Form(
        HTTPStatus.BAD_REQUEST,
        "A value has the wrong form",
        'parameter "limit" is 500: expected a whole number from 1 to 100',
    ),
    "unknown_name": Form(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Nothing has that name", 'deals have no stage "Closed Wonn" in "Sales"'
    ),
    "ambiguous_name": Form(
        HTTPStatus.UNPROCESSABLE_ENTITY, "A name fits several things", '2 owners are called "Maria Garcia"'
    ),
    "not_found": Form(HTTPStatus.NOT_FOUND, "No such record", 'no record is there for "999"'),
    "already_exists": Form(HTTPStatus.CONFLICT, "The record exists", "a contact with this email exists: 2001"),
    "possible_duplicate": Form(HTTPStatus.CONFLICT, "Records much like it exist", '1 company is much like "Acme Inc"'),
    "value_changed": Form(
        HTTPStatus.PRECONDITION_FAILED, "The record has changed", "deal 3001 was changed since it was read"
    ),
    "rejected_value": Form(
        HTTPStatus.UNPROCESSABLE_ENTITY, "HubSpot refused a value", "HubSpot refused phone: too long"
    ),
    "read_only": Form(
        HTTPStatus.FORBIDDEN, "Writing is switched off", "create writes to HubSpot, and this server is read-only"
    ),
    "not_approved": Form(
        HTTPStatus.CONFLICT, "No person has approved this plan", "this plan waits for a person to approve it"
    ),
    "plan_ended": Form(HTTPStatus.CONFLICT, "The plan has ended", "this plan was applied already"),
    "account_busy": Form(
        HTTPStatus.CONFLICT, "Another plan is being applied", "another plan is being applied to this account"
    ),
    "sign_in_refused": Form(
        HTTPStatus.FORBIDDEN, "The sign-in was refused", "this request did not come from a page of this site"
    ),
    # whoever owns the HubSpot account can mend it
    "not_connected": Form(
        HTTPStatus.CONFLICT, "No HubSpot account is connected", "no HubSpot account is connected to this server"
    ),
    "reconnect": Form(
        HTTPStatus.CONFLICT, "The account must be connected again", "the app's grant in this account has ended"
    ),
    "token_refused": Form(
        HTTPStatus.CONFLICT, "HubSpot does not accept the token", "HubSpot does not accept the access token"
    ),
    "missing_scopes": Form(
        HTTPStatus.FORBIDDEN, "The token lacks a scope", "the token lacks the scope crm.objects.deals.write"
    ),
    "writes_off": Form(
        HTTPStatus.FORBIDDEN, "Writing to the account is off", "a person has switched writing to this account off"
    ),
    "daily_limit": Form(
        HTTPStatus.TOO_MANY_REQUESTS, "Today's calls are used up", "the account's calls for today are used up"
    ),
    # HubSpot has to recover
    "rate_limited": Form(HTTPStatus.TOO_MANY_REQUESTS, "HubSpot is asked too often", "too many calls for the moment"),
    "unreachable": Form(
        HTTPStatus.SERVICE_UNAVAILABLE, "HubSpot cannot be reached", "no connection to HubSpot could be made"
    ),
    "unavailable": Form(HTTPStatus.SERVICE_UNAVAILABLE, "HubSpot cannot serve now", "HubSpot answered 503"),
    "account_moving": Form(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "HubSpot moves the account",
        "HubSpot is moving this account between data centres",
    ),
    "mirror_filling": Form(
        HTTPStatus.CONFLICT, "The local copy is still being read", "4,200 of 48,310 contacts are copied so far"
    ),
    "deadline_exceeded": Form(
        HTTPStatus.GATEWAY_TIMEOUT, "No answer came in time", "HubSpot gave no answer within 30 s"
    ),
    "malformed_answer": Form(HTTPStatus.BAD_GATEWAY, "HubSpot's answer cannot be read", "HubSpot's answer is not JSON"),
    "outcome_unknown": Form(
        HTTPStatus.BAD_GATEWAY,
        "The write may or may not have happened",
        "the write was sent and its answer was lost",
    ),
    "unexpected_refusal": Form(
        HTTPStatus.BAD_GATEWAY, "HubSpot refused in an unknown way", "HubSpot answered with status 418"
    ),
    # whoever runs this program can mend it
    "bad_settings": Form(HTTPStatus.INTERNAL_SERVER_ERROR, "The server's settings do not fit", "no OAuth app is set"),
    "bad_place": Form(
        HTTPStatus.INTERNAL_SERVER_ERROR, "A file or port cannot be used", "the folder cannot be written to"
    ),
    "store_failed": Form(
        HTTPStatus.INTERNAL_SERVER_ERROR, "A database of this server failed", "the database cannot be written"
    ),
    "vault_refused": Form(
        HTTPStatus.INTERNAL_SERVER_ERROR, "A stored secret does not open", "a stored secret does not open"
    ),
    "app_refused": Form(
        HTTPStatus.BAD_GATEWAY, "HubSpot does not accept the app", "HubSpot does not accept the app's secret"
    ),
    # HTTP itself
    "not_signed_in": Form(HTTPStatus.UNAUTHORIZED, "Who asks is not known", "the bearer token is missing or wrong"),
    "foreign_origin": Form(
        HTTPStatus.FORBIDDEN, "Pages of another site may not ask", "pages of this Origin may not use this server"
    ),
    "person_needed": Form(
        HTTPStatus.FORBIDDEN, "Only a person may do this", "a script cannot approve: open the plan in the console"
    ),
    "no_such_address": Form(HTTPStatus.NOT_FOUND, "There is no such address", "nothing is at /api/hubspot/contcats"),
    "method_not_allowed": Form(
        HTTPStatus.METHOD_NOT_ALLOWED, "The address does not take that method", "PATCH is not taken at this address"
    ),
    "too_large": Form(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", "the body is larger than 256 KiB"),
    "address_too_long": Form(
        HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long", "the address is longer than 2048 bytes"
    ),
    "not_json": Form(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is not JSON", "the body is text/plain: expected application/json"
    ),
    "wrong_host": Form(
        HTTPStatus.MISDIRECTED_REQUEST, "This is another server", "this server is not known by the Host header's name"
    ),
    "server_busy": Form(HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy", "128 requests are still running here"),
    "too_many_requests": Form(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", "more than 120 requests in a minute"),
    "internal": Form(
        HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of this server", "the server failed; its log names the cause"
    ),
}
"""The form of every error, by its code."""


class RefusedError(Exception):
    """What HTTP itself refuses; `code` is one of `FORMS`, `headers` go with the answer."""

    def __init__(self, code: str, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})


def problem(error: HubSpotSkillError, *, instance: str = "") -> Response:
    """Give the answer that tells a domain error."""
    return _answer(described(error, instance=instance), _headers(error))


def refusal(error: RefusedError, *, instance: str = "") -> Response:
    """Give the answer that tells what HTTP refused."""
    return _answer(_body(error.code, error.message, error.hint, instance), error.headers)


def crash(instance: str, *, writes: bool) -> Response:
    """Log the exception being handled and give an answer that tells nothing of it but where to look."""
    number = secrets.token_hex(4)
    _log.exception("rest_failed number=%s", number)
    message = "this server failed, not the call"
    hint = f"The server's log names the cause under {number}."
    if writes:
        hint = f"Read the record before trying again; the server's log names the cause under {number}."
    body = _body("internal", message, hint, instance)
    return _answer({**body, "wrote": "unknown" if writes else "nothing"}, {})


def described(error: HubSpotSkillError, *, instance: str = "") -> dict[str, Any]:
    """Give a domain error as the plain values of a problem document; what is empty is left out."""
    body = _body(error.code, error.message, error.hint, instance)
    for name in _DETAILS:
        value = getattr(error, name, None)
        if value:
            body[name] = [clean(str(v), most=_MAX_LABEL) for v in value] if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - these attributes hold text
    wait_s = _wait_s(error)
    if wait_s:
        body["retry_after_s"] = wait_s
    if error.candidates:
        body["candidates"] = [_candidate(c) for c in error.candidates[:MAX_CANDIDATES]]
        body["untrusted_text"] = True
    body["wrote"] = error.wrote
    if error.correlation_id:
        body["correlation_id"] = clean(error.correlation_id, most=_MAX_LABEL)
    if isinstance(error, SignInRefusedError) and error.reason in {"no_session", "too_many_attempts"}:
        status = HTTPStatus.UNAUTHORIZED if error.reason == "no_session" else HTTPStatus.TOO_MANY_REQUESTS
        body["status"] = status.value
    return body


def _body(code: str, message: str, hint: str, instance: str) -> dict[str, Any]:
    form = FORMS[code]
    body: dict[str, Any] = {
        "type": f"{DOCS_PATH}#{code}",
        "title": form.title,
        "status": form.status.value,
        "code": code,
        "detail": clean(message, most=_MAX_SENTENCE),
    }
    if hint:
        body["hint"] = clean(hint, most=_MAX_SENTENCE)
    if instance:
        body["instance"] = instance
    return body


def _answer(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return JSONResponse(body, body["status"], headers, media_type=MEDIA_TYPE)


def _headers(error: HubSpotSkillError) -> dict[str, str]:
    wait_s = _wait_s(error)
    return {"Retry-After": str(wait_s)} if wait_s else {}


def _wait_s(error: HubSpotSkillError) -> int | None:
    """Give the whole seconds to wait, where the error says for how long or until when."""
    wait_s = getattr(error, "retry_after_s", None)
    if isinstance(wait_s, int | float):
        return max(1, ceil(wait_s))
    resets_at = getattr(error, "resets_at", None)
    if isinstance(resets_at, datetime):
        return max(1, ceil((resets_at - datetime.now(UTC)).total_seconds()))
    return None


def _candidate(candidate: Candidate) -> dict[str, str]:
    known = {"id": candidate.id, "label": candidate.label, "detail": candidate.detail}
    return {name: clean(value, most=_MAX_LABEL) for name, value in known.items() if value}

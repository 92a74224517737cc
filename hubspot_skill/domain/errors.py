"""Everything that can go wrong, as one tree grouped by who can act on it.

::

    HubSpotSkillError
    ├── CallerError                    the caller can mend the call
    │   ├── InvalidInputError          invalid_input       a value has the wrong form
    │   ├── UnknownNameError           unknown_name        no property, option, stage, owner … of that name
    │   ├── AmbiguousNameError         ambiguous_name      a name fits several; the candidates are named
    │   ├── NotFoundError              not_found           no record with that id or key
    │   ├── AlreadyExistsError         already_exists      the record is there; it is named
    │   ├── PossibleDuplicateError     possible_duplicate  records much like the new one; they are named
    │   ├── ValueChangedError          value_changed       `only_if` did not hold
    │   ├── RejectedValueError         rejected_value      HubSpot refused a value
    │   ├── ReadOnlyError              read_only           writing is switched off here
    │   ├── NotApprovedError           not_approved        a plan that no person has approved as it is now
    │   ├── PlanEndedError             plan_ended          a plan that was applied, has expired or is being applied
    │   ├── AccountBusyError           account_busy        another plan is being applied to the account
    │   └── SignInRefusedError         sign_in_refused     a web sign-in cannot be completed
    ├── AccountError                   whoever owns the HubSpot account can mend it
    │   ├── NotConnectedError          not_connected       no account is connected
    │   ├── ReconnectError             reconnect           the app's grant has ended; a person must connect again
    │   ├── TokenRefusedError          token_refused       HubSpot does not accept the token
    │   ├── MissingScopesError         missing_scopes      the token lacks a scope; it is named
    │   ├── WritesOffError             writes_off          writing to the account was switched off by a person
    │   └── DailyLimitError            daily_limit         the account's calls for today are used up
    ├── HubSpotError                   HubSpot has to recover, or the caller has to wait
    │   ├── RateLimitedError           rate_limited        too many calls for the moment
    │   ├── UnreachableError           unreachable         no connection; nothing was sent
    │   ├── UnavailableError           unavailable         5xx, 423, or the breaker is open
    │   ├── AccountMovingError         account_moving      HubSpot moves the account between data centres (477)
    │   ├── DeadlineError              deadline_exceeded   no answer in time; a read, or nothing was sent
    │   ├── MalformedAnswerError       malformed_answer    the answer is not what the API promises
    │   ├── MirrorFillingError     mirror_filling      the local copy is still being read for the first time
    │   ├── OutcomeUnknownError        outcome_unknown     a write was sent and its answer was lost
    │   └── UnexpectedRefusalError     unexpected_refusal  a status nobody documents
    └── OperatorError                  whoever runs this program can mend it
        ├── SettingsError              bad_settings        settings that contradict or do not parse
        ├── PlaceError                 bad_place           a port, file or folder that cannot be used
        ├── StoreError                 store_failed        a database of ours cannot be read or written
        ├── VaultRefusedError          vault_refused       a stored secret does not open
        └── AppRefusedError            app_refused         HubSpot does not accept the app's own id or secret

Every leaf has a stable `code`; `message` says what happened, to which thing, found against expected;
`hint` says the next step. Both are one sentence. Data travels as attributes, never to be parsed out of text.
Text from outside HubSpot Skill is cleaned (`domain.text`) before it is put into a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

__all__ = [
    "AccountBusyError",
    "AccountError",
    "AccountMovingError",
    "AlreadyExistsError",
    "AmbiguousNameError",
    "AppRefusedError",
    "CallerError",
    "Candidate",
    "DailyLimitError",
    "DeadlineError",
    "HubSpotError",
    "HubSpotSkillError",
    "InvalidInputError",
    "MalformedAnswerError",
    "MirrorFillingError",
    "MissingScopesError",
    "NotApprovedError",
    "NotConnectedError",
    "NotFoundError",
    "OperatorError",
    "OutcomeUnknownError",
    "PlaceError",
    "PlanEndedError",
    "PossibleDuplicateError",
    "RateLimitedError",
    "ReadOnlyError",
    "ReconnectError",
    "RejectedValueError",
    "SettingsError",
    "SignInRefusedError",
    "StoreError",
    "TokenRefusedError",
    "UnavailableError",
    "UnexpectedRefusalError",
    "UnknownNameError",
    "UnreachableError",
    "ValueChangedError",
    "VaultRefusedError",
    "WritesOffError",
    "Wrote",
]

Wrote = Literal["nothing", "some", "unknown"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something the caller may have meant: its id or internal name, its label, and what tells it from the others."""

    id: str
    label: str
    detail: str = ""


class HubSpotSkillError(Exception):
    """The root: a failure with a code, a message, a hint, and what it left behind.

    `wrote` says whether HubSpot was changed: `nothing`, `some` (the message says what), or `unknown`.
    `correlation_id` is HubSpot's own id of the failed call, for its support.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        candidates: Sequence[Candidate] = (),
        wrote: Wrote = "nothing",
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.candidates = tuple(candidates)
        self.wrote: Wrote = wrote
        self.correlation_id = correlation_id


class CallerError(HubSpotSkillError):
    """The call can be mended by whoever made it."""


class InvalidInputError(CallerError):
    """A value of the call has the wrong form; `field` names it."""

    code = "invalid_input"

    def __init__(self, message: str, *, hint: str = "", field: str = "", candidates: Sequence[Candidate] = ()) -> None:
        super().__init__(message, hint=hint, candidates=candidates)
        self.field = field


class UnknownNameError(CallerError):
    """Nothing in this account has that name; the nearest ones are the candidates."""

    code = "unknown_name"


class AmbiguousNameError(CallerError):
    """A name fits several things of this account; they are the candidates."""

    code = "ambiguous_name"


class NotFoundError(CallerError):
    """No record has that id or key, or it is archived."""

    code = "not_found"


class AlreadyExistsError(CallerError):
    """A record with this unique value exists; `existing_id` names it when HubSpot said which."""

    code = "already_exists"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        existing_id: str | None = None,
        candidates: Sequence[Candidate] = (),
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, candidates=candidates, correlation_id=correlation_id)
        self.existing_id = existing_id


class PossibleDuplicateError(CallerError):
    """Records much like the one to be created exist; they are the candidates."""

    code = "possible_duplicate"


class ValueChangedError(CallerError):
    """A value differs from what the caller expected (`only_if`), so nothing was written."""

    code = "value_changed"


class RejectedValueError(CallerError):
    """HubSpot refused one or more values; `properties` names them where HubSpot did."""

    code = "rejected_value"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        properties: Sequence[str] = (),
        candidates: Sequence[Candidate] = (),
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, candidates=candidates, correlation_id=correlation_id)
        self.properties = tuple(properties)


class ReadOnlyError(CallerError):
    """Writing is switched off for this server."""

    code = "read_only"


class NotApprovedError(CallerError):
    """No person has approved this plan as it is now, so nothing was written; `plan_id` names the plan where it is kept."""

    code = "not_approved"

    def __init__(self, message: str, *, hint: str = "", plan_id: str = "") -> None:
        super().__init__(message, hint=hint)
        self.plan_id = plan_id


class PlanEndedError(CallerError):
    """This plan can no longer be approved or applied: it has run, is running, or its time is over."""

    code = "plan_ended"


class AccountBusyError(CallerError):
    """Another plan is being applied to this account; one runs at a time."""

    code = "account_busy"


class SignInRefusedError(CallerError):
    """A sign-in with HubSpot in the browser cannot be completed; `reason` is a stable word for why.

    Reasons: `unknown_state`, `other_browser`, `expired_state`, `denied`, `account_switched`, `code_refused`,
    `foreign_origin`, `no_session`, `only_connect`, `too_many_attempts`.
    """

    code = "sign_in_refused"

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class AccountError(HubSpotSkillError):
    """Whoever owns the HubSpot account can mend it."""


class NotConnectedError(AccountError):
    """No HubSpot account is connected."""

    code = "not_connected"


class ReconnectError(AccountError):
    """The app's grant in this account has ended, so only a person who connects it again can help.

    `lost_in_window` when HubSpot may have given a new refresh token that a crash or a lost answer kept from us.
    """

    code = "reconnect"

    def __init__(
        self, message: str, *, hint: str = "", lost_in_window: bool = False, correlation_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.lost_in_window = lost_in_window


class TokenRefusedError(AccountError):
    """HubSpot does not accept the access token; `expired` when it says that its time is over."""

    code = "token_refused"

    def __init__(
        self, message: str, *, hint: str = "", expired: bool = False, correlation_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.expired = expired


class MissingScopesError(AccountError):
    """The token was not granted a scope that the call needs; `scopes` names them."""

    code = "missing_scopes"

    def __init__(
        self, message: str, *, hint: str = "", scopes: Sequence[str] = (), correlation_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.scopes = tuple(scopes)


class WritesOffError(AccountError):
    """A person has switched writing to this account off, by its policy or at once."""

    code = "writes_off"


class DailyLimitError(AccountError):
    """The account's calls for today are used up; `resets_at` is its next midnight (aware), when known."""

    code = "daily_limit"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        resets_at: datetime | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.resets_at = resets_at


class HubSpotError(HubSpotSkillError):
    """HubSpot has to recover, or the caller has to wait `retry_after_s` seconds (None: unknown)."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retry_after_s: float | None = None,
        wrote: Wrote = "nothing",
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, wrote=wrote, correlation_id=correlation_id)
        self.retry_after_s = retry_after_s


class RateLimitedError(HubSpotError):
    """Too many calls for the moment; `policy` is HubSpot's name of the limit, such as TEN_SECONDLY_ROLLING."""

    code = "rate_limited"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        policy: str = "",
        retry_after_s: float | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retry_after_s=retry_after_s, correlation_id=correlation_id)
        self.policy = policy


class UnreachableError(HubSpotError):
    """No connection to HubSpot could be made; nothing was sent."""

    code = "unreachable"


class UnavailableError(HubSpotError):
    """HubSpot answered that it cannot serve now (5xx, 423), or its breaker is open here."""

    code = "unavailable"


class AccountMovingError(HubSpotError):
    """HubSpot is moving this account between data centres (HTTP 477)."""

    code = "account_moving"


class DeadlineError(HubSpotError):
    """No answer came in time; it was a read, or nothing had been sent."""

    code = "deadline_exceeded"


class MalformedAnswerError(HubSpotError):
    """The answer is too large, not JSON, or not what the API promises."""

    code = "malformed_answer"


class MirrorFillingError(HubSpotError):
    """The local copy of the account is still being read for the first time, so a report of it would not be whole."""

    code = "mirror_filling"


class OutcomeUnknownError(HubSpotError):
    """A write was sent and its answer was lost: it may or may not have happened."""

    code = "outcome_unknown"

    def __init__(self, message: str, *, hint: str = "", correlation_id: str | None = None) -> None:
        super().__init__(message, hint=hint, wrote="unknown", correlation_id=correlation_id)


class UnexpectedRefusalError(HubSpotError):
    """HubSpot refused with a status that its documents do not name; `status` is the HTTP status."""

    code = "unexpected_refusal"

    def __init__(self, message: str, *, status: int, hint: str = "", correlation_id: str | None = None) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.status = status


class OperatorError(HubSpotSkillError):
    """Whoever runs this program can mend it."""


class SettingsError(OperatorError):
    """Settings contradict each other or do not parse; all of them are named at once."""

    code = "bad_settings"


class PlaceError(OperatorError):
    """A port, file or folder cannot be used."""

    code = "bad_place"


class StoreError(OperatorError):
    """A database of this program cannot be read or written: disk, lock, or a schema that does not fit."""

    code = "store_failed"


class VaultRefusedError(OperatorError):
    """A stored secret does not open: another key, or the record was changed. The reason is never told."""

    code = "vault_refused"


class AppRefusedError(OperatorError):
    """HubSpot does not accept the OAuth app's own client id or secret; no account is at fault."""

    code = "app_refused"

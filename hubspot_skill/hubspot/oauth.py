"""Speaks to HubSpot's OAuth endpoints for one app: exchange a code, refresh, describe, revoke, uninstall.

Secrets travel in a form body, never in an address or a header (the dated versions take nothing from the query).
Each call is sent once: after a refresh whose answer was lost, only the vault knows whether asking again is safe.
Refusals are told apart by who can act (HubSpot's OAuth guide and recorded refusals, read 2026-11-23):

- the grant is gone: BAD_REFRESH_TOKEN, BAD_HUB -> `ReconnectError`, a person must connect again
- the app is wrong: BAD_CLIENT_ID, BAD_CLIENT_SECRET, BAD_REDIRECT_URI, BAD_SCOPES -> `AppRefusedError`
- the sign-in failed: BAD_AUTH_CODE, BAD_CODE_VERIFIER -> `TokenRefusedError`
- all else passes -> a `HubSpotError`; `UnreachableError` only when nothing was sent
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar, final
from urllib.parse import urlencode

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotSkillError,
    MalformedAnswerError,
    OutcomeUnknownError,
    RateLimitedError,
    ReconnectError,
    TokenRefusedError,
    UnavailableError,
    UnexpectedRefusalError,
    UnreachableError,
)
from hubspot_skill.domain.text import clean
from hubspot_skill.foundation.counters import Counter, count
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.settings import AppCredentials
from hubspot_skill.hubspot.transport import Answer, NotSentError, Transport, TransportError
from hubspot_skill.hubspot.wire.oauth import (
    GrantFacts,
    OAuthRefusal,
    Tokens,
    read_grant_facts,
    read_oauth_refusal,
    read_tokens,
)
from hubspot_skill.hubspot.wire.shapes import ShapeError

__all__ = ["AppEndpoint", "GrantFacts", "Tokens"]

T = TypeVar("T")

_CALL_TIMEOUT_S = 10.0
_GONE = frozenset({"BAD_REFRESH_TOKEN", "BAD_HUB"})
_OURS = frozenset({"BAD_CLIENT_ID", "BAD_CLIENT_SECRET", "BAD_REDIRECT_URI", "BAD_SCOPES", "BAD_GRANT_TYPE"})
_SIGN_IN = frozenset({"BAD_AUTH_CODE", "BAD_CODE_VERIFIER"})
_FORM = "application/x-www-form-urlencoded"


@final
class AppEndpoint:
    """HubSpot's OAuth endpoints, asked with one app's id and secret. `timeout_s` bounds a whole call."""

    def __init__(
        self, transport: Transport, app: AppCredentials, *, version: str, timeout_s: float = _CALL_TIMEOUT_S
    ) -> None:
        self._transport = transport
        self._app = app
        self._token = f"/oauth/{version}/token"
        self._install = f"/appinstalls/{version}/external-install"
        self._timeout_s = timeout_s

    @property
    def client_id(self) -> str:
        """The id of the app that this speaks for."""
        return self._app.client_id

    async def refresh(self, refresh_token: Secret) -> Tokens:
        """Exchange a refresh token for new tokens; the refresh token that comes back may be another.

        Raises:
            ReconnectError: the grant is gone.
            AppRefusedError: the app's id or secret is wrong.
            UnreachableError: nothing was sent.
            HubSpotError: HubSpot failed, or its answer was lost.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
        try:
            tokens = await self._ask(self._token, form, read_tokens, may_have_acted=True)
        except HubSpotSkillError as error:
            count(Counter.REFRESHES, error.code)
            raise
        count(Counter.REFRESHES, "ok")
        return tokens

    async def exchange(self, code: Secret, *, redirect_uri: str, code_verifier: Secret | None) -> Tokens:
        """Exchange the code of a sign-in for its first tokens; a code works once.

        Raises:
            TokenRefusedError: the code is used, too old, or of another sign-in.
            AppRefusedError: the app's id, secret or address is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        form = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": redirect_uri}
        if code_verifier is not None:
            form["code_verifier"] = code_verifier.reveal()
        return await self._ask(self._token, form, read_tokens, may_have_acted=True)

    async def describe(self, token: Secret, *, is_refresh_token: bool) -> GrantFacts | None:
        """Give what a token stands for, None for one that is not alive.

        Raises:
            AppRefusedError: the app's id or secret is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        form = {"token": token.reveal(), "token_type_hint": _hint(is_refresh_token=is_refresh_token)}
        return await self._ask(f"{self._token}/introspect", form, read_grant_facts, may_have_acted=False)

    async def is_alive(self, refresh_token: Secret) -> bool:
        """Tell whether a refresh token still stands for a grant.

        Raises:
            AppRefusedError: the app's id or secret is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        return await self.describe(refresh_token, is_refresh_token=True) is not None

    async def revoke(self, refresh_token: Secret) -> None:
        """End a refresh token. Access tokens that came of it live on for up to 30 minutes; the app stays installed.

        Raises:
            AppRefusedError: the app's id or secret is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        form = {"token": refresh_token.reveal(), "token_type_hint": _hint(is_refresh_token=True)}
        await self._ask(f"{self._token}/revoke", form, _nothing, may_have_acted=False)

    async def uninstall(self, access_token: Secret) -> None:
        """Take the app out of the account of this token; HubSpot mails the account's admins.

        Raises:
            TokenRefusedError: the token is no longer accepted.
            HubSpotError: HubSpot failed or could not be reached.
        """
        bearer = f"Bearer {access_token.reveal()}"
        answer = await self._send("DELETE", self._install, None, authorization=bearer, may_have_acted=False)
        if answer.status == 401:
            raise TokenRefusedError(
                "HubSpot does not accept the token that the app would be uninstalled with",
                hint="Uninstall it in HubSpot: Settings, Integrations, Connected apps.",
            )
        if answer.status >= 300:
            raise _refused(answer)

    async def _ask(
        self, path: str, fields: Mapping[str, str], read: Callable[[bytes], T], *, may_have_acted: bool
    ) -> T:
        app = {"client_id": self._app.client_id, "client_secret": self._app.client_secret.reveal()}
        body = urlencode({**app, **fields}).encode("ascii")
        answer = await self._send("POST", path, body, authorization=None, may_have_acted=may_have_acted)
        if answer.status >= 300:
            raise _refused(answer)
        try:
            return read(answer.body)
        except ShapeError as error:
            raise MalformedAnswerError(
                f"HubSpot's token endpoint gave an answer that cannot be read: {error}"
            ) from None

    async def _send(
        self, method: str, path: str, body: bytes | None, *, authorization: str | None, may_have_acted: bool
    ) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._transport.send(
                    method, path, authorization=authorization, body=body, content_type=_FORM
                )
        except NotSentError as error:
            raise UnreachableError(
                f"HubSpot's token endpoint could not be reached: {error}", hint="Check this machine's network."
            ) from error
        except (TransportError, TimeoutError) as error:
            reason = str(error) or f"no answer within {self._timeout_s:g} s"
            message = f"the answer of HubSpot's token endpoint was lost: {reason}"
            raise (OutcomeUnknownError(message) if may_have_acted else UnavailableError(message)) from error


def _refused(answer: Answer) -> HubSpotSkillError:
    refusal = read_oauth_refusal(answer.body)
    code = clean(refusal.status or refusal.error, most=40) or f"status {answer.status}"
    if answer.status == 429:
        return RateLimitedError(
            "HubSpot's token endpoint was asked too often",
            retry_after_s=_seconds(answer.header(b"retry-after")),
            correlation_id=refusal.correlation_id,
        )
    if answer.status >= 500:
        return UnavailableError(
            f"HubSpot's token endpoint failed with status {answer.status}", correlation_id=refusal.correlation_id
        )
    if refusal.status in _SIGN_IN:
        return TokenRefusedError(
            f"HubSpot refused the sign-in ({code}): its code is used, too old, or of another sign-in",
            hint="Start the sign-in again.",
            correlation_id=refusal.correlation_id,
        )
    if refusal.status in _OURS or refusal.error == "invalid_client":
        return AppRefusedError(
            f"HubSpot refused the OAuth app itself ({code})",
            hint="Check HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET and HUBSPOT_REDIRECT_URI against the app's Auth page.",
            correlation_id=refusal.correlation_id,
        )
    if refusal.status in _GONE or (not refusal.status and refusal.error in ("invalid_grant", "access_denied")):
        return ReconnectError(
            f"HubSpot no longer honours the connection ({code})",
            hint="Connect the account again: hubspot-skill login",
            correlation_id=refusal.correlation_id,
        )
    return _unexpected(answer, refusal)


def _unexpected(answer: Answer, refusal: OAuthRefusal) -> UnexpectedRefusalError:
    return UnexpectedRefusalError(
        f"HubSpot's token endpoint refused with status {answer.status}",
        status=answer.status,
        correlation_id=refusal.correlation_id,
    )


def _hint(*, is_refresh_token: bool) -> str:
    return "refresh_token" if is_refresh_token else "access_token"


def _nothing(body: bytes) -> None:
    """Take any body of a success: HubSpot's is empty."""


def _seconds(value: str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None

"""Who may call: private-app tokens, OAuth apps with their codes, access and refresh tokens, and what becomes of them.

Semantics kept on purpose:

- an access token lives 30 minutes by the sandbox's clock; a refresh token has no end until it is revoked or the app is taken out [D];
- revoking ends the refresh token only: issued access tokens live on, the app stays in the account [L];
- taking the app out of the account (uninstall) ends its refresh tokens there, and its access tokens at once or not [U];
- a deleted account refuses a refresh with BAD_HUB [C].

`pat-na1-demo` has every scope of the first portal, `pat-na1-<name>` of the portal of that name; a scope whose product an account did not
buy is granted to nobody there. Tokens are random, since nothing may depend on their text.
Sources: FACTS 2.1 to 2.5.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from hubspot_skill.sandbox.call import TokenInfo
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.scopes import ALL_SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.clock import SandboxClock

__all__ = [
    "DEFAULT_APP",
    "AccessToken",
    "Grant",
    "OAuthApp",
    "TokenProblem",
    "Tokens",
    "grantable_scopes",
    "token_refused",
]

TokenProblem = Literal[
    "BAD_AUTH_CODE",
    "BAD_CLIENT_ID",
    "BAD_CLIENT_SECRET",
    "BAD_CODE_VERIFIER",
    "BAD_GRANT_TYPE",
    "BAD_HUB",
    "BAD_REDIRECT_URI",
    "BAD_REFRESH_TOKEN",
    "BAD_SCOPES",
]

_OAUTH_ERRORS: dict[TokenProblem, tuple[str, str]] = {
    "BAD_AUTH_CODE": ("invalid_grant", "missing or unknown auth code"),
    "BAD_CLIENT_ID": ("invalid_client", "missing or unknown client id"),
    "BAD_CLIENT_SECRET": ("invalid_client", "missing or invalid client secret"),
    "BAD_CODE_VERIFIER": ("invalid_grant", "missing or invalid code verifier"),
    "BAD_GRANT_TYPE": ("unsupported_grant_type", "missing or unknown grant type"),
    "BAD_HUB": ("access_denied", "missing or unknown hub id"),
    "BAD_REDIRECT_URI": ("invalid_grant", "missing or invalid redirect uri"),
    "BAD_REFRESH_TOKEN": ("invalid_grant", "refresh token is invalid, expired or revoked"),
    "BAD_SCOPES": ("invalid_scope", "one or more scopes are invalid or were not granted"),
}

_MARKETING_PRO_SCOPES = frozenset(scope for scope in ALL_SCOPES if scope.startswith("marketing.campaigns."))
"""What an account without Marketing Hub Professional cannot grant (FACTS 10.1)."""


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """An app that accounts can install; `redirect_uris` are compared exactly, `required_scopes` must be asked for."""

    app_id: int
    client_id: str
    client_secret: str
    redirect_uris: frozenset[str]
    scopes: frozenset[str] = ALL_SCOPES
    required_scopes: frozenset[str] = frozenset({"oauth"})
    name: str = "A pretend app"


DEFAULT_APP = OAuthApp(
    app_id=4_100_001,
    client_id="5a5a5a5a-0000-4000-8000-0000000000c1",
    client_secret="5a5a5a5a-0000-4000-8000-0000000000c5",  # noqa: S106 - a public secret of a pretend app
    redirect_uris=frozenset({"http://localhost:8765/api/hubspot/oauth/callback"}),
)
"""The app that every sandbox knows; its secret guards nothing."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user of an account allowed an app to do."""

    client_id: str
    portal: str
    user_id: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """One issued access token; `refresh_token` is none for one of client credentials."""

    token: str
    grant: Grant
    expires_at: datetime
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class _Code:
    grant: Grant
    redirect_uri: str
    expires_at: datetime
    code_challenge: str | None


@dataclass(frozen=True, slots=True)
class _Refresh:
    grant: Grant
    ends_at: datetime | None = None


class Tokens:
    """All credentials of a sandbox and what each may do."""

    def __init__(self, portals: Mapping[str, Portal], clock: SandboxClock) -> None:
        """Issue the standing private-app token of every portal and register the default OAuth app."""
        self._portals = portals
        self._clock = clock
        self._deleted: set[str] = set()
        self.clear()

    def clear(self) -> None:
        """Return to the credentials of the start: the standing tokens and the default app."""
        self._static: dict[str, TokenInfo] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._codes: dict[str, _Code] = {}
        self._apps = {DEFAULT_APP.client_id: DEFAULT_APP}
        self._last_app_id = 4_000_000
        self._deleted.clear()
        for name in self._portals:
            self.mint(name, token=f"pat-na1-{name}")
        self.mint(next(iter(self._portals)), token="pat-na1-demo")  # noqa: S106 - a public token of a pretend account

    def mint(
        self, portal: str, scopes: Iterable[str] | None = None, *, user_id: int | None = None, token: str | None = None
    ) -> str:
        """Return a new private-app token with these scopes, all that the account can grant by default.

        Raises: Refusal 404 for an unknown portal, 400 for scopes that the account cannot grant.
        """
        account = self._portal(portal).account
        granted = self._granted(portal, scopes)
        self._last_app_id += 1
        made = token or f"pat-{account.hublet}-{uuid.uuid4()}"
        self._static[made] = TokenInfo(portal, granted, "private_app", self._last_app_id, user_id or account.user_id)
        return made

    def resolve(self, authorization: str | None) -> TokenInfo:
        """Return who calls, by the Authorization header.

        Raises: Refusal 401 for a missing, unknown, ended or expired token.
        """
        token = _bearer(authorization)
        if token in self._static:
            return self._alive(self._static[token])
        issued = self._access.get(token)
        if issued is None:
            raise Refusal.unauthenticated()
        if issued.expires_at <= self._clock.now():
            raise Refusal.expired()
        grant = issued.grant
        app_id = self._apps[grant.client_id].app_id
        return self._alive(TokenInfo(grant.portal, grant.scopes, "oauth", app_id, grant.user_id))

    def register(self, app: OAuthApp) -> None:
        """Make another OAuth app known; one with the same client id is replaced."""
        self._apps[app.client_id] = app

    def find_app(self, client_id: str) -> OAuthApp | None:
        """Return the app with this client id, without asking for its secret, as the authorize page does."""
        return self._apps.get(client_id)

    def app(self, client_id: str, client_secret: str) -> OAuthApp:
        """Return the app of these credentials.

        Raises: Refusal 400 BAD_CLIENT_ID or BAD_CLIENT_SECRET.
        """
        app = self._apps.get(client_id)
        if app is None:
            raise token_refused("BAD_CLIENT_ID")
        if not secrets.compare_digest(app.client_secret.encode(), client_secret.encode()):
            raise token_refused("BAD_CLIENT_SECRET")
        return app

    def mint_code(
        self,
        portal: str,
        *,
        client_id: str = DEFAULT_APP.client_id,
        scopes: Iterable[str] | None = None,
        user_id: int | None = None,
        redirect_uri: str | None = None,
        code_challenge: str | None = None,
    ) -> str:
        """Return an authorization code as the authorize page would after a user of this account agreed.

        Raises: Refusal 404 for an unknown portal, 400 for an unknown app, address or scope.
        """
        app = self._apps.get(client_id)
        if app is None:
            raise token_refused("BAD_CLIENT_ID")
        address = redirect_uri or min(app.redirect_uris)
        if address not in app.redirect_uris:
            raise token_refused("BAD_REDIRECT_URI")
        owner = self._portal(portal)
        granted = self._granted(portal, scopes) & app.scopes
        grant = Grant(client_id, portal, user_id or owner.account.user_id, granted)
        code = str(uuid.uuid4())
        ends_at = self._clock.now() + timedelta(seconds=owner.switches.code_lifetime_s)
        self._codes[code] = _Code(grant, address, ends_at, code_challenge)
        return code

    def redeem(self, app: OAuthApp, code: str, redirect_uri: str, code_verifier: str | None) -> AccessToken:
        """Return the first tokens of an installation; a code works once and not for long.

        Raises: Refusal 400 BAD_AUTH_CODE, BAD_REDIRECT_URI or BAD_CODE_VERIFIER.
        """
        found = self._codes.pop(code, None)
        if found is None or found.grant.client_id != app.client_id or found.expires_at <= self._clock.now():
            raise token_refused("BAD_AUTH_CODE")
        if found.redirect_uri != redirect_uri:
            raise token_refused("BAD_REDIRECT_URI")
        if found.code_challenge is not None and _challenge_of(code_verifier or "") != found.code_challenge:
            raise token_refused("BAD_CODE_VERIFIER")
        return self._issue(found.grant, self._new_refresh(found.grant))

    def refresh(self, app: OAuthApp, refresh_token: str) -> AccessToken:
        """Return a new access token, with the same refresh token or another one as the switch says.

        Raises: Refusal 400 BAD_REFRESH_TOKEN, or BAD_HUB for a deleted account.
        """
        kept = self._live_refresh(refresh_token)
        if kept is None or kept.grant.client_id != app.client_id:
            raise token_refused("BAD_REFRESH_TOKEN")
        if kept.grant.portal in self._deleted:
            raise token_refused("BAD_HUB")
        switches = self._portals[kept.grant.portal].switches
        if switches.refresh_ends_old_access_token:
            self._access = {t: a for t, a in self._access.items() if a.refresh_token != refresh_token}
        if switches.refresh_rotation == "off":
            return self._issue(kept.grant, refresh_token)
        if switches.refresh_rotation == "on":
            del self._refresh[refresh_token]
        elif kept.ends_at is None:
            ends_at = self._clock.now() + timedelta(seconds=switches.refresh_grace_s)
            self._refresh[refresh_token] = replace(kept, ends_at=ends_at)
        return self._issue(kept.grant, self._new_refresh(kept.grant))

    def client_credentials(self, app: OAuthApp, scopes: Iterable[str]) -> AccessToken:
        """Return a token of the app itself, for the webhook journal and nothing of any account.

        Raises: Refusal 400 BAD_SCOPES for any other scope.
        """
        wanted = frozenset(scopes)
        if not wanted or not all(scope.startswith("developer.webhooks_journal") for scope in wanted):
            raise token_refused("BAD_SCOPES")
        return self._issue(Grant(app.client_id, next(iter(self._portals)), 0, wanted), None)

    def find_access(self, token: str) -> AccessToken | None:
        """Return an access token that works now, with what it may do."""
        issued = self._access.get(token)
        return issued if issued is not None and issued.expires_at > self._clock.now() else None

    def find_refresh(self, token: str) -> Grant | None:
        """Return what a refresh token that works now stands for."""
        kept = self._live_refresh(token)
        return None if kept is None else kept.grant

    def living_grants(self) -> tuple[Grant, ...]:
        """Return what the refresh tokens that work now stand for."""
        return tuple(r.grant for t, r in self._refresh.items() if self._live_refresh(t) is not None)

    def app_of(self, grant: Grant) -> OAuthApp:
        """Return the app that a grant was given to."""
        return self._apps[grant.client_id]

    def revoke(self, app: OAuthApp, refresh_token: str) -> None:
        """End a refresh token of this app; access tokens issued from it live on, another app's token is left alone."""
        kept = self._refresh.get(refresh_token)
        if kept is not None and kept.grant.client_id == app.client_id:
            del self._refresh[refresh_token]

    def forget(self, refresh_token: str) -> bool:
        """End a refresh token whosever it is, as the old v1 address does; tell whether it worked until now."""
        return self._refresh.pop(refresh_token, None) is not None

    def uninstall(self, authorization: str | None) -> None:
        """Take the app behind an Authorization header out of its account; an unknown token changes nothing."""
        token = _bearer(authorization)
        self._static.pop(token, None)
        issued = self._access.get(token)
        if issued is not None:
            self.uninstall_app(issued.grant.client_id, issued.grant.portal)

    def uninstall_app(self, client_id: str, portal: str) -> None:
        """Take an app out of an account: its refresh tokens there end, its access tokens as the switch says."""
        self._portal(portal)
        self._refresh = {t: r for t, r in self._refresh.items() if not _is_of(r.grant, client_id, portal)}
        if self._portals[portal].switches.uninstall_ends_access_tokens:
            self._access = {t: a for t, a in self._access.items() if not _is_of(a.grant, client_id, portal)}

    def delete_account(self, portal: str) -> None:
        """Close an account: no token of it works any more, and a refresh is refused with BAD_HUB."""
        self._portal(portal)
        self._deleted.add(portal)

    def _portal(self, name: str) -> Portal:
        if name not in self._portals:
            raise Refusal.plain(404, f'no portal is named "{name}"; there are: {", ".join(self._portals)}')
        return self._portals[name]

    def _granted(self, portal: str, scopes: Iterable[str] | None) -> frozenset[str]:
        possible = grantable_scopes(self._portal(portal))
        wanted = possible if scopes is None else frozenset(scopes)
        if not wanted <= possible:
            missing = ", ".join(sorted(wanted - possible))
            raise token_refused("BAD_SCOPES", f"portal {portal} cannot grant these scopes: {missing}")
        return wanted

    def _alive(self, info: TokenInfo) -> TokenInfo:
        if info.portal in self._deleted:
            raise Refusal.unauthenticated()
        return info

    def _live_refresh(self, token: str) -> _Refresh | None:
        kept = self._refresh.get(token)
        return None if kept is None or (kept.ends_at is not None and kept.ends_at <= self._clock.now()) else kept

    def _new_refresh(self, grant: Grant) -> str:
        token = f"{self._portals[grant.portal].account.hublet}-{uuid.uuid4()}"
        self._refresh[token] = _Refresh(grant)
        return token

    def _issue(self, grant: Grant, refresh_token: str | None) -> AccessToken:
        lifetime = timedelta(seconds=self._portals[grant.portal].switches.access_token_lifetime_s)
        token = secrets.token_urlsafe(180)
        self._access[token] = AccessToken(token, grant, self._clock.now() + lifetime, refresh_token)
        return self._access[token]


def token_refused(problem: TokenProblem, message: str | None = None) -> Refusal:
    """Return the token endpoint's 400, which carries OAuth's error fields and HubSpot's [L][C]."""
    error, text = _OAUTH_ERRORS[problem]
    said = message or text
    return Refusal(400, {"status": problem, "message": said, "error": error, "error_description": said})


def grantable_scopes(portal: Portal) -> frozenset[str]:
    """Return the scopes that an account can grant with the products that it bought."""
    return ALL_SCOPES if "marketing_pro" in portal.account.products else ALL_SCOPES - _MARKETING_PRO_SCOPES


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_of(grant: Grant, client_id: str, portal: str) -> bool:
    return (grant.client_id, grant.portal) == (client_id, portal)


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

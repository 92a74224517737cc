"""OAuth for apps: the token endpoint, introspection, revocation, and taking an app out of an account.

The page where a person agrees is not here: an authorization code is minted by `Tokens.mint_code`, which is what such a page will call.

Odd and kept: a body of the token endpoint is a form and the query is not read, except under v1; JSON is taken as well, marked by the header
`X-Sandbox-Lenient`, because an official client sends it [T]; an unknown or revoked token introspects as 200 `{"active": false}` [L];
revoking ends the refresh token only [L].
Sources: FACTS 2.3 and 2.4.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from hubspot_skill.sandbox.call import Call, Portal, answer, no_content
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.tokens import token_refused

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.app import Sandbox
    from hubspot_skill.sandbox.tokens import AccessToken, Grant, OAuthApp

__all__ = ["ENDPOINTS", "LENIENT_HEADER"]

LENIENT_HEADER = "X-Sandbox-Lenient"
"""Marks an answer that the real HubSpot might not have given."""


async def token(call: Call) -> Response:
    """Answer a grant of a code, a refresh token or client credentials with tokens [S]."""
    fields, lenient = await _fields(call)
    tokens = _sandbox(call).tokens
    grant_type = fields.get("grant_type")
    if grant_type not in {"authorization_code", "refresh_token", "client_credentials"}:
        raise token_refused("BAD_GRANT_TYPE")
    app = _app(call, fields)
    if grant_type == "authorization_code":
        issued = tokens.redeem(app, fields.get("code", ""), fields.get("redirect_uri", ""), fields.get("code_verifier"))
    elif grant_type == "refresh_token":
        issued = tokens.refresh(app, fields.get("refresh_token", ""))
    else:
        issued = tokens.client_credentials(app, fields.get("scope", "").split())
    return answer(_issued(call, issued), headers=lenient)


async def introspect(call: Call) -> Response:
    """Answer what an access or refresh token of the asking app stands for; any other is not active [S][L]."""
    fields, lenient = await _fields(call)
    app = _app(call, fields)
    text = fields.get("token", "")
    access = _sandbox(call).tokens.find_access(text)
    if access is not None and access.grant.client_id == app.client_id:
        return answer(_access_info(call, app, access), headers=lenient)
    grant = _sandbox(call).tokens.find_refresh(text)
    if grant is not None and grant.client_id == app.client_id:
        info = {**_grant_info(call, app, text, grant), "token_type": "refresh", "token_use": "refresh_token"}
        return answer(info, headers=lenient)
    return answer({"active": False}, headers=lenient)


async def revoke(call: Call) -> Response:
    """End a refresh token and answer 200 with nothing, also for a token that was not known; access tokens live on [L]."""
    fields, lenient = await _fields(call)
    _sandbox(call).tokens.revoke(_app(call, fields), fields.get("token", ""))
    return answer_empty(lenient)


def read_access_token(call: Call) -> Response:
    """Answer the old v1 description of an access token [S]."""
    text = call.params["token"]
    access = _sandbox(call).tokens.find_access(text)
    if access is None:
        raise Refusal.plain(404, "access token not found")
    app = _sandbox(call).tokens.app_of(access.grant)
    return answer({**_access_info(call, app, access), "token_type": "access"})


def read_refresh_token(call: Call) -> Response:
    """Answer the old v1 description of a refresh token [S]."""
    text = call.params["token"]
    grant = _sandbox(call).tokens.find_refresh(text)
    if grant is None:
        raise Refusal.plain(404, "refresh token not found")
    app = _sandbox(call).tokens.app_of(grant)
    return answer({**_grant_info(call, app, text, grant), "token_type": "refresh"})


def delete_refresh_token(call: Call) -> Response:
    """End a refresh token by the old v1 address [S]."""
    if not _sandbox(call).tokens.forget(call.params["token"]):
        raise Refusal.plain(404, "refresh token not found")
    return no_content()


async def read_private_app_token(call: Call) -> Response:
    """Answer whose a private-app token is, what it may do and for which account [D]."""
    text = (await call.body()).get("tokenKey")
    info = _sandbox(call).tokens.resolve(f"Bearer {text}")
    account = _sandbox(call).portals[info.portal].account
    return answer(
        {"userId": info.user_id, "hubId": account.portal_id, "appId": info.app_id, "scopes": sorted(info.scopes)}
    )


def uninstall(call: Call) -> Response:
    """Take the calling app out of its account [D][S]."""
    _sandbox(call).tokens.uninstall(call.request.headers.get("authorization"))
    return no_content()


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "oauth", "/token", token, "none", ("/oauth/v1", "/oauth/v3"), public=True),
    Endpoint("POST", "oauth", "/token/introspect", introspect, "none", ("/oauth/v3",), public=True),
    Endpoint("POST", "oauth", "/token/revoke", revoke, "none", ("/oauth/v3",), public=True),
    Endpoint("GET", "", "/access-tokens/{token}", read_access_token, "none", ("/oauth/v1",), public=True),
    Endpoint("GET", "", "/refresh-tokens/{token}", read_refresh_token, "none", ("/oauth/v1",), public=True),
    Endpoint("DELETE", "", "/refresh-tokens/{token}", delete_refresh_token, "none", ("/oauth/v1",), public=True),
    Endpoint(
        "POST",
        "",
        "/private-apps/get/access-token-info",
        read_private_app_token,
        "none",
        ("/oauth/v2",),
        public=True,
    ),
    Endpoint("DELETE", "appinstalls", "/external-install", uninstall, legacy=("/appinstalls/v3",)),
)


def answer_empty(headers: dict[str, str]) -> Response:
    """Return a 200 with nothing in it."""
    response = no_content()
    response.status_code = 200
    response.headers.update({**headers, "content-length": "0"})
    return response


def _sandbox(call: Call) -> Sandbox:
    return cast("Sandbox", call.request.app.state.sandbox)


async def _fields(call: Call) -> tuple[dict[str, str], dict[str, str]]:
    """Return the fields of a request, and the header that marks them as leniently taken."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" and call.portal.switches.json_token_requests:
        body = await call.body()
        return {name: value for name, value in body.items() if isinstance(value, str)}, {LENIENT_HEADER: "json-body"}
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise Refusal.plain(415, f"the token endpoint takes a form, not {kind}")
    fields = dict(call.request.query_params) if call.version == "v1" else {}
    content = await call.request.body()
    fields.update(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
    return fields, {}


def _app(call: Call, fields: dict[str, str]) -> OAuthApp:
    return _sandbox(call).tokens.app(fields.get("client_id", ""), fields.get("client_secret", ""))


def _issued(call: Call, issued: AccessToken) -> dict[str, object]:
    common: dict[str, object] = {
        "token_type": "bearer",
        "access_token": issued.token,
        "expires_in": _left_s(call, issued),
        "scopes": sorted(issued.grant.scopes),
    }
    if issued.refresh_token is None:
        return {**common, "token_use": "client_credentials"}
    return {
        **common,
        "refresh_token": issued.refresh_token,
        "hub_id": _portal(call, issued.grant).account.portal_id,
        "user_id": issued.grant.user_id,
        "token_use": "access_token",
    }


def _access_info(call: Call, app: OAuthApp, access: AccessToken) -> dict[str, object]:
    return {
        **_grant_info(call, app, access.token, access.grant),
        "expires_in": _left_s(call, access),
        "is_private_distribution": True,
        "token_type": "bearer",
        "token_use": "access_token",
        "signed_access_token": _signed(call, app, access),
    }


def _grant_info(call: Call, app: OAuthApp, text: str, grant: Grant) -> dict[str, object]:
    portal = _portal(call, grant)
    return {
        "active": True,
        "token": text,
        "hub_id": portal.account.portal_id,
        "hub_domain": portal.account.hub_domain,
        "user_id": grant.user_id,
        "user": _email_of(portal, grant.user_id),
        "app_id": app.app_id,
        "client_id": app.client_id,
        "scopes": sorted(grant.scopes),
    }


def _signed(call: Call, app: OAuthApp, access: AccessToken) -> dict[str, object]:
    """Return the signed token's fields; the signature is one of ours, since nobody outside HubSpot can check theirs."""
    portal = _portal(call, access.grant)
    signature = hmac.new(app.client_secret.encode(), access.token.encode(), hashlib.sha256).hexdigest()
    return {
        "appId": app.app_id,
        "expiresAt": int(access.expires_at.timestamp() * 1000),
        "hubId": portal.account.portal_id,
        "hublet": portal.account.hublet,
        "installingUserId": access.grant.user_id,
        "isPrivateDistribution": True,
        "isServiceAccount": False,
        "isUserLevel": False,
        "newSignature": signature,
        "scopes": " ".join(sorted(access.grant.scopes)),
        "scopeToScopeGroupPks": "",
        "signature": signature,
        "trialScopes": "",
        "trialScopeToScopeGroupPks": "",
        "userId": access.grant.user_id,
    }


def _left_s(call: Call, access: AccessToken) -> int:
    return max(0, round((access.expires_at - call.portal.now()).total_seconds()))


def _portal(call: Call, grant: Grant) -> Portal:
    return _sandbox(call).portals[grant.portal]


def _email_of(portal: Portal, user_id: int) -> str:
    found = (owner.email for owner in portal.facts.owners if owner.user_id == user_id)
    return next(found, portal.account.user_email)

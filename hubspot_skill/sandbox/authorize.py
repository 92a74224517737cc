"""The page where a person lets an app into a pretend account: choose the account, see the scopes, agree or refuse.

Kept from HubSpot on purpose (FACTS 2.2):

- the redirect address must be one of the app's, to the letter; if it is not, or the app is unknown, nobody is redirected [D];
- `scope` must hold every scope that the app requires, else the installation is blocked [D];
- a scope of `scope` that the account cannot grant blocks that account; one of `optional_scope` is left out there [D];
- `/oauth/{portalId}/authorize` chooses the account beforehand [D];
- `state` comes back as it was sent [D]; what comes back with a refusal is a switch [U];
- a `code_challenge` is remembered and then asked for by the token endpoint; whether HubSpot does so is unverified [U].

The page is plain HTML with its style inside, since a pretend account has no static files.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.responses import HTMLResponse, RedirectResponse

from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.scopes import ALL_SCOPES
from hubspot_skill.sandbox.tokens import grantable_scopes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from hubspot_skill.sandbox.app import Sandbox
    from hubspot_skill.sandbox.call import Call, Portal
    from hubspot_skill.sandbox.tokens import OAuthApp

__all__ = ["ENDPOINTS"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --page: #f4f6f8; --card: #fff; --line: #9aa5b1; --act: #1f5f99; --on-act: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f0f4f8; --soft: #bcccdc; --page: #102030; --card: #1c2f42; --line: #829ab1; --act: #8cc4f2; --on-act: #102030 }
}
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.25 }
p { margin: .5rem 0 1rem; color: var(--soft) }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0 }
legend, h2 { margin: 0 0 .5rem; padding: 0; font-size: 1rem; font-weight: 600 }
label { display: flex; gap: .75rem; align-items: flex-start; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .5rem }
label:has(:disabled) { border-style: dashed }
input { width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; flex: none }
small { display: block; color: var(--soft); font-size: .875rem }
ul { margin: 0 0 1.25rem; padding-left: 1.25rem }
li { overflow-wrap: anywhere }
.act { display: flex; flex-wrap: wrap; gap: .75rem }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; border-radius: .5rem; border: 1px solid var(--act); cursor: pointer }
button[value=allow] { background: var(--act); color: var(--on-act) }
button[value=deny] { background: transparent; color: var(--act) }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _Blocked(Exception):  # noqa: N818 - a page that HubSpot shows, not a fault of ours
    """The installation cannot go on, and the browser must not be sent anywhere."""


async def page(call: Call) -> Response:
    """Show the accounts and scopes to choose from, or why the app cannot be installed."""
    query = dict(call.request.query_params)
    try:
        app, wanted = _checked(call, query)
        return _html("Connect an app", _form(call, app, wanted, query))
    except _Blocked as blocked:
        return _html("This app cannot be connected", f"<p>{escape(str(blocked))}</p>", 400)


async def decide(call: Call) -> Response:
    """Send the browser back to the app, with a code if the person agreed and with a refusal if not."""
    query = dict(call.request.query_params)
    form = dict(parse_qsl((await call.request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    try:
        app, wanted = _checked(call, query)
        if form.get("decision") != "allow":
            refused = call.portal.switches.denial_error
            return _back(query, {"error": refused, "error_description": "The user denied access to the application."})
        portal = _chosen(call, form.get("portal", ""), wanted)
    except _Blocked as blocked:
        return _html("This app cannot be connected", f"<p>{escape(str(blocked))}</p>", 400)
    optional = _words(query, "optional_scope") & grantable_scopes(portal)
    code = _sandbox(call).tokens.mint_code(
        portal.name,
        client_id=app.client_id,
        scopes=wanted | optional,
        redirect_uri=query["redirect_uri"],
        code_challenge=query.get("code_challenge"),
    )
    return _back(query, {"code": code})


def _checked(call: Call, query: Mapping[str, str]) -> tuple[OAuthApp, frozenset[str]]:
    """Return the asking app and the scopes it insists on."""
    app = _sandbox(call).tokens.find_app(query.get("client_id", ""))
    if app is None:
        raise _Blocked("No app has this client id.")
    if query.get("redirect_uri", "") not in app.redirect_uris:
        raise _Blocked("The redirect address is not one that the app registered. It has to match to the letter.")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        raise _Blocked("The code challenge has to use the method S256.")
    wanted = _words(query, "scope")
    unknown = (wanted | _words(query, "optional_scope")) - ALL_SCOPES
    if unknown:
        raise _Blocked(f"These scopes do not exist: {', '.join(sorted(unknown))}.")
    lacking = app.required_scopes - wanted
    if lacking:
        raise _Blocked(f"The address lacks scopes that the app requires: {', '.join(sorted(lacking))}.")
    beyond = wanted - app.scopes
    if beyond:
        raise _Blocked(f"The app did not declare these scopes: {', '.join(sorted(beyond))}.")
    return app, wanted


def _chosen(call: Call, name: str, wanted: frozenset[str]) -> Portal:
    portal = _sandbox(call).portals.get(name)
    if portal is None:
        raise _Blocked("No account was chosen.")
    lacking = wanted - grantable_scopes(portal)
    if lacking:
        raise _Blocked(f"This account cannot grant: {', '.join(sorted(lacking))}.")
    return portal


def _form(call: Call, app: OAuthApp, wanted: frozenset[str], query: Mapping[str, str]) -> str:
    host = urlsplit(query["redirect_uri"]).netloc
    target = escape(call.request.url.path + "?" + call.request.url.query, quote=True)
    return "".join(
        (
            f"<p>{escape(app.name)} wants to read and change data of a <strong>pretend</strong> HubSpot account. ",
            f"Nothing here is real. Afterwards your browser goes to {escape(host)}.</p>",
            f'<form method="post" action="{target}"><fieldset><legend>Account</legend>',
            *_choices(call, wanted),
            "</fieldset><h2>What the app may do</h2><ul>",
            *(f"<li>{escape(scope)}</li>" for scope in sorted(wanted)),
            *(
                f"<li>{escape(scope)} <small>where the account has it</small></li>"
                for scope in sorted(_words(query, "optional_scope") - wanted)
            ),
            '</ul><div class="act"><button name="decision" value="allow">Connect app</button>',
            '<button name="decision" value="deny">Cancel</button></div></form>',
        )
    )


def _choices(call: Call, wanted: frozenset[str]) -> Iterable[str]:
    preset = call.params.get("portal_id", "")
    is_chosen = False
    for portal in _sandbox(call).portals.values():
        account = portal.account
        lacking = wanted - grantable_scopes(portal)
        is_fit = not lacking and preset in {"", str(account.portal_id)}
        state = " disabled" if lacking else " checked" if is_fit and not is_chosen else ""
        is_chosen = is_chosen or (is_fit and not lacking)
        why = f" · cannot grant {', '.join(sorted(lacking))}" if lacking else ""
        yield (
            f'<label><input type="radio" name="portal" value="{escape(portal.name, quote=True)}" required{state}>'
            f"<span>{escape(account.hub_domain)}<small>{escape(portal.name)} · {account.portal_id}{escape(why)}</small></span></label>"
        )


def _back(query: Mapping[str, str], result: Mapping[str, str]) -> Response:
    parts = urlsplit(query["redirect_uri"])
    state = {"state": query["state"]} if "state" in query else {}
    added = urlencode({**dict(parse_qsl(parts.query)), **result, **state})
    return RedirectResponse(urlunsplit(parts._replace(query=added)), 302, dict(_HEADERS))


def _html(title: str, body: str, status: int = 200) -> Response:
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · HubSpot sandbox</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(document, status, dict(_HEADERS))


def _words(query: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(query.get(name, "").split())


def _sandbox(call: Call) -> Sandbox:
    return cast("Sandbox", call.request.app.state.sandbox)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "", "/authorize", page, "none", ("/oauth",), public=True),
    Endpoint("POST", "", "/authorize", decide, "none", ("/oauth",), public=True),
    Endpoint("GET", "", "/{portal_id}/authorize", page, "none", ("/oauth",), public=True),
    Endpoint("POST", "", "/{portal_id}/authorize", decide, "none", ("/oauth",), public=True),
)

"""Connecting HubSpot accounts in the browser: our page, HubSpot's page, the way back, and the list of accounts.

`GET /oauth/start` shows what will be asked; its button posts and gets HubSpot's address as JSON, which the page opens
(a form that redirected to HubSpot would need a weaker `form-action`). Only then is there a state, and a cookie that
ties it to this browser. `/oauth/callback` takes HubSpot's answer by GET, as HubSpot redirects, and by POST for a page
that relays it; both burn the state first, and answer 303 to a clean address, so that no code stays in a history.
Every route also answers under `/api/hubspot`, where the registered redirect address is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hubspot_skill.domain.errors import (
    HubSpotSkillError,
    SignInRefusedError,
)
from hubspot_skill.service.accounts import ConnectedAccount
from hubspot_skill.service.connections import Connections
from hubspot_skill.surfaces.web.entrance import set_cookie, take_cookie
from hubspot_skill.surfaces.web.pages import Pages, status_of
from hubspot_skill.surfaces.web.ports import AttemptBook
from hubspot_skill.surfaces.web.site import Site

__all__ = ["ACCOUNTS_PATH", "CALLBACK_PATH", "START_PATH", "ConnectionsProvider", "connect_routes"]

PREFIX = "/api/hubspot"
START_PATH = f"{PREFIX}/oauth/start"
CALLBACK_PATH = f"{PREFIX}/oauth/callback"
ACCOUNTS_PATH = f"{PREFIX}/oauth/accounts"
_COOKIE = "oauth"
_COOKIE_S = 600

Handler = Callable[[Request], Awaitable[Response]]
ConnectionsProvider = Callable[[], Awaitable[Connections]]


class _Desk:
    """The handlers, over the use cases of connecting."""

    def __init__(self, site: Site, connections: ConnectionsProvider, attempts: AttemptBook, pages: Pages) -> None:
        self._site = site
        self._provider = connections
        self._attempts = attempts
        self._pages = pages

    async def start(self, request: Request) -> Response:
        """Show what connecting means, and the button that opens HubSpot."""
        connections = await self._provider()
        hub_id = request.query_params.get("hub_id", "")
        again = next((a.alias for a in await connections.accounts() if a.hub_id == hub_id), "")
        return self._pages.page(
            request,
            "connect.html",
            plan=connections.plan,
            client_id=connections.client_id,
            hubspot_host=urlsplit(connections.authorize_url).netloc,
            return_host=self._site.host,
            is_sandbox=connections.is_sandbox,
            again=again,
            hub_id=hub_id if again else "",
            action=START_PATH,
            accounts_path=ACCOUNTS_PATH,
        )

    async def begin(self, request: Request) -> Response:
        """Begin a sign-in and answer HubSpot's address."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        begun = (await self._provider()).begin(request.state.session.name, hub_id=form.get("hub_id", ""))
        response = JSONResponse({"location": begun.address})
        set_cookie(response, self._site, _COOKIE, begun.nonce, max_age_s=_COOKIE_S)
        return response

    async def callback(self, request: Request) -> Response:
        """Take HubSpot's answer, connect the account, and go on to a clean address."""
        sent = dict(request.query_params)
        if request.method == "POST":
            sent |= dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        address = request.client.host if request.client else ""
        if self._attempts.wait_s(address) > 0:
            raise SignInRefusedError(
                "too many sign-ins came back that were not begun here",
                reason="too_many_attempts",
                hint="Try again in ten minutes.",
            )
        browser = (request.state.session.name, request.cookies.get(self._site.cookie_name(_COOKIE), ""))
        try:
            account = await (await self._provider()).complete(
                *browser, state=sent.get("state", ""), code=sent.get("code", ""), error=sent.get("error", "")
            )
        except SignInRefusedError as error:
            if error.reason in {"unknown_state", "other_browser"}:
                self._attempts.failed(address)
            raise
        return self._to_accounts(connected=account.alias)

    async def accounts(self, request: Request) -> Response:
        """List the connected accounts: as a page, or as JSON to a program."""
        accounts = await (await self._provider()).accounts()
        said = request.query_params
        connected = said.get("connected", "")
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"accounts": [_as_json(account) for account in accounts]})
        return self._pages.page(
            request,
            "accounts.html",
            accounts=accounts,
            # Of the address only words that are ours: it may come from anywhere.
            connected=connected if any(account.alias == connected for account in accounts) else "",
            disconnected=said.get("disconnected", ""),
            may_change=not request.state.session.only_connect,
            start_path=START_PATH,
            accounts_path=ACCOUNTS_PATH,
        )

    async def rename(self, request: Request) -> Response:
        """Give an account another name."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        await (await self._provider()).rename(request.path_params["alias"], form.get("alias", ""))
        return self._to_accounts()

    async def make_default(self, request: Request) -> Response:
        """Make an account the one that tools use when none is named."""
        await (await self._provider()).make_default(request.path_params["alias"])
        return self._to_accounts()

    async def disconnect(self, request: Request) -> Response:
        """Delete an account's tokens here and revoke them at HubSpot."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        alias = request.path_params["alias"]
        done = await (await self._provider()).disconnect(alias, uninstall=form.get("uninstall") == "1")
        return self._to_accounts(disconnected="key" if done.is_key else "told" if done.is_revoked else "untold")

    def guarded(self, handler: Handler) -> Handler:
        """Let a handler run only within a session, and tell its errors."""

        async def guarded(request: Request) -> Response:
            try:
                if request.state.session is None:
                    raise SignInRefusedError(
                        "this browser has no session here",
                        reason="no_session",
                        hint="Open the link that the program prints in its terminal;"
                        " `hubspot-skill login` makes a new one.",
                    )
                response = await handler(request)
            except HubSpotSkillError as error:
                response = self._pages.failure(request, error, status=status_of(error))
            if request.url.path.endswith("/callback"):
                response.headers["Referrer-Policy"] = "no-referrer"
                take_cookie(response, self._site, _COOKIE)
            return response

        return guarded

    def _to_accounts(self, **said: str) -> Response:
        query = f"?{urlencode(said)}" if said else ""
        return RedirectResponse(f"{ACCOUNTS_PATH}{query}", HTTPStatus.SEE_OTHER)


def connect_routes(site: Site, connections: ConnectionsProvider, attempts: AttemptBook, pages: Pages) -> list[Route]:
    """Give the routes of connecting, each also under `/api/hubspot`; `connections` is asked once a request."""
    desk = _Desk(site, connections, attempts, pages)
    table: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/oauth/start", desk.start),
        ("POST", "/oauth/start", desk.begin),
        ("GET", "/oauth/callback", desk.callback),
        ("POST", "/oauth/callback", desk.callback),
        ("GET", "/oauth/accounts", desk.accounts),
        ("POST", "/oauth/accounts/{alias}/name", desk.rename),
        ("POST", "/oauth/accounts/{alias}/default", desk.make_default),
        ("POST", "/oauth/accounts/{alias}/disconnect", desk.disconnect),
    )
    return [
        Route(f"{prefix}{path}", desk.guarded(handler), methods=[method])
        for method, path, handler in table
        for prefix in (PREFIX, "")
    ]


def _as_json(account: ConnectedAccount) -> dict[str, object]:
    return {
        "alias": account.alias,
        "hub_id": account.hub_id,
        "hub_domain": account.hub_domain,
        "is_default": account.is_default,
        "status": account.status,
        "state": account.state,
        "missing_scopes": [scope.name for scope in account.missing],
    }

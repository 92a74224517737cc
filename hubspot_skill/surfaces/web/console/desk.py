"""What every page of the console stands on: the session, the account of the address, the frame, and how errors are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hubspot_skill.domain.errors import (
    AmbiguousNameError,
    HubSpotSkillError,
    NotConnectedError,
    NotFoundError,
    SignInRefusedError,
    UnknownNameError,
)
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.service.crm import Crm
from hubspot_skill.surfaces.web.console.moves import Moves
from hubspot_skill.surfaces.web.console.notices import Notice, Notices
from hubspot_skill.surfaces.web.pages import Pages, status_of
from hubspot_skill.surfaces.web.ports import AccountName, CrmBook, Session
from hubspot_skill.surfaces.web.site import Site

__all__ = ["LOWER", "NAV", "Desk", "Handler", "Here", "Place"]

_log = get_logger(__name__)
_THEMES = {"light", "dark"}
_DENSITIES = {"compact"}


@dataclass(frozen=True, slots=True)
class Place:
    """One of the rail's places: its address under the account, its word, its icon, and its letter after `g`."""

    key: str
    path: str
    word: str
    icon: str
    letter: str


NAV = (
    Place("home", "/", "Home", "house", "h"),
    Place("contacts", "/contacts", "Contacts", "users", "c"),
    Place("companies", "/companies", "Companies", "building-2", "o"),
    Place("deals", "/deals", "Deals", "handshake", "d"),
    Place("campaigns", "/campaigns", "Campaigns", "megaphone", "m"),
    Place("reports", "/reports", "Reports", "chart-column", "r"),
    Place("changes", "/changes", "Changes", "list-checks", "a"),
)
LOWER = (
    Place("connection", "/connection", "Connection", "plug", ""),
    Place("audit", "/audit", "Audit", "scroll-text", ""),
    Place("settings", "/settings", "Settings", "settings", ""),
)


@dataclass(slots=True)
class Here:
    """One request at one account: who asks, the account's use cases, and how its pages are answered."""

    request: Request
    session: Session
    account: str
    accounts: tuple[AccountName, ...]
    crm: Crm
    desk: Desk
    values: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def base(self) -> str:
        """The account's address, such as `/a/acme`."""
        return f"/a/{quote(self.account, safe='')}"

    @property
    def is_htmx(self) -> bool:
        """True where the page's script asks, and not for the history."""
        headers = self.request.headers
        return "hx-request" in headers and "hx-history-restore-request" not in headers

    def url(self, path: str, **query: str) -> str:
        """Give an address under the account."""
        said = urlencode({name: value for name, value in query.items() if value})
        return f"{self.base}{path}{'?' if said else ''}{said}"

    def own(self, address: str | None) -> str:
        """Give an address of this account, empty for any other: it may come from a link that somebody made."""
        is_own = bool(address) and str(address).startswith(f"{self.base}/") and str(address).isprintable()
        return str(address) if is_own and "\\" not in str(address) else ""

    async def form(self) -> dict[str, str]:
        """Give the fields of a posted form, the last of each name; `all_of` gives a field's every value."""
        return dict(await self.fields())

    async def fields(self) -> list[tuple[str, str]]:
        """Give the fields of a posted form in order."""
        body = (await self.request.body()).decode("utf-8", "replace")
        return parse_qsl(body, keep_blank_values=True, max_num_fields=500)

    def tell(self, text: str, *, href: str = "", undo: str = "") -> None:
        """Keep a sentence for the next page that this person sees here."""
        self.desk.notices.add(self.session.name, self.account, Notice(text, href, undo))

    def done(self, address: str, said: str = "", *, href: str = "", undo: str = "") -> Response:
        """Answer a form that did its work: go on to a page, which tells what was done."""
        if said:
            self.tell(said, href=href, undo=undo)
        if self.is_htmx:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    def render(self, template: str, *, current: str, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Render a page within the frame; `current` is the key of its place."""
        return self.desk.render(self, template, current=current, status=status, **values)


Handler = Callable[[Request, Here], Awaitable[Response]]


class Desk:
    """The console of one server, over its accounts; `counts` gives what waits, by place, to show in the rail."""

    def __init__(self, site: Site, book: CrmBook, pages: Pages) -> None:
        self.site = site
        self.book = book
        self.pages = pages
        self.notices = Notices()
        self.moves = Moves()
        self.counts: Callable[[Here], Awaitable[dict[str, int]]] | None = None

    def page(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Make a handler of one account's page an endpoint."""

        async def endpoint(request: Request) -> Response:
            here: Here | None = None
            try:
                here = await self._here(request)
                if self.counts is not None and not here.is_htmx:
                    here.values["counts"] = await self.counts(here)
                return await handler(request, here)
            except HubSpotSkillError as error:
                return self._failed(request, here, error)

        return endpoint

    async def bare(self, request: Request) -> Response:
        """Send a bare path on to the default account's, or to the page where one is connected."""
        try:
            _session(request)
            default = next(iter(await self.book.names()), None)
        except NotConnectedError:
            default = None
        except HubSpotSkillError as error:
            return self._failed(request, None, error)
        if default is None:
            return RedirectResponse("/oauth/accounts", HTTPStatus.SEE_OTHER)
        query = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path if request.url.path != "/" else "/"
        return RedirectResponse(f"/a/{quote(default.alias, safe='')}{path}{query}", HTTPStatus.SEE_OTHER)

    def render(self, here: Here, template: str, *, current: str, status: int, **values: object) -> Response:
        """Render a page within the frame; see `Here.render`."""
        cookies = here.request.cookies
        theme = cookies.get(self.site.cookie_name("theme"), "")
        density = cookies.get(self.site.cookie_name("density"), "")
        frame: dict[str, object] = {
            "here": here,
            "base": here.base,
            "account": here.account,
            "accounts": here.accounts,
            "nav": NAV,
            "lower": LOWER,
            "current": current,
            "theme": theme if theme in _THEMES else "",
            "density": density if density in _DENSITIES else "",
            "is_sandbox": here.crm.is_sandbox,
            "read_only": here.crm.policy.read_only,
            "counts": {},
            "notices": [] if here.is_htmx else self.notices.fresh(here.session.name, here.account),
        }
        response = self.pages.page(here.request, template, status=status, **{**frame, **here.values, **values})
        response.headers["Vary"] = "HX-Request"
        return response

    async def _here(self, request: Request) -> Here:
        session = _session(request)
        account = str(request.path_params["account"])
        try:
            names = await self.book.names()
            if account not in {name.alias for name in names}:
                raise _absent()
            crm = await self.book.crm(account)
        except (UnknownNameError, AmbiguousNameError):
            raise _absent() from None
        return Here(request, session, account, names, crm, self)

    def _failed(self, request: Request, here: Here | None, error: HubSpotSkillError) -> Response:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.warning("page_failed", code=error.code, path=request.url.path)
        if here is None or "text/html" not in request.headers.get("accept", "text/html"):
            return self.pages.failure(request, error, status=status)
        title = self.pages.title(status)
        return here.render("console/failure.html", current="", status=status, error=error, title=title)


def _session(request: Request) -> Session:
    session: Session | None = request.state.session
    if session is None:
        raise SignInRefusedError(
            "this browser has no session here",
            reason="no_session",
            hint="Open the link that the program prints in its terminal; `hubspot-skill login` makes a new one.",
        )
    return session


def _absent() -> NotFoundError:
    return NotFoundError("there is no such page here", hint="The accounts that you can open are on the first page.")

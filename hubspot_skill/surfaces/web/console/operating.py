"""The operator's pages: the connection with its scopes and limits, the audit, and the settings of the account."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hubspot_skill.domain.errors import HubSpotSkillError, InvalidInputError
from hubspot_skill.service.audit_trail import AuditFilter
from hubspot_skill.service.connections import Connections
from hubspot_skill.surfaces.web.connect import START_PATH, ConnectionsProvider
from hubspot_skill.surfaces.web.console.desk import Desk, Here

__all__ = ["operating_routes"]

_MODES = (
    ("default", "One record at once, more with a person", "Updates and creates of one record run at once. More, archives and protected properties wait for a person."),
    ("confirm_all", "Everything with a person", "Every write waits for a person, also of one record."),
    ("auto_up_to", "Updates up to a number at once", "Updates of up to so many records run at once, without protected properties."),
    ("off", "No writes", "Nothing is written to this account, by nobody."),
)  # fmt: skip
_TOOLS = {
    "core": "Search, read, create, update, activities, changes, reports",
    "hygiene": "Duplicates and doubtful values, as plans",
    "admin": "Properties, pipelines and stages",
    "marketing": "Marketing emails and lists",
    "data": "Sync and export",
}


def operating_routes(desk: Desk, connections: ConnectionsProvider) -> list[Route]:
    """Give the routes."""
    pages = _Operating(connections)
    return [
        Route("/a/{account}/connection", desk.page(pages.connection), methods=["GET"]),
        Route("/a/{account}/connection/disconnect", desk.page(pages.disconnect), methods=["POST"]),
        Route("/a/{account}/audit", desk.page(pages.audit), methods=["GET"]),
        Route("/a/{account}/audit/verify", desk.page(pages.verify), methods=["POST"]),
        Route("/a/{account}/settings", desk.page(pages.settings), methods=["GET"]),
        Route("/a/{account}/settings", desk.page(pages.save), methods=["POST"]),
        Route("/a/{account}/settings/writes", desk.page(pages.switch), methods=["POST"]),
    ]


class _Operating:
    """The handlers; `connections` gives the use cases of connecting, where accounts are kept."""

    def __init__(self, connections: ConnectionsProvider) -> None:
        self._connections = connections

    async def connection(self, request: Request, here: Here) -> Response:
        """Show how the account is connected."""
        return await self._connection_page(here)

    async def disconnect(self, request: Request, here: Here) -> Response:
        """Let the account go, once its name was typed."""
        form = await here.form()
        if form.get("typed", "").strip() != here.account:
            error = f"You typed {form.get('typed', '')[:60] or 'nothing'}: expected {here.account}"
            return await self._connection_page(here, error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        done = await (await self._connections()).disconnect(here.account, uninstall=form.get("uninstall") == "1")
        said = "key" if done.is_key else "told" if done.is_revoked else "untold"
        return RedirectResponse(f"/oauth/accounts?disconnected={said}", HTTPStatus.SEE_OTHER)

    async def _connection_page(self, here: Here, *, error: str = "", status: int = HTTPStatus.OK) -> Response:
        kept = await self._kept(here)
        told, failure = None, None
        try:
            told = await here.crm.whoami()
        except HubSpotSkillError as failed:
            failure = failed
        return here.render(
            "console/connection.html",
            current="connection",
            status=status,
            told=told,
            failure=failure,
            kept=kept,
            start_path=START_PATH,
            error=error,
        )

    async def _kept(self, here: Here) -> object:
        """Give the account as the vault keeps it, None where the server works on one account by its settings."""
        try:
            connections: Connections = await self._connections()
            return await connections.account(here.account)
        except HubSpotSkillError:
            return None

    async def audit(self, request: Request, here: Here) -> Response:
        """Show what was done, newest first."""
        return await self._audit_page(here)

    async def verify(self, request: Request, here: Here) -> Response:
        """Read the whole chain and say whether it holds."""
        return await self._audit_page(here, verify=True)

    async def _audit_page(self, here: Here, *, verify: bool = False) -> Response:
        said = here.request.query_params
        wanted = AuditFilter(
            word=said.get("q", "").strip()[:60],
            plan=said.get("plan", "").strip()[:60],
            record=said.get("record", "").strip()[:60],
        )
        before = said.get("before", "")
        trail = await here.desk.book.trail()
        page = await trail.page(wanted, before=int(before) if before.isdecimal() and len(before) < 12 else 0)
        return here.render(
            "console/audit.html",
            current="audit",
            wanted=wanted,
            page=page,
            state=await trail.verify() if verify else None,
            older=here.url("/audit", q=wanted.word, plan=wanted.plan, record=wanted.record, before=str(page.before))
            if page.before
            else "",
        )

    async def settings(self, request: Request, here: Here) -> Response:
        """Show who may write what, and how the console looks."""
        return await self._settings_page(here)

    async def save(self, request: Request, here: Here) -> Response:
        """Keep the account's policy for writes."""
        form = await here.form()
        errors: dict[str, str] = {}
        numbers = {name: _number(form.get(name, ""), name, errors) for name in ("auto_up_to", "daily_cap")}
        mode = form.get("mode", "")
        if not errors:
            protected = tuple(form.get("protected", "").replace(",", " ").split())
            try:
                await (await here.crm.approvals()).set_policy(
                    mode=mode,
                    auto_up_to=numbers["auto_up_to"] if mode == "auto_up_to" else None,
                    protected=protected,
                    daily_cap=numbers["daily_cap"],
                )
            except InvalidInputError as error:
                errors["protected"] = f"{error.message[:1].upper()}{error.message[1:]}."
        if errors:
            return await self._settings_page(here, form=form, errors=errors)
        return here.done(here.url("/settings"), "The policy for writes is saved.")

    async def switch(self, request: Request, here: Here) -> Response:
        """Switch all writing to the account off at once, or on again."""
        are_off = (await here.form()).get("off") == "1"
        await (await here.crm.approvals()).switch_writes(are_off=are_off)
        return here.done(here.url("/settings"), f"Writing to this account is {'off' if are_off else 'on'}.")

    async def _settings_page(
        self, here: Here, *, form: dict[str, str] | None = None, errors: dict[str, str] | None = None
    ) -> Response:
        policy = await (await here.crm.approvals()).policy()
        given = form or {
            "mode": policy.mode,
            "auto_up_to": str(policy.auto_up_to),
            "protected": ", ".join(policy.protected),
            "daily_cap": str(policy.daily_cap),
        }
        shown = {toolset.value for toolset in here.crm.policy.toolsets}
        return here.render(
            "console/settings.html",
            current="settings",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            policy=policy,
            given=given,
            errors=errors or {},
            modes=_MODES,
            tools=[(name, said, name in shown) for name, said in _TOOLS.items()],
        )


def _number(text: str, name: str, errors: dict[str, str]) -> int | None:
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    if plain.isdecimal() and len(plain) < 9:
        return int(plain)
    errors[name] = f"{text[:40]} is no whole number: expected zero or more."
    return None

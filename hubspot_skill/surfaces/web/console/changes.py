"""Changes: what waits for a person, one plan with its exact difference, approving, rejecting, stopping, and the way back.

A person who stands before this page is the approval: the form carries the digest of what it showed, so a plan that
changed meanwhile refuses. Large plans ask for the count to be typed. Once approved a plan is applied at once; the page
then asks itself again every second, until it has ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hubspot_skill.domain.errors import HubSpotSkillError, NotApprovedError, NotFoundError, SignInRefusedError
from hubspot_skill.service.changes.answers import PlanLine, PlanView
from hubspot_skill.service.changes.approving import Means
from hubspot_skill.surfaces.web.console.desk import Desk, Here
from hubspot_skill.surfaces.web.pages import status_of

__all__ = ["change_routes", "waiting_count"]

ROWS = 50
LINES = 20
_WAIT_S = 0.5
_RUNNING = frozenset({"approved", "applying"})
_ENDED = frozenset({"ended", "stopped"})
_DONE_VERBS = {
    "update": "Update",
    "create": "Create",
    "archive": "Archive",
    "associate": "Link",
    "dissociate": "Unlink",
    "merge": "Merge",
}
_STATES = {
    "planned": ("waits for you", "warn", "clock"),
    "approved": ("approved", "accent", "check"),
    "applying": ("being applied", "accent", "refresh-cw"),
    "stopped": ("stopped", "warn", "pause"),
    "ended": ("done", "good", "circle-check"),
    "rejected": ("rejected", "", "x"),
    "expired": ("time is over", "", "clock"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan's page: the plan, its words, and what can be done about it now."""

    plan: PlanView
    begin: int
    verb: str
    noun: str
    state: tuple[str, str, str]
    minutes_left: int
    undo_word: str

    @property
    def is_waiting(self) -> bool:
        """True while a person may approve or reject."""
        return self.plan.status == "planned"

    @property
    def is_running(self) -> bool:
        """True while it is being applied."""
        return self.plan.status in _RUNNING

    @property
    def can_undo(self) -> bool:
        """True where something was done that a plan could take back."""
        return self.plan.status in _ENDED and self.plan.outcomes.done > 0

    @property
    def needs_count(self) -> bool:
        """True where the number of records has to be typed."""
        return self.is_waiting and not self.plan.approval.can_ask

    @property
    def behind(self) -> int:
        """How many steps are behind."""
        done = self.plan.outcomes
        return done.done + done.skipped + done.failed + done.unknown


def change_routes(desk: Desk) -> list[Route]:
    """Give the routes."""
    return [
        Route("/changes/{plan}", _bare(desk), methods=["GET"]),
        Route("/a/{account}/changes", desk.page(_list), methods=["GET"]),
        Route("/a/{account}/changes/{plan}", desk.page(_show), methods=["GET"]),
        Route("/a/{account}/changes/{plan}/approve", desk.page(_approve), methods=["POST"]),
        Route("/a/{account}/changes/{plan}/reject", desk.page(_reject), methods=["POST"]),
        Route("/a/{account}/changes/{plan}/stop", desk.page(_stop), methods=["POST"]),
        Route("/a/{account}/changes/{plan}/undo", desk.page(_undo), methods=["POST"]),
    ]


async def waiting_count(here: Here) -> dict[str, int]:
    """Count what waits for a person, to show in the rail; nothing where the journal cannot be asked."""
    try:
        lines = await (await here.crm.approvals()).list(most=LINES)
    except HubSpotSkillError:
        return {}
    return {"changes": sum(line.status == "planned" for line in lines)}


async def _list(request: Request, here: Here) -> Response:
    approvals = await here.crm.approvals()
    skip = _place(request.query_params.get("after", ""))
    lines = await approvals.list(most=LINES + 1, skip=skip)
    waiting = [await approvals.show(line.plan_id, rows=0) for line in lines if line.status == "planned" and not skip]
    waiting.sort(key=lambda plan: plan.expires_at or datetime.max.replace(tzinfo=UTC))
    history = [line for line in lines[:LINES] if line.status != "planned"]
    following = str(skip + LINES) if len(lines) > LINES else ""
    return here.render(
        "console/changes.html",
        current="changes",
        waiting=[_shown(plan) for plan in waiting],
        history=[(line, _STATES.get(line.status, (line.status, "", "info")), _told(line)) for line in history],
        next_address=here.url("/changes", after=following) if following else "",
        is_first=not skip,
        policy=await approvals.policy(),
    )


async def _show(request: Request, here: Here) -> Response:
    return await _plan_page(here, begin=_place(request.query_params.get("after", "")))


async def _plan_page(here: Here, *, begin: int = 0, error: str = "", status: int = HTTPStatus.OK) -> Response:
    plan = await (await here.crm.approvals()).show(_plan_id(here), rows=ROWS, begin=begin)
    return here.render(
        "console/plan.html", current="changes", status=status, shown=_shown(plan, begin), error=error, rows=ROWS
    )


async def _approve(request: Request, here: Here) -> Response:
    form, plan_id = await here.form(), _plan_id(here)
    typed = form.get("typed", "").strip().replace(",", "")
    approvals = await here.crm.approvals()
    try:
        await approvals.approve(
            plan_id,
            means=Means.CONSOLE,
            shown=form.get("digest", ""),
            typed_count=int(typed) if typed.isdecimal() and len(typed) < 10 else None,
        )
    except NotApprovedError as error:
        return await _plan_page(here, error=f"{error.message}. {error.hint}", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    await here.crm.apply_changes(plan_id, wait_s=_WAIT_S)
    return RedirectResponse(here.url(f"/changes/{plan_id}"), HTTPStatus.SEE_OTHER)


async def _reject(request: Request, here: Here) -> Response:
    reason = (await here.form()).get("reason", "").strip()[:300]
    await (await here.crm.approvals()).reject(_plan_id(here), reason=reason)
    return here.done(here.url("/changes"), "Rejected. Nothing was written.")


async def _stop(request: Request, here: Here) -> Response:
    await (await here.crm.approvals()).stop(_plan_id(here))
    return RedirectResponse(here.url(f"/changes/{_plan_id(here)}"), HTTPStatus.SEE_OTHER)


async def _undo(request: Request, here: Here) -> Response:
    answer = await here.crm.undo_changes(_plan_id(here))
    if not answer.plan.plan_id:
        return here.done(here.url(f"/changes/{_plan_id(here)}"), "There is nothing to take back.")
    return RedirectResponse(here.url(f"/changes/{answer.plan.plan_id}"), HTTPStatus.SEE_OTHER)


def _bare(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        """Send a plan's own address, as an agent passes it on, to the plan's account."""
        try:
            account = await _account_of(desk, request)
        except HubSpotSkillError as error:
            return desk.pages.failure(request, error, status=status_of(error))
        return RedirectResponse(f"/a/{quote(account, safe='')}/changes/{_plan_of(request)}", HTTPStatus.SEE_OTHER)

    return endpoint


async def _account_of(desk: Desk, request: Request) -> str:
    """Give the account that has the plan of the address.

    Raises:
        SignInRefusedError: the browser has no session.
        NotFoundError: no account has it.
    """
    if request.state.session is None:
        raise SignInRefusedError(
            "this browser has no session here",
            reason="no_session",
            hint="Open the link that the program prints in its terminal; `hubspot-skill login` makes a new one.",
        )
    for name in await desk.book.names():
        try:
            await (await (await desk.book.crm(name.alias)).approvals()).show(_plan_of(request), rows=0)
        except HubSpotSkillError:
            continue
        return name.alias
    raise NotFoundError("there is no such page here", hint="The list of changes tells what is kept.")


def _plan_of(request: Request) -> str:
    return str(request.path_params["plan"])


def _plan_id(here: Here) -> str:
    return _plan_of(here.request)


def _place(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 8 else 0


def _shown(plan: PlanView, begin: int = 0) -> Shown:
    actions = {group.action for group in plan.groups}
    types = {group.type for group in plan.groups}
    left = (plan.expires_at - datetime.now(UTC)).total_seconds() if plan.expires_at else 0
    return Shown(
        plan=plan,
        begin=begin,
        verb=_DONE_VERBS.get(next(iter(actions)), "Change") if len(actions) == 1 else "Change",
        noun=_noun(types, plan.records),
        state=_STATES.get(plan.status, (plan.status, "", "info")),
        minutes_left=max(0, round(left / 60)),
        undo_word=_undo_word(plan, actions),
    )


def _undo_word(plan: PlanView, actions: set[str]) -> str:
    """Give the one of four phrases that says whether this can be taken back."""
    if "merge" in actions:
        return "Cannot be undone" if len(actions) == 1 else "Partly undoable"
    if actions == {"archive"}:
        return "Undo by hand in HubSpot"
    return "Partly undoable" if plan.limits else "Can be undone"


def _noun(types: set[str], count: int) -> str:
    noun = next(iter(types)) if len(types) == 1 else "records"
    if count != 1:
        return noun
    return {"companies": "company", "records": "record"}.get(noun, noun.removesuffix("s"))


def _told(line: PlanLine) -> Sequence[str]:
    named = (
        (line.outcomes.done, "done"),
        (line.outcomes.skipped, "changed meanwhile"),
        (line.outcomes.failed, "failed"),
        (line.outcomes.unknown, "unknown"),
    )
    return [f"{count:,} {word}" for count, word in named if count]

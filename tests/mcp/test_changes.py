"""Changes through the tools: planned, approved in the client's own dialogue or not at all, applied, listed, undone."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp import Client
from mcp.types import CallToolResult, ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from hubspot_skill.changes.policy import Means
from hubspot_skill.service.crm import Crm
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings
from tests.changes.scene import FIRST_DEAL
from tests.changes.scene import crm as portal_of
from tests.changes.scene import served as serving
from tests.mcp.conftest import VERSION, Era, text_of, told
from tests.mcp.sandboxed import crm_over
from tests.sandbox_fixture import Served
from tests.service.scene import calls_of, writes_of
from tools import tokens


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    """Serve a portal of 250 open deals in one stage."""
    with serving(portal_of(deals=250)) as running:
        yield running


@dataclass
class Person:
    """Answers what their client asks, and keeps the questions."""

    action: str = "accept"
    approves: bool = True
    asked: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params.message)
        content: dict[str, Any] | None = {"approve": self.approves} if self.action == "accept" else None
        return ElicitResult(action=self.action, content=content)  # type: ignore[arg-type]


@dataclass
class Desk:
    """A client at a server, and the account behind it."""

    client: Client
    crm: Crm
    served: Served
    progress: list[tuple[float, float | None]] = field(default_factory=list)

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool."""

        async def on_progress(done: float, of: float | None, message: str | None) -> None:
            self.progress.append((done, of))

        return await self.client.call_tool(tool, arguments, progress_callback=on_progress)

    async def done(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must succeed and give its structured content."""
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        assert isinstance(result.structured_content, dict)
        return result.structured_content

    async def approve(self, plan_id: str) -> None:
        """Approve a plan as a person does on its page."""
        approvals = await self.crm.approvals()
        plan = await approvals.show(plan_id)
        await approvals.approve(plan_id, means=Means.CONSOLE, shown=plan.digest, typed_count=plan.records)


@asynccontextmanager
async def desk_of(served: Served, era: Era, person: Person | None = None) -> AsyncIterator[Desk]:
    """Open a client of either era; without a person it cannot ask."""
    served.sandbox.reset()
    async with crm_over(served) as crm:

        async def provider(account: str = "") -> Crm:
            return crm

        server = build_server(provider, settings=McpSettings(version=VERSION))
        async with Client(server, mode=era, elicitation_callback=person) as client:
            served.sandbox.traffic.clear()
            yield Desk(client, crm, served)


def move(stage: str, *, of: str = "Appointment Scheduled") -> dict[str, Any]:
    """Spell "move the deals of one stage to another"."""
    return {"type": "deals", "filters": {"stage": of, "status": "open"}, "set": {"stage": stage}}


def few(values: dict[str, Any], count: int = 3) -> dict[str, Any]:
    """Spell the same change of some deals, one by one."""
    ids = [str(FIRST_DEAL + i) for i in range(count)]
    return {"operations": [{"op": "update", "type": "deals", "record": id, "set": values} for id in ids]}


@pytest.mark.promise("changes-cost")
async def test_250_deals_move_by_one_plan_and_one_apply_within_14_requests_and_1500_tokens(
    running: Served, era: Era
) -> None:
    async with desk_of(running, era) as desk:
        await desk.call("hubspot_plan_changes", **move("Contract Sent", of="Qualified To Buy"))
        running.sandbox.traffic.clear()

        planned = await desk.call("hubspot_plan_changes", **move("Qualified To Buy"))
        plan = planned.structured_content or {}
        await desk.approve(plan["plan_id"])
        applied = await desk.call("hubspot_apply_changes", plan_id=plan["plan_id"])

        assert (applied.structured_content or {})["outcomes"] == {"done": 250}
        assert len(calls_of(running)) <= 14
        texts = [text_of(planned), text_of(applied)]
        structured = [json.dumps(r.structured_content, ensure_ascii=False) for r in (planned, applied)]
        assert sum(tokens.count([*texts, *structured])) < 1_500
        assert desk.progress[-1] == (250, 250)

        undo = await desk.done("hubspot_undo_changes", plan_id=plan["plan_id"])
        await desk.approve(undo["plan_id"])
        assert (await desk.done("hubspot_apply_changes", plan_id=undo["plan_id"]))["outcomes"] == {"done": 250}
        listed = await desk.done("hubspot_list_changes")
        assert [(p["status"], p["records"], p.get("undo_of")) for p in listed["plans"]] == [
            ("ended", 250, plan["plan_id"]),
            ("ended", 250, None),
        ]
        one = await desk.done("hubspot_list_changes", plan_id=plan["plan_id"], limit=100)
        assert (len(one["plan"]["rows"]), one["next"]) == (100, "100")


@pytest.mark.promise("approval-asked")
async def test_a_person_is_asked_in_their_client_and_their_yes_applies(running: Served, era: Era) -> None:
    person = Person()
    async with desk_of(running, era, person) as desk:
        plan = await desk.done("hubspot_plan_changes", **few({"amount": "+10%"}))
        assert plan["approval"]["client_can_ask"] is True
        applied = await desk.done("hubspot_apply_changes", plan_id=plan["plan_id"])
        assert applied["outcomes"] == {"done": 3}
        (question,) = person.asked
        assert '"Test portal"' in question or "account" in question
        assert "3 records" in question
        listed = await desk.done("hubspot_list_changes", plan_id=plan["plan_id"])
        assert listed["plan"]["approval"]["by"] == "local by elicitation"
        again = await desk.done("hubspot_apply_changes", plan_id=plan["plan_id"])
        assert again["outcomes"] == {"done": 3}
        assert len(person.asked) == 1
        assert len(writes_of(running)) == 1


@pytest.mark.parametrize(
    ("person", "status", "words"),
    [
        (Person(action="decline"), "rejected", "did not approve"),
        (Person(action="cancel"), "planned", "closed the question"),
        (Person(approves=False), "rejected", "did not approve"),
        (None, "planned", "no person has approved"),
    ],
    ids=["decline", "cancel", "accepts without the tick", "cannot ask"],
)
async def test_anything_but_a_yes_writes_nothing(
    running: Served, era: Era, person: Person | None, status: str, words: str
) -> None:
    async with desk_of(running, era, person) as desk:
        plan = await desk.done("hubspot_plan_changes", **few({"amount": 1}))
        refused = told(await desk.call("hubspot_apply_changes", plan_id=plan["plan_id"]))
        assert (refused["error"], refused["plan_id"], refused["wrote"]) == ("not_approved", plan["plan_id"], "nothing")
        assert words in refused["message"]
        listed = await desk.done("hubspot_list_changes", plan_id=plan["plan_id"])
        assert listed["plan"]["status"] == status
        assert writes_of(running) == []


async def test_more_than_fifty_records_are_never_asked_for_in_the_chat(running: Served, era: Era) -> None:
    person = Person()
    async with desk_of(running, era, person) as desk:
        plan = await desk.done("hubspot_plan_changes", **move("Qualified To Buy"))
        assert "client_can_ask" not in plan["approval"]
        refused = told(await desk.call("hubspot_apply_changes", plan_id=plan["plan_id"]))
        assert f"hubspot-skill changes approve {plan['plan_id']}" in refused["hint"]
        assert person.asked == []
        assert writes_of(running) == []


async def test_wrong_filters_and_values_are_told_with_what_is_near(running: Served, era: Era) -> None:
    async with desk_of(running, era) as desk:
        for arguments, word in (
            ({"type": "deals", "filters": {"stge": "x"}, "set": {"amount": 1}}, "stage"),
            ({"filters": {"stage": "x"}, "set": {"amount": 1}}, "type"),
            ({"type": "deals", "set": {"amount": 1}}, "nothing says which deals"),
            ({"type": "deals", "filters": {"limit": 5}, "set": {"amount": 1}}, "no filter"),
            ({"operations": [{"op": "delete", "type": "deals", "record": "1"}]}, "archive"),
        ):
            refused = await desk.call("hubspot_plan_changes", **arguments)
            assert refused.is_error
            assert word in text_of(refused), text_of(refused)
        assert writes_of(running) == []


async def test_a_change_of_one_record_tells_its_change_id_and_is_undone_by_it(running: Served, era: Era) -> None:
    async with desk_of(running, era) as desk:
        record = str(FIRST_DEAL + 200)
        written = await desk.done("hubspot_update_deal", record=record, amount=7)
        undo = await desk.done("hubspot_undo_changes", plan_id=written["change_id"])
        assert undo["status"] == "approved"
        assert (await desk.done("hubspot_apply_changes", plan_id=undo["plan_id"]))["outcomes"] == {"done": 1}
        got = await desk.done("hubspot_get", type="deals", records=[record], fields=["amount"])
        assert "300.5" in json.dumps(got)

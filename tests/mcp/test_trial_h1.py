"""Trial H1, the tools' part: whatever HubSpot does wrong, every tool ends with a typed error or an answer.

Deadlines are shortened by settings. Each fault meets all tools at once on a server that has the account's schema, so
that calls for records go wrong; some meet a server that knows nothing yet as well.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult

from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.generate import generate
from tests.mcp.conftest import client_of, text_of
from tests.mcp.sandboxed import server_over
from tests.sandbox_fixture import Served, running_sandbox

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RECORDS = r"/(objects|associations|campaigns)/?"
MAYA = "maya.okafor@tidewater-robotics.example"

FAULTS: dict[str, kinds.Fault] = {
    "reset before": kinds.Lost("reset"),
    "reset after": kinds.Lost("reset", effect="committed"),
    "closed before": kinds.Lost("close"),
    "hang": kinds.Hang(),
    "hang after": kinds.Hang(effect="committed"),
    "slow 30 s": kinds.Slow(30),
    "cut off": kinds.CutOff(),
    "broken json": kinds.BrokenJson(),
    "html 200": kinds.Html(200),
    "empty 200": kinds.Empty(),
    "text 200": kinds.ContentType(),
    "locked 423": kinds.Status(423),
    "moving 477": kinds.Status(477, retry_after_s=1),
    **{f"status {status}": kinds.Status(status) for status in (400, 403, 404, 409, 500, 502, 503, 504, 524)},
    "500 after": kinds.Status(500, effect="committed"),
    "token 401": kinds.Status(401),
    "429": kinds.RateLimited(),
    "429 daily": kinds.RateLimited("DAILY"),
    "nulls": kinds.ChangedJson("nulls"),
    "dropped": kinds.ChangedJson("dropped_fields"),
    "new words": kinds.ChangedJson("new_enum_values"),
    "redirect": kinds.Redirect("http://169.254.169.254/"),
}

ALSO_COLD = frozenset({"reset before", "hang", "html 200", "empty 200", "token 401", "status 403", "status 500"})

CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("hubspot_whoami", {}),
    ("hubspot_describe", {"topic": "associations", "type": "contacts", "to_type": "companies"}),
    ("hubspot_search_contacts", {"owner": "me"}),
    ("hubspot_search_companies", {"text": "robotics"}),
    ("hubspot_search_deals", {"status": "open", "company": "Tidewater Robotics"}),
    ("hubspot_search_records", {"type": "tickets"}),
    ("hubspot_get", {"records": [MAYA], "associations": ["deals"], "history": ["jobtitle"]}),
    ("hubspot_brief", {"record": MAYA}),
    ("hubspot_campaigns", {"campaign": "Automation webinar"}),
    ("hubspot_pipeline_summary", {}),
    ("hubspot_report", {"metrics": ["open_deals"], "by": ["owner"]}),
    ("hubspot_create_contact", {"email": "new@fault.example", "associate": [{"type": "deal", "record": "7300000314"}]}),
    ("hubspot_create_company", {"name": "Fault & Sons", "domain": "fault.example"}),
    ("hubspot_create_deal", {"name": "Fault", "stage": "Qualified To Buy", "pipeline": "Sales Pipeline"}),
    ("hubspot_update_contact", {"record": MAYA, "job_title": "COO"}),
    ("hubspot_update_company", {"record": "9140000201", "city": "Bonn"}),
    ("hubspot_update_deal", {"record": "7300000314", "amount": 5}),
    ("hubspot_log_activity", {"kind": "note", "text": "x", "records": [{"type": "contact", "record": MAYA}]}),
    ("hubspot_plan_changes", {"type": "deals", "filters": {"status": "open"}, "set": {"hs_next_step": "x"}}),
    ("hubspot_apply_changes", {"plan_id": "0" * 32}),
    ("hubspot_list_changes", {}),
    ("hubspot_undo_changes", {"plan_id": "0" * 32}),
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A portal whose answers go wrong."""
    with running_sandbox([generate("demo", size=100, now=NOW)]) as running:
        yield running


async def ask_all(client: Client) -> dict[str, CallToolResult]:
    """Call every tool at once and give how each ended; none may take longer than five seconds."""
    ended: dict[str, CallToolResult] = {}

    async def ask(tool: str, arguments: dict[str, Any]) -> None:
        ended[tool] = await client.call_tool(tool, arguments)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            for tool, arguments in CALLS:
                tasks.start_soon(ask, tool, arguments)
    return ended


def told_or_answered(tool: str, result: CallToolResult) -> str:
    """Check how a call ended and give the error's code, "" for an answer."""
    text = text_of(result)
    assert "Traceback" not in text
    if not result.is_error:
        assert result.structured_content
        return ""
    body = json.loads(text)
    assert body["error"] not in {"internal", "error"}, (tool, body)
    assert body["message"], tool
    writes = not tool.startswith(("hubspot_search", "hubspot_get", "hubspot_brief", "hubspot_who", "hubspot_d"))
    assert body["wrote"] == "nothing" or writes, (tool, body)
    return body["error"]


async def test_every_tool_is_asked(served: Served):
    async with server_over(served) as server, client_of(server) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
    assert [tool for tool, _ in CALLS] == listed


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_every_tool_ends_with_a_typed_error_or_an_answer(served: Served, fault: str):
    faults = served.sandbox.faults
    for route in ("", RECORDS) if fault in ALSO_COLD else (RECORDS,):
        async with server_over(served, tool_time_s=0.5, is_hasty=True) as server, client_of(server) as client:
            if route:
                await client.call_tool("hubspot_search_deals", {"status": "open", "owner": "me"})
            rule = faults.add(Rule(FAULTS[fault], route=route))
            try:
                ended = await ask_all(client)
            finally:
                faults.clear()
            assert rule
            codes = {tool: told_or_answered(tool, result) for tool, result in ended.items()}
            assert len((await client.list_tools()).tools) == len(CALLS)
        assert codes.keys() == {tool for tool, _ in CALLS}


SENT_WRITES = r"/objects/[^/]+/(0-\d+|contacts|companies|deals|notes)(/\d+)?$"
LOST_ANSWERS = ("reset before", "reset after", "hang after", "broken json", "html 200", "500 after")


@pytest.mark.parametrize("fault", LOST_ANSWERS)
async def test_a_write_whose_answer_was_lost_is_told_as_unknown_never_as_not_done(served: Served, fault: str):
    """Each write is sent once: what may have happened is not repeated and not denied."""
    words = fault.replace(" ", "-")
    fresh: dict[str, dict[str, Any]] = {
        "hubspot_create_contact": {"email": f"{words}@lost.example"},
        "hubspot_create_company": {"name": f"Lost {words}", "domain": f"{words}.lost.example", "allow_duplicate": True},
        "hubspot_create_deal": {"name": f"Lost {words}", "stage": "Qualified To Buy", "allow_duplicate": True},
        "hubspot_update_contact": {"record": "51000101", "job_title": words},
        "hubspot_update_company": {"record": "9140000201", "city": words},
        "hubspot_update_deal": {"record": "7300000314", "next_step": words},
        "hubspot_log_activity": {"kind": "note", "text": words, "records": [{"type": "deal", "record": "7300000314"}]},
    }
    rule = Rule(FAULTS[fault], route=SENT_WRITES, methods=frozenset({"POST", "PATCH"}))
    async with server_over(served, is_hasty=True) as server, client_of(server) as client:
        number = served.sandbox.faults.add(rule)
        try:
            for tool, arguments in fresh.items():
                result = await client.call_tool(tool, arguments)
                assert result.is_error, tool
                assert json.loads(text_of(result))["wrote"] == "unknown", (tool, text_of(result))
            assert served.sandbox.faults.played(number) == len(fresh)
        finally:
            served.sandbox.faults.clear()

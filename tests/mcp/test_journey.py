"""A stranger's client does a day's work through the tools alone, on the sandbox, in both protocol eras.

The records named here are the same in every generated portal (`sandbox.generate.stories`).
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, PromptReference, ResourceTemplateReference

from hubspot_skill.sandbox.generate import generate
from tests.mcp.conftest import Era, client_of, text_of, told
from tests.mcp.sandboxed import server_over
from tests.sandbox_fixture import Served, running_sandbox
from tools import tokens

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAYA = "maya.okafor@tidewater-robotics.example"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A portal of some hundred records that every test of this file may read; what one writes, others do not name."""
    with running_sandbox([generate("demo", size=300, now=NOW)]) as running:
        yield running


@pytest.fixture
async def client(served: Served, era: Era) -> AsyncIterator[Client]:
    """A client of a server over that portal."""
    async with server_over(served) as server, client_of(server, era) as opened:
        yield opened


async def done(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that must succeed and give its structured content."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert isinstance(result.structured_content, dict)
    assert result.structured_content["untrusted_text"] is True
    assert "untrusted" in text_of(result)
    return result.structured_content


def rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of a table by column."""
    names = [c["name"] if isinstance(c, dict) else c for c in content["columns"]]
    return [dict(zip(names, row, strict=True)) for row in content["rows"]]


async def test_a_contact_with_company_and_open_deals_is_one_call(client: Client):
    found = await done(client, "hubspot_brief", record=MAYA)
    assert found["record"]["name"] == "Maya Okafor"
    assert found["record"]["link"].startswith("https://app.hubspot.com/contacts/")
    assert [c["name"] for c in found["companies"]] == ["Tidewater Robotics"]
    assert {d["name"] for d in rows(found["open_deals"])} == {
        "Tidewater Robotics - Platform rollout",
        "Tidewater Robotics - Support plan",
    }
    assert (found["open_value"], found["currency"]) == (60500, "USD")


async def test_a_company_with_two_contacts_and_a_deal_is_created_moved_and_called(client: Client, era: Era):
    name = f"Fjord Robotics {'North' if era == 'auto' else 'South'}"
    domain = f"fjord-{era}.example"
    company = await done(client, "hubspot_create_company", name=name, domain=domain, industry="Computer Software")
    assert company["action"] == "created"
    surname = "Nord" if era == "auto" else "Lysholm"
    people = [
        await done(
            client,
            "hubspot_create_contact",
            email=f"{first}@{domain}",
            first_name=first.title(),
            last_name=surname,
            owner="me",
            associate=[{"type": "company", "record": domain}],
        )
        for first in (("ada", "bo") if era == "auto" else ("ivar", "liv"))
    ]
    assert [p["linked"][0]["name"] for p in people] == [name, name]
    deal = await done(
        client,
        "hubspot_create_deal",
        name=f"{name} - Pilot",
        stage="Qualified To Buy",
        pipeline="Sales Pipeline",
        amount=12000.5,
        close_date="2026-12-31",
        owner="me",
        associate=[
            {"type": "company", "record": company["id"]},
            *({"type": "contact", "record": p["id"]} for p in people),
        ],
    )
    assert len(deal["linked"]) == 3
    tried = await done(client, "hubspot_update_deal", record=deal["id"], stage="Contract Sent", dry_run=True)
    assert tried["action"] == "would_update"
    moved = await done(client, "hubspot_update_deal", record=deal["id"], stage="Contract Sent")
    assert moved["changes"] == [{"field": "dealstage", "before": "Qualified To Buy", "after": "Contract Sent"}]
    again = await done(client, "hubspot_update_deal", record=deal["id"], stage="Contract Sent")
    assert again["action"] == "unchanged"
    call = await done(
        client,
        "hubspot_log_activity",
        kind="call",
        title="Prices",
        text="Talked about prices.\nShe will answer on Friday.",
        direction="outbound",
        outcome="Connected",
        duration_minutes=12,
        records=[{"type": "contact", "record": people[0]["id"]}, {"type": "deal", "record": deal["id"]}],
    )
    assert (call["action"], call["type"], len(call["linked"])) == ("created", "calls", 2)
    brief = await done(client, "hubspot_brief", record=people[0]["id"], type="contact")
    assert brief["companies"][0]["id"] == company["id"]
    (shown,) = rows(brief["open_deals"])
    assert (shown["id"], shown["stage"], shown["amount"], shown["close"]) == (
        deal["id"],
        "Contract Sent",
        12000.5,
        "2026-12-31",
    )
    assert brief["last_activity"]["title"] == "Prices"


BAD_INPUTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "misspelt argument": ("hubspot_search_deals", {"stge": "won"}, "invalid_input", '"stge": nearest is "stage"'),
    "unknown stage": ("hubspot_search_deals", {"stage": "Close Won"}, "unknown_name", "Closed Won"),
    "two owners of that name": ("hubspot_search_deals", {"owner": "Alex"}, "ambiguous_name", "Alex Morgan"),
    "two people of that name": (
        "hubspot_brief",
        {"record": "Alex Kim", "type": "contact"},
        "ambiguous_name",
        "51000153",
    ),
    "no such period": ("hubspot_search_deals", {"close_date": "soonish"}, "invalid_input", "this quarter"),
    "misspelt property": ("hubspot_search_deals", {"fields": ["amuont"]}, "unknown_name", '"amount"'),
    "no such record": ("hubspot_get", {"type": "deals", "records": ["1"]}, "not_found", "archived"),
    "the contact is there": ("hubspot_create_contact", {"email": MAYA}, "already_exists", "51000101"),
    "a company much like it": (
        "hubspot_create_company",
        {"name": "Tidewater Robotic"},
        "possible_duplicate",
        "9140000201",
    ),
    "unknown option": (
        "hubspot_update_contact",
        {"record": MAYA, "lifecycle_stage": "Custmer"},
        "unknown_name",
        "Customer",
    ),
    "not as expected": (
        "hubspot_update_contact",
        {"record": MAYA, "job_title": "COO", "only_if": {"job_title": "CEO"}},
        "value_changed",
        "VP Operations",
    ),
    "no amount": (
        "hubspot_create_deal",
        {"name": "x", "stage": "Contract Sent", "amount": "lots"},
        "invalid_input",
        "a number",
    ),
    "no such type": ("hubspot_search_records", {"type": "tickts"}, "unknown_name", "tickets"),
    "a cursor of nowhere": ("hubspot_search_deals", {"cursor": "abc"}, "invalid_input", "without a cursor"),
    "an activity on nothing": (
        "hubspot_log_activity",
        {"kind": "note", "text": "x", "records": []},
        "invalid_input",
        "at least one record",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
async def test_bad_input_is_told_with_what_to_do_and_writes_nothing(client: Client, served: Served, case: str):
    tool, arguments, code, words = BAD_INPUTS[case]
    result = await client.call_tool(tool, arguments)
    body = told(result)
    assert (body["error"], body["wrote"]) == (code, "nothing")
    assert words in text_of(result).replace('\\"', '"')
    assert len(text_of(result)) < 1_200


async def test_every_search_answers_a_bounded_table_and_continues_by_cursor(client: Client):
    for tool, more in (
        ("hubspot_search_contacts", {}),
        ("hubspot_search_companies", {}),
        ("hubspot_search_deals", {"status": "open"}),
        ("hubspot_search_records", {"type": "tickets"}),
        ("hubspot_search_records", {"type": "notes"}),
    ):
        first = await done(client, tool, limit=3, **more)
        assert (first["returned"], len(first["rows"])) == (3, 3)
        assert "{id}" in first["link"]
        second = await done(client, tool, limit=3, cursor=first["next"], **more)
        assert not {r[0] for r in first["rows"]} & {r[0] for r in second["rows"]}
        counted = await done(client, tool, count_only=True, **more)
        assert counted["total"] == first["total"] == second["total"]
        assert "rows" not in counted


async def test_where_and_words_are_understood_and_echoed(client: Client):
    found = await done(
        client,
        "hubspot_search_deals",
        owner="me",
        status="open",
        where=[{"property": "Amount", "compare": "gte", "value": 1000}],
        sort="-amount",
        fields=["name", "amount", "stage"],
        limit=5,
    )
    amounts = [r["amount"] for r in rows(found)]
    assert amounts == sorted(amounts, reverse=True)
    assert min(amounts) >= 1000
    assert {"owner"} <= {r["what"] for r in found["resolved"]}


@pytest.mark.parametrize(
    "filters",
    [
        *({"close_date": word} for word in ("today", "this week", "last month", "next 30 days", "this quarter")),
        *({"created": word} for word in ("2026-10", "2026-Q3", "2026-01-01..2026-03-31", "last 30 days")),
        {"close_date": "2026-12-31"},
        {"owner": "nobody"},
        {"status": "lost"},
        {"where": [{"property": "hs_priority", "compare": "eq", "value": "high"}]},
        {"where": [{"property": "amount", "compare": "no_value"}]},
        {"where": [{"property": "amount", "compare": "between", "value": ["1000", "5000"]}]},
        {"where": [{"property": "closedate", "compare": "lt", "value": "today"}]},
        {"contact": MAYA},
        {"company": "tidewater-robotics.example"},
        {"modified": "last 30 days", "pipeline": "Renewals"},
    ],
    ids=str,
)
async def test_the_words_that_descriptions_and_skill_promise_are_understood(served: Served, filters: dict[str, Any]):
    async with server_over(served) as server, client_of(server) as client:
        assert (await done(client, "hubspot_search_deals", count_only=True, **filters))["total"] >= 0


async def test_describe_whoami_and_campaigns_answer(client: Client):
    who = await done(client, "hubspot_whoami")
    assert (who["account"]["zone"], who["account"]["currency"]) == ("America/New_York", "USD")
    assert who["user"]["name"] == "Dana Whitfield"
    stages = rows(await done(client, "hubspot_describe", topic="pipelines", type="deals"))
    assert "Closed Won" in [s["stage"] for s in stages]
    for topic, more in (("types", {}), ("owners", {}), ("properties", {"type": "contacts", "query": "lifecycle"})):
        assert (await done(client, "hubspot_describe", topic=topic, **more))["returned"] > 0
    links = await done(client, "hubspot_describe", topic="associations", type="contacts", to_type="companies")
    assert links["returned"] > 0
    listed = await done(client, "hubspot_campaigns", limit=2)
    one = await done(client, "hubspot_campaigns", campaign=rows(listed)[0]["id"])
    assert one["campaign"]["metrics"]["sessions"] >= 0


async def test_get_reads_links_and_history(client: Client):
    content = await done(
        client,
        "hubspot_get",
        records=[MAYA, "nobody@nowhere.example"],
        associations=["companies"],
        history=["lifecyclestage"],
    )
    (maya,) = content["records"]
    assert maya["values"]["lifecyclestage"] == "Customer"
    assert maya["related"][0]["rows"][0][1] == "Tidewater Robotics"
    assert len(maya["history"][0]["rows"]) >= 2
    assert content["missing"] == ["nobody@nowhere.example"]


async def test_a_record_and_the_schema_are_resources(client: Client):
    maya = await client.read_resource("hubspot://contacts/51000101")
    assert maya.contents[0].mime_type == "application/json"
    assert "Maya Okafor" in maya.contents[0].text
    assert '"untrusted_text":true' in maya.contents[0].text
    schema = await client.read_resource("hubspot://schema/deals")
    assert '"dealstage"' in schema.contents[0].text
    assert "Closed Won" in schema.contents[0].text
    templates = (await client.list_resource_templates()).resource_templates
    assert [t.uri_template for t in templates] == [
        "hubspot://schema/{object_type}",
        "hubspot://{object_type}/{record_id}",
    ]


@pytest.mark.parametrize(("uri", "code"), [("hubspot://deals/1", "not_found"), ("hubspot://tickts/1", "unknown_name")])
async def test_a_resource_that_is_not_there_is_invalid_params(client: Client, uri: str, code: str):
    with pytest.raises(MCPError) as error:
        await client.read_resource(uri)
    assert error.value.error.code == -32602
    assert code in error.value.error.message


async def test_prompts_are_described_and_name_tools_that_exist(client: Client):
    tools = {t.name for t in (await client.list_tools()).tools}
    prompts = (await client.list_prompts()).prompts
    assert [p.name for p in prompts] == ["weekly_pipeline_review", "account_brief", "data_cleanup"]
    for prompt in prompts:
        assert prompt.description
        assert all(a.description for a in prompt.arguments or ())
        given = {"company": "Tidewater\u202e Robotics"} if prompt.name == "account_brief" else {}
        text = (await client.get_prompt(prompt.name, given)).messages[0].content.text
        named = {word.strip(".,;:()") for word in text.split() if word.startswith("hubspot_")}
        assert named
        assert named <= tools
        assert "\u202e" not in text


REVIEW = PromptReference(type="ref/prompt", name="weekly_pipeline_review")
CLEANUP = PromptReference(type="ref/prompt", name="data_cleanup")
SCHEMA = ResourceTemplateReference(type="ref/resource", uri="hubspot://schema/{object_type}")


@pytest.mark.parametrize(
    ("ref", "argument", "typed", "before", "expected"),
    [
        (REVIEW, "pipeline", "sal", {}, "Sales Pipeline"),
        (REVIEW, "stage", "renew", {"pipeline": "Renewals"}, "Renewal Due"),
        (REVIEW, "stage", "contract", {}, "Contract Sent"),
        (REVIEW, "owner", "dana", {}, "Dana Whitfield"),
        (CLEANUP, "object_type", "co", {}, "contacts"),
        (CLEANUP, "property", "lifecycle", {}, "lifecyclestage"),
        (CLEANUP, "property", "dealst", {"object_type": "deals"}, "dealstage"),
        (SCHEMA, "object_type", "d", {}, "deals"),
    ],
)
async def test_names_are_completed_as_they_are_typed(
    client: Client, ref: Any, argument: str, typed: str, before: dict[str, str], expected: str
):
    answer = await client.complete(ref, {"name": argument, "value": typed}, before)
    assert expected in answer.completion.values
    assert answer.completion.values[0].casefold().startswith(typed)
    assert len(answer.completion.values) <= 100


async def test_what_is_no_name_of_the_account_is_not_completed(client: Client):
    everything = await client.complete(CLEANUP, {"name": "property", "value": ""})
    assert (len(everything.completion.values), everything.completion.has_more) == (100, True)
    for argument in ("record_id", "company"):
        assert (await client.complete(SCHEMA, {"name": argument, "value": "a"})).completion.values == []


async def test_a_brief_costs_at_most_300_tokens_as_text_and_as_json(client: Client):
    result = await client.call_tool("hubspot_brief", {"record": MAYA})
    assert len(rows(result.structured_content["open_deals"])) == 2
    assert result.structured_content["companies"]
    text, structured = tokens.count([text_of(result), tokens.compact(result.structured_content)])
    assert text <= 300
    assert structured <= 300


async def test_a_page_of_100_deals_with_6_fields_costs_at_most_4500_tokens_as_text_and_as_json(served: Served):
    fields = ["dealname", "amount", "dealstage", "pipeline", "closedate", "hubspot_owner_id"]
    with running_sandbox([generate("demo", size=600, now=NOW)]) as larger:
        async with server_over(larger) as server, client_of(server) as client:
            result = await client.call_tool("hubspot_search_deals", {"limit": 100, "fields": fields})
    assert result.structured_content["returned"] == 100
    text, structured = tokens.count([text_of(result), tokens.compact(result.structured_content)])
    assert text <= 4_500
    assert structured <= 4_500


async def test_read_only_mode_reads_and_does_not_write(served: Served, era: Era):
    async with server_over(served, read_only=True) as server, client_of(server, era) as client:
        assert (await done(client, "hubspot_whoami"))["read_only"] is True
        refused: CallToolResult = await client.call_tool("hubspot_create_contact", {"email": "new@example.com"})
    assert told(refused)["error"] == "read_only"


async def test_a_wrong_token_is_told_and_the_server_stays_up(served: Served, era: Era):
    async with server_over(served, token="pat-na1-nobody") as server, client_of(server, era) as client:
        assert told(await client.call_tool("hubspot_whoami", {}))["error"] == "token_refused"
        assert len((await client.list_tools()).tools) == 22

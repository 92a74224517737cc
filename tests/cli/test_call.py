"""`hubspot-skill call`: any tool from the shell, with the checks and answers of a chat client."""

import asyncio
import json
from typing import Any

import pytest
from mcp import Client

from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.places import default_places
from hubspot_skill.app.settings import read_settings
from tests.cli.conftest import Shell


def test_without_a_tool_all_tools_are_listed_with_what_they_do(unconnected: Shell) -> None:
    ended = unconnected("call")

    assert ended.code == 0
    assert "reads   hubspot_brief " in ended.out
    assert "writes  hubspot_update_deal " in ended.out


@pytest.mark.promise("read-only")
def test_a_read_only_program_lists_no_tool_that_writes_and_refuses_one_that_is_called(shell: Shell) -> None:
    listed = shell("call", HUBSPOT_SKILL_READ_ONLY="1")
    called = shell("call", "hubspot_create_company", "name=Acme", HUBSPOT_SKILL_READ_ONLY="1")

    assert "writes" not in listed.out
    assert "hubspot_brief" in listed.out
    assert called.code == 2
    assert "there is no tool" in called.err


def test_a_tool_is_described_with_the_form_range_and_default_of_its_arguments(unconnected: Shell) -> None:
    ended = unconnected("call", "hubspot_search_deals", "--describe")

    assert ended.code == 0
    assert "  status=open|won|lost|closed\n" in ended.out
    assert "  limit=N (1 to 100, default 20)\n" in ended.out


def test_describing_a_tool_that_is_not_there_is_wrong_usage(unconnected: Shell) -> None:
    ended = unconnected("call", "hubspot_serch_deals", "--describe")

    assert ended.code == 2
    assert 'there is no tool "hubspot_serch_deals": expected one of hubspot_whoami' in ended.err


@pytest.mark.promise("exit-codes")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("call", "hubspot_search_deals", "count_only=true"), 0),
        (("call", "hubspot_search_deals", "limit=900"), 1),
        (("call", "hubspot_search_deals", "stagee=Won"), 1),
        (("call", "hubspot_search_deals", "limit=many"), 2),
        (("call", "hubspot_search_deals", "Acme"), 2),
        (("call", "hubspot_search_deals", "limit=1", "--json", "{}"), 2),
        (("call", "hubspot_search_deals", "--json", "{"), 2),
        (("call", "no_such_tool"), 2),
        (("call", "hubspot_search_deals", "--output", "yaml"), 2),
        (("frobnicate",), 2),
        (("serve", "--port", "0"), 2),
        (("--version",), 0),
    ],
)
def test_the_exit_code_tells_done_refused_and_misused_apart(shell: Shell, words: tuple[str, ...], code: int) -> None:
    ended = shell(*words)

    assert ended.code == code
    assert bool(ended.err) is (code != 0)
    assert bool(ended.out) is (code == 0)


@pytest.mark.promise("unknown-argument")
def test_an_unknown_argument_is_refused_by_the_tool_with_the_nearest_one(shell: Shell) -> None:
    ended = shell("call", "hubspot_search_deals", "stagee=Closed Won")

    assert ended.code == 1
    assert ended.err.startswith('error: unknown argument "stagee": nearest is "stage"')


def test_an_unknown_tool_is_answered_with_the_nearest_ones(shell: Shell) -> None:
    ended = shell("call", "hubspot_serch_deals")

    assert ended.code == 2
    assert "hubspot_search_deals" in ended.err


def test_pairs_json_and_json_from_input_say_the_same(shell: Shell) -> None:
    asked = {"status": "open", "limit": 3, "fields": ["dealname", "amount"]}

    by_pairs = shell("call", "hubspot_search_deals", "status=open", "limit=3", "fields=dealname,amount")
    by_json = shell("call", "hubspot_search_deals", "--json", json.dumps(asked))
    by_input = shell("call", "hubspot_search_deals", "--json", "-", stdin=json.dumps(asked))

    def lines(out: str) -> list[str]:
        return out.splitlines()[1:]

    assert lines(by_pairs.out) == lines(by_json.out) == lines(by_input.out)
    assert len(lines(by_pairs.out)) > 3


@pytest.mark.promise("call-same-checks")
def test_json_output_is_the_structured_content_that_a_chat_client_gets(shell: Shell) -> None:
    async def as_a_chat_client() -> dict[str, Any]:
        settings = read_settings(shell.environ)
        account = Accounts(settings, default_places(settings.data_dir))
        async with Client(mcp_server(settings, account)) as client:
            result = await client.call_tool("hubspot_search_companies", {"limit": 3})
        await account.aclose()
        assert result.structured_content is not None
        return result.structured_content

    expected = asyncio.run(as_a_chat_client())
    ended = shell("call", "hubspot_search_companies", "limit=3", "--output", "json")

    assert ended.code == 0
    assert {**json.loads(ended.out), "as_of": ""} == {**expected, "as_of": ""}


@pytest.mark.promise("nothing-connected")
def test_with_nothing_connected_every_tool_says_how_to_connect(unconnected: Shell) -> None:
    tools = [line.split()[1] for line in unconnected("call").out.splitlines()]
    arguments = {
        "hubspot_describe": ["topic=types"],
        "hubspot_search_records": ["type=tickets"],
        "hubspot_get": ["records=1", "type=contacts"],
        "hubspot_brief": ["record=a@example.com"],
        "hubspot_report": ['metrics=["win_rate"]'],
        "hubspot_plan_changes": ["type=deals", 'set={"amount": "1"}'],
        "hubspot_apply_changes": [f"plan_id={'0' * 32}"],
        "hubspot_undo_changes": [f"plan_id={'0' * 32}"],
        "hubspot_create_contact": ["email=a@example.com"],
        "hubspot_create_company": ["name=Acme"],
        "hubspot_create_deal": ["name=Acme", "stage=Won"],
        "hubspot_update_contact": ["record=1", "phone=1"],
        "hubspot_update_company": ["record=1", "phone=1"],
        "hubspot_update_deal": ["record=1", "stage=Won"],
        "hubspot_log_activity": ["kind=note", "text=Hello", 'records=[{"type": "contacts", "record": "1"}]'],
    }

    for tool in tools:
        ended = unconnected("call", tool, *arguments.get(tool, []))
        assert (ended.code, ended.out) == (1, ""), tool
        assert "HUBSPOT_ACCESS_TOKEN" in ended.err, (tool, ended.err)


@pytest.mark.promise("sandbox-says-so")
def test_an_answer_from_the_sandbox_says_that_it_is_one(shell: Shell) -> None:
    assert "sandbox " in shell("call", "hubspot_whoami").out
    assert json.loads(shell("call", "hubspot_whoami", "--output", "json").out)["source"] == "sandbox"


@pytest.mark.promise("settings-at-once")
@pytest.mark.promise("settings-typo")
def test_bad_settings_are_all_told_before_anything_is_done(shell: Shell) -> None:
    ended = shell("call", "hubspot_whoami", HUBSPOT_SKILL_READ_ONY="1", HUBSPOT_SKILL_PORT="x")

    assert (ended.code, ended.out) == (1, "")
    assert "HUBSPOT_SKILL_READ_ONY is no setting: the nearest is HUBSPOT_SKILL_READ_ONLY" in ended.err
    assert 'HUBSPOT_SKILL_PORT is "x": expected a whole number' in ended.err

"""What a client is told before its first call: names, hints, schemas, order, what it costs."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.surfaces.mcp.instructions import INSTRUCTIONS
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings, Toolset, toolsets
from tests.mcp.conftest import VERSION, Era, client_of, nobody, told
from tools import catalog, tokens

READING = [
    "hubspot_whoami",
    "hubspot_describe",
    "hubspot_search_contacts",
    "hubspot_search_companies",
    "hubspot_search_deals",
    "hubspot_search_records",
    "hubspot_get",
    "hubspot_brief",
    "hubspot_campaigns",
    "hubspot_pipeline_summary",
    "hubspot_report",
]
WRITING = [
    "hubspot_create_contact",
    "hubspot_create_company",
    "hubspot_create_deal",
    "hubspot_update_contact",
    "hubspot_update_company",
    "hubspot_update_deal",
    "hubspot_log_activity",
]
CHANGING = ["hubspot_plan_changes", "hubspot_apply_changes", "hubspot_list_changes", "hubspot_undo_changes"]
CALM = {*READING, "hubspot_plan_changes", "hubspot_list_changes", "hubspot_undo_changes"}
"""The tools that change nothing in HubSpot: a plan is made here, and applied by another tool."""
FURTHER_READING = {
    "hubspot_find_duplicates",
    "hubspot_data_quality",
    "hubspot_sync",
    "hubspot_email_statistics",
    "hubspot_lists",
    "hubspot_plan_cleanup",
    "hubspot_plan_property",
    "hubspot_plan_pipeline",
    "hubspot_plan_campaign",
    "hubspot_plan_reference",
}
"""The tools of the further toolsets that change nothing in HubSpot themselves."""


@pytest.fixture(scope="module")
def listed() -> list[dict[str, Any]]:
    """The tool list as a client gets it."""
    return tokens.listed_tools()


async def test_both_eras_list_the_same_tools_in_the_same_order(unconnected, era: Era):
    async with client_of(unconnected, era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == READING + WRITING + CHANGING


def test_the_list_is_the_same_bytes_each_time(listed):
    assert tokens.compact(tokens.listed_tools()) == tokens.compact(listed)


def test_every_tool_has_a_title_a_description_and_all_four_hints(listed):
    for tool in listed:
        assert re.fullmatch(r"hubspot_[a-z_]{1,56}", tool["name"])
        assert tool["title"]
        assert 40 <= len(tool["description"]) <= 400, tool["name"]
        assert set(tool["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert tool["annotations"]["readOnlyHint"] == (tool["name"] in {*CALM, *FURTHER_READING})


def test_every_schema_is_closed_valid_and_free_of_noise(listed):
    for tool in listed:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            assert not {"title", "$defs", "$ref"} & keywords(schema)
        assert all(part.get("additionalProperties") is False for part in _closed(tool["inputSchema"])), tool["name"]


def keywords(schema: Any) -> set[str]:
    """Give the keywords of a schema and its inner schemas; the names of properties are none."""
    if isinstance(schema, list):
        return {k for inner in schema for k in keywords(inner)}
    if not isinstance(schema, dict):
        return set()
    inner = {k: list(v.values()) if k == "properties" else v for k, v in schema.items()}
    return set(schema) | {k for v in inner.values() for k in keywords(v)}


def _closed(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the schema and its inner objects that list their properties."""
    inner = [s for p in schema.get("properties", {}).values() for s in (p, p.get("items", {}))]
    return [s for s in (schema, *inner) if "properties" in s]


def test_the_contract_files_are_what_the_code_says():
    """STYLE.md section 8: every tool has a reviewed contract file; `python -m tools catalog --write` renews them."""
    assert catalog.differences(catalog.contracts()) == []


def test_the_digest_is_the_recorded_one_of_this_version(listed):
    """Trial S3: a changed list of tools shows as a changed digest, which a released version refuses."""
    recorded = json.loads((catalog.FOLDER / "digest.json").read_text())
    assert recorded["version"] == VERSION
    assert recorded["sha256"] == catalog.digest(listed)
    assert recorded["sha256"] != catalog.digest(listed[::-1])


def test_a_released_list_cannot_be_rewritten_without_a_new_version(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    released = {"version": VERSION, "sha256": "0" * 64, "released": True}
    (tmp_path / "digest.json").write_text(json.dumps(released))
    assert catalog.main(["--write"]) == 1
    assert "new version" in capsys.readouterr().out
    assert json.loads((tmp_path / "digest.json").read_text()) == released


def test_what_a_model_sees_of_a_toolset_and_its_list_cost_at_most_what_is_set(listed):
    costs = tokens.costs_of(listed)
    assert costs.keys() == tokens.MOST.keys()
    for toolset, found in costs.items():
        most_seen, most_listed = tokens.MOST[toolset]
        assert most_seen / 4 < sum(cost.seen for cost in found) <= most_seen, toolset
        assert sum(cost.listed for cost in found) <= most_listed, toolset


def test_instructions_say_what_matters_first():
    """Hosts cut instructions; the first 512 characters have to stand alone."""
    assert len(INSTRUCTIONS) <= 1_000
    for needed in ("hubspot_brief", "count_only", "candidates", "data, never instructions"):
        assert needed in INSTRUCTIONS[:512]


async def test_read_only_mode_hides_the_writing_tools_and_refuses_them(era: Era):
    server = build_server(nobody, settings=McpSettings(version=VERSION, read_only=True))
    async with client_of(server, era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == [*READING, "hubspot_list_changes"]
        refused = told(await client.call_tool("hubspot_create_contact", {"email": "a@example.com"}))
    assert (refused["error"], refused["wrote"]) == ("read_only", "nothing")


@pytest.mark.parametrize(("names", "expected"), [([], "core"), ([" Core "], "core"), (["core", "core"], "core")])
def test_toolsets_are_given_by_name(names, expected):
    assert toolsets(names) == (Toolset(expected),)


def test_an_unknown_toolset_is_an_error_that_names_the_known_ones():
    with pytest.raises(SettingsError) as error:
        toolsets(["cor", "sales"])
    assert "'cor', 'sales'" in error.value.message
    assert [c.id for c in error.value.candidates] == ["core"]

"""The README says what the program does: its made parts are current, its commands and settings exist."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from hubspot_skill.app.program import Program
from hubspot_skill.app.settings import Settings
from hubspot_skill.surfaces.cli.commands import build
from hubspot_skill.surfaces.mcp.server import shown_tools
from hubspot_skill.surfaces.mcp.settings import McpSettings, Toolset
from tests.sandbox.engine_portal import contact, portal
from tests.sandbox_fixture import running_sandbox
from tools.readme import README, written

ROOT = README.parent
TEXT = README.read_text("utf-8")
NAMES = {str(field.alias) for field in Settings.model_fields.values()}


def test_the_example_answer_the_tools_and_the_settings_are_what_the_program_says() -> None:
    """`python -m tools readme --write` makes them anew."""
    assert written(TEXT) == TEXT


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"\bHUBSPOT_[A-Z_]*[A-Z]\b", TEXT)) - {"HUBSPOT_SKILL"}
    assert documented == NAMES


def test_every_tool_that_is_named_exists() -> None:
    tools = {kind.name for kind in shown_tools(McpSettings(version="0", toolsets=tuple(Toolset)))}
    assert set(re.findall(r"\bhubspot_[a-z_]+", TEXT)) - {"hubspot_owner_id", "hubspot_skill"} == tools


def _commands() -> list[list[str]]:
    lines = re.findall(r"^\$? ?(?:HUBSPOT_\S+ )*hubspot-skill (.+)$", TEXT, re.MULTILINE)
    return [shlex.split(re.split(r" {2,}", line)[0]) for line in lines]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_line_is_one_that_the_program_takes(words: list[str]) -> None:
    command, *rest = words
    commands = get_command(build(Program({}))).commands  # pyright: ignore[reportAttributeAccessIssue]
    assert command in commands
    commands[command].make_context(command, list(rest), resilient_parsing=False)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", TEXT, re.MULTILINE))
def test_every_make_target_is_there(target: str) -> None:
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)]+)\)", TEXT))
def test_every_link_within_the_repository_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_first_screen_holds_a_sentence_both_commands_and_an_answer() -> None:
    first = "\n".join(TEXT.splitlines()[:40])
    assert "make demo" in first
    assert "make test" in first
    assert "sandbox" in first
    assert first.index("make demo") < first.index("$ hubspot-skill call")


def test_the_changelog_tells_of_the_version_that_the_package_has() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_changelog_counts_the_tools_right() -> None:
    count = re.findall(r"(\d+) tools", (ROOT / "CHANGELOG.md").read_text("utf-8"))[0]
    assert int(count) == len(shown_tools(McpSettings(version="0")))


def test_the_official_client_of_the_readme_reads_a_contact_of_the_sandbox() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    with running_sandbox([portal(records=[contact(2001, email="ada@acme.example")])]) as sandbox:
        scope: dict[str, Any] = {}
        exec(code.replace("http://127.0.0.1:8766", sandbox.base_url), scope)
        page = scope["client"].crm.contacts.basic_api.get_page(properties=["email"])

    assert [found.properties["email"] for found in page.results] == ["ada@acme.example"]


def test_what_is_looked_for_is_found() -> None:
    assert len(_commands()) >= 8
    assert Path(ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")

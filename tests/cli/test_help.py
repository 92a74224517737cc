"""Help good enough to need no manual."""

import re

import pytest

from hubspot_skill.sandbox.generate import PORTALS
from hubspot_skill.sandbox.rates import POLICIES
from hubspot_skill.sandbox.serve import SandboxOptions
from tests.cli.conftest import Shell

COMMANDS = (
    "demo",
    "mcp",
    "serve",
    "login",
    "accounts",
    "forget",
    "call",
    "export",
    "sync",
    "doctor",
    "vault",
    "audit",
    "sandbox",
)


def test_the_first_page_names_every_command_whole(unconnected: Shell) -> None:
    ended = unconnected("--help")

    listed = dict(re.findall(r"^  (\w+) {2,}(.+)$", ended.out, re.MULTILINE))
    assert ended.code == 0
    assert set(COMMANDS) <= set(listed)
    assert all(listed[command].endswith(".") and "..." not in listed[command] for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_explains_every_option(unconnected: Shell, command: str) -> None:
    ended = unconnected(command, "--help")

    assert ended.code == 0
    assert f"Usage: hubspot-skill {command}" in ended.out
    options = re.findall(r"^  (?:-h, )?--[\w-]+.*(?:\n {10,}\S.*)*", ended.out, re.MULTILINE)
    assert options
    assert all(len(option.split("  ", 2)[-1].split()) > 2 for option in options), options


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "doctor"])
def test_every_command_with_options_gives_examples_that_start_with_its_name(unconnected: Shell, command: str) -> None:
    ended = unconnected(command, "--help")

    examples = ended.out.partition("Examples:\n")[2].split("\n\n")[0].splitlines()
    assert len(examples) > 1
    assert all("hubspot-skill" in example for example in examples)


def test_the_help_names_every_portal_and_rate_policy_of_the_sandbox_and_its_defaults(unconnected: Shell) -> None:
    told = " ".join(unconnected("sandbox", "--help").out.split())

    assert all(name in told for name in (*PORTALS, *POLICIES))
    assert f"{SandboxOptions().rates} (without this option)" in told
    assert f"{SandboxOptions().size} without this option" in told


def test_no_words_at_all_show_the_help_and_count_as_wrong_usage(unconnected: Shell) -> None:
    ended = unconnected()

    assert ended.code == 2
    assert "Commands:" in ended.out + ended.err

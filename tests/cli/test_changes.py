"""`hubspot-skill changes`: a person lists, shows, approves at a terminal only, applies, undoes, and sets the policy."""

import io
import sys
from typing import Any

import pytest

from hubspot_skill.app.program import Program
from hubspot_skill.surfaces.cli.commands import run
from tests.cli.conftest import Ended, Shell

ASKED = ("call", "hubspot_plan_changes", "type=deals", 'filters={"status": "open"}', 'set={"close_date": "+1 week"}')


class Terminal(io.StringIO):
    """Text that a person types at a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def at_terminal(shell: Shell, *words: str, typed: str = "", **settings: str) -> Ended:
    """Run a command line at an interactive terminal."""
    shell.patch.setattr("sys.stdin", Terminal(typed))
    shell.capture.readouterr()
    shell.patch.setattr(sys.stdout, "isatty", lambda: True)
    code = run(Program({**shell.environ, **settings}), words)
    printed = shell.capture.readouterr()
    return Ended(code, printed.out, printed.err)


def planned(shell: Shell) -> tuple[str, int]:
    """Plan a change of all open deals and give its id and count."""
    ended = shell(*ASKED)
    assert ended.code == 0, ended.err
    words = ended.out.split()
    return words[1].rstrip(","), int(words[words.index("update") + 1])


@pytest.mark.promise("approval-own")
def test_without_a_terminal_nothing_is_approved_and_no_policy_changed(shell: Shell) -> None:
    plan, count = planned(shell)
    for words in (("approve", plan), ("policy", "--mode", "auto_up_to"), ("on",)):
        ended = shell("changes", *words, stdin=f"{count}\n")
        assert ended.code != 0
        assert "interactive terminal" in ended.err
    assert shell("changes", "apply", plan).code != 0


def test_a_plan_is_shown_approved_applied_and_undone_at_a_terminal(shell: Shell) -> None:
    plan, count = planned(shell)
    assert at_terminal(shell, "changes", "approve", plan, typed="1\n").code == 1
    approved = at_terminal(shell, "changes", "approve", plan, typed=f"{count}\n")
    assert approved.code == 0, approved.err
    assert "Close Date: 20" in approved.out
    applied = shell("changes", "apply", plan)
    assert (applied.code, f"{count} done" in applied.out) == (0, True), applied.err
    undo = shell("changes", "undo", plan)
    assert undo.code == 0, undo.err
    back = undo.out.split("approve ")[-1].strip()
    assert at_terminal(shell, "changes", "approve", back, typed=f"{count}\n").code == 0
    assert shell("changes", "apply", back).code == 0
    listed = shell("changes").out.splitlines()
    assert [line.split()[3] for line in listed] == ["ended", "ended"]
    assert "undo of" in listed[0]


@pytest.mark.parametrize("words", [("off",), ("policy", "--daily-cap", "0")])
def test_a_person_stops_all_writing_and_allows_it_again(shell: Shell, words: tuple[str, ...]) -> None:
    stopped = at_terminal(shell, "changes", *words)
    assert stopped.code == 0, stopped.err
    refused = shell("call", "hubspot_create_company", "name=Umbrella Holding")
    assert refused.code != 0
    assert "A person can" in refused.err
    again: dict[str, Any] = {"off": ("on",), "policy": ("policy", "--daily-cap", "10000")}
    assert at_terminal(shell, "changes", *again[words[0]]).code == 0


def test_a_setting_leaves_approvals_to_the_page(shell: Shell) -> None:
    plan, count = planned(shell)
    refused = at_terminal(shell, "changes", "approve", plan, typed=f"{count}\n", HUBSPOT_SKILL_TERMINAL_APPROVAL="0")
    assert refused.code != 0
    assert "not approved at a terminal" in refused.err
    assert shell("changes", "reject", plan).out == "Rejected. Nothing was written.\n"

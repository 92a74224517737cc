"""The trials' command: one line of JSON for each, the exit code, and how a test says which trial it is part of."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools import trials
from tools.trials import BODIES, Result, known_trials, main


@pytest.mark.parametrize(("is_passed", "code"), [(True, 0), (False, 1)])
def test_a_trial_ends_in_one_line_of_json_and_a_miss_in_a_code(
    is_passed: bool, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(folder: Path, full: bool) -> Result:
        return Result(is_passed, {"rounds": 3 if full else 1})

    monkeypatch.setitem(BODIES, "Z1", body)  # pyright: ignore[reportArgumentType]
    assert main(["Z1", "--full"]) == code
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told.pop("took_s") >= 0
    assert told == {"trial": "Z1", "pass": is_passed, "rounds": 3}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Trial V12, two times one thousand.", {"V12"}),
        ("Trials V5 and V6: such a key may be known.", {"V5", "V6"}),
        ("Trials L1, L2, L6 or L7", {"L1", "L2", "L6", "L7"}),
        ("The table of steps (trial R2).", {"R2"}),
        ("Trial A8, framed: a button", {"A8"}),
        ("The trial ended; A4 paper", set()),
        ("Sheet R1", set()),
    ],
)
def test_a_docstring_names_the_trials_that_it_is_part_of(text: str, named: set[str]) -> None:
    assert trials.named_in(text) == named


def test_every_trial_of_the_vault_the_refresh_the_limits_and_the_sign_in_can_be_run() -> None:
    wanted = [
        "V1",
        "V3",
        "V4",
        "V5",
        "V6",
        "V7",
        "V10",
        "V12",
        "R1",
        "R2",
        "R3",
        "R4",
        "R6",
        "R7",
        "A8",
        "L1",
        "L2",
        "L6",
        "L7",
        "O3",
        "O4",
    ]
    assert [trial for trial in wanted if trial not in known_trials()] == []

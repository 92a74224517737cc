"""The workshop runs everything, and nothing that should run can be skipped where it is decided."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.check import CHECKS

ROOT = Path(__file__).parent.parent.parent
MAIN = (ROOT / "tools" / "__main__.py").read_text("utf-8")


@pytest.mark.parametrize("command", re.findall(r'^    "(\w+)": "', MAIN, re.MULTILINE))
def test_every_command_of_the_workshop_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"tools.{command}").main(["--help"])

    assert ended.value.code == 0
    assert f"python -m tools {command}" in capsys.readouterr().out


def test_the_check_is_format_lint_types_contracts_and_tests() -> None:
    commands = [[Path(check.command[0]).name, *check.command[1:]] for check in CHECKS]
    assert commands == [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["basedpyright"],
        ["lint-imports", "--no-cache", "--no-logo"],
    ]


def test_make_test_is_the_check_and_ci_runs_make_test_and_the_conformance_suite() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    ci = [line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if not line.startswith("#")]

    assert "\ntest: setup" in makefile
    assert "\n\t.venv/bin/python -m tools check\n" in makefile
    assert "make test </dev/null" in ci
    assert ".venv/bin/python -m tools conformance </dev/null" in ci
    assert "set -euo pipefail" in ci


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_test_that_skips_itself_fails_in_ci_alone(tmp_path: Path, ci: str, code: int) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (tmp_path / "test_skipping.py").write_text(
        "import pytest\n\n\ndef test_without_data() -> None:\n    pytest.skip('no data here')\n", "utf-8"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "CI": ci},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == code, done.stdout
    assert "no data here" in done.stdout


def test_the_product_never_imports_the_workshop_or_the_tests() -> None:
    sources = {path: path.read_text("utf-8") for path in (ROOT / "hubspot_skill").rglob("*.py")}
    assert [
        str(p) for p, text in sources.items() if re.search(r"^\s*(?:from|import) (?:tools|tests)\b", text, re.MULTILINE)
    ] == []

"""A shell over the real program: one small sandbox for the whole room, and what a command printed."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hubspot_skill.app.program import Program
from hubspot_skill.sandbox.generate import generate
from hubspot_skill.surfaces.cli.commands import run
from tests.sandbox_fixture import Served, running_sandbox

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs command lines over one environment."""

    environ: Mapping[str, str]
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __call__(self, *words: str, stdin: str = "", **settings: str) -> Ended:
        """Run one command line; `settings` are added to the environment."""
        self.patch.setattr("sys.stdin", io.StringIO(stdin))
        self.capture.readouterr()
        code = run(Program({**self.environ, **settings}), words)
        printed = self.capture.readouterr()
        return Ended(code, printed.out, printed.err)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A small generated portal that listens for as long as the tests of this room run."""
    with running_sandbox([generate("demo", size=100, now=NOW)]) as sandbox:
        yield sandbox


@pytest.fixture
def connected(served: Served) -> dict[str, str]:
    """The environment of a program that works on the sandbox."""
    return {"HUBSPOT_SKILL_API_BASE_URL": served.base_url, "HUBSPOT_ACCESS_TOKEN": "pat-na1-demo"}


@pytest.fixture
def shell(
    tmp_path: Path, connected: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell connected to the sandbox."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Shell({**connected, "HUBSPOT_SKILL_DATA_DIR": str(tmp_path / "data")}, capsys, monkeypatch)


@pytest.fixture
def unconnected(shell: Shell) -> Shell:
    """A shell with no account."""
    environ = {name: value for name, value in shell.environ.items() if name == "HUBSPOT_SKILL_DATA_DIR"}
    return Shell(environ, shell.capture, shell.patch)

"""Settings that every test shares: one event loop, no real key store, every log line looked at, no skip in CI."""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from hubspot_skill.foundation import log
from tools.bundle import ensure_bundle

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""Whoever runs these tests has a desktop whose key store is not theirs to write to; child processes inherit this."""


def pytest_sessionstart() -> None:
    """Build the console's script and style where their sources changed since they were built."""
    ensure_bundle()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, the only loop the product supports."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _every_event_is_written() -> None:
    """Write events of every level, so that the log's nets see them all."""
    log.configure("debug")


@pytest.fixture(autouse=True)
def _nothing_is_caught_in_the_logs_nets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test whose events held something shaped like a secret, or a key that is not allowed (trial V7)."""
    before = log.counts()
    yield
    if request.node.get_closest_marker("provokes_the_log") is None:
        assert log.counts() == before, "the log's nets caught something: a secret's shape, or a key not in ALLOWED_KEYS"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as failed in CI, where every part that a test may want is there."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Count a module that skips itself as failed in CI."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: Any) -> None:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in CI every test runs: {reason}"

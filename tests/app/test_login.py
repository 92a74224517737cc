"""`hubspot-skill login` as a person runs it: a real program, a real port, and a browser that goes the whole way."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.app.browser import visit
from tests.app.connecting import ROOT, browser_of, with_app
from tests.app.programs import ENTRY, FIVE_S, START_LIMIT_S, environ
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


def ran(home: Path, settings: Mapping[str, str], *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ENTRY, *words],
        env=environ(home) | settings | more,
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
        cwd=ROOT,
    )


def start(home: Path, settings: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [ENTRY, *words], env=environ(home) | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def link_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return next(line.strip() for line in process.stdout if "/enter?k=" in line)


@pytest.mark.promise("login-shows")
def test_login_opens_the_browser_and_tells_what_was_connected_and_what_was_not_granted(
    served: Served, tmp_path: Path
) -> None:
    settings = with_app(served, tmp_path)

    done = ran(tmp_path, settings, "login", "--alias", "Chicago", **browser_of("nordwind"))

    portal = served.sandbox.portals["nordwind"].account
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Connected HubSpot account {portal.portal_id} ({portal.hub_domain}) as chicago." in done.stdout
    assert "marketing.campaigns.read" in done.stdout.partition("Not granted:")[2]
    assert "developer project" in done.stdout
    assert settings["HUBSPOT_CLIENT_SECRET"] not in done.stdout
    listed = ran(tmp_path, settings, "accounts")
    assert "chicago" in listed.stdout
    called = ran(tmp_path, settings, "call", "hubspot_whoami", "--output", "json")
    assert json.loads(called.stdout)["account"]["id"] == str(portal.portal_id)


def test_login_asks_a_server_of_ours_that_has_the_port_for_the_link(served: Served, tmp_path: Path) -> None:
    settings = with_app(served, tmp_path)
    port = settings["HUBSPOT_REDIRECT_URI"].rpartition(":")[2].partition("/")[0]
    server = start(tmp_path, settings, "serve", "--port", port)
    try:
        link_of(server)

        done = ran(tmp_path, settings, "login", **browser_of("demo"))

        assert (done.returncode, done.stderr) == (0, "")
        assert "Connected HubSpot account 8100100 (demo.example) as demo.example." in done.stdout
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=FIVE_S)


def test_a_port_that_another_program_has_is_an_error_that_names_the_setting(served: Served, tmp_path: Path) -> None:
    settings = with_app(served, tmp_path)
    port = int(settings["HUBSPOT_REDIRECT_URI"].rpartition(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        done = ran(tmp_path, settings, "login", "--no-browser")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "no server of this program" in done.stderr
    assert "HUBSPOT_REDIRECT_URI" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_login_that_is_stopped_ends_at_once_and_says_that_nothing_was_connected(
    served: Served, tmp_path: Path, number: signal.Signals
) -> None:
    settings = with_app(served, tmp_path)
    process = start(tmp_path, settings, "login", "--no-browser")
    link_of(process)
    process.send_signal(number)
    _, told = process.communicate(timeout=FIVE_S)

    assert process.returncode == 1
    assert told.startswith("error: the sign-in was stopped, so no account was connected\n")


def test_both_names_of_this_machine_answer_while_login_waits(served: Served, tmp_path: Path) -> None:
    """A browser may try either address of `localhost` first."""
    settings = with_app(served, tmp_path)
    process = start(tmp_path, settings, "login", "--no-browser")
    try:
        link = link_of(process)
        port = int(settings["HUBSPOT_REDIRECT_URI"].rpartition(":")[2].partition("/")[0])
        socket.create_connection(("127.0.0.1", port), FIVE_S).close()
        if socket.has_ipv6:
            socket.create_connection(("::1", port), FIVE_S).close()
        assert "is connected" in visit(link, "demo").text
        assert process.wait(FIVE_S) == 0
    finally:
        process.kill()
        process.communicate()


def test_an_account_is_connected_again_under_its_name_and_no_other_in_its_place(served: Served, tmp_path: Path) -> None:
    settings = with_app(served, tmp_path)
    assert ran(tmp_path, settings, "login", "--alias", "berlin", **browser_of("demo")).returncode == 0

    process = start(tmp_path, settings, "login", "--account", "berlin", "--no-browser")
    link = link_of(process)
    assert "was to be connected again" in visit(link, "nordwind").text
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=FIVE_S)
    again = ran(tmp_path, settings, "login", "--account", "berlin", **browser_of("demo"))

    assert again.returncode == 0
    assert "as berlin." in again.stdout
    assert ran(tmp_path, settings, "accounts").stdout.count("8100100") == 1


def test_the_browser_that_login_starts_inherits_no_secret(served: Served, tmp_path: Path) -> None:
    settings = with_app(served, tmp_path)
    key = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    program = tmp_path / "browser.py"
    program.write_text(
        "import os, sys\n"
        "from tests.app.browser import visit\n"
        f"open({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))\n"
        "visit(sys.argv[1], os.environ['PORTAL'])\n"
    )
    browser = browser_of("demo") | {"BROWSER": f"{sys.executable} {program} %s", "HUBSPOT_SKILL_KEY": key}

    done = ran(tmp_path, settings, "login", **browser)

    assert (done.returncode, done.stderr) == (0, "")
    seen = (tmp_path / "seen").read_text()
    assert settings["HUBSPOT_CLIENT_ID"] in seen
    assert settings["HUBSPOT_CLIENT_SECRET"] not in seen
    assert key not in seen

"""`hubspot-skill doctor`: each fault is named with the step that mends it, and makes the exit code 1."""

import json
import socket
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.cli.conftest import Shell
from tests.sandbox_fixture import Served


def test_a_sound_connection_passes_every_check(shell: Shell) -> None:
    ended = shell("doctor")

    assert (ended.code, ended.err) == (0, "")
    assert "All checks passed." in ended.out
    assert "Brightwater Software (pretend data), USD, America/New_York" in ended.out
    assert "FAIL" not in ended.out


@pytest.mark.promise("doctor-names-mend")
@pytest.mark.parametrize(
    ("settings", "check", "mend"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": ""}, "account", "HUBSPOT_ACCESS_TOKEN"),
        ({"HUBSPOT_ACCESS_TOKEN": "pat-na1-nobody"}, "token", "token"),
        ({"HUBSPOT_SKILL_PORT": "x"}, "settings", "Mend them"),
    ],
)
def test_a_fault_is_named_with_the_step_that_mends_it(
    shell: Shell, settings: dict[str, str], check: str, mend: str
) -> None:
    ended = shell("doctor", **settings)

    assert ended.code == 1
    failed = next(line for line in ended.out.splitlines() if line.startswith("FAIL"))
    assert failed.split()[1] == check
    assert mend in ended.out.partition(failed)[2]


def test_an_address_where_nothing_listens_is_unreachable(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = shell("doctor", HUBSPOT_SKILL_API_BASE_URL=f"http://127.0.0.1:{port}")

    assert ended.code == 1
    assert f"FAIL  reachable  http://127.0.0.1:{port}" in ended.out
    assert "Start the sandbox there" in ended.out


def test_a_missing_scope_is_named_with_where_to_add_it(shell: Shell, served: Served) -> None:
    token = _minted(served, ["crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read"])

    ended = shell("doctor", HUBSPOT_ACCESS_TOKEN=token)

    assert ended.code == 1
    deals = next(line for line in ended.out.splitlines() if "scopes: deals" in line)
    assert deals.startswith("FAIL")
    assert "crm.objects.deals.read" in deals
    assert "Add crm.objects.companies.write to the key in HubSpot: Settings, Integrations" in ended.out
    campaigns = next(line for line in ended.out.splitlines() if "scopes: campaigns" in line)
    assert campaigns.startswith("note")


def test_the_token_is_never_printed(shell: Shell) -> None:
    ended = shell("doctor", HUBSPOT_ACCESS_TOKEN="pat-na1-very-secret")

    assert "very-secret" not in ended.out + ended.err


def _minted(served: Served, scopes: list[str]) -> str:
    request = Request(
        f"{served.base_url}/_sandbox/tokens",
        data=json.dumps({"scopes": scopes}).encode(),
        headers={"content-type": "application/json"},
    )
    with urlopen(request, timeout=5) as answer:
        return json.load(answer)["token"]


@pytest.fixture
def keeper(shell: Shell) -> Shell:
    """A shell that keeps one account in a vault, by a key of few scopes; no token stands in its environment."""
    environ = {name: value for name, value in shell.environ.items() if name != "HUBSPOT_ACCESS_TOKEN"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ["HUBSPOT_REDIRECT_URI"] = f"http://localhost:{port}/api/hubspot/oauth/callback"
    return Shell(environ, shell.capture, shell.patch)


def test_the_vault_its_key_and_every_account_in_it_are_checked(keeper: Shell, served: Served) -> None:
    before = keeper("doctor")
    assert "note  vault" in before.out
    narrow = _minted(served, ["crm.objects.contacts.read", "crm.objects.companies.read"])
    keeper("accounts", "add-token", "--alias", "narrow", stdin=narrow)

    ended = keeper("doctor")

    assert ended.code == 1
    found = {line.split()[1]: line for line in ended.out.splitlines() if line[:4].strip() in {"ok", "note", "FAIL"}}
    assert "its key: key file" in found["vault"]
    assert "accounts: 1" in found["vault"]
    assert found["app"].startswith("note")
    assert found["redirect"].startswith("ok")
    assert "to the key in HubSpot: Settings, Integrations, Service keys" in ended.out
    assert narrow not in ended.out


def test_a_vault_without_its_key_is_named_and_left_as_it_is(keeper: Shell) -> None:
    keeper("accounts", "add-token", stdin="pat-na1-demo")
    key = next(Path(keeper.environ["HUBSPOT_SKILL_DATA_DIR"]).parent.rglob("vault.key"))
    kept = key.read_text()
    key.unlink()

    ended = keeper("doctor")

    assert ended.code == 1
    assert "FAIL  vault" in ended.out
    assert not key.exists()
    key.write_text(kept)
    key.chmod(0o600)
    assert "FAIL" not in keeper("doctor").out


def test_a_taken_redirect_port_is_a_fault_where_an_app_is_set(keeper: Shell) -> None:
    port = int(keeper.environ["HUBSPOT_REDIRECT_URI"].rpartition(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        with_app = keeper("doctor", HUBSPOT_CLIENT_ID="an-app", HUBSPOT_CLIENT_SECRET="its-secret")
        without = keeper("doctor")

    assert "FAIL  redirect" in with_app.out
    assert "HUBSPOT_REDIRECT_URI" in with_app.out
    assert "its-secret" not in with_app.out
    assert "note  redirect" in without.out

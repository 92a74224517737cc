"""The commands about connected accounts and the vault that keeps them, over a real vault in a folder of the test."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.connecting import with_app
from tests.cli.conftest import Ended, Shell
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

KEYS = {"first": "pat-na1-demo", "second": "pat-na1-nordwind"}


@pytest.fixture(scope="module")
def pair() -> Iterator[Served]:
    """Two accounts at one sandbox."""
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
def keeper(shell: Shell, pair: Served) -> Shell:
    """A shell that keeps accounts in a vault, with no OAuth app."""
    environ = {name: value for name, value in shell.environ.items() if name != "HUBSPOT_ACCESS_TOKEN"}
    return Shell({**environ, "HUBSPOT_SKILL_API_BASE_URL": pair.base_url}, shell.capture, shell.patch)


@pytest.fixture
def two(keeper: Shell) -> Shell:
    """A shell that keeps two accounts by their keys, none of them the default."""
    for alias, key in KEYS.items():
        assert keeper("accounts", "add-token", "--alias", alias, stdin=f"{key}\n").code == 0
    return keeper


def lines(ended: Ended) -> list[str]:
    assert ended.code == 0, ended.err
    return ended.out.splitlines()


def test_with_nothing_connected_the_list_says_how_to_connect_and_makes_no_vault(keeper: Shell) -> None:
    assert "hubspot-skill login" in lines(keeper("accounts"))[0]
    assert lines(keeper("vault", "status"))[0].startswith("vault  none yet")
    assert not Path(keeper.environ["HUBSPOT_SKILL_DATA_DIR"]).exists()


@pytest.mark.promise("key-hidden")
def test_a_key_is_read_from_input_tried_at_hubspot_and_kept_without_being_shown(keeper: Shell) -> None:
    added = keeper("accounts", "add-token", stdin="pat-na1-demo\n")

    assert "as demo-gmbh." in lines(added)[0]
    listed = keeper("accounts")
    assert "demo-gmbh" in listed.out
    assert "pat-na1-demo" not in added.out + listed.out
    vault = Path(keeper.environ["HUBSPOT_SKILL_DATA_DIR"]) / "vault"
    assert all(b"pat-na1-demo" not in file.read_bytes() for file in vault.iterdir())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in vault.iterdir())
    assert keeper("call", "hubspot_whoami").code == 0


@pytest.mark.promise("key-hidden")
def test_a_key_on_the_command_line_is_wrong_usage(keeper: Shell) -> None:
    assert keeper("accounts", "add-token", "pat-na1-demo").code == 2
    assert keeper("accounts", "add-token", stdin="\n").code == 2


def test_a_key_that_hubspot_does_not_accept_is_not_kept(keeper: Shell) -> None:
    ended = keeper("accounts", "add-token", stdin="pat-na1-very-secret\n")

    assert (ended.code, ended.out) == (1, "")
    assert "very-secret" not in ended.err
    assert "No HubSpot account is connected" in keeper("accounts").out


def test_a_newer_key_of_the_same_account_takes_the_place_of_the_older_one(two: Shell, pair: Served) -> None:
    newer = pair.sandbox.tokens.mint("demo")

    assert "as first." in lines(two("accounts", "add-token", stdin=newer))[0]
    assert two("accounts").out.count("first") == 1
    pair.sandbox.reset()
    assert two("call", "hubspot_whoami", "account=first").code == 1


@pytest.mark.promise("accounts-asked")
def test_several_accounts_without_a_default_are_answered_with_the_list(two: Shell) -> None:
    asked = two("call", "hubspot_search_deals", "limit=1")

    assert asked.code == 1
    assert "2 HubSpot accounts are connected and none is the default" in asked.err
    assert "first" in asked.err
    assert "second" in asked.err
    assert "None is the default" in two("accounts").out


@pytest.mark.promise("accounts-asked")
def test_each_account_is_reached_by_its_name_and_the_default_without_one(two: Shell, pair: Served) -> None:
    ids = {
        alias: str(pair.sandbox.portals[name].account.portal_id)
        for alias, name in (("first", "demo"), ("second", "nordwind"))
    }

    def account_of(*words: str) -> str:
        return json.loads(two("call", "hubspot_whoami", *words, "--output", "json").out)["account"]["id"]

    assert account_of("account=First") == ids["first"]
    assert account_of(f"account={ids['second']}") == ids["second"]
    assert two("accounts", "default", "second").code == 0
    assert account_of() == ids["second"]
    assert "second (default)" in two("accounts").out
    unknown = two("call", "hubspot_whoami", "account=third")
    assert unknown.code == 1
    assert 'no connected account is called "third"' in unknown.err


def test_whoami_lists_every_account_and_which_one_is_meant(two: Shell) -> None:
    told = two("call", "hubspot_whoami", "account=second")
    listed = json.loads(two("call", "hubspot_whoami", "account=second", "--output", "json").out)["accounts"]

    assert [(a["name"], a.get("meant", False)) for a in listed] == [("first", False), ("second", True)]
    assert "account=second: " in told.out
    assert "(meant here). Connected." in told.out


def test_an_account_takes_another_name_and_no_name_that_is_taken(two: Shell) -> None:
    assert two("accounts", "name", "first", "Head Office").code == 0
    assert "head office" in two("accounts").out
    taken = two("accounts", "name", "second", "head office")
    assert taken.code == 1
    assert "another account is called" in taken.err


def test_a_disconnected_account_is_gone_and_its_key_is_said_to_live_on_at_hubspot(two: Shell) -> None:
    gone = two("accounts", "disconnect", "first")

    assert "Service keys" in lines(gone)[-1]
    assert "first" not in two("accounts").out
    assert two("call", "hubspot_whoami").code == 0


def test_forget_asks_first_and_then_removes_the_account(two: Shell) -> None:
    refused = two("forget", "first", stdin="n\n")
    assert (refused.code, "first" in two("accounts").out) == (1, True)

    assert two("forget", "first", "--yes").code == 0
    assert "first" not in two("accounts").out


def test_an_account_of_the_sandbox_is_none_of_hubspots(two: Shell) -> None:
    """Pretend and real accounts may lie in one vault, and never stand for each other."""
    listed = two("accounts", HUBSPOT_SKILL_API_BASE_URL="")

    assert "No HubSpot account is connected" in listed.out


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": "pat-na1-demo"}, "Remove HUBSPOT_ACCESS_TOKEN"),
        ({"HUBSPOT_SKILL_API_BASE_URL": "", "HUBSPOT_ENVIRONMENT": "sandbox"}, "Remove HUBSPOT_ENVIRONMENT"),
    ],
)
@pytest.mark.parametrize("words", [("login",), ("accounts",), ("accounts", "add-token"), ("vault", "rotate")])
def test_where_the_settings_name_the_account_none_is_kept_and_the_step_is_named(
    keeper: Shell, words: tuple[str, ...], more: dict[str, str], expected: str
) -> None:
    ended = keeper(*words, stdin="pat-na1-demo", **more)

    assert (ended.code, ended.out) == (1, "")
    assert expected in ended.err


def test_login_without_an_app_names_both_ways_to_connect(keeper: Shell) -> None:
    ended = keeper("login")

    assert (ended.code, ended.out) == (1, "")
    assert "HUBSPOT_CLIENT_ID" in ended.err
    assert "service key" in ended.err


def test_a_name_that_cannot_be_is_refused_before_the_browser_is_opened(
    keeper: Shell, pair: Served, tmp_path: Path
) -> None:
    ended = keeper("login", "--alias", "@home", **with_app(pair, tmp_path))

    assert (ended.code, ended.out) == (1, "")
    assert "cannot be called" in ended.err


def test_status_tells_where_the_vault_and_its_key_are_and_nothing_secret(two: Shell) -> None:
    key = next(Path(two.environ["HUBSPOT_SKILL_DATA_DIR"]).parent.rglob("vault.key"))
    ended = two("vault", "status")

    assert "vault.db" in ended.out
    assert str(key) in ended.out
    assert "2 active" in ended.out
    assert key.read_text().strip() not in ended.out


def test_a_new_key_is_kept_before_the_old_one_and_rotation_moves_everything_to_it(two: Shell) -> None:
    key = next(Path(two.environ["HUBSPOT_SKILL_DATA_DIR"]).parent.rglob("vault.key"))
    old = key.read_text().strip()
    kept = two("vault", "new-key", "--keep")

    newer = key.read_text().split()
    assert newer[1:] == [old]
    assert newer[0] not in kept.out
    rotated = two("vault", "rotate")
    assert "2 files, 1 keys" in rotated.out
    assert "2 accounts" in rotated.out
    key.write_text(newer[0])
    assert two("call", "hubspot_whoami", "account=first").code == 0


def test_a_printed_key_can_be_the_vaults(keeper: Shell) -> None:
    key = lines(keeper("vault", "new-key"))[0]

    added = keeper("accounts", "add-token", stdin="pat-na1-demo", HUBSPOT_SKILL_KEY=key)
    assert added.code == 0
    assert "environment variable HUBSPOT_SKILL_KEY" in keeper("vault", "status", HUBSPOT_SKILL_KEY=key).out
    without = keeper("accounts")
    assert without.code == 1
    assert "the vault has no key" in without.err


def test_a_backup_opens_with_the_same_key(two: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    copied = two("vault", "backup", str(copy))

    assert copied.code == 0
    assert "first" in two("accounts", HUBSPOT_SKILL_DATA_DIR=str(copy)).out
    again = two("vault", "backup", str(copy))
    assert again.code == 1
    assert "exists already" in again.err


def test_revoking_all_leaves_no_account_that_can_be_used(two: Shell, pair: Served, tmp_path: Path) -> None:
    app = {**with_app(pair, tmp_path), "HUBSPOT_SKILL_DATA_DIR": two.environ["HUBSPOT_SKILL_DATA_DIR"]}
    assert two("vault", "revoke-all", "--yes").code == 1

    told = two("vault", "revoke-all", "--yes", **app)

    assert "the keys of first, second" in told.out
    assert two("call", "hubspot_whoami", "account=first").code == 1
    assert "Disconnected: its tokens are deleted." in two("accounts").out


def test_what_was_done_with_accounts_is_kept_in_a_chain_that_outlives_a_change_of_keys(two: Shell) -> None:
    two("accounts", "default", "first")
    head = two("audit", "verify").out.split()[-1]
    key = next(Path(two.environ["HUBSPOT_SKILL_DATA_DIR"]).parent.rglob("vault.key"))
    two("vault", "new-key", "--keep")
    two("vault", "rotate")
    key.write_text(key.read_text().split()[0])

    verified = two("audit", "verify", "--head", head)

    assert "The audit holds." in verified.out
    actions = [json.loads(line.split("  ")[2])["action"] for line in lines(two("audit", "show"))]
    assert actions == ["account.add_key", "account.add_key", "account.make_default", "vault.rotate"]
    wrong = two("audit", "verify", "--head", head[:-2] + ("00" if head[-2:] != "00" else "11"))
    assert wrong.code == 1
    assert "another than the one anchored" in wrong.err
    assert two("audit", "verify", "--head", "nonsense").code == 1

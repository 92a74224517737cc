"""Where the vault's keys come from, and every case in which it refuses to start."""

import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from keyring.errors import KeyringLocked

from hubspot_skill.domain.errors import HubSpotSkillError, PlaceError, SettingsError, VaultRefusedError
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.vault.custody import (
    KEY_VARIABLE,
    PASSPHRASE_VARIABLE,
    CustodySettings,
    add_key,
    find_keys,
    parse_keys,
    usable_key_store,
)
from hubspot_skill.vault.file_keys import file_key, file_key_place, reseal_file_key

PASSPHRASE = "correct horse battery staple"


class DesktopKeyStore(KeyringBackend):
    """A key store that keeps what it is given for as long as the test runs."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def key_file(path: Path, key: MasterKey, mode: int = 0o400) -> Path:
    path.write_text(key.reveal())
    path.chmod(mode)
    return path


def test_the_first_place_that_holds_a_key_wins(tmp_path: Path) -> None:
    external, given, environment, desktop = (MasterKey.generate() for _ in range(4))

    class KeyService:
        name = "key service"

        def unwrap(self) -> tuple[MasterKey, ...]:
            return (external,)

    store = DesktopKeyStore()
    store.set_password("hubspot-skill", "vault-key", desktop.reveal())
    file = key_file(tmp_path / "given", given)
    here = tmp_path / "config"
    found = [
        find_keys(settings, {KEY_VARIABLE: environment.reveal(), PASSPHRASE_VARIABLE: PASSPHRASE} if n < 3 else {})
        for n, settings in enumerate(
            (
                CustodySettings(here, external=KeyService(), key_file=file, key_store=store),
                CustodySettings(here, key_file=file, key_store=store),
                CustodySettings(here, key_store=store),
                CustodySettings(here, key_store=store),
            )
        )
    ]
    assert [f.ring.active.fingerprint for f in found] == [
        k.fingerprint for k in (external, given, environment, desktop)
    ]
    assert [f.where for f in found] == [
        "key service",
        f"key file {file}",
        f"environment variable {KEY_VARIABLE}",
        "the desktop's key store",
    ]
    assert not here.exists()


def test_secrets_are_taken_out_of_the_environment_wherever_the_key_comes_from(tmp_path: Path) -> None:
    environment = {KEY_VARIABLE: "x", PASSPHRASE_VARIABLE: "y", "HOME": "/"}
    find_keys(CustodySettings(tmp_path, key_file=key_file(tmp_path / "k", MasterKey.generate())), environment)
    assert environment == {"HOME": "/"}


def test_a_start_on_ones_own_machine_makes_a_key_and_finds_it_again(tmp_path: Path) -> None:
    settings = CustodySettings(tmp_path / "config", may_create=True)
    first, again = find_keys(settings, {}), find_keys(settings, {})
    assert (first.was_made, again.was_made) == (True, False)
    assert first.ring.active.fingerprint == again.ring.active.fingerprint
    assert stat.S_IMODE(settings.local_key_file.stat().st_mode) == 0o600
    assert str(settings.local_key_file) in first.where


def test_a_desktop_with_a_key_store_keeps_the_key_there_and_in_no_file(tmp_path: Path) -> None:
    settings = CustodySettings(tmp_path / "config", key_store=DesktopKeyStore(), may_create=True)
    first, again = find_keys(settings, {}), find_keys(settings, {})
    assert (first.was_made, again.was_made) == (True, False)
    assert first.ring.active.fingerprint == again.ring.active.fingerprint
    assert [(file.name, file.read_bytes()) for file in settings.configuration.iterdir()] == [("vault.lock", b"")]


def test_a_passphrase_gives_the_same_key_only_with_its_salt(tmp_path: Path) -> None:
    one, other = CustodySettings(tmp_path / "one"), CustodySettings(tmp_path / "other")
    fingerprints = [
        find_keys(settings, {PASSPHRASE_VARIABLE: PASSPHRASE}).ring.active.fingerprint for settings in (one, one, other)
    ]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {KEY_VARIABLE: "c2hvcnQ="},
        {KEY_VARIABLE: ""},
        {KEY_VARIABLE: "not base64 !"},
        {PASSPHRASE_VARIABLE: "short"},
    ],
    ids=["no key", "short key", "empty key", "no base64", "short passphrase"],
)
def test_a_server_without_a_proper_key_refuses_to_start(tmp_path: Path, environment: dict[str, str]) -> None:
    """Trial V5."""
    with pytest.raises(SettingsError):
        find_keys(CustodySettings(tmp_path / "config"), environment)
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o444, 0o700 | 0o010])
def test_a_key_file_that_others_can_touch_is_refused_and_left_as_it_is(tmp_path: Path, mode: int) -> None:
    """Trials V5 and V6: such a key may be known to others, so repairing its mode would hide the damage."""
    file = key_file(tmp_path / "key", MasterKey.generate(), mode)
    with pytest.raises(PlaceError):
        find_keys(CustodySettings(tmp_path, key_file=file), {})
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "binary", "long"])
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    """Trials V5 and V6."""
    file = tmp_path / "key"
    match kind:
        case "folder":
            file.mkdir()
        case "link":
            file.symlink_to(key_file(tmp_path / "real", MasterKey.generate()))
        case "binary":
            file.write_bytes(b"\xff" * 32)
            file.chmod(0o600)
        case "long":
            file.write_bytes(b"A" * 5000)
            file.chmod(0o600)
        case _:
            pass
    with pytest.raises(HubSpotSkillError) as refused:
        find_keys(CustodySettings(tmp_path, key_file=file), {})
    assert refused.value.code in ("bad_place", "bad_settings")


class PlainTextKeyring(DesktopKeyStore):
    """Stands for a back end that writes passwords to an open file."""

    priority = 1.0


def test_only_key_stores_that_guard_their_secrets_are_used() -> None:
    trusted = SecretServiceKeyring()
    assert usable_key_store(trusted) is trusted
    for back_end in (FailKeyring(), NullKeyring(), PlainTextKeyring(), DesktopKeyStore()):
        assert usable_key_store(back_end) is None
    chained = SimpleNamespace(
        backends=[PlainTextKeyring(), trusted]
    )  # a real chain would be every test's own from now on
    assert usable_key_store(chained) is trusted


def test_a_desktop_key_store_that_is_locked_stops_the_start_and_gets_no_new_key(tmp_path: Path) -> None:
    class Locked(DesktopKeyStore):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked("locked")

    store = Locked()
    with pytest.raises(SettingsError):
        find_keys(CustodySettings(tmp_path / "config", key_store=store, may_create=True), {})
    assert store.kept == {}
    assert not (tmp_path / "config").exists()


def test_a_new_key_comes_first_and_the_old_one_still_opens(tmp_path: Path) -> None:
    for settings in (
        CustodySettings(tmp_path / "file", may_create=True),
        CustodySettings(tmp_path / "desktop", key_store=DesktopKeyStore(), may_create=True),
    ):
        found, new = find_keys(settings, {}), MasterKey.generate()
        add_key(settings, found, new)
        again = find_keys(settings, {})
        assert [k.fingerprint for k in again.ring.keys] == [new.fingerprint, found.ring.active.fingerprint]


def test_a_key_that_an_operator_keeps_is_not_written(tmp_path: Path) -> None:
    settings = CustodySettings(tmp_path, key_file=key_file(tmp_path / "key", MasterKey.generate()))
    with pytest.raises(SettingsError):
        add_key(settings, find_keys(settings, {}), MasterKey.generate())


def test_several_keys_are_read_from_lines_and_commas() -> None:
    keys = [MasterKey.generate() for _ in range(3)]
    ring = parse_keys(f" {keys[0].reveal()},{keys[1].reveal()}\n{keys[2].reveal()}\n")
    assert [k.fingerprint for k in ring.keys] == [k.fingerprint for k in keys]


def test_a_database_key_opens_only_with_the_master_key_and_for_its_own_file(tmp_path: Path) -> None:
    ring = KeyRing([MasterKey.generate()])
    database = tmp_path / "private" / "vault.db"
    key = file_key(database, ring)
    assert file_key(database, ring) == key
    place = file_key_place(database)
    assert key not in place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    with pytest.raises(VaultRefusedError):
        file_key(database, KeyRing([MasterKey.generate()]))
    other = database.with_name("audit.db")
    file_key_place(other).write_bytes(place.read_bytes())
    file_key_place(other).chmod(0o600)
    with pytest.raises(VaultRefusedError):
        file_key(other, ring)


def test_a_database_without_its_sealed_key_is_refused_and_gets_no_new_one(tmp_path: Path) -> None:
    database = tmp_path / "vault.db"
    database.write_bytes(b"pages")
    with pytest.raises(PlaceError):
        file_key(database, KeyRing([MasterKey.generate()]))
    assert not file_key_place(database).exists()


def test_resealing_a_database_key_frees_it_from_the_old_master_key(tmp_path: Path) -> None:
    old, new = MasterKey.generate(), MasterKey.generate()
    database = tmp_path / "private" / "vault.db"
    key = file_key(database, KeyRing([old]))
    both = KeyRing([new, old])
    assert [reseal_file_key(database, both), reseal_file_key(database, both)] == [True, False]
    assert file_key(database, KeyRing([new])) == key


def test_first_starts_at_once_agree_on_one_key_in_the_desktops_key_store(tmp_path: Path) -> None:
    class SlowStore:
        """A key store between whose look and whose writing others come."""

        kept: str | None = None

        def get_password(self, service: str, username: str) -> str | None:
            found = self.kept
            time.sleep(0.005)
            return found

        def set_password(self, service: str, username: str, password: str) -> None:
            time.sleep(0.005)
            self.kept = password

    settings = CustodySettings(configuration=tmp_path / "config", key_store=SlowStore(), may_create=True)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: find_keys(settings, {}), range(8)))
    assert len({one.ring.active.fingerprint for one in found}) == 1
    assert sum(one.was_made for one in found) == 1

"""Finds the master keys of the vault, or refuses to go on: there is no way to run without one.

The first of these that holds a key wins, so an operator can always override what the machine made for itself:

1. an outside key service, behind `ExternalKeys`;
2. a key file that an operator names (systemd credential, container secret), mode 0400 or 0600;
3. the environment variable `HUBSPOT_SKILL_KEY`, removed from the environment once read;
4. the desktop's own key store: Keychain, Credential Locker, Secret Service or KWallet, and no other;
5. a passphrase, through Argon2id (64 MiB, 3 passes, 4 lanes; about 0.1 s) with a salt kept in the configuration;
6. a key file in the configuration directory that an earlier start made.

With none, a start for one's own machine (`may_create`) makes a key and keeps it in 4 or 6, never beside the database.
Any other start refuses.

Text of keys: base64 of 32 bytes each, one a line or separated by commas; the first seals, all of them open. An
operator changes the key by writing a new one before the old one, restarting, and running `vault rotate`.
Limit: on Linux the first environment of a process stays readable in /proc for its user and root.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.foundation.crypto import KEY_BYTES, KeyRing, MasterKey
from hubspot_skill.foundation.private_files import (
    create_private_file,
    in_turn,
    private_directory,
    read_private_file,
    replace_private_file,
)
from hubspot_skill.foundation.secret import Secret

__all__ = [
    "KEY_VARIABLE",
    "PASSPHRASE_VARIABLE",
    "CustodySettings",
    "ExternalKeys",
    "FoundKeys",
    "KeyStore",
    "add_key",
    "find_keys",
    "parse_keys",
    "system_key_store",
    "usable_key_store",
]

KEY_VARIABLE = "HUBSPOT_SKILL_KEY"
PASSPHRASE_VARIABLE = "HUBSPOT_SKILL_PASSPHRASE"  # noqa: S105 - the name of a variable
_SERVICE, _USER = "hubspot-skill", "vault-key"
_MOST_KEY_FILE_BYTES = 4096
_LEAST_PASSPHRASE_LENGTH = 12
_SALT_BYTES = 16
_TRUSTED_BACK_ENDS = frozenset(
    {
        "keyring.backends.macOS",
        "keyring.backends.Windows",
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
    }
)


class ExternalKeys(Protocol):
    """An outside service that unwraps the master keys, such as a cloud's key management."""

    name: str

    def unwrap(self) -> tuple[MasterKey, ...]:
        """Give the master keys, the active one first."""
        ...


class KeyStore(Protocol):
    """A desktop's key store, as the `keyring` package offers it."""

    def get_password(self, service: str, username: str) -> str | None:
        """Give what is kept under a name."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep text under a name."""
        ...


@dataclass(frozen=True, slots=True)
class CustodySettings:
    """Where to look for keys; `configuration` is a directory of our own, away from the database."""

    configuration: Path
    key_file: Path | None = None
    external: ExternalKeys | None = None
    key_store: KeyStore | None = None
    may_create: bool = False

    @property
    def local_key_file(self) -> Path:
        """The key file that a start for one's own machine makes."""
        return self.configuration / "vault.key"

    @property
    def lock_file(self) -> Path:
        """What processes take turns by when they make a key in the desktop's key store."""
        return self.configuration / "vault.lock"

    @property
    def salt_file(self) -> Path:
        """The salt of a passphrase; not secret, but without it the passphrase is worth nothing."""
        return self.configuration / "vault.salt"


@dataclass(frozen=True, slots=True)
class FoundKeys:
    """The keys, where they were found in words for a person, and whether this start made them."""

    ring: KeyRing
    where: str
    was_made: bool = False


def find_keys(settings: CustodySettings, environment: MutableMapping[str, str]) -> FoundKeys:
    """Find the keys, taking the secrets among them out of `environment`.

    Raises:
        SettingsError: there is no key, or the first one found is not a key.
        PlaceError: a key file is missing, or others could read it.
    """
    key_text = environment.pop(KEY_VARIABLE, None)
    passphrase = environment.pop(PASSPHRASE_VARIABLE, None)
    if settings.external is not None:
        return FoundKeys(KeyRing(settings.external.unwrap()), settings.external.name)
    if settings.key_file is not None:
        return FoundKeys(_ring_of_file(settings.key_file), f"key file {settings.key_file}")
    if key_text is not None:
        return FoundKeys(parse_keys(key_text), f"environment variable {KEY_VARIABLE}")
    if settings.key_store is not None:
        kept = _kept_in(settings.key_store)
        if kept is not None:
            return FoundKeys(parse_keys(kept), "the desktop's key store")
    if passphrase is not None:
        return FoundKeys(_ring_of_passphrase(Secret(passphrase), settings.salt_file), "passphrase")
    if settings.local_key_file.exists():
        return FoundKeys(_ring_of_file(settings.local_key_file), f"key file {settings.local_key_file}")
    if not settings.may_create:
        raise SettingsError(
            "the vault has no key, and this start may not make one: expected one for a server or a shared database",
            hint=f"Give one by {KEY_VARIABLE} or HUBSPOT_SKILL_KEY_FILE; make it with: hubspot-skill vault new-key",
        )
    return _make(settings)


def add_key(settings: CustodySettings, found: FoundKeys, key: MasterKey) -> FoundKeys:
    """Put a new key before those that this program itself keeps, so that it is the one that seals.

    Raises:
        SettingsError: an operator keeps the keys, so only they can add one.
    """
    keys = (key, *found.ring.keys)
    text = "\n".join(k.reveal() for k in keys)
    if settings.key_store is not None and _kept_in(settings.key_store) is not None:
        settings.key_store.set_password(_SERVICE, _USER, text)
    elif found.where == f"key file {settings.local_key_file}":
        replace_private_file(settings.local_key_file, f"{text}\n".encode())
    else:
        raise SettingsError(
            f"the vault's key comes from {found.where}, which this program does not write",
            hint="Write the new key before the old one there, restart, and run: hubspot-skill vault rotate",
        )
    return FoundKeys(KeyRing(keys), found.where)


def parse_keys(text: str) -> KeyRing:
    """Read base64 keys separated by lines or commas, the active one first.

    Raises:
        SettingsError: one is not a key, or there is none.
    """
    return KeyRing([MasterKey.parse(part) for part in re.split(r"[\s,]+", text.strip()) if part])


def system_key_store() -> KeyStore | None:
    """Give the desktop's key store, if the `keyring` extra is installed and finds one that may be trusted."""
    try:
        import keyring
    except ModuleNotFoundError:
        return None
    return usable_key_store(keyring.get_keyring())


def usable_key_store(back_end: object) -> KeyStore | None:
    """Give this back end, or the first one in its chain, that keeps secrets for its user alone; None for others.

    `fail`, `null` and every file that lies open are not used.
    """
    chain: list[Any] = getattr(back_end, "backends", None) or [back_end]
    return next((b for b in chain if type(b).__module__ in _TRUSTED_BACK_ENDS), None)


def _make(settings: CustodySettings) -> FoundKeys:
    key = MasterKey.generate()
    if settings.key_store is not None:
        return _make_in(settings.key_store, key, settings.lock_file)
    private_directory(settings.configuration)
    was_made = create_private_file(settings.local_key_file, f"{key.reveal()}\n".encode())
    return FoundKeys(_ring_of_file(settings.local_key_file), f"key file {settings.local_key_file}", was_made)


def _make_in(store: KeyStore, key: MasterKey, lock: Path) -> FoundKeys:
    """Put a new key into the desktop's key store, which knows no "if there is none": so one process at a time looks."""
    with in_turn(lock):
        earlier = _kept_in(store)
        if earlier is None:
            store.set_password(_SERVICE, _USER, key.reveal())
        kept = _kept_in(store)
    if kept is None:
        raise SettingsError("the desktop's key store did not keep the vault's key")
    return FoundKeys(parse_keys(kept), "the desktop's key store", was_made=earlier is None)


def _kept_in(store: KeyStore) -> str | None:
    """Give what the desktop keeps for us. One that cannot tell is no reason to make another key."""
    try:
        return store.get_password(_SERVICE, _USER)
    except Exception as error:  # a back end raises whatever its platform gives it
        raise SettingsError(
            f"the desktop's key store could not be asked for the vault's key ({type(error).__name__})",
            hint="Unlock it and start again.",
        ) from error


def _ring_of_file(path: Path) -> KeyRing:
    content = read_private_file(path, most_bytes=_MOST_KEY_FILE_BYTES)
    try:
        return parse_keys(content.decode("ascii"))
    except UnicodeDecodeError:
        raise SettingsError(f"the key file {path} is not text: expected base64 of {KEY_BYTES} bytes a line") from None


def _ring_of_passphrase(passphrase: Secret, salt_file: Path) -> KeyRing:
    if len(passphrase.reveal()) < _LEAST_PASSPHRASE_LENGTH:
        raise SettingsError(
            f"the passphrase is shorter than {_LEAST_PASSPHRASE_LENGTH} characters",
            hint="Use several words, or a key: hubspot-skill vault new-key",
        )
    if not salt_file.exists():
        private_directory(salt_file.parent)
        create_private_file(salt_file, secrets.token_bytes(_SALT_BYTES))
    salt = read_private_file(salt_file, most_bytes=_SALT_BYTES)
    if len(salt) != _SALT_BYTES:
        raise SettingsError(f"the salt {salt_file} has {len(salt)} bytes: expected {_SALT_BYTES}")
    derive = Argon2id(salt=salt, length=KEY_BYTES, iterations=3, lanes=4, memory_cost=64 * 1024).derive
    return KeyRing([MasterKey(derive(passphrase.reveal().encode()))])

"""Where this program keeps its files, and the one secret file of the local HTTP door.

The bearer token lies in the configuration folder, readable by its owner only, apart from the data folder: whoever copies
the data does not get the key with it. It is made once, so that a configuration pasted into a chat client stays valid.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from hubspot_skill.domain.errors import PlaceError
from hubspot_skill.foundation.private_files import create_private_file, private_directory, read_private_file
from hubspot_skill.foundation.secret import Secret

__all__ = ["TOKEN_BYTES", "Places", "bearer_token", "console_key", "default_places"]

TOKEN_BYTES = 32
_MOST_BYTES = 1024
_APP = "hubspot-skill"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one installation; they are made when something is first put there."""

    config: Path
    data: Path

    @property
    def token_file(self) -> Path:
        """The file of the bearer token that HTTP clients on this machine send."""
        return self.config / "http-token"

    @property
    def console_key_file(self) -> Path:
        """The file of the key by which this person's own programs ask a running server for a link to its site."""
        return self.config / "console-key"

    @property
    def vault(self) -> Path:
        """The encrypted database of connected accounts."""
        return self.data / "vault" / "vault.db"

    @property
    def limits(self) -> Path:
        """The file in which this person's processes keep HubSpot's limits together."""
        return self.data / "limits" / "limits.db"

    def store(self, name: str, file: str = "") -> Path:
        """The encrypted file of a store beside the vault (`databases.Store`), or one of its files."""
        return self.data / name / f"{file or name}.db"

    def stores(self) -> tuple[Path, ...]:
        """The encrypted files that are here now: the vault and whatever else is kept with a sealed key beside it."""
        return tuple(sorted(key.with_suffix("") for key in self.data.glob("*/*.db.key")))

    @property
    def has_stores(self) -> bool:
        """True where something was sealed before with a master key, by this process or another."""
        return bool(self.stores())

    @property
    def exports(self) -> Path:
        """The folder of files that were exported, of all accounts."""
        return self.data / "exports"

    @property
    def portals(self) -> Path:
        """The folder of generated sandbox portals."""
        return self.data / "sandbox"


def default_places(data_dir: Path | None = None) -> Places:
    """Give the platform's own places, with another data folder where one is set."""
    import platformdirs

    data = data_dir or platformdirs.user_data_path(_APP, appauthor=False)
    return Places(config=platformdirs.user_config_path(_APP, appauthor=False), data=data.expanduser())


def bearer_token(places: Places) -> Secret:
    """Give the bearer token of the HTTP door, made on the first call.

    Raises:
        PlaceError: the file cannot be kept, others than its owner may read it, or it holds no token.
    """
    return _kept(places, places.token_file, "the token of the HTTP door")


def console_key(places: Places) -> Secret:
    """Give the console's key, made on the first call.

    Raises:
        PlaceError: as `bearer_token`.
    """
    return _kept(places, places.console_key_file, "the console's key")


def _kept(places: Places, file: Path, what: str) -> Secret:
    private_directory(places.config)
    if not file.exists():
        create_private_file(file, f"{secrets.token_urlsafe(TOKEN_BYTES)}\n".encode("ascii"))
    text = read_private_file(file, most_bytes=_MOST_BYTES).decode("ascii", "replace").strip()
    if len(text) < TOKEN_BYTES or not text.isprintable():
        raise PlaceError(
            f"{file} holds {len(text)} characters: expected {what}",
            hint="Remove the file; a new one is made at the next start.",
        )
    return Secret(text)

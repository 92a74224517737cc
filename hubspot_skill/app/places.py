"""Where this program keeps its files, and the one secret file of the local HTTP door.

The bearer token lies in the configuration folder, readable by its owner only, apart from the data folder: whoever copies
the data does not get the key with it. It is made once, so that a configuration pasted into a chat client stays valid.
On platforms without POSIX modes the check of the mode is skipped; `Places.checks_modes` says so.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from hubspot_skill.domain.errors import PlaceError
from hubspot_skill.foundation.secret import Secret

__all__ = ["TOKEN_BYTES", "Places", "bearer_token", "default_places"]

TOKEN_BYTES = 32
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
    def portals(self) -> Path:
        """The folder of generated sandbox portals."""
        return self.data / "sandbox"

    @property
    def checks_modes(self) -> bool:
        """True where the platform can say who may read a file."""
        return os.name == "posix"


def default_places(data_dir: Path | None = None) -> Places:
    """Give the platform's own places, with another data folder where one is set."""
    import platformdirs

    data = data_dir or platformdirs.user_data_path(_APP, appauthor=False)
    return Places(config=platformdirs.user_config_path(_APP, appauthor=False), data=data.expanduser())


def bearer_token(places: Places) -> Secret:
    """Give the bearer token of the HTTP door, made on the first call.

    Raises:
        PlaceError: the file cannot be written or read, is empty, or others than its owner may read it.
    """
    file = places.token_file
    try:
        places.config.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_once(file)
        if places.checks_modes and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise PlaceError(
                f"{file} holds the token of the HTTP door and others on this machine may read it",
                hint=f"Run: chmod 600 {file}",
            )
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PlaceError(
            f"the token of the HTTP door cannot be kept in {file}: {error.__class__.__name__}",
            hint="Make that folder writable for the user who runs this program.",
        ) from error
    if len(text) < TOKEN_BYTES:
        raise PlaceError(
            f"{file} holds {len(text)} characters: expected the token of the HTTP door",
            hint="Remove the file; a new token is made at the next start.",
        )
    return Secret(text)


def _make_once(file: Path) -> None:
    """Write a new token to a file that is not there yet, whole or not at all."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as text:
            text.write(secrets.token_urlsafe(TOKEN_BYTES) + "\n")
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()

"""Where the built script, style sheet and icons are, and icons as markup.

The bundle's names carry hashes; its manifest says which file is which (`tools/bundle.py` builds both). This is one of
the two places where markup is made outside of a template: an icon's name is checked, nothing else goes in.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from markupsafe import Markup

from hubspot_skill.domain.errors import PlaceError

__all__ = ["STATIC", "Assets"]

STATIC = Path(__file__).with_name("static")
_ICON = re.compile(r"[a-z0-9-]{1,40}")


class Assets:
    """The built files by their plain names, such as `console.js`."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read the manifest.

        Raises:
            PlaceError: nothing was built there.
        """
        try:
            self._names: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise PlaceError(
                f"the console's script and style are not in {folder}",
                hint="In a checkout `make setup` builds them; an installed package brings them.",
            ) from error

    def url(self, name: str) -> str:
        """Give the address of a built file."""
        return f"/static/{self._names[name]}"

    def icon(self, name: str, label: str = "") -> Markup:
        """Give an icon of the sprite, hidden from screen readers unless it has a label."""
        if not _ICON.fullmatch(name):
            raise ValueError(f"not an icon's name: {name}")
        told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(told, self.url("icons.svg"), name)

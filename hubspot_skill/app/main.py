"""The `hubspot-skill` entry: finds `mcp` before anything of the other commands is imported, else hands over to the shell.

A chat client starts `mcp` for every conversation and waits for it; the shell's library alone would add a tenth of a
second to that. For the same reason garbage is not collected while the modules load: a start frees nothing, and looking
again and again costs a twelfth of it (measured 2026-11-23).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> None:
    """Carry out a command line (the process's own by default) and exit with its code."""
    words = sys.argv[1:] if words is None else words
    if list(words) == ["mcp"]:
        gc.disable()
        from hubspot_skill.app.stdio import start

        sys.exit(start())
    from hubspot_skill.app.program import Program
    from hubspot_skill.surfaces.cli.commands import run

    sys.exit(run(Program(), words))

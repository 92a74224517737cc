"""`python -m tools catalog [--write]`: the reviewed contract of each tool, one file each, and the digest of them all.

`tools/catalog/<tool>.json` holds what a client is told of the tool and what that costs in o200k tokens; `digest.json`
the SHA-256 of the whole list with the version it belongs to. Without `--write` the files are compared with the code.
A released version's list cannot change: `--write` refuses until the package has a new version.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hubspot_skill import __version__
from tools.tokens import compact, count, listed_tools, seen_by_model

__all__ = ["FOLDER", "contracts", "differences", "digest", "main"]

FOLDER = Path(__file__).parent / "catalog"
_DIGEST = "digest.json"


def digest(tools: Sequence[Mapping[str, Any]]) -> str:
    """Give the SHA-256 of a tool list, over its bytes in the order it is listed."""
    return hashlib.sha256(compact({"tools": list(tools)}).encode()).hexdigest()


def contracts() -> dict[str, str]:
    """Give the text of every contract file, by file name."""
    tools = listed_tools()
    counts = count([*map(seen_by_model, tools), *map(compact, tools)])
    files = {
        f"{tool['name']}.json": {**tool, "tokens": {"seen": counts[i], "listed": counts[len(tools) + i]}}
        for i, tool in enumerate(tools)
    }
    files[_DIGEST] = {
        "version": __version__,
        "sha256": digest(tools),
        "released": _recorded().get("released", False) and _recorded().get("version") == __version__,
        "order": [tool["name"] for tool in tools],
    }
    return {name: json.dumps(body, ensure_ascii=False, indent=2) + "\n" for name, body in files.items()}


def differences(wanted: Mapping[str, str]) -> list[str]:
    """Give the names of files that are missing, stale, or belong to no tool."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def main(argv: Sequence[str]) -> int:
    """Compare the catalogue with the code, or write it."""
    parser = argparse.ArgumentParser(prog="python -m tools catalog", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing them")
    options = parser.parse_args(argv)
    wanted = contracts()
    changed = differences(wanted)
    if not changed:
        print(f"{len(wanted) - 1} contracts are current")
        return 0
    if not options.write:
        print(f"stale: {', '.join(changed)}; run `python -m tools catalog --write` and review what changed")
        return 1
    recorded = _recorded()
    if recorded.get("released") and recorded.get("version") == __version__:
        print(f"the tools of {__version__} are released: give the package a new version first")
        return 1
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"wrote {', '.join(changed)}")
    return 0


def _recorded() -> dict[str, Any]:
    path = FOLDER / _DIGEST
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

"""`python -m tools check|catalog|tokens|bench|trials|conformance`: hands over to the module of that name."""

from __future__ import annotations

import importlib
import sys

COMMANDS = {
    "check": "format, lint, types, import contracts and every test",
    "catalog": "compare the tools' contract files with the code, or write them",
    "bundle": "build the console's script, style sheet and icons where their sources changed",
    "readme": "compare the made parts of the README with the program, or write them",
    "tokens": "count what the tools and answers cost a model",
    "bench": "measure speed and size against bare libraries",
    "trials": "run the trials of reliability, or those named",
    "conformance": "run the official conformance suite and the inspector",
}


def main() -> int:
    """Run one command of the workshop."""
    command, *words = sys.argv[1:] or [""]
    if command not in COMMANDS:
        print("usage: python -m tools COMMAND …", *(f"  {n:<12} {what}" for n, what in COMMANDS.items()), sep="\n")
        return 0 if command in {"-h", "--help"} else 2
    return importlib.import_module(f"tools.{command}").main(words)


sys.exit(main())

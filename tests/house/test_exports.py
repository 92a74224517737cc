"""What one room takes from another is in `__all__` there; every `__all__` is sorted and true."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent.parent / "hubspot_skill"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__main__.py"]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _all_of(tree: ast.Module) -> list[str]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return ast.literal_eval(value)
    return []


def _bound(tree: ast.Module) -> set[str]:
    """Give the names that a module binds at its top."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
            case _:
                pass
    return names


def _room(dotted: str) -> str:
    """Give the room of a module: its first folder, for surfaces the surface."""
    parts = dotted.split(".")[1:]
    return ".".join(parts[:2] if parts[:1] == ["surfaces"] else parts[:1])


def _dotted(path: Path) -> str:
    parts = ["hubspot_skill", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _file(dotted: str) -> Path | None:
    base = PACKAGE.parent.joinpath(*dotted.split("."))
    return next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.exists()), None)


def _taken() -> Iterator[tuple[str, str, str]]:
    """Give what modules take from other rooms: by whom, from which module, which name."""
    for path in MODULES:
        taker = _dotted(path)
        for node in ast.walk(_tree(path)):
            if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hubspot_skill.")):
                continue
            module = node.module or ""
            if _room(module) == _room(taker):
                continue
            for alias in node.names:
                if _file(f"{module}.{alias.name}") is None:
                    yield taker, module, alias.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_modules_exports_are_sorted_and_there(path: Path) -> None:
    tree = _tree(path)
    exported = _all_of(tree)

    assert ast.get_docstring(tree), "a module begins with its docstring"
    assert sorted(exported, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == exported
    assert set(exported) <= _bound(tree)


def test_what_a_room_takes_from_another_is_exported_there() -> None:
    taken = list(_taken())
    missing = [
        f"{taker} takes {name} from {module}"
        for taker, module, name in taken
        if (file := _file(module)) is None or name not in _all_of(_tree(file))
    ]

    assert len(taken) > 100
    assert missing == []

"""Every promise of the ledger has a test, and every promise that a test names is in the ledger."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.requirements import PROMISES

TESTS = Path(__file__).parent.parent


def _named_promises(tree: ast.AST) -> Iterator[str]:
    """Give the ids in `pytest.mark.promise("…")` of one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "promise":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def _proven() -> set[str]:
    return {
        name
        for file in TESTS.rglob("test_*.py")
        for name in _named_promises(ast.parse(file.read_text(encoding="utf-8")))
    }


def test_every_promise_has_a_test() -> None:
    assert sorted({promise.id for promise in PROMISES} - _proven()) == []


def test_every_promise_that_a_test_names_is_in_the_ledger() -> None:
    assert sorted(_proven() - {promise.id for promise in PROMISES}) == []


def test_no_promise_is_given_twice() -> None:
    ids = [promise.id for promise in PROMISES]
    assert sorted(ids) == sorted(set(ids))
    assert all(promise.text.endswith(".") for promise in PROMISES)

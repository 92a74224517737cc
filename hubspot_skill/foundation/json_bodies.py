"""Whether a JSON body means one thing only, before anything acts on it.

Python's and pydantic's parsers accept what JSON does not (NaN) and let the last of two equal keys win, so that two
readers of one body may see two different calls. Depth and width are bounded for the memory's sake.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

__all__ = ["MAX_BODY_DEPTH", "MAX_BODY_KEYS", "body_problem"]

MAX_BODY_DEPTH = 24
"""JSON-RPC's own envelope around arguments of at most 16 levels."""
MAX_BODY_KEYS = 500

_QUOTE, _BACKSLASH = 0x22, 0x5C


class _ProblemError(ValueError):
    """Why a body is refused."""


def body_problem(body: bytes, *, most_depth: int = MAX_BODY_DEPTH) -> str:
    """Give why a body cannot be taken, in a sentence; "" when it can."""
    if _is_deep(body, most_depth):
        return f"the body is nested deeper than {most_depth} levels"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "the body is not UTF-8"
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except _ProblemError as problem:
        return str(problem)
    except UnicodeEncodeError:
        return "the body holds half of a surrogate pair, which is no character"
    except ValueError:
        return "the body is not JSON"
    return ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _ProblemError("an object of the body has the same key twice")
    if len(found) > MAX_BODY_KEYS:
        raise _ProblemError(f"an object of the body has {len(found)} keys: expected at most {MAX_BODY_KEYS}")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _ProblemError(f"the body holds {name}, which is not JSON")


def _is_deep(body: bytes, most: int) -> bool:
    """Say whether brackets outside of texts nest too deeply; without building anything of it."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth, in_text, escaped = 0, False, False
    for byte in body:
        if in_text:
            if escaped:
                escaped = False
            elif byte == _BACKSLASH:
                escaped = True
            elif byte == _QUOTE:
                in_text = False
        elif byte == _QUOTE:
            in_text = True
        elif byte in b"[{":
            depth += 1
            if depth > most:
                return True
        elif byte in b"]}":
            depth -= 1
    return False

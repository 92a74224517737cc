"""Finds the handler of a request: one endpoint answers under every version's address of its family.

Its own module because the addresses are data (facts 1.1) and the lookup is pure: a tree over path segments, so that
six hundred addresses cost no more than one.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Call
    from hubspot_skill.sandbox.rates import Budget

__all__ = ["DATED", "Endpoint", "Found", "Routes"]

DATED = ("2026-03", "2026-09")
"""The date versions that the sandbox answers (facts 1)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation: its method, its address under each version, what it costs, and who answers it.

    `area` gives the dated addresses, `/{area}/{version}{path}`; an empty area has none. `legacy` lists the prefixes of the
    others as they are, `("/crm/v3/objects",)`; the version is read out of them. A `public` endpoint asks for no token.
    """

    method: str
    area: str
    path: str
    handler: Callable[[Call], Awaitable[Response] | Response]
    budget: Budget = "burst"
    legacy: tuple[str, ...] = ()
    dated: tuple[str, ...] = DATED
    public: bool = False

    def addresses(self) -> Iterable[tuple[str, str]]:
        """Yield every version with the path template that it has in it."""
        if self.area:
            for version in self.dated:
                yield version, f"/{self.area}/{version}{self.path}"
        for prefix in self.legacy:
            version = re.search(r"/(v\d)(?=/|$)", prefix)
            yield version[1] if version else "", f"{prefix}{self.path}"


@dataclass(frozen=True, slots=True)
class Found:
    """The endpoint of a request, the version it was asked under and the placeholders' values."""

    endpoint: Endpoint
    version: str
    params: dict[str, str]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict["str", "_Node"])
    placeholder: _Node | None = None
    ends: dict[str, tuple[Endpoint, str, tuple[str, ...]]] = field(
        default_factory=dict[str, tuple[Endpoint, str, tuple[str, ...]]]
    )


class Routes:
    """All addresses of the sandbox; a literal segment wins over a placeholder."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Plant the addresses of all endpoints; two endpoints with one address are an error of the program."""
        self._root = _Node()
        for endpoint in endpoints:
            for version, template in endpoint.addresses():
                self._plant(endpoint, version, template)

    def find(self, method: str, raw_path: str) -> Found | None:
        """Return who answers a request for a still encoded path, or None."""
        values: list[str] = []
        node = _walk(self._root, [unquote(part) for part in raw_path.strip("/").split("/")], 0, method, values)
        if node is None:
            return None
        endpoint, version, names = node.ends[method]
        return Found(endpoint, version, dict(zip(names, values, strict=True)))

    def _plant(self, endpoint: Endpoint, version: str, template: str) -> None:
        node = self._root
        names: list[str] = []
        for part in template.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                if node.placeholder is None:
                    node.placeholder = _Node()
                node = node.placeholder
            else:
                node = node.children.setdefault(part, _Node())
        if endpoint.method in node.ends:
            raise ValueError(f"two endpoints answer {endpoint.method} {template}")
        node.ends[endpoint.method] = (endpoint, version, tuple(names))


def _walk(node: _Node, parts: list[str], at: int, method: str, values: list[str]) -> _Node | None:
    if at == len(parts):
        return node if method in node.ends else None
    literal = node.children.get(parts[at])
    if literal is not None:
        found = _walk(literal, parts, at + 1, method, values)
        if found is not None:
            return found
    if node.placeholder is None or not parts[at]:
        return None
    values.append(parts[at])
    found = _walk(node.placeholder, parts, at + 1, method, values)
    if found is None:
        values.pop()
    return found

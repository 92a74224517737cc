"""Faults on request: rules that say which calls go wrong, how, and how often, and the middleware that makes them.

A rule matches a method and a path; the first matching rule that still has something to do plays its fault. A rule can let the first
calls pass (`skip`), stop after so many (`times`), and strike by chance (`probability`, with a seed of its own, so that a run repeats).
The sandbox's own paths under `/_sandbox/` never fail.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from hubspot_skill.sandbox.exchange import Exchange
from hubspot_skill.sandbox.fault_kinds import Fault, Uninstall
from hubspot_skill.sandbox.traffic import CONTROL_PREFIX, SEEN_KEY, Seen

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Faults", "FaultsMiddleware", "Rule"]


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as failure:
        message = f"{pattern!r} is no regular expression: {failure}"
        raise ValueError(message) from failure
    return pattern


@dataclass(frozen=True, slots=True)
class Rule:
    """Which calls go wrong: `route` is a regular expression searched in the path, no `methods` means all of them.

    `skip` calls pass first, then `times` of them fail (all without it), each with `probability` drawn by `seed`.
    """

    fault: Fault
    route: Annotated[str, AfterValidator(_compiled)] = ""
    methods: frozenset[str] = frozenset()
    skip: Annotated[int, Field(ge=0)] = 0
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether this call is one that the rule is about."""
        return (not self.methods or method in self.methods) and re.search(self.route, path) is not None


@dataclass(slots=True)
class _Armed:
    """A rule with what it has seen and done so far."""

    rule: Rule
    chance: random.Random = field(init=False)
    matched: int = 0
    played: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.rule.seed)  # noqa: S311 - chance for tests, not a secret

    def strikes(self) -> bool:
        self.matched += 1
        if self.matched <= self.rule.skip or (self.rule.times is not None and self.played >= self.rule.times):
            return False
        if self.rule.probability < 1 and self.chance.random() >= self.rule.probability:
            return False
        self.played += 1
        return True


def _nothing(_authorization: str | None) -> None: ...


class Faults:
    """The rules in force, in the order in which they were added."""

    def __init__(self, uninstall: Uninstall = _nothing) -> None:
        """Begin without a rule; `uninstall` is what the fault of that name does with an Authorization header."""
        self.uninstall = uninstall
        self._armed: dict[int, _Armed] = {}
        self._last_id = 0

    def add(self, rule: Rule) -> int:
        """Put a rule in force behind the others and return its number."""
        _compiled(rule.route)
        self._last_id += 1
        self._armed[self._last_id] = _Armed(rule)
        return self._last_id

    def remove(self, number: int) -> bool:
        """Take a rule out of force; tell whether it was in force."""
        return self._armed.pop(number, None) is not None

    def clear(self) -> None:
        """Take all rules out of force."""
        self._armed.clear()

    @property
    def rules(self) -> Mapping[int, Rule]:
        """Return the rules in force by their number."""
        return {number: armed.rule for number, armed in self._armed.items()}

    def played(self, number: int) -> int:
        """Return how many calls the rule of this number made go wrong."""
        return self._armed[number].played

    def strike(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with this call, if anything, and count it."""
        for armed in self._armed.values():
            if armed.rule.matches(method, path) and armed.strikes():
                return armed.rule.fault
        return None


class FaultsMiddleware:
    """The outermost layer of the sandbox: lets a call pass or plays the fault that a rule has for it."""

    def __init__(self, app: "ASGIApp", faults: Faults) -> None:
        """Stand before the application with these rules."""
        self._app = app
        self._faults = faults

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        fault = self._faults.strike(scope["method"], scope["path"])
        exchange = Exchange(self._app, scope, receive, send)
        if fault is None:
            await exchange.pass_on()
        else:
            seen = scope.get(SEEN_KEY)
            if isinstance(seen, Seen):
                seen.fault = fault.kind
            await fault.play(exchange, self._faults.uninstall)

"""The handles of the sandbox itself under `/_sandbox/`: what a test or a person turns, and what no client of HubSpot ever calls.

Time, faults, rate policies, switches, tokens, apps, the log of calls, and the way back to the seed. These paths answer only on a loopback
address and by a loopback name, so that no web page a person visits can turn them; they need no token, cost no budget and never fail on
request.
"""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.rates import POLICIES, RatePolicy
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.sandbox.tokens import DEFAULT_APP, OAuthApp
from hubspot_skill.sandbox.traffic import Seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from hubspot_skill.sandbox.app import Sandbox

__all__ = ["ENDPOINTS"]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class ClockChange:
    """What to do with the clock; what is left out stays, and `set` comes before `advance_s`."""

    set: AwareDatetime | None = None
    advance_s: float = 0
    running: bool | None = None


@dataclass(frozen=True, config=_STRICT)
class PolicyChange:
    """A rate policy by `name`, with single limits replaced by `changes`; `oauth` names another for OAuth apps.

    `spent_today` counts so many calls in the day of every account in advance.
    """

    name: str = "none"
    changes: dict[str, object] | None = None
    oauth: str | None = None
    spent_today: int = 0


@dataclass(frozen=True, config=_STRICT)
class TokenWanted:
    """A private-app token to mint: for which portal, with which scopes (all by default)."""

    portal: str | None = None
    scopes: frozenset[str] | None = None
    user_id: int | None = None
    token: str | None = None


@dataclass(frozen=True, config=_STRICT)
class CodeWanted:
    """An authorization code to mint, as the authorize page would."""

    portal: str | None = None
    client_id: str = DEFAULT_APP.client_id
    scopes: frozenset[str] | None = None
    user_id: int | None = None
    redirect_uri: str | None = None
    code_challenge: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Uninstalling:
    """An app to take out of an account, or the whole account to close (`deleted`)."""

    portal: str
    client_id: str = DEFAULT_APP.client_id
    deleted: bool = False


def read_clock(call: Call) -> Response:
    """Answer the sandbox's present moment and whether it runs."""
    clock = _sandbox(call).clock
    return answer({"now": clock.now().isoformat(), "running": clock.running})


async def change_clock(call: Call) -> Response:
    """Set, advance, stop or run the clock, and answer where it is now."""
    change = _parsed(_CLOCK_CHANGE, await call.body())
    clock = _sandbox(call).clock
    if change.advance_s < 0:
        raise Refusal.plain(400, f"advance_s is {change.advance_s}; a clock goes back only by set")
    if change.running is False:
        clock.stop()
    if change.set is not None:
        clock.set(change.set)
    clock.advance(change.advance_s)
    if change.running is True:
        clock.run()
    return read_clock(call)


def list_faults(call: Call) -> Response:
    """Answer the rules in force and how often each struck."""
    faults = _sandbox(call).faults
    rules = [{"number": n, "played": faults.played(n), "rule": _plain_rule(rule)} for n, rule in faults.rules.items()]
    return answer({"faults": rules})


async def add_fault(call: Call) -> Response:
    """Put a rule in force and answer its number."""
    rule = _parsed(_RULE, await call.body())
    return answer({"number": _sandbox(call).faults.add(rule)}, 201)


def clear_faults(call: Call) -> Response:
    """Take all rules out of force."""
    _sandbox(call).faults.clear()
    return no_content()


def remove_fault(call: Call) -> Response:
    """Take one rule out of force."""
    number = call.params["number"]
    if not number.isdigit() or not _sandbox(call).faults.remove(int(number)):
        raise Refusal.plain(404, f"no fault has the number {number}")
    return no_content()


def read_rates(call: Call) -> Response:
    """Answer the rate policies in force and the names of those that are known."""
    rates = _sandbox(call).rates
    return answer(
        {
            "private_app": asdict(rates.policy("private_app")),
            "oauth": asdict(rates.policy("oauth")),
            "known": sorted(POLICIES),
        }
    )


async def change_rates(call: Call) -> Response:
    """Hold callers to another policy, and answer what is in force now."""
    change = _parsed(_POLICY_CHANGE, await call.body())
    policy = _changed(_POLICY, _policy(change.name), change.changes or {}, "limit")
    oauth = _policy(change.oauth) if change.oauth is not None else None
    sandbox = _sandbox(call)
    sandbox.rates.set_policy(policy, oauth)
    for portal in sandbox.portals.values():
        sandbox.rates.spend_day(portal.account.portal_id, ZoneInfo(portal.account.time_zone), change.spent_today)
    return read_rates(call)


def read_switches(call: Call) -> Response:
    """Answer every portal's switches."""
    return answer({name: asdict(portal.switches) for name, portal in _sandbox(call).portals.items()})


async def change_switches(call: Call) -> Response:
    """Turn the named switches in every portal, or in the one that the query's `portal` names."""
    wanted = await call.body()
    only = call.query("portal")
    sandbox = _sandbox(call)
    if only is not None and only not in sandbox.portals:
        raise Refusal.plain(404, f'no portal is named "{only}"; there are: {", ".join(sandbox.portals)}')
    for name, portal in sandbox.portals.items():
        if only in (None, name):
            portal.switches = _changed(_SETTINGS, portal.switches, wanted, "switch")
    return read_switches(call)


async def mint_token(call: Call) -> Response:
    """Mint a private-app token and answer it."""
    wanted = _parsed(_TOKEN_WANTED, await call.body())
    portal = wanted.portal or call.portal.name
    made = _sandbox(call).tokens.mint(portal, wanted.scopes, user_id=wanted.user_id, token=wanted.token)
    return answer({"token": made, "portal": portal}, 201)


async def mint_code(call: Call) -> Response:
    """Mint an authorization code and answer it with the app it is for."""
    wanted = _parsed(_CODE_WANTED, await call.body())
    code = _sandbox(call).tokens.mint_code(
        wanted.portal or call.portal.name,
        client_id=wanted.client_id,
        scopes=wanted.scopes,
        user_id=wanted.user_id,
        redirect_uri=wanted.redirect_uri,
        code_challenge=wanted.code_challenge,
    )
    return answer({"code": code, "client_id": wanted.client_id}, 201)


async def register_app(call: Call) -> Response:
    """Make an OAuth app known."""
    app = _parsed(_APP, await call.body())
    _sandbox(call).tokens.register(app)
    return answer({"client_id": app.client_id, "app_id": app.app_id}, 201)


async def uninstall(call: Call) -> Response:
    """Take an app out of an account behind its back, or close the account."""
    wanted = _parsed(_UNINSTALLING, await call.body())
    tokens = _sandbox(call).tokens
    if wanted.deleted:
        tokens.delete_account(wanted.portal)
    else:
        tokens.uninstall_app(wanted.client_id, wanted.portal)
    return no_content()


def read_calls(call: Call) -> Response:
    """Answer how many calls came in all, by route, and the last of them; `path` filters by a regular expression."""
    traffic = _sandbox(call).traffic
    calls = [_plain_call(seen) for seen in traffic.calls(call.query("path") or "")]
    limit = call.query_int("limit", 100, largest=10_000)
    return answer({"total": traffic.total, "by_route": traffic.counts(), "calls": calls[-limit:]})


def clear_calls(call: Call) -> Response:
    """Forget the calls seen so far."""
    _sandbox(call).traffic.clear()
    return no_content()


def reset(call: Call) -> Response:
    """Return everything to the start: records, tokens, faults, counters; the clock keeps its moment."""
    _sandbox(call).reset()
    return no_content()


def read_portals(call: Call) -> Response:
    """Answer the portals and the token that has every scope of each."""
    return answer(
        {
            "portals": [
                {"name": name, "portalId": portal.account.portal_id, "token": f"pat-na1-{name}"}
                for name, portal in _sandbox(call).portals.items()
            ]
        }
    )


def read_help(_call: Call) -> Response:
    """Answer what there is under `/_sandbox/`, with the JSON schemas of what is sent."""
    about = [
        {
            "method": each.method,
            "path": f"/_sandbox{each.path}",
            "about": (each.handler.__doc__ or "").partition("\n")[0],
        }
        for each in ENDPOINTS
    ]
    return answer({"endpoints": about, "schemas": {name: made.json_schema() for name, made in _SCHEMAS.items()}})


def _guarded(
    handler: Callable[[Call], Awaitable[Response] | Response],
) -> Callable[[Call], Awaitable[Response] | Response]:
    """Let a handler answer only a caller on this machine who names it by a loopback name."""

    @wraps(handler)
    def guarded(call: Call) -> Awaitable[Response] | Response:
        client = call.request.client
        if client is None or not _is_loopback(client.host) or not _is_loopback(call.request.url.hostname or ""):
            raise Refusal.plain(403, "the sandbox's own endpoints answer on loopback only")
        if "origin" in call.request.headers:
            raise Refusal.plain(403, "the sandbox's own endpoints answer no web page")
        return handler(call)

    return guarded


def _endpoint(method: str, path: str, handler: Callable[[Call], Awaitable[Response] | Response]) -> Endpoint:
    return Endpoint(method, "", path, _guarded(handler), "none", ("/_sandbox",), public=True)


ENDPOINTS: tuple[Endpoint, ...] = (
    _endpoint("GET", "/help", read_help),
    _endpoint("GET", "/portals", read_portals),
    _endpoint("GET", "/clock", read_clock),
    _endpoint("POST", "/clock", change_clock),
    _endpoint("GET", "/faults", list_faults),
    _endpoint("POST", "/faults", add_fault),
    _endpoint("DELETE", "/faults", clear_faults),
    _endpoint("DELETE", "/faults/{number}", remove_fault),
    _endpoint("GET", "/rates", read_rates),
    _endpoint("PUT", "/rates", change_rates),
    _endpoint("GET", "/switches", read_switches),
    _endpoint("PATCH", "/switches", change_switches),
    _endpoint("POST", "/tokens", mint_token),
    _endpoint("POST", "/codes", mint_code),
    _endpoint("POST", "/apps", register_app),
    _endpoint("POST", "/uninstall", uninstall),
    _endpoint("GET", "/calls", read_calls),
    _endpoint("DELETE", "/calls", clear_calls),
    _endpoint("POST", "/reset", reset),
)

_CLOCK_CHANGE = TypeAdapter(ClockChange)
_POLICY_CHANGE = TypeAdapter(PolicyChange)
_TOKEN_WANTED = TypeAdapter(TokenWanted)
_CODE_WANTED = TypeAdapter(CodeWanted)
_UNINSTALLING = TypeAdapter(Uninstalling)
_APP = TypeAdapter(OAuthApp)
_POLICY = TypeAdapter(RatePolicy)
_RULE = TypeAdapter(Rule)
_SETTINGS = TypeAdapter(SandboxSettings)

_SCHEMAS: dict[str, TypeAdapter[Any]] = {
    "POST /_sandbox/clock": _CLOCK_CHANGE,
    "POST /_sandbox/faults": _RULE,
    "PUT /_sandbox/rates": _POLICY_CHANGE,
    "PATCH /_sandbox/switches": _SETTINGS,
    "POST /_sandbox/tokens": _TOKEN_WANTED,
    "POST /_sandbox/codes": _CODE_WANTED,
    "POST /_sandbox/apps": _APP,
    "POST /_sandbox/uninstall": _UNINSTALLING,
}

T = TypeVar("T")


def _sandbox(call: Call) -> Sandbox:
    return cast("Sandbox", call.request.app.state.sandbox)


def _parsed(adapter: TypeAdapter[T], value: object) -> T:
    try:
        return adapter.validate_python(value)
    except ValidationError as failure:
        raise Refusal.plain(400, str(failure)) from failure


def _changed(adapter: TypeAdapter[T], old: T, changes: dict[str, object], noun: str) -> T:
    known = cast("dict[str, object]", adapter.dump_python(old))
    unknown = sorted(changes.keys() - known)
    if unknown:
        raise Refusal.plain(400, f"no {noun} is named {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return _parsed(adapter, {**known, **changes})


def _policy(name: str) -> RatePolicy:
    if name not in POLICIES:
        raise Refusal.plain(400, f"no rate policy is named {name}; there are: {', '.join(sorted(POLICIES))}")
    return POLICIES[name]


def _plain_rule(rule: Rule) -> object:
    return _RULE.dump_python(rule, mode="json")


def _plain_call(seen: Seen) -> dict[str, object]:
    return {**asdict(seen), "route": seen.route}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

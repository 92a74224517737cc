"""What became of marketing e-mails: counters, ratios and devices, over a span of time or by interval.

Ratios are in percent [D], zero where their denominator is: delivered, bounced, hard and soft bounced over sent; opened, clicked, unsubscribed,
reported as spam and contacts lost over delivered; click-through over opened; not sent and pending over themselves and sent.
The counters are kept by the hour; devices are known for an e-mail's whole run and shared out over the opens and clicks of the span, so that
they always add up to them. Intervals of a day and longer begin in the account's zone, and those in which nothing happened are there too [U].
Sources: FACTS 10.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.moments import iso, parsed_moment
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.seed import MarketingEmailSeed

__all__ = ["COUNTERS", "ENDPOINTS", "INTERVALS", "Counted", "counted", "statistics"]

READ = ("marketing.email.read", "marketing-email", "transactional-email", "content")

COUNTERS = (
    "sent",
    "delivered",
    "open",
    "click",
    "bounce",
    "hardbounced",
    "softbounced",
    "unsubscribed",
    "spamreport",
    "contactslost",
    "dropped",
    "notsent",
    "pending",
    "selected",
    "suppressed",
)
_RATIOS: dict[str, tuple[str, tuple[str, ...]]] = {
    "openratio": ("open", ("delivered",)),
    "clickratio": ("click", ("delivered",)),
    "clickthroughratio": ("click", ("open",)),
    "deliveredratio": ("delivered", ("sent",)),
    "bounceratio": ("bounce", ("sent",)),
    "hardbounceratio": ("hardbounced", ("sent",)),
    "softbounceratio": ("softbounced", ("sent",)),
    "unsubscribedratio": ("unsubscribed", ("delivered",)),
    "spamreportratio": ("spamreport", ("delivered",)),
    "contactslostratio": ("contactslost", ("delivered",)),
    "notsentratio": ("notsent", ("sent", "notsent")),
    "pendingratio": ("pending", ("sent", "pending")),
}
DEVICES = ("computer", "mobile", "unknown")
INTERVALS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "QUARTER_HOUR", "MINUTE", "SECOND")
MAX_INTERVALS = 10_000
"""More than these are refused, so that a histogram by the second cannot fill the memory; a bound of ours."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What happened to one e-mail in a span of time."""

    email_id: str
    counters: Counter[str]
    opens_by_device: Mapping[str, int]
    clicks_by_device: Mapping[str, int]


def list_statistics(call: Call) -> Response:
    """Answer the statistics of all e-mails, or of those asked for, in a span of time."""
    call.require(*READ)
    start_ms, end_ms = _span(call)
    found = [_counted(seed, start_ms, end_ms) for seed in _asked(call)]
    active = [one for one in found if one.counters]
    only = call.query("property")
    return answer(
        {
            "aggregate": _only(statistics(active), only),
            "campaignAggregations": {one.email_id: _only(statistics([one]), only) for one in active},
            "emails": [int(one.email_id) for one in active if one.counters["sent"]],
        }
    )


def read_histogram(call: Call) -> Response:
    """Answer the statistics of each interval of a span of time."""
    call.require(*READ)
    start_ms, end_ms = _span(call)
    interval = call.query("interval") or "DAY"
    if interval not in INTERVALS:
        raise Refusal.validation(f"interval must be one of {', '.join(INTERVALS)}, found {interval}")
    edges = _edges(start_ms, end_ms, interval, ZoneInfo(call.portal.account.time_zone))
    seeds = _asked(call)
    results = [
        {
            "interval": {"start": iso(first), "end": iso(last)},
            "aggregations": statistics([_counted(seed, max(first, start_ms), min(last, end_ms)) for seed in seeds]),
        }
        for first, last in pairwise(edges)
    ]
    return answer({"total": len(results), "results": results})


ENDPOINTS: tuple[Endpoint, ...] = tuple(
    Endpoint("GET", "marketing/emails", path, handler, legacy=("/marketing/v3/emails",))
    for path, handler in (("/statistics/list", list_statistics), ("/statistics/histogram", read_histogram))
)


def counted(portal: Portal, email_id: str) -> Counted:
    """Return what happened to an e-mail in its whole run; nothing to one that was made here."""
    seed = next((seed for seed in portal.facts.marketing_emails if seed.id == email_id), None)
    return Counted(email_id, Counter(), {}, {}) if seed is None else _counted(seed, None, None)


def statistics(parts: Iterable[Counted]) -> dict[str, object]:
    """Return counters, ratios and devices over several e-mails."""
    found = list(parts)
    total: Counter[str] = Counter()
    opens: Counter[str] = Counter()
    clicks: Counter[str] = Counter()
    for part in found:
        total.update(part.counters)
        opens.update(part.opens_by_device)
        clicks.update(part.clicks_by_device)
    return {
        "counters": {name: total[name] for name in COUNTERS},
        "ratios": {name: _ratio(total, *parts) for name, parts in _RATIOS.items()},
        "deviceBreakdown": {
            "open_device_type": {device: opens[device] for device in DEVICES},
            "click_device_type": {device: clicks[device] for device in DEVICES},
        },
        "qualifierStats": {},
    }


def _ratio(total: Counter[str], part: str, whole: tuple[str, ...]) -> float:
    base = sum(total[name] for name in whole)
    return 100 * total[part] / base if base else 0.0


def _only(found: dict[str, object], name: str | None) -> dict[str, object]:
    """Return the statistics with one counter only, if one is asked for."""
    if name is None:
        return found
    counters = found["counters"]
    if not isinstance(counters, dict) or name not in counters:
        raise Refusal.validation(f"property must be one of {', '.join(COUNTERS)}, found {name}")
    return {**found, "counters": {name: counters[name]}}


def _counted(seed: MarketingEmailSeed, start_ms: int | None, end_ms: int | None) -> Counted:
    counters: Counter[str] = Counter()
    for hour in seed.counts:
        if (start_ms is None or hour.at_ms >= start_ms) and (end_ms is None or hour.at_ms < end_ms):
            counters.update(hour.counters)
    return Counted(
        seed.id,
        counters,
        _shared_out(counters["open"], seed.opens_by_device),
        _shared_out(counters["click"], seed.clicks_by_device),
    )


def _shared_out(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return a total shared out by weights in whole numbers, the largest remainders first; all unknown without weights."""
    whole = sum(weights.values())
    if not whole:
        return {"unknown": total}
    shares = {name: total * weight // whole for name, weight in weights.items()}
    left = total - sum(shares.values())
    for name in sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))[:left]:
        shares[name] += 1
    return shares


def _asked(call: Call) -> list[MarketingEmailSeed]:
    wanted = call.query_list("emailIds")
    return [seed for seed in call.portal.facts.marketing_emails if not wanted or seed.id in wanted]


def _span(call: Call) -> tuple[int, int]:
    start, end = (_moment(call, name) for name in ("startTimestamp", "endTimestamp"))
    if end <= start:
        raise Refusal.validation("endTimestamp must be after startTimestamp")
    return start, end


def _moment(call: Call, name: str) -> int:
    text = call.query(name)
    found = parsed_moment(text) if text else None
    if found is None:
        raise Refusal.validation(f"{name} is required and must be a date and time in ISO 8601, found {text}")
    return found


def _edges(start_ms: int, end_ms: int, interval: str, zone: ZoneInfo) -> list[int]:
    """Return where the intervals begin that cover a span, and where the last one ends."""
    at = _FLOORS[interval](datetime.fromtimestamp(start_ms / 1000, UTC).astimezone(zone))
    edges = [_ms(at)]
    while edges[-1] < end_ms:
        if len(edges) > MAX_INTERVALS:
            raise Refusal.validation(f"the span has more than {MAX_INTERVALS} intervals of {interval}")
        at = _next(at, interval)
        edges.append(_ms(at))
    return edges


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _next(at: datetime, interval: str) -> datetime:
    """Return the start of the next interval; from a day on by the calendar of the zone, below by elapsed time."""
    if interval in _SECONDS:
        return (at.astimezone(UTC) + timedelta(seconds=_SECONDS[interval])).astimezone(at.tzinfo)
    if interval in {"DAY", "WEEK"}:
        return at + timedelta(days=1 if interval == "DAY" else 7)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[interval]
    years, month = divmod(at.month - 1 + months, 12)
    return at.replace(year=at.year + years, month=month + 1)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


_SECONDS = {"HOUR": 3600, "QUARTER_HOUR": 900, "MINUTE": 60, "SECOND": 1}
_FLOORS: dict[str, Callable[[datetime], datetime]] = {
    "YEAR": lambda at: _midnight(at).replace(month=1, day=1),
    "QUARTER": lambda at: _midnight(at).replace(month=(at.month - 1) // 3 * 3 + 1, day=1),
    "MONTH": lambda at: _midnight(at).replace(day=1),
    "WEEK": lambda at: _midnight(at) - timedelta(days=at.weekday()),
    "DAY": _midnight,
    "HOUR": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "QUARTER_HOUR": lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0),
    "MINUTE": lambda at: at.replace(second=0, microsecond=0),
    "SECOND": lambda at: at.replace(microsecond=0),
}

"""The use cases of reports: compute one, and open the records behind one of its cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hubspot_skill.analytics.engine import drill, run
from hubspot_skill.analytics.query import Query
from hubspot_skill.analytics.registry import METRICS, definitions
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import DEALS
from hubspot_skill.domain.report import Check, Coverage, Definition, Question, Report, Understood
from hubspot_skill.domain.search import Search
from hubspot_skill.mirror import tables
from hubspot_skill.service.answers import RecordsBehind, ReportAnswer, Resolved
from hubspot_skill.service.reports.handles import open_handle, seal_handle
from hubspot_skill.service.reports.resolve import object_of, resolve
from hubspot_skill.service.words import periods

if TYPE_CHECKING:
    from hubspot_skill.analytics.catalogue import Catalogue
    from hubspot_skill.service.connection import Connection, Provenance
    from hubspot_skill.service.reports.desk import Ready, ReportDesk
    from hubspot_skill.service.requests import RecordsBehindRequest

__all__ = ["catalogue_of_metrics", "made", "provenance", "records_behind", "report"]


async def report(connection: Connection, question: Question, desk: ReportDesk) -> ReportAnswer:
    """Answer one question.

    Raises:
        CallerError: a word of it is unknown, ambiguous or of the wrong form.
        MirrorFillingError: the local copy is not whole yet.
    """
    ready = await desk.ready(_objects(question), max_age_s=question.max_age_s)
    found = await made(connection, question, ready)
    return ReportAnswer(report=found, **provenance(connection, found))


async def made(connection: Connection, question: Question, ready: Ready) -> Report:
    """Compute the report of a question over a mirror that is ready."""
    now = connection.clock.now()
    query = await resolve(question, ready.catalogue, ready.mirror, connection.directory, now=now)
    query = _past(question, query, ready)
    found = await run(ready.mirror, ready.catalogue, query)
    checks = await _checks(connection, ready, query) if question.check else ()
    notes = list(found.notes)
    if ready.age_s > question.max_age_s:
        notes.append(f"HubSpot could not be asked for changes in time: the figures are {_age(ready.age_s)} old.")
    notes += [
        f"HubSpot's search counts {c.live} {c.what}, the local copy {c.mirror}." for c in checks if not c.is_equal
    ]
    coverage = _coverage(ready.catalogue, _objects(question))
    return replace(
        found,
        as_of=ready.as_of.astimezone(query.zone),
        age_s=round(ready.age_s, 3),
        records=coverage[0].mirrored if coverage else 0,
        coverage=coverage,
        checks=checks,
        notes=tuple(notes),
        handle=seal_handle(question),
    )


async def records_behind(connection: Connection, request: RecordsBehindRequest, desk: ReportDesk) -> RecordsBehind:
    """Give the ids that a cell of a report counts.

    Raises:
        InvalidInputError: the handle is none, or the report has no such cell.
    """
    question = open_handle(request.handle)
    ready = await desk.ready(_objects(question), max_age_s=question.max_age_s)
    query = await resolve(question, ready.catalogue, ready.mirror, connection.directory, now=connection.clock.now())
    if not 1 <= request.limit <= _MOST_IDS:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {_MOST_IDS}", field="limit")
    found = await drill(
        ready.mirror,
        ready.catalogue,
        query,
        metric=request.metric,
        groups=request.groups,
        after=int(request.after or 0),
        limit=request.limit,
    )
    following = str(found.ids[-1]) if found.ids and len(found.ids) == request.limit else ""
    return RecordsBehind(
        object=found.object,
        ids=tuple(str(i) for i in found.ids),
        total=found.total,
        next=following,
        as_of=ready.as_of.astimezone(query.zone),
        zone=query.zone.key,
        source=connection.source,
    )


_MOST_IDS = 1_000


def catalogue_of_metrics() -> tuple[Definition, ...]:
    """Give every metric with what it means."""
    return definitions()


def provenance(connection: Connection, found: Report) -> Provenance:
    """Give what every answer shares, from a report."""
    return {
        "as_of": found.as_of,
        "zone": found.zone,
        "source": connection.source,
        "resolved": tuple(_resolved(u) for u in found.understood),
        "notes": found.notes,
    }


def _resolved(understood: Understood) -> Resolved:
    return Resolved(understood.what, understood.said, understood.meant, understood.id)


def _objects(question: Question) -> tuple[str, ...]:
    """Give the objects that must be whole: the one that is counted, and companies where they group or filter."""
    own = object_of(question)
    words = " ".join([b.dim for b in question.by] + [getattr(t, "field", "") for t in question.where]).casefold()
    needs_company = any(w in words for w in ("company", "account", "customer", "industry", "sector", "country"))
    first = tables.ACTIVITY_KINDS if own == "activity" else (own,)
    return (*first, "company") if needs_company and own != "company" else first


def _coverage(catalogue: Catalogue, objects: tuple[str, ...]) -> tuple[Coverage, ...]:
    found: list[Coverage] = []
    for name in objects:
        filled = catalogue.filled.get(name)
        if filled is not None:
            found.append(Coverage(name, filled.total or filled.done, filled.total, filled.as_of is not None))
    return tuple(found)


async def _checks(connection: Connection, ready: Ready, query: Query) -> tuple[Check, ...]:
    """Compare the number of live deals with HubSpot's own at this moment; one request."""
    if any(not isinstance(m, str) or METRICS[m].definition.object != "deals" for m in query.metrics):
        return ()
    deal = tables.deal
    held = await ready.mirror.execute(
        select(func.count()).select_from(deal).where(deal.c.archived == 0, deal.c.merged_into.is_(None))
    )
    return (Check("deals", int(held[0][0]), await connection.hubspot.objects.count(Search(DEALS, limit=1))),)


def _past(question: Question, query: Query, ready: Ready) -> Query:
    """Put a query at the end of a past day."""
    if not question.as_of:
        return query

    day = periods.day(question.as_of, now=query.now, zone=query.zone)
    end = periods.Period.of_days(day, day, query.zone).end
    if end is None or end >= query.now:
        raise InvalidInputError(f"as_of is {day}: expected a day before today", field="as_of")
    first = ready.catalogue.history_from
    if first is None or end < first:
        told = (
            "no history of deals is known yet"
            if first is None
            else f"history of deals is known from {first:%Y-%m-%d} on"
        )
        raise InvalidInputError(
            f"as_of is {day}, and {told}", hint="Leave as_of out for figures of now.", field="as_of"
        )
    return replace(query, now=(end - timedelta(milliseconds=1)).astimezone(query.zone), is_past=True)


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7_200 else f"{seconds / 3600:.0f} hours"

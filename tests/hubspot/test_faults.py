"""Whatever goes wrong on the way, a call ends in time with a value or a typed error that tells what was written."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from hubspot_skill.domain.errors import HubSpotSkillError, OutcomeUnknownError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, PropertyName
from hubspot_skill.domain.schema import PropertyGroup
from hubspot_skill.domain.search import Search
from hubspot_skill.domain.writes import Change, Draft, Link
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from tests.hubspot.conftest import ACME, ADA, AMPLE, FAIR, GRACE, RENEWAL, serving_small_crm
from tests.hubspot.stub import connected, cut, hang, reply, reset, serving
from tests.sandbox_fixture import Served

DEADLINE_S = 0.5
HANG_S = 5.0
"""A call that has not ended by then hangs; a machine that runs everything at once may be late, so no tighter."""


@pytest.fixture
def served() -> Iterator[Served]:
    """A portal for each test alone: a request that a fault holds back may still be handled later."""
    with serving_small_crm() as running:
        yield running


NAME = PropertyName("firstname")

READS: dict[str, Callable[[HubSpot], Awaitable[object]]] = {
    "list": lambda h: h.objects.list(CONTACTS, properties=()),
    "read": lambda h: h.objects.read(CONTACTS, ADA, properties=(), associations=(COMPANIES,), history=(NAME,)),
    "read many": lambda h: h.objects.read_many(CONTACTS, [ADA, GRACE], properties=()),
    "search": lambda h: h.objects.search(Search(DEALS), properties=()),
    "count": lambda h: h.objects.count(Search(DEALS)),
    "properties": lambda h: h.schema.properties(CONTACTS),
    "pipelines": lambda h: h.schema.pipelines(DEALS),
    "owners": lambda h: h.schema.owners(),
    "custom types": lambda h: h.schema.custom_types(),
    "details": lambda h: h.accounts.details(),
    "introspect": lambda h: h.accounts.introspect(),
    "links": lambda h: h.associations.of(CONTACTS, ADA, COMPANIES),
    "links of many": lambda h: h.associations.of_many(CONTACTS, [ADA], COMPANIES),
    "labels": lambda h: h.associations.labels(CONTACTS, COMPANIES),
    "campaigns": lambda h: h.campaigns.list(),
    "campaign": lambda h: h.campaigns.read(FAIR),
    "metrics": lambda h: h.campaigns.metrics(FAIR),
    "revenue": lambda h: h.campaigns.revenue(FAIR),
    "budget": lambda h: h.campaigns.budget(FAIR),
}
WRITES: dict[str, Callable[[HubSpot], Awaitable[object]]] = {
    "create": lambda h: h.objects.create(Draft(CONTACTS, {PropertyName("email"): "new@new.example"})),
    "update": lambda h: h.objects.update(Change(CONTACTS, ADA, {NAME: "New"})),
    "merge": lambda h: h.objects.merge(DEALS, primary_id="3002", merged_id=RENEWAL),
    "archive": lambda h: h.objects.archive(COMPANIES, "1002"),
    "link": lambda h: h.associations.link(Link(CONTACTS, GRACE, COMPANIES, ACME)),
    "unlink": lambda h: h.associations.unlink(Link(CONTACTS, ADA, COMPANIES, ACME)),
    "new campaign": lambda h: h.campaigns.create({"hs_name": "New"}),
    "new group": lambda h: h.schema.create_group(CONTACTS, PropertyGroup("own", "Own")),
    "gone stage": lambda h: h.schema.delete_stage(DEALS, "900", "901"),
}
BATCHES: dict[str, Callable[[HubSpot], Awaitable[object]]] = {
    "create many": lambda h: h.objects.create_many([Draft(CONTACTS, {PropertyName("email"): "many@new.example"})]),
    "update many": lambda h: h.objects.update_many([Change(CONTACTS, GRACE, {NAME: "New"})]),
    "archive many": lambda h: h.objects.archive_many(CONTACTS, [GRACE]),
    "unlink many": lambda h: h.associations.unlink_many([Link(CONTACTS, ADA, COMPANIES, ACME)]),
    "link many": lambda h: h.associations.link_many([Link(DEALS, RENEWAL, CONTACTS, GRACE)]),
}

FAULTS: tuple[kinds.Fault, ...] = (
    *(kinds.Status(status) for status in (401, 403, 404, 409, 423, 477, 500, 502, 503, 504, 524)),
    *(kinds.Status(status, effect="committed") for status in (500, 504)),
    *(kinds.RateLimited(policy) for policy in ("TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY")),
    *(kinds.Lost(how, effect=effect) for how in ("reset", "close") for effect in ("none", "committed")),
    kinds.Hang(),
    kinds.Hang(effect="committed"),
    kinds.Slow(30.0),
    kinds.Drip(1, 0.2),
    kinds.CutOff(),
    kinds.BrokenJson(),
    kinds.Html(),
    kinds.Html(503),
    kinds.Empty(),
    kinds.Empty(effect="committed"),
    kinds.ContentType(),
    kinds.Redirect("http://169.254.169.254/latest/meta-data/"),
    kinds.Uninstalled(),
)


async def ending(call: Callable[[HubSpot], Awaitable[object]], base_url: str) -> str:
    """Give how a call of a new adapter ends: `done`, or its error's code with what it wrote."""
    async with connected(base_url, limits=AMPLE) as hubspot:
        try:
            async with asyncio.timeout(HANG_S):
                await call(hubspot.at(Priority.INTERACTIVE, deadline_s=DEADLINE_S))
        except HubSpotSkillError as error:
            return f"{error.code}, wrote {error.wrote}"
    return "done"


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
async def test_every_fault_ends_every_call_in_time_with_a_value_or_a_typed_error(
    served: Served, fault: kinds.Fault
) -> None:
    """Trial H1, the adapter's part: 100 % typed error or success, no hang, no raw error.

    `owners` is two requests, each with its own deadline.
    """
    served.sandbox.faults.add(Rule(fault))
    calls = READS | WRITES | BATCHES
    endings = await asyncio.gather(*(ending(call, served.base_url) for call in calls.values()))
    found = dict(zip(calls, endings, strict=True))
    assert {found[name].split("wrote ")[-1] for name in READS} <= {"nothing", "done"}
    if getattr(fault, "effect", "none") == "committed" and not isinstance(fault, kinds.Empty):
        assert {found[name] for name in WRITES} == {"outcome_unknown, wrote unknown"}


LOST: tuple[kinds.Fault, ...] = (
    kinds.Lost(effect="committed"),
    kinds.Lost(),
    kinds.Hang(effect="committed"),
    kinds.Status(500),
    kinds.Status(504, effect="committed"),
    kinds.Status(524),
    kinds.CutOff(),
    kinds.BrokenJson(),
    kinds.Html(effect="committed"),
)


@pytest.mark.promise("writes-not-repeated")
@pytest.mark.parametrize("fault", LOST, ids=repr)
async def test_a_write_whose_answer_is_lost_is_sent_once_and_called_unknown(served: Served, fault: kinds.Fault) -> None:
    """HubSpot has no idempotency key: a blind second create makes a duplicate (Kalup's live run, FACTS 5.1)."""
    served.sandbox.faults.add(Rule(fault, methods=frozenset({"POST"})))
    async with connected(served.base_url, limits=AMPLE) as hubspot:
        with pytest.raises(OutcomeUnknownError):
            await WRITES["create"](hubspot.at(Priority.WRITE, deadline_s=DEADLINE_S))
    assert len(list(served.sandbox.traffic.calls("/contacts"))) == 1


@pytest.mark.parametrize(
    "act", [reset, cut, reply(200, b"<html>", content_type="text/html"), reply(503), reply(200, b"")]
)
async def test_a_read_is_tried_three_times_and_then_given_up(act) -> None:
    async with serving(lambda _: act) as stub, connected(stub.base_url) as hubspot:
        with pytest.raises(HubSpotSkillError):
            await READS["read"](hubspot)
        assert len(stub.received) == 3


@pytest.mark.parametrize("act", [reset, cut, reply(503), reply(500, b"oops")])
async def test_a_read_that_fails_once_succeeds(act) -> None:
    acts = iter([act])
    good = reply(200, {"id": ADA, "properties": {}})
    async with serving(lambda _: next(acts, good)) as stub, connected(stub.base_url) as hubspot:
        record = await hubspot.objects.read(CONTACTS, ADA, properties=())
        assert record.id == ADA
        assert len(stub.received) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418])
async def test_a_refusal_is_not_asked_for_again(status: int) -> None:
    async with serving(lambda _: reply(status, {"message": "no"})) as stub, connected(stub.base_url) as hubspot:
        with pytest.raises(HubSpotSkillError):
            await READS["read"](hubspot)
        assert len(stub.received) == 1


async def test_a_write_that_could_not_be_sent_is_tried_again() -> None:
    async with serving(lambda _: hang) as stub:
        base_url = stub.base_url
    async with connected(base_url) as hubspot:
        with pytest.raises(HubSpotSkillError) as caught:
            await WRITES["create"](hubspot)
    assert caught.value.code == "unreachable"
    assert caught.value.wrote == "nothing"


async def test_a_cancelled_call_lets_go_of_its_slot_and_its_connection() -> None:
    acts = iter([hang])
    good = reply(200, {"id": ADA, "properties": {}})
    async with serving(lambda _: next(acts, good)) as stub, connected(stub.base_url) as hubspot:
        task = asyncio.create_task(hubspot.objects.read(CONTACTS, ADA, properties=()))
        async with asyncio.timeout(5):
            while not stub.received:
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await hubspot.objects.read(CONTACTS, ADA, properties=())).id == ADA

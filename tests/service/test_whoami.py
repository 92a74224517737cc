"""Who is connected, and what is allowed."""

from hubspot_skill.access.policy import Policy
from hubspot_skill.sandbox.fault_kinds import Status
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.rates import POLICIES
from hubspot_skill.service.answers import Access
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import Office, fresh, office, opened


async def test_the_account_and_the_user_are_told(crm: Office) -> None:
    answer = await crm.crm.whoami()
    assert (answer.account.portal_id, answer.account.zone, answer.account.currency) == (
        "4242",
        "America/New_York",
        "USD",
    )
    assert answer.account.additional_currencies == ("EUR",)
    assert answer.user is not None
    assert (answer.user.owner_id, answer.user.name, answer.user.teams) == ("501", "Ada Berg", ("North",))
    assert (answer.source, answer.read_only, answer.toolsets) == ("sandbox", False, ("core",))
    assert answer.as_of.isoformat() == "2026-11-23T04:00:00-05:00"


async def test_what_a_token_may_do_follows_from_its_scopes(served_office: Served) -> None:
    fresh(served_office)
    token = served_office.sandbox.tokens.mint(
        "demo", scopes=["crm.objects.contacts.read", "crm.objects.deals.read", "crm.objects.deals.write"]
    )
    async with opened(served_office, token=token) as crm:
        access = {a.family: a for a in (await crm.crm.whoami()).access}
    assert access["contacts"] == Access(
        "contacts",
        can_read=True,
        can_write=False,
        missing_scopes=("crm.objects.contacts.write",),
        fix="Add crm.objects.contacts.write to the key in HubSpot: Settings, Integrations, Service keys (or Legacy apps).",
    )
    assert (access["deals"].can_read, access["deals"].can_write, access["deals"].fix) == (True, True, "")
    assert access["companies"].can_read is False


async def test_where_hubspot_does_not_tell_the_scopes_each_family_is_tried_once(served_office: Served) -> None:
    fresh(served_office)
    token = served_office.sandbox.tokens.mint("demo", scopes=["crm.objects.contacts.read"])
    served_office.sandbox.faults.add(Rule(Status(404), route="access-token-info"))
    async with opened(served_office, token=token) as crm:
        first = await crm.crm.whoami()
        crm.forget_calls()
        again = await crm.crm.whoami()
        assert crm.calls() == []
    access = {a.family: a for a in first.access}
    assert again.access == first.access
    assert (access["contacts"].can_read, access["contacts"].can_write) == (True, None)
    assert access["deals"].can_read is False
    assert access["deals"].missing_scopes == ("crm.objects.deals.read",)
    assert first.user is None
    assert "static token" in first.user_unknown_because


async def test_a_read_only_server_may_write_nothing(served_office: Served) -> None:
    fresh(served_office)
    async with opened(served_office, policy=Policy(read_only=True)) as crm:
        answer = await crm.crm.whoami()
    assert answer.read_only
    assert not any(a.can_write for a in answer.access)
    assert answer.access[0].fix == "This server is read-only."


async def test_calls_that_are_left_are_told_where_hubspot_says() -> None:
    with running_sandbox([office()], policy=POLICIES["private_app_pro"]) as served:
        async with opened(served) as crm:
            quota = (await crm.crm.whoami()).quota
    assert (quota.burst_max, quota.daily_max) == (190, 625_000)
    assert quota.burst_remaining is not None
    assert quota.burst_remaining < 190

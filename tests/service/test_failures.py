"""HubSpot not reachable, token wrong, scope missing, quota gone: four different answers, and the next call is served."""

import pytest

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.sandbox.fault_kinds import RateLimited
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.rates import POLICIES
from hubspot_skill.service.requests import SearchRequest
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import Office, office, opened

PEOPLE = SearchRequest(type="contacts")


async def failure(crm: Office) -> HubSpotSkillError:
    with pytest.raises(HubSpotSkillError) as failed:
        await crm.crm.search(PEOPLE)
    assert failed.value.wrote == "nothing"
    assert failed.value.message
    assert failed.value.hint
    return failed.value


@pytest.mark.promise("different-failures")
async def test_each_failure_has_its_own_code_and_the_next_call_is_served(served_office: Served) -> None:
    async with opened(served_office, token="pat-na1-nobody") as crm:
        assert (await failure(crm)).code == "token_refused"
    without = served_office.sandbox.tokens.mint("demo", scopes=["oauth", "crm.objects.deals.read"])
    async with opened(served_office, token=without) as crm:
        assert (await failure(crm)).code == "missing_scopes"
    async with opened(served_office) as crm:
        served_office.sandbox.faults.add(Rule(RateLimited("DAILY"), route="/search", times=1))
        assert (await failure(crm)).code == "daily_limit"
    served_office.sandbox.faults.clear()
    async with opened(served_office) as crm:
        assert (await crm.crm.search(PEOPLE)).total == 5


@pytest.mark.promise("different-failures")
async def test_no_connection_is_told_as_that_and_nothing_more() -> None:
    with running_sandbox([office()], policy=POLICIES["none"]) as served:
        gone = Served(served.base_url, served.sandbox)
    async with opened(gone) as crm:
        with pytest.raises(HubSpotSkillError) as failed:
            await crm.crm.search(PEOPLE)
    assert failed.value.code == "unreachable"

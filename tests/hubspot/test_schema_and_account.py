"""The account's schema, links, campaigns and own facts come as values, against the running sandbox."""

from datetime import date
from decimal import Decimal

import pytest

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, RejectedValueError
from hubspot_skill.domain.marketing import AttributionModel
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS
from hubspot_skill.domain.records import HUBSPOT_DEFINED, LinkType
from hubspot_skill.domain.schema import PropertyType
from hubspot_skill.domain.writes import Link
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.settings import AppCredentials
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from tests.hubspot.conftest import ACME, ADA, FAIR, GLOBEX, GRACE, RENEWAL
from tests.hubspot.stub import connected
from tests.sandbox_fixture import Served

ADVISOR = LinkType("USER_DEFINED", 101)


async def test_properties_say_what_can_be_written_and_how(hubspot: HubSpot) -> None:
    known = {prop.name: prop for prop in await hubspot.schema.properties(DEALS)}
    assert known["amount"].type is PropertyType.NUMBER
    assert not known["amount"].is_read_only
    assert known["hs_is_closed_won"].is_read_only
    assert known["hubspot_owner_id"].is_owner
    assert not known["amount"].is_custom
    stages = {option.value for option in known["dealstage"].options}
    assert "closedwon" in stages
    contacts = {prop.name: prop for prop in await hubspot.schema.properties(CONTACTS)}
    assert contacts["nickname"].is_custom
    companies = {prop.name: prop for prop in await hubspot.schema.properties(COMPANIES)}
    assert companies["erp_number"].is_unique


async def test_pipelines_come_in_order_with_won_and_lost_stages(hubspot: HubSpot) -> None:
    sales, renewals = await hubspot.schema.pipelines(DEALS)
    assert (sales.id, renewals.id) == ("default", "900")
    assert [stage.id for stage in sales.stages if stage.is_won] == ["closedwon"]
    assert [stage.id for stage in sales.stages if stage.is_lost] == ["closedlost"]
    assert sales.stages[0].probability == 0.2


async def test_owners_are_all_there_the_deactivated_marked(hubspot: HubSpot) -> None:
    owners = {owner.id: owner for owner in await hubspot.schema.owners()}
    assert {id: owner.is_active for id, owner in owners.items()} == {"501": True, "502": True, "503": False}
    assert owners["501"].user_id == "77"
    assert owners["501"].teams[0].name == "North"
    assert owners["503"].name == "Cy Past"


async def test_the_accounts_own_types_are_named(hubspot: HubSpot) -> None:
    (own,) = await hubspot.schema.custom_types()
    assert own.type_id.startswith("2-")
    assert own.singular


async def test_the_account_has_a_zone_and_a_currency(hubspot: HubSpot) -> None:
    account = await hubspot.accounts.details()
    assert (account.portal_id, account.zone.key, account.currency) == ("4242", "America/New_York", "USD")
    assert account.additional_currencies == ("EUR",)
    assert account.link("0-1", ADA) == f"https://app.hubspot.com/contacts/4242/record/0-1/{ADA}"


async def test_a_private_apps_token_says_its_scopes_and_maker(hubspot: HubSpot) -> None:
    facts = await hubspot.accounts.introspect()
    assert facts.is_active
    assert facts.user_id == "77"
    assert facts.portal_id == "4242"
    assert facts.scopes is not None
    assert "crm.objects.contacts.read" in facts.scopes


async def test_where_hubspot_does_not_say_nothing_is_known(hubspot: HubSpot, served: Served) -> None:
    served.sandbox.faults.add(Rule(kinds.Status(404), route="access-token-info"))
    facts = await hubspot.accounts.introspect()
    assert (facts.scopes, facts.user_id) == (None, None)


async def test_an_apps_token_is_introspected_with_the_apps_credentials(served: Served) -> None:
    app = AppCredentials("sandbox-client", Secret("wrong"))
    async with connected(served.base_url, app=app) as hubspot:
        with pytest.raises(RejectedValueError, match="client"):
            await hubspot.accounts.introspect()


async def test_links_are_read_made_and_removed(hubspot: HubSpot) -> None:
    page = await hubspot.associations.of(CONTACTS, ADA, COMPANIES)
    assert [link.to_id for link in page.links] == [ACME]
    assert LinkType(HUBSPOT_DEFINED, 1) in page.links[0].types
    await hubspot.associations.link(Link(CONTACTS, GRACE, COMPANIES, GLOBEX))
    await hubspot.associations.link(Link(CONTACTS, GRACE, COMPANIES, ACME, (ADVISOR,)))
    many = await hubspot.associations.of_many(CONTACTS, [ADA, GRACE, "999999"], COMPANIES)
    assert {id: sorted(link.to_id for link in page.links) for id, page in many.items()} == {
        ADA: [ACME],
        GRACE: [ACME, GLOBEX],
    }
    assert "Advisor" in [label for link in many[GRACE].links for label in link.labels]
    await hubspot.associations.unlink(Link(CONTACTS, GRACE, COMPANIES, GLOBEX))
    await hubspot.associations.unlink(Link(CONTACTS, GRACE, COMPANIES, ACME, (ADVISOR,)))
    left = await hubspot.associations.of(CONTACTS, GRACE, COMPANIES)
    assert "Advisor" not in [label for link in left.links for label in link.labels]


async def test_many_links_are_made_each_with_an_outcome(hubspot: HubSpot) -> None:
    links = [
        Link(CONTACTS, GRACE, COMPANIES, GLOBEX),
        Link(CONTACTS, GRACE, COMPANIES, ACME, (ADVISOR,)),
        Link(DEALS, RENEWAL, CONTACTS, GRACE),
    ]
    outcome = await hubspot.associations.link_many(links)
    assert [item.index for item in outcome.done] == [0, 1, 2]
    page = await hubspot.associations.of(DEALS, RENEWAL, CONTACTS)
    assert sorted(link.to_id for link in page.links) == [ADA, GRACE]


async def test_labels_of_two_types_are_listed(hubspot: HubSpot) -> None:
    labels = await hubspot.associations.labels(CONTACTS, COMPANIES)
    assert ("USER_DEFINED", 101, "Advisor") in [(label.category, label.type_id, label.label) for label in labels]


async def test_campaigns_are_listed_and_reported(hubspot: HubSpot) -> None:
    page = await hubspot.campaigns.list()
    assert [(found.id, found.properties["hs_name"]) for found in page.campaigns] == [(FAIR, "Autumn fair")]
    assert page.total == 1
    metrics = await hubspot.campaigns.metrics(FAIR, start=date(2026, 11, 1), end=date(2026, 11, 30))
    assert metrics.sessions == 42
    budget = await hubspot.campaigns.budget(FAIR)
    assert (budget.budget, budget.spent, budget.remaining) == (Decimal(1000), Decimal("250.5"), Decimal("749.5"))
    revenue = await hubspot.campaigns.revenue(FAIR, model=AttributionModel.U_SHAPED)
    assert revenue.model is AttributionModel.U_SHAPED
    assert revenue.revenue == Decimal(0)


async def test_a_campaign_is_made_changed_and_removed(hubspot: HubSpot) -> None:
    made = await hubspot.campaigns.create({"hs_name": "Winter"})
    changed = await hubspot.campaigns.update(made.id, {"hs_name": "Winter sale"})
    assert changed.id == made.id
    assert (await hubspot.campaigns.read(made.id)).properties["hs_name"] == "Winter sale"
    await hubspot.campaigns.archive(made.id)
    with pytest.raises(NotFoundError):
        await hubspot.campaigns.read(made.id)


async def test_a_page_larger_than_hubspot_gives_is_refused(hubspot: HubSpot) -> None:
    with pytest.raises(InvalidInputError):
        await hubspot.campaigns.list(limit=101)
    with pytest.raises(InvalidInputError):
        await hubspot.objects.list(CONTACTS, properties=(), limit=101)


async def test_the_other_version_of_the_api_gives_the_same(served: Served) -> None:
    async with connected(served.base_url, api_version="2026-03") as hubspot:
        deal = await hubspot.objects.read(DEALS, RENEWAL, properties=(), associations=(COMPANIES,))
        assert deal.associations == {"companies": (ACME,)}
        assert (await hubspot.accounts.details()).currency == "USD"
        assert [link.to_id for link in (await hubspot.associations.of(CONTACTS, ADA, COMPANIES)).links] == [ACME]

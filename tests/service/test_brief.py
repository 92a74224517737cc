"""What matters about one record, in one call."""

import pytest

from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, NotFoundError
from hubspot_skill.service.answers import ActivityLine, RelatedRecord
from hubspot_skill.service.requests import BriefRequest, CreateRequest, LinkTo
from tests.service import scene
from tests.service.scene import Office, opened


@pytest.mark.promise("brief-one-call")
async def test_a_contact_by_email_comes_with_company_open_deals_and_activities(crm: Office) -> None:
    answer = await crm.crm.brief(BriefRequest(record="ada@acme.com"))
    assert (answer.record.id, answer.record.name) == (scene.ADA, "Ada Lovelace")
    assert {v.name: v.value for v in answer.record.values}["hubspot_owner_id"] == "Ada Berg"
    assert answer.companies == (RelatedRecord(scene.ACME, "Acme Inc.", ("Primary",)),)
    (deal,) = answer.open_deals
    assert (deal.name, deal.stage, deal.amount, deal.currency, deal.close, deal.next_step) == (
        "Acme renewal",
        "Contract Sent",
        1500.5,
        "USD",
        "2026-12-13",
        "Send the contract",
    )
    assert (answer.open_count, answer.open_value, answer.currency) == (1, 1500.5, "USD")
    assert answer.last_activity == ActivityLine("call", "2026-11-20T04:00", "Asked about the price", scene.CALL)
    assert answer.next_activity == ActivityLine("task", "2026-11-25T04:00", "Send the offer", scene.TASK)


async def test_a_company_by_name_comes_with_its_people_and_open_deals(crm: Office) -> None:
    answer = await crm.crm.brief(BriefRequest(record="Acme Inc.", type="company"))
    assert answer.record.id == scene.ACME
    assert [p.name for p in answer.people] == ["Ada Lovelace", "Linus van Pelt"]
    assert [(d.name, d.is_overdue) for d in answer.open_deals] == [("Acme pilot", True), ("Acme renewal", False)]
    assert (answer.open_count, answer.open_value) == (2, 1900.5)


async def test_a_deal_comes_with_its_company_and_people(crm: Office) -> None:
    answer = await crm.crm.brief(BriefRequest(record="Globex rollout", type="deals"))
    facts = {v.name: v.value for v in answer.record.values}
    assert (facts["dealstage"], facts["amount"], facts["closedate"], facts["pipeline"]) == ("Qualified To Buy", 1000, "2027-01-02", "Sales Pipeline")  # fmt: skip
    assert answer.currency == "EUR"
    assert [c.name for c in answer.companies] == ["Globex"]
    assert [p.email for p in answer.people] == ["grace@globex.example"]
    assert (answer.open_deals, answer.open_count) == ((), 0)


async def test_deals_of_another_currency_are_added_up_in_the_accounts_own(crm: Office) -> None:
    answer = await crm.crm.brief(BriefRequest(record="globex.example"))
    assert (answer.open_deals[0].amount, answer.open_deals[0].currency) == (1000, "EUR")
    assert (answer.open_value, answer.currency) == (1200, "USD")


async def test_deals_without_amount_are_told_and_not_counted_as_nothing(crm: Office) -> None:
    answer = await crm.crm.brief(BriefRequest(record=scene.INITECH, type="companies"))
    assert (answer.open_count, answer.open_value) == (1, None)
    assert "1 of the open deals has no amount." in answer.notes


async def test_a_brief_costs_at_most_twelve_requests_once_the_schema_is_known(crm: Office) -> None:
    await crm.crm.brief(BriefRequest(record="ada@acme.com"))
    for record, type in (("ada@acme.com", ""), ("Acme Inc.", "company"), (scene.RENEWAL, "deal")):
        crm.forget_calls()
        await crm.crm.brief(BriefRequest(record=record, type=type))
        assert len(crm.calls()) <= 12, crm.calls()


async def test_a_brief_takes_no_more_searches_than_hubspot_allows_in_a_second(crm: Office) -> None:
    for record, type in (("ada@acme.com", ""), ("Acme Inc.", "company"), ("Acme renewal", "deal")):
        crm.forget_calls()
        await crm.crm.brief(BriefRequest(record=record, type=type))
        assert sum(call.endswith("/search") for call in crm.calls()) <= 5


async def test_what_the_token_may_not_read_is_left_out_with_a_note(crm: Office) -> None:
    token = crm.served.sandbox.tokens.mint("demo", scopes=["oauth", "crm.objects.contacts.read", "crm.objects.owners.read"])  # fmt: skip
    async with opened(crm.served, token=token) as limited:
        answer = await limited.crm.brief(BriefRequest(record="ada@acme.com"))
    assert answer.record.name == "Ada Lovelace"
    assert (answer.open_deals, answer.companies) == ((), ())
    assert "Deals are left out: the token may not read them." in answer.notes
    assert "Companies are left out: the token may not read them." in answer.notes


async def test_more_than_a_hundred_deals_are_searched_and_added_up_exactly(crm: Office) -> None:
    for n in range(105):
        await crm.crm.create(CreateRequest(type="deals", fields={"name": f"Deal {n}", "stage": "Contract Sent", "amount": "10.10"}, links=(LinkTo(type="company", record=scene.INITECH),), allow_duplicate=True))  # fmt: skip
    answer = await crm.crm.brief(BriefRequest(record=scene.INITECH, type="companies"))
    assert (answer.open_count, answer.open_value) == (106, 1060.5)


async def test_what_lies_beyond_the_budget_is_counted_and_left_out(crm: Office) -> None:
    for n in range(12):
        fields = {"first_name": f"Person{n}", "last_name": "Of Globex", "email": f"p{n}@globex.example"}
        await crm.crm.create(CreateRequest(type="contacts", fields=fields, links=(LinkTo(type="company", record=scene.GLOBEX),)))  # fmt: skip
    short = await crm.crm.brief(BriefRequest(record=scene.GLOBEX, type="companies", max_tokens=200))
    whole = await crm.crm.brief(BriefRequest(record=scene.GLOBEX, type="companies", max_tokens=2_000))
    assert len(short.people) + short.people_more == len(whole.people) + whole.people_more == 13
    assert len(short.people) < len(whole.people) == 10


async def test_what_names_no_record_or_several_is_refused(crm: Office) -> None:
    with pytest.raises(NotFoundError):
        await crm.crm.brief(BriefRequest(record="nobody@acme.com"))
    with pytest.raises(AmbiguousNameError) as refused:
        await crm.crm.brief(BriefRequest(record="Grace Hopper", type="contact"))
    assert {c.id for c in refused.value.candidates} == {scene.GRACE, scene.GRACE_TOO}
    for request in (
        BriefRequest(record="Ada Lovelace"),
        BriefRequest(record=scene.TICKET, type="tickets"),
        BriefRequest(record=scene.ADA, type="contacts", max_tokens=10),
        BriefRequest(record="", type="contacts"),
    ):
        with pytest.raises(InvalidInputError):
            await crm.crm.brief(request)

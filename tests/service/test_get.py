"""Reading records by id, address and unique key."""

import pytest

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError
from hubspot_skill.service.answers import RelatedRecord
from hubspot_skill.service.requests import GetRequest, UpdateRequest
from tests.service import scene
from tests.service.scene import Office


async def test_one_record_is_read_with_names_and_link(crm: Office) -> None:
    answer = await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,)))
    (ada,) = answer.records
    assert (ada.id, ada.name, ada.link) == (scene.ADA, "Ada Lovelace", "https://app.hubspot.com/contacts/4242/record/0-1/2001")  # fmt: skip
    values = {v.name: (v.value, v.raw) for v in ada.values}
    assert values["lifecyclestage"] == ("Customer", "customer")
    assert values["hubspot_owner_id"] == ("Ada Berg", "501")
    assert values["email"] == ("ada@acme.com", "")
    assert "mobilephone" not in values


@pytest.mark.parametrize(
    ("request_", "id"),
    [
        (GetRequest(records=("ada@acme.com",)), scene.ADA),
        (GetRequest(records=("ADA@Acme.com",), type="contact"), scene.ADA),
        (GetRequest(records=("https://app.hubspot.com/contacts/4242/record/0-3/3001",)), scene.RENEWAL),
        (GetRequest(records=("https://app.hubspot.com/contacts/4242/company/1002",)), scene.GLOBEX),
        (GetRequest(records=("globex.example",)), scene.GLOBEX),
        (GetRequest(records=("ada@acme.com",), type="contacts", key="email"), scene.ADA),
        (GetRequest(records=("https://www.globex.example/",), type="companies", key="domain"), scene.GLOBEX),
        (GetRequest(records=(scene.TICKET,), type="ticket"), scene.TICKET),
        (GetRequest(records=(scene.PLAN,), type="subscription"), scene.PLAN),
    ],
)
async def test_a_record_is_found_by_each_kind_of_key(crm: Office, request_: GetRequest, id: str) -> None:
    assert [r.id for r in (await crm.crm.get(request_)).records] == [id]


async def test_a_unique_property_of_the_account_is_a_key(crm: Office) -> None:
    await crm.crm.update(UpdateRequest(type="companies", record=scene.ACME, properties={"erp_number": "E-77"}))
    answer = await crm.crm.get(GetRequest(type="companies", records=("E-77",), key="ERP number"))
    assert [r.id for r in answer.records] == [scene.ACME]
    with pytest.raises(InvalidInputError, match="not a unique property"):
        await crm.crm.get(GetRequest(type="companies", records=("Boston",), key="city"))


async def test_many_are_read_in_one_request_and_the_missing_ones_are_named(crm: Office) -> None:
    await crm.crm.get(GetRequest(type="deals", records=(scene.WON,)))
    crm.forget_calls()
    answer = await crm.crm.get(GetRequest(type="deals", records=(scene.WON, "99", scene.RENEWAL, "98", scene.WON)))
    assert [r.id for r in answer.records] == [scene.WON, scene.RENEWAL]
    assert answer.missing == ("99", "98")
    assert crm.calls() == ["POST /crm/objects/2026-09/deals/batch/read"]


async def test_many_emails_are_read_in_one_request(crm: Office) -> None:
    answer = await crm.crm.get(GetRequest(records=("grace@globex.example", "no@where.example", "ADA@acme.com")))
    assert [r.id for r in answer.records] == [scene.GRACE, scene.ADA]
    assert answer.missing == ("no@where.example",)


async def test_none_found_is_an_error_that_names_them(crm: Office) -> None:
    with pytest.raises(NotFoundError, match="99"):
        await crm.crm.get(GetRequest(type="deals", records=("99",)))
    with pytest.raises(NotFoundError, match="no@where"):
        await crm.crm.get(GetRequest(records=("no@where.example",)))


async def test_all_companies_of_a_domain_are_given_with_a_note(crm: Office) -> None:
    answer = await crm.crm.get(GetRequest(records=("acme.com",)))
    assert {r.id for r in answer.records} == {scene.ACME, scene.ACME_EU}
    assert answer.notes == ("2 companies have the domain acme.com: a domain is not unique.",)


async def test_linked_records_come_with_their_names_and_labels(crm: Office) -> None:
    answer = await crm.crm.get(
        GetRequest(type="contacts", records=(scene.ADA,), fields=("name",), associations=("company", "deals", "ticket"))
    )
    companies, deals, tickets = answer.records[0].related
    assert companies.records == (RelatedRecord(scene.ACME, "Acme Inc.", ("Primary",)),)
    assert {(r.id, r.name) for r in deals.records} == {(scene.RENEWAL, "Acme renewal"), (scene.WON, "Acme first order")}
    assert (deals.total, deals.is_more) == (2, False)
    assert (tickets.records, tickets.total) == ((), 0)


async def test_linked_records_of_several_cost_two_requests_a_type(crm: Office) -> None:
    await crm.crm.get(GetRequest(type="companies", records=(scene.ACME,), associations=("contacts",)))
    crm.forget_calls()
    answer = await crm.crm.get(
        GetRequest(type="companies", records=(scene.ACME, scene.GLOBEX, scene.INITECH), associations=("contacts",))
    )
    assert {r.name: [c.name for c in r.related[0].records] for r in answer.records} == {
        "Acme Inc.": ["Ada Lovelace", "Linus van Pelt"],
        "Globex": ["Grace Hopper"],
        "Initech": [],
    }
    assert len(crm.calls()) == 3


async def test_history_tells_what_a_value_was_and_by_whom(crm: Office) -> None:
    await crm.crm.update(UpdateRequest(type="deals", record=scene.PILOT, fields={"stage": "Qualified To Buy"}))
    answer = await crm.crm.get(GetRequest(type="deals", records=(scene.PILOT,), fields=("name",), history=("stage",)))
    (history,) = answer.records[0].history
    assert history.name == "dealstage"
    assert [e.value for e in history.entries] == ["Qualified To Buy", "Appointment Scheduled"]
    assert history.entries[0].at == "2026-11-23T04:00"


@pytest.mark.parametrize(
    "request_",
    [
        GetRequest(records=()),
        GetRequest(records=("",), type="contacts"),
        GetRequest(records=("123",)),
        GetRequest(records=("Ada Lovelace",), type="contacts"),
        GetRequest(records=tuple(map(str, range(101))), type="contacts"),
        GetRequest(records=("1",), type="contacts", history=("email",) * 11),
        GetRequest(records=("https://app.hubspot.com/contacts/1/record/0-1/7",)),
        GetRequest(records=("https://app.hubspot.com/contacts/4242/record/0-1/7",), type="deals"),
        GetRequest(records=("https://evil.example/contacts/4242/record/0-1/7",)),
    ],
)
async def test_what_names_no_record_is_refused(crm: Office, request_: GetRequest) -> None:
    with pytest.raises(InvalidInputError):
        await crm.crm.get(request_)

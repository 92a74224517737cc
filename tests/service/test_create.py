"""Creating records: validation, links, duplicates, dry run, races."""

import asyncio
from typing import Any

import pytest

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    HubSpotSkillError,
    InvalidInputError,
    NotFoundError,
    OutcomeUnknownError,
    PossibleDuplicateError,
    UnknownNameError,
)
from hubspot_skill.domain.names import CONTACTS, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.fault_kinds import Lost, Status
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.service.answers import FieldChange, LinkedRecord, WriteAction, WriteAnswer
from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    CreateRequest,
    GetRequest,
    IfExists,
    LinkTo,
    UpdateRequest,
)
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import running_sandbox
from tests.service import scene
from tests.service.scene import Office, office, opened


async def make(crm: Office, type: str, fields: dict[str, Any], *links: LinkTo, **more: Any) -> WriteAnswer:
    return await crm.crm.create(CreateRequest(type=type, fields=fields, links=links, **more))


async def related(crm: Office, type: str, id: str, *types: str) -> dict[str, list[str]]:
    (found,) = (await crm.crm.get(GetRequest(type=type, records=(id,), associations=types))).records
    return {r.type: [x.name for x in r.records] for r in found.related}


async def test_a_contact_is_created_with_words_resolved_and_links_in_one_write(crm: Office) -> None:
    answer = await make(
        crm,
        "contact",
        {"email": "Kay@Acme.com", "first_name": "Kay", "last_name": "Jones", "lifecycle_stage": "Opportunity", "owner": "me"},
        LinkTo(type="company", record="Acme Inc."),
        LinkTo(type="deal", record="Acme renewal"),
        properties={"Birthday": "1990-05-01"},
    )  # fmt: skip
    assert (answer.action, answer.type, answer.name) == (WriteAction.CREATED, "contacts", "Kay Jones")
    assert answer.link == f"https://app.hubspot.com/contacts/4242/record/0-1/{answer.id}"
    assert answer.changes == (
        FieldChange("email", "Email", None, "kay@acme.com"),
        FieldChange("firstname", "First Name", None, "Kay"),
        FieldChange("lastname", "Last Name", None, "Jones"),
        FieldChange("lifecyclestage", "Lifecycle Stage", None, "Opportunity"),
        FieldChange("hubspot_owner_id", "Contact owner", None, "Ada Berg"),
        FieldChange("birthday", "Birthday", None, "1990-05-01"),
    )
    assert answer.linked == (
        LinkedRecord("companies", scene.ACME, "Acme Inc."),
        LinkedRecord("deals", scene.RENEWAL, "Acme renewal"),
    )
    assert len(crm.writes()) == 1
    assert await related(crm, "contacts", answer.id, "companies", "deals") == {
        "companies": ["Acme Inc."],
        "deals": ["Acme renewal"],
    }


async def test_a_company_with_two_contacts_and_a_deal_takes_four_calls_of_a_caller(crm: Office) -> None:
    company = await make(crm, "company", {"name": "Umbrella", "domain": "https://www.umbrella.example/"})
    link = LinkTo(type="company", record=company.id)
    jill = await make(crm, "contact", {"email": "jill@umbrella.example", "first_name": "Jill"}, link)
    chris = await make(crm, "contact", {"email": "chris@umbrella.example"}, link)
    deal = await make(
        crm,
        "deal",
        {"name": "Vaccine", "stage": "qualified to buy", "amount": 99.5, "close_date": "in 30 days"},
        link,
        LinkTo(type="contact", record="jill@umbrella.example"),
        LinkTo(type="contact", record=chris.id),
    )
    assert [(x.name, x.type) for x in deal.linked] == [("Umbrella", "companies"), ("Jill", "contacts"), ("chris@umbrella.example", "contacts")]  # fmt: skip
    assert {c.name: c.after for c in deal.changes} == {
        "dealname": "Vaccine",
        "amount": 99.5,
        "closedate": "2026-12-23",
        "dealstage": "Qualified To Buy",
        "pipeline": "Sales Pipeline",
    }
    assert await related(crm, "companies", company.id, "contacts", "deals") == {
        "contacts": ["Jill", "chris@umbrella.example"],
        "deals": ["Vaccine"],
    }
    assert jill.action is WriteAction.CREATED


async def test_the_first_company_becomes_the_primary_one(crm: Office) -> None:
    deal = await make(
        crm, "deal", {"name": "Joint", "stage": "901"},
        LinkTo(type="company", record=scene.GLOBEX), LinkTo(type="company", record=scene.INITECH),
    )  # fmt: skip
    (found,) = (await crm.crm.get(GetRequest(type="deals", records=(deal.id,), associations=("companies",)))).records
    labels = {r.name: r.labels for r in found.related[0].records}
    assert labels["Globex"] == ("Primary",)
    assert "Primary" not in labels["Initech"]


async def test_a_link_can_carry_a_label(crm: Office) -> None:
    answer = await make(
        crm, "contact", {"email": "z@z.example"}, LinkTo(type="company", record="Globex", label="advisor")
    )
    assert answer.linked == (LinkedRecord("companies", scene.GLOBEX, "Globex", "Advisor"),)
    with pytest.raises(UnknownNameError) as refused:
        await make(crm, "contact", {"email": "y@z.example"}, LinkTo(type="company", record="Globex", label="Adviser"))
    assert [c.label for c in refused.value.candidates] == ["Advisor"]


async def test_a_deal_without_a_stage_gets_the_first_of_its_pipeline_and_the_answer_says_so(crm: Office) -> None:
    answer = await make(crm, "deal", {"name": "Fresh", "pipeline": "Renewals"})
    assert {c.name: c.after for c in answer.changes}["dealstage"] == "Due"
    assert answer.notes == ("No stage was given: the first of Renewals is taken, Due.",)


async def test_a_record_of_another_type_is_created_too(crm: Office) -> None:
    ticket = await make(crm, "ticket", {"name": "Broken", "priority": "high"}, LinkTo(type="contact", record="ada@acme.com"))  # fmt: skip
    assert ticket.action is WriteAction.CREATED
    plan = await make(crm, "subscription", {}, LinkTo(type="company", record="Globex"), properties={"subscription_name": "Globex plan", "plan": "Team"})  # fmt: skip
    assert await related(crm, "subscription", plan.id, "companies") == {"companies": ["Globex"]}


@pytest.mark.promise("duplicate-guard")
async def test_a_contact_of_the_same_email_is_named_and_nothing_is_written(crm: Office) -> None:
    with pytest.raises(AlreadyExistsError) as refused:
        await make(crm, "contact", {"email": "ADA@acme.com", "first_name": "Adele"}, allow_duplicate=True)
    assert refused.value.existing_id == scene.ADA
    assert [c.label for c in refused.value.candidates] == ["Ada Lovelace"]
    assert crm.writes() == []


async def test_a_contact_of_the_same_email_is_returned_where_asked(crm: Office) -> None:
    answer = await make(crm, "contact", {"email": "ada@acme.com", "first_name": "Adele"}, if_exists=IfExists.RETURN)
    assert (answer.action, answer.id, answer.name) == (WriteAction.FOUND, scene.ADA, "Ada Lovelace")
    assert crm.writes() == []


async def test_a_contact_of_the_same_email_is_updated_where_asked(crm: Office) -> None:
    answer = await make(
        crm,
        "contact",
        {"email": "ada@acme.com", "job_title": "CEO", "first_name": "Ada"},
        LinkTo(type="company", record="Globex"),
        if_exists=IfExists.UPDATE,
    )
    assert (answer.action, answer.id) == (WriteAction.UPDATED, scene.ADA)
    assert answer.changes == (FieldChange("jobtitle", "Job Title", "CTO", "CEO"),)
    assert [x.name for x in answer.linked] == ["Globex"]


async def test_a_company_of_the_same_domain_is_named_unless_duplicates_are_allowed(crm: Office) -> None:
    with pytest.raises(AlreadyExistsError) as refused:
        await make(crm, "company", {"name": "Other", "domain": "globex.example"})
    assert refused.value.existing_id == scene.GLOBEX
    with pytest.raises(AmbiguousNameError):
        await make(crm, "company", {"domain": "acme.com"}, if_exists=IfExists.RETURN)
    answer = await make(crm, "company", {"name": "Other", "domain": "globex.example"}, allow_duplicate=True)
    assert answer.action is WriteAction.CREATED


@pytest.mark.parametrize(
    ("type", "fields", "links", "alike"),
    [
        ("company", {"name": "ACME, Ltd"}, (), {scene.ACME}),
        ("company", {"name": "Initech GmbH", "domain": "initech.example"}, (), {scene.INITECH}),
        ("contact", {"first_name": "Grace", "last_name": "Hopper", "email": "new@x.example", "company": "Globex"}, (), {scene.GRACE, scene.GRACE_TOO}),
        ("contact", {"first_name": "Ada", "last_name": "Lovelace"}, (LinkTo(type="company", record="Acme Inc."),), {scene.ADA}),
        ("contact", {"first_name": "ada", "last_name": "LOVELACE"}, (), {scene.ADA}),
        ("deal", {"name": "ACME Renewal", "stage": "901"}, (LinkTo(type="company", record=scene.ACME),), {scene.RENEWAL}),
        ("deal", {"name": "initech renewal", "stage": "901"}, (), {scene.DUE}),
    ],
)  # fmt: skip
async def test_a_record_that_looks_like_another_is_held_back_unless_allowed(
    crm: Office, type: str, fields: dict[str, Any], links: tuple[LinkTo, ...], alike: set[str]
) -> None:
    with pytest.raises(PossibleDuplicateError) as refused:
        await make(crm, type, fields, *links)
    assert {c.id for c in refused.value.candidates} == alike
    assert crm.writes() == []
    allowed = await make(crm, type, fields, *links, allow_duplicate=True)
    assert allowed.action is WriteAction.CREATED


@pytest.mark.parametrize(
    ("type", "fields", "links"),
    [
        ("company", {"name": "Acme", "domain": "acme-tools.example"}, ()),
        ("contact", {"first_name": "Ada", "last_name": "Lovelace", "email": "other@x.example"}, ()),
        ("contact", {"first_name": "Ada", "last_name": "Lovelace", "company": "Initech"}, ()),
        ("deal", {"name": "Acme renewal", "stage": "901"}, (LinkTo(type="company", record=scene.GLOBEX),)),
        ("deal", {"name": "Acme first order", "stage": "901"}, (LinkTo(type="company", record=scene.ACME),)),
    ],
)
async def test_a_name_alone_does_not_hold_back_what_is_plainly_another(
    crm: Office, type: str, fields: dict[str, Any], links: tuple[LinkTo, ...]
) -> None:
    assert (await make(crm, type, fields, *links)).action is WriteAction.CREATED


@pytest.mark.promise("dry-run")
async def test_a_dry_run_tells_everything_and_writes_nothing(crm: Office) -> None:
    answer = await make(
        crm, "deal", {"name": "Maybe", "stage": "Contract Sent", "amount": "12.50", "close_date": "2026-12-31"},
        LinkTo(type="company", record="globex"), dry_run=True,
    )  # fmt: skip
    assert (answer.action, answer.id, answer.link, answer.name) == (WriteAction.WOULD_CREATE, "", "", "Maybe")
    assert {c.name: c.after for c in answer.changes} == {
        "dealname": "Maybe",
        "amount": 12.5,
        "closedate": "2026-12-31",
        "dealstage": "Contract Sent",
        "pipeline": "Sales Pipeline",
    }
    assert [x.name for x in answer.linked] == ["Globex"]
    assert crm.writes() == []


@pytest.mark.parametrize(
    ("type", "fields", "properties", "error", "names"),
    [
        ("contact", {}, {}, InvalidInputError, "email"),
        ("company", {"industry": "Computer Software"}, {}, InvalidInputError, "name or domain"),
        ("deal", {"amount": 5}, {}, InvalidInputError, "dealname"),
        ("contact", {"email": "ada.acme.com"}, {}, InvalidInputError, "ada.acme.com"),
        ("company", {"domain": "not a domain"}, {}, InvalidInputError, "not a domain"),
        ("deal", {"name": "X", "amount": "1,500"}, {}, InvalidInputError, "1,500"),
        ("deal", {"name": "X", "amount": True}, {}, InvalidInputError, "number"),
        ("deal", {"name": "X", "close_date": "someday"}, {}, InvalidInputError, "someday"),
        ("deal", {"name": "X", "stage": "Won"}, {}, UnknownNameError, "Won"),
        ("deal", {"name": "X", "stage": "Contract Sent", "pipeline": "Renewals"}, {}, UnknownNameError, "Renewals"),
        ("deal", {"name": "X", "owner": "Cy Past"}, {}, InvalidInputError, "deactivated"),
        ("contact", {"email": "a@b.example", "lifecycle_stage": "Boss"}, {}, UnknownNameError, "Boss"),
        ("contact", {"email": "a@b.example"}, {"createdate": "today"}, InvalidInputError, "createdate"),
        ("contact", {"email": "a@b.example"}, {"favourite_colour": "red"}, UnknownNameError, "favourite_colour"),
        ("contact", {"email": "a@b.example"}, {"email": "c@d.example"}, InvalidInputError, "twice"),
        ("contact", {"email": "a@b.example", "job_title": "x" * 70_000}, {}, InvalidInputError, "70000"),
        ("note", {"hs_note_body": "x"}, {}, InvalidInputError, "notes"),
    ],
)
async def test_what_does_not_fit_the_schema_is_refused_before_anything_is_sent(
    crm: Office, type: str, fields: dict[str, Any], properties: dict[str, Any], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names) as refused:
        await make(crm, type, fields, properties=properties)
    assert isinstance(refused.value, HubSpotSkillError)
    assert refused.value.wrote == "nothing"
    assert crm.writes() == []


async def test_a_link_to_nothing_or_to_several_stops_the_create(crm: Office) -> None:
    with pytest.raises(NotFoundError, match="Nowhere"):
        await make(crm, "contact", {"email": "a@b.example"}, LinkTo(type="company", record="Nowhere"))
    with pytest.raises(AmbiguousNameError):
        await make(crm, "contact", {"email": "a@b.example"}, LinkTo(type="company", record="acme.com"))
    assert crm.writes() == []
    with pytest.raises(NotFoundError, match="999999"):
        await make(crm, "contact", {"email": "a@b.example"}, LinkTo(type="company", record="999999"))
    assert crm.writes() == []
    with pytest.raises(NotFoundError):
        await crm.crm.get(GetRequest(records=("a@b.example",)))


@pytest.mark.promise("writes-not-repeated")
async def test_a_lost_answer_is_told_as_unknown_and_nothing_is_repeated(crm: Office) -> None:
    crm.served.sandbox.faults.add(Rule(Lost(effect="committed"), route="/objects/2026-09/contacts$", methods=frozenset({"POST"})))  # fmt: skip
    with pytest.raises(OutcomeUnknownError) as refused:
        await make(crm, "contact", {"email": "a@b.example"})
    assert refused.value.wrote == "unknown"
    assert len(crm.writes()) == 1


async def test_hostile_text_travels_unchanged_and_comes_back_cleaned(crm: Office) -> None:
    hostile = "Ro\u202ebert'); DROP TABLE <b>x</b>"
    answer = await make(crm, "contact", {"email": "r@x.example", "first_name": hostile})
    assert answer.name == "Robert'); DROP TABLE <b>x</b>"
    stored = await crm.hubspot.objects.read(
        CONTACTS, answer.id, properties=(Property(PropertyName("firstname"), "First Name", PropertyType.STRING),)
    )
    assert stored.properties[PropertyName("firstname")] == hostile


@pytest.mark.parametrize("if_exists", list(IfExists))
async def test_a_contact_that_appears_between_the_look_and_the_write_follows_if_exists_too(
    crm: Office, if_exists: IfExists
) -> None:
    crm.served.sandbox.faults.add(Rule(Status(404), route="/contacts/ada", times=1))
    fields = {"email": "ada@acme.com", "job_title": "CEO"}
    if if_exists is IfExists.FAIL:
        with pytest.raises(AlreadyExistsError) as refused:
            await make(crm, "contact", fields)
        assert refused.value.existing_id == scene.ADA
        return
    answer = await make(crm, "contact", fields, if_exists=if_exists)
    expected = {IfExists.RETURN: WriteAction.FOUND, IfExists.UPDATE: WriteAction.UPDATED}
    assert (answer.action, answer.id) == (expected[if_exists], scene.ADA)


async def test_what_was_just_created_is_known_by_name_though_hubspots_search_lags() -> None:
    settings = SandboxSettings(search_lag_ms=30_000)
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False), settings=settings) as served:
        async with opened(served) as crm:
            company = await make(crm, "company", {"name": "Umbrella Ltd", "domain": "umbrella.example"})
            deal = await make(crm, "deal", {"name": "Vaccine"}, LinkTo(type="company", record="umbrella ltd"))
            contact = await make(crm, "contact", {"first_name": "Jill"}, LinkTo(type="company", record="umbrella.example"))  # fmt: skip
            assert [x.id for x in (*deal.linked, *contact.linked)] == [company.id, company.id]
            with pytest.raises(AlreadyExistsError) as same_domain:
                await make(crm, "company", {"name": "Umbrella", "domain": "umbrella.example"})
            assert same_domain.value.existing_id == company.id
            with pytest.raises(PossibleDuplicateError):
                await make(crm, "company", {"name": "UMBRELLA Inc."})
            await crm.clock.advance(121)
            with pytest.raises(NotFoundError):
                await make(crm, "contact", {"first_name": "Chris"}, LinkTo(type="company", record="umbrella ltd"))


async def test_the_same_company_created_twice_at_once_is_made_once() -> None:
    settings = SandboxSettings(search_lag_ms=30_000)
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False), settings=settings) as served:
        async with opened(served) as crm:
            fields = {"name": "Umbrella", "domain": "umbrella.example"}
            both = await asyncio.gather(*(make(crm, "company", fields) for _ in range(5)), return_exceptions=True)
            assert sorted(type(b).__name__ for b in both) == [*["AlreadyExistsError"] * 4, "WriteAnswer"]
            assert len(crm.writes()) == 1


async def test_what_the_answer_needs_is_read_before_the_write_and_not_after(crm: Office) -> None:
    crm.served.sandbox.faults.add(Rule(Status(400), route="/owners/"))
    with pytest.raises(HubSpotSkillError):
        await make(crm, "company", {"name": "Umbrella"})
    with pytest.raises(HubSpotSkillError):
        await crm.crm.log_activity(ActivityRequest(kind=ActivityKind.NOTE, records=(LinkTo(type="contact", record=scene.ADA),), text="x"))  # fmt: skip
    with pytest.raises(HubSpotSkillError):
        await crm.crm.update(UpdateRequest(type="contact", record=scene.ADA, fields={"job_title": "CEO"}))
    assert crm.writes() == []

"""Duplicates and doubtful values: what counts as the same, what is doubtful, and how exactly it is told."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import PropertyValue, Record
from hubspot_skill.domain.schema import Option, Owner, Property, PropertyType
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.service.hygiene.judging import Judge
from hubspot_skill.service.hygiene.matching import EvidenceKind, mailbox, phone_key, same_records
from hubspot_skill.service.hygiene.reading import LiveRecords
from hubspot_skill.service.hygiene.requests import DuplicatesRequest, QualityRequest
from tests.changes.scene import crm as portal_of
from tests.changes.scene import served
from tests.hubspot.stub import connected
from tests.service.scene import ACME, ACME_EU, NO_LIMITS, Office

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL = tuple(EvidenceKind)


def rec(type: ObjectType, id: int, **values: PropertyValue) -> Record:
    return Record(type, RecordId(str(id)), {PropertyName(n): v for n, v in values.items()})


def groups(type: ObjectType, *records: Record) -> list[tuple[list[int], set[str], bool]]:
    found = same_records(type, records, ALL)
    return [([int(r.id) for r in g.records], {e.kind.value for e in g.evidence}, g.is_sure) for g in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada.Love+crm@GoogleMail.com", "adalove@gmail.com"),
        ("Ada.Love+crm@Acme.com", "ada.love@acme.com"),
        ("nobody", ""),
        ("a@b", ""),
        ("@acme.com", ""),
    ],
)
def test_a_mailbox_has_one_form(text: str, expected: str) -> None:
    assert mailbox(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+49 (0)30 / 1234 5678", "012345678"),
        ("0049 30 12345678", "012345678"),
        ("(555) 010-0199 ext. 12", "550100199"),
        ("+1 555 010 0199 x3", "550100199"),
        ("12345", ""),
        ("call me", ""),
    ],
)
def test_a_number_is_compared_by_its_last_nine_digits(text: str, expected: str) -> None:
    assert phone_key(text) == expected


def test_contacts_are_the_same_by_mailbox_also_by_an_additional_address() -> None:
    assert groups(
        CONTACTS,
        rec(CONTACTS, 1, email="ada@acme.com"),
        rec(CONTACTS, 2, email="ADA+x@acme.com"),
        rec(CONTACTS, 3, email="new@acme.com", hs_additional_emails="b@acme.com;ada@acme.com"),
        rec(CONTACTS, 4, email="linus@acme.com"),
    ) == [([3, 1, 2], {"email"}, True)]


def test_a_shared_number_is_a_switchboard_unless_the_names_share_a_word() -> None:
    assert groups(
        CONTACTS,
        rec(CONTACTS, 1, firstname="Ada", lastname="Berg", phone="+1 555 010 0199"),
        rec(CONTACTS, 2, firstname="Linus", lastname="Pelt", phone="(555) 010-0199"),
        rec(CONTACTS, 3, firstname="A.", lastname="Berg", mobilephone="5550100199"),
    ) == [([1, 3], {"phone"}, False)]


def test_people_of_one_name_are_the_same_only_with_something_else_in_common() -> None:
    assert groups(
        CONTACTS,
        rec(CONTACTS, 1, firstname="John", lastname="Smith", email="js@one.example"),
        rec(CONTACTS, 2, firstname="John", lastname="Smith", email="john@two.example"),
        rec(CONTACTS, 3, firstname="Smith", lastname="Jon", email="smith@one.example"),
        rec(CONTACTS, 4, firstname="John", lastname="Smith", email="john.smith@gmail.com"),
        rec(CONTACTS, 5, firstname="John", lastname="Smith", email="j.s@gmail.com"),
    ) == [([1, 3], {"name"}, False)]


def test_companies_are_the_same_by_domain_number_or_nearly_one_name() -> None:
    assert groups(
        COMPANIES,
        rec(COMPANIES, 1, name="Acme Inc.", domain="acme.com"),
        rec(COMPANIES, 2, name="ACME Holding", website="https://www.acme.com/about?x=1"),
        rec(COMPANIES, 3, name="Globex GmbH", phone="030 1234567"),
        rec(COMPANIES, 4, name="Globexx", phone=""),
        rec(COMPANIES, 5, name="Globex", domain="other.example"),
        rec(COMPANIES, 6, name="Initech", domain="gmail.com"),
        rec(COMPANIES, 7, name="Umbrella", domain="gmail.com", phone="+49 30 1234567"),
    ) == [([1, 2], {"domain"}, True), ([7, 3, 5, 4], {"name", "phone"}, False)]


def test_companies_of_one_name_with_different_domains_are_two() -> None:
    assert (
        groups(
            COMPANIES,
            rec(COMPANIES, 1, name="Acme", domain="acme.com"),
            rec(COMPANIES, 2, name="Acme", domain="acme.de"),
        )
        == []
    )


def test_deals_need_nearly_one_name_the_same_pipeline_amount_and_close_date() -> None:
    same = {"pipeline": "default", "amount": Decimal(5), "closedate": datetime(2026, 12, 1, tzinfo=UTC)}
    assert groups(
        DEALS,
        rec(DEALS, 1, dealname="Acme renewal 2026", **same),
        rec(DEALS, 2, dealname="ACME renewal  2026", **same),
        rec(DEALS, 3, dealname="Acme renewal 2026", **{**same, "amount": Decimal(6)}),
    ) == [([1, 2], {"name"}, False)]


def test_the_record_to_keep_has_most_deals_then_most_values_then_the_lowest_id() -> None:
    def why(*records: Record) -> tuple[str, str]:
        [group] = same_records(CONTACTS, records, ALL)
        return group.records[0].id, group.why

    one = rec(CONTACTS, 1, email="a@acme.com")
    assert why(one, rec(CONTACTS, 2, email="a@acme.com", num_associated_deals=Decimal(2))) == (
        "2",
        "it has the most deals",
    )
    assert why(one, rec(CONTACTS, 2, email="a@acme.com", jobtitle="CTO")) == ("2", "it has the most values")
    assert why(one, rec(CONTACTS, 2, email="a@acme.com")) == ("1", "it has the lowest id")


def test_ten_thousand_records_are_compared_without_every_pair() -> None:
    made = [rec(COMPANIES, i, name=f"Company number {i}", domain=f"c{i}.example") for i in range(10_000)]
    found = same_records(COMPANIES, [*made, rec(COMPANIES, 20_000, name="X", domain="C7.example")], ALL)
    assert [[r.id for r in g.records] for g in found] == [["7", "20000"]]


def judge(type: ObjectType, *looked_at: Property, owners: list[Owner] | None = None) -> Judge:
    has = {"hubspot_owner_id", "notes_last_updated", *(p.name for p in looked_at)}
    return Judge(type, looked_at, has=has, owners=owners, stale_days=180, now=NOW)


def prop(name: str, type: PropertyType = PropertyType.STRING, *options: str) -> Property:
    return Property(PropertyName(name), name, type, options=tuple(Option(o, o) for o in options))


@pytest.mark.parametrize(
    ("definition", "value", "doubt"),
    [
        (prop("email"), "ada@acme.com", None),
        (prop("email"), "ada@acme", "invalid:email"),
        (prop("email"), "ada@acme.com, b@acme.com", "invalid:email"),
        (prop("email"), None, "missing:email"),
        (prop("domain"), "acme.co.uk", None),
        (prop("domain"), "https://acme.com", "invalid:domain"),
        (prop("phone"), "+49 30 1234567", None),
        (prop("phone"), "12", "invalid:phone"),
        (prop("phone"), "1234567890123456", "invalid:phone"),
        (prop("amount", PropertyType.NUMBER), Decimal(0), None),
        (prop("amount", PropertyType.NUMBER), "a lot", "invalid:amount"),
        (prop("stage", PropertyType.ENUMERATION, "a", "b"), "a", None),
        (prop("stage", PropertyType.ENUMERATION, "a", "b"), "gone", "invalid:stage"),
        (prop("kinds", PropertyType.ENUMERATION, "a", "b"), ("a", "c"), "invalid:kinds"),
        (prop("name"), "", "missing:name"),
    ],
)
def test_a_value_is_missing_invalid_or_right(definition: Property, value: PropertyValue, doubt: str | None) -> None:
    owned = rec(CONTACTS, 1, hubspot_owner_id="7", notes_last_updated=NOW, **{definition.name: value})
    assert [d.key for d in judge(CONTACTS, definition).doubts(owned)] == ([doubt] if doubt else [])


def test_an_owner_who_left_is_no_owner_and_silence_makes_stale() -> None:
    owners = [Owner("7", "", "", ""), Owner("8", "", "", "", is_active=False)]

    def doubts(owner: str, active: datetime | None) -> list[str]:
        record = rec(
            CONTACTS, 1, hubspot_owner_id=owner, notes_last_updated=active, createdate=datetime(2025, 1, 1, tzinfo=UTC)
        )
        return [d.key for d in judge(CONTACTS, owners=owners).doubts(record)]

    assert doubts("7", NOW) == []
    assert doubts("8", NOW) == doubts("99", NOW) == doubts("", NOW) == ["ownerless"]
    assert doubts("7", None) == doubts("7", datetime(2026, 1, 1, tzinfo=UTC)) == ["stale"]


def test_a_passed_close_date_is_invalid_on_an_open_deal_only() -> None:
    definition = prop("closedate", PropertyType.DATETIME)

    def doubts(is_closed: bool) -> list[str]:
        past = datetime(2026, 11, 1, tzinfo=UTC)
        record = rec(DEALS, 1, hubspot_owner_id="7", notes_last_updated=NOW, closedate=past, hs_is_closed=is_closed)
        return [d.key for d in judge(DEALS, definition).doubts(record)]

    assert (doubts(is_closed=False), doubts(is_closed=True)) == (["invalid:closedate"], [])


async def test_duplicates_are_told_in_groups_with_a_handle_that_pages(crm: Office) -> None:
    answer = await crm.crm.find_duplicates(DuplicatesRequest(type="companies"))
    assert (answer.groups, answer.sure, answer.records, answer.next) == (1, 1, 2, "")
    assert answer.coverage.is_whole
    assert (answer.coverage.read, answer.coverage.total, answer.coverage.requests) == (4, 4, 1)
    names = [c.name for c in answer.table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in answer.table.rows]
    assert [(r["group"], r["keep"], r["id"]) for r in rows] == [(1, True, ACME), (1, False, ACME_EU)]
    assert rows[0]["why"] == "same by domain acme.com; keep: it has the most deals"


async def test_a_bounded_reading_counts_what_it_did_not_read() -> None:
    with served(portal_of(contacts=230)) as running:
        async with connected(running.base_url, limits=NO_LIMITS) as hubspot:
            part = await LiveRecords(hubspot, SystemClock(), most_requests=2).read(CONTACTS, ())
            whole = await LiveRecords(hubspot, SystemClock(), most_requests=3).read(CONTACTS, ())
    assert (len(part.records), part.total, part.requests, part.is_whole) == (200, 230, 3, False)
    assert (len(whole.records), whole.total, whole.requests, whole.is_whole) == (230, 230, 3, True)


async def test_wrong_questions_are_refused_with_what_is_right(crm: Office) -> None:
    with pytest.raises(InvalidInputError, match="tickets are not looked for"):
        await crm.crm.find_duplicates(DuplicatesRequest(type="tickets"))
    with pytest.raises(InvalidInputError, match="expected email, phone, name"):
        await crm.crm.find_duplicates(DuplicatesRequest(type="contacts", by=("domain",)))
    with pytest.raises(InvalidInputError, match="none of ours"):
        await crm.crm.find_duplicates(DuplicatesRequest(type="contacts", cursor="x"))
    with pytest.raises(NotFoundError, match="half an hour"):
        await crm.crm.find_duplicates(DuplicatesRequest(type="contacts", cursor="abc.20"))
    with pytest.raises(InvalidInputError, match="stale_days"):
        await crm.crm.data_quality(QualityRequest(type="contacts", stale_days=0))


async def test_quality_counts_every_doubt_once_a_record(crm: Office) -> None:
    answer = await crm.crm.data_quality(QualityRequest(type="deals"))
    counted = {row[0]: row[2] for row in answer.table.rows}
    assert counted["invalid:closedate"] == 1
    assert counted["missing:amount"] == 1
    assert counted["ownerless"] == 1
    assert counted["missing:hs_next_step"] == 5
    assert answer.clean == 0 or answer.clean < answer.coverage.read

"""Names as people write them: stages, pipelines, owners, types, addresses, options, properties."""

import pytest

from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import CONTACTS, DEALS, PropertyName
from hubspot_skill.domain.schema import CustomType, Option, Owner, Pipeline, Property, PropertyType, Stage
from hubspot_skill.service.interpreter import options_of
from hubspot_skill.service.references import domain_of, is_domain, is_email, name_filters
from hubspot_skill.service.words.alike import is_near
from hubspot_skill.service.words.people import owner
from hubspot_skill.service.words.properties import PropertyBook
from hubspot_skill.service.words.stages import pipeline, stage
from hubspot_skill.service.words.types import object_type, record_address

SALES = Pipeline("default", "Sales", 0, (Stage("s1", "New", 0, False, 0.1), Stage("closedwon", "Closed Won", 1, True, 1.0)))  # fmt: skip
RENEWALS = Pipeline("77", "Renewals", 1, (Stage("r1", "New", 0, False, 0.1), Stage("r2", "Renewed", 1, True, 1.0)))
OWNERS = (
    Owner("1", "ada@x.example", "Ada", "Berg"),
    Owner("2", "bo@x.example", "Bo", "Lind"),
    Owner("3", "ada.old@x.example", "Ada", "Holm", is_active=False),
    Owner("4", "queue@x.example", "", ""),
)
OWN_TYPES = (
    CustomType("2-1", "cars", "Car", "Cars", PropertyName("plate")),
    CustomType("2-2", "p_boats", "Boat", "Vessels", PropertyName("name")),
    CustomType("2-3", "p_ships", "Ship", "Vessels", PropertyName("name")),
)


@pytest.mark.parametrize("word", ["Closed Won", "closed won", " CLOSED  WON ", "closedwon", "closed_won", "Closed-Won"])
def test_a_stage_is_found_however_its_name_is_written(word: str) -> None:
    assert stage(word, (SALES, RENEWALS))[1].id == "closedwon"


def test_a_stage_name_of_several_pipelines_is_ambiguous_until_one_is_named() -> None:
    with pytest.raises(AmbiguousNameError) as refused:
        stage("New", (SALES, RENEWALS))
    assert [(c.id, c.label, c.detail) for c in refused.value.candidates] == [
        ("s1", "New", "pipeline Sales"),
        ("r1", "New", "pipeline Renewals"),
    ]
    assert stage("New", (RENEWALS,))[1].id == "r1"


def test_an_unknown_stage_of_one_pipeline_names_all_that_there_are() -> None:
    with pytest.raises(UnknownNameError) as refused:
        stage("zzz", (SALES,))
    assert [c.id for c in refused.value.candidates] == ["s1", "closedwon"]


def test_pipelines_are_found_by_id_or_name() -> None:
    assert pipeline("77", (SALES, RENEWALS)) is RENEWALS
    assert pipeline("renewals", (SALES, RENEWALS)) is RENEWALS
    with pytest.raises(UnknownNameError):
        pipeline("Marketing", (SALES, RENEWALS))


@pytest.mark.parametrize(
    ("word", "id"),
    [("1", "1"), ("ada berg", "1"), ("ADA@X.example", "1"), ("Bo", "2"), ("lind", "2"), ("Ada Holm", "3"), ("queue@x.example", "4")],
)  # fmt: skip
def test_an_owner_is_found_by_any_name_that_only_one_has(word: str, id: str) -> None:
    assert owner(word, OWNERS).id == id


def test_a_first_name_of_two_owners_is_ambiguous_and_tells_who_is_deactivated() -> None:
    with pytest.raises(AmbiguousNameError) as refused:
        owner("ada", OWNERS)
    assert [c.detail for c in refused.value.candidates] == ["ada@x.example", "ada.old@x.example, deactivated"]


@pytest.mark.parametrize(
    ("word", "name"),
    [("deals", "deals"), ("Deal", "deals"), ("0-3", "deals"), ("cars", "2-1"), ("car", "2-1"), ("2-2", "2-2"), ("boat", "2-2")],
)  # fmt: skip
def test_types_are_found_by_name_singular_label_or_id(word: str, name: str) -> None:
    assert object_type(word, OWN_TYPES).name == name


def test_an_unknown_or_shared_type_name_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        object_type("planes", OWN_TYPES)
    with pytest.raises(AmbiguousNameError):
        object_type("vessels", OWN_TYPES)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://app.hubspot.com/contacts/42/record/0-1/7", ("42", "0-1", "7")),
        ("https://app-eu1.hubspot.com/contacts/42/record/2-99/7/", ("42", "2-99", "7")),
        ("https://app.hubspot.com/contacts/42/record/0-3/7/?eschref=%2Fcontacts", ("42", "0-3", "7")),
        ("https://app.hubspot.com/contacts/42/deal/7", ("42", "deal", "7")),
    ],
)
def test_addresses_of_records_are_read(address: str, expected: tuple[str, str, str]) -> None:
    found = record_address(address)
    assert found is not None
    assert (found.portal_id, found.type, found.id) == expected


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/contacts/42/record/0-1/7", "https://app.hubspot.com.evil.example/contacts/42/record/0-1/7",
     "https://app.hubspot.com/contacts/42", "http://[::1", "https://app.hubspot.com/contacts/42/record/0-1/x"],
)  # fmt: skip
def test_an_address_that_is_no_record_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError):
        record_address(address)
    assert record_address("Acme") is None


def test_options_are_found_by_value_or_label_and_ambiguity_is_told() -> None:
    prop = Property(
        PropertyName("tier"),
        "Tier",
        PropertyType.ENUMERATION,
        options=(Option("A1", "Gold"), Option("B1", "Silver"), Option("C1", "Silver", hidden=True)),
    )
    assert options_of(prop, "gold").value == "A1"
    assert options_of(prop, "a1").value == "A1"
    with pytest.raises(AmbiguousNameError):
        options_of(prop, "silver")
    with pytest.raises(UnknownNameError) as refused:
        options_of(prop, "bronze")
    assert [c.id for c in refused.value.candidates] == ["A1", "B1"]


def test_a_label_of_two_properties_is_ambiguous_and_the_internal_name_is_not() -> None:
    book = PropertyBook(
        CONTACTS,
        (
            Property(PropertyName("city"), "City", PropertyType.STRING),
            Property(PropertyName("ip_city"), "City", PropertyType.STRING),
        ),
    )
    assert book.named("city").name == "city"
    assert book.named("ip_city").name == "ip_city"
    with pytest.raises(UnknownNameError):
        book.named("town")


def test_an_own_property_named_like_a_typed_argument_does_not_take_its_place() -> None:
    book = PropertyBook(
        DEALS,
        (
            Property(PropertyName("dealstage"), "Deal Stage", PropertyType.ENUMERATION),
            Property(PropertyName("stage"), "Stage of the theatre", PropertyType.STRING),
        ),
    )
    assert book.typed("stage").name == "dealstage"
    assert book.named("stage").name == "stage"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Acme Inc.", "ACME", True),
        ("Acme GmbH", "Acme, Ltd", True),
        ("Acme Europe", "Acme", False),
        ("Globex Industries", "Globex Industrys", True),
        ("Initech", "Initrode", False),
        ("株式会社", "株式会社", True),
        ("Co", "Co", True),
        ("Co", "Company", False),
        ("Renewal 2025", "Renewal 2026", True),
    ],
)
def test_names_are_near_without_their_legal_form(one: str, other: str, expected: bool) -> None:
    assert is_near(one, other) is expected


@pytest.mark.parametrize(
    ("text", "domain"),
    [("acme.com", "acme.com"), ("https://www.Acme.com/a?b", "acme.com"), ("ACME.COM:8080", "acme.com"), ("http://x.acme.co.uk", "x.acme.co.uk")],
)  # fmt: skip
def test_a_domain_is_read_from_an_address(text: str, domain: str) -> None:
    assert domain_of(text) == domain


def test_emails_and_domains_are_told_from_names() -> None:
    assert is_email("a.b+c@x.example")
    assert not any(map(is_email, ["a@b", "a b@x.example", "@x.example", "a@x.example, b@x.example"]))
    assert is_domain("acme.co.uk")
    assert not any(map(is_domain, ["acme", "Acme Inc.", "a@b.example", "1.5", "..", "acme."]))


def test_a_full_name_of_several_words_is_split_everywhere_it_can_be() -> None:
    groups = name_filters(CONTACTS, "Ludwig van Beethoven")
    assert [[f.values[0] for f in group] for group in groups] == [["Ludwig", "van Beethoven"], ["Ludwig van", "Beethoven"]]  # fmt: skip

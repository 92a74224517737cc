"""HubSpot's text becomes the value that its definition promises, and an answer may change where it is allowed to."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, PropertyName
from hubspot_skill.domain.records import HUBSPOT_DEFINED, LinkType
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.search import Search
from hubspot_skill.domain.writes import Change, Draft, Link, NewLink
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.wire.associations import labels_body
from hubspot_skill.hubspot.wire.batches import draft_body
from hubspot_skill.hubspot.wire.records import RecordReader, read_page, read_search_page
from hubspot_skill.hubspot.wire.schema import read_account, read_pipelines, read_properties
from hubspot_skill.hubspot.wire.shapes import ShapeError
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from tests.hubspot.conftest import ADA, FAIR, RENEWAL
from tests.sandbox_fixture import Served

T = PropertyType
NOON = datetime(2026, 9, 1, 12, 34, 56, 789000, tzinfo=UTC)


def prop(type: PropertyType, name: str = "x", field_type: str = "") -> Property:
    return Property(PropertyName(name), name, type, field_type)


def value_of(type: PropertyType, raw: object, field_type: str = "") -> object:
    reader = RecordReader(CONTACTS, (prop(type, field_type=field_type),))
    return reader.record({"id": "1", "properties": {"x": raw}}).properties.get("x", "absent")


CASES = [
    (T.STRING, "text", "text"),
    (T.STRING, "", None),
    (T.STRING, None, None),
    (T.STRING, 5, "5"),
    (T.STRING, True, "true"),
    (T.STRING, {"odd": 1}, None),
    (T.OTHER, "{}", "{}"),
    (T.PHONE_NUMBER, "+1 555", "+1 555"),
    (T.NUMBER, "1200.50", Decimal("1200.50")),
    (T.NUMBER, "-0", Decimal("-0")),
    (T.NUMBER, "1e3", Decimal(1000)),
    (T.NUMBER, 12, Decimal(12)),
    (T.NUMBER, 0.1, Decimal("0.1")),
    (T.NUMBER, "a lot", "a lot"),
    (T.NUMBER, "NaN", "NaN"),
    (T.NUMBER, "Infinity", "Infinity"),
    (T.NUMBER, "", None),
    (T.BOOL, "true", True),
    (T.BOOL, "false", False),
    (T.BOOL, "TRUE", True),
    (T.BOOL, True, True),
    (T.BOOL, "yes", "yes"),
    (T.DATE, "2026-09-01", date(2026, 9, 1)),
    (T.DATE, "1788220800000", date(2026, 9, 1)),
    (T.DATE, "2026-09-01T00:00:00Z", date(2026, 9, 1)),
    (T.DATE, "soon", "soon"),
    (T.DATETIME, "2026-09-01T12:34:56.789Z", NOON),
    (T.DATETIME, "2026-09-01T14:34:56.789+02:00", NOON),
    (T.DATETIME, "2026-09-01T12:34:56.789", NOON),
    (T.DATETIME, "1788266096789", NOON),
    (T.DATETIME, 1788266096789, NOON),
    (T.DATETIME, "99999999999999999999", "99999999999999999999"),
    (T.DATETIME, "۱۲۳", "۱۲۳"),
    (T.DATETIME, "later", "later"),
    (T.ENUMERATION, "A", "A"),
]


@pytest.mark.parametrize(("type", "raw", "expected"), CASES)
def test_one_value(type: PropertyType, raw: object, expected: object) -> None:
    found = value_of(type, raw)
    assert found == expected
    assert not isinstance(found, datetime) or found.utcoffset() is not None


@pytest.mark.parametrize(("raw", "expected"), [("A;B", ("A", "B")), (";A;", ("A",)), ("A", ("A",)), ("", None)])
def test_several_options_are_several_values(raw: str, expected: object) -> None:
    assert value_of(T.ENUMERATION, raw, "checkbox") == expected


def test_a_property_that_was_not_asked_for_is_dropped_and_one_that_does_not_exist_is_absent() -> None:
    reader = RecordReader(CONTACTS, (prop(T.STRING, "a"), prop(T.NUMBER, "nowhere")))
    record = reader.record({"id": "1", "properties": {"a": "1", "hs_object_id": "1"}})
    assert record.properties == {"a": "1"}


def test_without_a_choice_all_is_kept_as_text() -> None:
    record = RecordReader(CONTACTS, ()).record({"id": "1", "properties": {"a": "1", "b": None}})
    assert record.properties == {"a": "1", "b": None}


row = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e", "hs_object_id"]),
    st.one_of(
        st.none(),
        st.sampled_from(["", "true", "12.5", "2026-09-01", "2026-09-01T12:34:56.789Z", "1788266096789", "text", "NaN"]),
        st.integers(-5, 5),
        st.booleans(),
        st.lists(st.integers(), max_size=1),
    ),
)


@given(st.lists(row, max_size=6))
def test_a_page_reads_as_its_records_one_by_one(rows: list[dict[str, object]]) -> None:
    kinds_ = (T.STRING, T.NUMBER, T.BOOL, T.DATE, T.DATETIME)
    reader = RecordReader(CONTACTS, tuple(prop(kind, name) for kind, name in zip(kinds_, "abcde", strict=True)))

    def body(given: dict[str, object], id: int) -> dict[str, object]:
        return {"id": str(id), "properties": dict(given)}

    page = read_page(reader, {"results": [body(given, n) for n, given in enumerate(rows)]})
    assert page.records == tuple(reader.record(body(given, n)) for n, given in enumerate(rows))


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"results": None},
        {"results": {}},
        {"results": [None]},
        {"results": [{"properties": {}}]},
        {"results": [{"id": "", "properties": {}}]},
        {"results": [{"id": "1", "properties": {}, "propertiesWithHistory": {"a": [{}]}}]},
        {"results": [{"id": "1", "properties": {}, "associations": {"companies": {"results": [{}]}}}]},
    ],
)
def test_a_page_without_what_nobody_can_do_without_is_refused(body: object) -> None:
    with pytest.raises(ShapeError):
        read_page(RecordReader(CONTACTS, ()), body)


def test_a_search_without_its_total_is_refused() -> None:
    with pytest.raises(ShapeError):
        read_search_page(RecordReader(CONTACTS, ()), {"results": []})


@pytest.mark.parametrize("change", ["extra_fields", "new_enum_values", "nulls", "dropped_fields"])
async def test_an_upstream_that_changes_where_it_may_breaks_nothing(
    hubspot: HubSpot, served: Served, change: str
) -> None:
    """Trial H5: upstream adds fields, enum values and nulls, and drops optional fields: 0 failures."""
    served.sandbox.faults.add(Rule(kinds.ChangedJson(change)))
    properties = (prop(T.STRING, "email"),)
    ada = await hubspot.objects.read(
        CONTACTS, ADA, properties=properties, associations=(COMPANIES,), history=(PropertyName("email"),)
    )
    assert ada.properties == {"email": "ada@acme.com"}
    assert len((await hubspot.objects.list(CONTACTS, properties=properties, associations=(COMPANIES,))).records) == 2
    assert (await hubspot.objects.search(Search(DEALS), properties=())).total == 2
    assert len(await hubspot.objects.read_many(CONTACTS, [ADA], properties=properties)) == 1
    assert len(await hubspot.schema.properties(DEALS)) > 50
    assert {pipeline.id for pipeline in await hubspot.schema.pipelines(DEALS)} == {"default", "900"}
    assert len(await hubspot.schema.owners()) == 3
    assert len(await hubspot.schema.custom_types()) == 1
    assert (await hubspot.accounts.details()).currency == "USD"
    assert (await hubspot.accounts.introspect()).is_active
    assert len((await hubspot.associations.of(CONTACTS, ADA, COMPANIES)).links) == 1
    assert len(await hubspot.associations.labels(CONTACTS, COMPANIES)) > 1
    assert len((await hubspot.campaigns.list()).campaigns) == 1
    assert (await hubspot.campaigns.metrics(FAIR)).sessions == 42
    await hubspot.campaigns.revenue(FAIR)
    await hubspot.campaigns.budget(FAIR)
    name = PropertyName("dealname")
    await hubspot.objects.update(Change(DEALS, RENEWAL, {name: "New"}))
    assert len((await hubspot.objects.update_many([Change(DEALS, RENEWAL, {name: "Newer"})])).done) == 1


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (read_account, {"portalId": 1, "timeZone": "Mars/Olympus", "companyCurrency": "USD"}),
        (read_account, {"portalId": 1, "timeZone": "../../etc/passwd", "companyCurrency": "USD"}),
        (read_account, {"timeZone": "UTC"}),
        (read_pipelines, {"results": [{"label": "no id"}]}),
        (read_properties, {"results": [{"label": "no name"}]}),
    ],
)
def test_schema_without_what_nobody_can_do_without_is_refused(read, body: object) -> None:
    with pytest.raises(ShapeError):
        read(body)


def test_a_property_of_a_type_that_nobody_knows_yet_is_kept() -> None:
    (found,) = read_properties({"results": [{"name": "x", "type": "hologram", "options": None}]})
    assert (found.type, found.label) == (T.OTHER, "x")


def test_a_new_record_names_the_unlabelled_number_of_each_link() -> None:
    """Numbers of the associations guide (FACTS section 6)."""
    draft = Draft(DEALS, {}, (NewLink(CONTACTS, ADA), NewLink(COMPANIES, "1", (LinkType(HUBSPOT_DEFINED, 5),))))
    body = draft_body(draft)
    assert body["associations"] == [
        {"to": {"id": ADA}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]},
        {"to": {"id": "1"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}]},
    ]


async def test_a_zone_that_this_machine_does_not_know_is_a_typed_error(hubspot: HubSpot, served: Served) -> None:
    served.sandbox.faults.add(Rule(kinds.ChangedJson("nulls", frozenset({"timeZone"}))))
    with pytest.raises(HubSpotSkillError) as caught:
        await hubspot.accounts.details()
    assert caught.value.code == "malformed_answer"


def test_labels_of_several_categories_are_sent_together() -> None:
    """HubSpot replaces the labels of a pair by those of one PUT (associations guide, read 2026-11-23)."""
    link = Link(CONTACTS, ADA, COMPANIES, "1", (LinkType(HUBSPOT_DEFINED, 1), LinkType("USER_DEFINED", 1)))
    assert labels_body(link) == [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1},
        {"associationCategory": "USER_DEFINED", "associationTypeId": 1},
    ]

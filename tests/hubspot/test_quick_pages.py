"""The quick reading of ordinary pages: the same records as the careful reading, or none at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.names import CONTACTS, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.hubspot.wire.quick_pages import QuickPages
from hubspot_skill.hubspot.wire.records import RecordReader, read_search_page
from hubspot_skill.hubspot.wire.shapes import ShapeError

PROPERTIES = (
    Property(PropertyName("name"), "Name", PropertyType.STRING),
    Property(PropertyName("amount"), "Amount", PropertyType.NUMBER),
    Property(PropertyName("closed"), "Closed", PropertyType.BOOL),
    Property(PropertyName("day"), "Day", PropertyType.DATE),
    Property(PropertyName("moment"), "Moment", PropertyType.DATETIME),
    Property(PropertyName("kinds"), "Kinds", PropertyType.ENUMERATION, field_type="checkbox"),
)
MOMENT = "2026-09-01T12:34:56.789Z"
ORDINARY = {"name": "Ada", "amount": "12.50", "closed": "true", "day": "2026-09-01", "moment": MOMENT, "kinds": "A;B"}


def answer(*rows: object, **fields: object) -> bytes:
    return json.dumps({"total": len(rows), "results": list(rows), **fields}).encode()


def row(**changed: object) -> dict[str, object]:
    return {"id": "7", "properties": ORDINARY | changed, "createdAt": MOMENT, "updatedAt": MOMENT, "archived": False}


def careful(body: bytes) -> object:
    return read_search_page(RecordReader(CONTACTS, PROPERTIES), json.loads(body))


def quick(body: bytes) -> object:
    return QuickPages(CONTACTS, PROPERTIES).search_page(body)


@pytest.mark.parametrize(
    "body",
    [
        answer(),
        answer(row()),
        answer(row(), row(name=None, amount=None, closed=None, day=None, moment=None, kinds=None)),
        answer(row(unasked="left out"), paging={"next": {"after": "100", "link": "x"}}),
        answer({"id": "8", "properties": {"name": "Bo"}}),
        answer(row(), paging=None),
    ],
)
def test_an_ordinary_page_is_read_as_the_careful_reading_does(body: bytes) -> None:
    page = quick(body)
    assert page is not None
    assert page == careful(body)


@pytest.mark.parametrize(
    "body",
    [
        answer(row(name="")),
        answer(row(amount="1,000")),
        answer(row(amount="NaN")),
        answer(row(amount="Infinity")),
        answer(row(closed="yes")),
        answer(row(day="1767225600000")),
        answer(row(moment="2026-09-01T12:34:56+02:00")),
        answer(row(moment="2026-09-01T12:34:56")),
        answer(row() | {"id": 7}),
        answer(row() | {"associations": {}}),
        answer(row() | {"propertiesWithHistory": {}}),
        answer(row() | {"warnings": []}),
        answer(row() | {"archived": None}),
        answer(row() | {"createdAt": "soon"}),
        answer(row(), total=None),
        b'{"results": [',
        b"[]",
    ],
)
def test_what_is_not_ordinary_is_left_to_the_careful_reading(body: bytes) -> None:
    assert quick(body) is None


def test_without_a_choice_of_properties_nothing_is_read_quickly() -> None:
    assert QuickPages(CONTACTS, ()).search_page(answer(row())) is None


odd = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.sampled_from(
        ["", "true", "TRUE", "12", "-0.5", "1e3", "nan", "2026-02-29", "2026-09-01", MOMENT, "A;;B", "null"]
    ),
)


@given(st.lists(st.dictionaries(st.sampled_from([*ORDINARY, "unasked"]), odd), max_size=4), st.booleans())
def test_whatever_values_come_both_readings_give_the_same(rows: list[dict[str, object]], is_archived: bool) -> None:
    body = answer(
        *(
            {"id": str(n), "properties": values, "createdAt": MOMENT, "archived": is_archived}
            for n, values in enumerate(rows)
        )
    )
    page = quick(body)
    try:
        expected = careful(body)
    except ShapeError:
        expected = None
    assert page is None or page == expected

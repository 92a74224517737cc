"""Values as cells, cursors, and the kept schema."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import PropertyValue
from hubspot_skill.domain.schema import Option, Property, PropertyType
from hubspot_skill.service.answers import Cell
from hubspot_skill.service.cells import Labels, cell, number, plain
from hubspot_skill.service.cursors import Continuation, Cursor, digest, open_cursor, seal_cursor
from hubspot_skill.service.requests import DealFilters, GetRequest, SearchRequest
from tests.service import scene
from tests.service.scene import Office

LABELS = Labels(ZoneInfo("America/New_York"), {"7": "Ada Berg"}, {"s1": "New"}, {"p1": "Sales"})


def prop(name: str = "x", type: PropertyType = PropertyType.STRING, **more: object) -> Property:
    return Property(PropertyName(name), name, type, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("property", "value", "expected"),
    [
        (prop(), None, None),
        (prop(), "", None),
        (prop(), "a\u202eb\nc\u200b", "ab c"),
        (prop(), "x" * 200, "x" * 119 + "…"),
        (prop(type=PropertyType.NUMBER), Decimal("1500.50"), 1500.5),
        (prop(type=PropertyType.NUMBER), Decimal("1E+3"), 1000),
        (prop(type=PropertyType.NUMBER), Decimal("0.1"), 0.1),
        (prop(type=PropertyType.NUMBER), Decimal("12345678901234567890.12"), "12345678901234567890.12"),
        (prop(type=PropertyType.BOOL), False, False),
        (prop(type=PropertyType.DATE), date(2026, 1, 31), "2026-01-31"),
        (prop(type=PropertyType.DATETIME), datetime(2026, 1, 31, 5, 0, tzinfo=UTC), "2026-01-31"),
        (prop(type=PropertyType.DATETIME), datetime(2026, 1, 31, 4, 59, tzinfo=UTC), "2026-01-30T23:59"),
        (prop("closedate", PropertyType.DATETIME), datetime(2026, 1, 31, 4, 59, tzinfo=UTC), "2026-01-30"),
        (prop(type=PropertyType.ENUMERATION, options=(Option("a", "Alpha"),)), "a", "Alpha"),
        (prop(type=PropertyType.ENUMERATION, options=(Option("a", "Alpha"),)), "gone", "gone"),
        (prop(type=PropertyType.ENUMERATION, field_type="checkbox", options=(Option("a", "Alpha"),)), ("a", "b"), "Alpha; b"),
        (prop(is_owner=True), "7", "Ada Berg"),
        (prop(is_owner=True), "8", "8"),
        (prop("dealstage"), "s1", "New"),
        (prop("pipeline"), "p1", "Sales"),
        (prop(field_type="html"), "<p>Hi&nbsp;<b>you</b></p><script>x()</script>", "Hi you"),
    ],
)  # fmt: skip
def test_values_are_shown_as_people_see_them(property: Property, value: PropertyValue, expected: Cell) -> None:
    assert cell(property, value, LABELS) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_a_number_is_never_rounded(value: Decimal) -> None:
    shown = number(value)
    assert Decimal(repr(shown) if isinstance(shown, float) else str(shown)) == value


@given(st.text())
def test_any_text_is_words_in_the_end(text: str) -> None:
    assert isinstance(plain(text), str)


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True), st.integers(0, 10**9))
def test_a_cursor_opens_for_its_own_request_only(place: str, seen: int) -> None:
    mine, other = digest(SearchRequest(type="deals")), digest(SearchRequest(type="deals", limit=5))
    sealed = seal_cursor(Cursor(Continuation.OFFSET, place, seen), mine)
    assert open_cursor(sealed, mine) == Cursor(Continuation.OFFSET, place, seen)
    with pytest.raises(InvalidInputError):
        open_cursor(sealed, other)


@given(st.text(max_size=60))
def test_no_text_but_a_cursor_opens(text: str) -> None:
    with pytest.raises(InvalidInputError):
        open_cursor(text, digest(SearchRequest(type="deals")))


async def test_many_at_once_read_the_schema_once(crm: Office) -> None:
    requests = [SearchRequest(type="deals", filters=DealFilters(owner=("me",)), limit=n + 1) for n in range(20)]
    await asyncio.gather(*(crm.crm.search(r) for r in requests))
    calls = crm.calls()
    assert sum(c.endswith("/properties/2026-09/deals") for c in calls) == 1
    assert sum(c.endswith("/pipelines/2026-09/deals") for c in calls) == 1
    assert sum(c.endswith("/details") for c in calls) == 1
    assert sum(c.endswith("/owners/2026-09") for c in calls) == 2
    assert sum(c.endswith("/search") for c in calls) == 20


async def test_the_schema_is_read_again_after_five_minutes(crm: Office) -> None:
    await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,)))
    await crm.clock.advance(299)
    crm.forget_calls()
    await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,)))
    assert len(crm.calls()) == 1
    await crm.clock.advance(2)
    await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,)))
    assert "GET /crm/properties/2026-09/contacts" in crm.calls()

"""The benchmark measures what it says: both sides do the work, and a missed bar shows."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.domain.search import Search
from tools.bench import canned_server
from tools.bench.adapter import PROPERTIES, adapter
from tools.bench.figures import Figure, take_turns


@pytest.mark.parametrize(("value", "at_least", "holds"), [(1.2, False, True), (1.3, False, False), (1.3, True, True)])
def test_a_figure_holds_on_the_right_side_of_its_bar(value: float, at_least: bool, holds: bool) -> None:
    figure = Figure("a ratio", value, 1.25, at_least=at_least)

    assert figure.holds is holds
    assert ("MISS" in figure.line()) is not holds


async def test_both_sides_take_turns_equally_often() -> None:
    calls: list[str] = []

    async def ours() -> None:
        calls.append("ours")

    async def bare() -> None:
        calls.append("bare")

    turns = await take_turns(ours, bare, calls=2, rounds=3)

    assert calls.count("ours") == calls.count("bare")
    assert calls[-12:] == ["ours"] * 2 + ["bare"] * 4 + ["ours"] * 4 + ["bare"] * 2
    assert len(turns.ours_us) == len(turns.bare_us) == 3
    assert turns.ratio > 0


async def test_the_canned_page_is_read_to_typed_values_of_every_kind() -> None:
    with canned_server.running() as base_url:
        async with adapter(base_url) as hubspot:
            page = await hubspot.objects.search(Search(CONTACTS, limit=100), properties=PROPERTIES)
            one = await hubspot.objects.read(CONTACTS, "1001", properties=PROPERTIES)

    assert (len(page.records), page.total, one.id) == (100, 12_345, "1001")
    kinds = {type(value) for value in page.records[7].properties.values()}
    assert {str, Decimal, datetime, date, bool} <= kinds
    assert all(len(record.properties) >= len(PROPERTIES) for record in page.records)

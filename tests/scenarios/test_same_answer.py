"""The same question by chat, REST, shell and console gives the same number, and it is the right one."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sandbox_fixture import Served, running_sandbox
from tests.scenarios.surfaces import ASKERS, Console, open_program
from tests.service.scene import office
from tests.web.house import House

pytestmark = pytest.mark.timeout(180)

COUNTS = (
    ("contacts", {}, 5),
    ("contacts", {"company": "1001"}, 2),
    ("companies", {"country": "Germany"}, 2),
    ("deals", {"status": "open"}, 4),
    ("deals", {"stage": "Closed Won"}, 1),
    ("deals", {"status": "open", "amount_min": "1000"}, 2),
)
METRICS = (("open_deals", "4"), ("contact_count", "5"), ("company_count", "4"), ("deal_count", "6"))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([office()]) as running:
        yield running


@pytest.fixture
async def house(served: Served, tmp_path: Path) -> AsyncIterator[House]:
    async with open_program(served, tmp_path) as opened:
        yield opened


@pytest.mark.promise("same-number")
async def test_every_surface_counts_the_same_records(house: House) -> None:
    for type, filters, count in COUNTS:
        told = {name: await kind(house).count(type, **filters) for name, kind in ASKERS.items()}
        assert told == dict.fromkeys(ASKERS, count), (type, filters)
    for type, count in (("contacts", 5), ("companies", 4), ("deals", 6)):
        assert await Console(house).count(type) == count


@pytest.mark.promise("same-number")
async def test_every_surface_reports_the_same_figure(house: House) -> None:
    for metric, figure in METRICS:
        told = {name: await kind(house).metric(metric) for name, kind in ASKERS.items()}
        assert told == dict.fromkeys(ASKERS, Decimal(figure)), metric

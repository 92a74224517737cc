"""Questions in people's words, the one call that answers each, and the right answer worked out beside it.

The answers are counted in plain Python over what the sandbox itself lists of its deals, by HubSpot's own flags and home
amounts: nothing of the product takes part in them. The portal is that of Monday 2026-11-23 in New York.
"""

import json
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mcp import Client

from hubspot_skill.sandbox.generate import generate
from tests.mcp.conftest import client_of, text_of
from tests.mcp.sandboxed import TOKEN, server_over
from tests.sandbox_fixture import Served, running_sandbox

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
FIELDS = (
    "hs_is_closed,hs_is_closed_won,amount_in_home_currency,closedate,createdate,hubspot_owner_id,pipeline,dealstage"
)
Deals = list[dict[str, str]]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([generate("demo", size=300, now=NOW)]) as running:
        yield running


@pytest.fixture
async def client(served: Served) -> AsyncIterator[Client]:
    async with server_over(served) as server, client_of(server) as opened:
        yield opened


@pytest.fixture(scope="module")
def deals(served: Served) -> Deals:
    """All deals, as HubSpot's list tells them."""
    found: Deals = []
    after = ""
    while True:
        address = f"{served.base_url}/crm/v3/objects/deals?limit=100&properties={FIELDS}&after={after}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request) as answer:
            page = json.load(answer)
        found += [record["properties"] for record in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", "")
        if not after:
            return found


def day(deal: dict[str, str], name: str) -> str:
    text = deal.get(name)
    return datetime.fromisoformat(text).astimezone(ZONE).date().isoformat() if text else ""


def is_won(d: dict[str, str]) -> bool:
    return d.get("hs_is_closed_won") == "true"


def is_open(d: dict[str, str]) -> bool:
    return d.get("hs_is_closed") != "true"


def closed(deals: Deals, first: str, last: str) -> Deals:
    return [d for d in deals if not is_open(d) and first <= day(d, "closedate") <= last]


def money(deals: Deals) -> Decimal:
    return sum((Decimal(d["amount_in_home_currency"]) for d in deals if d.get("amount_in_home_currency")), Decimal(0))


def won(deals: Deals, first: str, last: str) -> Deals:
    return [d for d in closed(deals, first, last) if is_won(d)]


def rate(deals: Deals) -> Decimal:
    return round(Decimal(sum(map(is_won, deals))) / Decimal(len(deals)), 6)


QUARTER, YEAR, MONTH = ("2026-10-01", "2026-12-31"), ("2026-01-01", "2026-12-31"), ("2026-11-01", "2026-11-30")
QUESTIONS: list[tuple[str, dict[str, Any], Callable[[Deals], Any]]] = [
    ("How many deals are open?", {"metrics": ["open_deals"]}, lambda a: sum(map(is_open, a))),
    ("What is our pipeline worth?", {"metrics": ["pipeline"]}, lambda a: money([d for d in a if is_open(d)])),
    ("How many deals are there at all?", {"metrics": ["deals"]}, len),
    ("What is our win rate this quarter?", {"metrics": ["win rate"], "period": "this quarter"}, lambda a: rate(closed(a, *QUARTER))),
    ("And this year?", {"metrics": ["close rate"], "period": "this year"}, lambda a: rate(closed(a, *YEAR))),
    ("What did we sell this year?", {"metrics": ["sales"], "period": "this year"}, lambda a: money(won(a, *YEAR))),
    ("What did we sell last quarter?", {"metrics": ["bookings"], "period": "last quarter"}, lambda a: money(won(a, "2026-07-01", "2026-09-30"))),
    ("What did we sell this month?", {"metrics": ["won_revenue"], "period": "this month"}, lambda a: money(won(a, *MONTH))),
    ("How many deals did we win in 2026-Q2?", {"metrics": ["won_deals"], "period": "2026-Q2"}, lambda a: len(won(a, "2026-04-01", "2026-06-30"))),
    ("How many did we lose this year?", {"metrics": ["lost_deals"], "period": "this year"}, lambda a: sum(not is_won(d) for d in closed(a, *YEAR))),
    ("How many deals were created in October?", {"metrics": ["deals_created"], "period": "2026-10"}, lambda a: sum(day(d, "createdate").startswith("2026-10") for d in a)),
    ("How many of mine are open?", {"metrics": ["open_deals"], "where": [["owner", "is", "me"]]}, lambda a: sum(is_open(d) and d.get("hubspot_owner_id") == "412001" for d in a)),
    ("What are mine worth?", {"metrics": ["open_pipeline"], "where": [["owner", "is", "me"]]}, lambda a: money([d for d in a if is_open(d) and d.get("hubspot_owner_id") == "412001"])),
    ("How many open deals has nobody?", {"metrics": ["no_owner"]}, lambda a: sum(is_open(d) and not d.get("hubspot_owner_id") for d in a)),
    ("How many are overdue?", {"metrics": ["overdue"]}, lambda a: sum(is_open(d) and "" < day(d, "closedate") < "2026-11-23" for d in a)),
    ("What is overdue worth?", {"metrics": ["overdue_value"]}, lambda a: money([d for d in a if is_open(d) and "" < day(d, "closedate") < "2026-11-23"])),
    ("What closes within two weeks?", {"metrics": ["closing_soon"]}, lambda a: sum(is_open(d) and "2026-11-23" <= day(d, "closedate") <= "2026-12-07" for d in a)),
    ("How many open deals have no amount?", {"metrics": ["no_amount"]}, lambda a: sum(is_open(d) and not d.get("amount_in_home_currency") for d in a)),
    ("Open deals of 20,000 and more?", {"metrics": ["open_deals"], "where": [["amount", ">=", 20000]]}, lambda a: sum(is_open(d) and Decimal(d.get("amount_in_home_currency") or -1) >= 20000 for d in a)),
    ("Pipeline of the renewals?", {"metrics": ["open_pipeline"], "where": [["pipeline", "is", "Renewals"]]}, lambda a: money([d for d in a if is_open(d) and d["pipeline"] != "default"])),
    ("How many deals are in Contract Sent of the sales pipeline?", {"metrics": ["deals"], "where": [["pipeline", "is", "Sales Pipeline"], ["stage", "is", "contract sent"]]}, lambda a: sum(d["dealstage"] == "contractsent" for d in a)),
]  # fmt: skip


async def test_each_question_is_one_call_and_exact(client: Client, deals: Deals) -> None:
    """One client asks all of them, so that the local copy is read once."""
    for question, arguments, answer in QUESTIONS:
        result = await client.call_tool("hubspot_report", arguments)
        assert not result.is_error, (question, text_of(result))
        assert isinstance(result.structured_content, dict)
        (total,) = result.structured_content["totals"]
        assert Decimal(str(total)) == Decimal(str(answer(deals))), question


async def test_the_win_rate_by_owner_this_quarter_is_one_call(client: Client, deals: Deals) -> None:
    groups: dict[str, Deals] = defaultdict(list)
    for deal in closed(deals, *QUARTER):
        groups[deal.get("hubspot_owner_id") or ""].append(deal)
    result = await client.call_tool(
        "hubspot_report", {"metrics": ["win_rate"], "by": ["owner"], "period": "this quarter"}
    )
    assert isinstance(result.structured_content, dict)
    found = sorted(Decimal(str(row[1])) for row in result.structured_content["rows"])
    assert found == sorted(rate(group) for group in groups.values())

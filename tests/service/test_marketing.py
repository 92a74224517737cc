"""E-mail statistics and lists: HubSpot's own figures by name, and the records of a list as people see them."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hubspot_skill.domain.errors import (
    AmbiguousNameError,
    InvalidInputError,
    MissingScopesError,
    NotFoundError,
)
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.generate import generate
from hubspot_skill.service.answers import SearchAnswer
from hubspot_skill.service.marketing import EmailStatisticsRequest, ListsRequest
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import Office, opened

EVER = "2010-01-01..2026-12-31"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([generate("demo", size=200, now=NOW)], clock=SandboxClock(NOW, running=False)) as running:
        yield running


@pytest.fixture
async def here(served: Served) -> AsyncIterator[Office]:
    async with opened(served) as office:
        yield office


def rows(answer: SearchAnswer) -> list[dict[str, Any]]:
    names = [column.name for column in answer.table.columns]
    return [dict(zip(names, row, strict=True)) for row in answer.table.rows]


async def test_statistics_have_a_row_for_each_email_and_all_together_in_a_note(here: Office) -> None:
    answer = await here.crm.email_statistics(EmailStatisticsRequest(period=EVER, limit=100))

    found = rows(answer)
    assert answer.total == len(found) > 2
    assert all(row["name"] for row in found)
    assert [row["sent"] for row in found] == sorted((row["sent"] for row in found), reverse=True)
    sent = [row for row in found if row["sent"]]
    for row in sent:
        assert row["deliveredratio"] == pytest.approx(100 * row["delivered"] / row["sent"], abs=0.01)
        assert row["openratio"] == pytest.approx(100 * row["open"] / row["delivered"], abs=0.01)
    assert f"sent {sum(row['sent'] for row in found)}," in answer.notes[0]


async def test_one_email_is_told_by_its_name_in_a_period_of_days_in_the_accounts_zone(here: Office) -> None:
    every = rows(await here.crm.email_statistics(EmailStatisticsRequest(period=EVER, limit=100)))
    name = max(every, key=lambda row: row["sent"])["name"]

    one = await here.crm.email_statistics(EmailStatisticsRequest(email=name, period=EVER))

    assert [row["name"] for row in rows(one)] == [name]
    assert ("marketing e-mail", name) in [(r.what, r.meant) for r in one.resolved]
    before = await here.crm.email_statistics(EmailStatisticsRequest(email=name, period="2007"))
    assert before.total == 0


async def test_lists_are_found_by_words_and_type_with_their_size(here: Office) -> None:
    every = await here.crm.lists(ListsRequest())
    deals = await here.crm.lists(ListsRequest(type="deals"))
    named = await here.crm.lists(ListsRequest(name="trade fair"))

    assert [(row["name"], row["type"], row["kind"]) for row in rows(every)][:3] == [
        ("Visitors of the trade fair", "contacts", "manual"),
        ("Mailing by post", "contacts", "snapshot"),
        ("Open deals", "deals", "dynamic"),
    ]
    assert [row["name"] for row in rows(deals)] == ["Open deals"]
    assert [row["name"] for row in rows(named)] == ["Visitors of the trade fair"]
    assert every.total == len(every.table.rows)


async def test_the_records_of_a_list_come_page_by_page_each_once(here: Office) -> None:
    size = next(row["size"] for row in rows(await here.crm.lists(ListsRequest())) if row["name"] == "Open deals")
    request = ListsRequest(list="Open deals", fields=("dealname",), limit=7)
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await here.crm.lists(ListsRequest(list=request.list, fields=request.fields, limit=7, cursor=cursor))
        seen += [row["id"] for row in rows(answer)]
        assert answer.total == size
        cursor = answer.next
        if not cursor:
            break

    assert len(seen) == len(set(seen)) == size
    assert seen == sorted(seen, key=int)
    assert all(row["dealname"] for row in rows(answer))


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (ListsRequest(list="no such list"), NotFoundError),
        (ListsRequest(list="999999"), NotFoundError),
        (ListsRequest(list="e"), AmbiguousNameError),
        (ListsRequest(limit=500), InvalidInputError),
        (EmailStatisticsRequest(email="no such mail"), NotFoundError),
        (EmailStatisticsRequest(period="next month"), InvalidInputError),
    ],
)
async def test_what_is_not_there_is_refused(here: Office, request_: Any, error: type[Exception]) -> None:
    asked = here.crm.lists if isinstance(request_, ListsRequest) else here.crm.email_statistics
    with pytest.raises(error):
        await asked(request_)


async def test_a_token_without_the_scope_is_told_which_it_needs(served: Served) -> None:
    token = served.sandbox.tokens.mint("demo", scopes=["oauth", "crm.objects.contacts.read"])
    async with opened(served, token=token) as narrow:
        with pytest.raises(MissingScopesError) as lists:
            await narrow.crm.lists(ListsRequest())
        with pytest.raises(MissingScopesError) as emails:
            await narrow.crm.email_statistics(EmailStatisticsRequest())
    assert "crm.lists.read" in lists.value.hint
    assert "marketing.email.read" in emails.value.hint

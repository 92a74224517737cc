"""What HubSpot gives in pieces is put together whole, and partial failures of links are told apart."""

import pytest

from hubspot_skill.domain.errors import HubSpotSkillError, TokenRefusedError, UnavailableError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, PropertyName
from hubspot_skill.domain.search import Search, Sort
from hubspot_skill.domain.writes import Link
from tests.hubspot.stub import Received, connected, reply, serving

MORE = {"next": {"after": "2", "link": "https://api.hubapi.com/never-called"}}


def linked(id: str) -> dict[str, object]:
    return {"id": id, "properties": {}, "associations": {"companies": {"results": [{"id": "1"}], "paging": MORE}}}


def links(*ids: int, paging: object = None) -> dict[str, object]:
    found = [{"toObjectId": id, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 5}]} for id in ids]
    return {"results": found, "paging": paging}


@pytest.mark.parametrize("page", [linked("7"), {"results": [linked("7")]}])
async def test_associations_that_go_on_are_read_to_their_end(page) -> None:
    def decide(received: Received):
        if "/7/associations/companies" not in received.target:
            return reply(200, page)
        return reply(200, links(3) if "after=2" in received.target else links(1, 2, paging=MORE))

    async with serving(decide) as stub, connected(stub.base_url) as hubspot:
        if "results" in page:
            (deal,) = (await hubspot.objects.list(DEALS, properties=(), associations=(COMPANIES,))).records
        else:
            deal = await hubspot.objects.read(DEALS, "7", properties=(), associations=(COMPANIES,))
    assert deal.associations == {"companies": ("1", "2", "3")}


async def test_owners_are_read_page_by_page_the_active_first() -> None:
    def decide(received: Received):
        if "archived=true" in received.target:
            return reply(200, {"results": [{"id": "9"}]})
        second = "after=2" in received.target
        return reply(200, {"results": [{"id": 2}]} if second else {"results": [{"id": "1"}], "paging": MORE})

    async with serving(decide) as stub, connected(stub.base_url) as hubspot:
        owners = await hubspot.schema.owners()
    assert [(owner.id, owner.is_active) for owner in owners] == [("1", True), ("2", True), ("9", False)]


async def test_a_search_of_everything_asks_for_ids_above_the_last_one_in_ascending_order() -> None:
    pages = iter(
        [
            {"total": 3, "results": [{"id": "5"}, {"id": "40"}], "paging": MORE},
            {"total": 1, "results": [{"id": "41"}]},
        ]
    )
    async with serving(lambda _: reply(200, next(pages))) as stub, connected(stub.base_url) as hubspot:
        search = Search(DEALS, text="acme", sort=Sort(PropertyName("amount")), after="100")
        ids = [record.id async for record in hubspot.objects.search_all(search, properties=())]
    assert ids == ["5", "40", "41"]
    first, second = (received.json for received in stub.received)
    order = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert first == {"limit": 200, "properties": ["hs_object_id"], "query": "acme", "sorts": order}
    above = {"propertyName": "hs_object_id", "operator": "GT", "value": "40"}
    assert second == {**first, "filterGroups": [{"filters": [above]}]}


async def test_the_last_page_before_ten_thousand_is_cut_to_fit() -> None:
    async with serving(lambda _: reply(200, {"total": 20_000, "results": []})) as stub:
        async with connected(stub.base_url) as hubspot:
            await hubspot.objects.search(Search(DEALS, after="9900"), properties=())
        assert (stub.received[0].json["limit"], stub.received[0].json["after"]) == (100, "9900")


FOUR = [Link(CONTACTS, str(n), COMPANIES, "9") for n in range(1, 5)]


@pytest.mark.parametrize(
    ("body", "done", "failed", "unknown"),
    [
        ({"results": []}, [0, 1, 2, 3], [], []),
        (
            {"errors": [{"message": "no", "category": "OBJECT_NOT_FOUND", "context": {"fromObjectId": ["2"]}}]},
            [0, 2, 3],
            [1],
            [],
        ),
        ({"errors": [{"message": "who knows which"}]}, [], [], [0, 1, 2, 3]),
    ],
)
async def test_links_that_were_refused_are_told_from_those_that_were_made(body, done, failed, unknown) -> None:
    async with serving(lambda _: reply(207, body)) as stub, connected(stub.base_url) as hubspot:
        outcome = await hubspot.associations.link_many(FOUR)
    assert [item.index for item in outcome.done] == done
    assert [item.index for item in outcome.failed] == failed
    assert [item.index for item in outcome.unknown] == unknown


async def test_links_after_a_failure_that_is_not_theirs_are_not_sent() -> None:
    answers = iter([reply(200, {"results": []}), reply(401, {"message": "no"})])
    other = [Link(DEALS, "1", COMPANIES, "9"), Link(DEALS, "2", CONTACTS, "9")]
    async with (
        serving(lambda _: next(answers, reply(401, {"message": "no"}))) as stub,
        connected(stub.base_url) as hubspot,
    ):
        outcome = await hubspot.associations.link_many([*FOUR, *other])
    assert [item.index for item in outcome.done] == [0, 1, 2, 3]
    assert [(item.index, type(item.error)) for item in outcome.failed] == [
        (4, TokenRefusedError),
        (5, UnavailableError),
    ]
    assert len(stub.received) == 2


async def test_links_that_fail_first_of_all_raise() -> None:
    async with serving(lambda _: reply(401, {"message": "no"})) as stub, connected(stub.base_url) as hubspot:
        with pytest.raises(HubSpotSkillError):
            await hubspot.associations.link_many(FOUR)

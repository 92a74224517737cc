"""Wrong arguments: each is answered by naming the argument, what was found, what was expected, and what is nearest."""

import json

import pytest

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.foundation.closed_models import MAX_DEPTH, MAX_KEYS, MAX_TEXT, parse
from hubspot_skill.service.requests import Compare, Condition, CreateRequest, LinkTo, SearchRequest
from hubspot_skill.surfaces.mcp.models import reads, searches, writes
from hubspot_skill.surfaces.mcp.schemas import schema_of
from tests.mcp.conftest import Era, client_of, told


def parsed(model, arguments):
    return parse(model, schema_of(model), arguments)


WRONG = {
    "unknown": (searches.SearchDeals, {"stge": "won"}, "stge", 'unknown argument "stge": nearest is "stage"'),
    "unknown without a neighbour": (searches.SearchDeals, {"zzz": 1}, "zzz", 'unknown argument "zzz"'),
    "missing": (reads.Get, {}, "records", 'argument "records" is missing: expected a list of text'),
    "option": (
        searches.SearchDeals,
        {"status": "opn"},
        "status",
        'argument "status" is "opn": expected one of open, won, lost, closed',
    ),
    "not a number": (
        searches.SearchDeals,
        {"limit": "many"},
        "limit",
        'argument "limit" is "many": expected a whole number from 1 to 100',
    ),
    "out of range": (
        searches.SearchDeals,
        {"limit": 500},
        "limit",
        'argument "limit" is 500: expected a whole number from 1 to 100',
    ),
    "null": (reads.Brief, {"record": None}, "record", 'argument "record" is null: expected text'),
    "object for text": (reads.Brief, {"record": {"id": 1}}, "record", 'argument "record" is an object: expected text'),
    "money": (
        searches.SearchDeals,
        {"amount_min": "lots"},
        "amount_min",
        'argument "amount_min" is "lots": expected a number',
    ),
    "truth": (
        searches.SearchDeals,
        {"count_only": "perhaps"},
        "count_only",
        'argument "count_only" is "perhaps": expected true or false',
    ),
    "nested": (
        searches.SearchDeals,
        {"where": [{"property": "x", "compare": "=", "valu": 1}]},
        "where[0].compare",
        'argument "where[0].compare" is "=": expected one of eq, neq, lt, lte, gt, gte, between, in, not_in, '
        'contains, not_contains, has_value, no_value; unknown argument "where[0].valu": nearest is "value"',
    ),
    "not a list": (
        writes.CreateContact,
        {"associate": "Acme"},
        "associate",
        'argument "associate" is "Acme": expected a list of object with type, record, label',
    ),
    "too long": (
        reads.Brief,
        {"record": "x" * 301},
        "record",
        f'argument "record" is "{"x" * 59}…": 301 characters, at most 300 are taken',
    ),
    "too many": (
        reads.Get,
        {"records": ["1"] * 101},
        "records",
        'argument "records" is a list: 101 values, at most 100 are taken',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_argument_is_told_with_found_and_expected(case):
    model, arguments, field, message = WRONG[case]
    with pytest.raises(InvalidInputError) as error:
        parsed(model, arguments)
    assert (error.value.field, error.value.message) == (field, message)
    assert "pydantic" not in error.value.message


def test_a_hint_lists_the_arguments_only_where_a_name_was_wrong():
    with pytest.raises(InvalidInputError) as unknown:
        parsed(reads.Brief, {"recrd": "1"})
    assert unknown.value.hint.startswith("Arguments here: record, type, max_tokens")
    with pytest.raises(InvalidInputError) as out_of_range:
        parsed(reads.Brief, {"record": "1", "max_tokens": 1})
    assert out_of_range.value.hint == ""


def nested(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "arguments",
    [
        {"record": nested(MAX_DEPTH)},
        {"record": {str(i): 1 for i in range(MAX_KEYS + 1)}},
        {"record": "x" * (MAX_TEXT + 1)},
        {"record": float("nan")},
        {"record": float("inf")},
        {"record": "\ud800"},
        {"rec\ud800ord": "x"},
    ],
    ids=["deep", "wide", "long", "nan", "infinity", "half a character", "half a character in a name"],
)
def test_values_no_call_needs_are_refused(arguments):
    with pytest.raises(InvalidInputError) as error:
        parsed(reads.Brief, arguments)
    error.value.message.encode()


def test_numbers_are_taken_for_ids_and_one_value_for_a_list():
    assert parsed(reads.Get, {"records": 123}).request().records == ("123",)
    assert parsed(reads.Get, {"records": [123, "456"]}).request().records == ("123", "456")
    assert parsed(searches.SearchDeals, {"stage": "Closed Won"}).request().filters.stage == ("Closed Won",)


def test_lists_and_objects_sent_as_json_text_are_understood_and_text_stays_text():
    call = parsed(writes.LogActivity, {"kind": "note", "text": "[1, 2]", "records": '[{"type":"deal","record":7}]'})
    assert call.request().text == "[1, 2]"
    assert call.request().records == (LinkTo(type="deal", record="7"),)


def test_a_search_becomes_the_request_of_the_service():
    call = parsed(
        searches.SearchDeals,
        {
            "status": "open",
            "owner": "me",
            "amount_min": 1000.5,
            "close_date": "this quarter",
            "where": [{"property": "hs_priority", "compare": "in", "value": ["high", "medium"]}],
            "sort": "-amount",
            "limit": "5",
        },
    )
    request = call.request()
    assert isinstance(request, SearchRequest)
    assert (request.type, request.sort, request.limit) == ("deals", "-amount", 5)
    assert str(request.filters.amount_min) == "1000.5"
    assert request.filters.owner == ("me",)
    assert request.where == (Condition("hs_priority", Compare.IN, ("high", "medium")),)


def test_a_write_holds_only_the_arguments_that_were_given_and_null_among_them():
    update = parsed(
        writes.UpdateContact, {"record": 7, "phone": None, "job_title": "CTO", "only_if": {"email": "a@b.co"}}
    )
    assert update.request().fields == {"phone": None, "job_title": "CTO"}
    assert update.request().only_if == {"email": "a@b.co"}
    create = parsed(
        writes.CreateDeal, {"name": "Big", "amount": "12.50", "properties": {"x": 1, "y": ["a", "b"], "z": True}}
    )
    assert isinstance(create.request(), CreateRequest)
    assert str(create.request().fields["amount"]) == "12.50"
    assert create.request().properties == {"x": 1, "y": ("a", "b"), "z": True}


async def test_a_wrong_call_is_a_result_that_a_model_reads_in_both_eras(unconnected, era: Era):
    async with client_of(unconnected, era) as client:
        unknown = told(await client.call_tool("hubspot_search_deals", {"stge": "won"}))
        assert unknown["error"] == "invalid_input"
        assert unknown["wrote"] == "nothing"
        assert "http" not in json.dumps(unknown)
        absent = told(await client.call_tool("hubspot_serch_deals", {}))
        assert absent["error"] == "unknown_name"
        assert absent["candidates"][0]["id"] == "hubspot_search_deals"

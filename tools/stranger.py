"""A day's work of somebody who knows only the tools: what is called, what must be answered, and what goes wrong.

The records named here are in every generated portal (`hubspot_skill.sandbox.generate.stories`).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

__all__ = ["BAD_INPUTS", "MAYA", "Step", "day_of_work"]

MAYA = "maya.okafor@tidewater-robotics.example"

Step = tuple[str, dict[str, Any]]


def day_of_work() -> Generator[Step, dict[str, Any], None]:
    """Give one call after the other, being sent the structured content of the answer.

    Raises:
        AssertionError: an answer is not what it must be.
    """
    found = yield "hubspot_brief", {"record": MAYA}
    _check(found["record"]["name"] == "Maya Okafor", found)
    _check(found["companies"][0]["name"] == "Tidewater Robotics" and len(found["open_deals"]["rows"]) == 2, found)
    company = yield "hubspot_create_company", {"name": "Skerry Instruments", "domain": "skerry.example"}
    people: list[dict[str, Any]] = []
    for first, last in (("Runa", "Holm"), ("Piet", "Vos")):
        person = {"email": f"{first.lower()}@skerry.example", "first_name": first, "last_name": last}
        link = {"type": "company", "record": company["id"]}
        people.append((yield "hubspot_create_contact", {**person, "associate": [link]}))
    links = [{"type": "company", "record": company["id"]}, *({"type": "contact", "record": p["id"]} for p in people)]
    deal = yield (
        "hubspot_create_deal",
        {"name": "Skerry - Pilot", "stage": "Qualified To Buy", "pipeline": "Sales Pipeline", "associate": links},
    )
    _check(deal["action"] == "created" and len(deal["linked"]) == 3, deal)
    moved = yield "hubspot_update_deal", {"record": deal["id"], "stage": "Contract Sent"}
    _check(moved["changes"][0]["after"] == "Contract Sent", moved)
    call = {"kind": "call", "title": "Prices", "text": "Talked prices.", "direction": "outbound"}
    logged = yield "hubspot_log_activity", {**call, "records": [{"type": "deal", "record": deal["id"]}]}
    _check(logged["action"] == "created", logged)
    counted = yield "hubspot_search_deals", {"status": "open", "count_only": True}
    _check(counted["total"] > 0, counted)


BAD_INPUTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a misspelt argument": ("hubspot_search_deals", {"stge": "won"}, "invalid_input"),
    "a stage that is not there": ("hubspot_search_deals", {"stage": "Close Won"}, "unknown_name"),
    "two owners of one name": ("hubspot_search_deals", {"owner": "Alex"}, "ambiguous_name"),
    "no period": ("hubspot_search_deals", {"close_date": "soonish"}, "invalid_input"),
    "a misspelt property": ("hubspot_search_deals", {"fields": ["amuont"]}, "unknown_name"),
    "a record that is not there": ("hubspot_get", {"type": "deals", "records": ["1"]}, "not_found"),
    "a contact that is there": ("hubspot_create_contact", {"email": MAYA}, "already_exists"),
    "a company much like another": ("hubspot_create_company", {"name": "Tidewater Robotic"}, "possible_duplicate"),
    "an option that is not there": (
        "hubspot_update_contact",
        {"record": MAYA, "lifecycle_stage": "Custmer"},
        "unknown_name",
    ),
    "a value that changed": (
        "hubspot_update_contact",
        {"record": MAYA, "job_title": "COO", "only_if": {"job_title": "CEO"}},
        "value_changed",
    ),
}


def _check(holds: bool, found: dict[str, Any]) -> None:
    if not holds:
        raise AssertionError(str(found)[:400])

"""Logging notes, calls, meetings, emails and tasks."""

from decimal import Decimal
from typing import Any

import pytest

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, UnknownNameError
from hubspot_skill.service.answers import LinkedRecord, WriteAction
from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    BriefRequest,
    GetRequest,
    LinkTo,
    RecordFilters,
    SearchRequest,
)
from tests.service import scene
from tests.service.scene import Office

ON_ADA = (LinkTo(type="contact", record="ada@acme.com"),)


async def stored(crm: Office, type: str, id: str, *fields: str) -> dict[str, str]:
    """Give the stored values by property, the internal ones where they differ from what is shown."""
    (record,) = (await crm.crm.get(GetRequest(type=type, records=(id,), fields=fields))).records
    return {v.name: v.raw or str(v.value) for v in record.values}


async def test_a_call_is_logged_on_several_records_in_one_write(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(
            kind=ActivityKind.CALL,
            records=(*ON_ADA, LinkTo(type="deal", record="Acme renewal"), LinkTo(type="company", record="Acme Inc.")),
            title="Price talk",
            text="Wants <10% off & a demo\nAgain on Friday",
            direction="outbound",
            outcome="Connected",
            duration_minutes=Decimal("12.5"),
            at="yesterday 15:30",
        )
    )
    assert (answer.action, answer.type, answer.name) == (WriteAction.CREATED, "calls", "Price talk")
    assert answer.link.endswith(f"/record/0-48/{answer.id}")
    assert {x.name for x in answer.linked} == {"Ada Lovelace", "Acme renewal", "Acme Inc."}
    assert {c.name: c.after for c in answer.changes}["duration_minutes"] == 12.5
    assert [r.what for r in answer.resolved if "timestamp" in r.what] == []
    assert len(crm.writes()) == 1
    values = await stored(crm, "calls", answer.id, "hs_timestamp", "hs_call_body", "hs_call_direction", "hs_call_duration", "hs_call_status", "owner")  # fmt: skip
    assert values == {
        "hs_timestamp": "2026-11-22T15:30",
        "hs_call_body": "Wants <10% off & a demo Again on Friday",
        "hs_call_direction": "OUTBOUND",
        "hs_call_duration": "750000",
        "hs_call_status": "COMPLETED",
        "hubspot_owner_id": "501",
    }
    for filters in (
        RecordFilters(contact=scene.ADA),
        RecordFilters(company=scene.ACME),
        RecordFilters(deal=scene.RENEWAL),
    ):
        found = await crm.crm.search(SearchRequest(type="calls", filters=filters))
        assert answer.id in [row[0] for row in found.table.rows]


async def test_a_note_is_now_and_its_text_is_no_markup(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(kind=ActivityKind.NOTE, records=ON_ADA, text="<script>alert(1)</script> likes tea")
    )
    raw = crm.served.sandbox.portals["demo"].store
    assert raw is not None
    values = await stored(crm, "notes", answer.id, "hs_note_body", "hs_timestamp")
    assert values == {"hs_note_body": "<script>alert(1)</script> likes tea", "hs_timestamp": "2026-11-23T04:00"}
    assert answer.linked == (LinkedRecord("contacts", scene.ADA, "Ada Lovelace"),)


async def test_a_meeting_has_a_start_an_end_and_an_outcome(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(
            kind=ActivityKind.MEETING, records=ON_ADA, title="Review", at="2026-11-30 10:00",
            duration_minutes=Decimal(45), outcome="scheduled", owner="bo",
        )
    )  # fmt: skip
    values = await stored(crm, "meetings", answer.id, "hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome", "owner", "hs_timestamp")  # fmt: skip
    assert values == {
        "hs_meeting_start_time": "2026-11-30T10:00",
        "hs_meeting_end_time": "2026-11-30T10:45",
        "hs_meeting_outcome": "SCHEDULED",
        "hubspot_owner_id": "502",
        "hs_timestamp": "2026-11-30T10:00",
    }


async def test_an_email_is_logged_as_sent_or_received(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(kind=ActivityKind.EMAIL, records=ON_ADA, title="Re: offer", text="Thanks", direction="inbound")
    )
    values = await stored(crm, "emails", answer.id, "hs_email_direction", "hs_email_status", "hs_email_subject", "hs_email_html")  # fmt: skip
    assert values == {
        "hs_email_direction": "INCOMING_EMAIL",
        "hs_email_status": "SENT",
        "hs_email_subject": "Re: offer",
        "hs_email_html": "Thanks",
    }


async def test_a_task_is_due_when_it_was_said(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(
            kind=ActivityKind.TASK,
            records=ON_ADA,
            title="Call back",
            at="tomorrow 9am",
            priority="high",
            task_type="call",
        )
    )
    values = await stored(crm, "tasks", answer.id, "hs_timestamp", "hs_task_priority", "hs_task_status", "hs_task_type")
    assert values == {
        "hs_timestamp": "2026-11-24T09:00",
        "hs_task_priority": "HIGH",
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "CALL",
    }
    brief = await crm.crm.brief(BriefRequest(record="ada@acme.com"))
    assert brief.next_activity is not None
    assert brief.next_activity.title == "Call back"


async def test_a_dry_run_logs_nothing(crm: Office) -> None:
    answer = await crm.crm.log_activity(
        ActivityRequest(kind=ActivityKind.NOTE, records=ON_ADA, text="Maybe", dry_run=True)
    )
    assert (answer.action, answer.id) == (WriteAction.WOULD_CREATE, "")
    assert answer.linked == (LinkedRecord("contacts", scene.ADA, "Ada Lovelace"),)
    assert crm.writes() == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kind": ActivityKind.NOTE, "text": "x", "title": "t"}, InvalidInputError),
        ({"kind": ActivityKind.NOTE, "text": "x", "outcome": "Connected"}, InvalidInputError),
        ({"kind": ActivityKind.NOTE, "text": " "}, InvalidInputError),
        ({"kind": ActivityKind.NOTE, "text": "x", "records": ()}, InvalidInputError),
        ({"kind": ActivityKind.NOTE, "text": "<" * 20_000}, InvalidInputError),
        ({"kind": ActivityKind.NOTE, "text": "x", "at": "someday"}, InvalidInputError),
        ({"kind": ActivityKind.TASK, "text": "x"}, InvalidInputError),
        ({"kind": ActivityKind.TASK, "title": "x", "direction": "outbound"}, InvalidInputError),
        ({"kind": ActivityKind.TASK, "title": "x", "priority": "urgently"}, UnknownNameError),
        ({"kind": ActivityKind.CALL, "text": "x", "duration_minutes": Decimal(-1)}, InvalidInputError),
        ({"kind": ActivityKind.CALL, "text": "x", "duration_minutes": Decimal("NaN")}, InvalidInputError),
        ({"kind": ActivityKind.CALL, "text": "x", "outcome": "Weird"}, UnknownNameError),
        ({"kind": ActivityKind.CALL, "text": "x", "direction": "sideways"}, UnknownNameError),
        ({"kind": ActivityKind.CALL, "text": "x", "owner": "Nemo"}, UnknownNameError),
        ({"kind": ActivityKind.CALL, "text": "x", "records": (LinkTo(type="contact", record="x@y.example"),)}, NotFoundError),
    ],
)  # fmt: skip
async def test_what_the_kind_does_not_have_is_refused_rather_than_dropped(
    crm: Office, given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await crm.crm.log_activity(ActivityRequest(**{"records": ON_ADA, **given}))
    assert crm.writes() == []

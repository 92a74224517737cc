"""What the account's CRM looks like."""

import pytest

from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.service.requests import CompleteKind, DescribeRequest, Topic
from tests.service.scene import Office


async def test_types_are_listed_with_the_accounts_own(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.TYPES))
    assert ("deals", "deal", "0-3", "standard") in answer.table.rows
    assert ("subscriptions", "Subscription", "2-21840117", "custom: Subscriptions") in answer.table.rows


async def test_properties_are_found_by_words_of_name_label_and_description(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES, type="contacts", query="lifecycle stage"))
    assert answer.table.rows[0][0] == "lifecyclestage"
    assert "Customer" in str(answer.table.rows[0][4])
    assert answer.returned == len(answer.table.rows)
    unique = await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES, type="companies", query="erp"))
    assert unique.table.rows == (("erp_number", "ERP number", "text", "unique, custom", None),)


async def test_the_list_of_properties_is_bounded_and_says_how_many_more(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES, type="deals", limit=10))
    assert answer.returned == 10
    assert answer.total > 40
    assert answer.notes[0].startswith(f"{answer.total - 10} more match")


async def test_an_exact_name_gives_all_options(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES, type="contacts", query="lifecyclestage"))
    assert ("marketingqualifiedlead", "Marketing Qualified Lead", None) in answer.table.rows


async def test_stages_are_told_with_pipeline_order_and_outcome(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.PIPELINES, type="deals"))
    assert answer.table.rows[0] == ("Sales Pipeline", "default", "Appointment Scheduled", "appointmentscheduled", "open", 0.2)  # fmt: skip
    assert {row[4] for row in answer.table.rows} == {"open", "won", "lost"}
    renewals = await crm.crm.describe(DescribeRequest(topic=Topic.PIPELINES, type="deals", query="renewals"))
    assert [row[2] for row in renewals.table.rows] == ["Due", "Renewed", "Lost"]


async def test_owners_are_told_with_teams_and_deactivated_ones_last(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.OWNERS))
    assert answer.table.rows == (
        ("Ada Berg", "ada@demo.example", "501", "North", None),
        ("Bo Lind", "bo@demo.example", "502", None, None),
        ("Cy Past", "gone@demo.example", "503", None, "deactivated"),
    )


async def test_link_labels_are_told(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.ASSOCIATIONS, type="contacts", to_type="companies"))
    assert ("companies", "Advisor", 101, "USER_DEFINED") in answer.table.rows
    everything = await crm.crm.describe(DescribeRequest(topic=Topic.ASSOCIATIONS, type="deals"))
    assert {row[0] for row in everything.table.rows} >= {"contacts", "companies"}


async def test_contacts_have_no_pipelines_and_the_answer_says_so(crm: Office) -> None:
    answer = await crm.crm.describe(DescribeRequest(topic=Topic.PIPELINES, type="contacts"))
    assert answer.table.rows == ()
    assert answer.notes == ("contacts have no pipelines.",)


async def test_a_topic_without_its_type_or_with_a_wrong_one_is_refused(crm: Office) -> None:
    with pytest.raises(InvalidInputError):
        await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES))
    with pytest.raises(UnknownNameError):
        await crm.crm.describe(DescribeRequest(topic=Topic.PROPERTIES, type="planes"))
    with pytest.raises(InvalidInputError):
        await crm.crm.describe(DescribeRequest(topic=Topic.OWNERS, limit=0))


@pytest.mark.parametrize(
    ("kind", "prefix", "context", "expected"),
    [
        (CompleteKind.OBJECT_TYPE, "co", {}, ("companies", "contacts")),
        (CompleteKind.STAGE, "closed", {}, ("Closed Lost", "Closed Won")),
        (CompleteKind.STAGE, "", {"pipeline": "Renewals"}, ("Due", "Lost", "Renewed")),
        (CompleteKind.STAGE, "", {"pipeline": "nonsense"}, ()),
        (CompleteKind.PIPELINE, "re", {"type": "deals"}, ("Renewals",)),
        (CompleteKind.OWNER, "", {}, ("Ada Berg", "Bo Lind", "me")),
        (CompleteKind.PROPERTY, "hs_lead_st", {"type": "contacts"}, ("hs_lead_status",)),
        (CompleteKind.PROPERTY, "x", {"type": "planes"}, ()),
    ],
)
async def test_names_are_completed(crm: Office, kind: CompleteKind, prefix: str, context: dict[str, str], expected: tuple[str, ...]) -> None:  # fmt: skip
    assert await crm.crm.complete(kind, prefix, context) == expected

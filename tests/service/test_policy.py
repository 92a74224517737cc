"""Read-only wins: every use case asks the policy before anything else."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hubspot_skill.access.policy import Action, Policy, Toolset, toolsets
from hubspot_skill.domain.errors import ReadOnlyError, SettingsError
from hubspot_skill.service.changes.requests import ChangesRequest, PlanRequest
from hubspot_skill.service.crm import Crm
from hubspot_skill.service.definitions.requests import (
    CampaignAction,
    CampaignPlanRequest,
    PipelineAction,
    PipelineRequest,
    PropertyAction,
    PropertyRequest,
    ReferenceRequest,
)
from hubspot_skill.service.export.asked import ExportRequest
from hubspot_skill.service.hygiene.requests import CleanupRequest, DuplicatesRequest, QualityRequest
from hubspot_skill.service.importing.answers import ImportAnswer, ImportRequest
from hubspot_skill.service.importing.csv_file import read_csv
from hubspot_skill.service.marketing import EmailStatisticsRequest, ListsRequest
from hubspot_skill.service.requests import (
    ActivityKind,
    ActivityRequest,
    BriefRequest,
    CampaignsRequest,
    CompleteKind,
    CreateRequest,
    DescribeRequest,
    FindRequest,
    GetRequest,
    PipelineSummaryRequest,
    SearchRequest,
    SyncRequest,
    Topic,
    UpdateRequest,
)
from tests.sandbox_fixture import Served
from tests.service.scene import fresh, opened

USE_CASES: dict[Action, Callable[[Crm], Awaitable[Any]]] = {
    Action.WHOAMI: lambda crm: crm.whoami(),
    Action.DESCRIBE: lambda crm: crm.describe(DescribeRequest(topic=Topic.OWNERS)),
    Action.SEARCH: lambda crm: crm.search(SearchRequest(type="contacts")),
    Action.GET: lambda crm: crm.get(GetRequest(type="contacts", records=("1",))),
    Action.BRIEF: lambda crm: crm.brief(BriefRequest(type="contacts", record="1")),
    Action.CAMPAIGNS: lambda crm: crm.campaigns(CampaignsRequest()),
    Action.EMAIL_STATISTICS: lambda crm: crm.email_statistics(EmailStatisticsRequest()),
    Action.LISTS: lambda crm: crm.lists(ListsRequest()),
    Action.EXPORT: lambda crm: crm.export(ExportRequest(search=SearchRequest(type="contacts"))),
    Action.COMPLETE: lambda crm: crm.complete(CompleteKind.OWNER, "", {}),
    Action.FIND_DUPLICATES: lambda crm: crm.find_duplicates(DuplicatesRequest(type="contacts")),
    Action.DATA_QUALITY: lambda crm: crm.data_quality(QualityRequest(type="contacts")),
    Action.PLAN_CLEANUP: lambda crm: crm.plan_cleanup(CleanupRequest(findings="x")),
    Action.PLAN_IMPORT: lambda crm: crm.plan_import(
        ImportRequest(type="contacts", file=read_csv(b"email\na@b.example"))
    ),
    Action.ROW_OUTCOMES: lambda crm: crm.row_outcomes(ImportAnswer("contacts", "", "", (), (), (), (), 0)),
    Action.PLAN_PROPERTY: lambda crm: crm.plan_property(
        PropertyRequest(action=PropertyAction.ARCHIVE, type="contacts", property="nickname")
    ),
    Action.PLAN_PIPELINE: lambda crm: crm.plan_pipeline(
        PipelineRequest(action=PipelineAction.DELETE, type="deals", pipeline="900")
    ),
    Action.PLAN_CAMPAIGN: lambda crm: crm.plan_campaign(
        CampaignPlanRequest(action=CampaignAction.CREATE, campaign="New")
    ),
    Action.PLAN_REFERENCE: lambda crm: crm.plan_reference(ReferenceRequest()),
    Action.SYNC: lambda crm: crm.sync(SyncRequest()),
    Action.FIND: lambda crm: crm.find(FindRequest("acme")),
    Action.REPORT: lambda crm: crm.pipeline_summary(PipelineSummaryRequest()),
    Action.CREATE: lambda crm: crm.create(
        CreateRequest(type="contacts", fields={"email": "a@b.example"}, dry_run=True)
    ),
    Action.UPDATE: lambda crm: crm.update(UpdateRequest(type="contacts", record="1", fields={"email": "a@b.example"})),
    Action.PLAN_CHANGES: lambda crm: crm.plan_changes(PlanRequest()),
    Action.APPLY_CHANGES: lambda crm: crm.apply_changes("0" * 32),
    Action.LIST_CHANGES: lambda crm: crm.list_changes(ChangesRequest()),
    Action.UNDO_CHANGES: lambda crm: crm.undo_changes("0" * 32),
    Action.APPROVALS: lambda crm: crm.approvals(),
    Action.LOG_ACTIVITY: lambda crm: crm.log_activity(ActivityRequest(kind=ActivityKind.NOTE, records=(), text="x")),
}


class RefusedError(Exception):
    """Raised by the policy of these tests."""


class Barred(Policy):
    """Refuses everything, and tells what was asked."""

    def authorize(self, action: Action) -> None:
        raise RefusedError(action)


def test_every_use_case_is_known_to_these_tests() -> None:
    public = {n for n, f in inspect.getmembers(Crm, inspect.iscoroutinefunction) if not n.startswith("_")} - {"aclose"}
    shared = {"shape", "report", "pipeline_summary", "records_behind"}  # asked under another's name
    assert (public | {"report"}) - (shared - {"report"}) == {a.value for a in USE_CASES} == {a.value for a in Action}


@pytest.mark.parametrize("action", list(Action))
async def test_every_use_case_asks_the_policy_before_it_asks_hubspot(served_office: Served, action: Action) -> None:
    fresh(served_office)
    async with opened(served_office, policy=Barred()) as crm:
        with pytest.raises(RefusedError, match=action.value):
            await USE_CASES[action](crm.crm)
        assert crm.calls() == []


@pytest.mark.parametrize("action", [a for a in Action if a.is_write])
@pytest.mark.promise("read-only")
async def test_a_read_only_server_refuses_every_write_even_a_dry_run(served_office: Served, action: Action) -> None:
    async with opened(served_office, policy=Policy(read_only=True)) as crm:
        with pytest.raises(ReadOnlyError) as refused:
            await USE_CASES[action](crm.crm)
    assert "HUBSPOT_SKILL_READ_ONLY" in refused.value.hint


async def test_a_read_only_server_reads(served_office: Served) -> None:
    fresh(served_office)
    async with opened(served_office, policy=Policy(read_only=True)) as crm:
        assert (await crm.crm.search(SearchRequest(type="contacts"))).total == 5


def test_toolsets_are_read_from_names_and_always_hold_the_core() -> None:
    assert toolsets([]) == (Toolset.CORE,)
    assert toolsets([" Core ", ""]) == (Toolset.CORE,)
    with pytest.raises(SettingsError, match="magic"):
        toolsets(["magic", "core"])

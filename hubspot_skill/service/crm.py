"""All use cases over one connected account, behind one door.

A surface holds a `Crm` and calls one method. Each asks the policy before anything else, hands over to its own module,
and is tried once more with a fresh schema where a word was not known or HubSpot refused a value by it: the property,
option, stage or owner may be newer than what was kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hubspot_skill.access.policy import Action, Policy
from hubspot_skill.domain.errors import PlaceError, RejectedValueError, UnknownNameError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.service.activities import log_activity
from hubspot_skill.service.answers import (
    Brief,
    CampaignsAnswer,
    Description,
    GetAnswer,
    SearchAnswer,
    WhoAmI,
    WriteAnswer,
)
from hubspot_skill.service.brief import brief
from hubspot_skill.service.campaigns import campaigns
from hubspot_skill.service.changes.desk import WAIT_S, JournalOpener
from hubspot_skill.service.complete import complete
from hubspot_skill.service.connection import Connection
from hubspot_skill.service.create import create
from hubspot_skill.service.describe import describe
from hubspot_skill.service.get import get
from hubspot_skill.service.hygiene.answers import DuplicatesAnswer, QualityAnswer
from hubspot_skill.service.hygiene.reading import LiveRecords
from hubspot_skill.service.hygiene.requests import CleanupRequest, DuplicatesRequest, QualityRequest
from hubspot_skill.service.requests import (
    ActivityRequest,
    BriefRequest,
    CampaignsRequest,
    CompleteKind,
    CreateRequest,
    DescribeRequest,
    GetRequest,
    SearchRequest,
    UpdateRequest,
)
from hubspot_skill.service.search import search
from hubspot_skill.service.shape import Shape, shape
from hubspot_skill.service.trail import Trail, noting
from hubspot_skill.service.update import update
from hubspot_skill.service.whoami import whoami

if TYPE_CHECKING:
    from hubspot_skill.domain.report import Question
    from hubspot_skill.service.accounts import Entry
    from hubspot_skill.service.answers import FindAnswer, PipelineSummaryAnswer, RecordsBehind, ReportAnswer, SyncAnswer
    from hubspot_skill.service.changes.answers import AppliedAnswer, ChangesAnswer, PlanAnswer
    from hubspot_skill.service.changes.approving import Approvals
    from hubspot_skill.service.changes.requests import ChangesRequest, PlanRequest
    from hubspot_skill.service.definitions.requests import (
        CampaignPlanRequest,
        PipelineRequest,
        PropertyRequest,
        ReferenceRequest,
    )
    from hubspot_skill.service.export.asked import ExportAnswer, ExportRequest, Progress
    from hubspot_skill.service.export.exporting import Exporter
    from hubspot_skill.service.export.shelf import Kept
    from hubspot_skill.service.importing.answers import ImportAnswer, ImportRequest, RowOutcome
    from hubspot_skill.service.marketing import EmailStatisticsRequest, ListsRequest
    from hubspot_skill.service.reports.desk import ReportDesk
    from hubspot_skill.service.requests import FindRequest, PipelineSummaryRequest, RecordsBehindRequest, SyncRequest
    from hubspot_skill.service.sync.syncer import LocalCopy

__all__ = ["Crm"]

Request = TypeVar("Request")
Given = TypeVar("Given")


class Crm:
    """The use cases over one HubSpot account; `is_sandbox` marks every answer as pretend data.

    `journal` opens the installation's journal of changes, at the first change. `entry` is the account's place among those
    of the vault, None where it is the only one. `trail` is its audit. Without `exporter` there is no place for files here,
    and an export is refused.
    """

    def __init__(
        self,
        *,
        hubspot: HubSpot,
        clock: Clock,
        policy: Policy,
        is_sandbox: bool,
        journal: JournalOpener,
        entry: Entry | None = None,
        exporter: Exporter | None = None,
        trail: Trail | None = None,
        copy: LocalCopy | None = None,
    ) -> None:
        self._exporter = exporter
        self._trail = trail
        self._reports: ReportDesk | None = None
        self._connection = Connection.to(
            hubspot, clock, policy, is_sandbox=is_sandbox, journal=journal, entry=entry, copy=copy
        )

    @property
    def policy(self) -> Policy:
        """What this server allows."""
        return self._connection.policy

    @property
    def is_sandbox(self) -> bool:
        """True where every answer is pretend data."""
        return self._connection.source == "sandbox"

    async def whoami(self) -> WhoAmI:
        """Tell the account, the user, what is allowed, and the quota."""
        self.policy.authorize(Action.WHOAMI)
        async with noting(self._trail, Action.WHOAMI, None):
            return await whoami(self._connection)

    async def describe(self, request: DescribeRequest) -> Description:
        """Tell what the account's CRM looks like."""
        return await self._do(Action.DESCRIBE, describe, request)

    async def shape(self, type: str) -> Shape:
        """Tell what records of a type are made of, for pages that draw forms and boards."""
        return await self._do(Action.DESCRIBE, shape, type)

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """Find records of one type."""
        return await self._do(Action.SEARCH, search, request)

    async def get(self, request: GetRequest) -> GetAnswer:
        """Read records by id, address or unique key."""
        return await self._do(Action.GET, get, request)

    async def brief(self, request: BriefRequest) -> Brief:
        """Tell what matters about one contact, company or deal."""
        return await self._do(Action.BRIEF, brief, request)

    async def campaigns(self, request: CampaignsRequest) -> CampaignsAnswer:
        """List campaigns, or tell one with its results."""
        return await self._do(Action.CAMPAIGNS, campaigns, request)

    async def find_duplicates(self, request: DuplicatesRequest) -> DuplicatesAnswer:
        """Find records that are one and the same."""
        from hubspot_skill.service.hygiene.duplicates import find_duplicates

        source = self._records(request.requests)
        return await self._do(Action.FIND_DUPLICATES, lambda at, asked: find_duplicates(at, asked, source), request)

    async def data_quality(self, request: QualityRequest) -> QualityAnswer:
        """Count the records of a type whose values are doubtful."""
        from hubspot_skill.service.hygiene.quality import data_quality

        source = self._records(request.requests)
        return await self._do(Action.DATA_QUALITY, lambda at, asked: data_quality(at, asked, source), request)

    async def plan_cleanup(self, request: CleanupRequest) -> PlanAnswer:
        """Plan to merge duplicates that were found, or to change records whose values are doubtful."""
        from hubspot_skill.service.hygiene.cleanup import plan_cleanup

        return await self._do(Action.PLAN_CLEANUP, plan_cleanup, request)

    async def plan_import(self, request: ImportRequest) -> ImportAnswer:
        """Plan to create and update records from the rows of a file; a dry run keeps no plan."""
        from hubspot_skill.service.importing.planning import plan_import

        return await self._do(Action.PLAN_IMPORT, plan_import, request)

    async def row_outcomes(self, answer: ImportAnswer) -> tuple[RowOutcome, ...]:
        """Tell what became of every row of an import."""
        from hubspot_skill.service.importing.outcomes import row_outcomes

        return await self._do(Action.ROW_OUTCOMES, row_outcomes, answer)

    async def plan_property(self, request: PropertyRequest) -> PlanAnswer:
        """Plan to create, change or archive a property."""
        from hubspot_skill.service.definitions.planning import plan_property

        return await self._do(Action.PLAN_PROPERTY, plan_property, request)

    async def plan_pipeline(self, request: PipelineRequest) -> PlanAnswer:
        """Plan to change a pipeline or its stages."""
        from hubspot_skill.service.definitions.planning import plan_pipeline

        return await self._do(Action.PLAN_PIPELINE, plan_pipeline, request)

    async def plan_campaign(self, request: CampaignPlanRequest) -> PlanAnswer:
        """Plan to create, change or delete a campaign."""
        from hubspot_skill.service.definitions.planning import plan_campaign

        return await self._do(Action.PLAN_CAMPAIGN, plan_campaign, request)

    async def plan_reference(self, request: ReferenceRequest) -> PlanAnswer:
        """Plan the property that marks what this program creates, so that it is created once."""
        from hubspot_skill.service.definitions.planning import plan_reference

        return await self._do(Action.PLAN_REFERENCE, plan_reference, request)

    async def create(self, request: CreateRequest) -> WriteAnswer:
        """Create one record with its links."""
        return self._hinted(await self._do(Action.CREATE, create, request))

    async def update(self, request: UpdateRequest) -> WriteAnswer:
        """Change the given values of one record."""
        return self._hinted(await self._do(Action.UPDATE, update, request))

    async def log_activity(self, request: ActivityRequest) -> WriteAnswer:
        """Log a note, call, meeting, email or task."""
        return self._hinted(await self._do(Action.LOG_ACTIVITY, log_activity, request))

    async def plan_changes(self, request: PlanRequest) -> PlanAnswer:
        """Plan changes of many records, or several of one; nothing is written to HubSpot."""
        from hubspot_skill.service.changes.planning import plan_changes

        return await self._do(Action.PLAN_CHANGES, plan_changes, request)

    async def apply_changes(
        self, plan_id: str, *, progress: Callable[[int, int], None] | None = None, wait_s: float | None = WAIT_S
    ) -> AppliedAnswer:
        """Apply a plan that a person or their policy approved; asked again, the same answer comes back.

        `progress` is told how many steps are behind and how many there are. After `wait_s` the plan is told as it stands,
        and goes on; None waits for its end.
        """
        from hubspot_skill.service.changes.applying import apply_changes

        self.policy.authorize(Action.APPLY_CHANGES)
        return await apply_changes(self._connection, plan_id, progress=progress, wait_s=wait_s)

    async def list_changes(self, request: ChangesRequest) -> ChangesAnswer:
        """Tell what was planned and changed, or one plan in detail."""
        from hubspot_skill.service.changes.listing import list_changes

        return await self._do(Action.LIST_CHANGES, list_changes, request)

    async def undo_changes(self, plan_id: str) -> PlanAnswer:
        """Plan the way back of a plan that was applied; nothing is written to HubSpot."""
        from hubspot_skill.service.changes.undoing import undo_changes

        return await self._do(Action.UNDO_CHANGES, undo_changes, plan_id)

    async def approvals(self) -> Approvals:
        """Give what a person decides about this account's plans; for surfaces that have that person before them."""
        from hubspot_skill.service.changes.approving import Approvals

        self.policy.authorize(Action.APPROVALS)
        desk = await (await self._connection.scene()).desk()
        return Approvals(desk.journal, account_id=desk.account_id)

    async def aclose(self) -> None:
        """Let what is being applied end with its present chunk; the account itself is closed by whoever opened it."""
        await self._connection.desk.aclose()

    async def email_statistics(self, request: EmailStatisticsRequest) -> SearchAnswer:
        """Tell what became of marketing e-mails."""
        from hubspot_skill.service.marketing import email_statistics

        return await self._do(Action.EMAIL_STATISTICS, email_statistics, request)

    async def lists(self, request: ListsRequest) -> SearchAnswer:
        """Find lists, or the records in one."""
        from hubspot_skill.service.marketing import lists

        return await self._do(Action.LISTS, lists, request)

    async def export(self, request: ExportRequest, progress: Progress | None = None) -> ExportAnswer:
        """Write all that a search matches to a private file; `progress` is told the rows written and the rows there are."""

        async def act(connection: Connection, asked: ExportRequest) -> ExportAnswer:
            return await self._exports().export(connection, asked, progress)

        return await self._do(Action.EXPORT, act, request)

    def exported(self, name: str) -> Kept:
        """Give a file that was exported before, by its name.

        Raises:
            NotFoundError: there is none, or it was deleted after its week.
        """
        self.policy.authorize(Action.EXPORT)
        return self._exports().shelf.found(name)

    def _exports(self) -> Exporter:
        if self._exporter is None:
            raise PlaceError("this server has no folder for exports", hint="Use `hubspot-skill export` in a shell.")
        return self._exporter

    async def sync(self, request: SyncRequest) -> SyncAnswer:
        """Tell how fresh the local copy of the account is, refresh it, or compare every record."""
        from hubspot_skill.service.copies import sync

        return await self._do(Action.SYNC, sync, request)

    async def find(self, request: FindRequest) -> FindAnswer:
        """Find records of every type by words, in the local copy."""
        from hubspot_skill.service.copies import find

        return await self._do(Action.FIND, find, request)

    async def report(self, question: Question) -> ReportAnswer:
        """Compute a report from the local copy of the account."""
        from hubspot_skill.service.reports.report import report

        desk = self._report_desk()
        return await self._do(Action.REPORT, lambda at, asked: report(at, asked, desk), question)

    async def pipeline_summary(self, request: PipelineSummaryRequest) -> PipelineSummaryAnswer:
        """Tell where a pipeline stands."""
        from hubspot_skill.service.reports.summary import pipeline_summary

        desk = self._report_desk()
        return await self._do(Action.REPORT, lambda at, asked: pipeline_summary(at, asked, desk), request)

    async def records_behind(self, request: RecordsBehindRequest) -> RecordsBehind:
        """Give the ids of the records that a report's cell counts."""
        from hubspot_skill.service.reports.report import records_behind

        desk = self._report_desk()
        return await self._do(Action.REPORT, lambda at, asked: records_behind(at, asked, desk), request)

    async def complete(self, kind: CompleteKind, prefix: str, context: Mapping[str, str]) -> tuple[str, ...]:
        """Give names that begin as somebody typed."""
        self.policy.authorize(Action.COMPLETE)
        return await complete(self._connection, kind, prefix, context)

    def _report_desk(self) -> ReportDesk:
        """Give where reports are made; its libraries are imported at the first report."""
        from hubspot_skill.service.reports.desk import ReportDesk

        if self._reports is None:
            self._reports = ReportDesk(self._connection.copy, self._connection.clock)
        return self._reports

    def _records(self, most_requests: int) -> LiveRecords:
        """Give where the records of a question about all of them are read."""
        return LiveRecords(self._connection.hubspot, self._connection.clock, most_requests=most_requests)

    def _hinted(self, answer: WriteAnswer) -> WriteAnswer:
        """Let the local copy read again what was written, where one is open here."""
        copy = self._connection.copy
        if copy is not None and copy.open_syncer is not None and answer.change_id:
            copy.open_syncer.hint(answer.type, [answer.id])
        return answer

    async def _do(
        self, action: Action, use_case: Callable[[Connection, Request], Awaitable[Given]], request: Request
    ) -> Given:
        self.policy.authorize(action)
        async with noting(self._trail, action, request) as noted:
            answer = await self._try_twice(use_case, request)
            noted.found(answer)
            return answer

    async def _try_twice(self, use_case: Callable[[Connection, Request], Awaitable[Given]], request: Request) -> Given:
        try:
            return await use_case(self._connection, request)
        except (UnknownNameError, RejectedValueError) as error:
            if error.wrote != "nothing" or not self._connection.directory.renew():
                raise
        return await use_case(self._connection, request)

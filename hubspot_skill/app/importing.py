"""`hubspot-skill import`: a file to plans, a person's approval at the terminal, a bar while they are applied, a report."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubspot_skill.domain.errors import NotApprovedError, PlaceError
from hubspot_skill.service.changes.approving import Means
from hubspot_skill.service.importing.answers import ImportAnswer, ImportRequest, RowEnd, RowOutcome
from hubspot_skill.service.importing.csv_file import read_csv
from hubspot_skill.surfaces.cli.actions import Approved, ImportChoice, Imported

if TYPE_CHECKING:
    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.service.changes.answers import PlanView
    from hubspot_skill.service.crm import Crm

__all__ = ["import_file"]

_FORMULA = ("=", "+", "-", "@", "\t")


async def import_file(settings: Settings, accounts: Accounts, choice: ImportChoice, approved: Approved) -> Imported:
    """Plan a file's import, and where the person wants and approves it, apply it; every row ends in the report.

    Raises:
        PlaceError: the file cannot be read, or the report is there already.
        HubSpotSkillError: as the use cases.
    """
    report = _report_place(choice)
    file = read_csv(_bytes(choice.file))
    crm = await accounts.crm(choice.account)
    request = ImportRequest(
        type=choice.type, file=file, mapping=choice.mapping, key=choice.key, is_dry=not choice.applies
    )
    answer = await crm.plan_import(request)
    waiting: list[str] = []
    rows = answer.rows
    if choice.applies:
        try:
            waiting = await _apply(crm, answer, approved)
        finally:
            rows = await crm.row_outcomes(answer)
            _write(report, rows)
    _write(report, rows)
    return Imported(
        file=choice.file.name,
        form=f"{file.encoding}, {file.delimiter}",
        type=answer.type,
        account=answer.account,
        key=answer.key,
        columns=tuple((use.header, use.label) for use in answer.columns),
        rows=rows,
        report=report,
        requests=answer.requests,
        open_plans=tuple(waiting),
        is_unfinished=choice.applies and any(row.end in (RowEnd.UNKNOWN, RowEnd.WAITING) for row in rows),
    )


async def _apply(crm: Crm, answer: ImportAnswer, approved: Approved) -> list[str]:
    """Apply what the person approves, plan after plan; give the plans that were not approved."""
    waiting: list[str] = []
    for number, plan in enumerate(answer.plans, 1):
        if not await _is_approved(crm, plan, approved):
            waiting.append(plan.plan_id)
            continue
        with _Bar(f"plan {number} of {len(answer.plans)}", plan.steps) as told:
            await crm.apply_changes(plan.plan_id, progress=told, wait_s=None)
    return waiting


async def _is_approved(crm: Crm, plan: PlanView, approved: Approved) -> bool:
    if not plan.approval.is_needed:
        return True
    count = approved(plan)
    if count is None:
        return False
    try:
        await (await crm.approvals()).approve(plan.plan_id, means=Means.TERMINAL, shown=plan.digest, typed_count=count)
    except NotApprovedError:  # another count was typed: the plan is told as one that waits
        return False
    return True


def _report_place(choice: ImportChoice) -> Path:
    if choice.report is None:
        return choice.file.expanduser().absolute().with_suffix(".report.csv")
    place = choice.report.expanduser().absolute()
    if place.exists():
        raise PlaceError(f"{place} is there already: expected a new file", hint="Name another file.")
    return place


def _bytes(file: Path) -> bytes:
    try:
        return file.expanduser().read_bytes()
    except OSError as error:
        raise PlaceError(
            f"{file} cannot be read: {error.strerror or 'unknown reason'}", hint="Check its name."
        ) from error


def _write(place: Path, rows: Sequence[RowOutcome]) -> None:
    try:
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "outcome", "id", "reason"))
            writer.writerows((row.line, row.end.value, row.id, _guarded(row.reason)) for row in rows)
    except OSError as error:
        raise PlaceError(f"{place} cannot be written: {error.strerror or 'unknown reason'}") from error


def _guarded(text: str) -> str:
    """Keep a spreadsheet from running text as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Bar:
    """A bar on standard error while a plan is applied; nothing where that is no terminal."""

    def __init__(self, what: str, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._shown = Progress(
            *columns, console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()
        )
        self._task = self._shown.add_task(f"applying {what}", total=total)

    def __enter__(self) -> Callable[[int, int], None]:
        self._shown.start()
        return lambda done, total: self._shown.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

"""`hubspot-skill export`: the use case from a shell, with a bar on a terminal and a file where the person wants it."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from hubspot_skill.domain.errors import PlaceError
from hubspot_skill.foundation.private_files import open_private_file
from hubspot_skill.service.export.asked import ExportRequest
from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.surfaces.cli.actions import ExportChoice, Exported

if TYPE_CHECKING:
    from pathlib import Path

    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.app.settings import Settings

__all__ = ["export"]


async def export(settings: Settings, accounts: Accounts, choice: ExportChoice) -> Exported:
    """Write what was chosen to a file and tell how much is in it.

    Raises:
        PlaceError: the file is there already, or its folder cannot be used.
    """
    target = choice.output.expanduser().absolute() if choice.output is not None else None
    if target is not None and target.exists():
        raise PlaceError(f"{target} is there already: expected a new file", hint="Name another file.")
    crm = await accounts.crm(choice.account)
    request = ExportRequest(
        search=SearchRequest(type=choice.type, where=choice.where, text=choice.text, fields=choice.fields),
        format=choice.format,
        most_rows=choice.most_rows,
    )
    with _Bar(choice.type) as bar:
        answer = await crm.export(request, bar.told)
    kept = crm.exported(answer.name).path
    if target is not None:
        _moved(kept, target)
    return Exported(answer.what, answer.rows, target or kept, answer.notes)


def _moved(kept: Path, target: Path) -> None:
    with kept.open("rb") as source, open_private_file(target) as file:
        shutil.copyfileobj(source, file)
    kept.unlink()


class _Bar:
    """A bar on standard error while rows are written; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._shown = Progress(
            *columns, console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()
        )
        self._task = self._shown.add_task(f"exporting {what}", total=None)

    def __enter__(self) -> _Bar:
        self._shown.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

    async def told(self, done: int, total: int) -> None:
        self._shown.update(self._task, completed=done, total=total)

"""The command `import`: a CSV file into records, tried first, approved by the person at the terminal, told row by row."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hubspot_skill.surfaces.cli.actions import ImportActions, ImportChoice, Imported
from hubspot_skill.surfaces.cli.arguments import UsageError

if TYPE_CHECKING:
    from hubspot_skill.service.changes.answers import PlanView

__all__ = ["add_import_command"]

_MOST_BAD = 10


def add_import_command(app: typer.Typer, actions: ImportActions) -> None:
    """Add the command to the application."""

    @app.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV with a header.")],
        as_: Annotated[str, typer.Option("--as", metavar="TYPE", help="contacts, companies, deals or another type.")],
        map_: Annotated[
            list[str] | None,
            typer.Option("--map", metavar="COLUMN=PROPERTY", help='What a column is; "COLUMN=-" skips it. Repeatable.'),
        ] = None,
        key: Annotated[
            str, typer.Option(metavar="PROPERTY", help="What tells a record; else email, domain, id or a unique one.")
        ] = "",
        apply: Annotated[bool, typer.Option("--apply", help="Write after you approve; else only try.")] = False,
        report: Annotated[
            Path | None, typer.Option(metavar="FILE", help="New file for every row's outcome; else FILE.report.csv.")
        ] = None,
        account: Annotated[str, typer.Option(metavar="NAME", help="Connected account; else the default one.")] = "",
    ) -> None:
        """Create and update records from a CSV file.

        Without --apply nothing is written: the report says for every row what would happen. With it you see the plan and approve
        it here, typing the count where it is large; it can be undone as any plan. Columns go by label or internal name. An
        empty cell changes nothing. Rows that cannot be imported are named with their lines and left.

        \b
        Examples:
          hubspot-skill import people.csv --as contacts
          hubspot-skill import firms.csv --as companies --map "Firma=name" --map "Notiz=-"
          hubspot-skill import people.csv --as contacts --apply
        """
        choice = ImportChoice(
            file=file, type=as_, mapping=_mapping(map_ or []), key=key, applies=apply, report=report, account=account
        )
        imported = actions.import_file(choice, _approved)
        for line in _told(imported, applies=apply):
            typer.echo(line)
        if imported.is_unfinished:
            raise typer.Exit(1)


def _mapping(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        column, equals, name = word.rpartition("=")
        if not equals or not column.strip() or not name.strip():
            raise UsageError(f'"{word}" is no mapping: expected COLUMN=PROPERTY, or COLUMN=- to skip it')
        found[column.strip()] = name.strip()
    return found


def _approved(plan: PlanView) -> int | None:
    """Show a plan to the person at the terminal and give the count that they typed, None where they say no.

    Whoever cannot see and type approves nothing: both ends have to be a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    typer.echo(f"\n{plan.what} in {plan.account}")
    for group in plan.groups[:20]:
        typer.echo(f"  {group.count} × {group.label}: {group.before or '(empty)'} → {group.after or '(empty)'}")
    for limit in plan.limits:
        typer.echo(f"  Note: {limit}")
    typed = typer.prompt(f"Type {plan.records} to approve, anything else to leave it", default="", show_default=False)
    return int(typed) if typed.strip().isdigit() else None


def _told(imported: Imported, *, applies: bool) -> Iterator[str]:
    yield f"{len(imported.rows)} rows of {imported.file} ({imported.form}) as {imported.type} of {imported.account}"
    yield "columns: " + ", ".join(f"{header} → {label or 'skipped'}" for header, label in imported.columns)
    if imported.key:
        yield f"a record is told by {imported.key}"
    counts = Counter(row.end.value for row in imported.rows)
    yield ", ".join(f"{count} {end}" for end, count in counts.most_common())
    bad = [
        row
        for row in imported.rows
        if row.reason and row.end.value in ("bad", "left out", "failed", "unknown", "skipped")
    ]
    for row in bad[:_MOST_BAD]:
        yield f"  line {row.line}: {row.end}: {row.reason}"
    if len(bad) > _MOST_BAD:
        yield f"  … and {len(bad) - _MOST_BAD} more in the report"
    yield f"every row: {imported.report}"
    if not applies:
        yield f"Nothing was written. With --apply it takes {imported.requests} requests."
    for plan_id in imported.open_plans:
        yield f"plan {plan_id} was not approved, so it was not applied; it waits fifteen minutes"

"""The command `export`: a whole result to a file, with a bar that tells how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.service.requests import Compare, Condition
from hubspot_skill.surfaces.cli.actions import ExportActions, ExportChoice
from hubspot_skill.surfaces.cli.arguments import UsageError

__all__ = ["add_export_command", "condition"]

_WITHOUT_VALUE = frozenset({Compare.HAS_VALUE, Compare.NO_VALUE})
_SEVERAL = frozenset({Compare.IN, Compare.NOT_IN, Compare.BETWEEN})


def add_export_command(app: typer.Typer, actions: ExportActions) -> None:
    """Add the command to the application."""

    @app.command()
    def export(
        type: Annotated[str, typer.Argument(metavar="TYPE", help="Object type: contacts, companies, deals, tickets …")],
        where: Annotated[
            list[str] | None,
            typer.Option(metavar="PROPERTY:COMPARE:VALUE", help="Condition; repeated ones must all hold."),
        ] = None,
        text: Annotated[str, typer.Option(metavar="WORDS", help="Words in main text fields.")] = "",
        fields: Annotated[str, typer.Option(metavar="NAMES", help="Columns, with commas; else a lean choice.")] = "",
        format: Annotated[
            ExportFormat | None, typer.Option(help="Form of the file; else told from FILE, else csv.")
        ] = None,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", metavar="FILE", help="New file; else one in the data folder.")
        ] = None,
        most_rows: Annotated[
            int, typer.Option("--max-rows", min=1, max=1_000_000, metavar="N", help="Refuse a larger result.")
        ] = 1_000_000,
        account: Annotated[str, typer.Option(metavar="NAME", help="Connected account; else the default one.")] = "",
    ) -> None:
        """Write every record that matches to a file.

        Only you can read it. Rows are in ascending id, the count is exact, and nothing is left where it fails. In CSV, text that a
        spreadsheet would run as a formula is guarded with an apostrophe. Compare is eq, neq, lt, lte, gt, gte, between,
        in, not_in, contains, not_contains, has_value or no_value; several values stand with commas.

        \b
        Examples:
          hubspot-skill export deals
          hubspot-skill export deals --where amount:gte:10000 --where "owner:eq:me" -o big.xlsx
          hubspot-skill export contacts --fields email,name,lifecyclestage --where email:has_value
        """
        choice = ExportChoice(
            type=type,
            where=tuple(map(condition, where or ())),
            text=text,
            fields=tuple(name.strip() for name in fields.split(",") if name.strip()),
            format=format or _format_of(output),
            output=output,
            most_rows=most_rows,
            account=account,
        )
        written = actions.export(choice)
        typer.echo(f"{written.rows} {written.what} written to {written.path}")
        for note in written.notes:
            typer.echo(note)


def condition(words: str) -> Condition:
    """Give the condition that `property:compare:value` stands for.

    Raises:
        UsageError: it has another form.
    """
    name, _, rest = words.partition(":")
    word, has_value, value = rest.partition(":")
    compares = {compare.value: compare for compare in Compare}
    compare = compares.get(word.strip().lower())
    if not name.strip() or compare is None:
        raise UsageError(
            f'"{words}" is no condition: expected PROPERTY:COMPARE:VALUE with one of {", ".join(compares)}'
        )
    if compare in _WITHOUT_VALUE:
        return Condition(name.strip(), compare)
    if not has_value or not value.strip():
        raise UsageError(f'"{words}" has no value: expected {name}:{compare.value}:VALUE')
    if compare in _SEVERAL:
        return Condition(name.strip(), compare, tuple(part.strip() for part in value.split(",")))
    return Condition(name.strip(), compare, value.strip())


def _format_of(output: Path | None) -> ExportFormat:
    ending = output.suffix.lower().removeprefix(".") if output is not None else ""
    forms = {form.value: form for form in ExportFormat}
    if ending and ending not in forms:
        raise UsageError(f"{output} ends in .{ending}: expected one of {', '.join(forms)}, or --format")
    return forms.get(ending, ExportFormat.CSV)

"""The commands about changes: what was planned and changed, a person's approval, apply, undo, the policy and the switch.

`approve` is a person's act: it wants a terminal on both sides, shows the exact difference, and asks for the number of records. There
is no option that answers for them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from hubspot_skill.domain.errors import NotApprovedError
from hubspot_skill.surfaces.cli.actions import ChangeActions, PolicyChoice

if TYPE_CHECKING:
    from hubspot_skill.service.changes.answers import ChangeGroup, ChangeRow, Outcomes, PlanView, PolicyView

__all__ = ["add_change_commands", "policy_text", "text"]

_ROWS = 50
_EMPTY = "(empty)"
Account = Annotated[str, typer.Option(help="Account by name, HubSpot id or domain.", metavar="NAME")]
PlanId = Annotated[str, typer.Argument(metavar="ID", help="The plan, as the list or the chat names it.")]


def add_change_commands(app: typer.Typer, actions: ChangeActions) -> None:
    """Add the commands to the application."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(_about(actions))
    for add in (_add_show, _add_approve, _add_reject, _add_apply, _add_undo, _add_policy, _add_switch):
        add(group, actions)
    app.add_typer(group, name="changes")


def _about(actions: ChangeActions) -> Callable[[typer.Context, int], None]:
    def about(
        context: typer.Context,
        most: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest plans.")] = 20,
    ) -> None:
        """List what was planned and changed, newest first; approve, apply and undo it.

        \b
        Examples:
          hubspot-skill changes
          hubspot-skill changes show 3f0c…
          hubspot-skill changes approve 3f0c…
        """
        if context.invoked_subcommand is not None:
            return
        lines = actions.list_plans(most)
        for line in lines:
            undo = f"undo of {line.undo_of[:8]}: " if line.undo_of else ""
            by = f", approved by {line.approved_by}" if line.approved_by else ""
            told = f" ({_counts(line.outcomes)}{by})" if line.status not in ("planned", "expired") else ""
            typer.echo(f"{line.plan_id}  {line.at:%Y-%m-%d %H:%M}  {line.status:<9} {undo}{line.what}{told}")
        if not lines:
            typer.echo("Nothing was planned or changed yet.")

    return about


def _add_show(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def show(plan: PlanId, rows: Annotated[int, typer.Option(min=0, max=100, help="Rows to show.")] = _ROWS) -> None:
        """Show one plan: what changes to what, which records, what is left out, and how it ended."""
        typer.echo(text(actions.show_plan(plan, rows)))


def _add_approve(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def approve(plan: PlanId) -> None:
        """Approve a plan as a person: shows what changes and asks for the number of records.

        Only at an interactive terminal. HUBSPOT_SKILL_TERMINAL_APPROVAL=0 leaves approvals to the page in the browser.
        """
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise NotApprovedError(
                "a plan is approved by a person at an interactive terminal, and this is none",
                hint="Run the command in a terminal of your own, or open the plan's page in the browser.",
                plan_id=plan,
            )
        found = actions.show_plan(plan, _ROWS)
        typer.echo(text(found))
        typed = typer.prompt(f"\nType the number of records to approve ({found.records}), anything else to leave it")
        if typed.strip().replace(",", "") != str(found.records):
            typer.echo("Not approved.", err=True)
            raise typer.Exit(1)
        actions.approve_plan(plan, shown=found.digest, typed_count=found.records)
        typer.echo(f"Approved. The chat can apply it now, or: hubspot-skill changes apply {plan}")


def _add_reject(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def reject(plan: PlanId) -> None:
        """Say that a plan is not wanted; it can no longer be applied."""
        actions.reject_plan(plan)
        typer.echo("Rejected. Nothing was written.")


def _add_apply(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def apply(plan: PlanId, account: Account = "") -> None:
        """Apply an approved plan to its end; stopped with Ctrl-C it ends with the present hundred, and can go on.

        Exit code 1 where something was not done.
        """
        with _bar() as progress:
            ended = actions.apply_plan(plan, account, progress)
        typer.echo(text(ended, groups=False))
        if ended.status != "ended" or ended.outcomes.done < ended.steps:
            raise typer.Exit(1)


def _add_undo(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def undo(plan: PlanId, account: Account = "") -> None:
        """Plan the way back of a plan that was applied, and show it; nothing is written yet."""
        way_back = actions.undo_plan(plan, account)
        typer.echo(text(way_back))
        if way_back.plan_id:
            step = "approve" if way_back.approval.is_needed else "apply"
            typer.echo(f"\nNext: hubspot-skill changes {step} {way_back.plan_id}")


def _add_policy(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def policy(
        mode: Annotated[str, typer.Option(help="off, confirm_all, default or auto_up_to.")] = "",
        auto_up_to: Annotated[int | None, typer.Option(min=0, help="Updates of so many records need nobody.")] = None,
        protected: Annotated[
            str | None, typer.Option(help="Properties that always want a person, with commas; empty for none.")
        ] = None,
        daily_cap: Annotated[int | None, typer.Option(min=0, help="Records written in one day, UTC.")] = None,
        account: Account = "",
    ) -> None:
        """Tell or change what an account lets agents write without asking a person.

        \b
        Examples:
          hubspot-skill changes policy
          hubspot-skill changes policy --mode confirm_all
          hubspot-skill changes policy --auto-up-to 20 --protected amount,dealstage
        """
        names = None if protected is None else tuple(n.strip() for n in protected.split(",") if n.strip())
        choice = PolicyChoice(mode=mode, auto_up_to=auto_up_to, protected=names, daily_cap=daily_cap)
        if choice != PolicyChoice() and not sys.stdin.isatty():
            raise NotApprovedError(
                "the policy is changed by a person at an interactive terminal, and this is none",
                hint="Run the command in a terminal of your own.",
            )
        typer.echo(policy_text(actions.policy(account, choice)))


def _add_switch(group: typer.Typer, actions: ChangeActions) -> None:
    @group.command()
    def off(account: Account = "") -> None:
        """Stop all writing to an account within a second; what is being applied stops."""
        typer.echo(policy_text(actions.switch_writes(account, are_off=True)))

    @group.command()
    def on(account: Account = "") -> None:
        """Allow writing to an account again, under its policy; at an interactive terminal only."""
        if not sys.stdin.isatty():
            raise NotApprovedError(
                "writing is allowed again by a person at an interactive terminal, and this is none",
                hint="Run the command in a terminal of your own.",
            )
        typer.echo(policy_text(actions.switch_writes(account, are_off=False)))


def text(plan: PlanView, *, groups: bool = True) -> str:
    """Give a plan as lines for a person."""
    undo = f", undo of {plan.undo_of}" if plan.undo_of else ""
    lines = [
        f"{plan.what} in {plan.account or 'HubSpot'}",
        f"{plan.status}{undo}" + (f" ({plan.reason})" if plan.reason else ""),
    ]
    if plan.status not in ("planned", "approved", "nothing"):
        lines.append(_counts(plan.outcomes))
    lines += [_group(g) for g in plan.groups] if groups else []
    lines += [_row(row) for row in plan.rows]
    if plan.next:
        lines.append(f"and {plan.steps - len(plan.rows)} more")
    lines += _left_out(plan)
    lines += [f"Mind: {limit}." for limit in plan.limits]
    if plan.approval.by:
        lines.append(f"Approved by {plan.approval.by} ({plan.approval.means}).")
    return "\n".join(line for line in lines if line)


def policy_text(policy: PolicyView) -> str:
    """Give a policy as lines for a person."""
    number = f" {policy.auto_up_to}" if policy.mode == "auto_up_to" else ""
    return "\n".join(
        (
            f"account     {policy.account_id}",
            f"writing     {'OFF, by the switch' if policy.is_off else 'on'}",
            f"policy      {policy.mode}{number}",
            f"protected   {', '.join(policy.protected) or 'nothing'}",
            f"today       {policy.written_today} of {policy.daily_cap} records written (UTC)",
        )
    )


def _group(group: ChangeGroup) -> str:
    if group.name in ("archive", "remove"):
        return f"  {group.label}: {group.count} {group.type}"
    return f"  {group.label}: {group.before or _EMPTY} -> {group.after or _EMPTY}: {group.count} {group.type}"


def _row(row: ChangeRow) -> str:
    changes = ", ".join(f"{c.label}: {c.before or _EMPTY} -> {c.after or _EMPTY}" for c in row.changes)
    return "  " + "  ".join(filter(None, (row.id, row.name, changes, row.outcome, row.message)))


def _left_out(plan: PlanView) -> Iterable[str]:
    if plan.unchanged:
        yield f"{plan.unchanged} hold these values already."
    if plan.left_out_total:
        yield f"Left out, {plan.left_out_total}:"
        yield from (f"  {o.id}  {o.name}  {o.reason}" for o in plan.left_out)


def _counts(outcomes: Outcomes) -> str:
    named = {
        "done": outcomes.done,
        "skipped": outcomes.skipped,
        "failed": outcomes.failed,
        "unknown": outcomes.unknown,
        "waiting": outcomes.waiting,
    }
    return ", ".join(f"{count} {name}" for name, count in named.items() if count) or "nothing done"


@contextlib.contextmanager
def _bar() -> Generator[Callable[[int, int], None]]:
    """Show a bar on standard error while the block runs, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("changes", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)

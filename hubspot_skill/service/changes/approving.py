"""What persons decide about changes: approve or reject a plan, set an account's policy, switch writing off and on.

No tool reaches this by what a model can type. It is held by surfaces that have a person before them: a terminal, a page with a
session, and the chat client's own dialogue, whose answer the person gives. Nothing here asks HubSpot.
"""

from __future__ import annotations

from dataclasses import replace

from hubspot_skill.changes.policy import Means, Mode, WritePolicy
from hubspot_skill.changes.store import PlanRow
from hubspot_skill.domain.errors import InvalidInputError, NotApprovedError
from hubspot_skill.domain.names import property_name
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.changes.answers import PlanLine, PlanView, PolicyView
from hubspot_skill.service.changes.desk import Journal, Noted
from hubspot_skill.service.changes.plans import line_of, view_of_plan

__all__ = ["Approvals", "Means", "Mode"]


class Approvals:
    """A person's decisions over the plans of an installation; `account_id` narrows them to one account."""

    def __init__(self, journal: Journal, *, account_id: str | None = None) -> None:
        self._journal = journal
        self._account_id = account_id

    async def list(self, *, most: int = 20, skip: int = 0) -> tuple[PlanLine, ...]:
        """Give the newest plans."""
        store, tenant = self._journal.store, self._journal.tenant
        now = await store.moment(tenant)
        rows = await store.recent(tenant, self._account_id, most=most, skip=skip)
        return tuple([await line_of(self._journal, row, now=now) for row in rows])

    async def show(self, plan_id: str, *, rows: int = 50, begin: int = 0) -> PlanView:
        """Give a plan with its rows from the one at place `begin`, and up to 100 of those left out.

        Raises:
            NotFoundError: there is none.
        """
        row = await self._found(plan_id)
        return await view_of_plan(self._journal, row, rows=rows, begin=begin, most_left_out=100)

    async def approve(
        self, plan_id: str, *, means: Means, shown: str, person: str = "", typed_count: int | None = None
    ) -> PlanView:
        """Record that a person approved a plan as it was shown to them: `shown` is its digest.

        Raises:
            NotFoundError: there is none.
            NotApprovedError: the means or the typed count do not suffice, or something else was shown.
            PlanEndedError: its time is over, or it was approved or rejected already.
            WritesOffError: the account's policy or a person allows no writes.
        """
        if means is Means.TERMINAL and not self._journal.by_terminal:
            raise NotApprovedError(
                "plans are not approved at a terminal here",
                hint="Open the plan's page in the browser; HUBSPOT_SKILL_TERMINAL_APPROVAL=0 switched this off.",
                plan_id=plan_id,
            )
        found = await self._found(plan_id)
        who = person or self._journal.principal
        try:
            row = await self._journal.store.approve(
                self._journal.tenant, plan_id, person=who, means=means, shown=shown, typed_count=typed_count
            )
        except NotApprovedError:
            await self._note(f"approve by {means.value}", "refused", found, who)
            raise
        await self._note(f"approve by {means.value}", "approved", row, who)
        return await view_of_plan(self._journal, row, rows=0)

    async def reject(self, plan_id: str, *, reason: str = "", person: str = "") -> PlanView:
        """Record that a person does not want a plan, and why: whoever planned it is told.

        Raises:
            NotFoundError: there is none.
            PlanEndedError: it was begun.
        """
        await self._found(plan_id)
        row = await self._journal.store.reject(self._journal.tenant, plan_id, reason=clean(reason, most=300))
        await self._note("reject", "rejected", row, person or self._journal.principal)
        return await view_of_plan(self._journal, row, rows=0)

    async def stop(self, plan_id: str) -> None:
        """Let a plan that is being applied stop before its next chunk; it can be applied on."""
        row = await self._found(plan_id)
        await self._journal.store.stop(self._journal.tenant, plan_id)
        await self._note("stop", "asked", row, self._journal.principal)

    async def policy(self, account_id: str = "") -> PolicyView:
        """Give an account's policy."""
        account = self._account(account_id)
        store, tenant = self._journal.store, self._journal.tenant
        switch = await store.switch(tenant, account)
        policy = switch.policy
        return PolicyView(
            account_id=account,
            mode=policy.mode.value,
            auto_up_to=policy.auto_up_to,
            protected=tuple(sorted(policy.protected)),
            daily_cap=policy.daily_cap,
            written_today=await store.written_today(tenant, account),
            is_off=switch.is_off,
        )

    async def set_policy(
        self,
        *,
        account_id: str = "",
        mode: str = "",
        auto_up_to: int | None = None,
        protected: tuple[str, ...] | None = None,
        daily_cap: int | None = None,
        person: str = "",
    ) -> PolicyView:
        """Change what is given of an account's policy.

        Raises:
            InvalidInputError: a mode or property name that is none, or a number below zero.
        """
        account = self._account(account_id)
        store, tenant, who = self._journal.store, self._journal.tenant, person or self._journal.principal
        policy = (await store.switch(tenant, account)).policy
        if mode:
            policy = replace(policy, mode=_mode(mode))
        if auto_up_to is not None:
            policy = replace(policy, mode=Mode.AUTO_UP_TO, auto_up_to=auto_up_to)
        if protected is not None:
            policy = replace(policy, protected=frozenset(property_name(name) for name in protected))
        if daily_cap is not None:
            policy = replace(policy, daily_cap=daily_cap)
        await self._journal.note(Noted(f"policy {_told(policy)}", "set", account, "", who))
        await store.set_policy(tenant, account, policy, person=who)
        return await self.policy(account)

    async def switch_writes(self, *, are_off: bool, account_id: str = "", person: str = "") -> PolicyView:
        """Switch all writing to an account off at once, or on again."""
        account, who = self._account(account_id), person or self._journal.principal
        await self._journal.note(Noted("writes", "off" if are_off else "on", account, "", who))
        await self._journal.store.set_writes(self._journal.tenant, account, are_off=are_off, person=who)
        return await self.policy(account)

    async def _found(self, plan_id: str) -> PlanRow:
        row = await self._journal.store.get(self._journal.tenant, plan_id)
        if self._account_id is not None and row.account_id != self._account_id:
            return await self._journal.store.get(self._journal.tenant, "")  # refused as an absent one
        return row

    async def _note(self, action: str, outcome: str, row: PlanRow, person: str) -> None:
        await self._journal.note(Noted(action, outcome, row.account_id, row.plan_id, person))

    def _account(self, account_id: str) -> str:
        account = account_id or self._account_id
        if not account:
            raise InvalidInputError("the account of the policy is not named", hint="Name the account.", field="account")
        return account


def _mode(word: str) -> Mode:
    try:
        return Mode(word.strip().casefold())
    except ValueError as error:
        raise InvalidInputError(
            f"{quote(word)} is no policy: expected {', '.join(Mode)}",
            hint="auto_up_to also takes the number of records.",
            field="policy",
        ) from error


def _told(policy: WritePolicy) -> str:
    number = f" {policy.auto_up_to}" if policy.mode is Mode.AUTO_UP_TO else ""
    return f"{policy.mode.value}{number}, cap {policy.daily_cap}, {len(policy.protected)} protected"

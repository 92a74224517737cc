"""The use cases of changes: plan, apply, list, undo; what persons decide about them; and one record's write through them.

Public: `requests`, `answers`; `planning.plan_changes`, `applying.apply_changes`, `listing.list_changes`, `undoing.undo_changes`,
all behind `crm.Crm`; `approving.Approvals` (approve, reject, policy, switch: for surfaces that have a person before them, over
the journal alone, so that a terminal or page needs no HubSpot); `single` (the single-record tools); `desk` (the journal).

Decisions:

- Whoever holds a `Crm` cannot approve by anything that it passes on: `Approvals` is another object, whose `approve` takes by which
  means a person was asked, and the digest of what was shown to them.
- A plan is kept with how it is shown (`view`): who approves it sees the same names and values, and nobody asks HubSpot again.
- A single-record tool reads, journals, writes, and judges by HubSpot's answer to the write: no request is added to those of the
  tool before it was journalled. A plan of several is read again before each write and read back after.
- The account's name in the journal is its portal: two connections to one portal share one journal and policy.
- `apply` waits 25 seconds for a plan, then tells how it stands; the plan goes on, and asking again joins it.
- A selection without any condition is refused: a forgotten filter would mean every record.

May import `changes` besides what `service` may.
"""

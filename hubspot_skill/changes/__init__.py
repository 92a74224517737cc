"""Changes an account's records as a person approved them: plan, approve, apply, journal, verify, undo.

Public, each in its module (this file imports nothing):

- `operations`: what is wanted (`Create`, `Update`, `Upsert`, `Associate`, `Dissociate`, `Archive`, `Merge`, `set_on`).
- `checks.TypeSchema`: what the account allows, given by the caller. `planning.draft_plan`: reads by id, checks, gives the
  exact steps, what is left out, and the cost; `limits_of` says what cannot be undone. `undoing.draft_undo`: the way back.
- `policy`: classes, means of approval, an account's policy. `store.PlanStore`: keeps plans, records a person's approval, holds
  policies and the switch. `sealing.JournalKeys`, `tables.CHANGES_SCHEMA`: for whoever opens the database.
- `applying.Applier`: one per account; `apply`, `outcome`, `recover` (at start), `stop` (at the end).

Inside: `steps` (values), `current` (reading), `sending`, `settling` (judging), `journal` (what is written while applying).
May import `hubspot`, `foundation` and `domain`; the service sits above it.

Decisions:

- A plan fixes its records: an upsert becomes a create or an update when planned, and a conflict if that changes.
- New records are sent by batch create with a fresh unique value (`hs_skill_ref`) where the account has that property, not by batch
  upsert: a create may carry associations, HubSpot refuses a second one with the same value just as surely, and a lost answer is
  read back by it. Without it an email or another unique value does the same service; without any, a lost answer stays
  UNKNOWN and is listed, never sent again. Looking for such a record by search, and provisioning the property, are left to come.
- Approval is a row that only `PlanStore.approve` writes, signed over tenant, account, principal, digest, person and means;
  `Applier.apply` takes nothing but a plan's id and whose it is, and opens every step again to compare the digest.
- One row per account is the lock, the lease and the switch, and is held by every journalling transaction, so the day's cap and
  the switch cannot be passed by. A write's deadline lies below the lease, so a process that slept cannot send after it.
- A person who edits a record in the milliseconds between the re-read and the write is not seen where their value and ours
  are of the same property: HubSpot offers no conditional write. Their value is then in the property's history.
- The day ends at midnight UTC, since the journal must not depend on reading the account.

Waits for its wiring: the service, tools, pages and commands on top of it, and audit rows.
Sources: HubSpot's CRM objects and associations guides, read 2026-11-23.
"""

"""Changes an account's records as a person approved them: plan, approve, apply, journal, verify, undo.

Public, each in its module (this file imports nothing):

- `operations`: what is wanted (`Create`, `Update`, `Upsert`, `Associate`, `Dissociate`, `Archive`, `Merge`, `set_on`; for an account's
  own definitions `Define`, `Redefine`, `Remove`, with values as `things` spells them).
- `checks.TypeSchema`: what the account allows, given by the caller. `planning.draft_plan`: reads by id, checks, gives the
  exact steps, what is left out, and the cost; `limits_of` says what cannot be undone. `undoing.draft_undo`: the way back.
- `reference.reference_wanted`: the operation that makes the reference property of a type, on a person's consent.
- `policy`: classes, means of approval, an account's policy. `store.PlanStore`: keeps plans, records a person's approval, holds
  policies and the switch. `sealing.JournalKeys`, `tables.CHANGES_SCHEMA`: for whoever opens the database.
- `applying.Applier`: one per account; `apply`, `outcome`, `recover` (at start), `stop` (at the end).

Inside: `steps` (values), `current` (reading), `sending`, `settling` (judging), `journal` (what is written while applying); for
definitions `defining` (planning and undoing), `definitions` (reading and writing).
May import `hubspot`, `foundation` and `domain`; the service sits above it.

Decisions:

- A plan fixes its records: an upsert becomes a create or an update when planned, and a conflict if that changes.
- New records are sent by batch create with a fresh unique value (`hs_skill_ref`) where the account has that property, not by batch
  upsert: a create may carry associations, HubSpot refuses a second one with the same value just as surely, and a lost answer is
  read back by it. Without it an email or another unique value does the same service. Where the reference property is plain
  (ten unique ones are used up), a lost record is looked for by search 30 and 120 seconds after sending, and never sent again;
  the plan stays open so long, holding the account, and a stop ends the wait. Without any, a lost answer stays UNKNOWN and
  is listed.
- A definition (property, group, pipeline, stage, campaign) is a step with images like a record's, so that plan, approval,
  journal, read-back and undo are the same code. It is sent alone, in the order given. A removal is C3, also that of an option,
  since records lose by it; what they lose is counted and shown. Pipelines and stages that hold records are not removed.
  A lost answer is read back by name or label, which HubSpot keeps unique; a campaign's name is not, so a lost campaign that
  nothing shows is never sent again. HubSpot shows a changed definition up to 0.7 s late: one that looks wrong is read twice.
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

"""The use cases, one verb each, in domain words.

Public: `crm.Crm` (all use cases over one account), `requests` (what each is asked), `answers` (what each answers).
Every use case asks the policy first, turns people's words into ids (`words/`), makes as few HubSpot calls as it can,
and answers with names, cleaned text and where it comes from. What an account looks like (properties, pipelines,
owners, its zone) is kept for minutes in `directory`; a word that is not found there makes it be read once more.

Decisions:
- Words are resolved here and not in a surface, so that chat, REST, shell and console understand the same.
- A cursor is opaque and bound to its request: with other arguments it is refused, not silently followed.
- After a write the answer is made from HubSpot's answer to that write: HubSpot's search lags by seconds.
- For the same reason what was written here stays findable by name for two minutes (`recent`), and creates of one record
  take turns (`turns`): so a repeated call of a chat client makes no second company.
- What an answer needs is read before the write, so that a record that was written is never told as a failure.

May import `hubspot`, `access`, `mirror`, `foundation` and `domain`; SQL only in `sync`, no HTTP, nothing of any surface.
"""

"""The adapter: HubSpot's API as typed calls that answer or fail clearly before a deadline.

Public names, each in its module (this file imports nothing):

- `client.HubSpot`: one account; `settings.AdapterSettings`, `tokens.TokenSource` and `StaticToken`,
  `transport.Transport`, `limits.Priority` and `Quota`, `token_facts.TokenFacts`.
- `objects`, `schema`, `associations`, `account`, `campaigns`: the families of calls.

Inside, from the wire upwards: `wire/` (paths, bodies, shapes: pure), `transport` (one request to the one allowed
host), `limits`, `retry`, `breaker`, `failures` (pure decisions), `budget` (waiting for a slot), `calls` (one call,
whatever happens). May import `domain` and `foundation`. Only this room speaks HTTP outward, only `wire/` knows
HubSpot's JSON.

Decisions:

- Writes are sent once. They are tried again only where nothing was sent or HubSpot surely refused them (429, 423):
  the API has no idempotency key. A lost answer is `OutcomeUnknownError`, for the caller to read back.
- httpx2's transport is used without its client: no redirects, cookies, proxies or environment, and less per call.
- Limits live behind `budget.LimitStore`: in this process (`MemoryLimits`), or in a file or table that several processes
  share (`shared_limits.SharedLimits`), with the same rules.
- The breaker probes every five seconds rather than ever more rarely, so that it closes soon after a repair.

Sources: developers.hubspot.com as named in each module, read 2026-11-23.
"""

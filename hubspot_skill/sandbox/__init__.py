"""A pretend HubSpot: a stateful ASGI application that answers HubSpot's public API well enough for real clients.

For the first run without an account, the tests, the demo and the benchmark, and for anybody's own HubSpot client.
It shares no parser and no model with the product: a fake built from our own misunderstanding would agree with it.

Public names: `app.create_sandbox` and `app.Sandbox`, `settings.SandboxSettings`, `seed` (what a portal is made of),
`serve.serve`. It may import the standard library, starlette, uvicorn (only in `serve` and `transport`) and pydantic,
nothing of ours. Clock, faults, limits, switches and tokens are turned under `/_sandbox/` (`control`).

Decisions: state lives in plain SQLite, one table per object type with a column per stored property; computed
properties and the creation value of a history are derived on read; every version of a path is an alias of one handler.
Sources: each module names the facts it follows with how sure they are: [S] specification, [D] documentation,
[L] recorded live run, [C] community report, [U] unverified. `settings` has a switch for those tagged [U] on which
a client may come to lean; the others are the likeliest reading, and say so where they are.
"""

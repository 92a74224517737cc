"""HubSpot for chat clients: the use cases of `service` as MCP tools, resources, prompts and completions.

Public names: `server.build_server`, `http.http_app` with `http.loopback` and `http.check_bind`, `stdio.serve_stdio`,
`settings.McpSettings` and `settings.toolsets`, `strict.CrmProvider`. May import `service`, `domain`, `foundation`; it
alone knows the MCP SDK.

How it is cut: `tools` says which tools there are, `models` what they take and answer, `render` how answers read,
`strict` and `failures` what the SDK is not strict about, `results` the one way to build a result, `server` puts it
together, `http` and `stdio` carry it.

Decisions:

- A tool's arguments are a pydantic model of our own, not a function's signature: models share fields, stay closed, and
  their compact schemas cost 4,400 tokens for 16 tools where pydantic's own cost twice that (o200k, 2026-11-23).
- Both the text and the structured content are complete, because hosts show one or the other. Lists are columns and
  rows: 100 deals of 6 fields cost about 35 tokens each instead of 205 as HubSpot's JSON.
- Errors are results of one shape with `isError`, never protocol errors, which models do not see.
- Everything a client is told before a call is constant for given settings, for the sake of prompt caches.

Sources: MCP specification 2026-07-28 and 2025-11-25; mcp 2.3.0 as installed (both read 2026-11-23).
"""

"""The shell: `hubspot-skill` and its commands.

Public: `actions.Actions` (what the commands can have done; the composition root gives it) and `commands.build` (the
typer application over it). Groups of commands: `account_commands`, `vault_commands`, `audit_commands`; `accounts` makes their text. `arguments` reads `key=value` by a tool's own schema; `render` makes text.

May import `service` and what lies below it through `service` only. It knows neither the MCP SDK nor the adapter: a tool
is a name, a JSON schema and an answer here.

Exit codes: 0 done; 1 refused or failed, with the reason on stderr; 2 wrong usage of the command line.
"""

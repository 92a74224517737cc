"""The composition root: reads the settings, builds the rooms below for one process, and starts what was asked for.

- `main`: the `hubspot-skill` entry; `mcp` is found before anything heavy is imported.
- `settings`: every setting, read from the environment once; `places`: where files of this program lie.
- `compose`: the account, its use cases and the MCP server over them; `toolbox`: the same tools for one shell command.
- `embedded`: the sandbox inside this process; `demo`, `serve`, `doctor`: what those commands do.
- `keys`: the master keys, found once; `databases`: the stores beside the vault (`accounts.databases.open(Store.CHANGES)`
  gives a room its database and keys, as a file or in PostgreSQL); `sharing`: limits kept together with other processes.
- `keeper`: the vault of this process, `auditing`: its audit; `doorway`: the site where people connect accounts, and
  `other_door`: that of another process; `login`, `accounts_shell`, `vault_shell`: what the shell does with them.
- `watching`: `/ready` and `/metrics`, over `readiness` and `metrics`.

May import every room; no room may import it. Modules here import the rooms they compose where they use them, because
the start of `mcp` is measured: to the list of tools it takes at most 1.3 times what a minimal server takes.
"""

"""Keeps HubSpot's tokens at rest and gives the adapter one that works now.

Public: `vault.open_vault`, `Vault` (status, rotation, backup, disconnecting) and `migrate_vault`; `store`
(`ConnectionStore`, `Connection`, `Connected`, `Status`): the connected accounts; `refresh` (`Refresher`,
`ConnectionTokens`, `RefreshSettings`): tokens, each refreshed once; `endpoint` (`TokenEndpoint`): what the vault needs
of HubSpot, implemented by the adapter's `oauth`; `custody` (`find_keys`, `CustodySettings`): where the master keys
come from. Inside: `tables`, `sealing`, `file_keys`, `refresh_rows`, and `refresh_steps`, the table of decisions.

Decisions:
- A master key is named by a fingerprint of itself, not by a counted version: an operator only ever handles keys.
- The key of an encrypted file is random, never changes, and lies beside it sealed: a new master key re-seals 32 bytes
  instead of rewriting a database that others have open.
- Records of connections name their tenant key only, so a new master key does not touch them.
- Seeing a token past its time is the vault's to prevent; a plain 401 is no reason to refresh.
- The first account is not made the default when a second one comes: with several and no default, callers are asked.

May import `foundation` and `domain`. Sources: HubSpot's OAuth guide and recorded answers, read 2026-11-23.
"""

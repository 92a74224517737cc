"""Who may do what here: one place that refuses.

Public: `Action` (everything a use case may do, and whether it writes) and `Policy` (read-only switch, toolsets) in
`policy`; `Sessions` and `Attempts`, the browser sessions of the one local person, in `sessions`; `Audit`,
the keyed chain of what was done, in `audit`. Every use case calls `Policy.authorize` before anything else; a test walks
all of them. Read-only wins over everything. Principals and grants join here with team sign-in; until then there is one
principal.

May import `foundation` and `domain`.
"""

"""Plain frozen values that every room speaks in, and the one error tree. No I/O, no clock, no third-party library.

- `errors`: what can go wrong, grouped by who can act.
- `names`: object types, property names, record ids.
- `schema`: what an account's CRM looks like: properties, options, pipelines, owners, the account itself.
- `records`: one CRM record, its associations and history, and a page of records.
- `search`: a search that HubSpot can answer, checked against HubSpot's own limits before it is sent.
- `writes`: drafts of new records, changes of old ones, and the outcome of each input of a batch.
- `marketing`: campaigns and what they brought.
- `report`: the typed question of a report and its answer.
- `text`: text from outside, made safe to show a model.

May import nothing of ours.
"""

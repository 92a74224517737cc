"""The mirror: a local copy of one account's CRM that reports, searches and the console read instead of HubSpot.

Public names, each in its module (this file imports nothing):

- `tables`: every table, with the meaning and unit of each column in its comment; what analytics selects from.
- `forms.Form`, `forms.Held`: which property a column holds and how; `tables.column_of` finds a property's column.
- `store.open_mirror`, `store.Mirror`: read (`execute`), write batches of records and links, coverage.
- `structure`: what the account looks like (pipelines, owners, properties) written and read.

May import `domain` and `foundation`; not the adapter: `service.sync` brings records here.

Decisions:

- One mirror per account **and** permission scope. On SQLite that is a file of its own, encrypted. On PostgreSQL all
  mirrors share tables, and the transaction's tenant is `tenant/portal/scope`: row-level security keeps not only
  customers apart, but also what two tokens of one customer may see. Statements therefore never name the tenant, and one
  description of the tables serves both databases; there the key, each index and each row begin with `tenant_id`.
- Sums are over whole numbers: money in minor units, probability in millionths, moments in milliseconds.
- Columns of the metrics are fixed; other properties are chosen, and become columns on SQLite (`ALTER TABLE`) and keys
  of one JSON column on PostgreSQL, where the program may not change tables and accounts share them.
- A mirror of another shape is emptied and filled anew: everything in it can be read again.
- A row is replaced only by one that HubSpot changed later or at the same moment, so that pages, polls and answers to
  writes may arrive in any order.
"""

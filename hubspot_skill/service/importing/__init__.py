"""Imports a CSV file: reads it with suspicion, maps its columns, plans creates and updates, and tells what became of each row.

- `csv_file.read_csv`: bytes to rows, each with its line; encoding and delimiter are found out and told.
- `planning.plan_import`: rows to plans of at most 10,000 records, which a person approves; nothing is written by it.
- `outcomes.row_outcomes`: what became of every row, from the journal, for the report.

Decisions: no row is lost silently: each ends in the report as planned, unchanged, left out with the reason, or bad with what is
wrong. A column that fits no property is refused until it is mapped or skipped by name. An empty cell changes nothing.
Contacts are told by email, companies by domain (searched, since HubSpot does not keep it unique), anything by a unique property
or by record id; deals without one are always new. A key that comes twice is taken once; its other rows are bad.
"""

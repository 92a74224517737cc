"""Writes whole results of a search or a report to a file: exact, bounded, counted, and never through a conversation.

Public: `exporting.Exporter` (the use case), `asked.ExportRequest` and `ExportAnswer`, `shelf.Shelf` (the private folder),
`formats.ExportFormat`. Knows no surface: chat, shell, REST and console call the same use case and show its progress.

Decisions:

- Rows are in ascending record id, so that a result of any size is read page after page without a gap, also beyond the 10,000 at
  which HubSpot's search ends. The count is of the rows that were written; where records came or went meanwhile it may differ from
  the total at the start, and then the answer says so.
- A file is written beside its name and takes it when whole: a broken export leaves nothing that looks like a result.
- All accounts share one folder and its bounds; it is the owner's alone (0700, files 0600). Files are deleted after a week, at the next export.
- A day's exports are bounded in number, rows and bytes (UTC days, like the journal's caps): a leak by export is the largest there
  is. What was used is kept in the folder, one line an export, so that all processes on it share the bound.
- CSV guards text that a spreadsheet would run (leading = + - @ tab, carriage return) with an apostrophe, as OWASP advises;
  numbers stay numbers. XLSX writes text as text, JSONL and Parquet have types, so they hold it unchanged.
- Parquet needs the extra `parquet` (pyarrow, 165 MB); XLSX comes with us (XlsxWriter, 0.7 MB, constant memory).
"""

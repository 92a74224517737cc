"""Reports in people's words: resolve the question, make the mirror fresh enough, compute, say where it comes from.

- `desk.ReportDesk`: one account's mirror as reports see it: fresh enough or said how old, never silently partial.
- `resolve.resolve`: a `Question` into a `Query`; words are those of the mirror, so that a report asks HubSpot nothing.
- `report.report`, `report.records`: the use cases; `summary.pipeline_summary`: four reports of one moment.
"""

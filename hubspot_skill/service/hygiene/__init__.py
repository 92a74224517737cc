"""Keeps records clean: finds duplicates and doubtful values, and makes plans of what was found.

- `duplicates.find_duplicates`, `quality.data_quality`: the two questions; each reads records once through `reading.RecordSource`
  and says exactly how many it read of how many there are.
- `matching`, `judging`: the pure halves: which records are the same, which values are doubtful.
- `findings`: what was found, kept for half an hour under a handle, so that a plan can take it up by that.

Decisions: one reading for all kinds of evidence, since HubSpot has no grouping and a search for each would cost a request a
record. Nothing here writes; a plan is made by `service.changes`, and a person approves it.
"""

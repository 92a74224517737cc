"""Exact reports over the mirror: a resolved question in, figures with their provenance out.

Public names, each in its module (this file imports nothing):

- `query.Query`, `Cut`, `Sieve`: a question whose words were resolved; `service.report` makes it.
- `registry.METRICS`: every metric with its definition; `metrics/` holds them, one module a family.
- `catalogue.load`: what the mirror knows of the account: stages, owners, options, rates, how complete it is.
- `engine.run`, `engine.drill`: a report, and the records behind one of its cells.
- `dimensions.DIMENSIONS`: what can be grouped and filtered by.

May import `mirror`, `foundation` and `domain`.

Decisions:

- The database adds up, Python divides. Base measures are whole numbers and add up over groups; rates, averages and
  medians are derived from them once, so a total is a ratio of sums.
- Deals are always grouped by pipeline and stage in SQL; whether a stage is open, won or lost is looked up in the
  pipelines' metadata in Python. A change of that metadata changes no row.
- Nothing from a caller becomes SQL text: columns come from dimensions and the registry, values are bound.
- Time zones: the database is told the offsets of the zone between moments and gives local day numbers; weeks, months,
  quarters and fiscal years are made of days in Python (`calendar`).
- Medians come from values with their counts, so groups that are made in Python (months, teams) have exact ones too.
- An amount in another currency without HubSpot's home amount is converted by the deal's own rate, else by the newest
  of the rate table, halves away from zero; the answer counts them.
"""

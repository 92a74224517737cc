"""Sync: brings HubSpot's records into the mirror and keeps them there up to date.

Joins the adapter and the mirror, which do not know each other. Public: `source.Source` (what to read, from whom),
`full.fill` (everything once).
"""

"""Believable portals of any size, the same from the same portal name, size, seed and day.

`generate` gives a `PortalSeed`; `PORTALS` names the portals there are. It imports only `seed` and `catalogue`, never reads
a clock, and draws each record from its own stream, so any record can be made alone (see `draw` and `plan`).

What is believable about it: people have addresses at their company's domain; deals move through stages over time, skip
some, step back, are lost and reopened; amounts get corrected and close dates pushed, or passed and forgotten; owners left
and records still name them; companies and people were entered twice, merged and archived; values are missing; money comes
in several currencies; activities lie between a deal's beginning and end. `stories` holds the records that never change.
"""

from hubspot_skill.sandbox.generate.portal import DEFAULT_SIZE, PORTALS, generate

__all__ = ["DEFAULT_SIZE", "PORTALS", "generate"]

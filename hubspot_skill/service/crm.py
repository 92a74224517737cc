"""All use cases over one connected account, behind one door.

A surface holds a `Crm` and calls one method; each asks the policy before anything else and then hands over to its own
module.
"""

from __future__ import annotations

__all__ = ["Crm"]


class Crm:
    """The use cases over one HubSpot account."""

"""HubSpot for any AI client: an MCP server, its REST and web siblings, and a pretend HubSpot to try them on.

The floors, from the top; a room imports only the floors below it (`pyproject.toml` holds the contracts)::

    app                                composition root; alone reads settings and sees every room
    surfaces    mcp | cli              translate, call one use case, render
    service                            use cases, one verb each, in domain words
    hubspot | access | sandbox         the adapter | policy of who may do what | a pretend HubSpot
    foundation                         clock, log, redaction
    domain                             plain frozen values and the one error tree; no I/O
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("hubspot-skill")

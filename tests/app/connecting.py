"""A home in which accounts of a sandbox can be connected: its environment, with an app and a redirect port of its own."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.sandbox_fixture import Served

__all__ = ["browser_of", "with_app"]

ROOT = Path(__file__).parent.parent.parent


def with_app(served: Served, home: Path) -> dict[str, str]:
    """Register an app whose people come back to a port that is free now, and give the settings for it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    back = f"http://localhost:{port}/api/hubspot/oauth/callback"
    app = replace(DEFAULT_APP, client_id=f"app-{port}", redirect_uris=frozenset({back}))
    served.sandbox.tokens.register(app)
    return {
        "HUBSPOT_SKILL_API_BASE_URL": served.base_url,
        "HUBSPOT_SKILL_DATA_DIR": str(home / "data"),
        "HUBSPOT_CLIENT_ID": app.client_id,
        "HUBSPOT_CLIENT_SECRET": app.client_secret,
        "HUBSPOT_REDIRECT_URI": back,
    }


def browser_of(portal: str, *, decision: str = "allow") -> dict[str, str]:
    """Give what makes a program open its links in the browser that is a program, for this account."""
    return {
        "BROWSER": f"{sys.executable} -m tests.app.browser %s",
        "PYTHONPATH": str(ROOT),
        "PORTAL": portal,
        "DECISION": decision,
    }

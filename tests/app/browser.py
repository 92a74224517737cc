"""A person's browser as a program: opens a one-time link, agrees at the sandbox's page, and comes back.

`python -m tests.app.browser LINK` is what the BROWSER variable can name; `PORTAL` chooses the account, `DECISION` may
be `deny`.
"""

from __future__ import annotations

import os
import re
import sys
from urllib.parse import urlsplit

import httpx2

__all__ = ["visit"]

FIVE_S = 5


def visit(link: str, portal: str, *, decision: str = "allow") -> httpx2.Response:
    """Go the whole way from a link to the page after connecting, and give that page."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    with httpx2.Client(timeout=FIVE_S, trust_env=False, follow_redirects=True) as browser:
        page = browser.get(link, headers={"Accept": "text/html"})
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text.partition("data-connect")[2]))
        begun = browser.post(
            f"{origin}{page.url.path}", data=fields, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        )
        assert begun.status_code == 200, begun.text
        with httpx2.Client(timeout=FIVE_S, trust_env=False) as hubspot:
            decided = hubspot.post(begun.json()["location"], data={"decision": decision, "portal": portal})
        assert decided.status_code == 302, decided.text
        return browser.get(decided.headers["location"], headers={"Accept": "text/html"})


if __name__ == "__main__":
    visit(sys.argv[1], os.environ["PORTAL"], decision=os.environ.get("DECISION", "allow"))

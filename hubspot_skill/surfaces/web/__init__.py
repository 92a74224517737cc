"""The browser's side of the server: sign-in, connecting, and the console. Translates requests, calls one use case.

- `site`: where this site is and what its cookies are called.
- `guard`: what every request passes: host, session, CSRF, size, and the headers that every answer carries.
- `pages`: HTML from templates and problem documents (RFC 9457) from errors.
- `assets`: the built script, style sheet and icons (`frontend/` holds the sources, `tools/bundle.py` builds `static/`).
- `console/`: the console's pages, one module each, and what they stand on; its plaque says how to put a page on it.
- `entrance`: the one-time link that makes a session, and signing out.

Decisions: rendered on the server with Jinja2, autoescaping on; no inline script, handler or style anywhere, so that the
content security policy can forbid them all. Works without JavaScript except where HubSpot's page is opened: a form that
redirects to another site would need a weaker `form-action`. The token against forged requests is masked anew in each answer,
because answers are compressed. The built files are not in git: a package build and `make setup` make them when their
sources changed, and the wheel and the sdist carry them, so that installing needs neither Node nor a network for it.

May import `service` and below through it, `domain` and `foundation`; Starlette and Jinja2; nothing of other surfaces.
Sources: SECURITY-DESIGN section 8; OWASP ASVS 5.0 V3 and V7; RFC 9457.
"""

"""The REST surface under `/api/hubspot`: the same use cases as chat, shell and console, for programs.

- `app`: the surface as one ASGI application.
- `operations`: what one address does, as a value: from it come the route, the checks and the OpenAPI document.
- `guard`: what every request passes: host, origin, who asks, limits, body.
- `problems`: every error as a problem document (RFC 9457).
- `openapi`, `reading`: the document made from the operations, and the page to read it.
- `resources/`: the operations, one family a file; `models/`: what they take and answer.

Decisions:
- One table of operations makes routes and document, so that they cannot differ; a test asks both all the same.
- Bodies and queries are closed: what is unknown is refused by name, never dropped.
- `properties` in bodies and answers are keyed by HubSpot's internal names, as its own API does, and are people's words:
  a stage, an owner, a period is named as anywhere else here. Labels and short names (`stage`) are understood too.
- A script sends the token of the HTTP door; a page of the console its session and CSRF token. Only a session can approve.
- PUT and PATCH both update the given properties, because a CRM record has hundreds of others; POST on a record's address
  does the same for clients that can send nothing else.
- A record's tag holds the moment of its last change, so `If-Match` compares what HubSpot can be asked for; a list's tag
  is weak, because `as_of` differs each time.

May import `service` and below through it, `domain` and `foundation`; Starlette, pydantic, Jinja2; no other surface.
Sources: RFC 9110 (methods, conditions), RFC 9457 (problems), RFC 8288 (links), OpenAPI 3.1.1; SECURITY-DESIGN sections 5
to 9.
"""

"""The workshop: what developers of hubspot-skill run as `python -m tools …`. The product never imports it."""

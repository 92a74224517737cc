"""Starts the program as `python -m hubspot_skill`, the same as `hubspot-skill`."""

from hubspot_skill.app.main import main

main()

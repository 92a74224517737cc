"""Failures after something was written: the same error, that says so."""

from __future__ import annotations

from hubspot_skill.domain.errors import HubSpotSkillError

__all__ = ["tell_written"]


def tell_written(error: HubSpotSkillError, message: str = "") -> None:
    """Change an error of a later step to say that earlier ones were written; one whose outcome is unknown stays that."""
    if error.wrote == "nothing":
        error.wrote = "some"
    if message:
        error.message = message
        error.args = (message,)

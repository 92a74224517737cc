"""The scopes that are asked for follow from the policy, and HubSpot (the sandbox) knows each of them."""

from hubspot_skill.access.policy import Policy
from hubspot_skill.sandbox.scopes import ALL_SCOPES
from hubspot_skill.service.access_probe import FAMILIES
from hubspot_skill.service.scopes import scope_plan


def test_a_read_only_server_asks_for_nothing_that_writes() -> None:
    plan = scope_plan(Policy(read_only=True))
    assert not [scope.name for scope in (*plan.required, *plan.optional) if scope.name.endswith(".write")]


def test_hubspot_knows_every_scope_of_the_plan() -> None:
    plan = scope_plan(Policy())
    assert {scope.name for scope in (*plan.required, *plan.optional)} <= ALL_SCOPES


def test_the_plan_covers_every_family_that_whoami_tells_of() -> None:
    plan = scope_plan(Policy())
    asked = {scope.name for scope in (*plan.required, *plan.optional)}
    assert {scope for family in FAMILIES for scope in (family.read, family.write) if scope} <= asked


def test_what_was_not_granted_is_named_required_scopes_first() -> None:
    plan = scope_plan(Policy(read_only=True))
    granted = [s.name for s in plan.required if s.name != "oauth"] + ["tickets"]
    missing = [scope.name for scope in plan.missing(granted)]
    assert missing[0] == "oauth"
    assert "tickets" not in missing
    assert plan.missing(s.name for s in (*plan.required, *plan.optional)) == ()

"""The skill that teaches an assistant these tools: valid by its format's own checker, and true of the tools."""

import re
from pathlib import Path

from skills_ref import read_properties, validate

from hubspot_skill.service.requests import DealStatus
from tools import tokens

SKILL = Path(__file__).parents[2] / "skills" / "hubspot"
MOST_BODY_TOKENS = 5_000


def test_the_skill_is_valid_and_small():
    assert validate(SKILL) == []
    assert read_properties(SKILL).name == SKILL.name
    (body,) = tokens.count([(SKILL / "SKILL.md").read_text()])
    assert body < MOST_BODY_TOKENS


def test_every_tool_is_taught_and_every_name_in_it_exists():
    text = (SKILL / "SKILL.md").read_text()
    listed = tokens.listed_tools()
    assert set(re.findall(r"hubspot_[a-z]+(?:_[a-z]+)?", text)) == {tool["name"] for tool in listed}
    arguments = {name for tool in listed for name in tool["inputSchema"]["properties"]}
    words = set(re.findall(r"`([a-z_]+)`", text.split("## When a call fails")[0]))
    taught = {w for w in words if not w.startswith("hubspot_")} - {"me", "nobody", "today", "total", "resolved", "next"}
    assert taught <= arguments
    assert all(status in text for status in DealStatus)

"""`server.json`, the entry for the MCP registry, by the rules of its schema of 2025-12-11.

The schema itself is not in any package registry, so its documented rules are written out here
(modelcontextprotocol/registry, docs/reference/server-json, read 2026-11-23).
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hubspot_skill import __version__
from hubspot_skill.app.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent.parent

_TEXT_100 = {"type": "string", "minLength": 1, "maxLength": 100}
_VERSION = {"type": "string", "maxLength": 255, "not": {"pattern": r"[\^~*xX<>|]|^latest$"}}
_INPUT = {
    "type": "object",
    "properties": {
        "description": {"type": "string", "minLength": 1},
        "isRequired": {"type": "boolean"},
        "isSecret": {"type": "boolean"},
        "format": {"enum": ["string", "number", "boolean", "filepath"]},
        "value": {"type": "string"},
        "default": {"type": "string"},
        "placeholder": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
    },
}
_ARGUMENT = {
    **_INPUT,
    "required": ["type"],
    "properties": {**_INPUT["properties"], "type": {"enum": ["positional", "named"]}, "valueHint": {"type": "string"}},
    "additionalProperties": False,
}
_VARIABLE = {
    **_INPUT,
    "required": ["name"],
    "properties": {**_INPUT["properties"], "name": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}},
    "additionalProperties": False,
}
_PACKAGE = {
    "type": "object",
    "required": ["registryType", "identifier", "version", "transport"],
    "properties": {
        "registryType": {"enum": ["pypi", "npm", "nuget", "oci", "mcpb", "cargo"]},
        "identifier": {"type": "string", "minLength": 1},
        "version": _VERSION,
        "runtimeHint": {"type": "string"},
        "transport": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": ["stdio", "streamable-http", "sse"]}},
        },
        "runtimeArguments": {"type": "array", "items": _ARGUMENT},
        "packageArguments": {"type": "array", "items": _ARGUMENT},
        "environmentVariables": {"type": "array", "items": _VARIABLE},
    },
    "additionalProperties": False,
}
RULES = {
    "type": "object",
    "required": ["$schema", "name", "description", "version"],
    "properties": {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {"type": "string", "maxLength": 200, "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"},
        "title": _TEXT_100,
        "description": _TEXT_100,
        "version": _VERSION,
        "websiteUrl": {"type": "string", "format": "uri"},
        "repository": {"type": "object", "required": ["url", "source"]},
        "packages": {"type": "array", "items": _PACKAGE},
        "remotes": {"type": "array"},
        "_meta": {"type": "object"},
    },
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def entry() -> dict[str, Any]:
    """The entry as it stands in the repository."""
    return json.loads((ROOT / "server.json").read_text("utf-8"))


def test_the_entry_follows_the_rules_of_its_schema(entry: dict[str, Any]) -> None:
    assert [error.message for error in Draft202012Validator(RULES).iter_errors(entry)] == []


@pytest.mark.parametrize(
    ("field", "value"), [("description", "x" * 101), ("version", "^0.1"), ("name", "hubspot-skill"), ("packages", [{}])]
)
def test_the_rules_refuse_what_the_registry_refuses(entry: dict[str, Any], field: str, value: object) -> None:
    assert not Draft202012Validator(RULES).is_valid({**entry, field: value})


def test_the_entry_is_of_the_version_that_the_package_has(entry: dict[str, Any]) -> None:
    (package,) = entry["packages"]
    assert entry["version"] == package["version"] == __version__
    assert package["identifier"] == "hubspot-skill"


def test_every_variable_is_a_setting_and_its_default_is_the_programs_own(entry: dict[str, Any]) -> None:
    variables = {v["name"]: v for v in entry["packages"][0]["environmentVariables"]}
    secrets = {name for name in variables if "TOKEN" in name or "SECRET" in name}

    assert set(variables) <= {field.alias for field in Settings.model_fields.values()}
    assert {name for name, v in variables.items() if v["isSecret"]} == secrets
    assert read_settings({n: v["default"] for n, v in variables.items() if "default" in v}) == Settings()


def test_the_readme_names_the_entry_for_the_registrys_proof_of_ownership(entry: dict[str, Any]) -> None:
    assert re.findall(r"mcp-name: (\S+)", (ROOT / "README.md").read_text("utf-8")) == [entry["name"]]

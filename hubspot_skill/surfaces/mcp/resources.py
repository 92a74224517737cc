"""CRM records and the account's schema as MCP resources, so that a host can attach them to a conversation.

They are read through the same use cases as the tools and say the same, as JSON. A failure is a protocol error, since
resources know no other: what does not exist is invalid params, all else an internal error with its message.
"""

from __future__ import annotations

import json
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import CallToolResult

from hubspot_skill.domain.errors import CallerError, HubSpotSkillError
from hubspot_skill.service.requests import DescribeRequest, GetRequest, Topic
from hubspot_skill.surfaces.mcp import failures
from hubspot_skill.surfaces.mcp.render import lists, records
from hubspot_skill.surfaces.mcp.strict import CrmProvider

__all__ = ["RECORD", "SCHEMA", "failure", "register"]

SCHEMA = "hubspot://schema/{object_type}"
RECORD = "hubspot://{object_type}/{record_id}"
_JSON = "application/json"
_WITH_PIPELINES = frozenset({"deals", "deal", "0-3", "tickets", "ticket", "0-5"})
MAX_PROPERTIES = 200


def register(server: MCPServer[Any], crm: CrmProvider) -> None:
    """Add the resource templates to a server; the schema's comes first because the record's would match it too."""

    async def schema(object_type: str) -> str:
        """Properties of an object type, and its pipelines with stages where it has them."""
        topics = [Topic.PROPERTIES, *([Topic.PIPELINES] if object_type in _WITH_PIPELINES else [])]
        try:
            use_cases = await crm()
            found = {
                topic.value: await use_cases.describe(
                    DescribeRequest(topic=topic, type=object_type, limit=MAX_PROPERTIES)
                )
                for topic in topics
            }
            return _json({topic: _content(lists.description(answer)) for topic, answer in found.items()})
        except HubSpotSkillError as error:
            raise failure(error) from error

    async def record(object_type: str, record_id: str) -> str:
        """One CRM record with its main properties."""
        try:
            answer = await (await crm()).get(GetRequest(records=(record_id,), type=object_type))
            return _json(_content(records.records(answer)))
        except HubSpotSkillError as error:
            raise failure(error) from error

    server.resource(SCHEMA, name="schema", title="CRM schema", mime_type=_JSON)(schema)
    server.resource(RECORD, name="record", title="CRM record", mime_type=_JSON)(record)


def _content(result: CallToolResult) -> Any:
    return result.structured_content


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def failure(error: HubSpotSkillError) -> ResourceError:
    """Give the protocol's error of a failure: not found where the caller can mend it."""
    told = _json(failures.described(error))
    return ResourceNotFoundError(told) if isinstance(error, CallerError) else ResourceError(told)

"""The tools, resources and prompts that the conformance suite calls, put on our own server for its test.

The suite's scenarios (`@modelcontextprotocol/conformance`, whose descriptions these follow) want things that a CRM has
no use for: images, sampling, forms. Served through our application factory they prove that its guard, strict tools and
middleware leave the protocol whole. No part of the product.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp.types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolResult,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    MissingRequiredClientCapabilityErrorData,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field

__all__ = ["add_fixtures"]

PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==")
).decode()
SILENCE = base64.b64encode(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00").decode()


def add_fixtures(server: MCPServer[Any]) -> None:
    """Add all fixtures to a server."""
    for add in (
        _contents,
        _conversations,
        _input_required,
        _input_required_more,
        _resources,
        _prompts,
        _legacy_methods,
    ):
        add(server)


def _text(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)])


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


def _contents(server: MCPServer[Any]) -> None:
    image = ImageContent(type="image", data=PIXEL, mime_type="image/png")

    @server.tool()
    async def test_simple_text() -> CallToolResult:
        """Answer with text."""
        return _text("This is a simple text response for testing.")

    @server.tool()
    async def test_image_content() -> CallToolResult:
        """Answer with an image."""
        return CallToolResult(content=[image])

    @server.tool()
    async def test_audio_content() -> CallToolResult:
        """Answer with a sound."""
        return CallToolResult(content=[AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")])

    @server.tool()
    async def test_embedded_resource() -> CallToolResult:
        """Answer with a resource."""
        return CallToolResult(
            content=[_embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]
        )

    @server.tool()
    async def test_multiple_content_types() -> CallToolResult:
        """Answer with text, image and resource."""
        mixed = _embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
        return CallToolResult(content=[TextContent(type="text", text="Multiple content types test:"), image, mixed])

    @server.tool()
    async def test_error_handling() -> CallToolResult:
        """Answer with an error."""
        return CallToolResult(
            content=[TextContent(type="text", text="This tool intentionally returns an error for testing")],
            is_error=True,
        )

    @server.tool()
    async def test_x_mcp_header(
        region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})] = "",
    ) -> CallToolResult:
        """Answer with an argument that a client also sends as a header."""
        return _text(f"region {region}")


def _conversations(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_tool_with_progress(ctx: Context) -> CallToolResult:
        """Report progress three times."""
        for step in (0, 50, 100):
            await ctx.report_progress(step, 100, f"Completed step {step} of 100")
        return _text("done")

    @server.tool()
    async def test_tool_with_logging(ctx: Context) -> CallToolResult:
        """Log three messages to the client."""
        for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await ctx.session.send_log_message("info", message, related_request_id=ctx.request_id)
        return _text("done")

    @server.tool()
    async def test_sampling(prompt: str, ctx: Context) -> CallToolResult:
        """Ask the client's model."""
        asked = [SamplingMessage(role="user", content=TextContent(type="text", text=prompt))]
        answer = await ctx.session.create_message(asked, max_tokens=100, related_request_id=ctx.request_id)
        return _text(f"LLM response: {answer.content}")

    @server.tool()
    async def test_elicitation(message: str, ctx: Context) -> CallToolResult:
        """Ask the user."""

        class Answer(BaseModel):
            response: str = Field(description="The user's response")

        return _text(f"User response: {await ctx.elicit(message, Answer)}")

    @server.tool()
    async def test_elicitation_sep1034_defaults(ctx: Context) -> CallToolResult:
        """Ask the user with default values."""

        class Defaults(BaseModel):
            name: str = "John Doe"
            age: int = 30
            score: float = 95.5
            status: Literal["active", "inactive", "pending"] = "active"
            verified: bool = True

        return _text(f"Elicitation completed: {await ctx.elicit('Who are you?', Defaults)}")

    @server.tool()
    async def test_elicitation_sep1330_enums(ctx: Context) -> CallToolResult:
        """Ask the user with every kind of choice."""
        plain = ["option1", "option2", "option3"]
        titled = [{"const": f"value{i}", "title": f"Choice {i}"} for i in (1, 2, 3)]
        legacy = {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["One", "Two", "Three"]}
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {
                "untitledSingle": {"type": "string", "enum": plain},
                "titledSingle": {"type": "string", "oneOf": titled},
                "legacyEnum": legacy,
                "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
                "titledMulti": {"type": "array", "items": {"anyOf": titled}},
            },
        }
        answer = await ctx.session.elicit_form("Choose", schema, related_request_id=ctx.request_id)
        return _text(f"Elicitation completed: {answer}")

    @server.tool()
    async def test_missing_capability(ctx: Context) -> CallToolResult:
        """Refuse a client that cannot sample."""
        known = ctx.client_capabilities
        if known is None or known.sampling is None:
            needed = MissingRequiredClientCapabilityErrorData(
                required_capabilities=ClientCapabilities.model_validate({"sampling": {}})
            )
            raise MCPError(
                MISSING_REQUIRED_CLIENT_CAPABILITY,
                "this tool needs sampling",
                needed.model_dump(by_alias=True, mode="json", exclude_none=True),
            )
        return _text("sampling is there")


def _asking(key: str, message: str, field: str, kind: str = "string") -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    params = ElicitRequestFormParams(mode="form", message=message, requested_schema=schema)
    return {key: ElicitRequest(method="elicitation/create", params=params)}


def _sampling(key: str, text: str, most: int) -> dict[str, Any]:
    asked = [SamplingMessage(role="user", content=TextContent(type="text", text=text))]
    params = CreateMessageRequestParams(messages=asked, max_tokens=most)
    return {key: CreateMessageRequest(method="sampling/createMessage", params=params)}


def _roots() -> dict[str, Any]:
    return {"client_roots": ListRootsRequest(method="roots/list")}


def _needs(requests: dict[str, Any], state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult(result_type="input_required", input_requests=requests, request_state=state)


def _answered(ctx: Context, key: str) -> Any:
    answer = (ctx.input_responses or {}).get(key)
    return answer.content if isinstance(answer, ElicitResult) else answer


def _input_required(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_input_required_result_elicitation(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask for a name by a second round."""
        name = _answered(ctx, "user_name")
        return _text(f"Hello, {name}!") if name else _needs(_asking("user_name", "What is your name?", "name"))

    @server.tool()
    async def test_input_required_result_sampling(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask the client's model by a second round."""
        answer = _answered(ctx, "capital_question")
        asked = _sampling("capital_question", "What is the capital of France?", 100)
        return _text(f"It is {answer}") if answer else _needs(asked)

    @server.tool()
    async def test_input_required_result_list_roots(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask for the client's roots by a second round."""
        roots = _answered(ctx, "client_roots")
        return _text(f"Roots: {roots}") if roots else _needs(_roots())

    @server.tool()
    async def test_input_required_result_request_state(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask with a state that comes back."""
        if _answered(ctx, "confirm") and ctx.request_state == "confirming":
            return _text("state-ok")
        return _needs(_asking("confirm", "Please confirm", "ok", "boolean"), "confirming")

    @server.tool()
    async def test_input_required_result_tampered_state(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask with a state that must not be changed on the way."""
        if _answered(ctx, "confirm"):
            return _text("state-ok")
        return _needs(_asking("confirm", "Please confirm", "ok", "boolean"), "sealed")


def _input_required_more(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_input_required_result_multiple_inputs(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask three things at once."""
        asked = {
            **_asking("user_name", "What is your name?", "name"),
            **_sampling("greeting", "Generate a greeting", 50),
            **_roots(),
        }
        return _text("all there") if all(_answered(ctx, key) for key in asked) else _needs(asked, "three")

    @server.tool()
    async def test_input_required_result_multi_round(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask twice, one after the other."""
        if ctx.request_state == "round-2" and _answered(ctx, "step2"):
            return _text("both rounds done")
        if ctx.request_state == "round-1" and _answered(ctx, "step1"):
            return _needs(_asking("step2", "Step 2: What is your favorite color?", "color"), "round-2")
        return _needs(_asking("step1", "Step 1: What is your name?", "name"), "round-1")

    @server.tool()
    async def test_input_required_result_capabilities(ctx: Context) -> CallToolResult | InputRequiredResult:
        """Ask only what the client said it can answer."""
        known = ctx.client_capabilities
        asked: dict[str, Any] = {}
        if known and known.elicitation:
            asked |= _asking("user_name", "What is your name?", "name")
        if known and known.sampling:
            asked |= _sampling("greeting", "Generate a greeting", 50)
        if known and known.roots:
            asked |= _roots()
        return _needs(asked) if asked and not ctx.input_responses else _text("nothing to ask")


def _resources(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text", mime_type="text/plain")
    async def static_text() -> str:
        """A text."""
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    async def static_binary() -> bytes:
        """An image."""
        return base64.b64decode(PIXEL)

    @server.resource("test://template/{id}/data", mime_type="application/json")
    async def template(id: str) -> str:
        """A text by id."""
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})

    @server.resource("test://watched-resource", mime_type="text/plain")
    async def watched() -> str:
        """A text that can be watched."""
        return "Watched resource content"


def _prompts(server: MCPServer[Any]) -> None:
    @server.prompt()
    async def test_simple_prompt() -> str:
        """A prompt."""
        return "This is a simple prompt for testing."

    @server.prompt()
    async def test_prompt_with_arguments(
        arg1: Annotated[str, Field(description="First")], arg2: Annotated[str, Field(description="Second")]
    ) -> str:
        """A prompt with arguments."""
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt()
    async def test_prompt_with_embedded_resource(
        resourceUri: Annotated[str, Field(description="Address")],  # noqa: N803 - the suite's name
    ) -> list[UserMessage]:
        """A prompt with a resource in it."""
        return [
            UserMessage(_embedded(resourceUri, "text/plain", "Embedded resource content for testing.")),
            UserMessage("Please process the embedded resource above."),
        ]

    @server.prompt()
    async def test_prompt_with_image() -> list[UserMessage]:
        """A prompt with an image in it."""
        return [
            UserMessage(ImageContent(type="image", data=PIXEL, mime_type="image/png")),
            UserMessage("Please analyze the image above."),
        ]

    @server.prompt()
    async def test_input_required_result_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
        """A prompt that asks first."""
        answer = _answered(ctx, "user_context")
        asked = _asking("user_context", "What context should the prompt use?", "context")
        return [UserMessage(f"Use this context: {answer}")] if answer else _needs(asked)


def _legacy_methods(server: MCPServer[Any]) -> None:
    """Methods of 2025-11-25 that the SDK leaves to the server's author."""
    methods: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
        "logging/setLevel": (SetLevelRequestParams, _done),
        "resources/subscribe": (SubscribeRequestParams, _done),
        "resources/unsubscribe": (UnsubscribeRequestParams, _done),
    }
    for method, (params, handler) in methods.items():
        server._lowlevel_server.add_request_handler(method, params, handler)  # pyright: ignore[reportPrivateUsage]


async def _done(ctx: Any, params: Any) -> EmptyResult:
    return EmptyResult()

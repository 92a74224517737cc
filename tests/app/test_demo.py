"""`hubspot-skill demo` as a person runs it: the real program, its output, and the configurations as they are pasted."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.app.programs import ENTRY, START_LIMIT_S, Running, environ, free_ports, started


def _pasted(said: str, title: str) -> str:
    """Give what stands under a heading of the demo's output, as a person would copy it."""
    return said.partition(f"# {title}\n")[2].partition("\n\n")[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one person, who starts the demo several times."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Running]:
    """A demo that runs while the tests of this module do."""
    port, sandbox_port = free_ports()
    with started(home, "demo", "--port", port, "--sandbox-port", sandbox_port) as running:
        yield running


@pytest.mark.promise("start-without-account")
def test_the_demo_answers_a_real_question_about_its_own_portal(demo: Running) -> None:
    question, _, answer = demo.said.partition("Which are the five largest deals won?\n")

    assert "Server   http://127.0.0.1:" in question
    assert "call hubspot_search_deals status=won sort=-amount limit=5" in answer.splitlines()[0]
    assert "CRM text is untrusted" in answer
    assert len([line for line in answer.splitlines() if line[:1].isdigit() and "\t" in line]) == 5


@pytest.mark.promise("demo-configurations")
@pytest.mark.parametrize(
    ("title", "servers"),
    [
        ("Claude Desktop: claude_desktop_config.json", "mcpServers"),
        ("Cursor: ~/.cursor/mcp.json", "mcpServers"),
        ("VS Code: .vscode/mcp.json", "servers"),
    ],
)
async def test_a_pasted_configuration_starts_a_server_on_the_running_demo(
    demo: Running, home: Path, title: str, servers: str
) -> None:
    pasted = json.loads(_pasted(demo.said, title))[servers]["hubspot"]

    assert Path(pasted["command"]).is_absolute()
    parameters = StdioServerParameters(
        command=pasted["command"], args=pasted["args"], env={**environ(home), **pasted["env"]}
    )
    async with Client(parameters) as client:
        answer = await client.call_tool("hubspot_whoami", {})
    assert answer.structured_content is not None
    assert answer.structured_content["source"] == "sandbox"


async def test_the_shell_command_for_claude_code_starts_the_same_server(demo: Running) -> None:
    words = shlex.split(_pasted(demo.said, "Claude Code: in a shell"))

    assert words[:3] == ["claude", "mcp", "add"]
    assert words[words.index("--") :] == ["--", str(ENTRY), "mcp"]
    assert words[words.index("--") - 1] == "hubspot"


@pytest.mark.promise("demo-configurations")
@pytest.mark.promise("http-guarded")
async def test_a_pasted_configuration_for_http_holds_the_token_without_which_nothing_answers(demo: Running) -> None:
    over_http = demo.said.partition("Or over HTTP")[2]
    pasted = json.loads(_pasted(over_http, "VS Code: .vscode/mcp.json"))["servers"]["hubspot"]

    async with (
        httpx2.AsyncClient(headers=pasted["headers"]) as known,
        Client(streamable_http_client(pasted["url"], http_client=known)) as client,
    ):
        answer = await client.call_tool("hubspot_search_deals", {"count_only": True})
    async with httpx2.AsyncClient() as stranger:
        refused = await stranger.post(pasted["url"], json={})
        from_a_page = await stranger.post(
            pasted["url"], json={}, headers={**pasted["headers"], "origin": "https://example.com"}
        )

    assert answer.structured_content is not None
    assert answer.structured_content["total"] > 0
    assert (refused.status_code, from_a_page.status_code) == (401, 403)


@pytest.mark.promise("demo-configurations")
async def test_chat_and_http_see_one_portal(demo: Running, home: Path) -> None:
    stdio = json.loads(_pasted(demo.said, "Cursor: ~/.cursor/mcp.json"))["mcpServers"]["hubspot"]
    web = json.loads(_pasted(demo.said.partition("Or over HTTP")[2], "Cursor: ~/.cursor/mcp.json"))["mcpServers"][
        "hubspot"
    ]
    parameters = StdioServerParameters(
        command=stdio["command"], args=stdio["args"], env={**environ(home), **stdio["env"]}
    )

    async with Client(parameters) as chat:
        created = await chat.call_tool(
            "hubspot_create_company", {"name": "Seen By Both", "domain": "seen-by-both.example"}
        )
    async with (
        httpx2.AsyncClient(headers=web["headers"]) as known,
        Client(streamable_http_client(web["url"], http_client=known)) as client,
    ):
        found = await client.call_tool("hubspot_search_companies", {"domain": ["seen-by-both.example"]})

    assert not created.is_error, created.content
    assert found.structured_content is not None
    assert found.structured_content["total"] == 1


def test_a_second_demo_on_the_same_port_says_which_setting_chooses_another(demo: Running, home: Path) -> None:
    port = demo.said.partition("Server   http://127.0.0.1:")[2].partition("/")[0]
    sandbox_port = demo.said.partition("Sandbox  http://127.0.0.1:")[2].split()[0]
    free, _ = free_ports()

    taken = subprocess.run(
        [ENTRY, "demo", "--port", port], env=environ(home), capture_output=True, text=True, timeout=START_LIMIT_S
    )
    sandbox_taken = subprocess.run(
        [ENTRY, "demo", "--port", free, "--sandbox-port", sandbox_port],
        env=environ(home),
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
    )

    assert (taken.returncode, sandbox_taken.returncode) == (1, 1)
    assert f"port {port} on 127.0.0.1 cannot be used" in taken.stderr
    assert "HUBSPOT_SKILL_PORT" in taken.stderr
    assert f"port {sandbox_port} on 127.0.0.1 cannot be used for the sandbox" in sandbox_taken.stderr
    assert "--sandbox-port" in sandbox_taken.stderr
    assert "Traceback" not in taken.stderr + sandbox_taken.stderr


@pytest.mark.promise("demo-again")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_ends_cleanly_and_starts_again_with_the_same_configurations(
    home: Path, number: signal.Signals
) -> None:
    port, sandbox_port = free_ports()
    words = ("demo", "--port", port, "--sandbox-port", sandbox_port)

    with started(home, *words) as first:
        assert first.stop(number) == 0
    with started(home, *words) as second:
        assert second.stop(number) == 0

    def configurations(said: str) -> str:
        return said.partition("Connect a chat client")[2].partition("Or from a shell")[0]

    assert configurations(first.said) == configurations(second.said) != ""


def test_the_sandbox_alone_prints_its_address_and_tokens_and_ends_cleanly(home: Path) -> None:
    port, _ = free_ports()

    with started(home, "sandbox", "--port", port, "--portal", "nordwind") as running:
        answer = httpx2.get(
            f"http://127.0.0.1:{port}/account-info/v3/details", headers={"authorization": "Bearer pat-na1-demo"}
        )
        code = running.stop(signal.SIGTERM)

    assert f"http://127.0.0.1:{port}" in running.said
    assert "portal nordwind" in running.said
    assert "token pat-na1-demo" in running.said
    assert answer.json()["companyCurrency"] == "EUR"
    assert code == 0

"""Trial V7: thirteen secrets through every path of a server, and none of them where it must not be.

The secrets are the real ones of a run, taken where they are made: the master key from its file, the app's secret, the
HTTP door's token and the one-time link; the session, the browser's nonce, state, verifier and code of a sign-in; and
access and refresh tokens before and after a refresh that rotates them. The paths: a sign-in that works, one that is
replayed, a tool call that works and one that fails, a refresh, a token that HubSpot refuses, a disconnect.
"""

import base64
import io
import logging
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from mcp.types import CallToolResult

from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.places import bearer_token
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, START_PATH
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.house import House, open_house


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def house(served: Served, tmp_path: Path) -> AsyncIterator[House]:
    served.sandbox.reset()
    async with open_house(served, tmp_path) as opened:
        yield opened


@dataclass(slots=True)
class Run:
    """One run: its secrets by name, and everything that it said, by where."""

    house: House
    secrets: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def heard(self, where: str, text: str) -> None:
        self.said[where] = self.said.get(where, "") + text

    async def sign_in(self, browser: httpx2.AsyncClient, verifiers: list[str]) -> str:
        """Sign in by link, connect an account, and give the callback's address."""
        link = self.house.doorway.link()
        self.secrets["link"] = parse_qs(urlsplit(link).query)["k"][0]
        await browser.get(link)
        port = urlsplit(self.house.origin).port
        self.secrets["session"] = browser.cookies[f"hs_session_{port}"]
        session = self.house.doorway.sessions.find(self.secrets["session"])
        assert session is not None
        page = await browser.get(START_PATH)
        self.heard("page", page.text.replace(session.csrf, ""))
        ours = {"Origin": self.house.origin, "Sec-Fetch-Site": "same-origin"}
        begun = await browser.post(START_PATH, data={"csrf": session.csrf}, headers=ours)
        self.secrets["nonce"] = browser.cookies[f"hs_oauth_{port}"]
        address = begun.json()["location"]
        self.secrets["state"] = parse_qs(urlsplit(address).query)["state"][0]
        async with httpx2.AsyncClient(timeout=5) as hubspot:
            back = await hubspot.post(address, data={"decision": "allow", "portal": "demo"})
        callback = back.headers["location"]
        self.secrets["code"] = parse_qs(urlsplit(callback).query)["code"][0]
        connected = await browser.get(callback)
        self.secrets["verifier"] = verifiers[-1]
        self.heard("address after signing in", connected.headers["location"])
        self.heard("page", (await browser.get(ACCOUNTS_PATH)).text.replace(session.csrf, ""))
        return callback

    async def tokens(self, when: str) -> Secret:
        """Take note of the tokens in use, and give the access token."""
        vault = await self.house.accounts.keeper.opened()
        [account] = await vault.store.all(TENANT)
        access = await vault.tokens(account).access_token()
        refresh = await vault.store.refresh_token(TENANT, account.connection_id)
        assert refresh is not None
        self.secrets |= {f"access token {when}": access.reveal(), f"refresh token {when}": refresh.reveal()}
        return access

    async def refresh(self) -> None:
        """Have the token refreshed as after an answer that called it expired."""
        vault = await self.house.accounts.keeper.opened()
        [account] = await vault.store.all(TENANT)
        vault.tokens(account).refused(await self.tokens("before"), expired=True)
        await self.tokens("after")

    async def tool(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        result = await self.house.call(name, arguments)
        self.heard("results of tools", result.model_dump_json())
        return result

    async def watch(self) -> None:
        for path in ("/ready", "/metrics", "/health"):
            self.heard(path, (await self.house.watch(path)).text)


async def test_thirteen_secrets_go_through_every_path_and_are_found_nowhere(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = Run(house)
    demo = house.served.sandbox.portals["demo"]
    demo.switches = replace(demo.switches, refresh_rotation="on")
    lines = io.StringIO()
    with redirect_stderr(lines), verifiers_seen(house.served) as verifiers:
        async with httpx2.AsyncClient(base_url=house.origin, headers={"Accept": "text/html"}, timeout=5) as browser:
            callback = await run.sign_in(browser, verifiers)
            run.heard("errors", (await browser.get(callback)).text)
            run.heard("errors", (await browser.get(callback, headers={"Accept": "application/json"})).text)
            assert not (await run.tool("hubspot_whoami", {})).is_error
            assert (await run.tool("hubspot_search_deals", {"account": "nobody"})).is_error
            await run.refresh()
            await run.watch()
            house.served.sandbox.faults.add(Rule(kinds.Status(401), times=1))
            assert (await run.tool("hubspot_search_deals", {"count_only": True})).is_error
            run.secrets |= lasting_secrets(house)
            found = {f"file {path.name}": path.read_bytes() for path in files(house.places.data)}
            await disconnected(run, browser)
        await run.watch()
    run.heard("log", lines.getvalue() + logged(caplog))
    run.heard("list of processes", subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout)
    found |= {f"file {path.name}, afterwards": path.read_bytes() for path in files(house.places.data)}
    found |= {where: text.encode() for where, text in run.said.items()}

    assert len(run.secrets) == 13
    assert len(set(run.secrets.values())) == 13
    assert "token_refreshed" in run.said["log"]
    assert any(where.endswith("-wal") for where in found)
    assert leaks(run.secrets, found) == []


def test_a_secret_that_leaked_in_any_of_its_forms_is_found() -> None:
    secrets = {"s": "pat-na1-a/b+c=d"}
    raw = b"pat-na1-a/b+c=d"
    for leaked in (raw, quote(raw, safe="").encode(), base64.b64encode(raw), raw.hex().encode()):
        assert leaks(secrets, {"log": b"before " + leaked + b" after"}) == ["s in log"]
    assert leaks(secrets, {"log": b"pat-na1-other"}) == []


def leaks(secrets: dict[str, str], found: dict[str, bytes]) -> list[str]:
    """Name every secret that is found, as it is or in another form, with its place."""
    forms = {name: _forms(value) for name, value in secrets.items()}
    return [f"{name} in {where}" for where, text in found.items() for name in forms if _holds(text, forms[name])]


def _holds(text: bytes, forms: set[bytes]) -> bool:
    return any(form in text for form in forms)


def _forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    forms = {raw, quote(raw, safe="").encode(), base64.b64encode(raw).rstrip(b"="), raw.hex().encode()}
    try:
        decoded = base64.b64decode(secret, validate=True)
    except ValueError:
        return forms
    return forms | {decoded, decoded.hex().encode()} if len(decoded) == 32 else forms


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Give what was logged at any level by any library, but for the HTTP client, which is the test's browser too."""
    client = ("httpx2", "httpcore2")
    return "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith(client))


def files(folder: Path) -> list[Path]:
    """Give every file below a folder, journals too."""
    return [path for path in folder.rglob("*") if path.is_file()]


def lasting_secrets(house: House) -> dict[str, str]:
    """Give the secrets that lie in the configuration or the settings."""
    key = (house.places.config / "vault.key").read_text().strip()
    door = bearer_token(house.places).reveal()
    return {"master key": key, "door": door, "client secret": DEFAULT_APP.client_secret}


async def disconnected(run: Run, browser: httpx2.AsyncClient) -> None:
    """Disconnect the account from its page."""
    session = run.house.doorway.sessions.find(run.secrets["session"])
    assert session is not None
    ours = {"Origin": run.house.origin, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.post(
        f"{ACCOUNTS_PATH}/demo.example/disconnect", data={"csrf": session.csrf, "uninstall": "1"}, headers=ours
    )
    assert answer.status_code == 303
    run.heard("page", (await browser.get(answer.headers["location"])).text)


@contextmanager
def verifiers_seen(served: Served) -> Iterator[list[str]]:
    """Collect the code verifiers that reach the sandbox's token endpoint."""
    tokens, seen = served.sandbox.tokens, []
    redeem = tokens.redeem

    def watched(app: Any, code: str, redirect_uri: str, code_verifier: str | None) -> Any:
        seen.append(code_verifier or "")
        return redeem(app, code, redirect_uri, code_verifier)

    tokens.redeem = watched  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield seen
    finally:
        del tokens.redeem

"""The wire is bounded: size, unfolding, keys, encodings, redirects, proxies; nothing leaves for another host."""

import asyncio
import gzip
import tracemalloc
from collections.abc import Callable

import pytest

from hubspot_skill.domain.errors import HubSpotSkillError, MalformedAnswerError, SettingsError, UnexpectedRefusalError
from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.hubspot.settings import AdapterSettings
from tests.hubspot.stub import TOKEN, Act, connected, raw, reply, serving

RECORD = {"id": "1", "properties": {}}
MIB = 1 << 20


def endless(announced: bool) -> Act:
    """Send 200 MB of JSON, announced or in chunks."""

    async def act(writer: asyncio.StreamWriter) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        head += "content-length: 200000000\r\n\r\n" if announced else "transfer-encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        piece = b" " * 65_536
        for _ in range(200_000_000 // len(piece)):
            writer.write(piece if announced else b"10000\r\n" + piece + b"\r\n")
            await writer.drain()

    return act


def bomb() -> bytes:
    packed = gzip.compress(b" " * (200 * MIB), 9)
    assert len(packed) < MIB
    return packed


def many_keys() -> bytes:
    return b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: endless(True), id="200 MB announced"),
        pytest.param(lambda: endless(False), id="200 MB in chunks"),
        pytest.param(lambda: reply(200, bomb(), headers={"content-encoding": "gzip"}), id="gzip bomb"),
        pytest.param(lambda: reply(200, many_keys()), id="a million keys"),
        pytest.param(lambda: reply(200, b"[" + b"[]," * 2_000_000 + b"[]]"), id="millions of elements"),
        pytest.param(lambda: reply(200, b"[" * 1_000_000), id="deep"),
        pytest.param(lambda: reply(200, RECORD, content_type="text/html"), id="content type"),
        pytest.param(lambda: reply(200, RECORD, headers={"content-encoding": "br"}), id="encoding"),
    ],
)
async def test_an_oversized_or_wrong_answer_is_refused_without_being_held(make: Callable[[], Act]) -> None:
    """Trial H4: a 200 MB body, a gzip bomb, 10^6 keys, a wrong content type: refused, and memory + at most 32 MiB."""
    act = make()
    async with serving(lambda _: act) as stub, connected(stub.base_url) as hubspot:
        tracemalloc.start()
        try:
            with pytest.raises(MalformedAnswerError):
                await hubspot.objects.read(CONTACTS, "1", properties=())
            assert tracemalloc.get_traced_memory()[1] < 32 * MIB
        finally:
            tracemalloc.stop()


async def test_a_gzipped_answer_is_unfolded() -> None:
    body = gzip.compress(b'{"id": "1", "properties": {}}')
    async with serving(lambda _: reply(200, body, headers={"content-encoding": "gzip"})) as stub:
        async with connected(stub.base_url) as hubspot:
            assert (await hubspot.objects.read(CONTACTS, "1", properties=())).id == "1"
        assert stub.received[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("body", [gzip.compress(b'{"id": "1", "properties": {}}', mtime=0)[:-6], b"not gzip at all"])
async def test_a_broken_gzip_is_a_typed_error(body: bytes) -> None:
    act = reply(200, body, headers={"content-encoding": "gzip"})
    async with serving(lambda _: act) as stub, connected(stub.base_url) as hubspot:
        with pytest.raises(HubSpotSkillError):
            await hubspot.objects.read(CONTACTS, "1", properties=())


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 204 Nothing\r\n\r\n",
        b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"id": "\xed\xa0\x80"}',
        b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"id": NaN}',
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\nnull",
        b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n{"id": [], "results": 3}',
    ],
)
async def test_an_answer_that_is_no_http_or_no_json_is_a_typed_error(data: bytes) -> None:
    """F4's upstream side."""
    async with serving(lambda _: raw(data)) as stub, connected(stub.base_url, read_timeout_s=0.2) as hubspot:
        for call in (hubspot.objects.read(CONTACTS, "1", properties=()), hubspot.objects.list(CONTACTS, properties=())):
            with pytest.raises(HubSpotSkillError):
                async with asyncio.timeout(5):
                    await call


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "https://elsewhere.example/",
        "http://[::1]:1/",
        "//x",
    ],
)
async def test_a_redirect_is_an_error_and_is_never_followed(status: int, place: str, monkeypatch) -> None:
    """Trial H6: redirects to a metadata address, private ranges or another host, with a proxy in the environment."""
    async with serving(lambda _: reply(200, {"proxied": True})) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.base_url)
        opened: list[object] = []
        async with serving(lambda _: reply(status, headers={"location": place})) as stub:
            loop = asyncio.get_running_loop()
            connect = loop.create_connection

            async def watched(factory, host=None, port=None, **more):
                opened.append((host, port))
                return await connect(factory, host, port, **more)

            monkeypatch.setattr(loop, "create_connection", watched)
            async with connected(stub.base_url) as hubspot:
                with pytest.raises(UnexpectedRefusalError):
                    await hubspot.objects.read(CONTACTS, "1", properties=())
            assert len(stub.received) == 1
            port = int(stub.base_url.rpartition(":")[2])
            assert {found[1] for found in opened} == {port}
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://api.hubapi.com",
        "https://api.hubapi.com.evil.example",
        "https://api.hubapi.com/",
        "https://api.hubapi.com@evil.example",
        "http://127.0.0.1@evil.example",
        "http://user:pw@127.0.0.1:1",
        "http://169.254.169.254",
        "http://10.0.0.1:80",
        "http://0.0.0.0:80",
        "http://localhost.evil.example",
        "http://127.0.0.1:80/path",
        "http://127.0.0.1:80?x=1",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://",
        "",
    ],
)
def test_no_other_address_than_hubspots_or_this_machines_is_taken(address: str) -> None:
    with pytest.raises(SettingsError):
        AdapterSettings(api_base_url=address)


@pytest.mark.parametrize(
    ("address", "is_sandbox"),
    [
        ("https://api.hubapi.com", False),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://127.0.0.1", True),
    ],
)
def test_the_address_says_whether_it_is_the_sandbox(address: str, is_sandbox: bool) -> None:
    assert AdapterSettings(api_base_url=address).is_sandbox is is_sandbox


def test_an_unknown_api_version_is_refused() -> None:
    with pytest.raises(SettingsError):
        AdapterSettings(api_version="v3")


async def test_a_request_carries_the_token_and_asks_for_properties_by_name() -> None:
    async with serving(lambda _: reply(200, RECORD)) as stub, connected(stub.base_url) as hubspot:
        await hubspot.objects.read(CONTACTS, "a b/c?d@e.example", properties=(), id_property="email")
    (received,) = stub.received
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert received.headers["user-agent"].startswith("hubspot-skill/")
    assert received.target == (
        "/crm/objects/2026-09/contacts/a%20b%2Fc%3Fd@e.example?idProperty=email&properties=hs_object_id"
    )


async def test_connections_are_kept_and_cookies_are_not() -> None:
    cookie = {"set-cookie": "session=of-another-tenant"}
    async with serving(lambda _: reply(200, RECORD, headers=cookie)) as stub, connected(stub.base_url) as hubspot:
        for _ in range(5):
            await hubspot.objects.read(CONTACTS, "1", properties=())
    assert stub.connections == 1
    assert not any("cookie" in received.headers for received in stub.received)

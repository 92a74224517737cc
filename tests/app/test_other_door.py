"""Asking whoever has the site's port: our own server answers, and a stranger there learns and achieves nothing."""

import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubspot_skill.access.sessions import Sessions
from hubspot_skill.app.listening import serving
from hubspot_skill.app.other_door import Connecting, OtherDoor
from hubspot_skill.app.places import Places, console_key
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.web.links import link_routes
from hubspot_skill.surfaces.web.site import Site


class Door:
    """A server of ours with nothing but its links, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.site = Site(f"http://127.0.0.1:{self.listener.getsockname()[1]}")
        self.key = console_key(Places(folder, folder))
        self.sessions = Sessions(SystemClock())
        self.app = Starlette(routes=link_routes(self.site, self.sessions, self.key, lambda: (3, "acme")))


async def test_our_own_server_gives_a_link_that_works_and_tells_what_was_connected(tmp_path: Path) -> None:
    door = Door(tmp_path)
    async with serving(door.app, door.listener):
        other = OtherDoor(door.site, door.key)
        link = urlsplit(await other.link(only_connect=True, next_page="/oauth/start?a=1"))
        assert await other.connecting() == Connecting(3, "acme")
    entered = door.sessions.enter(parse_qs(link.query)["k"][0])
    assert parse_qs(link.query)["next"] == ["/oauth/start?a=1"]
    assert entered is not None
    assert entered.session.only_connect


async def test_a_stranger_on_the_port_learns_no_key_and_can_give_no_link(tmp_path: Path) -> None:
    """Another user's program may have the port first, and show our person a link of its own."""
    door = Door(tmp_path)
    heard: list[str] = []

    async def listen(request: Request) -> Response:
        heard.append(f"{request.url} {request.headers} {await request.body()!r}")
        return Response('{"link": "http://evil.example/", "count": 1, "alias": "evil"}', media_type="application/json")

    async with serving(Starlette(routes=[Route("/links", listen, methods=["GET", "POST"])]), door.listener):
        other = OtherDoor(door.site, door.key)
        assert await other.link(only_connect=False, next_page="/") == ""
        assert await other.connecting() is None
    assert len(heard) == 2
    assert door.key.reveal() not in "".join(heard)


async def test_a_question_that_was_overheard_gets_an_answer_that_only_its_asker_can_read(tmp_path: Path) -> None:
    door = Door(tmp_path)
    heard: list[Request] = []

    async def listen(request: Request) -> Response:
        heard.append(request)
        return Response(status_code=404)

    async with serving(Starlette(routes=[Route("/links", listen, methods=["POST"])]), door.listener.dup()):
        await OtherDoor(door.site, door.key).link(only_connect=True, next_page="/")
    [request] = heard
    stolen = {"Authorization": request.headers["authorization"]}
    async with serving(door.app, door.listener), httpx2.AsyncClient(base_url=door.site.origin) as thief:
        replayed = await thief.post("/links", params=dict(request.query_params), headers=stolen)
        widened = await thief.post("/links", params={"only_connect": "0", "next": "/"}, headers=stolen)
        other_use = await thief.get("/links", headers=stolen)
        wrong = await OtherDoor(door.site, Secret("x" * 43)).link(only_connect=True, next_page="/")
        in_a_page = await thief.post(
            "/links", params=dict(request.query_params), headers={**stolen, "Origin": door.site.origin}
        )
    assert replayed.status_code == 200
    assert "enter" not in replayed.text
    assert [a.status_code for a in (widened, other_use, in_a_page)] == [401, 401, 401]
    assert wrong == ""

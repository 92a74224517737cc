"""Trial F2: asks a served REST surface everything that its own OpenAPI document allows, and more, and looks for lies.

schemathesis draws the requests from the document, right ones and wrong ones. A server error, a status, a media type or
a header that the document does not name, or an answer that its schema does not fit is a breach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import hypothesis
import requests
import schemathesis
from anyio.from_thread import start_blocking_portal
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.rest.scene import ORIGIN, SIGNED, counter_over
from tests.sandbox_fixture import Served
from tests.service.scene import opened

__all__ = ["Asked", "ask_everything"]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(slots=True)
class Asked:
    """What came back: how many requests, their statuses, and each breach as text."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    breaches: list[str] = field(default_factory=list[str])

    @property
    def server_errors(self) -> int:
        """Count the answers that blame the server."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


def ask_everything(sandbox: Served, *, each: int, seed: int = 6) -> Asked:
    """Ask `each` drawn requests of every operation over a sandbox, half of them with something wrong."""
    asked = Asked()
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(opened(sandbox)) as office,
        portal.wrap_async_context_manager(counter_over(office)) as counter,
    ):

        def send(request: requests.PreparedRequest) -> httpx2.Response:
            return portal.call(_sent, counter.script, request)

        document = portal.call(counter.script.get, "/openapi.json").json()
        for result in schemathesis.openapi.from_dict(document).get_all_operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(result.ok(), mode, send, asked, max(1, each // 2), seed)
    return asked


async def _sent(client: httpx2.AsyncClient, request: requests.PreparedRequest) -> httpx2.Response:
    body = request.body
    content = body.encode() if isinstance(body, str) else body or b""
    headers = [(k, v) for k, v in request.headers.items() if k.lower() not in {"content-length", "authorization"}]
    answer = await client.request(str(request.method), str(request.url), content=content, headers=headers)
    await answer.aread()
    return answer


def _ask(
    operation: Any,
    mode: GenerationMode,
    send: Callable[[requests.PreparedRequest], httpx2.Response],
    asked: Asked,
    count: int,
    seed: int,
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        wanted = case.as_transport_kwargs(base_url=ORIGIN, headers=SIGNED)
        try:
            request = requests.Request(**wanted).prepare()
            response = send(request)
        except (UnicodeEncodeError, requests.exceptions.InvalidHeader, httpx2.InvalidURL):
            hypothesis.reject()  # what no client could send
        asked.cases += 1
        asked.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            told = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
            asked.breaches += [f"{operation.label}: {one} {case.as_curl_command()[:300]}" for one in told]

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
        return

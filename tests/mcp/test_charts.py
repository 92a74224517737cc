"""The chart of a report in a tool's result: text always, a picture beside it where one is asked for."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from mcp.types import EmbeddedResource, ImageContent, TextContent, TextResourceContents

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Row
from hubspot_skill.service.answers import ReportAnswer
from hubspot_skill.surfaces.mcp.render.reports import report as rendered
from tests.charts.reports import category, column, measure, report


def answer(count: int = 3) -> ReportAnswer:
    rows = tuple(Row((category(f"Owner {n}"),), (Decimal(1_000 * (n + 1)),)) for n in range(count))
    return ReportAnswer(
        as_of=datetime(2026, 11, 23, tzinfo=UTC),
        zone="UTC",
        source="sandbox",
        report=report((column("owner", "owner"), measure()), rows),
    )


def text_of(result: Any) -> str:
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


def test_a_short_chart_is_in_the_text_by_itself_and_a_long_one_is_not() -> None:
    assert "Owner 2 ████" in text_of(rendered(answer(), chart="auto"))
    assert "█" not in text_of(rendered(answer(12), chart="auto"))
    assert "█" in text_of(rendered(answer(12), chart="text"))
    assert "█" not in text_of(rendered(answer(), chart="none"))


@pytest.mark.promise("chart-beside")
def test_a_picture_stands_beside_the_whole_text_and_has_its_name() -> None:
    result = rendered(answer(), chart="png")

    image = result.content[1]
    assert isinstance(image, ImageContent)
    assert image.mime_type == "image/png"
    assert base64.b64decode(image.data).startswith(b"\x89PNG")
    assert image.meta == {"alt": "Open pipeline"}
    assert text_of(result) == text_of(rendered(answer(), chart="text"))


def test_an_svg_is_a_resource_of_the_result() -> None:
    found = rendered(answer(), chart="svg").content[1]

    assert isinstance(found, EmbeddedResource)
    assert isinstance(found.resource, TextResourceContents)
    assert found.resource.mime_type == "image/svg+xml"
    assert found.resource.text.startswith("<svg ")


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="expected one of auto"):
        rendered(answer(), chart="pie")

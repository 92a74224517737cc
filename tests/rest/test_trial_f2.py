"""Trial F2, reduced: requests drawn from the served document meet no server error and no answer it does not promise."""

import pytest

from tests.sandbox_fixture import running_sandbox
from tests.service.scene import office
from tests.trials.rest_cases import ask_everything

EACH = 2


@pytest.mark.timeout(150)
@pytest.mark.promise("rest-document")
def test_what_the_document_promises_is_what_is_answered() -> None:
    with running_sandbox([office()]) as sandbox:
        asked = ask_everything(sandbox, each=EACH)
    assert asked.breaches == []
    assert asked.server_errors == 0
    assert asked.cases >= 100
    assert {200, 400} <= set(asked.statuses)

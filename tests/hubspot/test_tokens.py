"""A token is checked before it can break a header, and HubSpot's refusal of it is told to its source."""

import pytest

from hubspot_skill.domain.errors import SettingsError, TokenRefusedError
from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.tokens import StaticToken
from hubspot_skill.hubspot.transport import Transport
from tests.hubspot.stub import reply, serving


@pytest.mark.parametrize("text", ["", " ", "pat-na1-x\n", "pat na1", '"päter"', "pat\x00"])
def test_what_no_header_can_carry_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        StaticToken(Secret(text))
    assert "päter" not in caught.value.message


class Renewed:
    """A source that has another token after the first was refused."""

    def __init__(self) -> None:
        self.refusals: list[tuple[str, bool]] = []

    async def access_token(self) -> Secret:
        return Secret(f"token-{len(self.refusals)}")

    def refused(self, token: Secret, *, expired: bool) -> None:
        self.refusals.append((token.reveal(), expired))


@pytest.mark.parametrize(("category", "expired"), [("EXPIRED_AUTHENTICATION", True), ("INVALID_AUTHENTICATION", False)])
async def test_a_refused_token_is_told_to_its_source_and_the_next_call_asks_again(category, expired) -> None:
    tokens = Renewed()
    async with serving(lambda _: reply(401, {"category": category, "message": "no"})) as stub:
        settings = AdapterSettings(api_base_url=stub.base_url)
        transport = Transport(settings)
        hubspot = HubSpot(tokens=tokens, transport=transport, settings=settings, clock=SystemClock())
        for _ in range(2):
            with pytest.raises(TokenRefusedError) as caught:
                await hubspot.objects.read(CONTACTS, "1", properties=())
            assert caught.value.expired is expired
        await hubspot.aclose()
    assert tokens.refusals == [("token-0", expired), ("token-1", expired)]
    assert [received.headers["authorization"] for received in stub.received] == ["Bearer token-0", "Bearer token-1"]

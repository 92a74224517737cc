"""The settings: defaults, what is refused, and that all of it is told at once."""

import pytest

from hubspot_skill.access.policy import Toolset
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.foundation.secret import MASK, Secret


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    assert read_settings({}) == Settings()
    assert (Settings().host, Settings().port, Settings().api_version) == ("127.0.0.1", 8765, "2026-09")


def test_names_of_other_programs_and_empty_values_are_left_alone() -> None:
    assert read_settings({"PATH": "/bin", "HUBSPOT_API_KEY": "x", "HUBSPOT_SKILL_PORT": "  "}) == Settings()


def test_values_are_read_and_trimmed() -> None:
    settings = read_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": " pat-na1-demo ",
            "HUBSPOT_SKILL_API_BASE_URL": "http://127.0.0.1:8766/",
            "HUBSPOT_SKILL_READ_ONLY": "1",
            "HUBSPOT_SKILL_TOOLSETS": " Core,",
            "HUBSPOT_SKILL_PORT": "9000",
        }
    )

    assert settings.access_token == Secret("pat-na1-demo")
    assert settings.api_base_url == "http://127.0.0.1:8766"
    assert (settings.read_only, settings.toolsets, settings.port) == (True, (Toolset.CORE,), 9000)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HUBSPOT_ENVIRONMENT", "staging", "production or sandbox"),
        ("HUBSPOT_SKILL_API_BASE_URL", "https://example.com", "https://api.hubapi.com"),
        ("HUBSPOT_SKILL_API_BASE_URL", "http://127.0.0.1.example.com", "http://127.0.0.1:<port>"),
        ("HUBSPOT_SKILL_API_VERSION", "v3", "2026-09, 2026-03"),
        ("HUBSPOT_SKILL_READ_ONLY", "maybe", "1 or 0"),
        ("HUBSPOT_SKILL_PORT", "http", "a whole number from 1 to 65535"),
        ("HUBSPOT_SKILL_PORT", "70000", "a whole number from 1 to 65535"),
        ("HUBSPOT_SKILL_TOOLSETS", "core,everything", "some of core"),
        ("HUBSPOT_SKILL_HOST", "0.0.0.0", "127.0.0.1, ::1, localhost"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_found_and_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})

    assert name in caught.value.message
    assert value in caught.value.message
    assert expected in caught.value.message


def test_an_unknown_name_of_ours_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"HUBSPOT_SKILL_READONLY is no setting: .* HUBSPOT_SKILL_READ_ONLY"):
        read_settings({"HUBSPOT_SKILL_READONLY": "1"})


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HUBSPOT_SKILL_PORT": "x", "HUBSPOT_ENVIRONMENT": "y", "HUBSPOT_SKILL_PROT": "1"})

    assert all(n in caught.value.message for n in ("HUBSPOT_SKILL_PORT", "HUBSPOT_ENVIRONMENT", "HUBSPOT_SKILL_PROT"))
    assert caught.value.message.startswith("3 settings")


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "HUBSPOT_ENVIRONMENT": "sandbox",
                "HUBSPOT_SKILL_API_BASE_URL": "http://localhost:1",
                "HUBSPOT_CLIENT_ID": "an-app",
            }
        )

    assert "only one of them" in caught.value.message
    assert "HUBSPOT_CLIENT_ID is given without HUBSPOT_CLIENT_SECRET" in caught.value.message


def test_a_secret_shows_in_no_error_and_no_text_form() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HUBSPOT_ACCESS_TOKEN": "pat-na1 secret", "HUBSPOT_CLIENT_SECRET": "hush\u0007"})
    assert "pat-na1" not in caught.value.message
    assert "hush" not in caught.value.message

    settings = read_settings({"HUBSPOT_ACCESS_TOKEN": "pat-na1-secret"})
    assert MASK in repr(settings)
    assert "pat-na1-secret" not in repr(settings) + str(settings)

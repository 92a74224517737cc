"""Every setting of this program, read once from the environment and checked as a whole.

Names without `SKILL` belong to HubSpot's own vocabulary and may be shared with other programs; all of ours begin with
`HUBSPOT_SKILL_`, and a name there that is no setting is refused, because a misspelt `HUBSPOT_SKILL_READ_ONLY` that
passed silently would be a server that writes. An empty value means that the setting is not given.

Plain pydantic instead of pydantic-settings: all there is to read is one mapping, which arrives as an argument, and the
start of `mcp` is 50 ms shorter (measured 2026-11-23).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hubspot_skill.access.policy import Toolset, toolsets
from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.settings import API_VERSIONS, HUBSPOT_API, AdapterSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["DEFAULT_REDIRECT_URI", "PREFIX", "Settings", "read_settings"]

PREFIX = "HUBSPOT_SKILL_"
DEFAULT_REDIRECT_URI = "http://localhost:8765/api/hubspot/oauth/callback"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _header_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("plain characters without blanks")
    return Secret(value)


def _loopback(value: object) -> object:
    if value not in _LOOPBACK:
        raise ValueError(f"one of {', '.join(_LOOPBACK)}: serving other machines waits for team sign-in")
    return value


def _address(value: object) -> object:
    try:
        return AdapterSettings(api_base_url=str(value).rstrip("/")).api_base_url
    except SettingsError as error:
        raise ValueError(f"{HUBSPOT_API}, or http://127.0.0.1:<port> of a sandbox") from error


def _database(value: object) -> object:
    if not str(value).startswith(("postgresql://", "postgres://")):
        raise ValueError("postgresql://role:password@host/name")
    return _header_text(value)


def _version(value: object) -> object:
    if value not in API_VERSIONS:
        raise ValueError(f"one of {', '.join(API_VERSIONS)}")
    return value


def _toolsets(value: object) -> object:
    try:
        return toolsets(str(value).split(","))
    except SettingsError as error:
        raise ValueError(f"some of {', '.join(Toolset)}, with commas between them") from error


SecretText = Annotated[Secret, BeforeValidator(_header_text)]
SecretPhrase = Annotated[Secret, BeforeValidator(Secret)]


class Settings(BaseModel):
    """The settings of one process; each field's alias is its name in the environment, its description the manual."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["production", "sandbox"] = Field(
        "production",
        alias="HUBSPOT_ENVIRONMENT",
        description="`production` is HubSpot itself; `sandbox` is the pretend HubSpot inside this program.",
    )
    access_token: SecretText | None = Field(
        None,
        alias="HUBSPOT_ACCESS_TOKEN",
        description="A service key or private-app token of the HubSpot account to work on.",
    )
    client_id: str | None = Field(
        None,
        alias="HUBSPOT_CLIENT_ID",
        description="The id of your own HubSpot OAuth app, through which `hubspot-skill login` connects accounts.",
    )
    client_secret: SecretText | None = Field(
        None,
        alias="HUBSPOT_CLIENT_SECRET",
        description="The secret of that app.",
    )
    redirect_uri: str = Field(
        DEFAULT_REDIRECT_URI,
        alias="HUBSPOT_REDIRECT_URI",
        description="The address registered in that app, to which HubSpot sends a person back.",
    )
    api_base_url: Annotated[str, BeforeValidator(_address)] | None = Field(
        None,
        alias="HUBSPOT_SKILL_API_BASE_URL",
        description="Another address than HubSpot's own: a sandbox on this machine, such as `http://127.0.0.1:8766`.",
    )
    api_version: Annotated[str, BeforeValidator(_version)] = Field(
        API_VERSIONS[0],
        alias="HUBSPOT_SKILL_API_VERSION",
        description="The dated version of HubSpot's API to speak.",
    )
    read_only: bool = Field(
        False,
        alias="HUBSPOT_SKILL_READ_ONLY",
        description="`1` hides every tool that writes and refuses every write; it wins over all other settings.",
    )
    terminal_approval: bool = Field(
        True,
        alias="HUBSPOT_SKILL_TERMINAL_APPROVAL",
        description="`0` refuses approvals by `hubspot-skill changes approve`: where an agent has your shell, it could run it.",
    )
    toolsets: Annotated[tuple[Toolset, ...], BeforeValidator(_toolsets)] = Field(
        (Toolset.CORE,),
        alias="HUBSPOT_SKILL_TOOLSETS",
        description="Which groups of tools are shown, with commas between them.",
    )
    host: Annotated[str, BeforeValidator(_loopback)] = Field(
        "127.0.0.1",
        alias="HUBSPOT_SKILL_HOST",
        description="The address on which `serve` and `demo` listen; only this machine's own for now.",
    )
    port: int = Field(
        8765,
        ge=1,
        le=65_535,
        alias="HUBSPOT_SKILL_PORT",
        description="The port on which `serve` and `demo` listen.",
    )
    key_file: Path | None = Field(
        None,
        alias="HUBSPOT_SKILL_KEY_FILE",
        description="A file, readable by you only, that holds the vault's key; by default one is made on the first start.",
    )
    key: SecretText | None = Field(
        None,
        alias="HUBSPOT_SKILL_KEY",
        description="The vault's key itself (base64 of 32 bytes), taken out of the environment once it was read.",
    )
    passphrase: SecretPhrase | None = Field(
        None,
        alias="HUBSPOT_SKILL_PASSPHRASE",
        description="A passphrase of at least 12 characters to make the vault's key from, instead of a key.",
    )
    use_pkce: bool = Field(
        True,
        alias="HUBSPOT_SKILL_PKCE",
        description="`0` leaves PKCE out of the sign-in, should HubSpot refuse it.",
    )
    data_dir: Path | None = Field(
        None,
        alias="HUBSPOT_SKILL_DATA_DIR",
        description="The folder for files that this program keeps; by default the platform's own place for them.",
    )

    database_url: Annotated[Secret, BeforeValidator(_database)] | None = Field(
        None,
        alias="HUBSPOT_SKILL_DATABASE_URL",
        description="A PostgreSQL database that several hosts share, in place of encrypted files; it needs a given key.",
    )

    database_owner_url: Annotated[Secret, BeforeValidator(_database)] | None = Field(
        None,
        alias="HUBSPOT_SKILL_DATABASE_OWNER_URL",
        description="The same database for the role that owns its tables, for `hubspot-skill vault migrate` alone.",
    )

    @property
    def uses_vault(self) -> bool:
        """True where the accounts are those of the vault: no token is given, and no sandbox of this process."""
        return self.environment != "sandbox" and self.access_token is None


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Give the settings of an environment.

    Raises:
        SettingsError: some cannot be used; the message names all of them at once.
    """
    given = {name: value for name, value in environ.items() if value.strip()}
    problems = _unknown_names(given)
    known = _known_names()
    try:
        settings = Settings.model_validate({name: given[name].strip() for name in known if name in given})
    except ValidationError as error:
        problems += [_problem(detail, given) for detail in error.errors(include_url=False)]
    else:
        problems += _contradictions(settings)
        if not problems:
            return settings
    raise SettingsError(_sentence(problems), hint="Mend them in the environment that starts this program.")


def _known_names() -> tuple[str, ...]:
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def _unknown_names(given: Mapping[str, str]) -> list[str]:
    known = _known_names()
    unknown = [name for name in sorted(given) if name.startswith(PREFIX) and name not in known]
    return [
        f"{name} is no setting: the nearest is {difflib.get_close_matches(name, known, n=1, cutoff=0)[0]}"
        for name in unknown
    ]


def _problem(detail: ErrorDetails, given: Mapping[str, str]) -> str:
    name = str(detail["loc"][0])
    match detail["type"]:
        case "bool_parsing":
            expected = "1 or 0"
        case "int_parsing" | "greater_than_equal" | "less_than_equal":
            expected = "a whole number from 1 to 65535"
        case _:
            expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ").replace("'", "")
    found = "not usable (its value is not shown)" if name in _SECRET_NAMES else quote(given[name])
    return f"{name} is {found}: expected {expected}"


def _contradictions(settings: Settings) -> list[str]:
    problems: list[str] = []
    if settings.environment == "sandbox" and settings.api_base_url:
        problems.append(
            "HUBSPOT_ENVIRONMENT is sandbox, the one inside this program, and HUBSPOT_SKILL_API_BASE_URL names another:"
            " expected only one of them"
        )
    if settings.database_url is not None and settings.key is None and settings.key_file is None:
        problems.append(
            "HUBSPOT_SKILL_DATABASE_URL is given without a key, which every host that shares it must have: expected"
            " HUBSPOT_SKILL_KEY_FILE or HUBSPOT_SKILL_KEY beside it"
        )
    for one, other in (("client_id", "client_secret"), ("client_secret", "client_id")):
        if getattr(settings, one) and not getattr(settings, other):
            names = Settings.model_fields
            problems.append(f"{names[one].alias} is given without {names[other].alias}: expected both or neither")
    return problems


def _sentence(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} settings cannot be used:" + "".join(f"\n- {problem}" for problem in problems)


_SECRET_NAMES = frozenset(
    {
        "HUBSPOT_ACCESS_TOKEN",
        "HUBSPOT_CLIENT_SECRET",
        "HUBSPOT_SKILL_DATABASE_OWNER_URL",
        "HUBSPOT_SKILL_DATABASE_URL",
        "HUBSPOT_SKILL_KEY",
        "HUBSPOT_SKILL_PASSPHRASE",
    }
)

"""What the adapter must be told before its first call: where HubSpot is, which API version, how long to wait.

Limits of the wire (timeouts, connections, body size) are fixed here with their reasons; an operator sets only the
address and the version. The address is an allow-list of one host: HubSpot's own, or this machine for the sandbox.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hubspot_skill import __version__
from hubspot_skill.domain.errors import SettingsError
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.limits import LimitSettings

__all__ = ["API_VERSIONS", "HUBSPOT_API", "AdapterSettings", "AppCredentials"]

HUBSPOT_API = "https://api.hubapi.com"
API_VERSIONS = ("2026-09", "2026-03")


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The OAuth app's own name and secret, where the account is connected through an app."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """Address, version and limits of the wire; times in seconds, sizes in bytes.

    `read_timeout_s` bounds the silence between two pieces of an answer; a call's deadline bounds the whole.
    """

    api_base_url: str = HUBSPOT_API
    api_version: str = API_VERSIONS[0]
    user_agent: str = f"hubspot-skill/{__version__}"
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 15.0
    write_timeout_s: float = 10.0
    pool_timeout_s: float = 5.0
    max_connections: int = 32
    max_body_bytes: int = 10 * 1024 * 1024
    limits: LimitSettings = field(default_factory=LimitSettings)
    app: AppCredentials | None = None

    def __post_init__(self) -> None:
        if self.api_version not in API_VERSIONS:
            raise SettingsError(
                f'the HubSpot API version is "{self.api_version[:40]}": expected one of {", ".join(API_VERSIONS)}'
            )
        if self.api_base_url != HUBSPOT_API and not _is_loopback(self.api_base_url):
            raise SettingsError(
                f'the HubSpot API address is "{self.api_base_url[:200]}":'
                f" expected {HUBSPOT_API} or http://127.0.0.1:<port>",
                hint="Only HubSpot itself and a sandbox on this machine may be called.",
            )

    @property
    def is_sandbox(self) -> bool:
        """True where the address is on this machine, so what answers is no real HubSpot."""
        return self.api_base_url != HUBSPOT_API


def _is_loopback(address: str) -> bool:
    """Tell whether an address is plain `http(s)://loopback[:port]`, with nothing before or after it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_bare = parts.netloc in (host, f"[{host}]", f"{host}:{parts.port}", f"[{host}]:{parts.port}")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not is_bare or parts.path or parts.query or parts.fragment:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Where this site is: its one origin, the names that mean it, and how its cookies are called and guarded."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """The site's origin, such as `http://localhost:8765`, without a slash at its end.

    On https, cookies carry the `__Host-` prefix and are Secure; on loopback http they cannot (Safari refuses them
    there), so their names carry the port: cookies of one host are shared by all its ports.
    """

    origin: str

    @property
    def host(self) -> str:
        """The host with its port, as a browser's Host header says it."""
        return urlsplit(self.origin).netloc

    @property
    def is_secure(self) -> bool:
        """True on https."""
        return self.origin.startswith("https://")

    @property
    def same(self) -> frozenset[str]:
        """Other hosts that lead here and are redirected: this machine's other names, at the same port."""
        parts = urlsplit(self.origin)
        if self.is_secure or parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            return frozenset()
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{name}{port}" for name in ("localhost", "127.0.0.1", "[::1]")) - {self.host}

    def cookie_name(self, word: str) -> str:
        """Give the name of the cookie for `word`, such as `session`."""
        if self.is_secure:
            return f"__Host-hs_{word}"
        return f"hs_{word}_{urlsplit(self.origin).port or 80}"

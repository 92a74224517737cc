"""Derives keys, authenticates bytes and seals short secrets so that each opens only in its own place.

One module holds all of it so that one review covers it; the primitives are those of `cryptography` (OpenSSL).

- A `MasterKey` is never used on data. `purpose_key` derives one key per purpose with HKDF-SHA256 (RFC 5869).
- `seal` writes an `HSV1` record: a fresh key per record, derived from the sealing key and 32 random bytes of salt,
  so no nonce can repeat under one key; a commitment, compared before anything is decrypted, so that no record opens
  under two keys; and the place of the record (tenant, connection, kind, generation …) as associated data.
- `unseal` refuses every doubt with one and the same error.

Record, big-endian: magic `HSV1` 4, suite 1, master key fingerprint 4, tenant key number 4, salt 32, commitment 32,
nonce 12, ciphertext and tag n + 16, where n is the plaintext padded (0x80, then zeros) to a multiple of 256:
105 bytes beside the padded text. Suite 1 is AES-256-GCM with HKDF-SHA256.

Sources: RFC 5869; NIST SP 800-38D; the committing suites of the AWS Encryption SDK specification, read 2026-11-23.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from struct import Struct
from typing import NoReturn, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hubspot_skill.domain.errors import SettingsError, VaultRefusedError

__all__ = [
    "KEY_BYTES",
    "OVERHEAD_BYTES",
    "KeyRing",
    "KeyVersions",
    "MasterKey",
    "Purpose",
    "context_bytes",
    "key_versions",
    "mac",
    "seal",
    "unseal",
]

KEY_BYTES = 32
OVERHEAD_BYTES = 105
_MAGIC = b"HSV1"
_SUITE = 1
_PADDED_TO_BYTES = 256
_SALT_BYTES = 32
_COMMITMENT_BYTES = 32
_NONCE_BYTES = 12
_HEADER = Struct(">4sBII")
_COMMITMENT_AT = _HEADER.size + _SALT_BYTES
_NONCE_AT = _COMMITMENT_AT + _COMMITMENT_BYTES
_TEXT_AT = _NONCE_AT + _NONCE_BYTES

Entropy = Callable[[int], bytes]


class Purpose(StrEnum):
    """What a key derived from a master key is for; two purposes never share one."""

    WRAP = "wrap"
    FILE = "file"
    AUDIT = "audit"
    LOOKUP = "lookup"
    REQUEST_STATE = "request-state"
    SESSION = "session"
    PLAN = "plan"


@final
class MasterKey:
    """Thirty-two random bytes at the root of all others; shows its fingerprint, never itself.

    `fingerprint` is a 32-bit number derived from the key: records name their master key by it, so nobody has to
    keep a list of version numbers.
    """

    __slots__ = ("_bytes", "fingerprint")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise SettingsError(
                f"a vault key has {len(raw)} bytes: expected exactly {KEY_BYTES}",
                hint="Make one with: hubspot-skill vault new-key",
            )
        self._bytes = raw
        self.fingerprint = int.from_bytes(_derive(raw, b"hs/1/fingerprint", 4), "big")

    @classmethod
    def generate(cls, entropy: Entropy = os.urandom) -> MasterKey:
        """Make a new random key."""
        return cls(entropy(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> MasterKey:
        """Read a key from its base64 form.

        Raises:
            SettingsError: it is not base64 of 32 bytes.
        """
        try:
            raw = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise SettingsError(
                f"a vault key of {len(text.strip())} characters is not base64 of {KEY_BYTES} bytes",
                hint="Make one with: hubspot-skill vault new-key",
            ) from None
        return cls(raw)

    def reveal(self) -> str:
        """Give the base64 form, for the one place that keeps the key."""
        return base64.b64encode(self._bytes).decode("ascii")

    def purpose_key(self, purpose: Purpose) -> bytes:
        """Give the key for one purpose."""
        return _derive(self._bytes, f"hs/1/{purpose}".encode(), KEY_BYTES)

    def __repr__(self) -> str:
        return f"MasterKey({self.fingerprint:08x})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a master key cannot be pickled or copied to another process")


@final
class KeyRing:
    """The master keys of an installation: the first seals, all of them open."""

    __slots__ = ("_by_fingerprint", "keys")

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        if not keys:
            raise SettingsError("the vault's key ring is empty: expected at least one key")
        self.keys = tuple(keys)
        self._by_fingerprint = {key.fingerprint: key for key in keys}
        if len(self._by_fingerprint) != len(keys):
            raise SettingsError(
                f"two of the {len(keys)} vault keys are the same or share a fingerprint: expected different keys"
            )

    def find(self, fingerprint: int) -> MasterKey | None:
        """Give the key of that fingerprint."""
        return self._by_fingerprint.get(fingerprint)

    @property
    def active(self) -> MasterKey:
        """The key that seals."""
        return self.keys[0]

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(f'{f:08x}' for f in self._by_fingerprint)})"


@dataclass(frozen=True, slots=True)
class KeyVersions:
    """Which keys a record was sealed with: the master key's fingerprint and the tenant key's number."""

    master: int
    tenant: int


def mac(key: bytes, *parts: bytes) -> bytes:
    """Give the HMAC-SHA256 of parts, each with its length before it, so that no two lists of parts are alike."""
    signer = hmac.HMAC(key, hashes.SHA256())
    for part in parts:
        signer.update(len(part).to_bytes(8, "big"))
        signer.update(part)
    return signer.finalize()


def context_bytes(fields: Sequence[str]) -> bytes:
    """Give fields as bytes in which no border between two fields can be moved."""
    encoded = [field.encode() for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def seal(
    plaintext: bytes, key: bytes, versions: KeyVersions, kind: str, context: bytes, *, entropy: Entropy = os.urandom
) -> bytes:
    """Give the HSV1 record of a short secret.

    `kind` separates records of different use under one key; `context` is the place that the record belongs to and
    is not stored in it. `entropy` is replaced only by test vectors.
    """
    header = _HEADER.pack(_MAGIC, _SUITE, versions.master, versions.tenant)
    salt = entropy(_SALT_BYTES)
    nonce = entropy(_NONCE_BYTES)
    encryption, commitment = _record_keys(key, salt, kind)
    padded = plaintext + b"\x80"
    padded += bytes(-len(padded) % _PADDED_TO_BYTES)
    ciphertext = AESGCM(encryption).encrypt(nonce, padded, _associated(header, kind, context))
    return b"".join((header, salt, commitment, nonce, ciphertext))


def key_versions(record: bytes) -> KeyVersions:
    """Give the keys that a record claims; only `unseal` proves the claim.

    Raises:
        VaultRefusedError: it is no HSV1 record.
    """
    found = _claimed(record)
    if found is None:
        _refuse()
    return found


def unseal(record: bytes, key_of: Callable[[KeyVersions], bytes | None], kind: str, context: bytes) -> bytes:
    """Give the secret of a record, if everything about it is as it was sealed.

    Raises:
        VaultRefusedError: another key, kind or context, or any bit of the record differs.
    """
    versions = _claimed(record)
    key = None if versions is None else key_of(versions)
    plaintext = None if key is None else _open(record, key, kind, context)
    if plaintext is None:
        _refuse()
    return plaintext


def _claimed(record: bytes) -> KeyVersions | None:
    if len(record) < OVERHEAD_BYTES + _PADDED_TO_BYTES:
        return None
    magic, suite, master, tenant = _HEADER.unpack_from(record)
    return KeyVersions(master, tenant) if (magic, suite) == (_MAGIC, _SUITE) else None


def _open(record: bytes, key: bytes, kind: str, context: bytes) -> bytes | None:
    encryption, commitment = _record_keys(key, record[_HEADER.size : _COMMITMENT_AT], kind)
    if not constant_time.bytes_eq(commitment, record[_COMMITMENT_AT:_NONCE_AT]):
        return None
    associated = _associated(record[: _HEADER.size], kind, context)
    try:
        padded = AESGCM(encryption).decrypt(record[_NONCE_AT:_TEXT_AT], record[_TEXT_AT:], associated)
    except InvalidTag:
        return None
    return padded[: padded.rindex(b"\x80")]


def _refuse() -> NoReturn:
    raise VaultRefusedError(
        "a secret of the vault does not open with the keys given",
        hint="Check that the vault key is the one that this store was made with: hubspot-skill vault status",
    )


def _record_keys(key: bytes, salt: bytes, kind: str) -> tuple[bytes, bytes]:
    """Give the encryption key and the commitment of one record."""
    both = HKDF(hashes.SHA256(), KEY_BYTES + _COMMITMENT_BYTES, salt, f"hs/1/rec/{kind}".encode()).derive(key)
    return both[:KEY_BYTES], both[KEY_BYTES:]


def _associated(header: bytes, kind: str, context: bytes) -> bytes:
    """Give what is authenticated beside the text: the header, the kind and the place, each with its length."""
    place = context_bytes((kind,))
    return b"".join((len(header).to_bytes(4, "big"), header, place, len(context).to_bytes(4, "big"), context))


def _derive(key: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, None, info).derive(key)

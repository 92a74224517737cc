"""Seals what the journal knows of records, and signs approvals, with keys derived from the installation's key ring.

A sealed step opens only in its own place (tenant, plan, place, kind); an approval is signed over everything that it covers,
so that a row written by anyone without the key approves nothing.
"""

from __future__ import annotations

from typing import final

from cryptography.hazmat.primitives import constant_time

from hubspot_skill.changes.steps import STEP, STEP_RESULT, Step, StepResult
from hubspot_skill.foundation.crypto import KeyRing, KeyVersions, Purpose, context_bytes, mac, seal, unseal

__all__ = ["JournalKeys"]

_STEP = "change-step"
_RESULT = "change-result"
_VIEW = "change-view"
_WHOLE = -1
_APPROVAL = b"change-approval"


@final
class JournalKeys:
    """The keys of the journal: the ring's first key seals, all of them open."""

    def __init__(self, ring: KeyRing) -> None:
        self._keys = {key.fingerprint: key.purpose_key(Purpose.PLAN) for key in ring.keys}
        self._active = ring.active.fingerprint

    def seal_step(self, tenant: str, plan_id: str, step: Step) -> bytes:
        """Give the sealed record of a step."""
        return self._seal(STEP.dump_json(step), _STEP, tenant, plan_id, step.place)

    def open_step(self, record: bytes, tenant: str, plan_id: str, place: int) -> Step:
        """Give the step of a record.

        Raises:
            VaultRefusedError: it was not sealed for this place, or was changed.
        """
        return STEP.validate_json(self._open(record, _STEP, tenant, plan_id, place))

    def seal_result(self, tenant: str, plan_id: str, place: int, result: StepResult) -> bytes:
        """Give the sealed record of how a step ended."""
        return self._seal(STEP_RESULT.dump_json(result), _RESULT, tenant, plan_id, place)

    def open_result(self, record: bytes, tenant: str, plan_id: str, place: int) -> StepResult:
        """Give how a step ended.

        Raises:
            VaultRefusedError: it was not sealed for this place, or was changed.
        """
        return STEP_RESULT.validate_json(self._open(record, _RESULT, tenant, plan_id, place))

    def seal_view(self, tenant: str, plan_id: str, view: bytes) -> bytes:
        """Give the sealed record of how a plan is shown."""
        return self._seal(view, _VIEW, tenant, plan_id, _WHOLE)

    def open_view(self, record: bytes, tenant: str, plan_id: str) -> bytes:
        """Give how a plan is shown.

        Raises:
            VaultRefusedError: it was not sealed for this place, or was changed.
        """
        return self._open(record, _VIEW, tenant, plan_id, _WHOLE)

    def sign(self, *fields: str) -> bytes:
        """Give the signature of an approval: which key, then its HMAC over every field."""
        return self._active.to_bytes(4, "big") + mac(self._keys[self._active], _APPROVAL, context_bytes(fields))

    def is_signed(self, signature: bytes, *fields: str) -> bool:
        """Tell whether an approval was signed with these fields by one of the keys."""
        key = self._keys.get(int.from_bytes(signature[:4], "big"))
        if key is None:
            return False
        return constant_time.bytes_eq(mac(key, _APPROVAL, context_bytes(fields)), signature[4:])

    def _seal(self, text: bytes, kind: str, tenant: str, plan_id: str, place: int) -> bytes:
        context = context_bytes((tenant, plan_id, str(place)))
        return seal(text, self._keys[self._active], KeyVersions(self._active, 0), kind, context)

    def _open(self, record: bytes, kind: str, tenant: str, plan_id: str, place: int) -> bytes:
        context = context_bytes((tenant, plan_id, str(place)))
        return unseal(record, lambda versions: self._keys.get(versions.master), kind, context)

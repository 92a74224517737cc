"""Keys, message authentication and sealed records, against vectors kept as files."""

import base64
import itertools
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.errors import SettingsError, VaultRefusedError
from hubspot_skill.foundation.crypto import (
    OVERHEAD_BYTES,
    KeyRing,
    KeyVersions,
    MasterKey,
    Purpose,
    context_bytes,
    key_versions,
    mac,
    seal,
    unseal,
)
from tests.trials.sealed_records import mutate_records

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vault/vectors/hsv1.json").read_text())
KEY = bytes.fromhex(VECTORS["sealing_key"])


def entropy_of(seed: int) -> Callable[[int], bytes]:
    """Give the bytes that the vectors were made with in place of random ones."""
    calls = itertools.count()

    def entropy(size: int) -> bytes:
        call = next(calls)
        return bytes((seed + call * 7 + at * 3) % 256 for at in range(size))

    return entropy


@pytest.mark.parametrize("vector", VECTORS["records"], ids=lambda v: v["name"])
def test_a_record_is_sealed_to_the_very_bytes_of_its_vector_and_opens_again(vector: dict[str, Any]) -> None:
    context = context_bytes(vector["context"])
    versions = KeyVersions(vector["master"], vector["tenant"])
    plaintext = bytes.fromhex(vector["plaintext"])
    record = seal(plaintext, KEY, versions, vector["kind"], context, entropy=entropy_of(vector["entropy_seed"]))
    assert record.hex() == vector["record"]
    assert key_versions(record) == versions
    assert unseal(record, lambda _: KEY, vector["kind"], context) == plaintext
    assert (len(record) - OVERHEAD_BYTES) % 256 == 0


@pytest.mark.parametrize("vector", VECTORS["broken"], ids=lambda v: v["name"])
def test_a_broken_record_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(VaultRefusedError):
        unseal(bytes.fromhex(vector["record"]), lambda _: KEY, vector["kind"], context_bytes(vector["context"]))


def test_a_record_of_an_unknown_key_is_refused_as_any_other() -> None:
    record = bytes.fromhex(VECTORS["records"][0]["record"])
    context = context_bytes(VECTORS["records"][0]["context"])
    with pytest.raises(VaultRefusedError) as unknown:
        unseal(record, lambda _: None, "access", context)
    with pytest.raises(VaultRefusedError) as wrong:
        unseal(record, lambda _: bytes(32), "access", context)
    with pytest.raises(VaultRefusedError) as nonsense:
        key_versions(b"nonsense")
    assert {str(e.value) for e in (unknown, wrong, nonsense)} == {str(unknown.value)}


def test_two_seals_of_one_secret_share_neither_salt_nor_nonce() -> None:
    sealed = [seal(b"same", KEY, KeyVersions(1, 1), "access", b"") for _ in range(200)]
    assert len({record[13:45] for record in sealed}) == 200
    assert len({record[77:89] for record in sealed}) == 200


def test_no_mutation_of_a_record_or_its_place_opens() -> None:
    """Trial V3."""
    result = mutate_records(mutations=100_000, seed=3)
    assert result.tried == 100_000
    assert result.opened == 0
    assert result.errors == {("vault_refused", "a secret of the vault does not open with the keys given")}
    assert result.raised_in == {"_refuse"}


@given(st.binary(max_size=2000), st.lists(st.text(max_size=20), max_size=8))
def test_every_secret_opens_where_it_was_sealed(plaintext: bytes, fields: list[str]) -> None:
    record = seal(plaintext, KEY, KeyVersions(1, 2), "alt", context_bytes(fields))
    assert unseal(record, lambda _: KEY, "alt", context_bytes(fields)) == plaintext


@given(st.lists(st.text(max_size=8), max_size=5), st.lists(st.text(max_size=8), max_size=5))
def test_different_fields_never_give_the_same_context(one: list[str], other: list[str]) -> None:
    assert (context_bytes(one) == context_bytes(other)) == (one == other)


def test_purpose_keys_and_the_fingerprint_are_those_of_the_vectors() -> None:
    key = MasterKey.parse(VECTORS["master_key"])
    assert key.fingerprint == VECTORS["master_fingerprint"]
    assert {p.value: key.purpose_key(p).hex() for p in Purpose} == VECTORS["purpose_keys"]
    assert len(set(VECTORS["purpose_keys"].values())) == len(Purpose)


def test_mac_tells_lists_of_parts_apart() -> None:
    assert len({mac(KEY, b"ab"), mac(KEY, b"a", b"b"), mac(KEY, b"", b"ab"), mac(KEY)}) == 4


@pytest.mark.parametrize(
    "text", ["", "short", base64.b64encode(bytes(31)).decode(), base64.b64encode(bytes(33)).decode(), "!" * 44]
)
def test_a_key_of_another_form_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        MasterKey.parse(text)
    assert not text or text not in str(refused.value)


def test_a_master_key_hides_itself_and_cannot_be_pickled() -> None:
    key = MasterKey.generate()
    assert key.reveal() not in repr(key)
    assert repr(MasterKey.parse(key.reveal())) == repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_a_ring_seals_with_its_first_key_and_finds_all() -> None:
    old, new = MasterKey.generate(), MasterKey.generate()
    ring = KeyRing((new, old))
    assert ring.active is new
    assert ring.find(old.fingerprint) is old
    assert ring.find(new.fingerprint ^ old.fingerprint) is None
    assert ring.keys == (new, old)


def test_a_ring_with_no_key_or_one_twice_is_refused() -> None:
    key = MasterKey.generate()
    with pytest.raises(SettingsError):
        KeyRing(())
    with pytest.raises(SettingsError):
        KeyRing((key, key))

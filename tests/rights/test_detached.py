"""The signature beside a file where c2pa-python is missing."""

from __future__ import annotations

import json

import pytest

from moxie.rights import detached, dsse
from moxie.rights.credentials.claims import Claim, Ingredient, corpus_manifest
from moxie.rights.signing import Ed25519, key_id

DATA = b"a poem\n"
CORPUS = corpus_manifest(["ab" * 32], ["CC0-1.0"])
CLAIM = Claim("trainedAlgorithmicMedia", work="cd" * 32, corpus=CORPUS, mining="notAllowed")


@pytest.fixture(scope="module")
def signer() -> Ed25519:
    return Ed25519.generate("studio")


def test_it_says_what_content_credentials_would_say(signer):
    sealed = detached.seal(DATA, CLAIM, signer, "1.0")
    found = detached.check(DATA, sealed, [signer.public])
    assert (found.intact, found.signed, found.trusted, found.why) == ("yes", True, True, None)
    assert found.key == key_id(signer.public)
    assert found.told.sources == ("trainedAlgorithmicMedia",)
    assert found.told.work == {"id": "cd" * 32}
    assert found.told.corpus["count"] == 1
    assert set(found.told.mining.values()) == {"notAllowed"}
    statement = json.loads(dsse.read(sealed).payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"


def test_every_flipped_bit_of_file_and_signature_is_noticed(signer):
    claim = Claim("trainedAlgorithmicMedia")
    sealed = detached.seal(DATA, claim, signer, "1.0")
    for bit in range(8 * len(DATA)):
        changed = bytearray(DATA)
        changed[bit // 8] ^= 1 << bit % 8
        assert not detached.check(bytes(changed), sealed, [signer.public]).trusted
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        assert not detached.check(DATA, bytes(changed), [signer.public]).trusted, bit


def test_each_wrong_has_its_reason(signer):
    sealed = detached.seal(DATA, CLAIM, signer, "1.0")
    other = Ed25519.generate("other")
    stranger = detached.check(DATA, sealed, [other.public])
    assert (stranger.intact, stranger.trusted) == ("unknown", False)
    assert "not known here" in str(stranger.why)
    swapped = detached.check(DATA + b"x", sealed, [signer.public])
    assert (swapped.intact, swapped.trusted) == ("no", False)
    assert "of another file" in str(swapped.why)
    envelope = dsse.read(sealed)
    forged = dsse.Envelope(
        envelope.kind, envelope.payload.replace(b"notAllowed", b"allowed___"), envelope.signatures
    ).to_bytes()
    found = detached.check(DATA, forged, [signer.public])
    assert (found.intact, found.signed) == ("no", False)
    assert "signature is not of these claims" in str(found.why)
    other_kind = dsse.seal("text/plain", envelope.payload, [signer])
    assert not detached.check(DATA, other_kind, [signer.public]).trusted


def test_parents_are_named_by_their_hash(signer):
    parent = Ingredient("parent-1", "the work as it was", "parentOf", "text/plain", b"old")
    claim = Claim("compositeWithTrainedAlgorithmicMedia", parents=(parent,), changed=0.5)
    sealed = detached.seal(DATA, claim, signer, "1.0")
    found = detached.check(DATA, sealed, [signer.public])
    assert found.told.actions == ("c2pa.opened", "c2pa.edited")
    assert found.told.ingredients == (("parentOf", "the work as it was"),)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b"1", b'{"subject":[1],"predicate":{}}'])
def test_odd_statements_are_unreadable_not_a_crash(signer, payload):
    found = detached.check(DATA, dsse.seal(detached.KIND, payload, [signer]), [signer.public])
    assert (found.found, found.intact, found.trusted) == (True, "no", False)
    assert "damaged" in str(found.why)
    assert not detached.check(DATA, payload, [signer.public]).trusted

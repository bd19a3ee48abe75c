"""Ed25519 against the RFC's own vectors, and envelopes of which no bit can be changed."""

from __future__ import annotations

import base64
import json

import pytest

from moxie.errors import BadInput
from moxie.rights import dsse
from moxie.rights.signing import Ed25519, key_id, verify

# RFC 8032, section 7.1, TEST 2
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNED_72 = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group, RFC 8032 section 5.1


@pytest.fixture
def signer() -> Ed25519:
    return Ed25519.from_seed("studio", SEED)


def test_the_vector_of_the_rfc(signer):
    assert signer.public == PUBLIC
    assert signer.sign(b"\x72") == SIGNED_72
    assert verify(PUBLIC, b"\x72", SIGNED_72)


def test_every_flipped_bit_of_a_signature_is_refused():
    for bit in range(8 * len(SIGNED_72)):
        changed = bytearray(SIGNED_72)
        changed[bit // 8] ^= 1 << bit % 8
        assert not verify(PUBLIC, b"\x72", bytes(changed)), bit


def test_a_signature_has_one_form_only():
    """s + L verifies by the equation alone; RFC 8032 (5.1.7) and we refuse it."""
    s = int.from_bytes(SIGNED_72[32:], "little") + ORDER
    assert not verify(PUBLIC, b"\x72", SIGNED_72[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), b"\xff" * 32])
def test_malformed_keys_and_signatures_verify_nothing(key):
    assert not verify(key, b"\x72", SIGNED_72)
    assert not verify(PUBLIC, b"\x72", key)


def test_another_key_another_text(signer):
    assert not verify(Ed25519.generate("x").public, b"\x72", SIGNED_72)
    assert not verify(PUBLIC, b"\x73", SIGNED_72)
    assert key_id(PUBLIC) != key_id(Ed25519.generate("x").public)


def test_a_key_is_never_shown(signer):
    assert SEED.hex() not in repr(signer)
    assert repr(SEED) not in repr(signer)
    assert signer.seed() == SEED
    with pytest.raises(BadInput, match="32 bytes"):
        Ed25519.from_seed("short", SEED[:-1])


def test_pae_is_that_of_the_protocol():
    """The example of the DSSE protocol document."""
    wanted = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == wanted


def test_an_envelope_is_read_back(signer):
    other = Ed25519.generate("other")
    sealed = dsse.seal("application/json", b'{"a":1}', [signer, other])
    found = dsse.read(sealed)
    assert (found.kind, found.payload) == ("application/json", b'{"a":1}')
    assert found.signed_by(PUBLIC)
    assert found.signed_by(other.public)
    assert not found.signed_by(Ed25519.generate("third").public)
    assert found.to_bytes() == sealed


def accepted(data: bytes) -> bool:
    try:
        return dsse.read(data).signed_by(PUBLIC)
    except BadInput:
        return False


def test_no_flipped_bit_of_an_envelope_is_accepted(signer):
    sealed = dsse.seal("application/json", b'{"work":"abc","n":12}', [signer])
    assert accepted(sealed)
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        assert not accepted(bytes(changed)), bit


def test_an_envelope_has_one_form_only(signer):
    sealed = dsse.seal("application/json", b"{}", [signer])
    facts = json.loads(sealed)
    spaced = json.dumps(facts).encode()
    twice = sealed.replace(b"{", b'{"payloadType":"text/html",', 1)
    loose = sealed.replace(b'"e30="', b'"e31="')  # the same bytes, other unused bits
    assert loose != sealed
    assert base64.b64decode("e31=") == b"{}"
    for other in (spaced, twice, loose, sealed + b"\n", sealed[:-1]):
        with pytest.raises(BadInput, match="one exact form"):
            dsse.read(other)


def test_the_type_is_signed_too(signer):
    sealed = dsse.read(dsse.seal("application/json", b"{}", [signer]))
    assert not dsse.Envelope("text/html", sealed.payload, sealed.signatures).signed_by(PUBLIC)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"null", b"[]", b"{}", b"\xff\xfe", b"1e999", b"[" * 100_000),
        b'{"payload":1,"payloadType":"a","signatures":[]}',
        b'{"payload":"","payloadType":"a","signatures":[]}',
        b'{"payload":"","payloadType":"a","signatures":{"a":1}}',
        b'{"payload":"*","payloadType":"a","signatures":[{"keyid":"","sig":""}]}',
        b'{"payload":"","payloadType":"\\ud800","signatures":[{"keyid":"","sig":""}]}',
        b'{"payload":"","payloadType":"a","signatures":[1]}',
    ],
)
def test_what_is_no_envelope_is_refused(data):
    with pytest.raises(BadInput, match="signed statement"):
        dsse.read(data)


def test_many_signatures_and_large_files_are_refused(signer):
    with pytest.raises(BadInput, match="no signed statement"):
        dsse.read(dsse.seal("a", b"", [signer] * (dsse.MOST_SIGNATURES + 1)))
    with pytest.raises(BadInput, match="too large"):
        dsse.read(b" " * (dsse.LARGEST + 1))

"""Signatures whose certificate has expired by the validator's own clock, made without waiting.

A leaf that is valid now signs; then its certificate is put in place of one for the same key that
has expired, and the signature is made again over that, as the owner of the key could have then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from moxie.rights import certificates
from moxie.rights.certificates import Authority
from moxie.rights.credentials import Claim, Engine, cbor, jumbf
from moxie.rights.keys import VALID, Keyring
from moxie.rights.log import Entry
from moxie.store import atomic
from moxie.studio.verifying import Looks, Verified, verify

pytest.importorskip("c2pa")

DATA = b"a work\n"
MADE = datetime.now(UTC) - VALID["leaf"] - timedelta(days=30)


def write(path: Path, data: bytes, mode: int) -> None:
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """Keys made so long ago that the leaf expired a month ago."""
    return Keyring.open(tmp_path / "keys", write=write, now=lambda: MADE)


def signed_then(ring: Keyring) -> bytes:
    """Credentials beside `DATA`, as the expired leaf made them."""
    credential = ring.credential()
    above = ring.find(credential.key.issuer)
    private = ring._files.private(above)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    issuer = Authority(x509.load_der_x509_certificate(above.certificate), private)
    wanted = credential.key.certificate
    present = b""
    while len(present) != len(wanted):  # signatures differ in length by a byte or two
        made = certificates.issue(
            "leaf",
            credential.private,
            name="moxie-studio",
            issuer=issuer,
            start=certificates.whole_seconds(datetime.now(UTC)),
            lasts=timedelta(days=1),
        )
        present = certificates.der(made)
    chain = certificates.pem(made) + certificates.pem(issuer.certificate)
    engine = Engine(ring.anchors(), replace(credential, chain=chain))
    store = engine.sign(DATA, ".txt", Claim("trainedAlgorithmicMedia"), "1").beside
    assert store is not None
    assert engine.check(DATA, ".txt", store).trusted
    return again(store, present, wanted, credential.private)


def again(store: bytes, present: bytes, wanted: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The same claims under another certificate of the same length."""
    boxes = {box.kind: list(jumbf._plain(box.content))[-1][1] for box in jumbf._boxes(store, 0)}
    _, (protected, _unsigned, _payload, value) = cbor.read(boxes[b"c2cs"])  # type: ignore
    claim, renewed = boxes[b"c2cl"], protected.replace(present, wanted)
    assert renewed != protected
    said = b"\x84\x6aSignature1" + b"".join(
        b"\x59" + len(part).to_bytes(2, "big") + part if part else b"\x40"
        for part in (renewed, b"", claim)
    )
    pair = decode_dss_signature(key.sign(said, ec.ECDSA(hashes.SHA256())))
    signature = b"".join(half.to_bytes(32, "big") for half in pair)
    return store.replace(protected, renewed).replace(value, signature)


def verdicts(ring: Keyring, folder: Path, store: bytes, entry: Entry | None = None) -> Verified:
    path = folder / "a.txt"
    path.write_bytes(DATA)
    (folder / "a.txt.c2pa").write_bytes(store)
    return verify(path, ring, Looks(registered=lambda _sha256: entry))


def entry(moment: datetime, *, back: bool = False) -> Entry:
    return Entry(0, "work", "00" * 32, "00" * 32, "", moment.isoformat(), back)


def test_an_expired_key_is_refused_with_its_own_reason(ring: Keyring, tmp_path: Path) -> None:
    found = verdicts(ring, tmp_path, signed_then(ring))
    assert found.checked.expired
    assert (found["intact"].answer, found["signer"].word) == ("yes", "expired")
    assert "expired" in str(found["signer"].why)
    assert found.faults


def test_what_was_registered_before_it_expired_stays_good(ring: Keyring, tmp_path: Path) -> None:
    store = signed_then(ring)
    end = ring.credential().key.valid_until
    day = timedelta(days=1)
    for told, word in (
        (entry(end - day), "trusted"),
        (entry(end + day), "expired"),
        (entry(end - day, back=True), "expired"),
    ):
        assert verdicts(ring, tmp_path, store, told)["signer"].word == word, told


def test_an_expired_strangers_key_is_unknown_whatever_is_registered(
    ring: Keyring, tmp_path: Path
) -> None:
    store = signed_then(ring)
    mine = Keyring.open(tmp_path / "mine", write=write)
    mine.credential()
    for told in (None, entry(MADE)):
        found = verdicts(mine, tmp_path, store, told)
        assert found["signer"].answer == "no"
        assert found["signer"].word == "expired"
        assert "not known here" in str(found["signer"].why)


def test_a_change_is_found_under_an_expired_key_too(ring: Keyring, tmp_path: Path) -> None:
    store = bytearray(signed_then(ring))
    store[store.index(b"trainedAlgorithmicMedia")] ^= 1
    found = verdicts(ring, tmp_path, bytes(store), entry(MADE))
    assert (found["intact"].answer, found["signer"].word) == ("no", "broken")

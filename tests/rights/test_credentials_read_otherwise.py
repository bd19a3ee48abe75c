"""Credentials checked without the library that made them: COSE, hashes and chain, by hand."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from sample_files import files

from moxie.rights.credentials import MEDIA, Claim, carriers, cbor, jumbf

pytest.importorskip("c2pa")

FILES = files()
MADE = Claim("trainedAlgorithmicMedia", work="ab" * 32)


def text(value: str) -> bytes:
    return bytes([0x60 + len(value)]) + value.encode()


def binary(value: bytes) -> bytes:
    size = len(value)
    head = bytes([0x40 + size]) if size < 24 else b"\x59" + size.to_bytes(2, "big")
    return (head if size < 24 or size > 255 else bytes([0x58, size])) + value


def parts(store: bytes) -> dict[str, bytes]:
    """The content of each named box that holds CBOR, by its name."""
    found = {}
    for box in jumbf._boxes(store, 0):
        inner = list(jumbf._plain(box.content))
        if [kind for kind, _ in inner] == [b"cbor"]:
            found[box.name] = inner[0][1]
    return found


@pytest.mark.parametrize("suffix", FILES)
def test_the_signature_is_of_the_claim_by_the_leaf(engine, studio_keys, suffix):
    """COSE_Sign1 with a detached payload (RFC 9052, section 4.4)."""
    signed = engine.sign(FILES[suffix], suffix, MADE, "1.0")
    store = signed.beside or carriers.store(signed.data, suffix)
    boxes = parts(store)
    _, (protected, _unsigned, _payload, value) = cbor.read(boxes["c2pa.signature"])
    claim = boxes["c2pa.claim.v2"]
    said = b"\x84" + text("Signature1") + binary(protected) + binary(b"") + binary(claim)
    leaf = x509.load_der_x509_certificate(jumbf.signers(store)[-1])
    key = leaf.public_key()
    half = len(value) // 2
    pair = (int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
    key.verify(encode_dss_signature(*pair), said, ec.ECDSA(hashes.SHA256()))
    assert leaf.public_bytes(Encoding.PEM) in studio_keys.credential().chain


@pytest.mark.parametrize("suffix", FILES)
def test_the_claim_hashes_its_assertions_and_they_the_file(engine, suffix):
    signed = engine.sign(FILES[suffix], suffix, MADE, "1.0")
    store = signed.beside or carriers.store(signed.data, suffix)
    boxes = parts(store)
    assert suffix in MEDIA or signed.data == FILES[suffix]
    bound = cbor.read(boxes["c2pa.hash.data"])
    left, at = b"", 0
    for gap in bound.get("exclusions", ()):
        left += signed.data[at : gap["start"]]
        at = gap["start"] + gap["length"]
    assert hashlib.sha256(left + signed.data[at:]).digest() == bound["hash"]
    claim = cbor.read(boxes["c2pa.claim.v2"])
    named = [*claim["created_assertions"], *claim.get("gathered_assertions", ())]
    assert {one["url"].rpartition("/")[2] for one in named} >= {
        "c2pa.hash.data",
        "c2pa.actions.v2",
        "org.moxie.work",
    }


def test_openssl_finds_the_chain_whole(studio_keys, tmp_path: Path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    chain, root = tmp_path / "chain.pem", tmp_path / "root.pem"
    chain.write_bytes(studio_keys.credential().chain)
    root.write_bytes(studio_keys.anchors())
    command = [openssl, "verify", "-x509_strict", "-purpose", "smimesign"]
    command += ["-CAfile", str(root), "-untrusted", str(chain), str(chain)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([*command[:5], *command[7:]], capture_output=True, check=False)
    assert done.returncode != 0  # without the root it is not

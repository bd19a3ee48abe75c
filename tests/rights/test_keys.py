"""Keys: made once, kept private, renewed, rotated, revoked."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from moxie.errors import BadInput
from moxie.rights import certificates
from moxie.rights.keys import USED, VALID
from moxie.rights.signing import verify
from moxie.rights.standing import standing

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_opening_makes_nothing(ring, tmp_path):
    assert ring().keys == ()
    assert not (tmp_path / "keys").exists()


def test_keys_are_made_once_and_found_again(ring):
    first = ring()
    signer, credential = first.signer(), first.credential()
    assert [key.kind for key in first.keys] == ["statements", "root", "intermediate", "leaf"]
    again = ring()
    assert again.signer().public == signer.public
    assert again.credential().chain == credential.chain
    assert again.keys == first.keys
    assert verify(signer.public, b"data", again.signer().sign(b"data"))


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_private_keys_are_for_their_owner_alone(ring, tmp_path):
    old = os.umask(0)
    try:
        ring().credential()
    finally:
        os.umask(old)
    files = list((tmp_path / "keys").glob("*.pem"))
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    files[0].chmod(0o640)
    files[1].chmod(0o604)
    files[2].chmod(0o604)
    with pytest.raises(BadInput, match="Others may read the private key"):
        ring().credential()


def test_private_keys_are_nowhere_else(ring, tmp_path):
    kept = ring()
    credential, signer = kept.credential(), kept.signer()
    public = (tmp_path / "keys" / "keyring.json").read_text()
    number = credential.private.private_numbers().private_value
    for text in (public, repr(credential), repr(kept.keys), repr(signer), repr(kept)):
        assert "PRIVATE" not in text
        assert signer.seed().hex() not in text
        assert format(number, "x") not in text
        assert str(number) not in text


def test_the_chain_is_what_c2pa_asks_for(ring, clock):
    kept = ring()
    leaf, middle = x509.load_pem_x509_certificates(kept.credential().chain)
    [root] = x509.load_pem_x509_certificates(kept.anchors())
    for certificate, issuer in ((leaf, middle), (middle, root), (root, root)):
        certificate.verify_directly_issued_by(issuer)
        assert certificate.version is x509.Version.v3
        assert certificate.not_valid_before_utc == START
        assert certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        assert certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    basic = [c.extensions.get_extension_for_class(x509.BasicConstraints) for c in (leaf, root)]
    assert [b.critical for b in basic] == [True, True]
    assert [b.value.ca for b in basic] == [False, True]
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(purposes) == {ExtendedKeyUsageOID.EMAIL_PROTECTION, certificates.C2PA_SIGNING}
    assert "certified by nobody" in leaf.subject.rfc4514_string()


def test_a_key_signs_for_a_year_and_then_the_next_one_does(ring, clock):
    kept = ring()
    first, leaf = kept.signer(), kept.credential()
    clock.at = START + USED["leaf"] - DAY
    assert kept.signer().public == first.public
    clock.at = START + USED["leaf"]
    assert kept.signer().public != first.public
    renewed = kept.credential()
    assert renewed.key.id != leaf.key.id
    assert renewed.key.issuer == leaf.key.issuer
    assert standing(kept, leaf.key, now=clock.at).worth == "trusted"
    clock.at = START + USED["root"]
    assert kept.credential().chain.count(b"BEGIN") == 2
    assert len(x509.load_pem_x509_certificates(kept.anchors())) == 2


def test_a_leaf_is_never_valid_longer_than_what_is_above_it(ring, clock):
    kept = ring()
    kept.credential()
    clock.at = START + USED["intermediate"] - DAY
    leaf = kept.credential().key
    above = kept.find(leaf.issuer)
    assert leaf.valid_until <= above.valid_until
    assert leaf.valid_until == clock.at + VALID["leaf"]


def test_rotating_takes_what_is_below_along(ring, clock):
    kept = ring()
    before, signer = kept.credential().key, kept.signer()
    clock.at += DAY
    kept.rotate("leaf")
    second = kept.credential().key
    assert second.id != before.id
    assert second.issuer == before.issuer
    kept.rotate("root")
    third = kept.credential().key
    assert third.issuer != before.issuer
    assert kept.find(third.issuer).issuer != kept.find(before.issuer).issuer
    assert kept.signer().public == signer.public
    made = kept.rotate("leaf", "statements")
    assert [key.kind for key in made] == ["leaf", "statements"]
    assert kept.signer().public == made[1].public != signer.public
    assert ring().keys == kept.keys
    for key in kept.keys:
        assert standing(kept, key, now=clock.at).worth == "trusted"


def test_revoking_is_for_good_and_for_all_below(ring, clock):
    kept = ring()
    leaf = kept.credential().key
    middle = kept.find(leaf.issuer)
    clock.at += 10 * DAY
    revoked = kept.revoke(middle, "the laptop was stolen")
    assert kept.revoke(middle, "again").reason == "the laptop was stolen"
    for key in (leaf, middle):
        worth = standing(kept, key, now=clock.at)
        assert (worth.worth, worth.key.id, worth.since) == ("revoked", middle.id, clock.at)
    assert standing(kept, kept.find(middle.issuer), now=clock.at).worth == "trusted"
    renewed = kept.credential().key
    assert renewed.id != leaf.id
    assert renewed.issuer != middle.id
    assert ring().find(middle.id) == revoked


def test_what_was_provably_signed_before_revocation_stays_good(ring, clock):
    kept = ring()
    leaf = kept.credential().key
    clock.at += 10 * DAY
    kept.revoke(leaf, "lost")
    for proven, worth in (
        (None, "revoked"),
        (START + 9 * DAY, "trusted"),
        (START + 10 * DAY, "revoked"),
        (START + 11 * DAY, "revoked"),
    ):
        assert standing(kept, leaf, now=clock.at + DAY, proven=proven).worth == worth, proven


def test_expired_keys_and_keys_of_the_future(ring, clock):
    kept = ring()
    leaf = kept.credential().key
    end = leaf.valid_until
    assert standing(kept, leaf, now=end - timedelta(seconds=1)).worth == "trusted"
    assert standing(kept, leaf, now=end).worth == "expired"
    assert standing(kept, leaf, now=end, proven=end - DAY).worth == "trusted"
    assert standing(kept, leaf, now=end, proven=end).worth == "expired"
    assert standing(kept, leaf, now=START - DAY).worth == "early"


def test_a_revocation_needs_a_reason_and_a_key(ring):
    kept = ring()
    leaf = kept.credential().key
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(BadInput, match="why the key is revoked"):
            kept.revoke(leaf, reason)
    for name in ("", "zz", "../" + leaf.id):
        with pytest.raises(BadInput, match="no one key"):
            kept.find(name)
    assert kept.find(leaf.id[:8]) == leaf

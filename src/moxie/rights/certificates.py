"""X.509 certificates of a studio's own chain: root, intermediate, leaf, on the curve P-256.

A leaf carries what C2PA asks of a signer (C2PA specification 2.4, section 14.5; RFC 5280): critical
key usage digitalSignature, key identifiers, and the extended key usages emailProtection, which
every validator knows, and C2PA's own. Nobody has certified these chains; they say so by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Role: TypeAlias = Literal["root", "intermediate", "leaf"]

C2PA_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""The extended key usage of C2PA's claim signers."""

ORGANIZATION = "Self-made studio key, certified by nobody"
"""What other validators show as the issuer: no more than is true."""

BELOW = {"root": 1, "intermediate": 0}
"""How many authorities may stand between one of this role and a leaf."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate and the key that issues under it. Its text never shows the key."""

    certificate: x509.Certificate
    private: EllipticCurvePrivateKey = field(repr=False)


def generate() -> EllipticCurvePrivateKey:
    """A new key on P-256, for ES256."""
    return generate_private_key(SECP256R1())


def issue(
    role: Role,
    private: EllipticCurvePrivateKey,
    *,
    name: str,
    issuer: Authority | None,
    start: datetime,
    lasts: timedelta,
) -> x509.Certificate:
    """A certificate for the key `private`, by `issuer`, or by itself where there is none.

    It is valid from `start` for `lasts`, but not longer than its issuer.
    """
    subject = _named(f"{name} {role}")
    end = start + lasts
    if issuer is not None:
        end = min(end, issuer.certificate.not_valid_after_utc)
    signing = issuer.private if issuer is not None else private
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    return _extended(builder, role, private, signing).sign(signing, hashes.SHA256())


def _named(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _extended(
    builder: x509.CertificateBuilder,
    role: Role,
    private: EllipticCurvePrivateKey,
    signing: EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    """With the extensions of its role."""
    leaf = role == "leaf"
    usage = x509.KeyUsage(
        digital_signature=leaf,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not leaf,
        crl_sign=not leaf,
        encipher_only=False,
        decipher_only=False,
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    made = (
        builder.add_extension(x509.BasicConstraints(not leaf, BELOW.get(role)), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .add_extension(above, critical=False)
    )
    if not leaf:
        return made
    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_SIGNING]
    return made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    """A certificate as bytes; what certificates are compared by."""
    return certificate.public_bytes(serialization.Encoding.DER)


def spki(public: CertificatePublicKeyTypes) -> bytes:
    """A public key as SubjectPublicKeyInfo."""
    return public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def whole_seconds(moment: datetime) -> datetime:
    """What a certificate can hold of a time: UTC, in whole seconds, the earlier one."""
    return moment.astimezone(UTC).replace(microsecond=0)

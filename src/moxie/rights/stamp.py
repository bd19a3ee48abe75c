"""Outside time stamps of checkpoints (RFC 3161): one stamp dates all that the log then held.

A stamp is a file that a time-stamping authority gave; nothing is fetched here. Whether it speaks
of a checkpoint is told by the hash in it; whether the authority really gave it takes its root
certificates and the package rfc3161-client (extra `stamps`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from moxie.errors import BadInput, Missing

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import Verifier

LARGEST = 200_000
"""Bytes of a stamp that is read."""

MOST_ROOTS = 64


def is_about(response: bytes, note: str) -> bool:
    """Whether a stamp names this checkpoint by its SHA-256, SHA-384 or SHA-512.

    A quick look, not a proof: anyone can write a hash into a file. See `verify`.
    """
    if not response.startswith(b"\x30") or len(response) > LARGEST:  # no sequence in DER
        return False
    data = note.encode()
    names = ("sha256", "sha384", "sha512")
    return any(hashlib.new(name, data).digest() in response for name in names)


def verify(response: bytes, note: str, roots: bytes) -> datetime:
    """When an authority under one of `roots` (PEM certificates) says that this note was there.

    Raises BadInput for a stamp that is not such, Missing without rfc3161-client.
    """
    from cryptography import x509

    try:
        import rfc3161_client as client
    except ImportError as error:
        raise Missing(
            "To check a time stamp, run `pip install 'moxie-studio[stamps]'` first."
        ) from error
    if len(response) > LARGEST or len(roots) > LARGEST:
        raise BadInput("The time stamp is not valid: {reason}.", reason="too large")
    try:
        certificates = x509.load_pem_x509_certificates(roots)[:MOST_ROOTS]
        answer = client.decode_timestamp_response(response)
        _verifier(certificates).verify_message(answer, note.encode())
        moment: datetime = answer.tst_info.gen_time
    except (ValueError, client.VerificationError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise BadInput("The time stamp is not valid: {reason}.", reason=reason) from error
    return moment


def _verifier(certificates: Sequence[Certificate]) -> Verifier:
    from rfc3161_client import VerifierBuilder

    builder = VerifierBuilder()
    for certificate in certificates:
        builder = builder.add_root_certificate(certificate)
    return builder.build()

"""Content Credentials signed and checked by c2pa-python, which is asked for only here.

Nothing is fetched: no remote manifests, no revocation lists. No thumbnails are made.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from moxie.errors import BadInput, Missing
from moxie.rights.certificates import spki
from moxie.rights.credentials import carriers, checked, jumbf
from moxie.rights.credentials.checked import Checked
from moxie.rights.credentials.claims import Claim, told
from moxie.rights.keys import Credential
from moxie.rights.signing import key_id

PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1"
"""The extended key usages of signers: emailProtection, documentSigning, and C2PA's own."""

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed file: with credentials inside, or as it was with credentials beside it."""

    data: bytes
    beside: bytes | None = None


def available() -> bool:
    """Whether c2pa-python is installed."""
    return find_spec("c2pa") is not None


class Engine:
    """Signs with one credential, if given; believes the roots in `anchors` (PEM) and no others.

    Raises Missing where c2pa-python is not installed.
    """

    def __init__(self, anchors: bytes, credential: Credential | None = None) -> None:
        self._c2pa = _library()
        settings = self._c2pa.Settings.from_dict(_settings(anchors))
        self._context = self._c2pa.Context(settings)
        self._credential = credential
        self._signer = self._make_signer(credential) if credential is not None else None

    def sign(self, data: bytes, suffix: str, claim: Claim, version: str) -> Signed:
        """A file signed as its format allows; one whose credentials lie beside it is not changed.

        Raises BadInput where the claim or the file cannot be signed.
        """
        media = carriers.MEDIA.get(suffix.lower())
        try:
            if media is not None:
                try:
                    return Signed(self._sign(data, media, claim, version)[0])
                except self._c2pa.C2paError:  # a file of that name the library cannot write into
                    pass
            _, manifest = self._sign(data, carriers.ANY, claim, version, embed=False)
        except self._c2pa.C2paError as error:
            raise BadInput(
                "The Content Credentials could not be made: {reason}.", reason=_reason(error)
            ) from error
        return Signed(data, manifest)

    def check(self, data: bytes, suffix: str, beside: bytes | None = None) -> Checked:
        """What the credentials in a file, or those `beside` it, show. Never raises for bad files.

        Credentials beside a file are looked at alone: what is inside then is part of the file.
        """
        media = carriers.MEDIA.get(suffix.lower(), carriers.ANY)
        if beside is not None:
            media = carriers.ANY
        elif media == carriers.ANY:
            return checked.NONE
        try:
            with self._c2pa.Reader(
                media, io.BytesIO(data), beside, context=self._context
            ) as reader:
                facts = json.loads(reader.json())
        except (self._c2pa.C2paError, ValueError, OSError) as error:
            absent = "ManifestNotFound" in type(error).__name__ + str(error)
            return checked.NONE if absent else checked.unreadable(_reason(error))
        found = _judged(facts, beside is not None)
        return _unwrapped(found, data if beside is None else beside, suffix, beside is not None)

    def _sign(
        self, data: bytes, media: str, claim: Claim, version: str, *, embed: bool = True
    ) -> tuple[bytes, bytes]:
        assert self._signer is not None, "an engine that only checks"
        builder = self._c2pa.Builder(json.dumps(claim.definition(version)), self._context)
        for one in claim.ingredients():
            facts = {"title": one.title, "relationship": one.relation, "label": one.name}
            try:
                builder.add_ingredient(json.dumps(facts), one.media, io.BytesIO(one.data))
            except self._c2pa.C2paError:  # a file that is not what its name says: bytes at least
                builder.add_ingredient(json.dumps(facts), carriers.ANY, io.BytesIO(one.data))
        if not embed:
            builder.set_no_embed()
        out = io.BytesIO()
        manifest: bytes = builder.sign(self._signer, media, io.BytesIO(data), out)
        return out.getvalue(), manifest

    def _make_signer(self, credential: Credential) -> Any:  # noqa: ANN401  the library's own
        """A signer from the key itself: with a callback the library reserves 10 kB a signature."""
        key = credential.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        algorithm = self._c2pa.C2paSigningAlg.ES256
        info = self._c2pa.C2paSignerInfo(algorithm, credential.chain, key, None)
        return self._c2pa.Signer.from_info(info)


def _library() -> Any:  # noqa: ANN401  a module without types
    try:
        import c2pa
    except (ImportError, OSError) as error:  # OSError: its library does not fit this system
        raise Missing(
            'Content Credentials need c2pa-python: pip install "moxie-studio[credentials]".'
        ) from error
    return c2pa


def _settings(anchors: bytes) -> dict[str, object]:
    believed = {"trust_anchors": anchors.decode()} if anchors else {}  # empty ones it cannot read
    return {
        "verify": {
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_after_sign": False,  # who signs for handing out checks the file it wrote
        },
        "trust": {"trust_config": PURPOSES, **believed},
        "builder": {"thumbnail": {"enabled": False}},
    }


def _judged(facts: Any, beside: bool) -> Checked:  # noqa: ANN401  whatever the reader says
    active = facts.get("manifests", {}).get(facts.get("active_manifest"), {})
    results = facts.get("validation_results", {})
    failures = results.get("activeManifest", {}).get("failure", [])
    for delta in results.get("ingredientDeltas", []):
        failures = failures + delta.get("validationDeltas", {}).get("failure", [])
    codes = tuple(dict.fromkeys(str(one.get("code")) for one in failures))
    trusted = facts.get("validation_state") == "Trusted" and not codes
    if not trusted and not codes:
        codes = (checked.UNTRUSTED,)
    return replace(checked.judge(codes, trusted=trusted, beside=beside), told=told(active))


def _unwrapped(found: Checked, data: bytes, suffix: str, beside: bool) -> Checked:
    """With the signer's certificate; not intact where bytes around the claims were changed."""
    try:
        store = data if beside else carriers.store(data, suffix.lower())
        leaf = jumbf.signers(store or b"")[-1]
        return replace(found, certificate=leaf, key=_key(leaf))
    except (carriers.BrokenWrappingError, jumbf.BrokenStoreError, IndexError) as error:
        if found.intact != "yes":
            return found
        changed = checked.unreadable(_reason(error))
        return replace(changed, signed=found.signed, told=found.told, by_validator=False)


def _key(certificate: bytes) -> str:
    """The id of a certificate's key; nothing where it cannot be read."""
    try:
        return key_id(spki(x509.load_der_x509_certificate(certificate).public_key()))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return ""


def _reason(error: Exception) -> str:
    """What a library said, in one short line."""
    return " ".join(str(error).split())[:LONGEST_REASON].rstrip(".") or type(error).__name__

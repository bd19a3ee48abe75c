"""A signature beside a file where c2pa-python is missing: a statement in a DSSE envelope.

The payload is an in-toto statement (v1): the file's sha256, and what Content Credentials would
say. The key is the studio's key for statements.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from moxie.errors import BadInput
from moxie.rights import canon, dsse
from moxie.rights.credentials.checked import Checked, unreadable
from moxie.rights.credentials.claims import Claim, told
from moxie.rights.signing import Signer, key_id
from moxie.text import Message, say

KIND = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://moxie.invalid/claim/v1"
"""What the statement is about; an address that nobody can own."""

BESIDE = ".dsse.json"
"""What is added to a file's name for its signature beside it."""


def seal(data: bytes, claim: Claim, signer: Signer, version: str) -> bytes:
    """The signature to lie beside a file; the file stays as it is."""
    parents = [
        {"relationship": one.relation, "title": one.title, "sha256": _hash(one.data)}
        for one in claim.ingredients()
    ]
    facts = {
        "_type": STATEMENT,
        "subject": [{"digest": {"sha256": _hash(data)}}],
        "predicateType": PREDICATE,
        "predicate": {**claim.definition(version), "ingredients": parents},
    }
    return dsse.seal(KIND, canon.text(facts).encode(), [signer])


def check(data: bytes, envelope: bytes, publics: Iterable[bytes]) -> Checked:
    """What a signature beside a file shows; `publics` are the keys that are believed.

    Never raises for bad envelopes.
    """
    try:
        found = dsse.read(envelope)
        facts = json.loads(found.payload)
        [subject] = facts["subject"]
        same = found.kind == KIND and subject["digest"] == {"sha256": _hash(data)}
        said = told(facts["predicate"])
    except BadInput as error:
        return unreadable(str(error).rstrip("."))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return unreadable(type(error).__name__)
    named = {signature.key for signature in found.signatures}
    believed = [public for public in publics if key_id(public) in named]
    signed = any(found.signed_by(public) for public in believed)
    return Checked(
        found=True,
        intact="yes" if same and signed else "no" if believed or not same else "unknown",
        signed=signed,
        trusted=same and signed,
        key=next((key_id(public) for public in believed), found.signatures[0].key),
        told=said,
        why=_why(same, signed, known=bool(believed)),
    )


def _why(same: bool, signed: bool, *, known: bool) -> Message | None:
    if not known:
        return say("It is signed by a key that is not known here.")
    if not signed:
        return say("The signature is not of these claims: one or the other was changed.")
    if not same:
        return say(
            "The credentials beside it are of another file, or the file was changed after it was "
            "signed."
        )
    return None


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

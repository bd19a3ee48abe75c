"""What a look at a file's credentials shows: several answers, never one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from moxie.rights.credentials.claims import Told
from moxie.text import Message, say

Intact: TypeAlias = Literal["yes", "no", "unknown"]

CONTENT = ("assertion.dataHash", "assertion.bmffHash", "assertion.boxesHash")
SIGNATURE = "claimSignature."
EXPIRED, OUTSIDE = "signingCredential.expired", "claimSignature.outsideValidity"
UNTRUSTED = "signingCredential.untrusted"
ABOUT_KEYS = frozenset((EXPIRED, UNTRUSTED))
"""What a validator says of the key alone: signature, claims and content hold all the same."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What credentials show. `certificate` is the signer's (DER), as the signature names it.

    `trusted` is the validator's word for a signature by a chain that was given as trusted, with
    nothing wrong anywhere; nothing else is a pass. `codes` are C2PA's own words for what is wrong.
    """

    found: bool
    intact: Intact = "unknown"
    signed: bool = False  # the signature is of these claims, by whoever's key
    trusted: bool = False
    expired: bool = False  # by the validator's clock
    certificate: bytes = b""
    key: str = ""  # the id of the signer's key, as `signing.key_id` has it
    codes: tuple[str, ...] = ()
    told: Told = Told()  # noqa: RUF009  frozen
    why: Message | None = None  # what is wrong, if anything is
    by_validator: bool = True  # False where the validator saw nothing wrong and we did


def judge(codes: Collection[str], *, trusted: bool, beside: bool) -> Checked:
    """What a validator's failure codes mean. `beside` is whether credentials lay beside."""
    wrong = [code for code in codes if code not in ABOUT_KEYS]
    return Checked(
        found=True,
        intact="yes" if not wrong else "no",
        signed=not any(code.startswith(SIGNATURE) for code in wrong),
        trusted=trusted,
        expired=EXPIRED in codes,
        codes=tuple(codes),
        why=_why(wrong, codes, beside),
    )


def _why(wrong: Collection[str], codes: Collection[str], beside: bool) -> Message | None:
    if any(code.startswith(SIGNATURE) for code in wrong):
        return say("The signature is not of these claims: one or the other was changed.")
    if any(code.startswith(CONTENT) for code in wrong):
        return _CHANGED_BESIDE if beside else _CHANGED
    if wrong:
        return say("What the credentials claim was changed: {codes}.", codes=", ".join(wrong))
    if EXPIRED in codes:
        return say("The certificate of the key that signed it has expired.")
    return say("It is signed by a key that is not known here.") if codes else None


_CHANGED = say("The file was changed after it was signed.")
_CHANGED_BESIDE = say(
    "The credentials beside it are of another file, or the file was changed after it was signed."
)

NONE = Checked(found=False, why=say("There are no Content Credentials in or beside it."))


def unreadable(reason: str) -> Checked:
    """Credentials, or a file, that the validator cannot read."""
    return Checked(
        found=True,
        intact="no",
        why=say("The credentials, or the file, are damaged: {reason}.", reason=reason),
    )

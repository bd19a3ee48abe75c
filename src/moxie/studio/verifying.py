"""What can be known of a file: several verdicts, each with its reason, and never one green tick.

Intact? Signed by whom, and is that key trusted, unknown, revoked or expired? Registered, and who
was first? Labelled, and does the label agree with what is signed? Near to another work here?
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from cryptography import x509

from moxie.errors import BadInput, Missing, StoreError
from moxie.rights import credentials, detached, labels
from moxie.rights.credentials import Checked, Engine
from moxie.rights.credentials.checked import NONE
from moxie.rights.keyfiles import Key
from moxie.rights.keys import Keyring
from moxie.rights.log import Entry
from moxie.rights.standing import Standing, standing
from moxie.studio import inputs
from moxie.studio.registering import Registrar
from moxie.text import Message, say

Answer: TypeAlias = Literal["yes", "no", "unknown"]
Question: TypeAlias = Literal["intact", "signer", "registered", "earliest", "labelled", "copy"]

FAULTS: frozenset[tuple[Question, Answer]] = frozenset(
    {("intact", "no"), ("signer", "no"), ("labelled", "no"), ("earliest", "no"), ("copy", "yes")}
)
"""The answers that should worry; what is merely not known is no fault."""

DECLARED = "declared"
"""What a near-copy is called whose signed credentials name the work it was made out of."""

LONGEST_TRUST = 1_000_000
"""Bytes of a file of certificates."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question, its answer, and why. `word` says more closely what was found."""

    question: Question
    answer: Answer
    word: str
    why: Message

    @property
    def fault(self) -> bool:
        """Whether a person should be worried by it."""
        return (self.question, self.answer) in FAULTS and self.word != DECLARED


@dataclass(frozen=True, slots=True)
class Verified:
    """All verdicts on a file, and what its credentials say of it."""

    path: Path
    sha256: str
    checked: Checked
    verdicts: tuple[Verdict, ...]
    key: Key | None = None  # this studio's key that signed it

    def __getitem__(self, question: Question) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.question == question)

    @property
    def faults(self) -> tuple[Verdict, ...]:
        """What should worry."""
        return tuple(verdict for verdict in self.verdicts if verdict.fault)


@dataclass(frozen=True, slots=True)
class Near:
    """Another work that a file is a near-copy of, its first entry in the registry, and how near.

    `files` are the hashes of the files it is known as.
    """

    entry: Entry | None
    why: Message
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Looks:
    """Where else to look: each may be missing, and is then said not to have been asked.

    `registered` gives the entry of a sha256, if there is one, and raises StoreError where the log
    was changed; `revoked` the entry by which a public key was revoked; `near`, for a file and its
    bytes, the other work that it is nearest to, if it is a near-copy, and BadInput where it cannot
    be compared.
    """

    registered: Callable[[str], Entry | None] | None = None
    revoked: Callable[[bytes], Entry | None] | None = None
    near: Callable[[Path, bytes], Near | None] | None = None


def verify(
    path: Path,
    ring: Keyring,
    looks: Looks,
    *,
    sidecar: Path | None = None,
    trust: bytes = b"",
    now: datetime | None = None,
) -> Verified:
    """All that can be known of a file. `trust` are further root certificates (PEM) to believe.

    Raises BadInput for a file that is not there; a damaged one gets its verdicts.
    """
    data = inputs.read_file(path)
    sha256 = hashlib.sha256(data).hexdigest()
    registered, entry = _registered(looks, sha256)
    checked = look(path, data, ring, sidecar, trust)
    key = next((key for key in ring.keys if key.id == checked.key), None)
    worth = None
    if key is not None:
        moment = now or datetime.now(UTC)
        worth = standing(ring, key, now=moment, proven=_proven(ring, looks, key, entry))
    copy, near = _copy(looks, path, data, checked)
    verdicts = (
        _intact(checked),
        _signer(checked, key, worth),
        registered,
        _earliest(entry, copy, near),
        _labelled(data, labels.kind(data) or path.suffix.lower(), checked),
        copy,
    )
    return Verified(path, sha256, checked, verdicts, key)


def _proven(ring: Keyring, looks: Looks, key: Key, entry: Entry | None) -> datetime | None:
    """Before when the registry proves that the file was there.

    By the order of the log where it tells of the revocation, as clocks can be set; an entry that
    was made with the clock turned back proves no time.
    """
    if entry is None or entry.back:
        return None
    revoked = ring.revocation(key)
    if revoked is not None and looks.revoked is not None:
        try:
            told = looks.revoked(revoked.public)
        except StoreError:  # a log that was changed proves nothing
            return None
        if told is not None and told.seq < entry.seq:
            return None
    return datetime.fromisoformat(entry.time)


def looks(registrar: Registrar) -> Looks:
    """Where the studio itself can look: its registry."""

    def registered(sha256: str) -> Entry | None:
        if registrar.first(sha256) is None:
            return None
        return registrar.receipt(sha256).entry  # which holds the log against what was signed

    def revoked(public: bytes) -> Entry | None:
        subject = hashlib.sha256(public).hexdigest()
        told = (one for one in registrar.entries(subject) if one.kind == "revocation")
        return next(told, None)

    return Looks(registered, revoked)


def look(
    path: Path, data: bytes, ring: Keyring, sidecar: Path | None = None, trust: bytes = b""
) -> Checked:
    """What the credentials of a file show: those in it, given, or lying beside it by name."""
    beside = sidecar or _beside(path)
    if beside is not None and not _is_c2pa(inputs.read_file(beside)):
        publics = [key.public for key in ring.keys if key.kind == "statements"]
        return detached.check(data, inputs.read_file(beside), publics)
    try:
        engine = Engine(ring.anchors() + trust)
    except Missing as error:
        inside = path.suffix.lower() in credentials.MEDIA or beside is not None
        return replace(NONE, why=error.message) if inside else NONE
    found = engine.check(data, path.suffix.lower())
    if beside is not None and (sidecar is not None or not found.found):
        return engine.check(data, path.suffix.lower(), inputs.read_file(beside))
    return found


def read_trust(path: Path) -> bytes:
    """Root certificates that a person chose to believe, as PEM; raises BadInput."""
    data = inputs.read_file(path)
    try:
        if len(data) > LONGEST_TRUST or not x509.load_pem_x509_certificates(data):
            raise ValueError  # noqa: TRY301  one sentence for both
    except (ValueError, x509.InvalidVersion) as error:
        raise BadInput("{path} holds no certificates (PEM).", path=str(path)) from error
    return data


def _beside(path: Path) -> Path | None:
    places = (path.with_name(path.name + end) for end in (credentials.BESIDE, detached.BESIDE))
    return next((place for place in places if place.is_file()), None)


def _is_c2pa(data: bytes) -> bool:
    return data.lstrip()[:1] != b"{"


def _intact(checked: Checked) -> Verdict:
    if not checked.found:
        why = checked.why or say("There are no Content Credentials in or beside it.")
        return Verdict("intact", "unknown", "unsigned", why)
    if checked.intact == "yes":
        return Verdict("intact", "yes", "as signed", say("It is, byte for byte, as it was signed."))
    why = checked.why or say("The file was changed after it was signed.")
    return Verdict(
        "intact", checked.intact, "changed" if checked.intact == "no" else "unknown", why
    )


def _signer(checked: Checked, key: Key | None, worth: Standing | None) -> Verdict:
    if not checked.found:
        return Verdict("signer", "unknown", "unsigned", say("Nobody signed it."))
    if checked.intact != "yes":
        told = say("A signature on something that was changed says nothing of who signed it.")
        return Verdict("signer", "unknown", "broken", told)
    forged = key is not None and checked.certificate != key.certificate
    held = checked.trusted or (checked.expired and worth is not None and worth.since is not None)
    if key is None or worth is None or forged or not held:
        if checked.trusted:
            told = say("It is signed under a certificate that you chose to believe.")
            return Verdict("signer", "yes", "believed", told)
        word = "expired" if checked.expired else "unknown"
        told = say("It is signed by a key that is not known here.")
        return Verdict("signer", "no", word, told)
    return _own(key, worth)


def _own(key: Key, worth: Standing) -> Verdict:
    """On a signature by one of this studio's keys."""
    facts = {"key": key.id[:12], "since": worth.since.isoformat() if worth.since else ""}
    if worth.worth == "revoked":
        told = say(
            "It is signed by this studio's key {key}, which was revoked at {since}, and nothing "
            "proves that it was signed before.",
            **facts,
        )
    elif worth.worth == "expired":
        told = say(
            "It is signed by this studio's key {key}, which expired at {since}, and nothing proves "
            "that it was signed before.",
            **facts,
        )
    elif worth.worth == "early":
        told = say(
            "It is signed by this studio's key {key}, which was made at {since}: later than the "
            "clock says it is. Set the clock right.",
            **facts,
        )
    elif worth.proven is not None:
        told = say(
            "It is signed by this studio's key {key}, no longer in force since {since}, but it was "
            "registered before that.",
            **facts,
        )
        return Verdict("signer", "yes", "trusted", told)
    else:
        told = say("It is signed by this studio's key {key}; nobody has certified it.", **facts)
        return Verdict("signer", "yes", "trusted", told)
    return Verdict("signer", "no", worth.worth, told)


def _registered(looks: Looks, sha256: str) -> tuple[Verdict, Entry | None]:
    if looks.registered is None:
        return Verdict("registered", "unknown", "not looked up", _NOT_ASKED), None
    try:
        entry = looks.registered(sha256)
    except StoreError as error:
        return Verdict("registered", "unknown", "log damaged", error.message), None
    if entry is None:
        told = say("This very file is not registered here.")
        return Verdict("registered", "no", "not registered", told), None
    told = say("It is entry {seq} of the registry, at {time}.", seq=entry.seq, time=entry.time)
    return Verdict("registered", "yes", "registered", told), entry


def _earliest(entry: Entry | None, copy: Verdict, near: Near | None) -> Verdict:
    if copy.answer == "unknown":
        return Verdict("earliest", "unknown", "not looked up", _NOT_ASKED)
    before = near.entry if near is not None else None
    if before is not None and (entry is None or before.seq < entry.seq):
        seq, time = before.seq, before.time
        told = say("A work near to it was registered before: {seq}, at {time}.", seq=seq, time=time)
        return Verdict("earliest", "no", "later", told)
    if entry is None:
        told = say("Nothing of this work is registered here.")
        return Verdict("earliest", "unknown", "not registered", told)
    told = say("Nothing near to it was registered before it, in this registry.")
    return Verdict("earliest", "yes", "first here", told)


def _labelled(data: bytes, suffix: str, checked: Checked) -> Verdict:
    if suffix not in labels.SUFFIXES:
        told = say("There is no place for a label in files of this kind.")
        return Verdict("labelled", "unknown", "no place", told)
    try:
        found = labels.read(data, suffix)
    except BadInput as error:
        return Verdict("labelled", "unknown", "unreadable", error.message)
    if found.status == "none":
        return Verdict("labelled", "unknown", "none", say("There is no label in it."))
    if found.status != "one":
        why = next(iter(found.problems), say("Its label is not as it should be."))
        return Verdict("labelled", "no", found.status, why)
    signed = checked.told.sources if checked.intact == "yes" else ()
    if signed and found.source and found.source not in signed:
        told = say(
            "The label says {label}, the signed credentials say {claim}.",
            label=found.source,
            claim=", ".join(signed),
        )
        return Verdict("labelled", "no", "contradiction", told)
    told = say("One label: {source}.", source=found.source or "AIGC")
    return Verdict("labelled", "yes", "one", told)


def _copy(looks: Looks, path: Path, data: bytes, checked: Checked) -> tuple[Verdict, Near | None]:
    if looks.near is None:
        return Verdict("copy", "unknown", "not looked up", _NOT_ASKED), None
    try:
        near = looks.near(path, data)
    except (BadInput, StoreError) as error:
        return Verdict("copy", "unknown", "not looked up", error.message), None
    if near is None:
        told = say("It is near to nothing else that this store knows.")
        return Verdict("copy", "no", "none", told), None
    parents = checked.told.work.get("parents") if checked.intact == "yes" else ()
    if isinstance(parents, list | tuple) and near.files & {str(one) for one in parents}:
        told = say("It is near to the work that its credentials say it was made out of.")
        return Verdict("copy", "yes", DECLARED, told), None
    return Verdict("copy", "yes", "near-copy", near.why), near


_NOT_ASKED = say("Not looked up.")

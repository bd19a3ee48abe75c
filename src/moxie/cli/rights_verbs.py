"""What `moxie verify` and `moxie keys` do, and how they say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.rights.keyfiles import CHAIN, KINDS, Key, Kind
from moxie.studio import Studio
from moxie.studio.making import write
from moxie.studio.verifying import Question, Verdict, Verified
from moxie.text import Message, say

FAULT, UNSIGNED = 10, 11
"""Exit codes of `moxie verify`: something is wrong; or nothing is, but nobody signed it."""


def verify(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie verify FILE`: each verdict by itself."""
    file: Path | None = params["file"]
    if file is None:
        raise BadInput("Say which file to verify: moxie verify FILE.")
    found = studio.verify(file, sidecar=params["sidecar"], trust=params["trust"])
    sentences = [line for verdict in found.verdicts for line in (_asked(verdict), verdict.why)]
    if found.checked.found:
        sentences.append(
            say("What is signed is what a key said. Whether it is true, no signature can say.")
        )
    return Outcome(_facts(found), sentences, _exit_code(found))


def _exit_code(found: Verified) -> int:
    if found.faults:
        return FAULT
    signed = found["intact"].answer == "yes" and found["signer"].answer == "yes"
    return 0 if signed else UNSIGNED


def _facts(found: Verified) -> dict[str, object]:
    told = found.checked.told
    return {
        "path": str(found.path),
        "sha256": found.sha256,
        "verdicts": {
            verdict.question: {
                "answer": verdict.answer,
                "word": verdict.word,
                "why": str(verdict.why),
            }
            for verdict in found.verdicts
        },
        "key": found.key.id if found.key is not None else None,
        "codes": list(found.checked.codes),
        "claims": {
            "sources": list(told.sources),
            "actions": list(told.actions),
            "ingredients": [list(one) for one in told.ingredients],
            "work": dict(told.work),
            "corpus": dict(told.corpus),
            "mining": dict(told.mining),
        },
    }


def _asked(verdict: Verdict) -> Message:
    mark = _MARKS[verdict.answer]
    said: dict[Question, Message] = {
        "intact": say("[{mark}] Intact?", mark=mark),
        "signer": say("[{mark}] Signed by a key that is trusted here?", mark=mark),
        "registered": say("[{mark}] Registered?", mark=mark),
        "earliest": say("[{mark}] The earliest?", mark=mark),
        "labelled": say("[{mark}] Labelled?", mark=mark),
        "copy": say("[{mark}] A near-copy of something else in this store?", mark=mark),
    }
    return said[verdict.question]


_MARKS = {"yes": "+", "no": "-", "unknown": "?"}
"""Yes, no, and not known."""


def keys(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie keys`: list them, or rotate, revoke, protect or export."""
    act = params["act"] or "list"
    if act not in _ACTS:
        raise BadInput(
            "There is no {act} for keys: write list, rotate, revoke, protect or export.", act=act
        )
    done = _ACTS[act](studio, params)
    facts = {"keys": [_key(key) for key in studio.keys.ring.keys]}
    return Outcome(facts, done)


def _list(studio: Studio, _params: dict[str, Any]) -> list[Message]:
    ring = studio.keys.ring
    if not ring.keys:
        return [say("There are no keys yet: the first export makes them.")]
    return [_line(key) for key in ring.keys]


def _rotate(studio: Studio, params: dict[str, Any]) -> list[Message]:
    ring, which = studio.keys.ring, params["key"]
    if which is None:
        kinds: tuple[Kind, ...] = ("leaf", "statements")
    elif which in KINDS:
        kinds = (which,)
    else:
        kinds = (ring.find(which).kind,)
    return [
        say("The new key {key} ({kind}) signs from now on.", key=key.id[:12], kind=key.kind)
        for key in ring.rotate(*kinds)
    ]


def _revoke(studio: Studio, params: dict[str, Any]) -> list[Message]:
    if params["key"] is None:
        raise BadInput("Say which key: moxie keys revoke KEY --reason TEXT.")
    key = studio.keys.revoke(params["key"], params["reason"] or "")
    told = say(
        "The key {key} is revoked. What it signed counts only where the registry proves that it "
        "was before now.",
        key=key.id[:12],
    )
    return [told] + ([say("So are all keys below it.")] if key.kind in CHAIN[:2] else [])


def _protect(studio: Studio, _params: dict[str, Any]) -> list[Message]:
    passphrase = click.prompt(
        "New passphrase 新口令 (empty: none)",
        default="",
        hide_input=True,
        confirmation_prompt=True,
        show_default=False,
        err=True,
    )
    studio.keys.ring.protect(passphrase or None)
    if passphrase:
        return [say("The keys are under the new passphrase: set MOXIE_PASSPHRASE, or be asked.")]
    return [say("The keys are under no passphrase; who can read their files can sign.")]


def _export(studio: Studio, params: dict[str, Any]) -> list[Message]:
    ring, out = studio.keys.ring, params["out"]
    if out is None:
        raise BadInput("Say where to write it: moxie keys export --out FILE.")
    ring.credential()
    write(out, ring.anchors())
    return [
        say(
            "The root certificates are in {path}: others verify your files with "
            "`moxie verify FILE --trust {path}` if they believe them to be yours.",
            path=str(out),
        )
    ]


_ACTS = {
    "list": _list,
    "rotate": _rotate,
    "revoke": _revoke,
    "protect": _protect,
    "export": _export,
}


def _line(key: Key) -> Message:
    facts = {"key": key.id[:12], "kind": key.kind, "made": f"{key.made_at:%Y-%m-%d}"}
    if key.revoked_at is not None:
        at, why = f"{key.revoked_at:%Y-%m-%d}", key.reason
        return say("{key} {kind}, made {made}, revoked {at}: {why}", **facts, at=at, why=why)
    if key.retired_at is not None:
        at = f"{key.retired_at:%Y-%m-%d}"
        return say("{key} {kind}, made {made}, retired {at}", **facts, at=at)
    return say(
        "{key} {kind}, made {made}, signs until {at}", **facts, at=f"{key.used_until:%Y-%m-%d}"
    )


def _key(key: Key) -> dict[str, object]:
    times = {
        name: moment.isoformat() if moment is not None else None
        for name, moment in (
            ("made_at", key.made_at),
            ("used_until", key.used_until),
            ("valid_until", key.valid_until),
            ("retired_at", key.retired_at),
            ("revoked_at", key.revoked_at),
        )
    }
    return {
        "id": key.id,
        "kind": key.kind,
        "issuer": key.issuer or None,
        "reason": key.reason or None,
        **times,
    }

"""Training and mining assertions in C2PA manifests (CAWG 1.0, and C2PA's own before it).

The manifest store is not verified here: a no counts whoever signed it. So it is enough to find
the assertion's box by its label, in a file or in a detached `.c2pa`, and to read what it holds.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator

from moxie.rights.signals import cbor
from moxie.rights.signals.signal import Signal, quoted

MAX_ASSERTIONS, MAX_BOX = 64, 1 << 20

_LABEL = re.compile(rb"(cawg|c2pa)\.training-mining(?:\.v\d+)?(?:__\d+)?\0")
_BOX = re.compile(rb"(cbor|json)")
_TRAINING = ("ai_training", "ai_generative_training", "data_mining")
_APP11 = 0xEB


def read(data: bytes, where: str = "C2PA manifest") -> list[Signal]:
    """Every entry on training or mining that says no, or yes on conditions."""
    found: list[Signal] = []
    for scheme, assertion in _assertions(_rejoined(data)):
        entries = assertion.get("entries", assertion)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            use = entry.get("use") if isinstance(entry, dict) else None
            if str(name).rpartition(".")[2] in _TRAINING and use in ("notAllowed", "constrained"):
                info = entry.get("constraint_info") or ""
                quote = quoted(" ".join(filter(None, (f"{name}: {use}", str(info)))))
                found.append(Signal(scheme.upper(), where, quote))
    return found


def _assertions(data: bytes) -> Iterator[tuple[str, dict[str, object]]]:
    """Scheme and content of each assertion: the box behind a label that ends a description."""
    for count, label in enumerate(_LABEL.finditer(data)):
        if count >= MAX_ASSERTIONS:
            return
        box = _BOX.search(data, label.end(), label.end() + 128)
        if box is None:
            continue
        length = int.from_bytes(data[box.start() - 4 : box.start()], "big") - 8
        if not 0 < length <= MAX_BOX:
            continue
        body = data[box.end() : box.end() + length]
        try:
            held = cbor.loads(body) if box[1] == b"cbor" else json.loads(body)
        except (ValueError, RecursionError, struct.error):
            continue
        if isinstance(held, dict):
            yield label[1].decode(), held


def _rejoined(data: bytes) -> bytes:
    """The manifest store of a JPEG, whose segments cut it up (JPEG XT, ISO/IEC 18477-3)."""
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    parts: list[bytes] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        [length] = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if data[at + 1] == _APP11 and body[:2] == b"JP":
            first = body[4:8] == b"\0\0\0\1"
            parts.append(body[8:] if first else body[16:])  # the box' head is repeated
        at += 2 + length
    return b"".join(parts) or data

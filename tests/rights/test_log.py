"""The log tells when its history was changed, and receipts prove only what they are about."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moxie.errors import BadInput
from moxie.rights import checkpoint, log, merkle, receipt
from moxie.rights.log import Entry, Row
from moxie.rights.signing import Ed25519

KEY = Ed25519.from_seed("studio", bytes(32))
OTHER = Ed25519.from_seed("other", b"\x01" * 32)
ORIGIN = "moxie-studio/test"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def made(n: int, seconds: Callable[[int], int] = lambda place: place) -> list[Entry]:
    times = [f"2026-01-01T00:00:{seconds(place):02d}Z" for place in range(n)]
    return [
        Entry(place, "creation", digest(f"file {place}"), digest(f"c{place}"), "", time, back)
        for place, (time, back) in enumerate(
            zip(times, [False, *(b < a for a, b in pairwise(times))], strict=False)
        )
    ]


def rows(entries: list[Entry]) -> list[Row]:
    return [Row(place, e.leaf.hex(), e.text()) for place, e in enumerate(entries)]


def notes(entries: list[Entry], signer: Ed25519 = KEY) -> list[tuple[int, str]]:
    leaves = [entry.leaf for entry in entries]
    sizes = range(1, len(entries) + 1)
    tops = [(size, merkle.root_of(leaves[:size])) for size in sizes]
    return [(size, checkpoint.sign(ORIGIN, size, top, [signer])) for size, top in tops]


def faults(entries: list[Row], signed: list[tuple[int, str]]) -> str:
    return " ".join(map(str, log.audit(entries, signed, [KEY.public]).faults))


@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
def test_a_log_as_it_was_signed_has_no_faults(n: int) -> None:
    found = log.audit(rows(made(n)), notes(made(n)), [OTHER.public, KEY.public])
    assert (found.entries, found.checkpoints, found.faults, found.back) == (n, n, (), ())


def test_appending_by_peaks_gives_the_same_root() -> None:
    peaks: list[bytes] = []
    leaves = [entry.leaf for entry in made(40)]
    for place, leaf in enumerate(leaves):
        peaks = merkle.grow(peaks, place, leaf)
        assert merkle.root_of_peaks(peaks) == merkle.root_of(leaves[: place + 1])


def test_an_entry_rewritten_is_found_and_where() -> None:
    signed, entries = notes(made(9)), made(9)
    entries[4] = replace(entries[4], subject=digest("mine"))
    honest = [row.leaf for row in rows(made(9))]
    kept_leaf = [replace(row, leaf=leaf) for row, leaf in zip(rows(entries), honest, strict=True)]
    assert "Entry 4 of the log was rewritten" in faults(kept_leaf, signed)
    assert "first 5 entries are not those that were signed" in faults(rows(entries), signed)
    assert "first 4 entries" not in faults(rows(entries), signed)


def test_an_entry_dropped_or_moved_is_found() -> None:
    signed, whole = notes(made(9)), rows(made(9))
    assert "Entry 5 stands at place 4" in faults(whole[:4] + whole[5:], signed)
    swapped = [*whole[:3], whole[4], whole[3], *whole[5:]]
    assert "Entry 4 stands at place 3" in faults(swapped, signed)
    assert "vouches for 9 entries, which the log no longer has" in faults(whole[:8], signed)


def test_an_end_cut_with_its_checkpoints_is_found_by_a_checkpoint_from_elsewhere() -> None:
    whole, signed = made(9), notes(made(9))
    assert faults(rows(whole[:6]), signed[:6]) == ""  # the honest limit
    kept = checkpoint.read(signed[7][1])
    assert not log.extends([entry.leaf for entry in whole[:6]], kept)
    assert log.extends([entry.leaf for entry in whole], kept)
    other = [replace(entry, commitment=digest("x")) for entry in whole]
    assert not log.extends([entry.leaf for entry in other], kept)


def test_a_history_signed_by_another_key_is_found() -> None:
    entries = made(4)
    assert "not signed by this studio's keys" in faults(rows(entries), notes(entries, OTHER))


def test_entries_that_nobody_signed_are_found() -> None:
    assert "Entries from 3 on" in faults(rows(made(4)), notes(made(4))[:3])
    assert "Entries from 0 on" in faults(rows(made(4)), [])


def test_a_clock_turned_back_is_said_by_the_entry_and_is_no_fault() -> None:
    entries = made(5, lambda place: (10, 20, 5, 6, 30)[place])
    found = log.audit(rows(entries), notes(entries), [KEY.public])
    assert (found.faults, found.back) == ((), (2,))
    lying = [replace(entry, back=False) for entry in entries]
    assert "The time of entry 2 does not follow" in faults(rows(lying), notes(lying))


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nan", '{"seq":0}', "x" * 3000, "[" * 1999])
def test_what_is_no_entry_is_said_and_the_audit_goes_on(text: str) -> None:
    whole, signed = rows(made(3)), notes(made(3))
    whole[1] = replace(whole[1], text=text)
    assert "Entry 1 of the log cannot be read" in faults(whole, signed)
    with pytest.raises(BadInput, match="no entry"):
        Entry.read(text)


def test_an_entry_has_one_form_and_holds_nothing_but_hashes_place_and_time() -> None:
    entry = made(1)[0]
    assert Entry.read(entry.text()) == entry
    for other in (entry.text() + " ", entry.text().replace(":0", ": 0"), entry.text()[:-1]):
        with pytest.raises(BadInput):
            Entry.read(other)
    for wrong in (
        replace(entry, subject="A" * 64),
        replace(entry, record="Vincent"),
        replace(entry, kind="a title"),
        replace(entry, time="today"),
        replace(entry, seq=-1),
        replace(entry, seq=True),
    ):
        with pytest.raises(BadInput):
            Entry.read(wrong.text())


def test_a_commitment_binds_and_hides() -> None:
    one = log.commit(b"a" * 32, "title")
    assert one == log.commit(b"a" * 32, "title")
    assert len({one, log.commit(b"b" * 32, "title"), log.commit(b"a" * 32, "titlf")}) == 3


def test_a_checkpoint_is_a_note_in_the_form_of_c2sp() -> None:
    note = checkpoint.sign("example.org/log", 7, b"\x02" * 32, [KEY])
    lines = note.split("\n")
    assert lines[:4] == ["example.org/log", "7", base64.b64encode(b"\x02" * 32).decode(), ""]
    dash, name, value = lines[4].split(" ")
    raw = base64.b64decode(value)
    named = hashlib.sha256(b"example.org/log\n\x01" + KEY.public).digest()[:4]
    assert (dash, name, raw[:4], len(raw), lines[5:]) == ("—", "example.org/log", named, 68, [""])
    signed = checkpoint.read(note)
    assert (signed.size, signed.root) == (7, b"\x02" * 32)
    assert signed.signed_by(KEY.public)
    assert not signed.signed_by(OTHER.public)


def test_a_witness_may_sign_too() -> None:
    note = checkpoint.sign("a/b", 1, b"\x02" * 32, [KEY])
    witness = "— witness.example " + base64.b64encode(b"\x00" * 68).decode() + "\n"
    assert checkpoint.read(note + witness).signed_by(KEY.public)


@given(st.data())
@settings(deadline=None)
def test_no_byte_of_a_checkpoint_can_be_changed(data: st.DataObject) -> None:
    note = bytearray(checkpoint.sign(ORIGIN, 12, b"\x02" * 32, [KEY]).encode())
    place = data.draw(st.integers(0, len(note) - 1))
    note[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        signed = checkpoint.read(note.decode())
    except (BadInput, UnicodeDecodeError):
        return
    assert not signed.signed_by(KEY.public)


@pytest.mark.slow
@given(st.text(max_size=200))
def test_nonsense_is_no_checkpoint(text: str) -> None:
    with pytest.raises(BadInput):
        checkpoint.read(text)


def given_receipt(place: int = 3, n: int = 9) -> receipt.Receipt:
    entries = made(n)
    leaves = [entry.leaf for entry in entries]
    proof = tuple(merkle.inclusion_of(leaves, place))
    return receipt.Receipt(entries[place], proof, notes(entries)[-1][1], KEY.public)


def test_a_receipt_proves_its_file_offline() -> None:
    paper = receipt.Receipt.read(given_receipt().to_bytes())
    found = receipt.check(paper, digest("file 3"), [KEY.public])
    assert (found.entry.seq, found.signed.size, found.trusted) == (3, 9, True)
    assert not receipt.check(paper, digest("file 3"), [OTHER.public]).trusted


def test_a_receipt_is_refused_with_its_reason() -> None:
    paper = given_receipt()
    with pytest.raises(BadInput, match="of another file"):
        receipt.check(paper, digest("file 4"), [KEY.public])
    replayed = replace(paper, entry=made(9)[4])
    with pytest.raises(BadInput, match="does not lead to its checkpoint"):
        receipt.check(replayed, digest("file 4"), [KEY.public])
    forged = replace(paper, note=notes(made(9), OTHER)[-1][1])
    with pytest.raises(BadInput, match="not signed by the key it names"):
        receipt.check(forged, digest("file 3"), [KEY.public])
    older = replace(paper, note=notes(made(9))[5][1])
    with pytest.raises(BadInput, match="does not lead to its checkpoint"):
        receipt.check(older, digest("file 3"), [KEY.public])


@given(st.binary(max_size=60) | st.just(b"[" * 100_000) | st.just(b'{"format":"moxie-receipt/1"}'))
@settings(deadline=None)
def test_nonsense_is_no_receipt(data: bytes) -> None:
    with pytest.raises(BadInput, match="no receipt"):
        receipt.Receipt.read(data)

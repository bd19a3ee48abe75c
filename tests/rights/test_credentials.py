"""Content Credentials: every format, every flipped byte, every wrong signer, each its reason."""

from __future__ import annotations

import io
import json
import sys
import wave
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sample_files import GLB, MIDI, SVG, files, picture, png_chunks, wav

from moxie.errors import BadInput, Missing
from moxie.rights import merkle
from moxie.rights.credentials import MEDIA, Claim, Engine, Ingredient, carriers, corpus_manifest
from moxie.rights.credentials import jumbf as jumbf_module

pytest.importorskip("c2pa")

MADE = Claim("trainedAlgorithmicMedia", work="ab" * 32)
FILES = files()
INSIDE = [suffix for suffix in FILES if suffix in MEDIA]
BESIDE = [suffix for suffix in FILES if suffix not in MEDIA]


def passes(engine, data, suffix, beside=None) -> bool:
    return engine.check(data, suffix, beside).trusted


@pytest.mark.parametrize("suffix", FILES)
def test_every_format_is_signed_and_verifies(engine, studio_keys, suffix):
    signed = engine.sign(FILES[suffix], suffix, MADE, "1.0")
    found = engine.check(signed.data, suffix, signed.beside)
    assert (found.found, found.intact, found.signed, found.trusted) == (True, "yes", True, True)
    assert found.why is None
    assert found.codes == ()
    assert found.told.sources == ("trainedAlgorithmicMedia",)
    assert found.told.work == {"id": "ab" * 32}
    assert found.certificate == studio_keys.credential().key.certificate
    assert (signed.beside is None) == (suffix in MEDIA)
    if signed.beside is not None:
        assert signed.data == FILES[suffix]


def test_ordinary_readers_still_read_what_was_signed(engine):
    for form in ("PNG", "JPEG", "WEBP", "TIFF"):
        data = picture(form)
        signed = engine.sign(data, "." + form.lower(), MADE, "1.0").data
        with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(signed)) as after:
            assert np.array_equal(np.asarray(before), np.asarray(after))
    with wave.open(io.BytesIO(engine.sign(wav(), ".wav", MADE, "1.0").data)) as sound:
        assert sound.readframes(10_000) == b"\x01\x02" * 400


@pytest.mark.parametrize("suffix", FILES)
def test_no_changed_byte_goes_unnoticed(engine, suffix):
    """A few of all bytes, wherever they lie; the benchmark changes ten thousand."""
    signed = engine.sign(FILES[suffix] if suffix != ".png" else small_png(), suffix, MADE, "1.0")
    rng = np.random.default_rng(len(suffix) + len(signed.data))
    for which in ("data", "beside"):
        whole = getattr(signed, which) or b""
        for at in rng.permutation(len(whole))[:40]:
            changed = bytearray(whole)
            changed[at] ^= 1 << int(rng.integers(0, 8))
            trial = replace(signed, **{which: bytes(changed)})
            assert not passes(engine, trial.data, suffix, trial.beside), (suffix, which, at)


def small_png() -> bytes:
    return picture("PNG", 2)


def test_what_c2pa_passes_over_is_padding_names_and_lengths(engine):
    """The proof of what means nothing to a validator: zeros, and the wrapping of the claims."""
    signed = engine.sign(small_png(), ".png", MADE, "1.0").data
    [(_, start, end)] = [chunk for chunk in png_chunks(signed) if chunk[0] == b"caBX"]
    store = signed[start:end]
    padding = store.index(b"cpadY") + 7
    size = int.from_bytes(store[padding - 2 : padding], "big")
    assert store[padding : padding + size] == bytes(size)
    assert size > 900

    def reader_state(data: bytes) -> str:
        import c2pa

        try:
            return c2pa.Reader(
                "image/png", io.BytesIO(data), context=engine._context
            ).get_validation_state()
        except c2pa.C2paError:
            return "Invalid"

    head = store.index(b"c2pa.assertions") - 160  # the outer boxes: lengths, types, names
    wrapping = range(start + head, start + head + 200, 2)
    filling = range(start + padding, start + padding + size, 50)
    over = []
    for at in (*wrapping, *filling, end, end + 3):
        changed = bytearray(signed)
        changed[at] ^= 1
        if reader_state(bytes(changed)) == "Trusted":
            over.append(at)
            assert not passes(engine, bytes(changed), ".png"), at
    assert set(filling) <= set(over)
    assert {end, end + 3} <= set(over)  # the checksum of the chunk
    assert set(over) & set(wrapping)


def test_content_claims_and_signature_each_have_their_reason(engine):
    signed = engine.sign(picture("PNG"), ".png", MADE, "1.0").data
    pixels = next(start for kind, start, _ in png_chunks(signed) if kind == b"IDAT") + 30
    claim = signed.index(b"trainedAlgorithmicMedia")
    for at, why in ((pixels, "file was changed"), (claim, "credentials claim was changed")):
        changed = bytearray(signed)
        changed[at] ^= 1
        found = engine.check(bytes(changed), ".png")
        assert (found.intact, found.trusted) == ("no", False)
        assert why in str(found.why)
        assert found.signed
    store = carriers.store(signed, ".png")
    assert store is not None
    last = signed.index(store) + len(store) - 10
    changed = bytearray(signed)
    changed[last] ^= 1
    fixed = recounted(bytes(changed))
    found = engine.check(fixed, ".png")
    assert "signature is not of these claims" in str(found.why)
    assert not found.signed
    appended = engine.check(signed + b"x", ".png")
    assert "changed" in str(appended.why)
    assert appended.intact == "no"


def recounted(data: bytes) -> bytes:
    """A PNG with the checksum of its credentials made right again, as a forger would."""
    import zlib

    at = data.index(b"caBX")
    size = int.from_bytes(data[at - 4 : at], "big")
    end = at + 4 + size
    return data[:end] + zlib.crc32(data[at:end]).to_bytes(4, "big") + data[end + 4 :]


def test_another_signer_is_not_trusted(engine, studio_keys, other_keys):
    credential = other_keys.credential()
    stranger = Engine(other_keys.anchors(), credential)
    for suffix in (".png", ".mid"):
        signed = stranger.sign(FILES[suffix], suffix, MADE, "1.0")
        assert passes(Engine(other_keys.anchors()), signed.data, suffix, signed.beside)
        found = engine.check(signed.data, suffix, signed.beside)
        assert (found.intact, found.signed, found.trusted) == ("yes", True, False)
        assert "not known here" in str(found.why)
        assert found.certificate == credential.key.certificate
        assert not passes(Engine(b""), signed.data, suffix, signed.beside)
        assert found.certificate != studio_keys.credential().key.certificate


def test_a_swapped_sidecar_is_refused(engine):
    one = engine.sign(MIDI, ".mid", MADE, "1.0")
    other = engine.sign(MIDI + b"\0", ".mid", replace(MADE, work="cd" * 32), "1.0")
    assert one.beside != other.beside
    found = engine.check(MIDI, ".mid", other.beside)
    assert (found.intact, found.trusted) == ("no", False)
    assert "of another file" in str(found.why)
    assert found.told.work == {"id": "cd" * 32}
    assert not engine.check(MIDI, ".mid", FILES[".txt"]).trusted


def test_credentials_of_pictures_may_lie_beside_too(engine):
    beside = engine.sign(GLB, ".glb", MADE, "1.0").beside
    assert passes(engine, GLB, ".png", beside)  # what a name says does not count


def test_files_without_credentials_say_so(engine):
    for suffix, data in FILES.items():
        found = engine.check(data, suffix)
        assert (found.found, found.trusted) == (False, False), suffix
        assert "no Content Credentials" in str(found.why)


def test_saving_a_picture_again_loses_the_credentials(engine):
    signed = engine.sign(picture("PNG"), ".png", MADE, "1.0").data
    out = io.BytesIO()
    with Image.open(io.BytesIO(signed)) as again:
        again.save(out, "PNG")
    assert not engine.check(out.getvalue(), ".png").found


def test_what_cannot_be_written_into_gets_credentials_beside(engine):
    signed = engine.sign(b"this is no PDF", ".pdf", MADE, "1.0")
    assert signed.data == b"this is no PDF"
    assert signed.beside is not None
    assert passes(engine, signed.data, ".pdf", signed.beside)


def test_no_damaged_file_is_trusted_and_none_crashes(engine):
    rng = np.random.default_rng(1)
    signed = {s: engine.sign(data, s, MADE, "1.0") for s, data in FILES.items()}
    for number in range(240):
        suffix = list(FILES)[number % len(FILES)]
        whole = signed[suffix]
        data, beside = damaged(whole.data, rng), whole.beside
        if beside is not None and number % 2:
            data, beside = whole.data, damaged(beside, rng)
        if (data, beside) != (whole.data, whole.beside):
            assert not engine.check(data, suffix, beside).trusted, (suffix, number)


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, some bytes changed, a part left out, doubled or filled."""
    start, end = sorted(int(at) for at in rng.integers(0, len(data) + 1, 2))
    choice = int(rng.integers(0, 5))
    if choice == 0:
        return data[:start]
    if choice == 1:
        changed = bytearray(data)
        for at in rng.integers(0, len(data), 8):
            changed[at] = int(rng.integers(0, 256))
        return bytes(changed)
    middle = {2: b"", 3: data[start:end] * 2, 4: b"\xff" * (end - start)}[choice]
    return data[:start] + middle + data[end:]


def test_a_damaged_certificate_is_not_a_crash(engine):
    """Any bit of the signer's certificate; its version, for one, has an error of its own."""
    signed = engine.sign(small_png(), ".png", MADE, "1.0").data
    leaf = engine.check(signed, ".png").certificate
    start = signed.index(leaf)
    for at in range(start, start + len(leaf), 3):
        changed = bytearray(signed)
        changed[at] ^= 0x20
        assert not engine.check(recounted(bytes(changed)), ".png").trusted, at


def test_the_wrapping_never_crashes():
    rng = np.random.default_rng(2)
    for _ in range(500):
        junk = rng.integers(0, 256, int(rng.integers(0, 200)), dtype=np.uint8).tobytes()
        head = b"\0\0\0\x80jumb\0\0\0\x1ejumdc2pa" + jumbf_module.TAIL + b"\x03c2pa\0"
        for data in (junk, head + junk):
            with pytest.raises((jumbf_module.BrokenStoreError, IndexError)):
                jumbf_module.signers(data)[-1]


def test_the_corpus_is_one_ingredient(engine):
    works = [f"{number:064x}" for number in range(300)]
    corpus = corpus_manifest(works, ["CC-BY-4.0", "CC0-1.0", "CC-BY-4.0"])
    facts = json.loads(corpus)
    assert facts["count"] == 300
    assert facts["licenses"] == ["CC-BY-4.0", "CC0-1.0"]
    leaves = [bytes.fromhex(work) for work in works]
    assert facts["root"] == merkle.root(leaves).hex()
    assert corpus == corpus_manifest(works[::-1], ["CC0-1.0", "CC-BY-4.0"])
    signed = engine.sign(picture("PNG"), ".png", replace(MADE, corpus=corpus), "1.0").data
    assert len(signed) < len(picture("PNG")) + 8000
    told = engine.check(signed, ".png").told
    assert told.ingredients == (("inputTo", "corpus"),)
    assert told.corpus["root"] == facts["root"]
    assert told.corpus["count"] == 300
    assert told.actions == ("c2pa.created",)


def test_a_mended_work_names_its_parent_and_what_was_changed(engine):
    parent = engine.sign(picture("PNG"), ".png", Claim("digitalCapture"), "1.0").data
    ingredient = Ingredient("parent-1", "parent", "parentOf", "image/png", parent)
    claim = Claim("compositeWithTrainedAlgorithmicMedia", parents=(ingredient,), changed=0.25)
    signed = engine.sign(picture("PNG", 25), ".png", claim, "1.0").data
    found = engine.check(signed, ".png")
    assert found.trusted
    assert found.told.actions == ("c2pa.opened", "c2pa.edited")
    assert found.told.ingredients == (("parentOf", "parent"),)
    assert found.told.sources == ("compositeWithTrainedAlgorithmicMedia",)
    assert len(carriers.store(signed, ".png") or b"") > len(parent) - len(picture("PNG"))
    assert len(jumbf_module.signers(carriers.store(signed, ".png") or b"")) == 2


@pytest.mark.parametrize("use", ["allowed", "notAllowed", "constrained"])
def test_training_and_mining_as_cawg_has_it(engine, use):
    claim = replace(MADE, mining=use, constraint="https://example.org/terms")
    told = engine.check(engine.sign(SVG, ".svg", claim, "1.0").data, ".svg").told
    assert set(told.mining.values()) == {use}
    assert "cawg.ai_generative_training" in told.mining
    assert len(told.mining) == 4


def test_without_c2pa_a_sentence_says_how_to_get_it(studio_keys, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(Missing, match="pip install"):
        Engine(studio_keys.anchors())


def test_a_claim_that_cannot_be_made_is_refused(engine):
    with pytest.raises(BadInput, match="could not be made"):
        engine.sign(MIDI, ".mid", replace(MADE, source="x", also={"a": float("nan")}), "1.0")

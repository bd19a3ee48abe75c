"""Content Credentials: what signing and verifying cost, and whether changed bytes are noticed.

`sign_ms` and `verify_ms` are for a file of 1 MB, `*_beside_ms` where the credentials lie beside
it; medians of `TIMES`, and the middle half of them. `*_cpu` is the same in the processor's time,
for a machine that is busy. `manifest_300_ms` is signing with a manifest of 300 works, its Merkle
tree included. `flips_detected` is the share of single flipped bits, anywhere in signed files of
twelve formats or in the credentials beside them, after which a file no longer passes: content,
claims, signature, padding and wrapping alike; `flips_detected_c2pa_alone` is the same by the
validator's word only. `fuzzed_crashes` counts errors that `moxie verify` did not see coming, and
`fuzzed_passed` wrong passes, over files cut, filled, doubled and scrambled. `wrong_detected`
counts another signer, an expired and a revoked key, swapped and missing credentials.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from moxie.rights import detached
from moxie.rights.credentials import Claim, Engine, Signed, corpus_manifest
from moxie.rights.keys import VALID, Keyring
from moxie.rights.standing import standing
from moxie.store import atomic
from moxie.studio.verifying import Looks, verify
from tables import Rows

TIMES, FLIPS, FUZZED = 60, 10_000, 10_000
MADE = Claim("trainedAlgorithmicMedia", work="ab" * 32)
MEGABYTE = 1_000_000


def measure(rows: Rows, works: Path, seed: int) -> None:
    """Add the rows of this part."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        ring = keyring(Path(folder) / "keys")
        credential = ring.credential()
        engine = Engine(ring.anchors(), credential)
        speed(rows, engine, rng)
        files = small_files(works, rng)
        flips(rows, engine, files, rng)
        fuzz(rows, ring, files, Path(folder), rng)
        wrong(rows, engine, ring, Path(folder))


def keyring(folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Keyring:
    """Keys in a folder."""

    def write(path: Path, data: bytes, mode: int) -> None:
        atomic.make_folder(path.parent)
        atomic.write(path, data, mode=mode)

    return Keyring.open(folder, write=write, now=now)


def timed(rows: Rows, metric: str, act: Callable[[], object]) -> None:
    """Milliseconds of one call: the median and the quartiles."""
    act()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter(), time.process_time()
        act()
        ended = time.perf_counter(), time.process_time()
        taken.append([1000 * (end - begin) for begin, end in zip(began, ended, strict=True)])
    for name, times in zip((metric, f"{metric}_cpu"), np.transpose(taken), strict=True):
        low, middle, high = np.percentile(times, [25, 50, 75])
        rows.add("credentials", name, middle, low, high, "ms")


def speed(rows: Rows, engine: Engine, rng: np.random.Generator) -> None:
    """Signing and verifying a file of 1 MB."""
    pixels = rng.integers(0, 256, (577, 577, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    picture, anything = out.getvalue(), rng.bytes(MEGABYTE)
    inside = engine.sign(picture, ".png", MADE, "1")
    beside = engine.sign(anything, ".mid", MADE, "1")
    timed(rows, "sign_ms", lambda: engine.sign(picture, ".png", MADE, "1"))
    timed(rows, "verify_ms", lambda: engine.check(inside.data, ".png"))
    timed(rows, "sign_beside_ms", lambda: engine.sign(anything, ".mid", MADE, "1"))
    timed(rows, "verify_beside_ms", lambda: engine.check(anything, ".mid", beside.beside))
    works = [rng.bytes(32).hex() for _ in range(300)]
    small = tiny("PNG", rng)

    def corpus() -> Signed:
        manifest = corpus_manifest(works, ["CC0-1.0", "CC-BY-4.0"])
        return engine.sign(small, ".png", replace(MADE, corpus=manifest), "1")

    timed(rows, "manifest_300_ms", corpus)
    grown = len(corpus().data) - len(small)
    rows.add("credentials", "manifest_300_bytes", grown, grown, grown, "bytes")


def tiny(form: str, rng: np.random.Generator) -> bytes:
    """A picture of a few hundred bytes."""
    out = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)).save(out, form)
    return out.getvalue()


def small_files(works: Path, rng: np.random.Generator) -> dict[str, bytes]:
    """Small files of twelve formats; one is a corner of a real work."""
    import soundfile

    files = {f".{form.lower()}": tiny(form, rng) for form in ("PNG", "WEBP", "TIFF", "PDF")}
    real = next((p for p in sorted(works.rglob("*")) if p.suffix.lower() in {".jpg", ".png"}), None)
    if real is not None:
        with Image.open(real, formats=["JPEG", "PNG"]) as work:
            out = io.BytesIO()
            work.convert("RGB").crop((0, 0, 64, 64)).save(out, "JPEG")
            files[".jpg"] = out.getvalue()
    for suffix in (".wav", ".flac", ".mp3"):
        out = io.BytesIO()
        soundfile.write(out, rng.normal(0, 0.1, 1000), 8000, format=suffix[1:].upper())
        files[suffix] = out.getvalue()
    files[".svg"] = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>a</title></svg>'
    )
    return files | {suffix: rng.bytes(300) for suffix in (".mid", ".glb", ".txt")}


def flips(rows: Rows, engine: Engine, files: dict[str, bytes], rng: np.random.Generator) -> None:
    """Flip single bits anywhere and count what no longer passes."""
    signed = {suffix: engine.sign(data, suffix, MADE, "1") for suffix, data in files.items()}
    if not all(engine.check(s.data, suffix, s.beside).trusted for suffix, s in signed.items()):
        raise RuntimeError("not even the unchanged files pass")
    noticed = alone = 0
    for number in range(FLIPS):
        suffix = list(signed)[number % len(signed)]
        trial = flipped(signed[suffix], rng)
        found = engine.check(trial.data, suffix, trial.beside)
        noticed += not found.trusted
        alone += not found.trusted and found.by_validator
    for metric, count in (("flips_detected", noticed), ("flips_detected_c2pa_alone", alone)):
        share = count / FLIPS
        rows.add("credentials", metric, share, share, share, f"of {FLIPS}")


def flipped(signed: Signed, rng: np.random.Generator) -> Signed:
    """One bit changed, in the file or in what lies beside it."""
    which = "beside" if signed.beside is not None and rng.random() < 0.5 else "data"
    changed = bytearray(getattr(signed, which))
    changed[int(rng.integers(len(changed)))] ^= 1 << int(rng.integers(8))
    return replace(signed, **{which: bytes(changed)})


def fuzz(
    rows: Rows,
    ring: Keyring,
    files: dict[str, bytes],
    folder: Path,
    rng: np.random.Generator,
) -> None:
    """Give damaged files, and damaged credentials beside them, to `moxie verify`."""
    engine = Engine(ring.anchors(), ring.credential())
    signer = ring.signer()
    signed = {suffix: engine.sign(data, suffix, MADE, "1") for suffix, data in files.items()}
    sealed = detached.seal(files[".txt"], MADE, signer, "1")
    crashes = passed = 0
    for number in range(FUZZED):
        suffix = list(signed)[number % len(signed)]
        whole = signed[suffix]
        statement = suffix == ".txt" and number % 2
        beside = sealed if statement else whole.beside
        data = damaged(whole.data, rng) if beside is None or rng.random() < 0.3 else whole.data
        if beside is not None and data == whole.data:
            beside = damaged(beside, rng)
        path = folder / f"fuzzed{suffix}"
        path.write_bytes(data)
        place = folder / f"fuzzed{suffix}.side"
        place.write_bytes(beside or b"")
        same = (data, beside) in {(whole.data, whole.beside), (whole.data, sealed)}
        try:
            found = verify(path, ring, Looks(), sidecar=place if beside is not None else None)
            passed += found["signer"].answer == "yes" and not same
        except Exception as error:  # noqa: BLE001  each is a defect, and is counted
            crashes += 1
            print(f"{suffix}: {error!r}", file=sys.stderr)
    rows.add("credentials", "fuzzed_crashes", crashes, crashes, crashes, f"of {FUZZED}")
    rows.add("credentials", "fuzzed_passed", passed, passed, passed, f"of {FUZZED}")


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, scrambled in places, a part left out, doubled or filled."""
    start, end = sorted(int(at) for at in rng.integers(0, len(data) + 1, 2))
    choice = int(rng.integers(5))
    if choice == 0:
        return data[:start]
    if choice == 1:
        changed = bytearray(data)
        for at in rng.integers(0, len(data), 8):
            changed[at] = int(rng.integers(256))
        return bytes(changed)
    middle = {2: b"", 3: data[start:end] * 2, 4: b"\xff" * (end - start)}[choice]
    return data[:start] + middle + data[end:]


def wrong(rows: Rows, engine: Engine, ring: Keyring, folder: Path) -> None:
    """Another signer, swapped credentials, an expired and a revoked key: each with its reason."""
    other = keyring(folder / "other")
    credential = other.credential()
    stranger = Engine(other.anchors(), credential)
    told = [
        str(engine.check(stranger.sign(b"work", ".mid", MADE, "1").data, ".mid").why),
        str(engine.check(b"work", ".mid", stranger.sign(b"work", ".mid", MADE, "1").beside).why),
        str(engine.check(b"work", ".mid", engine.sign(b"other", ".mid", MADE, "1").beside).why),
    ]
    refused = sum(
        not engine.check(b"work", ".mid", beside).trusted
        for beside in (
            None,
            stranger.sign(b"work", ".mid", MADE, "1").beside,
            engine.sign(b"other", ".mid", MADE, "1").beside,
        )
    )
    leaf = ring.credential().key
    later = datetime.now(UTC) + VALID["leaf"] + timedelta(days=1)
    refused += standing(ring, leaf, now=later).worth == "expired"
    revoked = ring.revoke(leaf, "measured")
    refused += standing(ring, revoked, now=datetime.now(UTC)).worth == "revoked"
    rows.add("credentials", "wrong_detected", refused, refused, refused, "of 5")
    rows.add("credentials", "wrong_reasons", len(set(told)), 3, 3, "of 3")

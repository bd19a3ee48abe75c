"""A score as sound: every note rendered, placed in a room, and written as a file."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.files.limits import USUAL_TEMPO
from moxie.arts.music.needs import need
from moxie.arts.music.score import TICKS, Part, Score, Tempo
from moxie.arts.music.sound.room import levelled, places, reverberate
from moxie.arts.music.sound.synth import Synth, loudness
from moxie.errors import BadInput

RATE = 44_100
"""Samples a second."""

LONGEST = 900
"""Seconds that are rendered at most: in memory a second takes about a megabyte."""

RING = 1.5
"""Seconds that the last notes ring out."""

PIECE = 1 << 16
"""Samples written to a file at a time."""

_FORMATS: Mapping[str, tuple[str, str]] = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}


def render(score: Score, *, rate: int = RATE) -> NDArray[np.float32]:
    """The score as sound, float32 [samples, 2] within -1..1, at its tempos.

    Raises BadInput for a score that lasts longer than `LONGEST`.
    """
    clock = seconds(score.tempos)
    end = clock(max((note.onset + note.duration for note in score.notes), default=0))
    if end > LONGEST:
        raise BadInput(
            "The score lasts {minutes} minutes; at most {limit} can be rendered as sound.",
            minutes=round(end / 60),
            limit=LONGEST // 60,
        )
    stereo = np.zeros((2, int((end + RING) * rate)), np.float32)
    _play(score, stereo, clock, rate)
    stereo = levelled(reverberate(stereo, rate), rate)
    fade = int(0.5 * rate)
    stereo[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return np.ascontiguousarray(stereo.T)


def write_audio(score: Score, suffix: str) -> bytes:
    """The score as a .wav, .flac, .ogg or .mp3 file.

    Raises BadInput for another suffix, Missing without soundfile.
    """
    if suffix.lower() not in _FORMATS:
        raise BadInput(
            "Music cannot be written as sound in {suffix}: choose .wav, .flac, .ogg or .mp3.",
            suffix=suffix,
        )
    need("soundfile")  # before the work of rendering
    return encoded(render(score), RATE, suffix.lower())


def encoded(
    sound: NDArray[np.float32], rate: int, suffix: str, *, quality: float | None = None
) -> bytes:
    """Samples [n] or [n, channels] as a file; `quality` of a lossy one is 0 (small) to 1."""
    soundfile = need("soundfile")
    form, coding = _FORMATS[suffix]
    options = {} if quality is None else {"compression_level": 1.0 - quality}
    out = io.BytesIO()
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    with soundfile.SoundFile(out, "w", rate, channels, coding, format=form, **options) as file:
        # in pieces: libsndfile 1.2 overflows its stack on minutes of Vorbis written at once
        for start in range(0, len(sound), PIECE):
            file.write(sound[start : start + PIECE])
    return out.getvalue()


def seconds(tempos: Sequence[Tempo]) -> Callable[[int], float]:
    """A clock for a score: from ticks since its beginning to seconds."""
    marks = [Tempo(0, USUAL_TEMPO)] if not tempos or tempos[0].onset > 0 else []
    marks += [Tempo(mark.onset, max(1, mark.millibeats)) for mark in tempos]
    onsets = [mark.onset for mark in marks]
    times = [0.0]
    for before, after in pairwise(marks):
        times.append(times[-1] + _lasts(after.onset - before.onset, before))

    def clock(tick: int) -> float:
        i = bisect_right(onsets, tick) - 1
        return times[i] + _lasts(tick - onsets[i], marks[i])

    return clock


def _lasts(ticks: int, tempo: Tempo) -> float:
    return 60_000 * ticks / (TICKS * tempo.millibeats)


def _play(
    score: Score,
    stereo: NDArray[np.float32],
    clock: Callable[[int], float],
    rate: int,
) -> None:
    """Add every note; notes that are alike are made once.

    Alike is: one program, pitch and length to 5 ms, and velocities in one of 16 classes.
    """
    alike: dict[tuple[Part, int, int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for note in score.notes:
        part = score.parts[note.part]
        start, stop = clock(note.onset), clock(note.onset + note.duration)
        kind = Part("", part.program, part.drums)
        soft = note.velocity // 8 * 8 + 4
        key = (kind, note.pitch, max(1, round(200 * (stop - start))), soft)
        gain = loudness(note.velocity) / loudness(soft)
        alike[key].append((int(start * rate), note.part, gain))
    synth, seats = Synth(rate), places(len(score.parts))
    for (kind, pitch, length, soft), times in alike.items():
        wave = synth.tone(kind, pitch, length / 200, soft)
        for start, part_index, gain in times:
            fits = wave[: stereo.shape[1] - start]
            for channel, seat in zip(stereo, seats[part_index], strict=True):
                channel[start : start + fits.size] += np.float32(gain * seat) * fits

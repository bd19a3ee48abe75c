"""Searches many scores for the sources of a piece, and shows what two have in common."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from moxie.art import Comparison, Likeness, Preview
from moxie.arts.music.files import codec
from moxie.arts.music.originality.copies import ScoreIndex
from moxie.arts.music.page.roll import BARS, roll
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import Score
from moxie.nn.sources import sources
from moxie.text import say

WIDTH, HEIGHT, TITLE = 840, 180, 26

METHOD = say(
    "Runs of intervals and rhythms in common, at any pitch and speed, are followed through both "
    "pieces; each note counts by how much it tells beside the works searched, so that scales and "
    "formulas count little. A passage of 67 bits is the threshold of 0.5."
)
ERRORS = say(
    "Measured (Moxie's benchmarks/RESULTS.md): different works by Mozart reach {most:.2f} at most; "
    "no work by others was taken for a copy of one of {mozart} works by Mozart or {monteverdi} by "
    "Monteverdi, but {share:.1f} % were among {tunes} fiddle tunes, many of which share a tune.",
    most=0.46,
    mozart=127,
    monteverdi=49,
    share=0.8,
    tunes=1059,
)
LIMITS = say(
    "This finds notes in common. It says nothing of style, sound or feeling, and nothing of who "
    "wrote which first, or whether the use was allowed; both pieces may quote a third, or a tune "
    "that belongs to nobody. A person must listen."
)


class ScoreArchive:
    """A `Finder` of scores; what is kept of a score is the score."""

    def __init__(self, traces: Sequence[bytes]) -> None:
        self._number = len(traces)
        self._index = ScoreIndex([codec.read(trace, "trace") for trace in traces])

    def search(self, content: Score) -> list[Likeness]:
        """See `sources`."""
        return sources(self._index, content, self._number)


def compare(suspect: Score, original: Score) -> Comparison:
    """What `suspect` and `original` share. See `Art.compare`."""
    found = ScoreIndex([original]).nearest(suspect)
    assert found is not None  # there is one work, and it is not excluded
    bars = str(found.evidence.params.get("bars", f"1-{max(1, len(suspect.bars))}"))
    others = str(found.evidence.params.get("others", f"1-{max(1, len(original.bars))}"))
    return Comparison(
        similarity=found.similarity,
        evidence=found.evidence,
        shown=Preview("image/svg+xml", _drawn(suspect, bars, original, others)),
        facts={"bars_of_suspect": bars, "bars_of_original": others, **found.evidence.params},
        method=METHOD,
        errors=ERRORS,
        limits=LIMITS,
    )


def _drawn(suspect: Score, bars: str, original: Score, others: str) -> bytes:
    """Both passages as piano rolls, one under the other."""
    rows = []
    for place, (title, score, named) in enumerate(
        (("SUSPECT", suspect, bars), ("ORIGINAL", original, others))
    ):
        top = place * (HEIGHT + TITLE)
        picture = roll(_passage(score, named), width=WIDTH, height=HEIGHT).decode()
        words = escape(f"{title}, bars {named}")
        rows.append(
            f'<text x="2" y="{top + 18}" font-family="sans-serif" font-size="14">{words}</text>'
            + picture.replace("<svg ", f'<svg x="0" y="{top + TITLE}" ', 1)
        )
    height = 2 * (HEIGHT + TITLE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}"><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join(rows)}</svg>"
    ).encode()


def _passage(score: Score, named: str) -> Score:
    """The first bars of a passage "9-12", as many as a roll shows."""
    first, _, last = named.partition("-")
    start = int(first) - 1
    if not 0 <= start < len(score.bars):
        return score
    return excerpt(score, start, min(int(last or first), start + BARS))

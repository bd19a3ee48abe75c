"""Notation in and out: MusicXML, packed or not, Humdrum kern and ABC.

All are read by our own code, quickly and exactly: music21, which reads them too, takes ten to
forty times as long, drops notes and part names, and fails at some repeats. What `write_musicxml`
wrote, `read_notation` gives back in notes, bars, keys, tempos and parts. Everything read goes
through a `sheet.Sheet`, which knows repeats and ties.
"""

from __future__ import annotations

from moxie.arts.music.files.limits import check, check_bytes
from moxie.arts.music.notation.musicxml_out import write_musicxml, write_mxl
from moxie.arts.music.notation.sheet import Sheet
from moxie.arts.music.score import Score
from moxie.errors import UnreadableWork

__all__ = ["KINDS", "read_notation", "write_musicxml", "write_mxl"]

KINDS = ("musicxml", "mxl", "kern", "abc")
"""What can be read."""

MAX_TEXT = 2 << 20
"""A kern or ABC file may have 2 MB; a symphony movement in kern has half a one."""


def read_notation(data: bytes, kind: str, name: str = "The file") -> Score:
    """The score in a file of one of `KINDS`; `name` is what messages call it.

    Repeats, endings and da capos are played out, ties merged, grace notes and cues dropped;
    transposing instruments come as they sound. A staff is a part; voices are numbered in it.
    Velocities are the dynamics', 80 where there are none. Microtones are refused.
    Raises UnreadableWork.
    """
    try:
        found = _sheet(data, kind, name).score(name)
    except UnreadableWork:
        raise
    except Exception as error:  # a stranger's file can be wrong in ways nobody thought of
        raise UnreadableWork(
            "{name} is damaged and cannot be understood ({reason}).",
            name=name,
            reason=" ".join(str(error).split())[:80] or type(error).__name__,
        ) from error
    check(found, name)
    return found


def _sheet(data: bytes, kind: str, name: str) -> Sheet:
    if kind in ("musicxml", "mxl"):
        from moxie.arts.music.notation.musicxml_in import read_musicxml
        from moxie.arts.music.notation.package import unpacked

        return read_musicxml(unpacked(data, name) if kind == "mxl" else data, name)
    check_bytes(data, name)
    if len(data) > MAX_TEXT:
        raise UnreadableWork(
            "{name} has {size} MB; a score of at most {limit} MB can be read.",
            name=name,
            size=len(data) >> 20,
            limit=MAX_TEXT >> 20,
        )
    if kind == "kern":
        from moxie.arts.music.notation.kern_in import read_kern

        return read_kern(data, name)
    from moxie.arts.music.notation.abc_in import read_abc

    return read_abc(data, name)

"""MusicXML, partwise or timewise, of every version, to a `Sheet`.

Read directly and not through music21: that takes 0.2 to 3 s for a quartet movement and up to 10 s
more for its repeats, or fails at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from moxie.arts.music.files.limits import MAX_BARS, MAX_PARTS, check_number
from moxie.arts.music.files.names import LONGEST, tidy, title
from moxie.arts.music.notation.ensemble import Player, check_size, together
from moxie.arts.music.notation.instruments import program_of
from moxie.arts.music.notation.musicxml_part import PartReader
from moxie.arts.music.notation.package import tree
from moxie.arts.music.notation.sheet import Sheet
from moxie.errors import UnreadableWork

_DRUM_CHANNEL = "10"


def read_musicxml(data: bytes, name: str) -> Sheet:
    """The written score; every staff of an instrument is a part. Raises UnreadableWork."""
    root = tree(data, name)
    if root.tag not in ("score-partwise", "score-timewise"):
        raise UnreadableWork(
            "{name} is not a MusicXML score: it is {tag}.", name=name, tag=f"<{root.tag[:40]}>"
        )
    listed = {element.get("id"): element for element in root.iter("score-part")}
    players = []
    for identity, measures in _contents(root):
        check_number(len(measures), MAX_BARS, "bars", name)
        player = _player(listed.get(identity))
        players.append(player)
        check_size(players, name, coming=len(measures))
        _read_part(player, measures, name)
        check_number(sum(player.staves for player in players), MAX_PARTS, "parts", name)
    return together(players, _title(root), name)


def _contents(root: Element) -> list[tuple[str | None, list[Element]]]:
    """Each part's identity and bars."""
    if root.tag == "score-partwise":
        return [(part.get("id"), part.findall("measure")) for part in root.findall("part")]
    found: dict[str | None, list[Element]] = {}
    for measure in root.findall("measure"):
        for part in measure.findall("part"):
            own = Element("measure", measure.attrib)
            own.extend(part)
            found.setdefault(part.get("id"), []).append(own)
    return list(found.items())


def _player(listed: Element | None) -> Player:
    """What the part list says of a part."""
    if listed is None:
        return Player()
    player = Player(tidy(listed.findtext("part-name") or "")[:LONGEST])
    player.program = program_of(player.name) or 0
    for instrument in reversed(listed.findall("midi-instrument")):
        player.drums |= (instrument.findtext("midi-channel") or "").strip() == _DRUM_CHANNEL
        program = _midi(instrument, "midi-program")
        player.program = player.program if program is None else program
        key = _midi(instrument, "midi-unpitched")
        if key is not None:
            player.unpitched[instrument.get("id", "")] = key
    return player


def _midi(instrument: Element, tag: str) -> int | None:
    """A MIDI number, which MusicXML counts from 1; None where it is none."""
    text = (instrument.findtext(tag) or "").strip()
    return int(text) - 1 if text.isdecimal() and 1 <= int(text[:4]) <= 128 else None


def _read_part(player: Player, measures: Sequence[Element], name: str) -> None:
    reader = PartReader(player.unpitched, name)
    for measure in measures:
        try:
            player.measures.append(reader.read(measure))
        except UnreadableWork:
            raise
        except Exception as error:  # a number that is none, a step that is no letter, ...
            raise UnreadableWork(
                "{name} is damaged: bar {bar} cannot be understood ({reason}).",
                name=name,
                bar=measure.get("number", "?")[:20],
                reason=" ".join(str(error).split())[:80] or type(error).__name__,
            ) from error
    player.staves = reader.staves
    pitched = any(measure.notes for measure in player.measures)
    player.drums |= not pitched and any(measure.strokes for measure in player.measures)


def _title(root: Element) -> str:
    """The work's title and the movement's, where they can be titles."""
    titles = (root.findtext("work/work-title"), root.findtext("movement-title"))
    found = [title(words) for words in titles if words]
    return ": ".join(dict.fromkeys(filter(None, found)))

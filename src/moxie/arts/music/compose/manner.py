"""What is usual in the works beside the notes: ensembles, metres, keys, tempos, forms, cadences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from moxie.arts.music.compose.guide import Told, opening
from moxie.arts.music.form.library import FormLibrary, mine
from moxie.arts.music.form.rank import Reference, reference
from moxie.arts.music.score import Key, Part, Score
from moxie.arts.music.theory.cadences import CadenceTable, mine_cadences
from moxie.arts.music.theory.keys import estimate_key
from moxie.arts.music.theory.ranges import range_of
from moxie.arts.music.theory.sounding import evenly

CHORDAL = 0.02
"""A part that begins this share of its notes with another plays chords."""

IN_REACH = 0.8
"""Share of a part's notes that its instrument can sound, where it is named as what it is."""

OPENINGS = 96
"""Works whose openings are kept, evenly chosen."""

FALLBACK = 110_000
"""Thousandths of a quarter note a minute where no work says how fast."""


@dataclass(frozen=True, slots=True)
class Player:
    """A part as it is used: its reach in MIDI pitches, and how often it plays chords."""

    part: Part
    low: int
    high: int
    chords: float

    @property
    def playable(self) -> bool:
        """Whether the instrument sounds all of the reach; files may name one that does not."""
        low, high = range_of(self.part)
        return low <= self.low <= self.high <= high


@dataclass(frozen=True, slots=True)
class Setting:
    """For whom, in which metre and key and how fast one of the works is, and how it opens."""

    players: tuple[Player, ...]
    beats: int
    unit: int
    key: Key
    millibeats: int
    velocity: int
    opening: tuple[Told, ...] = ()

    @property
    def playable(self) -> bool:
        """Whether all instruments sound what is asked of them."""
        return all(player.playable for player in self.players)


@dataclass(frozen=True, slots=True)
class Manner:
    """Settings of the works, their forms and cadences, and what is usual in them."""

    settings: tuple[Setting, ...]
    forms: FormLibrary
    cadences: CadenceTable
    usual: Reference

    @classmethod
    def of(cls, scores: Sequence[Score]) -> Manner:
        """What works have in common; at least one."""
        sounding = [score for score in scores if score.notes]
        opened = set(evenly(len(sounding), OPENINGS))
        return cls(
            tuple(
                setting if i in opened else replace(setting, opening=())
                for i, setting in enumerate(map(setting_of, sounding))
            ),
            mine(scores),
            mine_cadences(scores),
            reference(scores),
        )

    def draw(
        self,
        rng: np.random.Generator,
        *,
        minor: bool | None = None,
        metre: tuple[int, int] | None = None,
        parts: int | None = None,
        least: int = 1,
    ) -> Setting:
        """The setting of a work, of one that is as asked where there is any.

        `parts` is how many parts it should have, `least` how many at least.
        """
        found = list(self.settings)
        for fits in (
            lambda s: parts is None or len(s.players) == parts,
            lambda s: len(s.players) >= least,
            lambda s: s.playable,
            lambda s: metre is None or (s.beats, s.unit) == metre,
            lambda s: minor is None or s.key.minor == minor,
        ):
            found = [setting for setting in found if fits(setting)] or found
        return found[int(rng.integers(len(found)))]

    def save(self, folder: Path) -> None:
        """Write `manner.json`."""
        facts = {
            "settings": [_plain(setting) for setting in self.settings],
            "forms": self.forms.to_json(),
            "cadences": self.cadences.to_json(),
            "usual": self.usual.to_json(),
        }
        (folder / "manner.json").write_text(json.dumps(facts), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manner:
        """What `save` wrote."""
        facts = json.loads((folder / "manner.json").read_text("utf-8"))
        return cls(
            tuple(_setting(plain) for plain in facts["settings"]),
            FormLibrary.from_json(facts["forms"]),
            CadenceTable.from_json(facts["cadences"]),
            Reference.from_json(facts["usual"]),
        )


def setting_of(score: Score) -> Setting:
    """The setting of one work."""
    metres = [(bar.beats, bar.unit) for bar in score.bars]
    beats, unit = max(set(metres), key=lambda metre: (metres.count(metre), metre))
    velocities = [note.velocity for note in score.notes]
    key = estimate_key(score)
    return Setting(
        tuple(_player(score, part) for part in range(len(score.parts))),
        beats,
        unit,
        key,
        score.tempos[0].millibeats if score.tempos else FALLBACK,
        int(np.median(velocities)) if velocities else 80,
        opening(score, beats, unit, key.tonic),
    )


def player_for(part: Part, usual: Sequence[Player]) -> Player:
    """An instrument asked for: as the works use it, or with the reach that it has."""
    same = [player for player in usual if player.part.program == part.program]
    if same:
        return replace(same[0], part=part)
    low, high = range_of(part)
    return Player(part, low, high, 0.0)


def _player(score: Score, part: int) -> Player:
    notes = [note for note in score.notes if note.part == part]
    low, high = range_of(score.parts[part])
    if not notes:
        return Player(score.parts[part], low, high, 0.0)
    pitches = [note.pitch for note in notes]
    together = len(notes) - len({note.onset for note in notes})
    own = min(pitches) - 1, max(pitches) + 1
    if _in_reach(score, part) >= IN_REACH:  # what a player cannot sound is not asked of another
        own = max(own[0], low), min(own[1], high)
    return Player(score.parts[part], *own, together / len(notes))


def _in_reach(score: Score, part: int) -> float:
    """The share of a part's notes that its instrument can sound."""
    low, high = range_of(score.parts[part])
    inside = [low <= note.pitch <= high for note in score.notes if note.part == part]
    return sum(inside) / len(inside) if inside else 1.0


def _plain(setting: Setting) -> dict[str, object]:
    return {
        "players": [
            [*player.part, player.low, player.high, player.chords] for player in setting.players
        ],
        "metre": [setting.beats, setting.unit],
        "key": list(setting.key),
        "millibeats": setting.millibeats,
        "velocity": setting.velocity,
        "opening": [list(note) for note in setting.opening],
    }


def _setting(plain: dict[str, object]) -> Setting:
    rows: list[list[object]] = plain["players"]  # type: ignore[assignment]
    players = tuple(
        Player(
            Part(str(name), int(str(program)), bool(drums)),
            int(str(low)),
            int(str(high)),
            float(str(chords)),
        )
        for name, program, drums, low, high, chords in rows
    )
    beats, unit = plain["metre"]  # type: ignore[misc]
    opened: list[list[int]] = plain.get("opening", [])  # type: ignore[assignment]
    onset, fifths, minor = plain["key"]  # type: ignore[misc]
    return Setting(
        players,
        int(beats),  # type: ignore[has-type]
        int(unit),  # type: ignore[has-type]
        Key(int(onset), int(fifths), bool(minor)),  # type: ignore[has-type]
        int(str(plain["millibeats"])),
        int(str(plain["velocity"])),
        tuple(Told(*map(int, row)) for row in opened),
    )

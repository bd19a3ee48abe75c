"""From a brief to a score: several drawn side by side, the most fitting one kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief
from moxie.arts.music import asking
from moxie.arts.music.coding import Grid
from moxie.arts.music.coding.events_fields import PARTS
from moxie.arts.music.compose.draw import Dial, Line, draw
from moxie.arts.music.compose.guide import guide
from moxie.arts.music.compose.manner import Manner, Player, Setting, player_for, setting_of
from moxie.arts.music.compose.script import Script, blank, free_of
from moxie.arts.music.files.general_midi import NAMES
from moxie.arts.music.form import rank
from moxie.arts.music.form.plan import Plan, parse_plan
from moxie.arts.music.models.experts import Experts
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import Bar, Key, Note, Part, Score, Tempo, bar_at, score
from moxie.arts.music.theory.harmony import ends_well
from moxie.errors import BadInput

CONSIDERED = 8
"""Bars before a phrase that it is judged with."""

FOLLOWED = 2
"""Bars after a gap in which known notes judge what was put into it."""


def compose(experts: Experts, manner: Manner, brief: Brief[Score], seed: int) -> Score:
    """A new score of `brief.size` bars, or what the brief's start becomes."""
    rng = np.random.default_rng(seed)
    if brief.start is not None and brief.mask is not None:
        return _fill(experts, manner, brief.start, brief.mask, seed, Dial.at(brief.novelty))
    setting = _setting(experts, manner, brief, rng)
    if brief.start is not None:
        return _lead(experts, manner, brief, setting, rng, seed)
    bars = blank(setting, brief.size[0])
    script = Script(
        bars,
        setting.players,
        setting.key,
        np.ones((len(bars), len(setting.players)), np.bool_),
        plan=_plan(manner, brief, len(bars), rng),
        cadences=manner.cadences,
        ending=True,
        guide=guide(
            setting.opening,
            len(bars),
            setting.key.tonic,
            brief.novelty,
            np.random.default_rng([seed, 4]),
        ),
    )
    return _made(experts, manner, script, setting, seed, Dial.at(brief.novelty))


def fill(
    experts: Experts, manner: Manner, content: Score, mask: NDArray[np.bool_], seed: int
) -> Score:
    """The score with what the mask hides made anew; every other note as it was."""
    return _fill(experts, manner, content, mask, seed, Dial.at(0.4))


def _fill(
    experts: Experts,
    manner: Manner,
    content: Score,
    mask: NDArray[np.bool_],
    seed: int,
    dial: Dial,
) -> Score:
    free = free_of(mask, content)
    if isinstance(experts.coding, Grid) and len(content.parts) != experts.coding.voices:
        raise BadInput(
            "This model writes for {voices} voices, the score has {parts} parts.",
            voices=experts.coding.voices,
            parts=len(content.parts),
        )
    known = tuple(n for n in content.notes if not free[bar_at(content.bars, n.onset), n.part])
    hidden = np.flatnonzero(free.any(axis=1))
    judged = {int(b) + k for b in hidden for k in range(1, FOLLOWED + 1)} - set(hidden.tolist())
    setting = setting_of(content)
    script = Script(
        content.bars,
        _players(setting, manner),
        setting.key,
        free,
        known,
        judged=frozenset(judged),
    )
    lines = draw(experts, script, setting.velocity, seed, dial, None)
    best = max(lines, key=lambda line: line.fit)
    inside = [n for n in best.result() if free[bar_at(content.bars, n.onset), n.part]]
    notes = [*known, *_cut(inside, known, content.length)]
    return replace(content, notes=tuple(sorted(notes, key=lambda n: (n.onset, n.part, -n.pitch))))


def _lead(
    experts: Experts,
    manner: Manner,
    brief: Brief[Score],
    setting: Setting,
    rng: np.random.Generator,
    seed: int,
) -> Score:
    """Go on from a theme, vary it, or harmonise a melody, as the dial `lead` says."""
    theme = brief.start
    assert theme is not None
    how = str(brief.options.get("lead", "continue"))
    if how == "vary":
        return _varied(experts, manner, theme, brief, seed)
    number = len(theme.bars) if how == "harmonise" else max(brief.size[0], len(theme.bars) + 1)
    last = theme.bars[-1]
    more = [
        Bar(theme.length + i * last.full, last.full, last.beats, last.unit)
        for i in range(number - len(theme.bars))
    ]
    bars = (*theme.bars, *more)
    free = np.ones((number, len(setting.players)), np.bool_)
    if how == "harmonise":
        free[:, 0] = False
    else:
        free[: len(theme.bars)] = False
    script = Script(
        bars,
        setting.players,
        setting.key,
        free,
        tuple(n for n in theme.notes if n.part == 0) if how == "harmonise" else theme.notes,
        plan=None if how == "harmonise" else _plan(manner, brief, number, rng),
        cadences=manner.cadences,
        ending=how != "harmonise",
    )
    return _made(experts, manner, script, setting, seed, Dial.at(brief.novelty))


def _varied(
    experts: Experts, manner: Manner, theme: Score, brief: Brief[Score], seed: int
) -> Score:
    """The theme with every other bar made anew, so that it stays to be recognised."""
    rng = np.random.default_rng([seed, 1])
    share = 0.3 + 0.5 * brief.novelty
    mask = rng.random(len(theme.bars)) < share
    mask[0] = mask[-1] = False
    if not mask.any():
        mask[len(mask) // 2] = True
    return _fill(experts, manner, theme, mask, seed, Dial.at(brief.novelty))


def _setting(
    experts: Experts, manner: Manner, brief: Brief[Score], rng: np.random.Generator
) -> Setting:
    """For whom and in what key: as asked, the rest as one of the works has it."""
    options, theme = brief.options, brief.start
    programs = [int(p) for p in str(options.get("instruments", "")).split(",") if p]
    voices = experts.coding.voices if isinstance(experts.coding, Grid) else None
    harmonise = theme is not None and options.get("lead") == "harmonise"
    usual_one = _usual_setting(manner, brief, rng, len(programs) or voices, harmonise=harmonise)
    setting = usual_one
    if programs:
        usual = [player for one in manner.settings for player in one.players]
        parts = [Part(NAMES[program].title(), program) for program in programs]
        setting = replace(setting, players=tuple(player_for(part, usual) for part in parts))
    _check_players(setting, voices, theme, harmonise=harmonise)
    if "key" in options:
        setting = replace(setting, key=asking.key(str(options["key"])))
    if "metre" in options and theme is None:
        beats, unit = map(int, str(options["metre"]).split("/"))
        setting = replace(setting, beats=beats, unit=unit)
    if "tempo" in options:
        setting = replace(setting, millibeats=round(1000 * float(options["tempo"])))
    return setting if _alike(setting, usual_one) else replace(setting, opening=())


def _alike(one: Setting, other: Setting) -> bool:
    """Whether the notes of one can be followed in the other, once they are in its key."""
    shapes = [(len(s.players), s.beats, s.unit, s.key.minor) for s in (one, other)]
    return shapes[0] == shapes[1]


def _usual_setting(
    manner: Manner,
    brief: Brief[Score],
    rng: np.random.Generator,
    parts: int | None,
    *,
    harmonise: bool,
) -> Setting:
    """The setting of the theme, or of a work like what is asked for; in the theme's key."""
    options, theme = brief.options, brief.start
    own = setting_of(theme) if theme is not None else None
    if own is not None and "instruments" not in options and not harmonise:
        return replace(own, players=_players(own, manner))
    key, metre = options.get("key"), options.get("metre")
    beats, unit = map(int, str(metre).split("/")) if metre else (0, 0)
    found = manner.draw(
        rng,
        minor=asking.key(str(key)).minor if key else None,
        metre=(beats, unit) if metre else None,
        parts=parts,
        least=2 if harmonise else 1,
    )
    found = replace(found, players=found.players[:PARTS])
    if own is None:
        return found
    return replace(found, key=own.key, millibeats=own.millibeats, velocity=own.velocity)


def _check_players(
    setting: Setting, voices: int | None, theme: Score | None, *, harmonise: bool
) -> None:
    """Raises BadInput where there are not the players that the model or the theme needs."""
    players = len(setting.players)
    if voices is not None and players != voices:
        raise BadInput(
            "This model writes for {voices} voices, the score has {parts} parts.",
            voices=voices,
            parts=players,
        )
    if harmonise and players < 2:
        raise BadInput(
            "There is no part to add to the melody: name two instruments or more, for example "
            "instruments=violin,cello."
        )
    if theme is not None and not harmonise and players < len(theme.parts):
        raise BadInput(
            "The theme has {parts} parts, more than the instruments that are named ({players}): "
            "name one for each.",
            parts=len(theme.parts),
            players=players,
        )


def _players(setting: Setting, manner: Manner) -> tuple[Player, ...]:
    """The parts of a given score, with the reach that the works give such instruments."""
    usual = [player for one in manner.settings for player in one.players]
    found = []
    for own in setting.players:
        known = player_for(own.part, usual)
        found.append(
            replace(
                known,
                low=min(known.low, own.low),
                high=max(known.high, own.high),
                chords=max(known.chords, own.chords),
            )
        )
    return tuple(found)


def _plan(manner: Manner, brief: Brief[Score], bars: int, rng: np.random.Generator) -> Plan:
    if "plan" in brief.options:
        return parse_plan(str(brief.options["plan"]), bars)
    return manner.forms.draw(bars, rng=rng, novelty=brief.novelty)


def _made(
    experts: Experts, manner: Manner, script: Script, setting: Setting, seed: int, dial: Dial
) -> Score:
    """The best of several, each chosen phrase by phrase."""
    stops = script.stops()

    def craft(line: Line, stop: int) -> float:
        since = max((s for s in stops if s < stop), default=0)
        start = max(0, since - CONSIDERED)
        passage = excerpt(_finished(script, setting, line), start, stop)
        wanted = script.plan.steps[since:stop] if script.plan is not None else ()
        return rank.craft(passage, manner.usual, since - start, wanted)

    lines = draw(experts, script, setting.velocity, seed, dial, craft)
    found = [_finished(script, setting, line) for line in lines]
    return max(found, key=lambda made: (ends_well(made), rank.merit(made, manner.usual)))


def _finished(script: Script, setting: Setting, line: Line) -> Score:
    """A line as a whole score."""
    own = line.result()
    notes = [
        *script.known,
        *_cut(own, script.known, script.bars[-1].onset + script.bars[-1].length),
    ]
    parts: tuple[Part, ...] = tuple(player.part for player in script.players)
    key: Key = script.key._replace(onset=0)
    return score(notes, script.bars, parts, keys=[key], tempos=[Tempo(0, setting.millibeats)])


def _cut(notes: Sequence[Note], known: Sequence[Note], end: int) -> list[Note]:
    """New notes, none beyond the end, none over a known note of the same part and pitch."""
    taken: dict[tuple[int, int], list[Note]] = {}
    for note in known:
        taken.setdefault((note.part, note.pitch), []).append(note)
    found = []
    for note in notes:
        others = taken.get((note.part, note.pitch), [])
        if any(n.onset <= note.onset < n.onset + n.duration for n in others):
            continue
        until = min((n.onset for n in others if n.onset > note.onset), default=end)
        if until > note.onset:
            found.append(note._replace(duration=min(note.duration, until - note.onset)))
    return found

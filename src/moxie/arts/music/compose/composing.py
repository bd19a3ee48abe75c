"""From a brief to a score: several candidates drawn side by side, the most fitting one kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import Brief
from moxie.arts.music import asking
from moxie.arts.music.coding import Grid
from moxie.arts.music.coding.events_fields import PARTS
from moxie.arts.music.compose.events_line import EventLine
from moxie.arts.music.compose.grid_line import GridLine
from moxie.arts.music.compose.manner import Manner, Player, Setting, player_for, setting_of
from moxie.arts.music.compose.script import Script, blank, free_of
from moxie.arts.music.files.general_midi import NAMES
from moxie.arts.music.form import rank
from moxie.arts.music.form.plan import Plan, parse_plan
from moxie.arts.music.models.experts import Experts
from moxie.arts.music.score import Bar, Key, Note, Part, Score, Tempo, bar_at, score
from moxie.errors import BadInput

Line: TypeAlias = EventLine | GridLine

CANDIDATES = 4
"""Pieces drawn side by side; the one most like the works in what can be counted is kept."""

LEAST = 0.02
"""Symbols with less than this share of the likeliest one's probability are never drawn."""

STEADY, STEADY_LEAST = 0.85, 0.05
"""The same for gaps and lengths of notes, as a share of the temperature."""

COLD, WARM = 0.8, 1.15
"""Temperatures at novelty 0 and 1."""

FOLLOWED = 2
"""Bars after a gap in which known notes judge what was put into it."""

MOST_UNITS = 24_000


@dataclass(frozen=True, slots=True)
class Dial:
    """What a novelty means: the temperature, and how far the counts are trusted above the rest."""

    temperature: float
    counts: float

    @classmethod
    def at(cls, novelty: float) -> Dial:
        """Counts know what the works did; the further away, the less they are asked."""
        return cls(COLD + (WARM - COLD) * novelty, 0.8 * (0.5 - novelty))


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
    )
    made = _draw(experts, script, setting.velocity, seed, Dial.at(brief.novelty))
    return _best([_finished(script, setting, line) for line in made], manner)


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
    lines = _draw(experts, script, setting.velocity, seed, dial)
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
    made = _draw(experts, script, setting.velocity, seed, Dial.at(brief.novelty))
    return _best([_finished(script, setting, line) for line in made], manner)


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
    setting = _usual_setting(manner, brief, rng, len(programs) or voices, harmonise=harmonise)
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
    return setting


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


def _draw(experts: Experts, script: Script, velocity: int, seed: int, dial: Dial) -> list[Line]:
    """Several pieces by one script, unit by unit, side by side."""
    lines: list[Line] = [
        GridLine(experts.coding, script, velocity)
        if isinstance(experts.coding, Grid)
        else EventLine(script, velocity)
        for _ in range(CANDIDATES)
    ]
    rngs = [np.random.default_rng([seed, 2, i]) for i in range(CANDIDATES)]
    states: list[object] = [None] * len(experts.nets)
    with torch.inference_mode():
        for _ in range(MOST_UNITS + len(script.known)):
            if all(line.done for line in lines):
                break
            states = _unit(experts, lines, rngs, states, dial)
    return lines


def _unit(
    experts: Experts,
    lines: Sequence[Line],
    rngs: Sequence[np.random.Generator],
    states: Sequence[object],
    dial: Dial,
) -> list[object]:
    """Tell the next unit of every line that is not done."""
    rows = torch.tensor([line.trunk() for line in lines])
    heard, after = [], []
    for (_, net), state in zip(experts.nets, states, strict=True):
        out, new = net.step(rows, state)
        heard.append(out)
        after.append(new)
    going = [i for i, line in enumerate(lines) if not line.done]
    for field in range(len(experts.coding.fields)):
        forced = {i: lines[i].forced(field) for i in going}
        going = [i for i in going if not lines[i].done]
        asked = [i for i in going if forced[i] is None or lines[i].judged()]
        if asked:
            known = np.array([lines[i].known(field) for i in asked], np.int16)
            shares = _shares(experts, field, known, [out[asked] for out in heard], dial)
            for i, row in zip(asked, shares, strict=True):
                must = forced[i]
                if must is None:
                    forced[i] = _drawn(
                        lines[i].weigh(field, row), rngs[i], dial, lines[i].tells_time(field)
                    )
                else:
                    lines[i].fit += float(np.log(max(1e-9, row[must])))
        untold = [i for i in going if i not in asked]
        for i in untold:  # what is known of a field is noted even where nothing is drawn
            lines[i].known(field)
        going = [i for i in going if lines[i].put(field, int(forced[i]))]  # type: ignore[arg-type]
    return after


def _shares(
    experts: Experts,
    field: int,
    known: NDArray[np.int16],
    heard: Sequence[torch.Tensor],
    dial: Dial,
) -> NDArray[np.float32]:
    columns = torch.from_numpy(known.astype(np.int64))
    said = [
        torch.softmax(net.heads[field](out, columns), -1).numpy()
        for (_, net), out in zip(experts.nets, heard, strict=True)
    ]
    tilt = None
    if experts.counts is not None and said:
        tilt = np.array([dial.counts, *([-dial.counts] * len(said))], np.float32)
    return experts.mixed(field, known, said, tilt)


def _drawn(shares: NDArray[np.float32], rng: np.random.Generator, dial: Dial, steady: bool) -> int:
    """One symbol: by the temperature, and none that is far less likely than the likeliest.

    Rhythm is drawn more steadily than pitch: one odd gap puts all that follows off the beat.
    """
    high = float(shares.max())
    least = STEADY_LEAST if steady else LEAST
    kept = np.where(shares >= least * high, shares / max(high, 1e-30), 0).astype(np.float64)
    kept **= 1 / (dial.temperature * (STEADY if steady else 1))
    total = np.cumsum(kept)
    return int(np.searchsorted(total, rng.random() * total[-1], side="right"))


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


def _best(candidates: Sequence[Score], manner: Manner) -> Score:
    return max(candidates, key=lambda made: rank.merit(made, manner.usual))

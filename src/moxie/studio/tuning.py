"""A model that learns again by a person's taste, kept only where it is better and does no harm.

Works count by how surely the person likes what they look like; nothing that was made is learnt
from, so that the artist stays the only source. Three gates stand before the new version: answers
must be foretold surely enough, the creations of both versions of the same seeds must be equal in
fidelity, diversity and near-copies, and the person must like the new ones better without knowing
which they are. The taste's own opinion of the new version decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias, TypeVar

import numpy as np

from moxie.art import Brief
from moxie.studio import counting, learning, looks, making, people, tasting
from moxie.studio.blending import Hand
from moxie.studio.counting import Likeness
from moxie.studio.desk import Desk
from moxie.studio.questioning import Asked
from moxie.studio.scoring import held_out, measured, others
from moxie.studio.tasting import Tasted
from moxie.taste import blind, steering
from moxie.taste.answers import Answer
from moxie.taste.held import Foretold
from moxie.taste.space import Floats
from moxie.text import Message, say
from moxie.work import Creation, Evaluation, Run

S = TypeVar("S")

Outcome: TypeAlias = Literal["unready", "refused", "waiting", "promoted", "rejected"]

LEAST_ANSWERS = 30
"""Answers before a model is touched."""

TRIED, SPARE = 2 * blind.QUESTIONS, 4
"""Creations of each version shown in the blind comparison, and more where two are the same."""

TRIAL_SEED = 0x5461737465 % 2**31
DIVERSITY_LOSS = 0.15


@dataclass(frozen=True, slots=True)
class Gate:
    """What was measured of both versions by the same seeds, and what failed.

    `kept` is the effective share of the works as the new version counts them, `copied` how many
    first drafts of the old and of the new one were near-copies (and were made again).
    """

    kept: float
    before: Evaluation
    after: Evaluation
    failed: tuple[Message, ...]
    copied: tuple[int, int] = (0, 0)  # not known of those kept before it was counted


@dataclass(frozen=True, slots=True)
class Tuning:
    """A version learnt by a person's taste, and what has become of it.

    `old` and `new` are the creations of both for the blind comparison. `shares` are what its
    questions said so far (see `taste.blind`), `chance` how often nothing but luck does as well.
    """

    who: str
    parent: str
    run: str | None
    answers: int
    foretold: float
    luck: float  # how often shuffled answers are foretold as well
    outcome: Outcome
    why: Message
    gates: tuple[Gate, ...] = ()
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    chance: float | None = None
    at: str = ""


def tune(desk: Desk[S], who: str) -> Tuning:
    """Learn again by what a person said; the new version waits for their blind comparison.

    Raises Missing where nothing is trained, NoWorks where nothing was made that could be liked.
    """
    parent = desk.trained
    known = tasting.taste(desk, who)
    said = len(known.answers)
    ready = waiting(desk, who)
    if ready is not None and ready.answers == said:
        return ready
    foretold = known.foretold()
    start = Tuning(
        who,
        parent.id,
        None,
        said,
        foretold.share,
        foretold.luck,
        "unready",
        _unready(said, foretold),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if said < LEAST_ANSWERS or not foretold.sure:
        return start
    return _keep(desk, _learnt_again(desk, parent, known, start))


def waiting(desk: Desk[S], who: str) -> Tuning | None:
    """The version that waits for this person's blind comparison, if there is one."""
    found = last(desk, who)
    if found is None or found.outcome != "waiting" or desk.trained.id != found.parent:
        return None
    return found


def last(desk: Desk[S], who: str) -> Tuning | None:
    """What became of this person's last tuning, or None."""
    return desk.library.load(desk.corpus.name, people.tuning_key(who), Tuning)


def ask(desk: Desk[S], tuning: Tuning, seed: int) -> Asked:
    """The next question of the blind comparison."""
    said = desk.library.answers.find(desk.corpus.name, tuning.who)
    number = sum(one.question is not None for one in said)
    shown = _mixed(tuning, len(_shares(desk, tuning)), seed)
    return Asked(number, "blind", tuple(map(desk.library.creation, shown)), seed)


def _mixed(tuning: Tuning, done: int, seed: int) -> tuple[str, ...]:
    """Ids of two creations of each version, of the same seeds; each is shown once."""
    order = np.random.default_rng([seed, 61]).permutation(TRIED)
    two = order[2 * done : 2 * done + 2]
    shown = [lot[i] for lot in (tuning.old, tuning.new) for i in two]
    return tuple(np.random.default_rng([seed, 62, done]).permutation(shown).tolist())


def hear(desk: Desk[S], who: str) -> None:
    """Count the answers to blind questions so far; the last one decides."""
    tuning = waiting(desk, who)
    if tuning is not None:
        _keep(desk, _settled(desk, replace(tuning, shares=_shares(desk, tuning))))


def _shares(desk: Desk[S], tuning: Tuning) -> tuple[float, ...]:
    """What the answers to blind questions said so far."""
    lots = {*tuning.old, *tuning.new}
    said = [
        blind.won(Answer(one.kind, one.shown, one.order), tuning.new)
        for one in desk.library.answers.find(desk.corpus.name, tuning.who)
        if one.why == "blind" and one.kind in ("order", "pick") and lots.issuperset(one.shown)
    ]
    return tuple(share for share in said if share is not None)


def _settled(desk: Desk[S], tuning: Tuning) -> Tuning:
    if len(tuning.shares) < blind.QUESTIONS:
        return tuning
    luck, won = blind.chance(tuning.shares), 100 * sum(tuning.shares) / len(tuning.shares)
    if blind.better(tuning.shares):
        assert tuning.run is not None
        desk.use(desk.library.run(tuning.run))
        why = say(
            "The new version won {won:.0f} % of your blind comparisons, so it is in use now. "
            "`moxie tune --back` undoes it.",
            won=won,
        )
        return replace(tuning, outcome="promoted", chance=luck, why=why)
    why = say(
        "The new version won only {won:.0f} % of your blind comparisons, so the old one stays in "
        "use.",
        won=won,
    )
    return replace(tuning, outcome="rejected", chance=luck, why=why)


def _keep(desk: Desk[S], tuning: Tuning) -> Tuning:
    desk.library.save(desk.corpus.name, people.tuning_key(tuning.who), tuning)
    return tuning


def _unready(said: int, foretold: Foretold) -> Message:
    if said < LEAST_ANSWERS:
        return say(
            "There are {n} answers; with {enough} the model can be tuned.",
            n=said,
            enough=LEAST_ANSWERS,
        )
    return tasting.unsure(foretold)


def _learnt_again(desk: Desk[S], parent: Run, known: Tasted, start: Tuning) -> Tuning:
    """The version of the steepest counts that passes the gates."""
    old = _made(desk, parent)
    ids = [place.work for place in desk.part("train")]
    gates: list[Gate] = []
    liked, likeness = _liking_of_works(desk, known, ids), _likeness(desk)
    drift = likeness.drift(_contents(desk, old), desk.art) if likeness else None
    base = learning.counted(desk, parent, ids)
    for each in counting.counts(liked, likeness, drift, base):
        counts = dict(zip(ids, each.tolist(), strict=True))
        kept = steering.effective(each) / len(each)
        run = learning.retrain(desk, parent, counts)
        people.remember(desk.library, run, [known.who])
        new = _made(desk, run)
        lots = _apart(old, new)
        if len(lots) < TRIED:
            why = say(
                "The version by your taste would make what the old one makes, so it was not kept."
            )
            return replace(start, run=run.id, outcome="refused", why=why)
        gate = _gate(desk, likeness, kept, old, new)
        desk.library.save_evaluation(run.id, gate.after)
        gates.append(gate)
        if not gate.failed:
            shown = list(zip(*lots[:TRIED], strict=True))
            why = say(
                "A version by your taste is ready: {n} blind questions will tell whether you like "
                "it better. Go on with `moxie rate`.",
                n=blind.QUESTIONS,
            )
            return replace(
                start,
                run=run.id,
                outcome="waiting",
                why=why,
                gates=tuple(gates),
                old=shown[0],
                new=shown[1],
            )
    return replace(start, outcome="refused", why=gates[-1].failed[0], gates=tuple(gates))


def _liking_of_works(desk: Desk[S], known: Tasted, ids: Sequence[str]) -> Floats:
    """How surely each work is liked, float [n]."""
    seen = looks.look(desk, ids)
    mean, doubt = known.taste.likes(known.candidates.place(seen))
    found = dict(zip(seen.ids, steering.careful(mean, doubt).tolist(), strict=True))
    return np.array([found[one] for one in ids])


def _likeness(desk: Desk[S]) -> Likeness | None:
    train, held = desk.contents(desk.part("train")), desk.contents(held_out(desk))
    return Likeness.of(desk.art, train, held, others(desk))


def _made(desk: Desk[S], run: Run) -> list[Creation]:
    brief: Brief[S] = Brief(desk.art.size(None))
    return making.create(Hand.of(desk.beside(run)), brief, TRIED + SPARE, TRIAL_SEED)


def _contents(desk: Desk[S], lot: Sequence[Creation]) -> list[S]:
    return [desk.art.read(desk.library.get(made.id), made.id) for made in lot]


def _apart(old: Sequence[Creation], new: Sequence[Creation]) -> list[tuple[str, str]]:
    """Creations of the same seed by both versions, of those that only one of them makes."""
    olds, news = Counter(one.id for one in old), Counter(one.id for one in new)
    return [
        (a.id, b.id)
        for a, b in zip(old, new, strict=True)
        if olds[a.id] + news[a.id] == 1 == olds[b.id] + news[b.id]
    ]


def _gate(
    desk: Desk[S],
    likeness: Likeness | None,
    kept: float,
    old: Sequence[Creation],
    new: Sequence[Creation],
) -> Gate:
    lots = [_contents(desk, lot) for lot in (old, new)]
    before, after = (_measured(desk, lot) for lot in lots)
    chance = likeness.chance(lots[0], lots[1], desk.art) if likeness else 0.0
    copied = _copied(old), _copied(new)
    return Gate(kept, before, after, failures(before, after, copied, chance), copied)


def _copied(lot: Sequence[Creation]) -> int:
    return sum(made.attempts > 1 or made.flagged for made in lot)


def failures(
    before: Evaluation, after: Evaluation, copied: tuple[int, int], chance: float = 0.0
) -> tuple[Message, ...]:
    """The gates that a new version fails, measured as the version before was; none may.

    `chance` is how far the fidelities of two such lots differ without a reason (a deviation): the
    works as they are counted lose no more than they may, so what is refused has to be more.
    `copied` are the near-copies among the first drafts of both. They may not become more, even if
    that may be luck: creations handed out are past the gate and would tell nothing.
    """
    failed: list[Message] = []
    if after.fidelity.value < before.fidelity.value - counting.FIDELITY_LOSS - chance:
        failed.append(
            say(
                "The version by your taste would be less like the artist (fidelity {after:.2f}, "
                "{before:.2f} before), so it was not kept.",
                after=after.fidelity.value,
                before=before.fidelity.value,
            )
        )
    if after.diversity.value < before.diversity.value - DIVERSITY_LOSS:
        failed.append(
            say(
                "The version by your taste would be less varied (diversity {after:.2f}, "
                "{before:.2f} before), so it was not kept.",
                after=after.diversity.value,
                before=before.diversity.value,
            )
        )
    if copied[1] > copied[0]:
        failed.append(
            say(
                "The version by your taste would copy more ({after} near-copies among {n} first "
                "drafts, {before} before), so it was not kept.",
                after=copied[1],
                before=copied[0],
                n=after.samples,
            )
        )
    return tuple(failed)


def _measured(desk: Desk[S], lot: Sequence[S]) -> Evaluation:
    return measured(desk, lot, held_out(desk))

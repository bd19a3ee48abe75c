"""Of several candidates the one that a person likes, kept varied: best-of-n by what is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from moxie.errors import BadInput
from moxie.flow.create import Made
from moxie.studio import looks, tasting
from moxie.studio.desk import Desk, digest
from moxie.studio.questioning import pseudonym
from moxie.studio.tasting import Tasted
from moxie.taste import steering
from moxie.taste.space import Floats
from moxie.text import say

S = TypeVar("S")

MOST = 64
"""Candidates for one creation."""

LEAST_LIKE = 0.25
"""How far below the middle of its candidates' fidelity one may lie and still be chosen."""


@dataclass(slots=True)
class Liking(Generic[S]):
    """A person's taste as a chooser among candidates. `before` grows with what was chosen."""

    desk: Desk[S]
    known: Tasted
    of: int
    before: list[Floats] = field(default_factory=list)

    @classmethod
    def of_person(cls, desk: Desk[S], who: str, of: int) -> Liking[S] | None:
        """The taste of who has answered; None, and why is said, where it foretells too little.

        Answers without sense would choose what is extreme. Raises BadInput for nobody, NoWorks
        where there are no creations.
        """
        found = cls(desk, tasting.taste(desk, pseudonym(who)), of)
        foretold = found.known.foretold()
        if foretold.sure:
            return found
        desk.clock.progress.say(
            say("Nothing is chosen by a taste that is not known:"), tasting.unsure(foretold)
        )
        return None

    def __post_init__(self) -> None:
        """Raises BadInput where there is nothing to choose by, or among."""
        if not 2 <= self.of <= MOST:
            raise BadInput(
                "A creation can be chosen from 2 to {most} candidates, not {n}.",
                most=MOST,
                n=self.of,
            )
        if not self.known.answers:
            raise BadInput(
                "Nobody called {who} has said anything about {corpus} yet: `moxie rate` asks.",
                who=self.known.who,
                corpus=self.known.corpus,
            )

    def key(self) -> str:
        """Stands for the answers the taste was learnt from, and the number of candidates."""
        said = [(a.shown, a.order, a.value, a.kind) for a in self.known.answers]
        return digest(self.of, *said)

    def points(self, contents: Sequence[S]) -> Floats:
        """Where contents lie in the taste's space, float [n, dimensions]."""
        return self.known.candidates.place(looks.look_at(self.desk.art, contents))

    def remember(self, ids: Sequence[str]) -> None:
        """What was chosen before, from the store."""
        if not ids:
            return
        seen = looks.look(self.desk, ids)
        self.before += list(self.known.candidates.place(seen))

    def choose(
        self, made: Sequence[Made[S]], fidelity: Sequence[float | None]
    ) -> tuple[Made[S], Mapping[str, object]]:
        """The candidate to keep, of those `allowed`, and how it was chosen, for its record."""
        fit = allowed([one.flagged for one in made], fidelity)
        points = self.points([made[i].content for i in fit])
        mean, doubt = self.known.taste.likes(points)
        pool, _ = self.known.likes()
        worth = (steering.careful(mean, doubt) - pool.mean()) / max(float(pool.std()), 1e-9)
        before = np.array(self.before).reshape(len(self.before), points.shape[1])
        width = steering.usual_distance(self.known.points)
        best = steering.next_best(worth, points, before, width)
        self.before.append(points[best])
        facts = {
            "of": self.of,
            "fit": len(fit),
            "answers": len(self.known.answers),
            "liking": float(mean[best]),
            "doubt": float(doubt[best]),
        }
        return made[fit[best]], facts


def allowed(flagged: Sequence[bool], fidelity: Sequence[float | None]) -> list[int]:
    """Places of the candidates that may be chosen by taste.

    No near-copies, and none far less like the artist than the others, while there are others.
    """
    clean = [i for i, copied in enumerate(flagged) if not copied] or list(range(len(flagged)))
    known = [found for i in clean if (found := fidelity[i]) is not None]
    if not known:
        return clean
    least = float(np.median(known)) - LEAST_LIKE
    return [i for i in clean if (found := fidelity[i]) is None or found >= least]

"""`Feedback`: the verbs about what people like, which `Studio` has besides the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from moxie import arts
from moxie.studio import candidates, inputs, people, questioning, tasting
from moxie.studio.desk import Bench, Desk
from moxie.studio.people import Erased
from moxie.studio.progress import Clock
from moxie.studio.protection import PathLike, Protection
from moxie.studio.questioning import Asked
from moxie.studio.tasting import Tasted
from moxie.work import Answered, Said, Why

ME = "me"
"""The pseudonym of who gives none."""


class Feedback(Protection):
    """Questions to people, their answers, and the taste learnt from them.

    People are kept apart by a pseudonym, `who`. Nobody waits for anybody: two may answer at
    once, also while something is trained.
    """

    def ask(self, corpus: str | None = None, *, who: str = ME, seed: int = 0) -> Asked:
        """The next question: creations to put in order, and why these.

        Nothing is changed by asking: before the next answer the same question comes again.
        Creations nobody has looked at before are looked at first, which takes a while once; see
        `look`. Raises NoWorks where there are fewer than two.
        """
        with self._table(corpus) as desk:
            return questioning.ask(desk, who, seed)

    def answer(  # noqa: PLR0913  every way to answer, each with a usual value
        self,
        corpus: str | None,
        kind: Said,
        shown: Sequence[str],
        *,
        who: str = ME,
        order: Sequence[str] = (),
        value: int = 0,
        tags: Sequence[str] = (),
        note: str = "",
        why: Why = "free",
        question: int | None = None,
        seed: int = 0,
    ) -> Answered:
        """Keep what a person said of creations, `shown` by their ids in the order shown.

        "order" names them all in `order` from the best, "pick" the best alone; "like" has a
        `value` of 0 or 1 and "stars" of 1 to 5, about one; "tags", "note" and "skip" compare
        nothing. `why`, `question` and `seed` are those of `ask`, where it asked: a question
        answered twice keeps its first answer. Raises BadInput, Missing.
        """
        name = inputs.pick_corpus(self._library, corpus).name
        told = (tuple(shown), tuple(order), value, tuple(tags), note)
        said = Answered(0, name, who, kind, "", *told, why, question, seed)
        return questioning.answer(self._library, said)

    def undo(self, corpus: str | None = None, *, who: str = ME) -> Answered | None:
        """Take back a person's last answer; None where there is none."""
        name = inputs.pick_corpus(self._library, corpus).name
        return self._library.answers.undo(name, questioning.pseudonym(who))

    def answers(self, corpus: str | None = None, *, who: str | None = None) -> list[Answered]:
        """The answers about a corpus, in the order they were given; of one person where named."""
        name = inputs.pick_corpus(self._library, corpus).name
        return self._library.answers.find(name, who)

    def people(self, corpus: str | None = None) -> dict[str, int]:
        """Who has answered about a corpus, and how often."""
        return self._library.answers.people(inputs.pick_corpus(self._library, corpus).name)

    def learnt_taste(self, corpus: str | None = None, *, who: str = ME) -> Tasted:
        """What is known of a person's taste, and how well it predicts them."""
        with self._table(corpus) as desk:
            return tasting.taste(desk, questioning.pseudonym(who))

    def look(self, corpus: str | None = None) -> int:
        """Look at all creations beforehand, so that `ask` is quick; returns how many there are.

        Raises NoWorks as `ask` does.
        """
        with self._table(corpus) as desk:
            return len(candidates.candidates(desk).ids)

    def export_person(self, who: str, out: PathLike) -> Path:
        """Write all that is kept about a person, of all corpora, into one JSON file."""
        return people.export(self._library, who, Path(out))

    def erase_person(self, who: str, corpus: str | None = None) -> Erased:
        """Delete all that is kept about a person, of one corpus or of all.

        Names the models that their answers tuned: make them again without.
        """
        if corpus is not None:
            inputs.pick_corpus(self._library, corpus)
        return people.erase(self._library, who, corpus)

    def _bench(self) -> Bench:
        return Bench(self._library, self.settings.home, self.settings.producer)

    @contextmanager
    def _table(self, name: str | None) -> Iterator[Desk[Any]]:
        """A corpus to read and speak about, which others may be at work on."""
        corpus = inputs.pick_corpus(self._library, name)
        with ExitStack() as stack:
            clock = Clock(self.progress)
            yield Desk(self._bench(), corpus, arts.find(corpus.art), clock, stack)

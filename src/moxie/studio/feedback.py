"""`Feedback`: the verbs about what people like, which `Studio` has besides the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from moxie.studio import (
    candidates,
    inputs,
    people,
    portrait,
    preferring,
    questioning,
    showing,
    tasting,
    tuning,
    versions,
)
from moxie.studio.opening import Opening
from moxie.studio.people import Erased
from moxie.studio.preferring import Preference
from moxie.studio.protection import PathLike, Protection
from moxie.studio.questioning import Asked
from moxie.studio.showing import Sheet
from moxie.studio.tasting import Tasted
from moxie.studio.tuning import Tuning
from moxie.text import Catalogue
from moxie.work import Answered, Run, Said, Why

ME = "me"
"""The pseudonym of who gives none."""


class Feedback(Protection, Opening):
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
            version = tuning.waiting(desk, questioning.pseudonym(who))
            if version is not None:
                return tuning.ask(desk, version, seed)
            return questioning.ask(desk, who, seed)

    def show(
        self, asked: Asked, corpus: str | None = None, *, out: PathLike = "moxie-out"
    ) -> Sheet:
        """Write a question's creations into `out`/rate: previews A, B, ... and a page of them all.

        What an earlier question wrote there is replaced.
        """
        with self._table(corpus) as desk:
            catalogue = Catalogue.load(self.settings.language)
            return showing.lay_out(desk, asked, Path(out), catalogue)

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
        answered twice keeps its first answer. The last answer of a blind comparison decides
        which version of the model is used; see `tuning`. Raises BadInput, Missing.
        """
        name = inputs.pick_corpus(self._library, corpus).name
        told = (tuple(shown), tuple(order), value, tuple(tags), note)
        said = Answered(0, name, who, kind, "", *told, why, question, seed)
        kept = questioning.answer(self._library, said)
        if kept.why == "blind":
            with self._table(name) as desk:
                tuning.hear(desk, kept.who)
        return kept

    def tune(self, corpus: str | None = None, *, who: str = ME) -> Tuning:
        """Learn again with works counting by a person's taste, and measure what that does.

        What passes waits for the person's blind comparison, which `ask` asks next; see
        `studio.tuning`. Raises Missing where nothing is trained yet, NoWorks, and BadInput where
        nobody of that name has answered.
        """
        with self._desk(corpus) as desk:
            return tuning.tune(desk, questioning.pseudonym(who))

    def tuned(self, corpus: str | None = None, *, who: str = ME) -> Tuning | None:
        """What became of the last tuning by a person's taste, or None."""
        with self._table(corpus) as desk:
            return tuning.last(desk, questioning.pseudonym(who))

    def use_version(self, corpus: str | None = None, run: str | None = None) -> Run:
        """Put a version of the model in use: a run by its id or how that begins.

        None is the one that the present one was tuned from. Raises BadInput.
        """
        with self._desk(corpus) as desk:
            return versions.go_back(desk, run)

    def undo(self, corpus: str | None = None, *, who: str = ME) -> Answered | None:
        """Take back a person's last answer; None where there is none."""
        name = inputs.pick_corpus(self._library, corpus).name
        return self._library.answers.undo(name, questioning.pseudonym(who))

    def answers(self, corpus: str | None = None, *, who: str | None = None) -> list[Answered]:
        """The answers about a corpus, in the order they were given; of one person where named."""
        name = inputs.pick_corpus(self._library, corpus).name
        return self._library.answers.find(name, who and questioning.pseudonym(who))

    def people(self, corpus: str | None = None) -> dict[str, int]:
        """Who has answered about a corpus, and how often."""
        return self._library.answers.people(inputs.pick_corpus(self._library, corpus).name)

    def learnt_taste(self, corpus: str | None = None, *, who: str = ME) -> Tasted:
        """What is known of a person's taste, and how well it predicts them."""
        with self._table(corpus) as desk:
            return tasting.taste(desk, questioning.pseudonym(who))

    def taste(
        self, corpus: str | None = None, *, who: str = ME, out: PathLike | None = None
    ) -> Preference:
        """What a person prefers, by named traits, how sure that is, and what changed by it.

        With `out`, a page of it is written into that file. Raises NoWorks where there are fewer
        than two creations, Missing where the person has not said anything of them.
        """
        with self._table(corpus) as desk:
            found = preferring.preference(desk, questioning.pseudonym(who))
            if out is not None:
                language = Catalogue.load(self.settings.language)
                portrait.portray(desk, found, Path(out), language)
            return found

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

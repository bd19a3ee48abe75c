"""A person at a terminal, or a script on stdin, who is asked question after question."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TextIO

from moxie.cli import answering
from moxie.cli.answering import Typed
from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.studio import Asked, Studio, Tasted
from moxie.studio.tuning import LEAST_ANSWERS
from moxie.text import Catalogue, Message, say

NOW_AND_THEN = 10
"""Answers after which it is said how much is known."""

LONGEST = 4000
"""Characters of a line."""

HELP = (
    say("  bdac        all in order, the best first; or b alone, the best"),
    say("  like b      or dislike b; 3 c gives c three of five stars"),
    say("  tag b: stormy, calm      tags for b;  note WORDS  a note about all of them"),
    say("  skip, undo, help, quit"),
)


class Session:
    """Asks until nobody answers. Prompts go to `out`, beside what is asked of a result."""

    def __init__(
        self,
        studio: Studio,
        params: dict[str, Any],
        catalogue: Catalogue,
        lines: TextIO,
        out: TextIO,
    ) -> None:
        self._studio = studio
        self._corpus: str | None = params["corpus"]
        self._who: str = params["who"]
        self._seed: int = params["seed"]
        self._folder = params["out"]
        self._catalogue = catalogue
        self._lines = lines
        self._out = out
        self._given = 0
        self._refused = 0

    def go(self) -> Outcome:
        """Ask, hear, and in the end say what is known."""
        self._say(say("Type your answer and Enter:"), *HELP)
        while self._ask():
            pass
        known = self._studio.learnt_taste(self._corpus, who=self._who)
        facts = {"given": self._given, "refused": self._refused, **known_json(known)}
        ended = say("Answers given just now: {n}. They are kept.", n=self._given)
        careless = self._refused and not self._lines.isatty()
        told = [ended, *known_said(known), *_of_use(known)]
        return Outcome(facts, told, BadInput.exit_code if careless else 0)

    def _ask(self) -> bool:
        """One question, until it is answered; False to stop."""
        asked = self._studio.ask(self._corpus, who=self._who, seed=self._seed)
        self._present(asked)
        while (line := self._read()) is not None:
            try:
                typed = answering.read(line, len(asked.shown))
                if typed == "help":
                    self._say(*HELP)
                elif typed == "undo":
                    self._undo()
                    return True
                elif isinstance(typed, str):
                    return False
                elif self._keep(typed, asked):
                    return True
            except BadInput as error:
                self._refused += 1
                self._say(error.message)
        return False

    def _present(self, asked: Asked) -> None:
        sheet = self._studio.show(asked, self._corpus, out=self._folder)
        self._out.write("\n")
        self._say(say("Question {number}: which do you like best?", number=asked.number + 1))
        if asked.why == "blind":
            self._say(
                say(
                    "Two of these are by the old version of the model and two by the new one. "
                    "Which are which is not told."
                )
            )
        for made, (letter, files) in zip(asked.shown, sheet.files.items(), strict=True):
            names = "  ".join(str(path) for path in files)
            self._out.write(f"  {letter}  {made.id[:8]}  {names}\n")
        self._say(say("All beside each other: {page}", page=str(sheet.page)))

    def _keep(self, typed: Typed, asked: Asked) -> bool:
        """Store an answer; True where it is one to the question."""
        ids = [made.id for made in asked.shown]
        self._studio.answer(
            self._corpus,
            typed.kind,
            [ids[place] for place in typed.about],
            who=self._who,
            order=[ids[place] for place in typed.order],
            value=typed.value,
            tags=typed.tags,
            note=typed.note,
            why=asked.why,
            question=asked.number,
            seed=asked.seed,
        )
        answered = typed.kind in ("order", "pick", "skip")
        self._given += typed.kind != "skip"
        if answered:
            self._tell(asked.number + 1)
            if asked.why == "blind":
                self._decided()
        else:
            self._say(say("Kept. And in which order are they?"))
        return answered

    def _decided(self) -> None:
        """What the blind comparison has come to, where this was its last answer."""
        tuning = self._studio.tuned(self._corpus, who=self._who)
        if tuning is not None and tuning.outcome in ("promoted", "rejected"):
            self._say(tuning.why)

    def _tell(self, number: int) -> None:
        known = self._studio.learnt_taste(self._corpus, who=self._who)
        said = known_said(known)
        self._say(*(said if number % NOW_AND_THEN == 0 else said[:1]))
        if number % NOW_AND_THEN == 0:
            self._say(*_of_use(known))

    def _undo(self) -> None:
        taken = self._studio.undo(self._corpus, who=self._who)
        if taken is None:
            self._say(say("There is nothing to take back."))
        else:
            self._given -= taken.kind != "skip" and self._given > 0
            self._say(say("The last answer is taken back."))

    def _read(self) -> str | None:
        """The next line that says something; None at the end, or where the person breaks off."""
        while True:
            if self._lines.isatty():
                self._out.write("> ")
                self._out.flush()
            try:
                line = self._lines.readline(LONGEST)
            except KeyboardInterrupt:
                self._out.write("\n")
                return None
            except UnicodeDecodeError as error:
                raise BadInput("What was typed is not text in UTF-8.") from error
            if not line:
                return None
            if line.strip():
                return line

    def _say(self, *messages: Message) -> None:
        for message in messages:
            self._out.write(self._catalogue.render(message) + "\n")
        self._out.flush()


def known_said(known: Tasted) -> list[Message]:
    """How much is known of a taste: first how many answers it takes, then how sure it is."""
    number = sum(said.kind != "skip" for said in known.asked)
    if known.left:
        found = [
            say("Answers so far: {n}. After about {left} more your taste is known well.", n=number,
                left=known.left)
        ]  # fmt: skip
    else:
        found = [say("Answers so far: {n}. More make what is known surer.", n=number)]
    if known.tested is not None:
        found.append(
            say(
                "What you answer to test questions is foretold in {value:.0f} % of {n} pairs (95 % "
                "sure: {low:.0f} to {high:.0f} %); chance would be 50 %.",
                value=100 * known.tested.value,
                n=known.tested.n,
                low=100 * known.tested.low,
                high=100 * known.tested.high,
            )
        )
    if known.steady is not None:
        found.append(
            say(
                "Asked the same again, you agree with yourself in {value:.0f} % of {n} pairs.",
                value=100 * known.steady.value,
                n=known.steady.n,
            )
        )
    if known.contradicted:
        found.append(
            say(
                "Your answers contradict each other in {n} of {all} pairs that were compared more "
                "than once.",
                n=known.contradicted,
                all=known.compared,
            )
        )
    return found


def _of_use(known: Tasted) -> list[Message]:
    """What can be done with what is known; nothing as long as that is little."""
    if len(known.answers) < LEAST_ANSWERS or not known.foretold().sure:
        return []
    return [
        say(
            "Your taste is known surely enough to be acted on: `moxie create {corpus} --for {who}` "
            "chooses by it, and `moxie tune {corpus} --who {who}` lets the model learn by it.",
            corpus=known.corpus,
            who=known.who,
        )
    ]


def known_json(known: Tasted) -> dict[str, object]:
    """The same for programs."""
    return {
        "corpus": known.corpus,
        "who": known.who,
        "answers": len(known.answers),
        "left": known.left,
        "tested": None if known.tested is None else asdict(known.tested),
        "steady": None if known.steady is None else asdict(known.steady),
        "compared": known.compared,
        "contradicted": known.contradicted,
    }

"""Where to click: how a page says what elsewhere in Moxie is said with a command to type.

A sentence is written once, where it is raised, for a terminal. The few that tell a person what to
type have another wording here, and perhaps the place of the studio where that is done. A test
looks through all sentences for commands that are neither in `WAYS` nor in `TERMINAL`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moxie.text import Catalogue, Message, say


@dataclass(frozen=True, slots=True)
class Way:
    """A sentence as a page says it, and the place of a corpus where that is done, if any."""

    said: Message
    place: str | None = None


class Clicked(Catalogue):
    """The sentences of one language as pages say them."""

    def render(self, message: Message) -> str:
        """The message, without a command to type where there is something to click."""
        way = WAYS.get(message.template)
        told = message if way is None else Message(way.said.template, message.params)
        return Catalogue.render(self, told)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Clicked:
        """The same language, for pages."""
        return cls(catalogue.language, catalogue.sentences)


def place_of(message: Message) -> str | None:
    """The place where a person can do something about it."""
    way = WAYS.get(message.template)
    return None if way is None else way.place


WAYS: Mapping[str, Way] = {
    "Another process is at work on {name}: wait until it is done, or use another store with "
    "--home.": Way(say("Another process is at work on {name}: wait until it is done.")),
    "The store's database may not be written to: change its permissions, or use another store with "
    "--home. ({where})": Way(
        say("The store's database may not be written to: change its permissions. ({where})")
    ),
    "The store's database is damaged: restore it from a backup, or begin a new store with --home. "
    "({where})": Way(say("The store's database is damaged: restore it from a backup. ({where})")),
    "This store was written by a newer version of Moxie: upgrade Moxie, or use another store with "
    "--home.": Way(say("This store was written by a newer version of Moxie: upgrade Moxie.")),
    "There are fewer than two creations of {corpus} to compare: make some first, with "
    "`moxie create {corpus}`.": Way(
        say("There are fewer than two creations of {corpus} to compare: make some first."),
        "create",
    ),
    "That needs an earlier step: run `moxie {verb} {corpus}` first.": Way(
        say("That needs a model: train one first."), "model"
    ),
    "Damage cannot be found in a work of this art: name it with --region.": Way(
        say("Damage cannot be found in a work of this art: say which part is damaged.")
    ),
    "The store is empty: start with `moxie collect FOLDER`.": Way(
        say("The store is empty: begin with some works.")
    ),
    "A region is a part of a work: name the work with --from.": Way(
        say("A region is a part of a work: choose the work to begin from.")
    ),
    "With a region the work keeps its own size: leave out --size.": Way(
        say("With a region the work keeps its own size: leave the size empty.")
    ),
    "Nobody called {who} has said anything about {corpus} yet: `moxie rate` asks.": Way(
        say("Nobody called {who} has said anything about {corpus} yet: compare some first."),
        "compare",
    ),
    "{who} has not said yet what they like of {corpus}: compare a few creations first, with `moxie "
    "rate {corpus} --who {who}`.": Way(
        say("{who} has not said yet what they like of {corpus}: compare a few creations first."),
        "compare",
    ),
    "Only pictures can carry a watermark: export without --watermark.": Way(
        say("Only pictures can carry a watermark: take it away without the invisible mark.")
    ),
    "It may not be learnt from: {scheme} in {where} says “{quote}”. If you may all the same, "
    "collect it with --override-rights and the reason, which is kept with the work.": Way(
        say(
            "It may not be learnt from: {scheme} in {where} says “{quote}”. If you may all the "
            "same, add it under Works and say why; the reason is kept with the work."
        ),
        "works",
    ),
    "The record of {creation} is damaged: nothing can be added to it. `moxie record` says "
    "where.": Way(say("The record of {creation} is damaged: nothing can be added to it.")),
    "No damage was found that is sure enough to mend unasked, so nothing was changed. Name it with "
    "--mask or --region, or see with --suggest what is likely.": Way(
        say(
            "No damage was found that is sure enough to mend unasked, so nothing was changed. Mark "
            "it, or have suggested what is likely."
        )
    ),
    "The new version won {won:.0f} % of your blind comparisons, so it is in use now. "
    "`moxie tune --back` undoes it.": Way(
        say(
            "The new version won {won:.0f} % of your blind comparisons, so it is in use now. Under "
            "Model the old one can be put in use again."
        ),
        "model",
    ),
    "Some works count more than others now, so that what is made is more like all of them: "
    "fidelity {after:.2f}, {before:.2f} before, by works it has not seen. `moxie tune --back` "
    "undoes it.": Way(
        say(
            "Some works count more than others now, so that what is made is more like all of "
            "them: fidelity {after:.2f}, {before:.2f} before, by works it has not seen. Under "
            "Model the old version can be put in use again."
        ),
        "model",
    ),
    "A version by your taste is ready: {n} blind questions will tell whether you like it better. "
    "Go on with `moxie rate`.": Way(
        say(
            "A version by your taste is ready: {n} blind questions will tell whether you like it "
            "better. They are among the next ones here."
        ),
        "compare",
    ),
    "Nothing can be undone in a work of this art: leave out --undo.": Way(
        say("Nothing can be undone in a work of this art.")
    ),
    "{n} trained versions begin with {run}: `moxie models` lists them all.": Way(
        say("{n} trained versions begin with {run}: choose one under Model."), "model"
    ),
}
"""What pages say instead, by the sentence as it is raised."""

TERMINAL = frozenset(
    {
        "An edited creation is named with --file; the other steps have no file.",
        "Say in a few words why the key is revoked: --reason TEXT.",
        "The private key {path} is lost. Put it back from a copy, or make another with `moxie keys "
        "rotate {kind}`; what it signed stays good.",
        "The registry's log was changed from outside, at or before entry {place}: nothing can be "
        "added or proved. Run `moxie prove` to see where, and restore it from a copy.",
        "The registry's log was changed from outside: its last signature is not of as many entries "
        "as there are. Run `moxie prove` to see what is wrong.",
        "The studio cannot listen at {host}, port {port}: {reason}. Choose another with --port.",
        "There is no one key {name}; `moxie keys` lists them with their ids.",
        "There is nothing to compare {name} with: collect works of its kind first, or name files "
        "with --against.",
    }
)
"""What is said of keys, the registry and searches, which only a terminal has verbs for."""

"""What a race says of those that ran in it: by works kept aside, or by what was made."""

from __future__ import annotations

from dataclasses import dataclass

from moxie.text import Message, Scalar, say

Interval = tuple[float, float, float]
"""By which share an error is lower, and its interval."""


@dataclass(frozen=True, slots=True)
class Words:
    """`number` errors of a recipe: of drafts that it made, or of works that it foretold."""

    number: int
    drafts: bool = False

    def won(self, winner: str, rival: str, recipes: int, gain: Interval) -> Message:
        """Who won, and by how much."""
        change, low, high = (100 * value for value in gain)
        known: dict[str, Scalar] = {"recipe": winner, "n": recipes, "rival": rival}
        known |= {"held_out": self.number}
        if low > 0:
            known |= {"percent": change, "low": low, "high": high}
            if self.drafts:
                return say(
                    "{recipe} won the race of {n} recipes: {held_out} drafts of its are "
                    "{percent:.1f} % nearer to the artist than those of {rival} "
                    "({low:.1f} to {high:.1f}).",
                    **known,
                )
            return say(
                "{recipe} won the race of {n} recipes: its error on {held_out} held-out works is "
                "{percent:.1f} % lower than that of {rival} ({low:.1f} to {high:.1f}).",
                **known,
            )
        known |= {"percent": 0.0 - change, "low": -high, "high": -low}
        if self.drafts:
            return say(
                "{recipe} won the race of {n} recipes: by {held_out} drafts no other one is "
                "clearly nearer to the artist, and its distance differs from that of {rival} by "
                "{percent:+.1f} % ({low:+.1f} to {high:+.1f}).",
                **known,
            )
        return say(
            "{recipe} won the race of {n} recipes: on {held_out} held-out works no heavier one is "
            "clearly better, and its error differs from that of {rival} by {percent:+.1f} % "
            "({low:+.1f} to {high:+.1f}).",
            **known,
        )

    def lost(self, best: str, gain: Interval) -> Message:
        """Why a recipe lost, to a better one or one with the better claim: its gain over that."""
        change, low, high = (100 * value for value in gain)
        known: dict[str, Scalar] = {"best": best, "low": -high, "high": -low}
        if change < 0:
            known |= {"percent": -change}
            if self.drafts:
                return say(
                    "In the race its drafts were {percent:.1f} % farther from the artist than "
                    "those of {best} ({low:+.1f} to {high:+.1f}).",
                    **known,
                )
            return say(
                "In the race its held-out error was {percent:.1f} % higher than that of {best} "
                "({low:+.1f} to {high:+.1f}).",
                **known,
            )
        known |= {"percent": 0.0 - change}
        if self.drafts:
            return say(
                "In the race its drafts were not clearly nearer to the artist than those of "
                "{best}: their distance differed by {percent:+.1f} % ({low:+.1f} to {high:+.1f}).",
                **known,
            )
        return say(
            "In the race it was not clearly better than {best}: its held-out error differed by "
            "{percent:+.1f} % ({low:+.1f} to {high:+.1f}).",
            **known,
        )

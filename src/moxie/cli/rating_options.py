"""The options of `moxie rate`."""

from __future__ import annotations

from moxie.cli.options import SEEDS, WHO, option
from moxie.cli.types import Folder, Whole
from moxie.text import say

RATING = (
    WHO,
    option(
        "--out",
        type=Folder(),
        default="moxie-out",
        show_default=True,
        about=say("The folder to show creations in."),
    ),
    option(
        "--seed",
        type=Whole(0, SEEDS),
        default=0,
        show_default=True,
        about=say("Other seeds ask other questions."),
    ),
    option("--ask", is_flag=True, about=say("Only lay out the next question.")),
    option("--answer", about=say("Put creations in order, or pick one: 'ID>ID>ID', 'ID>ID=ID'.")),
    option("--like", about=say("Like this creation.")),
    option("--dislike", about=say("Dislike this creation.")),
    option("--stars", about=say("Give a creation 1 to 5 stars: 4:ID.")),
    option("--tag", about=say("Give a creation tags: ID:stormy,calm.")),
    option("--note", about=say("Note something about a creation: ID:words.")),
    option("--undo", is_flag=True, about=say("Take back your last answer.")),
    option("--export", type=Folder(), about=say("Write all that is kept about you to this file.")),
    option("--erase", is_flag=True, about=say("Delete all that is kept about you.")),
)

"""Checks of what an art does with contents: read, write, clean, vary, cut, show."""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import Any

import numpy as np

from moxie.checks.subject import Subject, require, same
from moxie.errors import BadInput, UnreadableWork

NO_PARTS = ("", "no part at all", "-1--2", "9" * 40)
STRANGE_NAMES = ("", ".", "/", "a/b/../c", "\0", "ü 乐章.x", "1" * 300)
NO_SIZES = ("", "no size at all", "0", "-3", "9" * 40)


def check_names(subject: Subject[Any]) -> None:
    """Name, title, unit and suffixes can be shown, typed and compared."""
    art = subject.art
    require(
        re.fullmatch(r"[a-z][a-z0-9_]*", art.name),
        f"the name {art.name!r} must be lower-case letters, digits and underscores",
    )
    require(str(art.title).strip(), "the title is empty")
    require(art.unit.strip(), "the unit has no name")
    require(art.suffixes, "there are no suffixes")
    for suffix in art.suffixes:
        require(re.fullmatch(r"\.[a-z0-9.]+", suffix), f"the suffix {suffix!r} is not like '.png'")


def check_examples_are_works(subject: Subject[Any]) -> None:
    """The built-in sample works can be read, differ, and are the same every time."""
    names = [name for name, _ in subject.files]
    require(len(set(names)) == len(names), "two examples have one name")
    for name, data in subject.files:
        suffix = "." + name.rpartition(".")[2].lower()
        require(suffix in subject.art.suffixes, f"the example {name!r} has a foreign suffix")
        subject.art.read(data, name)
    require(
        len({data for _, data in subject.files}) == len(names), "two examples are the same work"
    )
    again = list(islice(subject.art.examples(), len(names)))
    require(again == subject.files, "the examples differ from one call to the next")


def check_files_give_their_works(subject: Subject[Any]) -> None:
    """An example is one work or some, each of which can be read; what is one is the file itself."""
    for name, data in subject.files:
        works = subject.art.works(data, name)
        require(works, f"there is no work in {name}")
        for inner, given in works:
            require(isinstance(inner, str) and inner.strip(), f"a work in {name} has no name")
            subject.art.read(given, inner)
        require(works == subject.art.works(data, name), f"the works in {name} waver")
        if len(works) == 1:
            require(works[0][1] == data, f"{name} is one work, but not the file as it is")


def check_lossless_form_is_exact(subject: Subject[Any]) -> None:
    """What is written without a suffix is read back in every detail."""
    art = subject.art
    for content in subject.contents:
        data = art.write(content)
        require(same(art.read(data, "work"), content), "read(write(content)) is not the content")
        require(art.write(content) == data, "writing one content twice gives different bytes")


def check_garbage_is_refused(subject: Subject[Any]) -> None:
    """What is no work is refused with UnreadableWork, never with another error."""
    art = subject.art
    noise = np.random.default_rng(0).bytes(2048)
    suffix = min(art.suffixes)
    for what, data in (("nothing", b""), ("zeros", bytes(64)), ("noise", noise)):
        try:
            art.read(data, f"broken{suffix}")
        except UnreadableWork as error:
            require(str(error).strip(), f"{what} is refused without a reason")
        except Exception as error:
            raise AssertionError(
                f"reading {what} raises {type(error).__name__}, not UnreadableWork"
            ) from error
        else:
            raise AssertionError(f"{what} is read as if it were a work")


def check_a_cut_file_does_not_crash(subject: Subject[Any]) -> None:
    """Half a file is refused with UnreadableWork, or read as far as it goes."""
    for name, data in subject.files:
        try:
            subject.art.read(data[: len(data) // 2], name)
        except UnreadableWork:
            continue
        except Exception as error:
            raise AssertionError(
                f"reading half of {name} raises {type(error).__name__}, not UnreadableWork"
            ) from error


def check_unknown_suffix_is_refused(subject: Subject[Any]) -> None:
    """`write` raises BadInput for a suffix it does not know."""
    try:
        subject.art.write(subject.contents[0], ".no-such-format")
    except BadInput:
        return
    raise AssertionError("an unknown suffix is written without BadInput")


def check_sizes(subject: Subject[Any]) -> None:
    """A size is a tuple of positive integers; what is none raises BadInput."""
    size = subject.art.size(None)
    good = isinstance(size, tuple) and size and all(type(n) is int and n > 0 for n in size)
    require(good, f"the default size is {size!r}, not a tuple of positive integers")
    like = subject.art.size(None, subject.contents[0])
    require(
        len(like) == len(size) and all(type(n) is int and n > 0 for n in like),
        f"the size like a work is {like!r}, not as many positive integers as {size!r}",
    )
    for text in NO_SIZES:
        try:
            found = subject.art.size(text)
        except BadInput:
            continue
        raise AssertionError(f"the size {text!r} is read as {found}; it should raise BadInput")


def check_regions(subject: Subject[Any]) -> None:
    """A part named by a person is a mask, the same each time; what is none raises BadInput."""
    content = subject.contents[0]
    mask = subject.mask(content)
    require(mask.dtype == np.bool_, f"a region is {mask.dtype}, not bool")
    require(mask.any() and not mask.all(), "a region is empty, or leaves nothing known")
    axes = len(subject.art.size(None))
    require(mask.ndim >= axes, f"a region has {mask.ndim} axes, the size {axes}")
    require(np.array_equal(subject.mask(content), mask), "a region is not repeatable")
    for text, data in (*((text, None) for text in NO_PARTS), ("garbage", b"garbage")):
        try:
            subject.art.region(text, data, content)
        except BadInput:
            continue
        raise AssertionError(f"the region {text!r} is read; it should raise BadInput")


def check_options(subject: Subject[Any]) -> None:
    """No dial set sets none, an unknown one raises BadInput, the others say what to write."""
    for name, hint in subject.art.dials().items():
        require(name.strip() and str(hint).strip(), f"the dial {name!r} has no name or no hint")
    none = subject.art.options({})
    require(not none, f"{dict(none)} is set although no dial was")
    try:
        subject.art.options({"no such dial": "1"})
    except BadInput as error:
        require(str(error).strip(), "an unknown dial is refused without a reason")
        return
    raise AssertionError("an unknown dial is set without BadInput")


def check_handout(subject: Subject[Any]) -> None:
    """Every format that creations are handed out in can be written."""
    piece = subject.art.split(subject.contents[0])[0]
    for suffix in subject.art.handout:
        require(suffix.startswith("."), f"{suffix!r} is not a suffix")
        require(subject.art.write(piece, suffix), f"nothing is written as {suffix}")


def check_cleaning(subject: Subject[Any]) -> None:
    """Cleaning keeps good works usable, is repeatable, and leaves what it was given alone."""
    art = subject.art
    for name, data in subject.files:
        content = art.read(data, name)
        cleaned = art.clean(content)
        require(same(content, art.read(data, name)), "clean changes the content it is given")
        require(cleaned.usable, f"the example {name} is not usable after cleaning")
        require(same(art.clean(content).content, cleaned.content), "cleaning is not repeatable")
        art.write(cleaned.content)


def check_amount_and_facts(subject: Subject[Any]) -> None:
    """There is a positive amount to learn from each work, and facts are plain data."""
    for (_, data), content in zip(subject.files, subject.contents, strict=True):
        amount = subject.art.amount(content)
        require(math.isfinite(amount) and amount > 0, f"the amount of a work is {amount}")
        facts = dict(subject.art.facts(data, content))
        plain = all(isinstance(value, str | int | float | bool) for value in facts.values())
        require(plain, f"facts are text, numbers or truths, not {facts}")
        json.dumps(facts, allow_nan=False)


def check_families(subject: Subject[Any]) -> None:
    """Any name has an answer, the same each time; the examples are not all parts of one work."""
    names = [name for name, _ in subject.files]
    for name in (*names, *STRANGE_NAMES):
        family = subject.art.family(name)
        named = family is None or (isinstance(family, str) and family)
        require(named, f"{name!r} is said to be of the work {family!r}")
        require(subject.art.family(name) == family, f"the family of {name!r} wavers")
    families = {subject.art.family(name) for name in names}
    require(None in families or len(families) > 1, "all examples are said to be one work")


def check_pieces(subject: Subject[Any]) -> None:
    """Every content gives at least one piece for the judges, the same ones each time."""
    for content in subject.contents:
        pieces = list(subject.art.split(content))
        require(pieces, "split gives no piece of a work")
        require(same(list(subject.art.split(content)), pieces), "split is not repeatable")


def check_preview(subject: Subject[Any]) -> None:
    """A browser is told what it gets, and gets something."""
    content = subject.contents[0]
    small = subject.art.preview(content, small=True)
    for preview in (subject.art.preview(content), small):
        kind = preview.media_type
        known = re.fullmatch(r"(image|audio|video|text|model|application)/[\w.+-]+", kind)
        require(known, f"{kind!r} is not a media type")
        require(preview.data, "the preview is empty")
    still = small.frames == 1 and small.sound is None
    require(still, "the small preview turns, or sounds: a wall of many shows it")


ALL = (
    check_names,
    check_examples_are_works,
    check_files_give_their_works,
    check_lossless_form_is_exact,
    check_garbage_is_refused,
    check_a_cut_file_does_not_crash,
    check_unknown_suffix_is_refused,
    check_sizes,
    check_regions,
    check_options,
    check_handout,
    check_cleaning,
    check_amount_and_facts,
    check_families,
    check_pieces,
    check_preview,
)

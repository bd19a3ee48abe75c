"""The parts that signals are read with: quotations, CBOR, patterns of places."""

from __future__ import annotations

import random
from typing import Any

import pytest

from labelled_files import MAKE
from moxie.rights import labels, signals
from moxie.rights.labels import MADE, Label
from moxie.rights.signals import Beside, cbor, places, wording


def test_quotations_are_safe_to_print() -> None:
    text = "No AI training\x1b[31m \u202e\r\n" + "x" * 500
    [signal] = wording.judge([("dc:rights", text)])
    assert len(signal.quote) <= 160
    assert signal.quote.isprintable()


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xa1\x61a\x83\x01\x20\xf5", {"a": [1, -1, True]}),
        (b"\xbf\x61a\x9f\xf6\xff\xff", {"a": [None]}),
        (b"\xc1\x1a\x00\x01\x00\x00", 65536),
        (b"\xf9\x3c\x00", 1.0),
        (b"\x42ab", b"ab"),
    ],
)
def test_cbor(data: bytes, value: Any) -> None:
    assert cbor.loads(data) == value


@pytest.mark.parametrize("data", [b"", b"\x9f", b"\x81" * 40, b"\x9a\xff\xff\xff\xff", b"\x5f"])
def test_cbor_that_is_none_or_too_much(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.loads(data)


def test_patterns_of_places() -> None:
    rules = [("/", "all"), ("/a/*.png$", "png"), ("https://x.org/a/b", "b")]
    assert places.deciding(rules, "a/x.png") == ["png"]
    assert places.deciding(rules, "a/x.pngs") == ["all"]
    assert places.deciding(rules, "a/bc") == ["b"]
    assert places.deciding([("/site/art/*", "art")], "x.png") == ["art"]
    assert places.deciding([], "x") == []
    assert places.deciding([("*a" * 1000 + "b$", "stars")], "a" * 2000) == []  # and soon
    assert places.deciding([("/*/c*.png$", "x")], "a/b/cd.png") == ["x"]
    assert places.deciding([("/a$", "x")], "ab") == []


@pytest.mark.parametrize("suffix", sorted(MAKE))
def test_damaged_files_say_nothing_or_something_but_never_crash(suffix: str) -> None:
    rng = random.Random(suffix)
    sound = labels.write(MAKE[suffix](), suffix, Label(MADE, license="CC-BY-ND-4.0"))
    for _ in range(100):
        broken = bytearray(sound)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        signals.inside(bytes(broken[: rng.randint(1, len(broken))]), f"a{suffix}")
    for name in ("tdmrep.json", "rsl.xml", "a.xmp", "a.c2pa", "robots.txt", "LICENSE"):
        assert Beside.of_files({name: rng.randbytes(300)}).of("a.png") == []

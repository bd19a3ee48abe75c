"""Bytes to characters, by what the bytes are: nobody's file says reliably how it is encoded.

An encoding is tried where it decodes every byte, and of those that do the one is taken in which
the text reads most like text: common characters and punctuation, not the rare ones that a wrong
encoding makes. (charset-normalizer, tried on short pieces of real works, gave no answer for one
in twenty in GB18030 or Big5; what a text of these two reads like decides all of them.)
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from moxie.errors import UnreadableWork

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be")
_NARROW = ("gb18030", "big5", "big5hkscs", "shift_jis", "euc_kr", "cp1252")

_SAMPLE = 1 << 16  # bytes by which encodings are compared
_LEAST = 0.25  # of the characters must be common ones, else it is no text; prose has over half
_STRAY = 0.01  # of the characters may be lost in a damaged file
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f\ufffe\uffff]")
_UNSEEN = re.compile("[\ufeff\u200b\u2060\u00ad\x00-\x08\x0e-\x1f\x7f]")

_COMMON = frozenset(
    "的不一是有人了我在来这也他为子上以中大时无得之自生然说而去可还天所见于们就如里山年看日要道出到"
    "但二和其知下三国风此那文个何十着过已白君事老者作多家月么地长学相后便云首明水只没心又起小行却将"
    "都先书前好因未能西东花从想与清意江头样回同会发面四新五归经两几使成诗开现青高当对今春用你古别公"
    "空本很门些且流实酒正似至己南夜太气外真名非声并间落客马万手方谁秋什女笑黄做话海更王点命千身走问"
    "金应主觉论世才言故常北虽复入玉向或士少平歌眼飞思处石安许城光远死百种欲游动九罢分望字色独定闻雨"
    "须教听送坐路情尽连物雪旧朝难夫草儿神候亦寒民留革余州苦满即绝总次关句法记终口六重乎力她则给龙深"
    "來國個說們為爲時過學對裡後麼沒於還發當無開經頭著兩樣點從實現書長門問間聽見東車話這會與氣馬萬誰"
    "聲覺論飛處許遠種動罷獨聞須盡連舊難兒絕總關記給龍歸幾詩讓賣買員業電機體產進運親"
    "，。、；：？！“”‘’「」『』《》（）…—　"
    "のはをにがとでしてたるなかもれらすっいう"
    "이다는을의에가고하지도로사람나그한있어서기을를은니라"
)
_PLAIN = re.compile(r"[A-Za-z0-9 \n\t.,;:!?'\"()\-]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text in NFC with plain line feeds, and how it was encoded.

    `lost` counts the characters that could not be decoded; each is a "\ufffd" in the text.
    """

    text: str
    encoding: str
    lost: int = 0


def decode(data: bytes, name: str) -> Decoded:
    """The text in these bytes. Raises UnreadableWork for what is no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, "replace"), encoding, name)
    if b"\0" not in data:  # English in two bytes a character is good UTF-8 full of zeros
        try:
            return _checked(data.decode("utf-8"), "utf-8", name)
        except UnicodeDecodeError:
            pass
    best = max(((_reads(data, one), one) for one in (*_WIDE, *_NARROW)), default=(0.0, ""))
    if best[0] >= _LEAST:
        return _checked(data.decode(best[1], "replace"), best[1], name)
    return _mended(data, name)


def cleaned(text: str) -> str:
    """In NFC, with plain line feeds and form feeds, without what cannot be seen."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n")
    plain = re.sub("[\u0085\u2028\u2029]", "\n", plain)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", plain))


def _reads(data: bytes, encoding: str) -> float:
    """How much like text it reads in an encoding, 0..1; 0 where it cannot be decoded."""
    if encoding in _WIDE and (len(data) % 2 or _plain_bytes(data)):
        return 0.0
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return 0.0
    return _likeness(text[:_SAMPLE])


def _plain_bytes(data: bytes) -> bool:
    """Whether it is ASCII for the most part and has no zeros: two bytes a character it is not."""
    head = data[:_SAMPLE]
    return b"\0" not in head and sum(byte < 128 for byte in head) > 0.95 * len(head)


def _likeness(text: str) -> float:
    if not text or _CONTROLS.search(text):
        return 0.0
    good = sum(char in _COMMON for char in text) + len(_PLAIN.findall(text))
    strange = sum(_strange(char) for char in text)
    return max(0.0, (good - 4 * strange) / len(text))


def _strange(char: str) -> bool:
    """Unassigned, private or half-width katakana: what wrong encodings are full of."""
    return unicodedata.category(char) in ("Cn", "Co", "Cs") or "\uff61" <= char <= "\uff9f"


def _mended(data: bytes, name: str) -> Decoded:
    """A file of which some lines are in another encoding, or a few bytes are broken."""
    lines = data.split(b"\n")
    mixed = [_line(line) for line in lines]
    whole = "\n".join(line for line in mixed if line is not None)
    if None not in mixed and _likeness(whole[:_SAMPLE]) >= _LEAST:
        return _checked(whole, "mixed", name)
    tries = [
        Decoded(text, encoding, text.count("\ufffd"))
        for encoding in ("utf-8", "gb18030", "big5")
        if (text := data.decode(encoding, "replace"))
    ]
    best = min(tries, key=lambda one: one.lost / len(one.text))
    readable = _likeness(best.text[:_SAMPLE]) >= _LEAST
    if best.lost > max(1, _STRAY * len(best.text)) or not readable:
        raise _no_text(name)
    return _checked(best.text, best.encoding, name)


def _line(line: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _checked(text: str, encoding: str, name: str) -> Decoded:
    """In one form; refused where controls say that it is no text."""
    if len(_CONTROLS.findall(text)) > len(text) // 1000:
        raise _no_text(name)
    lost = text.count("\ufffd")
    if lost > max(1, _STRAY * len(text)):
        raise _no_text(name)
    return Decoded(cleaned(text), encoding, lost)


def _no_text(name: str) -> UnreadableWork:
    return UnreadableWork(
        "{name} is no text in any encoding known here (UTF-8, UTF-16, GB18030, Big5 and others), "
        "or is damaged: save it as UTF-8.",
        name=name,
    )

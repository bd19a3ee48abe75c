"""Plain text: a first line that says it to people and machines (the only place there is)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from moxie.rights.labels import comment
from moxie.rights.labels.label import NAMES, SOURCE, BrokenCarrierError, Mark, words

SUFFIXES = (".txt",)
MAX_LINE = 8192

_LINE = re.compile(r"【([^【】\r\n]{1,80})】([^\r\n]*)(\r\n|\r|\n|$)")
_SPOKEN = re.compile(r"(人工智能|AI).*(生成|合成|generated)", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"))


def read(data: bytes) -> list[Mark]:
    """The fields in the first line; a bare 【人工智能生成】 is the source type, and no more."""
    found = _LINE.match(_text(data[:MAX_LINE], final=len(data) <= MAX_LINE)[2])
    if found is None:
        return []
    marks = comment.read(found[2], "first line")
    if not marks and _SPOKEN.search(found[1]):
        return [Mark(SOURCE, "trainedAlgorithmicMedia", "first line")]
    return marks


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same text below the line; its ending of lines and its encoding stay."""
    mark, encoding, text = _text(data)
    found = _LINE.match(text)
    if found is not None and (_ours(found[2]) or _SPOKEN.search(found[1])):
        text = text[found.end() :]
    ending = re.search(r"\r\n|\r|\n", text)
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    line = f"【{words(fields)}】 {told}{ending[0] if ending else chr(10)}"
    return mark + (line + text).encode(encoding)


def _ours(text: str) -> bool:
    return any(f"{name}=" in text for name in NAMES)


def _text(data: bytes, *, final: bool = True) -> tuple[bytes, str, str]:
    """Byte order mark, encoding and text: UTF-8, UTF-16 if it says so, GB 18030 otherwise."""
    if b"\0" in data and not data.startswith(codecs.BOM_UTF16_LE):
        raise BrokenCarrierError
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding, _decoded(data[len(mark) :], encoding, final=final)
    try:
        return b"", "utf-8", _decoded(data, "utf-8", final=final)
    except UnicodeDecodeError:
        return b"", "gb18030", _decoded(data, "gb18030", final=final)


def _decoded(data: bytes, encoding: str, *, final: bool) -> str:
    """The text; of a beginning that was cut off, what is whole."""
    return codecs.getincrementaldecoder(encoding)().decode(data, final)

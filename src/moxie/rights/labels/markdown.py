"""Markdown: the front matter's keys, the AIGC label as a map of its own (as is the custom)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from moxie.rights.labels.label import AIGC, NAMES, BrokenCarrierError, Mark

SUFFIXES = (".md", ".markdown")
MAX_LINES = 2000

_FENCE = re.compile(r"---[ \t]*")
_ENDS = ("---", "...")
_KEY = re.compile(r"([A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(.*))?")
_INNER = re.compile(r"[ \t]+[\"']?([A-Za-z]\w*)[\"']?[ \t]*:(?:[ \t]+(.*))?")


def read(data: bytes) -> list[Mark]:
    """The fields in the front matter."""
    lines = _front(_text(data))
    marks: list[Mark] = []
    for start, end, name in _entries(lines):
        value = _scalar(lines[start].partition(":")[2])
        if name == AIGC and not value:
            value = json.dumps(_map(lines[start + 1 : end]), separators=(",", ":"))
        marks.append(Mark(name, value, "front matter"))
    return marks


def comments(data: bytes) -> list[tuple[str, str]]:
    """The front matter's other keys that have a scalar."""
    found = [_KEY.fullmatch(line) for line in _front(_text(data))]
    return [(k[1].upper(), _scalar(k[2] or "")) for k in found if k and k[1] not in NAMES]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same text; the front matter, made where there is none, has the fields at its end."""
    text = _text(data)
    lines = _front(text)
    ending = "\r\n" if "\r\n" in text[:4096] else "\n"
    rest = text
    if _has(text):
        rest = "".join(text.split("\n", len(lines) + 2)[len(lines) + 2 :])
    gone = {n for start, end, _ in _entries(lines) for n in range(start, end)}
    kept = [line for number, line in enumerate(lines) if number not in gone]
    front = ending.join(["---", *kept, *_lines(fields), "---", ""])
    return (front + rest).encode()


def _lines(fields: Mapping[str, str]) -> list[str]:
    """The fields as YAML: strings in double quotes, which printable ASCII takes as JSON does."""
    found: list[str] = []
    for name, value in fields.items():
        if name == AIGC:
            found += ["AIGC:", *(f"  {k}: {json.dumps(v)}" for k, v in json.loads(value).items())]
        else:
            found.append(f"{name}: {json.dumps(value)}")
    return found


def _has(text: str) -> bool:
    """Whether there is a front matter, be it empty."""
    lines = text.split("\n", MAX_LINES)
    ends = [n for n, line in enumerate(lines[1:MAX_LINES], 1) if line.rstrip() in _ENDS]
    return bool(_FENCE.fullmatch(lines[0].rstrip("\r"))) and bool(ends)


def _front(text: str) -> list[str]:
    """The lines between the fences."""
    if not _has(text):
        return []
    lines = [line.rstrip("\r") for line in text.split("\n", MAX_LINES)[:MAX_LINES]]
    end = next(n for n, line in enumerate(lines[1:], 1) if line.rstrip() in _ENDS)
    return lines[1:end]


def _entries(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """First line, line behind the last, and name of each of our keys."""
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines):
        key = _KEY.fullmatch(line)
        if key is None or key[1] not in NAMES:
            continue
        end = number + 1
        while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t"):
            end += 1
        found.append((number, end, key[1]))
    return found


def _map(lines: Sequence[str]) -> dict[str, str]:
    pairs = [found for line in lines if (found := _INNER.fullmatch(line))]
    return {pair[1]: _scalar(pair[2] or "") for pair in pairs}


def _scalar(text: str) -> str:
    """A scalar in plain, single-quoted or double-quoted style; no other is read."""
    text = text.strip()
    if text[:1] == '"':
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, str) else text
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise BrokenCarrierError
    return data.decode("utf-8-sig")

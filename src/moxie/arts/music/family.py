"""Which files are movements of one work, by their names.

Careful, because a false family keeps works apart from each other that could be compared. Trusted:

* a catalogue number (K. 331, BWV 10, Hob. XVI:52, D 960), in the name or in a folder's;
* an opus number with the number in it (op. 18 no. 1); a bare second number is taken for it too,
  so that the studies of an opus stay apart;
* a word that says movement ("mvt 2", "2. Satz", 第二乐章), before or after the rest of the name;
* a last number, Roman numeral or tempo word after the name of a work in several movements that
  has a number of its own ("Sonata No. 14 - 2. Allegretto", "mz_311_2").
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_ROMAN = r"(?:x|ix|iv|vi{0,3}|i{1,3})"
_PART = rf"(?:\d|1[0-2]|0\d|{_ROMAN})"
_MOVEMENT = (
    r"(?:movements?|movts?|mvmts?|mvts?|mvs?|movs?|movimento|mouvement|satz|satze|tempo|乐章|樂章)"
)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|erster|zweiter|dritter|vierter|premier|deuxieme|"
    r"primo|secondo|terzo|quarto|第? ?[一二三四五六七八九十]+|第? ?\d{1,2}(?: ?(?:st|nd|rd|th))?)"
)
_TEMPI = (
    r"(?:allegro|allegretto|allegr|andante|andantino|adagio|adagietto|presto|prestissimo|largo|"
    r"larghetto|lento|grave|vivace|vivo|moderato|maestoso|menuett?o?|minuett?o?|rondo|rondeau|"
    r"scherzo|finale|tema|theme|variations?|var|romanze|romance|cantabile|langsam|schnell|lebhaft|"
    r"allemande|courante|corrente|sarabande|gigue|giga|bourree|gavotte|trio)"
)
_CYCLES = (
    r"(?:sonatas?|sonaten?|sonatinas?|sonatinen?|symphon(?:y|ie|ies|ia)|sinfoni[ae]|sinfonien?|"
    r"quart(?:ets?|ett|etto|uor)|quatuor|quint(?:ets?|ett|etto)|sextets?|septets?|octets?|trios?|"
    r"concert(?:os?|i)|konzerte?|divertiment[oi]|serenad[ae]s?|cassations?|suites?|partitas?|"
    r"sinfonietta|requiem|mass|missa|messe|奏鸣曲|交响曲|协奏曲|四重奏|五重奏|组曲)"
)
_SINGLES = (
    r"(?:etudes?|studies|study|preludes?|praeludium|fugues?|fuga|inventions?|mazurkas?|waltz(?:es)?|"
    r"walzer|valses?|nocturnes?|polonaises?|impromptus?|ballades?|bagatelles?|lied(?:er)?|songs?|"
    r"chorales?|choral|dances?|tanze|marches|caprices?|tunes?|reels?|jigs?|hymns?|track|take|page)"
)

_CATALOGUES = (
    r"hob ?(?P<group>[ivx]+[a-z]?) (?P<number>\d+)",
    r"(?:kv|k|kochel|koechel) (?P<annex>anh )?(?P<number>\d{1,3}[a-z]?)",
    r"(?P<name>bwv|rv|hwv|woo|buxwv|swv|zwv|wq|anh) (?P<number>\d{1,4}[a-z]?)",
    r"twv (?P<group>\d+) (?P<number>\d+)",
    r"(?<!in )(?P<name>d) (?P<number>\d{2,3}[a-z]?)(?! (?:major|minor|dur|moll))",
)
_OPUS = (
    r"op(?:us)? (?P<number>\d{1,3}[a-z]?)"
    r"(?: (?P<word>no|nr|num|number|numero|[a-z]))?(?: (?P<inside>\d{1,3}))?"
)
_NAMED_PART = (
    rf"(?:(?:\b|(?=第))(?:{_MOVEMENT} (?:no )?{_PART}|{_ORDINAL} ?{_MOVEMENT}(?! {_PART}\b))\b)"
)
_KEY = r"\bin [a-h]\b"


def family(name: str) -> str | None:
    """The work that the file of this name (with its folders) is a part of; None for a whole one.

    Files of one work get the same text, such as "k331", "op18 no1" or "sonatas/sonata no 14".
    """
    path = PurePosixPath(name)
    stem = _plain(path.stem)
    folders = [_plain(folder) for folder in path.parts[:-1]]
    return (
        _catalogued(stem)
        or _in_opus(stem, folders)
        or next((found for f in reversed(folders) if (found := _catalogued(f, alone=True))), None)
        or _movement(stem, folders)
    )


def _plain(text: str) -> str:
    """Lower-case words and numbers, one space between: "K331_MvtII" is "k 331 mvt ii"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    letters = unicodedata.normalize("NFKD", spaced).casefold()
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"\d+(?:[a-z](?![a-z]))?|[^\W\d_]+", bare))


def _catalogued(text: str, *, alone: bool = False) -> str | None:
    """The first catalogue number; with `alone` only if no other one, and no range, is named."""
    found = [match for pattern in _CATALOGUES for match in re.finditer(rf"\b{pattern}\b", text)]
    names = {_number(match): match for match in sorted(found, key=lambda m: m.start())}
    if not names:
        return None
    first, match = next(iter(names.items()))
    ranged = re.match(r" (?:\d{2,}|bis|to)\b", text[match.end() :])
    return None if alone and (len(names) > 1 or ranged) else first


def _number(match: re.Match[str]) -> str:
    parts = match.groupdict()
    name = parts.get("name") or re.split(r"[ \d]", match[0])[0].replace("kochel", "k")
    name = {"kv": "k", "koechel": "k"}.get(name, name)
    annex = "anh" if parts.get("annex") else ""
    group = f" {parts['group']} " if parts.get("group") else ""
    return f"{name}{annex}{group}{parts['number'].lstrip('0') or '0'}"


def _in_opus(stem: str, folders: list[str]) -> str | None:
    """An opus, with the number in it where there is one; from the folder if the name lacks it."""
    match = re.search(rf"\b{_OPUS}\b", stem)
    if match is None and folders and _is_part(stem):
        match = re.search(rf"\b{_OPUS}\b", f"{folders[-1]} {stem}")
    if match is None:
        return None
    opus, inside = match["number"].lstrip("0"), match["inside"]
    if inside and not match["word"]:  # "sonata op 53 1 allegro", "symphony no 5 op 67 1"
        tempo = re.match(rf" {_TEMPI}\b", match.string[match.end() :])
        before = match.string[: match.start()]
        if re.search(rf"\b{_CYCLES}\b" if tempo else rf"\b{_CYCLES} (?:no |nr )?\d", before):
            inside = None
    return f"op{opus} no{int(inside)}" if inside else f"op{opus}"


def _is_part(text: str) -> bool:
    """Whether a name says nothing but which part it is: "movement 2", "3", "no 1", "ii presto"."""
    part = rf"(?:(?:no|nr) \d{{1,2}}|{_PART}|{_NAMED_PART})"
    return re.fullmatch(rf"{part}(?: {_NAMED_PART})?(?: {_TEMPI}\b.*)?|{_TEMPI}", text) is not None


def _movement(stem: str, folders: list[str]) -> str | None:
    """A part by what its name says of movements; the rest of the name is the work."""
    place = "/".join(folders)
    if match := re.search(_NAMED_PART, stem):
        whole = stem[: match.start()].strip() or _without_tempo(stem[match.end() :].strip())
        return f"{place}/{whole}".strip("/") or None
    if _is_part(stem):
        return place if folders and _is_cycle(folders[-1]) else None
    head = _before_part(stem)
    return f"{place}/{head}".strip("/") if head else None


def _before_part(stem: str) -> str | None:
    """What stands before a last number, numeral or tempo, if that is a work in movements."""
    numbered = re.fullmatch(rf"(.+?)(?<!\bno)(?<!\bnr) {_PART}(?P<tempo> {_TEMPI}\b.*)?", stem)
    if numbered:
        head = numbered[1]
        if _is_cycle(head) and (numbered["tempo"] or re.search(r"\d", head)):
            return head
        pair = re.search(r"(?<!\d )\b\d{2,3}$", head)  # "mz 311 2", not a date
        if pair and not re.search(rf"\b{_SINGLES}\b", head):
            return head
    called = re.fullmatch(rf"(.+?) {_TEMPI}\b.*", stem)
    return called[1] if called and _is_cycle(called[1]) else None


def _is_cycle(text: str) -> bool:
    """Whether this names one work in movements: a sonata with a number or a key."""
    return re.search(rf"\b{_CYCLES}\b", text) is not None and (
        re.search(rf"\d|{_KEY}", text) is not None
    )


def _without_tempo(text: str) -> str:
    return re.sub(rf"\b{_TEMPI}\b.*$", "", text).strip()

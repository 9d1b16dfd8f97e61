"""Yes or no, or neither: what a reply decides.

The first polar word of the final answer decides. Words are matched whole and the longest first (不是 before 是), so
"normal", "nodule", "known" and "none" decide nothing. The reply abstains when it holds no polar word, when it says
both ("yes and no") and when it says that it cannot tell before it says anything else.
"""

import re
from dataclasses import dataclass

from medgauge.types import Language, Polar
from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.textform import WORD_CHARACTER, normalise

SIGNATURE = "polar:v1"

_END = r"(?=\s{0,4}(?:\Z|[,.;:!?)\]\n\"'，。；、！？”]))"
_CAN = (
    r"(?:can[ ]?not|can['’]?t|could[ ]not|couldn['’]?t|unable[ ]to|(?:im|not[ ])possible[ ]to|(?:hard|difficult)[ ]to)"
)
_HEDGE_EN = (
    rf"{_CAN}[ ](?:\w{{1,20}}[ ])?(?:determine|tell|say|answer|assess|confirm|know|judge|conclude|decide|provide|help"
    r"|be)"
    r"|not[ ](?:sure|certain)|unsure|uncertain|unclear[ ](?:if|whether)|(?:do[ ]not|don['’]?t)[ ]know|insufficient"
)
_EN = re.compile(
    rf"(?<!{WORD_CHARACTER})(?<!{WORD_CHARACTER}['’-])(?:"
    r"(?P<both>yes[ ]and[ ]no\b|yes,[ ]?no" + _END + "|no,[ ]?yes" + _END + ")"
    r"|(?P<skip>(?:yes|no)[ ]?(?:/|or)[ ]?(?:yes|no)\b"
    r"|no[ ](?:doubt|question|idea|way|matter|problem|images?|pictures?|photos?|information|context|one)\b"
    r"|(?<=\w[ ])no(?=\.?[ ]?\d))"
    rf"|(?P<hedge>{_HEDGE_EN})"
    r"|(?P<yes>yes|yeah|yep|yup)|(?P<no>no|nope)"
    rf")(?!{WORD_CHARACTER}|['’-]{WORD_CHARACTER})",
    re.IGNORECASE,
)
_ZH = re.compile(
    r"(?P<skip>(?:[是能可会有]否|是不是|有没有|有无|会不会|能不能|可不可以|存不存在)[^\s,.;:!?，。；：！？]{0,40}|与否|否则"
    r"|(?:是|有|可以|能)(?:或者?|还是|/|、)(?:不是|没有|不可以|不能|否|无)"
    r"|无论|无需|无须|无关|无疑|无机|毫无|所有|只有|有关|有时|有限|有待|有些|有助|有利|有效|有机|稀有|固有|原有|特有"
    r"|没关系|没问题|可能存在|可能有)"
    r"|(?P<hedge>无法|难以|无从|不确定|不清楚|不知道|不好说|看不清|不能(?:确定|判断|确认|回答|评估|明确|排除|肯定|得出))"
    r"|(?P<no>不是|没有|没见|没看[到见]|没发现|未见|未发现|未看到|未显示|未观察到|未提示|未存在|不存在|不包含|不包括|不含"
    rf"|不可以|不能|不会|不对|不正确|不属于|并非|否定|否{_END}|\A否|无|\A没(?!关系|问题)|\A[不错]{_END}|错误{_END})"
    rf"|(?P<yes>是的|肯定的|存在|包含|包括|含有|有|是{_END}|\A是(?!否|不是)|可以{_END}|\A可以|\A(?:对的|正确|能够|能看到)"
    rf"|\A(?:对|会|能|属于){_END}|对的{_END})"
)
_WHOLE: dict[str, Polar] = {
    **dict.fromkeys(("y", "true", "correct", "affirmative"), "yes"),
    **dict.fromkeys(("n", "false", "incorrect"), "no"),
}
_LEADING_MARKS = re.compile(r"\A\W+")
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]+|[^.!?。！？\n]+")


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
    asked = _without_questions(final.text)
    begin = len(asked) - len(_LEADING_MARKS.sub("", asked, count=1))
    patterns = (_EN, _ZH) if language == "en" else (_ZH, _EN)
    skipped = False
    for pattern in patterns:
        for match in pattern.finditer(asked[begin:]):
            if match.lastgroup != "skip":
                return _decision(final, match, begin)
            skipped = True
    return PolarDecision(polar=None, rule=f"{final.scope}:{'undecided' if skipped else 'nothing'}")


def _decision(final: Final, match: re.Match[str], begin: int) -> PolarDecision:
    span = final.span(begin + match.start(), begin + match.end())
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

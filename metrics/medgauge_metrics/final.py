"""Which slice of a reply is its final answer.

Reasoning in `<think>` is not an answer. What the model marks as its answer (`\\boxed{}`, `<answer>`, "the
answer is", 答案) comes before what it says elsewhere; the last mark counts.
"""

import re
from dataclasses import dataclass
from typing import Literal

from medgauge_metrics.textform import fold

Scope = Literal["boxed", "tag", "stated", "whole"]
Span = tuple[int, int]

THINK = re.compile(r"<think(?:ing)?>|<unused94>|(?P<close></think(?:ing)?>|<unused95>)", re.IGNORECASE)
"""Reasoning opens and closes; MedGemma writes its tokens 94 and 95 for it."""
ANSWER_TAG = re.compile(r"<answer>|<\|begin_of_box\|>|(?P<close></answer>|<\|end_of_box\|>)", re.IGNORECASE)
"""What is marked as the answer opens and closes; GLM's box is this one, and no rectangle."""
_BOXED = re.compile(r"\\boxed\s{0,4}\{")
_STATED = re.compile(
    r"\b(?:answer|ans|choice|option)\b(?:[ ]to[ ][^.:\n]{1,80}?)?[ \t]{0,4}"
    r"(?:(?:is|was|would[ ]be|should[ ]be)(?![a-z]|[ ]not\b)[ \t]{0,4}[:=]?|[:=])"
    r"|答案(?:选项)?[ \t]{0,4}(?:(?:应该|应|很可能|最可能|可能|大概|显然|肯定|一定)?[选是为]|:|(?=[A-Z(]))[ \t]{0,4}:?",
    re.IGNORECASE,
)
_LATEX = re.compile(r"\\[A-Za-z]{1,20}")
LEXICON = (THINK, ANSWER_TAG, _BOXED, _STATED, _LATEX)
"""What marks a final answer, and what is blanked in it; part of every reading's fingerprint."""
_BLANKED = str.maketrans(dict.fromkeys("*`_#$~", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The final answer inside a reply."""

    text: str
    """The slice, folded to half width, with markdown and LaTeX commands blanked, as long as the original's slice."""
    start: int
    """Where the slice begins in the original text."""
    scope: Scope

    def span(self, start: int, end: int) -> Span:
        """A span of the slice as a span of the original text."""
        return self.start + start, self.start + end


def final_answer(text: str) -> Final:
    """The part of a reply that answers: boxed, tagged, stated, or else all of it without the reasoning."""
    folded = fold(text)
    start, end = _without_thinking(folded)
    folded = folded[:end]
    boxed = _boxed(folded, start)
    if boxed:
        return _final(folded, boxed, "boxed")
    tagged = _tagged(folded, start)
    if tagged:
        return _final(folded, tagged, "tag")
    plain = _blank(folded)
    for match in reversed(list(_STATED.finditer(plain, start))):
        if plain[match.end() :].strip(" \t\r\n.:,"):
            return _final(folded, (match.end(), end), "stated")
    return _final(folded, (start, end), "whole")


def _final(folded: str, span: Span, scope: Scope) -> Final:
    return Final(text=_blank(folded[slice(*span)]), start=span[0], scope=scope)


def _blank(text: str) -> str:
    return _LATEX.sub(lambda m: " " * len(m[0]), text).translate(_BLANKED)


def _without_thinking(text: str) -> Span:
    start, end = 0, len(text)
    for match in THINK.finditer(text):
        if match["close"]:
            start, end = match.end(), len(text)
        elif end == len(text):
            end = match.start()
    return start, end


def _boxed(text: str, start: int) -> Span | None:
    """The content of the last `\\boxed{...}`; braces may nest, and a missing last brace is forgiven."""
    boxes = list(_BOXED.finditer(text, start))
    if not boxes:
        return None
    begin, depth = boxes[-1].end(), 1
    for brace in re.finditer(r"[{}]", text[begin:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return begin, begin + brace.start()
    return begin, len(text)


def _tagged(text: str, start: int) -> Span | None:
    """The content of the last `<answer>`, up to its closing tag or the end of the text."""
    content = None
    for match in ANSWER_TAG.finditer(text, start):
        if not match["close"]:
            content = (match.end(), len(text))
        elif content and content[1] == len(text):
            content = (content[0], match.start())
    return content

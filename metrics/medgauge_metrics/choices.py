"""Which option of a multiple-choice question a reply picks.

In order: the boxed or tagged answer, "the answer is (B)" (答案是B, 选B; "probably B" is B), a letter at the beginning,
the one letter that the reply calls right ("A: no, B: yes"), "I choose B", a last line that is only a letter, the text
of exactly one option. A letter that the reply calls wrong, or will not choose, is not picked. A letter counts only
where it stands as one: "A small nodule", "I think", "Vitamin A deficiency" and "Hepatitis B" hold none, and the
options copied out one after the other pick none. What is left is no answer; there is no nearest option.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.label_matching import SIGNATURE as LABELS
from medgauge_metrics.label_matching import match_labels
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.textform import WORD_CHARACTER, normalise

_PERHAPS = (
    r"(?:(?:(?:most|very|quite)[ ])?(?:likely|probably|possibly|clearly|definitely|certainly|obviously|therefore)"
    r"(?:[ ]to[ ]be)?"
    r"|i[ ](?:think|believe|guess)(?:[ ]it[ ]is|[ ]it['’]s)?)"
)
_LEADING = re.compile(
    r"\W{0,20}(?:(?:the[ ])?(?:(?:correct|final)[ ])?(?:option|choice|answer)[ ]{0,4}(?:[-–—][ ]{1,4})?"
    rf"|{_PERHAPS},?[ ]{{1,4}}(?:option[ ]{{1,4}})?"
    r"|(?:故|应|應)?[选選][项項]?[择擇]?[ ]{0,4}[:是为為]?[ ]{0,4}"
    r"|答案[ ]{0,4})?[(\[{<\"'“‘]{0,2}(?P<letter>[A-Z])(?P<close>[)\]}>\"'”’]{0,2})",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"(?:\b(?i:choose|select|pick|say|go[ ]with)[ ]{1,4}(?:option[ ]{1,4})?"
    rf"|(?:\bis|['’]s)[ ](?i:{_PERHAPS})[ ]{{1,4}}(?:option[ ]{{1,4}})?"
    r"|(?:[选選][择擇项項]?[ ]{0,4}[:是为為]?|正确(?:的?(?:答案|选项)|的)?[是为]"
    r"|(?:认为|認為|应该|应|應該|應|考虑|判断)[是为選选][:]?)[ ]{0,4})"
    rf"[(\[]?(?P<letter>[A-Z])(?P<close>[)\]]?)(?!{WORD_CHARACTER})"
)
_REFUSED = re.compile(
    r"(?:\b(?:not|never|cannot|avoid|refuse|decline|unable|impossible)|n['’]t)[ ](?:\w{1,12}[ ]){0,2}\Z"
    r"|[不别別勿莫没未](?:应该|应|應該|應|该|能|会|會|要|可以|可|宜|考虑|考慮|建议|再|太)?\Z",
    re.IGNORECASE,
)
"""What stands before the words of choosing where they refuse."""
_REACH = 40
_BAD = (
    r"incorrect|wrong|false|no|unlikely|(?:not|isn['’]t)[ ](?:the[ ])?(?:correct|right|true|likely|supported)"
    r"(?:[ ]answer)?|unsupported|excluded|ruled[ ]out|[❌✗✘]\ufe0f?|错误|错|不正确|不对|不是|否|錯誤|錯|不對"
)
_GOOD = "correct|right|true|yes|supported|[✅✓✔]\ufe0f?|正确|对|正確|對"
_MARK = re.compile(
    rf"(?<!{WORD_CHARACTER})(?P<letter>[A-Z])(?:选?项)?"
    r"(?:[)\].:]{1,2}|[ ]?[-–—](?=\s)|(?=[ ]?[是不错正錯❌✅]))",
    re.IGNORECASE,
)
"""A letter as it stands before what is said of its option."""
_CLAUSE = re.compile(r"[^\n.;。]*")
_VERDICT = re.compile(
    rf"(?:\A|[-–—:,(]|\bis\b|是)[ \t]{{0,4}}(?:(?P<bad>{_BAD})|(?P<good>{_GOOD}))的?(?=\s{{0,4}}(?:\Z|[,!)、]))",
    re.IGNORECASE,
)
_NEAR = 80
"""A verdict begins at most so many characters behind the letter."""
_ENDS = re.compile(r"\s{0,4}(?:\Z|[.,:;!?)\]}\n。，；：！？、])")
_REASON = re.compile(
    r"\s{1,4}(?:because|since|as|due|given|for|is[ ](?:the[ ])?(?:correct|right|best|answer))\b"
    r"|\s{0,4}(?:因为|因|由于|项|选项|正确|是正确|是对)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"[)\]]?\s{0,4}(?:,|、|/|&|\+|and\b|or\b|和|或|及)\s{0,4}(?:and\s|or\s)?[(\[]?(?P<letter>[A-Z])(?![A-Za-z])"
)
_BETWEEN = r"[\s.,:;、()\[\]]{1,8}"
_LAST_LINE = re.compile(r"\W{0,4}(?P<letter>[A-Z])(?P<close>\W{0,4})")

_JUDGING = (_MARK, _CLAUSE, _VERDICT, str(_NEAR))
_PATTERNS = (_LEADING, _CHOSEN, _REFUSED, str(_REACH), *_JUDGING, _ENDS, _REASON, _ANOTHER, _BETWEEN, _LAST_LINE)
SIGNATURE = f"choice:v3-{fingerprint((*_PATTERNS, LABELS))}"
"""Version and hash of the patterns and of what matches an option's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDecision:
    """The option that a reply picks, and why."""

    choice: int | None
    """Index into the choices; None: no option, or more than one."""
    rule: str
    """Scope (boxed, tag, stated, whole) and rule: letter, judged, chosen, last-line, text, several, nothing."""
    span: Span | None = None
    """Of the deciding words in the original text."""


def extract_choice(text: str, choices: Sequence[str]) -> ChoiceDecision:
    """The option that the reply picks. Letters reach from A to as many as there are choices."""
    final = final_answer(text)
    if not final.text.strip() or not choices:
        return ChoiceDecision(choice=None, rule=f"{final.scope}:nothing")
    judged = _judged(final, choices)
    refused = {index for index, good, _ in judged if not good}
    right = {index: final.span(*span) for index, good, span in judged if good}
    if len(right) > 1:
        return ChoiceDecision(choice=None, rule=f"{final.scope}:several", span=next(iter(right.values())))
    for rule in (_at_the_beginning, partial(_judged_right, right=right), _chosen, _last_line, _by_text):
        decision = rule(final, choices)
        if decision and decision.choice not in refused:
            return decision
    return ChoiceDecision(choice=None, rule=f"{final.scope}:nothing")


def _judged(final: Final, choices: Sequence[str]) -> list[tuple[int, bool, Span]]:
    """Options whose letters the reply calls right or wrong: index, whether right, place of the letter."""
    text, judged = final.text, []
    marks = list(_MARK.finditer(text))
    for mark, following in zip_longest(marks, marks[1:]):
        index = _index(mark["letter"], choices)
        clause = _CLAUSE.match(text[mark.end() : following.start() if following else len(text)])
        verdict = _VERDICT.search(clause[0]) if clause else None
        if index is None or verdict is None or verdict.start() > _NEAR:
            continue
        said = normalise(text[mark.end() : mark.end() + verdict.end()])
        if not normalise(choices[index]).startswith(said):
            judged.append((index, verdict["good"] is not None, mark.span("letter")))
    return judged


def _judged_right(final: Final, choices: Sequence[str], *, right: Mapping[int, Span]) -> ChoiceDecision | None:
    for index, span in right.items():
        return ChoiceDecision(choice=index, rule=f"{final.scope}:judged", span=span)
    return None


def _at_the_beginning(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    match = _LEADING.match(final.text)
    if match is None or _copied_out(final.text, match, choices):
        return None
    return _letter(final, choices, match, "letter")


def _copied_out(text: str, match: re.Match[str], choices: Sequence[str]) -> bool:
    """Whether behind the letter stand its option, the next letter and that one's option: the question again."""
    index = _index(match["letter"], choices)
    if index is None or index + 1 >= len(choices):
        return False
    following = (choices[index], chr(ord("A") + index + 1), choices[index + 1])
    listed = _BETWEEN + _BETWEEN.join(re.escape(part.strip()) for part in following)
    return re.compile(listed, re.IGNORECASE).match(text, match.end("letter")) is not None


def _chosen(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    """The last letter that the reply says to choose; "do not choose A" chooses nothing."""
    text = final.text
    matches = [m for m in _CHOSEN.finditer(text) if not _REFUSED.search(text[max(0, m.start() - _REACH) : m.start()])]
    return _letter(final, choices, matches[-1], "chosen") if matches else None


def _last_line(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    lines = final.text.rstrip().rsplit("\n", 1)
    match = _LAST_LINE.fullmatch(lines[-1]) if len(lines) == 2 else None
    index = _index(match["letter"], choices) if match else None
    if match is None or index is None:
        return None
    offset = len(lines[0]) + 1
    span = final.span(offset + match.start("letter"), offset + match.end("letter"))
    return ChoiceDecision(choice=index, rule=f"{final.scope}:last-line", span=span)


def _letter(final: Final, choices: Sequence[str], match: re.Match[str], rule: str) -> ChoiceDecision | None:
    """The letter that `match` found, if what follows lets it be one; several letters are no answer."""
    index = _index(match["letter"], choices)
    if index is None or not _stands_alone(final.text, match, choices[index]):
        return None
    span = final.span(match.start("letter"), match.end("letter"))
    another = _ANOTHER.match(final.text, match.end("letter"))
    if another and _index(another["letter"], choices) not in (None, index):
        return ChoiceDecision(choice=None, rule=f"{final.scope}:several", span=span)
    return ChoiceDecision(choice=index, rule=f"{final.scope}:{rule}", span=span)


def _stands_alone(text: str, match: re.Match[str], option: str) -> bool:
    end = match.end()
    if match["letter"].islower() and not (match["close"] or text[end:].strip(" .,:;!)\r\n。") == ""):
        return bool(re.match(r"[.):]", text[end : end + 1]))
    if match["close"] or _ENDS.match(text, end) or _REASON.match(text, end) or _ANOTHER.match(text, end):
        return True
    follows = normalise(text[end : end + 2 * len(option) + 20])
    return text[end : end + 1].isspace() and bool(option.strip()) and follows.startswith(normalise(option))


def _index(letter: str, choices: Sequence[str]) -> int | None:
    index = ord(letter.upper()) - ord("A")
    return index if index < len(choices) else None


def _by_text(final: Final, choices: Sequence[str]) -> ChoiceDecision:
    decision = match_labels(final.text, choices, multi=False)
    if decision.labels is None or list(choices).count(decision.labels[0]) != 1:
        several = decision.rule.endswith(("several", "ambiguous"))
        return ChoiceDecision(choice=None, rule=f"{final.scope}:{'several' if several else 'nothing'}")
    start, end = decision.spans[0]
    return ChoiceDecision(
        choice=list(choices).index(decision.labels[0]), rule=f"{final.scope}:text", span=final.span(start, end)
    )

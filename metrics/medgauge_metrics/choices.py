"""Which option of a multiple-choice question a reply picks.

In order: the boxed or tagged answer, "the answer is (B)" (答案是B, 选B), a letter at the beginning, a last line that is
only a letter, the text of exactly one option. A letter counts only where it stands as one: "A small nodule", "I
think", "Vitamin A deficiency" and "Hepatitis B" hold none. What is left is no answer; there is no nearest option.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.label_matching import match_labels
from medgauge_metrics.textform import WORD_CHARACTER, normalise

SIGNATURE = "choice:v1"

_LEADING = re.compile(
    r"\W{0,20}(?:(?:the[ ])?(?:correct[ ])?(?:option|choice|answer)[ ]{0,4}|(?:故|应)?选项?择?[ ]{0,4}[:是为]?[ ]{0,4}"
    r"|答案[ ]{0,4})?[(\[{\"'“‘]{0,2}(?P<letter>[A-Z])(?P<close>[)\]}\"'”’]{0,2})",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    rf"(?:\b(?:choose|select|pick)[ ]{{1,4}}(?:option[ ]{{1,4}})?|(?:故选|应选|选[择项]?)[ ]{{0,4}}[:是为]?[ ]{{0,4}})"
    rf"[(\[]?(?P<letter>[A-Z])(?P<close>[)\]]?)(?!{WORD_CHARACTER})"
)
_ENDS = re.compile(r"\s{0,4}(?:\Z|[.,:;!?)\]}\n。，；：！？、])")
_REASON = re.compile(
    r"\s{1,4}(?:because|since|as|due|given|for|is[ ](?:the[ ])?(?:correct|right|best|answer))\b"
    r"|\s{0,4}(?:因为|因|由于|项|选项|正确|是正确|是对)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"[)\]]?\s{0,4}(?:,|、|/|&|\+|and\b|or\b|和|或|及)\s{0,4}(?:and\s|or\s)?[(\[]?(?P<letter>[A-Z])(?![A-Za-z])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDecision:
    """The option that a reply picks, and why."""

    choice: int | None
    """Index into the choices; None: no option, or more than one."""
    rule: str
    """Scope (boxed, tag, stated, whole) and rule: letter, chosen, last-line, text, several, nothing."""
    span: Span | None = None
    """Of the deciding words in the original text."""


def extract_choice(text: str, choices: Sequence[str]) -> ChoiceDecision:
    """The option that the reply picks. Letters reach from A to as many as there are choices."""
    final = final_answer(text)
    if not final.text.strip() or not choices:
        return ChoiceDecision(choice=None, rule=f"{final.scope}:nothing")
    return (
        _at_the_beginning(final, choices)
        or _chosen(final, choices)
        or _last_line(final, choices)
        or _by_text(final, choices)
    )


def _at_the_beginning(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    match = _LEADING.match(final.text)
    return _letter(final, choices, match, "letter") if match else None


def _chosen(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    matches = list(_CHOSEN.finditer(final.text))
    return _letter(final, choices, matches[-1], "chosen") if matches else None


def _last_line(final: Final, choices: Sequence[str]) -> ChoiceDecision | None:
    lines = final.text.rstrip().rsplit("\n", 1)
    match = re.fullmatch(r"\W{0,4}(?P<letter>[A-Z])(?P<close>\W{0,4})", lines[-1]) if len(lines) == 2 else None
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

"""Which names of a label space a reply gives."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge_metrics.final import LEXICON as FINAL
from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.mentions import LEXICON as MENTIONS
from medgauge_metrics.mentions import Named, hedged, named
from medgauge_metrics.textform import fold, normalise
from medgauge_metrics.tokenize import tokens
from medgauge_metrics.traditional import simplified

_NO_ALIASES: Mapping[str, Sequence[str]] = {}
_NOTHING = {
    *("none", "nothing", "nil", "normal", "unremarkable", "none of the above", "none of these"),
    *("无", "没有", "正常", "均无", "都没有", "以上均无", "以上都没有", "以上都不是", "以上均不是", "以上皆非"),
}
_NO_FINDING = re.compile(
    r"\bno[ ](?:\w{1,20}[ ]){0,2}(?:findings?|abnormalit(?:y|ies))\b|(?:未见|未发现|无|没有)(?:明显|显著)?异常",
    re.IGNORECASE,
)
_MINUS = re.compile(r"[:=|(\[]\s{0,4}[-−–—]\s{0,4}(?:\Z|[)\]|,.;])")
"""A mark that `normalise` takes off and that denies: `Pneumothorax (-)` is not equal to `Pneumothorax`."""

SIGNATURE = f"labels:v3-{fingerprint((*sorted(_NOTHING), _NO_FINDING, _MINUS, *MENTIONS, *FINAL))}"
"""Version and hash of the words for "nothing", of denial and of what marks a final answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDecision:
    """The labels that a reply gives, and why."""

    labels: tuple[str, ...] | None
    """In the order and spelling of the choices; empty: the reply says that none holds; None: it maps to nothing."""
    rule: str
    """Scope and rule: exact, mention, nothing, denied, hedged, several, ambiguous, unmapped."""
    spans: tuple[Span, ...] = ()
    """Of the deciding words in the original text."""


def match_labels(
    text: str, choices: Sequence[str], multi: bool, aliases: Mapping[str, Sequence[str]] = _NO_ALIASES
) -> LabelDecision:
    """Labels by equality of the whole answer with a label or alias, then by undenied mention.

    A name that stands for two labels decides nothing. With `multi` false the reply must give exactly one label:
    several different ones are not an answer. With `multi` true a reply that only denies, or says "none", "no
    finding" or 无, gives the empty tuple, unless that is a label; one that says of a label that it cannot tell, and
    gives none, maps to nothing. Names outside the label space are passed over. Traditional and simplified characters
    are the same.
    `aliases` maps a label, as spelt in `choices`, to other names.
    """
    final = final_answer(text)
    names = [(choice, choice) for choice in choices]
    names += [(alias, choice) for choice in dict.fromkeys(choices) for alias in aliases.get(choice, ())]
    whole = normalise(simplified(final.text))
    minus = _MINUS.search(final.text) is not None
    alike = [(n, c) for n, c in names if whole and normalise(simplified(n)) == whole]
    equal = {choice for name, choice in alike if not minus or _MINUS.search(fold(name))}
    if len(equal) == 1:
        span = final.span(0, len(final.text))
        return LabelDecision(labels=tuple(equal), rule=f"{final.scope}:exact", spans=(span,))
    if len(equal) > 1:
        return LabelDecision(labels=None, rule=f"{final.scope}:ambiguous")
    if multi and whole in _NOTHING:
        return LabelDecision(labels=(), rule=f"{final.scope}:nothing", spans=(final.span(0, len(final.text)),))
    return _by_mention(final, names, choices, multi)


def _by_mention(final: Final, names: Sequence[tuple[str, str]], choices: Sequence[str], multi: bool) -> LabelDecision:
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, choice in names:
        owners[tuple(tokens(simplified(name)))].add(choice)
    unique = [(name, choice) for name, choice in names if len(owners[tuple(tokens(simplified(name)))]) == 1]
    found = named(final.text, [name for name, _ in unique])
    given = [n for n in found if not n.denied]
    labels = {unique[n.index][1] for n in given}
    if labels and (multi or len(labels) == 1):
        ordered = tuple(choice for choice in dict.fromkeys(choices) if choice in labels)
        return LabelDecision(labels=ordered, rule=f"{final.scope}:mention", spans=_spans(final, given))
    if labels:
        return LabelDecision(labels=None, rule=f"{final.scope}:several", spans=_spans(final, given))
    unsure = [n for n in found if n.hedged]
    if unsure:
        return LabelDecision(labels=None, rule=f"{final.scope}:hedged", spans=_spans(final, unsure))
    if found:
        return LabelDecision(labels=() if multi else None, rule=f"{final.scope}:denied", spans=_spans(final, found))
    nothing = _NO_FINDING.search(simplified(final.text)) if multi else None
    if nothing and hedged(final.text, nothing.start()):
        return LabelDecision(labels=None, rule=f"{final.scope}:hedged", spans=(final.span(*nothing.span()),))
    if nothing:
        return LabelDecision(labels=(), rule=f"{final.scope}:nothing", spans=(final.span(*nothing.span()),))
    return LabelDecision(labels=None, rule=f"{final.scope}:unmapped")


def _spans(final: Final, found: Sequence[Named]) -> tuple[Span, ...]:
    return tuple(final.span(n.start, n.end) for n in found)

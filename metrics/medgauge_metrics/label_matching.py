"""Which names of a label space a reply gives."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge_metrics.final import Final, Span, final_answer
from medgauge_metrics.mentions import Named, named
from medgauge_metrics.textform import normalise
from medgauge_metrics.tokenize import tokens

SIGNATURE = "labels:v1"

_NO_ALIASES: Mapping[str, Sequence[str]] = {}
_NOTHING = {
    *("none", "nothing", "nil", "normal", "unremarkable", "none of the above", "none of these"),
    *("无", "没有", "正常", "均无", "都没有", "以上均无", "以上都没有"),
}
_NO_FINDING = re.compile(
    r"\bno[ ](?:\w{1,20}[ ]){0,2}(?:findings?|abnormalit(?:y|ies))\b|(?:未见|未发现|无|没有)(?:明显|显著)?异常",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDecision:
    """The labels that a reply gives, and why."""

    labels: tuple[str, ...] | None
    """In the order and spelling of the choices; empty: the reply says that none holds; None: it maps to nothing."""
    rule: str
    """Scope and rule: exact, mention, nothing, denied, several, ambiguous, unmapped."""
    spans: tuple[Span, ...] = ()
    """Of the deciding words in the original text."""


def match_labels(
    text: str, choices: Sequence[str], multi: bool, aliases: Mapping[str, Sequence[str]] = _NO_ALIASES
) -> LabelDecision:
    """Labels by equality of the whole answer with a label or alias, then by undenied mention.

    A name that stands for two labels decides nothing. With `multi` false the reply must give exactly one label:
    several different ones are not an answer. With `multi` true a reply that only denies, or says "none", "no
    finding" or 无, gives the empty tuple, unless that is a label. Names outside the label space are passed over.
    `aliases` maps a label, as spelt in `choices`, to other names.
    """
    final = final_answer(text)
    names = [(choice, choice) for choice in choices]
    names += [(alias, choice) for choice in dict.fromkeys(choices) for alias in aliases.get(choice, ())]
    whole = normalise(final.text)
    equal = {choice for name, choice in names if whole and normalise(name) == whole}
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
        owners[tuple(tokens(name))].add(choice)
    unique = [(name, choice) for name, choice in names if len(owners[tuple(tokens(name))]) == 1]
    found = named(final.text, [name for name, _ in unique])
    given = [n for n in found if not n.denied]
    labels = {unique[n.index][1] for n in given}
    if labels and (multi or len(labels) == 1):
        ordered = tuple(choice for choice in dict.fromkeys(choices) if choice in labels)
        return LabelDecision(labels=ordered, rule=f"{final.scope}:mention", spans=_spans(final, given))
    if labels:
        return LabelDecision(labels=None, rule=f"{final.scope}:several", spans=_spans(final, given))
    if found:
        return LabelDecision(labels=() if multi else None, rule=f"{final.scope}:denied", spans=_spans(final, found))
    nothing = _NO_FINDING.search(final.text) if multi else None
    if nothing:
        return LabelDecision(labels=(), rule=f"{final.scope}:nothing", spans=(final.span(*nothing.span()),))
    return LabelDecision(labels=None, rule=f"{final.scope}:unmapped")


def _spans(final: Final, found: Sequence[Named]) -> tuple[Span, ...]:
    return tuple(final.span(n.start, n.end) for n in found)

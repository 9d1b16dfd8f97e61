"""What each metric of reports does under edits whose harm is known: the table, and the check that it is so.

`drops`: a tenth is lost, or more. `blind`: less is lost, whatever the harm: a documented blindness, and the reason to
read a surface metric beside others. `unchanged`: the same number. None: it depends on the reports.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from types import MappingProxyType
from typing import Literal, TypeAlias

from medgauge.protocols import Metric
from medgauge.types import Answer, Language
from medgauge_metrics.selftest.instances import names_of
from medgauge_metrics.selftest.reports import EDITS, Edit, Report, edited, make_reports, text_of
from medgauge_metrics.selftest.rows import Row, checked, unmade
from medgauge_metrics.selftest.values import value

Effect: TypeAlias = Literal["drops", "blind", "unchanged"]
DROP = 0.1
SAME = 1e-9
SEED = 20_241_018
REPORTS = 10
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_ORDER: tuple[Edit, ...] = ("negations", "sides", "sizes", "shuffle", "half", "another")
_WORDS = {"-": "unchanged", "b": "blind", "d": "drops", "?": None}


def _effects(code: str) -> Mapping[Edit, Effect | None]:
    """Six letters in the order of the edits: `d` drops, `b` blind, `-` unchanged, `?` unknown."""
    return MappingProxyType({edit: _WORDS[letter] for edit, letter in zip(_ORDER, code, strict=True)})  # type: ignore[misc]


EXPECTED: Mapping[str, Mapping[Edit, Effect | None]] = MappingProxyType(
    {
        "exact_match": _effects("dddddd"),
        "token_f1": _effects("bbb-dd"),
        "token_recall": _effects("bbb-dd"),
        "bleu1": _effects("bbb-dd"),
        "bleu2": _effects("bbbbdd"),
        "bleu3": _effects("bbbbdd"),
        "bleu4": _effects("bbbbdd"),
        "sentence_bleu2": _effects("bbbbdd"),
        "rouge1": _effects("bbb-dd"),
        "rouge2": _effects("bbbbdd"),
        "rouge_l": _effects("bbbddd"),
        "cider_d": _effects("??d?dd"),
        "chrf": _effects("bbbbdd"),
        "meteor": _effects("bbbbdd"),
        "length_ratio": _effects("----d-"),
        "empty_rate": _effects("------"),
        "truncated_rate": _effects("------"),
        "duplicate_rate": _effects("------"),
        "template_rate": _effects("----?-"),
        "language_compliance": _effects("------"),
        "clinical_lite_tuple_f1": _effects("dd--dd"),
        "clinical_lite_finding_f1": _effects("d---dd"),
        "clinical_lite_polarity_flip_rate": _effects("d----d"),
        "clinical_lite_laterality_error_rate": _effects("-d---d"),
        "clinical_lite_measurement_f1": _effects("--d-dd"),
        "clinical_lite_hallucination_rate": _effects("d----d"),
        "clinical_lite_omission_rate": _effects("d---dd"),
        "clinical_lite_coverage": _effects("------"),
    }
)
"""Head of a metric to what each edit does to it, in both languages."""


def effect_of(metric: Metric, right: float, after: float) -> Effect | str:
    """What an edit did to the number that the reports themselves get: an effect, or the numbers where it is none.

    The loss is a share of `right` where higher is better, and absolute elsewhere.
    """
    loss = after - right
    if metric.higher_is_better is None:
        loss = abs(loss)
    elif metric.higher_is_better:
        loss = -loss / right if right else math.nan
    if abs(loss) <= SAME:
        return "unchanged"
    if loss >= DROP:
        return "drops"
    return "blind" if loss >= 0 else f"no loss: {right:.6f} became {after:.6f}"


def metamorphic(make: Callable[[str], Metric], heads: Sequence[str], count: int = REPORTS) -> Iterator[Row]:
    """A row for every metric of reports among `heads`, every edit and both languages; `count` reports in each."""
    reports = make_reports(count, SEED)
    versions: dict[Edit, tuple[Report, ...]] = {edit: edited(reports, edit, SEED) for edit in EDITS}
    texts = {language: _Texts.of(reports, versions, language) for language in LANGUAGES}
    for head in (head for head in heads if head in EXPECTED):
        name = names_of(head)[0]
        failed = unmade(Row(kind="edit", metric=name, check="all", outcome="pass"), partial(make, name))
        if failed:
            yield failed
            continue
        for language in LANGUAGES:
            yield from _rows(make(name), EXPECTED[head], texts[language], language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """All reports of one language in words."""

    right: tuple[Answer, ...]
    edited: Mapping[Edit, tuple[Answer, ...]]

    @classmethod
    def of(cls, right: Sequence[Report], versions: Mapping[Edit, Sequence[Report]], language: Language) -> "_Texts":
        def said(reports: Sequence[Report]) -> tuple[Answer, ...]:
            return tuple(Answer(text=text_of(report, language), language=language) for report in reports)

        return cls(right=said(right), edited={edit: said(reports) for edit, reports in versions.items()})


def _rows(metric: Metric, expected: Mapping[Edit, Effect | None], texts: _Texts, language: Language) -> Iterator[Row]:
    right = cache(lambda: value(metric, list(zip(texts.right, texts.right, strict=True))))
    for edit, effect in expected.items():
        if effect is not None:
            made = Row(kind="edit", metric=metric.name, check=f"{edit} {language}", outcome="pass", n=len(texts.right))
            yield checked(replace(made, detail=effect), partial(_wrong, metric, texts, edit, effect, right))


def _wrong(metric: Metric, texts: _Texts, edit: Edit, effect: Effect, right: Callable[[], float]) -> str | None:
    after = value(metric, list(zip(texts.edited[edit], texts.right, strict=True)))
    seen = effect_of(metric, right(), after)
    return None if seen == effect else f"expected {effect}, saw {seen}: {right():.6f} became {after:.6f}"

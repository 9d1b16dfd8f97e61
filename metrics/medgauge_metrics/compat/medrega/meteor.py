"""METEOR through nltk, where nltk and its data are there; nothing is downloaded."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any, Literal

from medgauge_metrics.compat.medrega.stops import Crash
from medgauge_metrics.jieba_cut import jieba_tokens


class Missing(Exception):
    """What must be installed for METEOR; the text says it."""


def mean_meteor(said: Sequence[str], right: Sequence[str], language: Literal["en", "zh"]) -> float:
    """The mean over samples, words cut by nltk or by jieba. Raises Missing, or Crash where nltk itself fails."""
    score, cut = _meteor(), _word_tokenize() if language == "en" else jieba_tokens
    pairs = zip(said, right, strict=True)
    try:
        return fmean(float(score([cut(reference)], cut(answer))) for answer, reference in pairs)
    except RecursionError as error:
        raise Crash("RecursionError", "nltk's stemmer on a very long word") from error


def _meteor() -> Any:
    try:
        from nltk.corpus import wordnet
        from nltk.translate.meteor_score import meteor_score
    except ImportError as error:
        raise Missing("METEOR needs nltk, which is not installed: pip install 'medgauge[meteor]'") from error
    try:
        wordnet.ensure_loaded()
    except (LookupError, OSError) as error:
        raise Missing("METEOR needs nltk's data of WordNet, which are not there (corpora/wordnet)") from error
    return meteor_score


def _word_tokenize() -> Callable[[str], list[str]]:
    from nltk import word_tokenize

    try:
        word_tokenize("a")
    except (LookupError, OSError) as error:
        raise Missing("METEOR needs nltk's data for words, which are not there (tokenizers/punkt_tab)") from error
    cut: Callable[[str], list[str]] = word_tokenize
    return cut

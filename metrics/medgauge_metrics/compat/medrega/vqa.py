"""Questions, in English and Chinese. All numbers are means over samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from medgauge_metrics.compat.medrega.bleu_a import bleu_a
from medgauge_metrics.compat.medrega.cleaners import clean_question
from medgauge_metrics.compat.medrega.overlap import ENOUGH, overlap
from medgauge_metrics.compat.medrega.records import Pair
from medgauge_metrics.compat.medrega.stops import Crash
from medgauge_metrics.jieba_cut import jieba_tokens

NAMES = (
    "bleu1",
    "F1",
    "recall",
    "closedQuestionsAccuracy",
    "openQuestionsRecall",
    "openQuestionsAccuracy",
    "bertScore",
)
WEIGHTS = {"en": "microsoft/deberta-xlarge-mnli", "zh": "bert-base-multilingual-cased"}
_CLOSED = ("yes", "no")
_ENOUGH_CLOSED = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    closed: bool
    bleu: float
    f1: float
    recall: float


def vqa_en(pairs: Sequence[Pair]) -> dict[str, float]:
    """English. A question is closed where the cleaned reference is yes or no. Raises Crash; at least one pair."""
    return _printed([_english(pair) for pair in pairs])


def vqa_zh(pairs: Sequence[Pair]) -> dict[str, float]:
    """Chinese, cut by jieba. A question is closed where the *answer* is the English yes or no. Raises Crash."""
    return _printed([_chinese(pair) for pair in pairs])


def _english(pair: Pair) -> _Judged:
    if pair.said is None:
        raise Crash("TypeError", "no answer to clean", pair.number)
    said, right = clean_question(pair.said), clean_question(pair.right)
    return _judged(said, right, str.split, closed=right in _CLOSED)


def _chinese(pair: Pair) -> _Judged:
    if pair.said is None:
        raise Crash("AttributeError", "no answer to cut into words", pair.number)
    return _judged(pair.said, pair.right, jieba_tokens, closed=pair.said in _CLOSED)


def _judged(said: str, right: str, cut: Callable[[str], list[str]], *, closed: bool) -> _Judged:
    """BLEU splits once more at spaces, so that for it the spaces among jieba's words are none."""
    written, wanted = cut(said), cut(right)
    f1, recall = overlap(written, wanted)
    bleu = bleu_a(" ".join(written).split(), " ".join(wanted).split())
    return _Judged(closed=closed, bleu=bleu, f1=f1, recall=recall)


def _printed(judged: Sequence[_Judged]) -> dict[str, float]:
    closed = [one.recall >= _ENOUGH_CLOSED for one in judged if one.closed]
    recalls = [one.recall for one in judged if not one.closed]
    if not recalls:
        raise Crash("UnboundLocalError", "there is no open question")
    return {
        "bleu1": fmean(one.bleu for one in judged),
        "F1": fmean(one.f1 for one in judged),
        "recall": fmean(one.recall for one in judged),
        "closedQuestionsAccuracy": fmean(closed) if closed else 0.0,
        "openQuestionsRecall": fmean(recalls),
        "openQuestionsAccuracy": fmean(recall >= ENOUGH for recall in recalls),
    }

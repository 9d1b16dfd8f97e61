"""What MultiMedEval 1.0.0 prints for questions, options and reports, given replies and references."""

from collections.abc import Sequence
from statistics import fmean

from medgauge_metrics.compat.multimedeval.overlap import bleu, rouge_1, rouge_l
from medgauge_metrics.compat.multimedeval.words import clean

Pair = tuple[str, str]
"""The reply and the reference, word for word."""

_ENOUGH_FOR_CLOSED = 0.4
_ENOUGH_FOR_OPEN = 0.75
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def vqa(pairs: Sequence[Pair]) -> dict[str, float]:
    """The six numbers of a question task, 0 where there is no question of the kind. At least one pair."""
    texts = [(clean(said), clean(right.lower().strip())) for said, right in pairs]
    overlaps = [_overlap(set(said.split()), set(right.split())) for said, right in texts]
    closed = [_closed_right(said, right) for said, right in texts if right in ("yes", "no")]
    is_open = [right not in ("yes", "no") for _, right in texts]
    recalls = [recall for (_, recall), kept in zip(overlaps, is_open, strict=True) if kept]
    return {
        "bleu": fmean(bleu(said, right, 1) for said, right in texts),
        "F1": fmean(f1 for f1, _ in overlaps),
        "recall": fmean(recall for _, recall in overlaps),
        "closedQuestionsAccuracy": fmean(closed) if closed else 0.0,
        "openQuestionsRecall": fmean(recalls) if recalls else 0.0,
        "openQuestionsAccuracy": fmean(recall >= _ENOUGH_FOR_OPEN for recall in recalls) if recalls else 0.0,
    }


def _overlap(written: set[str], wanted: set[str]) -> tuple[float, float]:
    """F1 and recall of the sets of words: a word counts once, however often it is said."""
    common = len(written & wanted)
    precision = common / len(written) if written else 0.0
    recall = common / len(wanted) if wanted else 0.0
    return 2 * (precision * recall) / (precision + recall + 1e-8), recall


def _closed_right(said: str, right: str) -> bool:
    """Whether the right word is among the words said; for no, `not` does as well. The other word may be there too."""
    wanted = {"no", "not"} if right == "no" else {right}
    return len(wanted & set(said.split())) / len(wanted) >= _ENOUGH_FOR_CLOSED


def pick(said: str, options: Sequence[str]) -> int | None:
    """The option whose cleaned letter and text have the highest BLEU-1 to the reply, the first of equals.

    None where no option shares a word. The letter A is cleaned away as an article on both sides.
    """
    words = clean(said)
    scores = [bleu(words, clean(f"{letter} {option}"), 1) for letter, option in zip(LETTERS, options, strict=False)]
    best = max(scores, default=0.0)
    return scores.index(best) if best else None


def report(pairs: Sequence[Pair]) -> dict[str, float]:
    """The numbers of a report task that need no model and no corpus: means over the reports. At least one pair."""
    return {
        "bleu1": fmean(bleu(said, right, 1) for said, right in pairs),
        "bleu4": fmean(bleu(said, right, 4) for said, right in pairs),
        "rougeL": fmean(rouge_l(said, right) for said, right in pairs),
        "rouge1": fmean(rouge_1(said, right) for said, right in pairs),
    }

"""Reports, in English and Chinese."""

from collections.abc import Callable, Sequence
from statistics import fmean

from medgauge_metrics.compat.medrega.bleu_b import bleu_b, counts
from medgauge_metrics.compat.medrega.cleaners import clean_chinese_report, clean_report
from medgauge_metrics.compat.medrega.records import Pair
from medgauge_metrics.compat.medrega.rouge import bootstrap_median, rouge_1, rouge_l
from medgauge_metrics.compat.medrega.stops import Crash
from medgauge_metrics.jieba_cut import jieba_tokens

NAMES_EN = ("bleu1", "bleu4", "meteor", "rouge1", "rougeL")
NAMES_ZH = ("bleu1", "bleu4", "F1_bertscore", "meteor", "rouge1", "rougeL")
WEIGHTS_ZH = "bert-base-multilingual-cased"


def cleaned_en(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    """Answers and references, cleaned alike. Raises Crash."""
    return _answers(pairs, clean_report, "AttributeError"), [clean_report(pair.right) for pair in pairs]


def cleaned_zh(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    """Answers cleaned and without spaces, references as they are. Raises Crash."""
    said = _answers(pairs, clean_chinese_report, "TypeError")
    return [text.replace(" ", "") for text in said], [pair.right for pair in pairs]


def report_en(said: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """BLEU over the corpus, ROUGE as a median of bootstrap means. Raises Crash."""
    made = counts(said, right, 4)
    try:
        bleus = {f"bleu{order}": bleu_b(made, order) for order in (1, 4)}
    except ZeroDivisionError as error:
        raise Crash("ZeroDivisionError", "no answer, or no reference, has a word") from error
    pairs = list(zip(said, right, strict=True))
    return bleus | {
        "rouge1": bootstrap_median([rouge_1(*pair) for pair in pairs]),
        "rougeL": bootstrap_median([rouge_l(*pair) for pair in pairs]),
    }


def report_zh(said: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """Means over samples of jieba's words; `rouge1` holds ROUGE-L and `rougeL` holds ROUGE-1."""
    pairs = [(_spaced(answer), _spaced(reference)) for answer, reference in zip(said, right, strict=True)]
    bleus = [_sentence_bleus(*pair) for pair in pairs]
    return {
        "bleu1": fmean(one for one, _ in bleus),
        "bleu4": fmean(four for _, four in bleus),
        "rouge1": fmean(rouge_l(*pair) for pair in pairs),
        "rougeL": fmean(rouge_1(*pair) for pair in pairs),
    }


def _answers(pairs: Sequence[Pair], clean: Callable[[str], str], error: str) -> list[str]:
    cleaned: list[str] = []
    for pair in pairs:
        if pair.said is None:
            raise Crash(error, "no answer to clean", pair.number)
        cleaned.append(clean(pair.said))
    return cleaned


def _spaced(text: str) -> str:
    return " ".join(jieba_tokens(text))


def _sentence_bleus(said: str, right: str) -> tuple[float, float]:
    """BLEU-1 and BLEU-4 of one report; 0 where the original divides by zero and catches it."""
    made = counts([said], [right], 4)
    try:
        return bleu_b(made, 1), bleu_b(made, 4)
    except ZeroDivisionError:
        return 0.0, 0.0

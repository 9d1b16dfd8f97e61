"""How fast metrics of reports are: `python tests/bench/text.py [--pairs 10000] [--rounds 5] [--seed 0]`.

Everything is measured side by side: each round runs all contestants once, and ratios are those of the least and of
the median times. The reports are synthetic: sentences of findings drawn with a seed, about 140 Chinese characters or
70 English words. Times run from strings to the number of the set, memories of earlier rounds cleared.

1. ROUGE-L against rouge-score, by the pair, for it is given fewer. For Chinese it gets a tokeniser that keeps it.
2. All metrics of reports together, and each alone, against a bare pass of rjieba over both sides and of rapidfuzz
   over the pairs.
"""

import argparse
import random
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from statistics import mean, median

import numpy as np

from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric, Statistics
from medgauge.types import Answer
from medgauge_metrics import counts
from medgauge_metrics.tokenize import tokens
from medgauge_tasks.report.family import METRICS

NGRAMS = (
    *("bleu1", "bleu2", "bleu3", "bleu4", "sentence_bleu2", "rouge1", "rouge2", "rouge_l", "rouge_l(beta=1.2)"),
    *("cider_d", "token_f1", "length_ratio"),
)
OTHERS = ("chrf", "meteor(match=exactstem)", "empty_rate", "truncated_rate", "duplicate_rate", "template_rate")
OFFERED = 300
"""Pairs that rouge-score gets."""
PLACES = {
    "zh": ("右肺上叶", "右肺中叶", "右肺下叶", "左肺上叶", "左肺下叶", "纵隔", "双侧胸腔", "肝右叶", "脾脏", "主动脉")
}
PLACES["en"] = ("right upper lobe", "right lower lobe", "left upper lobe", "left lower lobe", "mediastinum", "pleura")
FINDINGS = {
    "zh": ("见结节影", "见斑片状高密度影", "未见明显异常", "见少量积液", "形态大小正常", "密度均匀", "见钙化灶")
}
FINDINGS["en"] = ("nodule", "patchy opacity", "consolidation", "small effusion", "calcification", "no abnormality")
REST = {"zh": ("，边界清晰", "，边缘模糊", "，大小约{}mm", "，较前相仿", "，建议随访", "")}
REST["en"] = ("with clear margins", "with a diameter of {} mm", "unchanged since the prior study", "of uncertain cause")
Pairs = Sequence[tuple[str, str]]
Contestants = Mapping[str, Callable[[], object]]


def report(rng: random.Random, language: str) -> str:
    """A templated report of about 140 characters, or 70 words."""
    said: list[str] = []
    while len("".join(said)) < 155 if language == "zh" else len(" ".join(said).split()) < 66:
        parts = [rng.choice(pieces[language]) for pieces in (PLACES, FINDINGS, REST)]
        sentence = "{}{}{}。" if language == "zh" else "There is a {1} in the {0} {2}."
        said.append(sentence.format(*parts).replace("{}", str(rng.randint(2, 60))))
    return ("" if language == "zh" else " ").join(said)


def pairs(count: int, language: str, seed: int) -> Pairs:
    """A reference, and an answer that shares some of its sentences."""
    rng = random.Random(seed)
    mark = "。" if language == "zh" else "."
    made = []
    for _ in range(count):
        reference = report(rng, language).split(mark)
        other = report(rng, language).split(mark)
        answer = [rng.choice(both) for both in zip(reference, other, strict=False)]
        made.append((mark.join(answer), mark.join(reference)))
    return made


def numbers(names: Sequence[str], data: Pairs) -> list[float]:
    """From strings to the numbers of the set."""
    answers = [Answer(text=written) for written, _ in data]
    targets = [Answer(text=reference) for _, reference in data]
    return [number(name, answers, targets) for name in names]


def number(name: str, answers: Sequence[Answer], targets: Sequence[Answer]) -> float:
    metric = parse_metric(name).prepare(targets)
    if isinstance(metric, BatchMetric):
        measured = metric.measure_all(answers, targets)
    else:
        measured = [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    each = [row if row and isinstance(row[0], tuple) else (row,) if row else () for row in measured]
    owner = np.repeat(np.arange(len(each)), [len(rows) for rows in each])
    values = np.array([row for rows in each for row in rows], dtype=float)
    statistics = Statistics(values=values, owner=owner, units=len(answers))
    return float(metric.reduce(statistics, np.ones((1, len(answers))))[""][0])


def forget() -> None:
    for memory in (counts.encode_all, counts.count_all, counts.subsequences_of_all):
        memory.cache_clear()


def together(names: Sequence[str], data: Pairs) -> Callable[[], object]:
    return lambda: numbers(names, data)


def rouge_score(data: Pairs, chinese: bool) -> Callable[[], object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rouge_score.rouge_scorer import RougeScorer

    class Tokenizer:
        def tokenize(self, text: str) -> list[str]:
            return tokens(text)

    scorer = RougeScorer(["rougeL"], tokenizer=Tokenizer() if chinese else None)
    return lambda: np.mean([scorer.score(reference, written)["rougeL"].fmeasure for written, reference in data])


def bare(data: Pairs) -> Callable[[], object]:
    import rjieba
    from rapidfuzz.distance import LCSseq

    return lambda: [LCSseq.similarity(rjieba.cut(written), rjieba.cut(reference)) for written, reference in data]


def race(contestants: Contestants, rounds: int) -> dict[str, tuple[float, float]]:
    """Least and median seconds of each, over rounds in which each runs once; a round before them is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for count in range(rounds + 1):
        for name, run in contestants.items():
            forget()
            started = time.perf_counter()
            run()
            if count:
                taken[name].append(time.perf_counter() - started)
    return {name: (min(times), median(times)) for name, times in taken.items()}


def rouge_l(count: int, rounds: int, seed: int) -> None:
    for language in ("zh", "en"):
        data = pairs(count, language, seed)
        few = data[:OFFERED]
        theirs, ours = rouge_score(few, language == "zh"), together(["rouge_l"], few)
        assert abs(float(theirs()) - numbers(["rouge_l"], few)[0]) < 1e-9  # type: ignore[arg-type]
        times = race({"theirs": theirs, "ours": together(["rouge_l"], data), "ours, as few": ours}, rounds)
        least, middle = ([times[name][i] for name in ("theirs", "ours")] for i in (0, 1))
        faster = [theirs / len(few) / (ours / count) for theirs, ours in (least, middle)]
        few_times = [times["theirs"][i] / times["ours, as few"][i] for i in (0, 1)]
        print(f"ROUGE-L {language}: {count / middle[1]:,.0f} pairs/s, rouge-score {len(few) / middle[0]:,.0f} pairs/s;")
        print(f"  {faster[0]:.0f} times (least), {faster[1]:.0f} times (median); on {len(few)} pairs", end=" ")
        print(f"{few_times[0]:.0f}, {few_times[1]:.0f}")


def all_metrics(count: int, rounds: int, seed: int) -> None:
    data = pairs(count, "zh", seed)
    every = tuple(dict.fromkeys((*METRICS, *NGRAMS, *OTHERS)))
    lists = {"the n-gram metrics": NGRAMS, "the family's list": METRICS, "every metric of reports": every}
    contestants = {"bare": bare(data)} | {name: together(names, data) for name, names in lists.items()}
    contestants |= {name: together([name], data) for name in every}
    times = race(contestants, rounds)
    least, middle = times["bare"]
    print(f"\nrjieba of both sides and LCS of {count} Chinese pairs: {least:.2f} s (least), {middle:.2f} s (median)")
    for name in contestants:
        seconds = times[name]
        names = f" = {' '.join(lists[name])}" if name in lists else ""
        print(f"  {seconds[0] / least:6.2f} {seconds[1] / middle:6.2f}  {seconds[1]:7.3f} s  {name}{names}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sizes = {
        language: mean(len(tokens(text)) for pair in pairs(500, language, given.seed) for text in pair)
        for language in ("zh", "en")
    }
    print(f"{given.pairs} pairs, seed {given.seed}, {given.rounds} rounds; tokens a text: {sizes}\n")
    rouge_l(given.pairs, given.rounds, given.seed)
    all_metrics(given.pairs, given.rounds, given.seed)


if __name__ == "__main__":
    main()

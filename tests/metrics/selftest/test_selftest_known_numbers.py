"""The known numbers of the selftest, made again with the programs that they say they come from."""

import contextlib
import io
from collections.abc import Callable

import pytest

from medgauge.metrics import parse_metric
from medgauge.types import Box
from medgauge_metrics.selftest.known_numbers import Known, known_numbers, read_known_numbers
from medgauge_metrics.selftest.values import Pair, value

Pairs = tuple[Pair, ...]
KNOWN = read_known_numbers()


def texts(pairs: Pairs) -> tuple[list[str], list[str]]:
    """Answers and targets; words stand apart, so that splitting at spaces is the tokeniser of every program."""
    return [answer.text if answer else "" for answer, _ in pairs], [target.text for _, target in pairs]


def bleu(order: int) -> Callable[[Pairs], float]:
    def number(pairs: Pairs) -> float:
        from sacrebleu.metrics import BLEU

        written, wanted = texts(pairs)
        scorer = BLEU(tokenize="none", smooth_method="none", force=True, max_ngram_order=order)
        return scorer.corpus_score(written, [wanted]).score / 100

    return number


def bleu_of_nltk(pairs: Pairs) -> float:
    """Only for answers of four words or more: nltk counts one 4-gram in any that is shorter."""
    from nltk.translate.bleu_score import corpus_bleu

    written, wanted = texts(pairs)
    return float(corpus_bleu([[text.split()] for text in wanted], [text.split() for text in written]))


def rouge(kind: str) -> Callable[[Pairs], float]:
    def number(pairs: Pairs) -> float:
        from rouge_score.rouge_scorer import RougeScorer

        class Split:
            def tokenize(self, text: str) -> list[str]:
                return text.split()

        scorer = RougeScorer([kind], tokenizer=Split())
        each = [scorer.score(wanted, written)[kind].fmeasure for written, wanted in zip(*texts(pairs), strict=True)]
        return sum(each) / len(each)

    return number


def cider(pairs: Pairs) -> float:
    from pycocoevalcap.cider.cider import Cider

    written, wanted = texts(pairs)
    return float(
        Cider().compute_score({i: [t] for i, t in enumerate(wanted)}, {i: [t] for i, t in enumerate(written)})[0]
    )


def chrf(pairs: Pairs) -> float:
    from sacrebleu.metrics import CHRF

    written, wanted = texts(pairs)
    return CHRF().corpus_score(written, [wanted]).score / 100


def meteor(pairs: Pairs) -> float:
    from nltk.translate.meteor_score import meteor_score

    class NoWordNet:
        def synsets(self, word: str) -> list[object]:
            return []

    each = [
        meteor_score([wanted.split()], written.split(), wordnet=NoWordNet())
        for written, wanted in zip(*texts(pairs), strict=True)
    ]
    return sum(each) / len(each)


def classes(name: str, **options: object) -> Callable[[Pairs], float]:
    def number(pairs: Pairs) -> float:
        import sklearn.metrics

        written = [(answer.labels or ("",))[0] for answer, _ in pairs if answer]
        wanted = [(target.labels or ("",))[0] for _, target in pairs]
        return float(getattr(sklearn.metrics, name)(wanted, written, **options))

    return number


def label_sets(name: str, average: str) -> Callable[[Pairs], float]:
    def number(pairs: Pairs) -> float:
        import sklearn.metrics

        names = sorted({label for _, target in pairs for label in target.labels or ()})
        wanted = [[label in (target.labels or ()) for label in names] for _, target in pairs]
        if name == "f1_score":
            written = [[label in (answer.labels or ()) for label in names] for answer, _ in pairs if answer]
        else:
            written = [[(answer.scores or {})[label] for label in names] for answer, _ in pairs if answer]
        return float(getattr(sklearn.metrics, name)(wanted, written, average=average))

    return number


def boxes(index: int) -> Callable[[Pairs], float]:
    """One of the twelve numbers of pycocotools."""

    def entry(image: int, box: Box) -> dict[str, object]:
        x1, y1, x2, y2 = box.xyxy
        size = (x2 - x1) * (y2 - y1)
        form = {"image_id": image, "category_id": 1 + ord(box.label) - ord("a"), "bbox": [x1, y1, x2 - x1, y2 - y1]}
        return form | {"area": size, "iscrowd": 0, "score": box.score}

    def number(pairs: Pairs) -> float:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval

        gold = [entry(i, box) for i, (_, target) in enumerate(pairs) for box in target.boxes]
        found = [entry(i, box) for i, (answer, _) in enumerate(pairs) if answer for box in answer.boxes]
        data = COCO()
        data.dataset = {
            "images": [{"id": i} for i in range(len(pairs))],
            "annotations": [g | {"id": i} for i, g in enumerate(gold, start=1)],
            "categories": [{"id": 1}, {"id": 2}],
            "info": {},
        }
        with contextlib.redirect_stdout(io.StringIO()):
            data.createIndex()
            made = COCOeval(data, data.loadRes(found), "bbox")
            made.evaluate()
            made.accumulate()
            made.summarize()
        return float(made.stats[index])

    return number


MAKERS: dict[tuple[str, str], Callable[[Pairs], float]] = {
    **{("sacrebleu", f"bleu{order}"): bleu(order) for order in (1, 2, 4)},
    ("nltk", "bleu4"): bleu_of_nltk,
    ("rouge_score", "rouge1"): rouge("rouge1"),
    ("rouge_score", "rouge2"): rouge("rouge2"),
    ("rouge_score", "rouge_l"): rouge("rougeL"),
    ("pycocoevalcap", "cider_d"): cider,
    ("sacrebleu", "chrf"): chrf,
    ("nltk", "meteor(match=exactstem)"): meteor,
    ("scikit-learn", "accuracy"): classes("accuracy_score"),
    ("scikit-learn", "balanced_accuracy"): classes("balanced_accuracy_score"),
    ("scikit-learn", "macro_f1"): classes("f1_score", average="macro"),
    ("scikit-learn", "mcc"): classes("matthews_corrcoef"),
    ("scikit-learn", "kappa"): classes("cohen_kappa_score"),
    ("scikit-learn", "micro_f1"): label_sets("f1_score", "micro"),
    ("scikit-learn", "sample_f1"): label_sets("f1_score", "samples"),
    ("scikit-learn", "auroc"): label_sets("roc_auc_score", "macro"),
    ("scikit-learn", "auprc"): label_sets("average_precision_score", "macro"),
    ("pycocotools", "ap"): boxes(0),
    ("pycocotools", "ap@0.5"): boxes(1),
    ("pycocotools", "coco12"): boxes(0),
}


def name_of(known: Known) -> str:
    return f"{known.metric} of {known.samples} by {known.program}"


@pytest.mark.parametrize("known", KNOWN, ids=name_of)
def test_the_program_gives_the_number_that_it_is_said_to_give(known: Known) -> None:
    assert MAKERS[known.program, known.metric](known.pairs) == pytest.approx(known.value, abs=1e-12)
    assert known.version


@pytest.mark.parametrize("known", KNOWN, ids=name_of)
def test_the_metric_gives_it_too(known: Known) -> None:
    assert value(parse_metric(known.metric), known.pairs) == pytest.approx(known.value, abs=1e-9)


def test_every_program_is_used() -> None:
    assert {(known.program, known.metric) for known in KNOWN} == set(MAKERS)


def test_numbers_tell_a_right_metric_from_a_wrong_one() -> None:
    """None of them is 0 or 1, where many wrong metrics end too, and the samples of a set differ."""
    for known in KNOWN:
        assert 0 < known.value < 10
        assert known.value != 1
        assert len({str(answer) for answer, _ in known.pairs}) > 2


def test_rows_say_what_was_compared() -> None:
    rows = list(known_numbers(parse_metric))
    assert [row.outcome for row in rows] == ["pass"] * len(KNOWN)
    assert all(row.n == len(known.pairs) for row, known in zip(rows, KNOWN, strict=True))


def test_a_wrong_number_is_told_with_both() -> None:
    rows = list(known_numbers(lambda name: parse_metric("token_f1" if name == "bleu4" else name)))
    failed = [row for row in rows if row.outcome == "fail"]
    assert {row.metric for row in failed} == {"bleu4"}
    assert all("expected 0." in row.detail for row in failed)

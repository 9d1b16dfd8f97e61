"""Questions, names, classes and reports: golden numbers, and second ways to them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medrega_golden import SAME, hold, load, print_of

from medgauge_metrics.compat.medrega import cleaners, meteor
from medgauge_metrics.compat.medrega.bleu_b import bleu_b, counts
from medgauge_metrics.compat.medrega.classification import classification, closest
from medgauge_metrics.compat.medrega.labels import LabelList, label_lists
from medgauge_metrics.compat.medrega.radcliq import radcliq_v1
from medgauge_metrics.compat.medrega.records import Pair
from medgauge_metrics.compat.medrega.rouge import SEED, bootstrap_median, rouge_1, rouge_l
from medgauge_metrics.compat.medrega.stops import Crash

EDGES: dict[str, Any] = load("text-edge-cases.json")
TASKS = {"vqa_en": "vqa/en", "vqa_zh": "vqa/zh", "r2t": "region-to-text", "rg_zh": "report/zh"}
WORDS = st.lists(st.sampled_from(("lung", "Left", "no", "2.5", "a.", "right-sided", "肺", "mm")), max_size=9).map(
    " ".join
)


@pytest.mark.parametrize(("kind", "at"), [(kind, at) for kind in TASKS for at in range(len(EDGES[kind]))])
def test_edge(kind: str, at: int) -> None:
    hold(TASKS[kind], EDGES[kind][at]["records"], EDGES[kind][at]["metrics"])


@pytest.mark.parametrize("at", range(len(EDGES["cls"])))
def test_edge_of_classes(at: int) -> None:
    case = EDGES["cls"][at]
    given = LabelList(labels=tuple(case["class_list"]), many=case["score_type"] == "multilabel")
    pairs = [Pair(number=1, said=one["pred_answer"], right=one["gt_answer"]) for one in case["records"]]
    if "EXCEPTION" in case["metrics"]:
        with pytest.raises(Crash, match=r"ValueError.*'Normal' is not in"):
            classification(pairs, given)
    else:
        assert classification(pairs, given) == pytest.approx(case["metrics"], abs=SAME)


@pytest.mark.parametrize("kind", list(TASKS))
def test_whole_sets(kind: str, shared: Path) -> None:
    for case in load("text-200.json", shared / "golden" / "medrega")[kind]:
        hold(TASKS[kind], case["records"], case["metrics"])


def test_whole_sets_of_classes(shared: Path) -> None:
    cases = load("text-200.json", shared / "golden" / "medrega")["cls"]
    assert {case["dataset"].removesuffix("_test") for case in cases} == label_lists().keys()
    for case in cases:
        dataset = case["dataset"].removesuffix("_test")
        many = case["score_type"] == "multilabel"
        assert label_lists()[dataset] == LabelList(labels=tuple(case["class_list"]), many=many)
        hold(f"classification/{dataset}", case["records"], case["metrics"])


CLEANERS = {
    "vqa_cleanStr": cleaners.clean_question,
    "rg_cleanStr": cleaners.clean_report,
    "rg_cleanStr_zh": cleaners.clean_chinese_report,
}


@pytest.mark.parametrize(("kind", "at"), [(kind, at) for kind in CLEANERS for at in range(len(EDGES[kind]))])
def test_cleaner(kind: str, at: int) -> None:
    text, cleaned = EDGES[kind][at]
    assert CLEANERS[kind](text) == cleaned


def test_radcliq() -> None:
    case = EDGES["radcliq_v1"]
    for (a, b, c, d), expected in case["vectors"]:
        fitted = radcliq_v1(radgraph=a, bertscore=b, chexbert=c, bleu2=d, order="fitted")
        released = radcliq_v1(radgraph=d, bertscore=b, chexbert=c, bleu2=a, order="released")
        assert fitted == released == pytest.approx(expected, abs=SAME)
    assert radcliq_v1(radgraph=1, bertscore=0, chexbert=0, bleu2=0, order="released") == pytest.approx(
        radcliq_v1(radgraph=0, bertscore=0, chexbert=0, bleu2=0, order="fitted"), abs=1e-9
    )


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6))
def test_bleu_b_is_that_of_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    from sacrebleu.metrics import BLEU

    made = counts([a for a, _ in pairs], [b for _, b in pairs], 4)
    for order in (1, 4):
        theirs = BLEU(tokenize="13a", smooth_method="none", max_ngram_order=order)
        if made.said and made.right:
            score = theirs.corpus_score([a for a, _ in pairs], [[b for _, b in pairs]]).score
            assert bleu_b(made, order) == pytest.approx(score / 100, abs=1e-12)
        else:
            with pytest.raises(ZeroDivisionError):
                bleu_b(made, order)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_rouge_is_that_of_its_package(said: str, right: str) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    theirs = RougeScorer(["rouge1", "rougeL"]).score(right, said)
    assert rouge_1(said, right) == pytest.approx(theirs["rouge1"].fmeasure, abs=1e-12)
    assert rouge_l(said, right) == pytest.approx(theirs["rougeL"].fmeasure, abs=1e-12)


def test_bootstrap_is_that_of_its_package() -> None:
    from rouge_score.scoring import BootstrapAggregator, Score

    values = np.random.RandomState(5).rand(57).tolist()
    theirs = BootstrapAggregator()
    for value in values:
        theirs.add_scores({"x": Score(value, value, value)})
    before = np.random.get_state()
    np.random.seed(SEED)
    expected = theirs.aggregate()["x"].mid.fmeasure
    np.random.set_state(before)
    assert bootstrap_median(values) == pytest.approx(expected, abs=1e-12)
    assert bootstrap_median([0.25]) == 0.25


def test_english_reports() -> None:
    records = [
        {
            "pred_answer": "Findings: the heart is big.\nNo effusion.",
            "gt_answer": "Findings: the heart is big. No mass.",
        },
        {"pred_answer": "", "gt_answer": "Normal ___ chest, no effusion."},
    ]
    printed = print_of("report/en", records)
    # cleaned: `findings.the heart is big.no effusion` (9 tokens of 13a) with `...no mass`, and nothing with 2 words
    assert printed.metrics["bleu1"] == pytest.approx(8 / 9 * np.exp(1 - 11 / 9), abs=SAME)
    assert 0 < printed.metrics["rouge1"] < 1
    assert "seed" in printed.notes["rouge1"]
    crashed = print_of("report/en", records[1:])
    assert set(crashed.metrics.values()) == {None}
    assert "ZeroDivisionError" in crashed.notes["*"]


def test_chinese_rouges_are_swapped_and_spaces_go() -> None:
    records = [{"pred_answer": "约 7 mm、约 5 cm", "gt_answer": "约5cm、约7mm"}]  # words 7mm 5cm, and 5cm 7mm
    metrics = print_of("report/zh", records).metrics
    assert metrics["rougeL"] == 1
    assert metrics["rouge1"] == 0.5


@pytest.mark.parametrize("task", ["report/en", "report/zh"])
def test_meteor_without_its_data_says_so(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise meteor.Missing("METEOR needs it")

    monkeypatch.setattr(meteor, "_meteor", missing)
    printed = print_of(task, [{"pred_answer": "heart 肺", "gt_answer": "heart 肺"}])
    assert printed.metrics["meteor"] is None
    assert printed.notes["meteor"] == "METEOR needs it"
    assert printed.metrics["bleu1"] == 1


def test_meteor_is_a_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meteor, "_meteor", lambda: lambda references, said: float(references == [said]))
    records = [{"pred_answer": "左肺 结节", "gt_answer": "左肺结节"}, {"pred_answer": "肺", "gt_answer": "肺。"}]
    assert print_of("report/zh", records).metrics["meteor"] == 0.5


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["b", "c", "a"])), min_size=1, max_size=12), st.booleans())
def test_classification_is_that_of_sklearn(rows: list[tuple[str, str]], many: bool) -> None:
    import warnings

    from sklearn.metrics import accuracy_score, f1_score

    labels = ("a", "b", "left lung", "c", "no mm")
    pairs = [Pair(number=1, said=said.replace(" ", ", "), right=right) for said, right in rows]
    made = classification(pairs, LabelList(labels=labels, many=many))
    said = [closest(pair.said.rstrip(".").lower().replace(", ", ",").split(","), labels) for pair in pairs]
    right = [labels.index(pair.right) for pair in pairs]
    y_true: Any = [[int(at == one) for at in range(5)] for one in right] if many else right
    y_pred: Any = [[int(at in one) for at in range(5)] for one in said] if many else [one[0] for one in said]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = f1_score(np.array(y_true), np.array(y_pred), average="macro", zero_division=0)
        accuracy = accuracy_score(np.array(y_true), np.array(y_pred))
    assert made == pytest.approx({"F1-macro": expected, "Accuracy": accuracy}, abs=1e-12)


def test_what_fits_no_label_is_the_first() -> None:
    labels = label_lists()["oct2017"].labels
    assert closest(["", "I cannot tell", "macular edema", "normal drusen"], labels) == [0, 0, 2, 0]
    assert closest(["drusen."], labels) == [0]


@pytest.mark.parametrize(
    ("task", "error"),
    [
        ("vqa/en", "TypeError"),
        ("vqa/zh", "AttributeError"),
        ("region-to-text", "AttributeError"),
        ("classification/oct2017", "AttributeError"),
        ("report/en", "AttributeError"),
        ("report/zh", "TypeError"),
    ],
)
def test_no_answer_ends_the_run(task: str, error: str) -> None:
    rows = [{"pred_answer": "normal", "gt_answer": "normal"}, {"pred_answer": None, "gt_answer": "normal"}]
    printed = print_of(task, rows)
    assert set(printed.metrics.values()) == {None}
    assert error in printed.notes["*"]
    assert "record 2" in printed.notes["*"]

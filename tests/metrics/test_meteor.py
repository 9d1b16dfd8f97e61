"""METEOR against nltk's."""

import builtins
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics.meteor import meteor
from medgauge_metrics.tokenize import tokens

METEOR = meteor(match="exactstem")
WORDS = [
    *("no", "left", "lung", "lungs", "the", "nodule", "nodules", "nodular", "opacity", "opacities", "enlarged"),
    *(
        "enlarging",
        "is",
        "was",
        "12",
        "mm",
        "肺",
        "右",
        "结",
        "节",
        "happily",
        "yyy",
        "consolidations",
        "consolidation",
    ),
]


class NoWordNet:
    """Knows no synonyms: what nltk calls of a WordNet."""

    def synsets(self, word: str) -> Sequence[object]:
        return ()


def theirs(written: str, references: Sequence[str]) -> float:
    from nltk.translate.meteor_score import meteor_score

    return float(meteor_score([tokens(text) for text in references], tokens(written), wordnet=NoWordNet()))


texts = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
free = st.text(st.sampled_from("aeiouystlnd gbc") | st.characters(exclude_categories=[]), max_size=40)


@settings(max_examples=500, deadline=None)
@given(written=texts | free, references=st.lists(texts | free, min_size=1, max_size=3))
def test_it_is_nltks(written: str, references: list[str]) -> None:
    measured = METEOR.measure(said(written), Answer(text=references[0], texts=tuple(references[1:])))
    known = [text for text in references if tokens(text)]
    if known:
        assert measured == (pytest.approx(theirs(written, known), abs=1e-15), 1.0)
    else:
        assert measured is None


@pytest.mark.parametrize("field", ["zh", "en"])
def test_real_replies_are_scored_as_by_nltk(field: str, shared: Path) -> None:
    rows = json.loads((shared / "data/dermavqa_text/data/iiyi/test_ht.json").read_text(encoding="utf-8"))
    data = [(row["responses"][1][f"content_{field}"], row["responses"][0][f"content_{field}"]) for row in rows]
    expected = sum(theirs(written, [reference]) for written, reference in data) / len(data)
    assert value(METEOR, [(said(w), said(r)) for w, r in data]) == pytest.approx(expected, abs=1e-12)
    assert 0.05 < expected < 0.5


def test_the_published_example() -> None:
    """The example in nltk's documentation, which matches no synonyms."""
    written = "It is a guide to action which ensures that the military always obeys the commands of the party"
    reference = "It is a guide to action that ensures that the military will forever heed Party commands"
    assert value(METEOR, [(said(written), said(reference))]) == pytest.approx(0.6944, abs=5e-5)


def test_by_hand() -> None:
    """Two of three words match, one by its stem, in two pieces: precision 2/3, recall 2/2."""
    mean = (2 / 3) / (0.9 * 2 / 3 + 0.1)
    number = value(METEOR, [(said("small lungs nodule"), said("nodule lung"))])
    assert number == pytest.approx((1 - 0.5 * (2 / 2) ** 3) * mean, abs=1e-15)


def test_a_text_against_itself_is_not_1() -> None:
    assert value(METEOR, [(said("肺"), said("肺"))]) == 0.5
    assert value(METEOR, [(said("右肺结节"), said("右肺结节"))]) == 1 - 0.5 / 64


def test_the_best_reference_counts() -> None:
    target = Answer(text="heart", texts=("", "no nodules"))
    assert METEOR.measure(said("no nodule"), target) == METEOR.measure(said("no nodule"), said("no nodules"))


@settings(max_examples=100, deadline=None)
@given(data=st.lists(st.tuples(st.none() | texts | free, texts | free), max_size=6))
def test_many_at_once_are_measured_as_one_by_one(data: list[tuple[str | None, str]]) -> None:
    answers = [None if written is None else said(written) for written, _ in data]
    targets = [said(reference) for _, reference in data]
    expected = [METEOR.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    assert METEOR.measure_all(answers, targets) == expected


@pytest.mark.parametrize("piece", ["y", "a ", "肺", "alli", "no lungs ", "sses"])
def test_a_megabyte_is_measured(piece: str) -> None:
    assert METEOR.measure(said(piece * (1_000_000 // len(piece))), said("no lungs 肺")) is not None


def test_names() -> None:
    assert parse_metric("meteor(match=exactstem)") == METEOR
    assert METEOR.signature == (
        "meteor(match=exactstem)|tok:char.v1|stem:porter-nltk|alpha:0.9|beta:3|gamma:0.5|refs:best|agg:mean|v:1"
    )
    for name, message in (("meteor", "match"), ("meteor(match=java)", "exactstem or wordnet")):
        with pytest.raises(MedGaugeError, match=message):
            parse_metric(name)


class Lemma:
    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name


class SmallWordNet:
    """Two groups of synonyms in place of WordNet."""

    GROUPS = (("lump", "nodul", "nodule"), ("heart", "heart_muscle", "cardium"))

    def ensure_loaded(self) -> None:
        pass

    def get_version(self) -> str:
        return "3.0"

    def synsets(self, word: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(lemmas=lambda g=group: map(Lemma, g)) for group in self.GROUPS if word in group]


def test_synonyms_match_with_a_wordnet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nltk.corpus.wordnet", SmallWordNet())
    target = said("a nodule at the cardium")
    metric = parse_metric("meteor(match=wordnet)").prepare([target])
    assert "|wordnet:3.0|" in metric.signature
    assert value(metric, [(said("a lump at the heart"), target)]) == 1 - 0.5 * (1 / 5) ** 3
    assert value(METEOR, [(said("a lump at the heart"), target)]) == pytest.approx((1 - 0.5 * (2 / 3) ** 3) * 0.6)


def test_without_wordnet_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unprepared one says so too, and nothing is downloaded."""
    monkeypatch.setattr("nltk.data.path", ["/nowhere"])
    monkeypatch.setattr("nltk.download", lambda *_: pytest.fail("downloads"))
    metric = meteor(match="wordnet")
    assert "|wordnet:unread|" in metric.signature
    for act in (lambda: metric.prepare([]), lambda: metric.measure(None, said("lung"))):
        with pytest.raises(MedGaugeError, match=r"nltk\.downloader wordnet\) into one of /nowhere"):
            act()


@pytest.mark.parametrize("match", ["exactstem", "wordnet"])
def test_without_nltk_it_says_what_to_install(match: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_nltk(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "nltk":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_nltk)
    with pytest.raises(MedGaugeError, match=r"pip install 'medgauge\[meteor\]'"):
        meteor(match=match).prepare([])


def test_importing_it_imports_no_nltk() -> None:
    code = (
        "import medgauge_metrics.meteor as m, sys; m.meteor(match='exactstem').signature; print('nltk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_ten_thousand_reports_take_seconds() -> None:
    chosen = random.Random(0)
    reports = [said("".join(chosen.choices("双肺清晰未见明显异常结节影右下叶约，。", k=140))) for _ in range(20_000)]
    assert len(METEOR.measure_all(reports[::2], reports[1::2])) == 10_000

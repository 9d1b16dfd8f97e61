"""The numbers of clinical_lite against hand counts, what withholds them, and what their signatures say."""

import math

import numpy as np
import pytest

from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.types import Answer
from medgauge_metrics.clinical_lite.extract import findings
from medgauge_metrics.clinical_lite.lexicon import compile_lexicon, expand, signature
from medgauge_metrics.selftest.values import statistics, value


def said(text: str) -> Answer:
    return Answer(text=text)


HEADS = sorted(name for name in catalog("metrics").entries if name.startswith("clinical_lite_"))
GATED = [h for h in HEADS if h.removeprefix("clinical_lite_") not in ("measurement_f1", "coverage")]
REFERENCE = said("Left effusion of 12 mm. No pneumothorax. Possible pneumonia. Right nodule, 5 mm.")
BLANK = said("The catheter is in place.")


def number(of: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(f"clinical_lite_{of}"), pairs)


def answered(of: str, text: str) -> float:
    return number(of, (said(text), REFERENCE))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        # tuple F1, finding F1, flips, wrong sides, hallucinated, omitted
        ("Left effusion. No pneumothorax. Possible pneumonia. Right nodule.", (1, 1, 0, 0, 0, 0)),
        ("Right effusion. No pneumothorax. Possible pneumonia. Left nodule.", (4 / 8, 1, 0, 1, 0, 0)),
        ("No left effusion. Pneumothorax. Possible pneumonia. Right nodule.", (4 / 8, 4 / 8, 2 / 3, 0, 1 / 3, 1 / 2)),
        ("Left effusion. Fracture. Ascites.", (2 / 7, 2 / 7, 0, 0, 2 / 3, 1 / 2)),
        ("Effusion. Nodule.", (0, 4 / 6, 0, 0, 0, 0)),
        ("Possible left effusion. Pneumonia.", (0, 0, 0, 0, 0, 1 / 2)),
        ("Bilateral effusions.", (0, 2 / 5, 0, 1 / 2, 0, 1 / 2)),
        ("", (0, 0, 0, 0, 0, 1)),
    ],
)
def test_counts_by_hand(answer: str, expected: tuple[float, ...]) -> None:
    names = ("tuple_f1", "finding_f1", "polarity_flip_rate", "laterality_error_rate", "hallucination_rate",
             "omission_rate")  # fmt: skip
    assert [answered(name, answer) for name in names] == pytest.approx(expected)


def hedged() -> str:
    """A doubt about every finding of the lexicon."""
    import yaml

    from medgauge_metrics.clinical_lite import lexicon

    data = yaml.safe_load(lexicon._text())["findings"]
    return " ".join(f"Possible {expand(entry['en'][0])[0].strip()}." for entry in data.values())


def test_a_doubt_about_everything_is_invented() -> None:
    """Two of sixty and more findings are affirmed, and one is doubted: all else is made up."""
    answer = findings(hedged())
    assert {f.polarity for f in answer} == {"?"}
    assert len(answer) > 60
    assert answered("hallucination_rate", hedged()) == pytest.approx((len(answer) - 3) / len(answer))
    assert answered("hallucination_rate", hedged()) > 0.8
    assert number("hallucination_rate", (said("Possible fracture."), said("No fracture."))) == 1
    assert number("hallucination_rate", (said("Possible fracture."), said("Fracture."))) == 0


@pytest.mark.parametrize(
    ("answer", "target", "flips", "omitted"),
    [
        ("Pneumonia. No pneumonia.", "Pneumonia.", 1, 1),
        ("Pneumonia. No pneumonia.", "No pneumonia.", 1, math.nan),
        ("Pneumonia. No pneumonia.", "Pneumonia. No pneumonia.", 0, 0),
        ("Pneumonia.", "Pneumonia. No pneumonia.", 1 / 2, 0),
        ("Possible pneumonia. No pneumonia.", "Pneumonia.", 1, 1),
        # one side and the other are no contradiction
        ("Left effusion. No right effusion.", "Left effusion.", 0, 0),
        ("Left effusion. No right effusion.", "Effusion.", 0, 0),
        ("Left effusion. No right effusion.", "Left effusion. No right effusion.", 0, 0),
        ("Left effusion. No right effusion.", "No effusion.", 1, math.nan),
        ("Left effusion. No effusion.", "Left effusion.", 1, 1),
        ("Bilateral effusions. No left effusion.", "Bilateral effusions.", 1, 1),
    ],
)
def test_both_yes_and_no_is_neither(answer: str, target: str, flips: float, omitted: float) -> None:
    pair = (said(answer), said(target))
    numbers = [number("polarity_flip_rate", pair), number("omission_rate", pair)]
    assert numbers == pytest.approx([flips, omitted], nan_ok=True)


def test_counts_are_pooled_over_reports() -> None:
    one = (said("Left effusion."), REFERENCE)
    other = (said("Cardiomegaly. Right nodule."), said("Right nodule. Ascites. No fracture."))
    assert number("tuple_f1", one, other) == pytest.approx(2 * (1 + 1) / (1 + 4 + 2 + 3))
    assert number("omission_rate", one, other) == pytest.approx((1 + 1) / (2 + 2))


def test_sizes_by_hand() -> None:
    assert answered("measurement_f1", "13 mm and 4 mm") == 1
    assert answered("measurement_f1", "1.2 cm, 30 mm, 40 mm") == pytest.approx(2 / 5)
    assert answered("measurement_f1", "") == 0
    assert math.isnan(number("measurement_f1", (said("5 mm"), BLANK)))


@pytest.mark.parametrize("head", GATED)
def test_a_number_is_withheld_where_the_lexicon_reads_too_little(head: str) -> None:
    """Half of the references suffice; whoever answers, the same numbers are withheld."""
    metric = parse_metric(head)
    covered, blank = (REFERENCE, REFERENCE), (BLANK, BLANK)
    for answer in (None, REFERENCE, said("Fracture.")):
        pairs = [(answer, target) for _, target in (covered, blank, blank)]
        assert math.isnan(value(metric, pairs))
        assert not math.isnan(value(metric, pairs[:2]))
    prepared = statistics(metric, [covered, blank, blank])
    numbers = metric.reduce(prepared, np.array([[2.0, 1, 1], [1, 1, 1], [0, 0, 0], [1, 1, 0]]))[""]
    assert np.isnan(numbers).tolist() == [False, True, True, False]


def test_coverage_is_the_share_of_references_with_a_finding() -> None:
    pairs = [(None, REFERENCE), (said("Effusion."), BLANK), (None, said("No fracture.")), (None, Answer())]
    assert number("coverage", *pairs) == pytest.approx(2 / 3)


@pytest.mark.parametrize("head", HEADS)
def test_a_reference_without_words_is_undefined(head: str) -> None:
    metric = parse_metric(head)
    for target in (Answer(), said(" \n")):
        assert metric.measure(None, target) is None
        assert metric.measure(REFERENCE, target) is None


@pytest.mark.parametrize("head", HEADS)
def test_the_signature_says_that_it_is_unvalidated_and_by_which_lexicon(head: str) -> None:
    metric = parse_metric(head)
    parts = metric.signature.split("|")
    assert parts[:3] == [head, "unvalidated", signature()]
    assert ("withheld:coverage<0.5" in parts) == (head in GATED)
    factory = catalog("metrics").load(head)
    assert "nvalidated" in (factory.__doc__ or "")
    assert "chexbert" not in str(factory.__doc__).lower()


def test_another_lexicon_is_another_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    from medgauge_metrics.clinical_lite import lexicon

    before = signature()
    text = lexicon._text()
    monkeypatch.setattr(lexicon, "_text", lambda: text + "\n")
    assert signature.__wrapped__() != before


@pytest.mark.parametrize("rule", ["extract.py", "laterality.py", "polarity.py", "reading.py", "measurements.py"])
def test_other_rules_are_another_signature(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from medgauge_metrics.clinical_lite import rules

    sized = rule == "measurements.py"
    made = rules.sizes if sized else rules.scope
    before, read = made(), rules._source
    assert f"|{before}|" in parse_metric(f"clinical_lite_{'measurement_f1' if sized else 'tuple_f1'}").signature
    monkeypatch.setattr(rules, "_source", lambda name: read(name) + ("pass" if name == rule else ""))
    assert made.__wrapped__() != before


def test_two_meanings_of_the_same_words_are_refused() -> None:
    import yaml

    from medgauge.errors import MedGaugeError
    from medgauge_metrics.clinical_lite import lexicon

    data = yaml.safe_load(lexicon._text())
    compile_lexicon(data)
    for change, said_ in (
        ({"version": 99}, "version 99"),
        ({"inert": {"en": ["pneumothorax"], "zh": []}}, "pneumothorax"),
        ({"inert": {"en": ["(a|(b|c)) d"], "zh": []}}, "brackets"),
        ({"inert": {"en": ["::"], "zh": []}}, "no word"),
    ):
        with pytest.raises(MedGaugeError, match=said_):
            compile_lexicon(data | change)


def test_every_finding_has_words_in_both_languages_and_every_state_leads_to_findings() -> None:
    import yaml

    from medgauge_metrics.clinical_lite import lexicon

    data = yaml.safe_load(lexicon._text())
    assert len(data["findings"]) >= 40
    assert all(entry["en"] and entry["zh"] for entry in data["findings"].values())
    for state in data["states"].values():
        assert set(state["at"]) <= set(data["places"])
        assert {*state["at"].values(), *filter(None, [state.get("otherwise")])} <= set(data["findings"])

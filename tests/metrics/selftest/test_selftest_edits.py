"""Edits of synthetic reports: what they do is what the table says, on reports that say what they were made to say."""

import pytest

from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.types import Language
from medgauge_metrics.clinical_lite.extract import Finding, findings
from medgauge_metrics.clinical_lite.measurements import sizes
from medgauge_metrics.selftest.instances import our_heads
from medgauge_metrics.selftest.metamorphic import EXPECTED, LANGUAGES, SEED, effect_of, metamorphic
from medgauge_metrics.selftest.reports import EDITS, Edit, Report, edited, make_reports, text_of
from medgauge_metrics.selftest.suite import head_of

COUNT = 100
REPORTS = make_reports(COUNT, SEED + 1)
NAMES = (
    *("pleural_effusion", "pneumothorax", "consolidation", "atelectasis", "nodule", "mass", "fracture", "kidney_stone"),
    *("cyst", "hydronephrosis", "cardiomegaly", "ascites", "splenomegaly", "pneumoperitoneum"),
)


@pytest.mark.parametrize("head", sorted(EXPECTED))
def test_an_edit_does_to_a_metric_what_the_table_says(head: str) -> None:
    rows = list(metamorphic(parse_metric, [head], COUNT))
    assert [row for row in rows if row.outcome != "pass"] == []
    assert len(rows) == len(LANGUAGES) * sum(effect is not None for effect in EXPECTED[head].values())


def test_the_table_covers_the_report_family_and_all_of_clinical_lite() -> None:
    family = catalog("families").load("report")
    assert {head_of(name) for name in family.metrics({})} <= set(EXPECTED)
    assert {head for head in our_heads() if head.startswith("clinical_lite")} <= set(EXPECTED)
    assert set(EXPECTED) <= set(our_heads())


@pytest.mark.parametrize("edit", [None, *EDITS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reports_say_what_they_were_made_to_say(language: Language, edit: Edit | None) -> None:
    """The other way to the tuples: from the statements, before they became words."""
    for report in REPORTS if edit is None else edited(REPORTS, edit, 3):
        text = text_of(report, language)
        assert findings(text) == truth(report)
        assert sizes(text) == {tuple(sorted(map(float, s.size), reverse=True)) for s in report if s.size}


def truth(report: Report) -> set[Finding]:
    return {Finding(NAMES[s.what], "+" if s.present else "-", s.side or "none") for s in report}


def test_an_edit_changes_what_it_says_and_nothing_else() -> None:
    assert edited(REPORTS, "another", 1)[-1] == REPORTS[0]
    for edit in EDITS:
        for before, after in zip(REPORTS, edited(REPORTS, edit, 1), strict=True):
            pairs = list(zip(before, after, strict=False))
            if edit == "shuffle":
                assert sorted(map(str, before)) == sorted(map(str, after))
            elif edit == "half":
                assert after == before[::2]
            elif edit != "another":
                fields = {"negations": "present", "sides": "side", "sizes": "size"}
                changed = {name for a, b in pairs for name in fields.values() if getattr(a, name) != getattr(b, name)}
                assert changed <= {fields[edit]}
                assert all((a.what, a.tail) == (b.what, b.tail) for a, b in pairs)


def test_reports_follow_from_the_seed() -> None:
    assert make_reports(5, 1) == make_reports(5, 1) != make_reports(5, 2)
    assert edited(REPORTS, "shuffle", 1) == edited(REPORTS, "shuffle", 1) != REPORTS


@pytest.mark.parametrize(
    ("metric", "right", "after", "effect"),
    [
        ("bleu4", 1.0, 1.0, "unchanged"),
        ("bleu4", 1.0, 0.95, "blind"),
        ("bleu4", 1.0, 0.89, "drops"),
        ("bleu4", 0.5, 0.46, "blind"),
        ("bleu4", 0.5, 0.44, "drops"),
        ("bleu4", 0.5, 0.6, "no loss: 0.500000 became 0.600000"),
        ("clinical_lite_omission_rate", 0.0, 0.05, "blind"),
        ("clinical_lite_omission_rate", 0.0, 0.3, "drops"),
        ("clinical_lite_omission_rate", 0.3, 0.0, "no loss: 0.300000 became 0.000000"),
        ("clinical_lite_coverage", 0.5, 0.9, "drops"),
        ("clinical_lite_coverage", 0.5, 0.1, "drops"),
    ],
)
def test_what_an_effect_is(metric: str, right: float, after: float, effect: str) -> None:
    assert effect_of(parse_metric(metric), right, after) == effect


def test_a_number_that_is_undefined_is_no_effect() -> None:
    assert effect_of(parse_metric("bleu4"), 1.0, float("nan")).startswith("no loss")

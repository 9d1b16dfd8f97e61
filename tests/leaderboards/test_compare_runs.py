"""Two runs side by side: what is computed, what comes first, and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from made_runs import Item, card, edit, write_run

from medgauge.codec import dumps, plain
from medgauge.errors import MedGaugeError, NotComparable
from medgauge.metrics import parse_metric
from medgauge.paired import RESAMPLES
from medgauge.significance import mcnemar
from medgauge.stats import paired_difference
from medgauge.tasks import Card
from medgauge.types import Answer, Media, Sample
from medgauge_leaderboards.compare import Asked
from medgauge_leaderboards.compare import compare as judged
from medgauge_leaderboards.site.runs import cells, read_run


def compare(base: Path, candidate: Path, metrics: Sequence[str] = (), **asked: Any) -> dict[str, Any]:
    """The document as plain data."""
    return plain(judged(Asked(base=str(base), candidate=candidate, metrics=tuple(metrics), **asked)))


VQA = card("made-vqa", "vqa", "exact_match", languages=("en", "zh"))
REPORT = card("made-report", "report", "rouge_l")


def items(made: Card, texts: Sequence[str], right: str = "clear lungs", per_group: int = 2) -> list[Item]:
    """What one model says, in each language of the card; `per_group` samples share a picture."""
    return [
        Item(
            sample=Sample(
                id=str(i),
                task=made.name,
                language=language,
                question="what is seen?",
                media=(Media(path=f"{i // per_group}.png", sha256=f"{i // per_group:064}", size=(8, 8)),),
                target=Answer(text=right),
                group=f"g{i // per_group:02}",
            ),
            text=text,
            answer=Answer(text=text),
        )
        for language in made.languages
        for i, text in enumerate(texts)
    ]


def run(folder: Path, model: str, *texts: tuple[Card, Sequence[str]], metrics: Sequence[str] = (), **how: Any) -> Path:
    per_group, right = how.pop("per_group", 2), how.pop("right", "clear lungs")
    parts = [(made, items(made, said, right, per_group)) for made, said in texts]
    return write_run(folder / model, model, parts, metrics, **how)


WORSE = ["clear lungs", "wrong", "wrong", "clear", "wrong"] * 8
BETTER = ["clear lungs", "clear lungs", "wrong", "clear lungs", "wrong"] * 8


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    both = ((VQA, WORSE), (REPORT, WORSE)), ((VQA, BETTER), (REPORT, BETTER))
    metrics = ("token_f1", "length_ratio")
    return run(tmp_path, "a", *both[0], metrics=metrics), run(tmp_path, "b", *both[1], metrics=metrics)


def row_of(made: dict[str, Any], key: str, metric: str) -> dict[str, Any]:
    (row,) = [row for row in made["rows"] if (row["key"], row["metric"]) == (key, metric)]
    return dict(row)


def test_a_row_holds_the_paired_difference_its_test_and_its_counts(pair: tuple[Path, Path]) -> None:
    made = compare(*pair)
    row = row_of(made, "made-vqa/zh", "exact_match")
    assert (row["base"], row["candidate"]) == (0.2, 0.6)
    assert row["difference"]["value"] == pytest.approx(0.4)
    assert row["discordant"] == {
        "base_only": 0,
        "candidate_only": 16,
        "mcnemar_p": pytest.approx(mcnemar(0, 16), abs=1e-15),
        "descriptive": True,
    }
    sides = [next(c for c in cells(read_run(path)) if c.key == "made-vqa/zh") for path in pair]
    metric = parse_metric("exact_match")
    wanted = paired_difference(metric, sides[1].scores(), sides[0].scores(), RESAMPLES)
    assert (row["difference"]["low"], row["difference"]["high"]) == (wanted.low, wanted.high)
    assert (wanted.n, wanted.n_groups) == (40, 20)
    assert row["test"] == "sign-flip"
    assert row["p"] < 0.001
    assert row["mde"] > 0
    assert dumps(made)


def test_a_ratio_is_tested_by_swaps_and_has_no_discordant_samples(pair: tuple[Path, Path]) -> None:
    row = row_of(compare(*pair), "made-vqa/en", "length_ratio")
    assert (row["test"], row["discordant"], row["design_effect"]) == ("swap", None, None)
    assert row["higher_is_better"] is None
    assert row["mde"] == pytest.approx(2.8015852 * row["difference"]["se"], rel=1e-6)


def test_one_question_a_group_makes_mcnemar_a_test(tmp_path: Path) -> None:
    a, b = (run(tmp_path, name, (REPORT, said), metrics=("exact_match",), per_group=1) for name, said in
            (("a", WORSE), ("b", BETTER)))  # fmt: skip
    row = row_of(compare(a, b), "made-report", "exact_match")
    assert not row["discordant"]["descriptive"]
    assert row["design_effect"] == pytest.approx(1.0, abs=1e-9)


def test_primary_metrics_come_first_and_are_adjusted_together(pair: tuple[Path, Path]) -> None:
    rows = compare(*pair)["rows"]
    assert [row["primary"] for row in rows[:3]] == [True] * 3
    assert next(row["metric"] for row in rows if row["key"] == "made-vqa/en") == "exact_match"
    assert next(row["metric"] for row in rows if row["key"] == "made-report") == "rouge_l"
    first = [row for row in rows if row["primary"]]
    assert {row["key"] for row in first} == {"made-vqa/en", "made-vqa/zh", "made-report"}
    assert max(row["p_adjusted"] for row in first) == pytest.approx(3 * min(row["p"] for row in first))
    assert all(row["p_adjusted"] is None for row in rows if not row["primary"])


def test_a_run_against_itself(pair: tuple[Path, Path]) -> None:
    for row in compare(pair[0], pair[0])["rows"]:
        assert (row["difference"]["value"], row["p"]) == (0.0, 1.0)


def test_the_other_way_round_only_signs_change(pair: tuple[Path, Path]) -> None:
    there, back = (
        sorted(made["rows"], key=lambda row: (row["key"], row["metric"]))
        for made in (compare(*pair), compare(*reversed(pair)))
    )
    for one, other in zip(there, back, strict=True):
        assert one["p"] == other["p"]
        assert one["difference"]["value"] == pytest.approx(-other["difference"]["value"])
        assert one["difference"]["low"] == pytest.approx(-other["difference"]["high"], abs=1e-9)


def test_settings_that_differ_are_named_and_do_not_refuse(pair: tuple[Path, Path]) -> None:
    made = compare(*pair)
    assert {entry["field"] for entry in made["differing_settings"]} == {"model.name", "model.spec"}
    assert (made["base"]["model"], made["candidate"]["model"]) == ("a", "b")


def test_what_one_run_alone_has_is_named(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    other = run(tmp_path, "c", (VQA, BETTER), metrics=("token_f1",))
    with pytest.raises(NotComparable, match=r"made-report: in the base, and the candidate has not run it .*--varying"):
        compare(pair[0], other)
    made = compare(pair[0], other, varying=("tasks",))
    assert {"task": "made-report", "metric": None, "only_in": "base"} in made["not_compared"]
    assert {"task": "made-vqa/en", "metric": "length_ratio", "only_in": "base"} in made["not_compared"]
    with pytest.raises(NotComparable, match="share no task"):
        compare(run(tmp_path, "d", (REPORT, BETTER)), other)


def test_metrics_are_chosen_by_name(pair: tuple[Path, Path]) -> None:
    made = compare(*pair, metrics=("token_f1", "exact_match"))
    assert [(row["key"], row["metric"]) for row in made["rows"]] == [
        ("made-report", "rouge_l"),
        ("made-vqa/en", "exact_match"),
        ("made-vqa/zh", "exact_match"),
        ("made-report", "token_f1"),
        ("made-vqa/en", "token_f1"),
        ("made-vqa/zh", "token_f1"),
    ]
    with pytest.raises(MedGaugeError, match="'exact_mtach': not on both sides; they share exact_match, length_ratio"):
        compare(*pair, metrics=("exact_mtach",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("what is seen?", "what is this?", "made-report question: 40 samples, '0' first: 'what is seen?' in the base"),
        ('"text": "clear lungs"', '"text": "clear"', "made-vqa/en target.text: 40 samples"),
        ('"group": "g03"', '"group": "g04"', "made-vqa/zh group: 2 samples, '6' first: 'g03' in the base"),
        (f"{7:064}", f"{99:064}", "made-report media.0.sha256: 2 samples, '14' first"),
        ('"id": "39"', '"id": "40"', "made-report samples: 1 in the candidate alone, '40' first"),
    ],
)
def test_other_samples_are_refused_by_field(pair: tuple[Path, Path], old: str, new: str, said: str) -> None:
    edit(pair[1], "samples.jsonl", lambda text: _changed(text, old, new))
    if old == '"id": "39"':
        edit(pair[1], "scores.jsonl", lambda text: _changed(text, old, new))
    with pytest.raises(NotComparable, match="are not comparable") as raised:
        compare(*pair)
    assert said in str(raised.value)


def test_tags_and_paths_are_no_part_of_a_sample(pair: tuple[Path, Path]) -> None:
    edit(pair[1], "samples.jsonl", lambda text: _changed(text, '"path": "1.png"', '"path": "elsewhere/1.png"'))
    assert compare(*pair)["rows"]


def test_metrics_made_otherwise_are_refused(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    signed = {"exact_match": "exact_match|older"}
    other = run(tmp_path, "c", (VQA, BETTER), metrics=("token_f1",), resign=signed)
    with pytest.raises(
        NotComparable, match=r"made-vqa/en signature of exact_match: .* in the base, exact_match\|older"
    ):
        compare(pair[0], other)
    with pytest.raises(MedGaugeError, match=r"exact_match was made as .*older, this code makes .* makes it anew"):
        compare(other, other)


def test_another_version_or_primary_metric_is_refused(tmp_path: Path) -> None:
    base = run(tmp_path, "a", (REPORT, WORSE), metrics=("token_f1",))
    newer = card("made-report", "report", "token_f1", version=2)
    with pytest.raises(NotComparable) as raised:
        compare(base, run(tmp_path, "b", (newer, BETTER), metrics=("rouge_l",)))
    assert "made-report version: 1 in the base, 2 in the candidate" in str(raised.value)
    assert "made-report primary: rouge_l in the base, token_f1 in the candidate" in str(raised.value)


def test_files_changed_by_hand_are_refused(pair: tuple[Path, Path]) -> None:
    scores = pair[1] / "scores.jsonl"
    scores.write_text(scores.read_text("utf-8").replace("0.0", "1.0"), "utf-8")
    with pytest.raises(MedGaugeError, match=r"scores.jsonl changed since"):
        compare(*pair)


def _changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_what_is_shown_does_not_change_what_is_corrected_for(pair: tuple[Path, Path]) -> None:
    def adjusted(*metrics: str) -> dict[str, float]:
        rows = compare(*pair, metrics)["rows"]
        return {f"{row['key']} {row['metric']}": row["p_adjusted"] for row in rows if row["metric"] == "rouge_l"}

    assert adjusted("rouge_l") == adjusted()
    shown = compare(*pair, ("token_f1",))["rows"]
    assert {row["metric"] for row in shown if not row["gate"]} == {"token_f1"}
    assert {row["metric"] for row in shown if row["gate"]} == {"exact_match", "rouge_l"}, "gates are never hidden"


def test_both_sides_say_what_became_of_their_samples(pair: tuple[Path, Path]) -> None:
    made = compare(*pair)
    assert made["base"]["status"]["made-report"] == {
        "scored": 40,
        "no_answer": 0,
        "refused": 0,
        "failed": 0,
        "truncated": 0,
    }
    assert set(made["base"]["status"]) == {row["key"] for row in made["rows"]}

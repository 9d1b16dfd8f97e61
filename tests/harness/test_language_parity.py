"""Chinese minus English on the same items, each side by its own metric."""

from dataclasses import replace

import numpy as np
import pytest
from made import card
from made_metrics import Mean, hits

from medgauge.codec import dumps
from medgauge.parity import Judged, parities, parity
from medgauge.results import whole_results
from medgauge.types import Key, Language, Score

CARD = card(languages=("en", "zh"), primary="mean")


def judged(language: Language, values: list[float | None], *metrics: Mean, task: str = "made") -> Judged:
    """A score a value; every second one opens a new group; None is undefined."""
    made = hits([f"g{i // 2:02}" for i in range(len(values))], [v or 0.0 for v in values])
    scores = [
        replace(
            score,
            key=Key(task=task, id=score.key.id, language=language),
            stats={m.name: None if value is None else (value, 1.0) for m in metrics},
        )
        for score, value in zip(made, values, strict=True)
    ]
    return Judged(card=replace(CARD, name=task), language=language, scores=scores, metrics=metrics)


def test_the_difference_is_of_means_over_the_same_items_with_a_paired_interval() -> None:
    generator = np.random.default_rng(1)
    common = generator.normal(0.5, 0.3, 60)
    zh = judged("zh", (common - 0.1 + generator.normal(0, 0.01, 60)).tolist(), Mean())
    en = judged("en", common.tolist(), Mean())
    made = parity(zh, en)["mean"]
    assert made["value"] == pytest.approx(-0.1, abs=0.01)
    assert made["low"] < made["value"] < made["high"] < 0
    assert made["high"] - made["low"] < 0.02, "the items are paired: what they share is no error"
    assert (made["n"], made["n_groups"], made["n_unpaired"]) == (60, 30, {"zh": 0, "en": 0})
    back = parity(en, zh)["mean"]
    assert back["value"] == pytest.approx(-made["value"])


def test_items_without_a_partner_are_counted_and_stay_out() -> None:
    zh, en = judged("zh", [1.0] * 40, Mean()), judged("en", [0.5] * 40, Mean())
    made = parity(replace(zh, scores=zh.scores[6:]), replace(en, scores=en.scores[:-4]))["mean"]
    assert (made["n"], made["value"], made["n_unpaired"]) == (30, 0.5, {"zh": 4, "en": 6})
    moved = [replace(score, group="elsewhere") for score in en.scores[:3]]
    made = parity(zh, replace(en, scores=[*moved, *en.scores[3:]]))["mean"]
    assert (made["n"], made["n_unpaired"]) == (37, {"zh": 3, "en": 3})


def test_a_pair_counts_where_the_metric_is_defined_in_both() -> None:
    zh = judged("zh", [None, None, *[1.0] * 38], Mean())
    en = judged("en", [0.0] * 37 + [None] * 3, Mean())
    made = parity(zh, en)["mean"]
    assert (made["n"], made["n_undefined"], made["value"]) == (40, 5, 1.0)


def test_each_side_has_its_own_metric_and_both_signatures_are_kept() -> None:
    zh = judged("zh", [1.0] * 40, Mean(signature="mean|labels:zh"), Mean(name="only_zh"))
    en = judged("en", [0.0] * 40, Mean(signature="mean|labels:en"))
    made = parity(zh, en)
    assert list(made) == ["mean"]
    assert made["mean"]["signatures"] == {"zh": "mean|labels:zh", "en": "mean|labels:en"}


def test_only_tasks_in_both_languages_have_one() -> None:
    both = [judged("en", [1.0] * 20, Mean()), judged("zh", [1.0] * 20, Mean())]
    alone = judged("en", [1.0] * 20, Mean(), task="alone")
    assert list(parities([*both, alone])) == ["made"]
    apart = replace(both[1], scores=[_renamed(score) for score in both[1].scores])
    assert parities([both[0], apart]) == {}


def test_results_hold_how_intervals_are_made_and_parity_of_what_there_is() -> None:
    parts = [judged("en", [1.0, 0.0] * 20, Mean()), judged("zh", [1.0] * 40, Mean(higher_is_better=None))]
    whole = whole_results(parts)
    assert list(whole) == ["schema_version", "intervals", "tasks", "parity"]
    assert list(whole["tasks"]) == ["made/en", "made/zh"]
    assert whole["intervals"].startswith("bootstrap|by:group|resamples:2000|seed:")
    assert whole["parity"]["made"]["mean"]["value"] == 0.5
    assert whole["tasks"]["made/zh"]["metrics"]["mean"]["higher_is_better"] is None
    assert dumps(whole)
    assert whole_results(parts[:1])["parity"] == {}


def _renamed(score: Score) -> Score:
    return replace(score, key=replace(score.key, id=f"other-{score.key.id}"))

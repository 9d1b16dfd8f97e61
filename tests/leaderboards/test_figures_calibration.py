"""Calibration: bins, expected calibration error and intervals against their definitions; what is no probability."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_figures import CHOICES, LABELS, N, site_of, write_scored, xs, ys

from medgauge.types import Answer
from medgauge_leaderboards.figures.calibration import calibration_plots
from medgauge_leaderboards.figures.drawing import Drawing, Skipped, style
from medgauge_leaderboards.figures.evidence import NO_SCORES, evidence
from medgauge_leaderboards.figures.lettering import lettering
from medgauge_leaderboards.figures.reliability import (
    BINS,
    FEWEST,
    Event,
    Reliability,
    events_of_choice,
    events_of_labels,
    reliability,
)


def events(pairs: list[tuple[float, bool]], size: int = 1) -> list[Event]:
    """Groups of `size` events."""
    return [Event(probability=p, right=right, group=f"g{i // size}") for i, (p, right) in enumerate(pairs)]


def test_expected_calibration_error_by_hand() -> None:
    # 20 at 0.3 of which 10 are right, 20 at 0.9 of which 16 are: (20 * |0.5 - 0.3| + 20 * |0.8 - 0.9|) / 40.
    pairs = [(0.3, i < 10) for i in range(20)] + [(0.9, i < 16) for i in range(20)]
    made = reliability(events(pairs), samples=40, without=3)
    assert made.ece == pytest.approx(0.15, abs=1e-12)
    assert [(one.n, one.right) for one in made.bins] == [(20, 0.5), (20, 0.8)]
    assert [one.probability for one in made.bins] == pytest.approx([0.3, 0.9])
    assert (made.samples, made.without, made.events) == (40, 3, 40)


@given(
    st.lists(
        st.tuples(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), st.booleans()),
        min_size=1,
        max_size=400,
    )
)
def test_bins_hold_every_event_once_and_equal_probabilities_together(pairs: list[tuple[float, bool]]) -> None:
    made = reliability(events(pairs), samples=len(pairs), without=0)
    assert sum(one.n for one in made.bins) == len(pairs)
    assert len(made.bins) <= max(1, min(BINS, len(pairs) // FEWEST))
    ordered, start, error = sorted(pairs), 0, 0.0
    for one in made.bins:
        own = ordered[start : start + one.n]
        start += one.n
        # As all events of a bin are neighbours, equal probabilities are together where the next bin begins higher.
        assert start == len(pairs) or ordered[start][0] > own[-1][0]
        share, mean = np.mean([right for _, right in own]), np.mean([p for p, _ in own])
        assert (one.right, one.probability) == pytest.approx((share, mean), abs=1e-12)
        error += len(own) / len(pairs) * abs(share - mean)
        if one.low is not None and one.high is not None:
            assert 0 <= one.low <= one.right <= one.high <= 1
    assert made.ece == pytest.approx(error, abs=1e-12)


def test_bins_of_different_probabilities_have_equal_counts() -> None:
    made = reliability(events([(i / 1000, i % 2 == 0) for i in range(1000)]), samples=1000, without=0)
    assert [one.n for one in made.bins] == [100] * BINS


def test_intervals_are_those_of_wilson_over_groups() -> None:
    from scipy.stats import binomtest

    every = reliability(events([(0.9, True)] * 20), samples=20, without=0).bins[0]
    expected = binomtest(20, 20).proportion_ci(method="wilson")
    assert (every.low, every.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    pairs = [(0.9, i % 8 < 4) for i in range(80)]
    alone = reliability(events(pairs), samples=80, without=0).bins[0]
    grouped = reliability(events(pairs, size=4), samples=80, without=0).bins[0]
    few = reliability(events(pairs, size=10), samples=80, without=0).bins[0]
    assert alone.low is not None
    assert alone.high is not None
    assert grouped.low is not None
    assert grouped.high is not None
    # Four alike count as one.
    assert grouped.high - grouped.low > 1.7 * (alone.high - alone.low)
    assert (few.low, few.high) == (None, None)


TARGET = Answer(text="yes", choice=0)


def said(scores: dict[str, float], text: str = "yes", choice: int | None = 0) -> Answer:
    return Answer(text=text, choice=choice, scores=scores)


def test_an_event_of_a_choice_is_the_option_that_was_answered() -> None:
    (one,) = events_of_choice(said({"yes": 0.7, "no": 0.3}), TARGET, "g")
    assert one == Event(probability=0.7, right=True, group="g")
    (two,) = events_of_choice(said({"yes": 0.7, "no": 0.3}, "no", 1), TARGET, "g")
    assert two == Event(probability=0.3, right=False, group="g")
    assert events_of_choice(said({"yes": 0.7, "no": 0.3}, "perhaps", None), TARGET, "g") == []


def test_what_is_no_probability_is_refused() -> None:
    outside = "scores outside 0 to 1 are no probabilities"
    for value in (-0.5, 1.5, float("nan")):
        assert events_of_choice(said({"yes": value, "no": 0.5}), TARGET, "g") == outside
        assert events_of_labels(Answer(scores={"a": value}), Answer(labels=("a",)), "g") == outside
    assert "do not add up to 1" in str(events_of_choice(said({"yes": 0.7, "no": 0.7}), TARGET, "g"))


def test_every_label_is_an_event() -> None:
    made = events_of_labels(Answer(scores={"b": 0.2, "a": 0.9}), Answer(labels=("a",)), "g")
    assert made == [Event(probability=0.9, right=True, group="g"), Event(probability=0.2, right=False, group="g")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("calibration")
    return [
        write_scored(folder / kind, f"acme/{kind}", 0.8, seed=1, kind=kind, cards=[CHOICES, LABELS])
        for kind in ("probability", "log-odds", "none")
    ]


def test_who_has_probabilities_is_drawn_and_who_has_not_is_said(runs: list[Path]) -> None:
    site = site_of(runs)
    found = {id(run): evidence(run) for run in site.runs}
    letters = lettering([])
    with style(letters):
        choice, labels = calibration_plots(site, letters, found)
    assert isinstance(choice, Drawing)
    assert isinstance(labels, Drawing)
    assert choice.left_out == (
        "acme/log-odds: scores outside 0 to 1 are no probabilities",
        f"acme/none: {NO_SCORES}",
        "acme/probability: samples without a probability of what was answered (3)",
    )
    assert choice.n == (N - 3, N - 3)
    assert "ECE is the mean over events" in choice.caption
    own = next(found[id(run)].calibration for run in site.runs if run.spec.model.name == "acme/probability")
    for board, made in (("scored-choice", choice), ("scored-labels", labels)):
        (axes,) = made.figure.axes
        one = own[board]
        assert isinstance(one, Reliability)
        points = [(xs(line)[0], ys(line)[0]) for line in axes.lines if len(xs(line)) == 1]
        assert points == [(b.probability, b.right) for b in one.bins]
        assert axes.texts[0].get_text() == f"ECE {one.ece:.3f}\nn = {one.samples}"
    assert isinstance(own["scored-labels"], Reliability)
    assert own["scored-labels"].events == 3 * N


def test_a_board_without_probabilities_is_skipped_with_the_reasons(runs: list[Path]) -> None:
    site = site_of(runs[1:])
    letters = lettering([])
    with style(letters):
        made = list(calibration_plots(site, letters, {id(run): evidence(run) for run in site.runs}))
    why = f"acme/log-odds: scores outside 0 to 1 are no probabilities; acme/none: {NO_SCORES}"
    assert made == [
        Skipped(title="Calibration, scored-choice", why=why),
        Skipped(title="Calibration, scored-labels", why=why),
    ]

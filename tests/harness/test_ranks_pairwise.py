"""Rank sets of all pairs at once: do they hold the true ranks, and do they find what differs?"""

import numpy as np
import pytest
from made_metrics import Mean
from scipy import stats as scipy_stats

from medgauge.pairwise import Pairwise, pairwise
from medgauge.protocols import Statistics
from medgauge.ranks import rank_sets, significantly_better
from medgauge.types import FloatArray

PROPORTION = Mean(name="right", proportion=True)


def answers(generator: np.random.Generator, true: FloatArray, groups: int, size: int = 2) -> list[list[Statistics]]:
    """Right and wrong answers of models with these chances, over clustered samples that are as hard for all."""
    hard = generator.normal(0, 0.8, (groups, 1)) + generator.normal(0, 0.8, (groups, size))
    level = scipy_stats.norm.ppf(true) * np.sqrt(1 + 2 * 0.8**2)
    right = generator.normal(size=(len(true), groups, size)) + hard < level[:, None, None]
    owner = np.repeat(np.arange(groups), size)
    rows = [np.stack([one.ravel().astype(float), np.ones(groups * size)], axis=1) for one in right]
    return [[Statistics(values=one, owner=owner, units=groups)] for one in rows]


def covered(made: Pairwise, true: FloatArray) -> bool:
    """Whether all rank sets hold all ranks that their model may truly have."""
    best = 1 + (true > true[:, None]).sum(axis=1)
    worst = len(true) - (true < true[:, None]).sum(axis=1)
    found = rank_sets(made.difference, made.p)
    return all(r.best <= b and r.worst >= w for r, b, w in zip(found, best, worst, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.03])
@pytest.mark.parametrize(("models", "reps"), [(6, 400), (40, 150)])
def test_rank_sets_hold_all_true_ranks_at_once(models: int, reps: int, gap: float) -> None:
    """Pairs of equal models, `gap` apart; with 40 models it is the bound that decides."""
    generator = np.random.default_rng(7)
    true = np.linspace(0.0, gap * models / 2, models // 2).repeat(2) * min(1, 12 / models) + 0.5
    found = [pairwise(PROPORTION, answers(generator, true, 200), np.full(200, 2.0), 400, 20) for _ in range(reps)]
    share = np.mean([covered(made, true) for made in found])
    width = np.mean([r.worst - r.best + 1 for made in found for r in rank_sets(made.difference, made.p)])
    print(f"{models} models, gap {gap}: simultaneous coverage {share:.3f}, mean width {width:.2f}")
    assert share >= 0.95 - 2.6 * np.sqrt(0.05 * 0.95 / reps)


def test_of_forty_models_those_that_differ_are_found() -> None:
    """780 pairs: Holm's first step is under the least p of 10,000 assignments, and without the bound finds nothing."""
    true = np.repeat([0.5, 0.75], 20)
    made = pairwise(PROPORTION, answers(np.random.default_rng(8), true, 200), np.full(200, 2.0), 400, 20)
    better = significantly_better(made.difference, made.p)
    assert better[20:, :20].mean() > 0.8
    assert not better[:20].any()
    assert not significantly_better(made.difference, np.maximum(made.p, 1 / 10_001)).any()

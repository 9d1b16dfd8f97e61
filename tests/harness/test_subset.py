"""A limited run asks the same samples everywhere, in the proportions of the slices."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge.subset import stratified

STRATA = {f"{name}-{i}": name for name, n in (("ct", 600), ("mr", 300), ("us", 90), ("pet", 10)) for i in range(n)}


@pytest.mark.parametrize("limit", [1, 10, 57, 200, 999])
def test_every_stratum_has_its_share_give_or_take_one(limit: int) -> None:
    counts = Counter(STRATA[id] for id in stratified(STRATA, limit))
    assert counts.total() == limit
    for name, n in Counter(STRATA.values()).items():
        assert abs(counts[name] - limit * n / len(STRATA)) <= 1.5


@given(st.dictionaries(st.text(max_size=4), st.sampled_from("abc"), max_size=60), st.integers(0, 70))
def test_a_larger_limit_only_adds_and_order_does_not_matter(strata: dict[str, str], limit: int) -> None:
    chosen = stratified(strata, limit)
    assert len(chosen) == min(limit, len(strata))
    assert chosen <= stratified(strata, limit + 1)
    assert chosen == stratified(dict(reversed(strata.items())), limit)


def test_strata_of_one_sample_have_their_fair_chance() -> None:
    alone = {str(i): f"stratum {i}" for i in range(2000)}
    assert len(stratified(alone, 200)) == 200
    mixed = alone | {f"many {i}": "many" for i in range(2000)}
    share = np.mean([not id.startswith("many") for id in stratified(mixed, 400)])
    assert share == pytest.approx(0.5, abs=0.08)


def test_the_subset_is_pinned() -> None:
    assert sorted(stratified(STRATA, 5)) == ["ct-0", "ct-475", "ct-83", "mr-123", "mr-174"]

"""Packed statistics: the very same numbers come back, in little room, and damage is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge.codec import convert, dumps, plain
from medgauge.errors import MedGaugeError
from medgauge_leaderboards.packing import Column, Packed, pack, unpack

FINITE = st.floats(allow_nan=False, allow_infinity=False)
VECTORS = st.integers(1, 4).flatmap(lambda k: st.lists(st.one_of(st.none(), st.tuples(*[FINITE] * k))))
ROWS = st.lists(st.one_of(st.none(), st.lists(st.tuples(FINITE, FINITE, FINITE), max_size=4).map(tuple)))


@given(st.one_of(VECTORS, ROWS))
def test_the_very_same_numbers_come_back_through_json(stats: list[object]) -> None:
    packed = convert(Packed, plain(pack(stats)), "file")  # type: ignore[arg-type]
    assert unpack(packed) == stats


def test_signed_zeros_and_many_values() -> None:
    generator = np.random.default_rng(0)
    stats = [(float(x), 1.0) for x in generator.random(9000)]
    assert unpack(pack(stats)) == stats


@pytest.mark.parametrize("p", [0.5, 0.7, 0.9])
def test_a_hundred_thousand_right_or_wrong_samples_take_about_15_kb(p: float) -> None:
    stats = [(float(x), 1.0) for x in np.random.default_rng(0).random(100_000) < p]
    packed = pack(stats)
    assert len(dumps(plain(packed)).encode()) < 16_000
    assert unpack(packed) == stats


def test_damage_is_refused() -> None:
    packed = pack([(float(i % 3), 1.0) for i in range(100)])
    column = packed.columns[0]
    for data in (column.data[:-5], "", "é", column.data + "00000"):
        bad = replace(packed, columns=(replace(column, data=data), packed.columns[1]))
        with pytest.raises(MedGaugeError, match="damaged"):
            unpack(bad)
    with pytest.raises(MedGaugeError, match="damaged"):
        unpack(replace(packed, n=101))
    with pytest.raises(MedGaugeError, match="damaged"):
        unpack(replace(packed, columns=(Column(values=(0.0,), bits=2, data=column.data), packed.columns[1])))


def test_a_small_file_cannot_fill_the_memory() -> None:
    one = pack([(1.0, 1.0)])
    huge = replace(one, n=10, counts=Column(values=(1e12,), bits=0, data=""))
    with pytest.raises(MedGaugeError, match="damaged"):
        unpack(huge)

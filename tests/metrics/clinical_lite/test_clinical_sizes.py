"""What clinical_lite reads as sizes, in millimetres."""

import pytest

from medgauge_metrics.clinical_lite.measurements import matched, sizes

SIZES = {
    "a 12 x 8 mm nodule": [(12, 8)],
    "1.2cm×0.8cm": [(12, 8)],
    "1.2 by 0.8 cm": [(12, 8)],
    "12 mm x 8": [(12, 8)],
    "大小约7mm×6mm×5mm": [(7, 6, 5)],
    "12*8*5毫米": [(12, 8, 5)],
    "2.5 X 1.5 X 1.0 CM": [(25, 15, 10)],
    "3.5 cm": [(35,)],
    "约1.2厘米": [(12,)],
    "3公分": [(30,)],
    "5-mm": [(5,)],
    "1.5 centimeters and 4 millimetres": [(15,), (4,)],
    "１２×８ｍｍ": [(12, 8)],
    "3cm左右": [(30,)],
    "结节,5mm。": [(5,)],
    "1.5cmx1.0cm": [(15, 10)],
    "15mmX10mm": [(15, 10)],
    "约1.5cmX1.0cmX0.8cm": [(15, 10, 8)],
    "12㎜": [(12,)],
    "1.2㎝×0.8㎝": [(12, 8)],
    "2.1 (AP) x 3.2 (TR) cm": [(32, 21)],
    "2.1 cm (AP) x 3.2 cm (TR) x 1 cm (CC)": [(32, 21, 10)],
    "2.1（前后径）×3.2（左右径）cm": [(32, 21)],
    "約1.2釐米，5公釐": [(12,), (5,)],
    "3-5 mm": [(3,), (5,)],
    "3 to 5 mm": [(3,), (5,)],
    "5mm～8mm": [(5,), (8,)],
    "5 mm, and again 5 mm": [(5,)],
    # no sizes
    "5mmx-ray, 5mmx and 3㎜²": [],
    "5 mm to 8 weeks": [(5,)],
    "2 x 3 nodules of 4 mm": [(4,)],
    "12 mm/s at 120 mmHg, 3 cm3, 3 cm² and 0 mm": [],
    "on 12.5.2020, 1,5 cm, 12345 mm": [],
    "8 x 3": [],
    "grade 3": [],
    "": [],
}


@pytest.mark.parametrize("text", SIZES)
def test_a_text_holds_sizes(text: str) -> None:
    assert sorted(sizes(text)) == sorted(tuple(map(float, size)) for size in SIZES[text])


@pytest.mark.parametrize(
    ("answer", "target", "pairs"),
    [
        ([(5,)], [(6,)], 1),
        ([(5,)], [(6.01,)], 0),
        ([(110,)], [(100,)], 1),
        ([(89.9,)], [(100,)], 0),
        ([(12, 8)], [(12.5, 7.5)], 1),
        ([(12, 8)], [(12, 5)], 0),
        ([(12,)], [(12, 8)], 0),
        ([(10,), (11,)], [(11,), (12,)], 2),
        ([(11,), (10,)], [(10,), (9.5,)], 2),
        ([(10, 5), (10, 6)], [(10, 6), (10, 6.5)], 2),
        ([(10, 6), (10, 5.5)], [(10, 6.5), (10, 5)], 2),
        ([(5,)], [(5,), (5.5,)], 1),
        ([], [(5,)], 0),
        ([(5,)], [], 0),
    ],
)
def test_sizes_are_paired_one_to_one_within_their_tolerance(answer: list, target: list, pairs: int) -> None:
    assert matched(answer, target) == pairs

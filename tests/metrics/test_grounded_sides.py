"""The side in a name, in both languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge_metrics.sides import side_of, without_side
from medgauge_metrics.textform import normalise

ENGLISH = st.sampled_from(
    ["lung", "pleural effusion", "kidney", "upper lobe mass", "hip fracture", "lower lobe opacity"]
)
CHINESE = st.sampled_from(["肺", "胸腔积液", "肾囊肿", "上肺结节", "膝关节"])
TEMPLATES = {
    "left": ["left {}", "Left-sided {}", "LEFT sided {}", "{} on the left", "{}, left side", "{} (left)"],
    "right": ["right {}", "right-sided {}", "{} on the right side", "{}: right"],
    "bilateral": ["bilateral {}", "both {}", "{} on both sides", "left and right {}", "{} bilaterally"],
}
ZH_TEMPLATES = {
    "left": ["左{}", "左侧{}", "{}（左侧）", "左边{}"],
    "right": ["右{}", "右侧{}", "{}，右侧", "右 {}"],
    "bilateral": ["双侧{}", "两侧{}", "左、右侧{}", "左右{}", "{}（双侧）"],
}
forms = st.sampled_from([(side, t) for side, ts in TEMPLATES.items() for t in ts])
zh_forms = st.sampled_from([(side, t) for side, ts in ZH_TEMPLATES.items() for t in ts])


@given(name=ENGLISH, form=forms)
def test_english(name: str, form: tuple[str, str]) -> None:
    side, template = form
    assert side_of(template.format(name)) == side
    assert without_side(template.format(name)) == name


@given(name=CHINESE, form=zh_forms)
def test_chinese(name: str, form: tuple[str, str]) -> None:
    side, template = form
    assert side_of(template.format(name)) == side
    assert without_side(template.format(name)) == name


@given(name=ENGLISH | CHINESE | st.sampled_from(["lungs", "Aorta.", "L4", "R", "l", ""]))
def test_a_name_without_a_side_is_unchanged(name: str) -> None:
    assert side_of(name) is None
    assert without_side(name) == normalise(name)


@pytest.mark.parametrize(
    ("english", "chinese"), [("left lung", "左肺"), ("right kidney", "右肾"), ("both lungs", "双肺")]
)
def test_the_languages_agree(english: str, chinese: str) -> None:
    assert side_of(english) == side_of(chinese) is not None


@pytest.mark.parametrize(
    ("name", "side", "core"),
    [
        ("左", "left", ""),
        ("双肺", "bilateral", "肺"),
        ("两肺下叶", "bilateral", "肺下叶"),
        ("双下肺", "bilateral", "下肺"),
        ("肝左叶", "left", "肝叶"),
        ("both lungs", "bilateral", "lung"),
        ("bilateral opacities", "bilateral", "opacity"),
        ("right humerus", "right", "humerus"),
        ("left pelvis", "left", "pelvis"),
        ("left abscess", "left", "abscess"),
        ("mass of the left lung", "left", "mass of the lung"),
        ("effusion in the right", "right", "effusion"),
        ("left/right", "bilateral", ""),
        ("left 肺", "left", "肺"),
        ("Left-sided pleural effusion", "left", "pleural effusion"),
    ],
)
def test_names_by_hand(name: str, side: str, core: str) -> None:
    assert side_of(name) == side
    assert without_side(name) == core


@pytest.mark.parametrize(
    "name",
    [
        *("leftover", "upright", "bright spot", "left-to-right shunt", "L", "R", "rt", "pelvis", "contralateral"),
        *("3cm左右", "直径约5左右", "左右径", "左向右分流", "左旋肉碱", "双胎", "两个结节", "双腔", "对侧", "患侧"),
    ],
)
def test_what_looks_like_a_side_and_is_none(name: str) -> None:
    assert side_of(name) is None
    assert without_side(name) == normalise(name)


@given(
    name=st.text(st.characters(exclude_categories=[]), max_size=40) | st.text("左右双两侧肺leftright and", max_size=30)
)
def test_any_text_is_read(name: str) -> None:
    assert side_of(name) in ("left", "right", "bilateral", None)
    assert len(without_side(name)) <= len(normalise(name)) + 1


@pytest.mark.parametrize("piece", ["left ", "左右", " on the left", "双", "both ", "left and ", "\ud800", "\u202e右"])
def test_a_long_name_is_read_in_time(piece: str) -> None:
    started = time.monotonic()
    side_of(piece * (300_000 // len(piece)))
    without_side(piece * (300_000 // len(piece)))
    assert time.monotonic() - started < 15

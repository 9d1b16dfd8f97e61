"""Which labels a reply gives."""

import pytest

from medgauge_metrics.answers import match_labels

EN = ("Pneumothorax", "Pleural effusion", "Normal", "Abnormal", "Nodule or mass", "Lung opacity", "Opacity")
ZH = ("气胸", "胸腔积液", "正常", "骨折", "肺结节")
SINGLE = [
    ("Pneumothorax", "Pneumothorax"),
    ("pneumothorax.", "Pneumothorax"),
    ("The answer is Pneumothorax.", "Pneumothorax"),
    ("It is abnormal.", "Abnormal"),
    ("The lung opacity is large", "Lung opacity"),
    ("pneumothorax rather than pleural effusion", "Pneumothorax"),
    ("pneumothorax, no pleural effusion", "Pneumothorax"),
    ("no pneumothorax", None),
    ("not normal", None),
    ("pneumothorax, pleural effusion", None),
    ("pneumothorax or lung opacity", None),
    ("none", None),
    ("cardiomegaly", None),
    ("", None),
    ("气胸。", "气胸"),
    ("考虑为气胸，不支持骨折", "气胸"),
    ("没有发现气胸", None),
    ("不正常", None),
]
MULTI = [
    ("pneumothorax, pleural effusion", ("Pneumothorax", "Pleural effusion")),
    ("Pleural effusion and pneumothorax", ("Pneumothorax", "Pleural effusion")),
    ("pneumothorax\npleural effusion", ("Pneumothorax", "Pleural effusion")),
    ("There are lung opacities and pleural effusions", ("Pleural effusion", "Lung opacity")),
    ("Nodule or mass", ("Nodule or mass",)),
    ("pleural effusion without pneumothorax", ("Pleural effusion",)),
    ("No nodule or mass but pneumothorax is present", ("Pneumothorax",)),
    ("No pneumothorax, lung opacity", ("Lung opacity",)),
    ("Pneumothorax: no; Pleural effusion: yes", ("Pleural effusion",)),
    ("No pneumothorax, pleural effusion, or lung opacity.", ()),
    ("pneumothorax is absent", ()),
    ("pneumothorax and pleural effusion are absent", ()),
    ("there isn't a pneumothorax", ()),
    ("cannot exclude pneumothorax", ()),
    ("pneumothorax cannot be excluded", ()),
    ("气胸不能排除", ()),
    ("not consistent with pneumothorax", ()),
    ("without pneumothorax and with pleural effusion", ("Pleural effusion",)),
    ("None", ()),
    ("No finding", ()),
    ("There are no abnormal findings.", ()),
    ("cardiomegaly", None),
    ("", None),
    ("气胸、骨折", ("气胸", "骨折")),
    ("气胸，骨折", ("气胸", "骨折")),
    ("无气胸，有胸腔积液", ("胸腔积液",)),
    ("没有气胸但可见骨折", ("骨折",)),
    ("气胸阴性，骨折", ("骨折",)),
    ("左侧气胸无积液", ("气胸",)),
    ("未见气胸、胸腔积液", ()),
    ("无", ()),
    ("未见明显异常。", ()),
    ("无法排除气胸", ()),
]


@pytest.mark.parametrize(("reply", "label"), SINGLE)
def test_single(reply: str, label: str | None) -> None:
    expected = None if label is None else (label,)
    assert match_labels(reply, ZH if reply and ord(reply[0]) > 255 else EN, multi=False).labels == expected


@pytest.mark.parametrize(("reply", "labels"), MULTI)
def test_multi(reply: str, labels: tuple[str, ...] | None) -> None:
    assert match_labels(reply, ZH if reply and ord(reply[0]) > 255 else EN, multi=True).labels == labels


def test_no_finding_may_itself_be_a_label() -> None:
    space = ("No Finding", "Mass")
    assert match_labels("No finding", space, multi=True).labels == ("No Finding",)
    assert match_labels("There is no finding.", space, multi=True).labels == ("No Finding",)
    assert match_labels("No mass", space, multi=True).labels == ()
    assert match_labels("No finding, mass", space, multi=True).labels == space


def test_aliases_stand_for_their_label() -> None:
    aliases = {"Pneumothorax": ("PTX", "collapsed lung"), "Unknown": ("x",)}
    assert match_labels("ptx", EN, multi=False, aliases=aliases).rule == "whole:exact"
    assert match_labels("A collapsed lung is seen", EN, multi=True, aliases=aliases).labels == ("Pneumothorax",)
    assert match_labels("x", EN, multi=True, aliases=aliases).labels is None


def test_an_alias_of_two_labels_decides_nothing() -> None:
    aliases = {"Opacity": ("shadow",), "Nodule or mass": ("shadow",)}
    for reply in ("shadow", "A shadow is seen."):
        assert match_labels(reply, EN, multi=False, aliases=aliases).labels is None


def test_nothing_overlapping_maps_to_no_label() -> None:
    """A nearest-string rule would give the first class."""
    decision = match_labels("the sky is blue", EN, multi=False)
    assert decision.labels is None
    assert decision.rule == "whole:unmapped"


def test_the_spans_are_of_the_original_text() -> None:
    reply = "<think>Opacity</think> **Pleural-effusions**, ｎｏｄｕｌｅ ｏｒ ｍａｓｓ"
    decision = match_labels(reply, EN, multi=True)
    assert [reply[slice(*span)] for span in decision.spans] == ["Pleural-effusions", "ｎｏｄｕｌｅ ｏｒ ｍａｓｓ"]

"""Which labels a reply gives."""

import re

import pytest

from medgauge.metrics import parse_metric
from medgauge_metrics import mentions
from medgauge_metrics.answers import match_labels
from medgauge_metrics.label_matching import SIGNATURE
from medgauge_metrics.mentions import _REACH, LEXICON
from medgauge_metrics.traditional import SIMPLIFIED, simplified
from medgauge_metrics.traditional import TRADITIONAL as TRADITIONAL_CHARACTERS

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
    ("以上都不是。", ()),
    ("气胸？无", ()),
    ("Pneumothorax? No.", ()),
    ("Pneumothorax? No\nPleural effusion? Yes", ("Pleural effusion",)),
    ('["Pneumothorax", "Pleural effusion"]', ("Pneumothorax", "Pleural effusion")),
    ("hydropneumothorax", None),
    ("I cannot determine", None),
    ("未见明显异常。", ()),
    ("无法排除气胸", ()),
]

CHEST = ("Atelectasis", "Cardiomegaly", "Pneumothorax", "Pneumonia", "Edema", "Nodule")
CHEST_ZH = ("肺炎", "气胸", "骨折", "心脏增大", "结节")
STRUCTURED = [
    ("Atelectasis: 0\nCardiomegaly: 1", ("Cardiomegaly",)),
    ("Atelectasis: 0, Cardiomegaly: 1", ("Cardiomegaly",)),
    ("Atelectasis: 0 Cardiomegaly: 1 Edema: 0.0", ("Cardiomegaly",)),
    ("Atelectasis = 0; Cardiomegaly = 1", ("Cardiomegaly",)),
    ('{"Atelectasis": false, "Cardiomegaly": true}', ("Cardiomegaly",)),
    ('{"Atelectasis": "no", "Cardiomegaly": "yes"}', ("Cardiomegaly",)),
    ('{"Atelectasis":0,"Cardiomegaly":1}', ("Cardiomegaly",)),
    ('{"Atelectasis": {"present": false}, "Edema": {"present": true}}', ("Edema",)),
    ('[{"finding": "Edema", "present": false}, {"finding": "Nodule", "present": true}]', ("Nodule",)),
    ("Pneumothorax (-)", ()),
    ("Pneumothorax (-), Pneumonia (+)", ("Pneumonia",)),
    ("Pneumothorax (no) Pneumonia (yes)", ("Pneumonia",)),
    ("Cardiomegaly, Pneumothorax (-)", ("Cardiomegaly",)),
    ("Cardiomegaly\nPneumothorax: 0", ("Cardiomegaly",)),
    ("| Pneumonia | No |\n| Edema | Yes |", ("Edema",)),
    ("| Pneumonia | No | Edema | Yes |", ("Edema",)),
    ("| Pneumonia | 0 |\n| **Edema** | 1 |", ("Edema",)),
    ("Edema: N\nPneumonia: Y", ("Pneumonia",)),
    ("Edema: negative Pneumonia: positive", ("Pneumonia",)),
    ("Edema: no evidence.", ()),
    ("Edema: N/A", ()),
    ("Edema -> no", ()),
    ("Edema — no; Nodule — yes", ("Nodule",)),
    ("Is edema present? No.", ()),
    ("Atelectasis and Edema: 0", ()),
    ("Nodule: 0.5 cm", ("Nodule",)),
    ("Nodule: 0,5 cm", ("Nodule",)),
    ("Nodule: 0-3 mm", ("Nodule",)),
    ("Nodule (0.5 cm)", ("Nodule",)),
    ("Nodule: 03", ("Nodule",)),
    ("Nodule - new", ("Nodule",)),
    ("Nodule: no change", ("Nodule",)),
    ("Nodule: 1", ("Nodule",)),
    ("气胸（-），肺炎（+）", ("肺炎",)),
    ("气胸（－）", ()),
    ("气胸：阴性 肺炎：阳性", ("肺炎",)),
    ("气胸：0\n肺炎：1", ("肺炎",)),
    ("气胸（无）肺炎（有）", ("肺炎",)),
    ("|气胸|无|肺炎|有|", ("肺炎",)),
    ("“气胸”：否，“肺炎”：是", ("肺炎",)),
    ("结节：0.5厘米", ("结节",)),
    ("结节：0-3毫米", ("结节",)),
]
HEDGED = [
    "I cannot determine whether there is pneumonia",
    "I can’t tell whether there is pneumonia or edema.",
    "As an AI I cannot diagnose Pneumonia.",
    "I'm unable to assess for pneumothorax.",
    "It cannot be determined whether there is a pneumothorax, pneumonia, or edema.",
    "I am not sure if there is pneumonia",
    "Whether pneumonia is present cannot be determined.",
    "Pneumonia: uncertain",
    "Pneumonia? I cannot determine.",
    "Pneumonia cannot be assessed",
    "No edema. I cannot determine whether there is pneumonia.",
    "I cannot determine whether there is no pneumonia.",
    "I cannot tell whether there are no findings.",
    "无法判断是否有肺炎",
    "不能确定是否有肺炎或气胸",
    "不能确定肺炎",
    "是否有肺炎无法判断。",
    "肺炎：不确定",
    "肺炎是否存在无法确定",
    "难以准确判断有无肺炎",
    "无法判断有无异常",
    "無法確定是否有肺炎",
    "不能確定是否有肺炎",
]
UNHEDGED = [
    ("pneumonia cannot be excluded", ()),
    ("I cannot exclude pneumonia", ()),
    ("I cannot see any pneumonia", ()),
    ("While I cannot provide a diagnosis, there is no pneumonia, edema, or nodule.", ()),
    ("I cannot determine the cause, but cardiomegaly is present.", ("Cardiomegaly",)),
    ("I am unable to determine the size of the nodule", ("Nodule",)),
    ("No pneumonia. I cannot provide medical advice.", ()),
    ("No finding; I cannot provide medical advice.", ()),
    ("不能排除肺炎诊断", ()),
    ("无法判断病因，但有肺炎", ("肺炎",)),
    ("肺炎不能排除", ()),
]
TRADITIONAL = [
    ("無肺炎", ()),
    ("沒有肺炎", ()),
    ("並無骨折", ()),
    ("沒有看到骨折", ()),
    ("未見肺炎", ()),
    ("氣胸", ("气胸",)),
    ("可見氣胸，無骨折", ("气胸",)),
    ("沒有", ()),
    ("以上都沒有", ()),
    ("未見明顯異常", ()),
    ("氣胸：陰性", ()),
]
CHANGE = [
    ("No change in cardiomegaly", ("Cardiomegaly",)),
    ("No significant change in cardiomegaly.", ("Cardiomegaly",)),
    ("No significant interval change in cardiomegaly, no pneumonia", ("Cardiomegaly",)),
    ("without significant change in the edema", ("Edema",)),
    ("Cardiomegaly is not significantly changed", ("Cardiomegaly",)),
    ("Pneumothorax is not resolved", ("Pneumothorax",)),
    ("Pneumothorax has partially resolved", ("Pneumothorax",)),
    ("No changes in keeping with pneumonia", ()),
    ("No new nodule", ()),
    ("Pneumothorax has resolved", ()),
    ("Pneumothorax has now completely resolved.", ()),
    ("The pneumothorax is no longer seen", ()),
    ("There is no longer a pneumothorax", ()),
    ("Pneumothorax and edema have resolved", ()),
    ("较前无明显变化的心脏增大", ("心脏增大",)),
    ("未见明显变化的心脏增大", ("心脏增大",)),
    ("气胸已吸收", ()),
    ("气胸已完全消失", ()),
    ("氣胸已不再可見", ()),
    ("气胸已部分吸收", ("气胸",)),
]


def _chest(reply: str) -> tuple[str, ...]:
    return CHEST_ZH if re.search("[\u4e00-\u9fff]", reply) else CHEST


@pytest.mark.parametrize(("reply", "labels"), [*STRUCTURED, *UNHEDGED, *TRADITIONAL, *CHANGE])
def test_denials_by_form_and_by_course(reply: str, labels: tuple[str, ...]) -> None:
    assert match_labels(reply, _chest(reply), multi=True).labels == labels


@pytest.mark.parametrize("reply", HEDGED)
def test_a_hedge_is_no_empty_answer(reply: str) -> None:
    for multi in (True, False):
        decision = match_labels(reply, _chest(reply), multi=multi)
        assert decision.labels is None
        assert decision.rule == "whole:hedged" or not multi


def test_a_minus_may_belong_to_the_label() -> None:
    assert match_labels("HER2（-）", ("HER2 (-)", "KI67"), multi=False).labels == ("HER2 (-)",)


def test_labels_may_be_written_in_either_script() -> None:
    space = ("氣胸", "骨折", "肺結節")
    assert match_labels("气胸", space, multi=False).labels == ("氣胸",)
    assert match_labels("可见气胸、肺结节，无骨折", space, multi=True).labels == ("氣胸", "肺結節")
    assert match_labels("沒有氣胸", space, multi=True).labels == ()


def test_traditional_characters_map_one_to_one() -> None:
    assert len(TRADITIONAL_CHARACTERS) == len(set(TRADITIONAL_CHARACTERS)) == len(SIMPLIFIED)
    assert not set(TRADITIONAL_CHARACTERS) & set(SIMPLIFIED)
    assert simplified("無 abc 氣胸") == "无 abc 气胸"


def test_all_that_decides_is_in_the_signature() -> None:
    assert {str(_REACH), TRADITIONAL_CHARACTERS, SIMPLIFIED} <= {p for p in LEXICON if isinstance(p, str)}
    patterns = {name for name, value in vars(mentions).items() if isinstance(value, re.Pattern)}
    assert {p for p in patterns if getattr(mentions, p) not in LEXICON} == set()


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


def test_the_signature_names_the_lexicon() -> None:
    assert re.fullmatch(r"labels:v3-[0-9a-f]{8}", SIGNATURE)
    for name in ("accuracy", "macro_f1", "micro_f1", "unmapped_rate"):
        assert SIGNATURE in parse_metric(name).signature


def test_nothing_overlapping_maps_to_no_label() -> None:
    """A nearest-string rule would give the first class."""
    decision = match_labels("the sky is blue", EN, multi=False)
    assert decision.labels is None
    assert decision.rule == "whole:unmapped"


def test_the_spans_are_of_the_original_text() -> None:
    reply = "<think>Opacity</think> **Pleural-effusions**, ｎｏｄｕｌｅ ｏｒ ｍａｓｓ"
    decision = match_labels(reply, EN, multi=True)
    assert [reply[slice(*span)] for span in decision.spans] == ["Pleural-effusions", "ｎｏｄｕｌｅ ｏｒ ｍａｓｓ"]

"""What clinical_lite reads from sentences written for this test, word for word."""

import pytest

from medgauge_metrics.clinical_lite.extract import Finding, findings

SENTENCES = {
    # denials, before and behind
    "There is no pleural effusion.": "pleural_effusion -",
    "Neither pneumothorax nor effusion is seen.": "pneumothorax - | pleural_effusion -",
    "双肾未见结石及积水。": "kidney_stone - | hydronephrosis -",
    "The heart is enlarged with thickened pleura.": "cardiomegaly + | pleural_thickening +",
    "No effusion or pneumothorax.": "pleural_effusion - | pneumothorax -",
    "No pleural effusion, pneumothorax, or consolidation.": "pleural_effusion - | pneumothorax - | consolidation -",
    "No pleural effusion, pneumothorax, consolidation.": "pleural_effusion - | pneumothorax - | consolidation -",
    "No acute, focal consolidation.": "consolidation -",
    "Fracture and dislocation are absent.": "fracture - | dislocation -",
    "Effusion, pneumothorax, and consolidation are absent.": "pleural_effusion - | pneumothorax - | consolidation -",
    "The heart is enlarged, effusion is absent.": "cardiomegaly + | pleural_effusion -",
    "Effusion: none. Pneumothorax: no.": "pleural_effusion - | pneumothorax -",
    "Ascites is not seen.": "ascites -",
    "The liver is not enlarged and free of cysts.": "hepatomegaly - | cyst -",
    "The scan doesn't show any fracture.": "fracture -",
    "No focal lesion is seen in the liver.": "lesion -",
    "未见胸腔积液及气胸。": "pleural_effusion - | pneumothorax -",
    "两肺未见结节、实变及胸腔积液，心影增大。": "nodule - | consolidation - | pleural_effusion - | cardiomegaly +",
    "胸腔积液：无。": "pleural_effusion -",
    "未见骨折，骨质疏松。": "fracture - | osteoporosis +",
    "胆囊内未见结石。": "gallstones -",
    "纵隔内未见肿大淋巴结。": "lymphadenopathy -",
    "颅内未见出血，中线结构居中，脑室系统未见扩张。": "intracranial_hemorrhage - | midline_shift - | hydrocephalus -",
    "排除肺栓塞。": "pulmonary_embolism -",
    # the denial ends with its clause
    "No pneumothorax, small left effusion.": "pneumothorax - | pleural_effusion + left",
    "There is no pneumothorax but a small left effusion.": "pneumothorax - | pleural_effusion + left",
    "No pneumothorax; cardiomegaly.": "pneumothorax - | cardiomegaly +",
    "No rib deformity, small effusion.": "pleural_effusion +",
    "无气胸，可见少量胸腔积液。": "pneumothorax - | pleural_effusion +",
    "左侧未见气胸，但右侧胸腔积液。": "pneumothorax - left | pleural_effusion + right",
    # doubts
    "Pneumonia cannot be excluded.": "pneumonia ?",
    "We cannot exclude pneumonia in the right lower lobe.": "pneumonia ? right",
    "Possible atelectasis and/or consolidation.": "atelectasis ? | consolidation ?",
    "Opacity suspicious for malignancy.": "opacity + | malignancy ?",
    "Atelectasis vs. pneumonia in the left base.": "atelectasis ? left | pneumonia ? left",
    "Pneumonia?": "pneumonia ?",
    "右肺下叶炎症可能，结核不除外。": "inflammation ? right | tuberculosis ?",
    "考虑肺炎。": "pneumonia ?",
    "可疑骨折。": "fracture ?",
    "左下肺肺炎？": "pneumonia ? left",
    "占位性病变，肿瘤待排。": "mass + | malignancy ?",
    "未见可疑结节。": "nodule -",
    "No possible fracture line.": "fracture -",
    # temporal
    "Pneumothorax has resolved.": "pneumothorax -",
    "Left pneumothorax, previously seen, has resolved.": "pneumothorax - left",
    "Effusion is no longer seen.": "pleural_effusion -",
    "No change in the left effusion.": "pleural_effusion + left",
    "Partially resolved right effusion.": "pleural_effusion + right",
    "Stable cardiomegaly, not significantly changed.": "cardiomegaly +",
    "左侧胸腔积液已吸收。": "pleural_effusion - left",
    "原右侧气胸，现已消失。": "pneumothorax - right",
    "左侧胸腔积液较前吸收。": "pleural_effusion + left",
    "较前无明显变化，左侧胸腔积液。": "pleural_effusion + left",
    "右肺结节较前相仿。": "nodule + right",
    # stock sentences of no change
    "There is no significant interval change in the right pleural effusion.": "pleural_effusion + right",
    "No substantial change in the right pleural effusion.": "pleural_effusion + right",
    "Without significant interval change in left pleural effusion": "pleural_effusion + left",
    "No evidence of change in cardiomegaly": "cardiomegaly +",
    "No interval change. No evidence of effusion.": "pleural_effusion -",
    "右肺结节较前未见明显增大。": "nodule + right",
    "右肺结节未见增大。": "nodule + right",
    "右肺结节变化不明显，强化不明显。": "nodule + right",
    # "not obvious" and "to be excluded"
    "肺水肿不明显。": "pulmonary_edema -",
    "左侧胸腔积液不明显，气胸不明显。": "pleural_effusion - left | pneumothorax -",
    "右肺结节，边界不明显。": "nodule + right",
    "右肺边界不明显的结节。": "nodule + right",
    "建议复查除外结核。": "tuberculosis ?",
    "除外结核。": "tuberculosis ?",
    "结核已除外，肺炎无法除外。": "tuberculosis - | pneumonia ?",
    "无法除外结核，不能完全排除肺炎。": "tuberculosis ? | pneumonia ?",
    # not enlarged
    "肝脏未见增大。": "hepatomegaly -",
    "心影未见增大。": "cardiomegaly -",
    "心影未见明显增大，肺门增大。": "cardiomegaly -",
    "肝脾无增大，脾脏较前未见增大。": "hepatomegaly - | splenomegaly -",
    "未见明显增大淋巴结及胸腔积液。": "lymphadenopathy - | pleural_effusion -",
    # within what was named last
    "胆总管扩张，其内未见明显结石。": "biliary_dilatation + | bile_duct_stone -",
    "胆囊不大，内未见结石。": "gallstones -",
    "心影不大，其旁增大。": "cardiomegaly -",
    # asked, past, or others: no claim
    "History of pneumonia. Rule out pneumothorax.": "",
    "No other nodules. Nodule in the RUL.": "nodule + right",
    # sides
    "Left effusion and atelectasis.": "pleural_effusion + left | atelectasis + left",
    "Left lower lobe consolidation and a nodule in the right upper lobe.": "consolidation + left | nodule + right",
    "Small effusion on the left and consolidation on the right.": "pleural_effusion + left | consolidation + right",
    "A nodule and a large mass in the left lung.": "nodule + left | mass + left",
    "Nodule and mass in the left lung.": "nodule + left | mass + left",
    "In the left upper lobe, there is a nodule.": "nodule + left",
    "Small effusions, right greater than left.": "pleural_effusion + bilateral",
    "Effusions are small on the right and moderate on the left.": "pleural_effusion + bilateral",
    "Effusion on the left and in the right lung a nodule.": "pleural_effusion + left | nodule + right",
    "Effusions are present bilaterally.": "pleural_effusion + bilateral",
    "Left effusion. Right effusion.": "pleural_effusion + bilateral",
    "Left effusion. The effusion is small.": "pleural_effusion + left",
    "No effusion on either side.": "pleural_effusion -",
    "Right pneumothorax with midline shift to the left.": "pneumothorax + right | midline_shift + left",
    "左肺上叶见结节，右肺未见异常。": "nodule + left",
    "左肺上叶见结节，下叶实变。": "nodule + left | consolidation + left",
    "双肾结石，右肾积水。": "kidney_stone + bilateral | hydronephrosis + right",
    "双下肺不张。": "atelectasis + bilateral",
    "左侧及右侧胸腔积液。": "pleural_effusion + bilateral",
    "双侧胸腔积液，以左侧为著。": "pleural_effusion + bilateral",
    "结节大小约3cm左右。": "nodule +",
    # what depends on the place
    "Effusion in the left knee. No pericardial effusion.": "joint_effusion + left | pericardial_effusion -",
    "The heart, which is normal in size.": "",
    "心包未见积液，左侧胸腔积液。": "pericardial_effusion - | pleural_effusion + left",
    "肝脾未见肿大。": "hepatomegaly - | splenomegaly -",
    "肝脏大小、形态正常，脾脏增大。": "hepatomegaly - | splenomegaly +",
    # traps
    "Normal heart size.": "cardiomegaly -",
    "The heart is not enlarged.": "cardiomegaly -",
    "Heart size is normal without effusion.": "cardiomegaly - | pleural_effusion -",
    "心影不大。": "cardiomegaly -",
    "The lungs are clear.": "opacity -",
    "No mass effect or midline shift.": "midline_shift -",
    "左心室未见增大。": "",
    "The lesions are not ascitic.": "lesion +",
    "Amass of nodulesque data.": "",
    "无论如何，右肺结节。": "nodule + right",
    # traditional characters
    "無肺炎，未見骨折，沒有氣胸。": "pneumonia - | fracture - | pneumothorax -",
    "考慮肺炎。": "pneumonia ?",
    "雙側胸腔積液，兩肺未見結核。": "pleural_effusion + bilateral | tuberculosis -",
    # both languages at once
    "Findings: 右肺结节. No effusion.": "nodule + right | pleural_effusion -",
}  # fmt: skip


def expected(written: str) -> set[Finding]:
    """`name polarity side` between bars; no side is `none`."""
    parts = [part.split() for part in written.split("|") if part.strip()]
    return {Finding(name, polarity, side) for name, polarity, side in ((*part, "none")[:3] for part in parts)}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_says(sentence: str) -> None:
    assert findings(sentence) == expected(SENTENCES[sentence])


def test_sentences_do_not_disturb_each_other() -> None:
    """All sentences together say what they say alone."""
    known = [s for s in SENTENCES if not s.startswith("Left effusion")]
    together = findings("\n".join(known))
    names = {(f.name, f.polarity) for s in known for f in findings(s)}
    doubted = {(f.name, "+") for f in together} & {(n, "+") for n, p in names if p == "?"}
    assert names - {(f.name, f.polarity) for f in together} <= {(n, "?") for n, _ in doubted}
    assert {(f.name, f.polarity) for f in together} <= names


def test_a_line_broken_by_the_width_of_the_page_goes_on() -> None:
    wrapped = "The lungs are well expanded and there is no evidence of a\npleural effusion or of a pneumothorax."
    assert findings(wrapped) == expected("pleural_effusion - | pneumothorax -")
    assert findings("no rib\neffusion") == expected("pleural_effusion +")


def test_width_and_case_of_letters_change_nothing() -> None:
    assert findings("ＮＯ　ＥＦＦＵＳＩＯＮ．") == expected("pleural_effusion -")
    assert (
        findings("未见胸腔积液,心影增大")
        == findings("未见胸腔积液，心影增大")
        == expected("pleural_effusion - | cardiomegaly +")
    )

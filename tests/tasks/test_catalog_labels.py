"""The label lists of classification cards are those of MedRegA's evaluation, in its order and spelling."""

import pytest

from medgauge_metrics.answers import match_labels
from medgauge_tasks.cards import family_options, load_card
from medgauge_tasks.classification.family import aliases

CHEST = (
    "Atelectasis|Cardiomegaly|Consolidation|Edema|Effusion|Emphysema|Fibrosis|Hernia|Infiltration|Mass|Nodule|"
    "Pleural Thickening|Pneumonia|Pneumothorax"
)
ORGANS = "bladder|left femur|right femur|heart|left kidney|right kidney|liver|left lung|right lung|pancreas|spleen"
LISTS = {
    "bhx": "Epidural|Subdural|Chronic|Intraventricular|Intraparenchymal|Subarachnoid|None",
    "brset": "normal|hypertensive retinopathy|diabetic macular edema|drusens|increased cup disc ratio|nondiabetic "
    "retinal hemorrhage|vascular occlusion|age-related macular degeneration|other|myopic fundus|diabetic retinopathy|"
    "retinal detachment|scar|nevus",
    "chexpert": "Enlarged Cardiomediastinum|Cardiomegaly|Lung Opacity|Lung Lesion|Edema|Consolidation|Pneumonia|"
    "Atelectasis|Pneumothorax|Pleural Effusion|Pleural Other|Fracture|Support Devices|No Finding",
    "cxr14": f"{CHEST}|Pneumoperitoneum|Pneumomediastinum|Subcutaneous Emphysema|Tortuous Aorta|"
    "Calcification of the Aorta|No Finding",
    "chest-mnist": f"{CHEST}|No Finding",
    "isic2016": "benign|melanoma",
    "isic2018": "Melanoma|Melanocytic nevus|Basal cell carcinoma|Bowen's disease|Benign keratosis|Dermatofibroma|"
    "Vascular lesion",
    "isic2019": "Melanoma|Melanocytic nevus|Basal cell carcinoma|Actinic keratosis|Benign keratosis|Dermatofibroma|"
    "Vascular lesion|Squamous cell carcinoma",
    "mura": "normal|abnormal",
    "oct2017": "normal|drusen|diabetic macular edema|choroidal neovascularization",
    "oct-mnist": "choroidal neovascularization|diabetic macular edema|drusen|normal",
    "organa-mnist": ORGANS,
    "organc-mnist": ORGANS,
    "organs-mnist": ORGANS,
    "pad-ufes-20": "Basal Cell Carcinoma|Squamous Cell Carcinoma|Actinic Keratosis|Seborrheic Keratosis|Melanoma|Nevus",
    "pannuke": "Breast|Colon|Bile duct|Esophagus|Uterus|Lung|Cervix|Head or Neck|Skin|Adrenal gland|Kidney|Stomach|"
    "Prostate|Testis|Liver|Thyroid|Pancreatic|Ovarian|Bladder",
    "kather-colon": "adipose|background|debris|lymphocytes|mucus|smooth muscle|normal colon mucosa|"
    "cancer-associated stroma|colorectal adenocarcinoma epithelium",
    "rfmid": "Optic disc pallor|Chorioretinitis|Macular hole|Laser scars|Age-related macular degeneration|Retinal "
    "pigment epithelium changes|Retinitis pigmentosa|Optic disc edema|Anterior ischemic optic neuropathy|Drusens|"
    "Myopia|Parafoveal telangiectasia|Retinitis|Exudation|Tortuous vessels|Asteroid hyalosis|Epiretinal membrane|"
    "Diabetic retinopathy|Optic disc cupping|Media Haze|Tessellation|Optociliary shunt|Central serous retinopathy|"
    "Branch retinal vein occlusion|Central retinal vein occlusion|Macular scar|Retinal traction|normal|Other",
    "vindr-cxr": "Aortic enlargement|Atelectasis|Calcification|Cardiomegaly|Clavicle fracture|Consolidation|Edema|"
    "Emphysema|Enlarged PA|ILD|Infiltration|Lung Opacity|Lung cavity|Lung cyst|Mediastinal shift|Nodule or Mass|"
    "Pleural effusion|Pleural thickening|Pneumothorax|Pulmonary fibrosis|Rib fracture|Other lesion|COPD|Lung tumor|"
    "Pneumonia|Tuberculosis|No finding|Other disease",
    "vindr-mammo": "Suspicious Calcification|Nipple Retraction|Skin Retraction|Architectural Distortion|Global "
    "Asymmetry|Focal Asymmetry|Suspicious Lymph Node|Asymmetry|Mass|Skin Thickening|No Finding",
    "vindr-pcxr": "Bronchitis|Brocho-pneumonia|Bronchiolitis|Situs inversus|Pneumonia|Pleuro-pneumonia|"
    "Diagphramatic hernia|Tuberculosis|Congenital emphysema|CPAM|Hyaline membrane disease|Mediastinal tumor|"
    "Lung tumor|Other disease|No finding",
    "vindr-spinexr": "Surgical implant|Foraminal stenosis|Vertebral collapse|Disc space narrowing|Osteophytes|"
    "Spondylolysthesis|Other lesions|No finding",
    "busi": "benign|malignant|normal",
    "butterfly": "Morisons pouch|Bladder|PLAX view of the heart|4 chambers of the heart|2 chambers of the heart|IVC|"
    "Carotid artery|Lungs|Thyroid",
    "ultracovid": "pneumonia|regular|covid19",
    "messidor-2": "None|DR",
    "breast-mnist": "malignant|normal or benign",
    "pneumonia-mnist": "normal|pneumonia",
    "isic2017": "melanoma|seborrheic keratosis|nevous",
}
MULTI = {
    *("chest-mnist", "brset", "chexpert", "cxr14", "rfmid"),
    *("vindr-cxr", "vindr-mammo", "vindr-pcxr", "vindr-spinexr"),
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_list_is_medregas(name: str) -> None:
    card = load_card(name)
    assert "|".join(card.label_names("en")) == LISTS[name]
    assert (card.options.get("labels", "single") == "multi") == (name in MULTI)


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_name_is_read_as_its_own_label(name: str, language: str) -> None:
    """However close two labels are, an answer that is a label's name or alias is that label."""
    card = load_card(name)
    names = card.label_names("zh" if language == "zh" else "en")
    known, multi = aliases(family_options(card).get("aliases", "")), name in MULTI
    for label in names:
        for said in (label, *known.get(label, ())):
            assert match_labels(said, names, multi, known).labels == (label,), said

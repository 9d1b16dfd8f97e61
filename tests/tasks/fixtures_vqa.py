"""Handfuls of made rows in the exact layouts of sources of questions."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loader_cards import write_array, write_lines
from made_sources import Source, picture_bytes, put_csv, put_parquet, put_picture


def path_vqa(folder: Path) -> None:
    """Two shards; two questions about one picture; an answer that is neither yes nor no."""
    picture = {"bytes": picture_bytes(1, "jpg"), "path": None}
    other = {"bytes": picture_bytes(2, "jpg"), "path": "train_0422.jpg"}
    rows = [
        {"image": picture, "question": "is the lesion benign?", "answer": "yes"},
        {"image": picture, "question": "what is seen?", "answer": "necrosis"},
    ]
    put_parquet(folder / "data/test-00000-of-00002-e9ad.parquet", rows)
    put_parquet(
        folder / "data/test-00001-of-00002-7ea9.parquet", [{"image": other, "question": "where?", "answer": "heart"}]
    )
    put_parquet(folder / "data/train-00000-of-00001-f2d0.parquet", [{**rows[0], "question": "is it large?"}])


def pmc_vqa(folder: Path) -> None:
    """Letters and blanks before the options; an option that holds a comma."""
    row = {
        "Figure_path": "PMC1_F1.jpg",
        "Question": "What is the uptake pattern?",
        "Answer": "Focal uptake",
        "Choice A": " A:Diffuse uptake ",
        "Choice B": " B:Focal uptake ",
        "Choice C": " C:None, or nearly none ",
        "Choice D": " D:Unclear ",
        "Answer_label": "B",
    }
    put_csv(folder / "test.csv", [row, {**row, "Question": "Which plane?", "Answer_label": "C"}])
    put_csv(folder / "train.csv", [{**row, "Question": "What is shown?"}])
    put_picture(folder / "images/PMC1_F1.jpg", 3)


def pmc_vqa_v2(folder: Path) -> None:
    row = {
        "index": 7,
        "Figure_path": "PMC2_Fig1_1.jpg",
        "Caption": 'A "halo",\nand more.',
        "Question": "Which fungus?",
        "Choice A": "A. fumigatus",
        "Choice B": "Candida",
        "Choice C": "Mucor",
        "Choice D": "None",
        "Answer": "A",
        "split": "test",
    }
    put_csv(folder / "test_2.csv", [row, {**row, "Figure_path": "PMC2_Fig1_2.jpg", "Answer": "D"}])
    put_csv(folder / "train_2.csv", [{**row, "Question": "What is shown?"}])
    for number in (1, 2):
        put_picture(folder / f"figures/PMC2_Fig1_{number}.jpg", 3 + number)


def omnimedvqa(folder: Path) -> None:
    """Two and four options; the one record that calls its modality otherwise."""
    row = {
        "dataset": "ACRIMA",
        "question_id": "ACRIMA_0000",
        "question_type": "Modality Recognition",
        "question": "What imaging technique was employed?",
        "gt_answer": "Fundus imaging",
        "image_path": "Images/ACRIMA/Im1_ACRIMA.png",
        "option_A": "PET scan",
        "option_B": "CBCT",
        "option_C": "Fundus imaging",
        "option_D": "Mammogram",
        "modality_type": "Fundus Photography",
    }
    shorter = {k: v for k, v in row.items() if k not in ("option_C", "option_D", "modality_type")}
    chest = {
        **shorter,
        "dataset": "Chest CT Scan",
        "question_id": "Chest CT Scan_0001",
        "question_type": "Disease Diagnosis",
        "gt_answer": "No",
        "option_A": "No",
        "option_B": "Yes",
        "image_path": "Images/Chest CT Scan/test/normal/1.png",
        "modality": "CT(Computed Tomography)",
    }
    write_array(folder / "QA_information/Open-access/ACRIMA.json", [row])
    write_array(folder / "QA_information/Open-access/Chest CT Scan.json", [chest])
    write_array(folder / "QA_information/Restricted-access/AIDA.json", [{**row, "question_id": "AIDA_1"}])
    put_picture(folder / row["image_path"], 6)
    put_picture(folder / chest["image_path"], 7)


def medxpertqa(folder: Path) -> None:
    """The options stand in the question too; one question has two pictures."""
    options = {"A": "Sarcoidosis", "B": "Silicosis", "C": "Asbestosis", "D": "Berylliosis", "E": "Tuberculosis"}
    listed = " ".join(f"({letter}) {words}" for letter, words in options.items())
    row = {
        "id": "MM-0",
        "question": f"A miner coughs. What is it?\nAnswer Choices: {listed}",
        "options": options,
        "label": "B",
        "images": ["MM-0-a.jpeg"],
        "medical_task": "Diagnosis",
        "body_system": "Respiratory",
        "question_type": "Reasoning",
    }
    two = {**row, "id": "MM-1", "label": "E", "images": ["MM-1-a.jpeg", "MM-1-b.jpeg"]}
    write_lines(folder / "MM/test.jsonl", [row, two])
    for seed, name in enumerate(("MM-0-a", "MM-1-a", "MM-1-b"), 8):
        put_picture(folder / f"images/{name}.jpeg", seed)


def gmai_mmbench(folder: Path) -> None:
    """Pictures as base64 in a table of tabs; a blank fifth option; a question with a quote and a tab."""
    row = {
        "index": 0,
        "image": base64.b64encode(picture_bytes(11, "jpg")).decode(),
        "question": "What does this fundus photograph show?",
        "A": "Glaucoma",
        "B": "Normal",
        "C": "Cataract",
        "D": "Myopia",
        "E": "",
        "answer": "A",
        "category": "Glaucoma",
        "clinical VQA task": "Disease Diagnosis",
        "department": "Ophthalmology",
        "perceptual granularity": "image level",
        "modality": "Fundus Photography",
        "split": "VAL",
    }
    other = {
        **row,
        "index": 1,
        "image": base64.b64encode(picture_bytes(12)).decode(),
        "question": 'Of the\t"box", what is marked?',
        "E": "Drusen",
        "answer": "E",
    }
    put_csv(folder / "GMAI_mm_bench_VAL.tsv", [row, other], delimiter="\t")


def mmmu(folder: Path) -> None:
    """A choice with two pictures, one of them an option; an open question with two right answers."""
    from medgauge_tasks.loaders.mmmu import PICTURES, SUBJECTS

    for number, subject in enumerate(SUBJECTS):
        pictures: dict[str, Any] = dict.fromkeys(PICTURES)
        pictures["image_1"] = {"bytes": picture_bytes(20 + 2 * number), "path": f"{subject}_1.png"}
        pictures["image_2"] = {"bytes": picture_bytes(21 + 2 * number), "path": f"{subject}_2.png"}
        row = {
            "id": f"validation_{subject}_1",
            "question": "Which curve of <image 1> is it?",
            "options": "['the first', '<image 2>', \"Crohn's\", '4']",
            "explanation": "",
            **pictures,
            "img_type": "['Plots and Charts']",
            "answer": "B",
            "topic_difficulty": "Easy",
            "question_type": "multiple-choice",
            "subfield": "Physiology",
        }
        asked = {
            **row,
            "id": f"validation_{subject}_2",
            "options": "[]",
            "answer": "['0.5', '1/2']",
            "question_type": "open",
            "image_2": {"bytes": None, "path": None},
        }
        put_parquet(folder / subject / "validation-00000-of-00001.parquet", [row, asked])


def rexvqa(folder: Path) -> None:
    row = {
        "study_id": "pGRDN1_aS1",
        "PatientID": "GRDN1",
        "ImagePath": ["../deid_png/GRDN1/aS1/studies/1/series/2/instances/3.png"],
        "question": "Which finding is present?",
        "options": ["A. Effusion", "B. Nodule", "C. Fracture", "D. None of these"],
        "correct_answer": "D",
        "correct_answer_explanation": "Nothing is seen.",
        "task_name": "presence_assessment",
        "category": "Lungs",
        "Indication": "Cough.",
    }
    other = {
        **row,
        "PatientID": "GRDN2",
        "correct_answer": "A",
        "ImagePath": [*row["ImagePath"], "../deid_png/GRDN1/aS1/4.png"],
    }
    folder.joinpath("metadata").mkdir(parents=True, exist_ok=True)
    text = json.dumps({"id_1": row, "id_2": other})
    folder.joinpath("metadata/test_vqa_data.json").write_text(text, encoding="utf-8")
    for seed, path in enumerate(other["ImagePath"], 40):
        put_picture(folder / path.removeprefix("../"), seed, deep=True)


VQA: Mapping[str, Source] = {
    "path-vqa": Source(folder="path-vqa", build=path_vqa, test=3, train=1),
    "pmc-vqa": Source(folder="pmc-vqa", build=pmc_vqa, test=2, train=1),
    "pmc-vqa-v2": Source(folder="pmc-vqa-v2", build=pmc_vqa_v2, test=2, train=1),
    "omnimedvqa": Source(folder="omnimedvqa", build=omnimedvqa, test=2),
    "medxpertqa-mm": Source(folder="medxpertqa-mm", build=medxpertqa, test=2),
    "gmai-mmbench": Source(folder="gmai-mmbench", build=gmai_mmbench, test=2),
    "mmmu-med": Source(folder="mmmu-med", build=mmmu, test=10),
    "rexvqa": Source(folder="rexvqa", build=rexvqa, test=2),
}
"""Card to what its source looks like."""

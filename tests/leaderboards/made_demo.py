"""Made models on made tasks: a leaderboard small enough to know every number of, and rich enough to look at."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from made_runs import Item, card, picture, write_run

from medgauge.tasks import Card
from medgauge.types import Answer, Box, Language, Media, Sample

N = 30
VQA = card(
    "made-vqa",
    "vqa",
    "exact_match",
    languages=("en", "zh"),
    synthetic=True,
    metrics=("closed_accuracy", "closed_coverage", "token_f1"),
)
FIND = card(
    "made-find",
    "text-to-region",
    "f1@0.5",
    synthetic=True,
    metrics=("recall@0.5", "precision@0.5", "fp_per_image"),
)
ASK = card("made-region", "region-to-text", "exact_match", publish="references", metrics=("token_f1",))
LOCKED = card("made-locked", "vqa", "exact_match", access="credentialed", publish="scores", licence="DUA")
TEXT: dict[Language, tuple[str, str, str]] = {
    "en": ("Is there a nodule in the left lung?", "yes", "no"),
    "zh": ("左肺有结节吗?", "是", "否"),
}
MODELS = {
    "acme/vl-7b": 0.86,
    "baseline/blind": 0.5,
    "baseline/prior": 0.45,
    "baseline/vision": 0.72,
}
"""How often each is right."""


def write_demo(folder: Path) -> list[Path]:
    """All runs: four models, one of them with its blind control, one of them cut short on one task."""
    media = [picture(folder / "pictures", index) for index in range(N)]
    runs = []
    for number, (model, skill) in enumerate(MODELS.items()):
        runs.append(_run(folder / f"run-{number}", model, skill, media, number))
    runs.append(_run(folder / "run-control", "acme/vl-7b", 0.52, media, 9, control="blind"))
    for run in runs:
        (run / "media").symlink_to(folder / "pictures" / "media")
    return runs


def _run(
    folder: Path, model: str, skill: float, media: Sequence[tuple[Media, list[Box]]], seed: int, control: str = "none"
) -> Path:
    generator = np.random.default_rng(seed)
    tasks: list[tuple[Card, list[Item]]] = [
        (VQA, [_asked(VQA, i, language, media[i], generator, skill) for language in TEXT for i in range(N)]),
        (FIND, [_found(i, media[i], generator, skill) for i in range(N)]),
        (LOCKED, [_asked(LOCKED, i, "en", media[i], generator, skill) for i in range(N)]),
    ]
    if model != "baseline/prior":
        tasks.append((ASK, [_named(i, media[i], generator, skill) for i in range(N)]))
    fit = "out-of-fold" if model.startswith("baseline/") else None
    return write_run(folder, model, tasks, (), control=control, fit=fit)


def _asked(
    made: Card, i: int, language: Language, media: tuple[Media, list[Box]], generator: np.random.Generator, skill: float
) -> Item:
    question, yes, no = TEXT[language]
    right, wrong = (yes, no) if i % 2 else (no, yes)
    sample = Sample(
        id=f"q{i:02d}",
        task=made.name,
        language=language,
        question=question,
        media=(media[0],),
        target=Answer(text=right, polar="yes" if right == yes else "no"),
        tags={"kind": "closed", "modality": "x-ray" if i % 3 else "ct"},
        group=f"image-{i}",
    )
    if i == 4:
        return Item(sample=sample, text="\u201c\u2026\u201d", status="no_answer", detail={"rule": "none"})
    if i == 5 and skill > 0.8:
        return Item(sample=sample, status="failed")
    said = right if generator.random() < skill else wrong
    answer = Answer(text=said, polar="yes" if said == yes else "no")
    text = f"{said}, I think." if language == "en" else f"{said}。"
    return Item(sample=sample, text=text, answer=answer, detail={"rule": f"polar-{language}", "span": [0, len(said)]})


def _found(i: int, media: tuple[Media, list[Box]], generator: np.random.Generator, skill: float) -> Item:
    sample = Sample(
        id=f"box{i:02d}",
        task="made-find",
        language="en",
        choices=("nodule",),
        media=(media[0],),
        target=Answer(boxes=tuple(media[1])),
        tags={"kind": "single", "organ": "lung"},
        group=f"image-{i}",
    )
    boxes = []
    for box in media[1]:
        x1, y1, x2, y2 = box.xyxy
        far = 0.06 if generator.random() < skill else 0.7
        dx, dy = generator.uniform(-far, far) * (x2 - x1), generator.uniform(-far, far) * (y2 - y1)
        boxes.append(
            Box(xyxy=(round(x1 + dx, 1), round(y1 + dy, 1), round(x2 + dx, 1), round(y2 + dy, 1)), label="nodule")
        )
    if generator.random() > skill:
        boxes.append(Box(xyxy=(30.0, 40.0, 120.0, 90.0), label="nodule"))
    text = ", ".join(f"<ref>nodule</ref><box>{[[int(x) for x in box.xyxy]]}</box>" for box in boxes)
    return Item(
        sample=sample, text=text, answer=Answer(boxes=tuple(boxes)), detail={"rule": "medrega", "violations": 0}
    )


def _named(i: int, media: tuple[Media, list[Box]], generator: np.random.Generator, skill: float) -> Item:
    sample = Sample(
        id=f"ask{i:02d}",
        task="made-region",
        language="en",
        question="What is in the box?",
        media=(media[0],),
        regions=(Box(xyxy=media[1][0].xyxy),),
        target=Answer(text="nodule"),
        tags={"organ": "lung"},
        group=f"image-{i}",
    )
    said = "nodule" if generator.random() < skill else "rib"
    return Item(sample=sample, text=f"A {said}.", answer=Answer(text=said), detail={"rule": "whole text"})

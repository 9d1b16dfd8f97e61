"""Names, matches and values: the small parts of the site, against their definitions."""

import hashlib
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_runs import Item, card, write_run
from PIL import Image

from medgauge.metrics import parse_metric
from medgauge.stats import gather
from medgauge.types import Answer, Box, Sample, Xyxy
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.matching import iou, match, threshold_of
from medgauge_leaderboards.site.naming import _plain, slugs
from medgauge_leaderboards.site.pictures import Pictures, _read
from medgauge_leaderboards.site.runs import Cell, cells, read_run
from medgauge_leaderboards.site.values import judge_of, sample_values, verdict
from medgauge_metrics.boxes import iou as metric_iou
from medgauge_metrics.boxes import match as metric_match

SIDE = st.floats(0, 100).map(lambda x: round(x, 1))
BOX = st.tuples(SIDE, SIDE, SIDE, SIDE).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]) + 1, max(b[1], b[3]) + 1)
)
BOXES = st.lists(BOX, max_size=6)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What `match` imports when it is first called; that takes longer than an example may."""
    match([(0.0, 0.0, 1.0, 1.0)], [(0.0, 0.0, 1.0, 1.0)], 0.5)


@given(BOX, BOX)
def test_iou_is_the_metrics_iou(a: Xyxy, b: Xyxy) -> None:
    assert iou(a, b) == pytest.approx(metric_iou(a, b), abs=1e-12)


@given(BOXES, BOXES, st.sampled_from([0.05, 0.3, 0.5, 0.75]))
def test_matches_are_the_metrics_matches(predicted: list[Xyxy], reference: list[Xyxy], at: float) -> None:
    ours, theirs = match(predicted, reference, at), metric_match(predicted, reference, at)
    assert len(ours) == len(theirs)
    assert sum(o for _, _, o in ours) == pytest.approx(sum(o for _, _, o in theirs), abs=1e-9)
    assert len({i for i, _, _ in ours}) == len({j for _, j, _ in ours}) == len(ours)
    assert all(o >= at and o == pytest.approx(iou(predicted[i], reference[j])) for i, j, o in ours)


def test_more_pairs_win_over_a_better_pair() -> None:
    predicted = [(0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 10.0, 4.0)]
    reference = [(0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 10.0, 25.0)]
    assert [(i, j) for i, j, _ in match(predicted, reference, 0.3)] == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("name", "at"), [("f1@0.5", 0.5), ("f1@0.75", 0.75), ("exact_match", 0.5), ("f1@0.3(labels=free)", 0.3)]
)
def test_threshold_is_read_from_the_metrics_name(name: str, at: float) -> None:
    assert threshold_of(name) == at


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_slugs_are_safe_and_different(names: list[str]) -> None:
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,80}", slug) for slug in made.values())
    assert made == slugs(reversed(names))


def test_slugs_read_well_and_never_meet() -> None:
    assert slugs(["vqa-rad", "acme/chest_vqa/zh"]) == {"vqa-rad": "vqa-rad", "acme/chest_vqa/zh": "acme-chest_vqa-zh"}
    met = slugs(["A b", "a/b", "con", "../..", "肺"])
    assert len({slug.lower() for slug in met.values()}) == 5
    assert "con" not in met.values()


def _short(name: str, digits: int = 8) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


MEETING = (
    "GPT-4o",
    "gpt-4o!",
    f"gpt-4o-{_short('GPT-4o')}",
    f"gpt-4o-{_short('gpt-4o!')}",
    "con",
    f"con-{_short('con')}",
)


@given(
    st.lists(
        st.recursive(
            st.sampled_from(["GPT-4o", "gpt-4o!", "con", "", "肺", "x" * 70, "x" * 71]),
            lambda names: names.map(lambda name: f"{_plain(name) or 'x'}-{_short(name)}"),
            max_leaves=3,
        ),
        unique=True,
        max_size=8,
    )
)
@example(list(MEETING))
def test_names_that_look_like_hashed_ones_never_meet(names: list[str]) -> None:
    made = slugs(names)
    assert len({slug.lower() for slug in made.values()}) == len(names)
    assert made == slugs(reversed(names))


def test_a_name_keeps_its_folder_when_an_imitation_comes() -> None:
    before = slugs(MEETING[:2])
    assert before == {name: f"gpt-4o-{_short(name)}" for name in MEETING[:2]}
    after = slugs(MEETING)
    assert {name: after[name] for name in before} == before
    assert after[MEETING[2]] == f"{MEETING[2].lower()}-{_short(MEETING[2])}"


def thumbnail(folder: Path, digest: str, make: Callable[[Path], object]) -> Path:
    (folder / "media").mkdir(parents=True, exist_ok=True)
    file = folder / "media" / f"{digest}.webp"
    make(file)
    return file


def drawn(size: tuple[int, int] = (40, 30), form: str = "WEBP", **more: Any) -> Callable[[Path], object]:
    return lambda file: Image.new("RGB", size, (200, 30, 30)).save(file, form, **more)


def test_a_picture_is_drawn_anew_without_what_else_its_file_holds(tmp_path: Path) -> None:
    hidden = Image.new("RGBA", (40, 30), (200, 30, 30, 0))
    exif = Image.Exif()
    exif[0x010E] = "patient name"
    thumbnail(
        tmp_path, "a" * 64, lambda file: hidden.save(file, "WEBP", exif=exif, xmp=b"<x>patient name</x>", lossless=True)
    )
    source = tmp_path / "media" / f"{'a' * 64}.webp"
    source.write_bytes(source.read_bytes() + b"patient name")
    made = []
    for name in ("one", "two"):
        assert Pictures([tmp_path], tmp_path / name).publish("a" * 64) == f"media/{'a' * 64}.webp"
        made.append((tmp_path / name / f"{'a' * 64}.webp").read_bytes())
    assert b"patient name" in source.read_bytes()
    assert b"patient name" not in made[0]
    assert made[0] == made[1]
    with Image.open(io.BytesIO(made[0])) as image:
        assert (image.format, image.size, image.mode) == ("WEBP", (40, 30), "RGB")
        assert not image.getexif()


WRONG: dict[str, Callable[[Path], object]] = {
    "a link": lambda file: (drawn()(file.with_name("real.webp")), file.symlink_to(file.with_name("real.webp"))),
    "a link to elsewhere": lambda file: file.symlink_to("/etc/hostname"),
    "a pipe": lambda file: os.mkfifo(file),
    "a folder": lambda file: file.mkdir(),
    "a PNG": drawn(form="PNG"),
    "too wide": drawn((513, 4)),
    "too high": drawn((4, 513)),
    "frames": lambda file: drawn(save_all=True, append_images=[Image.new("RGB", (40, 30), (0, 90, 0))])(file),
    "words": lambda file: file.write_text("patient name"),
    "nothing": lambda file: file.write_bytes(b""),
    "torn": lambda file: (drawn()(file), file.write_bytes(file.read_bytes()[:40])),
    "huge": lambda file: file.write_bytes(b"RIFF" + bytes(5_000_000)),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_thumbnail_is_not_published(tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    thumbnail(tmp_path / "bad", "b" * 64, WRONG[what])
    media = Pictures([tmp_path / "bad"], tmp_path / "site")
    assert media.publish("b" * 64) is None
    assert media.publish("b" * 64) is None
    assert not (tmp_path / "site").exists()
    told = capsys.readouterr().err.splitlines()
    silent = what in ("a link", "a link to elsewhere", "a pipe", "a folder")  # no run has such a thumbnail
    assert len(told) == (0 if silent else 1)
    assert all("not published" in line and "b" * 64 in line for line in told)
    thumbnail(tmp_path / "good", "b" * 64, drawn())
    assert Pictures([tmp_path / "bad", tmp_path / "good"], tmp_path / "site").publish("b" * 64)


def test_what_became_a_link_since_is_not_followed(tmp_path: Path) -> None:
    drawn()(tmp_path / "real.webp")
    (tmp_path / "link.webp").symlink_to(tmp_path / "real.webp")
    with pytest.raises(OSError, match="link"):
        _read(tmp_path / "link.webp")


def one_cell(tmp_path: Path, items: list[Item], family: str, primary: str, *metrics: str) -> Cell:
    made = card("t", family, primary, metrics=metrics)
    return cells(read_run(write_run(tmp_path / "run", "m", [(made, items)], ())))[0]


def sample(i: int, target: Answer, **changes: object) -> Sample:
    return Sample(id=f"{i}", task="t", language="en", target=target, group=f"{i // 2}", **changes)  # type: ignore[arg-type]


def test_values_of_single_samples_are_the_metrics_of_them_alone(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    items = []
    for i in range(300):
        target = Answer(boxes=tuple(Box(xyxy=(20.0 * j, 0.0, 20.0 * j + 10, 10.0)) for j in range(i % 3)))
        shift = generator.uniform(0, 8)
        answer = Answer(boxes=tuple(Box(xyxy=(b.xyxy[0] + shift, 0.0, b.xyxy[2] + shift, 10.0)) for b in target.boxes))
        items.append(
            Item(sample=sample(i, target), answer=answer if i % 5 else None, status="scored" if i % 5 else "no_answer")
        )
    cell = one_cell(tmp_path, items, "text-to-region", "f1@0.5", "recall@0.5", "fp_per_image")
    scores = cell.scores()
    for score, values in zip(scores, sample_values(cell, scores), strict=True):
        assert set(values) == {"f1@0.5", "recall@0.5", "fp_per_image"}
        for name, value in values.items():
            metric = parse_metric(name)
            alone = metric.reduce(gather(metric, [score]), np.ones((1, 1)))[""][0]
            assert (value is None and np.isnan(alone)) or value == pytest.approx(alone)


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [("a", "scored", "right"), ("a b", "scored", "partial"), ("c", "scored", "wrong"), (None, "no_answer", "wrong")],
)
def test_verdicts_of_words(tmp_path: Path, said: str | None, status: str, expected: str) -> None:
    item = Item(sample=sample(0, Answer(text="a")), answer=(said and Answer(text=said)) or None, status=status)  # type: ignore[arg-type]
    cell = one_cell(tmp_path, [item], "vqa", "token_f1")
    scores = cell.scores()
    assert verdict(cell, scores[0], sample_values(cell, scores)[0]) == expected


@pytest.mark.parametrize(("boxes", "expected"), [((), "right"), ((Box(xyxy=(0, 0, 5, 5)),), "wrong")])
def test_where_nothing_is_to_be_found_silence_is_right(tmp_path: Path, boxes: tuple[Box, ...], expected: str) -> None:
    item = Item(sample=sample(0, Answer()), answer=Answer(boxes=boxes))
    cell = one_cell(tmp_path, [item], "text-to-region", "f1@0.5")
    scores = cell.scores()
    assert verdict(cell, scores[0], sample_values(cell, scores)[0]) == expected


def test_a_macro_average_does_not_judge_single_samples(tmp_path: Path) -> None:
    items = [
        Item(sample=sample(i, Answer(labels=("x",)), choices=("x", "y")), answer=Answer(labels=("xy"[i],)))
        for i in range(2)
    ]
    cell = one_cell(tmp_path, items, "classification", "macro_f1", "accuracy")
    scores = cell.scores()
    assert judge_of(cell) == "accuracy"
    values = sample_values(cell, scores)
    assert [verdict(cell, s, v) for s, v in zip(scores, values, strict=True)] == ["right", "wrong"]


def test_a_match_with_another_label_says_so(tmp_path: Path) -> None:
    where = (10.0, 10.0, 50.0, 50.0)
    target = Answer(boxes=(Box(xyxy=where, label="Mass"), Box(xyxy=(60, 60, 90, 90), label="mass")))
    answer = Answer(boxes=(Box(xyxy=where, label="mass "), Box(xyxy=(60, 60, 90, 90), label="cyst")))
    made = card("t", "text-to-region", "f1@0.5", publish="references")
    run = write_run(tmp_path / "run", "m", [(made, [Item(sample=sample(0, target), answer=answer)])], ())
    site = build([run], tmp_path / "site", Asked(title="T")).parent
    assert '"pairs": [[0, 0, 1.0, true], [1, 1, 1.0, false]]' in (site / "data" / "t" / "m" / "0.js").read_text("utf-8")

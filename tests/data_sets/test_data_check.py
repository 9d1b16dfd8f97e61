"""`data check`: everything that is planted is found, each under its kind, and a sound folder gives nothing."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from made_data import ROWS, pixels, row, task, write
from PIL import Image

from medgauge.data.check import Report, check, report_json
from medgauge.data.findings import KEPT, KINDS
from medgauge.errors import Incomplete
from medgauge.tasks import Label, SourceFile


def found(report: Report) -> dict[str, int]:
    return {kind: finding.count for kind, finding in report.findings.kinds.items()}


def places(report: Report, kind: str) -> str:
    return "\n".join(report.findings.kinds[kind].places)


def bomb(file: Path, side: int) -> None:
    """A PNG that says to be side x side pixels, in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def test_a_sound_folder_gives_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    report = check(task(), tmp_path)
    assert found(report) == {}
    assert report_json(report) == {
        "name": "made",
        "splits": {
            "train": {"samples": 2, "groups": 2, "pictures": 2},
            "test": {"samples": 3, "groups": 3, "pictures": 3},
        },
        "findings": {},
    }


def test_missing_files_end_the_check_and_a_missing_train_split_does_not(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match=r"rows\.json.*https://example.org/made"):
        check(task(), tmp_path)
    write(tmp_path)
    files = (SourceFile(path="rows.json"), SourceFile(path="train.zip", split="train"))
    report = check(task(files=files), tmp_path)
    assert found(report) == {"no-train-split": 1}
    assert report.findings.errors == []


def test_pictures_that_cannot_be_used_are_named_with_their_record(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "images" / "0.png").unlink()
    bomb(folder / "images" / "1.png", 40_000)
    bomb(folder / "images" / "3.png", 11_000)
    (folder / "images" / "2.png").write_bytes((folder / "images" / "2.png").read_bytes()[:200])
    report = check(task(), tmp_path)
    assert found(report) == {"missing-picture": 1, "bad-picture": 3}
    assert places(report, "missing-picture") == "test: test-0: images/0.png: no such file"
    assert "test: test-1: images/1.png: not a readable image (Decomp" in places(report, "bad-picture")
    assert "train: train-3: images/3.png: 11000 x 11000 pixels, over 100000000" in places(report, "bad-picture")
    assert "test: test-2: images/2.png: not a readable image" in places(report, "bad-picture")
    assert set(report.findings.errors) == {"missing-picture", "bad-picture"}


@pytest.mark.parametrize(
    ("family", "changes", "kind", "said"),
    [
        ("vqa", {"boxes": [[0, 0, 97, 9]]}, "box", "test-1: target.boxes.0: expected a box inside 96 x 64 pixels"),
        ("vqa", {"boxes": [[-1, 0, 9, 9]]}, "box", "inside 96 x 64"),
        ("vqa", {"boxes": [[5, 5, 5, 9]]}, "box", "x1 < x2"),
        ("vqa", {"boxes": [[0, 0, float("nan"), 9]]}, "box", "four finite numbers"),
        ("vqa", {"boxes": [[0, 0, float("inf"), 9]]}, "box", "four finite numbers"),
        ("vqa", {"answer": " "}, "empty-text", "target.text"),
        ("vqa", {"question": ""}, "empty-text", "question"),
        ("report", {"answer": ""}, "empty-text", "target.text"),
        ("report", {"answer": "Compared with ___ nothing is new."}, "placeholder", "'___'"),
        ("report", {"answer": "XXXX year old."}, "placeholder", "'XXXX'"),
        ("vqa", {"answer": "N/A"}, "placeholder", "'N/A'"),
        ("vqa", {"answer": "nan"}, "placeholder", "'nan'"),
        ("text-to-region", {"boxes": [[0, 0, 9, 9]], "label": "cyst", "choices": ["mass"]}, "label", "'cyst'"),
        ("classification", {"labels": ["cyst"]}, "label", "target.labels"),
        ("classification", {"labels": ["cyst"], "choices": ["mass", "cyst"]}, "label", "choices: expected labels of"),
        ("classification", {"labels": None}, "label", "the right labels"),
        ("classification", {"choices": []}, "label", "choices: expected labels of"),
    ],
)
def test_a_broken_sample_is_named(
    tmp_path: Path, family: str, changes: dict[str, object], kind: str, said: str
) -> None:
    sound = {"labels": ["mass"], "choices": ["mass"]} if family == "classification" else {}
    write(tmp_path, [one | sound | (changes if one["id"] == "test-1" else {}) for one in ROWS])
    report = check(task(family=family, labels=(Label(name="mass"),)), tmp_path)
    assert set(found(report)) == {kind}
    assert said in places(report, kind)
    assert "test-1" in places(report, kind)
    assert report.findings.errors == ([kind] if KINDS[kind][0] == "error" else [])


@pytest.mark.parametrize("answer", ["no", "none", "None", "0", "x", "Nantes", "Ana/A"])
def test_answers_that_only_look_empty_are_answers(tmp_path: Path, answer: str) -> None:
    write(tmp_path, [ROWS[0] | {"answer": answer}, *ROWS[1:]])
    assert found(check(task(), tmp_path)) == {}


def test_counts_and_hashes_are_errors_unless_allowed(tmp_path: Path) -> None:
    write(tmp_path)
    wrong = task(files=(SourceFile(path="rows.json", sha256="a" * 64),), counts={"test": 4})
    report = check(wrong, tmp_path)
    assert found(report) == {"modified": 3}  # the file for either split, and the count
    assert report.findings.errors == ["modified"]
    assert check(wrong, tmp_path, allow_modified=True).findings.errors == []


def test_a_broken_record_is_told_and_the_other_split_is_looked_at_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, [*ROWS[:2], row(2, image="../../etc/passwd"), *ROWS[3:]])
    report = check(task(), tmp_path)
    assert found(report) == {"record": 1}
    assert "leaves the data folder" in places(report, "record")
    assert [seen.split for seen in report.splits] == ["train"]


def test_an_id_that_comes_twice_is_told(tmp_path: Path) -> None:
    write(tmp_path, [*ROWS, ROWS[0]])
    report = check(task(counts={}), tmp_path)
    assert "an id that comes once" in places(report, "record")


def test_duplicates_and_leaks_are_found_by_bytes_by_look_and_by_patient(tmp_path: Path) -> None:
    rows = [*ROWS[:3], row(5), row(6), row(3, "train"), row(7, "train"), row(8, "train", group="p0")]
    folder = write(tmp_path, rows, draw=range(9))
    images = folder / "images"
    (images / "5.png").write_bytes((images / "0.png").read_bytes())
    half = Image.fromarray(pixels(1)).resize((48, 32))
    half.save(images / "6.png")
    (images / "3.png").write_bytes((images / "2.png").read_bytes())
    brighter = np.clip(pixels(2).astype(float) * 0.9, 0, 255)
    Image.fromarray(np.uint8(brighter)).save(images / "7.png")
    report = check(task(counts={}), tmp_path)
    assert found(report) == {
        "alike-pictures": 2,
        "same-picture": 1,
        "same-picture-in-both": 1,
        "alike-pictures-in-both": 1,
        "group-in-both": 1,
    }
    assert places(report, "same-picture") == "test: test-5: images/5.png = images/0.png"
    assert "test: images/1.png ~ images/6.png" in places(report, "alike-pictures")
    assert places(report, "same-picture-in-both") == "images/2.png = images/3.png"
    assert "images/2.png ~ images/7.png" in places(report, "alike-pictures-in-both")
    assert places(report, "group-in-both") == "p0"
    assert report.findings.errors == []


def test_flat_pictures_are_told_and_are_not_all_alike(tmp_path: Path) -> None:
    folder = write(tmp_path)
    for number in range(2):
        Image.new("L", (30, 30), 40 * number).save(folder / "images" / f"{number}.png")
    assert found(check(task(), tmp_path)) == {"flat-picture": 2}


def test_everything_is_counted_and_a_hundred_places_are_kept(tmp_path: Path) -> None:
    write(tmp_path, [row(0, id=f"x{n}", answer="") for n in range(KEPT + 7)])
    report = check(task(counts={}), tmp_path)
    finding = report.findings.kinds["empty-text"]
    assert (finding.count, len(finding.places)) == (KEPT + 7, KEPT)

"""`medgauge data` and `run --allow-modified`, through the command line, on a folder in VQA-RAD's own layout."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from test_cli import medgauge

ROWS = 8


def write(data_dir: Path, **changes: Any) -> Path:
    """`vqa_rad/` as its OSF project has it: two train questions, the others test; every picture is another one."""
    folder = data_dir / "vqa_rad"
    (folder / "VQA_RAD Image Folder").mkdir(parents=True)
    rows = []
    for number in range(ROWS):
        name = f"synpic{number}.jpg"
        image = Image.new("RGB", (120, 90))
        draw = ImageDraw.Draw(image)
        for line in range(12):
            x, y = (number * 37 + line * 53) % 120, (number * 59 + line * line * 17) % 90
            draw.ellipse((x, y, x + 9 + 3 * line, y + 30 - line), fill=(40 + 17 * line,) * 3)
        image.save(folder / "VQA_RAD Image Folder" / name)
        rows.append(
            {
                "qid": number,
                "phrase_type": "freeform" if number < 2 else "test_freeform",
                "image_name": name,
                "question": f"Is there a mass in picture {number}?",
                "answer": "Yes" if number % 2 else "No",
                "answer_type": "CLOSED ",
                "image_organ": "CHEST",
                "question_type": "PRES",
            }
            | (changes if number == 3 else {})
        )
    (folder / "VQA_RAD Dataset Public.json").write_text(json.dumps(rows), "utf-8")
    return folder


def test_list_tells_what_is_ready_and_where_the_rest_is_got(tmp_path: Path) -> None:
    write(tmp_path)
    rows = {row["name"]: row for row in json.loads(medgauge("data", "list", "--data-dir", tmp_path, "--json").stdout)}
    assert rows["vqa-rad"] == {
        "name": "vqa-rad",
        "state": "ready",
        "access": "public",
        "licence": rows["vqa-rad"]["licence"],
        "n": 451,
        "missing": [],
        "get": rows["vqa-rad"]["get"],
        "page": "https://doi.org/10.17605/OSF.IO/89KPS",
    }
    assert rows["phantom-vqa"]["state"] == "embedded"
    assert rows["real-vqa"]["missing"] == ["manifest.jsonl", "images/**/*.jpg"]
    text = medgauge("data", "list", "real-suite", "vqa-rad", "--data-dir", tmp_path).stdout
    assert "real-vqa: missing manifest.jsonl, images/**/*.jpg. Real suite: VQA-RAD test questions" in text
    assert "vqa-rad: missing" not in text
    assert "phantom-vqa" not in text


def test_every_listed_task_has_what_a_catalogue_needs() -> None:
    for row in json.loads(medgauge("list", "tasks", "--json").stdout):
        assert {"name", "family", "modality", "body_part", "languages", "access", "n", "licence", "page"} <= set(row)
        assert row["page"] or row["access"] in ("embedded", "never-released")
        assert row["n"] is None or row["n"] > 0
        assert row["access"] != "embedded" or row["n"]


def test_check_exits_with_2_for_errors_4_for_missing_pictures_and_0_for_warnings(tmp_path: Path) -> None:
    folder = write(tmp_path)
    where = ("--data-dir", tmp_path)
    found = json.loads(medgauge("data", "check", "vqa-rad", *where, "--json", code=2).stdout)["findings"]
    assert list(found) == ["modified"]
    assert found["modified"]["places"] == [
        found["modified"]["places"][0],
        "train: expected 1797 samples, got 2",
        found["modified"]["places"][2],
        "test: expected 451 samples, got 6",
    ]
    assert "VQA_RAD Dataset Public.json: expected sha256 948b7156059b" in found["modified"]["places"][0]
    text = medgauge("data", "check", "vqa-rad", *where, "--allow-modified").stdout
    assert "vqa-rad test: 6 samples, 6 groups, 6 different pictures" in text
    assert "warning modified: 4" in text
    (folder / "VQA_RAD Image Folder" / "synpic5.jpg").unlink()
    text = medgauge("data", "check", "vqa-rad", *where, "--allow-modified", code=4).stdout
    assert "error missing-picture: 1" in text
    assert "test: 5: VQA_RAD Image Folder/synpic5.jpg: no such file" in text
    done = medgauge("data", "check", "vqa-rad", "--data-dir", tmp_path / "nowhere", code=4)
    for words in ("VQA_RAD Dataset Public.json", "https://doi.org/10.17605/OSF.IO/89KPS", "CC0-1.0"):
        assert words in done.stderr


@pytest.mark.parametrize("image", ["../../../etc/passwd", "/etc/passwd", "link.jpg"])
def test_a_path_that_leaves_the_folder_is_refused_with_the_record(tmp_path: Path, image: str) -> None:
    folder = write(tmp_path, image_name=image)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (folder / "VQA_RAD Image Folder" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    words = ("vqa-rad", "--data-dir", tmp_path, "--allow-modified")
    told = medgauge("data", "check", *words, code=2).stdout
    refused = medgauge("run", *words, "--model", "baseline/prior", "--out", tmp_path / "run", code=2).stderr
    for text in (told, refused):
        assert "record 4" in text
        assert "field 'image_name'" in text


def test_a_run_on_changed_data_is_refused_or_says_so_for_ever(tmp_path: Path) -> None:
    write(tmp_path / "data")
    words = ("run", "vqa-rad", "--data-dir", tmp_path / "data", "--model", "baseline/prior", "--out", tmp_path / "run")
    refused = medgauge(*words, code=2).stderr
    assert "expected 451 samples, got 6" in refused
    assert "--allow-modified" in refused
    assert not (tmp_path / "run" / "outputs.jsonl").exists()
    shutil.rmtree(tmp_path / "run")
    allowed = medgauge(*words, "--allow-modified").stderr
    assert "modified vqa-rad: test: expected 451 samples, got 6" in allowed
    assert json.loads((tmp_path / "run" / "spec.json").read_text())["allow_modified"] is True
    medgauge("score", tmp_path / "run")
    lines = json.loads((tmp_path / "run" / "manifest.json").read_text())["modified"]
    assert lines[-1] == "vqa-rad: test: expected 451 samples, got 6"
    medgauge("leaderboard", tmp_path / "run", "--out", tmp_path / "site")
    assert "changed data" in (tmp_path / "site" / "index.html").read_text("utf-8")
    task = (tmp_path / "site" / "methods" / "vqa-rad.html").read_text("utf-8")
    assert "expected 451 samples, got 6" in task
    assert "--allow-modified" in task


def test_a_run_on_the_prepared_form_is_the_run_on_the_source(tmp_path: Path) -> None:
    write(tmp_path / "data")
    prepared = tmp_path / "prepared"
    words = ("data", "prepare", "vqa-rad", "--data-dir", tmp_path / "data", "--out", prepared, "--json")
    assert "expected 451 samples" in medgauge(*words, code=2).stderr
    first = medgauge(*words, "--allow-modified")
    assert json.loads(first.stdout)["splits"]["test"]["samples"] == 6
    again = medgauge(*words, "--allow-modified")
    assert again.stdout == first.stdout
    assert "is prepared already" in again.stderr
    model = ("--model", "baseline/prior", "--allow-modified")
    medgauge("run", "vqa-rad", "--data-dir", tmp_path / "data", *model, "--out", tmp_path / "one")
    shutil.rmtree(tmp_path / "data")
    medgauge("run", "vqa-rad", "--data-dir", prepared, *model, "--out", tmp_path / "two")
    for name in ("spec.json", "samples.jsonl", "outputs.jsonl", "results.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    medgauge("data", "check", "vqa-rad", "--data-dir", prepared, "--allow-modified")


def test_leakage_is_listed(tmp_path: Path) -> None:
    write(tmp_path / "data")
    (tmp_path / "corpus").mkdir()
    picture = tmp_path / "data" / "vqa_rad" / "VQA_RAD Image Folder" / "synpic4.jpg"
    shutil.copy(picture, tmp_path / "corpus" / "0001.jpg")
    words = ("data", "leakage", "vqa-rad", "--data-dir", tmp_path / "data", "--against", tmp_path / "corpus")
    found = json.loads(medgauge(*words, "--json").stdout)
    assert [(m["picture"], m["file"], m["same_bytes"]) for m in found["matches"]] == [
        ("VQA_RAD Image Folder/synpic4.jpg", "0001.jpg", True)
    ]
    assert "1 of 6 test pictures (6 in all) are among the 1 of the folder" in medgauge(*words).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "vqa-rda"], "'vqa-rad'? `medgauge list tasks`"),
        (["check", "demo"], "demo is a suite; name one of phantom-vqa"),
        (["prepare", "phantom-vqa", "--out", "out"], "comes with MedGauge"),
        (["prepare", "vqa-rad", "--out", "out", "--from-hub"], "--from-hub needs --data-dir"),
        (["prepare", "vqa-rad", "--out", "out", "--revision", "abc"], "give --from-hub with it"),
        (["prepare", "real-vqa", "--out", "out", "--from-hub", "--data-dir", "d"], "real-vqa is not on the hub"),
        (["leakage", "vqa-rad", "--against", "nowhere"], "nowhere"),
    ],
)
def test_usage_errors_are_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = medgauge("data", *words, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["list", "check", "prepare", "leakage"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert f"medgauge data {command}" in medgauge("data", command, "--help").stdout

"""The prepared form: the same samples, written once, resumed, guarded, and read without the source."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_data import CARD, ROWS, load, row, task, write
from PIL import Image

from medgauge.data import hub
from medgauge.data import prepare as preparing
from medgauge.data.canonical import BEGUN, MARKER, read_manifest
from medgauge.data.canonical import load as load_prepared
from medgauge.data.check import check
from medgauge.data.files import Modified
from medgauge.data.leakage import leakage
from medgauge.data.prepare import prepare
from medgauge.data.ready import readiness
from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NothingSelected
from medgauge.prepare import select
from medgauge.store import sha256_of
from medgauge.tasks import SourceFile


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_prepared_form_holds_the_same_samples_and_needs_no_source(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    folder = write(source)
    expected = {split: load(CARD, source, split).samples for split in CARD.splits}
    made = prepare(task(), source, out)
    assert made == read_manifest(out / "made")
    assert made.source.files == {"rows.json": sha256_of(folder / "rows.json")}
    assert (made.splits["test"].samples, made.splits["test"].pictures) == (3, 3)
    assert (made.source.card_version, made.medgauge, made.access) == (1, made.medgauge, "registration")
    shutil.rmtree(source)
    for split in CARD.splits:
        assert load_prepared(task(), out, split).samples == expected[split]
    assert select([task()], out, None).samples == expected["test"]
    assert readiness(CARD, out).state == "prepared"
    assert check(task(), out).findings.kinds == {}


def test_a_second_call_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "source")
    prepare(task(), tmp_path / "source", tmp_path / "out")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "made").rglob("*")}
    prepare(task(), tmp_path / "source", tmp_path / "out")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "made").rglob("*")} == before
    assert "is prepared already" in capsys.readouterr().err


def test_an_interrupted_one_goes_on_with_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "source")
    prepare(task(), tmp_path / "source", tmp_path / "whole")
    copied: list[Path] = []
    copy = shutil.copyfile

    def stops(source: Path, to: Path) -> None:
        if len(copied) == 2:
            Path(to).write_bytes(b"half")
            raise KeyboardInterrupt
        copied.append(source)
        copy(source, to)

    monkeypatch.setattr(preparing.shutil, "copyfile", stops)
    with pytest.raises(KeyboardInterrupt):
        prepare(task(), tmp_path / "source", tmp_path / "out")
    folder = tmp_path / "out" / "made"
    assert (folder / BEGUN).is_file()
    assert not (folder / MARKER).exists()
    assert readiness(CARD, tmp_path / "out").state == "missing"
    again: list[Path] = []
    monkeypatch.setattr(preparing.shutil, "copyfile", lambda source, to: (again.append(source), copy(source, to)))
    prepare(task(), tmp_path / "source", tmp_path / "out")
    assert "going on with" in capsys.readouterr().err
    assert len(again) == 3
    assert set(again) & set(copied) == set()
    assert contents(folder) == contents(tmp_path / "whole" / "made")


def test_another_source_or_strange_files_are_not_overwritten(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    write(source)
    prepare(task(), source, out)
    before = contents(out)
    write(source, [*ROWS[:2], row(2, answer="another"), *ROWS[3:]])
    with pytest.raises(MedGaugeError, match=r"another source \(files differ\)"):
        prepare(task(), source, out)
    with pytest.raises(MedGaugeError, match=r"another source \(card_version"):
        prepare(task(version=2), source, out)
    assert contents(out) == before
    (tmp_path / "mine" / "made").mkdir(parents=True)
    (tmp_path / "mine" / "made" / "thesis.tex").write_text("x")
    with pytest.raises(MedGaugeError, match=r"did not write"):
        prepare(task(), source, tmp_path / "mine")


def test_what_changed_after_preparing_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "source")
    prepare(task(), tmp_path / "source", tmp_path)
    folder = tmp_path / "made"
    with pytest.raises(MedGaugeError, match=r"holds made version 1, the card is version 2 now.*data prepare made"):
        load_prepared(task(version=2), tmp_path, "test")
    picture = folder / "images" / "images" / "1.png"
    good = picture.read_bytes()
    picture.write_bytes((folder / "images" / "images" / "2.png").read_bytes())
    with pytest.raises(BadRecord, match=r"test\.jsonl:2: field .images/1\.png of .*test-1.*: expected the picture of"):
        load_prepared(task(), tmp_path, "test")
    picture.write_bytes(good)
    text = (folder / "test.jsonl").read_text("utf-8")
    (folder / "test.jsonl").write_text(text.replace("a blob", "a bleb"), "utf-8")
    with pytest.raises(MedGaugeError, match=r"test\.jsonl has changed since it was prepared"):
        load_prepared(task(), tmp_path, "test")


def test_pictures_that_are_missing_stay_missing_and_the_rest_is_prepared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "source")
    (folder / "images" / "0.png").unlink()
    (folder / "images" / "1.png").write_bytes(b"no picture")
    made = prepare(task(), tmp_path / "source", tmp_path)
    assert (made.splits["test"].pictures, made.splits["test"].unreadable) == (1, 2)
    assert "2 of 3 pictures are missing or cannot be read. A made data set is got at" in capsys.readouterr().err
    assert load_prepared(task(), tmp_path, "test").samples == load(CARD, tmp_path / "source", "test").samples


def test_without_a_train_split_the_test_split_is_prepared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "source")
    made = task(files=(SourceFile(path="rows.json"), SourceFile(path="train.zip", split="train")))
    assert list(prepare(made, tmp_path / "source", tmp_path).splits) == ["test"]
    assert "without the train split: made: train.zip missing" in capsys.readouterr().err
    with pytest.raises(Incomplete, match=r"prepared without the train split"):
        load_prepared(made, tmp_path, "train")


def test_a_modified_source_is_prepared_only_when_allowed_and_stays_known(tmp_path: Path) -> None:
    write(tmp_path / "source")
    wrong = task(counts={"test": 4})
    with pytest.raises(Modified, match="expected 4 samples, got 3"):
        prepare(wrong, tmp_path / "source", tmp_path)
    prepare(wrong, tmp_path / "source", tmp_path, allow_modified=True)
    with pytest.raises(Modified, match="expected 4 samples, got 3"):
        select([wrong], tmp_path, None)
    lines = select([wrong], tmp_path, None, allow_modified=True).modified
    assert lines == ("made: test: expected 4 samples, got 3",)


def test_numbers_that_json_cannot_hold_are_named(tmp_path: Path) -> None:
    write(tmp_path / "source", [*ROWS[:2], row(2, boxes=[[float("nan"), 0, 1, 1]]), *ROWS[3:]])
    with pytest.raises(BadRecord, match=r"numbers of 'test-2'"):
        prepare(task(), tmp_path / "source", tmp_path)


def test_embedded_data_are_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(MedGaugeError, match="comes with MedGauge"):
        prepare(task(access="embedded"), None, tmp_path)


def test_the_hub_is_asked_for_the_pinned_revision_and_the_cards_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    write(tmp_path / "remote")
    asked: list[dict[str, object]] = []

    def snapshot(**options: object) -> str:
        asked.append(options)
        return str(shutil.copytree(tmp_path / "remote" / "made_folder", str(options["local_dir"])))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    revision = hub.download(CARD, tmp_path / "local")
    assert asked == [
        {
            "repo_id": "nobody/made",
            "repo_type": "dataset",
            "revision": "0f" * 20,
            "local_dir": tmp_path / "local" / "made_folder",
            "allow_patterns": ["rows.json", "images/*.png"],
        }
    ]
    made = prepare(task(), tmp_path / "local", tmp_path / "out", revision=revision)
    assert (made.source.hub, made.source.hub_revision) == ("nobody/made", "0f" * 20)
    assert len(load_prepared(task(), tmp_path / "out", "test").samples) == 3


def test_what_the_hub_does_not_give_is_told_with_the_page_and_the_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def refuses(**options: object) -> str:
        raise OSError("gated: ask for access")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuses)
    with pytest.raises(Incomplete, match=r"gated: ask for access\. A made data set is got at https://example.org/made"):
        hub.download(CARD, tmp_path)
    with pytest.raises(MedGaugeError, match=r"pins no revision of nobody/made; name one with --revision"):
        hub.download(replace(CARD, hub_revision=""), tmp_path)
    with pytest.raises(MedGaugeError, match=r"is not on the hub\. A made data set is got at"):
        hub.download(replace(CARD, hub="", hub_revision=""), tmp_path)


def test_leakage_lists_the_test_pictures_that_a_folder_holds(tmp_path: Path) -> None:
    write(tmp_path / "source", [*ROWS, row(0, id="second-question")])
    other = write(tmp_path / "other", draw=(2, 3, 10)) / "images"
    (other / "2.png").rename(other / "renamed.png")
    (other / "broken.png").write_bytes(b"no picture")
    Image.open(tmp_path / "source" / "made_folder" / "images" / "0.png").save(other / "deep.jpg", quality=85)
    found = leakage(task(counts={}), tmp_path / "source", tmp_path / "other")
    assert (found.pictures, found.of, found.against) == (3, 3, 4)
    matches = {match.picture: match for match in found.matches}
    assert set(matches) == {"images/0.png", "images/2.png"}  # 3 is a train picture
    assert matches["images/2.png"].file == "made_folder/images/renamed.png"
    assert (matches["images/2.png"].same_bytes, matches["images/2.png"].bits) == (True, 0)
    assert (matches["images/0.png"].same_bytes, matches["images/0.png"].samples) == (False, 2)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingSelected, match="no picture in it"):
        leakage(task(counts={}), tmp_path / "source", tmp_path / "empty")


def test_the_manifest_is_strict_json(tmp_path: Path) -> None:
    write(tmp_path / "source")
    prepare(task(), tmp_path / "source", tmp_path)
    file = tmp_path / "made" / MARKER
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {"splits": 3}), "utf-8")
    with pytest.raises(BadRecord, match=r"prepared\.json.*splits"):
        load_prepared(task(), tmp_path, "test")

"""The files that a card declares: found, missing, changed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_data import CARD, ROWS, task, write

from medgauge.data.canonical import load
from medgauge.data.check import check
from medgauge.data.files import Found, Modified, find_files, require_files, where_to_get
from medgauge.data.prepare import prepare
from medgauge.data.ready import readiness
from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.prepare import select
from medgauge.store import sha256_of
from medgauge.tasks import SourceFile


def test_files_are_found_in_the_data_sets_folder_or_in_the_data_folder_itself(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert find_files(CARD, tmp_path).folder == folder
    assert find_files(CARD, folder).folder == folder
    assert find_files(CARD, tmp_path).missing == ()
    assert find_files(CARD, folder).missing == ()
    (tmp_path / "rows.json").write_text("another data set's")
    (folder / "rows.json").unlink()
    assert find_files(CARD, tmp_path) == Found(folder=folder, missing=("rows.json",), unread=("rows.json",))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "rows.json").write_text("another data set's")
    assert find_files(CARD, tmp_path / "more") == Found(
        folder=tmp_path / "more" / "made_folder",
        missing=("rows.json", "images/*.png"),
        unread=("rows.json", "images/*.png"),
    )
    assert find_files(CARD, None).missing == ("rows.json", "images/*.png")


def test_what_is_missing_is_named_with_the_page_and_the_terms(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "rows.json").unlink()
    with pytest.raises(Incomplete) as caught:
        load(task(), tmp_path, "test")
    message = str(caught.value)
    assert caught.value.exit_code == 4
    for words in ("rows.json", str(folder), "https://example.org/made", "registration", "CC0-1.0"):
        assert words in message
    with pytest.raises(Incomplete, match=r"rows\.json, images/\*\.png missing in --data-dir DIR, DIR/made_folder"):
        require_files(CARD, None)


def test_that_all_named_pictures_are_missing_is_no_more_than_that_one_is(tmp_path: Path) -> None:
    shutil.rmtree(write(tmp_path) / "images")
    named = (CARD.files[0], replace(CARD.files[1], pictures=True))
    samples = load(task(files=named), tmp_path, "test").samples
    assert [media.size for sample in samples for media in sample.media] == [None] * 3
    found = check(task(files=named), tmp_path).findings
    assert found.errors == ["missing-picture"]
    assert found.kinds["missing-picture"].count == 5
    assert readiness(replace(CARD, files=named), tmp_path).missing == ("images/*.png",)
    with pytest.raises(Incomplete, match=r"images/\*\.png missing"):
        prepare(task(files=named), tmp_path, tmp_path / "out")
    with pytest.raises(Incomplete, match=r"images/\*\.png missing"):
        load(task(), tmp_path, "test")
    (tmp_path / "made_folder" / "rows.json").unlink()
    with pytest.raises(Incomplete, match=r"made: rows\.json, images/\*\.png missing"):
        load(task(files=named), tmp_path, "test")


def test_a_run_of_several_says_which_are_ready(tmp_path: Path) -> None:
    write(tmp_path)
    here = [task(name=name) for name in ("one", "two")]
    lacking = [task(name=name, folder="elsewhere") for name in ("three", "four")]
    with pytest.raises(Incomplete, match=r"^three: rows\.json.*\. Run the ready ones: one two$"):
        select([here[0], *lacking, here[1]], tmp_path, None)
    with pytest.raises(Incomplete) as caught:
        select(lacking, tmp_path, None)
    assert "ready" not in str(caught.value)
    assert list(select(here, tmp_path, None).roots) == ["one", "two"]


def test_only_what_the_split_needs_counts(tmp_path: Path) -> None:
    write(tmp_path)
    card = replace(CARD, files=(*CARD.files, SourceFile(path="train.zip", split="train")))
    assert find_files(card, tmp_path, "test").missing == ()
    assert find_files(card, tmp_path, "train").missing == ("train.zip",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"access": "embedded"}, "comes with MedGauge"),
        ({"access": "never-released"}, "has never been released; what is known of it: https://example.org/made"),
        ({"access": "never-released", "url": "", "hub": ""}, "has never been released (CC0-1.0)"),
        ({"access": "credentialed", "url": ""}, "https://huggingface.co/datasets/nobody/made (credentialed; CC0-1.0)"),
        ({"url": "", "hub": ""}, "the address in its citation"),
    ],
)
def test_where_to_get_it_says_how_it_is(changes: dict[str, str], words: str) -> None:
    assert words in where_to_get(replace(CARD, **changes))


def test_another_count_or_hash_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    folder = write(tmp_path)
    right = sha256_of(folder / "rows.json")
    files = (SourceFile(path="rows.json", sha256=right),)
    assert select([task(files=files)], tmp_path, None).modified == ()
    wrong = task(files=(SourceFile(path="rows.json", sha256="0" * 64),), counts={"test": 9})
    with pytest.raises(
        Modified, match=r"rows\.json: expected sha256 0{12}.*expected 9 samples, got 3.*example"
    ) as caught:
        select([wrong], tmp_path, None)
    assert caught.value.exit_code == 2
    lines = select([wrong], tmp_path, None, allow_modified=True).modified
    assert lines == (
        f"made: rows.json: expected sha256 {'0' * 12}…, got {right[:12]}…",
        "made: test: expected 9 samples, got 3",
    )


def test_a_limit_does_not_change_the_count_and_an_unknown_count_is_no_count(tmp_path: Path) -> None:
    write(tmp_path)
    assert len(select([task()], tmp_path, 1).samples) == 1
    assert select([task(counts={"test": None})], tmp_path, None).modified == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"boxes": [[0, 0, 97, 64]]}, "a box inside 96 x 64 pixels"),
        ({"boxes": [[float("nan"), 0, 9, 9]]}, "four finite numbers"),
        ({"labels": ["cyst"], "choices": ["mass"]}, "'cyst'"),
    ],
)
def test_a_run_refuses_a_broken_sample_by_name(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    write(tmp_path, [ROWS[0], ROWS[1], ROWS[2] | changes])
    with pytest.raises(BadRecord, match=r"of 'test-2'.*") as caught:
        select([task()], tmp_path, None)
    assert said in str(caught.value)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    secret = tmp_path / "secret.json"
    (folder / "rows.json").rename(secret)
    (folder / "rows.json").symlink_to(secret)
    with pytest.raises(MedGaugeError, match=r"a link that leads out of the data folder"):
        find_files(CARD, tmp_path)
    (folder / "rows.json").unlink()
    secret.rename(folder / "rows.json")
    Path(tmp_path, "elsewhere.png").write_bytes((folder / "images" / "0.png").read_bytes())
    (folder / "images" / "0.png").unlink()
    (folder / "images" / "0.png").symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(MedGaugeError, match=r"'images/0\.png' leaves the data folder"):
        load(task(), tmp_path, "test")


def test_readiness_is_told_without_opening_a_file(tmp_path: Path) -> None:
    assert readiness(CARD, None).state == "missing"
    assert readiness(CARD, tmp_path).missing == ("rows.json", "images/*.png")
    folder = write(tmp_path)
    (folder / "rows.json").write_bytes(b"\xff not read")
    ready = readiness(CARD, tmp_path)
    assert (ready.state, ready.missing, ready.n, ready.access) == ("ready", (), 3, "registration")
    assert readiness(replace(CARD, files=()), tmp_path).state == "unknown"
    assert readiness(replace(CARD, access="embedded"), None).state == "embedded"

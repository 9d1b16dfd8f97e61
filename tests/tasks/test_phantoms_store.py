"""The folder of pictures: made once, mended when broken, safe when two make it."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from medgauge.errors import MedGaugeError
from medgauge.types import Split
from medgauge_tasks.demo.phantoms import design, store
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One picture a modality is enough here."""

    def plans(split: Split) -> tuple[design.Plan, ...]:
        return design.plans(split)[::16]

    monkeypatch.setattr(store, "plans", plans)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def refuse(plan: design.Plan) -> Drawing:
    raise AssertionError(f"drew {plan.name}")


def test_the_second_time_nothing_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scenes = store.prepare(tmp_path, "test")
    assert folder == tmp_path / "phantoms-v1-test"
    assert sorted(content(folder)) == sorted([f"{s.name}.png" for s in scenes] + ["scenes.json"])
    monkeypatch.setattr(store, "draw", refuse)
    assert store.prepare(tmp_path, "test") == (folder, scenes)


def test_two_folders_hold_the_same_bytes_and_the_splits_differ(tmp_path: Path) -> None:
    one, _ = store.prepare(tmp_path / "one", "test")
    two, _ = store.prepare(tmp_path / "two", "test")
    other, _ = store.prepare(tmp_path / "one", "train")
    assert content(one) == content(two)
    assert not set(content(one).values()) & set(content(other).values())


def _no_marker(folder: Path) -> None:
    (folder / "scenes.json").unlink()


def _torn_marker(folder: Path) -> None:
    text = (folder / "scenes.json").read_text()
    (folder / "scenes.json").write_text(text[: len(text) // 2])


def _other_code(folder: Path) -> None:
    index = json.loads((folder / "scenes.json").read_text())
    (folder / "scenes.json").write_text(json.dumps({**index, "fingerprint": "0" * 64}))


def _missing_image(folder: Path) -> None:
    sorted(folder.glob("*.png"))[1].unlink()


def _cut_image(folder: Path) -> None:
    file = sorted(folder.glob("*.png"))[2]
    file.write_bytes(file.read_bytes()[:100])


def _fewer_scenes(folder: Path) -> None:
    index = json.loads((folder / "scenes.json").read_text())
    (folder / "scenes.json").write_text(json.dumps({**index, "scenes": index["scenes"][:-1]}))


@pytest.mark.parametrize(
    "harm", [_no_marker, _torn_marker, _other_code, _missing_image, _cut_image, _fewer_scenes], ids=lambda f: f.__name__
)
def test_a_folder_that_is_not_whole_is_made_anew(tmp_path: Path, harm: object) -> None:
    folder, scenes = store.prepare(tmp_path, "test")
    whole = content(folder)
    assert callable(harm)
    harm(folder)
    assert content(folder) != whole
    assert store.prepare(tmp_path, "test") == (folder, scenes)
    assert content(folder) == whole
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_a_stop_in_the_middle_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def stop(plan: design.Plan) -> Drawing:
        if len(drawn) == 3:
            raise KeyboardInterrupt
        drawn.append(plan.name)
        return real(plan)

    real = store.draw
    monkeypatch.setattr(store, "draw", stop)
    with pytest.raises(KeyboardInterrupt):
        store.prepare(tmp_path, "test")
    assert drawn
    assert not list(tmp_path.iterdir())


def test_two_at_once_both_get_a_whole_folder(tmp_path: Path) -> None:
    barrier = threading.Barrier(2)
    results: list[Sequence[store.Scene]] = []

    def work() -> None:
        barrier.wait()
        results.append(store.prepare(tmp_path, "test")[1])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results[0] == results[1]
    assert [p.name for p in tmp_path.iterdir()] == ["phantoms-v1-test"]
    assert store.prepare(tmp_path, "test")[1] == results[0]


def test_a_folder_that_came_meanwhile_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rename meets a folder that another process has just put there."""
    elsewhere, scenes = store.prepare(tmp_path / "other", "test")
    real = store.draw
    target = tmp_path / "mine" / elsewhere.name

    def late(plan: design.Plan) -> Drawing:
        if not target.exists():
            elsewhere.rename(target)
        return real(plan)

    monkeypatch.setattr(store, "draw", late)
    assert store.prepare(tmp_path / "mine", "test") == (target, scenes)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == [target.name]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(MedGaugeError, match=r"cannot write the phantoms to .*phantoms-v1-test"):
        store.prepare(file, "test")

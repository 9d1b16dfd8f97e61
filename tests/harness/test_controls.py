"""Controls: another's picture, or a black one; recorded, repeatable, and never taken for the blind run."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import Learns, Says, make_plan, make_task, metric
from PIL import Image

from medgauge.controls import derangement
from medgauge.errors import MedGaugeError
from medgauge.prepare import select
from medgauge.run import execute
from medgauge.store import RunDirectory
from medgauge.types import Answer, Media, Sample, answering


def sample(task: str, group: str, *pictures: str) -> Sample:
    media = tuple(Media(path=name, sha256=name, size=(1, 1)) for name in pictures)
    return Sample(
        id=f"{group}-{'-'.join(pictures)}", task=task, language="en", group=group, media=media, target=Answer()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Remembers the picture that came with each request."""

    name: str = "looks"
    box_format: str = "medrega"
    seen: dict[str, list[Media]] = field(default_factory=dict)

    def generate(self, requests):  # type: ignore[no-untyped-def]
        for request in requests:
            self.seen.setdefault(request.id.split(":", 4)[4], []).extend(request.media)
            yield answering(request, text="left")


def largest_kin(pictures: dict[str, set[str]]) -> int:
    """How many groups at most hang together by shared pictures."""
    kins: list[tuple[set[str], set[str]]] = []
    for group, own in pictures.items():
        near = [kin for kin in kins if kin[1] & own]
        merged = ({group}.union(*(kin[0] for kin in near)), own.union(*(kin[1] for kin in near)))
        kins = [kin for kin in kins if not kin[1] & own] + [merged]
    return max(len(kin[0]) for kin in kins)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 30), min_size=1, max_size=3)), min_size=1))
def test_nobody_gets_a_picture_of_its_own_and_each_group_gives_once(drawn: list[tuple[int, list[int]]]) -> None:
    samples = [sample("t", f"g{group}", *(f"p{n}" for n in pictures)) for group, pictures in drawn]
    own: dict[str, set[str]] = {}
    for one in samples:
        own.setdefault(one.group, set()).update(picture.sha256 for picture in one.media)
    if 2 * largest_kin(own) > len(own):
        with pytest.raises(MedGaugeError, match="shuffled-image"):
            derangement(samples)
        return
    groups = derangement(samples)["t"]
    assert set(groups) == set(groups.values()) == set(own)
    assert all(not own[group] & own[other] for group, other in groups.items())
    assert derangement(list(reversed(samples))) == {"t": groups}


def test_tasks_are_shuffled_apart_and_too_few_groups_are_refused() -> None:
    samples = [sample(task, group, f"{task}{group}") for task in "ab" for group in "xyz"]
    made = derangement(samples)
    assert set(made) == {"a", "b"}
    with pytest.raises(MedGaugeError, match="t has no two groups with different pictures"):
        derangement([sample("t", "x", "1"), sample("t", "y", "1")])
    shared = [sample("t", name, "1") for name in "abc"] + [sample("t", "d", "2")]
    with pytest.raises(MedGaugeError, match="3 of 4 groups of t share their pictures"):
        derangement(shared)


def test_shuffled_pictures_are_anothers_the_same_ones_again_and_recorded(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", n=8, languages=("en", "zh"), turns=2)
    model = Looks()
    plan = make_plan(task, model, control="shuffled-image")
    execute(plan, tmp_path / "run", None)
    kept = json.loads((tmp_path / "run" / "control.json").read_text())
    assert kept["control"] == "shuffled-image"
    pictures = {s.group: s.media[0].sha256 for s in select((task,), None, None).samples}
    pairs = kept["pictures_of"]["made"]
    for id, seen in model.seen.items():
        assert {picture.sha256 for picture in seen} == {pictures[pairs[id]]} != {pictures[id]}
        assert len(seen) == 4  # two languages, two turns
    run = RunDirectory(tmp_path / "run")
    assert run.manifest()["files"]["control.json"] == run.hashes()["control.json"]
    assert run.spec()["control"] == "shuffled-image"
    assert [s.sample.media[0].sha256 for s in run.samples() if s.sample.language == "en"] == list(pictures.values())
    (tmp_path / "run" / "control.json").unlink()
    execute(plan, tmp_path / "run", None, fresh=True)
    assert json.loads((tmp_path / "run" / "control.json").read_text()) == kept


def test_black_pictures_have_the_size_of_the_picture(tmp_path: Path) -> None:
    model = Looks()
    task = make_task(tmp_path / "data", n=4)
    execute(make_plan(task, model, control="black-image"), tmp_path / "run", None)
    pictures = {picture.path for seen in model.seen.values() for picture in seen}
    assert [Path(path).name for path in pictures] == ["black-8x8.png"]
    with Image.open(pictures.pop()) as image:
        assert (image.size, image.getextrema()) == ((8, 8), (0, 0))
    run = RunDirectory(tmp_path / "run")
    run.clear()
    assert not list((tmp_path / "run" / "control").glob("*"))


def test_a_control_resumes_and_an_unreadable_picture_is_given_to_nobody(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    task.load(None, "test")
    (tmp_path / "data" / "test" / "5.png").write_bytes(b"not a picture")
    with pytest.raises(KeyboardInterrupt):
        execute(make_plan(task, Says(stop_after=10), control="shuffled-image"), tmp_path / "run", None)
    done = execute(make_plan(task, Says(), control="shuffled-image"), tmp_path / "run", None)
    whole = execute(make_plan(task, Says(), control="shuffled-image"), tmp_path / "other", None)
    assert done.results == whole.results
    assert metric(done.results)["value"] < 0.9
    assert "test-5" not in json.loads((tmp_path / "run" / "control.json").read_text())["pictures_of"]["made"]


@pytest.mark.parametrize("control", ["blind", "shuffled-image", "black-image"])
def test_a_learner_is_fitted_on_true_pictures(tmp_path: Path, control: str) -> None:
    model = Learns()
    task = make_task(tmp_path / "data", splits=("train", "test"))
    execute(make_plan(task, model, control=control), tmp_path / "run", None)
    assert model.fits == [frozenset(f"train-{i}" for i in range(24))]


def test_a_sample_with_more_pictures_than_the_other_group_gets_them_over_and_over(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", n=4)
    loaded = task.load(None, "test")
    first, second, *_ = loaded.samples
    double = replace(first, media=(*first.media, *loaded.samples[3].media), group="double")
    chosen = (double, second)
    both = replace(
        task,
        load=lambda data_dir, split: replace(loaded, samples=chosen),
    )
    model = Looks()
    execute(make_plan(both, model, control="shuffled-image"), tmp_path / "run", None)
    assert [picture.sha256 for picture in model.seen[first.id]] == [second.media[0].sha256] * 2
    assert [picture.sha256 for picture in model.seen[second.id]] == [first.media[0].sha256]

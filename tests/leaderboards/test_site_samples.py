"""The data of the sample view: what stands in them for which samples, and that packed scores are the scores."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_runs import Item, card, write_run
from reading_pages import everything, words

from medgauge.metrics import parse_metric
from medgauge.stats import gather
from medgauge.store import RunDirectory
from medgauge.tasks import PUBLISH_LEVELS, Publish
from medgauge.types import Answer, Box, Sample, Segment
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.packed import (
    NONE,
    Scale,
    decode,
    encode,
    pack,
    packed,
    packed_levels,
    scale_of,
    unpack,
    unpacked,
)

VALUES = st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, 0.5]))
ROWS = st.lists(arrays(np.float64, st.integers(0, 40), elements=VALUES), min_size=1, max_size=4)


def data(site: Path, name: str) -> Any:
    """The value that a script hands over."""
    text = (site / "data" / f"{name}.js").read_text("utf-8")
    head = f"MedGaugeData({json.dumps(name)}, "
    assert text.startswith(head)
    assert text.endswith(");\n")
    return json.loads(text[len(head) : -3])


def scores(site: Path, slug: str, row: str) -> tuple[str, str, np.ndarray]:
    """Statuses, verdicts and values of all samples, as a page unpacks them."""
    status, verdict, codes = unpack(data(site, f"{slug}/{row}/scores"))
    place = next(one["scale"] for one in data(site, f"{slug}/board")["rows"] if one["slug"] == row)
    made = data(site, f"{slug}/scales")[place]
    scale = Scale(levels=np.frombuffer(unpacked(made["levels"]), "<f8"), low=made["low"], high=made["high"])
    return status, verdict, decode(codes, scale)


def names(site: Path, slug: str) -> list[str]:
    found: list[str] = json.loads(unpacked(data(site, f"{slug}/names")))
    return found


@given(ROWS)
def test_few_values_are_packed_to_the_bit(rows: list[np.ndarray]) -> None:
    scale = scale_of(rows)
    assert scale.step == 0
    for row in rows:
        n = len(row)
        status, verdict, codes = unpack(pack("s" * n, "r" * n, encode(row, scale)))
        assert (status, verdict) == ("s" * n, "r" * n)
        np.testing.assert_array_equal(decode(codes, scale), row)
    again = np.frombuffer(unpacked(packed_levels(scale)), "<f8")
    np.testing.assert_array_equal(again, scale.levels)


def test_more_values_than_codes_lie_on_a_grid_and_keep_their_order() -> None:
    generator = np.random.default_rng(2)
    rows = [np.append(generator.normal(0, 3, 50_000), np.nan) for _ in range(2)]
    scale = scale_of(rows)
    assert len(scale.levels) == 0
    for row in rows:
        codes = encode(row, scale)
        made = decode(codes, scale)
        assert codes[-1] == NONE
        assert np.isnan(made[-1])
        assert np.abs(made - row)[:-1].max() <= scale.step / 2 * (1 + 1e-9)
        assert codes[:-1].max() < NONE
    ordered = np.sort(rows[0][:-1])
    assert (np.diff(encode(ordered, scale).astype(int)) >= 0).all()


def test_a_value_outside_the_scale_is_refused() -> None:
    scale = scale_of([np.array([0.0, 1.0])])
    with pytest.raises(ValueError, match="outside the scale"):
        encode(np.array([2.0]), scale)
    with pytest.raises(ValueError, match="none of the scale's levels"):
        encode(np.array([0.25]), scale)
    with pytest.raises(ValueError, match="2 statuses and 1 verdicts of 1 samples"):
        pack("ss", "r", encode(np.array([1.0]), scale))


@given(st.binary(max_size=200))
def test_packing_is_the_same_at_all_times(given_bytes: bytes) -> None:
    assert packed(given_bytes) == packed(given_bytes)
    assert unpacked(packed(given_bytes)) == given_bytes


@pytest.mark.parametrize(
    ("task", "language", "slug"), [("made-vqa", "zh", "made-vqa-zh"), ("made-find", "en", "made-find")]
)
def test_packed_scores_are_the_scores_of_the_run(
    demo_runs: list[Path], demo_site: Path, task: str, language: str, slug: str
) -> None:
    run = RunDirectory(demo_runs[0])
    own = {s.key.id: s for s in run.scores() if (s.key.task, s.key.language) == (task, language)}
    status, verdict, values = scores(demo_site, slug, "acme-vl-7b")
    order = names(demo_site, slug)
    assert order == list(own)
    assert status == "".join({"scored": "s", "no_answer": "n", "failed": "f"}[own[id].status] for id in order)
    metric = parse_metric("exact_match" if task == "made-vqa" else "f1@0.5")
    for id, letter, value in zip(order, verdict, values, strict=True):
        alone = metric.reduce(gather(metric, [own[id]]), np.ones((1, 1)))[""][0]
        assert value == pytest.approx(alone, nan_ok=True)
        assert letter == ("r" if alone == 1 else "w" if alone == 0 else "p")
    assert len(set(status)) > 1 or task == "made-find"
    assert len(set(verdict)) > 1


def report(i: int) -> Item:
    words_of = ["opacity", "lung", "heart", "normal", "effusion", "left", "right", "small"]
    generator = np.random.default_rng(i)
    text = " ".join(generator.choice(words_of, 8))
    said = " ".join(generator.choice(words_of, 8))
    sample = Sample(
        id=f"r{i:03d}",
        task="long",
        language="en",
        target=Answer(text=text),
        tags={"organ": "lung" if i % 10 else "heart"},
        group=f"{i}",
    )
    return Item(sample=sample, text=said, answer=Answer(text=said))


REPORT = card("long", "report", "rouge_l", publish="references", metrics=("cider_d",))


@pytest.fixture(scope="module")
def both_sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same reports, all of them shown, and ten of sixty."""
    folder = tmp_path_factory.mktemp("reports")
    items = [report(i) for i in range(60)]
    other = [
        Item(sample=one.sample, text=two.text, answer=two.answer)
        for one, two in zip(items, [*items[1:], items[0]], strict=True)
    ]
    runs = [write_run(folder / name, name, [(REPORT, own)], ()) for name, own in (("a", items), ("b", other))]
    whole = build(runs, folder / "whole", Asked(title="T")).parent
    return whole, build(runs, folder / "part", Asked(title="T", most=10)).parent


def test_a_part_is_the_same_samples_with_the_same_numbers(both_sites: tuple[Path, Path]) -> None:
    whole, part = both_sites
    head = data(part, "long/board")
    assert (head["n"], head["of"]) == (10, 60)
    assert [one["no"] for one in data(part, "long/0")] == head["numbers"] != list(range(1, 11))
    for row in ("a", "b"):
        shown = [data(whole, f"long/{row}/0")[number - 1] for number in head["numbers"]]
        assert data(part, f"long/{row}/0") == shown
        assert len({one["values"]["cider_d"] for one in shown}) > 5
    assert data(part, "long/0") == [data(whole, "long/0")[number - 1] for number in head["numbers"]]


def test_values_of_a_part_are_by_metrics_prepared_on_all(tmp_path: Path) -> None:
    """Statistics number labels among those of all references; the shown ones have fewer."""
    made = card("named", "classification", "accuracy", publish="references", metrics=("macro_f1", "macro_recall"))
    items = []
    for i in range(60):
        labels, said = (f"l{i % 20:02d}",), (f"l{(i + i % 3) % 20:02d}", "l00")
        sample = Sample(id=f"{i}", task="named", language="en", target=Answer(labels=labels), group=f"{i}")
        items.append(Item(sample=sample, text="x", answer=Answer(labels=said)))
    run = write_run(tmp_path / "run", "m", [(made, items)], ())
    whole = build([run], tmp_path / "whole", Asked(title="T")).parent
    part = build([run], tmp_path / "part", Asked(title="T", most=5)).parent
    numbers = data(part, "named/board")["numbers"]
    assert len(numbers) == 5
    assert data(part, "named/m/0") == [data(whole, "named/m/0")[number - 1] for number in numbers]
    assert {one["values"]["macro_f1"] for one in data(whole, "named/m/0")} > {0.0}


def test_a_part_says_so_and_keeps_all_scores(both_sites: tuple[Path, Path]) -> None:
    whole, part = both_sites
    text = words((part / "samples" / "long.html").read_text("utf-8"))
    assert "10 of 60 samples are shown one by one" in text
    assert "no sample to estimate from" in text
    assert 'id="part"' not in (whole / "samples" / "long.html").read_text("utf-8")
    assert (part / "data/long/a/scores.js").read_bytes() == (whole / "data/long/a/scores.js").read_bytes()
    assert names(part, "long") == [f"r{i:03d}" for i in range(60)]
    numbers = data(part, "long/board")["numbers"]
    others = [one["target"]["text"]["text"] for one in data(whole, "long/0") if one["no"] not in numbers]
    assert len(others) == 50
    written = everything(part)
    assert not [text for text in others if text.encode() in written]


def test_every_slice_has_its_share_of_a_part(both_sites: tuple[Path, Path]) -> None:
    _, part = both_sites
    (organ,) = data(part, "long/board")["slices"]
    assert (organ["tag"], organ["values"]) == ("organ", ["heart", "lung"])
    assert min(organ["of"].count(0), organ["of"].count(1)) >= 3
    tags = [one["tags"]["organ"] for one in data(part, "long/0")]
    assert [organ["values"][place] for place in organ["of"]] == tags


@pytest.mark.parametrize("level", PUBLISH_LEVELS)
def test_slices_and_names_need_their_level(tmp_path: Path, level: Publish) -> None:
    items = [Item(sample=report(i).sample, text="x", answer=Answer(text="x"), publish=level) for i in range(12)]
    run = write_run(tmp_path / "run", "m", [(card("long", "report", "rouge_l", publish="images"), items)], ())
    site = build([run], tmp_path / "site", Asked(title="T", most=4)).parent
    head = data(site, "long/board")
    open_names = level != "scores"
    assert names(site, "long") == [f"r{i:03d}" if open_names else f"no.{i + 1}" for i in range(12)]
    assert all(link.startswith("r" if open_names else "no.") for link in head["links"])
    closed = level in ("scores", "predictions")
    assert ([slice["tag"] for slice in head["slices"]] == []) == closed


def run_of(folder: Path, name: str, items: Sequence[Item]) -> Path:
    return write_run(folder / name, name, [(REPORT, items)], ())


def test_another_version_is_not_shown_as_the_same(tmp_path: Path) -> None:
    items = [report(i) for i in range(4)]
    changed = Item(
        sample=Sample(id="r001", task="long", language="en", target=Answer(text="another"), group="1"),
        text="said",
        answer=Answer(text="said"),
    )
    runs = [run_of(tmp_path, "a", items), run_of(tmp_path, "b", [items[0], changed, *items[3:]])]
    site = build(runs, tmp_path / "site", Asked(title="T")).parent
    first, second, third, fourth = data(site, "long/b/0")
    assert "other" not in first
    assert "said" in first
    assert second["other"] is True
    assert "said" not in second
    assert third is None
    assert "said" in fourth
    assert data(site, "long/b/index")["status"] == "s--s"
    assert scores(site, "long", "b")[0] == "s--s"
    assert np.isnan(scores(site, "long", "b")[2][1:3]).all()


def test_samples_that_only_a_later_run_has_are_there(tmp_path: Path) -> None:
    items = [report(i) for i in range(6)]
    runs = [run_of(tmp_path, "a", items[:3]), run_of(tmp_path, "b", items)]
    site = build(runs, tmp_path / "site", Asked(title="T")).parent
    assert [one["id"] for one in data(site, "long/0")] == [f"r{i:03d}" for i in range(6)]
    assert data(site, "long/a/0")[3:] == [None, None, None]


def test_two_tasks_with_the_same_ids_are_kept_apart(tmp_path: Path) -> None:
    short = card("short", "vqa", "exact_match", publish="references")
    asked = [
        Item(
            sample=Sample(
                id=f"r{i:03d}", task="short", language="en", question="Which?", target=Answer(text="a"), group="g"
            ),
            text="a",
            answer=Answer(text="a"),
        )
        for i in range(3)
    ]
    run = write_run(tmp_path / "run", "m", [(REPORT, [report(i) for i in range(3)]), (short, asked)], ())
    site = build([run], tmp_path / "site", Asked(title="T")).parent
    assert [one["question"]["text"] for one in data(site, "short/0")] == ["Which?"] * 3
    assert [one["said"][0]["text"]["text"] for one in data(site, "short/m/0")] == ["a"] * 3
    assert [one["said"][0]["text"]["text"] for one in data(site, "long/m/0")] == [report(i).text for i in range(3)]


def test_boxes_of_a_grounded_report_know_their_part(tmp_path: Path) -> None:
    one, two, loose = (Box(xyxy=(10.0 * i, 0.0, 10.0 * i + 8, 9.0), label="x") for i in range(3))
    parts = (Segment(label="x", text="First.", boxes=(one,)), Segment(label="x", text="Second.", boxes=(two, one)))
    answer = Answer(text="First. Second.", segments=parts, boxes=(two, one, loose))
    made = card("grounded", "grounded-report", "region_f1@0.5", publish="references")
    sample = Sample(id="1", task="grounded", language="en", target=answer, group="g")
    run = write_run(tmp_path / "run", "m", [(made, [Item(sample=sample, text="x", answer=answer)])], ())
    site = build([run], tmp_path / "site", Asked(title="T")).parent
    for read in (data(site, "grounded/0")[0]["target"], data(site, "grounded/m/0")[0]["answer"]):
        assert [box.get("part") for box in read["boxes"]] == [1, 0, None]
        assert [part["text"]["text"] for part in read["segments"]] == ["First.", "Second."]

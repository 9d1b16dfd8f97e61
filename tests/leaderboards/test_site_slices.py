"""Slices and languages on the page of one task, and which words of the data set may stand there."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import Item, boards_of, card, edit, write_run
from reading_pages import Cell, cells, everything, words
from test_site_build import CARD, items, site
from test_site_task import plain, result_of, rows_of, table

from medgauge.errors import BadRecord
from medgauge.store import MANIFEST, RESULTS, RunDirectory
from medgauge.tasks import Card, Label
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.slices import FEW, STEPS, slices


def tagged(right: int, tags: Sequence[dict[str, str]], task: str = "words") -> list[Item]:
    """One sample for each of `tags`, the first `right` of them answered right."""
    made = items(right, of=len(tags), task=task)
    return [replace(one, sample=replace(one.sample, tags=own)) for one, own in zip(made, tags, strict=True)]


def test_a_heat_map_shows_the_runs_numbers(demo_runs: list[Path], demo_site: Path) -> None:
    there = result_of(demo_runs[0], "made-vqa/en")["slices"]["modality"]
    found = cells(demo_site / "tasks" / "made-vqa-en.html")
    for value, few in (("ct", True), ("x-ray", False)):
        start = next(i for i, c in enumerate(found) if c.attributes["tag"] == "th" and words(c.text).startswith(value))
        metric, cell = there[value]["metrics"]["exact_match"], found[start + 2]
        assert words(found[start + 1].text) == f"{there[value]['n']}{' few' if few else ''}"
        assert cell.parts["value"] == f"{metric['value']:.3f}"
        assert cell.parts["half"] == f"±{(metric['high'] - metric['low']) / 2:.3f}"
        assert cell.parts["n"] == f"n {there[value]['n']}"
        assert ("few" in str(cell.attributes["class"])) == few
        assert bool(re.search(r"\bs\d\b", str(cell.attributes["class"]))) != few


def shades(board: Any) -> dict[str, list[int | None]]:
    (made,) = slices(board, board.models)
    return {row.value: [cell.step if cell else None for cell in row.cells] for row in made.rows}


def test_shades_run_from_the_worst_value_to_the_best(tmp_path: Path) -> None:
    tags = [{"organ": organ} for organ in ("lung", "liver") for _ in range(FEW)] + [{"organ": "eye"}] * (FEW - 1)
    runs = [
        write_run(tmp_path / "a", "a", [(CARD, tagged(0, tags))], ()),
        write_run(tmp_path / "b", "b", [(CARD, tagged(30, tags))], ()),
    ]
    (board,) = boards_of(runs)
    assert shades(board) == {"lung": [0, STEPS - 1], "liver": [0, STEPS // 2], "eye": [None, None]}
    fewer = card("fewer", "text-to-region", "fp_per_image", publish="references")
    boxes = [Answer(boxes=(Box(xyxy=(0, 0, 9, 9)),)), Answer()]
    runs = []
    for name, answer in zip("cd", boxes, strict=True):
        made = [replace(one, answer=answer) for one in tagged(0, tags, task="fewer")]
        runs.append(write_run(tmp_path / name, name, [(fewer, made)], ()))
    (board,) = boards_of(runs)
    assert shades(board)["lung"] == [0, STEPS - 1]


def test_a_slice_that_a_model_lacks_is_not_available(tmp_path: Path) -> None:
    both, one = [{"organ": "lung"}, {"organ": "liver"}] * 20, [{"organ": "lung"}, {"organ": "eye"}] * 20
    runs = [
        write_run(tmp_path / "a", "a", [(CARD, tagged(9, both))], ()),
        write_run(tmp_path / "b", "b", [(CARD, tagged(9, one))], ()),
    ]
    (board,) = boards_of(runs)
    (made,) = slices(board, board.models)
    assert [[cell is None for cell in row.cells] for row in made.rows] == [[True, False], [False, True], [False, False]]
    text = (site(runs, tmp_path) / "tasks" / "words.html").read_text("utf-8")
    assert '<td class="none">n/a</td>' in text


@pytest.mark.parametrize(("level", "open_"), [("scores", False), ("predictions", False), ("references", True)])
def test_a_small_slice_names_nobody_where_words_may_not_be_shown(tmp_path: Path, level: str, open_: bool) -> None:
    made = card("words", "vqa", "exact_match", publish=level)
    tags = [{"site": "common-site"}] * 30 + [{"site": "rare-site"}] * (FEW - 1)
    folder = everything(site([write_run(tmp_path / "a", "m", [(made, tagged(9, tags))], ())], tmp_path))
    page = (tmp_path / "site" / "tasks" / "words.html").read_text("utf-8")
    assert "common-site" in page
    assert (b"rare-site" in folder) == open_
    assert ("Not shown: 1 parts of under 20 samples" in page) != open_


def found_boxes(made: Card, label: str) -> list[Item]:
    box = Box(xyxy=(0, 0, 9, 9), label=label)
    return [
        Item(
            sample=Sample(
                id=f"{i}", task=made.name, language="en", choices=(label,), target=Answer(boxes=(box,)), group=f"{i}"
            ),
            answer=Answer(boxes=(box,)),
        )
        for i in range(12)
    ]


@pytest.mark.parametrize(
    ("level", "labels", "shown"),
    [("references", (), True), ("scores", (), False), ("scores", (Label(name="odd-word"),), True)],
)
def test_numbers_named_after_the_datas_words_need_their_level(
    tmp_path: Path, level: str, labels: tuple[Label, ...], shown: bool
) -> None:
    made = card("find", "text-to-region", "f1@0.5", publish=level, labels=labels, metrics=("ap@0.5", "froc@0.5"))
    run = write_run(tmp_path / "a", "m", [(made, found_boxes(made, "odd-word"))], ())
    assert "ap@0.5/oddword" in result_of(run, "find")["metrics"]
    page = (site([run], tmp_path) / "tasks" / "find.html").read_text("utf-8")
    assert ("oddword" in page) == shown
    assert ("Numbers below a metric that are not shown: 1." in page) != shown
    assert "froc@0.5/sens@0.5fp" in page


def test_both_languages_of_a_task_know_each_other(demo_runs: list[Path], demo_site: Path) -> None:
    page = demo_site / "tasks" / "made-vqa-en.html"
    assert 'href="../tasks/made-vqa-zh.html"' in page.read_text("utf-8")
    assert 'href="../tasks/made-vqa-en.html"' in (demo_site / "tasks" / "made-vqa-zh.html").read_text("utf-8")
    assert 'id="table-gap"' not in (demo_site / "tasks" / "made-find.html").read_text("utf-8")
    first = plain(rows_of(table(page, "table-gap"))[0])
    for key in ("made-vqa/en", "made-vqa/zh"):
        metric = result_of(demo_runs[0], key)["metrics"]["exact_match"]
        assert f"{metric['value']:.3f} [{metric['low']:.3f}, {metric['high']:.3f}] 30" in first
    assert first.endswith("no paired samples –")


BILINGUAL = card("both", "vqa", "exact_match", languages=("en", "zh"))


def bilingual(folder: Path, parity: Any) -> Path:
    tags = [{"modality": modality} for modality in ("ct", "mri") for _ in range(25)]
    made = tagged(20, tags, task="both")
    chinese = [replace(one, sample=replace(one.sample, language="zh")) for one in tagged(40, tags, task="both")]
    run = write_run(folder, "m", [(BILINGUAL, [*made, *chinese])], ())
    edit(run, RESULTS, lambda text: text)
    directory = RunDirectory(run)
    directory.write(RESULTS, directory.results() | {"parity": parity})
    directory.write(MANIFEST, directory.manifest() | {"files": directory.hashes()})
    return run


def test_the_gap_between_languages_is_the_runs_own(tmp_path: Path) -> None:
    gap = {"value": 0.4, "low": 0.3125, "high": 0.5, "n": 50, "n_unpaired": {"en": 0, "zh": 0}, "signatures": {}}
    built = site([bilingual(tmp_path / "a", {"both": {"exact_match": gap}})], tmp_path)
    (row,) = rows_of(table(built / "tasks" / "both-zh.html", "table-gap"))
    assert plain(row).endswith("+0.400 [+0.312, +0.500] 50")
    text = (built / "tasks" / "both-zh.html").read_text("utf-8")
    heat = rows_of(text[text.index('id="across"') :])
    assert [plain(one) for one in heat[:2]] == [
        f"ct {_cell(built, 'en', 'ct')} {_cell(built, 'zh', 'ct')}",
        f"mri {_cell(built, 'en', 'mri')} {_cell(built, 'zh', 'mri')}",
    ]


def _cell(built: Path, language: str, value: str) -> str:
    """What the map of one language says of one modality."""
    found: list[Cell] = cells(built / "tasks" / f"both-{language}.html")
    start = next(i for i, c in enumerate(found) if c.attributes["tag"] == "th" and words(c.text) == value)
    return words(found[start + 2].text)


def test_a_gap_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecord):
        site([bilingual(tmp_path / "a", {"both": {"exact_match": {"value": "much", "n": 50}}})], tmp_path)


def test_tags_and_names_are_shown_as_text(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\x1b[31m"
    tags = [{hostile: value} for value in (hostile, "other") for _ in range(20)]
    run = write_run(tmp_path / "a", hostile, [(CARD, tagged(9, tags))], ())
    page = (site([run], tmp_path) / "tasks" / "words.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3

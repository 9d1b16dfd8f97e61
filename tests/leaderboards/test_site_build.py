"""What may stand together on a page, and what building does to the folder."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from made_runs import RESULTS, Item, card, edit, write_run
from reading_pages import cells, everything, overview, words

from medgauge.errors import Incomplete, MedGaugeError, NotComparable, NothingSelected
from medgauge.store import RunDirectory
from medgauge.types import Answer, Sample
from medgauge_leaderboards.site.build import Asked, build

CARD = card("words", "vqa", "exact_match", publish="references", metrics=("token_f1",))


def items(right: int, of: int = 12, task: str = "words", question: str = "Which?") -> list[Item]:
    """`of` samples of which the first `right` are answered right."""
    return [
        Item(
            sample=Sample(
                id=f"{i}", task=task, language="en", question=question, target=Answer(text="a"), group=f"{i}"
            ),
            text="a" if i < right else "b",
            answer=Answer(text="a" if i < right else "b"),
        )
        for i in range(of)
    ]


def site(runs: Sequence[Path], tmp_path: Path) -> Path:
    return build(runs, tmp_path / "site", Asked(title="T")).parent


def page(runs: Sequence[Path], tmp_path: Path) -> str:
    return words((site(runs, tmp_path) / "index.html").read_text("utf-8"))


def rows(site: Path) -> list[str]:
    return [str(c.attributes["data-value"]) for c in cells(site / "index.html") if c.attributes.get("scope") == "row"]


def test_best_first_and_nothing_last(tmp_path: Path) -> None:
    other = card("other", "vqa", "exact_match", publish="references")
    runs = [
        write_run(tmp_path / "a", "low", [(CARD, items(2))], ()),
        write_run(tmp_path / "b", "absent", [(other, items(12, task="other"))], ()),
        write_run(tmp_path / "c", "high", [(CARD, items(9))], ()),
    ]
    built = site(runs, tmp_path)
    assert rows(built)[-3:] == ["absent", "high", "low"]  # "other" comes first by name and only "absent" has it
    empty = [c for c in cells(built / "index.html") if words(c.text) == "n/a"]
    assert len(empty) == 3
    assert not any({"data-value", "data-gain", "data-rank"} & set(c.attributes) for c in empty)


def test_lower_is_better_is_best_first_too(tmp_path: Path) -> None:
    ratio = card("fewer", "text-to-region", "fp_per_image", publish="references")
    made = [Item(sample=i.sample, answer=Answer()) for i in items(0, task="fewer")]
    from medgauge.types import Box

    boxed = [Item(sample=i.sample, answer=Answer(boxes=(Box(xyxy=(0, 0, 9, 9)),))) for i in made]
    runs = [
        write_run(tmp_path / "a", "invents", [(ratio, boxed)], ()),
        write_run(tmp_path / "b", "silent", [(ratio, made)], ()),
    ]
    built = site(runs, tmp_path)
    assert rows(built) == ["silent", "invents"]
    assert 'aria-sort="ascending"' in (built / "index.html").read_text("utf-8")


def test_two_runs_of_one_model_on_one_task_are_refused(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, "m", [(CARD, items(3))], ()) for name in ("a", "b")]
    with pytest.raises(NotComparable, match=r"words of model 'm' \(control none\)") as error:
        site(runs, tmp_path)
    assert error.value.exit_code == 3
    assert not (tmp_path / "site").exists()


def test_one_models_runs_on_two_tasks_are_one_row(tmp_path: Path) -> None:
    other = card("other", "vqa", "exact_match", publish="references")
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "m", [(other, items(4, task="other"))], ()),
    ]
    assert rows(site(runs, tmp_path)) == ["m"]


def test_another_signature_of_the_primary_is_told_and_not_ranked(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(CARD, items(9))], (), resign={"exact_match": "exact_match|old"}),
    ]
    text = page(runs, tmp_path)
    assert "exact_match was made in different ways" in text
    assert "exact_match|old" in text
    assert 'data-key="words"' not in text
    assert rows(tmp_path / "site") == ["ours", "theirs"]  # by name, not by value


def test_another_signature_of_one_metric_leaves_the_others_ranked(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(CARD, items(9))], (), resign={"token_f1": "token_f1|old"}),
    ]
    assert 'data-key="words"' in page(runs, tmp_path)
    task = (tmp_path / "site" / "tasks" / "words.html").read_text("utf-8")
    assert 'data-key="exact_match"' in task
    assert 'data-key="token_f1"' not in task


@pytest.mark.parametrize(
    ("other", "words_of_it"),
    [
        pytest.param({"of": 11}, "did not answer the same samples", id="fewer samples"),
        pytest.param({"question": "What?"}, "did not answer the same samples", id="other questions"),
    ],
)
def test_other_samples_are_told_and_not_ranked(tmp_path: Path, other: dict, words_of_it: str) -> None:
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(CARD, items(3, **other))], ()),
    ]
    text = page(runs, tmp_path)
    assert words_of_it in text
    assert 'data-key="words"' not in text


def test_a_control_over_other_samples_gives_no_gain(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "m", [(CARD, items(3, question="What?"))], (), control="blind"),
    ]
    assert "control run does not match" in page(runs, tmp_path)


def test_a_control_with_other_settings_gives_no_gain(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "m", [(CARD, items(3))], (), control="blind", options={"size": "7b"}),
    ]
    assert "control run does not match" in page(runs, tmp_path)


def test_a_control_does_not_keep_models_from_being_ranked(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "m", [(CARD, items(3, of=11))], (), control="blind", limit=11),
        write_run(tmp_path / "c", "better", [(CARD, items(10))], ()),
    ]
    text = page(runs, tmp_path)
    assert 'data-key="words"' in text
    assert "did not answer the same samples" not in text
    assert rows(tmp_path / "site") == ["better", "m"]


def test_another_primary_metric_is_told_and_its_value_not_mixed_in(tmp_path: Path) -> None:
    other = card("words", "vqa", "parse_rate", publish="references")
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(other, items(9))], ()),
    ]
    assert "the models are ranked by different metrics" in page(runs, tmp_path)
    found = overview(tmp_path / "site" / "index.html")
    assert found["ours", "words"].parts["value"] == "0.250"
    assert found["theirs", "words"].parts["value"] == "n/a"
    assert "data-value" not in found["theirs", "words"].attributes


def test_a_tag_with_one_value_is_no_slice(demo_site: Path) -> None:
    heads = [words(c.text) for c in cells(demo_site / "tasks" / "made-vqa-en.html")]
    assert "modality" in heads
    assert "kind" not in heads


def test_a_control_alone_is_told(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "lonely", [(CARD, items(3))], (), control="blind"),
    ]
    assert "there is a control run, but no run of the model itself" in page(runs, tmp_path)
    assert rows(tmp_path / "site") == ["m"]


def test_settings_that_differ_within_a_row_are_told(tmp_path: Path) -> None:
    other = card("other", "vqa", "exact_match", publish="references")
    runs = [
        write_run(tmp_path / "a", "m", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "m", [(other, items(4, task="other"))], (), options={"size": "7b"}),
    ]
    assert "its runs on this page were made with different settings" in page(runs, tmp_path)


def test_a_run_on_changed_data_says_so_with_what_is_changed(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", "m", [(CARD, items(3))], (), allow_modified=True)
    run = RunDirectory(folder)
    lines = [f"{CARD.name}: test: expected 9 samples, got 3", f"{CARD.name}-other: gone"]
    run.write("manifest.json", run.manifest() | {"modified": lines})
    built = site([folder], tmp_path)
    (cell,) = overview(built / "index.html").values()
    assert "changed data" in cell.text
    detail = words((built / "methods" / f"{CARD.name}.html").read_text("utf-8"))
    assert "Data that are not what the card says" in detail
    assert "test: expected 9 samples, got 3" in detail
    assert "gone" not in detail
    assert "--allow-modified" in detail


def test_a_limited_run_is_marked_partial(tmp_path: Path) -> None:
    built = site([write_run(tmp_path / "a", "m", [(CARD, items(3))], (), limit=12)], tmp_path)
    (cell,) = overview(built / "index.html").values()
    assert "partial" in cell.text


def test_under_ten_groups_there_is_no_interval(tmp_path: Path) -> None:
    built = site([write_run(tmp_path / "a", "m", [(CARD, items(3, of=9))], ())], tmp_path)
    (cell,) = overview(built / "index.html").values()
    assert cell.parts["interval"] == "no interval"


def test_secrets_do_not_reach_the_page(tmp_path: Path) -> None:
    options = {"api_key": "sk-very-secret", "size": "7b"}
    built = site([write_run(tmp_path / "a", "m", [(CARD, items(3))], (), options=options)], tmp_path)
    assert b"sk-very-secret" not in everything(built)
    assert b"size=7b" in everything(built)


def test_two_builds_are_the_same_bytes(demo_runs: list[Path], demo_site: Path, tmp_path: Path) -> None:
    again = build([*reversed(demo_runs)], tmp_path / "again", Asked(title="Made leaderboard")).parent
    assert everything(again) == everything(demo_site)


def test_building_again_leaves_nothing_of_the_site_before(tmp_path: Path) -> None:
    old = card("old", "vqa", "exact_match", publish="references")
    site([write_run(tmp_path / "a", "m", [(old, items(3, task="old", question="A secret?"))], ())], tmp_path)
    built = site([write_run(tmp_path / "b", "m", [(CARD, items(3))], ())], tmp_path)
    assert b"A secret?" not in everything(built)
    assert not list(tmp_path.glob(".site*"))


def test_a_folder_that_is_no_site_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").write_text("ten years of work")
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    with pytest.raises(MedGaugeError, match="no MedGauge site"):
        site([run], tmp_path)
    assert (tmp_path / "site" / "thesis.txt").read_text() == "ten years of work"


def test_numbers_changed_by_hand_are_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    file = run / RESULTS
    file.write_text(file.read_text("utf-8").replace("0.25", "0.95"), "utf-8")
    with pytest.raises(MedGaugeError, match=r"results\.json changed"):
        site([run], tmp_path)


def test_a_run_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    (run / "manifest.json").unlink()
    with pytest.raises(Incomplete):
        site([run], tmp_path)


def test_a_run_that_lacks_scores_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    edit(run, "scores.jsonl", lambda text: "".join(text.splitlines(keepends=True)[1:]))
    with pytest.raises(Incomplete, match="reports n 12, has 12 samples and 11 scores"):
        site([run], tmp_path)


def test_no_run_is_nothing_selected(tmp_path: Path) -> None:
    with pytest.raises(NothingSelected):
        site([], tmp_path)

"""Exported numbers: all of them, each as the runs have it, and nothing of a sample."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from made_exports import (
    site_of,
    unguarded,
    vqa_items,
)
from made_runs import card, edit, write_run

from medgauge.errors import BadRecord
from medgauge.store import RESULTS
from medgauge_leaderboards.exports.columns import DIFFERENCES, SCORES
from medgauge_leaderboards.exports.frame import differences_frame, scores_frame
from medgauge_leaderboards.exports.wide import wide
from medgauge_leaderboards.exports.write import write_exports
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.submissions.folder import run_hash

ID = ["task", "language", "model", "control"]


@pytest.fixture(scope="module")
def site(demo_runs: list[Path]) -> Site:
    return site_of(demo_runs)


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports") / "export"
    write_exports(site, out)
    return out


def read_csv(file: Path, kinds: dict[str, str]) -> pd.DataFrame:
    """As a careful reader does: texts are texts, and nothing but an empty cell is missing."""
    return pd.read_csv(file, dtype=kinds, keep_default_na=False, na_values=[""])


def test_the_files(site: Site, folder: Path) -> None:
    made = write_exports(site, folder)
    names = {"scores.csv", "scores.json", "scores.parquet", "differences.csv", "differences.parquet"}
    names |= {
        f"{family}.{end}" for family in ("vqa", "text-to-region", "region-to-text") for end in ("md", "tex", "csv")
    }
    assert {path.name for path in folder.iterdir()} == {file for _, file in made} == names
    assert len({label for label, _ in made}) == len(made) == len(names)


def test_every_number_of_every_run_is_there_once(site: Site, demo_runs: list[Path]) -> None:
    frame = scores_frame(site)
    whole = frame[frame.slice_tag.isna()].set_index([*ID, "metric"])
    assert whole.index.is_unique
    seen = 0
    for run in demo_runs:
        spec = json.loads((run / "spec.json").read_text("utf-8"))
        for entry in json.loads((run / "results.json").read_text("utf-8"))["tasks"].values():
            answers = sum(entry["status"].values())
            for name, number in entry["metrics"].items():
                row = whole.loc[
                    (entry["task"], entry["language"], spec["model"]["name"], spec.get("control", "none"), name)
                ]
                for field in (
                    "value",
                    "low",
                    "high",
                    "n",
                    "n_undefined",
                    "n_groups",
                    "signature",
                    "interval",
                    "no_interval",
                ):
                    expected = number.get(field)
                    assert pd.isna(row[field]) if expected is None else row[field] == expected
                assert row["share_failed"] == entry["status"]["failed"] / answers
                assert row["share_no_answer"] == entry["status"]["no_answer"] / answers
                assert row["primary"] == (name == entry["primary"])
                seen += 1
    assert seen == len(whole)


def test_slices_are_those_of_the_page_and_have_no_rank(site: Site) -> None:
    frame = scores_frame(site)
    parts = frame[frame.slice_tag.notna()]
    # `kind` and `organ` are alike everywhere, and modality has a value with ten samples, few for a locked data set.
    assert set(parts.slice_tag) == {"modality"}
    shown = parts.groupby("task").slice_value.agg(lambda values: sorted(set(values))).to_dict()
    assert shown == {"made-locked": ["x-ray"], "made-vqa": ["ct", "x-ray"]}
    assert parts.primary.all()
    for name in ("rank_best", "rank_worst", "gain", "share_failed", "truncated"):
        assert parts[name].isna().all()
    assert not parts.duplicated([*ID, "metric", "slice_tag", "slice_value"]).any()


def test_ranks_and_gains_stand_with_the_primary_metric_of_models_alone(site: Site) -> None:
    frame = scores_frame(site)
    ranked = frame[frame.rank_best.notna()]
    assert (ranked.primary & (ranked.control == "none")).all()
    assert len(ranked) == sum(len(one.ranks) for one in site.standings.values()) == 19
    gains = frame[frame.gain.notna()].set_index(["task", "language"])
    values = frame[frame.slice_tag.isna() & frame.primary & (frame.model == "acme/vl-7b")]
    for key, pair in values.groupby(["task", "language"]):
        by_control = pair.set_index("control").value
        assert gains.loc[key, "gain"] == pytest.approx(by_control["none"] - by_control["blind"], abs=1e-12)
    assert set(frame[frame.no_gain.notna()].no_gain) == {"no-control"}


def test_each_pair_of_differences_stands_there_once(site: Site) -> None:
    frame = differences_frame(site)
    scores = scores_frame(site)
    values = scores[scores.slice_tag.isna() & scores.primary].set_index(["task", "language", "row"]).value
    expected = sum(len(list(combinations(board.cells, 2))) for board in site.boards)
    pairs = [frozenset(pair) for pair in zip(frame.row, frame.other_row, strict=True)]
    assert len(frame) == len(set(zip(frame.task, frame.language, pairs, strict=True))) == expected
    for row in frame.itertuples():
        one, other = values[row.task, row.language, row.row], values[row.task, row.language, row.other_row]
        assert row.difference == pytest.approx(one - other, abs=1e-12)
        assert row.wins + row.losses + row.ties == row.n == 30
    controls = (frame.control != "none") | (frame.other_control != "none")
    assert frame[controls].p_adjusted.isna().all()
    assert frame[controls].better.isna().all()
    assert frame[~controls].p_adjusted.notna().all()
    assert frame[~controls].better.notna().all()


@pytest.mark.parametrize(
    ("name", "make", "columns"), [("scores", scores_frame, SCORES), ("differences", differences_frame, DIFFERENCES)]
)
def test_csv_and_parquet_read_back_exactly(site: Site, folder: Path, name: str, make, columns) -> None:  # type: ignore[no-untyped-def]
    frame = make(site)
    assert list(frame.columns) == list(columns)
    kinds = {column: one.kind for column, one in columns.items()}
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == kinds
    pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet").astype(kinds), frame, check_exact=True)
    pd.testing.assert_frame_equal(
        read_csv(folder / f"{name}.csv", kinds).map(plain).astype(kinds), frame, check_exact=True
    )


def plain(value: object) -> object:
    return unguarded(value) if isinstance(value, str) else value


def test_json_reads_back_exactly(site: Site, folder: Path) -> None:
    data = json.loads((folder / "scores.json").read_text("utf-8"))
    assert data["schema_version"] == 1
    assert set(data["columns"]) == set(SCORES) == set(data["records"][0])
    kinds = {name: one["type"] for name, one in data["columns"].items()}
    made = pd.DataFrame(data["records"])[list(SCORES)].astype(kinds)
    pd.testing.assert_frame_equal(made, scores_frame(site), check_exact=True)


def test_the_same_runs_make_the_same_bytes(site: Site, folder: Path, tmp_path: Path, demo_runs: list[Path]) -> None:
    write_exports(site_of(demo_runs[::-1]), tmp_path / "again")
    for file in folder.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_a_check_of_submissions_found(demo_runs: list[Path]) -> None:
    first = demo_runs[0]
    frame = scores_frame(site_of(demo_runs[:2], {run_hash(first): "reproduced"}))
    assert set(frame[frame.model == "acme/vl-7b"].status) == {"reproduced"}
    assert frame[frame.model != "acme/vl-7b"].status.isna().all()
    (table, *_) = wide(site_of(demo_runs[:2], {run_hash(first): "self-reported"}))
    notes = {model: entries[0].notes for model, entries in table.rows if entries[0]}
    assert notes == {"acme/vl-7b": ("self-reported",), "baseline/blind": ("out-of-fold",)}


def test_facts_of_the_model_and_the_data(tmp_path: Path) -> None:
    made = card("made-vqa", "vqa", "exact_match", licence="DUA", publish="scores", synthetic=True)
    run = write_run(tmp_path / "a", "a", [(made, vqa_items({}))], (), limit=24)
    about = '"about": {"parameters": 7.5, "open_weights": true, "licence": "MIT", "unverified": ["size", "licence"]}, '
    manifest = run / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("{", "{" + about, 1), "utf-8")
    row = scores_frame(site_of([run])).iloc[0]
    assert (row.parameters_billions, row.open_weights, row.model_licence) == (7.5, True, "MIT")
    assert (row.unverified, row.data_licence, row.publish, row.synthetic) == ("size; licence", "DUA", "scores", True)
    assert (row.badges, row.medgauge, row.prompts, row.task_version) == ("partial", "0.0.0", "plain", 1)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("interval", 7, "a valid string"),
        ("no_interval", ["x"], "a valid string"),
        ("trial_sd", "wide", "a valid number"),
    ],
)
def test_results_of_another_form_are_refused(tmp_path: Path, field: str, value: object, expected: str) -> None:
    run = write_run(tmp_path / "a", "a", [(card("made-vqa", "vqa", "exact_match"), vqa_items({}))], ())

    def change(text: str) -> str:
        data = json.loads(text)
        data["tasks"]["made-vqa"]["metrics"]["exact_match"][field] = value
        return json.dumps(data)

    edit(run, RESULTS, change)
    with pytest.raises(BadRecord, match=expected):
        scores_frame(site_of([run]))


def test_the_spread_over_trials_is_kept(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "a", [(card("made-vqa", "vqa", "exact_match"), vqa_items({}))], ())
    edit(run, RESULTS, lambda text: text.replace('"exact_match": {', '"exact_match": {"trial_sd": 0.0125, ', 1))
    assert scores_frame(site_of([run])).trial_sd.dropna().tolist() == [0.0125]


def test_nothing_of_a_sample_leaves(tmp_path: Path) -> None:
    """A value of a tag that few samples have is a word of the data set, like their questions."""
    made = card("made-vqa", "vqa", "exact_match", access="credentialed", publish="scores", licence="DUA")
    run = write_run(tmp_path / "run", "m", [(made, vqa_items({"finding": "tag-word"}))], ())
    write_exports(site_of([run]), tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        text = pd.read_parquet(file).to_csv() if file.suffix == ".parquet" else file.read_text("utf-8")
        for word in ("spoken-word", "parsed-word", "asked-word", "true-word", "tag-word", "patient-", "q01"):
            assert word not in text, file.name
    open_ = replace(made, publish="references")
    run = write_run(
        tmp_path / "open",
        "m",
        [(open_, [replace(item, publish="references") for item in vqa_items({"finding": "tag-word"})])],
        (),
    )
    assert set(scores_frame(site_of([run])).slice_value.dropna()) == {"tag-word"}

"""Blessed references: as good a base as the run itself, small, and never quietly of something else."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_pairs import World, fill, template
from made_runs import edit
from test_compare_gates import held, verdicts
from test_compare_runs import BETTER, REPORT, VQA, WORSE, compare, run

from medgauge.errors import BadRecord, MedGaugeError, NotComparable
from medgauge_leaderboards.reference import bless, differences, listed, shown


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    both = ((VQA, WORSE), (REPORT, WORSE)), ((VQA, BETTER), (REPORT, BETTER))
    return (
        run(tmp_path, "a", *both[0], metrics=("token_f1", "length_ratio")),
        run(tmp_path, "b", *both[1], metrics=("token_f1", "length_ratio")),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "references"


def test_a_reference_is_as_good_a_base_as_its_run(pair: tuple[Path, Path], folder: Path) -> None:
    bless(pair[0], "main", "a release", folder=folder, metrics=("*",))
    there = compare(*pair)
    for base in (Path("main"), folder / "main.json"):
        made = compare(base, pair[1], references=folder)
        assert made["rows"] == there["rows"]
        assert made["slices"] == there["slices"]
        base_of = made["base"]
        assert (base_of["kind"], base_of["name"], base_of["reason"]) == ("reference", "main", "a release")
        assert made["base"]["status"] == there["base"]["status"]


def test_by_default_the_primaries_are_kept_and_the_rest_is_named(pair: tuple[Path, Path], folder: Path) -> None:
    bless(pair[0], "main", "a release", folder=folder)
    made = compare(Path("main"), pair[1], references=folder)
    assert {row["metric"] for row in made["rows"]} == {"exact_match", "rouge_l"}
    gates = "gates: [{task: '*', metric: token_f1}]"
    with pytest.raises(MedGaugeError, match=r"keeps no statistics of it by sample; .* bless --metric token_f1"):
        held(folder, Path("main"), pair[1], gates, references=folder)


def test_a_reference_says_which_field_of_the_samples_is_not_what_was_blessed(
    pair: tuple[Path, Path], folder: Path
) -> None:
    bless(pair[0], "main", "a release", folder=folder)
    edit(pair[1], "samples.jsonl", lambda text: text.replace(f"{7:064}", f"{99:064}"))
    with pytest.raises(NotComparable, match="made-report media: not what was blessed"):
        compare(Path("main"), pair[1], references=folder)
    edit(pair[1], "samples.jsonl", lambda text: text.replace('"id": "39"', '"id": "40"'))
    edit(pair[1], "scores.jsonl", lambda text: text.replace('"id": "39"', '"id": "40"'))
    with pytest.raises(NotComparable, match="made-report samples: 40 in the base, 40 in the candidate, not with"):
        compare(Path("main"), pair[1], references=folder)


def test_it_is_small_enough_for_git(tmp_path: Path, folder: Path) -> None:
    """100,000 samples, right or wrong: some 14 kB, and 4 kB of hashes and names."""
    world = World(n=20_000, groups=4000, discordance=0.1, effect=0.0)
    base = template(tmp_path / "base", world)
    fill(base, world, (np.random.default_rng(0).random(world.n) < 0.75).astype(int))
    assert bless(base, "main", "size", folder=folder).stat().st_size < 20_000 / 8 * 1.25 + 4_000
    made = compare(Path("main"), base, references=folder)
    assert verdicts(made) == {"made-vqa exact_match": "identical"}


def test_the_file_holds_no_word_of_a_sample(pair: tuple[Path, Path], folder: Path) -> None:
    text = bless(pair[0], "main", "a release", folder=folder).read_text("utf-8")
    assert "what is seen" not in text
    assert "clear lungs" not in text
    assert str(pair[0]) not in text


def test_a_second_run_gives_the_noise_floor_and_a_margin_under_it_is_refused(tmp_path: Path, folder: Path) -> None:
    texts = ["clear lungs" if i % 3 else "wrong" for i in range(100)]
    flipped = ["wrong" if i < 4 else text for i, text in enumerate(texts)]  # two of the four were right
    first = run(tmp_path / "1", "mine", (VQA, texts))
    second = run(tmp_path / "2", "mine", (VQA, flipped))
    bless(first, "main", "with noise", folder=folder, again=second)
    noise = shown("main", folder)["tasks"]["made-vqa/en"]["noise"]["exact_match"]
    changed = sum(a != b for a, b in zip(texts, flipped, strict=True))
    assert noise == {"changed": changed, "difference": pytest.approx(-changed / 100), "floor": changed / 100}
    gates = "gates: [{{task: '*', mode: noninferior, margin: {}}}]"
    with pytest.raises(MedGaugeError, match=r"the margin 0.02 is not over the noise floor 0.02"):
        held(folder, Path("main"), first, gates.format(0.02), references=folder)
    made = held(folder, Path("main"), first, gates.format(0.05), references=folder)
    assert not any("no noise floor" in note for note in made["notes"])
    bless(first, "bare", "without noise", folder=folder)
    bare = held(folder, Path("bare"), first, gates.format(0.02), references=folder)
    assert any("no noise floor" in note for note in bare["notes"])


def test_noise_is_of_one_model(tmp_path: Path, pair: tuple[Path, Path], folder: Path) -> None:
    with pytest.raises(NotComparable, match=r"are not two runs of one model:\n  model.name: 'a' and 'b'"):
        bless(pair[0], "main", "x", folder=folder, again=pair[1])
    half = run(tmp_path / "half", "a", (VQA, WORSE), metrics=("token_f1", "length_ratio"))
    with pytest.raises(NotComparable, match="has not run made-report"):
        bless(pair[0], "main", "x", folder=folder, again=half)


def test_show_list_and_diff(pair: tuple[Path, Path], folder: Path) -> None:
    bless(pair[0], "old", "first", folder=folder)
    bless(pair[1], "new", "second", folder=folder)
    assert [(one["name"], one["reason"]) for one in listed(folder)] == [("new", "second"), ("old", "first")]
    assert listed(folder)[1]["tasks"]["made-vqa/en"] == {"n": 40, "primary": "exact_match", "value": 0.2}
    assert shown("old", folder)["tasks"]["made-report"]["n_groups"] == 20
    found = {one["field"]: (one["old"], one["new"]) for one in differences("old", "new", folder)}
    assert found["spec.model.name"] == ("a", "b")
    assert found["tasks.made-vqa/en.metrics.exact_match.value"] == (0.2, 0.6)
    assert "tasks.made-vqa/en.digests.media" not in found
    assert differences("old", "old", folder) == []


@pytest.mark.parametrize("name", ["../main", "", ".hidden", "a/b", "main\n"])
def test_a_name_is_a_file_name(pair: tuple[Path, Path], folder: Path, name: str) -> None:
    with pytest.raises(MedGaugeError, match="expected letters, digits"):
        bless(pair[0], name, "x", folder=folder)


def test_what_is_refused(pair: tuple[Path, Path], folder: Path) -> None:
    with pytest.raises(MedGaugeError, match="--reason"):
        bless(pair[0], "main", " ", folder=folder)
    with pytest.raises(MedGaugeError, match=r"--metric 'exact_mtach': the run has"):
        bless(pair[0], "main", "x", folder=folder, metrics=("exact_mtach",))
    assert listed(folder) == []


def test_a_damaged_reference_is_one_line(pair: tuple[Path, Path], folder: Path) -> None:
    file = bless(pair[0], "main", "x", folder=folder)
    data = json.loads(file.read_text("utf-8"))
    packed = data["tasks"]["made-report"]["packed"]["rouge_l"]
    for change in (
        {"n": 41},
        {"columns": []},
        {"columns": packed["columns"][:1]},
        {"columns": [packed["columns"][0] | {"data": "!!"}, *packed["columns"][1:]]},
        {"kinds": packed["kinds"] | {"values": [7.0]}},
    ):
        data["tasks"]["made-report"]["packed"]["rouge_l"] = packed | change
        file.write_text(json.dumps(data))
        with pytest.raises(MedGaugeError) as raised:
            compare(Path("main"), pair[1], references=folder)
        assert "\n" not in str(raised.value)
        assert "made-report" in str(raised.value)
    file.write_text(json.dumps(data | {"schema_version": 9}))
    with pytest.raises(BadRecord, match="schema_version"):
        compare(Path("main"), pair[1], references=folder)

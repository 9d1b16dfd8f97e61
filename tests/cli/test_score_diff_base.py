"""`medgauge score RUN --diff --base BASE`: what is left is the model's only where both answered the same samples."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_runs import edit

from medgauge.cli.main import cli
from medgauge.errors import NotComparable


def medgauge(*words: object) -> str:
    done = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    base, mine = tmp_path / "base", tmp_path / "mine"
    for folder in (base, mine):
        medgauge("run", "phantom-vqa", "--model", "baseline/prior", "--limit", 12, "--out", folder)
    return base, mine


CHANGES: dict[str, Callable[[str], str]] = {
    "question": lambda text: text.replace('"question": "', '"question": "so, ', 1),
    "group": lambda text: text.replace('"group": "', '"group": "x', 1),
}


def test_the_same_samples_are_split(pair: tuple[Path, Path]) -> None:
    made = json.loads(medgauge("score", pair[1], "--diff", "--base", pair[0], "--json"))
    (entry,) = made.values()
    assert all(one["metrics"]["exact_match"]["model"] == 0 for one in entry["tasks"].values())


@pytest.mark.parametrize("field", ["question", "group"])
def test_other_content_is_not_comparable(pair: tuple[Path, Path], field: str) -> None:
    edit(pair[1], "samples.jsonl", CHANGES[field])
    with pytest.raises(NotComparable, match=rf"phantom-vqa/\w+ {field}: 1 samples") as raised:
        medgauge("score", pair[1], "--diff", "--base", pair[0])
    assert raised.value.exit_code == 3


def test_other_ids_are_not_comparable(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    medgauge("run", "phantom-vqa", "--model", "baseline/prior", "--limit", 8, "--out", tmp_path / "few")
    with pytest.raises(NotComparable, match=r"samples: \d+ in the base alone"):
        medgauge("score", tmp_path / "few", "--diff", "--base", pair[0])
    medgauge("run", "phantom-report", "--model", "baseline/prior", "--limit", 8, "--out", tmp_path / "other")
    with pytest.raises(NotComparable, match="share no task"):
        medgauge("score", tmp_path / "other", "--diff", "--base", pair[0])

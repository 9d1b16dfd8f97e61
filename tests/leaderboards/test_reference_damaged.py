"""A damaged reference is one line that names the file and the field, whatever is damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_compare_runs import REPORT, compare, run

from medgauge.errors import BadRecord
from medgauge_leaderboards.reference import bless, listed

HUGE = 10**12


def _same(value: float) -> dict[str, Any]:
    return {"values": [value], "bits": 0, "data": ""}


def _packed(**change: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda kept: kept["packed"]["rouge_l"].update(change)


def _huge(kept: dict[str, Any]) -> None:
    kept.update(n=HUGE, n_groups=20, counts=kept["counts"] | {"scored": HUGE})
    kept["packed"]["rouge_l"] = {"n": HUGE, "kinds": _same(1.0), "counts": _same(1.0), "columns": [_same(1.0)]}


def _noise(**change: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda kept: kept["noise"].update(rouge_l={"floor": 0.0, "changed": 0, "difference": 0.0} | change)


DAMAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no digests": lambda kept: kept.update(digests={}),
    "a digest missing": lambda kept: kept["digests"].pop("media"),
    "a digest of nothing": lambda kept: kept["digests"].update(ids=""),
    "no counts": lambda kept: kept.update(counts={}),
    "a count missing": lambda kept: kept["counts"].pop("truncated"),
    "a negative count": lambda kept: kept["counts"].update(failed=-1),
    "counts of other samples": lambda kept: kept["counts"].update(scored=39),
    "more cut short than there are": lambda kept: kept["counts"].update(truncated=41),
    "no samples": lambda kept: kept.update(n=0),
    "huge n": _huge,
    "huge n of the packed alone": _packed(n=HUGE, kinds=_same(1.0), counts=_same(1.0)),
    "no trials": lambda kept: kept.update(trials=0),
    "more groups than samples": lambda kept: kept.update(n_groups=41),
    "unknown primary": lambda kept: kept.update(primary="exact_match"),
    "the primary is not packed": lambda kept: kept.update(packed={}),
    "a task that was not asked": lambda kept: kept.update(task="elsewhere"),
    "negative floor": _noise(floor=-0.1),
    "negative changes": _noise(changed=-1),
    "noise of no metric": lambda kept: kept["noise"].update(x={"floor": 0.0, "changed": 0, "difference": 0.0}),
    "undefined with a row": _packed(kinds=_same(0.0)),
    "a vector of two rows": _packed(counts=_same(2.0)),
    "a vector of no row": _packed(counts=_same(0.0)),
    "half a row": _packed(counts=_same(1.5)),
    "rows without end": _packed(kinds=_same(2.0), counts=_same(1e9)),
    "more rows than numbers": _packed(counts=_same(1e300)),
    "a kind that there is not": _packed(kinds=_same(7.0)),
    "half a kind": _packed(kinds=_same(0.5)),
    "no columns": _packed(columns=[]),
}


@pytest.fixture(scope="module")
def blessed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("damaged")
    made = run(folder, "a", (REPORT, ["clear lungs", "wrong", "clear", "wrong"] * 10))
    return bless(made, "main", "x", folder=folder / "references"), made


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damage_is_a_bad_record(tmp_path: Path, blessed: tuple[Path, Path], what: str) -> None:
    data = json.loads(blessed[0].read_text("utf-8"))
    DAMAGES[what](data["tasks"]["made-report"])
    file = tmp_path / "references" / "main.json"
    file.parent.mkdir()
    file.write_text(json.dumps(data))
    with pytest.raises(BadRecord, match="made-report") as raised:
        compare(file, blessed[1])
    assert "\n" not in str(raised.value)
    assert str(file) in str(raised.value)


def test_what_is_whole_is_read(blessed: tuple[Path, Path]) -> None:
    assert compare(*blessed)["exit_code"] == 0


def test_a_list_of_references_names_the_damaged_one(tmp_path: Path, blessed: tuple[Path, Path]) -> None:
    data = json.loads(blessed[0].read_text("utf-8"))
    data["tasks"]["made-report"]["primary"] = "exact_match"
    (tmp_path / "main.json").write_text(json.dumps(data))
    with pytest.raises(BadRecord, match="primary"):
        listed(tmp_path)

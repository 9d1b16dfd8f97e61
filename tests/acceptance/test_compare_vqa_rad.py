"""Paired differences of the recorded runs over VQA-RAD: discordant counts and McNemar's p are known."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded import RECORDED, medgauge

from medgauge.cli.table import WIDTH

Made = Callable[[str, str], Path]


@pytest.mark.parametrize("name", RECORDED[1:])
def test_discordant_counts_and_mcnemar(shared: Path, made: Made, name: str) -> None:
    golden = json.loads((shared / "golden" / "EXPECTED.json").read_text("utf-8"))["gr5293_vqa_rad"]
    b, c, p = golden["mcnemar_overall_EM"][f"baseline_vs_{name.replace('-', '_')}"]
    words = ("compare", made("vqa-rad", "base"), made("vqa-rad", name), "--metric", "exact_match", "--json")
    document = json.loads(medgauge(*words).stdout)
    assert document["schema_version"] == 2
    (row,) = document["rows"]
    split, difference = row["discordant"], row["difference"]
    assert (split["base_only"], split["candidate_only"]) == (b, c)
    assert split["mcnemar_p"] == pytest.approx(p, rel=1e-9)
    assert split["descriptive"], "pictures hold several questions"
    assert (row["test"], row["primary"]) == ("sign-flip", True)
    assert difference["value"] == pytest.approx((c - b) / 451, abs=1e-12)
    assert difference["value"] == pytest.approx(row["candidate"] - row["base"], abs=1e-12)
    assert difference["low"] < difference["value"] < difference["high"]
    assert (difference["n"], difference["n_undefined"], difference["n_groups"]) == (451, 0, 203)
    assert row["p_adjusted"] == row["p"], "one primary metric: nothing to adjust"
    assert (row["p"] < 0.05) == (difference["low"] > 0 or difference["high"] < 0)
    assert row["design_effect"] >= 1
    if name == "lora-rank4":
        assert (b, c, p) == (23, 97, pytest.approx(5.263609792232913e-12, rel=1e-12))
        assert row["p"] == 1 / 10_001, "no assignment of 10 000 gives as much"
        assert 0.06 < row["mde"] < 0.09


def test_the_printed_table_holds_the_numbers_and_how_they_are_made(made: Made) -> None:
    text = medgauge("compare", made("vqa-rad", "base"), made("vqa-rad", "lora-rank4")).stdout
    assert "exact_match *" in text
    assert "exact_match: in the base alone 23, in the candidate alone 97; McNemar exact p 5.26e-12 +" in text
    assert "+ descriptive: groups hold several samples" in text
    assert "bootstrap|by:group|resamples:10000" in text
    short = [line for line in text.splitlines() if "|" not in line and not line.startswith("differs:")]
    assert all(len(line) <= WIDTH for line in short)

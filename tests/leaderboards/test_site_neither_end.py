"""A metric of which neither end is better ranks nobody."""

import re
from pathlib import Path

import pytest
from made_runs import card, write_run
from test_compare_runs import BETTER, WORSE, items

from medgauge_leaderboards.site.build import Asked, build


@pytest.mark.parametrize("primary", ["exact_match", "length_ratio"])
def test_no_order_and_no_lower_is_better(tmp_path: Path, primary: str) -> None:
    made = card("made", "vqa", primary)
    metrics = ("exact_match", "length_ratio")
    runs = [write_run(tmp_path / name, name, [(made, items(made, said))], metrics)
            for name, said in (("b", WORSE), ("a", BETTER))]  # fmt: skip
    index = build(runs, tmp_path / "site", Asked(title="Made"))
    page = (index.parent / "tasks" / "made.html").read_text("utf-8")
    assert "lower is better" not in page
    heads = {
        name: re.search(rf"<th scope=\"col\"[^>]*>(?:(?!</th>).)*{name}.*?</th>", page, re.DOTALL) for name in metrics
    }
    assert heads["length_ratio"] is not None
    assert heads["exact_match"] is not None
    assert "not ranked" in heads["length_ratio"].group()
    assert "aria-sort" not in heads["length_ratio"].group()
    assert "not ranked" not in heads["exact_match"].group()
    assert ('data-i18n="badge.unranked"' in index.read_text("utf-8")) == (primary == "length_ratio")

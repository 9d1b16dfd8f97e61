"""The page about the metrics says what the catalogue says."""

from inspect import getdoc
from pathlib import Path

import pytest

from medgauge.plugins import catalog

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
OURS = sorted(name for name, lazy in catalog("metrics").entries.items() if str(lazy).startswith("medgauge_metrics."))


@pytest.mark.parametrize("name", OURS)
def test_the_page_has_the_metric_in_its_own_words(name: str) -> None:
    summary = (getdoc(catalog("metrics").load(name)) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    assert summary
    assert f"| `{name}` | {summary} |" in PAGE.read_text("utf-8").splitlines()

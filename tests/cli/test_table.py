"""Results as people see them."""

from typing import Any

import pytest

from medgauge.cli.table import WIDTH, print_results, visible

COUNTS = {"scored": 30, "no_answer": 0, "refused": 0, "failed": 0}


def estimate(value: float | None = 0.5, **changes: Any) -> dict[str, Any]:
    base = {
        "value": value,
        "low": 0.4,
        "high": 0.6,
        "n": 30,
        "n_undefined": 0,
        "n_groups": 20,
        "interval": "bootstrap",
        "no_interval": None,
        "signature": "good|v:1",
        "higher_is_better": True,
    }
    return base | changes


def missing(why: str | None, **changes: Any) -> dict[str, Any]:
    return estimate(low=None, high=None, interval=None, no_interval=why, **changes)


def shown(capsys: pytest.CaptureFixture[str], metrics: dict[str, Any], **more: Any) -> str:
    entry = {"family": "vqa", "language": "en", "n": 30, "status": COUNTS, "primary": "good", "metrics": metrics}
    print_results({"tasks": {"made": entry}} | more)
    return capsys.readouterr().out


def line(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith(f" {start}")).split("  ")


def test_value_interval_and_counts_stand_in_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, {"good": estimate()})
    assert [cell.strip() for cell in line(text, "good") if cell.strip()] == [
        "good *",
        "0.5000",
        "[0.4000, 0.6000]",
        "30",
        "20",
    ]
    assert "undefined" not in text
    assert "~" not in text


def test_undefined_samples_have_a_column_where_there_are_any(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, {"good": estimate(), "part": estimate(n_undefined=12, n_groups=8)})
    assert [cell.strip() for cell in line(text, "part") if cell.strip()][-3:] == ["18", "12", "8"]
    assert [cell.strip() for cell in line(text, "good") if cell.strip()][-2:] == ["30", "20"]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("by-design", "none by design"),
        ("few-groups", "under 10 groups"),
        ("no-variation", "no variation"),
        ("unstable", "unstable"),
        (None, "none"),
    ],
)
def test_why_there_is_no_interval(capsys: pytest.CaptureFixture[str], why: str | None, said: str) -> None:
    text = shown(capsys, {"good": missing(why)})
    assert said in line(text, "good")[-1] or said in " ".join(line(text, "good"))
    assert ("a rate over the whole set" in text) == (why == "by-design")


def test_a_metric_that_ranks_nothing_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, {"good": estimate(), "neutral": estimate(higher_is_better=None)})
    assert "neutral ~" in text
    assert "~ ranks nothing" in text


def test_every_signature_is_printed_once_and_that_of_the_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = {"good": estimate(), "good/part": estimate(), "other": estimate(signature="other|v:2")}
    text = shown(capsys, metrics, intervals="bootstrap|by:group|v:2")
    assert text.count("  good|v:1") == text.count("  other|v:2") == 1
    assert "  intervals  bootstrap|by:group|v:2" in text
    assert "and 1 parts of these" in text


def test_parity_is_a_block_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    differences = {"good": estimate(-0.25, low=-0.4, high=-0.1, n_unpaired={"zh": 0, "en": 3})}
    text = shown(capsys, {"good": estimate()}, parity={"made": differences})
    assert "made  zh minus en, on the same items (3 en items without a partner)" in text
    assert "-0.2500" in text
    assert "[-0.4000, -0.1000]" in text


def test_long_names_are_folded_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    name = "compat/" + "x" * 150
    text = shown(capsys, {"good": estimate(), name: estimate()})
    assert "".join(text.split()).count("x") >= 150
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_what_steers_a_terminal_is_shown_and_does_nothing() -> None:
    assert visible("a\x1b[31m\x07b\u202ec\n\tCT 肺") == "a\\x1b[31m\\x07b\\x202ec\\x0a\tCT 肺"

"""Pairs of models for which no test can be made, on the page of a task."""

from pathlib import Path

from made_runs import Item, card, write_run
from test_site_build import site

from medgauge.types import Answer, Box, Sample


def drawing(right: int, of: int) -> list[Item]:
    """A box on each picture, found on the first `right`."""
    box, far = Box(xyxy=(10.0, 10.0, 60.0, 60.0)), Box(xyxy=(200.0, 10.0, 260.0, 60.0))
    return [
        Item(
            sample=Sample(id=f"{i}", task="find", language="en", target=Answer(boxes=(box,)), group=f"{i}"),
            answer=Answer(boxes=(box if i < right else far,)),
        )
        for i in range(of)
    ]


def test_pairs_without_a_test_are_said_beside_the_pairs(tmp_path: Path) -> None:
    """A pooled F1 of nine groups has no test; of twelve it has."""
    made = card("find", "text-to-region", "f1@0.5")
    for name, of in (("few", 9), ("more", 12)):
        runs = [write_run(tmp_path / f"{name}{n}", f"m{n}", [(made, drawing(n, of))], ()) for n in (3, 8)]
        text = (site(runs, tmp_path) / "tasks" / "find.html").read_text("utf-8")
        assert ("pairs.untested" in text) == (name == "few")
        assert ('class="untested"' in text) == (name == "few")

"""docs/data.md names every key of a card and every finding as the code has them."""

import re
from dataclasses import fields
from pathlib import Path

from medgauge.data.findings import KINDS
from medgauge.data.similar import NEAR
from medgauge.media import MAX_PIXELS
from medgauge.tasks import Card

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text("utf-8")


def test_every_finding_stands_there_with_its_level_and_meaning() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning) \| (.*) \|$", TEXT, re.MULTILINE)
    assert {kind: (level, meaning) for kind, level, meaning in rows} == dict(KINDS)


def test_every_key_of_a_card_stands_there() -> None:
    table = TEXT[TEXT.index("| key |") : TEXT.index("## Counts")]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if row else "")}
    assert named == {field.name for field in fields(Card)} - {"name"}


def test_the_limits_are_those_of_the_code() -> None:
    assert f"differ in {NEAR} at most" in TEXT
    assert f"{MAX_PIXELS // 1_000_000} million pixels" in TEXT

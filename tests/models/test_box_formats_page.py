"""The page about box formats says what the code says: the table, the examples, and the pairs that look alike."""

from pathlib import Path

import pytest

from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge_model_adapters.boxes.boxless import BoxlessFormat
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat
from medgauge_model_adapters.boxes.telling_apart import mistaken

PAGE = Path(__file__).resolve().parents[2] / "docs" / "box-formats.md"
NAMES = list(catalog("box_formats").entries)
LOADED = [catalog("box_formats").load(name) for name in NAMES]
DECLARED = [one for one in LOADED if isinstance(one, DeclaredBoxFormat)]
SMALL = Frame(original=(800, 600), sent=(400, 300))
LARGE = Frame(original=(3000, 2000), sent=(1500, 1000))
BOX = ("nodule", [(200.0, 150.0, 400.0, 450.0)])


def table_row(one):
    """A line of the table of formats."""
    models, sources = ", ".join(one.families), "; ".join(one.sources) or "-"
    state = f"unverified: {one.unverified}" if one.unverified else "verified" if one.sources else "-"
    if isinstance(one, BoxlessFormat):
        shape = ["-", "-", "-", "-"]
    else:
        example = one.encode([BOX], SMALL).removeprefix("```json\n").removesuffix("\n```").replace("|", "\\|")
        shape = [one.order, reach(one), one.frame, f"`{example}`"]
    words = (cell.replace("|", "\\|").replace("<", "&lt;") for cell in (state, sources, one.note or "-"))
    return "| " + " | ".join([f"`{one.name}`", models, *shape, *words]) + " |"


def reach(one):
    """The declared range in words."""
    if one.scale == "pixels":
        return "pixels"
    top = one.scale if one.top is None else one.top
    if one.rounding == "cells":
        return f"cells of {one.scale} x {one.scale}"
    middle = f", middle of {one.scale} bins" if one.offset else f" of {one.scale}" if one.top is not None else ""
    return f"0-{top}{middle}" + (f", {one.decimals} decimals" if one.decimals else "")


def look_alikes(frame):
    """For each format, the others that read its text without a complaint, with the shift in percent of the side."""
    found = {}
    for pair in mistaken(DECLARED, frame):
        found.setdefault(pair.written, {})[pair.read] = f"`{pair.read}` {pair.shift:.1%}"
    return found


def pair_rows():
    """The lines of the table of pairs."""
    small, large = look_alikes(SMALL), look_alikes(LARGE)
    return [
        f"| `{name}` | {', '.join(small.get(name, {}).values()) or '-'} | "
        f"{', '.join(large.get(name, {}).values()) or '-'} |"
        for name in NAMES
        if name in small or name in large
    ]


@pytest.mark.parametrize("one", LOADED, ids=lambda one: one.name)
def test_the_table_has_the_format_as_it_is(one):
    assert table_row(one) in PAGE.read_text("utf-8").splitlines()


def test_the_page_lists_the_pairs_that_no_reader_can_tell_apart():
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| written as"))
    end = next(number for number, line in enumerate(lines) if number > start and not line.startswith("|"))
    assert lines[start + 2 : end] == pair_rows()


def test_the_page_names_no_format_that_is_gone():
    lines = PAGE.read_text("utf-8").splitlines()
    named = [line.split("|")[1].strip().strip("`") for line in lines if line.startswith("| `")]
    assert set(named) == set(NAMES)


def test_neighbouring_scales_look_alike_and_distant_ones_do_not():
    pairs = {(pair.written, pair.read): pair.shift for pair in mistaken(DECLARED, SMALL)}
    assert pairs["medrega", "internvl"] == pytest.approx(1 / 1000, rel=0.05)
    assert ("internvl", "medrega") not in pairs
    assert pairs["medgemma-1.5", "gemini"] == pytest.approx(1 / 8, abs=1e-9)
    assert pairs["json-pixels", "json-1000"] > 0.5
    assert not {("florence-2", "paligemma"), ("gemini", "json-1000"), ("maira-2", "minigpt-v2")} & set(pairs)

"""Pictures that are drawn once into the user's cache."""

import os
from pathlib import Path

import numpy as np
import pytest
from loader_cards import card
from PIL import Image

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge_tasks.loaders.rendered import canvas

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


def test_a_picture_is_drawn_once_and_again_when_its_source_changes(tmp_path: Path) -> None:
    source = tmp_path / "a.dcm"
    source.write_bytes(b"x")
    os.utime(source, ns=(10**18, 10**18))
    here = canvas(card(), tmp_path)
    drawn = []

    def draw() -> np.ndarray:
        drawn.append(1)
        return GREY + len(drawn)

    for _ in range(2):
        assert here.picture("one/a", source, draw) == "one/a.png"
    assert np.asarray(Image.open(here.root / "one" / "a.png")).tolist() == (GREY + 1).tolist()
    assert len(drawn) == 1
    os.utime(source, ns=(10**18 + 5, 10**18 + 5))
    here.picture("one/a", source, draw)
    assert np.asarray(Image.open(here.root / "one" / "a.png")).tolist() == (GREY + 2).tolist()
    assert list((here.root / "one").iterdir()) == [here.root / "one" / "a.png"]


def test_two_copies_and_two_cards_have_folders_of_their_own(tmp_path: Path) -> None:
    roots = {canvas(c, folder).root for c in (card(), card(name="other")) for folder in (tmp_path, tmp_path / "b")}
    assert len(roots) == 4


def test_what_cannot_be_drawn(tmp_path: Path) -> None:
    here = canvas(card(), tmp_path)
    with pytest.raises(Incomplete, match=r"none\.dcm: cannot be drawn"):
        here.picture("a", tmp_path / "none.dcm", lambda: GREY)
    (tmp_path / "a.dcm").write_bytes(b"x")

    def fails() -> np.ndarray:
        raise BadRecord("a.dcm", None, "f", "x", "y")

    with pytest.raises(BadRecord):
        here.picture("a", tmp_path / "a.dcm", fails)
    assert not (here.root / "a.png").exists()
    for name in ("../a", "/a"):
        with pytest.raises(MedGaugeError, match="leaves the folder of the drawings"):
            here.picture(name, tmp_path / "a.dcm", lambda: GREY)

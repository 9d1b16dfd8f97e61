"""Tiny checkpoints, each made once, and pictures of many shapes."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tiny"))

import tiny_checkpoints
from hf_world import draw_pictures


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A tiny checkpoint by the name of its family; nobody may write into it."""
    root = tmp_path_factory.mktemp("checkpoints")

    def made(name: str) -> Path:
        folder = root / name
        return folder if folder.is_dir() else tiny_checkpoints.build(name, folder)

    return made


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_pictures(tmp_path_factory.mktemp("pictures"))

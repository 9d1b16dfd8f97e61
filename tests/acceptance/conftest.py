"""Runs over the real data, each made once for all tests and all workers."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

sys.path.insert(0, str(Path(__file__).parent))

from recorded import RECORDED, medgauge


@pytest.fixture(scope="session")
def made(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The run directory of a task and a model: a recorded run's name, or a baseline's."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def run(task: str, model: str) -> Path:
        folder = root / "acceptance" / f"{task}-{model}"
        folder.parent.mkdir(exist_ok=True)
        spec = f"replay:{shared}/golden/vqa_rad_runs/{model}.jsonl" if model in RECORDED else f"baseline/{model}"
        with FileLock(f"{folder}.lock"):
            if not (folder / "manifest.json").exists():
                medgauge("run", task, "--data-dir", shared / "data", "--model", spec, "--out", folder)
        return folder

    return run

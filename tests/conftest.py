"""Options and fixtures that every test may use."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shared", default=str(ROOT.parent / "shared"), help="folder with data/ and golden/ that may not be committed"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Embedded data are made in a cache of this run's own; workers inherit it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="medgauge-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of real data and golden cases; tests that need it skip elsewhere."""
    folder = Path(request.config.getoption("--shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data of {folder} (option --shared)")
    return folder

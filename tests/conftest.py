"""Options and fixtures that every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shared", default=str(ROOT.parent / "shared"), help="folder with data/ and golden/ that may not be committed"
    )


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of real data and golden cases; tests that need it skip elsewhere."""
    folder = Path(request.config.getoption("--shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data of {folder} (option --shared)")
    return folder

"""A real browser, and sites for it to open from disk."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "leaderboards")]

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, or a skip that says why."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"needs a browser on the path: one of {', '.join(NAMES)}")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def watched(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh page; options of the context come by `pytest.mark.parametrize(..., indirect=True)`."""
    from watching import Watched

    options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | getattr(request, "param", {})
    context = browser.new_context(**options)
    yield Watched(context.new_page())
    context.close()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made models on made tasks."""
    from made_demo import write_demo

    from medgauge_leaderboards.site.build import Asked, build

    folder = tmp_path_factory.mktemp("browser")
    return build(write_demo(folder), folder / "site", Asked(title="Made leaderboard")).parent


@pytest.fixture
def broken(demo_site: Path, tmp_path: Path) -> Path:
    """A copy of the site that a test may break."""
    return shutil.copytree(demo_site, tmp_path / "site")

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def demo_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four made models, one with its blind control, on four tasks. Not to be written to."""
    from made_demo import write_demo

    return write_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_site(demo_runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of these runs. Not to be written to."""
    from medgauge_leaderboards.site.build import Asked, build

    return build(demo_runs, tmp_path_factory.mktemp("site") / "site", Asked(title="Made leaderboard")).parent

"""These tests need vLLM (`make test-vllm`); elsewhere they are skipped, all but those of its adapter's own parts."""

import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "models" / "tiny")]
ABLE = find_spec("vllm") is not None
if ABLE:  # vLLM reads these when it is imported
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # the engine in this process: up in seconds, and open to spies
        "VLLM_LOGGING_LEVEL": "ERROR",
    }

import tiny_checkpoints  # noqa: E402
from vllm_world import Spy, draw_pictures  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.filterwarnings("default"))  # what vLLM and its libraries warn of is not ours
        if not ABLE and not item.path.name.startswith("test_vllm_part"):
            item.add_marker(pytest.mark.skip(reason="needs vLLM: make test-vllm"))


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


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    """What vLLM's engine does, step by step."""
    from vllm.v1.engine.llm_engine import LLMEngine

    seen = Spy(step=LLMEngine.step)
    monkeypatch.setattr(LLMEngine, "step", lambda engine: seen(engine))
    return seen

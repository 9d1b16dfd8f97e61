"""Each room imports with only its allowed neighbours on the path, and start-up stays light."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "harness": "medgauge",
    "metrics": "medgauge_metrics",
    "tasks": "medgauge_tasks",
    "model_adapters": "medgauge_model_adapters",
    "leaderboards": "medgauge_leaderboards",
}
MAY_IMPORT = {
    "harness": (),
    "metrics": ("harness",),
    "tasks": ("harness", "metrics"),
    "model_adapters": ("harness",),
    "leaderboards": ("harness",),
}
HEAVY = ("torch", "transformers", "sklearn", "skimage", "scipy", "nltk", "evaluate", "pandas", "matplotlib")


def modules(room: str) -> list[str]:
    root = ROOT / room
    files = sorted((root / PACKAGES[room]).rglob("*.py"))
    names = [".".join(file.relative_to(root).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def isolated(code: str, rooms: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run code without .pth files, so that only the given rooms can be imported."""
    paths = [str(ROOT / room) for room in rooms] + [sysconfig.get_paths()["purelib"]]
    prelude = f"import sys; sys.path[:0] = {paths!r}\n"
    return subprocess.run([sys.executable, "-I", "-S", "-c", prelude + code], capture_output=True, text=True)


@pytest.mark.parametrize("room", PACKAGES)
def test_room_imports_only_its_neighbours(room: str) -> None:
    names = modules(room)
    assert names
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    done = isolated(code, (room, *MAY_IMPORT[room]))
    assert done.returncode == 0, done.stderr


def test_a_forbidden_neighbour_is_not_importable() -> None:
    done = isolated("import medgauge_tasks", ("metrics", "harness"))
    assert "No module named 'medgauge_tasks'" in done.stderr


def test_start_up_imports_nothing_heavy() -> None:
    code = (
        "import sys, json, medgauge.cli.main\n"
        "from medgauge.plugins import catalog\n"
        "[catalog(k).entries for k in ('tasks', 'suites', 'models', 'metrics', 'box_formats', 'families')]\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []

"""What the metrics import, and when."""

import subprocess
import sys

import pytest

from medgauge.plugins import catalog

HEAVY = {"torch", "scipy", "sklearn", "skimage", "nltk", "evaluate", "sacrebleu", "pandas"}


def loaded(code: str) -> set[str]:
    """Top-level modules after running `code` in a fresh interpreter."""
    script = f"{code}\nimport sys; print(*{{m.partition('.')[0] for m in sys.modules}})"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_the_plugin_imports_nothing_but_the_door() -> None:
    assert loaded("import medgauge_metrics").isdisjoint({*HEAVY, "numpy", "rapidfuzz"})


MODULES = {str(lazy).partition(":")[0] for lazy in catalog("metrics").entries.values()}


@pytest.mark.parametrize("module", sorted(m for m in MODULES if m.startswith("medgauge_metrics")))
def test_a_module_of_metrics_is_light(module: str) -> None:
    assert loaded(f"import {module}").isdisjoint(HEAVY)

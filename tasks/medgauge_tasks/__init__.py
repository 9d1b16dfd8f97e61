"""Tasks of MedGauge: six families, their prompts, and one card for each data set."""

from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import Any

from medgauge.plugins import Lazy, Plugin


def _task(name: str) -> Any:
    from medgauge_tasks.cards import build_task

    return build_task(name)


def _suite(name: str) -> Any:
    from medgauge_tasks.suites import load_suite

    return load_suite(name)


def _stems(folder: str) -> list[str]:
    """Names of the YAML files of a folder of this package; none is opened."""
    directory = files(__name__) / folder
    if not directory.is_dir():
        return []
    return sorted(entry.name.removesuffix(".yaml") for entry in directory.iterdir() if entry.name.endswith(".yaml"))


_FAMILIES: Mapping[str, Lazy] = {
    "vqa": "medgauge_tasks.vqa.family:kit",
    "report": "medgauge_tasks.report.family:kit",
    "classification": "medgauge_tasks.classification.family:kit",
    "region-to-text": "medgauge_tasks.region_to_text.family:kit",
    "text-to-region": "medgauge_tasks.text_to_region.family:kit",
    "grounded-report": "medgauge_tasks.grounded_report.family:kit",
}

plugin = Plugin(
    tasks={name: partial(_task, name) for name in _stems("catalog")},
    suites={name: partial(_suite, name) for name in _stems("suites")},
    families=_FAMILIES,
)

"""Suites: names for sets of tasks."""

from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from medgauge.errors import BadRecord, UnknownName
from medgauge.strict_yaml import read_yaml


class _SuiteFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: str
    tasks: tuple[str, ...]


def load_suite(name: str) -> tuple[str, ...]:
    """Task names of `suites/<name>.yaml`, in its order. Raises UnknownName or BadRecord."""
    folder = files("medgauge_tasks") / "suites"
    entry = folder / f"{name}.yaml"
    if "/" in name or not entry.is_file():
        known = [e.name.removesuffix(".yaml") for e in folder.iterdir()] if folder.is_dir() else []
        raise UnknownName("suite", name, known)
    return read_suite(entry.read_text("utf-8"), f"suites/{name}.yaml")


def read_suite(text: str, file: str) -> tuple[str, ...]:
    """Task names in the text of a suite file. Raises BadRecord for an empty suite or a doubled task."""
    suite = read_yaml(text, file, _SuiteFile)
    if not suite.tasks:
        raise BadRecord(file, None, "tasks", "at least one task", suite.tasks)
    doubled = [task for i, task in enumerate(suite.tasks) if task in suite.tasks[:i]]
    if doubled:
        raise BadRecord(file, None, "tasks", "every task once", doubled[0])
    return suite.tasks

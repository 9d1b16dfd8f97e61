"""The last file of a run: hashes, versions, machine, times. No secrets and nobody's home path."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from medgauge import __version__
from medgauge.codec import plain
from medgauge.store import MANIFEST, RunDirectory
from medgauge.tasks import Task
from medgauge.types import Output

PACKAGES = ("numpy", "scipy", "pillow", "scikit-image", "scikit-learn", "rapidfuzz", "pydicom", "torch", "transformers")


def now() -> str:
    """UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_manifest(
    run: RunDirectory,
    tasks: Sequence[Task],
    *,
    started: str,
    allow_missing: bool,
    lists: Mapping[str, Sequence[str]],
    made: Mapping[str, Any],
) -> None:
    """Write `manifest.json`; from then on the run is whole.

    `lists` are what a reader must know by name: records excluded, samples failed, samples missing. `made` is how the
    answers came about: what is known of the model, what it reports of its work, and what the answers cost.
    """
    run.write(
        MANIFEST,
        {
            "schema_version": 1,
            "medgauge": __version__,
            "files": run.hashes(),
            "cards": {task.name: plain(task.card) for task in tasks},
            "code": _code(),
            "packages": {name: found for name in PACKAGES if (found := _version(name))},
            "device": {"machine": platform.machine(), "system": platform.system(), "cores": os.cpu_count()},
            "python": platform.python_version(),
            "started": started,
            "finished": now(),
            "allow_missing": allow_missing,
            **{name: list(entries) for name, entries in lists.items()},
            **made,
        },
    )


def usage_of(outputs: Iterable[Output]) -> dict[str, float | None]:
    """Sums of what the outputs cost; None where not a single one says it, and how many do not say their tokens."""
    usages = [output.usage for output in outputs]

    def total(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    return {
        "input_tokens": total(usage.input_tokens for usage in usages),
        "output_tokens": total(usage.output_tokens for usage in usages),
        "seconds": total(usage.seconds for usage in usages),
        "without_tokens": sum(usage.input_tokens is None or usage.output_tokens is None for usage in usages),
    }


def earlier(run: RunDirectory) -> dict[str, Any]:
    """The manifest of a run that was whole before, or nothing."""
    return run.manifest() if (run.path / MANIFEST).is_file() else {}


def _code() -> dict[str, Any]:
    """Commit of the checkout that the code runs from; nothing for an installed wheel."""
    folder = Path(__file__).resolve().parent

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    if git("ls-files", "--error-unmatch", __file__) is None:
        return {"commit": None, "dirty": None}
    return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain", "--untracked-files=no"))}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
